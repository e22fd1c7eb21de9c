//! Plaza's pages: timeline, post with replies, account, notices. Every page works without script.
//! Must not decide what is shown: that follows from the decisions in force.

mod forms;
mod view;

use crate::Plaza;
use crate::keep::{Account, Decision, Letter, Post};
use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
pub(crate) use forms::publish;
use tower_http::set_header::SetResponseHeaderLayer;
use view::{Card, Notice};

const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// Most bytes of one picture or video.
const LARGEST_UPLOAD: usize = 8 << 20;

pub(crate) fn router() -> Router<Plaza> {
    let fixed =
        |name, value| SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value));
    Router::new()
        .route("/", get(timeline))
        .route("/post/{id}", get(one_post))
        .route("/u/{name}", get(account))
        .route("/restricted.ndjson", get(restricted))
        .route("/notices", get(notices))
        .route("/notices/page", get(own_page))
        .route("/media/{name}", get(media))
        .route("/plaza.css", get(style))
        .route("/enter", post(forms::enter))
        .route("/post", post(forms::post).layer(DefaultBodyLimit::max(LARGEST_UPLOAD)))
        .route("/report/{id}", get(report).post(forms::report))
        .layer(fixed(header::CONTENT_SECURITY_POLICY, POLICY))
        .layer(fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(fixed(header::REFERRER_POLICY, "no-referrer"))
}

/// Something went wrong while a page was made.
#[derive(Debug)]
pub(crate) enum Wrong {
    /// Nothing is there.
    Missing,
    /// What was sent cannot be used; the text says why.
    Refused(String),
    /// The database failed.
    Broken(sqlx::Error),
}

impl From<sqlx::Error> for Wrong {
    fn from(error: sqlx::Error) -> Self {
        Self::Broken(error)
    }
}

#[derive(Template)]
#[template(path = "wrong.html")]
struct WrongPage {
    me: String,
    evenhand: String,
    text: String,
}

impl IntoResponse for Wrong {
    fn into_response(self) -> Response {
        let (status, text) = match self {
            Self::Missing => (StatusCode::NOT_FOUND, "There is nothing here.".to_owned()),
            Self::Refused(text) => (StatusCode::UNPROCESSABLE_ENTITY, text),
            Self::Broken(error) => {
                tracing::error!(%error, "a page could not be made");
                (StatusCode::INTERNAL_SERVER_ERROR, "Something broke. Try again.".to_owned())
            }
        };
        (status, page(&WrongPage { me: String::new(), evenhand: String::new(), text }))
            .into_response()
    }
}

fn page(template: &impl Template) -> Html<String> {
    Html(template.render().unwrap_or_else(|error| error.to_string()))
}

type Page = Result<Html<String>, Wrong>;

/// Whose name the visitor has taken.
fn visitor(headers: &HeaderMap) -> String {
    headers
        .get(header::COOKIE)
        .and_then(|cookie| cookie.to_str().ok())
        .and_then(|cookie| cookie.split("; ").find_map(|one| one.strip_prefix("plaza=")))
        .unwrap_or_default()
        .to_owned()
}

/// What Plaza shows as restricted, a line of JSON for each measure: anybody can compare it with the
/// public log.
async fn restricted(State(plaza): State<Plaza>) -> Result<Response, Wrong> {
    let lines = view::restricted(&plaza).await?;
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], lines).into_response())
}

#[derive(Template)]
#[template(path = "timeline.html")]
struct TimelinePage {
    me: String,
    evenhand: String,
    barred: Option<String>,
    cards: Vec<Card>,
}

async fn timeline(State(plaza): State<Plaza>, headers: HeaderMap) -> Page {
    let me = visitor(&headers);
    let barred = view::barred(&plaza, &me).await?;
    let cards = view::cards(&plaza, plaza.keep.timeline().await?).await?;
    Ok(page(&TimelinePage { me, evenhand: plaza.settings.evenhand.clone(), barred, cards }))
}

