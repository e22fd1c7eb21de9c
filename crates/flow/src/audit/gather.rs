//! Reads how items were treated and sorts them into sets of like cases.

use super::left_up::Rate;
use super::report::ByMeaning;
use crate::like::Model;
use jiff::Timestamp;
use likeness::audit::Treatment;
use likeness::{LikeSets, TextSorter};
use model::{
    AccountId, ClauseId, DecidedBy, Decision, DecisionId, ItemId, Measure, Outcome, Source, Subject,
};
use rules::rulebook::Rulebook;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use store::{Store, StoreError, Treated};

/// How many items are read at a time.
const PAGE: u32 = 4_000;

/// Why an audit could not be made.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The store could not be read or written.
    #[error("the audit could not use the store: {0}")]
    Store(#[from] StoreError),
    /// A report that is kept cannot be read.
    #[error("a report on evenness cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// The comparison did not come to an end.
    #[error("the comparison broke off: {0}")]
    Broken(String),
}

/// One item as the audit sees it.
#[derive(Debug)]
pub struct Item {
    /// The item.
    pub item: ItemId,
    /// The place of its event.
    pub seq: i64,
    /// When it was posted.
    pub posted_at: Timestamp,
    /// Its first decision; none if nobody has decided anything on it.
    pub decision: Option<DecisionId>,
    /// The author, as a number.
    pub account: u64,
    /// For each declared grouping the author's group.
    pub groups: Box<[Option<Arc<str>>]>,
    /// The language that the author or the platform named.
    pub language: Option<Arc<str>>,
    /// The clauses that it was held to breach.
    pub breached: Box<[ClauseId]>,
    /// Whether a rule found something or somebody reported it.
    pub flagged: bool,
    /// Whether somebody reported it.
    pub reported: bool,
    /// How it was treated, under whichever clause.
    treatment: Treatment,
}

impl Item {
    /// How it was treated under `clause`.
    #[must_use]
    pub fn treated(&self, clause: &ClauseId) -> Treatment {
        let explained = self.treatment.explained;
        if self.treatment.measured && self.breached.contains(clause) {
            self.treatment
        } else {
            Treatment { explained, ..Treatment::default() }
        }
    }

    /// The item as if this had been decided on it, and stayed.
    pub fn decide(&mut self, decision: Option<&Decision>) {
        self.decision = decision.map(|decision| decision.id);
        self.reported = decision.is_some_and(|one| one.source == Source::Report);
        self.flagged = self.reported || decision.is_some_and(|one| !one.findings.is_empty());
        self.treatment = treatment(decision, self.posted_at, false);
        self.breached = match decision.map(|decision| &decision.outcome) {
            Some(Outcome::Breach { clauses }) => clauses.as_slice().into(),
            Some(Outcome::NoBreach) | None => Box::default(),
        };
    }
}

/// Items, and the sets of like cases that they make.
#[derive(Debug)]
pub struct Gathered {
    /// The items, in the order in which they came.
    pub items: Vec<Item>,
    /// The sets: made from the texts alone.
    pub sets: LikeSets,
    /// By which model sets were joined, besides words.
    pub meaning: Option<ByMeaning>,
    /// The chance with which an item that was left alone is among them; a measured one always is.
    pub drawn: f64,
}

