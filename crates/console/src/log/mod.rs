//! `/log`: the public log as other people's programs read it (C2SP tlog-tiles), and as pages, feeds
//! and streams for people. Must not sign, and must not show a leaf that is not in a signed checkpoint.

mod feed;
mod files;
mod leaves;
mod monitor;
mod pages;
mod serve;

use crate::state::ConsoleState;
use axum::Router;
use axum::routing::get;

pub(crate) use files::Published;
pub(crate) use leaves::Sums;
pub(crate) use monitor::{Look, MonitorView, says, view as monitored};

/// Everything under `/log`.
pub(crate) fn router() -> Router<ConsoleState> {
    Router::new()
        .route("/log", get(pages::overview))
        .route("/log/", get(pages::overview))
        .route("/log/monitor", get(monitor::page))
        .route("/log/verify", get(pages::verify))
        .route("/log/feed.atom", get(feed::atom))
        .route("/log/leaves.ndjson", get(feed::lines))
        .route("/log/checkpoint", get(serve::checkpoint))
        .route("/log/vkey", get(serve::vkey))
        .route("/log/keys", get(serve::keys))
        .route("/log/tile/{*rest}", get(serve::tile))
}
