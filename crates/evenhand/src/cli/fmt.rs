//! `evenhand fmt`: rule files in the one form. Must not change what they mean: `sml` formats.

use crate::exit::Exit;
use crate::report::Shown;
use crate::terminal::Terminal;
use anyhow::{Context, Result, bail};
use rules::{Problem, Sources};
use std::io::{Read, stdin};
use std::path::{Path, PathBuf};

/// Write rule files in the one form: same meaning, comments kept
///
/// Files that cannot be read as rules are shown with what is wrong and left as they are; the exit code
/// is 1 then.
#[derive(Debug, clap::Args)]
pub(crate) struct Fmt {
    /// Rule files, or directories of them; - is standard input, written to standard output
    #[arg(value_name = "PATH", default_value = "-")]
    paths: Vec<PathBuf>,
    /// Change nothing: name the files that would change, and exit with 1 if there are any
    #[arg(long)]
    check: bool,
}

impl Fmt {
    pub(super) fn run(self, terminal: &Terminal) -> Result<Exit> {
        let mut files = Vec::new();
        for path in &self.paths {
            if path == Path::new("-") || path.is_file() {
                files.push(path.clone());
            } else if path.is_dir() {
                let found = crate::files::below(path, &|file| {
                    file.extension().is_some_and(|extension| extension == "sml")
                })?;
                if found.is_empty() {
                    terminal.tell(&format!("note: there is no .sml file in {}", path.display()));
                }
                files.extend(found);
            } else {
                bail!("{} is neither a file nor a directory", path.display());
            }
        }
        let mut all_well = true;
        for file in files {
            all_well &= self.file(&file, terminal)?;
        }
        Ok(if all_well { Exit::Done } else { Exit::No })
    }

    /// Whether the file is in the form now, or may be left as it is.
    fn file(&self, path: &Path, terminal: &Terminal) -> Result<bool> {
        let piped = path == Path::new("-");
        let source = if piped {
            let mut text = String::new();
            stdin().read_to_string(&mut text).context("cannot read standard input as UTF-8")?;
            text
        } else {
            std::fs::read_to_string(path)
                .with_context(|| format!("cannot read {} as UTF-8 text", path.display()))?
        };
        let formatted = match sml::format(&source) {
            Ok(formatted) => formatted,
            Err(wrong) => {
                show(path, source, wrong, terminal);
                return Ok(false);
            }
        };
        let same = formatted == source;
        if self.check {
            if !same {
                terminal.result(&path.display().to_string())?;
            }
            return Ok(same);
        }
        if piped {
            terminal.exactly(&formatted)?;
        } else if !same {
            replace(path, &formatted)
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(true)
    }
}

/// Puts a text in the place of a file, whole or not at all: a full disk must not cost the rules.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let path = path.canonicalize()?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let fresh = path.with_file_name(format!(".{name}.fresh"));
    std::fs::write(&fresh, text)
        .and_then(|()| std::fs::set_permissions(&fresh, path.metadata()?.permissions()))
        .and_then(|()| std::fs::rename(&fresh, &path))
        .inspect_err(|_| {
            let _ = std::fs::remove_file(&fresh);
        })
}

fn show(path: &Path, source: String, wrong: Vec<sml::Diagnostic>, terminal: &Terminal) {
    let name = path.display().to_string();
    let sources = Sources::from_map([(name.clone(), source)].into());
    let problems: Vec<Problem> = wrong
        .into_iter()
        .map(|one| Problem {
            hint: one.hint,
            severity: one.severity,
            ..Problem::error(&sources, &name, one.span, one.code, one.message)
        })
        .collect();
    let directory = Path::new("");
    let shown = Shown { directory, sources: &sources, problems: &problems, coloured: false };
    terminal.tell(&shown.text());
}
