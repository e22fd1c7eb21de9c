//! Policies: the example of the specification, and what it forbids.

use crate::log::{Log, key};
use proptest::prelude::*;
use tlog::cosignature::cosign;
use tlog::note::{KeyError, Kind, NoteError};
use tlog::policy::{LineProblem, Policy, PolicyError, PolicyLineError};

fn vkey(name: &str, kind: Kind) -> String {
    key(name, kind).verifier().to_string()
}

/// The example in C2SP tlog-policy, with our keys.
fn example() -> String {
    let mut text = format!("# two groups\n\nlog {} https://log.example/\n", log_key());
    for name in ["X1", "X2", "X3", "Y1", "Y2", "Y3"] {
        text += &format!("\twitness {name}  {}\n", vkey(name, Kind::Cosignature));
    }
    text + "group X-witnesses 2 X1 X2 X3\n\
            group Y-witnesses any Y1 Y2 Y3\n\
            group X-and-Y all X-witnesses Y-witnesses\n\
            quorum X-and-Y \n"
}

fn log_key() -> String {
    Log::new(0).key.verifier().to_string()
}

/// What the policy says when these witnesses cosigned, the first at 100, the next at 101, …
fn seen(policy: &Policy, witnesses: &[&str]) -> Result<Option<u64>, PolicyError> {
    let mut note = Log::new(5).checkpoint();
    for (n, name) in (100..).zip(witnesses) {
        note.add(cosign(note.text(), &key(name, Kind::Cosignature), n).unwrap());
    }
    policy.accept(&note).map(|accepted| {
        assert_eq!(accepted.cosignatures.len(), witnesses.len());
        accepted.seen
    })
}

#[test]
fn the_example_of_the_specification_holds() {
    let policy: Policy = example().parse().unwrap();
    assert_eq!(policy.logs()[0].url.as_deref(), Some("https://log.example/"));
    assert_eq!(policy.witnesses().len(), 6);
    // The time by which the quorum was full: the second X, or the first Y if that was later.
    assert_eq!(seen(&policy, &["X1", "X3", "Y2"]), Ok(Some(100)));
    assert_eq!(seen(&policy, &["Y2", "X1", "X3"]), Ok(Some(100)));
    assert_eq!(seen(&policy, &["Y2", "X1", "X3", "X2", "Y1"]), Ok(Some(102)));
    for (too_few, count) in [(&["X1", "X2"][..], 2), (&["X1", "Y1", "Y2", "Y3"], 4), (&[], 0)] {
        assert_eq!(seen(&policy, too_few), Err(PolicyError::Quorum(count)));
    }
}

#[test]
fn a_forged_cosignature_spoils_the_checkpoint() {
    let policy: Policy = example().parse().unwrap();
    let mut note = Log::new(5).checkpoint();
    for name in ["X1", "X2", "Y1"] {
        note.add(cosign(note.text(), &key(name, Kind::Cosignature), 100).unwrap());
    }
    let mut forged = cosign("another\n", &key("Y2", Kind::Cosignature), 100).unwrap();
    forged.bytes[7] += 1;
    note.add(forged);
    assert_eq!(policy.accept(&note), Err(PolicyError::Note(NoteError::Forged("Y2".into()))));
}

#[test]
fn a_log_signs_under_its_own_name_only() {
    let other = key("other.example", Kind::Ed25519);
    let mut note = Log::new(5).checkpoint();
    note.sign(&other).unwrap();
    let policy = Policy::log(other.verifier().clone());
    assert_eq!(policy.accept(&note), Err(PolicyError::Log("log.example/test".into())));
    // A witness alone is no log.
    let policy: Policy =
        format!("witness w {}\nquorum w\n", vkey("w", Kind::Cosignature)).parse().unwrap();
    assert_eq!(seen(&policy, &["w"]), Err(PolicyError::Log("log.example/test".into())));
}

