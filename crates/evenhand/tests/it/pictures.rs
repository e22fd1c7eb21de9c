//! Pictures: decoded in a process that hostile files break alone, and found again.

use crate::{evenhand, said};
use platforms::pictures::{Decoder, PictureError};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::{Duration, Instant};

fn decoder(program: &str, arguments: &[&str], patience: Duration) -> Decoder {
    let arguments = arguments.iter().map(|one| (*one).to_owned()).collect();
    Decoder { program: program.into(), arguments, patience }
}

fn ours() -> Decoder {
    decoder(env!("CARGO_BIN_EXE_evenhand"), &["decode-picture"], Duration::from_secs(60))
}

/// A picture of gentle waves, as PNG.
fn picture(shift: u32) -> Vec<u8> {
    let wave = |x: u32, y: u32| {
        let value = (f64::from(x * 3 + shift) / 17.0).sin() + (f64::from(x * y) / 999.0).cos();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 255")]
        let grey = ((value + 2.0) * 63.0) as u8;
        image::Rgb([grey, grey / 2, 255 - grey])
    };
    let mut bytes = std::io::Cursor::new(Vec::new());
    let picture = image::RgbImage::from_fn(160, 120, wave);
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// A PNG that says it has so many pixels a side, and has none.
fn huge(side: u32) -> Vec<u8> {
    let mut bytes = vec![0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a];
    let mut chunk = b"IHDR".to_vec();
    chunk.extend(side.to_be_bytes());
    chunk.extend(side.to_be_bytes());
    chunk.extend([8, 2, 0, 0, 0]);
    let crc = chunk.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    });
    bytes.extend(13_u32.to_be_bytes());
    bytes.extend(&chunk);
    bytes.extend((!crc).to_be_bytes());
    bytes
}

#[test]
fn hostile_files_break_nothing_but_their_decoder() {
    let whole = picture(0);
    let (hash, quality) = ours().fingerprint(&whole).unwrap();
    assert_eq!(hash.len(), 64);
    assert!(quality >= 50, "{quality}");
    let mut noise = whole.clone();
    for (at, byte) in noise.iter_mut().enumerate().skip(60).step_by(7) {
        *byte = byte.wrapping_add(u8::try_from(at % 251).unwrap());
    }
    let mut many = vec![0_u8; (16 << 20) + 1];
    many[..8].copy_from_slice(&whole[..8]);
    for (name, bytes) in [
        ("nothing", Vec::new()),
        ("a text", b"<svg onload=alert(1)>".to_vec()),
        ("half a picture", whole[..whole.len() / 3].to_vec()),
        ("noise", noise),
        ("a bomb", huge(15_000)),
        ("a larger bomb", huge(u32::MAX / 2)),
        ("too long", many),
    ] {
        let found = ours().fingerprint(&bytes);
        assert!(
            matches!(found, Err(PictureError::Refused(_) | PictureError::BrokeOff)),
            "{name}: {found:?}"
        );
    }
    // Whatever it does, it ends.
    let begun = Instant::now();
    let slow = decoder("/bin/sleep", &["60"], Duration::from_millis(200));
    assert!(matches!(slow.fingerprint(&whole), Err(PictureError::TooSlow(_))));
    assert!(begun.elapsed() < Duration::from_secs(20));
    let killed = decoder("/bin/sh", &["-c", "kill -9 $$"], Duration::from_secs(20));
    assert_eq!(killed.fingerprint(&whole), Err(PictureError::BrokeOff));
    let none = decoder("/nonexistent", &[], Duration::from_secs(1));
    assert!(matches!(none.fingerprint(&whole), Err(PictureError::NotStarted(_))));
}

#[test]
fn fingerprints_are_those_of_the_references() {
    let folder =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/threatexchange-media");
    let table = folder.join("pdq_reference_hashes.csv");
    if !table.exists() {
        eprintln!("skipped: {} is not here", table.display());
        return;
    }
    let text = std::fs::read_to_string(&table).unwrap();
    let mut compared = 0;
    for row in text.lines().skip(1).filter(|row| row.ends_with("True") || row.contains(",True")) {
        let cells: Vec<&str> = row.split(',').collect();
        let path = folder.join(cells[0]);
        let Ok(theirs) = cells[1].parse::<likeness::pictures::PdqHash>() else { continue };
        if compared >= 8 || !path.is_file() {
            continue;
        }
        let (ours, _) = ours().fingerprint(&std::fs::read(&path).unwrap()).unwrap();
        let distance = ours.parse::<likeness::pictures::PdqHash>().unwrap().distance(theirs);
        assert!(distance <= 16, "{}: {distance}", path.display());
        compared += 1;
    }
    assert!(compared >= 5, "only {compared} pictures were there");
}

