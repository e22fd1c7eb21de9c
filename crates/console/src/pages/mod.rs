//! The public pages. Each is also there as JSON, under `/api/v1` and for whoever accepts only that.
//! They show what the crate's `reads` give and nothing else.

pub(crate) mod affiliations;
mod decision;
mod decisions;
mod emergencies;
pub(crate) mod evenness;
pub(crate) mod exemptions;
mod lookup;
pub(crate) mod mail;
mod overview;
mod problems;
pub(crate) mod report;
mod rulebook;
mod tester;

use crate::problem::{NOT_FOUND, Problem};
use crate::state::ConsoleState;
use axum::Router;
use axum::routing::{get, post};

pub(crate) use decision::id as decision_id;
pub(crate) use decisions::filter;

/// All pages.
pub(crate) fn router() -> Router<ConsoleState> {
    Router::new()
        .route("/", get(overview::show))
        .route("/decisions", get(decisions::show))
        .route("/decisions/{id}", get(decision::show))
        .route("/decisions/{id}/receipt", get(decision::receipt))
        .route("/decisions/{id}/file", get(decision::file))
        .route("/rulebook", get(rulebook::in_force))
        .route("/rulebook/try", get(tester::show).post(tester::ask))
        .route("/rulebook/history", get(rulebook::history))
        .route("/rulebook/replays/{digest}", get(rulebook::replay))
        .route("/rulebook/{version}", get(rulebook::version))
        .route("/rulebook/{version}/{policy}", get(rulebook::policy))
        .route("/evenness", get(evenness::newest))
        .route("/evenness/history", get(evenness::history))
        .route("/evenness/{id}", get(evenness::one))
        .route("/evenness/{id}/report.pdf", get(evenness::paper))
        .route("/evenness/{id}/sets.ndjson", get(evenness::sets))
        .route("/affiliations", get(affiliations::show))
        .route("/affiliations/wrong", get(affiliations::ask).post(affiliations::send))
        .route("/affiliations/wrong/{id}", get(affiliations::answer))
        .route("/emergencies", get(emergencies::show))
        .route("/exemptions", get(exemptions::show))
        .route("/exemptions/{id}", get(exemptions::one))
        .route("/lookup", get(lookup::show))
        .route("/report", get(report::show).post(report::send))
        .route("/report/{token}", get(report::receipt).post(report::contest))
        .route("/report/{token}/quiet", post(report::quiet))
        .route("/mail/{token}", get(mail::show).post(mail::say))
        .route("/problems", get(problems::all))
        .route("/problems/{name}", get(problems::one))
        .route("/static/{name}", get(crate::assets::serve))
        .fallback(|| async { Problem::new(&NOT_FOUND, "No page has this address.") })
}
