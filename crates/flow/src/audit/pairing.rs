//! Is the matching right? Draws pairs for people to look at, without what was decided, and counts what they answer.

use super::compare::Draws;
use super::gather::Gathered;
use super::report::{Interval, Pairing};
use likeness::statistics::{Scale, krippendorff_alpha, wilson};
use model::DecisionId;
use std::collections::{BTreeMap, HashMap, HashSet};
use store::PairJudgement;

/// Draws pairs: as many that the matching called alike as pairs that look alike and that it kept apart.
pub(super) fn draw(
    gathered: &Gathered,
    seed: u64,
    many: usize,
) -> Vec<(DecisionId, DecisionId, bool)> {
    let mut draws = Draws(seed);
    let mut members: HashMap<usize, Vec<usize>> = HashMap::new();
    for (key, set) in gathered.sets.set_of.iter().enumerate() {
        members.entry(*set).or_default().push(key);
    }
    let mut sets: Vec<&Vec<usize>> = members.values().filter(|set| set.len() > 1).collect();
    sets.sort_unstable();
    let decision = |key: usize| gathered.items.get(key).and_then(|item| item.decision);
    let mut drawn = Vec::new();
    let mut taken: HashSet<(usize, usize)> = HashSet::new();
    let mut take = |one: usize, other: usize, alike: bool| {
        let (one, other) = (one.min(other), one.max(other));
        if let (Some(a), Some(b)) = (decision(one), decision(other))
            && one != other
            && taken.insert((one, other))
        {
            drawn.push((a, b, alike));
        }
    };
    for _ in 0..many {
        if let Some(set) = sets.get(draws.below(sets.len())) {
            let mut pick = || set.get(draws.below(set.len())).copied().unwrap_or_default();
            take(pick(), pick(), true);
        }
        let parted = &gathered.sets.parted_pairs;
        if let Some((one, other)) = parted.get(draws.below(parted.len())) {
            take(*one, *other, false);
        }
    }
    drawn
}

/// What people say. Of each pair the first answer counts; all answers tell how far people agree.
pub(super) fn measured(judged: &[PairJudgement]) -> Pairing {
    let mut pairing = Pairing::default();
    let mut people: HashSet<&str> = HashSet::new();
    let mut answers: BTreeMap<i64, Vec<u32>> = BTreeMap::new();
    for one in judged {
        people.insert(&one.by);
        let of = answers.entry(one.look).or_default();
        if of.is_empty() {
            let (all, wrong) = if one.alike {
                (&mut pairing.alike, &mut pairing.wrongly_joined)
            } else {
                (&mut pairing.apart, &mut pairing.wrongly_parted)
            };
            *all += 1;
            *wrong += u64::from(one.same != one.alike);
        }
        of.push(u32::from(one.same));
    }
    pairing.people = people.len();
    pairing.wrongly_joined_share = share(pairing.wrongly_joined, pairing.alike);
    pairing.wrongly_parted_share = share(pairing.wrongly_parted, pairing.apart);
    let answers: Vec<Vec<u32>> = answers.into_values().filter(|all| all.len() > 1).collect();
    let enough = answers.len() >= 10;
    pairing.agreement = krippendorff_alpha(&answers, Scale::Nominal)
        .filter(|_| enough)
        .map(|agreement| agreement.alpha);
    pairing
}

fn share(part: u64, whole: u64) -> Option<Interval> {
    let found = wilson(part, whole, 0.95)?;
    Some(Interval { value: part as f64 / whole as f64, low: found.low, high: Some(found.high) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_answer_counts_and_both_errors_are_told_apart() {
        let judged =
            |look, alike, same, by: &str| PairJudgement { look, alike, same, by: by.into() };
        let found = measured(&[
            judged(1, true, true, "reviewer 1"),
            judged(1, true, false, "reviewer 2"),
            judged(2, true, false, "reviewer 1"),
            judged(3, false, true, "reviewer 1"),
            judged(4, false, false, "reviewer 2"),
        ]);
        assert_eq!((found.alike, found.wrongly_joined), (2, 1));
        assert_eq!((found.apart, found.wrongly_parted), (2, 1));
        assert_eq!((found.people, found.agreement), (2, None));
        let share = found.wrongly_joined_share.unwrap();
        assert!(share.value == 0.5 && share.low < 0.2 && share.high.unwrap() > 0.8);
        assert_eq!(measured(&[]), Pairing::default());
    }
}
