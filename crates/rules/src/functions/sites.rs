//! Our own functions on links and hosts. Hosts are compared in the network's spelling, so that
//! `ЕХАМРLЕ.com` in Cyrillic is not `example.com`, and `WWW.Example.com.` is.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use super::links::public_suffix;
use super::punycode::to_ascii;
use super::{Call, Family, Match, NamedList, Needs, Signature};
use crate::types::Type;
use crate::value::{Fault, Str, Value};

pub(super) fn register(all: &mut Vec<Signature>) {
    let link = |name, returns, doc, run| Signature::ours(Family::Links, name, returns, doc, run);
    let text = |name, returns, doc, run| link(name, returns, doc, run).argument("text", Type::Str);
    let texts = || Type::list(Type::Str);
    all.extend([
        text("CountLinks", Type::Int, "How many links are in the text, with or without http://.", |call| {
            Ok(Value::Int(i64::try_from(hosts(call.text(0)?).len()).unwrap_or(i64::MAX)))
        })
        .found_by(passages),
        text("LinkHosts", texts(), "The hosts of the links in the text, in the network's spelling, each once.", |call| {
            Ok(each_once(hosts(call.text(0)?).into_iter().map(|host| host.name)))
        })
        .found_by(passages),
        text("LinkDomains", texts(), "The registered domains of the links in the text, in the network's spelling, each once.", |call| {
            Ok(each_once(hosts(call.text(0)?).into_iter().map(|host| registered(&host.name).to_owned())))
        })
        .found_by(passages),
        link("RegisteredDomain", Type::Str, "The domain that was registered for a host or link; the host itself if it has no public suffix.", |call| {
            let host = host_of(call.text(0)?);
            if host.is_empty() { Err(Fault::expected("there is no host here")) } else { Ok(Value::str(registered(&host))) }
        })
        .argument("host", Type::Str),
        link("DomainInList", Type::Bool, "Whether a host, or a domain above it, is in a list of the rulebook.", |call| {
            Ok(Value::Bool(listed(&call.named_list()?, &host_of(call.text(0)?))))
        })
        .argument("domain", Type::Str)
        .constant("list", Type::Str)
        .prepared(|site| site.list("list"))
        .needs(Needs::Lists),
        text("TextLinksTo", Type::Bool, "Whether a link in the text leads to a host, or a domain above it, that is in a list of the rulebook.", |call| {
            let list = call.named_list()?;
            Ok(Value::Bool(hosts(call.text(0)?).iter().any(|host| listed(&list, &host.name))))
        })
        .constant("list", Type::Str)
        .prepared(|site| site.list("list"))
        .needs(Needs::Lists),
        Signature::ours(Family::Links, "ExtractDomains", texts(), "The hosts of the links in the text, without `www.`, each once.", |call| Ok(bare_hosts([call.text(0)?])))
            .argument("s", Type::Str),
        Signature::ours(Family::Links, "ExtractListDomains", texts(), "The hosts of the links in several texts, without `www.`, each once.", |call| Ok(bare_hosts(call.texts(0)?)))
            .argument("list", texts()),
        Signature::ours(Family::Links, "RootDomain", Type::Str, "The same as RegisteredDomain.", |call| {
            let host = host_of(call.text(0)?);
            if host.is_empty() { Err(Fault::expected("there is no host here")) } else { Ok(Value::str(registered(&host))) }
        })
        .argument("domain", Type::Str)
        .alias("s"),
        text("HasIpAddress", Type::Bool, "Whether an IP address is in the text.", |call| Ok(Value::Bool(!addresses(call.text(0)?).is_empty()))),
        text("IpAddressesIn", texts(), "The IP addresses in the text.", |call| {
            Ok(Value::texts(addresses(call.text(0)?).into_iter().map(Str::from)))
        }),
    ]);
}

fn bare_hosts<'t>(texts: impl IntoIterator<Item = &'t str>) -> Value {
    each_once(texts.into_iter().flat_map(hosts).map(|host| {
        host.name.strip_prefix("www.").map_or_else(|| host.name.clone(), str::to_owned)
    }))
}

fn each_once(items: impl Iterator<Item = String>) -> Value {
    let mut seen = std::collections::HashSet::new();
    Value::texts(items.filter(|item| seen.insert(item.clone())).collect::<Vec<_>>())
}

struct Host {
    name: String,
    start: usize,
    end: usize,
}

