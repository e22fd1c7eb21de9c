//! Evidence at the desk: a form with a file, a link or a fact check, and the files to look at. Must not hold a file
//! that is larger than one may be.

use super::to;
use crate::api::{case_id, evidence_bytes, refused};
use crate::problem::{BODY_TOO_LARGE, MALFORMED_BODY, Problem};
use crate::state::ConsoleState;
use axum::extract::{Multipart, Path, State};
use axum::response::Response;
use flow::{LONGEST_EVIDENCE, Supplied};
use http::HeaderMap;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::Permission;

/// Longest text field of the form, in bytes; a fact check is one.
const LONGEST_FIELD: usize = 1 << 18;

#[derive(Debug, Default)]
struct Sent {
    title: String,
    link: String,
    read_on: String,
    claim_review: String,
    name: String,
    bytes: Vec<u8>,
    back: String,
}

pub(super) async fn attach(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(name): Path<String>,
    form: Multipart,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::Decide).await?;
    let id = case_id(&name)?;
    let sent = read(form).await?;
    let supplied = if !sent.bytes.is_empty() {
        Supplied::File { title: sent.title, name: sent.name, bytes: sent.bytes }
    } else if !sent.claim_review.trim().is_empty() {
        Supplied::FactCheck { claim_review: sent.claim_review }
    } else {
        let day: Option<Date> = sent.read_on.parse().ok();
        let retrieved_at =
            day.and_then(|day| day.at(0, 0, 0, 0).to_zoned_datetime(TimeZone::UTC).ok());
        let retrieved_at = retrieved_at.map(|day| day.timestamp());
        Supplied::Link { title: sent.title, link: sent.link, retrieved_at }
    };
    let attached = state.review.attach(id, &caller.by, supplied).await;
    let one = attached.map_err(|error| refused(&error))?;
    let pairs: super::Pairs = form_urlencoded::parse(sent.back.as_bytes()).into_owned().collect();
    let mut filled = super::Filled::of(&pairs);
    filled.evidence.push(one.id.to_string());
    Ok(to(id, &format!("?{}&told=attached", filled.query())))
}

async fn read(mut form: Multipart) -> Result<Sent, Problem> {
    let broken = || Problem::new(&MALFORMED_BODY, "The form broke off or is none; send it again.");
    let mut sent = Sent::default();
    while let Some(mut field) = form.next_field().await.map_err(|_| broken())? {
        let name = field.name().unwrap_or_default().to_owned();
        let file = name == "file";
        if file {
            field.file_name().unwrap_or_default().clone_into(&mut sent.name);
        }
        let most = if file { LONGEST_EVIDENCE } else { LONGEST_FIELD };
        let mut bytes = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(|_| broken())? {
            if bytes.len() + chunk.len() > most {
                let told = format!("`{name}` may have {most} bytes at most.");
                return Err(Problem::new(&BODY_TOO_LARGE, told));
            }
            bytes.extend_from_slice(&chunk);
        }
        let into = match name.as_str() {
            "file" => {
                sent.bytes = bytes;
                continue;
            }
            "title" => &mut sent.title,
            "link" => &mut sent.link,
            "read_on" => &mut sent.read_on,
            "claim_review" => &mut sent.claim_review,
            "back" => &mut sent.back,
            _ => continue,
        };
        *into = String::from_utf8(bytes).map_err(|_| broken())?;
    }
    Ok(sent)
}

pub(super) async fn show(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::ReadCases).await?;
    evidence_bytes(&state, &caller, &name).await
}
