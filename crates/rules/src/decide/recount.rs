//! What an undone decision leaves behind: later steps that rested on its warning or strike are counted anew, as
//! if it had never been made. Must not hold anything anew, and must never make a step graver.

use super::statement::{Author, Draft, Why};
use super::{Context, Refusal, count};
use crate::rulebook::{AccountStep, Rulebook, after};
use jiff::Timestamp;
use model::{Account, Decided, DecidedBy, Decision, LadderStep, Measure, Standing};

/// A later decision that is to be counted anew.
#[derive(Debug, Clone, Copy)]
pub struct Recount<'a> {
    /// The decision as it stands.
    pub earlier: &'a Decision,
    /// Since when its step runs: time that was served since then counts.
    pub since: Timestamp,
    /// Whose it is.
    pub account: &'a Account,
    /// The language that the item names.
    pub item_language: Option<&'a str>,
    /// Pseudonyms of those who undid the decision before it.
    pub people: &'a [String],
}

/// The decision that takes the place of `earlier`, counted on `standing`, in which what was undone is not.
/// `None` when its step is the same, or would be a later one: nobody is worse off because somebody was heard.
/// `book` is the rulebook under which `earlier` was made.
///
/// # Errors
/// [`Refusal::Statement`] when the statement of reasons does not stand.
pub fn recount(
    book: &Rulebook,
    from: Recount<'_>,
    standing: &Standing,
    context: Context<'_>,
) -> Result<Option<Decided>, Refusal> {
    let Recount { earlier, since, account, item_language, people } = from;
    let (Some(step), Some(clause)) = (&earlier.ladder, earlier.outcome.clause()) else {
        return Ok(None);
    };
    let Some(ladder) = book.ladder_of(clause).filter(|ladder| ladder.id == step.ladder) else {
        return Ok(None);
    };
    let Some(counted) = count(ladder, standing, earlier.conduct_at) else { return Ok(None) };
    let number = u32::try_from(counted.number).unwrap_or(u32::MAX);
    if number >= step.step {
        return Ok(None);
    }
    let measures = if earlier.emergency.is_some() {
        // The harm that could not wait was the same; only what is counted later changes.
        earlier.measures.clone()
    } else if earlier.exemption.is_some() {
        super::exempt::instead(counted.step)
    } else {
        let labels = earlier.measures.iter().filter(|one| matches!(one, Measure::Label { .. }));
        let mut measures = counted.step.measures(since);
        for label in labels {
            if !measures.contains(label) && !measures.contains(&Measure::Remove) {
                measures.push(label.clone());
            }
        }
        measures
    };
    let gives = match &earlier.emergency {
        Some(_) => step.expires_at.is_some(),
        None => counted.step.account != AccountStep::None,
    };
    let lapses = after(since, counted.step.strike_expires);
    let kept = counted.kept(counted.says(), false, context.now);
    let arithmetic = format!(
        "{}; counted anew because an earlier decision was undone: before, it was step {} of {}",
        kept.arithmetic,
        step.step + 1,
        ladder.steps.len()
    );
    let decision = Decision {
        id: context.id,
        decided_at: context.now,
        measures,
        ladder: Some(LadderStep {
            arithmetic,
            expires_at: gives.then(|| step.expires_at.map_or(lapses, |old| old.min(lapses))),
            ..kept
        }),
        by: DecidedBy::People(people.to_vec()),
        replaces: Some(earlier.id),
        ..earlier.clone()
    };
    let passage = earlier.findings.iter().rev().find_map(|one| one.passage.as_ref());
    let why = Why { counted: Some(&counted), passage, since: Some(since), ..Why::default() };
    let author = Author { account, item_language };
    let draft = Draft { book, author, decision: &decision, why: &why };
    let statement = draft.statement(context)?;
    Ok(Some(Decided::new(decision, statement)?))
}
