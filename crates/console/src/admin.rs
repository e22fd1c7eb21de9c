//! What an operator's tools ask, on a listener of its own: does it live, is it ready, how is it
//! doing. Must not show anything of an event or a decision.

use crate::state::ConsoleState;
use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use flow::Readiness;
use http::{StatusCode, header};
use serde_json::{Value, json};
use std::sync::Arc;

/// Renders the metrics in the Prometheus text format.
pub type Metrics = Arc<dyn Fn() -> String + Send + Sync>;

/// `/livez`, `/readyz`, `/healthz` and `/metrics`.
pub fn admin_router(state: ConsoleState, metrics: Metrics) -> Router {
    let text = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    Router::new()
        .route("/livez", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/healthz", get(ready))
        .route("/metrics", get(move || async move { (text, metrics()) }))
        .with_state(state)
}

/// 200 when events can be taken and kept, else 503 and why.
async fn ready(State(state): State<ConsoleState>) -> (StatusCode, Json<Value>) {
    let intake = match state.intake.readiness() {
        Readiness::Ready => "ok".to_owned(),
        Readiness::Storage(why) => why,
        Readiness::Stopping => "stopping".to_owned(),
    };
    let database = match state.store.ping().await {
        Ok(()) => "ok".to_owned(),
        Err(error) => error.to_string(),
    };
    let status = if intake == "ok" && database == "ok" {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let rulebook = state.rulebook.load().version().clone();
    (status, Json(json!({ "intake": intake, "database": database, "rulebook": rulebook })))
}
