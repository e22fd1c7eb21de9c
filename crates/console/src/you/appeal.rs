//! How the person concerned challenges a decision, and hands in what shows that they are right: a form with files that works
//! without JavaScript, and loses nothing that was typed. Must not keep more of a form in memory than is taken.

use super::{Frame, Turned, about, inside, instant, private, to, words};
use crate::page::html;
use crate::problem::{NOT_FOUND, Problem, STORAGE};
use crate::reads::you::{About, Heard, PersonFile, person};
use crate::state::ConsoleState;
use crate::text;
use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Multipart, Path, State};
use axum::response::Response;
use axum::routing::get;
use flow::{AppealError, LONGEST_EVIDENCE, MOST_PIECES, Plea, ReviewError, Supplied};
use http::{HeaderMap, StatusCode};
use model::{AccountId, AppealId, Appellant};

/// Most bytes of all files of one form.
const TOGETHER: usize = 15 << 20;
/// Most bytes of one field that is no file.
const LONGEST_FIELD: usize = 256 << 10;
/// What is read at all; what is over the limits above is read and dropped, so that the form can be shown again.
const READ: usize = 64 << 20;

pub(super) fn router() -> Router<ConsoleState> {
    Router::new()
        .route("/you/{token}/appeal/{decision}", get(ask).post(send))
        .route("/you/{token}/evidence/{appeal}", get(more).post(hand_in))
        .layer(DefaultBodyLimit::max(READ))
}

/// What a form says.
#[derive(Debug, Default)]
struct Sent {
    text: String,
    links: String,
    letter: String,
    files: Vec<(String, Vec<u8>)>,
    /// Whether there were files: a browser must be given them once more.
    had_files: bool,
    /// Why it was not read to its end, or is not taken.
    wrong: Option<String>,
}

impl Sent {
    /// The pieces of evidence; what was typed stays for the form.
    fn supplied(&mut self) -> Vec<Supplied> {
        let files = std::mem::take(&mut self.files).into_iter();
        let title = String::new;
        let mut all: Vec<Supplied> =
            files.map(|(name, bytes)| Supplied::File { title: title(), name, bytes }).collect();
        let links = self.links.lines().map(str::trim).filter(|link| !link.is_empty());
        all.extend(links.map(|link| {
            let link = link.to_owned();
            Supplied::Link { title: title(), link, retrieved_at: None }
        }));
        if !self.letter.trim().is_empty() {
            all.push(Supplied::Text { title: title(), text: self.letter.clone() });
        }
        all
    }
}

/// Reads a form, and goes on after what is too much.
async fn read(mut form: Multipart) -> Sent {
    let (mut sent, mut together) = (Sent::default(), 0);
    loop {
        let mut field = match form.next_field().await {
            Ok(Some(field)) => field,
            Ok(None) => return sent,
            Err(_) => return broken(sent),
        };
        let name = field.name().unwrap_or_default().to_owned();
        let file = (name == "file").then(|| field.file_name().unwrap_or_default().to_owned());
        let most = if file.is_some() { LONGEST_EVIDENCE } else { LONGEST_FIELD };
        let (mut bytes, mut over) = (Vec::new(), false);
        loop {
            match field.chunk().await {
                Ok(Some(chunk)) => {
                    let added = if file.is_some() { chunk.len() } else { 0 };
                    over |= bytes.len() + chunk.len() > most || together + added > TOGETHER;
                    if !over {
                        together += added;
                        bytes.extend_from_slice(&chunk);
                    }
                }
                Ok(None) => break,
                Err(_) => return broken(sent),
            }
        }
        let Some(file) = file else {
            if over {
                sent.wrong = Some(format!("One field has more than {LONGEST_FIELD} bytes."));
            }
            let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
            match name.as_str() {
                "text" => sent.text = text,
                "links" => sent.links = text,
                "letter" => sent.letter = text,
                _ => {}
            }
            continue;
        };
        sent.had_files |= over || !bytes.is_empty();
        if over {
            let (one, all) = (LONGEST_EVIDENCE >> 20, TOGETHER >> 20);
            let file: String = text::visible(&file).chars().take(80).collect();
            sent.wrong = Some(format!(
                "“{file}” is too large: a file may have {one} MiB, all of one form {all} MiB."
            ));
        } else if !(file.is_empty() && bytes.is_empty()) {
            if sent.files.len() < MOST_PIECES {
                sent.files.push((file, bytes));
            } else {
                sent.wrong = Some(format!("An appeal may have {MOST_PIECES} pieces of evidence."));
            }
        }
    }
}

fn broken(mut sent: Sent) -> Sent {
    sent.wrong = Some("The form broke off or is too large; send it again.".into());
    sent
}

