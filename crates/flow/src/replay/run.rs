//! Reads the record page by page and decides each event again; keeps how far it came, so that it can go on after
//! being killed. Must hold no more in memory than a page, the sums and what differs.

use super::compare::{Flip, Ruled};
use super::evenness::{self, Instead};
use super::facts::{ListsThen, Rebuilt, Told};
use super::ledger::{Ledger, arrival, people};
use super::report::{ReplayReport, seconds};
use super::tally::Tally;
use crate::decide::{Circumstances, Judged, Undecided, contained, decide_one};
use crate::evaluate::Known;
use jiff::{SignedDuration, Timestamp};
use model::{AccountId, Decision, Exemption, ItemId, RulebookVersion, Ruling, SeededIds, Subject};
use rules::rulebook::Rulebook;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::{Became, Recorded, RecordedEntry, RecordedSpan, Store, StoreError};

/// The format of the checkpoint; another one is not gone on from.
const FORMAT: u32 = 1;
/// What an erasure leaves of an event.
const ERASED: &str = "erased";

/// What is to be replayed.
#[derive(Debug, Clone)]
pub struct ReplayOptions {
    /// Events that came at or after.
    pub since: Timestamp,
    /// The folder for the checkpoint, the flips and the report; the operator's alone, it names accounts.
    pub folder: PathBuf,
    /// Events that are read at once.
    pub page: u32,
    /// How often the checkpoint is written.
    pub checkpoint_every: Duration,
    /// Whether like cases are compared at the end.
    pub evenness: bool,
}

/// Why a replay could not be done.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The store failed.
    #[error("the record cannot be read: {0}")]
    Store(#[from] StoreError),
    /// Like cases could not be compared.
    #[error(transparent)]
    Audit(#[from] crate::audit::AuditError),
    /// A file of the replay's folder failed.
    #[error("{}: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// What stands in the folder cannot be read.
    #[error("{} cannot be gone on from ({why}); start anew in another folder", path.display())]
    Checkpoint {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// Nothing was recorded.
    #[error("nothing was recorded since {0}")]
    Nothing(Timestamp),
    /// It broke off.
    #[error("the replay broke off: {0}")]
    Fault(String),
}

/// How far a replay is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Events read.
    pub done: u64,
    /// Events in all, about.
    pub all: u64,
    /// Flips so far.
    pub flips: u64,
}

/// What is to be done after a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Go on.
    On,
    /// Keep how far it is, and stop.
    Stop,
    /// Stop as a crash would.
    Drop,
}

/// All that is needed to go on.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct State {
    format: u32,
    draft: RulebookVersion,
    in_force: RulebookVersion,
    since: Timestamp,
    span: RecordedSpan,
    /// The last place that was decided again.
    after: i64,
    /// Bytes of the flips' file that belong to it.
    flips: u64,
    seconds: f64,
    /// In microseconds.
    usual_delay: Option<i64>,
    tally: Tally,
    ledger: Ledger,
    rebuilt: Rebuilt,
}

/// A replay under way.
#[derive(Debug)]
pub struct Replay {
    store: Store,
    draft: Arc<Rulebook>,
    lists: Arc<ListsThen>,
    options: ReplayOptions,
    state: State,
    flips: BufWriter<File>,
    resumed: bool,
}

/// One page with the standings that were recorded of its accounts.
#[derive(Debug, Default)]
struct Page {
    events: Vec<Recorded>,
    entries: HashMap<AccountId, Vec<RecordedEntry>>,
    subjects: Vec<Option<AccountId>>,
    exemptions: HashMap<ItemId, Vec<Exemption>>,
}

