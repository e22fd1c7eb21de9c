//! Decisions for lists and for a page of their own.

use super::book::Book;
use super::rulebook::book;
use crate::problem::{NOT_FOUND, Problem};
use crate::state::{ConsoleState, storage};
use crate::views::{
    By, ClauseName, DecisionView, Held, LadderView, LeafView, ReceiptView, Row, Rows,
};
use model::{DecidedBy, DecisionId, Outcome};
use store::{Cursor, DecisionFilter, StoredDecision};

/// Decisions on one page.
const PAGE: u32 = 25;

/// One decision in a list.
pub(crate) fn row(stored: &StoredDecision) -> Row {
    let StoredDecision { decision, statement, replaced_by, .. } = stored;
    let held = match decision.outcome {
        Outcome::Breach { .. } => Held::Breach,
        Outcome::NoBreach => Held::NoBreach,
    };
    Row {
        id: decision.id,
        decided_at: decision.decided_at,
        outcome: held,
        clause: statement.clause("en").filter(|_| held == Held::Breach).map(ClauseName::from),
        measures: decision.measures.clone(),
        by: match &decision.by {
            DecidedBy::Automation => By { automation: true, people: 0 },
            DecidedBy::People(people) => By { automation: false, people: people.len() },
        },
        replaces: decision.replaces,
        replaced_by: *replaced_by,
    }
}

/// A page of decisions, newest first.
pub(crate) async fn decisions(
    state: &ConsoleState,
    filter: &DecisionFilter,
    before: Option<&Cursor>,
) -> Result<Rows, Problem> {
    let page = state.store.decisions(filter, before, PAGE).await.map_err(|e| storage(&e))?;
    Ok(Rows {
        decisions: page.entries.iter().map(row).collect(),
        next: page.next.map(|cursor| cursor.to_string()),
    })
}

/// One decision for everybody.
pub(crate) async fn decision(
    state: &ConsoleState,
    id: DecisionId,
) -> Result<DecisionView, Problem> {
    let stored = state.store.decision(id).await.map_err(|e| storage(&e))?;
    let stored = stored.ok_or_else(|| {
        Problem::new(
            &NOT_FOUND,
            "No decision has this id. Ids are copied whole, with their hyphens.",
        )
    })?;
    let leaves = state.store.leaves(stored.leaf, 1).await.map_err(|e| storage(&e))?;
    let book = book(state, &stored.decision.rulebook).await?;
    Ok(view(&stored, book.as_deref(), leaves.into_iter().next()))
}

fn view(
    stored: &StoredDecision,
    book: Option<&Book>,
    leaf: Option<store::StoredLeaf>,
) -> DecisionView {
    let StoredDecision { decision, statement, replaced_by, receipts, .. } = stored;
    let publish_text = book.is_some_and(|book| book.publish_text);
    let ladder = decision.ladder.as_ref().map(|step| {
        let mut steps = decision
            .outcome
            .clause()
            .and_then(|clause| book?.ladder(clause))
            .map(|ladder| ladder.steps.clone())
            .unwrap_or_default();
        for drawn in &mut steps {
            drawn.here = decision.emergency.is_none() && drawn.step == step.step;
        }
        LadderView {
            ladder: step.ladder.clone(),
            name: step.name.clone(),
            step: step.step,
            arithmetic: step.arithmetic.clone(),
            expires_at: step.expires_at,
            steps,
        }
    });
    let mut public = statement.public_view(decision, publish_text);
    if let (Some(book), Some(clause)) = (book, decision.outcome.clause()) {
        // The statement cites the clause in the author's language, which is nobody else's business;
        // the public gets all languages that the rulebook has.
        let texts = book.texts(clause);
        if !texts.is_empty() {
            public.clause = texts;
        }
    }
    DecisionView {
        statement: public,
        ladder,
        replaced_by: *replaced_by,
        receipts: receipts
            .iter()
            .map(|receipt| ReceiptView { state: receipt.state, at: receipt.at })
            .collect(),
        leaf: leaf.map(|leaf| LeafView {
            index: leaf.index,
            hash: hex::encode(leaf.hash),
            entry: serde_json::from_slice(&leaf.bytes).unwrap_or_default(),
        }),
    }
}
