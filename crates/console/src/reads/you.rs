//! All that concerns one person, put together for their own page and for the copy that they can take with them. Must be
//! asked only for who has proved to be that person.

use crate::problem::Problem;
use crate::state::{ConsoleState, storage};
use jiff::Timestamp;
use model::{
    AccountId, AppealAnswer, AppealId, AppealOutcome, Appellant, DecisionId, EvidenceId,
    EvidenceKind, LadderStep, Measure, Outcome, PersonView, ReceiptState, Standing, StandingEntry,
    StandingKind, Statement,
};
use serde::Serialize;
use std::collections::BTreeSet;
use store::{CountedAnew, EvidenceOf, NoticeProof, StoredAppeal, StoredDecision};

/// All that is held about one person, as they see it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct PersonFile {
    pub account: AccountId,
    pub language: String,
    pub standing: Vec<Clock>,
    pub next: Vec<NextStep>,
    pub decisions: Vec<About>,
}

/// A warning or strike, with its clock.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Clock {
    #[serde(flatten)]
    pub entry: StandingEntry,
    /// The clause's title in the person's language.
    pub title: String,
    /// Whether it has lapsed.
    pub lapsed: bool,
}

impl Clock {
    pub(crate) const fn strike(&self) -> bool {
        matches!(self.entry.kind, StandingKind::Strike)
    }
}

/// What a further breach would lead to.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct NextStep {
    pub ladder: String,
    /// Titles of its clauses.
    pub clauses: Vec<String>,
    /// The step's name.
    pub step: String,
    /// What would be done, in words.
    pub measures: Vec<String>,
}

/// One decision, as the person concerned sees it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct About {
    pub statement: PersonView,
    pub ladder: Option<LadderStep>,
    /// The decision that took its place, and when.
    pub replaced_by: Option<(DecisionId, Option<Timestamp>)>,
    /// The decision whose undoing led to this one.
    pub counted_anew_because_of: Option<DecisionId>,
    pub proofs: Vec<Proof>,
    /// What is done, in words, each with its end when that is past.
    pub done: Vec<(String, Option<Timestamp>)>,
    pub appeals: Vec<Heard>,
    /// Whether they can challenge it now, on this level.
    pub can_appeal: Option<u8>,
    /// Until when; nothing while nobody knows that they were told.
    pub appeal_until: Option<Timestamp>,
    /// Place in the public log.
    pub leaf: u64,
}

/// A proof of what happened to a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Proof {
    pub what: ProofOf,
    pub at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ProofOf {
    Decided,
    AcceptedByMailServer,
    Delivered,
    Enforced,
    /// What had an end was taken back.
    Lifted,
}

/// An appeal with its answer; without the names of who answered.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Heard {
    pub id: AppealId,
    pub level: u8,
    pub text: String,
    pub submitted_at: Timestamp,
    pub due_at: Timestamp,
    pub outcome: Option<AppealOutcome>,
    pub reason: Option<String>,
    pub answered_at: Option<Timestamp>,
    pub evidence: Vec<Piece>,
}

/// What they handed in, without its bytes.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Piece {
    pub id: EvidenceId,
    pub kind: EvidenceKind,
    pub title: String,
    pub link: Option<String>,
    pub retrieved_at: Option<Timestamp>,
    pub file_name: Option<String>,
    pub media_type: String,
    pub size: u64,
    pub sha256: String,
    pub handed_in_at: Timestamp,
    /// Where its bytes stand in a ZIP.
    pub file: String,
}

impl Piece {
    fn of(one: flow::Attached) -> Self {
        Self {
            file: format!("evidence/{}-{}", one.id, crate::api::file_name(&one)),
            id: one.id,
            kind: one.kind,
            title: one.title,
            link: one.link,
            retrieved_at: one.retrieved_at,
            file_name: one.file_name,
            media_type: one.media_type,
            size: one.size,
            sha256: one.sha256,
            handed_in_at: one.supplied_at,
        }
    }
}

/// The files of what was handed in to these appeals, for a ZIP.
///
/// # Errors
/// A problem when the store cannot be read.
pub(crate) async fn handed_in(
    state: &ConsoleState,
    appeals: impl Iterator<Item = &Heard>,
) -> Result<Vec<(String, Vec<u8>)>, Problem> {
    let mut files = Vec::new();
    // One appeal stands under a decision and under what counts that anew.
    let mut seen = BTreeSet::new();
    for piece in appeals.flat_map(|heard| &heard.evidence).filter(|piece| seen.insert(piece.id)) {
        let read = state.review.evidence_bytes(piece.id).await;
        if let (_, Some(bytes)) = read.map_err(|error| crate::api::refused(&error))? {
            files.push((piece.file.clone(), bytes));
        }
    }
    Ok(files)
}

