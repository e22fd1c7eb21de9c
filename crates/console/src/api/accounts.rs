//! `/api/v1/accounts`: what counts against an account, and the link to its owner's own page. Must not give a program more
//! than the platform has a right to: the page itself opens only with a code.

use super::openapi::ProblemBody;
use crate::body;
use crate::problem::{NOT_FOUND, Problem, REFUSED, STORAGE};
use crate::query::Query;
use crate::state::{ConsoleState, storage};
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use http::HeaderMap;
use model::{AccountId, Permission};
use serde::Deserialize;
use serde_json::{Value, json};
use store::Contact;

fn account(text: &str) -> Result<AccountId, Problem> {
    AccountId::new(text).map_err(|error| Problem::new(&NOT_FOUND, format!("{error}.")))
}

/// Where the owner of an account can be written to.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LinkBody {
    /// E-mail address; notices and codes go there from now on. Without one the platform hands them on.
    email: Option<String>,
    /// The language that they read (BCP 47).
    language: Option<String>,
    /// Whether links given out before are withdrawn.
    renew: bool,
}

/// What counts against an account, with each clock, and every decision about it.
#[utoipa::path(
    get, path = "/api/v1/accounts/{id}", tag = "review", security(("key" = ["review"])),
    params(("id" = String, Path, description = "The platform's id of the account")),
    responses((status = 200, description = "`standing`, `decisions`, `appeals`", body = Object))
)]
pub(crate) async fn one(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(name): Path<String>,
    query: Query,
) -> Result<Json<Value>, Problem> {
    let caller = state.permit(&headers, Permission::ReadCases).await?;
    query.only(&[])?;
    let account = account(&name)?;
    state.look(&caller, model::Looked::Account, account.as_str()).await?;
    let failed = |error: store::StoreError| storage(&error);
    let mut standings =
        state.store.standings(std::slice::from_ref(&account)).await.map_err(failed)?;
    let decisions = state.store.decisions_about(&account).await.map_err(failed)?;
    let decisions: Vec<_> = decisions.iter().map(crate::reads::row).collect();
    Ok(Json(json!({
        "account": account,
        "standing": standings.remove(&account).unwrap_or_default(),
        "decisions": decisions,
    })))
}

/// Make a link to the page of an account's owner, to hand on to them.
///
/// The link alone shows nothing: the page opens with a one-time code, which is sent by e-mail when `email` is known, else
/// through the platform's webhook (`notice.code`). It lasts 90 days.
#[utoipa::path(
    post, path = "/api/v1/accounts/{id}/link", tag = "platform", security(("key" = ["events"])),
    params(("id" = String, Path, description = "The platform's id of the account")),
    request_body = LinkBody,
    responses(
        (status = 200, description = "`url` and `expires_at`", body = Object),
        (status = 422, description = "The address for mail is none", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn link(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(name): Path<String>,
    query: Query,
    body: Body,
) -> Result<Json<Value>, Problem> {
    state.permit(&headers, Permission::SendEvents).await?;
    query.only(&[])?;
    let asked: LinkBody = body::json(&headers, body, &state.bounds).await?;
    let contact = Contact { email: asked.email, language: asked.language };
    let drawn = state.review.you().issue(&account(&name)?, contact, asked.renew).await;
    let drawn = drawn.map_err(|error| match error {
        flow::YouError::Bad(why) => Problem::new(&REFUSED, format!("{why}.")),
        error => Problem::new(&STORAGE, error.to_string()).retry_after(5),
    })?;
    Ok(Json(json!({ "url": drawn.url, "expires_at": drawn.expires_at })))
}