impl Replay {
    /// Begins, or goes on where the folder's checkpoint says. `draft` is what [`super::as_adopted`] made of it.
    ///
    /// # Errors
    /// [`ReplayError`] says what cannot be read.
    pub async fn open(
        store: Store,
        draft: Arc<Rulebook>,
        in_force: RulebookVersion,
        options: ReplayOptions,
    ) -> Result<Self, ReplayError> {
        std::fs::create_dir_all(&options.folder).map_err(|error| at(&options.folder, error))?;
        let lists = Arc::new(ListsThen::read(&store, &draft).await?);
        let kept = read_checkpoint(&options.folder.join("checkpoint.json"))?;
        let fits = |state: &State| {
            state.format == FORMAT
                && state.draft == *draft.version()
                && state.in_force == in_force
                && state.since == options.since
        };
        let resumed = kept.as_ref().is_some_and(fits);
        let state = match kept.filter(fits) {
            Some(state) => state,
            None => {
                let span = store.recorded_span(options.since).await?;
                let span = span.ok_or(ReplayError::Nothing(options.since))?;
                State {
                    format: FORMAT,
                    draft: draft.version().clone(),
                    in_force,
                    since: options.since,
                    span,
                    after: span.first.saturating_sub(1),
                    flips: 0,
                    seconds: 0.0,
                    usual_delay: store
                        .usual_delay()
                        .await?
                        .map(|delay| i64::try_from(delay.as_micros()).unwrap_or(i64::MAX)),
                    tally: Tally::default(),
                    ledger: Ledger::default(),
                    rebuilt: Rebuilt::new(span.whole),
                }
            }
        };
        let path = options.folder.join("flips.ndjson");
        let mut flips = OpenOptions::new();
        let flips = flips.create(true).write(true).truncate(false).open(&path);
        let mut flips = flips.map_err(|error| at(&path, error))?;
        // What was written after the checkpoint is found again.
        flips.set_len(state.flips).map_err(|error| at(&path, error))?;
        std::io::Seek::seek(&mut flips, std::io::SeekFrom::End(0))
            .map_err(|error| at(&path, error))?;
        Ok(Self { store, draft, lists, options, state, flips: BufWriter::new(flips), resumed })
    }

    /// Whether it goes on from an earlier run.
    #[must_use]
    pub const fn resumed(&self) -> bool {
        self.resumed
    }

    /// How far it is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let RecordedSpan { first, last, .. } = self.state.span;
        let all = u64::try_from(last.saturating_sub(first).saturating_add(1)).unwrap_or(0);
        Progress { done: self.state.tally.events, all, flips: self.state.tally.flips() }
    }

    /// Decides all that is left. `after_page` is told how far it is after every page; `None` if it stopped early.
    ///
    /// # Errors
    /// [`ReplayError`] says what failed; it can be gone on from the last checkpoint.
    pub async fn run(
        mut self,
        now: Timestamp,
        mut after_page: impl FnMut(Progress) -> Step,
    ) -> Result<Option<ReplayReport>, ReplayError> {
        let mut begun = Instant::now();
        let mut kept = Instant::now();
        let mut next = self.page(self.state.after).await?;
        while let Some(last) = next.events.last().map(|one| one.seq) {
            let page = std::mem::take(&mut next);
            let state = std::mem::take(&mut self.state.tally);
            let work = Work {
                draft: Arc::clone(&self.draft),
                lists: Arc::clone(&self.lists),
                usual_delay: self.state.usual_delay.map(SignedDuration::from_micros),
                tally: state,
                ledger: std::mem::take(&mut self.state.ledger),
                rebuilt: std::mem::take(&mut self.state.rebuilt),
                flips: Vec::new(),
            };
            // The next page is read while this one is decided.
            let decided = tokio::task::spawn_blocking(move || work.page(&page));
            let (decided, read) = tokio::join!(decided, self.page(last));
            let done = decided.map_err(|error| ReplayError::Fault(error.to_string()))??;
            next = read?;
            self.write(&done.flips)?;
            (self.state.tally, self.state.ledger) = (done.tally, done.ledger);
            self.state.rebuilt = done.rebuilt;
            self.state.after = last;
            self.state.seconds += begun.elapsed().as_secs_f64();
            begun = Instant::now();
            let step = after_page(self.progress());
            if step == Step::Drop {
                return Ok(None);
            }
            if step == Step::Stop || kept.elapsed() >= self.options.checkpoint_every {
                self.checkpoint()?;
                kept = Instant::now();
            }
            if step == Step::Stop {
                return Ok(None);
            }
        }
        self.checkpoint()?;
        self.finish(now).await.map(Some)
    }

    async fn page(&self, after: i64) -> Result<Page, StoreError> {
        let events = self.store.recorded(after, self.state.span.last, self.options.page).await?;
        let subjects: Vec<Option<AccountId>> = events
            .iter()
            .map(|one| Subject::of(&one.stored.event).ok().flatten())
            .map(|subject| subject.map(|subject| subject.account.id))
            .collect();
        let accounts: BTreeSet<&AccountId> = subjects.iter().flatten().collect();
        let accounts: Vec<AccountId> = accounts.into_iter().cloned().collect();
        let entries = self.store.recorded_entries(&accounts).await?;
        let items: BTreeSet<ItemId> = events
            .iter()
            .filter_map(|one| Subject::of(&one.stored.event).ok().flatten())
            .map(|subject| subject.item.id)
            .collect();
        let items: Vec<ItemId> = items.into_iter().collect();
        let exemptions = self.store.exemptions_of(&items).await?;
        Ok(Page { events, entries, subjects, exemptions })
    }

    fn write(&mut self, flips: &[Flip]) -> Result<(), ReplayError> {
        let path = || self.options.folder.join("flips.ndjson");
        for flip in flips {
            let mut line = serde_json::to_vec(flip).map_err(|error| at(&path(), error.into()))?;
            line.push(b'\n');
            self.flips.write_all(&line).map_err(|error| at(&path(), error))?;
            self.state.flips += line.len() as u64;
        }
        Ok(())
    }

    /// Keeps how far it is. The flips are on the disk before the checkpoint names them.
    fn checkpoint(&mut self) -> Result<(), ReplayError> {
        let path = self.options.folder.join("checkpoint.json");
        let written = self.flips.flush().and_then(|()| self.flips.get_ref().sync_data());
        written.map_err(|error| at(&self.options.folder.join("flips.ndjson"), error))?;
        let text = serde_json::to_vec(&self.state).map_err(|error| at(&path, error.into()))?;
        replace(&path, &text)
    }

    async fn finish(self, now: Timestamp) -> Result<ReplayReport, ReplayError> {
        let begun = Instant::now();
        let evenness = if self.options.evenness {
            let mut instead = Instead::default();
            for flip in flips(&self.options.folder)? {
                let flip = flip?;
                if flip.missing.is_empty() {
                    instead.take(flip);
                }
            }
            let times = (now, self.state.since);
            Some(evenness::change(&self.store, &self.draft, times, instead).await?)
        } else {
            None
        };
        tracing::debug!(took = ?begun.elapsed(), "like cases were compared");
        let State { tally, ledger, .. } = self.state;
        let (accounts_newly_hit, accounts_cleared) = tally.accounts();
        let report = ReplayReport {
            made_at: now,
            since: self.state.since,
            draft: self.state.draft,
            in_force: self.state.in_force,
            tally,
            accounts_newly_hit,
            accounts_cleared,
            notices_recorded: ledger.notices_recorded,
            notices_assumed: ledger.notices_assumed,
            usual_delay: seconds(self.state.usual_delay.map(SignedDuration::from_micros)),
            evenness,
            seconds: self.state.seconds,
        };
        let path = self.options.folder.join("report.json");
        let text = serde_json::to_vec(&report).map_err(|error| at(&path, error.into()))?;
        replace(&path, &text)?;
        Ok(report)
    }
}

