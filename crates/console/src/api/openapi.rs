//! The description of the interface as a whole; each handler describes itself.

use serde_json::{Map, Value};
use std::collections::BTreeSet;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::AdditionalProperties;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    Content, ContentBuilder, PathItem, Ref, RefOr, Response, ResponseBuilder, Schema,
};
use utoipa::{Modify, OpenApi, ToSchema};

/// RFC 9457: what went wrong, at which stable address it is explained, and what to do.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "a schema for readers; `problem::Problem` writes the JSON")]
pub(crate) struct ProblemBody {
    /// Stable address of the kind: `/problems/busy`.
    #[schema(example = "/problems/busy")]
    r#type: String,
    /// The kind in a few words.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What is wrong in this case.
    detail: String,
    /// What to do about it.
    remedy: String,
    /// Seconds to wait, when waiting helps.
    retry_after: Option<u64>,
}

/// A clause as it read, in one language.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "a schema for readers; `model::ClauseText` writes the JSON")]
pub(crate) struct ClauseBody {
    /// `policy#clause`.
    id: String,
    policy_title: String,
    title: String,
    /// Markdown.
    text: String,
    /// BCP 47.
    language: String,
    /// The version in which it reads so.
    rulebook: String,
}

/// One thing that is done.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "a schema for readers; `model::Measure` writes the JSON")]
pub(crate) struct MeasureBody {
    /// `label`, `notice`, `demote`, `age_gate`, `remove`, `warn`, `lock`, `suspend` or `ban`.
    measure: String,
    /// Of a label: its name.
    name: Option<String>,
    /// Of a lock or suspension: its end.
    #[schema(format = DateTime)]
    until: Option<String>,
}

/// The statement of reasons as everybody may read it.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "a schema for readers; `model::PublicView` writes the JSON")]
pub(crate) struct StatementBody {
    decision: String,
    #[schema(format = DateTime)]
    decided_at: String,
    /// Version of the rulebook.
    rulebook: String,
    /// `breach` or `no_breach`.
    outcome: String,
    /// Of a breach: the clauses, the gravest first.
    clauses: Option<Vec<String>>,
    /// The gravest clause as it read, per language.
    clause: Vec<ClauseBody>,
    /// The passage, only where the rulebook makes texts public.
    passage: Option<PassageBody>,
    /// Facts relied on, per language.
    facts: std::collections::BTreeMap<String, String>,
    measures: Vec<MeasureBody>,
    /// ISO 3166-1; empty = everywhere.
    territorial_scope: Vec<String>,
    ladder_step: Option<String>,
    /// `own_initiative`, `report` or `order`.
    source: String,
    /// Whether a rule found it.
    automated_detection: bool,
    /// `fully`, `partially` or `not_automated`.
    automated_decision: String,
    /// How many people decided.
    people: usize,
    /// Why a warning was passed over.
    emergency: Option<String>,
    /// The exemption under which the item stands behind a notice in place of what the ladder takes.
    exemption: Option<ExemptedBody>,
    /// The decision that this one takes the place of.
    replaces: Option<String>,
    #[schema(format = DateTime)]
    appeal_until: String,
}

/// What a decision under an exemption says of it.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "a schema for readers; `model::Exempted` writes the JSON")]
pub(crate) struct ExemptedBody {
    /// Its id in the public register.
    id: String,
    /// Which public interest there is in seeing the item.
    reason: String,
    /// What stands before the item, for its readers.
    notice: String,
    /// When it ends by itself.
    #[schema(format = DateTime)]
    until: String,
}

/// A stretch of one text, in bytes of UTF-8.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "a schema for readers; `model::Passage` writes the JSON")]
pub(crate) struct PassageBody {
    /// Where the text stands in the event's data.
    field: String,
    start: usize,
    end: usize,
    text: String,
}

/// One thing that happened on the platform.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "a schema for readers; `model::Event` reads the JSON")]
#[schema(example = json!({
    "action_id": "1001", "action_name": "post_created", "timestamp": "2026-03-01T12:00:00Z",
    "data": {
        "item": { "id": "p1", "url": "https://plaza.example/p/p1", "text": "Good morning" },
        "account": { "id": "a1", "name": "ann", "language": "en" }
    }
}))]
pub(crate) struct EventBody {
    /// The platform's id of the event: text or number.
    action_id: String,
    /// What happened.
    action_name: String,
    #[schema(format = DateTime)]
    timestamp: String,
    /// What the rules read; `item` and `account` say what it is about.
    data: Map<String, Value>,
    /// What only rules with `Secret[...]` read; never shown, never logged.
    secret_data: Option<Value>,
}

