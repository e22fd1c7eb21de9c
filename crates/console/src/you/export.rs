//! Everything that is held about one person, as a ZIP that people and programs can read (GDPR, Article 15). Must hold
//! nothing about anybody else: not who reported, not who decided.

use super::{Frame, Page, Turned, inside, private, words};
use crate::problem::Problem;
use crate::reads::you::person;
use crate::state::{ConsoleState, storage};
use askama::Template as _;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, header};
use serde_json::json;

/// `GET /you/{token}/export`.
pub(crate) async fn file(
    State(state): State<ConsoleState>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Turned> {
    let account = inside(&state, &headers, &token).await?;
    let _place = state.packing()?;
    let file = person(&state, &account).await?;
    let held = state.store.held_about(&account).await.map_err(|error| storage(&error))?;
    let contact = state.store.contact(&account).await.map_err(|error| storage(&error))?;
    let events: Vec<_> = held
        .events
        .iter()
        .map(|stored| {
            json!({
                "received_at": stored.received_at,
                "event": stored.event,
            })
        })
        .collect();
    let labels: Vec<_> = held.labels.iter().map(|label| json!({
        "kind": label.entity.kind, "id": label.entity.id, "label": label.name, "set": label.set,
        "at": label.at, "expires_at": label.expires_at, "reason": label.reason,
    })).collect();
    let data = json!({
        "made_at": state.clock.now(),
        "by": crate::reads::provider(&state),
        "what": "All personal data that this server holds about the account: its posts as they were sent, every decision with its reasons, what counts, appeals with what was handed in (the files stand beside this one) and answers, labels, contact.",
        "person": file,
        "contact": { "email": contact.email, "language": contact.language },
        "posts_and_other_events": events,
        "labels": labels,
        "links_to_this_page": held.links,
    });
    let data = serde_json::to_vec_pretty(&data).map_err(Problem::internal)?;
    let frame = Frame::new(&state, &token, words::of(&file.language));
    let page = Page { frame, file: &file, said: None, copy: true };
    let page = page.render().map_err(Problem::internal)?;
    let style = crate::assets::text("console.css") + &crate::assets::text("you.css");
    let kept: Vec<&str> = page.lines().filter(|line| !line.contains("<link rel=")).collect();
    let page = kept
        .join("\n")
        .replace("href=\"/", &format!("href=\"{}/", state.public_url.trim_end_matches('/')))
        .replacen("</title>", &format!("</title><style>{style}</style>"), 1);
    let mut files =
        vec![("data.json".to_owned(), data), ("index.html".to_owned(), page.into_bytes())];
    let appeals = file.decisions.iter().flat_map(|about| &about.appeals);
    files.extend(crate::reads::you::handed_in(&state, appeals).await?);
    files.extend(receipts(&state, &file).await?);
    let zip = crate::archive::zip(&files)?;
    let mut response = zip.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment; filename=\"evenhand-about-you.zip\""),
    );
    Ok(private(response))
}

const HOW: &str = "\
Each file here that ends in .tlog-proof shows, without a network, that one decision about you is in the public log as it
was made. It opens the fields that are yours: whoever gets the file can read them. To check all of them at once:

    evenhand verify evenhand-about-you.zip --vkey KEY

KEY is the line in `log/vkey`; a key that you got in another way shows more. Other programs that read C2SP
tlog-proof check the files as well.
";

/// The receipts of all decisions that a checkpoint holds, with the log's key.
async fn receipts(
    state: &ConsoleState,
    file: &crate::reads::you::PersonFile,
) -> Result<Vec<(String, Vec<u8>)>, Problem> {
    let mut files = Vec::new();
    for one in &file.decisions {
        let id = one.statement.decision;
        if let Some(receipt) = crate::reads::own_receipt(state, id, one.leaf).await? {
            files.push((format!("log/{id}.tlog-proof"), receipt.into_bytes()));
        }
    }
    if let Some(vkey) = state.published().vkey().await?.filter(|_| !files.is_empty()) {
        files.push(("log/vkey".into(), format!("{vkey}\n").into_bytes()));
        files.push(("log/README.txt".into(), HOW.as_bytes().to_vec()));
    }
    Ok(files)
}
