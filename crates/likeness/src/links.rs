//! When do two web addresses lead to the same page?
//!
//! Works on the text of the address alone. It must not call out: a shortened link stays what it is.

use std::ops::Range;

/// Query parameters that say where a reader came from, not what is read.
const TRACKING: [&str; 18] = [
    "fbclid", "gclid", "dclid", "msclkid", "twclid", "igshid", "igsh", "mc_cid", "mc_eid", "yclid",
    "ref", "ref_src", "ref_url", "source", "cmpid", "ocid", "si", "feature",
];
/// Subdomains that serve the same pages.
const SAME_SITE: [&str; 4] = ["www.", "m.", "amp.", "mobile."];
/// Marks that close a sentence or a bracket around an address.
const CLOSING: [char; 16] =
    ['.', ',', ';', ':', '!', '?', '\'', '"', ']', '}', '»', '”', '’', '…', '。', '，'];

/// One form for all addresses of one page: no scheme, no `www.`, no tracking, parameters in order.
///
/// Gives nothing if `address` has no host.
///
/// ```
/// assert_eq!(
///     likeness::links::canonical("HTTP://WWW.Example.org:80/News/?b=2&utm_source=x&a=1#top"),
///     Some("example.org/News?a=1&b=2".to_owned()),
/// );
/// ```
#[must_use]
pub fn canonical(address: &str) -> Option<String> {
    let (scheme, rest) = address.trim().split_once("://").unwrap_or(("https", address.trim()));
    let (rest, _) = rest.split_once('#').unwrap_or((rest, ""));
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = place.split_once('/').unwrap_or((place, ""));
    let mut out = host(authority, scheme)?;

    let path = path.trim_matches('/');
    let path = path.strip_suffix("/amp").unwrap_or(path);
    let path = path.strip_suffix("/index.html").or(path.strip_suffix("index.html")).unwrap_or(path);
    for step in path.split('/').filter(|step| !step.is_empty()) {
        out.push('/');
        out.push_str(&percent(step));
    }

    let mut parameters: Vec<String> =
        query.split('&').filter(|pair| !is_tracking(pair)).map(percent).collect();
    parameters.sort_unstable();
    parameters.dedup();
    if !parameters.is_empty() {
        out.push('?');
        out.push_str(&parameters.join("&"));
    }
    Some(out)
}

/// The host of an address as [`canonical`] writes it.
#[must_use]
pub fn domain(address: &str) -> Option<String> {
    canonical(address)?.split(['/', '?']).next().map(str::to_owned)
}

/// Do two addresses lead to the same page?
#[must_use]
pub fn same_page(one: &str, other: &str) -> bool {
    canonical(one).is_some_and(|one| canonical(other).is_some_and(|other| one == other))
}

/// Where web addresses stand in a text: bytes, in order, without the sentence's closing marks.
pub fn find(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let start = from + starts(text.get(from..)?)?;
            let rest = text.get(start..)?;
            let long = rest.find(|c: char| c.is_whitespace() || "<>\"“”«»「」，。".contains(c));
            let link = trim_closing(rest.get(..long.unwrap_or(rest.len()))?);
            from = start + link.len().max(1);
            let begins_word = text
                .get(..start)
                .and_then(|before| before.chars().next_back())
                .is_none_or(|c| !(c.is_alphanumeric() && c.is_ascii()));
            if begins_word && canonical(link).is_some_and(|link| link.contains('.')) {
                return Some(start..start + link.len());
            }
        }
    })
}

/// The first byte at which an address could begin.
fn starts(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let begins = |at: usize, prefix: &[u8]| {
        bytes.get(at..at + prefix.len()).is_some_and(|here| here.eq_ignore_ascii_case(prefix))
    };
    bytes.iter().enumerate().position(|(at, byte)| match byte {
        b'h' | b'H' => begins(at, b"http://") || begins(at, b"https://"),
        b'w' | b'W' => begins(at, b"www."),
        _ => false,
    })
}

/// A closing bracket belongs to the address only if it was opened there.
fn trim_closing(link: &str) -> &str {
    let mut link = link;
    loop {
        let shorter = link.trim_end_matches(CLOSING);
        let shorter = match shorter.strip_suffix(')') {
            Some(open) if open.matches('(').count() <= open.matches(')').count() => open,
            _ => shorter,
        };
        if shorter.len() == link.len() {
            return link;
        }
        link = shorter;
    }
}

fn host(authority: &str, scheme: &str) -> Option<String> {
    let host = authority.rsplit('@').next().unwrap_or(authority).to_lowercase();
    let port = if scheme.eq_ignore_ascii_case("http") { ":80" } else { ":443" };
    let host = host.strip_suffix(port).unwrap_or(&host).trim_end_matches('.');
    let bare = SAME_SITE
        .iter()
        .find_map(|prefix| host.strip_prefix(prefix).filter(|bare| bare.contains('.')))
        .unwrap_or(host);
    (!bare.is_empty() && !bare.contains(char::is_whitespace)).then(|| bare.to_owned())
}

fn is_tracking(pair: &str) -> bool {
    let name = pair.split('=').next().unwrap_or_default().to_ascii_lowercase();
    name.is_empty() || name.starts_with("utm_") || TRACKING.contains(&name.as_str())
}

/// Percent signs in one spelling: unreserved characters plain, the rest with capitals.
fn percent(text: &str) -> String {
    let mut bytes = text.bytes();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        let mut ahead = bytes.clone();
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        if byte == b'%'
            && let (Some(high), Some(low)) = (digit(ahead.next()), digit(ahead.next()))
        {
            bytes = ahead;
            let value = u8::try_from(high * 16 + low).unwrap_or_default();
            if value.is_ascii_alphanumeric() || b"-._~".contains(&value) {
                out.push(value);
            } else {
                out.extend(format!("%{value:02X}").bytes());
            }
        } else if byte.is_ascii() {
            out.push(byte);
        } else {
            out.extend(format!("%{byte:02X}").bytes());
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "tests may panic")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_of_one_page_agree() {
        for other in [
            "http://www.bbc.co.uk/news/1?utm_campaign=x",
            "https://m.bbc.co.uk/news/1/#comments",
            "//bbc.co.uk//news/%31?fbclid=abc&",
            "BBC.co.uk:443/news/1/amp",
        ] {
            let other = other.trim_start_matches("//");
            assert!(
                same_page("https://bbc.co.uk/news/1", other),
                "{other}: {:?}",
                canonical(other)
            );
        }
        assert!(!same_page("https://a.org/?id=1", "https://a.org/?id=2"));
        assert!(!same_page("https://a.org/A", "https://a.org/a"), "paths mind case");
        assert_eq!(canonical("https:///nothing"), None);
        assert_eq!(domain("https://user@WWW.a.org:8080/x").as_deref(), Some("a.org:8080"));
    }

    #[test]
    fn links_are_found_without_the_marks_around_them() {
        let text = "(see https://a.org/x_(y)), www.b.org! or «http://c.org/é». nohttp://d.org";
        let found: Vec<&str> = find(text).map(|at| &text[at]).collect();
        assert_eq!(found, ["https://a.org/x_(y)", "www.b.org", "http://c.org/é"]);
    }

    proptest! {
        #[test]
        fn canonical_is_a_fixed_point(address in "(https?://)?[a-zA-Z.@:é]{1,12}(/[a-z%0-9é]{0,5}){0,3}(\\?[a-z=&%]{0,9})?(#x)?") {
            if let Some(once) = canonical(&address) {
                prop_assert_eq!(canonical(&once), Some(once.clone()));
            }
        }
    }
}
