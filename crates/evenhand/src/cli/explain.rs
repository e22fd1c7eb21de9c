//! `evenhand explain`: why each rule held or did not for one event. Must not evaluate: `rules` does.

use super::Format;
use super::sml::run::read_labels;
use crate::exit::Exit;
use crate::terminal::Terminal;
use anyhow::{Context, Result, bail};
use rules::stream::{Settings, Stream};
use rules::{ExplainedRule, Explanation, Held};
use serde_json::json;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Say of one event why each rule held or did not: its conditions, their values, the passage
///
/// The event is an object with "action_id", "action_name", "timestamp" and "data", as `evenhand sml
/// run` reads it. Shown in full are the rules that held or failed and those asked for with --rule;
/// of the others the condition that decided. Values from secret data are not shown. Times are those of
/// an evaluation that computes everything; `evenhand sml run` skips what cannot matter.
#[derive(Debug, clap::Args)]
pub(crate) struct Explain {
    /// The directory of the rules, with or without rulebook.toml [default: the starter rulebook]
    directory: Option<PathBuf>,
    /// The event: a file of JSON, or - for standard input
    #[arg(long, value_name = "FILE")]
    event: PathBuf,
    /// Show only this rule; may be given again
    #[arg(long = "rule", value_name = "NAME")]
    rules: Vec<String>,
    /// Show every rule in full
    #[arg(long)]
    all: bool,
    /// The labels before the event, as `evenhand sml run --labels` reads them
    #[arg(long, value_name = "FILE")]
    labels: Option<PathBuf>,
    /// How to write it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Explain {
    pub(super) fn run(self, terminal: &Terminal) -> Result<Exit> {
        let sources = crate::files::read(self.directory.as_deref())?;
        let Some(loaded) = super::rules::load(self.directory.as_deref(), terminal)? else {
            return Ok(Exit::Unable);
        };
        let labels = self.labels.as_deref().map(read_labels).transpose()?.unwrap_or_default();
        let mut stream = Stream::new(loaded.plan, Settings::default()).with_labels(labels);
        let started = Instant::now();
        let event = read(&self.event)?;
        let explained = stream
            .explain(&event.into(), &sources, loaded.book.as_ref(), &mut || started.elapsed());
        let mut explained = match explained {
            Ok(explained) => explained,
            Err(why) => bail!("{} is no event: {why}", self.event.display()),
        };
        if let Some(name) =
            self.rules.iter().find(|name| explained.rules.iter().all(|rule| rule.name != **name))
        {
            let known = explained.rules.iter().map(|rule| rule.name.as_str());
            let hint = rules::nearest(name, known)
                .map(|near| format!("; did you mean `{near}`?"))
                .unwrap_or_default();
            bail!("there is no rule `{name}`{hint}");
        }
        if !self.rules.is_empty() {
            explained.rules.retain(|rule| self.rules.contains(&rule.name));
        }
        match self.format {
            Format::Text => {
                terminal.result(text(&explained, self.all || !self.rules.is_empty()).trim_end())?;
            }
            Format::Json => terminal.json(&listed(&explained))?,
        }
        Ok(Exit::Done)
    }
}

fn read(path: &Path) -> Result<String> {
    if path == Path::new("-") {
        return std::io::read_to_string(std::io::stdin()).context("cannot read standard input");
    }
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn listed(explained: &Explanation) -> serde_json::Value {
    let errors = explained.outcome.errors.iter().map(|error| {
        json!({"type": error.kind, "path": &*error.path, "line": error.line, "col": error.col, "message": error.message})
    });
    json!({
        "rules": explained.rules,
        "findings": explained.outcome.findings,
        "verdicts": explained.outcome.verdicts(),
        "errors": errors.collect::<Vec<_>>(),
    })
}

fn text(explained: &Explanation, all: bool) -> String {
    let mut text = String::new();
    let held = explained.rules.iter().filter(|rule| rule.held == Held::Held).count();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{held} of {} rules held.\n", explained.rules.len());
    let (full, short): (Vec<_>, Vec<_>) = explained
        .rules
        .iter()
        .partition(|rule| all || matches!(rule.held, Held::Held | Held::Failed));
    full.iter().for_each(|rule| whole(&mut text, rule));
    for rule in &short {
        let _ = write!(text, "{}  {}", rule.name, words(rule));
        if let Some(condition) = rule.decided_by.and_then(|at| rule.conditions.get(at)) {
            let _ = write!(text, ": {}", super::rules::short(&condition.text));
        }
        text.push('\n');
    }
    if !short.is_empty() {
        text.push('\n');
    }
    for finding in &explained.outcome.findings {
        let _ = writeln!(text, "finding: {} by {}", finding.clause, finding.rules.join(", "));
    }
    for verdict in explained.outcome.verdicts() {
        let _ = writeln!(text, "verdict: {verdict}");
    }
    for error in &explained.outcome.errors {
        let _ = writeln!(
            text,
            "error: {}:{}:{}: {}",
            error.path,
            error.line,
            error.col + 1,
            error.message
        );
    }
    text
}

const fn words(rule: &ExplainedRule) -> &'static str {
    match rule.held {
        Held::Held => "held",
        Held::NotHeld => "did not hold",
        Held::Failed => "could not be computed",
        Held::NotRun => "did not run: its file was not required for this event",
    }
}

fn whole(text: &mut String, rule: &ExplainedRule) {
    let micros = rule.took_ns / 1000;
    let _ = writeln!(
        text,
        "{}  {}  {}:{}  {micros} µs\n    {}",
        rule.name,
        words(rule),
        rule.path,
        rule.line,
        rule.description
    );
    for (at, condition) in rule.conditions.iter().enumerate() {
        let holds = match condition.holds {
            Some(true) => "true ",
            Some(false) => "false",
            None => "-    ",
        };
        let decided = if rule.decided_by == Some(at) { "  <- this decided" } else { "" };
        let _ = writeln!(text, "    {holds}  {}{decided}", condition.text);
        for signal in &condition.signals {
            let value = if signal.secret { "(secret)".into() } else { signal.value.to_string() };
            let _ = writeln!(text, "             {} = {value}", signal.name);
        }
        if let Some(passage) = &condition.passage {
            let _ = writeln!(text, "             passage: “{}” in {}", passage.text, passage.field);
        }
    }
    text.push('\n');
}
