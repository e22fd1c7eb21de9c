//! Decides a run's events: in memory, from nothing, or with a store as the server does.
//! Must not read files or write results.

use crate::clock::{SystemClock, SystemIds};
use anyhow::{Context, Result};
use flow::{Decision as Became, Engine, Intake, Judged, Memory, Refused, Resume, Settings, Status};
use futures_util::future::join_all;
use model::{ActionId, Case, CaseId, Clock as _, Decision, Event, Outcome, Ruling, Statement};
use rules::Sources;
use rules::rulebook::Rulebook;
use serde::Serialize;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use store::Store;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// What the statements of a run without a server point to.
const NOWHERE: &str = "https://evenhand.invalid";

/// One line of the output.
#[derive(Debug, Serialize)]
pub(super) struct Line {
    /// The event.
    pub(super) action_id: ActionId,
    /// What became of it.
    pub(super) status: Status,
    /// What was held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) decision: Option<Decision>,
    /// Why, when something is breached.
    #[serde(skip_serializing_if = "Option::is_none")]
    statement: Option<Statement>,
    /// What waits for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    case: Option<Waits>,
    /// Rules that failed on this event; the others were heard.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) failures: Vec<String>,
}

/// A case: whole, or by its id when it waits in the store.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Waits {
    Whole(Box<Case>),
    Named { id: CaseId },
}

/// Decides a run's events.
pub(super) enum Decider {
    /// Keeps nothing.
    Memory(Box<Memory>),
    /// Keeps everything.
    Store { runtime: Runtime, intake: Intake, writer: JoinHandle<()>, stop: CancellationToken },
}

impl Decider {
    /// Starts from nothing.
    pub(super) fn in_memory(book: Rulebook) -> Self {
        Self::Memory(Box::new(Memory::new(Arc::new(book), NOWHERE)))
    }

    /// Goes on from what is in the store.
    pub(super) fn keeping(book: Rulebook, sources: Sources, path: &Path) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let stop = CancellationToken::new();
        let (intake, writer) = runtime.block_on(async {
            let store = Store::open(path).await?;
            let in_force = match flow::resume(&store, &sources, SystemClock.now()).await? {
                Resume::Folder => None,
                Resume::Adopted(book, _) | Resume::Held(book, ..) => Some(book),
            };
            if let Some(in_force) = in_force {
                anyhow::bail!(
                    "{} is in force in this store, and people must agree before another rulebook is: name the folder of that \
                     one, or a store of its own",
                    in_force.version().short()
                );
            }
            let settings = Settings {
                public_url: NOWHERE.into(),
                batch_wait: Duration::from_millis(1),
                patience: Duration::from_secs(600),
                ..Settings::default()
            };
            let (clock, ids) = (Arc::new(SystemClock), Arc::new(SystemIds));
            let engine = Engine::start(book, &sources, store, clock, ids, settings).await?;
            anyhow::Ok(Intake::start(engine, stop.clone()))
        })?;
        Ok(Self::Store { runtime, intake, writer, stop })
    }

    /// Decides events in order; for each a line, or why it was refused.
    pub(super) fn decide(&mut self, events: Vec<Event>) -> Result<Vec<Result<Line, String>>> {
        match self {
            Self::Memory(memory) => Ok(events.iter().map(|event| one(memory, event)).collect()),
            Self::Store { runtime, intake, .. } => {
                let submitted = events.into_iter().map(|event| intake.submit_waiting(event));
                runtime.block_on(join_all(submitted)).into_iter().map(answered).collect()
            }
        }
    }

    /// Waits until everything is kept.
    pub(super) fn finish(self) -> Result<()> {
        if let Self::Store { runtime, writer, stop, .. } = self {
            stop.cancel();
            runtime.block_on(writer).context("the writer broke off")?;
        }
        Ok(())
    }
}

fn one(memory: &mut Memory, event: &Event) -> Result<Line, String> {
    match memory.decide(event).map_err(|error| error.to_string())? {
        Became::Judged(judged) => Ok(judged_line(event, *judged)),
        Became::Duplicate => Ok(Line::new(&event.action_id, Status::Duplicate)),
    }
}

fn judged_line(event: &Event, judged: Judged) -> Line {
    let mut line = match judged.ruling {
        Ruling::NoItem => Line::new(&event.action_id, Status::Recorded),
        Ruling::Decided(decided) => {
            let line = Line::new(&event.action_id, Status::Decided);
            line.decided(decided.decision(), decided.statement())
        }
        Ruling::Referred(case) => {
            Line { case: Some(Waits::Whole(case)), ..Line::new(&event.action_id, Status::Referred) }
        }
    };
    line.failures = judged
        .outcome
        .errors
        .iter()
        .map(|error| format!("{}:{}: {}", error.path, error.line, error.message))
        .collect();
    line
}

/// A refusal of the event is told; a store that fails ends the run.
fn answered(answer: Result<flow::Answer, Refused>) -> Result<Result<Line, String>> {
    match answer {
        Ok(answer) => {
            let mut line = Line::new(&answer.action_id, answer.status);
            line.case = answer.case.map(|id| Waits::Named { id });
            Ok(Ok(match &answer.decided {
                Some(decided) => line.decided(decided.decision(), decided.statement()),
                None => line,
            }))
        }
        Err(error @ (Refused::Conflict(_) | Refused::BadItem(_) | Refused::Failed(_))) => {
            Ok(Err(error.to_string()))
        }
        Err(error) => Err(error.into()),
    }
}

impl Line {
    fn new(action_id: &ActionId, status: Status) -> Self {
        let action_id = action_id.clone();
        Self {
            action_id,
            status,
            decision: None,
            statement: None,
            case: None,
            failures: Vec::new(),
        }
    }

    /// A statement that nothing is breached says nothing that the decision does not.
    fn decided(self, decision: &Decision, statement: &Statement) -> Self {
        let breach = matches!(decision.outcome, Outcome::Breach { .. });
        let statement = breach.then(|| statement.clone());
        Self { decision: Some(decision.clone()), statement, ..self }
    }
}