#[test]
fn without_a_quorum_the_log_is_enough() {
    let policy: Policy = format!("log {}\nquorum none\n", log_key()).parse().unwrap();
    assert_eq!(seen(&policy, &[]), Ok(None));
    assert_eq!(policy, Policy::log(Log::new(0).key.verifier().clone()));
}

#[test]
fn what_is_not_a_policy_says_where_and_why() {
    let (a, b) = (vkey("a", Kind::Cosignature), vkey("b", Kind::Cosignature));
    let ab = format!("witness a {a}\nwitness b {b}\n");
    // The same key under another name.
    let renamed = tlog::note::VerifierKey::new(
        "c",
        Kind::Cosignature,
        key("a", Kind::Cosignature).verifier().bytes(),
    );
    for (text, line, problem) in [
        (String::new(), 1, LineProblem::Quorum),
        ("quorum none\nquorum none\n".into(), 2, LineProblem::Quorum),
        ("quorum\n".into(), 1, LineProblem::Quorum),
        ("quorum a\n".into(), 1, LineProblem::Unknown("a".into())),
        ("logs x\n".into(), 1, LineProblem::Word("logs".into())),
        ("log\n".into(), 1, LineProblem::Shape("log VKEY [URL]")),
        ("log nonsense\n".into(), 1, LineProblem::Key(KeyError::Shape)),
        (format!("log {a}\n"), 1, LineProblem::Kind),
        (format!("witness a {}\n", log_key()), 1, LineProblem::Kind),
        (format!("\nwitness none {a}\n"), 2, LineProblem::Taken("none".into())),
        (format!("witness a {a}\nwitness a {b}\n"), 2, LineProblem::Taken("a".into())),
        (format!("{ab}witness c {}\n", renamed.unwrap()), 3, LineProblem::Twice("c".into())),
        (
            format!("log {0}\nlog {0}\n", log_key()),
            2,
            LineProblem::Twice("log.example/test".into()),
        ),
        (format!("{ab}group g 3 a b\n"), 3, LineProblem::Threshold(2)),
        (format!("{ab}group g 0 a b\n"), 3, LineProblem::Threshold(2)),
        (format!("{ab}group g 01 a b\n"), 3, LineProblem::Threshold(2)),
        (
            format!("{ab}group g any\n"),
            3,
            LineProblem::Shape("group NAME all|any|NUMBER MEMBER..."),
        ),
        (format!("{ab}group g any g\n"), 3, LineProblem::Unknown("g".into())),
        (format!("{ab}group g any a a\n"), 3, LineProblem::Member("a".into())),
        (format!("{ab}group g any a\ngroup h any a b\n"), 4, LineProblem::Member("a".into())),
        (format!("{ab}quorum none\r\n"), 3, LineProblem::Control),
        (format!("{ab}quorum a b\n"), 3, LineProblem::Quorum),
        ("#\n".repeat(2_000) + &"quorum none\n".repeat(2), 2_002, LineProblem::Quorum),
    ] {
        assert_eq!(text.parse::<Policy>(), Err(PolicyLineError { line, problem }), "{text}");
    }
}

proptest! {
    /// k of n: accepted exactly when at least k cosigned.
    #[test]
    fn thresholds_are_counted(n in 1..6_usize, k in 1..6_usize, mask: u8) {
        let k = k.min(n);
        let names: Vec<String> = (0..n).map(|n| format!("w{n}")).collect();
        let mut text = format!("log {}\n", log_key());
        for name in &names {
            text += &format!("witness {name} {}\n", vkey(name, Kind::Cosignature));
        }
        let policy: Policy = format!("{text}group g {k} {}\nquorum g\n", names.join(" ")).parse().unwrap();
        let signed: Vec<&str> =
            (0..n).filter(|n| mask >> n & 1 == 1).map(|n| names[n].as_str()).collect();
        prop_assert_eq!(seen(&policy, &signed).is_ok(), signed.len() >= k);
    }

    #[test]
    fn no_text_panics(text in "((log|witness|group|quorum|none|all|any|a|b|1|#|\n|\t) ?){0,30}") {
        let _ = text.parse::<Policy>();
    }
}
