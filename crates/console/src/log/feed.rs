//! The log for followers: an Atom feed of the latest leaves, and all leaves as lines of JSON. Must
//! not show a leaf that is not in a signed checkpoint.

use super::files::missing;
use super::leaves::Entry;
use crate::problem::{BAD_QUERY, Problem};
use crate::query::Query;
use crate::state::ConsoleState;
use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderValue, header};
use std::time::Duration;

/// Leaves in the feed.
const LATEST: u64 = 50;
/// Leaves that are read at once for a stream.
const STRIDE: usize = 1024;
/// How often a follower's stream looks for a new checkpoint, and how often it looks in all before it
/// ends: a follower comes again with the next place.
const LOOK: Duration = Duration::from_millis(500);
const LOOKS: u32 = 600;

#[derive(Debug, Template)]
#[template(path = "feed.xml")]
struct Feed<'a> {
    provider: &'a str,
    base: &'a str,
    updated: String,
    entries: Vec<Item>,
}

#[derive(Debug)]
struct Item {
    index: u64,
    title: String,
    href: String,
    updated: String,
    leaf: String,
}

/// `GET /log/feed.atom`.
pub(super) async fn atom(State(state): State<ConsoleState>) -> Result<Response, Problem> {
    let signed = state.published().signed().await?.ok_or_else(missing)?;
    let size = signed.checkpoint.size;
    let from = size.saturating_sub(LATEST);
    let leaves = state.published().leaves(size, from, usize::MAX).await?;
    let base = state.public_url.trim_end_matches('/');
    let entries: Vec<Item> = leaves
        .into_iter()
        .rev()
        .map(|(index, bytes)| {
            let entry = Entry::read(&bytes);
            let at = entry.at().unwrap_or(jiff::Timestamp::UNIX_EPOCH);
            Item {
                index,
                title: super::pages::title(&entry),
                href: match &entry.decision {
                    Some(decision) => format!("{base}/decisions/{decision}"),
                    None => format!("{base}/log/"),
                },
                updated: at.to_string(),
                leaf: String::from_utf8_lossy(&bytes).into_owned(),
            }
        })
        .collect();
    let updated = entries
        .first()
        .map_or_else(|| jiff::Timestamp::UNIX_EPOCH.to_string(), |newest| newest.updated.clone());
    let provider = crate::reads::provider(&state);
    let feed = Feed { provider: &provider, base, updated, entries };
    let text = feed.render().map_err(Problem::internal)?;
    let kind = [(header::CONTENT_TYPE, "application/atom+xml; charset=utf-8")];
    Ok((kind, text).into_response())
}

/// Where a stream stands.
struct Follower {
    state: ConsoleState,
    at: u64,
    left: u64,
    looks: u32,
}

/// `GET /log/leaves.ndjson?from=&limit=&follow=`: `{"index":0,"leaf":{...}}` a line.
pub(super) async fn lines(
    State(state): State<ConsoleState>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&["from", "limit", "follow"])?;
    let looks = match query.get("follow") {
        None | Some("0" | "false") => 0,
        Some("1" | "true") => LOOKS,
        Some(_) => {
            let problem = Problem::new(&BAD_QUERY, "`follow` is `1` or `0`.");
            return Err(problem.with("parameter", "follow"));
        }
    };
    let at = query.parse("from")?.unwrap_or(0_u64);
    let left = query.parse("limit")?.unwrap_or(u64::MAX);
    state.published().signed().await?.ok_or_else(missing)?;
    let follower = Follower { state, at, left, looks };
    let body = Body::from_stream(stream::unfold(Some(follower), next));
    let mut response = body.into_response();
    let kind = HeaderValue::from_static("application/x-ndjson; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    let any = HeaderValue::from_static("*");
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, any);
    Ok(response)
}

/// The next lines; the stream ends at the end of the log, or when a follower has waited long enough.
async fn next(
    follower: Option<Follower>,
) -> Option<(Result<Bytes, std::io::Error>, Option<Follower>)> {
    let mut follower = follower?;
    loop {
        if follower.left == 0 {
            return None;
        }
        match more(&follower).await {
            Err(_) => return Some((Err(std::io::Error::other("the log cannot be read")), None)),
            Ok(leaves) if leaves.is_empty() => {
                if follower.looks == 0 {
                    return None;
                }
                follower.looks -= 1;
                tokio::time::sleep(LOOK).await;
            }
            Ok(leaves) => {
                let many = leaves.len() as u64;
                follower.at += many;
                follower.left -= many;
                let mut text = Vec::new();
                for (index, leaf) in leaves {
                    text.extend(format!("{{\"index\":{index},\"leaf\":").bytes());
                    text.extend(leaf);
                    text.extend(b"}\n");
                }
                return Some((Ok(text.into()), Some(follower)));
            }
        }
    }
}

async fn more(follower: &Follower) -> Result<Vec<(u64, Vec<u8>)>, Problem> {
    let published = follower.state.published();
    let size = published.signed().await?.map_or(0, |signed| signed.checkpoint.size);
    let limit = usize::try_from(follower.left).unwrap_or(usize::MAX).min(STRIDE);
    published.leaves(size, follower.at, limit).await
}