/// Gathers what came at or after `since`: all of it, or of what was left alone only what was drawn, every item with the same
/// chance. With a `model`, sets that say the same in other words are joined. `seen` is told how many items were read so far.
///
/// # Errors
/// [`AuditError`] when the store fails.
pub async fn gather(
    store: &Store,
    (book, model): (&Rulebook, Option<&Arc<Model>>),
    since: Timestamp,
    drawn: Option<Rate>,
    mut seen: impl FnMut(usize),
) -> Result<Gathered, AuditError> {
    let below = drawn.map(Rate::below);
    let mut texts = TextSorter::new(crate::like::terms(book));
    let mut items: Vec<Item> = Vec::new();
    let mut names = Names::default();
    let mut after = -1;
    loop {
        let page = store.treated(since, after, PAGE, below).await?;
        let Some(last) = page.last() else { break };
        after = last.seq;
        for treated in page {
            let Ok(Some(subject)) = Subject::of(&treated.event) else { continue };
            let (text, drawn) = (subject.item.text.clone(), treated.drawn);
            let item = names.item(book, treated, subject);
            // A breach that was met with nothing was left alone, too.
            if drawn || item.treatment.measured {
                texts.add(&text);
                items.push(item);
            }
        }
        seen(items.len());
    }
    drop(names);
    let threshold = book.audit.threshold;
    let (own, names) = (model.cloned(), crate::like::terms(book));
    let sets = tokio::task::spawn_blocking(move || match own {
        None => texts.finish(threshold),
        Some(model) => {
            let meanings = |texts: &[&str]| model.meanings(texts, &names);
            texts.finish_by_meaning(threshold, model.near(), meanings)
        }
    });
    let sets = sets.await.map_err(|error| AuditError::Broken(error.to_string()))?;
    let meaning = model.map(|model| ByMeaning {
        model: model.digest(),
        threshold: model.near().one_script,
        threshold_chinese: Some(model.near().two_scripts),
        joined: sets.pairs.iter().filter(|pair| pair.meaning.is_some()).count(),
        left_out: sets.unmeant,
    });
    Ok(Gathered { items, sets, meaning, drawn: drawn.map_or(1.0, Rate::share) })
}

/// What stands in many items is kept once.
#[derive(Debug, Default)]
struct Names {
    accounts: HashMap<AccountId, u64>,
    words: HashSet<Arc<str>>,
}

impl Names {
    fn item(&mut self, book: &Rulebook, treated: Treated, subject: Subject) -> Item {
        let Treated { seq, event, decision, undone, granted, exempted, drawn: _ } = treated;
        let register = book.affiliation_of(&subject.account.id, event.timestamp);
        let needs_data = !book.audit.groupings.is_empty();
        let data: serde_json::Value =
            if needs_data { event.data.read().unwrap_or_default() } else { Default::default() };
        let groups =
            book.audit.groupings.iter().map(|grouping| grouping.group(&event, &data, register));
        let groups = groups.map(|group| Some(self.word(&group?))).collect();
        let language = subject.item.language.as_deref().map(|code| self.word(code));
        let next = self.accounts.len() as u64;
        let account = *self.accounts.entry(subject.account.id.clone()).or_insert(next);
        let posted_at = subject.conduct_at(&event);
        let mut item = Item {
            item: subject.item.id,
            seq,
            posted_at,
            decision: None,
            account,
            groups,
            language,
            breached: Box::default(),
            flagged: false,
            reported: false,
            treatment: Treatment::default(),
        };
        item.decide(decision.as_ref());
        if item.treatment.measured {
            item.treatment.undone = Some(undone);
            item.treatment.granted = granted;
            item.treatment.exempt = item.treatment.exempt.map(|own| own || exempted);
        }
        item
    }

    fn word(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.words.get(text) {
            return Arc::clone(known);
        }
        let word: Arc<str> = text.into();
        self.words.insert(Arc::clone(&word));
        word
    }
}

fn treatment(decision: Option<&Decision>, posted_at: Timestamp, undone: bool) -> Treatment {
    let Some(decision) = decision else { return Treatment::default() };
    let explained = decision.reason.is_some() && matches!(decision.by, DecidedBy::People(_));
    let breach = matches!(decision.outcome, Outcome::Breach { .. });
    if !breach || decision.measures.is_empty() {
        return Treatment { explained, ..Treatment::default() };
    }
    let punished = decision.measures.iter().any(Measure::punishes);
    let warned = decision.emergency.is_none()
        && decision.ladder.as_ref().is_some_and(|ladder| ladder.step > 0);
    let waited = decision.decided_at.duration_since(posted_at);
    Treatment {
        measured: true,
        severity: decision.measures.iter().map(severity).max().unwrap_or(0),
        hours: Some(waited.as_secs_f64() / 3600.0),
        warned: punished.then_some(warned),
        undone: Some(undone),
        granted: None,
        exempt: Some(decision.exemption.is_some()),
        explained,
    }
}

/// The order of measures from mild to grave.
const fn severity(measure: &Measure) -> u32 {
    match measure {
        Measure::Label { .. } => 1,
        Measure::Notice => 2,
        Measure::Demote => 3,
        Measure::AgeGate => 4,
        Measure::Remove => 5,
        Measure::Warn => 6,
        Measure::Lock { .. } => 7,
        Measure::Suspend { .. } => 8,
        Measure::Ban => 9,
    }
}