/// What the platform says about carrying a decision out.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "a schema for readers; `model::Receipt` reads the JSON")]
#[schema(example = json!({
    "decision": "8c966393-6386-56b5-b4f9-8929dfd00a4a", "state": "notice_delivered",
    "at": "2026-03-01T12:00:00Z"
}))]
pub(crate) struct ReceiptBody {
    decision: String,
    /// The `ending` of the message `measure.ended`, when that was carried out.
    ending: Option<String>,
    /// `enforced`, `notice_delivered` or `failed`.
    #[schema(pattern = "^(enforced|notice_delivered|failed)$")]
    state: String,
    /// By the platform's clock.
    #[schema(format = DateTime)]
    at: String,
    /// More, for people.
    detail: Option<String>,
}

/// What somebody says is wrong with one item, or with several.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "a schema for readers; `flow::Notice` reads the JSON")]
#[schema(example = json!({
    "item": "p1", "reason": "It threatens my neighbour.",
    "clause": "violent-threats#direct-threat", "reporter": "a2"
}))]
pub(crate) struct ReportBody {
    /// Id or address of the item.
    item: Option<String>,
    /// Ids or addresses, when there are several: 50 at most.
    items: Option<Vec<String>>,
    reason: String,
    /// The clause, if the reporter names one.
    clause: Option<String>,
    /// The law under which it is illegal, if the reporter names one.
    law: Option<String>,
    /// The platform's id of the reporter; never public.
    reporter: Option<String>,
    /// The reporter's name; never public.
    name: Option<String>,
    /// The reporter's e-mail address; never public.
    email: Option<String>,
    /// Whether the reporter is to be told by e-mail what becomes of it; whom the platform knows, it tells itself.
    mail: Option<bool>,
    /// That the reporter believes in good faith that it is accurate and complete.
    good_faith: Option<bool>,
    /// Whether it is about the sexual abuse of a child.
    child_abuse: Option<bool>,
}

/// A change of a list.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "a schema for readers; `api::lists` reads the JSON")]
#[schema(example = json!({ "add": ["shop.example"], "remove": [], "why": "a raid since noon" }))]
pub(crate) struct ListEditBody {
    /// Entries to put in.
    add: Vec<String>,
    /// Entries to take out.
    remove: Vec<String>,
    /// Why; kept with the change.
    why: String,
}

/// What a person holds.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "a schema for readers; `flow::Verdict` reads the JSON")]
#[schema(example = json!({
    "outcome": "breach", "clause": "hateful-conduct#slurs", "passage": { "start": 0, "end": 12 },
    "reason": "The word is thrown at a person.", "emergency": { "reason": "A crowd gathers.", "evidence": ["https://news.example/42"] }
}))]
pub(crate) struct VerdictBody {
    /// `breach` or `no_breach`.
    #[schema(pattern = "^(breach|no_breach)$")]
    outcome: String,
    /// Of a breach: the clause.
    clause: Option<String>,
    /// Of a breach: `start` and `end` in bytes of the item's text.
    passage: Option<Map<String, Value>>,
    /// Why, in plain words.
    reason: String,
    /// `reason`: why a warning is to be passed over, and `evidence`: what shows it (links, or hashes of evidence
    /// that is kept); needs a second person.
    emergency: Option<Map<String, Value>>,
    /// What sets the item apart from like ones that were held otherwise, where that is settled. Public.
    departs: Option<String>,
    /// Why one person decides alone what needs two: it cannot wait. Public, and looked at by another person
    /// afterwards; only for what the rulebook names in `break_glass`.
    break_glass: Option<String>,
    /// The step of the ladder that is chosen, from 0, where the rulebook lets people choose a milder one.
    step: Option<u32>,
    /// Ids of evidence attached to the case that the decision rests on.
    evidence: Option<Vec<String>>,
}

/// Evidence without a file: a page elsewhere, a text, or a fact check.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "a schema for readers; `evidence::Asked` reads the JSON")]
#[schema(example = json!({ "link": "https://news.example/7", "title": "The report", "retrieved_at": "2026-11-20T08:00:00Z" }))]
pub(crate) struct EvidenceBody {
    /// The address of a page.
    link: Option<String>,
    /// What it is called.
    title: Option<String>,
    /// When it was read; now, if left out. With an appeal it is always the moment at which it comes.
    retrieved_at: Option<String>,
    /// Instead of a link: a text.
    text: Option<String>,
    /// Instead of a link: a schema.org `ClaimReview`, as it was published.
    claim_review: Option<Map<String, Value>>,
}

