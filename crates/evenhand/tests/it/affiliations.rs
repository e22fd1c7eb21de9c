//! The register from the command line: real public registers, all rows counted, twice is once.

use crate::shared::shared;
use crate::{evenhand, said};
use std::path::Path;

fn import(data: &Path, kind: &str, path: &Path, more: &[&str]) -> (i32, String) {
    let mut command = evenhand();
    command.args(["affiliations", "import", kind, "--date", "2026-11-01", "--data"]).arg(data);
    command.arg(path).args(more);
    let (code, _, told) = said(&mut command);
    (code, told)
}

fn ready(data: &Path) {
    let mut key = evenhand();
    key.args(["key", "add", "--scope", "events", "--data"]).arg(data);
    assert_eq!(said(&mut key).0, 0);
}

#[test]
fn every_outlet_is_counted_and_the_same_import_enters_nothing_twice() {
    let Some(profiles) = shared("state-media-profiles") else { return };
    let folder = tempfile::tempdir().unwrap();
    ready(folder.path());
    let (code, first) = import(folder.path(), "state-media-profiles", &profiles, &[]);
    assert_eq!(code, 1, "rows without an address are refused and told: {first}");
    assert!(first.contains("1157 rows read"), "{first}");
    let count = |text: &str, after: &str| -> u64 {
        let (before, _) = text.split_once(after).unwrap();
        let before = before.trim_end();
        before.rsplit(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap()
    };
    let facts = count(&first, "facts,");
    let (twice, refused) = (count(&first, "say of an address"), count(&first, "refused."));
    assert_eq!(facts + twice + refused, 1157, "no row is lost: {first}");
    assert!(facts > 850, "{first}");
    assert_eq!(count(&first, "entered,"), facts);
    let (_, second) = import(folder.path(), "state-media-profiles", &profiles, &[]);
    assert_eq!((count(&second, "entered,"), count(&second, "were in")), (0, facts), "{second}");
    let mut list = evenhand();
    list.args(["affiliations", "list", "rt deutsch", "--format", "json", "--data"]);
    let (code, json, _) = said(list.arg(folder.path()));
    assert!(code == 0 && json.contains("state-media"), "{json}");
}

#[test]
fn members_of_congress_are_entered_with_their_handles() {
    let Some(congress) = shared("congress-legislators") else { return };
    let folder = tempfile::tempdir().unwrap();
    ready(folder.path());
    let more = ["--accounts", "twitter"];
    let (_, told) = import(folder.path(), "congress-legislators", &congress, &more);
    assert!(told.contains("537 rows read"), "{told}");
    let mut list = evenhand();
    list.args(["affiliations", "list", "SenToddYoung", "--format", "json", "--data"]);
    let (_, json, _) = said(list.arg(folder.path()));
    assert!(json.contains("\"legislature\"") && json.contains("Senator Todd Young"), "{json}");
}
