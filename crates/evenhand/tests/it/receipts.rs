//! What the platform and the regulator get of a decision carries its receipt: it verifies from a file,
//! without a network, and does not when somebody altered it.

use crate::server::{Server, call, key};
use crate::{evenhand, said};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;

/// The body of the first order that a platform gets.
fn first_order(platform: &TcpListener) -> Value {
    let (stream, _) = platform.accept().unwrap();
    let mut stream = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).unwrap();
        let line = line.trim().to_ascii_lowercase();
        if let Some(text) = line.strip_prefix("content-length:") {
            length = text.trim().parse().unwrap();
        }
        if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    stream.get_mut().write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
    serde_json::from_slice(&body).unwrap()
}

fn verified(folder: &Path, body: &Value, vkey: &str) -> (i32, String) {
    let file = folder.join("body.json");
    std::fs::write(&file, serde_json::to_vec_pretty(body).unwrap()).unwrap();
    let (code, out, err) = said(evenhand().arg("verify").arg(file).args(["--vkey", vkey.trim()]));
    (code, out + &err)
}

#[test]
fn an_order_to_the_platform_and_a_regulators_view_verify_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let token = key(&data);
    let platform = TcpListener::bind("127.0.0.1:0").unwrap();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, format!("whsec_{}", "QUJD".repeat(8))).unwrap();
    let config = folder.path().join("config.toml");
    let text = format!(
        "[webhook]\nurl = \"http://{}/\"\nsecret_file = \"{}\"\nallow_private = true\n",
        platform.local_addr().unwrap(),
        secret.display()
    );
    std::fs::write(&config, text).unwrap();
    let flags = ["--config", config.to_str().unwrap()];
    let server = Server::with(&data, &crate::rulebook(), &flags);
    let address = server.address;
    let path = "/api/v1/events?wait=decision";
    let (_, answer) = call(address, "POST", path, &token, &crate::event("1", "buy now")).unwrap();
    let answer: Value = serde_json::from_str(&answer).unwrap();
    let id = answer["decision"].as_str().unwrap();

    let message = first_order(&platform);
    let sent = &message["data"];
    assert_eq!(sent["decision"], id);
    // Nothing goes out before the log holds it, so the regulator's view has its receipt by now.
    let mut add = evenhand();
    add.args(["key", "add", "--scope", "regulator", "--data"]).arg(&data);
    let regulator = said(&mut add).1.trim().to_owned();
    let path = format!("/api/v1/decisions/{id}/regulator");
    let (status, view) = call(address, "GET", &path, &regulator, "").unwrap();
    assert_eq!(status, 200, "{view}");
    let view: Value = serde_json::from_str(&view).unwrap();
    assert_eq!(view["puid"], id);
    let (_, vkey) = call(address, "GET", "/log/vkey", "", "").unwrap();
    drop(server);

    for (what, body) in [("order", sent), ("message", &message), ("view", &view)] {
        let (code, told) = verified(folder.path(), body, &vkey);
        assert!(code == 0 && told.contains("It holds"), "{what}: {told}");
    }
    assert!(
        verified(folder.path(), &view, &vkey).1.contains("opened: facts"),
        "what it says is shown"
    );
    let changed = |body: &Value, pointer: &str, to: Value| {
        let mut body = body.clone();
        *body.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = to;
        let (code, told) = verified(folder.path(), &body, &vkey);
        assert_eq!(code, 1, "{pointer}: {told}");
    };
    let other = "8c966393-6386-56b5-b4f9-8929dfd00a4a";
    changed(sent, "/decision", json!(other));
    changed(sent, "/measures", json!([{ "measure": "ban" }]));
    changed(sent, "/log/leaf", json!("{}"));
    changed(
        sent,
        "/log/receipt",
        json!(sent["log"]["receipt"].as_str().unwrap().replacen("index 0", "index 1", 1)),
    );
    changed(&view, "/puid", json!(other));
    changed(&view, "/automated_decision", json!("AUTOMATED_DECISION_NOT_AUTOMATED"));
    changed(&view, "/log/leaf", json!("{}"));
    let key = "example.com/foo+530d903e+AekyFYA8PsmN8b/sGLVd5bW9hC9ecLb3MNMdXZ5f0CVH";
    assert_ne!(verified(folder.path(), sent, key).0, 0, "another log's key");
}