/// What is like this? One of `text`, `item`.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "a schema for readers; `like::Asked` reads the JSON")]
#[schema(example = json!({ "text": "They are stealing your vote", "limit": 5 }))]
pub(crate) struct LikeBody {
    /// A text.
    text: Option<String>,
    /// The platform's id of an item that came in.
    item: Option<String>,
    /// The share of short stretches of text from which on an item is named: 0.3 to 1.
    threshold: Option<f64>,
    /// At most so many: 1 to 100.
    limit: Option<usize>,
    /// Only items of which something was held under this clause.
    clause: Option<String>,
}

/// What is to be forgotten: one of `item`, `account`, `decision`.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "a schema for readers; `erasures::Asked` reads the JSON")]
#[schema(example = json!({ "account": "a1" }))]
pub(crate) struct ErasureBody {
    /// The platform's id of an item.
    item: Option<String>,
    /// The platform's id of an account; its items are forgotten too.
    account: Option<String>,
    /// A decision; the event it was made on is forgotten, with every decision on it.
    decision: Option<String>,
    /// Whether decisions may be dropped that the platform was not told of yet.
    drop_unsent: Option<bool>,
}

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "A key with scopes: `events`, `receipts`, `review`, `regulator`, `erasures`, `audit`, `enforcement`.",
            ))
            .build();
        openapi
            .components
            .get_or_insert_default()
            .add_security_scheme("key", SecurityScheme::Http(scheme));
    }
}

fn problem(description: &str) -> RefOr<Response> {
    let body = Ref::from_schema_name("ProblemBody");
    let body = ContentBuilder::new().schema(Some(body)).build();
    RefOr::T(
        ResponseBuilder::new()
            .description(description)
            .content("application/problem+json", body)
            .build(),
    )
}

/// Adds what every operation can answer, whatever it does: handlers describe what is their own.
pub(crate) fn complete(openapi: &mut utoipa::openapi::OpenApi) {
    let mut asked = BTreeSet::new();
    for (path, item) in &mut openapi.paths.paths {
        let PathItem { get, put, post, delete, patch, .. } = item;
        for operation in [get, put, post, delete, patch].into_iter().flatten() {
            complete_one(operation, path.contains('{'));
            let Some(RefOr::T(body)) = &operation.request_body else { continue };
            asked.extend(body.content.values().filter_map(|content| match content {
                RefOr::T(Content { schema: Some(RefOr::Ref(to)), .. }) => {
                    to.ref_location.rsplit('/').next().map(str::to_owned)
                }
                _ => None,
            }));
        }
    }
    // What is asked is read strictly: a misspelt name is refused rather than passed over.
    let schemas = openapi.components.iter_mut().flat_map(|all| &mut all.schemas);
    for (name, schema) in schemas {
        if asked.contains(name)
            && let RefOr::T(Schema::Object(object)) = schema
        {
            object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
        }
    }
}

fn complete_one(operation: &mut Operation, named: bool) {
    let mut all = vec![
        ("400", "The query or the body cannot be read"),
        ("503", "It cannot be answered at present; `retry_after` says when to come again"),
    ];
    if operation.security.is_some() {
        all.push(("401", "No key, or one that is not known"));
        all.push(("403", "The key has not the scope"));
        all.push(("429", "Too many requests; `retry_after` says when to come again"));
    }
    if named {
        all.push(("404", "There is nothing of that name"));
    }
    if operation.request_body.is_some() {
        all.push(("413", "The body is too large"));
        all.push(("415", "The body is no JSON"));
    }
    for (status, description) in all {
        operation
            .responses
            .responses
            .entry(status.to_owned())
            .or_insert_with(|| problem(description));
    }
}

/// The description without its paths, which the router adds.
#[derive(Debug, OpenApi)]
#[openapi(
    info(
        title = "Evenhand",
        version = "1",
        description = "Send what happens on the platform; get decisions with their reasons. \
            Reading what is public needs no key. Problems are RFC 9457."
    ),
    components(schemas(ProblemBody, super::webhooks::CopyWord)),
    modifiers(&Bearer),
    tags(
        (name = "platform", description = "For the platform that sends events"),
        (name = "review", description = "For people who decide cases"),
        (name = "public", description = "For everybody")
    )
)]
pub(crate) struct Description;
