//! Every event of the published Jetstream recordings converts.

use model::Subject;
use platforms::jetstream::event;
use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

fn shared() -> PathBuf {
    std::env::var_os("EVENHAND_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    )
}

fn convert(file: &str) -> Option<(BTreeMap<String, usize>, usize)> {
    let path = shared().join("data/jetstream-corpus/internal").join(file);
    let Ok(lines) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: {} is not here", path.display());
        return None;
    };
    let (mut names, mut items, mut ids) = (BTreeMap::new(), 0, HashSet::new());
    for line in lines.lines() {
        let event = event(line).unwrap();
        assert!(ids.insert(event.action_id.clone()), "the id {} came twice", event.action_id);
        items += usize::from(Subject::of(&event).unwrap().is_some());
        *names.entry(event.action_name).or_default() += 1;
    }
    Some((names, items))
}

#[test]
fn the_recording_converts_whole() {
    let Some((names, items)) = convert("corpus/testdata/expected_v1.jsonl") else { return };
    let names: Vec<_> = names.iter().map(|(name, count)| (name.as_str(), *count)).collect();
    assert_eq!(
        names,
        [
            ("account_updated", 1),
            ("block_created", 1),
            ("follow_created", 6),
            ("follow_deleted", 3),
            ("identity_updated", 1),
            ("like_created", 105),
            ("post_created", 17),
            ("post_deleted", 1),
            ("record_updated", 2),
            ("repost_created", 15),
        ]
    );
    assert_eq!(items, 17);
}

#[test]
fn the_golden_lines_convert_whole() {
    let Some((names, items)) = convert("subscribe/testdata/golden_v1.jsonl") else { return };
    assert_eq!(names.values().sum::<usize>(), 10);
    assert_eq!((names["profile_updated"], names["post_created"]), (1, 1));
    assert_eq!(items, 2);
}
