//! `/decisions`: all of them, newest first, filtered.

use crate::page::{Frame, Wants};
use crate::problem::{BAD_QUERY, Problem};
use crate::query::Query;
use crate::state::ConsoleState;
use crate::text;
use crate::views::{ClauseName, Held, Rows};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use store::{Cursor, DecisionFilter};

const OUTCOMES: [(&str, &str); 2] = [("breach", "Breach"), ("no_breach", "No breach")];
const DECIDERS: [(&str, &str); 2] = [("automation", "Automation"), ("people", "People")];
const MEASURES: [&str; 9] =
    ["label", "notice", "demote", "age_gate", "remove", "warn", "lock", "suspend", "ban"];
const FIELDS: [&str; 5] = ["outcome", "clause", "measure", "by", "q"];

/// Which decisions a query asks for.
pub(crate) fn filter(query: &Query) -> Result<DecisionFilter, Problem> {
    let one_of = |name: &str, words: [&str; 2]| match query.get(name) {
        None => Ok(None),
        Some(word) if word == words[0] => Ok(Some(true)),
        Some(word) if word == words[1] => Ok(Some(false)),
        Some(_) => {
            let detail = format!("`{name}` is `{}` or `{}`.", words[0], words[1]);
            Err(Problem::new(&BAD_QUERY, detail).with("parameter", name))
        }
    };
    let measure = query.get("measure");
    if measure.is_some_and(|word| !MEASURES.contains(&word)) {
        let detail = format!("`measure` is one of `{}`.", MEASURES.join("`, `"));
        return Err(Problem::new(&BAD_QUERY, detail).with("parameter", "measure"));
    }
    Ok(DecisionFilter {
        clause: query.parse("clause")?,
        measure: measure.map(str::to_owned),
        breach: one_of("outcome", ["breach", "no_breach"])?,
        automated: one_of("by", ["automation", "people"])?,
        text: query.get("q").map(str::to_owned),
        ..DecisionFilter::default()
    })
}

/// What the form holds, to fill it again and to link to the next page.
#[derive(Debug)]
struct Ask(Query);

impl Ask {
    fn is(&self, name: &str, value: &str) -> bool {
        self.0.get(name) == Some(value)
    }

    fn value(&self, name: &str) -> &str {
        self.0.get(name).unwrap_or("")
    }

    fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some()
    }

    fn any(&self) -> bool {
        FIELDS.iter().any(|name| self.has(name))
    }

    fn link(&self, before: Option<&str>) -> String {
        let fields = FIELDS.iter().filter_map(|name| Some((*name, self.0.get(name)?)));
        let pairs: Vec<_> = fields
            .chain(before.map(|before| ("before", before)))
            .map(|(name, value)| format!("{name}={}", text::percent(value)))
            .collect();
        if pairs.is_empty() {
            "/decisions".into()
        } else {
            format!("/decisions?{}", pairs.join("&"))
        }
    }
}

#[derive(Debug, Template)]
#[template(path = "decisions.html")]
struct Page<'a> {
    frame: Frame,
    view: &'a Rows,
    ask: Ask,
    clauses: Vec<ClauseName>,
    wrong: Option<String>,
}

/// `GET /decisions`.
pub(crate) async fn show(
    State(state): State<ConsoleState>,
    wants: Wants,
    query: Query,
) -> Result<Response, Problem> {
    let asked = filter(&query).and_then(|filter| Ok((filter, query.parse::<Cursor>("before")?)));
    // A person with an old link is shown everything and told why; a program is refused.
    let ((filter, before), wrong) = match (asked, wants) {
        (Ok(asked), _) => (asked, None),
        (Err(problem), Wants::Json) => return Err(problem),
        (Err(problem), Wants::Page) => {
            let told = format!("This filter was left out: {}", problem.detail());
            ((DecisionFilter::default(), None), Some(told))
        }
    };
    let view = crate::reads::decisions(&state, &filter, before.as_ref()).await?;
    let clauses = crate::reads::current(&state).clauses();
    wants.answer(&view, || {
        let ask = Ask(query);
        let twin = ask.link(ask.0.get("before")).replacen("/decisions", "/api/v1/decisions", 1);
        Page { frame: Frame::new(&state, "/decisions", twin), view: &view, ask, clauses, wrong }
    })
}
