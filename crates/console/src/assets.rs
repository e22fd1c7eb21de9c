//! The stylesheet, the script and the pictures, built into the program and served under an address
//! that changes with their content. Must not read files at run time.

use crate::problem::{NOT_FOUND, Problem};
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::header;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "static/"]
struct Static;

/// Address of an asset with its content's hash, so that browsers may keep it for ever.
pub(crate) fn address(name: &str) -> String {
    Static::get(name).map_or_else(
        || format!("/static/{name}"),
        |file| {
            let hash = hex::encode(file.metadata.sha256_hash());
            format!("/static/{name}?v={}", hash.get(..12).unwrap_or(&hash))
        },
    )
}

/// The text of an asset, to stand inside a page that is kept as one file.
pub(crate) fn text(name: &str) -> String {
    Static::get(name)
        .map(|file| String::from_utf8_lossy(&file.data).into_owned())
        .unwrap_or_default()
}

/// `GET /static/{name}`.
pub(crate) async fn serve(Path(name): Path<String>) -> Response {
    let Some(file) = Static::get(&name) else {
        return Problem::new(&NOT_FOUND, "There is no such file.").into_response();
    };
    let kind = [
        (header::CONTENT_TYPE, file.metadata.mimetype().to_owned()),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable".to_owned()),
    ];
    (kind, file.data.into_owned()).into_response()
}
