//! What people settled, held in memory for the way of every event: the posts that people decided under the rulebook in
//! force, with what they held. Asks the store only whether something is new. Must not decide, and must not see who
//! posted.

use super::Model;
use super::precedents::held;
use super::recent::Recent;
use crate::Held;
use likeness::meaning::{Meaning, Meanings, Nearness};
use likeness::{
    Fingerprint, Fingerprints, Shingles, Terms, Text, differences, differences_of_meaning,
};
use model::{ClauseId, DecisionId, Event, ItemId, RulebookVersion, Subject};
use rules::decide::SettledLine;
use rules::rulebook::Rulebook;
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use store::{PeopleDecided, PeopleMark, Store, StoreError};
use tokio::sync::Mutex;

/// How many decisions are read at a time.
const PAGE: u32 = 1_000;
/// Fingerprints that are looked at for one post.
const MOST_MET: usize = 64;
/// Of one clause, so many of the nearest are heard.
const NEAREST: usize = 5;
/// Posts that are held in memory at most; of more, the latest count.
const MOST_HELD: usize = 200_000;

/// Posts whose vectors are made with one batch of events, until all have one: they share its time.
const MADE_AT_ONCE: usize = 32;
/// So many of the latest decisions are looked through for the list of settled lines.
const MOST_SHOWN: usize = 2_000;

/// What people held, in memory.
#[derive(Debug, Default)]
pub struct Settled(Mutex<Lines>);

/// A line that people settled, as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownLine {
    /// The clause.
    pub clause: ClauseId,
    /// Whether they held it to be breached.
    pub breach: bool,
    /// Their decisions, that on the shown post first.
    pub decisions: Vec<DecisionId>,
    /// The latest post, as it was written.
    pub text: String,
}

#[derive(Debug, Default)]
struct Lines {
    version: Option<RulebookVersion>,
    terms: u64,
    mark: PeopleMark,
    /// The last place that was read.
    read: i64,
    prints: Fingerprints,
    meanings: Meanings,
    /// Posts that have no vector yet, the latest first.
    lacking: VecDeque<usize>,
    cases: Vec<Option<PeopleCase>>,
    of: HashMap<DecisionId, usize>,
    /// How many posts that are held were held so.
    held: HashMap<(ClauseId, bool), usize>,
    recent: Recent,
}

/// One post that people decided.
#[derive(Debug)]
struct PeopleCase {
    decision: DecisionId,
    item: ItemId,
    text: String,
    held: Vec<(ClauseId, Held)>,
}

impl Settled {
    /// For each event the lines that people settled about posts like its own; events without any are left out.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub(crate) async fn seen<'e>(
        &self,
        store: &Store,
        book: &Rulebook,
        model: Option<&Model>,
        events: impl Iterator<Item = &'e Event>,
    ) -> Result<HashMap<model::ActionId, Vec<SettledLine>>, StoreError> {
        if !book.audit.precedents.automation {
            return Ok(HashMap::new());
        }
        let terms = super::terms(book);
        let mut lines = self.0.lock().await;
        lines.refresh(store, book, &terms).await?;
        if lines.of.is_empty() {
            return Ok(HashMap::new());
        }
        let subjects: Vec<(&Event, Subject)> =
            events.filter_map(|event| Some((event, Subject::of(event).ok().flatten()?))).collect();
        let model = model.filter(|model| model.heeds());
        let clauses = lines.clauses(book);
        let mut recent = std::mem::take(&mut lines.recent);
        if let Some(model) = model.filter(|_| !clauses.is_empty()) {
            lines.make(model, &terms);
        }
        let texts: Vec<Text> = subjects
            .iter()
            .map(|(_, subject)| Text::read_with(&subject.item.text, &terms))
            .collect();
        let mut near: Vec<Vec<(f64, &PeopleCase)>> = texts
            .iter()
            .zip(&subjects)
            .map(|(text, (_, subject))| {
                let mut near = lines.near_by_words(book, &terms, text);
                near.retain(|(_, case)| case.item != subject.item.id);
                near
            })
            .collect();
        if let Some(model) = model {
            // Only posts of which meaning could tell more than words told are read, and together.
            let open: Vec<usize> = (0..)
                .zip(&near)
                .filter(|(_, near)| may_tell_more(near, &clauses))
                .map(|(at, _)| at)
                .collect();
            let raw: Vec<&str> = open
                .iter()
                .filter_map(|at| Some(subjects.get(*at)?.1.item.text.as_str()))
                .collect();
            let meanings = recent.meanings(model, &raw, &terms);
            for (at, meaning) in open.into_iter().zip(meanings) {
                let both = (near.get_mut(at), texts.get(at), subjects.get(at));
                if let ((Some(near), Some(text), Some((_, subject))), Some(meaning)) =
                    (both, meaning)
                {
                    lines.near_by_meaning(&terms, text, (&meaning, model.near()), near);
                    near.retain(|(_, case)| case.item != subject.item.id);
                }
            }
        }
        let seen = subjects.iter().zip(near).filter_map(|((event, _), near)| {
            let found = settled(book, near);
            (!found.is_empty()).then(|| (event.action_id.clone(), found))
        });
        let seen = seen.collect();
        lines.recent = recent;
        Ok(seen)
    }
}

