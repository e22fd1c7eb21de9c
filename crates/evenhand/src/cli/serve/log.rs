//! The server's log: one line per event on standard error. Must not be started twice.

use crate::config::{Log, LogFormat};
use anyhow::{Context, Result};
use std::io::{IsTerminal as _, stderr};
use tracing_subscriber::EnvFilter;

/// Starts the log.
pub(in crate::cli) fn start(log: &Log) -> Result<()> {
    let filter = EnvFilter::try_new(&log.filter)
        .with_context(|| format!("log.filter `{}` is no filter; write `info`", log.filter))?;
    let terminal = stderr().is_terminal();
    let text = match log.format {
        LogFormat::Auto => terminal,
        LogFormat::Text => true,
        LogFormat::Json => false,
    };
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr);
    let started = if text {
        lines.with_ansi(terminal && std::env::var_os("NO_COLOR").is_none()).try_init()
    } else {
        lines.json().flatten_event(true).try_init()
    };
    started.map_err(|error| anyhow::anyhow!("the log cannot be started: {error}"))
}
