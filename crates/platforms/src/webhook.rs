//! Signed webhooks after the Standard Webhooks specification: sign, verify, deliver an enforcement.
//! Must not retry (`flow` does); measures leave only as a
//! [`Logged`] enforcement, and end only by a [`LoggedEnding`].

use crate::{CallError, HttpClient, is_public};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use model::{Logged, LoggedEnding};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::time::Duration;
use subtle::{Choice, ConstantTimeEq as _};

/// Header with the id of the message, the same at every attempt.
pub const ID: &str = "webhook-id";
/// Header with the time of the attempt, in seconds since 1970.
pub const TIMESTAMP: &str = "webhook-timestamp";
/// Header with one or more signatures, parted by spaces.
pub const SIGNATURE: &str = "webhook-signature";

/// A message older or newer than this is refused: it may be a replay.
const TOLERANCE_SECONDS: u64 = 5 * 60;
/// The specification asks for 24 to 64 bytes.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;
/// Longest address that is kept.
const LONGEST_URL: usize = 2000;
/// A server may not make us wait longer than this.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 3600);

/// A secret that both sides hold; written `whsec_` and base64. Never printed.
#[derive(Clone)]
pub struct Secret(Vec<u8>);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// A text that is no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a webhook secret: write `whsec_` and the base64 of 24 to 64 random bytes")]
pub struct SecretError;

impl Secret {
    /// Reads `whsec_...`.
    ///
    /// # Errors
    /// [`SecretError`] when it is not written so.
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        let bytes = text.trim().strip_prefix("whsec_").and_then(|it| STANDARD.decode(it).ok());
        Self::from_bytes(&bytes.ok_or(SecretError)?)
    }

    /// Takes 24 to 64 random bytes.
    ///
    /// # Errors
    /// [`SecretError`] when there are fewer or more.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SecretError> {
        SECRET_BYTES.contains(&bytes.len()).then(|| Self(bytes.into())).ok_or(SecretError)
    }

    /// The secret with this number of one address, which follows from a key of ours: it need not be kept.
    pub fn derived(key: &[u8; 32], of: &str, number: u64) -> Self {
        let mut block = [0; 64];
        block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
        let mut mac = Hmac::<Sha256>::new((&block).into());
        mac.update(format!("evenhand webhook secret v1\n{of}\n{number}").as_bytes());
        Self(mac.finalize().into_bytes().to_vec())
    }

    /// SHA-256 of it, by which it is known again.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(&self.0).into()
    }

    /// The secret as it is written down, to hand it to the other side.
    pub fn reveal(&self) -> String {
        format!("whsec_{}", STANDARD.encode(&self.0))
    }
}

/// Why a message was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The time is no number of seconds, or too far from ours.
    #[error("the webhook's timestamp is missing or more than 5 minutes off: check both clocks")]
    Timestamp,
    /// No signature fits any of the secrets.
    #[error("no signature of the webhook fits the secret: check that both sides use the same")]
    Signature,
}

fn digest(secret: &Secret, id: &str, timestamp: i64, body: &[u8]) -> Option<[u8; 32]> {
    let mut mac = Hmac::<Sha256>::new_from_slice(&secret.0).ok()?;
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body);
    Some(mac.finalize().into_bytes().into())
}

/// Signs a message with each secret, so that the receiver may change over from one to the next.
pub fn sign(secrets: &[Secret], id: &str, at: Timestamp, body: &[u8]) -> String {
    let signatures = secrets.iter().filter_map(|secret| digest(secret, id, at.as_second(), body));
    let words: Vec<_> = signatures.map(|bytes| format!("v1,{}", STANDARD.encode(bytes))).collect();
    words.join(" ")
}

/// Verifies a message: one of its signatures must fit one of the secrets, and its time be near
/// `now`. Takes the same time whatever the signature says.
///
/// # Errors
/// [`VerifyError`] says what does not fit.
pub fn verify(
    secrets: &[Secret],
    id: &str,
    timestamp: &str,
    signature: &str,
    body: &[u8],
    now: Timestamp,
) -> Result<(), VerifyError> {
    let at: i64 = timestamp.parse().map_err(|_| VerifyError::Timestamp)?;
    if at.abs_diff(now.as_second()) > TOLERANCE_SECONDS {
        return Err(VerifyError::Timestamp);
    }
    let sent: Vec<Vec<u8>> = signature
        .split(' ')
        .filter_map(|word| STANDARD.decode(word.strip_prefix("v1,")?).ok())
        .collect();
    let mut fits = Choice::from(0);
    for expected in secrets.iter().filter_map(|secret| digest(secret, id, at, body)) {
        for given in &sent {
            fits |= given.ct_eq(&expected);
        }
    }
    if bool::from(fits) { Ok(()) } else { Err(VerifyError::Signature) }
}

