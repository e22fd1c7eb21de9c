//! What the comparison finds: honest lists, secret measures, decisions that nobody carried out.

use super::compare::*;
use jiff::{SignedDuration, Timestamp};
use model::DecisionId;
use serde_json::{Value, json};
use store::Concerned;

fn id(n: u8) -> DecisionId {
    format!("00000000-0000-4000-8000-0000000000{n:02x}").parse().unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn leaves(of: &[Value]) -> Leaves {
    let mut leaves = Leaves::default();
    for leaf in of {
        leaves.take(leaf.to_string().as_bytes());
    }
    leaves
}

fn leaf(n: u8, measures: &Value, replaces: Option<u8>) -> Value {
    json!({"v": 1, "decision": id(n), "decided_at": "2026-11-23T12:00Z", "outcome": "breach",
        "measures": measures, "replaces": replaces.map(id)})
}

fn log() -> Leaves {
    leaves(&[
        leaf(1, &json!([{"measure": "remove"}, {"measure": "warn"}]), None),
        leaf(2, &json!([{"measure": "suspend", "until": "2026-11-24T12:00Z"}]), None),
        leaf(3, &json!([{"measure": "label"}]), None),
        leaf(4, &json!([]), Some(3)),
        json!({"v": 2, "kind": "erasure", "erased_at": "2026-11-23T13:00Z", "decisions": 1}),
    ])
}

fn shown(item: &str, measure: &str, decision: Option<u8>) -> Shown {
    Shown {
        item: Some(item.into()),
        account: None,
        measure: measure.into(),
        decision: decision.map(|n| id(n).to_string()),
        ended: None,
    }
}

fn when() -> When {
    let (at, grace) = (at("2026-11-23T18:00:00Z"), SignedDuration::from_mins(15));
    When { at, before: 5, grace }
}

fn whys(misfits: &[Misfit]) -> Vec<Why> {
    misfits.iter().map(|misfit| misfit.why).collect()
}

#[test]
fn what_the_log_tells_and_the_platform_shows_agrees() {
    let list = [shown("p-1", "remove", Some(1)), shown("p-2", "suspend", Some(2))];
    let found = compare(&log(), &list, &[], when());
    assert_eq!((found.agree, found.pending), (2, 0));
    assert!(found.unlogged.is_empty() && found.undone.is_empty(), "{found:?}");
}

#[test]
fn every_way_to_keep_a_decision_from_the_log_is_found() {
    let unknown = Shown { decision: Some(id(9).to_string()), ..shown("p-9", "remove", None) };
    let list = [
        shown("p-1", "remove", Some(1)),
        shown("p-2", "suspend", Some(2)),
        shown("p-7", "remove", None),
        unknown,
        Shown { decision: Some("no id".into()), ..shown("p-8", "remove", None) },
        shown("p-1", "demote", Some(1)),
        shown("p-3", "label", Some(3)),
        shown("p-6", "remove", Some(1)),
    ];
    let found = compare(&log(), &list, &[], when());
    let expected = [
        Why::NoDecision,
        Why::NotInTheLog,
        Why::NotInTheLog,
        Why::OtherMeasure,
        Why::Replaced,
        Why::Twice,
    ];
    assert_eq!(whys(&found.unlogged), expected);
    assert_eq!((found.listed, found.agree), (8, 2));
    assert!(found.undone.is_empty());
}

#[test]
fn a_leaf_whose_measure_nobody_sees_is_found_once_it_had_time() {
    let list = [shown("p-1", "remove", Some(1))];
    let found = compare(&log(), &list, &[], when());
    assert_eq!(whys(&found.undone), [Why::NotShown]);
    assert_eq!(found.undone[0].leaf, Some(1));
    let early = When { at: at("2026-11-23T12:10:00Z"), ..when() };
    let found = compare(&log(), &list, &[], early);
    assert_eq!((found.pending, found.undone.len()), (1, 0));
    // What came into the log after the list was asked for cannot be on it.
    let before = compare(&log(), &list, &[], When { before: 1, ..when() });
    assert_eq!((before.pending, before.undone.len()), (1, 0));
    // A suspension that ended need not be seen, and must not be once the hour is over.
    let late = When { at: at("2026-11-24T12:30:00Z"), ..when() };
    assert!(compare(&log(), &list, &[], late).undone.is_empty());
    let list = [list[0].clone(), shown("p-2", "suspend", Some(2))];
    assert!(compare(&log(), &list, &[], late).unlogged.is_empty());
    let later = When { at: at("2026-11-24T13:00:00Z"), ..when() };
    assert_eq!(whys(&compare(&log(), &list, &[], later).unlogged), [Why::Over]);
}

#[test]
fn whoever_has_the_store_finds_that_a_decision_is_about_something_else() {
    let of = |n: u8, item: Option<&str>| Concerned {
        decision: id(n),
        at: at("2026-11-23T12:59:00Z"),
        item: item.map(str::to_owned),
        account: None,
    };
    let known = [of(1, Some("p-1")), of(2, Some("p-2"))];
    let list = [shown("p-5", "remove", Some(1)), shown("p-2", "suspend", Some(2))];
    let found = compare(&log(), &list, &known, when());
    assert_eq!(whys(&found.unlogged), [Why::OtherSubject]);
    assert_eq!(whys(&found.undone), [Why::NotShown]);
    assert_eq!(found.undone[0].shown.item.as_deref(), Some("p-1"));
    // Two decisions that do the same to one thing: showing one of them is enough.
    let twice = leaves(&[
        leaf(1, &json!([{"measure": "remove"}]), None),
        leaf(2, &json!([{"measure": "remove"}]), None),
    ]);
    let known = [of(1, Some("p-1")), of(2, Some("p-1"))];
    let found = compare(&twice, &[shown("p-1", "remove", Some(2))], &known, when());
    assert!(found.undone.is_empty() && found.agree == 1);
    // After an erasure nobody can tell; what the list says is taken.
    let found = compare(&twice, &[shown("p-1", "remove", Some(2))], &[of(1, None)], when());
    assert_eq!(found.undone.len(), 1);
}

#[test]
fn what_authors_deleted_is_no_measure_and_is_not_missed() {
    let gone = Shown { ended: Some("deleted_by_author".into()), ..shown("p-1", "remove", Some(1)) };
    let list = [gone, shown("p-2", "suspend", Some(2))];
    let found = compare(&log(), &list, &[], when());
    assert_eq!((found.agree, found.explained), (1, 1));
    assert!(found.unlogged.is_empty() && found.undone.is_empty(), "{found:?}");
}

#[test]
fn a_list_is_read_line_by_line() {
    let good =
        "{\"item\":\"p\",\"measure\":\"remove\"}\n\n{\"account\":\"a\",\"measure\":\"ban\"}\n";
    assert_eq!(read_list(good).unwrap().len(), 2);
    assert_eq!(read_list("").unwrap(), []);
    for bad in ["{\"item\":\"p\"}", "{\"measure\":\"remove\"}", "p-1"] {
        let why = read_list(&format!("{good}{bad}\n")).unwrap_err();
        assert_eq!(why.line, 4, "{why}");
    }
}
