//! The files of an item, whole or in the parts that players ask for, through this server: nobody's browser calls the platform or a stranger. Must not be kept by a
//! browser, and must not be taken for a page.

use super::stored;
use crate::api::{case_id, refused};
use crate::problem::{NOT_FOUND, NOT_SHOWN, Problem};
use crate::query::Query;
use crate::state::ConsoleState;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use flow::ReviewError;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use model::{Looked, Permission};

/// Nothing in the file may do anything, should it be opened by itself.
const ALONE: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");

/// `GET /console/cases/{id}/media/{place}`, with `?clear=1` when it is not blurred.
pub(super) async fn show(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path((name, place)): Path<(String, String)>,
    query: Query,
    method: Method,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::ReadCases).await?;
    query.only(&["clear"])?;
    let case = stored(&state, case_id(&name)?).await?;
    let none = || Problem::new(&NOT_FOUND, "The item has no such picture, video or sound.");
    let place = place.parse().map_err(|_| none())?;
    state.look(&caller, Looked::Item, case.case.item.as_str()).await?;
    let clear = query.get("clear").is_some();
    let medium = state.review.medium(&case, &caller.by, place, clear).await;
    let medium = medium.map_err(|error| match error {
        ReviewError::NotAllowed(why) => Problem::new(&NOT_SHOWN, format!("Not shown: {why}.")),
        ReviewError::NoSuchItem(_) => none(),
        other => refused(&other),
    })?;
    let kept = [
        (header::CONTENT_TYPE, HeaderValue::from_static(medium.media_type)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("inline")),
        (header::CONTENT_SECURITY_POLICY, ALONE),
        (HeaderName::from_static("cross-origin-resource-policy"), SAME),
    ];
    let file = Bytes::from_owner(medium.bytes);
    Ok((kept, crate::range::serve(&method, &headers, &file, &medium.tag)).into_response())
}

const SAME: HeaderValue = HeaderValue::from_static("same-origin");
