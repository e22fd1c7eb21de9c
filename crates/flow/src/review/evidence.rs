//! Evidence: what people attach to a case and cite in a decision, and how any evidence is read. What a file is, its
//! bytes say, not its name. Must not take what can run in a browser, and must not say what the evidence proves.

use super::{Review, ReviewError, failed};
use crate::Engine;
use jiff::Timestamp;
use model::{CaseId, Cited, EvidenceId, EvidenceKind, Json};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use store::{EvidenceOf, KeptEvidence};

/// Most bytes of one piece of evidence.
pub const LONGEST_EVIDENCE: usize = 5 << 20;
/// Most pieces on one case.
const MOST: usize = 20;
/// Longest title and longest address, in characters.
const LONGEST_TEXT: usize = 2_000;
/// Files that are taken besides plain text: none of them runs in a browser.
const TAKEN: [&str; 5] = ["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"];

/// What somebody supplies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Supplied {
    /// A document or a photograph.
    File {
        /// What it is called; the file's name where it is empty.
        title: String,
        /// The file's name.
        name: String,
        /// The file.
        bytes: Vec<u8>,
    },
    /// A text, such as a letter or what somebody wrote.
    Text {
        /// What it is called; the beginning of the text where it is empty.
        title: String,
        /// The text.
        text: String,
    },
    /// A page elsewhere.
    Link {
        /// What it is called.
        title: String,
        /// Its address.
        link: String,
        /// When it was read; now, where it is not said.
        retrieved_at: Option<Timestamp>,
    },
    /// A fact check as schema.org `ClaimReview`, in JSON.
    FactCheck {
        /// The JSON as it was published.
        claim_review: String,
    },
}

/// Evidence as it is kept, without its bytes.
pub type Attached = KeptEvidence;

/// What a piece of evidence is, before it has an id.
pub(crate) struct Read {
    kind: EvidenceKind,
    title: String,
    link: Option<String>,
    retrieved_at: Option<Timestamp>,
    file_name: Option<String>,
    media_type: String,
    bytes: Vec<u8>,
}

impl Read {
    /// The piece as it is kept, with its bytes.
    pub(crate) fn kept(self, engine: &Engine, of: EvidenceOf, by: &str) -> (Attached, Vec<u8>) {
        let one = KeptEvidence {
            id: EvidenceId::new(engine.ids.next()),
            of,
            kind: self.kind,
            title: self.title,
            link: self.link,
            retrieved_at: self.retrieved_at,
            file_name: self.file_name,
            media_type: self.media_type,
            size: u64::try_from(self.bytes.len()).unwrap_or(u64::MAX),
            sha256: hex::encode(Sha256::digest(&self.bytes)),
            supplied_by: by.to_owned(),
            supplied_at: engine.clock.now(),
        };
        (one, self.bytes)
    }
}

impl Review {
    /// Attaches a piece of evidence to a case, decided or not.
    ///
    /// # Errors
    /// [`ReviewError`] when there is no such case, or the evidence is not taken; it says why.
    pub async fn attach(
        &self,
        case: CaseId,
        by: &str,
        supplied: Supplied,
    ) -> Result<Attached, ReviewError> {
        let (store, now) = (&self.engine.store, self.engine.clock.now());
        let stored = store.case(case).await.map_err(failed)?;
        stored.ok_or(ReviewError::NoSuchCase(case))?;
        let read = read(supplied, now).map_err(ReviewError::NotAllowed)?;
        let of = EvidenceOf::Case(case);
        let kept = store.evidence_of(of).await.map_err(failed)?;
        let new = read.kept(&self.engine, of, by);
        let same = |one: &&Attached| one.sha256 == new.0.sha256 && one.kind == new.0.kind;
        if let Some(same) = kept.iter().find(same) {
            return Ok(same.clone());
        }
        if kept.len() >= MOST {
            let why = format!("{MOST} pieces of evidence are attached already; cite those");
            return Err(ReviewError::NotAllowed(why));
        }
        store.keep_evidence(std::slice::from_ref(&new)).await.map_err(failed)?;
        Ok(new.0)
    }

    /// What is attached to a case.
    ///
    /// # Errors
    /// [`ReviewError::Storage`] when the store cannot be read.
    pub async fn evidence(&self, case: CaseId) -> Result<Vec<Attached>, ReviewError> {
        self.engine.store.evidence_of(EvidenceOf::Case(case)).await.map_err(failed)
    }

