//! Counting from night to night: which pairs are new, what a bet against even-handedness has become, and whether it
//! stands among all bets. May be looked at every night without crying wolf more often than it says.
//!
//! A set of like cases counts once in a stream, by the first post of each group, whatever became of them. Must not look
//! at an outcome before the pair is chosen.

use super::compare::{MOST_GROUPS, cases_of, labelled};
use super::gather::Gathered;
use super::report::{EvennessReport, Interval, Stream};
use likeness::audit::Aspect;
use likeness::statistics::{Monitor, e_benjamini_hochberg};
use model::{ClauseId, DecisionId};
use rules::rulebook::Rulebook;
use std::collections::{BTreeMap, HashMap, HashSet};
use store::WatchedPair;

/// Share of false alarms among all.
const LEVEL: f64 = 0.05;

/// The streams after this night, and the pairs that are counted for the first time.
pub(super) fn watch(
    gathered: &Gathered,
    book: &Rulebook,
    report: &EvennessReport,
    before: &[WatchedPair],
) -> (Vec<Stream>, Vec<WatchedPair>) {
    let mut streams: BTreeMap<String, (Stream, HashSet<DecisionId>)> = BTreeMap::new();
    for pair in before {
        let Some(blank) = named(&pair.stream) else { continue };
        let (stream, known) =
            streams.entry(pair.stream.clone()).or_insert_with(|| (blank, HashSet::new()));
        count(stream, pair);
        known.extend([pair.one, pair.other]);
    }
    let mut members: HashMap<usize, Vec<usize>> = HashMap::new();
    for (key, set) in gathered.sets.set_of.iter().enumerate() {
        members.entry(*set).or_default().push(key);
    }
    let mut new = Vec::new();
    for clause in report.clauses.iter().map(|one| &one.clause) {
        let cases = cases_of(gathered, &members, clause);
        for (number, grouping) in book.audit.groupings.iter().enumerate() {
            let mut names: Vec<String> = super::compare::largest(&gathered.items, number, &cases).0;
            names.truncate(MOST_GROUPS);
            // By name, so that a stream keeps its sides whichever group grows.
            names.sort();
            let cases = labelled(&gathered.items, number, &names, &cases);
            for set in cases.chunk_by(|a, b| a.set == b.set) {
                let decision = |key: usize| gathered.items.get(key).and_then(|item| item.decision);
                for (a, one) in (0u32..).zip(&names) {
                    for (b, other) in (0u32..).zip(&names).filter(|(b, _)| *b > a) {
                        let first = |group| set.iter().find(|case| case.group == Some(group));
                        let (Some(left), Some(right)) = (first(a), first(b)) else { continue };
                        let both = (decision(left.key), decision(right.key));
                        let (Some(left_id), Some(right_id)) = both else { continue };
                        let name = Stream::name(clause, &grouping.name, (one, other));
                        let Some(blank) = named(&name) else { continue };
                        let (stream, known) =
                            streams.entry(name.clone()).or_insert_with(|| (blank, HashSet::new()));
                        let counted = |case: &likeness::audit::Case| {
                            decision(case.key).is_some_and(|id| known.contains(&id))
                        };
                        if set.iter().any(counted) {
                            continue;
                        }
                        known.extend([left_id, right_id]);
                        let pair = WatchedPair {
                            stream: name,
                            one: left_id,
                            other: right_id,
                            against_one: Aspect::Measure.harsher(&left.treatment, &right.treatment),
                        };
                        count(stream, &pair);
                        new.push(pair);
                    }
                }
            }
        }
    }
    (weighed(streams.into_values().map(|(stream, _)| stream).collect()), new)
}

fn count(stream: &mut Stream, pair: &WatchedPair) {
    stream.pairs += 1;
    match pair.against_one {
        Some(true) => stream.against_one += 1,
        Some(false) => stream.against_other += 1,
        None => {}
    }
}

fn named(name: &str) -> Option<Stream> {
    let mut parts = name.split('\u{1f}');
    let mut next = || parts.next().map(str::to_owned);
    Some(Stream {
        clause: ClauseId::new(&next()?).ok()?,
        grouping: next()?,
        one: next()?,
        other: next()?,
        pairs: 0,
        against_one: 0,
        against_other: 0,
        bet: 1.0,
        odds: None,
        alarm: false,
    })
}

/// The bets, and which of them stand together.
fn weighed(mut streams: Vec<Stream>) -> Vec<Stream> {
    for stream in &mut streams {
        let Stream { against_one, against_other, .. } = *stream;
        let monitor = Monitor { against_one, against_other };
        stream.bet = monitor.ln_e().min(700.0).exp();
        let interval = monitor.odds_interval(1.0 - LEVEL);
        let value = against_one as f64 / against_other as f64;
        stream.odds = value.is_finite().then(|| Interval {
            value,
            low: interval.low,
            high: interval.high.is_finite().then_some(interval.high),
        });
    }
    let bets: Vec<f64> = streams.iter().map(|stream| stream.bet).collect();
    let stands = e_benjamini_hochberg(&bets, LEVEL);
    streams.iter_mut().zip(stands).for_each(|(stream, alarm)| stream.alarm = alarm);
    streams.sort_by(|a, b| b.bet.total_cmp(&a.bet));
    streams
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(against_one: u64, against_other: u64) -> Stream {
        let clause = ClauseId::new("spam#bulk").unwrap();
        let name = Stream::name(&clause, "side", ("blue", "red"));
        Stream { against_one, against_other, ..named(&name).unwrap() }
    }

    #[test]
    fn a_name_is_read_again() {
        let read = stream(0, 0);
        assert_eq!((read.clause.as_str(), read.grouping.as_str()), ("spam#bulk", "side"));
        assert_eq!((read.one.as_str(), read.other.as_str()), ("blue", "red"));
        assert_eq!(named("spam#bulk"), None);
    }

    #[test]
    fn only_a_bet_that_stands_among_all_alarms() {
        // 2 B(8.5, .5)/B(.5, .5): a bet of 50 stands alone and not among forty.
        let alone = weighed(vec![stream(8, 0)]);
        assert!(alone[0].alarm && alone[0].bet > 20.0 && alone[0].bet < 100.0, "{alone:?}");
        let mut many = vec![stream(8, 0)];
        many.extend((0..39).map(|_| stream(3, 3)));
        let many = weighed(many);
        assert!(many.iter().all(|stream| !stream.alarm));
        assert_eq!(
            (many[0].against_one, many[0].against_other),
            (8, 0),
            "the strongest comes first"
        );
    }
}
