//! Osprey's functions on addresses and headers of the network.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use super::{Call, Family, Signature};
use crate::types::Type;
use crate::value::{Exception, Fault, Value};

pub(super) fn register(all: &mut Vec<Signature>) {
    all.extend([
        Signature::osprey(
            Family::Network,
            "IpNetwork",
            Type::Str,
            "For an IPv4 address its network of 256 addresses; for an IPv6 address the address in full.",
            |call| network(call.text(0)?).map(Value::from),
        )
        .argument("ip", Type::Str),
        Signature::osprey(Family::Network, "ExtractCookie", Type::Str, "The value of a cookie in a Cookie header.", cookie)
            .argument("header", Type::Str)
            .constant("key", Type::Str),
    ]);
}

fn network(address: &str) -> Result<String, Fault> {
    if address.contains('\0') {
        return Err(Fault::error(Exception::ValueError, "the address contains a null character"));
    }
    if let Ok(address) = address.parse::<Ipv4Addr>() {
        let [a, b, c, _] = address.octets();
        return Ok(format!("{a}.{b}.{c}.0"));
    }
    match address.parse::<Ipv6Addr>() {
        Ok(address) => Ok(address.segments().map(|segment| format!("{segment:x}")).join(":")),
        Err(_) => Err(Fault::error(Exception::AddressValueError, "this is not an IP address")),
    }
}

/// One cookie and what ends it, after Python's `http.cookies`.
static COOKIE: LazyLock<Option<regex::Regex>> = LazyLock::new(|| {
    let space = r"[ \t\n\r\x0b\x0c]";
    let key = r"[0-9A-Za-z_!#%&'~`><@,:/$*+\-.^|)(?}{=]";
    let value = r"[0-9A-Za-z_!#%&'~`><@,:/$*+\-.^|)(?}{=\[\]]";
    let pattern = format!(
        r#"\A{space}*(?<key>{key}+?)(?:{space}*={space}*(?<value>"(?:[^\\"]|\\[^\n])*"|[0-9A-Za-z_]{{3}},{space}[0-9A-Za-z_ \t\n\r\x0b\x0c-]{{9,11}}{space}[0-9 \t\n\r\x0b\x0c:]{{8}}{space}GMT|{value}*))?{space}*(?:{space}+|;|\n?\z)"#
    );
    regex::Regex::new(&pattern).ok()
});

const RESERVED: [&str; 9] = [
    "expires", "path", "comment", "domain", "max-age", "secure", "httponly", "version", "samesite",
];

fn cookie(call: &Call<'_>) -> Result<Value, Fault> {
    let (header, wanted) = (call.text(0)?, call.text(1)?);
    let found = cookies(header)?.into_iter().rev().find(|(key, _)| *key == wanted);
    found
        .map(|(_, value)| Value::str(value))
        .ok_or_else(|| Fault::expected("the header has no cookie of this name"))
}

/// The cookies of a header; none at all if any part of it is malformed.
fn cookies(header: &str) -> Result<Vec<(&str, &str)>, Fault> {
    let mut cookies = Vec::new();
    let mut odd_attribute = false;
    let mut rest = header;
    while let Some(found) =
        COOKIE.as_ref().filter(|_| !rest.is_empty()).and_then(|cookie| cookie.captures(rest))
    {
        let key = found.name("key").map_or("", |key| key.as_str());
        let value = found.name("value").map(|value| value.as_str());
        rest = found.get(0).and_then(|whole| rest.get(whole.end()..)).unwrap_or_default();
        let lower = key.to_ascii_lowercase();
        if let Some(attribute) = lower.strip_prefix('$') {
            odd_attribute |= !cookies.is_empty() && !RESERVED.contains(&attribute);
        } else if RESERVED.contains(&lower.as_str()) {
            let flag = matches!(lower.as_str(), "secure" | "httponly");
            if cookies.is_empty() || (value.is_none() && !flag) {
                return Ok(Vec::new());
            }
        } else {
            let Some(value) = value else { return Ok(Vec::new()) };
            cookies.push((key, value));
        }
    }
    let odd_name =
        |key: &str| key.contains(['>', '<', '@', ',', '/', ')', '(', '?', '}', '{', '=']);
    if odd_attribute || cookies.iter().any(|(key, _)| odd_name(key)) {
        return Err(cookie_error());
    }
    Ok(cookies)
}

fn cookie_error() -> Fault {
    Fault::error(Exception::CookieError, "the header has a cookie with an illegal name")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_read_as_in_python() {
        for (header, value) in [
            ("sid=abc; theme=dark", Ok(Some("abc"))),
            ("sid=\"quoted value\"; x=1", Ok(Some("\"quoted value\""))),
            ("sid=", Ok(Some(""))),
            ("sid=a; sid=b", Ok(Some("b"))),
            ("SID=upper", Ok(None)),
            ("sid=a=b", Ok(Some("a=b"))),
            ("bad cookie text", Ok(None)),
            ("sid=a, b=c", Ok(Some("a,"))),
            (" sid = spaced ;", Ok(Some("spaced"))),
            ("$Version=1; sid=z", Ok(Some("z"))),
            ("a b=c; sid=x", Ok(None)),
            ("sid=1; Path=/; Secure", Ok(Some("1"))),
            ("Path=/; sid=1", Ok(None)),
            ("sid=1; $Odd=2", Err(Exception::CookieError)),
            ("a@b=1; sid=2", Err(Exception::CookieError)),
            ("sid=1; é=2; sid=3", Ok(Some("1"))),
        ] {
            let found = cookies(header).map(|cookies| {
                cookies.into_iter().rev().find(|(key, _)| *key == "sid").map(|(_, value)| value)
            });
            assert_eq!(found.map_err(|fault| fault.exception), value, "{header}");
        }
    }

    #[test]
    fn networks_are_those_of_the_reference() {
        assert_eq!(network("192.168.1.77").unwrap(), "192.168.1.0");
        assert_eq!(network("2001:db8::ff00:42:8329").unwrap(), "2001:db8:0:0:0:ff00:42:8329");
        assert_eq!(network("::ffff:10.0.0.1").unwrap(), "0:0:0:0:0:ffff:a00:1");
        for (address, exception) in [
            ("01.1.1.1", Exception::AddressValueError),
            ("", Exception::AddressValueError),
            ("1\0", Exception::ValueError),
        ] {
            assert_eq!(network(address).unwrap_err().exception, exception);
        }
    }
}
