//! Do two posts say the same? Asked of people who see neither what was decided nor who wrote them, so that the error of
//! the matching can be published. Must not show an outcome or an author.

use super::super::{Desk, see};
use super::pair::post;
use crate::page::html;
use crate::problem::{MALFORMED_BODY, NOT_FOUND, Problem};
use crate::state::{ConsoleState, storage};
use crate::text;
use askama::Template;
use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Path, State};
use axum::response::Response;
use http::HeaderMap;
use model::Permission;
use serde::Deserialize;

/// Pairs of which a post was erased are passed over; so many at once at most.
const PASSED_OVER: u32 = 20;

#[derive(Debug, Template)]
#[template(path = "audit_blind.html")]
struct Page {
    desk: Desk,
    look: Option<(i64, [String; 2])>,
    judged: usize,
}

/// `GET /console/audit/blind`.
pub(crate) async fn show(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::Decide).await?;
    let judged = state.store.pair_judgements().await.map_err(|error| storage(&error))?;
    let judged = judged.iter().filter(|one| one.by == caller.by).count();
    let mut look = None;
    for skip in 0..PASSED_OVER {
        let next =
            state.store.next_look(&caller.by, skip).await.map_err(|error| storage(&error))?;
        let Some(next) = next else { break };
        let (one, other) = (post(&state, next.one).await?.1, post(&state, next.other).await?.1);
        if let (Some(one), Some(other)) = (one, other) {
            // Which comes first says nothing: the order follows from the number alone.
            let mut texts = [one, other].map(|subject| text::visible_lines(&subject.item.text));
            if next.seq % 2 == 0 {
                texts.reverse();
            }
            look = Some((next.seq, texts));
            break;
        }
    }
    html(&Page { desk: Desk::new(&state, &caller, "/console/audit/blind"), look, judged })
}

/// What the form sends.
#[derive(Deserialize)]
pub(crate) struct Asked {
    same: Answer,
}

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Answer {
    Same,
    Different,
}

/// `POST /console/audit/blind/{look}`.
pub(crate) async fn judge(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(look): Path<String>,
    form: Result<Form<Asked>, FormRejection>,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::Decide).await?;
    let none = || Problem::new(&NOT_FOUND, "There is no such pair; it may have been erased.");
    let look: i64 = look.parse().map_err(|_| none())?;
    let Form(asked) = form.map_err(|error| Problem::new(&MALFORMED_BODY, error.body_text()))?;
    let judgement = (caller.by.as_str(), asked.same == Answer::Same);
    let kept = state.store.judge_pair(look, judgement, state.clock.now()).await;
    if !kept.map_err(|error| storage(&error))? {
        return Err(none());
    }
    Ok(see("/console/audit/blind"))
}
