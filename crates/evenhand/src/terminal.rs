//! Where a command's words go: results to standard output, everything else to standard error,
//! colour only where somebody looks. Must not be used by the server after its start: it logs.

use std::io::{IsTerminal as _, Write as _, stderr, stdout};

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The two streams.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terminal {
    out: bool,
    err: bool,
}

impl Terminal {
    /// Looks at the streams once.
    pub(crate) fn new(color: Color) -> Self {
        let wished = || {
            let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
            !set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
        };
        let coloured = |terminal: bool| match color {
            Color::Auto => terminal && wished(),
            Color::Always => true,
            Color::Never => false,
        };
        Self { out: coloured(stdout().is_terminal()), err: coloured(stderr().is_terminal()) }
    }

    /// Whether results are coloured.
    pub(crate) const fn colours_results(&self) -> bool {
        self.out
    }

    /// Writes a result.
    pub(crate) fn result(&self, text: &str) -> std::io::Result<()> {
        let mut out = stdout().lock();
        out.write_all(text.as_bytes())?;
        if !text.ends_with('\n') {
            out.write_all(b"\n")?;
        }
        out.flush()
    }

    /// Writes a text as it is.
    pub(crate) fn exactly(&self, text: &str) -> std::io::Result<()> {
        let mut out = stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }

    /// Writes a value as JSON, readably.
    pub(crate) fn json(&self, value: &impl serde::Serialize) -> anyhow::Result<()> {
        Ok(self.result(&serde_json::to_string_pretty(value)?)?)
    }

    /// Tells people something; if nobody can be told, the command goes on.
    pub(crate) fn tell(&self, text: &str) {
        let _ = writeln!(stderr().lock(), "{}", text.trim_end());
    }

    /// Tells people what went wrong.
    pub(crate) fn error(&self, text: &str) {
        let (on, off) = if self.err { ("\u{1b}[1;31m", "\u{1b}[0m") } else { ("", "") };
        self.tell(&format!("{on}error{off}: {text}"));
    }
}

/// Whether the reader of our output went away (`evenhand run ... | head`): no reason to complain.
pub(crate) fn nobody_listens(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let io = cause.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
        let json =
            cause.downcast_ref::<serde_json::Error>().and_then(|error| error.io_error_kind());
        io.or(json) == Some(std::io::ErrorKind::BrokenPipe)
    })
}

/// Columns of text, each as wide as its widest cell; numbers to the right.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max()
    };
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            let number = cell.starts_with(|first: char| first.is_ascii_digit());
            line.push_str(&if number && !line.is_empty() {
                format!("{cell:>width$}  ")
            } else {
                format!("{cell:<width$}  ")
            });
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_pipe_is_seen_through_every_layer() {
        let pipe = || std::io::Error::from(std::io::ErrorKind::BrokenPipe);
        assert!(nobody_listens(&anyhow::Error::from(pipe()).context("writing a decision")));
        assert!(nobody_listens(&anyhow::Error::from(serde_json::Error::io(pipe()))));
        assert!(!nobody_listens(&anyhow::anyhow!("broken pipe")));
    }

    #[test]
    fn tables_align() {
        let rows = [["posts", "1,204"], ["no breach", "7"]].map(|row| row.map(String::from).into());
        assert_eq!(table(&rows), "posts      1,204\nno breach      7\n");
    }
}
