//! Evidence in appeals, as people hand it in and as those see it who answer: a form with files and without scripts, hostile
//! uploads, the copy that people take with them, and that nothing of it is public.

use crate::client::{Reply, get, get_with, post};
use crate::world::{Held, SLURS, World};
use axum::Router;
use jiff::SignedDuration;
use model::{AccountId, Measure, Role};
use std::io::Read as _;
use store::Contact;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x00\x01";
const BOUNDARY: (&str, &str) = ("content-type", "multipart/form-data; boundary=xXx");

/// The page of the person concerned, opened.
struct Own {
    router: Router,
    token: String,
    cookie: String,
}

impl Own {
    async fn open(world: &World, router: &Router) -> Self {
        let account = AccountId::new("ann").unwrap();
        let review = world.console().review;
        let drawn = review.you().issue(&account, Contact::default(), false).await.unwrap();
        let link = world.store.you_link(&drawn.token).await.unwrap().unwrap();
        let until = world.now() + SignedDuration::from_hours(1);
        world.store.begin_visit(&link, "visit", (world.now(), until)).await.unwrap();
        let cookie = "evenhand-you=visit".to_owned();
        Self { router: router.clone(), token: drawn.token, cookie }
    }

    async fn get(&self, path: &str) -> Reply {
        let path = format!("/you/{}{path}", self.token);
        get_with(&self.router, &path, &[("cookie", &self.cookie)]).await
    }

    async fn send(&self, path: &str, parts: &[Part<'_>]) -> Reply {
        let path = format!("/you/{}{path}", self.token);
        post(&self.router, &path, &[BOUNDARY, ("cookie", &self.cookie)], body(parts)).await
    }
}

/// A field, the name of its file, what it holds.
type Part<'a> = (&'a str, Option<&'a str>, &'a [u8]);

