//! The log over HTTP, receipts that outside code verifies, forgetting and disclosing.

use crate::client::{Reply, get, get_with, post};
use crate::world::{Held, SPAM, World};
use console::{Console, ConsoleState};
use http::StatusCode;
use std::collections::BTreeMap;
use std::path::Path;
use store::Scope;
use tlog::checkpoint::Checkpoint;
use tlog::disclosure::Disclosure;
use tlog::note::{Kind, Note, SigningKey};
use tlog::policy::Policy;
use tlog::proof::Receipt;
use tlog::tile::{BundleId, EntryBundle};
use tlog::tree::Frontier;

const ORIGIN: &str = "evenhand.example/log";

fn key() -> SigningKey {
    SigningKey::new(ORIGIN, Kind::Ed25519, &[7; 32]).unwrap()
}

fn write(folder: &Path, path: &str, bytes: &[u8]) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

/// Publishes the store's leaves as the server does, without its crash rules.
pub async fn publish(world: &World, folder: &Path) {
    let (mut tree, mut bundles) = (Frontier::new(), BTreeMap::<u64, Vec<Vec<u8>>>::new());
    for leaf in world.store.leaves(0, 100_000).await.unwrap() {
        tree.append(leaf.hash);
        bundles.entry(leaf.index / 256).or_default().push(leaf.bytes);
    }
    for tile in tree.new_tiles() {
        write(folder, &tile.id.path(), &tile.bytes());
    }
    for (index, entries) in bundles {
        let id = BundleId { index, width: entries.len() as u16 };
        write(folder, &id.path(), &EntryBundle(entries).bytes().unwrap());
    }
    let checkpoint = Checkpoint::new(ORIGIN, tree.size(), tree.root());
    let mut note = Note::new(checkpoint.to_string()).unwrap();
    note.sign(&key()).unwrap();
    write(folder, "checkpoint", note.to_string().as_bytes());
    write(folder, "vkey", format!("{}\n", key().verifier()).as_bytes());
    write(folder, "keys", format!("{}\n", key().verifier()).as_bytes());
}

fn router(world: &World, folder: &Path) -> axum::Router {
    let console = Console { log: Some(folder.to_owned()), ..world.console() };
    console::router(ConsoleState::new(console))
}

/// Checks a receipt with nothing but the key, and gives its leaf and what it opens.
fn verified(receipt: &str) -> Disclosure {
    let receipt: Receipt = receipt.parse().unwrap();
    let disclosure = Disclosure::parse(receipt.extra.as_deref().unwrap()).unwrap();
    let policy = Policy::log(key().verifier().clone());
    receipt.verify(disclosure.leaf.as_bytes(), &policy).unwrap();
    disclosure.verify("decision").unwrap();
    disclosure
}

fn is_file(reply: &Reply, kind: &str, cache: &str) {
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(reply.header("content-type"), kind);
    assert_eq!(reply.header("cache-control"), cache);
    assert_eq!(reply.header("access-control-allow-origin"), "*");
    assert_eq!(reply.header("cross-origin-resource-policy"), "cross-origin");
}

#[tokio::test]
async fn the_log_is_served_as_the_specification_has_it() {
    let (world, folder) = (World::new().await, tempfile::tempdir().unwrap());
    for n in 0..300 {
        world.decide(&format!("post-{n}"), Held::nothing()).await;
    }
    let router = router(&world, folder.path());
    assert_eq!(get(&router, "/log/checkpoint").await.status, StatusCode::NOT_FOUND);
    assert!(get(&router, "/log/").await.text().contains("No checkpoint has been published yet"));
    publish(&world, folder.path()).await;
    let (text, bytes) = ("text/plain; charset=utf-8", "application/octet-stream");
    let for_ever = "public, max-age=31536000, immutable";
    for path in ["/log/checkpoint", "/log/vkey", "/log/keys"] {
        is_file(&get(&router, path).await, text, "no-cache");
    }
    for (path, length) in
        [("0/000", 8192), ("0/001.p/44", 44 * 32), ("1/000.p/1", 32), ("entries/001.p/44", 0)]
    {
        let reply = get(&router, &format!("/log/tile/{path}")).await;
        is_file(&reply, bytes, for_ever);
        assert!(length == 0 || reply.bytes.len() == length, "{path}");
    }
    let packed = get_with(&router, "/log/tile/entries/000", &[("accept-encoding", "gzip")]).await;
    assert_eq!(packed.header("content-encoding"), "gzip");
    for path in [
        "0/001",
        "0/001.p/45",
        "0/002.p/1",
        "1/000",
        "2/000.p/1",
        "entries/001",
        "entries/002.p/1",
        "0/1",
        "00/000",
        "0/000.p/0",
        "0/000.p/256",
        "64/000",
        "entries/../../vkey",
        "..%2fvkey",
        "..%2f..%2fevenhand.sqlite",
        "0/000.p/44%00",
        "0/x001",
        "entries/",
        "%ff",
    ] {
        let reply = get(&router, &format!("/log/tile/{path}")).await;
        assert!(reply.status.is_client_error(), "{path}: {}", reply.status);
        assert_ne!(reply.header("access-control-allow-origin"), "*", "{path}");
    }
}