impl Settled {
    /// The lines that people settled under the rulebook in force, the latest first.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub(crate) async fn lines(
        &self,
        store: &Store,
        book: &Rulebook,
    ) -> Result<Vec<ShownLine>, StoreError> {
        let terms = super::terms(book);
        let mut lines = self.0.lock().await;
        lines.refresh(store, book, &terms).await?;
        Ok(lines.shown(book, &terms))
    }
}

impl Lines {
    async fn refresh(
        &mut self,
        store: &Store,
        book: &Rulebook,
        terms: &Terms,
    ) -> Result<(), StoreError> {
        let mark = store.people_mark(book.version()).await?;
        let same = self.version.as_ref() == Some(book.version()) && self.terms == terms.version();
        if same && self.mark == mark {
            return Ok(());
        }
        if !same || self.mark.erasures != mark.erasures {
            *self = Self { read: -1, ..Self::default() };
        }
        loop {
            let page = store.people_decided(book.version(), self.read, PAGE).await?;
            let Some(last) = page.last() else { break };
            self.read = last.place;
            let batch: Vec<_> = page.into_iter().filter_map(|one| self.add(one, terms)).collect();
            self.prints.extend(batch);
        }
        self.version = Some(book.version().clone());
        self.terms = terms.version();
        self.mark = mark;
        Ok(())
    }

    /// Takes in what people held; what they replaced counts no more.
    fn add(&mut self, decided: PeopleDecided, terms: &Terms) -> Option<(i64, Fingerprint)> {
        let PeopleDecided { decision, event, .. } = decided;
        if let Some(at) = decision.replaces.and_then(|id| self.of.remove(&id)) {
            self.forget(at);
        }
        let subject = Subject::of(&event).ok().flatten()?;
        let fingerprint = Fingerprint::of(&Text::read_with(&subject.item.text, terms))?;
        let clauses = decision.findings.iter().map(|finding| finding.clause.clone());
        let clauses: std::collections::BTreeSet<ClauseId> = clauses.collect();
        let held = clauses.into_iter().filter_map(|clause| {
            let held = held(&decision, &clause)?;
            Some((clause, held))
        });
        let held: Vec<(ClauseId, Held)> = held.collect();
        let at = self.cases.len();
        self.of.insert(decision.id, at);
        let case = PeopleCase {
            decision: decision.id,
            item: subject.item.id,
            text: subject.item.text,
            held,
        };
        for (clause, held) in &case.held {
            *self.held.entry((clause.clone(), *held == Held::Breach)).or_default() += 1;
        }
        self.cases.push(Some(case));
        self.lacking.push_front(at);
        self.lacking.truncate(MOST_HELD);
        if let Some(old) = at.checked_sub(MOST_HELD)
            && let Some(forgotten) = self.forget(old)
        {
            self.of.remove(&forgotten);
        }
        Some((i64::try_from(at).ok()?, fingerprint))
    }

    /// A case counts no more.
    fn forget(&mut self, at: usize) -> Option<DecisionId> {
        let forgotten = self.cases.get_mut(at)?.take()?;
        for (clause, held) in forgotten.held {
            if let Some(count) = self.held.get_mut(&(clause, held == Held::Breach)) {
                *count = count.saturating_sub(1);
            }
        }
        Some(forgotten.decision)
    }

    /// The clauses under which enough posts were held alike for a line to be settled.
    fn clauses(&self, book: &Rulebook) -> HashSet<ClauseId> {
        let enough = usize::try_from(book.audit.precedents.settled).unwrap_or(usize::MAX);
        let many = self.held.iter().filter(|(_, count)| **count >= enough);
        many.map(|((clause, _), _)| clause.clone()).collect()
    }

    /// The lines that hold together, each by its latest post.
    fn shown(&self, book: &Rulebook, terms: &Terms) -> Vec<ShownLine> {
        let enough = usize::try_from(book.audit.precedents.settled).unwrap_or(usize::MAX);
        let mut told: HashSet<(DecisionId, &ClauseId)> = HashSet::new();
        let mut shown = Vec::new();
        for case in self.cases.iter().rev().flatten().take(MOST_SHOWN) {
            let near = self.near_by_words(book, terms, &Text::read_with(&case.text, terms));
            for (clause, held) in &case.held {
                if told.contains(&(case.decision, clause)) {
                    continue;
                }
                let of = |other: &&PeopleCase| other.held.iter().any(|(its, _)| its == clause);
                let line: Vec<&PeopleCase> =
                    near.iter().map(|(_, case)| *case).filter(of).collect();
                let agree = |other: &&PeopleCase| other.held.contains(&(clause.clone(), *held));
                if line.len() < enough || !line.iter().take(NEAREST).all(agree) {
                    continue;
                }
                told.extend(line.iter().map(|other| (other.decision, clause)));
                let others = line.iter().map(|other| other.decision);
                let mut decisions = vec![case.decision];
                decisions.extend(others.filter(|decision| *decision != case.decision));
                shown.push(ShownLine {
                    clause: clause.clone(),
                    breach: *held == Held::Breach,
                    decisions,
                    text: case.text.clone(),
                });
            }
        }
        shown
    }