/// The flips that a replay's folder holds, one by one.
///
/// # Errors
/// [`ReplayError`] when the file cannot be read; a line that cannot be is an error of its own.
pub fn flips(
    folder: &Path,
) -> Result<impl Iterator<Item = Result<Flip, ReplayError>> + use<>, ReplayError> {
    let path = folder.join("flips.ndjson");
    let file = File::open(&path).map_err(|error| at(&path, error))?;
    let lines = BufReader::new(file).lines();
    Ok(lines.map(move |line| {
        let line = line.map_err(|error| at(&path, error))?;
        serde_json::from_str(&line).map_err(|error| at(&path, error.into()))
    }))
}

/// What is done away from the reactor: pure, event after event.
struct Work {
    draft: Arc<Rulebook>,
    lists: Arc<ListsThen>,
    usual_delay: Option<SignedDuration>,
    tally: Tally,
    ledger: Ledger,
    rebuilt: Rebuilt,
    flips: Vec<Flip>,
}

impl Work {
    fn page(mut self, page: &Page) -> Result<Self, ReplayError> {
        let ids = SeededIds::new(self.draft.version().as_str());
        for (event, account) in page.events.iter().zip(&page.subjects) {
            self.tally.events += 1;
            if event.stored.event.action_name == ERASED && account.is_none() {
                self.tally.erased += 1;
                continue;
            }
            let recorded = account.as_ref().and_then(|account| page.entries.get(account));
            let recorded = recorded.map_or(&[][..], Vec::as_slice);
            self.event(event, account.as_ref(), (recorded, &page.exemptions), &ids);
        }
        Ok(self)
    }

