//! Decisions for lists and for a page of their own.

use super::book::Book;
use super::rulebook::book;
use crate::log::Published;
use crate::problem::{NOT_FOUND, Problem};
use crate::state::{ConsoleState, storage};
use crate::views::{
    AppealView, By, ClauseName, DecisionView, EndingView, Held, LadderView, LeafView, ReceiptView,
    Row, Rows,
};
use model::{DecidedBy, DecisionId, Outcome};
use store::{Cursor, DecisionFilter, Opening, Store, StoredAppeal, StoredDecision};
use tlog::disclosure::Disclosed;

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
    let book = book(state, &stored.decision.rulebook).await?;
    let leaf = leaf(state, &stored).await?;
    let appeals = state.store.appeals_against(&[id]).await.map_err(|e| storage(&e))?;
    let mut shown = view(&stored, book.as_deref(), leaf);
    shown.appeals = appeals.into_iter().map(appeal).collect();
    Ok(shown)
}

/// The leaf of a decision, with its receipt as soon as a checkpoint holds it.
async fn leaf(state: &ConsoleState, stored: &StoredDecision) -> Result<Option<LeafView>, Problem> {
    let leaves = state.store.leaves(stored.leaf, 1).await.map_err(|e| storage(&e))?;
    let Some(leaf) = leaves.into_iter().next() else { return Ok(None) };
    let fields = PUBLIC_FIELDS.map(String::from);
    let shown = disclosed(&state.store, stored.decision.id, &fields).await?;
    let text = String::from_utf8_lossy(&leaf.bytes).into_owned();
    let receipt = state.published().receipt(leaf.index, text, shown).await?;
    let vkey = state.published().vkey().await?.filter(|_| receipt.is_some());
    Ok(Some(LeafView {
        index: leaf.index,
        hash: hex::encode(leaf.hash),
        entry: serde_json::from_slice(&leaf.bytes).unwrap_or_default(),
        receipt: receipt.map(|receipt| receipt.to_string()),
        vkey: vkey.map(|key| key.to_string()),
    }))
}

/// Fields of a leaf that the public page shows anyway, so that its readers can check them.
const PUBLIC_FIELDS: [&str; 1] = ["facts"];

/// What opens these fields of a decision's leaf, as far as it was not erased.
async fn disclosed(
    store: &Store,
    decision: DecisionId,
    fields: &[String],
) -> Result<Vec<Disclosed>, Problem> {
    let openings = store.openings(decision).await.map_err(|e| storage(&e))?;
    let chosen = openings.into_iter().filter(|opening| fields.contains(&opening.field));
    Ok(chosen
        .map(|Opening { field, salt, value }| Disclosed { field, opening: salt, value })
        .collect())
}

/// Where a decision is in the public log, with what shows it, for who gets the decision as data;
/// `None` until a checkpoint holds it.
pub(crate) async fn in_log(
    state: &ConsoleState,
    id: DecisionId,
) -> Result<Option<model::InLog>, Problem> {
    let stored = state.store.decision(id).await.map_err(|e| storage(&e))?;
    let Some(stored) = stored else { return Ok(None) };
    let fields = PUBLIC_FIELDS.map(String::from);
    let shown = disclosed(&state.store, id, &fields).await?;
    shown_in_log(state, stored.leaf, shown).await
}

/// What the person concerned can prove of a decision about them: every field of the leaf that is
/// theirs, opened; not who decided, and not who reported.
pub(crate) async fn own_receipt(
    state: &ConsoleState,
    id: DecisionId,
    index: u64,
) -> Result<Option<String>, Problem> {
    let fields = OWN_FIELDS.map(String::from);
    let shown = disclosed(&state.store, id, &fields).await?;
    Ok(shown_in_log(state, index, shown).await?.map(|log| log.receipt))
}

/// Fields of a leaf that are the person's whom it concerns.
const OWN_FIELDS: [&str; 4] = ["account", "content", "excerpt", "facts"];

async fn shown_in_log(
    state: &ConsoleState,
    index: u64,
    shown: Vec<Disclosed>,
) -> Result<Option<model::InLog>, Problem> {
    let leaves = state.store.leaves(index, 1).await.map_err(|e| storage(&e))?;
    let Some(leaf) = leaves.into_iter().next() else { return Ok(None) };
    let leaf = String::from_utf8_lossy(&leaf.bytes).into_owned();
    let receipt = state.published().receipt(index, leaf.clone(), shown).await?;
    Ok(receipt.map(|receipt| model::InLog { index, leaf, receipt: receipt.to_string() }))
}

/// A receipt that opens chosen fields of a decision's leaf, for who is concerned to hand on.
///
/// # Errors
/// A problem: no such decision, a field that its leaf does not have or that was erased, or no
/// checkpoint that holds the leaf yet.
pub(crate) async fn disclosure(
    store: &Store,
    published: &Published,
    id: DecisionId,
    fields: &[String],
) -> Result<String, Problem> {
    let missing = |detail: String| Problem::new(&NOT_FOUND, detail);
    let stored = store.decision(id).await.map_err(|e| storage(&e))?;
    let stored = stored.ok_or_else(|| missing("There is no such decision.".into()))?;
    let shown = disclosed(store, id, fields).await?;
    if let Some(field) = fields.iter().find(|field| shown.iter().all(|one| one.field != **field)) {
        let all = store.openings(id).await.map_err(|e| storage(&e))?;
        let all: Vec<String> = all.into_iter().map(|opening| opening.field).collect();
        let field = crate::text::visible(field);
        return Err(missing(format!(
            "The decision has no field `{field}` to open; it has `{}`. A field that was erased \
             cannot be opened by anybody.",
            all.join("`, `")
        )));
    }
    let leaves = store.leaves(stored.leaf, 1).await.map_err(|e| storage(&e))?;
    let leaf = leaves.into_iter().next().ok_or_else(|| missing("It has no leaf.".into()))?;
    let text = String::from_utf8_lossy(&leaf.bytes).into_owned();
    let receipt = published.receipt(leaf.index, text, shown).await?;
    receipt.map(|receipt| receipt.to_string()).ok_or_else(|| {
        missing("No checkpoint holds its leaf yet; ask again in a few seconds.".into())
    })
}

fn view(stored: &StoredDecision, book: Option<&Book>, leaf: Option<LeafView>) -> DecisionView {
    let StoredDecision { decision, statement, replaced_by, receipts, endings, .. } = stored;
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
        endings: endings
            .iter()
            .map(|one| EndingView {
                id: one.id,
                measure: one.position,
                ended_at: one.ended_at,
                lifted_at: one.lifted_at,
                leaf: one.leaf,
            })
            .collect(),
        appeals: Vec::new(),
        leaf,
    }
}

fn appeal(stored: StoredAppeal) -> AppealView {
    let answer = stored.answer;
    AppealView {
        appellant: stored.appeal.by.word(),
        level: stored.appeal.level,
        submitted_at: stored.appeal.submitted_at,
        outcome: answer.as_ref().map(|answer| answer.outcome.word()),
        answered_at: answer.as_ref().map(|answer| answer.answered_at),
        reason: answer.map(|answer| answer.reason),
    }
}
