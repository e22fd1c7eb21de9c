//! A server to test against, started on any free port, and a small client that speaks HTTP by hand.

use crate::{evenhand, rulebook};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

pub(crate) struct Server {
    pub(crate) child: Child,
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Starts and waits until it says where it listens.
    pub(crate) fn start(data: &Path, rulebook: &Path) -> Self {
        Self::with(data, rulebook, &[])
    }

    /// The same, with further flags.
    pub(crate) fn with(data: &Path, rulebook: &Path, flags: &[&str]) -> Self {
        Self::at("127.0.0.1:0", data, rulebook, flags)
    }

    /// The same, at an address.
    pub(crate) fn at(listen: &str, data: &Path, rulebook: &Path, flags: &[&str]) -> Self {
        let any = "127.0.0.1:0";
        let mut child = evenhand()
            .args(["serve", "--listen", listen, "--admin-listen", any, "--data"])
            .arg(data)
            .arg("--rulebook")
            .arg(rulebook)
            .args(flags)
            .env("EVENHAND_INTAKE__REQUESTS_PER_SECOND", "1000000")
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let said = lines.by_ref().map_while(Result::ok);
        let address = said
            .into_iter()
            .find_map(|line| line.strip_prefix("Evenhand listens on http://")?.parse().ok())
            .expect("the server says where it listens");
        // What it says later must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address }
    }

    pub(crate) fn small(data: &Path) -> Self {
        Self::start(data, &rulebook())
    }

    pub(crate) fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        assert!(std::process::Command::new("kill").args([signal, &id]).status().unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends one request; the status and the body, or an error when the server is gone.
pub(crate) fn call(
    address: SocketAddr,
    method: &str,
    path: &str,
    token: &str,
    body: &str,
) -> std::io::Result<(u16, String)> {
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(5))?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let gone = || std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(gone)?;
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).ok_or_else(gone)?;
    Ok((status, body.to_owned()))
}

/// A key with the scope `events`.
pub(crate) fn key(data: &Path) -> String {
    let mut add = evenhand();
    add.args(["key", "add", "--scope", "events", "--data"]).arg(data);
    crate::said(&mut add).1.trim().to_owned()
}

#[test]
fn a_stop_is_graceful_and_a_second_server_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let token = key(folder.path());
    let mut server = Server::small(folder.path());
    let event = crate::event("1", "buy now");
    let (status, body) =
        call(server.address, "POST", "/api/v1/events?wait=decision", &token, &event).unwrap();
    assert_eq!(status, 200, "{body}");
    assert!(body.contains("spam#advertisements"), "{body}");
    let mut second = evenhand();
    second.args(["serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"]);
    second.arg("--rulebook").arg(rulebook()).arg("--data").arg(folder.path());
    let (code, _, err) = crate::said(&mut second);
    assert!(code == 2 && err.contains("stop it first"), "{err}");
    server.signal("-TERM");
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
}

/// What a server says of its first administrator.
fn first_words(data: &Path) -> String {
    let any = "127.0.0.1:0";
    let mut child = evenhand()
        .args(["serve", "--listen", any, "--admin-listen", any, "--data"])
        .arg(data)
        .arg("--rulebook")
        .arg(rulebook())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let said = lines.find(|line| line.contains("Nobody manages this server yet"));
    child.kill().unwrap();
    child.wait().unwrap();
    said.expect("the server says how its first administrator comes in")
}

#[test]
fn the_link_of_an_administrator_who_was_invited_stays_good() {
    let folder = tempfile::tempdir().unwrap();
    let (data, fresh) = (folder.path().join("data"), folder.path().join("fresh"));
    let mut add = evenhand();
    add.args(["person", "add", "--role", "administrator", "--data"]).arg(&data);
    let (code, link, _) = crate::said(&mut add);
    assert!(code == 0 && link.contains("token="), "{link}");
    for _ in 0..2 {
        let said = first_words(&data);
        assert!(said.contains("reviewer 1 is invited") && !said.contains("token="), "{said}");
        assert!(said.contains("person reset \"reviewer 1\""), "{said}");
    }
    let server = Server::small(&data);
    let path = link.trim().split_once("/console/").unwrap().1;
    let (status, page) = call(server.address, "GET", &format!("/console/{path}"), "", "").unwrap();
    assert!(status == 200 && page.contains("assword"), "{status} {page}");
    // Whom nobody invited gets a link, and another one with each start.
    let (one, other) = (first_words(&fresh), first_words(&fresh));
    assert!(one.contains("token=") && other.contains("token=") && one != other, "{one} {other}");
}

