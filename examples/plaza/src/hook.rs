//! Takes decisions that Evenhand sends by signed webhook (Standard Webhooks). Must not believe a
//! message whose signature is wrong or old, does nothing that is not proven to be in the public log,
//! and does each decision once however often it comes.

use crate::keep::{Decision, Letter};
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
use tlog::policy::Policy;
use tlog::proof::Receipt;

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
    r#type: String,
    data: Box<RawValue>,
}

/// What Evenhand asks to be told to an account's owner.
#[derive(Deserialize)]
struct Told {
    account: Option<String>,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    url: String,
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
    log: InLog,
}

/// The end of a measure, which is to be taken back.
#[derive(Deserialize)]
struct Ending {
    ending: String,
    decision: String,
    measure: Measure,
    log: InLog,
}

/// What the public log says of the end of a measure.
#[derive(Deserialize)]
struct EndLeaf {
    kind: String,
    ending: String,
    ends: String,
    measure: String,
}

/// What shows that the decision is in the public log.
#[derive(Deserialize)]
struct InLog {
    index: u64,
    leaf: String,
    receipt: String,
}

/// What the public log says of the decision.
#[derive(Deserialize)]
struct Leaf {
    decision: String,
    measures: Vec<Measure>,
}

#[derive(Deserialize, PartialEq)]
struct Measure {
    measure: String,
}

impl Ending {
    /// Whether the log holds this very end of this very measure.
    fn is_shown(&self, log: &Policy) -> bool {
        let Ok(leaf) = serde_json::from_str::<EndLeaf>(&self.log.leaf) else { return false };
        self.log.proven(log)
            && leaf.kind == "ending"
            && leaf.ending == self.ending
            && leaf.ends == self.decision
            && leaf.measure == self.measure.measure
    }
}

impl InLog {
    /// Whether the log holds this very leaf.
    fn proven(&self, log: &Policy) -> bool {
        let Ok(receipt) = self.receipt.parse::<Receipt>() else { return false };
        receipt.index == self.index && receipt.verify(self.leaf.as_bytes(), log).is_ok()
    }

    /// Whether the log holds this very decision with these very measures.
    fn shows(&self, decision: &str, measures: &str, log: &Policy) -> bool {
        let (Ok(leaf), Ok(asked)) = (
            serde_json::from_str::<Leaf>(&self.leaf),
            serde_json::from_str::<Vec<Measure>>(measures),
        ) else {
            return false;
        };
        self.proven(log) && leaf.decision == decision && leaf.measures == asked
    }
}

async fn take(State(plaza): State<Plaza>, headers: HeaderMap, body: Bytes) -> StatusCode {
    if !genuine(&plaza.secret, &headers, &body, now().as_second()) {
        return StatusCode::UNAUTHORIZED;
    }
    let Ok(Message { r#type, data }) = serde_json::from_slice(&body) else {
        return StatusCode::BAD_REQUEST;
    };
    if r#type.starts_with("notice.") {
        let id = headers.get("webhook-id").and_then(|id| id.to_str().ok()).unwrap_or_default();
        return tell(&plaza, id, data.get()).await;
    }
    if r#type == "measure.ended" {
        return end(&plaza, data.get()).await;
    }
    let Ok(data) = serde_json::from_str::<Enforcement>(data.get()) else {
        return StatusCode::BAD_REQUEST;
    };
    if !data.log.shows(&data.decision, data.measures.get(), &plaza.log) {
        tracing::error!(
            decision = data.decision,
            "refused: it is not shown to be in the public log"
        );
        return StatusCode::UNPROCESSABLE_ENTITY;
    }
    let decision = Decision {
        id: data.decision,
        item: data.item,
        account: data.account,
        measures: data.measures.get().to_owned(),
        replaces: data.replaces,
        statement: data.statement.get().to_owned(),
        url: data.statement_url,
        read_at: None,
        ended: None,
    };
    match plaza.keep.add_decision(&decision).await {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(error) => {
            tracing::error!(%error, "a decision could not be kept; Evenhand will send it again");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}

/// Takes back what has ended.
async fn end(plaza: &Plaza, data: &str) -> StatusCode {
    let Ok(ending) = serde_json::from_str::<Ending>(data) else { return StatusCode::BAD_REQUEST };
    if !ending.is_shown(&plaza.log) {
        tracing::error!(decision = ending.decision, "refused: its end is not in the public log");
        return StatusCode::UNPROCESSABLE_ENTITY;
    }
    let Ending { ending, decision, measure, .. } = ending;
    match plaza.keep.add_ending(&ending, &decision, &measure.measure).await {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(error) => {
            tracing::error!(%error, "an ending could not be kept; Evenhand will send it again");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}

/// Keeps what is to be told. What is for somebody without an account here is for nobody.
async fn tell(plaza: &Plaza, id: &str, data: &str) -> StatusCode {
    let Ok(told) = serde_json::from_str::<Told>(data) else { return StatusCode::BAD_REQUEST };
    let Some(account) = told.account else { return StatusCode::NO_CONTENT };
    let letter = Letter {
        id: id.to_owned(),
        account,
        subject: told.subject,
        text: told.text,
        url: told.url,
        at: now().to_string(),
    };
    match plaza.keep.add_letter(&letter).await {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(error) => {
            tracing::error!(%error, "a notice could not be kept; Evenhand will send it again");
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
    use tlog::checkpoint::Checkpoint;
    use tlog::note::{Kind, Note, SigningKey};

    fn signed(leaf: &str, name: &str) -> (InLog, Policy) {
        let key = SigningKey::new(name, Kind::Ed25519, &[4; 32]).unwrap();
        let checkpoint = Checkpoint::new(name, 1, tlog::leaf_hash(leaf.as_bytes()));
        let mut note = Note::new(checkpoint.to_string()).unwrap();
        note.sign(&key).unwrap();
        let receipt = Receipt { extra: None, index: 0, proof: Vec::new(), checkpoint: note };
        let log = InLog { index: 0, leaf: leaf.into(), receipt: receipt.to_string() };
        (log, Policy::log(key.verifier().clone()))
    }

    #[test]
    fn nothing_is_done_that_the_log_does_not_show() {
        let leaf = r#"{"decision":"d-1","measures":[{"measure":"remove"},{"measure":"warn"}]}"#;
        let asked = r#"[{"measure":"remove"},{"measure":"warn"}]"#;
        let (log, policy) = signed(leaf, "evenhand.example/log");
        assert!(log.shows("d-1", asked, &policy));
        assert!(!log.shows("d-2", asked, &policy), "another decision's receipt");
        assert!(!log.shows("d-1", r#"[{"measure":"ban"}]"#, &policy), "other measures");
        assert!(!log.shows("d-1", "[]", &policy));
        let (_, other) = signed(leaf, "other.example/log");
        assert!(!log.shows("d-1", asked, &other), "another log");
        let altered = InLog { leaf: leaf.replace("remove", "demote"), ..log };
        assert!(!altered.shows("d-1", &asked.replace("remove", "demote"), &policy), "another leaf");
        let empty = InLog { receipt: String::new(), leaf: leaf.into(), index: 0 };
        assert!(!empty.shows("d-1", asked, &policy), "no receipt");
        assert!(serde_json::from_str::<Enforcement>(r#"{"decision":"d-1"}"#).is_err());
    }

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
