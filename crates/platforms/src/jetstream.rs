//! AT Protocol's Jetstream: one JSON line becomes one [`Event`] in our shape. Posts and profiles
//! become items; everything else (likes, follows, deletions, identities) is an event without one.
//! The original stays in `data`, so that rules written for Jetstream's own shape find it there.
//!
//! Records are written by strangers: a field of the wrong type is left out, never an error.

use model::{ActionId, Event, ItemId, Json};
use serde_json::{Map, Value, json};

const POST: &str = "app.bsky.feed.post";
const PROFILE: &str = "app.bsky.actor.profile";

/// Why a line is no Jetstream event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JetstreamError {
    /// Not JSON, or JSON that two readers could understand in two ways.
    #[error("not JSON: {0}")]
    Json(String),
    /// A part that every Jetstream event has is missing or of another type.
    #[error("not a Jetstream event: `{0}` is missing or of another type")]
    Missing(&'static str),
    /// The ids in it cannot be used.
    #[error("not a Jetstream event: {0}")]
    Id(#[from] model::IdError),
}

/// Converts one line.
///
/// # Errors
/// [`JetstreamError`] says what is wrong with the line.
pub fn event(line: &str) -> Result<Event, JetstreamError> {
    let json = Json::parse(line).map_err(|error| JetstreamError::Json(error.to_string()))?;
    let line: Value = json.read().map_err(|error| JetstreamError::Json(error.to_string()))?;
    let missing = JetstreamError::Missing;
    let did = text(&line, "/did").ok_or(missing("did"))?;
    let micros = line.get("time_us").and_then(Value::as_i64).ok_or(missing("time_us"))?;
    let timestamp = jiff::Timestamp::from_microsecond(micros)
        .map_err(|_| JetstreamError::Missing("time_us"))?;
    let kind = text(&line, "/kind").ok_or(missing("kind"))?;

    let mut data = Map::new();
    data.insert("account".into(), json!({ "id": did }));
    let (action_id, action_name) = match kind {
        "commit" => {
            let commit = Commit::read(did, &line)?;
            if let Some((item, account)) = commit.item() {
                data.insert("item".into(), item);
                data.insert("account".into(), account);
            }
            (format!("{}#{}", commit.uri, commit.rev), commit.action_name())
        }
        "identity" | "account" => {
            (format!("at://{did}#{kind}-{micros}"), format!("{kind}_updated"))
        }
        _ => return Err(missing("kind")),
    };
    for part in ["did", "kind", "commit", "identity"] {
        if let Some(value) = line.get(part) {
            data.insert(part.into(), value.clone());
        }
    }
    Ok(Event {
        action_id: ActionId::new(&action_id)?,
        action_name,
        timestamp,
        data: Json::of(&data).map_err(|error| JetstreamError::Json(error.to_string()))?,
        secret_data: None,
    })
}

fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer).and_then(Value::as_str)
}

fn list<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    value.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}

/// A change of one record in somebody's repository.
struct Commit<'a> {
    did: &'a str,
    operation: &'a str,
    collection: &'a str,
    rkey: &'a str,
    rev: &'a str,
    uri: String,
    record: Option<&'a Value>,
}

impl<'a> Commit<'a> {
    fn read(did: &'a str, line: &'a Value) -> Result<Self, JetstreamError> {
        let part = |pointer, name| text(line, pointer).ok_or(JetstreamError::Missing(name));
        let collection = part("/commit/collection", "commit.collection")?;
        let rkey = part("/commit/rkey", "commit.rkey")?;
        Ok(Self {
            did,
            operation: part("/commit/operation", "commit.operation")?,
            collection,
            rkey,
            rev: part("/commit/rev", "commit.rev")?,
            uri: format!("at://{did}/{collection}/{rkey}"),
            record: line.pointer("/commit/record"),
        })
    }

    /// `post_created`, `like_deleted`, ...; `record_...` for collections of other applications.
    fn action_name(&self) -> String {
        let what = match self.collection {
            POST => "post",
            PROFILE => "profile",
            "app.bsky.feed.like" => "like",
            "app.bsky.feed.repost" => "repost",
            "app.bsky.graph.follow" => "follow",
            "app.bsky.graph.block" => "block",
            _ => "record",
        };
        let done = match (self.collection, self.operation) {
            // A person's first profile is a change of the account as well.
            (PROFILE, "create") | (_, "update") => "updated",
            (_, "delete") => "deleted",
            _ => "created",
        };
        format!("{what}_{done}")
    }

    /// The item and its author, for a post or a profile that is there.
    fn item(&self) -> Option<(Value, Value)> {
        let record = self.record.filter(|_| self.operation != "delete")?;
        match self.collection {
            POST => Some((self.post(record), json!({ "id": self.did }))),
            PROFILE => Some(self.profile(record)),
            _ => None,
        }
    }

