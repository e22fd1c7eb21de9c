//! The witness as other logs meet it (C2SP tlog-witness): they send their new checkpoints, and get
//! them cosigned if they only grew. Must not cosign anything itself: the store does, once it has
//! written down what it saw.

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Router, middleware};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use http::{StatusCode, header};
use model::Clock;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::num::NonZeroU32;
use std::sync::Arc;
use store::{Store, StoreError, Witnessed};
use tlog::note::SigningKey;
use tlog::witness::{AddCheckpoint, Answer, Refusal, Watched};

/// Enough for a checkpoint with 16 large signatures.
const LONGEST_REQUEST: usize = 256 << 10;
/// What a log did not sign is refused before anything is locked, and what was cosigned in this second
/// costs no write: high enough that strangers do not crowd out the logs that are watched.
const REQUESTS_PER_SECOND: NonZeroU32 = NonZeroU32::MIN.saturating_add(999);
const TEXT: &str = "text/plain; charset=utf-8";

/// Everything that a witness needs.
#[derive(Debug, Clone)]
pub struct Witness {
    /// Where it is kept what was seen.
    pub store: Store,
    /// What it cosigns with.
    pub key: SigningKey,
    /// The logs whose checkpoints it cosigns.
    pub logs: Vec<Watched>,
    /// Tells the time of a cosignature.
    pub clock: Arc<dyn Clock>,
}

struct Serving {
    witness: Witness,
    rate: DefaultDirectRateLimiter,
}

type Shared = State<Arc<Serving>>;

/// The addresses of a witness: `add-checkpoint`, `HASH/checkpoint`, `vkey`, and a page that lists
/// what it saw.
pub fn witness_router(witness: Witness) -> Router {
    let rate = RateLimiter::direct(Quota::per_second(REQUESTS_PER_SECOND));
    Router::new()
        .route("/", get(overview))
        .route("/vkey", get(verifier_key))
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/{log}/checkpoint", get(checkpoint))
        .layer(DefaultBodyLimit::max(LONGEST_REQUEST))
        .layer(middleware::from_fn(crate::security::headers))
        .with_state(Arc::new(Serving { witness, rate }))
}

async fn add_checkpoint(State(serving): Shared, body: Bytes) -> Response {
    if serving.rate.check().is_err() {
        return said(StatusCode::TOO_MANY_REQUESTS, "too many requests; ask again in a second\n");
    }
    let Ok(text) = std::str::from_utf8(&body) else {
        return said(StatusCode::BAD_REQUEST, "the request is not UTF-8\n");
    };
    let answer = match text.parse::<AddCheckpoint>() {
        Err(error) => Ok(Answer::Refused(Refusal::Unreadable(error))),
        Ok(request) => {
            let Witness { store, key, logs, clock } = &serving.witness;
            store.add_checkpoint(&request, logs, key, clock.now()).await
        }
    };
    match answer {
        Ok(answer) => answered(&answer),
        Err(error) => failed(&error),
    }
}

fn answered(answer: &Answer) -> Response {
    let status = answer.status();
    metrics::counter!("evenhand_witness_requests_total", "status" => status.to_string())
        .increment(1);
    if let Answer::Refused(Refusal::Inconsistent(why)) = answer {
        tracing::error!(%why, "a watched log signed a checkpoint that contradicts an earlier one; it is kept as evidence");
    }
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, answer.content_type())], answer.body()).into_response()
}

/// The log's checkpoint as it was cosigned last; `log` is the SHA-256 of its name in hexadecimal.
async fn checkpoint(State(serving): Shared, Path(log): Path<String>) -> Response {
    match serving.witness.store.witnessed().await {
        Err(error) => failed(&error),
        Ok(all) => {
            let named = |seen: &&Witnessed| hex::encode(Sha256::digest(&seen.origin)) == log;
            match all.iter().find(named) {
                Some(seen) => said(StatusCode::OK, &seen.checkpoint),
                None => said(StatusCode::NOT_FOUND, "no checkpoint of such a log was cosigned\n"),
            }
        }
    }
}

async fn verifier_key(State(serving): Shared) -> Response {
    said(StatusCode::OK, &format!("{}\n", serving.witness.key.verifier()))
}

async fn overview(State(serving): Shared) -> Response {
    let Witness { store, key, logs, .. } = &serving.witness;
    let seen = match store.witnessed().await {
        Ok(seen) => seen,
        Err(error) => return failed(&error),
    };
    let mut text = format!("Witness\n{}\n\nLogs\n", key.verifier());
    for log in logs {
        let origin = &log.origin;
        // Writing to a String cannot fail.
        let _ = match seen.iter().find(|seen| seen.origin == *origin) {
            Some(Witnessed { seen, cosigned_at, .. }) => {
                let hash = hex::encode(Sha256::digest(origin));
                writeln!(
                    text,
                    "{origin}: size {}, cosigned {cosigned_at:.0}, {hash}/checkpoint",
                    seen.size
                )
            }
            None => writeln!(text, "{origin}: not seen yet"),
        };
    }
    said(StatusCode::OK, &text)
}

fn failed(error: &StoreError) -> Response {
    tracing::error!(%error, "the witness cannot use its store; nothing is cosigned");
    said(
        StatusCode::SERVICE_UNAVAILABLE,
        "the witness cannot write just now; nothing was cosigned\n",
    )
}

fn said(status: StatusCode, text: &str) -> Response {
    (status, [(header::CONTENT_TYPE, TEXT)], text.to_owned()).into_response()
}
