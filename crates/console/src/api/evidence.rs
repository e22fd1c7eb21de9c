//! `/api/v1/cases/{id}/preview` and `/evidence`: what would follow from a verdict, and what it rests on. Must not
//! serve anybody's file as a page.

use super::cases::id;
use super::openapi::{EvidenceBody, ProblemBody, VerdictBody};
use super::refused;
use crate::access::Caller;
use crate::body;
use crate::problem::{MALFORMED_BODY, NOT_FOUND, NOT_PERMITTED, Problem};
use crate::query::Query;
use crate::state::{ConsoleState, storage};
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use flow::{Attached, LONGEST_EVIDENCE, Supplied, Verdict};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use jiff::Timestamp;
use model::{EvidenceId, Looked, Permission};
use serde::Deserialize;
use serde_json::{Value, json};
use store::EvidenceOf;

/// What would follow from a verdict. Nothing is decided, and nobody is told.
///
/// The ladder's step with its arithmetic, the measures, what it departs from, whether a second person is needed, what
/// is missing, and the notice as the person will read it.
#[utoipa::path(
    post, path = "/api/v1/cases/{id}/preview", tag = "review", security(("key" = ["review"])),
    params(("id" = String, Path, description = "The case")),
    request_body = VerdictBody,
    responses(
        (status = 200, description = "The preview", body = Object),
        (status = 404, description = "No such case", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "Decided already", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn preview(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(name): Path<String>,
    query: Query,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let by = state.permit(&headers, Permission::ReadCases).await?.by;
    query.only(&[])?;
    let verdict: Verdict = body::json(&headers, body, &state.bounds).await?;
    let preview = state.review.preview(id(&name)?, &by, &verdict).await;
    preview.map(|preview| Json(preview.shown())).map_err(|error| refused(&error))
}

/// A piece of evidence, without its bytes.
pub(super) fn shown(one: &Attached) -> Value {
    json!({
        "id": one.id,
        "kind": one.kind,
        "title": one.title,
        "link": one.link,
        "retrieved_at": one.retrieved_at,
        "file_name": one.file_name,
        "media_type": one.media_type,
        "size": one.size,
        "sha256": one.sha256,
        "supplied_by": one.supplied_by,
        "supplied_at": one.supplied_at,
    })
}

/// What is attached to a case.
#[utoipa::path(
    get, path = "/api/v1/cases/{id}/evidence", tag = "review", security(("key" = ["review"])),
    params(("id" = String, Path, description = "The case")),
    responses((status = 200, description = "`evidence`, the oldest first", body = Object))
)]
pub(crate) async fn list(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(name): Path<String>,
    query: Query,
) -> Result<Json<Value>, Problem> {
    state.permit(&headers, Permission::ReadCases).await?;
    query.only(&[])?;
    let all = state.review.evidence(id(&name)?).await.map_err(|error| refused(&error))?;
    Ok(Json(json!({ "evidence": all.iter().map(shown).collect::<Vec<_>>() })))
}

/// Evidence without a file, as JSON.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    link: Option<String>,
    #[serde(default)]
    title: String,
    text: Option<String>,
    retrieved_at: Option<Timestamp>,
    claim_review: Option<model::Json>,
}

impl TryFrom<Asked> for Supplied {
    type Error = Problem;

    fn try_from(asked: Asked) -> Result<Self, Problem> {
        let Asked { link, title, text, retrieved_at, claim_review } = asked;
        match (claim_review, text, link) {
            (Some(review), None, None) => {
                Ok(Self::FactCheck { claim_review: review.as_str().to_owned() })
            }
            (None, Some(text), None) => Ok(Self::Text { title, text }),
            (None, None, Some(link)) => Ok(Self::Link { title, link, retrieved_at }),
            _ => Err(Problem::new(
                &MALFORMED_BODY,
                "A piece of evidence is one of `link`, `text` and `claim_review`: give each its own.",
            )),
        }
    }
}

/// What a request supplies: a link, a text or a fact check as JSON, or a file as it is.
pub(super) async fn supplied(
    state: &ConsoleState,
    headers: &HeaderMap,
    query: &Query,
    body: Body,
) -> Result<Supplied, Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if kind.is_some_and(|kind| kind.starts_with("application/json")) {
        let asked: Asked = body::json(headers, body, &state.bounds).await?;
        return asked.try_into();
    }
    let most = crate::state::Bounds { body_bytes: LONGEST_EVIDENCE + 1, ..state.bounds };
    let bytes = body::read(headers, body, &most).await?;
    let text = |key: &str| query.get(key).unwrap_or_default().to_owned();
    Ok(Supplied::File { title: text("title"), name: text("name"), bytes })
}