impl About {
    pub(crate) const fn breach(&self) -> bool {
        matches!(self.statement.outcome, Outcome::Breach { .. })
    }

    pub(crate) fn title(&self) -> &str {
        self.statement.clause.as_ref().map_or("", |clause| clause.title.as_str())
    }

    pub(crate) fn notice(&self, language: &str) -> &str {
        Statement::in_language(&self.statement.notice, language)
    }

    /// Whether nobody challenged it in time.
    pub(crate) fn too_late(&self) -> bool {
        self.breach()
            && self.replaced_by.is_none()
            && self.appeals.is_empty()
            && self.can_appeal.is_none()
    }

    /// Whether both levels have answered, so that the next place is outside.
    pub(crate) fn outside(&self) -> bool {
        let heard = |one: &Heard| one.level == 2 && one.outcome == Some(AppealOutcome::Rejected);
        self.replaced_by.is_none() && self.appeals.iter().any(heard)
    }
}

impl From<StoredAppeal> for Heard {
    fn from(stored: StoredAppeal) -> Self {
        let (appeal, answer) = (stored.appeal, stored.answer);
        let answer = answer.map(|AppealAnswer { outcome, reason, answered_at, .. }| {
            (outcome, reason, answered_at)
        });
        Self {
            id: appeal.id,
            level: appeal.level,
            text: appeal.text,
            submitted_at: appeal.submitted_at,
            due_at: appeal.due_at,
            outcome: answer.as_ref().map(|(outcome, _, _)| *outcome),
            answered_at: answer.as_ref().map(|(_, _, at)| *at),
            reason: answer.map(|(_, reason, _)| reason),
            evidence: Vec::new(),
        }
    }
}

/// All that concerns one person.
///
/// # Errors
/// A problem when the store cannot be read.
pub(crate) async fn person(
    state: &ConsoleState,
    account: &AccountId,
) -> Result<PersonFile, Problem> {
    let failed = |error: store::StoreError| storage(&error);
    let store = &state.store;
    let all = store.decisions_about(account).await.map_err(failed)?;
    let ids: Vec<DecisionId> = all.iter().map(|one| one.decision.id).collect();
    let moved = store.counted_anew(&ids).await.map_err(failed)?;
    let appeals = store.appeals_about(account).await.map_err(failed)?;
    let proofs = store.notice_proofs(account).await.map_err(failed)?;
    let contact = store.contact(account).await.map_err(failed)?;
    let mut standings = store.standings(std::slice::from_ref(account)).await.map_err(failed)?;
    let standing = standings.remove(account).unwrap_or_default();
    let book = state.rulebook.load_full();
    let known = |tag: &str| {
        let primary = tag.split(['-', '_']).next().unwrap_or(tag).to_lowercase();
        book.settings.languages.contains(&primary).then_some(primary)
    };
    let said = all.last().map(|one| one.statement.parts().language.clone());
    let language = contact.language.as_deref().and_then(known).or(said);
    let language = language.unwrap_or_else(|| book.settings.default_language().to_owned());
    let now = state.clock.now();
    let when = |id: DecisionId| {
        all.iter().find(|one| one.decision.id == id).map(|one| one.decision.decided_at)
    };
    let mut decisions: Vec<About> = all
        .iter()
        .map(|one| {
            let mut about = about(state, one, &appeals, &proofs, &moved, &language);
            about.replaced_by = one.replaced_by.map(|id| (id, when(id)));
            about
        })
        .collect();
    decisions.reverse();
    let ids: Vec<AppealId> = appeals.iter().map(|one| one.appeal.id).collect();
    let evidence = store.evidence_of_appeals(&ids).await.map_err(failed)?;
    for heard in decisions.iter_mut().flat_map(|about| &mut about.appeals) {
        let own = evidence.iter().filter(|one| one.of == EvidenceOf::Appeal(heard.id));
        heard.evidence = own.cloned().map(Piece::of).collect();
    }
    Ok(PersonFile {
        account: account.clone(),
        standing: clocks(&book, &standing, &language, now),
        next: next(&book, &standing, &language, now),
        language,
        decisions,
    })
}

