//! The log for other people's programs: checkpoint, keys, tiles and bundles under the paths, types
//! and caching that C2SP tlog-tiles asks for. Must not serve what no checkpoint covers.

use super::files::missing;
use crate::problem::Problem;
use crate::state::ConsoleState;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, header};
use tlog::tile::{BundleId, TileId};

const TEXT: &str = "text/plain; charset=utf-8";
const BYTES: &str = "application/octet-stream";
const CHANGES: &str = "no-cache";
const FOR_EVER: &str = "public, max-age=31536000, immutable";

fn file(bytes: Vec<u8>, kind: &'static str, cache: &'static str) -> Response {
    let mut response = bytes.into_response();
    for (name, value) in [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, cache),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

async fn text(state: &ConsoleState, path: &str) -> Result<Response, Problem> {
    let bytes = state.published().file(path).await?.ok_or_else(missing)?;
    Ok(file(bytes, TEXT, CHANGES))
}

/// `GET /log/checkpoint`.
pub(super) async fn checkpoint(State(state): State<ConsoleState>) -> Result<Response, Problem> {
    text(&state, "checkpoint").await
}

/// `GET /log/vkey`: the key that the log signs with now.
pub(super) async fn vkey(State(state): State<ConsoleState>) -> Result<Response, Problem> {
    text(&state, "vkey").await
}

/// `GET /log/keys`: all keys that it ever signed with.
pub(super) async fn keys(State(state): State<ConsoleState>) -> Result<Response, Problem> {
    text(&state, "keys").await
}

/// `GET /log/tile/...`.
pub(super) async fn tile(
    State(state): State<ConsoleState>,
    Path(rest): Path<String>,
) -> Result<Response, Problem> {
    let path = format!("tile/{rest}");
    // What is read is the path of what was parsed, never the path that came.
    let (level, index, width, own) = match (TileId::parse(&path), BundleId::parse(&path)) {
        (Ok(id), _) => (id.level, id.index, id.width, id.path()),
        (_, Ok(id)) => (0, id.index, id.width, id.path()),
        _ => return Err(missing()),
    };
    let signed = state.published().signed().await?.ok_or_else(missing)?;
    if !covered(signed.checkpoint.size, level, index, width) {
        return Err(missing());
    }
    let bytes = state.published().file(&own).await?.ok_or_else(missing)?;
    Ok(file(bytes, BYTES, FOR_EVER))
}

/// Whether a tree of `size` leaves has all hashes of the tile.
fn covered(size: u64, level: u8, index: u64, width: u16) -> bool {
    let hashes = size.checked_shr(u32::from(level) * 8).unwrap_or(0);
    let end = index.checked_mul(256).and_then(|start| start.checked_add(width.into()));
    end.is_some_and(|end| end <= hashes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_beyond_the_tree_is_covered() {
        for (size, level, index, width, expected) in [
            (0, 0, 0, 1, false),
            (1, 0, 0, 1, true),
            (1, 0, 0, 2, false),
            (256, 0, 0, 256, true),
            (256, 1, 0, 1, true),
            (255, 1, 0, 1, false),
            (70_000, 0, 273, 112, true),
            (70_000, 0, 273, 113, false),
            (70_000, 2, 0, 1, true),
            (70_000, 63, 0, 1, false),
            (u64::MAX, 0, u64::MAX, 256, false),
        ] {
            assert_eq!(covered(size, level, index, width), expected, "{size} {level} {index}");
        }
    }
}
