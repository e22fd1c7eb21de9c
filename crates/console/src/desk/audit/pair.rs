//! Two like posts side by side: both texts with what they share, both decisions with their statements, and what the
//! platform says to it. Who wrote a post is shown only when somebody asks for it.

use super::super::{Desk, see};
use crate::page::html;
use crate::problem::{BAD_QUERY, MALFORMED_BODY, NOT_FOUND, Problem};
use crate::query::Query;
use crate::state::{ConsoleState, storage};
use crate::text;
use crate::views::{Held, Row, Said};
use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::response::Response;
use http::HeaderMap;
use likeness::{Text, shared_passages};
use model::{ClauseId, DecidedBy, DecisionId, Permission, Subject};
use serde::Deserialize;
use std::ops::Range;
use store::PairAnswer;

/// Longest answer of the platform, in characters.
const LONGEST: usize = 2_000;

/// A piece of a text, shared with the other or not.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) shared: bool,
    pub(super) says: String,
}

/// One post with its decision.
#[derive(Debug)]
struct Side {
    row: Row,
    statement: String,
    reason: Option<String>,
    by: String,
    rulebook: String,
    text: Vec<Piece>,
    /// Where people see it, and who wrote it.
    url: Option<String>,
    author: String,
}

#[derive(Debug, Template)]
#[template(path = "audit_pair.html")]
struct Page<'a> {
    desk: Desk,
    clause: &'a ClauseId,
    title: String,
    sides: [Side; 2],
    differences: Vec<&'static str>,
    shared: String,
    answers: Vec<Said>,
    may_answer: bool,
    /// Why the answer was not taken.
    wrong: Option<&'a str>,
    said: &'a str,
}

/// The text in pieces: those in `ranges` are shared.
pub(super) fn pieces(text: &str, ranges: impl Iterator<Item = Range<usize>>) -> Vec<Piece> {
    let mut ranges: Vec<Range<usize>> = ranges.collect();
    ranges.sort_by_key(|range| range.start);
    let (mut all, mut at) = (Vec::new(), 0);
    let mut push = |shared, part: Option<&str>| {
        if let Some(says) = part.filter(|part| !part.is_empty()) {
            all.push(Piece { shared, says: text::visible_lines(says) });
        }
    };
    for range in ranges {
        if range.start < at {
            continue;
        }
        push(false, text.get(at..range.start));
        push(true, text.get(range.clone()));
        at = range.end;
    }
    push(false, text.get(at..));
    all
}

/// The text of a decided post, and its author's name.
pub(super) async fn post(
    state: &ConsoleState,
    id: DecisionId,
) -> Result<(store::StoredDecision, Option<Subject>), Problem> {
    let stored = state.store.decision(id).await.map_err(|error| storage(&error))?;
    let stored = stored.ok_or_else(|| Problem::new(&NOT_FOUND, "No decision has this id."))?;
    let event = state.store.event(&stored.decision.action_id).await;
    let event = event.map_err(|error| storage(&error))?;
    let subject = event.and_then(|stored| Subject::of(&stored.event).ok().flatten());
    Ok((stored, subject))
}

