//! People as the command line lists them.

use crate::{evenhand, said};
use model::{PersonId, Role};
use store::{BY_PROVIDER, Identity, Invited, Store};
use uuid::Uuid;

#[tokio::test]
async fn who_came_by_a_group_is_listed_as_waiting_until_somebody_decides() {
    let folder = tempfile::tempdir().unwrap();
    let at = "2026-03-01T12:00:00Z".parse().unwrap();
    let person = PersonId::new(Uuid::from_u128(7));
    let invited = Invited { id: person, role: Role::Reviewer, by: BY_PROVIDER, at };
    let identity = Identity {
        issuer: "https://provider.example".into(),
        subject: "s1".into(),
        person,
        name: None,
        linked_at: at,
        linked_by: BY_PROVIDER.into(),
        used_at: None,
    };
    let run = |words: &[&str]| {
        let mut command = evenhand();
        let (code, out, _) = said(command.args(words).arg("--data").arg(folder.path()));
        assert_eq!(code, 0, "{words:?}");
        out
    };
    let store = Store::open(&folder.path().join("evenhand.sqlite")).await.unwrap();
    assert!(store.meet_by_identity(&invited, &identity).await.unwrap().is_some());
    store.close().await;
    assert!(run(&["person", "list"]).contains("waits to be let in"));
    run(&["person", "suspend", "reviewer 1"]);
    let listed = run(&["person", "list"]);
    assert!(listed.contains("suspended") && !listed.contains("waits"), "{listed}");
    run(&["person", "suspend", "reviewer 1", "--lift"]);
    assert!(run(&["person", "list"]).contains("invited"));
}
