//! What a run came to, in numbers. Must not name a person or quote an item.

use super::decider::Line;
use crate::terminal::table;
use flow::Status;
use model::Outcome;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// What a run came to.
#[derive(Debug)]
pub(super) struct Summary {
    /// Lines that could not be read or decided.
    pub(super) refused: u64,
    since: Instant,
    events: u64,
    posts: u64,
    no_breach: u64,
    breaches: u64,
    referred: u64,
    recorded: u64,
    duplicates: u64,
    failures: u64,
    clauses: BTreeMap<String, u64>,
    measures: BTreeMap<String, u64>,
}

impl Summary {
    /// Starts to count.
    pub(super) fn start() -> Self {
        Self {
            refused: 0,
            since: Instant::now(),
            events: 0,
            posts: 0,
            no_breach: 0,
            breaches: 0,
            referred: 0,
            recorded: 0,
            duplicates: 0,
            failures: 0,
            clauses: BTreeMap::new(),
            measures: BTreeMap::new(),
        }
    }

    /// Counts one line.
    pub(super) fn count(&mut self, line: &Line) {
        self.events += 1;
        self.failures += line.failures.len() as u64;
        self.posts += u64::from(matches!(line.status, Status::Decided | Status::Referred));
        match line.status {
            Status::Referred => self.referred += 1,
            Status::Recorded => self.recorded += 1,
            Status::Duplicate => self.duplicates += 1,
            Status::Decided => {}
        }
        let Some(decision) = &line.decision else { return };
        match &decision.outcome {
            Outcome::NoBreach => self.no_breach += 1,
            Outcome::Breach { clauses } => {
                self.breaches += 1;
                for clause in clauses {
                    *self.clauses.entry(clause.to_string()).or_default() += 1;
                }
            }
        }
        for measure in &decision.measures {
            *self.measures.entry(measure.word().replace('_', " ")).or_default() += 1;
        }
    }

    /// The table for people.
    pub(super) fn text(&self) -> String {
        self.text_after(self.since.elapsed())
    }

    fn text_after(&self, took: Duration) -> String {
        let mut rows = Vec::new();
        let mut row = |name: &str, count: u64| rows.push(vec![name.to_owned(), grouped(count)]);
        row("events", self.events);
        row("posts", self.posts);
        row("  no breach", self.no_breach);
        row("  breach", self.breaches);
        for (clause, count) in &self.clauses {
            row(&format!("    {clause}"), *count);
        }
        row("  referred to people", self.referred);
        if !self.measures.is_empty() {
            row("measures", self.measures.values().sum());
        }
        for (measure, count) in &self.measures {
            row(&format!("  {measure}"), *count);
        }
        for (name, count) in [
            ("about no item", self.recorded),
            ("duplicates", self.duplicates),
            ("rules that failed", self.failures),
        ] {
            if count > 0 {
                row(name, count);
            }
        }
        row("lines refused", self.refused);
        let seconds = took.as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
        let rate = self.events as f64 / seconds.max(0.001);
        format!("{}{rate:.0} events/s, {seconds:.1} s\n", table(&rows))
    }
}

/// `1204` as `1,204`.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        let all = [7, 100, 1204, 24_783, 1_000_000].map(grouped);
        assert_eq!(all, ["7", "100", "1,204", "24,783", "1,000,000"]);
    }

    #[test]
    fn the_table_always_says_what_was_refused() {
        let text = Summary { refused: 3, ..Summary::start() }.text_after(Duration::from_secs(1));
        assert!(text.contains("lines refused") && text.contains("0 events/s, 1.0 s"), "{text}");
    }
}
