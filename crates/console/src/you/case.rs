//! The case file for an out-of-court body (DSA, Article 21): all that it needs to judge one decision by itself, each file
//! named with its digest in a manifest that is signed. Must hold nothing about anybody but the person concerned.

use super::{Turned, about, inside, private};
use crate::problem::{NOT_FOUND, Problem};
use crate::reads::you::Heard;
use crate::state::{ConsoleState, storage};
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, header};
use model::DecisionId;
use serde::Serialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tlog::note::Note;

/// The first line of a manifest.
const FORMAT: &str = "evenhand case file v1";

const README: &str = "A case file of Evenhand, for a body that settles disputes out of court (Article 21 of the EU's\nDigital Services Act) or for a court.\n\n\
manifest                what is in this file, with the SHA-256 of each part, signed (C2SP signed-note)\n\
case-files.vkey         the key that signed it; compare it with the one that the provider publishes\n\
statement.json          the statement of reasons, as the person concerned got it\n\
decision.json           the decision\n\
appeals.json            what was said against it, and what was answered\n\
evidence/               the post as it was, a list of what the decision rests on, and what was handed in\n\
rulebook/               the rules under which it was made: policy, ladder, settings\n\
log/                    its entry in the public log, the proof, and the log's key\n\n\
Check it: evenhand verify FILE, or by hand: sha256sum each part and compare with the manifest.\n";

fn text<T: Serialize>(value: &T) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec_pretty(value).map_err(Problem::internal)
}

/// `GET /you/{token}/case/{decision}`.
pub(crate) async fn file(
    State(state): State<ConsoleState>,
    Path((token, decision)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Turned> {
    let account = inside(&state, &headers, &token).await?;
    let (file, at) = about(&state, &account, &decision).await?;
    let one = file.decisions.get(at).filter(|one| !one.appeals.is_empty());
    let one = one.ok_or_else(|| Problem::new(&NOT_FOUND, "This decision was not challenged."))?;
    let _place = state.packing()?;
    let zip = build(&state, one.statement.decision, &one.appeals, &one.proofs).await?;
    let mut response = zip.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    let named = format!("attachment; filename=\"case-{}.zip\"", one.statement.decision);
    let named = HeaderValue::from_str(&named).map_err(Problem::internal)?;
    headers.insert(header::CONTENT_DISPOSITION, named);
    Ok(private(response))
}

async fn build<P: Serialize>(
    state: &ConsoleState,
    id: DecisionId,
    appeals: &[Heard],
    proofs: &[P],
) -> Result<Vec<u8>, Problem> {
    let failed = |error: store::StoreError| storage(&error);
    let missing = || Problem::new(&NOT_FOUND, "There is no such decision.");
    let stored = state.store.decision(id).await.map_err(failed)?.ok_or_else(missing)?;
    let event = state.store.event(&stored.decision.action_id).await.map_err(failed)?;
    let book = state.store.rulebook(&stored.decision.rulebook).await.map_err(failed)?;
    let view = crate::reads::decision(state, id).await?;
    let mut files: Vec<(String, Vec<u8>)> = vec![
        ("README.txt".into(), README.as_bytes().to_vec()),
        ("statement.json".into(), text(&stored.statement.person_view(&stored.decision))?),
        ("decision.json".into(), text(&stored.decision)?),
        ("appeals.json".into(), text(&appeals)?),
    ];
    if let Some(event) = event {
        files.push(("evidence/post.json".into(), text(&event.event)?));
    }
    let list = json!({
        "findings": stored.decision.findings,
        "passage": stored.statement.parts().passage,
        "facts": stored.statement.parts().facts,
        "proofs_of_delivery": proofs,
        "handed_in": appeals.iter().flat_map(|heard| &heard.evidence).collect::<Vec<_>>(),
    });
    files.extend(crate::reads::you::handed_in(state, appeals.iter()).await?);
    files.push(("evidence/list.json".into(), text(&list)?));
    let policy = stored.decision.outcome.clause().map(|clause| clause.policy().to_owned());
    for (name, said) in book.unwrap_or_default() {
        let own = policy.as_ref().is_some_and(|policy| {
            name.strip_prefix("policies/").and_then(|name| name.split('.').next()) == Some(policy)
        });
        if own || name == "ladder.toml" || name == "rulebook.toml" {
            files.push((format!("rulebook/{name}"), said.into_bytes()));
        }
    }
    if let Some(leaf) = view.leaf {
        files.push(("log/leaf.json".into(), text(&leaf.entry)?));
        if let (Some(receipt), Some(vkey)) = (leaf.receipt, leaf.vkey) {
            files.push(("log/receipt.tlog-proof".into(), receipt.into_bytes()));
            files.push(("log/vkey".into(), format!("{vkey}\n").into_bytes()));
        }
    }
    sign(state, id, &mut files)?;
    crate::archive::zip(&files)
}

/// Adds the manifest, signed, and the key to check it with.
fn sign(
    state: &ConsoleState,
    id: DecisionId,
    files: &mut Vec<(String, Vec<u8>)>,
) -> Result<(), Problem> {
    let data = state.published().0.as_deref().and_then(std::path::Path::parent);
    let data =
        data.ok_or_else(|| Problem::internal("a server without a log signs no case files"))?;
    let host =
        state.public_url.split_once("://").map_or(state.public_url.as_str(), |(_, host)| host);
    let name = format!("{host}/case-files");
    let key = store::log::case_key(data, &name, &state.ids.secret()).map_err(Problem::internal)?;
    files.push(("case-files.vkey".into(), format!("{}\n", key.verifier()).into_bytes()));
    let mut manifest = format!("{FORMAT}\n{id}\n{}\n", state.clock.now());
    for (path, bytes) in files.iter() {
        manifest.push_str(&format!("{}  {path}\n", hex::encode(Sha256::digest(bytes))));
    }
    let mut note = Note::new(manifest).map_err(Problem::internal)?;
    note.sign(&key).map_err(Problem::internal)?;
    files.insert(0, ("manifest".into(), note.to_string().into_bytes()));
    Ok(())
}
