//! Functions on the events of the AT Protocol, by the names under which Bluesky's public rule sets
//! call them: readers of what an event carries, and what their effects ask the labeller for.

use super::{Call, Family, Needs, Signature, Special, dates};
use crate::types::Type;
use crate::value::{BinaryOperator, Exception, Fault, Str, Value, binary};

pub(super) fn register(all: &mut Vec<Signature>) {
    let reader = |name, returns, read, doc| {
        Signature::special(Family::Atproto, name, returns, Special::Event(read), doc)
    };
    let ours = |name, returns, doc, run| Signature::ours(Family::Atproto, name, returns, doc, run);
    let strings = || Type::list(Type::Str);
    let maybe = || Type::optional(Type::Str);
    let effect = |name, doc| {
        Signature::special(Family::Atproto, name, Type::Effect, Special::Effect, doc)
            .argument("entity", Type::Str)
            .argument("comment", maybe())
            .default(Value::None)
    };
    let label = |name, doc| {
        effect(name, doc)
            .argument("label", Type::Str)
            .argument("email", maybe())
            .default(Value::None)
            .argument("expiration_in_hours", Type::optional(Type::Int))
            .default(Value::None)
            .argument("cid", maybe())
            .default(Value::None)
    };
    let takedown = |name, doc| effect(name, doc).argument("email", maybe()).default(Value::None);
    let tag = |name, doc| effect(name, doc).argument("tag", Type::Str);
    all.extend([
        ours("DidFromUri", maybe(), "The account's DID in an `at://` address; None if there is none.", |call| Ok(call.argument(0).as_str().and_then(did).map_or(Value::None, Value::str)))
            .argument("uri", maybe()),
        ours("CollectionFromUri", maybe(), "The collection in an `at://` address; None if there is none.", |call| part(call, 1)).argument("uri", maybe()),
        ours("RecordKeyFromUri", maybe(), "The record's key in an `at://` address; None if there is none.", |call| part(call, 2)).argument("uri", maybe()),
        ours("TimestampAge", Type::Float, "The seconds from a moment, as people or programs write it, to the event; 0 if it lies ahead.", age)
            .argument("timestamp", Type::Str)
            .needs(Needs::Moment),
        Signature::ours(Family::Time, "UnixTimeAge", Type::Float, "The seconds from a moment, given in seconds since 1970, to the event; 0 if it lies ahead.", unix_age)
            .argument("timestamp", Type::Float)
            .needs(Needs::Moment),
        reader("GetRecordURI", Type::Str, record_uri, "The `at://` address of the record that the event is about."),
        reader("GetRecordCID", Type::Str, |data| text_at(data, &[&["cid"], &["operation", "cid"]], "a CID"), "The CID of the record that the event is about."),
        reader("GetHandle", Type::Str, handle, "The account's handle by its DID document; `Error` if there is none."),
        reader("GetPDSService", Type::Str, service, "Where the account's data server is, by its DID document; `Error` if it does not say."),
        reader("GetDIDCreatedAt", Type::Str, created_at, "When the account's DID was made, by its audit log; `Error` if there is none."),
        reader("MentionsFromFacets", strings(), |data| Ok(facets(data, "app.bsky.richtext.facet#mention", "did")), "The DIDs that the facets of the record mention."),
        reader("LinksFromFacets", strings(), |data| Ok(facets(data, "app.bsky.richtext.facet#link", "uri")), "The links in the facets of the record."),
        reader("TagsFromFacets", strings(), |data| Ok(facets(data, "app.bsky.richtext.facet#tag", "tag")), "The tags in the facets of the record."),
        reader("SelfLabels", strings(), self_labels, "The labels that the author put on the record."),
        label("AtprotoLabel", "Asks for a label on an account or record."),
        label("AddAtprotoLabel", "Asks for a label on an account or record."),
        label("RemoveAtprotoLabel", "Asks for a label to be taken off an account or record."),
        tag("AddAtprotoTag", "Asks for a moderators' tag on an account or record."),
        tag("RemoveAtprotoTag", "Asks for a moderators' tag to be taken off an account or record."),
        tag("AtprotoTag", "Asks for a moderators' tag on an account or record.")
            .argument("neg", Type::optional(Type::Bool))
            .default(false)
            .argument("apply_if", Type::optional(Type::Rule))
            .default(Value::None),
        effect("AtprotoAcknowledge", "Asks for the open reports on an account or record to be acknowledged."),
        effect("AtprotoComment", "Asks for a moderators' comment on an account or record."),
        effect("AtprotoEscalate", "Asks for an account or record to be escalated."),
        effect("AtprotoSendEmail", "Asks for a mail to an account.").argument("email", Type::Str),
        effect("AtprotoReport", "Asks for an account or record to be reported.")
            .argument("report_kind", Type::Str)
            .argument("priority_score", Type::optional(Type::Int))
            .default(Value::None),
        takedown("AddAtprotoTakedown", "Asks for an account or record to be taken down."),
        takedown("RemoveAtprotoTakedown", "Asks for a takedown to be lifted."),
        Signature::special(Family::Atproto, "AtprotoList", Type::Effect, Special::Effect, "Asks for an account to be put on a moderation list.")
            .argument("did", Type::Str)
            .alias("entity")
            .argument("list_uri", Type::Str)
            .argument("comment", maybe())
            .default(Value::None),
        Signature::special(Family::Labels, "BanUser", Type::Effect, Special::Effect, "Asks for an account to be banned. It is told to the caller; what follows from a breach is the ladder's to say.")
            .argument("entity", Type::Str)
            .argument("comment", Type::Str),
    ]);
}

