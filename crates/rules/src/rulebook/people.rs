//! The part `[people]` of `rulebook.toml`: what people who decide may do, and how their work is looked after.
//! Must not say what follows from a breach: the ladder does.

use super::node::Node;
use super::reader::Reader;
use serde::Serialize;

/// How people decide under this rulebook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PeopleTerms {
    /// Whether people may choose an earlier step than the ladder says, with a public reason.
    pub milder_step: bool,
    /// Queues in which nobody sees who posted before their first answer; `*` is every queue.
    pub blind_first_look: Vec<String>,
    /// Of a hundred decisions by people, how many a second person looks at without seeing the first answer.
    pub second_look_percent: u8,
    /// Of a hundred second looks, how many are cases whose answer is known.
    pub golden_percent: u8,
    /// After so many minutes at cases in one day a break is suggested.
    pub break_after_minutes: u16,
    /// After so many disturbing items in one day a break is suggested.
    pub break_after_items: u16,
}

impl Default for PeopleTerms {
    fn default() -> Self {
        Self {
            milder_step: false,
            blind_first_look: Vec::new(),
            second_look_percent: 5,
            golden_percent: 20,
            break_after_minutes: 240,
            break_after_items: 60,
        }
    }
}

impl PeopleTerms {
    /// Whether who posted is hidden in this queue before a first answer.
    pub fn is_blind(&self, queue: &str) -> bool {
        self.blind_first_look.iter().any(|named| named == "*" || named == queue)
    }
}

pub(super) fn read(reader: &mut Reader<'_>, node: &Node) -> PeopleTerms {
    let known = [
        "milder_step",
        "blind_first_look",
        "second_look_percent",
        "golden_percent",
        "break_after_minutes",
        "break_after_items",
    ];
    let usual = PeopleTerms::default();
    let Some(table) = reader.table(node, "`people`", &known) else { return usual };
    let queues = reader.texts(&table, "blind_first_look");
    let mut whole = |key: &str, most: i64| reader.whole(&table, key, (0, most));
    let share =
        |said: Option<i64>, usual: u8| said.and_then(|n| u8::try_from(n).ok()).unwrap_or(usual);
    let limit =
        |said: Option<i64>, usual: u16| said.and_then(|n| u16::try_from(n).ok()).unwrap_or(usual);
    PeopleTerms {
        second_look_percent: share(whole("second_look_percent", 100), usual.second_look_percent),
        golden_percent: share(whole("golden_percent", 100), usual.golden_percent),
        break_after_minutes: limit(whole("break_after_minutes", 1440), usual.break_after_minutes),
        break_after_items: limit(whole("break_after_items", 10_000), usual.break_after_items),
        milder_step: reader.flag(&table, "milder_step").unwrap_or(usual.milder_step),
        blind_first_look: queues.into_iter().map(|(queue, _)| queue).collect(),
    }
}