#[test]
fn a_rulebook_is_taken_only_if_it_checks() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let token = key(&data);
    let book = crate::changed(folder.path(), "main.sml", "buy now", "buy now");
    // One person may change this rulebook; who needs two is asked in `flow`.
    let settings = std::fs::read_to_string(book.join("rulebook.toml")).unwrap();
    std::fs::write(book.join("rulebook.toml"), settings + "\n[four_eyes]\nrulebook = 1\n").unwrap();
    let server = Server::start(&data, &book);
    let version = || {
        let (status, body) = call(server.address, "GET", "/api/v1/rulebook", &token, "").unwrap();
        assert_eq!(status, 200, "{body}");
        serde_json::from_str::<serde_json::Value>(&body).unwrap()["version"].clone()
    };
    let first = version();
    let rules = std::fs::read_to_string(book.join("main.sml")).unwrap();
    std::fs::write(book.join("main.sml"), rules.replace("spam#adv", "spam#vad")).unwrap();
    server.signal("-HUP");
    std::thread::sleep(Duration::from_millis(700));
    assert_eq!(version(), first);
    std::fs::write(book.join("main.sml"), rules.replace("buy now", "buy it now")).unwrap();
    server.signal("-HUP");
    let swapped = (0..50).any(|_| {
        std::thread::sleep(Duration::from_millis(100));
        version() != first
    });
    assert!(swapped, "the new rulebook came into force");
}

#[test]
fn a_rulebook_that_changed_while_the_server_was_stopped_waits_for_people() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let token = key(&data);
    let version = |server: &Server| {
        let (status, body) = call(server.address, "GET", "/api/v1/rulebook", &token, "").unwrap();
        assert_eq!(status, 200, "{body}");
        serde_json::from_str::<serde_json::Value>(&body).unwrap()["version"].clone()
    };
    let decided = |server: &Server, id: &str| {
        let event = crate::event(id, "buy now");
        let at = "/api/v1/events?wait=decision";
        call(server.address, "POST", at, &token, &event).unwrap().1
    };
    let stop = |mut server: Server| {
        server.signal("-TERM");
        assert_eq!(server.child.wait().unwrap().code(), Some(0));
    };
    let book = crate::changed(folder.path(), "main.sml", "buy now", "buy now");
    let server = Server::start(&data, &book);
    let first = version(&server);
    assert!(decided(&server, "1").contains("spam#advertisements"));
    stop(server);
    // By default two people agree to a change of the rulebook.
    let rules = std::fs::read_to_string(book.join("main.sml")).unwrap();
    std::fs::write(book.join("main.sml"), rules.replace("buy now", "buy it now")).unwrap();
    let server = Server::start(&data, &book);
    assert_eq!(version(&server), first, "the version last in force stays");
    assert!(decided(&server, "2").contains("spam#advertisements"));
    stop(server);
    // A run into the same store does not go around it either.
    let posts = folder.path().join("posts.ndjson");
    std::fs::write(&posts, crate::event("3", "buy it now")).unwrap();
    let mut run = evenhand();
    run.args(["run", "--rulebook"]).arg(&book);
    run.arg("--store").arg(data.join("evenhand.sqlite")).arg(&posts);
    let (code, _, err) = crate::said(&mut run);
    assert!(code == 2 && err.contains("people must agree"), "{code}: {err}");
    // The folder as it was: nothing waits.
    std::fs::write(book.join("main.sml"), rules).unwrap();
    let server = Server::start(&data, &book);
    assert_eq!(version(&server), first);
    stop(server);
}
