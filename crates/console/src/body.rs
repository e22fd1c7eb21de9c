//! Reads a request's body within limits: bytes on the wire, bytes after gzip is undone, and how far
//! gzip may expand. Must not hold more than the limits allow at any moment.

use crate::problem::{
    BAD_GZIP, BODY_TOO_LARGE, EXPANDS_TOO_FAR, MALFORMED_BODY, NOT_UTF8, Problem,
    UNSUPPORTED_ENCODING, UNSUPPORTED_MEDIA_TYPE,
};
use crate::state::Bounds;
use axum::body::Body;
use flate2::read::MultiGzDecoder;
use futures_util::StreamExt as _;
use http::{HeaderMap, header};
use serde::de::DeserializeOwned;
use std::io::Read as _;

/// What a body holds by its `Content-Type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One JSON value.
    One,
    /// One JSON value per line.
    Lines,
}

/// What the headers say about the body.
///
/// # Errors
/// A problem for any type but JSON and NDJSON.
pub(crate) fn shape(headers: &HeaderMap) -> Result<Shape, Problem> {
    let named = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = named.and_then(|value| value.split(';').next()).unwrap_or("").trim();
    match essence.to_ascii_lowercase().as_str() {
        "application/json" => Ok(Shape::One),
        "application/x-ndjson" | "application/ndjson" | "application/jsonl" => Ok(Shape::Lines),
        "" => Err(Problem::new(&UNSUPPORTED_MEDIA_TYPE, "The request has no `Content-Type`.")),
        other => {
            let shown: String = crate::text::visible(other).chars().take(80).collect();
            Err(Problem::new(&UNSUPPORTED_MEDIA_TYPE, format!("`{shown}` is not read here.")))
        }
    }
}

/// The body's bytes, unpacked.
///
/// # Errors
/// A problem when a limit is passed, the gzip is broken or the encoding unknown.
pub(crate) async fn read(
    headers: &HeaderMap,
    body: Body,
    bounds: &Bounds,
) -> Result<Vec<u8>, Problem> {
    let packed = match headers.get(header::CONTENT_ENCODING).map(|value| value.to_str()) {
        None => false,
        Some(Ok(name)) if name.eq_ignore_ascii_case("identity") => false,
        Some(Ok(name)) if name.eq_ignore_ascii_case("gzip") => true,
        Some(_) => {
            let detail = "Only `gzip` is undone here.";
            return Err(Problem::new(&UNSUPPORTED_ENCODING, detail));
        }
    };
    let bytes = receive(headers, body, bounds.body_bytes).await?;
    if packed { unpack(&bytes, bounds) } else { Ok(bytes) }
}

async fn receive(headers: &HeaderMap, body: Body, most: usize) -> Result<Vec<u8>, Problem> {
    let too_large = || {
        Problem::new(&BODY_TOO_LARGE, format!("A body may have {most} bytes at most."))
            .with("limit", most)
    };
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|bytes| bytes > most) {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(announced.unwrap_or(0));
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| {
            Problem::new(&MALFORMED_BODY, "The body broke off before its end; send it again.")
        })?;
        if bytes.len().saturating_add(chunk.len()) > most {
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn unpack(bytes: &[u8], bounds: &Bounds) -> Result<Vec<u8>, Problem> {
    let by_ratio = bytes.len().saturating_mul(bounds.unpacked_ratio).max(bounds.event_bytes);
    let most = by_ratio.min(bounds.unpacked_bytes);
    let mut unpacked = Vec::new();
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    MultiGzDecoder::new(bytes)
        .take(limit)
        .read_to_end(&mut unpacked)
        .map_err(|error| Problem::new(&BAD_GZIP, format!("The gzip cannot be undone: {error}.")))?;
    if unpacked.len() > most {
        let detail = format!("{} bytes of gzip become more than {most} bytes.", bytes.len());
        return Err(Problem::new(&EXPANDS_TOO_FAR, detail).with("limit", most));
    }
    Ok(unpacked)
}

/// Reads a small JSON body.
///
/// # Errors
/// A problem that says what is wrong and where.
pub(crate) async fn json<T: DeserializeOwned>(
    headers: &HeaderMap,
    body: Body,
    bounds: &Bounds,
) -> Result<T, Problem> {
    if shape(headers)? == Shape::Lines {
        let detail = "This address takes one JSON object, not lines.";
        return Err(Problem::new(&UNSUPPORTED_MEDIA_TYPE, detail));
    }
    let small = Bounds { body_bytes: bounds.body_bytes.min(1 << 16), ..*bounds };
    let bytes = read(headers, body, &small).await?;
    let text = std::str::from_utf8(&bytes).map_err(|error| {
        let at = error.valid_up_to();
        Problem::new(&NOT_UTF8, format!("The first byte that is not UTF-8 is at offset {at}."))
    })?;
    // A list would be read as the fields in their order.
    if !text.trim_start().starts_with('{') {
        return Err(Problem::new(&MALFORMED_BODY, "The body is no JSON object."));
    }
    // Through the checked JSON: repeated keys and deep nesting are refused here as in events.
    model::Json::parse(text)
        .and_then(|sound| sound.read())
        .map_err(|error| Problem::new(&MALFORMED_BODY, format!("{error}.")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut to = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        to.write_all(bytes).unwrap();
        to.finish().unwrap()
    }

    #[test]
    fn a_bomb_is_refused_before_it_goes_off() {
        let bounds = Bounds::default();
        let bomb = gzip(&vec![b' '; 24 << 20]);
        assert!(bomb.len() < 64 << 10);
        assert_eq!(unpack(&bomb, &bounds).unwrap_err().kind(), &EXPANDS_TOO_FAR);
        let inner = gzip(b"[1]");
        let twice = [inner.clone(), inner].concat();
        assert_eq!(unpack(&twice, &bounds).unwrap(), b"[1][1]");
    }

    #[test]
    fn a_truncated_gzip_is_no_gzip() {
        let whole = gzip(b"{\"a\":1}");
        let cut = whole.get(..whole.len() - 9).unwrap();
        assert_eq!(unpack(cut, &Bounds::default()).unwrap_err().kind(), &BAD_GZIP);
        assert_eq!(unpack(b"plain", &Bounds::default()).unwrap_err().kind(), &BAD_GZIP);
    }
}
