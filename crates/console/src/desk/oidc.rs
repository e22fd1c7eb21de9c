//! Sign-in by the operator's identity provider, at the door and in one's own room: the browser is sent there, comes back to
//! `/console/sign-in/oidc/back`, and whoever the provider vouches for is let in if they are one of our people. The session's
//! cookie never travels on a way that begins at another site, so what a way back is for stands in what was kept when it
//! began, tied to the browser by a cookie of its own. Must not verify what the provider says: that is `access::oidc`.

use super::{Door, again, note, open_as, sign_in, within};
use crate::access::{Began, Flow, IdentityProvider, OidcError, Purpose, Said, Token, lately};
use crate::page::html;
use crate::problem::{NOT_FOUND, NOT_PERMITTED, PROVIDER_DOWN, Problem, SIGN_IN_REFUSED};
use crate::query::Query;
use crate::state::{ConsoleState, storage};
use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode, header};
use jiff::Timestamp;
use model::{Person, PersonId, PersonState, Role};
use serde::Deserialize;
use store::{BY_PROVIDER, Change, Changed, Identity, Invited, StoreError};

/// A page that leads on. A redirect would not do: the policy of our pages lets no form lead to another site, and a browser
/// that comes from one brings the session's cookie only after a step on a page of ours.
#[derive(Debug, Template)]
#[template(path = "onward.html")]
struct Onward {
    door: Door,
    title: String,
    says: String,
    to: String,
    on: &'static str,
    /// Whether nobody need press anything.
    at_once: bool,
}

/// What the forms send.
#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    to: String,
    #[serde(default)]
    token: String,
    #[serde(default)]
    subject: String,
}

fn provider(state: &ConsoleState) -> Result<&IdentityProvider, Problem> {
    let none = || Problem::new(&NOT_FOUND, "No identity provider is set up here.");
    state.identity_provider().ok_or_else(none)
}

fn problem(error: OidcError) -> Problem {
    match error {
        OidcError::Down(why) => Problem::new(&PROVIDER_DOWN, why).retry_after(10),
        OidcError::Refused(why) => Problem::new(&SIGN_IN_REFUSED, why),
    }
}

fn refused(why: impl Into<String>) -> Problem {
    Problem::new(&SIGN_IN_REFUSED, why)
}

