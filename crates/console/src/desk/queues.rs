//! `/console/queues`: how much waits in each queue, how old it is, and who works on it. Must not change anything.

use super::Desk;
use crate::page::html;
use crate::problem::Problem;
use crate::query::Query;
use crate::reads::queue;
use crate::state::{ConsoleState, storage};
use crate::text;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use model::{Gravity, Permission, Targets};
use store::QueueState;

#[derive(Debug, Template)]
#[template(path = "queues.html")]
struct Page {
    desk: Desk,
    queues: Vec<QueueState>,
    targets: Targets,
    most: u64,
}

impl Page {
    /// How wide the bar of a queue is, of a hundred.
    fn share(&self, waiting: &u64) -> u64 {
        waiting * 100 / self.most.max(1)
    }

    /// How many wait of each severity, where any do.
    fn tallies(&self, queue: &QueueState) -> Vec<(u64, &'static str)> {
        let all = Gravity::ALL.iter().zip(queue.by_gravity);
        all.filter(|(_, count)| *count > 0)
            .map(|(gravity, count)| (count, gravity.word()))
            .collect()
    }

    fn target(&self, gravity: &Gravity) -> String {
        match self.targets.seconds(*gravity) {
            seconds @ ..=172_799 => format!("{} h", seconds / 3600),
            seconds => format!("{} days", seconds / 86_400),
        }
    }
}

/// `GET /console/queues`.
pub(crate) async fn show(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    query: Query,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::ReadCases).await?;
    query.only(&[])?;
    let queues = state.store.queue_states(state.clock.now()).await.map_err(|e| storage(&e))?;
    let targets = state.store.targets().await.map_err(|e| storage(&e))?;
    let most = queues.iter().map(|one| one.waiting).max().unwrap_or(0);
    html(&Page { desk: Desk::new(&state, &caller, "/console/queues"), queues, targets, most })
}

/// An address of the list of cases for one queue.
pub(crate) fn address(queue: &str) -> String {
    queue::address(&[("queue", queue)])
}
