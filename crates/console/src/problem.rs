//! What is said when something cannot be done: RFC 9457 problems with stable addresses, as JSON for
//! programs and as a page for people. Must not tell internal causes; those go to the log only.

use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Map, Value};
use std::fmt::Display;

/// One kind of problem; its address is `/problems/NAME` and never changes.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// Last part of the address.
    pub name: &'static str,
    /// HTTP status.
    pub status: u16,
    /// What went wrong, in a few words.
    pub title: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
}

macro_rules! kinds {
    ($($ident:ident = $name:literal, $status:literal, $title:literal, $remedy:literal;)*) => {
        $(#[doc = $title] pub static $ident: Kind =
            Kind { name: $name, status: $status, title: $title, remedy: $remedy };)*
        /// Every kind that there is.
        pub static ALL: &[&Kind] = &[$(&$ident),*];
    };
}

kinds! {
    NOT_FOUND = "not-found", 404, "There is nothing here",
        "Check the address. Decisions and rulebook versions are never deleted, so a link to one stays good.";
    METHOD_NOT_ALLOWED = "method-not-allowed", 405, "This address does not take that method",
        "The header `Allow` of the answer says which methods the address takes.";
    GONE = "link-lapsed", 410, "This link has lapsed",
        "Open it in a browser and have a new one sent, or ask the platform for one.";
    TOOK_PART = "took-part", 403, "You had a hand in this decision",
        "Somebody who took no part in it, in no role, must look at the appeal. That holds for administrators, too.";
    UNSENT = "unsent-decisions", 409, "Decisions on it were not sent to the platform yet",
        "Erase it once they are sent; or set `drop_unsent`, and the platform will never carry them out.";
    BAD_QUERY = "bad-query", 400, "A query parameter cannot be read",
        "The detail names the parameter and says what it may hold.";
    UNKNOWN_PARAMETER = "unknown-parameter", 400, "The address does not know that query parameter",
        "Correct the name. A parameter that is misspelt would otherwise be ignored in silence, and the answer would be another than the one asked for.";
    MALFORMED_EVENT = "malformed-event", 400, "This is not an event",
        "Send a JSON object with `action_id`, `action_name`, `timestamp` and `data`. Keys may not repeat, nesting may not go deeper than 127 levels, and ids may not hold invisible characters.";
    NOT_UTF8 = "not-utf8", 400, "The text is not UTF-8",
        "Send UTF-8. The detail says at which byte the text stops being UTF-8; a truncated body often looks like this.";
    MALFORMED_BODY = "malformed-body", 400, "The body cannot be read",
        "Send one JSON object with the fields that /openapi.json lists for this address. The detail says what and where.";
    BAD_GZIP = "bad-gzip", 400, "The body is not sound gzip",
        "Send a whole gzip stream, or send the body without compression and without `Content-Encoding`.";
    BODY_TOO_LARGE = "body-too-large", 413, "The body is too large",
        "Send fewer events in one request. The detail tells the limit.";
    EVENT_TOO_LARGE = "event-too-large", 413, "The event is too large",
        "Send pictures and videos by link, not inside the event. The detail tells the limit.";
    EXPANDS_TOO_FAR = "expands-too-far", 413, "The body expands too far",
        "Send the events uncompressed or in smaller batches. A small body that unpacks into a very large one is refused before it fills the memory.";
    UNSUPPORTED_MEDIA_TYPE = "unsupported-media-type", 415, "The body has a type that is not read here",
        "Send `application/json` for one event, `application/x-ndjson` for many.";
    UNSUPPORTED_ENCODING = "unsupported-encoding", 415, "The body has an encoding that is not read here",
        "Send the body as it is or with `Content-Encoding: gzip`.";
    ACTION_ID_REUSED = "action-id-reused", 409, "The same `action_id` came before with other content",
        "Give every event an id of its own. The first event stands and is not decided again; the second is kept too, as evidence, and is not decided.";
    BUSY = "busy", 503, "The server takes in no more just now",
        "Send the event again after the seconds in `Retry-After`. Nothing that was accepted is lost; what was refused was not accepted.";
    TOO_MANY_REQUESTS = "too-many-requests", 429, "This key sends too fast",
        "Wait for the seconds in `Retry-After`, and send events in batches.";
    STORAGE = "storage", 503, "The server cannot write just now",
        "The event was not accepted. Send it again later; the operator has been told in the log.";
    KEY_MISSING = "key-missing", 401, "A key is needed",
        "Send the header `Authorization: Bearer KEY`. The operator makes keys with `evenhand key add`.";
    KEY_UNKNOWN = "key-unknown", 401, "The key is not known",
        "Check the key; it may have been withdrawn.";
    SCOPE_MISSING = "scope-missing", 403, "The key does not allow that",
        "Ask the operator for a key with the scope that the detail names.";
    SIGN_IN = "sign-in", 401, "Nobody is signed in",
        "Sign in at /console/sign-in; a session ends by itself when it is not used.";
    PASSKEY_REFUSED = "passkey-refused", 422, "The passkey was not accepted",
        "Try again: a challenge is good for five minutes and once. Or sign in with your password, and see under “Your way in” which passkeys are kept.";
    PROVIDER_DOWN = "provider-down", 503, "The identity provider cannot be reached",
        "Sign in with your password if you have one, or try again in a while. The operator finds the cause in the server's log.";
    SIGN_IN_REFUSED = "sign-in-refused", 422, "The sign-in was refused",
        "The detail says why. Begin again at /console/sign-in; the operator finds more in the server's log.";
    NOT_PERMITTED = "not-permitted", 403, "Your role does not include that",
        "Ask an administrator; they can change what you are trusted with.";
    PROVE_AGAIN = "prove-again", 403, "Show once more that it is you",
        "Give your password again at /console/again; what you were about to do can be done for some minutes then.";
    FROM_ELSEWHERE = "from-elsewhere", 403, "The request comes from another site",
        "Open the page here and use the form on it. If a link brought you, somebody may have wanted you to do what you did not mean to.";
    FORM_EXPIRED = "form-expired", 403, "The form is not of this session",
        "Go back, load the page again and send the form anew. Programs send the header `x-csrf-token`, or better a key.";
    RECEIPT_UNKNOWN = "receipt-unknown", 404, "The receipt is for no decision of this server",
        "Send receipts with the id of the decision that was sent to you.";
    CASE_CLOSED = "case-closed", 409, "The case does not wait for that any more",
        "Read the case again: somebody was there first.";
    CASE_CLAIMED = "case-claimed", 409, "Somebody else works on the case",
        "Take another case, wait until the lock ends, or ask them to hand it over.";
    NOT_YOURS = "not-yours", 409, "You do not have this case",
        "Claim it first: a lock ends by itself, and yours may have run out.";
    SAME_PERSON = "same-person", 409, "A second person is needed",
        "Somebody else must agree, with a key of their own. Nobody approves their own proposal or replaces their own decision.";
    NOT_ADOPTED = "not-adopted", 409, "The draft cannot come into force like this",
        "The detail says why: it was not tried on what holds now, it waits for another person, or it is in force already.";
    RULEBOOK_UNSOUND = "rulebook-unsound", 422, "The rulebook does not check",
        "The detail names the first problems with file and line. `evenhand check DIR` tells all of them.";
    WEBHOOK_REFUSED = "webhook-refused", 422, "The webhook cannot be so",
        "Mend what the detail names; the address must be one that this server may call.";
    REFUSED = "refused", 422, "The rulebook does not allow that decision",
        "The detail says which condition is missing: a clause, a passage inside the text, a reason, a warning before a punishment.";
    NOT_SHOWN = "not-shown", 502, "The file cannot be shown",
        "The detail says why. Look at it where the platform shows it, or ask the operator whether this server may fetch it.";
    INTERNAL = "internal", 500, "Something broke on our side",
        "Try again. If it stays, tell the operator the id in the header `x-request-id`.";
    UNDECIDABLE = "undecidable", 500, "The event could not be decided",
        "Nothing was done. The event is kept for the operator, who finds the cause in the log.";
    TIMEOUT = "timeout", 503, "The answer took too long",
        "Send the same event again: the same `action_id` with the same content is never decided twice.";
}

