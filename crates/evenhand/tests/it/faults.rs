//! A server is killed at, or gets an error from, chosen system calls of the way to the disk: what it
//! acknowledged is in the log afterwards, and the log only grew.

use crate::server::{Server, call, key};
use crate::strace::{self, Traced};
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tlog::checkpoint::Checkpoint;
use tlog::note::{Note, VerifierKey};

/// Which calls fail, and how.
const FAULTS: [(&str, &str); 7] = [
    ("fsync", "signal=KILL"),
    ("fdatasync", "signal=KILL"),
    ("rename", "signal=KILL"),
    ("pwrite64", "signal=KILL"),
    ("fsync", "error=EIO"),
    ("fdatasync", "error=EIO"),
    ("rename", "error=ENOSPC"),
];
/// At which of these calls in the life of a process.
const AT: [u32; 3] = [2, 9, 17];

fn checkpoint(data: &Path) -> Option<Checkpoint> {
    let text = std::fs::read_to_string(data.join("log/checkpoint")).ok()?;
    let note: Note = text.parse().expect("a checkpoint that is published is whole");
    Checkpoint::parse(note.text()).ok()
}

/// Waits until the log holds so many leaves.
fn until(data: &Path, size: u64) {
    let begun = Instant::now();
    while checkpoint(data).is_none_or(|checkpoint| checkpoint.size < size) {
        assert!(begun.elapsed() < Duration::from_secs(30), "the log does not reach {size} leaves");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The directory of a server that runs in a mount namespace of its own, seen from outside.
fn inside(server: &Child, data: &Path) -> std::path::PathBuf {
    let within = data.strip_prefix("/").unwrap();
    Path::new("/proc").join(server.id().to_string()).join("root").join(within)
}

#[test]
fn a_full_disk_is_waited_out_and_the_log_goes_on_without_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().canonicalize().unwrap();
    let script = "mount -t tmpfs -o size=48m none \"$1\" || exit 77; \
        \"$0\" key add --scope events --data \"$1\" >\"$1/token\" 2>/dev/null; \
        exec \"$0\" serve --listen 127.0.0.1:0 --admin-listen 127.0.0.1:0 --data \"$1\" --rulebook \"$2\"";
    let started = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", script])
        .arg(env!("CARGO_BIN_EXE_evenhand"))
        .arg(&data)
        .arg(crate::rulebook())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut server) = started else {
        eprintln!("skipped: there is no unshare");
        return;
    };
    let mut lines = BufReader::new(server.stderr.take().unwrap()).lines();
    let address: Option<SocketAddr> = lines
        .by_ref()
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix("Evenhand listens on http://")?.parse().ok());
    std::thread::spawn(move || lines.for_each(drop));
    let Some(address) = address else {
        let _ = server.wait();
        eprintln!("skipped: no disk of its own can be mounted here");
        return;
    };
    let data = inside(&server, &data);
    let token = std::fs::read_to_string(data.join("token")).unwrap().trim().to_owned();
    let mut sent = 0;
    let mut decide = || {
        sent += 1;
        let event = crate::event(&format!("e{sent}"), "buy now");
        let path = "/api/v1/events?wait=decision";
        let (status, body) = call(address, "POST", path, &token, &event).unwrap();
        let body: serde_json::Value = serde_json::from_str(&body).unwrap_or_default();
        (status == 200).then(|| body["decision"].as_str().unwrap().to_owned())
    };
    let mut acknowledged: Vec<String> = (0..5).filter_map(|_| decide()).collect();
    assert_eq!(acknowledged.len(), 5);
    until(&data, 5);

    // Full to the last byte.
    let filler = data.join("filler");
    let mut file = std::fs::File::create(&filler).unwrap();
    for size in [1 << 20, 1 << 12, 1] {
        while std::io::Write::write(&mut file, &vec![0; size]).is_ok_and(|many| many > 0) {}
    }
    drop(file);
    let while_full: Vec<Option<String>> = (0..40).map(|_| decide()).collect();
    assert!(while_full.iter().any(Option::is_none), "the disk was not full");
    acknowledged.extend(while_full.into_iter().flatten());
    std::fs::remove_file(&filler).unwrap();
    let begun = Instant::now();
    let after = loop {
        match decide() {
            Some(id) => break id,
            None => assert!(begun.elapsed() < Duration::from_secs(30), "it does not recover"),
        }
        std::thread::sleep(Duration::from_millis(100));
    };
    acknowledged.push(after);
    let key: VerifierKey =
        std::fs::read_to_string(data.join("log/vkey")).unwrap().trim().parse().unwrap();
    let keys = [key];
    // What was refused may have been kept all the same: the number of leaves does not tell.
    let begun = Instant::now();
    let lost = loop {
        let mut leaves = String::new();
        let public = data.join("log");
        let read = store::log::examine(&mut public.as_path(), &keys, None, |_, leaf| {
            leaves.push_str(&String::from_utf8_lossy(leaf));
            Ok(())
        });
        let lost: Vec<_> = acknowledged.iter().filter(|id| !leaves.contains(*id)).collect();
        if read.is_ok() && lost.is_empty() || begun.elapsed() > Duration::from_secs(30) {
            assert!(read.is_ok(), "{read:?}");
            break lost;
        }
        std::thread::sleep(Duration::from_millis(100));
    };
    let _ = server.kill();
    let _ = server.wait();
    assert!(lost.is_empty(), "{lost:?} are lost");
}

