//! `/console/people`: who works here, what they may, and since when by whose word. Nobody changes
//! what they may themselves, and one administrator always stays (the store sees to that).

use super::{Desk, link, see};
use crate::Caller;
use crate::page::html;
use crate::problem::{BAD_QUERY, CASE_CLOSED, NOT_FOUND, Problem, SAME_PERSON};
use crate::query::Query;
use crate::state::{ConsoleState, storage};
use crate::text;
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use http::HeaderMap;
use model::{Permission, Person, PersonId, PersonState, Role};
use serde::Deserialize;
use store::{Change, Changed, Identity, Invited, PersonEvent, Session, Trusted};

const ROOM: &str = "/console/people";

#[derive(Debug, Template)]
#[template(path = "people.html")]
struct All {
    desk: Desk,
    /// Everybody, and whether they wait to be let in.
    people: Vec<(Person, bool)>,
}

#[derive(Debug, Template)]
#[template(path = "person.html")]
struct One {
    desk: Desk,
    person: Person,
    /// Whether it is the one who looks.
    own: bool,
    sessions: Vec<Session>,
    history: Vec<Trusted>,
    /// Whether they came by a group at the provider and wait to be let in.
    waiting: bool,
    events: Vec<PersonEvent>,
    identities: Vec<Identity>,
    /// How people call the operator's identity provider, if there is one.
    provider: Option<String>,
    /// A link that was just made; shown this once.
    link: Option<String>,
    told: Option<&'static str>,
}

fn state_says(state: &PersonState) -> &'static str {
    match state {
        PersonState::Invited => "Invited",
        PersonState::Active => "Active",
        PersonState::Suspended => "Suspended",
    }
}

/// `GET /console/people`.
pub(crate) async fn all(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::ManagePeople).await?;
    let all = state.store.people().await.map_err(|error| storage(&error))?;
    let mut people = Vec::with_capacity(all.len());
    for person in all {
        let waiting = state.store.waits(&person).await.map_err(|error| storage(&error))?;
        people.push((person, waiting));
    }
    html(&All { desk: Desk::new(&state, &caller, ROOM), people })
}

/// Whom to invite.
#[derive(Deserialize)]
pub(crate) struct Inviting {
    #[serde(default)]
    role: String,
}

fn role(word: &str) -> Result<Role, Problem> {
    word.parse().map_err(|error: model::NoSuchWord| Problem::new(&BAD_QUERY, format!("{error}.")))
}

/// `POST /console/people`.
pub(crate) async fn invite(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Form(asked): Form<Inviting>,
) -> Result<Response, Problem> {
    let caller = state.permit_lately(&headers, Permission::ManagePeople, ROOM).await?;
    let role = role(&asked.role)?;
    let (id, at) = (PersonId::new(state.ids.next()), state.clock.now());
    let invited = state.store.invite(&Invited { id, role, by: &caller.by, at }).await;
    let person = invited.map_err(|error| storage(&error))?;
    let link = link(&state, &caller, person.id).await?;
    page(&state, &caller, person, Some(link), None).await
}

async fn find(state: &ConsoleState, id: &str) -> Result<Person, Problem> {
    let nobody = || Problem::new(&NOT_FOUND, "There is no such person.");
    let id: PersonId = id.parse().map_err(|_| nobody())?;
    state.store.person(id).await.map_err(|error| storage(&error))?.ok_or_else(nobody)
}

async fn page(
    state: &ConsoleState,
    caller: &Caller,
    person: Person,
    link: Option<String>,
    told: Option<&'static str>,
) -> Result<Response, Problem> {
    let sessions = state.store.sessions_of(person.id, state.clock.now()).await;
    let history = state.store.person_history(person.id).await.map_err(|error| storage(&error))?;
    let events = state.store.person_events(person.id).await;
    let identities = state.store.identities_of(person.id).await;
    html(&One {
        desk: Desk::new(state, caller, ROOM),
        own: caller.person == Some(person.id),
        sessions: sessions.map_err(|error| storage(&error))?,
        waiting: history.first().is_some_and(Trusted::waits),
        history,
        events: events.map_err(|error| storage(&error))?,
        identities: identities.map_err(|error| storage(&error))?,
        provider: state.vouches().map(|(name, _)| name.to_owned()),
        person,
        link,
        told,
    })
}

/// `GET /console/people/{id}`.
pub(crate) async fn one(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(id): Path<String>,
    query: Query,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::ManagePeople).await?;
    let told = query.get("done").is_some().then_some("It is done, and holds from now on.");
    let person = find(&state, &id).await?;
    page(&state, &caller, person, None, told).await
}

