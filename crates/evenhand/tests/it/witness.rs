//! The witness as a log meets it: the script over HTTP, with the process killed after every answer.

use crate::server::{Server, call};
use crate::{evenhand, said, script};
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

struct Witness {
    child: Child,
    address: SocketAddr,
}

impl Witness {
    fn start(data: &Path) -> Self {
        let mut child = evenhand()
            .args(["witness", "serve", "--listen", "127.0.0.1:0", "--name", "witness.example"])
            .arg("--watch")
            .arg(script::log_key().to_string())
            .arg("--data")
            .arg(data)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.split_once("listens on http://")?.1.parse().ok())
            .expect("the witness says where it listens");
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address }
    }

    fn get(&self, path: &str) -> (u16, String) {
        call(self.address, "GET", path, "", "").unwrap()
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn witness(command: &str, data: &Path) -> (i32, String, String) {
    said(evenhand().args(["witness", command, "--data"]).arg(data))
}

#[test]
fn the_script_holds_though_the_witness_is_killed_after_each_answer() {
    let folder = tempfile::tempdir().unwrap();
    for step in script::steps() {
        let witness = Witness::start(folder.path());
        let (status, body) =
            call(witness.address, "POST", "/add-checkpoint", "", &step.body).unwrap();
        assert_eq!(status, step.status, "step {}: {body}", step.number);
        assert!(body.starts_with(step.answer), "step {}: {body}", step.number);
        // Dropping it kills it: SIGKILL.
    }
    let witness = Witness::start(folder.path());
    let origin = script::log_key().name().to_owned();
    let hash: [u8; 32] = <sha2::Sha256 as sha2::Digest>::digest(&origin).into();
    let (status, note) = witness.get(&format!("/{}/checkpoint", hex::encode(hash)));
    assert_eq!(status, 200, "{note}");
    let note: tlog::note::Note = note.parse().unwrap();
    let vkey = witness.get("/vkey").1;
    let keys = [script::log_key(), vkey.trim_end().parse().unwrap()];
    let times: Vec<_> = note.verify(&keys).unwrap().iter().map(|signed| signed.time).collect();
    assert!(matches!(times[..], [None, Some(time)] if time > 1_700_000_000), "{times:?}");
    assert_eq!(witness.get("/00/checkpoint").0, 404);
    assert!(witness.get("/").1.contains(&format!("{origin}: size 5")), "{:?}", witness.get("/"));

    let (code, listed, _) = witness_list(folder.path());
    assert!(code == 0 && listed.contains(&origin), "{listed}");
    // Steps 5 and 6 came with a sound signature and a proof that leads nowhere.
    assert!(listed.contains(" 2\n"), "{listed}");
    let (_, printed, _) = self::witness("key", folder.path());
    assert_eq!(printed, vkey, "one key, for ever");
}

fn witness_list(data: &Path) -> (i32, String, String) {
    witness("list", data)
}

#[test]
fn a_witness_keeps_its_key_and_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (code, vkey, _) = witness("key", &data);
    assert!(code == 0 && vkey.starts_with("127.0.0.1:8080/witness+"), "{vkey}");
    assert_eq!(witness("key", &data).1, vkey);
    let secret = data.join("witness.key");
    let mode = std::os::unix::fs::PermissionsExt::mode(&secret.metadata().unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    let (code, _, err) =
        said(evenhand().args(["witness", "key", "--name", "other", "--data"]).arg(&data));
    assert!(code == 2 && err.contains("keeps its name"), "{err}");
    std::fs::write(&secret, "PRIVATE+KEY+nonsense\n").unwrap();
    let (code, _, err) = witness("key", &data);
    assert!(code == 2 && err.contains("witness.key"), "{err}");
    let (code, _, err) = said(evenhand().args(["witness", "serve", "--data"]).arg(&data));
    assert!(code == 2 && err.contains("no log to watch"), "{err}");
}

/// One of two Evenhands that watch each other.
struct Twin {
    name: &'static str,
    data: PathBuf,
    config: PathBuf,
    address: SocketAddr,
}

impl Twin {
    fn new(folder: &Path, name: &'static str) -> Self {
        let data = folder.join(name);
        std::fs::create_dir(&data).unwrap();
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap();
        let twin = Self { name, config: data.join("config.toml"), data, address };
        twin.configure("");
        twin
    }

    fn configure(&self, more: &str) {
        let Self { name, config, .. } = self;
        let text = format!(
            "[record]\norigin = \"{name}.example/log\"\n\
             [witness]\nname = \"{name}.example/witness\"\n{more}"
        );
        std::fs::write(config, text).unwrap();
    }

    fn start(&self) -> Server {
        let (address, config) = (self.address.to_string(), self.config.to_str().unwrap());
        Server::at(&address, &self.data, &crate::rulebook(), &["--config", config])
    }

    fn log_key(&self) -> String {
        std::fs::read_to_string(self.data.join("log/vkey")).unwrap().trim_end().to_owned()
    }

    fn witness_key(&self) -> String {
        let (code, key, err) = said(
            evenhand()
                .args(["witness", "key", "--config"])
                .arg(&self.config)
                .arg("--data")
                .arg(&self.data),
        );
        assert_eq!(code, 0, "{err}");
        key.trim_end().to_owned()
    }

    /// Who must cosign this one's log.
    fn policy(&self, other: &Self) -> String {
        let (key, address) = (other.witness_key(), other.address);
        format!("witness other {key} http://{address}/witness\nquorum other\n")
    }
}

#[test]
fn two_evenhands_watch_each_other_by_two_lines_each() {
    let folder = tempfile::tempdir().unwrap();
    let twins = [Twin::new(folder.path(), "a"), Twin::new(folder.path(), "b")];
    // Their logs get their keys.
    twins.iter().for_each(|twin| drop(twin.start()));
    for (twin, other) in [(&twins[0], &twins[1]), (&twins[1], &twins[0])] {
        twin.configure(&format!(
            "allow_private = true\nwatch = [\"{}\"]\npolicy = \"\"\"\n{}\"\"\"\n",
            other.log_key(),
            twin.policy(other)
        ));
    }
    let mut servers: Vec<_> = twins.iter().map(Twin::start).collect();
    let backup = folder.path().join("backup");
    copy(&twins[0].data, &backup);
    for (twin, other) in [(&twins[0], &twins[1]), (&twins[1], &twins[0])] {
        let token = crate::server::key(&twin.data);
        let event = crate::event("1", "buy now");
        let decided =
            call(twin.address, "POST", "/api/v1/events?wait=decision", &token, &event).unwrap();
        assert_eq!(decided.0, 200, "{}", decided.1);
        let policy: tlog::policy::Policy =
            format!("log {}\n{}", twin.log_key(), twin.policy(other)).parse().unwrap();
        let cosigned = || {
            let (_, text) = call(twin.address, "GET", "/log/checkpoint", "", "").ok()?;
            let note: tlog::note::Note = text.parse().ok()?;
            let accepted = policy.accept(&note).ok()?;
            (accepted.checkpoint.size == 1).then_some(text)
        };
        let served = (0..200)
            .find_map(|_| {
                std::thread::sleep(std::time::Duration::from_millis(50));
                cosigned()
            })
            .expect("the other cosigns the checkpoint within ten seconds");
        let file = std::fs::read_to_string(twin.data.join("log/checkpoint")).unwrap();
        assert_eq!(file, served, "as a plain file, too");
        let (_, page) = call(twin.address, "GET", "/log/witnesses", "", "").unwrap();
        assert!(page.contains(&format!("{}.example/log: size 1\n", twin.name)), "{page}");
        assert!(page.contains("seconds ago"), "{page}");
    }

    // The whole of a's data directory is set back: only b remembers.
    drop(servers.remove(0));
    std::fs::remove_dir_all(&twins[0].data).unwrap();
    copy(&backup, &twins[0].data);
    let mut serve = evenhand();
    serve.args(["serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--config"]);
    serve.arg(&twins[0].config).arg("--rulebook").arg(crate::rulebook());
    let (code, _, err) = said(serve.arg("--data").arg(&twins[0].data));
    assert!(code == 2 && err.contains("an old copy was put in place"), "{err}");
}

fn copy(from: &Path, to: &Path) {
    let done = std::process::Command::new("cp").arg("-r").arg(from).arg(to).status().unwrap();
    assert!(done.success());
}

#[test]
fn a_server_cosigns_below_its_own_address() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.toml");
    let watch = format!("[witness]\nwatch = [\"{}\"]\n", script::log_key());
    std::fs::write(&config, watch).unwrap();
    let server =
        Server::with(folder.path(), &crate::rulebook(), &["--config", config.to_str().unwrap()]);
    let first = script::steps().into_iter().next().unwrap();
    let (status, body) =
        call(server.address, "POST", "/witness/add-checkpoint", "", &first.body).unwrap();
    assert!(status == 200 && body.starts_with("\u{2014} 127.0.0.1:"), "{status}: {body}");
    assert_eq!(call(server.address, "GET", "/witness/vkey", "", "").unwrap().0, 200);
}