#[derive(Debug, Template)]
#[template(path = "you_appeal.html")]
struct Ask<'a> {
    frame: Frame,
    about: &'a About,
    sent: Sent,
}

#[derive(Debug, Template)]
#[template(path = "you_evidence.html")]
struct More<'a> {
    frame: Frame,
    about: &'a About,
    heard: &'a Heard,
    sent: Sent,
}

/// The form as it came back: with everything that was typed, and why it was not taken.
fn again(mut response: Response) -> Response {
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    response
}

fn no_decision() -> Problem {
    Problem::new(&NOT_FOUND, "There is no such decision on this page.")
}

/// What went wrong, for the form; what is not the person's to mend is a problem.
fn said(error: &AppealError) -> Result<String, Problem> {
    match error {
        AppealError::Review(ReviewError::Storage) => {
            Err(Problem::new(&STORAGE, "It could not be kept; send it again.").retry_after(5))
        }
        error => Ok(format!("{error}.")),
    }
}

fn asked(
    state: &ConsoleState,
    token: &str,
    (file, at): (&PersonFile, usize),
    sent: Sent,
) -> Result<Response, Problem> {
    let frame = Frame::new(state, token, words::of(&file.language));
    let about = file.decisions.get(at).ok_or_else(no_decision)?;
    Ok(private(html(&Ask { frame, about, sent })?))
}

async fn ask(
    State(state): State<ConsoleState>,
    Path((token, decision)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Turned> {
    let account = inside(&state, &headers, &token).await?;
    let (file, at) = about(&state, &account, &decision).await?;
    Ok(asked(&state, &token, (&file, at), Sent::default())?)
}

async fn send(
    State(state): State<ConsoleState>,
    Path((token, decision)): Path<(String, String)>,
    headers: HeaderMap,
    form: Multipart,
) -> Result<Response, Turned> {
    let account = inside(&state, &headers, &token).await?;
    let (file, at) = about(&state, &account, &decision).await?;
    let one = file.decisions.get(at).ok_or_else(no_decision)?;
    let mut sent = read(form).await;
    if sent.wrong.is_some() {
        return Ok(again(asked(&state, &token, (&file, at), sent)?));
    }
    let plea = Plea {
        decision: one.statement.decision,
        by: Appellant::Person,
        text: sent.text.clone(),
        language: Some(file.language.clone()),
        evidence: sent.supplied(),
    };
    match state.review.appeals().submit(plea).await {
        Ok(_) => Ok(to(&token, "?arrived=1")),
        Err(error) => {
            sent.wrong = Some(said(&error)?);
            Ok(again(asked(&state, &token, (&file, at), sent)?))
        }
    }
}

/// The appeal in the address, if it is one of this person's own.
async fn own(
    state: &ConsoleState,
    account: &AccountId,
    appeal: &str,
) -> Result<(PersonFile, AppealId), Problem> {
    let none = || Problem::new(&NOT_FOUND, "There is no such appeal on this page.");
    let id: AppealId = appeal.parse().map_err(|_| none())?;
    let file = person(state, account).await?;
    let mine = file.decisions.iter().flat_map(|about| &about.appeals).any(|one| one.id == id);
    if mine { Ok((file, id)) } else { Err(none()) }
}

fn more_page(
    state: &ConsoleState,
    token: &str,
    (file, id): (&PersonFile, AppealId),
    sent: Sent,
) -> Result<Response, Problem> {
    let frame = Frame::new(state, token, words::of(&file.language));
    let mut all = file
        .decisions
        .iter()
        .flat_map(|about| about.appeals.iter().map(move |heard| (about, heard)));
    let (about, heard) = all.find(|(_, heard)| heard.id == id).ok_or_else(no_decision)?;
    Ok(private(html(&More { frame, about, heard, sent })?))
}

async fn more(
    State(state): State<ConsoleState>,
    Path((token, appeal)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Turned> {
    let account = inside(&state, &headers, &token).await?;
    let (file, id) = own(&state, &account, &appeal).await?;
    Ok(more_page(&state, &token, (&file, id), Sent::default())?)
}

async fn hand_in(
    State(state): State<ConsoleState>,
    Path((token, appeal)): Path<(String, String)>,
    headers: HeaderMap,
    form: Multipart,
) -> Result<Response, Turned> {
    let account = inside(&state, &headers, &token).await?;
    let (file, id) = own(&state, &account, &appeal).await?;
    let mut sent = read(form).await;
    if sent.wrong.is_none() {
        match state.review.appeals().hand_in(id, sent.supplied()).await {
            Ok(_) => return Ok(to(&token, "?arrived=evidence")),
            Err(error) => sent.wrong = Some(said(&error)?),
        }
    }
    Ok(again(more_page(&state, &token, (&file, id), sent)?))
}
