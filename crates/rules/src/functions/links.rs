//! Osprey's functions on links and domains, with the quirks that results depend on: private
//! suffixes count, user names pass for hosts.

use std::net::{Ipv4Addr, Ipv6Addr};
use unicode_normalization::UnicodeNormalization as _;

use super::{Call, Family, Signature};
use crate::text::characters::is_space;
use crate::types::Type;
use crate::value::{Fault, Str, Value};

pub(super) fn register(all: &mut Vec<Signature>) {
    let texts = || Type::list(Type::Str);
    let link = |name, returns, doc, run| Signature::osprey(Family::Links, name, returns, doc, run);
    all.extend([
        link("DomainTld", Type::Str, "The public suffix of a host or link, such as `co.uk`.", |call| {
            suffix_of(call.text(0)?).map(Value::from).ok_or_else(no_suffix)
        })
        .argument("domain", Type::Str),
        link("DomainChopper", texts(), "For each host the domain that was registered: the last label before the public suffix, and that.", chop)
            .argument("urls", texts())
            .constant("fld", Type::Bool)
            .default(false),
        link("StringExtractDomains", texts(), "The hosts of the links in a text, each once.", |call| {
            let hosts = links(call.text(0)?).filter_map(Link::parse).map(|link| link.shown_host().to_owned());
            Ok(once_each(hosts))
        })
        .argument("s", Type::Str),
        link("StringExtractURLs", texts(), "The links in a text, each once.", |call| {
            Ok(once_each(links(call.text(0)?).filter_map(Link::parse).map(|link| link.written())))
        })
        .argument("s", Type::Str),
    ]);
}

fn no_suffix() -> Fault {
    Fault::expected("the host has no public suffix")
}

fn once_each(items: impl Iterator<Item = String>) -> Value {
    let mut seen: Vec<String> = Vec::new();
    for item in items {
        if !seen.contains(&item) {
            seen.push(item);
        }
    }
    Value::texts(seen.into_iter().map(Str::from))
}

fn chop(call: &Call<'_>) -> Result<Value, Fault> {
    let mut chopped = Vec::new();
    for host in call.texts(0)? {
        let suffix = suffix_of(host).ok_or_else(no_suffix)?;
        chopped.push(Str::from(if suffix == host {
            String::new()
        } else {
            under_suffix(host, &suffix)
        }));
    }
    Ok(Value::texts(chopped))
}

/// The last label before the suffix, and the suffix. As many characters as the suffix has are
/// cut off the end, whatever they are.
pub(super) fn under_suffix(host: &str, suffix: &str) -> String {
    let keep = host.chars().count().saturating_sub(suffix.chars().count() + 1);
    let kept: String = host.chars().take(keep).collect();
    let label = kept.rsplit('.').next().unwrap_or_default();
    format!("{label}.{suffix}")
}

/// The known public suffix of a host or link, in lower case. Dots at the end are no part of it,
/// unless the suffix is all there is.
pub(super) fn suffix_of(host_or_link: &str) -> Option<String> {
    let with_scheme =
        ["//", "http://", "https://"].iter().any(|start| host_or_link.starts_with(start));
    let mut link =
        if with_scheme { host_or_link.to_owned() } else { format!("https://{host_or_link}") };
    link.retain(|c| !matches!(c, '\t' | '\r' | '\n'));
    let host = Link::parse(&link)?.host();
    let bare = host.trim_end_matches('.');
    let suffix = public_suffix(bare)?;
    Some(if suffix == bare { host } else { suffix.to_owned() })
}

/// The longest known public suffix of a host in lower case.
pub(super) fn public_suffix(host: &str) -> Option<&str> {
    let known = psl::suffix(host.as_bytes()).filter(psl::Suffix::is_known)?;
    host.get(host.len().checked_sub(known.as_bytes().len())?..)
}

/// The passages that look like links.
pub(super) fn links(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let at = rest.find("http")?;
            let here = rest.get(at..)?;
            let after = ["http://", "https://"].iter().find_map(|start| here.strip_prefix(start));
            let length = after.and_then(|after| {
                let first = after.chars().next().filter(|&c| c != '/' && !is_space(c))?;
                let more = after.get(first.len_utf8()..)?;
                let end =
                    more.find(|c: char| is_space(c) || c == ')' || c == '>').unwrap_or(more.len());
                (end > 0).then_some(here.len() - more.len() + end)
            });
            match length {
                Some(length) => {
                    rest = here.get(length..)?;
                    return here.get(..length);
                }
                None => rest = here.get(4..)?,
            }
        }
    })
}

/// A link in its parts, split as Python's `urlparse` does.
struct Link<'a> {
    scheme: &'a str,
    authority: &'a str,
    path: &'a str,
    query: &'a str,
    fragment: &'a str,
}

