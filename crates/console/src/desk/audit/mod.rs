//! `/console/audit`: the measurement of evenness for those who work here. The newest report with its alarms, every
//! unlike pair with both texts, what the platform says to it, and pairs to be judged blind. Must not decide a case.

mod blind;
mod pair;
mod room;

use crate::state::ConsoleState;
use axum::Router;
use axum::routing::{get, post};

/// All pages of the room.
pub(super) fn router() -> Router<ConsoleState> {
    Router::new()
        .route("/console/audit", get(room::show).post(room::publish))
        .route("/console/audit/pairs", get(room::pairs))
        .route("/console/audit/pair", get(pair::show).post(pair::answer))
        .route("/console/audit/blind", get(blind::show))
        .route("/console/audit/blind/{look}", post(blind::judge))
}
