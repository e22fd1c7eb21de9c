//! A rulebook of the operator's folder that waits for people: the desk says so, and leads to trying it.

use crate::client::post;
use crate::world::{World, files};
use flow::{HeldBack, keep_as_draft};
use model::Role;
use rules::Sources;

#[tokio::test]
async fn the_desk_says_so_and_the_draft_can_be_tried() {
    let world = World::new().await;
    let router = world.router();
    let editor = world.browser(&router, Role::PolicyEditor).await;
    let reviewer = world.browser(&router, Role::Reviewer).await;
    assert!(!editor.get("/console/").await.text().contains("waits for people"));

    let mut other = files(&[]);
    other.get_mut("rulebook.toml").unwrap().push('\n');
    let sources = Sources::from_map(other);
    keep_as_draft(&world.store, &sources, world.now()).await.unwrap();
    let (version, in_force) = (sources.version(), world.version());
    let held = HeldBack { version: version.clone(), in_force, people: 2, since: world.now() };
    world.engine.hold_back(Some(held));
    for (browser, tries) in [(&editor, true), (&reviewer, false)] {
        let home = browser.get("/console/").await;
        assert!(home.text().contains("A rulebook waits for people"), "{}", home.text());
        assert!(home.text().contains(version.short()), "{}", home.text());
        assert_eq!(home.text().contains("Try it on what was recorded"), tries);
    }
    let page = editor.get("/console/replay").await;
    assert!(
        page.text().contains(&format!("name=\"draft\" value=\"{version}\"")),
        "{}",
        page.text()
    );
    let tried = async |draft: &str| {
        let fields = [("csrf", editor.csrf.as_str()), ("draft", draft), ("since", "90")];
        let part = |(name, value): (&str, &str)| {
            format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let body = fields.map(part).concat() + "--b--\r\n";
        let kind = ("content-type", "multipart/form-data; boundary=b");
        post(&router, "/console/replay", &[kind, ("cookie", &editor.cookie)], body).await
    };
    let unknown = tried("no-such-version").await;
    assert_eq!(unknown.status, 400);
    assert!(unknown.text().contains("No draft of that version is kept."), "{}", unknown.text());
    // It is found and checks: only the place for its replay is missing, which is beside the log, and this world has none.
    let reply = tried(version.as_str()).await;
    assert_eq!(reply.status, 404, "{}", reply.text());
    assert!(reply.text().contains("no folder for replays"), "{}", reply.text());
    world.engine.hold_back(None);
    assert!(!editor.get("/console/").await.text().contains("waits for people"));
}
