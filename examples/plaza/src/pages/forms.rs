//! What people send: a name, a post with a picture or video, a report.
//! Must not trust any of it: lengths, types and names are checked here.

use super::{Wrong, view, visitor};
use crate::keep::{Account, Media, Post};
use crate::{Plaza, now, outgoing};
use axum::Form;
use axum::extract::{Multipart, Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use serde_json::json;

const LONGEST_POST: usize = 5_000;
const TYPES: [&str; 6] =
    ["image/png", "image/jpeg", "image/webp", "image/gif", "video/mp4", "video/webm"];

#[derive(Deserialize)]
pub(super) struct Name {
    name: String,
}

pub(super) async fn enter(
    State(plaza): State<Plaza>,
    Form(form): Form<Name>,
) -> Result<Response, Wrong> {
    let name = form.name.trim().trim_start_matches('@').to_lowercase();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if name.is_empty() || name.len() > 30 || !name.chars().all(plain) {
        return Err(Wrong::Refused(
            "A name has up to 30 letters a to z, digits, points, hyphens and underscores.".into(),
        ));
    }
    let account = Account {
        display: name.clone(),
        about: String::new(),
        language: "en".into(),
        created_at: now().to_string(),
        name: name.clone(),
    };
    plaza.keep.add_account(&account).await?;
    let cookie = format!("plaza={name}; Path=/; HttpOnly; SameSite=Lax");
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response())
}

pub(super) async fn post(
    State(plaza): State<Plaza>,
    headers: HeaderMap,
    mut form: Multipart,
) -> Result<Redirect, Wrong> {
    let mut post = Post::default();
    let (mut media, mut alt) = (None, String::new());
    let broken =
        |error: axum::extract::multipart::MultipartError| Wrong::Refused(error.body_text());
    while let Some(field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        let kind = field.content_type().unwrap_or_default().to_owned();
        let bytes = field.bytes().await.map_err(broken)?;
        if name == "media" {
            if !bytes.is_empty() {
                media = Some((kind, bytes.to_vec()));
            }
            continue;
        }
        let text = String::from_utf8(bytes.to_vec())
            .map_err(|_| Wrong::Refused(format!("The field {name} is not UTF-8 text.")))?;
        let filled = Some(text.clone()).filter(|text| !text.trim().is_empty());
        match name.as_str() {
            "text" => post.text = text,
            "link" => post.link = filled,
            "language" => post.language = filled,
            "in_reply_to" => post.in_reply_to = filled,
            "alt" => alt = text,
            _ => {}
        }
    }
    let media = media.map(|(kind, bytes)| picture(kind, bytes, alt)).transpose()?;
    post.account = visitor(&headers);
    let target = post.in_reply_to.clone();
    publish(&plaza, post, media).await?;
    Ok(Redirect::to(&target.map_or_else(|| "/".to_owned(), |id| format!("/post/{id}"))))
}

fn picture(kind: String, bytes: Vec<u8>, alt: String) -> Result<Media, Wrong> {
    if !TYPES.contains(&kind.as_str()) {
        return Err(Wrong::Refused(format!(
            "{kind} cannot be shown; send one of {}.",
            TYPES.join(", ")
        )));
    }
    Ok(Media { name: random_name(), r#type: kind, alt, bytes })
}

pub(crate) fn random_name() -> String {
    let mut bytes = [0; 12];
    // Names need only be new; the clock stands in should the system's randomness ever refuse.
    if getrandom::fill(&mut bytes).is_err() {
        return now().as_nanosecond().to_string();
    }
    hex::encode(bytes)
}

/// Publishes a post of an account that may post, and tells Evenhand.
pub(crate) async fn publish(
    plaza: &Plaza,
    mut post: Post,
    media: Option<Media>,
) -> Result<String, Wrong> {
    let Some(author) = plaza.keep.account(&post.account).await? else {
        return Err(Wrong::Refused("Choose a name first, then post.".into()));
    };
    if let Some(barred) = view::barred(plaza, &author.name).await? {
        return Err(Wrong::Refused(format!("This account is {barred}; it can read, not post.")));
    }
    if post.text.trim().is_empty() && media.is_none() {
        return Err(Wrong::Refused("Write something or add a picture.".into()));
    }
    if post.text.chars().count() > LONGEST_POST {
        return Err(Wrong::Refused(format!("A post has at most {LONGEST_POST} characters.")));
    }
    if post.id.is_empty() {
        post.id = random_name();
    }
    post.created_at = now().to_string();
    if let Some(media) = &media {
        plaza.keep.add_media(media).await?;
        post.media = Some(media.name.clone());
    }
    let event = outgoing::event(plaza, &post, &author, media.as_ref());
    plaza.keep.add_post(&post, &event).await?;
    Ok(post.id)
}

#[derive(Deserialize)]
pub(super) struct Report {
    reason: String,
}

pub(super) async fn report(
    State(plaza): State<Plaza>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(form): Form<Report>,
) -> Result<Redirect, Wrong> {
    let post = plaza.keep.post(&id).await?.ok_or(Wrong::Missing)?;
    let reporter = Some(visitor(&headers)).filter(|name| !name.is_empty());
    let body = json!({"item": post.id, "reason": form.reason, "reporter": reporter});
    plaza.keep.send_later("/api/v1/reports", &body).await?;
    Ok(Redirect::to(&format!("/post/{}", post.id)))
}