/// `did:plc:abc` in `at://did:plc:abc/collection/key`.
fn did(uri: &str) -> Option<&str> {
    let did = parts(uri)?.next()?;
    did.starts_with("did:").then_some(did)
}

fn parts(uri: &str) -> Option<std::str::Split<'_, char>> {
    Some(uri.strip_prefix("at://")?.split('/'))
}

fn part(call: &Call<'_>, at: usize) -> Result<Value, Fault> {
    let found = call.argument(0).as_str().and_then(|uri| parts(uri)?.nth(at));
    Ok(found.filter(|part| !part.is_empty()).map_or(Value::None, Value::str))
}

fn age(call: &Call<'_>) -> Result<Value, Fault> {
    let now = call.context.now;
    let text = call.text(0)?;
    let then = match text.parse::<jiff::Timestamp>() {
        Ok(then) => then,
        Err(_) => dates::parse(text, call.context.written().date())
            .and_then(|then| jiff::tz::Offset::UTC.to_timestamp(then).ok())
            .ok_or_else(|| Fault::error(Exception::ValueError, "this is not a date or time"))?,
    };
    Ok(Value::Float(now.duration_since(then).as_secs_f64().max(0.0)))
}

fn unix_age(call: &Call<'_>) -> Result<Value, Fault> {
    let now = call.context.now.duration_since(jiff::Timestamp::UNIX_EPOCH).as_secs_f64();
    match binary(BinaryOperator::Subtract, &Value::Float(now), call.argument(0))? {
        Value::Float(seconds) => Ok(Value::Float(seconds.max(0.0))),
        other => Err(Fault::wrong_type("float", &other)),
    }
}

/// The value at keys, one inside the other.
fn at<'v>(data: &'v Value, keys: &[&str]) -> Option<&'v Value> {
    keys.iter().try_fold(data, |value, key| match value {
        Value::Map(map) => map.get(key),
        _ => None,
    })
}

/// The text at the first of several places.
fn text_at(data: &Value, places: &[&[&str]], what: &'static str) -> Result<Value, Fault> {
    let found = places.iter().find_map(|keys| at(data, keys).filter(|v| v.as_str().is_some()));
    found.cloned().ok_or_else(|| {
        Fault::error(Exception::KeyError, format!("the event does not carry {what}"))
    })
}

fn record_uri(data: &Value) -> Result<Value, Fault> {
    if let Ok(uri) = text_at(data, &[&["uri"], &["operation", "uri"]], "an address") {
        return Ok(uri);
    }
    let part = |key: &'static str| {
        text_at(data, &[&[key], &["operation", key], &["commit", key]], "the record's address")
    };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (did, collection, key) = (part("did")?, part("collection")?, part("rkey")?);
    Ok(Value::from(format!("at://{}/{}/{}", text(&did), text(&collection), text(&key))))
}

/// What the public functions give when a document lacks what they look for.
fn or_error(found: Option<&str>) -> Result<Value, Fault> {
    Ok(Value::str(found.unwrap_or("Error")))
}

fn handle(data: &Value) -> Result<Value, Fault> {
    let known = at(data, &["did_doc", "alsoKnownAs"]).and_then(Value::as_list).unwrap_or_default();
    or_error(known.iter().filter_map(Value::as_str).find_map(|name| name.strip_prefix("at://")))
}

fn service(data: &Value) -> Result<Value, Fault> {
    let services = at(data, &["did_doc", "service"]).and_then(Value::as_list).unwrap_or_default();
    let server = services
        .iter()
        .find(|one| at(one, &["id"]).and_then(Value::as_str) == Some("#atproto_pds"));
    or_error(server.and_then(|one| at(one, &["serviceEndpoint"])?.as_str()))
}

fn created_at(data: &Value) -> Result<Value, Fault> {
    let log = at(data, &["did_audit_log"]);
    let entries = log.and_then(|log| log.as_list().or_else(|| at(log, &["entries"])?.as_list()));
    let first = entries.and_then(<[Value]>::first);
    or_error(first.and_then(|entry| {
        at(entry, &["createdAt"]).or_else(|| at(entry, &["created_at"]))?.as_str()
    }))
}

fn record(data: &Value) -> Option<&Value> {
    at(data, &["operation", "record"])
        .or_else(|| at(data, &["record"]))
        .or_else(|| at(data, &["commit", "record"]))
}

fn facets(data: &Value, kind: &str, key: &str) -> Value {
    let facets = record(data).and_then(|record| at(record, &["facets"])?.as_list());
    let features = facets
        .unwrap_or_default()
        .iter()
        .filter_map(|facet| at(facet, &["features"])?.as_list())
        .flatten()
        .filter(|feature| at(feature, &["$type"]).and_then(Value::as_str) == Some(kind));
    let found: Vec<Str> =
        features.filter_map(|feature| at(feature, &[key])?.as_str()).map(Str::from).collect();
    Value::texts(found)
}

#[expect(clippy::unnecessary_wraps, reason = "the type that all readers have")]
fn self_labels(data: &Value) -> Result<Value, Fault> {
    let values = record(data).and_then(|record| at(record, &["labels", "values"])?.as_list());
    let labels = values.unwrap_or_default().iter().filter_map(|one| at(one, &["val"])?.as_str());
    Ok(Value::texts(labels.map(Str::from).collect::<Vec<_>>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_fall_into_parts() {
        assert_eq!(did("at://did:plc:abc/app.bsky.feed.post/3k"), Some("did:plc:abc"));
        for none in ["at://alice.example/app.bsky.feed.post/3k", "https://x.example", ""] {
            assert_eq!(did(none), None, "{none}");
        }
    }
}
