//! `/console/replay`: what would another rulebook have decided? A draft is named or uploaded, tried in the background on
//! what was recorded, and looked at flip by flip. Must not decide or change what is recorded.

mod adopt;
mod draft;
mod jobs;
mod show;

pub(crate) use draft::start;
pub(super) use draft::{must_be_free, since, take_in};
pub(crate) use jobs::Jobs;
pub(crate) use show::{index, one};

use crate::state::ConsoleState;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

/// Most bytes of an uploaded rulebook.
const MOST_UPLOADED: usize = 16 << 20;

/// The rooms of replays.
pub(crate) fn router() -> Router<ConsoleState> {
    Router::new()
        .route(
            "/console/replay",
            get(index).post(start).layer(DefaultBodyLimit::max(MOST_UPLOADED)),
        )
        .route("/console/replay/{id}", get(one))
        .route("/console/replay/{id}/propose", post(adopt::propose))
        .route("/console/replay/{id}/adoption", post(adopt::say))
}