/// One problem of one kind.
#[derive(Debug, Clone)]
pub struct Problem {
    kind: &'static Kind,
    detail: String,
    retry_after: Option<u64>,
    allow: Option<HeaderValue>,
    more: Map<String, Value>,
}

impl Problem {
    /// A problem with what is wrong in this case.
    pub fn new(kind: &'static Kind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), retry_after: None, allow: None, more: Map::new() }
    }

    /// Something broke: the cause goes to the log, the caller gets none of it.
    pub fn internal(cause: impl Display) -> Self {
        tracing::error!(%cause, "a request could not be answered");
        Self::new(&INTERNAL, "The cause is in the server's log.")
    }

    /// Adds when to come again.
    #[must_use]
    pub const fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// When to come again, if it says so.
    pub const fn retry_seconds(&self) -> Option<u64> {
        self.retry_after
    }

    /// Adds the methods that the address does take.
    #[must_use]
    pub fn allow(mut self, methods: Option<HeaderValue>) -> Self {
        self.allow = methods;
        self
    }

    /// Adds a member of its own.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.more.insert(name.into(), value.into());
        self
    }

    /// A member of its own, if it is a text.
    pub fn member(&self, name: &str) -> Option<&str> {
        self.more.get(name).and_then(Value::as_str)
    }

    /// Its kind.
    pub const fn kind(&self) -> &'static Kind {
        self.kind
    }

    /// What is wrong in this case.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.kind.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The JSON object of RFC 9457.
    pub fn json(&self) -> Value {
        let mut object = Map::new();
        object.insert("type".into(), format!("/problems/{}", self.kind.name).into());
        object.insert("title".into(), self.kind.title.into());
        object.insert("status".into(), self.kind.status.into());
        object.insert("detail".into(), self.detail.as_str().into());
        object.insert("remedy".into(), self.kind.remedy.into());
        if let Some(seconds) = self.retry_after {
            object.insert("retry_after".into(), seconds.into());
        }
        object.extend(self.more.clone());
        Value::Object(object)
    }

    /// Puts status and headers of this problem on an answer, whatever its body.
    pub fn dress(&self, mut response: Response) -> Response {
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if let Some(methods) = &self.allow {
            headers.insert(header::ALLOW, methods.clone());
        }
        if self.kind.status == 401 {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

const PROBLEM_JSON: (HeaderName, HeaderValue) =
    (header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = ([PROBLEM_JSON], self.json().to_string()).into_response();
        // Pages show it in their own way: see `page::problems`.
        response.extensions_mut().insert(self.clone());
        self.dress(response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_names_of_their_own_and_say_what_to_do() {
        let mut names: Vec<_> = ALL.iter().map(|kind| kind.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
        for kind in ALL {
            assert!(kind.remedy.ends_with('.') && !kind.title.ends_with('.'), "{}", kind.name);
            assert!((400..600).contains(&kind.status), "{}", kind.name);
        }
    }

    #[test]
    fn a_problem_is_rfc_9457() {
        let problem = Problem::new(&BUSY, "full").retry_after(2).with("line", 7);
        let json = problem.json();
        assert_eq!(json["type"], "/problems/busy");
        assert_eq!((&json["status"], &json["line"]), (&Value::from(503), &Value::from(7)));
        let response = problem.into_response();
        assert_eq!(response.headers()["retry-after"], "2");
        assert_eq!(response.headers()["content-type"], "application/problem+json");
    }
}
