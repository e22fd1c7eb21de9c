//! What stands before every request that changes something: it must come from our own page. Doing it
//! here, for all addresses, means that no handler can forget it. Must not know what a request does.

use super::cookie::is_csrf;
use crate::problem::{BODY_TOO_LARGE, FORM_EXPIRED, FROM_ELSEWHERE, MALFORMED_BODY, Problem};
use crate::state::ConsoleState;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;
use http::{HeaderMap, HeaderValue, Method, header};

/// Where a page's script puts the value that a form has in its field `csrf`.
const HEADER: &str = "x-csrf-token";
/// Where people come in.
const DOORS: [&str; 5] = [
    "/console/sign-in",
    "/console/sign-in/passkey",
    "/console/sign-in/oidc",
    "/console/join",
    "/console/join/oidc",
];
/// Longest urlencoded form.
const LONGEST: usize = 1 << 20;
/// A form with files must bring its field `csrf` within so many bytes: before the files.
const EARLY: usize = 16 << 10;

/// Lets a request pass if it changes nothing, or shows a key, or comes from a page of ours.
pub(crate) async fn guard(
    State(state): State<ConsoleState>,
    mut request: Request,
    next: Next,
) -> Response {
    let staff = staff(request.uri().path());
    if staff && changes(request.method()) && !request.headers().contains_key(header::AUTHORIZATION)
    {
        request = match own(&state, request).await {
            Ok(request) => request,
            Err(problem) => return problem.into_response(),
        };
    } else if !staff && !request.uri().path().starts_with("/you/") {
        // Public pages know nobody, so nothing there can be done in somebody's name.
        request.headers_mut().remove(header::COOKIE);
    }
    let mut response = next.run(request).await;
    if staff && response.status() != http::StatusCode::NOT_MODIFIED {
        // What one person sees stays in no cache.
        let headers = response.headers_mut();
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
    response
}

/// Addresses at which a session counts.
fn staff(path: &str) -> bool {
    path == "/console" || path.starts_with("/console/") || path.starts_with("/api/")
}

fn changes(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

async fn own(state: &ConsoleState, request: Request) -> Result<Request, Problem> {
    if !same_origin(request.headers()) {
        return Err(Problem::new(&FROM_ELSEWHERE, "The request came from a page of another site."));
    }
    // Whoever comes in gets a new session, and an old cookie may still lie about: nothing to ride on.
    if DOORS.contains(&request.uri().path()) {
        return Ok(request);
    }
    // Without a session neither; the handler says what is missing.
    let Some(token) = state.cookie().read(request.headers()) else { return Ok(request) };
    let shown = request.headers().get(HEADER).map(|value| value.to_str().unwrap_or("").to_owned());
    let (request, brought) = match shown {
        Some(shown) => (request, Some(shown)),
        None => field(request).await?,
    };
    match brought {
        Some(brought) if is_csrf(&token, &brought) => Ok(request),
        Some(_) => Err(Problem::new(&FORM_EXPIRED, "The form belongs to another session.")),
        None => {
            let detail = format!("Neither a field `csrf` nor a header `{HEADER}` came along.");
            Err(Problem::new(&FORM_EXPIRED, detail))
        }
    }
}

/// As browsers tell it; a program that tells nothing has nobody's cookies either.
fn same_origin(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or(""));
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    match text("origin") {
        None => true,
        Some(origin) => {
            let host = origin.split_once("://").map(|(_, host)| host);
            host.is_some() && host == text("host")
        }
    }
}

/// The field `csrf` of a form; the request is handed back whole.
async fn field(request: Request) -> Result<(Request, Option<String>), Problem> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = kind.unwrap_or("").to_ascii_lowercase();
    if kind.starts_with("application/x-www-form-urlencoded") {
        let (parts, body) = request.into_parts();
        let bytes = axum::body::to_bytes(body, LONGEST).await.map_err(|_| {
            Problem::new(&BODY_TOO_LARGE, format!("A form may have {LONGEST} bytes at most."))
        })?;
        let found = form_urlencoded::parse(&bytes)
            .find(|(name, _)| name == "csrf")
            .map(|(_, value)| value.into_owned());
        Ok((Request::from_parts(parts, Body::from(bytes)), found))
    } else if kind.starts_with("multipart/form-data") {
        let (parts, body) = request.into_parts();
        let (body, found) = early(body).await?;
        Ok((Request::from_parts(parts, body), found))
    } else {
        Ok((request, None))
    }
}

/// Looks for the field at the beginning of a form with files, which may be too large to hold.
async fn early(body: Body) -> Result<(Body, Option<String>), Problem> {
    let mut stream = body.into_data_stream();
    let (mut held, mut seen): (Vec<Bytes>, Vec<u8>) = (Vec::new(), Vec::new());
    let mut found = None;
    while found.is_none() && seen.len() < EARLY {
        let Some(chunk) = stream.next().await else { break };
        let chunk = chunk.map_err(|_| {
            Problem::new(&MALFORMED_BODY, "The form broke off before its end; send it again.")
        })?;
        seen.extend_from_slice(&chunk);
        held.push(chunk);
        found = in_parts(seen.get(..EARLY).unwrap_or(&seen));
    }
    let whole = futures_util::stream::iter(held.into_iter().map(Ok)).chain(stream);
    Ok((Body::from_stream(whole), found))
}

fn in_parts(bytes: &[u8]) -> Option<String> {
    const MARK: &[u8] = b"name=\"csrf\"\r\n\r\n";
    let at = bytes.windows(MARK.len()).position(|window| window == MARK)?;
    let value = bytes.get(at + MARK.len()..)?.get(..64)?;
    String::from_utf8(value.to_vec()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_say_where_a_request_comes_from() {
        for (headers, own) in [
            (&[("sec-fetch-site", "same-origin")][..], true),
            (&[("sec-fetch-site", "none")], true),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "cross-site"), ("origin", "https://a.example")], false),
            (&[("origin", "https://a.example"), ("host", "a.example")], true),
            (&[("origin", "https://a.example:8443"), ("host", "a.example")], false),
            (&[("origin", "null"), ("host", "a.example")], false),
            (&[("host", "a.example")], true),
        ] {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.insert(*name, HeaderValue::from_static(value));
            }
            assert_eq!(same_origin(&map), own, "{headers:?}");
        }
    }

    #[tokio::test]
    async fn a_form_with_files_is_handed_on_whole() {
        let csrf = "c".repeat(64);
        let head =
            format!("--b\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n");
        let text = format!("{head}--b\r\n{}", "x".repeat(40_000));
        let chunks: Vec<_> = text.as_bytes().chunks(7).map(<[u8]>::to_vec).collect();
        let stream = futures_util::stream::iter(chunks.into_iter().map(Ok::<_, std::io::Error>));
        let (body, found) = early(Body::from_stream(stream)).await.unwrap();
        assert_eq!(found, Some(csrf));
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        assert_eq!(bytes, text.as_bytes());
    }

    #[tokio::test]
    async fn a_field_behind_the_files_is_not_looked_for() {
        let text = format!("{}name=\"csrf\"\r\n\r\n{}", "x".repeat(EARLY), "c".repeat(64));
        let (_, found) = early(Body::from(text)).await.unwrap();
        assert_eq!(found, None);
    }
}