#[tokio::test]
async fn a_decision_carries_a_receipt_that_holds() {
    let (world, folder) = (World::new().await, tempfile::tempdir().unwrap());
    let ids = world.fill().await;
    let router = router(&world, folder.path());
    let path = format!("/decisions/{}", ids[1]);
    assert!(!get(&router, &path).await.text().contains("record-data"), "not in the log yet");
    publish(&world, folder.path()).await;
    for id in &ids {
        let reply = get(&router, &format!("/decisions/{id}/receipt")).await;
        let shown = verified(reply.text());
        assert!(shown.leaf.contains(&id.to_string()));
        assert_eq!(shown.disclosed.len(), 1, "the facts, which the page shows anyway");
        let view = get(&router, &format!("/api/v1/decisions/{id}")).await.json();
        let facts = serde_json::to_string(&view["facts"]).unwrap();
        assert_eq!(shown.disclosed[0].value, facts);
        assert_eq!(view["leaf"]["receipt"], reply.text());
    }
    let page = get(&router, &path).await;
    assert!(page.text().contains("<script type=\"application/json\" id=\"record-data\">{"));
    let file = get(&router, &format!("{path}/file")).await;
    assert!(file.header("content-disposition").starts_with("attachment; filename="));
    let html = file.text();
    assert!(html.contains("script-src 'sha256-") && html.contains("globalThis.evenhand"));
    assert!(!html.contains("src=\"/") && !html.contains("href=\"/"), "it needs no server");
}

#[tokio::test]
async fn chosen_fields_are_opened_and_what_is_erased_is_gone() {
    let (world, folder) = (World::new().await, tempfile::tempdir().unwrap());
    let ids = world.fill().await;
    publish(&world, folder.path()).await;
    let router = router(&world, folder.path());
    world.key("platform", &[Scope::Events], None).await;
    world.key("eraser", &[Scope::Erasures], None).await;
    let events = [("authorization", "Bearer platform")];
    let path = format!("/api/v1/decisions/{}/disclosure?fields=account,excerpt", ids[1]);
    get(&router, &path).await.problem("key-missing");
    let receipt = get_with(&router, &path, &events).await;
    let shown = verified(receipt.text());
    let fields: Vec<_> = shown.disclosed.iter().map(|one| (&*one.field, &*one.value)).collect();
    assert_eq!(fields, [("account", "ann"), ("excerpt", "They are vermin")]);
    let wrong = path.replace("excerpt", "excerp");
    let problem = get_with(&router, &wrong, &events).await.problem("not-found");
    assert!(problem["detail"].as_str().unwrap().contains("`account`, `content`"), "{problem}");

    let headers = [("authorization", "Bearer eraser"), ("content-type", "application/json")];
    let erase = |body: &str| post(&router, "/api/v1/erasures", &headers, body.to_owned());
    let body = r#"{"account":"ann"}"#;
    let refused = [("authorization", "Bearer platform"), ("content-type", "application/json")];
    post(&router, "/api/v1/erasures", &refused, body).await.problem("scope-missing");
    erase("{}").await.problem("malformed-body");
    erase(r#"{"account":"nobody"}"#).await.problem("not-found");
    erase(body).await.problem("unsent-decisions");
    let done = erase(r#"{"account":"ann","drop_unsent":true}"#).await.json();
    assert_eq!((&done["decisions"], &done["leaf"]), (&ids.len().into(), &ids.len().into()));

    // What was held stays readable, its receipt holds, and the earlier one still does.
    publish(&world, folder.path()).await;
    assert_eq!(verified(receipt.text()), shown);
    get_with(&router, &path, &events).await.problem("not-found");
    let after = get(&router, &format!("/decisions/{}/receipt", ids[1])).await;
    let after = verified(after.text());
    assert_eq!((after.leaf, after.disclosed), (shown.leaf, Vec::new()));
    let page = get(&router, &format!("/decisions/{}", ids[1])).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains("(erased)") && !page.text().contains("vermin."));
    let log = get(&router, "/log/").await;
    assert!(log.text().contains("Personal data of") && log.text().contains("decisions erased"));
}

#[tokio::test]
async fn people_and_programs_follow_the_log() {
    let (world, folder) = (World::new().await, tempfile::tempdir().unwrap());
    let ids = world.fill().await;
    publish(&world, folder.path()).await;
    let router = router(&world, folder.path());
    let page = get(&router, "/log/").await;
    for id in &ids {
        assert!(page.text().contains(&id.to_string()));
    }
    assert!(page.text().contains("<table") && page.text().contains(ORIGIN));
    let filtered = get(&router, &format!("/log/?clause={}", SPAM.replace('#', "%23"))).await;
    assert!(filtered.text().contains(&ids[2].to_string()));
    assert!(!filtered.text().contains(&ids[1].to_string()));
    let feed = get(&router, "/log/feed.atom").await;
    assert_eq!(feed.header("content-type"), "application/atom+xml; charset=utf-8");
    assert_eq!(feed.text().matches("<entry>").count(), ids.len());
    let lines = get(&router, "/log/leaves.ndjson?from=1&limit=3").await;
    assert_eq!(lines.header("content-type"), "application/x-ndjson; charset=utf-8");
    let lines: Vec<serde_json::Value> =
        lines.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0]["index"], 1);
    assert_eq!(lines[0]["leaf"]["decision"], ids[1].to_string());
    let json = [("accept", "application/json")];
    for wrong in ["follow=maybe", "from=-1", "limit=all", "form=3"] {
        let reply = get_with(&router, &format!("/log/leaves.ndjson?{wrong}"), &json).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
}

#[tokio::test]
async fn no_leaf_holds_personal_data_in_clear() {
    let world = World::new().await;
    world.fill().await;
    let mut walked = 0;
    for leaf in world.store.leaves(0, 1000).await.unwrap() {
        let text = String::from_utf8(leaf.bytes).unwrap();
        for secret in [
            "\"ann",
            "ann.example",
            "post-",
            "plaza.example",
            "vermin",
            "SECRET",
            "reviewer",
            "action-",
            "alert(1)",
            "crowds",
            "No rule found",
        ] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
        walked += 1;
    }
    assert!(walked > 5);
}
