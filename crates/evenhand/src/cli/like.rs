//! `evenhand like`: the items most like a text, with what is held of them. Must not decide what is alike: `likeness`
//! does.

use super::place::{Place, open_existing};
use super::{Format, rulebook, wait_for};
use crate::exit::Exit;
use crate::terminal::Terminal;
use anyhow::{Context as _, Result, bail};
use flow::like::{LikeItem, LikeQuery, Likeness, Signal, like};
use model::{ClauseId, DecidedBy, Decision, ItemId, Outcome, Subject};
use serde_json::json;
use std::fmt::Write as _;
use std::ops::Range;
use std::path::PathBuf;
use store::Store;

/// The least share of common stretches that can be asked for.
const LEAST_SHARE: f64 = 0.3;

/// Find the items most like a text or an item, with what is held of them and why they are alike or not
///
/// Likeness is the share of short stretches that two texts have in common, after folding. What looks alike and says
/// something else (a negation, another number, another name) is named and is no like case. Passages that both have
/// stand in ‹›. Names that `audit.toml` declares interchangeable stand for each other.
#[derive(Debug, clap::Args)]
pub(crate) struct Like {
    /// The id of an item in the store; else a text, or - for a text on standard input
    #[arg(value_name = "ITEM|TEXT", required_unless_present = "item", conflicts_with = "item")]
    text: Option<String>,
    /// Ask about an item in the store, and never about a text
    #[arg(long, value_name = "ID")]
    item: Option<String>,
    /// Name only items of which something was held under this clause: that it was breached, or by people that it was not
    #[arg(long, value_name = "CLAUSE")]
    clause: Option<String>,
    /// Name at most so many
    #[arg(long, value_name = "N", default_value_t = 5)]
    limit: usize,
    /// The share of common stretches from which on an item is named [default: that of audit.toml, else 0.7]
    #[arg(long, value_name = "SHARE")]
    threshold: Option<f64>,
    /// The rulebook's directory [default: the rulebook of the settings, else the starter]
    #[arg(long, value_name = "DIR")]
    rulebook: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
    /// How to write it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Like {
    pub(super) fn run(self, terminal: &Terminal) -> Result<Exit> {
        let config = self.place.settings()?;
        let directory = self.rulebook.as_deref().or(config.rulebook.as_deref());
        let Some(book) = rulebook::load(directory, terminal)? else { return Ok(Exit::Unable) };
        let threshold = self.threshold.unwrap_or(book.audit.threshold);
        if !(LEAST_SHARE..=1.0).contains(&threshold) {
            bail!("--threshold is {threshold}; write a share from 0.3 to 1");
        }
        let clause = self.clause.as_deref().map(|clause| {
            ClauseId::new(clause).with_context(|| format!("`{clause}` is no clause"))
        });
        let clause = clause.transpose()?;
        if let Some(clause) =
            clause.as_ref().filter(|clause| !book.clauses().any(|known| known == *clause))
        {
            bail!("the rulebook has no clause `{clause}`");
        }
        let (query, found) = wait_for(async {
            let store = open_existing(&config).await?;
            let (text, without) = self.asked(&store).await?;
            let query = LikeQuery { text, without, threshold, limit: self.limit, clause };
            let likeness = Likeness::default();
            if let Some(model) = config.likeness.model()? {
                likeness.understand(model);
            }
            let found = like(&likeness, &store, &book, &query).await?;
            Ok((query, found))
        })?;
        match self.format {
            Format::Text => terminal.result(text(&query, &found).trim_end())?,
            Format::Json => {
                let like: Vec<_> = found.iter().map(|one| one.shown(&query.text)).collect();
                terminal.json(&json!({ "threshold": threshold, "like": like }))?;
            }
        }
        Ok(if found.is_empty() { Exit::No } else { Exit::Done })
    }

