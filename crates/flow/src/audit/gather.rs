//! Reads how items were treated and sorts them into sets of like cases.

use jiff::Timestamp;
use likeness::{Terms, Text, like_sets};
use model::{AccountId, Decision, DecisionId, Event, ItemId, Outcome, Subject};
use rules::rulebook::Rulebook;
use std::collections::HashMap;
use store::{Store, StoreError, Treated};

/// How many items are read at a time.
const PAGE: u32 = 2_000;

/// Why an audit could not be made.
#[derive(Debug, thiserror::Error)]
#[error("the audit could not read the store: {0}")]
pub struct AuditError(#[from] StoreError);

/// One item as the audit sees it.
#[derive(Debug)]
pub struct Item {
    /// The item.
    pub item: ItemId,
    /// Where people see it.
    pub url: Option<String>,
    /// The author, as a number.
    pub account: u64,
    /// For each declared grouping the author's group.
    pub groups: Vec<Option<String>>,
    /// The first decision; none if nothing was found and nobody reported it.
    pub decision: Option<Decision>,
    /// A later decision held that there was no breach after all.
    pub undone: bool,
    /// When it was posted.
    pub posted_at: Timestamp,
}

impl Item {
    /// The first decision's id.
    #[must_use]
    pub fn decision_id(&self) -> Option<DecisionId> {
        self.decision.as_ref().map(|decision| decision.id)
    }

    /// The clauses that it was held to breach.
    #[must_use]
    pub fn breached(&self) -> &[model::ClauseId] {
        match self.decision.as_ref().map(|decision| &decision.outcome) {
            Some(Outcome::Breach { clauses }) => clauses,
            _ => &[],
        }
    }
}

/// Items, and the sets of like cases that they make.
#[derive(Debug)]
pub struct Gathered {
    /// The items, in the order in which they came.
    pub items: Vec<Item>,
    /// For each item the first item of its set.
    pub sets: Vec<usize>,
    /// Pairs that were near enough and that the guard parted.
    pub parted: usize,
    /// Items without words, which are like nothing.
    pub wordless: usize,
}

/// Gathers what came at or after `since`. `seen` is told how many items were read so far.
///
/// # Errors
/// [`AuditError`] when the store fails.
pub async fn gather(
    store: &Store,
    book: &Rulebook,
    since: Timestamp,
    mut seen: impl FnMut(usize),
) -> Result<Gathered, AuditError> {
    let terms =
        Terms::new(book.audit.interchangeable.iter().map(|class| class.iter().map(String::as_str)));
    let (mut items, mut texts) = (Vec::new(), Vec::new());
    let mut accounts: HashMap<AccountId, u64> = HashMap::new();
    let mut after = 0;
    loop {
        let page = store.treated(since, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.seq;
        for treated in page {
            let Ok(Some(subject)) = Subject::of(&treated.event) else { continue };
            let next = accounts.len() as u64;
            let account = *accounts.entry(subject.account.id.clone()).or_insert(next);
            texts.push(Text::read_with(&subject.item.text, &terms));
            items.push(item(book, treated, subject, account));
        }
        seen(items.len());
    }
    let wordless = texts.iter().filter(|text| text.words().is_empty()).count();
    let sets = like_sets(&texts, book.audit.threshold);
    Ok(Gathered { items, sets: sets.set_of, parted: sets.parted, wordless })
}

fn item(book: &Rulebook, treated: Treated, subject: Subject, account: u64) -> Item {
    let Treated { event, decision, undone, .. } = treated;
    let posted_at = subject.conduct_at(&event);
    Item {
        groups: groups(book, &event, &subject.account.id),
        item: subject.item.id,
        url: subject.item.url,
        account,
        decision,
        undone,
        posted_at,
    }
}

fn groups(book: &Rulebook, event: &Event, account: &AccountId) -> Vec<Option<String>> {
    let data: serde_json::Value = event.data.read().unwrap_or_default();
    let register = book.affiliation_of(account);
    book.audit.groupings.iter().map(|one| one.group(event, &data, register)).collect()
}