    fn post(&self, record: &Value) -> Value {
        let mut item = json!({
            "id": self.uri,
            "kind": "post",
            "url": format!("https://bsky.app/profile/{}/post/{}", self.did, self.rkey),
            "text": text(record, "/text").unwrap_or_default(),
        });
        let mut put = |name: &str, value: Value| {
            if let Some(object) = item.as_object_mut() {
                object.insert(name.into(), value);
            }
        };
        let languages: Vec<_> = list(record, "/langs").filter_map(Value::as_str).collect();
        if let Some(first) = languages.first() {
            put("language", json!(first));
            put("languages", json!(languages));
        }
        let sure = |uri: &&str| ItemId::new(uri).is_ok();
        if let Some(parent) = text(record, "/reply/parent/uri").filter(sure) {
            put("kind", json!("comment"));
            put("in_reply_to", json!(parent));
        }
        let quoted = text(record, "/embed/record/uri")
            .or_else(|| text(record, "/embed/record/record/uri"))
            .filter(sure);
        if let Some(quoted) = quoted {
            put("quotes", json!(quoted));
        }
        put("links", json!(links(record)));
        put("media", json!(self.media(record)));
        // When the author says that it was written. Not `created_at`: that is the platform's word,
        // and decides which warnings came before.
        if let Some(claimed) = text(record, "/createdAt") {
            put("claimed_at", json!(claimed));
        }
        item
    }

    fn profile(&self, record: &Value) -> (Value, Value) {
        let name = text(record, "/displayName").unwrap_or_default();
        let about = text(record, "/description").unwrap_or_default();
        let words: Vec<_> = [name, about].into_iter().filter(|part| !part.is_empty()).collect();
        let media: Vec<_> = ["avatar", "banner"]
            .into_iter()
            .filter_map(|part| self.image(record.get(part)?, None))
            .collect();
        let item = json!({
            "id": self.uri,
            "kind": "profile",
            "url": format!("https://bsky.app/profile/{}", self.did),
            "text": words.join("\n"),
            "media": media,
        });
        let mut account = json!({ "id": self.did });
        if let (false, Some(object)) = (name.is_empty(), account.as_object_mut()) {
            object.insert("display_name".into(), json!(name));
        }
        (item, account)
    }

    fn media(&self, record: &Value) -> Vec<Value> {
        let mut media = Vec::new();
        for embed in embeds(record) {
            for image in list(embed, "/images") {
                let found =
                    image.get("image").and_then(|blob| self.image(blob, text(image, "/alt")));
                media.extend(found);
            }
            if let Some(blob) = embed.get("video") {
                media.extend(self.video(blob, text(embed, "/alt")));
            }
        }
        media
    }

    fn image(&self, blob: &Value, alt: Option<&str>) -> Option<Value> {
        let cid = text(blob, "/ref/$link")?;
        let url = format!("https://cdn.bsky.app/img/feed_fullsize/plain/{}/{cid}", self.did);
        Some(medium("image", url, cid, alt))
    }

    fn video(&self, blob: &Value, alt: Option<&str>) -> Option<Value> {
        let cid = text(blob, "/ref/$link")?;
        let url = format!("https://video.bsky.app/watch/{}/{cid}/playlist.m3u8", self.did);
        Some(medium("video", url, cid, alt))
    }
}

fn medium(kind: &str, url: String, cid: &str, alt: Option<&str>) -> Value {
    let mut medium = json!({ "kind": kind, "url": url });
    if let Some(object) = medium.as_object_mut() {
        if let Some(sha256) = sha256_of(cid) {
            object.insert("sha256".into(), json!(sha256));
        }
        if let Some(alt) = alt.filter(|alt| !alt.is_empty()) {
            object.insert("alt".into(), json!(alt));
        }
    }
    medium
}

/// The embed itself and, for a quotation with media, the media beside it.
fn embeds(record: &Value) -> impl Iterator<Item = &Value> {
    [record.pointer("/embed"), record.pointer("/embed/media")].into_iter().flatten()
}

/// Links marked in the text, then the link card; each once.
fn links(record: &Value) -> Vec<&str> {
    let marked = list(record, "/facets")
        .flat_map(|facet| list(facet, "/features"))
        .filter_map(|feature| text(feature, "/uri"));
    let card = embeds(record).filter_map(|embed| text(embed, "/external/uri"));
    let mut links = Vec::new();
    for link in marked.chain(card) {
        if !links.contains(&link) {
            links.push(link);
        }
    }
    links
}