/// Sends the browser to the provider.
async fn begin(state: &ConsoleState, purpose: Purpose, to: &str) -> Result<Response, Problem> {
    let provider = provider(state)?;
    let (enters, back) = (matches!(purpose, Purpose::Enter), back_to(&purpose, to));
    let began = provider.begin(purpose, to, state.ids.as_ref(), state.clock.now()).await;
    let Began { address, browser } = match began.map_err(problem) {
        Ok(began) => began,
        Err(problem) if enters => return sign_in::refused(state, to, &problem),
        Err(problem) => return failed(state, &problem, back),
    };
    let name = &provider.settings().name;
    let mut response = html(&Onward {
        door: Door::new(state),
        title: format!("On to {name}"),
        says: format!(
            "You sign in there, and come back by yourself. {name} is told nothing of your work here."
        ),
        to: address,
        on: "Go on",
        at_once: true,
    })?;
    let cookie = Token::parse(&browser).and_then(|token| state.flow_cookie().give(&token));
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Where somebody is led whose sign-in failed.
fn back_to(purpose: &Purpose, to: &str) -> String {
    match purpose {
        Purpose::Enter => "/console/sign-in".into(),
        Purpose::Join(token) => format!("/console/join?token={token}"),
        Purpose::Again { .. } => format!("/console/again?to={}", crate::text::percent(to)),
        Purpose::Link { .. } => "/console/me".into(),
    }
}

fn failed(state: &ConsoleState, problem: &Problem, to: String) -> Result<Response, Problem> {
    let title = problem.kind().title.to_owned();
    let says = problem.detail().to_owned();
    let door = Door::new(state);
    let page = Onward { door, title, says, to, on: "Back", at_once: false };
    let mut response = html(&page)?;
    *response.status_mut() =
        StatusCode::from_u16(problem.kind().status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
    Ok(response)
}

/// `POST /console/sign-in/oidc`.
pub(crate) async fn enter(
    State(state): State<ConsoleState>,
    Form(asked): Form<Asked>,
) -> Result<Response, Problem> {
    begin(&state, Purpose::Enter, within(&asked.to)).await
}

/// `POST /console/join/oidc`: who has a link comes in by the provider from now on.
pub(crate) async fn join(
    State(state): State<ConsoleState>,
    Form(asked): Form<Asked>,
) -> Result<Response, Problem> {
    provider(&state)?;
    super::join::linked(&state, &asked.token).await?;
    begin(&state, Purpose::Join(asked.token), "/console/").await
}

/// `POST /console/again/oidc`.
pub(crate) async fn prove(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Form(asked): Form<Asked>,
) -> Result<Response, Problem> {
    let caller = state.known(&headers, None).await?;
    let (session, person) = session(&caller)?;
    begin(&state, Purpose::Again { session, person }, within(&asked.to)).await
}

/// `POST /console/me/oidc`: the provider's person is the one of this session from now on.
pub(crate) async fn link(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let caller = lately(state.known(&headers, None).await?, "/console/me")?;
    let (session, person) = session(&caller)?;
    begin(&state, Purpose::Link { session, person }, "/console/me?done=identity").await
}

/// `POST /console/me/oidc/remove`: only who has a password, too, does not lock themselves out.
pub(crate) async fn unlink(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Form(asked): Form<Asked>,
) -> Result<Response, Problem> {
    let caller = lately(state.known(&headers, None).await?, "/console/me")?;
    let (_, person) = session(&caller)?;
    let issuer = &provider(&state)?.settings().issuer;
    let password = state.store.password_of(person).await.map_err(|error| storage(&error))?;
    if password.is_none() {
        return Err(refused(
            "It is the only way in that you have; ask for a link and choose a password first.",
        ));
    }
    let by = (state.clock.now(), caller.by.as_str());
    let gone = state.store.remove_identity(issuer, &asked.subject, person, by).await;
    if gone.map_err(|error| storage(&error))? {
        note(&state, person, "identity_removed", Some(&asked.subject), &caller.by).await?;
    }
    Ok(super::see("/console/me?done=identity-removed"))
}

fn session(caller: &crate::Caller) -> Result<(String, PersonId), Problem> {
    let found = caller.session().map(|(session, person)| (session.id.clone(), person.id));
    found.ok_or_else(|| Problem::new(&NOT_PERMITTED, "A key has no identity."))
}

/// `GET /console/sign-in/oidc/back`: the provider's answer.
pub(crate) async fn back(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    query: Query,
) -> Result<Response, Problem> {
    let provider = provider(&state)?;
    let now = state.clock.now();
    let browser = state.flow_cookie().read(&headers);
    let browser = browser.as_ref().map_or("", Token::reveal);
    let Some(flow) = provider.take(query.get("state").unwrap_or(""), browser, now) else {
        let why = "This sign-in is not open in this browser: it was used, took longer than ten minutes, or began elsewhere. Begin again.";
        return sign_in::refused(&state, "/console/", &refused(why));
    };
    let done = match answered(&state, provider, &flow, &query, now).await {
        Ok(said) => taken(&state, &headers, provider, &flow, &said, now).await,
        Err(problem) => Err(problem),
    };
    let mut response = match done {
        Ok(response) => response,
        Err(problem) if flow.purpose == Purpose::Enter => {
            sign_in::refused(&state, &flow.to, &problem)?
        }
        Err(problem) => failed(&state, &problem, back_to(&flow.purpose, &flow.to))?,
    };
    if let Some(cookie) = state.flow_cookie().take() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

async fn answered(
    state: &ConsoleState,
    provider: &IdentityProvider,
    flow: &Flow,
    query: &Query,
    now: Timestamp,
) -> Result<Said, Problem> {
    let settings = provider.settings();
    // RFC 9207: an answer that names another issuer was not meant for this sign-in.
    if query.get("iss").is_some_and(|issuer| issuer != settings.issuer) {
        return Err(refused("The answer came from another identity provider."));
    }
    if let Some(error) = query.get("error") {
        let shown: String = crate::text::visible(error).chars().take(60).collect();
        tracing::info!(error = shown, "the identity provider let nobody through");
        let why = format!("{} did not let you through ({shown}).", settings.name);
        return Err(refused(why));
    }
    let code = query.get("code").ok_or_else(|| refused("The answer holds no code."))?;
    provider.finish(flow, code, state.clock.now().max(now)).await.map_err(problem)
}

/// Lets in, or notes as proved, whom the provider vouched for.
async fn taken(
    state: &ConsoleState,
    headers: &HeaderMap,
    provider: &IdentityProvider,
    flow: &Flow,
    said: &Said,
    now: Timestamp,
) -> Result<Response, Problem> {
    let mapped = mapped(provider, said)?;
    let door = || onward(state, &flow.to);
    match &flow.purpose {
        Purpose::Enter => {
            let person = person(state, provider, said, mapped, now).await?;
            let person = entrusted(state, provider, person, (mapped, said), now).await?;
            // Whoever was signed in there already proved nothing now.
            let proved = said.proved_at.unwrap_or(Timestamp::UNIX_EPOCH).min(now);
            open_as(state, headers, (&person, proved), door()?).await
        }
        Purpose::Join(token) => {
            let identity = identity(provider, said, PersonId::new(state.ids.next()), "", now);
            let person = match state.store.join_by_identity(token, identity).await {
                Ok(Some(person)) => person,
                Ok(None) => return Err(super::join::used()),
                Err(StoreError::Taken(_)) => return Err(elsewhere()),
                Err(error) => return Err(storage(&error)),
            };
            note(state, person.id, "identity_joined", Some(&shown(said)), &person.pseudonym)
                .await?;
            let person = entrusted(state, provider, person, (mapped, said), now).await?;
            open_as(state, headers, (&person, now), door()?).await
        }
        Purpose::Again { session, person } => {
            let whose = whose(state, provider, said).await?;
            if whose.as_ref().is_none_or(|found| found.id != *person) {
                return Err(refused("This is the identity of somebody else, or of nobody here."));
            }
            still_open(state, *person, session, now).await?;
            if let Some(person) = whose {
                entrusted(state, provider, person, (mapped, said), now).await?;
            }
            again::renewed_session(state, session, door()?).await
        }
        Purpose::Link { session, person } => {
            still_open(state, *person, session, now).await?;
            let found = state.store.person(*person).await.map_err(|error| storage(&error))?;
            let by = found.map(|person| person.pseudonym).unwrap_or_default();
            keep(state, identity(provider, said, *person, &by, now)).await?;
            door()
        }
    }
}

fn onward(state: &ConsoleState, to: &str) -> Result<Response, Problem> {
    html(&Onward {
        door: Door::new(state),
        title: "You are in".into(),
        says: "If the page does not change by itself, go on by hand.".into(),
        to: within(to).to_owned(),
        on: "Go on",
        at_once: true,
    })
}

async fn still_open(
    state: &ConsoleState,
    person: PersonId,
    session: &str,
    now: Timestamp,
) -> Result<(), Problem> {
    let open = state.store.sessions_of(person, now).await.map_err(|error| storage(&error))?;
    if open.iter().any(|one| one.id == session) {
        return Ok(());
    }
    Err(refused("The session ended meanwhile; sign in again."))
}

fn identity(
    provider: &IdentityProvider,
    said: &Said,
    person: PersonId,
    by: &str,
    now: Timestamp,
) -> Identity {
    Identity {
        issuer: provider.settings().issuer.clone(),
        subject: said.subject.clone(),
        person,
        name: said.name.clone(),
        linked_at: now,
        linked_by: by.to_owned(),
        used_at: None,
    }
}

fn elsewhere() -> Problem {
    refused("Somebody else here signs in with that identity.")
}

fn shown(said: &Said) -> String {
    said.name.clone().unwrap_or_else(|| said.subject.clone())
}

/// Keeps an identity for its person, and that it was kept.
async fn keep(state: &ConsoleState, identity: Identity) -> Result<(), Problem> {
    let added = state.store.add_identity(&identity).await.map_err(|error| storage(&error))?;
    if !added {
        return Err(elsewhere());
    }
    let detail = identity.name.as_deref().unwrap_or(&identity.subject);
    note(state, identity.person, "identity_added", Some(detail), &identity.linked_by).await
}

/// What the operator's mapping trusts these groups with; `None`: there is no mapping.
fn mapped(provider: &IdentityProvider, said: &Said) -> Result<Option<Role>, Problem> {
    if provider.settings().groups.is_empty() {
        return Ok(None);
    }
    let groups = said.groups.as_deref().unwrap_or_default();
    let role = provider.role(groups);
    if role.is_none() {
        tracing::warn!(
            subject = said.subject,
            "whoever signs in is in no group that may work here"
        );
        let why = format!(
            "{} says of no group of yours that it may work here.",
            provider.settings().name
        );
        return Err(refused(why));
    }
    Ok(role)
}

async fn whose(
    state: &ConsoleState,
    provider: &IdentityProvider,
    said: &Said,
) -> Result<Option<Person>, Problem> {
    let found = state.store.identified(&provider.settings().issuer, &said.subject).await;
    found.map_err(|error| storage(&error))
}

/// Who that is here: whoever is linked; else, where the operator says so, who has that verified address as their name, or
/// somebody new of a mapped group, who waits then. Whoever was unlinked or is suspended is nobody new: one human with two
/// pseudonyms would be their own second pair of eyes.
async fn person(
    state: &ConsoleState,
    provider: &IdentityProvider,
    said: &Said,
    mapped: Option<Role>,
    now: Timestamp,
) -> Result<Person, Problem> {
    if let Some(person) = whose(state, provider, said).await? {
        return Ok(person);
    }
    let settings = provider.settings();
    let removed = state.store.identity_was_removed(&settings.issuer, &said.subject).await;
    if removed.map_err(|error| storage(&error))? {
        tracing::warn!(subject = said.subject, "somebody signed in who was unlinked here");
        return Err(refused(format!(
            "{} vouches for you, but you are linked to nobody here any more. Link it again under “Your way in”, or ask an administrator to enter this identifier at your name: {}",
            settings.name, said.subject
        )));
    }
    let name = said.email.as_deref().filter(|_| settings.match_email).and_then(crate::access::name);
    if let Some(name) = name {
        let found = state.store.person_named(&name).await.map_err(|error| storage(&error))?;
        if let Some((person, _)) = found {
            if person.state != PersonState::Active {
                return Err(suspended());
            }
            keep(state, identity(provider, said, person.id, BY_PROVIDER, now)).await?;
            return Ok(person);
        }
    }
    if let Some(role) = mapped.filter(|_| settings.admit_groups) {
        let id = PersonId::new(state.ids.next());
        let identity = identity(provider, said, id, BY_PROVIDER, now);
        let new = Invited { id, role, by: BY_PROVIDER, at: now };
        let met = state.store.meet_by_identity(&new, &identity).await;
        let person = met.map_err(|error| storage(&error))?.ok_or_else(elsewhere)?;
        note(state, id, "identity_added", Some(&shown(said)), BY_PROVIDER).await?;
        tracing::warn!(
            person = person.pseudonym,
            "somebody new came by a group at the identity provider and waits to be let in"
        );
        return Ok(person);
    }
    tracing::warn!(subject = said.subject, "somebody signed in who is linked to nobody here");
    Err(refused(format!(
        "{} vouches for you, but you are linked to nobody here. Ask an administrator for a link, or to enter this identifier at your name: {}",
        settings.name, said.subject
    )))
}

fn suspended() -> Problem {
    refused("You are suspended here; ask an administrator.")
}

/// Reads anew what somebody is trusted with. Nobody who is suspended comes in, and nobody with more than the mapping says,
/// save that the last who manages people goes on doing so.
async fn entrusted(
    state: &ConsoleState,
    provider: &IdentityProvider,
    person: Person,
    (mapped, said): (Option<Role>, &Said),
    now: Timestamp,
) -> Result<Person, Problem> {
    if person.state == PersonState::Suspended {
        return Err(if state.store.waits(&person).await.map_err(|error| storage(&error))? {
            refused("You are known here now, and wait until an administrator lets you in.")
        } else {
            suspended()
        });
    }
    let role = mapped.unwrap_or(person.role);
    if role != person.role || person.state == PersonState::Invited {
        let change = Change {
            person: person.id,
            role,
            state: PersonState::Active,
            by: BY_PROVIDER,
            at: now,
        };
        let changed = state.store.change_person(&change).await.map_err(|error| storage(&error))?;
        if changed == Changed::LastAdministrator {
            // To keep them out would keep everybody out who could mend it.
            tracing::warn!(
                person = person.pseudonym, groups = %role,
                "the identity provider's groups say that the last administrator manages people no longer: the role stays"
            );
            note(state, person.id, "identity_role_kept", Some(role.title()), BY_PROVIDER).await?;
        } else if role != person.role {
            tracing::info!(
                person = person.pseudonym, before = %person.role, now = %role,
                "the identity provider's groups changed a role"
            );
            let detail = format!("{} to {}", person.role.title(), role.title());
            note(state, person.id, "identity_role", Some(&detail), BY_PROVIDER).await?;
        }
    }
    let issuer = &provider.settings().issuer;
    let used = state.store.identity_used(issuer, &said.subject, said.name.as_deref(), now).await;
    used.map_err(|error| storage(&error))?;
    let found = state.store.person(person.id).await.map_err(|error| storage(&error))?;
    Ok(found.unwrap_or(person))
}