#[test]
fn after_a_fault_at_any_step_the_log_holds_what_was_acknowledged_and_only_grew() {
    if !strace::installed() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let token = key(data);
    let mut acknowledged: Vec<String> = Vec::new();
    let mut seen: Option<Checkpoint> = None;
    let mut sent = 0;
    for (name, fault) in FAULTS {
        for at in AT {
            let mut failing = strace::strace(Path::new("/dev/null"));
            failing.args(["-e", &format!("trace={name}")]);
            failing.args(["-e", &format!("inject={name}:{fault}:when={at}")]);
            let (server, address) = Traced::serve(failing, data);
            for _ in 0..4 {
                let Some(address) = address else { break };
                sent += 1;
                let event = crate::event(&format!("e{sent}"), "buy now");
                match call(address, "POST", "/api/v1/events", &token, &event) {
                    Ok((200, body)) => {
                        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
                        acknowledged.push(body["decision"].as_str().unwrap().to_owned());
                    }
                    Ok(_) => {}
                    Err(_) => break,
                }
                std::thread::sleep(Duration::from_millis(60));
            }
            drop(server);
            // Whoever looked in between must see the same history grow.
            let between = checkpoint(data);
            let mut mended = Server::small(data);
            until(data, acknowledged.len() as u64);
            mended.signal("-TERM");
            assert_eq!(mended.child.wait().unwrap().code(), Some(0));
            let key: VerifierKey =
                std::fs::read_to_string(data.join("log/vkey")).unwrap().trim().parse().unwrap();
            let mut leaves = String::new();
            for earlier in [seen.take(), between].into_iter().flatten() {
                leaves.clear();
                store::log::examine(
                    &mut data.join("log").as_path(),
                    std::slice::from_ref(&key),
                    Some(&earlier),
                    |_, leaf| {
                        leaves.push_str(&String::from_utf8_lossy(leaf));
                        Ok(())
                    },
                )
                .unwrap_or_else(|error| panic!("{name} {fault} at {at}: {error}"));
                for decision in &acknowledged {
                    assert!(
                        leaves.contains(decision),
                        "{name} {fault} at {at}: {decision} is lost"
                    );
                }
            }
            seen = checkpoint(data);
        }
    }
    assert!(acknowledged.len() > 20, "only {} were acknowledged", acknowledged.len());
    eprintln!(
        "{} decisions acknowledged over {} faults",
        acknowledged.len(),
        FAULTS.len() * AT.len()
    );
}
