//! The witness: the script of another witness's tests, and what it leaves out.

use crate::log::{Log, ORIGIN, key};
use crate::script;
use proptest::prelude::*;
use tlog::note::{Kind, Note, VerifierKey};
use tlog::proof::consistency;
use tlog::witness::{
    AddCheckpoint, Answer, Refusal, Seen, Watched, find, judge, read_signatures, read_size, sign,
};

/// A witness in memory: what a server does around the pure functions.
struct Witness {
    watched: Watched,
    seen: Option<Seen>,
}

impl Witness {
    fn post(&mut self, body: &str) -> Answer {
        let judged =
            body.parse::<AddCheckpoint>().map_err(Refusal::Unreadable).and_then(|request| {
                Ok((
                    judge(
                        &request,
                        find(&request, std::slice::from_ref(&self.watched))?,
                        self.seen,
                    )?,
                    request,
                ))
            });
        match judged {
            Ok((seen, request)) => {
                self.seen = Some(seen);
                sign(&request, &key("witness.example", Kind::Cosignature), 1_700_000_000).unwrap()
            }
            Err(refusal) => Answer::Refused(refusal),
        }
    }
}

#[test]
fn the_script_of_litewitness() {
    let log: VerifierKey = script::log_key();
    let watched = Watched { origin: log.name().into(), keys: vec![log] };
    let mut witness = Witness { watched, seen: None };
    for step in script::steps() {
        let found = witness.post(&step.body);
        assert_eq!(found.status(), step.status, "step {}: {found:?}", step.number);
        assert!(found.body().starts_with(step.answer), "step {}: {}", step.number, found.body());
        let stale = found.content_type() == "text/x.tlog.size";
        assert_eq!(stale, step.status == 409, "step {}", step.number);
    }
    assert_eq!(witness.seen.map(|seen| seen.size), Some(5));
}

fn watching() -> Witness {
    let keys = vec![key(ORIGIN, Kind::Ed25519).verifier().clone()];
    Witness { watched: Watched { origin: ORIGIN.into(), keys }, seen: None }
}

fn growth(log: &Log, old: u64) -> AddCheckpoint {
    let proof = consistency(&log.tiles, old, log.tree.size()).unwrap();
    AddCheckpoint { old, proof, checkpoint: log.checkpoint() }
}

#[test]
fn a_split_view_is_refused_and_nothing_is_forgotten() {
    let mut witness = watching();
    assert_eq!(witness.post(&growth(&Log::new(10), 0).to_string()).status(), 200);
    let seen = witness.seen;
    let mut other = Log::new(9);
    other.tree.append([3; 32]);
    other.tiles.extend(other.tree.new_tiles().into_iter().map(|tile| (tile.id, tile.hashes)));
    assert_eq!(witness.post(&growth(&other, 10).to_string()).status(), 422, "same size");
    other.grow(20);
    assert_eq!(witness.post(&growth(&other, 10).to_string()).status(), 422, "larger");
    assert_eq!(witness.post(&growth(&Log::new(5), 0).to_string()).body(), "10\n", "smaller");
    assert_eq!(witness.seen, seen);
}

#[test]
fn an_empty_log_is_cosigned_only_with_the_root_of_nothing() {
    let mut witness = watching();
    let log = Log::new(0);
    assert_eq!(witness.post(&growth(&log, 0).to_string()).status(), 200);
    let text = tlog::checkpoint::Checkpoint::new(ORIGIN, 0, [1; 32]).to_string();
    let mut checkpoint = Note::new(text).unwrap();
    checkpoint.sign(&log.key).unwrap();
    let request = AddCheckpoint { old: 0, proof: Vec::new(), checkpoint };
    assert_eq!(witness.post(&request.to_string()).status(), 422);
}

#[test]
fn the_answers_are_read_by_the_log() {
    let mut witness = watching();
    let mut log = Log::new(10);
    let answer = witness.post(&growth(&log, 0).to_string());
    let mut note = log.checkpoint();
    for signature in read_signatures(&answer.body()).unwrap() {
        note.add(signature);
    }
    let key = key("witness.example", Kind::Cosignature).verifier().clone();
    let verified = note.verify(std::slice::from_ref(&key)).unwrap();
    assert_eq!(verified[0].time, Some(1_700_000_000));
    log.grow(30);
    let answer = witness.post(&growth(&log, 20).to_string());
    let size = read_size(&answer.body()).unwrap();
    assert_eq!((answer.status(), size), (409, 10));
    assert_eq!(witness.post(&growth(&log, size).to_string()).status(), 200);
    for wrong in ["", "10", "010\n", "\u{2014} a b\n"] {
        assert_eq!(read_size(wrong), None);
        assert_eq!(read_signatures(wrong), None);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Whatever is asked in whatever order, what the witness saw never shrinks or forks.
    #[test]
    fn a_witness_only_goes_forward(steps in proptest::collection::vec((0..400_u64, 0..400_u64), 1..12)) {
        let mut witness = watching();
        for (old, size) in steps {
            let log = Log::new(size);
            let before = witness.seen.map_or(0, |seen| seen.size);
            let proof = consistency(&log.tiles, old.min(size), size).unwrap();
            let request = AddCheckpoint { old, proof, checkpoint: log.checkpoint() };
            let read: AddCheckpoint = request.to_string().parse().unwrap();
            prop_assert_eq!(&read, &request);
            let status = witness.post(&request.to_string()).status();
            let expected = if old > size { 400 } else if old == before { 200 } else { 409 };
            prop_assert_eq!(status, expected);
            let seen = witness.seen.unwrap_or(Seen { size: 0, root: tlog::empty_root() });
            prop_assert!(seen.size >= before);
            prop_assert_eq!(seen.root, Log::new(seen.size).tree.root());
        }
    }

    #[test]
    fn no_text_panics(text in "old [0-9]{0,3}\n[A-Za-z0-9=\n —]{0,200}") {
        let _ = text.parse::<AddCheckpoint>();
        let _ = read_signatures(&text);
        let _ = read_size(&text);
    }
}