    /// One piece with its bytes; without them once they are erased. Bytes that are not what was attached are an
    /// error: nobody is shown something else.
    ///
    /// # Errors
    /// [`ReviewError::NoSuchEvidence`], or [`ReviewError::Storage`].
    pub async fn evidence_bytes(
        &self,
        id: EvidenceId,
    ) -> Result<(Attached, Option<Vec<u8>>), ReviewError> {
        let found = self.engine.store.evidence_bytes(id).await.map_err(failed)?;
        let (one, bytes) = found.ok_or(ReviewError::NoSuchEvidence(id))?;
        if let Some(bytes) = &bytes
            && hex::encode(Sha256::digest(bytes)) != one.sha256
        {
            tracing::error!(evidence = %id, "the bytes kept are not those that were attached");
            return Err(ReviewError::Storage);
        }
        Ok((one, bytes))
    }

    /// The evidence that a verdict cites. What came with an appeal is not cited here: what a decision cites is public
    /// by its hash, and who has the same file could tell whose appeal it was.
    pub(super) async fn cited(&self, ids: &[EvidenceId]) -> Result<Vec<Cited>, ReviewError> {
        let mut cited: Vec<Cited> = Vec::new();
        for id in ids {
            let found = self.engine.store.evidence_bytes(*id).await.map_err(failed)?;
            let found = found.filter(|(one, _)| matches!(one.of, EvidenceOf::Case(_)));
            let (one, _) = found.ok_or(ReviewError::NoSuchEvidence(*id))?;
            if !cited.iter().any(|other| other.id == one.id) {
                cited.push(Cited { id: one.id, kind: one.kind, sha256: one.sha256 });
            }
        }
        Ok(cited)
    }
}

/// Reads what somebody supplies.
///
/// # Errors
/// Says why it is not taken.
pub(crate) fn read(supplied: Supplied, now: Timestamp) -> Result<Read, String> {
    match supplied {
        Supplied::File { title, name, bytes } => read_file(&title, &name, bytes),
        Supplied::Text { title, text } => read_text(&title, &text),
        Supplied::Link { title, link, retrieved_at } => {
            let link = web(&link)?;
            let retrieved_at = retrieved_at.unwrap_or(now);
            if retrieved_at > now {
                return Err("the page cannot have been read in the future".into());
            }
            let title = short(if title.trim().is_empty() { &link } else { &title })?;
            let kept = json!({ "link": link, "retrieved_at": retrieved_at, "title": title });
            Ok(Read {
                kind: EvidenceKind::Link,
                title,
                link: Some(link),
                retrieved_at: Some(retrieved_at),
                file_name: None,
                media_type: "application/json".into(),
                bytes: kept.to_string().into_bytes(),
            })
        }
        Supplied::FactCheck { claim_review } => read_fact_check(&claim_review, now),
    }
}

fn read_file(title: &str, name: &str, bytes: Vec<u8>) -> Result<Read, String> {
    if bytes.is_empty() {
        return Err("the file is empty".into());
    }
    if bytes.len() > LONGEST_EVIDENCE {
        let most = LONGEST_EVIDENCE >> 20;
        return Err(format!("the file has {} bytes; at most {most} MiB are kept", bytes.len()));
    }
    let media_type = sniffed(&bytes).ok_or_else(|| {
        "the file is no PNG, JPEG, GIF, WebP, PDF or plain text; what can run in a browser is not taken".to_owned()
    })?;
    let photograph = media_type.starts_with("image/");
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    let name: String = last.chars().filter(|c| !hostile(*c)).take(200).collect();
    let name = if name.is_empty() { "file".to_owned() } else { name };
    let title = short(if title.trim().is_empty() { &name } else { title })?;
    Ok(Read {
        kind: if photograph { EvidenceKind::Photograph } else { EvidenceKind::Document },
        title,
        link: None,
        retrieved_at: None,
        file_name: Some(name),
        media_type: media_type.into(),
        bytes,
    })
}

fn read_text(title: &str, text: &str) -> Result<Read, String> {
    let text = text.replace("\r\n", "\n");
    let text = text.trim();
    if text.is_empty() {
        return Err("the text is empty".into());
    }
    if text.len() > LONGEST_EVIDENCE {
        return Err("the text is too long".into());
    }
    let begins: String = text.lines().next().unwrap_or_default().chars().take(80).collect();
    Ok(Read {
        kind: EvidenceKind::Document,
        title: short(if title.trim().is_empty() { &begins } else { title })?,
        link: None,
        retrieved_at: None,
        file_name: None,
        media_type: "text/plain".into(),
        bytes: text.as_bytes().to_vec(),
    })
}

/// What the bytes are, if they are taken.
fn sniffed(bytes: &[u8]) -> Option<&'static str> {
    if let Some(kind) = infer::get(bytes) {
        return TAKEN.into_iter().find(|taken| *taken == kind.mime_type());
    }
    let text = std::str::from_utf8(bytes).ok()?;
    let plain = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    let markup = text.trim_start().starts_with('<');
    (text.chars().all(plain) && !markup).then_some("text/plain")
}

