//! What all pages share: the frame around them, the choice between page and JSON, and problems as a
//! page. Must not know what a page shows.

use crate::problem::Problem;
use crate::state::ConsoleState;
use askama::Template;
use axum::Json;
use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, header};
use serde::Serialize;
use std::convert::Infallible;

/// What stands around every page.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    /// Which entry of the navigation is open.
    pub at: &'static str,
    /// Whose posts these are.
    pub provider: String,
    /// Address of the same thing as JSON.
    pub twin: Option<String>,
}

impl Frame {
    /// A frame for a page under `at`.
    pub(crate) fn new(state: &ConsoleState, at: &'static str, twin: impl Into<String>) -> Self {
        Self { at, provider: crate::reads::provider(state), twin: Some(twin.into()) }
    }

    pub(crate) const fn links(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("/", "Overview"),
            ("/decisions", "Decisions"),
            ("/rulebook", "Rulebook"),
            ("/evenness", "Evenness"),
            ("/lookup", "Look up"),
            ("/log/", "Log"),
        ]
    }

    pub(crate) fn asset(&self, name: &str) -> String {
        crate::assets::address(name)
    }
}

/// Whether a program or a person asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wants {
    /// A page.
    Page,
    /// JSON.
    Json,
}

impl Wants {
    /// By the header `Accept`: JSON only if it is named, before any HTML.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
        let named = |one: &str| {
            let essence = one.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
            match essence.as_str() {
                "application/json" | "application/problem+json" => Some(Self::Json),
                "text/html" | "application/xhtml+xml" => Some(Self::Page),
                _ => None,
            }
        };
        accept.and_then(|accept| accept.split(',').find_map(named)).unwrap_or(Self::Page)
    }

    /// The view as JSON, or the page that shows it.
    ///
    /// # Errors
    /// An internal problem when the page cannot be rendered.
    pub(crate) fn answer<V: Serialize, T: Template>(
        self,
        view: &V,
        page: impl FnOnce() -> T,
    ) -> Result<Response, Problem> {
        let mut response = match self {
            Self::Json => Json(view).into_response(),
            Self::Page => html(&page())?,
        };
        response.headers_mut().insert(header::VARY, HeaderValue::from_static("Accept"));
        Ok(response)
    }
}

impl<S: Sync> FromRequestParts<S> for Wants {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

/// A page as an answer.
///
/// # Errors
/// An internal problem when it cannot be rendered.
pub(crate) fn html<T: Template>(page: &T) -> Result<Response, Problem> {
    page.render().map(|text| Html(text).into_response()).map_err(Problem::internal)
}

#[derive(Debug, Template)]
#[template(path = "problem.html")]
struct ProblemPage<'a> {
    frame: Frame,
    status: u16,
    title: &'a str,
    detail: Option<&'a str>,
    remedy: &'a str,
}

/// A kind of problem, explained.
///
/// # Errors
/// An internal problem when it cannot be rendered.
pub(crate) fn explain(
    state: &ConsoleState,
    kind: &crate::problem::Kind,
) -> Result<Response, Problem> {
    html(&ProblemPage {
        frame: Frame { at: "", provider: crate::reads::provider(state), twin: None },
        status: kind.status,
        title: kind.title,
        detail: None,
        remedy: kind.remedy,
    })
}

/// Shows problems to people as a page and leaves them as JSON to programs.
pub(crate) async fn problems(
    State(state): State<ConsoleState>,
    request: Request,
    next: Next,
) -> Response {
    let program =
        request.uri().path().starts_with("/api/") || Wants::of(request.headers()) == Wants::Json;
    let desk = request.uri().path().starts_with("/console").then(|| {
        // Nobody is sent back to where a form went: its fields are gone.
        let back = matches!(*request.method(), http::Method::GET | http::Method::HEAD);
        request.uri().path_and_query().filter(|_| back).cloned()
    });
    let response = next.run(request).await;
    let Some(problem) = response.extensions().get::<Problem>().filter(|_| !program).cloned() else {
        return response;
    };
    if let Some(asked) = desk {
        if problem.kind().status == 401 {
            return crate::desk::to_sign_in(asked.as_ref());
        }
        if let Some(back) = problem.member("back") {
            return crate::desk::to_prove(back);
        }
    }
    let page = ProblemPage {
        frame: Frame { at: "", provider: crate::reads::provider(&state), twin: None },
        status: problem.kind().status,
        title: problem.kind().title,
        detail: Some(problem.detail()),
        remedy: problem.kind().remedy,
    };
    html(&page).map_or(response, |page| problem.dress(page))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_get_pages_and_programs_json() {
        for (accept, expected) in [
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", Wants::Page),
            ("application/json", Wants::Json),
            ("application/json, text/html", Wants::Json),
            ("text/html, application/json", Wants::Page),
            ("*/*", Wants::Page),
            ("", Wants::Page),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            assert_eq!(Wants::of(&headers), expected, "{accept}");
        }
    }
}
