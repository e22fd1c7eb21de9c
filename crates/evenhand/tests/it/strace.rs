//! Programs under strace, which writes down their system calls or lets them fail.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Whether strace is there; says so when it is not.
pub(crate) fn installed() -> bool {
    let there = Command::new("strace").arg("-V").stdout(Stdio::null()).status().is_ok();
    if !there {
        eprintln!("skipped: strace is not installed");
    }
    there
}

/// strace over all threads of what is added to it as arguments, written to `out`.
pub(crate) fn strace(out: &Path) -> Command {
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-e", "signal=none", "-o"]).arg(out);
    command
}

/// Calls in the order in which they ended: the thread, when (where strace wrote it) and the call.
pub(crate) fn calls(trace: &str) -> Vec<(&str, f64, String)> {
    let mut begun = std::collections::HashMap::new();
    let mut all = Vec::new();
    for line in trace.lines() {
        // A short number of a thread is filled up with spaces.
        let Some((thread, mut rest)) = line.split_once(' ') else { continue };
        rest = rest.trim_start();
        let time = rest.split_once(' ').and_then(|(time, _)| time.parse().ok());
        if let (Some(_), Some((_, after))) = (time, rest.split_once(' ')) {
            rest = after;
        }
        if let Some(first) = rest.strip_suffix(" <unfinished ...>") {
            begun.insert(thread, first);
            continue;
        }
        let whole = match rest.strip_prefix("<... ") {
            Some(end) => {
                let Some(first) = begun.remove(thread) else { continue };
                format!("{first}{}", end.split_once("resumed>").unwrap().1)
            }
            None => rest.to_owned(),
        };
        all.push((thread, time.unwrap_or_default(), whole));
    }
    all
}

/// A server under strace. The tracer is killed with what it traces.
pub(crate) struct Traced(Child);

impl Traced {
    /// Starts a server, and waits until it says where it listens; `None` when it ended before that.
    pub(crate) fn serve(mut strace: Command, data: &Path) -> (Self, Option<SocketAddr>) {
        let any = "127.0.0.1:0";
        let mut child = strace
            .arg(env!("CARGO_BIN_EXE_evenhand"))
            .args(["serve", "--listen", any, "--admin-listen", any, "--data"])
            .arg(data)
            .arg("--rulebook")
            .arg(crate::rulebook())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("Evenhand listens on http://")?.parse().ok());
        std::thread::spawn(move || lines.for_each(drop));
        (Self(child), address)
    }

    fn signal(&self, signal: &str) {
        let tracer = self.0.id();
        let children = format!("/proc/{tracer}/task/{tracer}/children");
        let traced = std::fs::read_to_string(children).unwrap_or_default();
        for id in traced.split_whitespace() {
            let _ = Command::new("kill").args([signal, id]).stderr(Stdio::null()).status();
        }
    }

    /// Asks the server to stop, and waits until it has.
    pub(crate) fn stop(mut self) {
        self.signal("-TERM");
        assert!(self.0.wait().unwrap().success());
    }
}

impl Drop for Traced {
    fn drop(&mut self) {
        self.signal("-9");
        let _ = self.0.wait();
    }
}