    fn event(
        &mut self,
        event: &Recorded,
        account: Option<&AccountId>,
        (recorded, exemptions): (&[RecordedEntry], &HashMap<ItemId, Vec<Exemption>>),
        ids: &SeededIds,
    ) {
        let told = match self.rebuilt.told(&self.draft, &self.lists, event) {
            Ok(told) => told,
            Err(why) => return self.undecidable(why),
        };
        let Told { facts, missing } = told;
        let mut known = Known::with(facts);
        known.exemptions.clone_from(exemptions);
        if let Some(account) = account {
            let standing = self.ledger.standing(account, recorded, event);
            known.set_standing(account, standing);
        }
        let circumstances = Circumstances { now: event.stored.received_at, ids, public_url: "" };
        let draft = &self.draft;
        let judged = contained(|| decide_one(draft, &event.stored.event, &known, circumstances));
        let judged = match judged {
            Ok(judged) => judged,
            Err(Undecided::BadItem(_)) if matches!(event.stored.became, Became::Failed(_)) => {
                self.tally.undecided_then += 1;
                return;
            }
            Err(error) => return self.undecidable(error.to_string()),
        };
        self.rebuilt.take(event, &judged.outcome, &judged.labels);
        self.ledger.take(&judged.ruling, event, recorded, self.usual_delay);
        self.compare(event, judged, missing);
    }

    fn undecidable(&mut self, why: String) {
        self.tally.undecidable += 1;
        self.tally.first_undecidable.get_or_insert(why);
    }

    fn compare(&mut self, event: &Recorded, judged: Judged, missing: BTreeSet<String>) {
        let Some(after) = Ruled::of(&judged.ruling) else {
            self.tally.without_item += 1;
            return;
        };
        let Some(before) = then(event) else {
            self.tally.undecided_then += 1;
            return;
        };
        let turn = before.turn(&after);
        let sure = missing.is_empty();
        // Groups are read for every item only if there are any to read.
        let groups = if sure || turn.is_some() {
            groups(&self.draft, event, judged.subject.as_ref())
        } else {
            BTreeMap::new()
        };
        if sure {
            self.tally.compared((&before, &after), &event.stored.rulebook, &groups, turn);
        } else {
            self.tally.unsure(&missing, turn.is_some());
        }
        let (Some(turn), Some(subject)) = (turn, judged.subject) else { return };
        let flip = Flip {
            seq: event.seq,
            action_id: event.stored.event.action_id.clone(),
            item: subject.item.id,
            account: subject.account.id,
            at: event.stored.received_at,
            rulebook: event.stored.rulebook.clone(),
            decision: arrival(event).map(|(_, decision)| decision.id),
            turn,
            before,
            after,
            missing: missing.into_iter().collect(),
            people: people(event).map(Ruled::decided),
            groups,
            decides: decides(judged.ruling),
        };
        if sure {
            self.tally.flip(&flip);
        }
        self.flips.push(flip);
    }
}

fn decides(ruling: Ruling) -> Option<Box<Decision>> {
    match ruling {
        Ruling::Decided(decided) => Some(Box::new(decided.decision().clone())),
        Ruling::Referred(_) | Ruling::NoItem => None,
    }
}

/// What automation said then; `None` where it could not decide.
fn then(event: &Recorded) -> Option<Ruled> {
    match &event.stored.became {
        Became::Decided(_) => arrival(event).map(|(_, decision)| Ruled::decided(decision)),
        Became::Referred(_) => Some(Ruled::waiting(&[])),
        Became::Nothing | Became::Failed(_) => None,
    }
}

fn groups(
    draft: &Rulebook,
    event: &Recorded,
    subject: Option<&Subject>,
) -> BTreeMap<String, String> {
    let groupings = &draft.audit.groupings;
    if groupings.is_empty() {
        return BTreeMap::new();
    }
    let event = &event.stored.event;
    let data: serde_json::Value = event.data.read().unwrap_or_default();
    let register =
        subject.and_then(|subject| draft.affiliation_of(&subject.account.id, event.timestamp));
    let named = groupings.iter().map(|one| {
        let group = one.group(event, &data, register).unwrap_or_else(|| "(undeclared)".to_owned());
        (one.name.clone(), group)
    });
    named.collect()
}

fn read_checkpoint(path: &Path) -> Result<Option<State>, ReplayError> {
    match std::fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| {
            ReplayError::Checkpoint { path: path.to_owned(), why: error.to_string() }
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(at(path, error)),
    }
}

/// Puts a new file in the place of an old one: either is whole after a power cut.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), ReplayError> {
    let fresh = path.with_extension("new");
    let write = || -> std::io::Result<()> {
        let mut file = File::create(&fresh)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&fresh, path)?;
        path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    };
    write().map_err(|error| at(path, error))
}

fn at(path: &Path, error: std::io::Error) -> ReplayError {
    ReplayError::File { path: path.to_owned(), error }
}
