//! Pictures of a case: they come through the server, blurred until asked for, and nothing else comes that way.

use crate::client::get;
use crate::world::World;
use axum::routing::get as route;
use model::Role;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x00\x01";

/// A stranger's server, and how often somebody asked it.
async fn stranger() -> (String, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let picture = move || {
        count.fetch_add(1, Ordering::SeqCst);
        // What it says of itself does not count.
        async { ([("content-type", "text/html")], PNG) }
    };
    let app = axum::Router::new()
        .route("/a.png", route(picture))
        .route("/page", route(async || ([("content-type", "image/png")], "<script>1</script>")))
        .route("/away", route(async || axum::response::Redirect::to("http://169.254.169.254/")))
        .route("/large", route(async || vec![0_u8; flow::LONGEST_MEDIA + 1]));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    (url, asked)
}

fn source(private_addresses: bool) -> flow::MediaSource {
    let reach = platforms::Reach { private_addresses, ..Default::default() };
    flow::MediaSource::new(platforms::http_client(&reach).unwrap(), None)
}

#[tokio::test]
async fn a_picture_comes_through_the_server_and_each_look_is_kept() {
    let world = World::new().await;
    world.engine.show_media(source(true));
    let router = world.router();
    let ana = world.browser(&router, Role::Reviewer).await;
    let (url, asked) = stranger().await;
    let sha256 = hex::encode(Sha256::digest(PNG));
    let media = json!([
        { "kind": "image", "url": format!("{url}/a.png"), "sha256": sha256, "alt": "A <b>flag</b>" },
        { "kind": "image", "url": format!("{url}/page") },
        { "kind": "image", "url": format!("{url}/away") },
        { "kind": "image", "url": format!("{url}/large") },
        { "kind": "image", "url": format!("{url}/a.png"), "sha256": "0".repeat(64) },
        { "kind": "video", "url": format!("{url}/v.mp4") },
        { "kind": "image", "url": "" },
    ]);
    let case = world.refer_media("post-1", media).await;
    let at = |place: &str| format!("/console/cases/{case}/media/{place}");

    let page = ana.get(&format!("/console/cases/{case}")).await;
    let text = page.text();
    assert!(
        text.contains(&format!("<img class=\"veiled\" loading=\"lazy\" src=\"{}\"", at("0"))),
        "{text}"
    );
    assert!(text.contains("A &#60;b&#62;flag") || text.contains("A &lt;b&gt;flag"), "{text}");
    assert!(text.contains("no address of it came"), "{text}");
    // Nothing on the page is loaded from elsewhere: an address of the stranger is text or a link that says nothing.
    assert!(!text.contains(&format!("src=\"{url}")), "{text}");
    assert!(page.header("content-security-policy").contains("img-src 'self'"));
    assert!(page.header("content-security-policy").contains("media-src 'self'"));
    assert!(text.contains("muted preload=\"none\""), "{text}");

    let items = async || world.store.exposure("reviewer 1", world.now()).await.unwrap().items;
    let before = items().await;
    let veiled = ana.get(&at("0")).await;
    assert_eq!((veiled.status.as_u16(), veiled.bytes.as_slice()), (200, PNG));
    assert_eq!(veiled.header("content-type"), "image/png");
    assert_eq!(veiled.header("x-content-type-options"), "nosniff");
    assert_eq!(veiled.header("cache-control"), "no-store");
    assert_eq!(veiled.header("content-security-policy"), "default-src 'none'; sandbox");
    assert_eq!(items().await, before, "blurred, it does not count");
    assert_eq!(ana.get(&at("0?clear=1")).await.status, 200);
    assert_eq!(items().await, 1);
    assert_eq!(asked.load(Ordering::SeqCst), 1, "it was fetched once");
    // A player asks for a part; the whole stays one fetch.
    let part = async |range: &str, more: &str| {
        let path = at("0?clear=1");
        let cookie = ana.cookie();
        let mut headers = vec![("cookie", cookie), ("range", range)];
        if !more.is_empty() {
            headers.push(("if-range", more));
        }
        crate::client::get_with(&router, &path, &headers).await
    };
    let some = part("bytes=1-3", "").await;
    assert_eq!((some.status.as_u16(), some.bytes.as_slice()), (206, &b"PNG"[..]));
    assert_eq!(some.header("content-range"), format!("bytes 1-3/{}", PNG.len()));
    assert_eq!(some.header("content-length"), "3");
    let tag = some.header("etag").to_owned();
    assert_eq!(tag, format!("\"{sha256}\""));
    assert_eq!(part("bytes=1-3", &tag).await.status, 206);
    assert_eq!(part("bytes=1-3", "\"another\"").await.bytes, PNG);
    assert_eq!(part("bytes=0-1,3-4", "").await.status, 200);
    let beyond = part("bytes=900-", "").await;
    assert_eq!((beyond.status.as_u16(), beyond.bytes.len()), (416, 0));
    assert_eq!(beyond.header("content-range"), format!("bytes */{}", PNG.len()));
    assert_eq!(veiled.header("accept-ranges"), "bytes");
    assert_eq!((items().await, asked.load(Ordering::SeqCst)), (1, 1));
    let looks = world.store.looks(&store::LookFilter::default(), 99).await.unwrap();
    assert!(format!("{looks:?}").contains("post-1"), "{looks:?}");

    for (place, says) in [
        ("1", "it is no PNG"),
        ("2", "answers 303"),
        ("3", "too long"),
        ("4", "is not what was posted"),
        ("6", "not a URL"),
    ] {
        let reply = ana.get(&at(place)).await;
        assert_eq!(reply.status, 502, "{place}: {}", reply.text());
        assert!(reply.text().contains(says), "{place}: {}", reply.text());
    }
    for place in ["7", "x", "-1"] {
        assert_eq!(ana.get(&at(place)).await.status, 404, "{place}");
    }
    assert_ne!(get(&router, &at("0")).await.status, 200, "nobody who is not signed in");
}

#[tokio::test]
async fn files_inside_are_not_fetched_unless_the_operator_allows_it() {
    let world = World::new().await;
    world.engine.show_media(source(false));
    let router = world.router();
    let ana = world.browser(&router, Role::Reviewer).await;
    let (url, asked) = stranger().await;
    let url = format!("{url}/a.png");
    let localhost = url.replace("http://127.0.0.1", "https://localhost");
    let media = json!([{ "kind": "image", "url": url }, { "kind": "image", "url": localhost }]);
    let case = world.refer_media("post-1", media).await;
    for place in [0, 1] {
        let reply = ana.get(&format!("/console/cases/{case}/media/{place}")).await;
        assert_eq!(reply.status, 502, "{}", reply.text());
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}
