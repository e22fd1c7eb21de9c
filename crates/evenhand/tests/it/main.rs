//! The binary as its users meet it: exit codes, output, and what survives a crash.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test may panic"
)]

mod affiliations;
mod audit;
mod commands;
mod crash;
mod faults;
mod like;
mod people;
mod pictures;
mod power;
mod receipts;
mod record;
mod replay;
mod rules;
mod run;
#[path = "../../../tlog/tests/it/script.rs"]
mod script;
mod server;
mod shared;
mod sml;
mod strace;
mod swap;
mod sweep;
mod witness;
mod worker;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn evenhand() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_evenhand"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("EVENHAND_")) {
        command.env_remove(name);
    }
    command
}

/// Runs a command; returns its exit code, standard output and standard error.
fn said(command: &mut Command) -> (i32, String, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap_or(-1), text(stdout), text(stderr))
}

fn rulebook() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/rulebook")
}

/// A copy of the small rulebook with one file changed.
fn changed(folder: &Path, file: &str, from: &str, to: &str) -> PathBuf {
    let copy = folder.join("changed");
    std::fs::create_dir_all(copy.join("policies")).unwrap();
    for name in ["rulebook.toml", "ladder.toml", "main.sml", "policies/spam.md"] {
        std::fs::copy(rulebook().join(name), copy.join(name)).unwrap();
    }
    let text = std::fs::read_to_string(copy.join(file)).unwrap();
    assert!(text.contains(from), "{file} has no `{from}`");
    std::fs::write(copy.join(file), text.replacen(from, to, 1)).unwrap();
    copy
}

fn event(id: &str, text: &str) -> String {
    format!(
        r#"{{"action_id":"{id}","action_name":"post_created","timestamp":"2026-11-20T12:00:00Z","data":{{"item":{{"id":"item-{id}","text":"{text}"}},"account":{{"id":"ann"}}}}}}"#
    )
}
