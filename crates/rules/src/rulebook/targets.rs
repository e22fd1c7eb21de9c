//! `[targets]` of `rulebook.toml`: within how long cases of each severity are to be decided. A promise to those
//! who wait, so it stands with the rules and is public with them. Must not read a clock.

use super::node::Node;
use super::reader::{Reader, Table};
use model::Targets;

/// A year: who promises more promises nothing.
const LONGEST: i64 = 366 * 86_400;

pub(super) fn read(reader: &mut Reader<'_>, node: &Node) -> Targets {
    let mut targets = Targets::default();
    let known = ["severe", "high", "medium", "low"];
    let Some(table) = reader.table(node, "`targets`", &known) else { return targets };
    for (key, slot) in [
        ("severe", &mut targets.severe),
        ("high", &mut targets.high),
        ("medium", &mut targets.medium),
        ("low", &mut targets.low),
    ] {
        if let Some(seconds) = seconds(reader, &table, key) {
            *slot = seconds;
        }
    }
    targets
}

fn seconds(reader: &mut Reader<'_>, table: &Table<'_>, key: &str) -> Option<u32> {
    let seconds = reader.duration(table, key)?.as_secs();
    if !(60..=LONGEST).contains(&seconds) {
        let message = format!("the target for `{key}` is not between a minute and a year");
        reader.wrong(table.place(key), "bad-target", message, "write `4h` or `3d`");
        return None;
    }
    u32::try_from(seconds).ok()
}
