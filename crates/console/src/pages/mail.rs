//! `/mail/{token}`: the page behind the link in letters to who reported, on which they say that they want such letters or
//! no more of them. Opening it says nothing: programs open links in letters, too. Must not show an address.

use super::report::private;
use crate::page::{Frame, html};
use crate::problem::{MALFORMED_BODY, NOT_FOUND, Problem};
use crate::reads;
use crate::state::{ConsoleState, storage};
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use store::MailWish;

#[derive(Debug, Template)]
#[template(path = "mail.html")]
struct Page<'a> {
    frame: Frame,
    wish: Option<MailWish>,
    token: &'a str,
}

/// What the buttons send.
#[derive(Debug, Deserialize)]
pub(crate) struct Said {
    #[serde(default)]
    wish: String,
}

async fn reporter(state: &ConsoleState, token: &str) -> Result<String, Problem> {
    let found = state.store.mail_link(token).await.map_err(|error| storage(&error))?;
    found.ok_or_else(|| Problem::new(&NOT_FOUND, "This link is in no letter of ours."))
}

/// `GET /mail/{token}`.
pub(crate) async fn show(
    State(state): State<ConsoleState>,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    let reporter = reporter(&state, &token).await?;
    let wish = state.store.mail_wish(&reporter).await.map_err(|error| storage(&error))?;
    let frame = Frame { at: "/report", provider: reads::provider(&state), twin: None };
    html(&Page { frame, wish, token: &token }).map(private)
}

/// `POST /mail/{token}`.
pub(crate) async fn say(
    State(state): State<ConsoleState>,
    Path(token): Path<String>,
    Form(said): Form<Said>,
) -> Result<Response, Problem> {
    let reporter = reporter(&state, &token).await?;
    let wish = match said.wish.as_str() {
        "yes" => MailWish::Confirmed,
        "no" => MailWish::Ended,
        _ => return Err(Problem::new(&MALFORMED_BODY, "Say `wish` as `yes` or `no`.")),
    };
    let kept = state.store.wish_mail(&reporter, wish, state.clock.now()).await;
    kept.map_err(|error| storage(&error))?;
    Ok(private(Redirect::to(&format!("/mail/{token}")).into_response()))
}