fn about(
    state: &ConsoleState,
    stored: &StoredDecision,
    appeals: &[StoredAppeal],
    proofs: &[NoticeProof],
    moved: &[CountedAnew],
    language: &str,
) -> About {
    let (decision, now) = (&stored.decision, state.clock.now());
    let mut shown = vec![Proof { what: ProofOf::Decided, at: decision.decided_at }];
    let mailed = proofs.iter().filter(|proof| proof.decision == decision.id && proof.by == "mail");
    shown.extend(mailed.map(|proof| Proof { what: ProofOf::AcceptedByMailServer, at: proof.at }));
    shown.extend(stored.receipts.iter().filter_map(|receipt| {
        let what = match receipt.state {
            ReceiptState::NoticeDelivered => ProofOf::Delivered,
            ReceiptState::Enforced => ProofOf::Enforced,
            ReceiptState::Failed => return None,
        };
        Some(Proof { what, at: receipt.at })
    }));
    let lifted = stored.endings.iter().filter_map(|ending| ending.lifted_at);
    shown.extend(lifted.map(|at| Proof { what: ProofOf::Lifted, at }));
    shown.sort_by_key(|proof| proof.at);
    let line = line(decision, moved);
    let mine = |one: &&StoredAppeal| {
        line.contains(&one.appeal.decision) && one.appeal.by == Appellant::Person
    };
    let mine: Vec<Heard> = appeals.iter().filter(mine).cloned().map(Heard::from).collect();
    let until = state.review.appeals().open_until(stored);
    let challengeable =
        stored.replaced_by.is_none() && matches!(decision.outcome, Outcome::Breach { .. });
    let level = match mine.last() {
        None => until.is_none_or(|until| until >= now).then_some(1),
        Some(last) if last.level == 1 && last.outcome == Some(AppealOutcome::Rejected) => Some(2),
        Some(_) => None,
    };
    let words = rules::decide::measures_in_words(language, &decision.measures);
    let over = |measure: &Measure| measure.until().filter(|until| *until <= now);
    About {
        statement: stored.statement.person_view(decision),
        ladder: decision.ladder.clone(),
        replaced_by: None,
        counted_anew_because_of: moved
            .iter()
            .find(|one| one.decision == decision.id)
            .map(|one| one.because_of),
        proofs: shown,
        done: words.into_iter().zip(decision.measures.iter().map(over)).collect(),
        appeals: mine,
        can_appeal: level.filter(|_| challengeable),
        appeal_until: until,
        leaf: stored.leaf,
    }
}

/// A decision with the one that it only counts anew: a challenge of that is a challenge of this.
fn line(decision: &model::Decision, moved: &[CountedAnew]) -> Vec<DecisionId> {
    let anew = moved.iter().any(|one| one.decision == decision.id);
    std::iter::once(decision.id).chain(decision.replaces.filter(|_| anew)).collect()
}

fn title(book: &rules::rulebook::Rulebook, clause: &model::ClauseId, language: &str) -> String {
    let first = book.settings.default_language();
    let text = book.clause(clause, language).or_else(|| book.clause(clause, first));
    text.map_or_else(|| clause.to_string(), |text| text.title)
}

fn clocks(
    book: &rules::rulebook::Rulebook,
    standing: &Standing,
    language: &str,
    now: Timestamp,
) -> Vec<Clock> {
    let clock = |entry: &StandingEntry| Clock {
        title: title(book, &entry.clause, language),
        lapsed: entry.expires_at <= now,
        entry: entry.clone(),
    };
    standing.entries.iter().map(clock).filter(|clock| !clock.lapsed).collect()
}

/// What would follow on each ladder on which something counts or waits to count.
fn next(
    book: &rules::rulebook::Rulebook,
    standing: &Standing,
    language: &str,
    now: Timestamp,
) -> Vec<NextStep> {
    let mut steps: Vec<NextStep> = Vec::new();
    for entry in standing.entries.iter().filter(|entry| entry.expires_at > now) {
        if steps.iter().any(|step| step.ladder == entry.ladder) {
            continue;
        }
        let Some(ladder) = book.ladder_of(&entry.clause).filter(|one| one.id == entry.ladder)
        else {
            continue;
        };
        let Some(counted) = rules::decide::count(ladder, standing, now) else { continue };
        steps.push(NextStep {
            ladder: ladder.id.clone(),
            clauses: ladder.clauses.iter().map(|clause| title(book, clause, language)).collect(),
            step: counted.step.name.clone(),
            measures: rules::decide::kinds_in_words(language, &counted.step.measures(now)),
        });
    }
    steps
}
