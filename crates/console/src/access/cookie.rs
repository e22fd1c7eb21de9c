//! The session's token in its cookie, and the value that ties a form to it. Must not be readable by
//! scripts, and must not leave for another site.

use crate::state::ConsoleState;
use http::{HeaderMap, HeaderValue, header};
use sha2::{Digest as _, Sha256};
use std::fmt;
use subtle::ConstantTimeEq as _;

/// A session's token. It stands in no log: its `Debug` shows nothing.
#[derive(Clone)]
pub(crate) struct Token(String);

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

impl Token {
    /// A token of 256 random bits.
    pub(crate) fn draw(ids: &dyn model::Ids) -> Self {
        Self(hex::encode(ids.secret()))
    }

    /// A token as it was sent; `None` when it cannot be one.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        (text.len() == 64 && text.bytes().all(hex)).then(|| Self(text.to_owned()))
    }

    /// The token itself.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

/// What a form of the session brings along. It follows from the token, and the token not from it.
pub(crate) fn csrf(token: &Token) -> String {
    let mut hash = Sha256::new();
    hash.update(b"evenhand: a form of the session ");
    hash.update(token.reveal());
    hex::encode(hash.finalize())
}

/// Whether a form brought the right value along; takes as long for every wrong one.
pub(crate) fn is_csrf(token: &Token, brought: &str) -> bool {
    csrf(token).as_bytes().ct_eq(brought.as_bytes()).into()
}

/// How the session's cookie is written. Over https its name makes browsers refuse one that another
/// host of the same site, or plain http, wants to plant.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cookie {
    name: &'static str,
    attributes: &'static str,
}

impl ConsoleState {
    /// How this server writes the cookie.
    pub(crate) fn cookie(&self) -> Cookie {
        if self.public_url.starts_with("https://") {
            let attributes = "; Path=/; Secure; HttpOnly; SameSite=Strict";
            Cookie { name: "__Host-evenhand", attributes }
        } else {
            Cookie { name: "evenhand", attributes: "; Path=/; HttpOnly; SameSite=Strict" }
        }
    }

    /// How this server writes the cookie that ties a sign-in at the identity provider to its browser. The way back begins
    /// at another site, so it must be `Lax`; it opens nothing by itself.
    #[cfg(feature = "oidc")]
    pub(crate) fn flow_cookie(&self) -> Cookie {
        if self.public_url.starts_with("https://") {
            let attributes = "; Path=/; Secure; HttpOnly; SameSite=Lax";
            Cookie { name: "__Host-evenhand-oidc", attributes }
        } else {
            Cookie { name: "evenhand-oidc", attributes: "; Path=/; HttpOnly; SameSite=Lax" }
        }
    }
}

impl Cookie {
    /// The token in the request's cookie. Two cookies of that name are none: one may be planted.
    pub(crate) fn read(self, headers: &HeaderMap) -> Option<Token> {
        let mut found = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(name, _)| *name == self.name)
            .map(|(_, value)| value);
        let token = found.next()?;
        if found.next().is_some() { None } else { Token::parse(token) }
    }

    /// The header that gives the browser the session. It goes when the browser is closed.
    pub(crate) fn give(self, token: &Token) -> Option<HeaderValue> {
        let text = format!("{}={}{}", self.name, token.reveal(), self.attributes);
        let mut value = HeaderValue::from_str(&text).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// The header that takes it away.
    pub(crate) fn take(self) -> Option<HeaderValue> {
        HeaderValue::from_str(&format!("{}={}; Max-Age=0", self.name, self.attributes)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COOKIE: Cookie = Cookie { name: "__Host-evenhand", attributes: "" };

    fn read(cookies: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(header::COOKIE, HeaderValue::from_str(cookie).unwrap());
        }
        COOKIE.read(&headers).map(|token| token.0)
    }

    #[test]
    fn only_one_whole_cookie_of_the_right_name_counts() {
        let token = "ab".repeat(32);
        assert_eq!(read(&[&format!("a=1; __Host-evenhand={token}; b=2")]), Some(token.clone()));
        for wrong in [
            format!("evenhand={token}"),
            format!("__host-evenhand={token}"),
            format!("__Host-evenhand={token}; __Host-evenhand={}", "cd".repeat(32)),
            "__Host-evenhand=short".into(),
            format!("__Host-evenhand={}", "AB".repeat(32)),
        ] {
            assert_eq!(read(&[&wrong]), None, "{wrong}");
        }
        let both = [format!("__Host-evenhand={token}"), format!("__Host-evenhand={token}")];
        assert_eq!(read(&[&both[0], &both[1]]), None);
    }

    #[test]
    fn a_form_belongs_to_one_session_and_does_not_betray_it() {
        let (one, other) = (Token("a".repeat(64)), Token("b".repeat(64)));
        assert!(is_csrf(&one, &csrf(&one)));
        for wrong in [csrf(&other).as_str(), "", csrf(&one).get(..63).unwrap(), one.reveal()] {
            assert!(!is_csrf(&one, wrong));
        }
        assert_eq!(format!("{one:?}"), "Token");
    }
}
