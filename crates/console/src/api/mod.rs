//! `/api/v1`: what programs ask and send. Each handler carries its own description, from which
//! `/openapi.json` is made. Must not answer an event before the transaction that keeps it.

mod accounts;
mod affiliations;
pub(crate) mod appeals;
mod bulk;
mod cases;
mod decisions;
mod enforcement;
mod erasures;
mod evenness;
mod events;
mod evidence;
mod exemptions;
mod like;
mod lists;
mod openapi;
mod public;
mod receipts;
mod reports;
mod restrictions;
pub(crate) mod webhooks;
pub(crate) mod work;

use crate::problem::{METHOD_NOT_ALLOWED, NOT_FOUND, Problem};
pub(crate) use bulk::bulk_act;
pub(crate) use cases::id as case_id;
pub(crate) use evidence::{bytes as evidence_bytes, file_name};
pub(crate) use openapi::{MeasureBody, StatementBody};

use crate::state::ConsoleState;
use axum::{Json, Router};
use flow::{ReviewError, Reviewed};
use serde_json::{Value, json};
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The interface and its description.
pub(crate) fn router() -> (Router<ConsoleState>, utoipa::openapi::OpenApi) {
    let (router, mut description) = OpenApiRouter::with_openapi(openapi::Description::openapi())
        .routes(routes!(events::send))
        .routes(routes!(receipts::send))
        .routes(routes!(reports::send))
        .routes(routes!(accounts::one))
        .routes(routes!(accounts::link))
        .routes(routes!(affiliations::list, affiliations::enter))
        .routes(routes!(affiliations::withdraw))
        .routes(routes!(affiliations::emergencies))
        .routes(routes!(exemptions::list, exemptions::propose))
        .routes(routes!(exemptions::one))
        .routes(routes!(exemptions::say))
        .routes(routes!(appeals::submit, appeals::list))
        .routes(routes!(appeals::one))
        .routes(routes!(appeals::hand_in))
        .routes(routes!(appeals::answer))
        .routes(routes!(appeals::approve))
        .routes(routes!(reports::one))
        .routes(routes!(reports::unfounded))
        .routes(routes!(reports::measure))
        .routes(routes!(bulk::prepare))
        .routes(routes!(bulk::one))
        .routes(routes!(bulk::act))
        .routes(routes!(cases::list))
        .routes(routes!(cases::one))
        .routes(routes!(cases::decide))
        .routes(routes!(cases::approve))
        .routes(routes!(work::queues))
        .routes(routes!(work::work))
        .routes(routes!(work::history))
        .routes(routes!(work::filters))
        .routes(routes!(work::save, work::forget))
        .routes(routes!(evidence::preview))
        .routes(routes!(evidence::list, evidence::attach))
        .routes(routes!(evidence::file))
        .routes(routes!(decisions::list))
        .routes(routes!(decisions::one))
        .routes(routes!(decisions::person))
        .routes(routes!(decisions::disclosure))
        .routes(routes!(decisions::regulator))
        .routes(routes!(enforcement::list))
        .routes(routes!(enforcement::redeliver))
        .routes(routes!(webhooks::list, webhooks::add))
        .routes(routes!(webhooks::one, webhooks::enable, webhooks::remove))
        .routes(routes!(webhooks::rotate))
        .routes(routes!(webhooks::test))
        .routes(routes!(webhooks::deliveries))
        .routes(routes!(webhooks::redeliver))
        .routes(routes!(like::find))
        .routes(routes!(erasures::erase))
        .routes(routes!(lists::edit, lists::changes))
        .routes(routes!(decisions::replace))
        .routes(routes!(restrictions::compare))
        .routes(routes!(restrictions::monitor))
        .routes(routes!(public::lookup))
        .routes(routes!(public::overview))
        .routes(routes!(evenness::newest))
        .routes(routes!(evenness::history))
        .routes(routes!(evenness::one))
        .routes(routes!(public::rulebook))
        .routes(routes!(public::rulebook_history))
        .routes(routes!(public::rulebook_replay))
        .routes(routes!(public::rulebook_version))
        .split_for_parts();
    openapi::complete(&mut description);
    (router, description)
}

/// What an address under `/api/` answers that there is none at.
pub(crate) async fn nothing() -> Problem {
    Problem::new(&NOT_FOUND, "Nothing answers at this address; /openapi.json lists what there is.")
}

/// What an address answers to a method that it does not take.
pub(crate) async fn no_method() -> Problem {
    Problem::new(&METHOD_NOT_ALLOWED, "This address takes another method.")
}

/// What became of a person's verdict: 200 with the decision, or 202 when it waits for a second.
fn reviewed(reviewed: Reviewed) -> (http::StatusCode, Json<Value>) {
    match reviewed {
        Reviewed::Decided(decided) => {
            let decision = decided.decision();
            let body = json!({
                "status": "decided",
                "decision": decision.id,
                "measures": decision.measures,
                "statement": decided.statement().person_view(decision),
            });
            (http::StatusCode::OK, Json(body))
        }
        Reviewed::Proposed { case, why } => {
            let body = json!({ "status": "proposed", "case": case, "why": why });
            (http::StatusCode::ACCEPTED, Json(body))
        }
    }
}

/// Why a person's verdict was refused.
pub(crate) fn refused(error: &ReviewError) -> Problem {
    use crate::problem::{
        CASE_CLAIMED, CASE_CLOSED, NOT_YOURS, REFUSED, SAME_PERSON, STORAGE, TOO_MANY_REQUESTS,
    };
    let kind = match error {
        ReviewError::NoSuchCase(_)
        | ReviewError::NoSuchDecision(_)
        | ReviewError::NoSuchItem(_)
        | ReviewError::NoSuchBulk(_)
        | ReviewError::NoSuchEvidence(_) => &NOT_FOUND,
        ReviewError::AlreadyDecided
        | ReviewError::NothingProposed
        | ReviewError::NotWaiting(_)
        | ReviewError::Waits(_) => &CASE_CLOSED,
        ReviewError::Claimed { .. } => &CASE_CLAIMED,
        ReviewError::NotYours => &NOT_YOURS,
        ReviewError::TooMany(_) => &TOO_MANY_REQUESTS,
        ReviewError::SamePerson(_) => &SAME_PERSON,
        ReviewError::NotAllowed(_)
        | ReviewError::Departs(_)
        | ReviewError::DepartsFromLadder(_) => &REFUSED,
        ReviewError::Storage => return Problem::new(&STORAGE, error.to_string()).retry_after(5),
    };
    Problem::new(kind, error.to_string())
}
