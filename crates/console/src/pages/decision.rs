//! `/decisions/{id}`: one decision with its statement of reasons, for everybody.

use crate::page::{Frame, Wants};
use crate::problem::{NOT_FOUND, Problem};
use crate::state::ConsoleState;
use crate::text;
use crate::views::{DecisionView, Held, LeafView};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, header};
use model::{ClauseId, DecisionId, Outcome};
use serde_json::json;
use sha2::{Digest as _, Sha256};

#[derive(Debug, Template)]
#[template(path = "decision.html")]
struct Page<'a> {
    frame: Frame,
    view: &'a DecisionView,
    /// Language and text, English or the first language before the others.
    facts: Vec<(&'a str, &'a str)>,
    /// Clauses breached besides the gravest.
    others: &'a [ClauseId],
    /// Whether it is to be kept as one file.
    file: bool,
}

impl<'a> Page<'a> {
    fn new(frame: Frame, view: &'a DecisionView) -> Self {
        let all = &view.statement.facts;
        let mut facts: Vec<_> =
            all.iter().map(|(code, words)| (code.as_str(), words.as_str())).collect();
        facts.sort_by_key(|(code, _)| *code != "en");
        let others = match &view.statement.outcome {
            Outcome::Breach { clauses } => clauses.get(1..).unwrap_or(&[]),
            Outcome::NoBreach => &[],
        };
        Self { frame, view, facts, others, file: false }
    }

    fn heading(&self) -> &str {
        match self.view.held() {
            Held::Breach => self.view.clause().map_or("A clause was breached", |c| &c.title),
            Held::NoBreach => "Nothing was breached",
        }
    }

    fn class(&self) -> &'static str {
        match self.view.held() {
            Held::Breach => "breach",
            Held::NoBreach => "no_breach",
        }
    }

    /// In one sentence: what was done, by whom and when.
    fn summary(&self) -> String {
        let statement = &self.view.statement;
        let done = text::all_done(&statement.measures, self.view.held());
        let (by, when) = (self.view.by().says(), text::moment(&statement.decided_at));
        format!("{done}. Decided by {by} on {when}.")
    }

    /// Where the other decisions under the same clause are.
    fn like(&self) -> String {
        let clause = self.view.statement.outcome.clause();
        clause.map_or_else(
            || "/decisions".into(),
            |clause| format!("/decisions?clause={}", text::percent(clause.as_str())),
        )
    }

    /// Whether there is something for the page to check.
    fn checks(&self) -> bool {
        !self.file && self.view.leaf.as_ref().is_some_and(|leaf| leaf.receipt.is_some())
    }

    /// What the script checks: the receipt, the key, and what the page says that the leaf must say
    /// too. A `<` would end the element.
    fn record(&self, leaf: &LeafView, receipt: &str) -> String {
        let statement = &self.view.statement;
        let clauses: &[ClauseId] = match &statement.outcome {
            Outcome::Breach { clauses } => clauses,
            Outcome::NoBreach => &[],
        };
        let measures = statement.measures.iter().map(|measure| {
            let until = measure.until().map(|at| at.strftime("%Y-%m-%dT%H:00Z").to_string());
            match until {
                Some(until) => json!({ "measure": measure.word(), "until": until }),
                None => json!({ "measure": measure.word() }),
            }
        });
        let record = json!({
            "receipt": receipt,
            "vkey": leaf.vkey,
            "printed": { "facts": json!(statement.facts).to_string() },
            "shown": {
                "decision": statement.decision,
                "outcome": self.class(),
                "clauses": clauses,
                "measures": measures.collect::<Vec<_>>(),
                "rulebook": statement.rulebook,
                "automated_detection": statement.automated_detection,
                "automated_decision": statement.automated_decision,
            },
        });
        record.to_string().replace('<', "\\u003c")
    }

    fn leaf_text(&self) -> String {
        let entry = self.view.leaf.as_ref().map(|leaf| &leaf.entry);
        entry.and_then(|entry| serde_json::to_string_pretty(entry).ok()).unwrap_or_default()
    }
}

/// The id in an address.
pub(crate) fn id(text: &str) -> Result<DecisionId, Problem> {
    text.parse().map_err(|_| {
        Problem::new(&NOT_FOUND, "This is no id of a decision: it has 32 digits and four hyphens.")
    })
}

/// `GET /decisions/{id}`.
pub(crate) async fn show(
    State(state): State<ConsoleState>,
    wants: Wants,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let id = id(&name)?;
    let view = crate::reads::decision(&state, id).await?;
    wants.answer(&view, || {
        Page::new(Frame::new(&state, "/decisions", format!("/api/v1/decisions/{id}")), &view)
    })
}

/// `GET /decisions/{id}/receipt`: the receipt as a file.
pub(crate) async fn receipt(
    State(state): State<ConsoleState>,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let id = id(&name)?;
    let view = crate::reads::decision(&state, id).await?;
    let receipt = view.leaf.and_then(|leaf| leaf.receipt).ok_or_else(not_yet)?;
    attached(receipt, "text/plain; charset=utf-8", &format!("{id}.tlog-proof"))
}

/// `GET /decisions/{id}/file`: the page as one file that checks itself, with no network.
pub(crate) async fn file(
    State(state): State<ConsoleState>,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let id = id(&name)?;
    let view = crate::reads::decision(&state, id).await?;
    if view.leaf.as_ref().is_none_or(|leaf| leaf.receipt.is_none()) {
        return Err(not_yet());
    }
    let mut frame = Frame::new(&state, "", "");
    frame.twin = None;
    let page = Page { file: true, ..Page::new(frame, &view) };
    let html = page.render().map_err(Problem::internal)?;
    attached(alone(&html, &state.public_url), "text/html; charset=utf-8", &format!("{id}.html"))
}

fn not_yet() -> Problem {
    Problem::new(&NOT_FOUND, "No signed checkpoint holds the decision yet; ask again in seconds.")
}

fn attached(text: String, kind: &'static str, name: &str) -> Result<Response, Problem> {
    let mut response = text.into_response();
    let named = format!("attachment; filename=\"{name}\"");
    let named = HeaderValue::from_str(&named).map_err(Problem::internal)?;
    response.headers_mut().insert(header::CONTENT_DISPOSITION, named);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    Ok(response)
}

/// The page with its style and script inside, and a policy that allows these two and nothing else.
fn alone(html: &str, public_url: &str) -> String {
    let (style, script) = (crate::assets::text("console.css"), crate::assets::text("verify.js"));
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
    let policy = format!(
        "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
        hash(&style),
        hash(&script)
    );
    let head = format!(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\"><style>{style}</style>"
    );
    let lines = html.lines().filter(|line| !line.contains("<link rel="));
    let kept: Vec<&str> = lines.collect();
    kept.join("\n")
        .replace("href=\"/", &format!("href=\"{}/", public_url.trim_end_matches('/')))
        .replacen("</title>", &format!("</title>{head}"), 1)
        .replacen("</body>", &format!("<script>{script}</script></body>"), 1)
}
