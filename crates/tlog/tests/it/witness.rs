//! The witness: the script with which litewitness is tested (FiloSottile/torchwood,
//! `cmd/litewitness/testdata`; its checkpoints are signed by a Sigsum log), and what it leaves out.

use crate::log::{Log, ORIGIN, key};
use proptest::prelude::*;
use tlog::note::{Kind, Note, VerifierKey};
use tlog::proof::consistency;
use tlog::witness::{
    AddCheckpoint, Answer, Refusal, Seen, Watched, find, judge, read_signatures, read_size, sign,
};

const SIGSUM: &str =
    "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562";
const SIGSUM_KEY: &str = "ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f";

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

fn bytes(hex: &str) -> [u8; 32] {
    std::array::from_fn(|n| u8::from_str_radix(&hex[2 * n..2 * n + 2], 16).unwrap())
}

fn zeros(first: &str) -> String {
    format!("{first}{}=\n", "A".repeat(43 - first.len()))
}

/// The body of one request of the script.
fn request(old: u64, proof: &str, origin: &str, size: &str, root: &str, signature: &str) -> String {
    format!("old {old}\n{proof}\n{origin}\n{size}\n{root}\n\n\u{2014} {origin} UgIom{signature}\n")
}

#[test]
fn the_script_of_litewitness() {
    let log = VerifierKey::new(SIGSUM, Kind::Ed25519, &bytes(SIGSUM_KEY)).unwrap();
    let watched = Watched { origin: SIGSUM.into(), keys: vec![log] };
    let mut witness = Witness { watched, seen: None };

    let root1 = "KgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let root3 = "RcCI1Nk56ZcSmIEfIn0SleqtV7uvrlXNccFx595Iwl0=";
    let root5 = "QrtXrQZCCvpIgsSmOsah7HdICzMLLyDfxToMql9WTjY=";
    let signed1 =
        "7fPZTqpxWWhyjWduBvTvGVqsokMbqTArsQilegKoFBJQjUFAmQ0+YeSPM3wfUQMFSzVnnNuWRTYrajXpNUbIQY=";
    let signed3 =
        "2VbtIcdFbwFAy1n7s6IkAxIY6J/GQOTuZF2ORV39d75cbAj2aQYwyJre36kezNobZs4SUUdrcawfAB8WVrx6go=";
    let spoilt3 =
        "2VbtIcdFbwFAy1n7s6IkAxIY6J/GQOTuZF2ORV39d75cbAj2aQYwyJre36kezNobZs4SUUdrcawfAB8WVrx6gx=";
    let signed5 =
        "w/EOJmWi0i1FQsOj+etB7F8IccFam/jgd6wzRns4QPVmyEZtdvl1U2KEmLOZ/ASRcWJi0tW90dJWAShei7sDww=";
    let body5 =
        "4JTC2MerrFcJ5xDcWHzRPVB6zzGBIw4OFqcKDflqjH4q4xY5vMxUxyczvdIlEwFYf7ivQU4KoWan2bLmzLx0go=";
    let from1 = zeros("KgE") + &zeros("KgI");
    let wrong = from1.replace("KgI", "KgM");
    let from1_to5 = zeros("KgE") + "+fUDV+k970B4I3uKrqJM4aP1lloPZP8mvr2Z4wRw2LI=\n" + &zeros("KgQ");
    let from3_to5 = zeros("KgI")
        + &zeros("KgM")
        + "wgiIFdZfYNv6WU1OllBKsWnLYIS/DBMqt8Uh/S4OukE=\n"
        + &zeros("KgQ");
    let unknown = SIGSUM.replace("e562", "e563");

    for (step, body, status, answer) in [
        (1, request(0, "", SIGSUM, "1", root1, signed1), 200, "\u{2014} witness.example "),
        (2, request(1, &from1, SIGSUM, "3", root3, spoilt3), 403, ""),
        (3, request(1, &from1, SIGSUM, "3", root3, &signed3.replace("2Vb", "2Vc")), 403, ""),
        (4, request(1, &from1, &unknown, "3", root3, signed3), 404, ""),
        (5, request(1, "", SIGSUM, "3", root3, signed3), 422, ""),
        (6, request(1, &wrong, SIGSUM, "3", root3, signed3), 422, ""),
        (7, request(1, &from1, SIGSUM, "3", root3, signed3), 200, "\u{2014} witness.example "),
        (8, request(1, &from1_to5, SIGSUM, "5", root5, signed5), 409, "3\n"),
        (9, request(3, &from3_to5, SIGSUM, "5", root5, signed5), 200, "\u{2014} witness.example "),
        (10, request(0, "", SIGSUM, "5", root5, signed5), 409, "5\n"),
        (11, format!("old 5\n\n{SIGSUM}\n5\n{root5}\n"), 400, ""),
        (12, request(5, "", SIGSUM, "five", root1, body5), 400, ""),
        (13, request(6, "", SIGSUM, "5", root5, signed5), 400, ""),
        (14, request(5, "", SIGSUM, "5", root5, signed5), 200, "\u{2014} witness.example "),
    ] {
        let found = witness.post(&body);
        assert_eq!(found.status(), status, "step {step}: {found:?}");
        assert!(found.body().starts_with(answer), "step {step}: {}", found.body());
        let stale = found.content_type() == "text/x.tlog.size";
        assert_eq!(stale, status == 409, "step {step}");
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