    /// Makes vectors of posts that lack one.
    fn make(&mut self, model: &Model, terms: &Terms) {
        let some = self.lacking.len().min(MADE_AT_ONCE);
        let taken: Vec<usize> = self.lacking.drain(..some).collect();
        let case = |at: usize| self.cases.get(at).and_then(Option::as_ref);
        let known: Vec<(usize, &str)> =
            taken.iter().filter_map(|at| Some((*at, case(*at)?.text.as_str()))).collect();
        let texts: Vec<&str> = known.iter().map(|(_, text)| *text).collect();
        let made = model.meanings(&texts, terms);
        for ((at, _), meaning) in known.into_iter().zip(made) {
            if let (Ok(key), Some(meaning)) = (i64::try_from(at), meaning) {
                self.meanings.insert(key, &meaning);
            }
        }
    }

    /// Posts that people decided and that share this text's words, the likest first.
    fn near_by_words(
        &self,
        book: &Rulebook,
        terms: &Terms,
        text: &Text,
    ) -> Vec<(f64, &PeopleCase)> {
        let Some(fingerprint) = Fingerprint::of(text) else { return Vec::new() };
        let met = self.prints.meeting(&fingerprint, MOST_MET);
        if met.is_empty() {
            return Vec::new();
        }
        let shingles = Shingles::of(text);
        let mut near: Vec<(f64, &PeopleCase)> = Vec::new();
        for at in met.into_iter().filter_map(|at| usize::try_from(at).ok()) {
            let Some(case) = self.cases.get(at).and_then(Option::as_ref) else { continue };
            let other = Text::read_with(&case.text, terms);
            let similarity = Shingles::of(&other).similarity(&shingles).ratio();
            if similarity >= book.audit.threshold && differences(text, &other).is_empty() {
                near.push((similarity, case));
            }
        }
        // Met are the latest first among equals; so they stay.
        near.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        near
    }

    /// Adds those that say the same.
    fn near_by_meaning<'l>(
        &'l self,
        terms: &Terms,
        text: &Text,
        (meaning, enough): (&Meaning, Nearness),
        near: &mut Vec<(f64, &'l PeopleCase)>,
    ) {
        if text.words().is_empty() {
            return;
        }
        for one in self.meanings.nearest(meaning, enough.least(), MOST_MET) {
            let at = usize::try_from(one.key).ok();
            let Some(case) = at.and_then(|at| self.cases.get(at)?.as_ref()) else { continue };
            let known = near.iter().any(|(_, other)| other.decision == case.decision);
            let other = Text::read_with(&case.text, terms);
            if !known
                && enough.holds(one.cosine, text, &other)
                && differences_of_meaning(text, &other).is_empty()
            {
                near.push((one.cosine, case));
            }
        }
    }
}

/// Whether under some of `clauses` there is room for more than words brought.
fn may_tell_more(near: &[(f64, &PeopleCase)], clauses: &HashSet<ClauseId>) -> bool {
    clauses.iter().any(|clause| {
        let under = near.iter().filter(|(_, case)| case.held.iter().any(|(its, _)| its == clause));
        under.take(NEAREST).count() < NEAREST
    })
}

/// The settled lines about a post, by what is near it.
fn settled(book: &Rulebook, near: Vec<(f64, &PeopleCase)>) -> Vec<SettledLine> {
    let mut under: BTreeMap<&ClauseId, Vec<(Held, DecisionId)>> = BTreeMap::new();
    for (_, case) in near {
        for (clause, held) in &case.held {
            let line = under.entry(clause).or_default();
            if line.len() < NEAREST {
                line.push((*held, case.decision));
            }
        }
    }
    let enough = usize::try_from(book.audit.precedents.settled).unwrap_or(usize::MAX);
    let settled = under.into_iter().filter_map(|(clause, line)| {
        let (first, _) = line.first().filter(|_| line.len() >= enough)?;
        line.iter().all(|(held, _)| held == first).then(|| SettledLine {
            clause: clause.clone(),
            breach: *first == Held::Breach,
            decisions: line.iter().map(|(_, decision)| *decision).collect(),
            rulebook: book.version().clone(),
        })
    });
    settled.collect()
}