    async fn asked(&self, store: &Store) -> Result<(String, Option<ItemId>)> {
        if let Some(id) = &self.item {
            let item = ItemId::new(id).with_context(|| format!("`{id}` is no id of an item"))?;
            let stored = store.latest_event_of(&item).await?;
            let stored = stored.with_context(|| format!("the item `{id}` is not in the store"))?;
            let subject = Subject::of(&stored.event).ok().flatten();
            let subject = subject.with_context(|| format!("the item `{id}` cannot be read"))?;
            return Ok((subject.item.text, Some(item)));
        }
        match self.text.as_deref() {
            Some("-") => {
                let text = std::io::read_to_string(std::io::stdin());
                Ok((text.context("cannot read standard input")?, None))
            }
            text => {
                let text = text.unwrap_or_default();
                let item = ItemId::new(text).ok();
                let stored = match &item {
                    Some(item) => store.latest_event_of(item).await?,
                    None => None,
                };
                let subject = stored.and_then(|stored| Subject::of(&stored.event).ok().flatten());
                Ok(match subject {
                    Some(subject) => (subject.item.text, item),
                    None => (text.to_owned(), None),
                })
            }
        }
    }
}

fn text(query: &LikeQuery, found: &[LikeItem]) -> String {
    let mut out = String::new();
    if found.is_empty() {
        let share = query.threshold * 100.0;
        let _ = writeln!(out, "Nothing shares {share:.0} % of its short stretches with this text.");
        if query.threshold > LEAST_SHARE {
            let _ = writeln!(
                out,
                "`--threshold {LEAST_SHARE}` asks for as little as can be asked for."
            );
        }
    }
    for one in found {
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "{:>3.0} %  {}  {}  ({} of {} stretches)",
            one.similarity.ratio() * 100.0,
            if one.is_like() { "like    " } else { "not like" },
            one.item,
            one.similarity.shared,
            one.similarity.all,
        );
        for signal in &one.signals {
            let _ = match signal {
                Signal::Page { page } => writeln!(out, "       same page: {page}"),
                Signal::Picture { distance } => {
                    writeln!(out, "       same picture: {distance} of 256 bits differ")
                }
                Signal::Claim { claim } => writeln!(out, "       same checked claim: {claim}"),
                Signal::Meaning { cosine } => writeln!(out, "       same meaning ({cosine:.2})"),
            };
        }
        let passages: Vec<_> = one.shared.iter().map(|passage| passage.other.clone()).collect();
        let _ = writeln!(out, "       {}", marked(&one.text, &passages));
        for difference in &one.differences {
            let _ = writeln!(
                out,
                "       {}: here {}, there {}",
                difference.kind.word(),
                quoted(&query.text, &difference.one),
                quoted(&one.text, &difference.other)
            );
        }
        let _ = match (&one.decision, &one.waits) {
            (_, Some(case)) => writeln!(out, "       waits for people: case {case}"),
            (Some(decision), None) => writeln!(out, "       {}", held(decision)),
            (None, None) => writeln!(out, "       no rule found anything, nobody reported it"),
        };
    }
    out
}

fn held(decision: &Decision) -> String {
    let by = match &decision.by {
        DecidedBy::Automation => "automation",
        DecidedBy::People(_) => "people",
    };
    let (id, at) = (decision.id, decision.decided_at.strftime("%Y-%m-%d"));
    match &decision.outcome {
        Outcome::NoBreach => format!("no breach, by {by} on {at}, decision {id}"),
        Outcome::Breach { clauses } => {
            let clauses: Vec<&str> = clauses.iter().map(|clause| clause.as_str()).collect();
            let words: Vec<&str> = decision.measures.iter().map(|one| one.word()).collect();
            let measures = if words.is_empty() { "no measure".into() } else { words.join(", ") };
            format!("{}: {measures}, by {by} on {at}, decision {id}", clauses.join(", "))
        }
    }
}

/// The text on one line, with these passages in ‹›.
fn marked(text: &str, passages: &[Range<usize>]) -> String {
    let (mut out, mut at) = (String::new(), 0);
    for passage in passages {
        out.push_str(text.get(at..passage.start).unwrap_or_default());
        let _ = write!(out, "‹{}›", text.get(passage.clone()).unwrap_or_default());
        at = passage.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn quoted(text: &str, places: &[Range<usize>]) -> String {
    let words: Vec<&str> = places.iter().filter_map(|place| text.get(place.clone())).collect();
    if words.is_empty() { "nothing".into() } else { format!("“{}”", words.join(" … ")) }
}