/// A link with a scheme, or a bare host with a path or without.
static LINK: LazyLock<Option<regex::Regex>> = LazyLock::new(|| {
    regex::Regex::new(
        r"(?xi)
        (?: (?P<scheme> \b(?:https?|ftp)://) (?: [^\s/?\#@]* @ )? (?P<host> \[[0-9a-f:.]+\] | [^\s/?\#:@()<>\[\]{}'`|\\^,;!\x22]+ )
          | (?P<bare> (?: [\p{L}\p{N}] (?: [\p{L}\p{N}\p{M}-]* [\p{L}\p{N}\p{M}] )? \. )+ [\p{L}] [\p{L}\p{N}\p{M}-]+ ) )
        (?: : \d{1,5} )? (?: [/?\#] [^\s<>]* )?",
    )
    .ok()
});

/// The hosts of the links in a text. A bare name counts if its suffix is a public one, no file
/// ending, and no mail address stands there.
fn hosts(text: &str) -> Vec<Host> {
    let Some(link) = LINK.as_ref() else { return Vec::new() };
    let found = link.captures_iter(text).filter_map(|captures| {
        let whole = captures.get(0)?;
        let name = to_ascii(
            captures.name("host").or(captures.name("bare"))?.as_str().trim_end_matches('.'),
        );
        let before = text.get(..whole.start()).and_then(|before| before.chars().next_back());
        let mail = captures.name("bare").is_some() && before == Some('@');
        let known = captures.name("scheme").is_some()
            || public_suffix(&name).is_some_and(|suffix| suffix != name && !is_file_ending(suffix));
        (known && !mail && !name.is_empty()).then(|| Host {
            name,
            start: whole.start(),
            end: whole.end(),
        })
    });
    found.collect()
}

/// Top-level domains that are far more often the endings of files.
fn is_file_ending(suffix: &str) -> bool {
    matches!(suffix, "zip" | "mov" | "py" | "rs" | "sh" | "pl" | "md" | "ps" | "so")
}

fn passages(call: &Call<'_>) -> Vec<Match> {
    let found = call.text(0).map(hosts).unwrap_or_default();
    found.into_iter().map(|host| Match { argument: 0, start: host.start, end: host.end }).collect()
}

/// The host of a link or host, in the network's spelling.
fn host_of(link: &str) -> String {
    let rest = link.trim().split_once("//").map_or(link.trim(), |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = match host.strip_prefix('[') {
        Some(inside) => inside.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    to_ascii(host.trim_end_matches('.'))
}

fn registered(host: &str) -> &str {
    let Some(suffix) = public_suffix(host).filter(|suffix| suffix.len() < host.len()) else {
        return host;
    };
    let above = host.get(..host.len() - suffix.len() - 1).unwrap_or_default();
    host.get(above.rfind('.').map_or(0, |dot| dot + 1)..).unwrap_or(host)
}

fn listed(list: &NamedList<'_>, host: &str) -> bool {
    let mut name = host;
    while !name.is_empty() {
        if list.has(name) {
            return true;
        }
        name = name.split_once('.').map_or("", |(_, above)| above);
    }
    false
}

fn addresses(text: &str) -> Vec<&str> {
    let candidates = text.split(|c: char| !(c.is_ascii_hexdigit() || matches!(c, '.' | ':')));
    let trimmed = candidates.map(|word| {
        let word = word.trim_end_matches('.');
        if word.ends_with("::") { word } else { word.trim_end_matches(':') }
    });
    trimmed
        .filter(|word| {
            is_address(word)
                || word.rsplit_once(':').is_some_and(|(host, _)| host.parse::<Ipv4Addr>().is_ok())
        })
        .collect()
}

fn is_address(word: &str) -> bool {
    // `::` alone is an address too, but in a text it is a mark.
    word.parse::<Ipv4Addr>().is_ok() || (word.parse::<Ipv6Addr>().is_ok() && word.len() > 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_with_and_without_scheme() {
        for (text, found) in [
            (
                "see https://www.Example.com/a?b and Bücher.de/x, ok",
                &["www.example.com", "xn--bcher-kva.de"][..],
            ),
            (
                "(http://user:pw@five.example:8080/x) http://[2001:db8::1]:80/",
                &["five.example", "[2001:db8::1]"],
            ),
            ("write to bob@mail.example.com please", &[]),
            ("main.py and e.g. this.Then that", &[]),
            ("visit evil.com.", &["evil.com"]),
            ("1.5 or v2.0", &[]),
        ] {
            assert_eq!(
                hosts(text).into_iter().map(|host| host.name).collect::<Vec<_>>(),
                found,
                "{text}"
            );
        }
    }

    #[test]
    fn domains_are_those_that_were_registered() {
        assert_eq!(registered("a.b.example.co.uk"), "example.co.uk");
        assert_eq!(registered("co.uk"), "co.uk");
        assert_eq!(registered("localhost"), "localhost");
        assert_eq!(host_of("https://u@WWW.Example.com.:80/x"), "www.example.com");
    }

    #[test]
    fn addresses_are_found() {
        assert_eq!(
            addresses("from 10.0.0.1:80, 2001:db8::1 and ::1. Not 1.2.3 or 999.1.1.1 or a::b:c::d"),
            ["10.0.0.1:80", "2001:db8::1", "::1"]
        );
    }
}