/// Where a platform takes its enforcements.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// The URL.
    pub url: String,
    /// The secrets: one, or two while they change.
    pub secrets: Vec<Secret>,
}

/// Checks an address that somebody entered: what the client may call, without a name and password in it, and unencrypted
/// only where it cannot leave the house.
///
/// # Errors
/// [`CallError::Url`] says what is wrong with it.
pub fn check_address(client: &HttpClient, url: &str) -> Result<(), CallError> {
    let wrong = |why| CallError::Url { url: url.into(), why };
    if url.len() > LONGEST_URL {
        return Err(wrong("it is longer than 2,000 bytes"));
    }
    let parsed = client.check(url)?;
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err(wrong("leave name and password out: every message is signed"));
    }
    if parsed.fragment().is_some() {
        return Err(wrong("leave out what stands after `#`: it is never sent"));
    }
    let host = parsed.host_str().unwrap_or("");
    let inside = match host.trim_start_matches('[').trim_end_matches(']').parse() {
        Ok(address) => !is_public(address),
        // A name without a dot, or under one of the names for inner networks, is known to nobody outside.
        Err(_) => {
            !host.contains('.')
                || [".localhost", ".internal", ".local"].iter().any(|end| host.ends_with(end))
        }
    };
    if parsed.scheme() == "http" && !inside {
        return Err(wrong("use https: the message would go over the network for all to read"));
    }
    Ok(())
}

/// What became of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// The platform has it. Whether it did it, its receipt tells.
    Delivered,
    /// Not now.
    Retry {
        /// The platform's wish, at most a day.
        after: Option<Duration>,
        /// What happened, for the operator; holds no personal data.
        why: String,
    },
    /// The platform will not take this message: it calls it wrong (4xx).
    Rejected {
        /// What happened, for the operator.
        why: String,
    },
    /// The platform says that this address takes no more.
    Gone,
}

#[derive(Serialize)]
struct Message<'a, T: Serialize> {
    r#type: &'a str,
    timestamp: Timestamp,
    data: &'a T,
}

/// Sends one enforcement once. Idempotent for the receiver by `webhook-id`, which follows from the
/// decision.
pub async fn deliver(
    client: &HttpClient,
    to: &Endpoint,
    enforcement: &Logged,
    now: Timestamp,
) -> Delivery {
    let id = format!("msg_{}", enforcement.decision().uuid().simple());
    send(client, to, (&id, "decision.enforce"), enforcement, now).await
}

/// Sends one ending once. Idempotent for the receiver by `webhook-id`, which follows from the ending.
pub async fn deliver_ending(
    client: &HttpClient,
    to: &Endpoint,
    ending: &LoggedEnding,
    now: Timestamp,
) -> Delivery {
    let id = format!("msg_{}", ending.id().uuid().simple());
    send(client, to, (&id, "measure.ended"), ending, now).await
}