impl<'a> Link<'a> {
    /// None where Python finds the link malformed, or it has no host.
    fn parse(link: &'a str) -> Option<Self> {
        let (scheme, rest) = link.split_once("//")?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, rest) = (rest.get(..end)?, rest.get(end..)?);
        if authority.is_empty() || authority.contains('[') != authority.contains(']') {
            return None;
        }
        if let Some((_, after)) = authority.split_once('[')
            && !valid_in_brackets(after.split_once(']').map_or(after, |(inside, _)| inside))
        {
            return None;
        }
        // Python refuses hosts that would become others when they are normalised.
        if !authority.is_ascii() {
            let plain: String = authority.chars().filter(|c| !"@:#?".contains(*c)).collect();
            let normal: String = plain.nfkc().collect();
            if plain != normal && normal.contains(['/', '?', '#', '@', ':']) {
                return None;
            }
        }
        let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        Some(Self { scheme: scheme.trim_end_matches(':'), authority, path, query, fragment })
    }

    /// The host without user and port, in lower case.
    fn host(&self) -> String {
        let after_user = self.authority.rsplit_once('@').map_or(self.authority, |(_, host)| host);
        let host = match after_user.split_once('[') {
            Some((_, inside)) => inside.split_once(']').map_or(inside, |(host, _)| host),
            None => after_user.split(':').next().unwrap_or_default(),
        };
        host.to_lowercase()
    }

    /// What the reference shows as the host: all before the first colon, a user name too.
    fn shown_host(&self) -> &'a str {
        match self.authority.find(']') {
            Some(end) if self.authority.starts_with('[') => {
                self.authority.get(..=end).unwrap_or_default()
            }
            _ => self.authority.split(':').next().unwrap_or_default(),
        }
    }

    /// The link put together again: empty parts lose their marks.
    fn written(&self) -> String {
        let last_segment = self.path.rfind('/').unwrap_or(0);
        let parameters = self
            .path
            .get(last_segment..)
            .and_then(|segment| segment.find(';'))
            .map(|at| last_segment + at);
        let path = match parameters {
            Some(at) if at + 1 == self.path.len() => self.path.get(..at).unwrap_or_default(),
            _ => self.path,
        };
        let mut link = format!("{}://{}{path}", self.scheme, self.authority);
        for (mark, part) in [('?', self.query), ('#', self.fragment)] {
            if !part.is_empty() {
                link.push(mark);
                link.push_str(part);
            }
        }
        link
    }
}

fn valid_in_brackets(host: &str) -> bool {
    match host.strip_prefix('v') {
        Some(future) => future.split_once('.').is_some_and(|(version, rest)| {
            !version.is_empty()
                && version.bytes().all(|byte| byte.is_ascii_hexdigit())
                && !rest.is_empty()
        }),
        None => {
            let address = host.split_once('%').map_or(host, |(address, _)| address);
            host.parse::<Ipv4Addr>().is_err() && address.parse::<Ipv6Addr>().is_ok()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes_are_those_of_the_reference() {
        for (host, suffix) in [
            ("abc", Some("abc")),
            ("http://x.com/a?b) https://y.org", Some("com")),
            ("a.b.co.uk", Some("co.uk")),
            ("foo.github.io", Some("github.io")),
            ("a@b@c.com", Some("com")),
            ("x.unknowntld", None),
            ("www.ck", Some("ck")),
            ("x.ck", Some("x.ck")),
            ("foo.kobe.jp", Some("foo.kobe.jp")),
            ("city.kobe.jp", Some("kobe.jp")),
            ("a.xn--p1ai", Some("xn--p1ai")),
            ("EXAMPLE.COM.", Some("com")),
            ("http://user:p@a.com:80/x", Some("com")),
            ("//a.com", Some("com")),
            ("com", Some("com")),
            ("a..com", Some("com")),
            (".com", Some("com")),
            ("ftp://a.com", None),
            ("1.2.3.4", None),
            ("http://[::1]/", None),
            ("a.com ", None),
            ("a.com\t", Some("com")),
            ("co\nm", Some("com")),
            ("com.", Some("com.")),
            ("co.uk..", Some("co.uk..")),
            ("ПРИМЕР.РФ", Some("рф")),
            ("mailto:a@b.com", Some("com")),
            ("", None),
        ] {
            assert_eq!(suffix_of(host).as_deref(), suffix, "{host}");
        }
    }

    #[test]
    fn links_are_found_and_put_together_as_in_the_reference() {
        let written = |text: &str| {
            links(text).filter_map(Link::parse).map(|link| link.written()).collect::<Vec<_>>()
        };
        assert_eq!(
            written("see http://a.example/x?y=1;z=2 and http://a.example/x? (https://b/c)"),
            ["http://a.example/x?y=1;z=2", "http://a.example/x", "https://b/c"]
        );
        assert_eq!(
            written("http://a http:///x HTTP://b.c httpx://e http://[bad/x http://ten.example/"),
            ["http://ten.example/"]
        );
        assert_eq!(written("http://a.b/p;q/r;#"), ["http://a.b/p;q/r"]);
        assert_eq!(
            written("http://\u{2100}x/ http://a\u{ff20}b/ http://\u{ff41}.b/"),
            ["http://\u{ff41}.b/"]
        );
        let host = |link: &str| {
            links(link)
                .filter_map(Link::parse)
                .map(|link| link.shown_host().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            host("http://user:pw@five.example:8080/x http://[2001:db8::1]:80/x"),
            ["user", "[2001:db8::1]"]
        );
    }
}