#[tokio::test]
async fn items_are_found_by_page_picture_and_claim() {
    let folder = tempfile::tempdir().unwrap();
    let (input, data) = (folder.path().join("events.ndjson"), folder.path().join("data"));
    let book = crate::changed(folder.path(), "main.sml", "buy now", "buy now");
    std::fs::create_dir(book.join("claims")).unwrap();
    let claim = r#"{"@type":"ClaimReview","claimReviewed":"The mayor was paid by the bridge builders","url":"https://check.example/bridge"}"#;
    std::fs::write(book.join("claims/bridge.json"), claim).unwrap();
    let carried = |shift| base64(&picture(shift));
    let post = |n: u32, text: &str, more: Value| {
        let mut item = json!({ "id": format!("i{n}"), "text": text });
        item.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({
            "action_id": n.to_string(), "action_name": "post_created",
            "timestamp": "2026-11-20T12:00:00Z",
            "data": { "item": item, "account": { "id": "ann" } },
        })
        .to_string()
    };
    let image = |shift| json!({ "media": [{ "kind": "image", "url": "https://x.example/1", "bytes": carried(shift) }] });
    let lines = [
        post(1, "look at https://www.news.example/a/1?utm_source=x", json!({})),
        post(
            2,
            "an entirely different sentence",
            json!({ "links": ["http://news.example/a/1#top"] }),
        ),
        post(3, "", image(0)),
        post(4, "", image(1)),
        post(5, "They say the mayor was paid by the bridge builders, and more besides", json!({})),
        post(6, "The mayor was not paid by the bridge builders", json!({})),
    ];
    std::fs::write(&input, lines.join("\n")).unwrap();
    let mut run = evenhand();
    run.arg("run").arg("--rulebook").arg(&book).arg("--store").arg(data.join("evenhand.sqlite"));
    let (code, _, err) = said(run.arg(&input));
    assert_eq!(code, 0, "{err}");
    // The server makes fingerprints of pictures.
    let (loaded, _) = rules::rulebook::Rulebook::load(&read(&book));
    let store = store::Store::open(&data.join("evenhand.sqlite")).await.unwrap();
    let pictures = flow::like::Pictures { decoder: ours(), folder: None };
    let likeness = flow::like::Likeness::default();
    let looked = likeness.refresh_signals(&store, &loaded.unwrap(), Some(&pictures)).await.unwrap();
    assert_eq!(looked, 12);
    store.close().await;
    let like = |of: &[&str]| {
        let mut command = evenhand();
        command.args(["like", "--rulebook"]).arg(&book).arg("--data").arg(&data).args(of);
        said(&mut command).1
    };
    let page = like(&["--item", "i1"]);
    assert!(
        page.contains("not like  i2") && page.contains("same page: news.example/a/1"),
        "{page}"
    );
    let pictured = like(&["--item", "i3"]);
    assert!(pictured.contains("like      i4") && pictured.contains("same picture: "), "{pictured}");
    let claimed = like(&["The mayor was paid by the bridge builders"]);
    assert!(
        claimed.contains("i5")
            && claimed.contains("same checked claim: https://check.example/bridge"),
        "{claimed}"
    );
    assert_eq!(
        claimed.matches("same checked claim").count(),
        1,
        "who denies it does not make it: {claimed}"
    );
}

fn read(book: &std::path::Path) -> rules::Sources {
    let mut files = std::collections::BTreeMap::new();
    for name in
        ["rulebook.toml", "ladder.toml", "main.sml", "policies/spam.md", "claims/bridge.json"]
    {
        files.insert(name.to_owned(), std::fs::read_to_string(book.join(name)).unwrap());
    }
    rules::Sources::from_map(files)
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for part in bytes.chunks(3) {
        let all = part.iter().fold(0_u32, |all, byte| (all << 8) | u32::from(*byte))
            << (8 * (3 - part.len()));
        for at in 0..4 {
            let letter = LETTERS[(all >> (18 - 6 * at)) as usize & 63];
            text.push(if at <= part.len() { char::from(letter) } else { '=' });
        }
    }
    text
}
