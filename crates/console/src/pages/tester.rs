//! `/rulebook/try`: what the rules in force say of a text, and why. Nothing of it is kept or counted.
//! Must not decide: there is no account and no post behind it.

use crate::page::{Frame, Wants};
use crate::problem::{BAD_QUERY, Problem};
use crate::state::{ConsoleState, storage};
use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::response::Response;
use rules::stream::{Now, Settings, Stream};
use rules::{ExplainedRule, Held, Sources};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;
use std::time::Instant;

/// No text and no event may be longer, in characters.
const LONGEST: usize = 5_000;

/// What the form sends: a text, or the whole data of an event.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    text: String,
    #[serde(default)]
    data: String,
}

/// What the rules say.
#[derive(Debug, Serialize)]
struct Said {
    /// The clauses that are found, each with its passage.
    findings: Vec<Finding>,
    /// Every rule and why it held or did not.
    rules: Vec<ExplainedRule>,
}

#[derive(Debug, Serialize)]
struct Finding {
    clause: String,
    title: String,
    /// Whether people are asked to look, and nothing is breached.
    refers: bool,
    rules: Vec<String>,
    passage: Option<String>,
}

impl Said {
    fn full(&self) -> impl Iterator<Item = &ExplainedRule> {
        self.rules.iter().filter(|rule| matches!(rule.held, Held::Held | Held::Failed))
    }

    fn others(&self) -> impl Iterator<Item = &ExplainedRule> {
        self.rules.iter().filter(|rule| matches!(rule.held, Held::NotHeld | Held::NotRun))
    }
}

#[derive(Debug, Template)]
#[template(path = "tester.html")]
struct Page<'a> {
    frame: Frame,
    asked: &'a Asked,
    longest: usize,
    said: Option<&'a Said>,
}

impl Page<'_> {
    fn held(rule: &ExplainedRule) -> &'static str {
        match rule.held {
            Held::Held => "held",
            Held::NotHeld => "did not hold",
            Held::Failed => "could not be computed",
            Held::NotRun => "was not asked: its file is not required for this",
        }
    }

    fn decided(rule: &ExplainedRule) -> &str {
        let condition = rule.decided_by.and_then(|at| rule.conditions.get(at));
        condition.map_or("", |condition| condition.text.as_str())
    }

    fn holds(condition: &rules::Condition) -> &'static str {
        match condition.holds {
            Some(true) => "true",
            Some(false) => "false",
            None => "unknown",
        }
    }

    fn value(signal: &rules::Signal) -> String {
        if signal.secret { "secret".into() } else { signal.value.to_string() }
    }

    fn micros(rule: &ExplainedRule) -> u64 {
        rule.took_ns / 1000
    }
}

fn frame(state: &ConsoleState) -> Frame {
    Frame { twin: None, ..Frame::new(state, "/rulebook", "") }
}

/// `GET /rulebook/try`.
pub(crate) async fn show(State(state): State<ConsoleState>) -> Result<Response, Problem> {
    let asked = Asked::default();
    let page = Page { frame: frame(&state), asked: &asked, longest: LONGEST, said: None };
    crate::page::html(&page)
}

/// `POST /rulebook/try`.
pub(crate) async fn ask(
    State(state): State<ConsoleState>,
    wants: Wants,
    Form(asked): Form<Asked>,
) -> Result<Response, Problem> {
    if asked.text.chars().count().max(asked.data.chars().count()) > LONGEST {
        let told = format!("It is longer than {LONGEST} characters; try a part of it.");
        return Err(Problem::new(&BAD_QUERY, told));
    }
    let said = said(&state, &asked).await?;
    wants.answer(&said, || Page {
        frame: frame(&state),
        asked: &asked,
        longest: LONGEST,
        said: Some(&said),
    })
}

async fn said(state: &ConsoleState, asked: &Asked) -> Result<Said, Problem> {
    let book = state.rulebook.load_full();
    let files = state.store.rulebook(book.version()).await.map_err(|error| storage(&error))?;
    let sources = Sources::from_map(files.unwrap_or_default());
    let data: serde_json::Value = match asked.data.trim() {
        "" => json!({
            "item": {"id": "try", "kind": "post", "text": asked.text},
            "account": {"id": "try", "name": "try", "display_name": "try"},
        }),
        data => serde_json::from_str(data)
            .map_err(|error| Problem::new(&BAD_QUERY, format!("The event is no JSON: {error}")))?,
    };
    let event = json!({"action_id": "try", "action_name": "post_created", "data": data});
    let now = state.clock.now();
    let permit = state.trying().acquire().await.map_err(Problem::internal)?;
    let explaining = tokio::task::spawn_blocking(move || {
        let settings = Settings { now: Now::At(now), ..Settings::default() };
        let mut stream = Stream::new(Arc::clone(&book.plan), settings);
        let started = Instant::now();
        let mut clock = || started.elapsed();
        stream.explain(&event.to_string().into(), &sources, Some(&book), &mut clock)
    });
    let explained = explaining.await.map_err(Problem::internal)?;
    drop(permit);
    let explained = explained.map_err(|why| {
        Problem::new(&BAD_QUERY, format!("The rules cannot read the event: {why}"))
    })?;
    let titles = crate::reads::current(state);
    let findings = explained.outcome.findings.into_iter().map(|found| Finding {
        title: titles.title_of(found.clause.as_str()),
        clause: found.clause.to_string(),
        refers: found.certainty != rules::Certainty::Breach,
        rules: found.rules,
        passage: found.passage.map(|passage| passage.text),
    });
    Ok(Said { findings: findings.collect(), rules: explained.rules })
}