fn read_fact_check(text: &str, now: Timestamp) -> Result<Read, String> {
    if text.len() > LONGEST_EVIDENCE {
        return Err("the fact check is too long".into());
    }
    let sound = Json::parse(text).map_err(|error| format!("the fact check is no JSON: {error}"))?;
    let value: Value = sound.read().map_err(|error| error.to_string())?;
    let review = claim_review(&value)
        .ok_or("the JSON holds no `ClaimReview` of schema.org with `claimReviewed` and `author`")?;
    let claim = review.get("claimReviewed").and_then(Value::as_str).unwrap_or_default();
    let author = review
        .get("author")
        .and_then(|author| author.as_str().or_else(|| author.get("name").and_then(Value::as_str)));
    let author = author.ok_or("the fact check does not say who made it (`author.name`)")?;
    let rating = review.get("reviewRating").and_then(|rating| {
        ["alternateName", "ratingValue"].into_iter().find_map(|key| rating.get(key)?.as_str())
    });
    let link = review.get("url").and_then(Value::as_str).map(web).transpose()?;
    let rated = rating.map(|rating| format!(" — {rating}")).unwrap_or_default();
    let title: String = format!("{author}: “{claim}”{rated}").chars().take(LONGEST_TEXT).collect();
    Ok(Read {
        kind: EvidenceKind::FactCheck,
        title: short(&title)?,
        link,
        retrieved_at: Some(now),
        file_name: None,
        media_type: "application/ld+json".into(),
        bytes: text.as_bytes().to_vec(),
    })
}

/// The `ClaimReview` in a document: itself, one of a list, or one of a graph.
fn claim_review(value: &Value) -> Option<&Value> {
    let is = |one: &Value| match one.get("@type") {
        Some(Value::String(name)) => name == "ClaimReview",
        Some(Value::Array(names)) => names.iter().any(|name| name == "ClaimReview"),
        _ => false,
    };
    match value {
        Value::Array(all) => all.iter().find_map(claim_review),
        Value::Object(_) if is(value) => {
            value.get("claimReviewed").and_then(Value::as_str).map(|_| value)
        }
        Value::Object(members) => members.get("@graph").and_then(claim_review),
        _ => None,
    }
}

fn web(link: &str) -> Result<String, String> {
    let link = link.trim();
    let lower = link.to_ascii_lowercase();
    let sound = ["https://", "http://"].iter().any(|start| {
        lower
            .strip_prefix(start)
            .is_some_and(|rest| rest.contains('.') || rest.contains("localhost"))
    });
    if !sound || link.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(format!("`{}` is no address of a page; it begins with https://", cut(link)));
    }
    short(link)
}

fn short(text: &str) -> Result<String, String> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err("the evidence needs a title".into()),
        1..=LONGEST_TEXT => Ok(text.to_owned()),
        more => Err(format!("a title or address of {more} characters is too long")),
    }
}

/// Whether a character hides what a name is: it controls, or turns the direction of what follows.
fn hostile(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn cut(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_run_in_a_browser_is_not_taken() {
        assert_eq!(sniffed(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), Some("image/png"));
        assert_eq!(sniffed(b"%PDF-1.7\n"), Some("application/pdf"));
        assert_eq!(sniffed("Ein Brief.\n".as_bytes()), Some("text/plain"));
        for refused in [
            &b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"[..],
            b"<!doctype html><p>",
            b"  <html>",
            b"MZ\x90\0\x03",
            b"PK\x03\x04\x14\0",
            b"\0\x01\x02",
        ] {
            assert_eq!(sniffed(refused), None, "{refused:?}");
        }
    }

    #[test]
    fn a_fact_check_is_a_claim_review() {
        let text = r#"{"@context":"https://schema.org","@graph":[{"@type":"WebPage"},
            {"@type":"ClaimReview","claimReviewed":"The bridge was hit","url":"https://checks.example/7",
             "author":{"@type":"Organization","name":"Checks"},
             "reviewRating":{"@type":"Rating","alternateName":"False"}}]}"#;
        let read = read_fact_check(text, Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(read.title, "Checks: “The bridge was hit” — False");
        assert_eq!(read.link.as_deref(), Some("https://checks.example/7"));
        assert!(read_fact_check(r#"{"@type":"Article"}"#, Timestamp::UNIX_EPOCH).is_err());
        let unsafe_link = text.replace("https://checks.example/7", "javascript:alert(1)");
        assert!(read_fact_check(&unsafe_link, Timestamp::UNIX_EPOCH).is_err());
    }
}
