//! Loss of power: what a server did to its disk is recorded, and done again on a disk that forgets what
//! was not synced, up to a moment. Whatever moment that is: no acknowledged decision is missing, no
//! two checkpoints of one size have different roots, and the log goes on.

mod disk;
mod trace;

use crate::server::{call, key};
use crate::strace::{self, Traced};
use disk::{Chance, Disk, Left};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};
use store::Store;
use store::log::{Log, examine};
use tlog::checkpoint::Checkpoint;
use tlog::note::Note;
use tlog::tree::Frontier;

/// Decisions that are made while the server is watched.
const DECISIONS: u32 = 40;
/// Moments at which the power goes; `EVENHAND_EVERY_MOMENT=1` takes each.
const MOMENTS: usize = 30;

/// The clock by which strace writes its times.
#[expect(clippy::disallowed_methods, reason = "strace knows no other")]
fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64()
}

/// What the world had seen by some moment.
struct Seen {
    /// Decisions that were acknowledged, and when.
    acknowledged: Vec<(f64, String)>,
    /// Roots that were published, by size.
    roots: BTreeMap<u64, tlog::Hash>,
}

/// Starts the log again on what is left, and holds it against what was seen. Returns its size.
async fn goes_on(data: &Path, seen: &Seen, until: f64) -> Result<u64, String> {
    let store = Store::open(&data.join("evenhand.sqlite")).await.map_err(|e| e.to_string())?;
    let opened = Log::open(store.clone(), data, "power.example/log", &[3; 32]).await;
    let mut log = opened.map_err(|error| format!("it does not start: {error}"))?;
    while log.integrate().await.map_err(|error| format!("it does not go on: {error}"))? > 0 {}
    let (mut tree, mut leaves, mut wrong) = (Frontier::new(), String::new(), None);
    let keys = [log.verifier().clone()];
    let examined = examine(&mut data.join("log").as_path(), &keys, None, |_, leaf| {
        tree.append(tlog::leaf_hash(leaf));
        leaves.push_str(&String::from_utf8_lossy(leaf));
        if seen.roots.get(&tree.size()).is_some_and(|root| *root != tree.root()) {
            wrong = Some(tree.size());
        }
        Ok(())
    });
    let size = examined.map_err(|error| format!("what is published: {error}"))?.checkpoint.size;
    store.close().await;
    if let Some(size) = wrong {
        return Err(format!("two roots of {size} leaves"));
    }
    if let Some((largest, _)) = seen.roots.last_key_value().filter(|(seen, _)| **seen > size) {
        return Err(format!("it had shown {largest} leaves, and has {size}"));
    }
    let lost = seen.acknowledged.iter().filter(|(at, id)| *at < until && !leaves.contains(id));
    match lost.count() {
        0 => Ok(size),
        many => Err(format!("{many} acknowledged decisions are lost")),
    }
}

#[test]
fn power_loss_at_any_moment_loses_nothing_that_was_acknowledged_and_forks_nothing() {
    if !strace::installed() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().canonicalize().unwrap().join("data");
    let token = key(&data);
    let begin = Disk::of(&data);
    let trace = folder.path().join("trace");
    let mut watching = strace::strace(&trace);
    watching.args(["-ttt", "-y", "-xx", "-s", "16777216", "-e"]);
    watching.arg(format!("trace={}", trace::CALLS));
    let (server, address) = Traced::serve(watching, &data);
    let address = address.expect("the server says where it listens");
    let mut seen = Seen { acknowledged: Vec::new(), roots: BTreeMap::new() };
    for n in 0..DECISIONS {
        let event = crate::event(&format!("e{n}"), "buy now");
        let path = "/api/v1/events?wait=decision";
        let (status, body) = call(address, "POST", path, &token, &event).unwrap();
        assert_eq!(status, 200, "{body}");
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        seen.acknowledged.push((now(), body["decision"].as_str().unwrap().to_owned()));
    }
    server.stop();
    let done = trace::read(&std::fs::read_to_string(&trace).unwrap(), &data);
    let changes = done.len();
    assert!(changes > 500, "only {changes} changes of the disk were seen");

    // The simulation itself: with nothing lost the disk is as the server left it.
    let mut whole = begin.clone();
    done.iter().for_each(|(_, done)| whole.apply(done));
    for path in ["log/checkpoint", "log/keys", "log.key", "evenhand.sqlite", "log.last"] {
        let simulated = whole.file(&data.join(path));
        assert_eq!(simulated, std::fs::read(data.join(path)).ok().as_deref(), "{path}");
    }

    let mut chance = Chance(20_261_123);
    let mut moments: Vec<usize> = match std::env::var_os("EVENHAND_EVERY_MOMENT") {
        Some(_) => (0..changes).collect(),
        None => (0..MOMENTS).map(|_| chance.next() as usize % changes).collect(),
    };
    moments.push(changes - 1);
    moments.sort_unstable();
    moments.dedup();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (mut disk, mut at, mut tried) = (begin, 0, 0);
    let checkpoint = data.join("log/checkpoint");
    for moment in moments {
        for (_, done) in &done[at..=moment] {
            disk.apply(done);
            // Whoever asked at this moment saw this checkpoint.
            if matches!(done, trace::Done::Rename { to, .. } if *to == checkpoint) {
                let text = String::from_utf8(disk.file(&checkpoint).unwrap().to_vec()).unwrap();
                let note: Note = text.parse().unwrap();
                let shown = Checkpoint::parse(note.text()).unwrap();
                let before = seen.roots.insert(shown.size, shown.root);
                assert!(before.is_none_or(|root| root == shown.root), "two roots were published");
            }
        }
        at = moment + 1;
        let until = done[moment].0;
        for left in [Left::All, Left::Nothing, Left::Some, Left::Sectors] {
            let after = tempfile::tempdir().unwrap();
            disk.lose_power(&data, after.path(), left, &mut chance);
            match runtime.block_on(goes_on(after.path(), &seen, until)) {
                // The last moment is the one after which all of it is there, whatever is left.
                Ok(size) if moment + 1 == changes => assert_eq!(size, u64::from(DECISIONS)),
                Ok(_) => {}
                Err(why) => panic!(
                    "power lost after change {moment} of {changes} ({:?}), {left:?} left: {why}",
                    done[moment].1
                ),
            }
            tried += 1;
        }
    }
    eprintln!("{tried} losses of power in {changes} changes of the disk, {DECISIONS} decisions");
}
