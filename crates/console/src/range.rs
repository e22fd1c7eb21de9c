//! A part of a file, as players ask for it (RFC 9110, section 14): one range is served, several are served as the whole. Must
//! not copy the file.

use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use std::ops::Range;

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Asked {
    Whole,
    Part(Range<usize>),
    /// Nothing of it is there.
    Beyond,
}

/// The file, or the part of it that was asked for. `tag` names these very bytes.
pub(crate) fn serve(method: &Method, headers: &HeaderMap, file: &Bytes, tag: &str) -> Response {
    let tag = format!("\"{tag}\"");
    let (status, body, range) = match asked(method, headers, file.len(), &tag) {
        Asked::Whole => (StatusCode::OK, file.clone(), None),
        Asked::Beyond => {
            let range = format!("bytes */{}", file.len());
            (StatusCode::RANGE_NOT_SATISFIABLE, Bytes::new(), Some(range))
        }
        Asked::Part(part) => {
            let range = format!("bytes {}-{}/{}", part.start, part.end - 1, file.len());
            (StatusCode::PARTIAL_CONTENT, file.slice(part), Some(range))
        }
    };
    let mut response = (status, body).into_response();
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    };
    set(header::ACCEPT_RANGES, "bytes");
    set(header::ETAG, &tag);
    if let Some(range) = range {
        set(header::CONTENT_RANGE, &range);
    }
    response
}

fn asked(method: &Method, headers: &HeaderMap, length: usize, tag: &str) -> Asked {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(range) = text(header::RANGE).filter(|_| method == Method::GET) else {
        return Asked::Whole;
    };
    // A date says nothing about these bytes: only their tag does.
    if headers.contains_key(header::IF_RANGE) && text(header::IF_RANGE) != Some(tag) {
        return Asked::Whole;
    }
    let Some(wanted) = range.trim().strip_prefix("bytes=").map(str::trim) else {
        return Asked::Whole;
    };
    part(wanted, length).unwrap_or(Asked::Whole)
}

/// The range in `0-99`, `100-` or `-100`; `None` when it is several or none.
fn part(wanted: &str, length: usize) -> Option<Asked> {
    let (first, last) = wanted.split_once('-')?;
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // A number that no machine holds is past every end.
        digits.then(|| text.parse::<usize>().unwrap_or(usize::MAX))
    };
    if first.is_empty() {
        let many = number(last)?.min(length);
        return Some(if many == 0 { Asked::Beyond } else { Asked::Part(length - many..length) });
    }
    let first = number(first)?;
    let last = if last.is_empty() { usize::MAX } else { number(last)? };
    if last < first {
        return None;
    }
    let end = last.saturating_add(1).min(length);
    Some(if first >= length { Asked::Beyond } else { Asked::Part(first..end) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TAG: &str = "\"tag\"";

    fn ask(pairs: &[(HeaderName, &str)]) -> Asked {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(name, HeaderValue::from_str(value).unwrap());
        }
        asked(&Method::GET, &headers, 100, TAG)
    }

    #[test]
    fn one_range_is_served_and_several_are_the_whole() {
        let range = |text| ask(&[(header::RANGE, text)]);
        for (text, wanted) in [
            ("bytes=0-", Asked::Part(0..100)),
            ("bytes=0-0", Asked::Part(0..1)),
            ("bytes=10-19", Asked::Part(10..20)),
            ("bytes=90-1000", Asked::Part(90..100)),
            ("bytes=-5", Asked::Part(95..100)),
            ("bytes=-500", Asked::Part(0..100)),
            ("bytes=99-99999999999999999999999999", Asked::Part(99..100)),
            ("bytes=100-", Asked::Beyond),
            ("bytes=99999999999999999999999999-", Asked::Beyond),
            ("bytes=-0", Asked::Beyond),
            ("bytes=0-1,5-6", Asked::Whole),
            ("bytes=5-1", Asked::Whole),
            ("bytes=-", Asked::Whole),
            ("bytes=+1-2", Asked::Whole),
            ("bytes=a-b", Asked::Whole),
            ("lines=0-1", Asked::Whole),
        ] {
            assert_eq!(range(text), wanted, "{text}");
        }
        assert_eq!(ask(&[]), Asked::Whole);
    }

    #[test]
    fn a_part_is_only_served_of_the_same_bytes() {
        let with = |value| ask(&[(header::RANGE, "bytes=1-2"), (header::IF_RANGE, value)]);
        assert_eq!(with(TAG), Asked::Part(1..3));
        for other in ["\"other\"", "W/\"tag\"", "Wed, 21 Oct 2026 07:28:00 GMT"] {
            assert_eq!(with(other), Asked::Whole, "{other}");
        }
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, HeaderValue::from_static("bytes=1-2"));
        assert_eq!(asked(&Method::HEAD, &headers, 100, TAG), Asked::Whole);
    }

    proptest! {
        #[test]
        fn a_part_lies_within_the_file(text in "bytes=[0-9]{0,21}-[0-9]{0,21}", length in 0_usize..2_000) {
            let mut headers = HeaderMap::new();
            headers.insert(header::RANGE, HeaderValue::from_str(&text).unwrap());
            if let Asked::Part(part) = asked(&Method::GET, &headers, length, TAG) {
                prop_assert!(part.start < part.end && part.end <= length);
            }
        }
    }
}
