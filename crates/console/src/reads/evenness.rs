//! Reports on evenness as they were published, with the statements of their pairs as they read now.

use super::decisions::row;
use super::rulebook::current;
use crate::problem::{NOT_FOUND, Problem};
use crate::state::{ConsoleState, storage};
use crate::views::{ClauseName, EvennessView, PairPost, PairView, ReportName, Said};
use flow::audit::{ComparisonReport, EvennessReport, LikePost, UnlikePosts};
use model::{ClauseId, DecisionId};
use std::collections::BTreeSet;
use store::StoredDecision;

/// Pairs that are shown with both statements.
const MOST_PAIRS: usize = 16;
/// Of one comparison, so many of each direction: those that point the other way stand beside.
const OF_EACH: usize = 2;
/// Reports in the list of earlier ones.
const MOST_REPORTS: u32 = 400;

/// The newest report, or the one with this id; `None`: none was made yet.
pub(crate) async fn evenness(
    state: &ConsoleState,
    id: Option<&str>,
) -> Result<Option<EvennessView>, Problem> {
    let kept = state.store.evenness(id).await.map_err(|error| storage(&error))?;
    let Some(kept) = kept else {
        return match id {
            None => Ok(None),
            Some(_) => Err(Problem::new(&NOT_FOUND, "No report on evenness has this id.")),
        };
    };
    let report: EvennessReport = serde_json::from_str(&kept.body).map_err(Problem::internal)?;
    let book = current(state);
    let titles: Vec<ClauseName> = {
        let wanted: BTreeSet<&ClauseId> = report.clauses.iter().map(|one| &one.clause).collect();
        book.clauses().into_iter().filter(|name| wanted.contains(&name.id)).collect()
    };
    let name = |clause: &ClauseId| {
        let known = titles.iter().find(|one| one.id == *clause).cloned();
        known.unwrap_or_else(|| ClauseName {
            id: clause.clone(),
            title: clause.to_string(),
            policy_title: String::new(),
        })
    };
    let mut pairs = Vec::new();
    for (clause, comparison, pair) in clearest(&report) {
        let both = (
            post(state, &comparison.one, &pair.one).await?,
            post(state, &comparison.other, &pair.other).await?,
        );
        let (Some(one), Some(other)) = both else { continue };
        pairs.push(PairView {
            clause: name(clause),
            grouping: comparison.title.clone(),
            one,
            other,
            explained: pair.explained,
            similarity: pair.similarity,
            meaning: pair.meaning,
            answers: Vec::new(),
        });
    }
    answered(state, &mut pairs).await?;
    Ok(Some(EvennessView { report, titles, pairs }))
}

/// The pairs of the clearest comparisons: a few that point one way, and as many that point the other.
fn clearest(report: &EvennessReport) -> Vec<(&ClauseId, &ComparisonReport, &UnlikePosts)> {
    let mut comparisons: Vec<(&ClauseId, &ComparisonReport)> = report
        .clauses
        .iter()
        .flat_map(|clause| clause.comparisons.iter().map(|one| (&clause.clause, one)))
        .filter(|(_, one)| !one.unlike.is_empty())
        .collect();
    comparisons.sort_by(|(_, a), (_, b)| {
        let p = |one: &ComparisonReport| one.p.unwrap_or(1.0);
        p(a).total_cmp(&p(b)).then(b.unlike_in_all.cmp(&a.unlike_in_all))
    });
    let mut seen: BTreeSet<(&ClauseId, Option<DecisionId>, Option<DecisionId>)> = BTreeSet::new();
    let mut chosen = Vec::new();
    for (clause, comparison) in comparisons {
        for against_one in [true, false] {
            let of = comparison.unlike.iter().filter(|pair| pair.one.measured == against_one);
            for pair in of.take(OF_EACH) {
                let (one, other) = (pair.one.decision, pair.other.decision);
                // Two posts may differ by several groupings at once: they are shown once.
                let key = (clause, one.min(other), one.max(other));
                if chosen.len() < MOST_PAIRS && seen.insert(key) {
                    chosen.push((clause, comparison, pair));
                }
            }
        }
    }
    chosen
}

async fn post(
    state: &ConsoleState,
    group: &str,
    post: &LikePost,
) -> Result<Option<PairPost>, Problem> {
    let Some(id) = post.decision else { return Ok(None) };
    let stored = state.store.decision(id).await.map_err(|error| storage(&error))?;
    Ok(stored.map(|stored| PairPost {
        group: group.to_owned(),
        decision: row(&stored),
        statement: statement(&stored),
        measured: post.measured,
    }))
}

/// What the statement of reasons says, in English or in its first language.
fn statement(stored: &StoredDecision) -> String {
    let view = stored.statement.public_view(&stored.decision, false);
    let facts = view.facts.get("en").or_else(|| view.facts.values().next());
    facts.cloned().unwrap_or_default()
}

async fn answered(state: &ConsoleState, pairs: &mut [PairView]) -> Result<(), Problem> {
    let ids: BTreeSet<DecisionId> =
        pairs.iter().flat_map(|pair| [pair.one.decision.id, pair.other.decision.id]).collect();
    let ids: Vec<DecisionId> = ids.into_iter().collect();
    let answers = state.store.pair_answers(&ids).await.map_err(|error| storage(&error))?;
    for pair in pairs {
        let both = [pair.one.decision.id, pair.other.decision.id];
        let of = answers.iter().filter(|answer| {
            let about = [answer.one, answer.other];
            answer.clause == pair.clause.id && both.iter().all(|id| about.contains(id))
        });
        pair.answers = of.map(|answer| Said { said: answer.said.clone(), at: answer.at }).collect();
    }
    Ok(())
}

/// All reports, the newest first.
pub(crate) async fn evenness_reports(state: &ConsoleState) -> Result<Vec<ReportName>, Problem> {
    let all = state.store.evenness_reports(MOST_REPORTS).await.map_err(|error| storage(&error))?;
    let name =
        |one: store::KeptReport| ReportName { id: one.id, made_at: one.made_at, since: one.since };
    Ok(all.into_iter().map(name).collect())
}

/// The sets of like cases that a report was made from.
pub(crate) async fn evenness_sets(state: &ConsoleState, id: &str) -> Result<String, Problem> {
    let sets = state.store.evenness_sets(id).await.map_err(|error| storage(&error))?;
    sets.ok_or_else(|| Problem::new(&NOT_FOUND, "No report on evenness has this id."))
}
