//! Takes decisions that Evenhand sends by signed webhook (Standard Webhooks). Must not believe a
//! message whose signature is wrong or old, and does each decision once however often it comes.

use crate::keep::Decision;
use crate::{Plaza, now};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::Sha256;

/// Seconds by which the two clocks may differ.
const TOLERANCE: i64 = 300;

pub(crate) fn router() -> Router<Plaza> {
    Router::new().route("/evenhand", post(take))
}

/// The bytes of a secret that is written `whsec_<base64>`.
pub(crate) fn secret(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text.strip_prefix("whsec_")?).ok()
}

#[derive(Deserialize)]
struct Message {
    data: Enforcement,
}

#[derive(Deserialize)]
struct Enforcement {
    decision: String,
    item: String,
    account: String,
    measures: Box<RawValue>,
    replaces: Option<String>,
    statement: Box<RawValue>,
    statement_url: String,
}

async fn take(State(plaza): State<Plaza>, headers: HeaderMap, body: Bytes) -> StatusCode {
    if !genuine(&plaza.secret, &headers, &body, now().as_second()) {
        return StatusCode::UNAUTHORIZED;
    }
    let Ok(Message { data }) = serde_json::from_slice(&body) else {
        return StatusCode::BAD_REQUEST;
    };
    let decision = Decision {
        id: data.decision,
        item: data.item,
        account: data.account,
        measures: data.measures.get().to_owned(),
        replaces: data.replaces,
        statement: data.statement.get().to_owned(),
        url: data.statement_url,
        read_at: None,
    };
    match plaza.keep.add_decision(&decision).await {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(error) => {
            tracing::error!(%error, "a decision could not be kept; Evenhand will send it again");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}

fn genuine(secret: &[u8], headers: &HeaderMap, body: &[u8], now: i64) -> bool {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let (Some(id), Some(time), Some(signatures)) =
        (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"))
    else {
        return false;
    };
    let fresh = time.parse::<i64>().is_ok_and(|sent| (now - sent).abs() <= TOLERANCE);
    fresh
        && signatures.split(' ').filter_map(|one| one.strip_prefix("v1,")).any(|signature| {
            let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return false };
            mac.update(id.as_bytes());
            mac.update(b".");
            mac.update(time.as_bytes());
            mac.update(b".");
            mac.update(body);
            STANDARD.decode(signature).is_ok_and(|bytes| mac.verify_slice(&bytes).is_ok())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Standard Webhooks specification.
    #[test]
    fn the_published_example_verifies() {
        let secret = secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let mut headers = HeaderMap::new();
        headers.insert("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek".parse().unwrap());
        headers.insert("webhook-timestamp", "1614265330".parse().unwrap());
        headers.insert(
            "webhook-signature",
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=".parse().unwrap(),
        );
        let body = br#"{"test": 2432232314}"#;
        assert!(genuine(&secret, &headers, body, 1_614_265_330));
        assert!(!genuine(&secret, &headers, body, 1_614_265_330 + TOLERANCE + 1));
        assert!(!genuine(&secret, &headers, b"{}", 1_614_265_330));
        assert!(!genuine(b"other", &headers, body, 1_614_265_330));
    }
}
