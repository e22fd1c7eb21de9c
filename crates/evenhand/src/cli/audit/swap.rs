//! `evenhand audit swap`: the same posts with another group named or another author. Must not decide: `flow` does.

use crate::cli::run::day_after_newest;
use crate::cli::{Format, rulebook};
use crate::exit::Exit;
use crate::input::{Columns, Reading, Shape, open};
use crate::terminal::{Terminal, table};
use anyhow::{Result, bail};
use flow::audit::{Swap as Found, SwapReport, Swapped, Swaps, Treated};
use indicatif::ProgressBar;
use model::{Event, Limits};
use rules::rulebook::Rulebook;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

/// Swap who is named in posts, or who wrote them, and see whether the decision changes
///
/// Names that `audit.toml` declares interchangeable are put in each other's places in the text; where two stand in
/// it, they change places. Of authors, each declared grouping that reads the event gets every value that the posts
/// have. Each variant is decided on an account without history, as if posted the day after the newest policy took
/// effect. Exit code 1: a swap changed a decision.
#[derive(Debug, clap::Args)]
pub(crate) struct Swap {
    /// Files of events or tables, plain, gzip or zstd; - is standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// The rulebook's directory [default: the starter rulebook]
    #[arg(long, value_name = "DIR")]
    rulebook: Option<PathBuf>,
    /// Shape of the input
    #[arg(long, value_enum, default_value = "auto", value_name = "SHAPE")]
    shape: Shape,
    #[command(flatten)]
    columns: Columns,
    /// Swap only these names of those declared, with commas: large classes take long
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    names: Vec<String>,
    /// Where posts name the text that they are a translation of, such as `$.item.translation_of`: texts of one name
    /// are compared language by language
    #[arg(long, value_name = "PATH")]
    translations: Option<String>,
    /// How to write it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Swap {
    pub(super) fn run(self, terminal: &Terminal) -> Result<Exit> {
        let Some(book) = rulebook::load(self.rulebook.as_deref(), terminal)? else {
            return Ok(Exit::Unable);
        };
        let nothing = book.audit.interchangeable.is_empty()
            && book.audit.groupings.is_empty()
            && book.audit.disputes.is_empty();
        if nothing && self.translations.is_none() {
            bail!(
                "the rulebook declares nothing to swap: write `interchangeable`, a `[[dispute]]` or a `[[grouping]]` in audit.toml"
            );
        }
        let (posts, refused) = self.read(&book, terminal)?;
        let bar = ProgressBar::new(posts.len().try_into().unwrap_or(u64::MAX));
        let mut swaps = Swaps::new(Arc::new(book), &posts, &self.names);
        if let Some(path) = &self.translations {
            let Some(keys) = path.strip_prefix("$.").filter(|keys| !keys.is_empty()) else {
                bail!("`--translations {path}` is no path; write `$.item.translation_of`");
            };
            swaps = swaps.with_translations(keys.split('.').map(str::to_owned).collect());
        }
        for post in &posts {
            swaps.post(post);
            bar.inc(1);
        }
        bar.finish_and_clear();
        let report = swaps.report();
        match self.format {
            Format::Text => terminal.result(text(&report).trim_end())?,
            Format::Json => terminal.json(&report)?,
        }
        Ok(if report.changed > 0 || refused { Exit::No } else { Exit::Done })
    }

    fn read(&self, book: &Rulebook, terminal: &Terminal) -> Result<(Vec<Event>, bool)> {
        let posted = day_after_newest(book)?;
        let reading = Reading {
            shape: self.shape,
            columns: self.columns.clone(),
            default_time: posted,
            limits: Limits::default(),
        };
        let (mut posts, mut refused) = (Vec::new(), false);
        for path in &self.files {
            for line in open(path, &reading, |_| {})? {
                match line {
                    Ok(one) => posts.push(crate::input::posted_on(one.event, posted)?),
                    Err(bad) => {
                        refused = true;
                        terminal.error(&format!("{}:{}: {}", path.display(), bad.line, bad.reason));
                    }
                }
            }
        }
        Ok((posts, refused))
    }
}

fn text(report: &SwapReport) -> String {
    let mut out = format!(
        "{} posts, {} of them with something to swap; of {} a swap changes the treatment (rulebook {}).\n",
        report.posts,
        report.swappable,
        report.changed,
        report.rulebook.short()
    );
    if let Some(why) = &report.first_failure {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{} variants could not be decided; the first: {why}", report.failed);
    }
    let heading = ["swapped", "from", "to", "tried", "harsher", "milder", "otherwise", "rules"];
    let mut rows = vec![heading.map(str::to_owned).to_vec()];
    let changed: Vec<&Found> = report.swaps.iter().filter(|swap| swap.changed() > 0).collect();
    for swap in &changed {
        let rules: Vec<&str> = swap.rules.keys().map(String::as_str).collect();
        let what = match swap.swapped {
            Swapped::Named => "named",
            Swapped::Side => "side",
            Swapped::Language => "language",
            Swapped::Author => swap.class.as_str(),
        };
        let counts = [swap.tried, swap.harsher, swap.milder, swap.otherwise];
        let words = [what, &swap.from, &swap.to].map(str::to_owned);
        let counts = counts.map(|count| count.to_string());
        rows.push([words.as_slice(), &counts, &[rules.join(", ")]].concat());
    }
    if changed.is_empty() {
        let tried: u64 = report.swaps.iter().map(|swap| swap.tried).sum();
        let _ = writeln!(out, "None of {tried} swaps changed anything.");
        return out;
    }
    let _ = write!(out, "\n{}", table(&rows));
    for swap in changed.iter().take(10) {
        for example in swap.examples.iter().take(1) {
            let _ = writeln!(
                out,
                "\n{} -> {}\n  {}\n    {}",
                swap.from,
                swap.to,
                one_line(&example.text),
                treated(&example.before)
            );
            let swapped = example.swapped.as_deref().map(one_line);
            let after = swapped.unwrap_or_else(|| format!("(the same, author {})", swap.to));
            let _ = writeln!(out, "  {after}\n    {}", treated(&example.after));
        }
    }
    out
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn treated(treated: &Treated) -> String {
    let clauses = treated.clauses.join(", ");
    match treated.outcome {
        "breach" => format!("{clauses}: {}", treated.measures.join(", ")),
        "referred" => format!("waits for people: {clauses}"),
        _ => "left up".to_owned(),
    }
}