async fn page<'a>(
    state: &ConsoleState,
    desk: Desk,
    (clause, one, other): (&'a ClauseId, DecisionId, DecisionId),
    may_answer: bool,
    (wrong, said): (Option<&'a str>, &'a str),
) -> Result<Page<'a>, Problem> {
    let both = [post(state, one).await?, post(state, other).await?];
    let terms = flow::like::terms(&state.rulebook.load());
    let raw = |at: usize| {
        let subject = both.get(at).and_then(|(_, subject)| subject.as_ref());
        subject.map_or("", |subject| subject.item.text.as_str())
    };
    let texts = [Text::read_with(raw(0), &terms), Text::read_with(raw(1), &terms)];
    let [left, right] = &texts;
    let shared = shared_passages(left, right);
    let similarity = likeness::Shingles::of(left).similarity(&likeness::Shingles::of(right));
    let meant = state.review.same_meaning(raw(0), raw(1));
    // What is near by meaning alone is held to the stricter guard.
    let threshold = state.rulebook.load().audit.threshold;
    let differences = if meant.is_some() && similarity.ratio() < threshold {
        likeness::differences_of_meaning(left, right)
    } else {
        likeness::differences(left, right)
    };
    let side = |at: usize, ranges: Vec<Range<usize>>| {
        let (stored, subject) = both.get(at)?;
        let decision = &stored.decision;
        let facts = &stored.statement.public_view(decision, false).facts;
        Some(Side {
            row: crate::reads::row(stored),
            statement: facts
                .get("en")
                .or_else(|| facts.values().next())
                .cloned()
                .unwrap_or_default(),
            reason: decision.reason.clone(),
            by: match &decision.by {
                DecidedBy::Automation => "automation".into(),
                DecidedBy::People(people) => people.join(", "),
            },
            rulebook: decision.rulebook.short().to_owned(),
            text: pieces(raw(at), ranges.into_iter()),
            url: subject.as_ref().and_then(|subject| subject.item.url.clone()),
            author: subject.as_ref().map_or_else(
                || "erased".to_owned(),
                |subject| text::visible(subject.account.id.as_str()),
            ),
        })
    };
    let first = side(0, shared.iter().map(|passage| passage.one.clone()).collect());
    let second = side(1, shared.iter().map(|passage| passage.other.clone()).collect());
    let (Some(first), Some(second)) = (first, second) else {
        return Err(Problem::internal("a pair has two sides"));
    };
    let answers = state.store.pair_answers(&[one, other]).await.map_err(|error| storage(&error))?;
    let about = |answer: &&PairAnswer| {
        let ids = [answer.one, answer.other];
        ids.contains(&one) && ids.contains(&other) && answer.clause == *clause
    };
    Ok(Page {
        desk,
        clause,
        title: crate::reads::current(state).title_of(clause.as_str()),
        sides: [first, second],
        differences: differences.iter().map(|difference| difference.kind.word()).collect(),
        shared: format!(
            "{} of {} short stretches of text are shared{}",
            similarity.shared,
            similarity.all,
            meant.map_or_else(String::new, |cosine| format!("; same meaning ({cosine:.2})"))
        ),
        answers: answers
            .iter()
            .filter(about)
            .map(|answer| Said { said: answer.said.clone(), at: answer.at })
            .collect(),
        may_answer,
        wrong,
        said,
    })
}

/// `GET /console/audit/pair`.
pub(crate) async fn show(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    query: Query,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::ReadAudit).await?;
    let asked = (query.parse("clause")?, query.parse("one")?, query.parse("other")?);
    let (Some(clause), Some(one), Some(other)) = asked else {
        return Err(Problem::new(&BAD_QUERY, "A pair is named by `clause`, `one` and `other`."));
    };
    let desk = Desk::new(&state, &caller, "/console/audit");
    let may = caller.may(Permission::RunAudit);
    html(&page(&state, desk, (&clause, one, other), may, (None, "")).await?)
}

/// What the form sends.
#[derive(Deserialize)]
pub(crate) struct Asked {
    clause: ClauseId,
    one: DecisionId,
    other: DecisionId,
    #[serde(default)]
    said: String,
}

/// `POST /console/audit/pair`: what the platform says to the pair, for everybody.
pub(crate) async fn answer(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    form: Result<Form<Asked>, FormRejection>,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::RunAudit).await?;
    let Form(asked) = form.map_err(|error| Problem::new(&MALFORMED_BODY, error.body_text()))?;
    let Asked { clause, one, other, said } = asked;
    let said = said.trim();
    let wrong = match said.chars().count() {
        0..10 => Some("Say it in at least a few words."),
        10..=LONGEST => None,
        _ => Some("That is too long: 2,000 characters at most."),
    };
    if wrong.is_some() {
        let desk = Desk::new(&state, &caller, "/console/audit");
        let mut response =
            html(&page(&state, desk, (&clause, one, other), true, (wrong, said)).await?)?;
        *response.status_mut() = http::StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    }
    // Only pairs that are there can be spoken to.
    for id in [one, other] {
        post(&state, id).await?;
    }
    let answer = PairAnswer {
        clause: clause.clone(),
        one,
        other,
        said: said.to_owned(),
        by: caller.by.clone(),
        at: state.clock.now(),
    };
    state.store.answer_pair(&answer).await.map_err(|error| storage(&error))?;
    let clause = text::percent(clause.as_str());
    Ok(see(&format!("/console/audit/pair?clause={clause}&one={one}&other={other}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_both_share_is_marked_and_nothing_is_lost() {
        let found = pieces("They are thieves\u{202e}!", [5..16, 0..4].into_iter());
        let shared: Vec<&str> =
            found.iter().filter(|piece| piece.shared).map(|piece| piece.says.as_str()).collect();
        assert_eq!(shared, ["They", "are thieves"]);
        let whole: String = found.iter().map(|piece| piece.says.as_str()).collect();
        assert_eq!(whole, "They are thieves⟨U+202E⟩!");
        assert_eq!(pieces("", std::iter::empty()), []);
    }
}
