//! `/api/v1/restrictions`: the platform says what it shows as restricted, and is told what does not fit
//! the log; `/api/v1/monitor` says so to everybody, without items and accounts.

use super::openapi::ProblemBody;
use crate::body::{self, Shape};
use crate::log::MonitorView;
use crate::problem::{MALFORMED_BODY, Problem};
use crate::query::Query;
use crate::state::{ConsoleState, storage};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use flow::monitor::{Compared, MonitorError, Shown, read_list};
use http::HeaderMap;
use model::Permission;
use serde::Deserialize;
use utoipa::ToSchema;

/// What the platform shows as restricted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "restrictions": [{ "item": "post-1", "measure": "remove" }] }))]
pub(crate) struct RestrictionsBody {
    /// Every measure that is to be seen.
    restrictions: Vec<RestrictionBody>,
}

/// One measure that the platform shows; it names an item or an account.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct RestrictionBody {
    /// The item that it is done to.
    item: Option<String>,
    /// The account that it is done to.
    account: Option<String>,
    /// `remove`, `suspend`, ...
    measure: String,
    /// The decision that the platform gives for it.
    decision: Option<String>,
    /// Why there is nothing to be seen any more: `deleted_by_author`.
    ended: Option<String>,
}

/// Say what the platform shows as restricted.
///
/// The whole list: a line of JSON for each measure (`item` or `account`, `measure`, `decision`, and `ended` for what the
/// author deleted), or, as plain JSON, the same objects under `restrictions`. Answers what does not fit the public log:
/// measures without a leaf, leaves without a measure.
#[utoipa::path(
    post, path = "/api/v1/restrictions", tag = "platform", security(("key" = ["receipts"])),
    request_body(content((RestrictionsBody = "application/json"), (String = "application/x-ndjson"))),
    responses(
        (status = 200, description = "What does not fit", body = Object),
        (status = 400, description = "A line cannot be read", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn compare(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    query: Query,
    body: Body,
) -> Result<Json<Compared>, Problem> {
    state.permit(&headers, Permission::SendReceipts).await?;
    query.only(&[])?;
    let shape = body::shape(&headers)?;
    let monitor = state.monitor();
    let failed = |error: MonitorError| match error {
        MonitorError::Store(error) => storage(&error),
        MonitorError::Log(error) => Problem::internal(error),
    };
    let before = monitor.size().await.map_err(failed)?;
    let bytes = body::read(&headers, body, &state.bounds).await?;
    let text = String::from_utf8(bytes)
        .map_err(|error| Problem::new(&MALFORMED_BODY, error.to_string()))?;
    let list = match shape {
        Shape::One => listed(&text)?,
        Shape::Lines => read_list(&text).map_err(|error| {
            Problem::new(&MALFORMED_BODY, error.to_string()).with("line", error.line)
        })?,
    };
    monitor.look(&list, before).await.map(Json).map_err(failed)
}

/// The list as one JSON object.
fn listed(text: &str) -> Result<Vec<Shown>, Problem> {
    let malformed = |why: String| Problem::new(&MALFORMED_BODY, why);
    // A list would be read as the fields in their order.
    if !text.trim_start().starts_with('{') {
        return Err(malformed("The body is no JSON object.".into()));
    }
    let read = model::Json::parse(text).and_then(|sound| sound.read::<RestrictionsBody>());
    let body = read.map_err(|error| malformed(format!("{error}.")))?;
    let shown = body.restrictions.into_iter().enumerate().map(|(at, one)| {
        let RestrictionBody { item, account, measure, decision, ended } = one;
        if item.is_none() && account.is_none() {
            let at = at + 1;
            return Err(malformed(format!("Restriction {at} names neither `item` nor `account`.")));
        }
        Ok(Shown { item, account, measure, decision, ended })
    });
    shown.collect()
}

/// Whether the platform shows what the log tells, and nothing else.
#[utoipa::path(
    get, path = "/api/v1/monitor", tag = "public",
    responses((status = 200, description = "The last comparisons", body = MonitorView))
)]
pub(crate) async fn monitor(
    State(state): State<ConsoleState>,
    query: Query,
) -> Result<Json<MonitorView>, Problem> {
    query.only(&[])?;
    crate::log::monitored(&state).await.map(Json)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_read_from_one_json_object_as_from_lines() {
        let one = r#"{"item":"p-1","measure":"remove","decision":"d"}"#;
        let two = r#"{"account":"a","measure":"suspend","ended":"deleted_by_author"}"#;
        let lines = read_list(&format!("{one}\n{two}")).unwrap();
        assert_eq!(listed(&format!("{{\"restrictions\": [\n{one},\n{two}]}}")).unwrap(), lines);
        assert!(listed(r#"{"restrictions": []}"#).unwrap().is_empty());
        for (wrong, says) in [
            (r#"{"restrictions": [{"measure": "remove"}]}"#, "Restriction 1 names neither"),
            (r#"{"restrictions": [{"item": 1, "measure": "remove"}]}"#, "expected a string"),
            (r#"{"restriction": []}"#, "restriction"),
            ("{}", "restrictions"),
            ("[[]]", "no JSON object"),
            (one, "item"),
        ] {
            let problem = listed(wrong).unwrap_err();
            assert_eq!(problem.kind(), &MALFORMED_BODY);
            assert!(problem.detail().contains(says), "{wrong}: {}", problem.detail());
        }
    }
}
