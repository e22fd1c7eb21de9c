//! `[exemptions]` of `rulebook.toml`: how long an exemption may run at most, and how grave a breach it may be for.
//! Must not say who gets one: people do, by two, in public.

use super::node::Node;
use super::reader::Reader;
use jiff::SignedDuration;
use model::Gravity;
use serde::Serialize;

/// The bounds of exemptions under this rulebook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExemptionTerms {
    /// The longest that one may run.
    pub max: SignedDuration,
    /// The gravest breach that one may be for.
    pub gravest: Gravity,
}

impl Default for ExemptionTerms {
    fn default() -> Self {
        Self { max: SignedDuration::from_hours(30 * 24), gravest: Gravity::High }
    }
}

impl ExemptionTerms {
    /// The most days that one may run; at least one.
    pub const fn most_days(&self) -> i64 {
        let days = self.max.as_hours() / 24;
        if days < 1 { 1 } else { days }
    }

    /// Whether a breach as grave as this may be exempted.
    pub fn covers(&self, gravity: Gravity) -> bool {
        gravity <= self.gravest
    }
}

const GRAVITIES: [(&str, Gravity); 4] = [
    ("low", Gravity::Low),
    ("medium", Gravity::Medium),
    ("high", Gravity::High),
    ("severe", Gravity::Severe),
];

pub(super) fn read(reader: &mut Reader<'_>, node: &Node) -> ExemptionTerms {
    let usual = ExemptionTerms::default();
    let known = ["max", "gravest"];
    let Some(table) = reader.table(node, "`exemptions`", &known) else { return usual };
    let mut max = usual.max;
    if let Some(said) = reader.duration(&table, "max") {
        let days = 24 * 3600;
        if (days..=366 * days).contains(&said.as_secs()) {
            max = said;
        } else {
            let message = "the longest exemption is not between a day and a year";
            reader.wrong(table.place("max"), "bad-exemption", message, "write `30d`");
        }
    }
    let gravest = reader.choice(&table, "gravest", &GRAVITIES).unwrap_or(usual.gravest);
    ExemptionTerms { max, gravest }
}
