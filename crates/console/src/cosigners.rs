//! Who watches our log: the witnesses of the policy, what each cosigned last, and how long ago. Must
//! not say that a checkpoint is cosigned without having checked the signatures.

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use flow::WitnessState;
use http::{StatusCode, header};
use jiff::Timestamp;
use model::Clock;
use std::fmt::Write as _;
use std::sync::Arc;
use store::Store;
use tlog::note::Note;
use tlog::policy::Policy;

/// What the page shows.
#[derive(Clone)]
pub struct Cosigners {
    /// Where the cosigned checkpoint is kept.
    pub store: Store,
    /// Who must cosign.
    pub policy: Arc<Policy>,
    /// Tells how old a cosignature is.
    pub clock: Arc<dyn Clock>,
    /// How it stands with each witness.
    pub states: Arc<dyn Fn() -> Vec<WitnessState> + Send + Sync>,
}

impl std::fmt::Debug for Cosigners {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cosigners").field("policy", &self.policy).finish_non_exhaustive()
    }
}

/// The page about the witnesses of our log.
pub fn cosigners_router(cosigners: Cosigners) -> Router {
    Router::new()
        .route("/", get(page))
        .layer(axum::middleware::from_fn(crate::security::headers))
        .with_state(cosigners)
}

async fn page(State(cosigners): State<Cosigners>) -> Response {
    let now = cosigners.clock.now().as_second();
    let kept = match cosigners.store.cosigned().await {
        Ok(kept) => kept.and_then(|kept| kept.checkpoint.parse::<Note>().ok()),
        Err(error) => return crate::state::storage(&error).into_response(),
    };
    let text = match kept {
        Some(note) => said(&cosigners.policy, &note, now),
        None => "No checkpoint of this log was cosigned by enough witnesses yet.\n".into(),
    };
    let text = text + &troubles(&(cosigners.states)());
    (StatusCode::OK, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

/// What a cosigned checkpoint shows, in words.
fn said(policy: &Policy, note: &Note, now: i64) -> String {
    let accepted = match policy.accept(note) {
        Ok(accepted) => accepted,
        Err(error) => return format!("The checkpoint that is kept does not hold: {error}\n"),
    };
    let mut text = format!("{}: size {}\n", accepted.checkpoint.origin, accepted.checkpoint.size);
    // Writing to a String cannot fail.
    let _ = match accepted.seen {
        Some(time) => writeln!(text, "Enough witnesses had seen it {}.", ago(time, now)),
        None => writeln!(text, "The policy asks for no witnesses."),
    };
    for (witness, time) in &accepted.cosignatures {
        let _ = writeln!(text, "\n{}: {}\n{}", witness.name, ago(*time, now), witness.key);
    }
    text
}

fn troubles(states: &[WitnessState]) -> String {
    let troubled = states.iter().filter_map(|state| Some((&state.name, state.trouble.as_ref()?)));
    let lines: Vec<_> = troubled.map(|(name, trouble)| format!("{name}: {trouble}\n")).collect();
    if lines.is_empty() {
        String::new()
    } else {
        format!("\nDid not cosign when asked last\n{}", lines.concat())
    }
}

/// A time and how long ago that is.
fn ago(time: u64, now: i64) -> String {
    let second = i64::try_from(time).unwrap_or(i64::MAX);
    let at =
        Timestamp::from_second(second).map_or_else(|_| time.to_string(), |at| format!("{at:.0}"));
    format!("at {at}, {} seconds ago", now.saturating_sub(second))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tlog::checkpoint::Checkpoint;
    use tlog::cosignature::cosign;
    use tlog::note::{Kind, SigningKey};

    #[test]
    fn ages_are_told_only_of_signatures_that_hold() {
        let log = SigningKey::new("log.example", Kind::Ed25519, &[1; 32]).unwrap();
        let witness = SigningKey::new("w.example", Kind::Cosignature, &[2; 32]).unwrap();
        let policy =
            format!("log {}\nwitness w {}\nquorum w\n", log.verifier(), witness.verifier());
        let policy: Policy = policy.parse().unwrap();
        let text = Checkpoint::new("log.example", 7, [3; 32]).to_string();
        let mut note = Note::new(text).unwrap();
        note.sign(&log).unwrap();
        assert!(said(&policy, &note, 100).contains("too few"));
        note.add(cosign(note.text(), &witness, 60).unwrap());
        let shown = said(&policy, &note, 100);
        assert!(shown.contains("log.example: size 7\n"), "{shown}");
        assert!(shown.contains("w: at 1970-01-01T00:01:00Z, 40 seconds ago"), "{shown}");
        let trouble = WitnessState {
            name: "w".into(),
            cosigned: Some((7, 60)),
            trouble: Some("no answer".into()),
        };
        assert!(troubles(&[trouble]).ends_with("w: no answer\n"));
    }
}