fn body(parts: &[Part<'_>]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, bytes) in parts {
        let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
        let head =
            format!("--xXx\r\ncontent-disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--xXx--\r\n");
    body
}

fn unzip(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let read = |at: usize, archive: &mut zip::ZipArchive<std::io::Cursor<&[u8]>>| {
        let mut file = archive.by_index(at).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        (file.name().unwrap().into_owned(), bytes)
    };
    (0..archive.len()).map(|at| read(at, &mut archive)).collect()
}

async fn opened() -> (World, Router, Own, String) {
    let world = World::new().await;
    let router = world.router();
    let held = Held::breach(SLURS, 1, vec![Measure::Remove]).by(1);
    let decision = world.decide("post-1", held).await.to_string();
    let own = Own::open(&world, &router).await;
    (world, router, own, decision)
}

#[tokio::test]
async fn a_form_that_is_not_taken_keeps_what_was_typed() {
    let (world, _, own, decision) = opened().await;
    let at = format!("/appeal/{decision}");
    let page = own.get(&at).await;
    assert!(page.text().contains("enctype=\"multipart/form-data\""), "{}", page.text());
    assert!(!page.text().contains("Choose your files again"));
    let large = vec![b'a'; flow::LONGEST_EVIDENCE + 1];
    let text: Part<'_> = ("text", None, b"It is <our> word.\r\nSince 1998.");
    let links: Part<'_> = ("links", None, b"https://news.example/7");
    let refused: [(&[Part<'_>], &str); 6] = [
        (
            &[text, links, ("file", Some("a.svg"), b"<svg onload='x'/>")],
            "a.svg”: the file is no PNG",
        ),
        (&[text, links, ("file", Some("p\u{e4}.html"), b"<!doctype html>")], "the file is no PNG"),
        (&[text, links, ("file", Some("big.txt"), &large)], "“big.txt” is too large"),
        (&[text, ("links", None, b"javascript:alert(1)")], "is no address of a page"),
        (&[text, links, ("file", Some("empty.png"), b"")], "the file is empty"),
        (&[("text", None, b" "), links], "say in your own words"),
    ];
    for (parts, says) in refused {
        let reply = own.send(&at, parts).await;
        assert_eq!(reply.status, 422, "{says}: {}", reply.text());
        assert!(reply.text().contains(says), "{says}: {}", reply.text());
        let typed = parts[0].2 == b" " || reply.text().contains("Since 1998.");
        assert!(typed, "what was typed is lost: {}", reply.text());
        assert!(!reply.text().contains("<our>"), "{}", reply.text());
        let files = parts.iter().any(|(name, _, bytes)| *name == "file" && !bytes.is_empty());
        assert_eq!(reply.text().contains("Choose your files again"), files, "{says}");
    }
    // All of one form together, read to its end and not kept.
    let heavy = vec![b'a'; 4 << 20];
    let many: Vec<Part<'_>> = (0..5).map(|_| ("file", Some("a.txt"), heavy.as_slice())).collect();
    let reply = own.send(&at, &[&[text], many.as_slice()].concat()).await;
    assert_eq!(reply.status, 422);
    assert!(
        reply.text().contains("all of one form 15 MiB") && reply.text().contains("Since 1998.")
    );
    // A form that breaks off.
    let path = format!("/you/{}{at}", own.token);
    let cut = &body(&[text])[..60];
    let headers = [BOUNDARY, ("cookie", own.cookie.as_str())];
    let reply = post(&own.router, &path, &headers, cut.to_vec()).await;
    assert_eq!(reply.status, 422);
    assert!(world.console().review.appeals().queue("reviewer 9").await.unwrap().is_empty());
}

#[tokio::test]
async fn the_copy_holds_evidence_once_also_when_a_decision_was_counted_anew() {
    let (world, router, own, first) = opened().await;
    let held = Held::breach(SLURS, 2, vec![Measure::Remove]).by(1);
    let second = world.decide("post-2", held).await;
    let review = world.console().review;
    let plea = |decision| flow::Plea {
        decision,
        by: model::Appellant::Person,
        text: "It is our word.".into(),
        language: None,
        evidence: Vec::new(),
    };
    let letter = ("letter", None, &b"We met."[..]);
    let path = format!("/appeal/{second}");
    assert_eq!(own.send(&path, &[("text", None, b"It is our word."), letter]).await.status, 303);
    let appeals = review.appeals();
    let id = appeals.submit(plea(first.parse().unwrap())).await.unwrap().id;
    let reply = flow::Reply {
        outcome: model::AppealOutcome::Granted,
        reason: "It is a word of their own.".into(),
        clause: None,
        passage: None,
        departs: Some("They say it of themselves.".into()),
        evidence: Vec::new(),
    };
    let answered = appeals.answer(id, "reviewer 9", reply).await.unwrap();
    let flow::AnsweredAppeal::Answered { recounted, .. } = answered else { panic!() };
    assert_eq!(recounted.len(), 1);
    let page = own.get("").await;
    assert_eq!(page.text().matches("We met.").count(), 2, "under both: {}", page.text());
    let export = own.get("/export").await;
    assert_eq!(export.status, 200, "{}", export.text());
    let files = unzip(&export.bytes);
    assert_eq!(files.iter().filter(|(name, _)| name.starts_with("evidence/")).count(), 1);

    // Only so many are made at once; who is refused comes again.
    let (a, b, c, d, e, f) = tokio::join!(
        own.get("/export"),
        own.get("/export"),
        own.get("/export"),
        own.get("/export"),
        own.get("/export"),
        own.get("/export"),
    );
    let all = [a, b, c, d, e, f];
    assert!(all.iter().any(|one| one.status == 200));
    let refused = all.iter().find(|one| one.status == 503).expect("not all at once");
    assert!(!refused.header("retry-after").is_empty());
    assert_eq!(own.get("/export").await.status, 200);

    // A piece of evidence is one thing; nothing of it is dropped in silence.
    world.key("platform", &[model::Scope::Events], None).await;
    let both = serde_json::json!({ "link": "https://news.example/7", "text": "We met." });
    let headers = [("authorization", "Bearer platform"), ("content-type", "application/json")];
    let path = format!("/api/v1/appeals/{id}/evidence");
    for body in [both, serde_json::json!({ "title": "Nothing" })] {
        let refused = post(&router, &path, &headers, body.to_string()).await;
        assert_eq!(refused.status, 400, "{}", refused.text());
        assert!(refused.text().contains("give each its own"), "{}", refused.text());
    }
}

#[tokio::test]
async fn evidence_reaches_who_answers_the_copy_and_the_case_file_and_nobody_else() {
    let (world, router, own, decision) = opened().await;
    let text: Part<'_> = ("text", None, b"It is our word.");
    let sent = own
        .send(
            &format!("/appeal/{decision}"),
            &[
                text,
                ("file", Some("pic\"; x=\"ture.svg"), PNG),
                ("file", Some(""), b""),
                ("links", None, b"https://news.example/7\r\n\r\n"),
                ("letter", None, b"We SECRETLY met."),
            ],
        )
        .await;
    assert_eq!(sent.status, 303, "{}", sent.text());
    let review = world.console().review;
    let waits = review.appeals().queue("reviewer 9").await.unwrap();
    let id = waits[0].appeal.id;
    // More is handed in later.
    let page = own.get("").await;
    assert!(page.text().contains("We SECRETLY met.") && page.text().contains("Add evidence"));
    assert_eq!(own.get(&format!("/evidence/{id}")).await.status, 200);
    let more =
        own.send(&format!("/evidence/{id}"), &[("file", Some("b.pdf"), b"%PDF-1.7 x")]).await;
    assert!(more.header("location").ends_with("?arrived=evidence"), "{}", more.text());
    assert_eq!(own.send(&format!("/evidence/{id}"), &[text]).await.status, 422, "nothing in it");
    let nowhere = "/evidence/00000000-0000-4000-8000-000000000000";
    assert_eq!(own.get(nowhere).await.status, 404);
    // The platform hands on a file as it is; its type is read from its bytes.
    world.key("platform", &[model::Scope::Events], None).await;
    let path = format!("/api/v1/appeals/{id}/evidence?name=c.txt");
    let key = ("authorization", "Bearer platform");
    let octets = ("content-type", "application/octet-stream");
    let reply = post(&router, &path, &[key, octets], "A second letter.").await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    assert_eq!(reply.json()["evidence"].as_array().unwrap().len(), 5);
    assert_eq!(post(&router, &path, &[key, octets], "<html>").await.status, 422);

    // Who may answer sees it; pictures are veiled, all else is a download.
    let first = world.browser(&router, Role::Reviewer).await;
    let senior = world.browser(&router, Role::Senior).await;
    let page = senior.get(&format!("/console/appeals/{id}")).await;
    let pieces = review.appeals().evidence(id).await.unwrap();
    let shows = format!(
        "<img class=\"veiled\" loading=\"lazy\" src=\"/console/evidence/{}\"",
        pieces[0].id
    );
    assert!(page.text().contains(&shows), "{}", page.text());
    assert!(
        page.text().contains("We SECRETLY met.") && page.text().contains("https://news.example/7")
    );
    let picture = senior.get(&format!("/console/evidence/{}", pieces[0].id)).await;
    assert_eq!((picture.status.as_u16(), picture.bytes.as_slice()), (200, PNG));
    assert_eq!(picture.header("content-type"), "image/png");
    assert_eq!(picture.header("cache-control"), "no-store");
    let letter = pieces.iter().find(|one| one.media_type == "text/plain").unwrap();
    let file = senior.get(&format!("/console/evidence/{}", letter.id)).await;
    assert_eq!(file.header("content-type"), "application/octet-stream");
    assert!(file.header("content-disposition").starts_with("attachment; filename=\""));
    assert_eq!(file.header("x-content-type-options"), "nosniff");
    // Who took part in the decision does not.
    let kept = first.get(&format!("/console/evidence/{}", letter.id)).await;
    assert_eq!(kept.status, 403, "{}", kept.text());
    assert!(!kept.text().contains("SECRETLY"));
    let looks = world.store.looks(&store::LookFilter::default(), 99).await.unwrap();
    assert!(format!("{looks:?}").contains(&decision), "{looks:?}");

    // An answer cites it; what is missing keeps the tick.
    let fields = format!("outcome=rejected&reason=&evidence={}", pieces[0].id);
    let wrong = senior.post(&format!("/console/appeals/{id}/answer"), &fields).await;
    assert_eq!(wrong.status, 422);
    let ticked = format!("value=\"{}\" checked", pieces[0].id);
    assert!(wrong.text().contains(&ticked), "{}", wrong.text());
    let fields = format!("outcome=rejected&reason=The+word+stands.&evidence={}", pieces[0].id);
    let answered = senior.post(&format!("/console/appeals/{id}/answer"), &fields).await;
    assert_eq!(answered.status, 303, "{}", answered.text());
    let stored = world.store.appeal(id).await.unwrap().unwrap();
    assert_eq!(stored.answer.unwrap().evidence, [pieces[0].id]);
    let late =
        own.send(&format!("/evidence/{id}"), &[("file", Some("d.pdf"), b"%PDF-1.7 y")]).await;
    assert_eq!(late.status, 422);
    assert!(late.text().contains("answered already"), "{}", late.text());

    // The copy that they take with them holds the files.
    let files = unzip(&own.get("/export").await.bytes);
    let handed: Vec<_> = files.iter().filter(|(name, _)| name.starts_with("evidence/")).collect();
    assert_eq!(handed.len(), 5, "{:?}", files.iter().map(|one| &one.0).collect::<Vec<_>>());
    assert!(handed[0].0.ends_with(".png") && handed[0].1 == PNG, "{}", handed[0].0);
    assert!(handed.iter().all(|(name, _)| !name.contains("..") && !name.contains('"')));
    let data = files.iter().find(|(name, _)| name == "data.json").unwrap();
    let data: serde_json::Value = serde_json::from_slice(&data.1).unwrap();
    let listed = &data["person"]["decisions"][0]["appeals"][0]["evidence"];
    assert_eq!(listed[0]["file"], handed[0].0);
    // Nothing of it is public.
    for path in ["/decisions", "/api/v1/decisions"] {
        for path in [format!("{path}/{decision}"), path.to_owned()] {
            let public = get(&router, &path).await;
            for one in &pieces {
                assert!(!public.text().contains(&one.sha256), "{path}");
                assert!(!public.text().contains(&one.id.to_string()), "{path}");
            }
            assert!(!public.text().contains("SECRETLY"), "{path}");
        }
    }
}
