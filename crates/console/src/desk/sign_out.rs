//! `/console/sign-out`: ends the session at the server, not only in the browser.

use crate::problem::Problem;
use crate::state::{ConsoleState, storage};
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::{HeaderMap, header};

/// `POST /console/sign-out`.
pub(crate) async fn leave(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let caller = state.known(&headers, None).await?;
    if let Some((session, person)) = caller.session() {
        let now = state.clock.now();
        let ended = state.store.end_session(&session.id, person.id, now).await;
        ended.map_err(|error| storage(&error))?;
    }
    let mut response = Redirect::to("/console/sign-in").into_response();
    if let Some(cookie) = state.cookie().take() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}