/// Attach evidence to a case: a link, a text or a fact check as JSON, or a file as it is.
///
/// A file is a PNG, JPEG, GIF, WebP, PDF or plain text, of 5 MiB at most; its type is read from its bytes. Its title
/// stands in the query. The same bytes are kept once.
#[utoipa::path(
    post, path = "/api/v1/cases/{id}/evidence", tag = "review", security(("key" = ["review"])),
    params(
        ("id" = String, Path, description = "The case"),
        ("title" = Option<String>, Query, description = "Of a file: what it is called"),
        ("name" = Option<String>, Query, description = "Of a file: its name"),
    ),
    request_body(content(
        (EvidenceBody = "application/json"),
        (Vec<u8> = "application/octet-stream"),
    )),
    responses(
        (status = 201, description = "Attached", body = Object),
        (status = 404, description = "No such case", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "Not taken; the detail says why", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn attach(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(name): Path<String>,
    query: Query,
    body: Body,
) -> Result<Response, Problem> {
    let by = state.permit(&headers, Permission::Decide).await?.by;
    query.only(&["title", "name"])?;
    let case = id(&name)?;
    let supplied = supplied(&state, &headers, &query, body).await?;
    let attached = state.review.attach(case, &by, supplied).await;
    let attached = attached.map_err(|error| refused(&error))?;
    Ok((StatusCode::CREATED, Json(shown(&attached))).into_response())
}

/// One file of evidence, to keep and not to show: browsers save it, and run nothing in it.
#[utoipa::path(
    get, path = "/api/v1/evidence/{id}", tag = "review", security(("key" = ["review"])),
    params(("id" = String, Path, description = "The evidence")),
    responses(
        (status = 200, description = "The bytes", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 404, description = "No such evidence, or its bytes are erased", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn file(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(name): Path<String>,
    query: Query,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::ReadCases).await?;
    query.only(&[])?;
    bytes(&state, &caller, &name).await
}

/// A piece of evidence with its bytes as an answer: pictures as they are, all else as a download. What came with an
/// appeal, only for who may hear that.
pub(crate) async fn bytes(
    state: &ConsoleState,
    caller: &Caller,
    name: &str,
) -> Result<Response, Problem> {
    let none = || Problem::new(&NOT_FOUND, "There is no such evidence, or its bytes are erased.");
    let id: EvidenceId = name.parse().map_err(|_| none())?;
    let found = state.review.appeals().evidence_bytes(id, &caller.by).await;
    let (one, bytes) = found.map_err(|error| super::appeals::refused(&error))?;
    match one.of {
        EvidenceOf::Case(case) => state.look(caller, Looked::Case, &case.to_string()).await?,
        EvidenceOf::Appeal(_) if !caller.may(Permission::HearAppeals) => {
            return Err(Problem::new(&NOT_PERMITTED, "This came with an appeal."));
        }
        EvidenceOf::Appeal(appeal) => {
            let stored = state.store.appeal(appeal).await.map_err(|error| storage(&error))?;
            let decision = stored.ok_or_else(none)?.appeal.decision;
            state.look(caller, Looked::Decision, &decision.to_string()).await?;
        }
    }
    let bytes = bytes.ok_or_else(none)?;
    let picture = one.media_type.starts_with("image/");
    let kind = if picture { one.media_type.as_str() } else { "application/octet-stream" };
    let called = file_name(&one);
    let how = if picture { "inline" } else { "attachment" };
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("{how}; filename=\"{called}\"")),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin".to_owned()),
    ] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    Ok(response)
}

/// What a file is called where somebody keeps it: nothing of its name can do anything, and it ends as its bytes say.
pub(crate) fn file_name(one: &Attached) -> String {
    let ends: &[&str] = match one.media_type.as_str() {
        "image/png" => &["png"],
        "image/jpeg" => &["jpg", "jpeg"],
        "image/gif" => &["gif"],
        "image/webp" => &["webp"],
        "application/pdf" => &["pdf"],
        "text/plain" => &["txt"],
        _ => &["json"],
    };
    let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let name: String = one.file_name.iter().flat_map(|name| name.chars()).filter(plain).collect();
    let name = name.trim_matches('.');
    let end = ends.first().copied().unwrap_or("json");
    let fits = name.rsplit_once('.').is_some_and(|(stem, own)| {
        !stem.is_empty() && ends.contains(&own.to_ascii_lowercase().as_str())
    });
    match name {
        "" => format!("{}.{end}", one.id),
        name if fits => name.to_owned(),
        name => format!("{name}.{end}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::EvidenceKind;

    const ID: &str = "00000000-0000-4000-8000-000000000000";

    #[test]
    fn a_name_cannot_do_anything_and_ends_as_the_bytes_say() {
        let named = |name: &str, media_type: &str| {
            file_name(&Attached {
                id: ID.parse().unwrap(),
                of: EvidenceOf::Case(ID.parse().unwrap()),
                kind: EvidenceKind::Document,
                title: "A title".into(),
                link: None,
                retrieved_at: None,
                file_name: Some(name.into()),
                media_type: media_type.into(),
                size: 1,
                sha256: String::new(),
                supplied_by: "person".into(),
                supplied_at: Timestamp::UNIX_EPOCH,
            })
        };
        assert_eq!(named("letter.txt", "text/plain"), "letter.txt");
        assert_eq!(named("PHOTO.JPEG", "image/jpeg"), "PHOTO.JPEG");
        assert_eq!(named("evil.html", "text/plain"), "evil.html.txt");
        assert_eq!(named("a\"; x=\"\r\nSet-Cookie: b", "image/png"), "axSet-Cookieb.png");
        assert_eq!(named("../../etc/passwd", "application/pdf"), "etcpasswd.pdf");
        assert_eq!(named("фото", "image/gif"), format!("{ID}.gif"));
    }
}