/// A blob's CID (version 1, raw, SHA-256, base32) holds the SHA-256 of its bytes.
fn sha256_of(cid: &str) -> Option<String> {
    const ALPHABET: &[u8] = b"abcdefghijklmnopqrstuvwxyz234567";
    const RAW_SHA256: [u8; 4] = [0x01, 0x55, 0x12, 0x20];
    let (mut bits, mut count, mut bytes) = (0_u32, 0, Vec::with_capacity(36));
    for letter in cid.strip_prefix('b')?.bytes() {
        let five = ALPHABET.iter().position(|known| *known == letter)?;
        bits = (bits << 5 | u32::try_from(five).ok()?) & 0xFFF;
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from((bits >> count) & 0xFF).ok()?);
        }
    }
    let hash = bytes.strip_prefix(&RAW_SHA256)?;
    (hash.len() == 32).then(|| hash.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{ItemKind, Subject};

    fn post(record: &Value) -> Event {
        let line = json!({
            "did": "did:plc:abc", "time_us": 1_783_175_888_090_631_i64, "kind": "commit",
            "commit": {
                "rev": "3mp", "operation": "create", "collection": POST, "rkey": "3k",
                "record": record, "cid": "bafy",
            },
        });
        event(&line.to_string()).unwrap()
    }

    #[test]
    fn a_post_keeps_all_that_people_see() {
        let event = post(&json!({
            "text": "Look: example.org…",
            "langs": ["de", "en"],
            "createdAt": "1999-01-01T00:00:00Z",
            "reply": { "parent": { "uri": "at://did:plc:p/app.bsky.feed.post/1" } },
            "facets": [{ "features": [
                { "$type": "app.bsky.richtext.facet#link", "uri": "https://example.org/a" },
                { "$type": "app.bsky.richtext.facet#tag", "tag": "x" },
            ] }],
            "embed": {
                "$type": "app.bsky.embed.recordWithMedia",
                "record": { "record": { "uri": "at://did:plc:q/app.bsky.feed.post/2" } },
                "media": { "images": [{ "alt": "A cat", "image": { "ref": {
                    "$link": "bafkreicr4rtucvqhpgbcbi3xn5vodivatxoh4xonzfk5nbkhpngpaww6ei"
                } } }] },
            },
        }));
        assert_eq!(event.action_name, "post_created");
        assert_eq!(event.action_id.as_str(), "at://did:plc:abc/app.bsky.feed.post/3k#3mp");
        let subject = Subject::of(&event).unwrap().unwrap();
        // The author's own date does not count as the time of the conduct.
        assert_eq!(subject.conduct_at(&event), event.timestamp);
        let item = subject.item;
        assert_eq!(item.id.as_str(), "at://did:plc:abc/app.bsky.feed.post/3k");
        assert_eq!(item.url.unwrap(), "https://bsky.app/profile/did:plc:abc/post/3k");
        assert_eq!(item.kind, ItemKind::Comment);
        assert_eq!(item.text, "Look: example.org…");
        assert_eq!(item.language.as_deref(), Some("de"));
        assert_eq!(item.links, ["https://example.org/a"]);
        assert_eq!(item.in_reply_to.unwrap().as_str(), "at://did:plc:p/app.bsky.feed.post/1");
        assert_eq!(item.quotes.unwrap().as_str(), "at://did:plc:q/app.bsky.feed.post/2");
        assert_eq!(item.media[0].alt.as_deref(), Some("A cat"));
        // SHA-256 of `a cat`, as any tool computes it.
        assert_eq!(
            item.media[0].sha256.as_deref(),
            Some("51e467415607798220a3776f6ae1a2a09ddc7e5dcdc955d685477b4cf05ade22")
        );
    }

    #[test]
    fn a_record_of_nonsense_is_still_an_event() {
        let event = post(&json!({
            "text": 7, "langs": "en", "facets": [1, { "features": {} }], "createdAt": [],
            "embed": { "images": "x", "video": 3, "external": null },
            "reply": { "parent": { "uri": "at://\u{202E}" } },
        }));
        let subject = Subject::of(&event).unwrap().unwrap();
        assert_eq!(subject.item.text, "");
        assert_eq!(subject.item.in_reply_to, None);
    }

    #[test]
    fn a_profile_is_an_item() {
        let line = json!({
            "did": "did:plc:abc", "time_us": 1, "kind": "commit",
            "commit": {
                "rev": "r", "operation": "update", "collection": PROFILE, "rkey": "self",
                "record": { "displayName": "Ann", "description": "Baker" },
            },
        });
        let event = event(&line.to_string()).unwrap();
        assert_eq!(event.action_name, "profile_updated");
        let subject = Subject::of(&event).unwrap().unwrap();
        assert_eq!(subject.item.kind, ItemKind::Profile);
        assert_eq!(subject.item.text, "Ann\nBaker");
        assert_eq!(subject.account.display_name.as_deref(), Some("Ann"));
    }

    #[test]
    fn what_is_no_event_is_an_error() {
        for (line, says) in [
            ("{", "not JSON"),
            ("[]", "`did`"),
            (r#"{"did":"d","did":"e"}"#, "stands twice"),
            (r#"{"did":"d","time_us":"x"}"#, "`time_us`"),
            (r#"{"did":"d","time_us":9223372036854775807,"kind":"commit"}"#, "`time_us`"),
            (r#"{"did":"d","time_us":1,"kind":"other"}"#, "`kind`"),
            (r#"{"did":"d","time_us":1,"kind":"commit"}"#, "`commit.collection`"),
            ("{\"did\":\"d\\u0000\",\"time_us\":1,\"kind\":\"account\"}", "U+0000"),
        ] {
            let error = event(line).unwrap_err().to_string();
            assert!(error.contains(says), "{line}: {error}");
        }
    }
}