/// Sends one message once: its id, by which it is idempotent for the receiver, its type and its data. Measures leave by
/// [`deliver`] alone.
pub async fn send<T: Serialize + Sync>(
    client: &HttpClient,
    to: &Endpoint,
    (id, kind): (&str, &str),
    data: &T,
    now: Timestamp,
) -> Delivery {
    let body = match serde_json::to_vec(&Message { r#type: kind, timestamp: now, data }) {
        Ok(body) => body,
        Err(error) => return Delivery::Retry { after: None, why: error.to_string() },
    };
    let headers = [
        (SIGNATURE, sign(&to.secrets, id, now, &body)),
        (TIMESTAMP, now.as_second().to_string()),
        (ID, id.to_owned()),
    ];
    match client.post(&to.url, &headers, body).await {
        Ok(reply) => match reply.status {
            200..=299 => Delivery::Delivered,
            410 => Delivery::Gone,
            // Not yet allowed, not found while it is being set up, too slow, too early, too many:
            // that is the platform's state, not the message.
            status @ (400..=499) if !matches!(status, 401 | 403 | 404 | 408 | 425 | 429) => {
                Delivery::Rejected { why: format!("the platform answered {status}") }
            }
            status => Delivery::Retry {
                after: reply.retry_after.map(|wait| wait.min(LONGEST_WAIT)),
                why: format!("the platform answered {status}"),
            },
        },
        Err(error) => Delivery::Retry { after: None, why: error.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    // The example of the Standard Webhooks specification's own libraries.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const SIGNED: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    #[test]
    fn the_published_example_signs_and_verifies() {
        let secrets = [Secret::parse(SECRET).unwrap()];
        assert_eq!(sign(&secrets, ID, at(1_614_265_330), BODY), SIGNED);
        assert_eq!(secrets[0].reveal(), SECRET);
        for (signature, now, body, expected) in [
            (SIGNED, 1_614_265_330, BODY, Ok(())),
            (SIGNED, 1_614_265_330 + 300, BODY, Ok(())),
            (SIGNED, 1_614_265_330 + 301, BODY, Err(VerifyError::Timestamp)),
            (SIGNED, 1_614_265_330 - 301, BODY, Err(VerifyError::Timestamp)),
            (SIGNED, 1_614_265_330, b"{}", Err(VerifyError::Signature)),
            ("v1,AAAA", 1_614_265_330, BODY, Err(VerifyError::Signature)),
            ("", 1_614_265_330, BODY, Err(VerifyError::Signature)),
        ] {
            let got = verify(&secrets, ID, "1614265330", signature, body, at(now));
            assert_eq!(got, expected, "{signature} at {now}");
        }
        let several = format!("v2,xyz v1,AAAA {SIGNED}");
        assert_eq!(verify(&secrets, ID, "1614265330", &several, BODY, at(1_614_265_330)), Ok(()));
        let garbled = verify(&secrets, ID, "soon", SIGNED, BODY, at(0));
        assert_eq!(garbled, Err(VerifyError::Timestamp));
    }

    #[test]
    fn either_secret_verifies_while_they_change() {
        let old = Secret::from_bytes(&[1; 32]).unwrap();
        let new = Secret::from_bytes(&[2; 32]).unwrap();
        let signed = sign(&[old.clone(), new.clone()], "msg_1", at(100), b"{}");
        for secrets in [vec![old], vec![new.clone()]] {
            assert_eq!(verify(&secrets, "msg_1", "100", &signed, b"{}", at(100)), Ok(()));
        }
        let other = Secret::from_bytes(&[3; 32]).unwrap();
        let wrong = verify(&[other], "msg_1", "100", &signed, b"{}", at(100));
        assert_eq!(wrong, Err(VerifyError::Signature));
        let nobody = verify(&[], "msg_1", "100", &signed, b"{}", at(100));
        assert_eq!(nobody, Err(VerifyError::Signature));
        assert_eq!(format!("{new:?}"), "Secret(..)");
    }

    #[test]
    fn addresses_that_people_enter_stay_outside_and_encrypted_unless_the_operator_allows_it() {
        let client = |private_addresses| {
            crate::http_client(&crate::Reach { private_addresses, ..Default::default() }).unwrap()
        };
        let (strict, lenient) = (client(false), client(true));
        for (url, strictly, leniently) in [
            ("https://hooks.example.org/a?token=1", true, true),
            ("https://10.0.0.1/", false, true),
            ("https://[::1]/", false, true),
            ("https://169.254.169.254/latest/meta-data", false, true),
            ("http://127.0.0.1:9000/hook", false, true),
            ("http://localhost:9000/hook", false, true),
            ("http://plaza:9000/hook", false, true),
            ("http://example.org/hook", false, false),
            ("http://8.8.8.8/hook", false, false),
            ("https://user:pass@example.org/", false, false),
            ("https://example.org/#x", false, false),
            ("ftp://example.org/", false, false),
            ("gopher://127.0.0.1/", false, false),
            ("", false, false),
        ] {
            assert_eq!(check_address(&strict, url).is_ok(), strictly, "{url}");
            assert_eq!(check_address(&lenient, url).is_ok(), leniently, "{url}");
        }
        let long = format!("https://example.org/{}", "x".repeat(2000));
        assert!(check_address(&strict, &long).is_err());
    }

    #[test]
    fn derived_secrets_differ_by_key_address_and_number_and_stay() {
        let key = [7; 32];
        let first = Secret::derived(&key, "a", 1);
        assert_eq!(first.reveal(), Secret::derived(&key, "a", 1).reveal());
        assert_eq!(first.digest(), Secret::parse(&first.reveal()).unwrap().digest());
        for other in [
            Secret::derived(&key, "a", 2),
            Secret::derived(&key, "b", 1),
            Secret::derived(&[8; 32], "a", 1),
        ] {
            assert_ne!(first.digest(), other.digest());
        }
    }

    #[test]
    fn short_secrets_are_refused() {
        for text in ["", "whsec_", "whsec_AAAA", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] {
            assert_eq!(Secret::parse(text).unwrap_err(), SecretError, "{text}");
        }
    }
}
