//! What do people and programs see?
//!
//! [`router`] holds the public pages and the interface for programs, [`admin_router`] what an
//! operator's tools ask. A page and its JSON twin show one value (`views`), which is read from the
//! store (`reads`) without personal data; what changes anything goes through `flow`.
//!
//! This crate must not name a table, must not call out, and must not decide.

mod access;
mod admin;
mod api;
mod archive;
mod assets;
mod body;
mod chart;
mod cosigners;
mod desk;
mod log;
mod page;
mod pages;
mod paper;
pub mod problem;
mod query;
mod range;
mod reads;
mod security;
mod state;
mod text;
pub mod views;
mod witness;
mod you;

pub use access::Caller;
#[cfg(feature = "oidc")]
pub use access::{IdentityProvider, ProviderSettings};
pub use admin::{Metrics, admin_router};
pub use cosigners::{Cosigners, cosigners_router};
pub use problem::Problem;
pub use state::{Bounds, Console, ConsoleState};
pub use witness::{Witness, witness_router};

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router, middleware};
use http::{Extensions, HeaderMap, HeaderName, HeaderValue, StatusCode, Version, header};
use model::Ids;
use std::any::Any;
use std::sync::Arc;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate as _};
use tower_http::request_id::{
    MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer,
};
use tower_http::trace::TraceLayer;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The public pages and the interface for programs.
pub fn router(state: ConsoleState) -> Router {
    let (api, description) = api::router();
    let api = api
        .route("/api/{*rest}", axum::routing::any(api::nothing))
        .method_not_allowed_fallback(api::no_method);
    let drawn = Names(Arc::clone(&state.ids));
    let around = ServiceBuilder::new()
        .layer(SetRequestIdLayer::new(REQUEST_ID, drawn))
        .layer(TraceLayer::new_for_http().make_span_with(span))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(middleware::from_fn(security::headers))
        .layer(CompressionLayer::new().compress_when(DefaultPredicate::new().and(for_all)))
        .layer(middleware::from_fn_with_state(state.clone(), page::problems))
        .layer(middleware::from_fn_with_state(state.clone(), patience))
        .layer(middleware::from_fn_with_state(state.clone(), access::guard))
        .layer(CatchPanicLayer::custom(broken));
    pages::router()
        .merge(desk::router())
        .merge(you::router())
        .merge(log::router())
        .merge(api)
        .route("/openapi.json", get(|| async move { Json(description) }))
        .layer(around)
        .with_state(state)
}

/// A receipt that opens chosen fields of a decision's leaf, from the store and the folder of the log.
///
/// # Errors
/// Says in words why there is none: no such decision or field, or no checkpoint holds it yet.
pub async fn disclose(
    store: &store::Store,
    log: &std::path::Path,
    decision: model::DecisionId,
    fields: &[String],
) -> Result<String, String> {
    let published = log::Published(Some(log.to_owned()));
    let disclosed = reads::disclosure(store, &published, decision, fields).await;
    disclosed.map_err(|problem| problem.detail().to_owned())
}

/// Names each request, so that an answer and the log's lines about it can be joined.
#[derive(Debug, Clone)]
struct Names(Arc<dyn Ids>);

impl MakeRequestId for Names {
    fn make_request_id<B>(&mut self, _: &http::Request<B>) -> Option<RequestId> {
        HeaderValue::from_str(&self.0.next().to_string()).ok().map(RequestId::new)
    }
}

/// What the log says of a request: nothing of its query, which may name a person's post.
fn span(request: &Request) -> tracing::Span {
    // The address of a person's page, of a notice's, and of a choice about letters, is the key to it.
    let path = match request.uri().path() {
        path if path.starts_with("/you/") => "/you/…",
        path if path.starts_with("/report/") => "/report/…",
        path if path.starts_with("/mail/") => "/mail/…",
        path => path,
    };
    let id = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or("");
    tracing::info_span!("request", method = %request.method(), path, id)
}

/// Whether an answer is the same for all. What one person sees is not compressed: the length would
/// betray what a form of theirs brings along.
fn for_all(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    headers.get(header::CACHE_CONTROL).is_none_or(|value| value != "no-store")
}

/// A body that comes too slowly does not hold its place for ever.
async fn patience(
    State(state): State<ConsoleState>,
    request: Request,
    next: middleware::Next,
) -> Response {
    let longest = state.bounds.patience;
    match tokio::time::timeout(longest, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let said = format!("There was no answer within {} seconds.", longest.as_secs());
            Problem::new(&problem::TIMEOUT, said).retry_after(1).into_response()
        }
    }
}

fn broken(_: Box<dyn Any + Send + 'static>) -> Response {
    Problem::internal("a handler panicked").into_response()
}