/// What is to be done about a person.
#[derive(Deserialize)]
pub(crate) struct Asked {
    /// `role`, `suspend`, `lift`, `link`, `sessions`, `identity` or `no_identity`.
    #[serde(default)]
    r#do: String,
    /// The provider's name of them (`sub`).
    #[serde(default)]
    subject: String,
    /// The provider, when an identity is taken away.
    #[serde(default)]
    issuer: String,
    #[serde(default)]
    role: String,
}

/// `POST /console/people/{id}`.
pub(crate) async fn change(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(asked): Form<Asked>,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::ManagePeople).await?;
    let person = find(&state, &id).await?;
    let back = format!("{ROOM}/{}", person.id);
    let caller = crate::access::lately(caller, &back)?;
    if caller.person == Some(person.id) {
        let detail = "Nobody changes what they may themselves; ask another administrator.";
        return Err(Problem::new(&SAME_PERSON, detail));
    }
    let now = state.clock.now();
    let (new_role, new_state) = match asked.r#do.as_str() {
        "role" => (role(&asked.role)?, person.state),
        "suspend" => (person.role, PersonState::Suspended),
        "lift" if person.name.is_some() => (person.role, PersonState::Active),
        "lift" if has_identity(&state, &person).await? => (person.role, PersonState::Active),
        "lift" => (person.role, PersonState::Invited),
        "identity" | "no_identity" => {
            identity(&state, &caller, &person, &asked).await?;
            return Ok(see(&format!("{back}?done=1")));
        }
        "sessions" => {
            let ended = state.store.end_sessions(person.id, "", now).await;
            ended.map_err(|error| storage(&error))?;
            super::note(&state, person.id, "sessions_ended", None, &caller.by).await?;
            return Ok(see(&format!("{back}?done=1")));
        }
        "link" if person.state == PersonState::Suspended => {
            return Err(Problem::new(&CASE_CLOSED, "They are suspended; lift that first."));
        }
        "link" => {
            let link = link(&state, &caller, person.id).await?;
            return page(&state, &caller, person, Some(link), None).await;
        }
        _ => return Err(Problem::new(&BAD_QUERY, "`do` names nothing that can be done here.")),
    };
    let by = caller.by.as_str();
    let change = Change { person: person.id, role: new_role, state: new_state, by, at: now };
    match state.store.change_person(&change).await.map_err(|error| storage(&error))? {
        Changed::Done => Ok(see(&format!("{back}?done=1"))),
        Changed::NoSuch => Err(Problem::new(&NOT_FOUND, "There is no such person.")),
        Changed::LastAdministrator => {
            let detail = "Nobody else could manage people then; make another administrator first.";
            Err(Problem::new(&CASE_CLOSED, detail))
        }
    }
}

async fn has_identity(state: &ConsoleState, person: &Person) -> Result<bool, Problem> {
    let identities = state.store.identities_of(person.id).await.map_err(|error| storage(&error))?;
    Ok(!identities.is_empty())
}

/// Links an identity at the operator's provider to a person, or takes one away.
async fn identity(
    state: &ConsoleState,
    caller: &Caller,
    person: &Person,
    asked: &Asked,
) -> Result<(), Problem> {
    let subject = asked.subject.trim();
    if asked.r#do == "no_identity" {
        let by = (state.clock.now(), caller.by.as_str());
        let gone = state.store.remove_identity(&asked.issuer, subject, person.id, by).await;
        if gone.map_err(|error| storage(&error))? {
            super::note(state, person.id, "identity_removed", Some(subject), &caller.by).await?;
        }
        return Ok(());
    }
    let Some((_, issuer)) = state.vouches() else {
        return Err(Problem::new(&NOT_FOUND, "No identity provider is set up here."));
    };
    // OpenID Connect Core 1.0, section 2: at most 255 ASCII characters.
    if subject.is_empty() || subject.len() > 255 || !subject.bytes().all(|b| b.is_ascii_graphic()) {
        let detail = "The identifier (`sub`) has 1 to 255 plain characters.";
        return Err(Problem::new(&BAD_QUERY, detail));
    }
    let identity = Identity {
        issuer: issuer.to_owned(),
        subject: subject.to_owned(),
        person: person.id,
        name: None,
        linked_at: state.clock.now(),
        linked_by: caller.by.clone(),
        used_at: None,
    };
    if !state.store.add_identity(&identity).await.map_err(|error| storage(&error))? {
        return Err(Problem::new(&CASE_CLOSED, "Somebody else here signs in with that identity."));
    }
    super::note(state, person.id, "identity_added", Some(subject), &caller.by).await
}
