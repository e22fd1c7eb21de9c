//! `kill -9` at random moments under load: what was acknowledged is kept, exactly once, with one
//! decision; what was not can be sent again.

use crate::server::{Server, call, key};
use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, RandomState};
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;
use store::{Became, Store};

/// How often the server is killed; fewer while writing code: `EVENHAND_CRASHES=5`.
fn crashes() -> u32 {
    std::env::var("EVENHAND_CRASHES").ok().and_then(|text| text.parse().ok()).unwrap_or(50)
}

const SENDERS: u32 = 3;

/// One sender: what it sent last without an answer, and what was acknowledged.
#[derive(Default)]
struct Sender {
    name: u32,
    sent: u32,
    open: Option<String>,
    acknowledged: BTreeMap<String, String>,
}

impl Sender {
    /// Sends until the server is gone. What had no answer is sent again first.
    fn send(&mut self, address: SocketAddr, token: &str, at_most: u32) {
        for _ in 0..at_most {
            let id = self.open.take().unwrap_or_else(|| {
                self.sent += 1;
                format!("{}-{}", self.name, self.sent)
            });
            // The text follows from the id: what is sent again is the same.
            let text = if id.ends_with('3') { "buy now" } else { "hello" };
            let event = crate::event(&id, text);
            match call(address, "POST", "/api/v1/events", token, &event) {
                Ok((200, body)) => {
                    let body: serde_json::Value = serde_json::from_str(&body).unwrap();
                    let decision = body["decision"].as_str().expect("a decision").to_owned();
                    self.acknowledged.insert(id, decision);
                }
                Ok((status, body)) => {
                    assert!([429, 503].contains(&status), "{status} {body}");
                    self.open = Some(id);
                }
                Err(_) => {
                    self.open = Some(id);
                    return;
                }
            }
        }
    }
}

/// Some number of a range, another one every time.
fn number(range: std::ops::Range<u64>) -> u64 {
    let random = RandomState::new().hash_one(0_u8);
    range.start + random % (range.end - range.start)
}

fn kept(data: &Path, ids: &[String]) -> (BTreeMap<String, String>, u64, u64) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let file = data.join("evenhand.sqlite");
        let checked = Store::check(&file).await.unwrap();
        let store = Store::open(&file).await.unwrap();
        let ids: Vec<_> = ids.iter().map(|id| id.parse().unwrap()).collect();
        let mut decisions = BTreeMap::new();
        for (id, seen) in store.seen(&ids).await.unwrap() {
            match seen.became {
                Became::Decided(decision) => decisions.insert(id.to_string(), decision.to_string()),
                other => panic!("{id} became {other:?}"),
            };
        }
        (decisions, checked.events, checked.decisions)
    })
}

#[test]
fn nothing_acknowledged_is_lost_or_decided_twice() {
    let folder = tempfile::tempdir().unwrap();
    let token = key(folder.path());
    let mut senders: Vec<Sender> =
        (0..SENDERS).map(|name| Sender { name, ..Sender::default() }).collect();
    for _ in 0..crashes() {
        let mut server = Server::small(folder.path());
        let address = server.address;
        std::thread::scope(|scope| {
            for sender in &mut senders {
                scope.spawn(|| sender.send(address, &token, u32::MAX));
            }
            std::thread::sleep(Duration::from_millis(number(5..400)));
            // SIGKILL: nothing of the process runs any more.
            server.child.kill().unwrap();
            server.child.wait().unwrap();
        });
    }
    // What had no answer is sent once more, then all is compared.
    let mut server = Server::small(folder.path());
    for sender in &mut senders {
        sender.send(server.address, &token, 1);
        assert_eq!(sender.open, None);
    }
    server.signal("-TERM");
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
    let acknowledged: BTreeMap<String, String> =
        senders.into_iter().flat_map(|sender| sender.acknowledged).collect();
    let ids: Vec<String> = acknowledged.keys().cloned().collect();
    let (decisions, events, decided) = kept(folder.path(), &ids);
    assert!(ids.len() >= crashes() as usize, "only {} events were acknowledged", ids.len());
    assert_eq!(decisions, acknowledged, "each acknowledged event has the decision that was told");
    assert_eq!(
        (events, decided),
        (ids.len() as u64, ids.len() as u64),
        "none twice, none invented"
    );
    // Every decision is in the public log, and the log is whole.
    let public = folder.path().join("log");
    let vkey = std::fs::read_to_string(public.join("vkey")).unwrap().trim().parse().unwrap();
    let examined =
        store::log::examine(&mut public.as_path(), &[vkey], None, |_, _| Ok(())).unwrap();
    assert_eq!(examined.checkpoint.size, decided, "each decision has its leaf in the log");
    eprintln!("{} events acknowledged over {} crashes", ids.len(), crashes());
}
