//! A replay's report as a page shows it: numbers in rows, with the width of each bar. Must not hold ids of accounts,
//! items or events.

use flow::replay::{Both, ReplayReport, Turn};
use jiff::Timestamp;
use model::RulebookVersion;

/// A count with its bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnRow {
    /// The word in addresses.
    pub word: &'static str,
    /// What it means.
    pub says: &'static str,
    /// How many.
    pub count: u64,
    /// Of the longest bar, in percent.
    pub width: u64,
}

/// Before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairRow {
    /// What is counted.
    pub name: String,
    /// As it was.
    pub before: u64,
    /// Under the draft.
    pub after: u64,
    /// Widths of both bars, in percent.
    pub widths: (u64, u64),
}

/// One clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClauseRow {
    /// The clause.
    pub clause: String,
    /// Breaches that automation held.
    pub breaches: Both,
    /// Referred to people.
    pub referred: Both,
    /// Flips that have to do with it.
    pub flips: u64,
}

/// One group of a grouping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRow {
    /// The group.
    pub name: String,
    /// Its items.
    pub items: u64,
    /// Met with a measure.
    pub measured: Both,
    /// Referred to people.
    pub referred: Both,
    /// Its flips.
    pub flips: u64,
}

/// The report.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplayView {
    /// The draft.
    pub draft: RulebookVersion,
    /// What was in force.
    pub in_force: RulebookVersion,
    /// From when on.
    pub since: Timestamp,
    /// When it was made.
    pub made_at: Timestamp,
    /// SHA-256 of the published report.
    pub digest: String,
    /// Events read.
    pub events: u64,
    /// Items compared.
    pub compared: u64,
    /// Items that come out otherwise.
    pub flips: u64,
    /// Accounts with an item newly hit, and with one cleared.
    pub accounts: (u64, u64),
    /// Flips by way.
    pub turns: Vec<TurnRow>,
    /// By clause.
    pub clauses: Vec<ClauseRow>,
    /// By grouping.
    pub groupings: Vec<(String, Vec<GroupRow>)>,
    /// By measure, by step, by rule.
    pub counts: Vec<(&'static str, Vec<PairRow>)>,
    /// Whether like cases are treated more evenly, and why.
    pub evenness: Option<(String, String)>,
    /// What a reader must know to read the numbers.
    pub notes: Vec<String>,
}

impl ReplayView {
    /// The report with its digest.
    pub fn of(report: &ReplayReport, digest: String) -> Self {
        let tally = &report.tally;
        let most = tally.turns.values().copied().max().unwrap_or(1).max(1);
        let turns = Turn::ALL.into_iter().filter(|turn| tally.turned(*turn) > 0);
        let turns = turns.map(|turn| TurnRow {
            word: turn.word(),
            says: turn.in_words(),
            count: tally.turned(turn),
            width: percent(tally.turned(turn), most),
        });
        let clauses = tally.clauses.iter().map(|(clause, one)| ClauseRow {
            clause: clause.clone(),
            breaches: one.breaches,
            referred: one.referred,
            flips: one.turns.values().sum(),
        });
        let groupings = tally.groups.iter().map(|(grouping, groups)| {
            let rows = groups.iter().map(|(name, one)| GroupRow {
                name: name.clone(),
                items: one.items,
                measured: one.measured,
                referred: one.referred,
                flips: one.turns.values().sum(),
            });
            (grouping.clone(), rows.collect())
        });
        let counts = [("Measure", &tally.measures), ("Step", &tally.steps), ("Rule", &tally.rules)];
        let counts = counts.into_iter().filter(|(_, counts)| !counts.is_empty());
        Self {
            draft: report.draft.clone(),
            in_force: report.in_force.clone(),
            since: report.since,
            made_at: report.made_at,
            digest,
            events: tally.events,
            compared: tally.compared,
            flips: tally.flips(),
            accounts: (report.accounts_newly_hit, report.accounts_cleared),
            turns: turns.collect(),
            clauses: clauses.collect(),
            groupings: groupings.collect(),
            counts: counts.map(|(title, counts)| (title, pairs(counts))).collect(),
            evenness: report
                .evenness
                .as_ref()
                .map(|change| (change.verdict.clone(), change.sentence.clone())),
            notes: notes(report),
        }
    }
}

fn pairs(counts: &std::collections::BTreeMap<String, Both>) -> Vec<PairRow> {
    let most = counts.values().map(|both| both.before.max(both.after)).max().unwrap_or(1).max(1);
    let row = |(name, both): (&String, &Both)| PairRow {
        name: name.clone(),
        before: both.before,
        after: both.after,
        widths: (percent(both.before, most), percent(both.after, most)),
    };
    counts.iter().map(row).collect()
}

const fn percent(part: u64, of: u64) -> u64 {
    part.saturating_mul(100) / of
}

fn notes(report: &ReplayReport) -> Vec<String> {
    let tally = &report.tally;
    let mut notes = Vec::new();
    if tally.unsure > 0 {
        let kinds: Vec<String> =
            tally.missing.iter().map(|(kind, count)| format!("{kind} ({count})")).collect();
        notes.push(format!(
            "{} items are in no sum: the draft needs facts that were not recorded with them: {}.",
            tally.unsure,
            kinds.join(", ")
        ));
    }
    for (count, what) in [
        (tally.erased, "events were erased since and could not be decided again"),
        (tally.undecided_then, "events could not be decided when they came"),
        (tally.undecidable, "events cannot be decided under the draft"),
        (tally.without_item, "events are about no item"),
    ] {
        if count > 0 {
            notes.push(format!("{count} {what}."));
        }
    }
    let earlier: u64 = tally
        .versions
        .iter()
        .filter(|(version, _)| version.as_str() != report.in_force.as_str())
        .map(|(_, count)| count)
        .sum();
    if earlier > 0 {
        notes.push(format!(
            "{earlier} items were decided under earlier rulebooks; how they come out otherwise may be an older change."
        ));
    }
    let (recorded, assumed) = (report.notices_recorded, report.notices_assumed);
    if recorded + assumed > 0 {
        notes.push(match report.usual_delay {
            Some(delay) => format!(
                "Of the warnings that the draft gives otherwise, {recorded} are taken as delivered when the notice of \
                 the recorded decision was, {assumed} after the usual {delay:.0} seconds."
            ),
            None => "No notice was ever delivered, and none is taken as delivered.".to_owned(),
        });
    }
    if tally.judged_by_people > 0 {
        notes.push(format!(
            "People had their say later on {} of the items that come out otherwise.",
            tally.judged_by_people
        ));
    }
    notes
}