#[derive(Template)]
#[template(path = "post.html")]
struct PostPage {
    me: String,
    evenhand: String,
    card: Card,
    replies: Vec<Card>,
}

async fn one_post(State(plaza): State<Plaza>, headers: HeaderMap, Path(id): Path<String>) -> Page {
    let found = plaza.keep.post(&id).await?.ok_or(Wrong::Missing)?;
    let replies = view::cards(&plaza, plaza.keep.replies(&id).await?).await?;
    let card = view::card(&plaza, found).await?;
    let evenhand = plaza.settings.evenhand.clone();
    Ok(page(&PostPage { me: visitor(&headers), evenhand, card, replies }))
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    me: String,
    evenhand: String,
    account: Account,
    barred: Option<String>,
    cards: Vec<Card>,
}

async fn account(State(plaza): State<Plaza>, headers: HeaderMap, Path(name): Path<String>) -> Page {
    let account = plaza.keep.account(&name).await?.ok_or(Wrong::Missing)?;
    let barred = view::barred(&plaza, &name).await?;
    let cards = view::cards(&plaza, plaza.keep.posts_of(&name).await?).await?;
    let evenhand = plaza.settings.evenhand.clone();
    Ok(page(&AccountPage { me: visitor(&headers), evenhand, account, barred, cards }))
}

#[derive(Template)]
#[template(path = "notices.html")]
struct NoticesPage {
    me: String,
    evenhand: String,
    notices: Vec<Notice>,
    letters: Vec<Letter>,
}

/// Showing the page to its owner is the delivery of the notices on it.
async fn notices(State(plaza): State<Plaza>, headers: HeaderMap) -> Page {
    let me = visitor(&headers);
    if plaza.keep.account(&me).await?.is_none() {
        return Err(Wrong::Refused(
            "Choose your name first; notices are shown to their owner.".into(),
        ));
    }
    let all: Vec<Decision> = plaza.keep.notices(&me).await?;
    let notices = all.iter().map(Notice::of).collect();
    let letters = plaza.keep.letters(&me).await?;
    let evenhand = plaza.settings.evenhand.clone();
    let made = page(&NoticesPage { me: me.clone(), evenhand, notices, letters });
    plaza.keep.mark_read(&me).await?;
    Ok(made)
}

/// The way to the owner's own page at Evenhand: Plaza has a link made, and the code comes as a message.
async fn own_page(State(plaza): State<Plaza>, headers: HeaderMap) -> Result<Response, Wrong> {
    let me = visitor(&headers);
    let account = plaza.keep.account(&me).await?.ok_or(Wrong::Missing)?;
    let path = format!("/api/v1/accounts/{}/link", account.name);
    let body = serde_json::json!({ "language": account.language });
    let answer = crate::outgoing::ask(&plaza, &path, &body).await;
    let url = answer.as_ref().and_then(|answer| answer.get("url")?.as_str());
    let url = url.ok_or_else(|| Wrong::Refused("Evenhand does not answer at present.".into()))?;
    Ok(axum::response::Redirect::to(url).into_response())
}

#[derive(Template)]
#[template(path = "report.html")]
struct ReportPage {
    me: String,
    evenhand: String,
    post: Post,
}

async fn report(State(plaza): State<Plaza>, headers: HeaderMap, Path(id): Path<String>) -> Page {
    let post = plaza.keep.post(&id).await?.ok_or(Wrong::Missing)?;
    Ok(page(&ReportPage { me: visitor(&headers), evenhand: plaza.settings.evenhand.clone(), post }))
}

async fn media(State(plaza): State<Plaza>, Path(name): Path<String>) -> Result<Response, Wrong> {
    let found = plaza.keep.media(&name).await?.ok_or(Wrong::Missing)?;
    let kind = HeaderValue::from_str(&found.r#type).map_err(|_| Wrong::Missing)?;
    let cache = HeaderValue::from_static("public, max-age=31536000, immutable");
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, cache)], found.bytes)
        .into_response())
}

async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("../static/plaza.css"))
        .into_response()
}
