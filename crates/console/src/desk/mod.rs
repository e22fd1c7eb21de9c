//! The desk: pages for the people who work here, all below `/console/`. [`Desk`] is the frame around
//! each; [`ROOMS`] says which rooms there are and who may enter. Must not decide who somebody is:
//! that is `access`.

pub(crate) mod affiliations;
mod again;
mod alone;
mod appeals;
mod audit;
pub(crate) mod bulk;
mod case;
pub(crate) mod cases;
pub(crate) mod enforcement;
pub(crate) mod exemptions;
mod home;
mod join;
mod keys;
mod looks;
mod me;
mod monitor;
#[cfg(feature = "oidc")]
mod oidc;
mod passkeys;
mod people;
mod precedents;
mod proposals;
mod quality;
pub(crate) mod queues;
mod replay;
mod reporters;
mod sign_in;
mod sign_out;
mod webhooks;

pub(crate) use replay::Jobs;

use crate::access::Caller;
use crate::problem::Problem;
use crate::state::ConsoleState;
use axum::Router;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use http::{HeaderValue, header};
use model::Permission;

/// A room of the desk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Room {
    /// Its address.
    pub href: &'static str,
    /// Its name in the navigation.
    pub name: &'static str,
    /// What is done there, in a line.
    pub says: &'static str,
    /// Who may enter.
    pub permission: Permission,
    /// Whether the room is there yet; the navigation shows no others.
    pub open: bool,
}

const fn room(
    open: bool,
    href: &'static str,
    name: &'static str,
    says: &'static str,
    permission: Permission,
) -> Room {
    Room { href, name, says, permission, open }
}

use Permission as P;

/// The rooms, in the order of the navigation. Whoever builds one opens it here.
#[rustfmt::skip]
pub(crate) const ROOMS: &[Room] = &[
    room(true, "/console/queues", "Queues", "What waits, by queue", P::ReadCases),
    room(true, "/console/cases", "Cases", "Find a case", P::ReadCases),
    room(true, "/console/appeals", "Appeals", "What people contest", P::HearAppeals),
    room(true, "/console/proposals", "Proposals", "What needs a second yes", P::ReadCases),
    room(true, "/console/exemptions", "Exemptions", "Departures from the ladder, by register", P::ReadCases),
    room(true, "/console/affiliations", "Affiliations", "Who speaks for whom, with sources", P::ReadCases),
    room(true, "/console/enforcement", "Enforcement", "Decided, but not yet enforced", P::ReadEnforcement),
    room(true, "/console/alone", "Done alone", "What could not wait for a second person", P::ReadCases),
    room(true, "/console/monitor", "Secret decisions", "Does the platform show what we decided?", P::ReadEnforcement),
    room(true, "/console/quality", "Quality", "Do we agree with each other?", P::Decide),
    room(true, "/console/audit", "Evenness", "Are like cases treated alike?", P::ReadAudit),
    room(true, "/console/audit/blind", "Same or not", "Two posts, without who and what was decided: do they say the same?", P::Decide),
    room(true, "/console/reporters", "Reporters", "How reports turn out, and how that orders the work", P::ReadCases),
    room(true, "/console/precedents", "Precedents", "Lines that people settled, and worked cases from them", P::ReadCases),
    room(true, "/console/replay", "Replay", "What would another rulebook have decided?", P::Replay),
    room(true, "/console/people", "People", "Who works here, and what they may", P::ManagePeople),
    room(true, "/console/keys", "Keys", "What programs may", P::ManageKeys),
    room(true, "/console/webhooks", "Webhooks", "Who is told what leaves", P::ManageEnforcement),
    room(true, "/console/looks", "Looks", "Who looked at whose data", P::ReadLooks),
];

/// Rooms that stand together in a menu of the navigation; all others stand in it by themselves, before the menus.
const MENUS: &[(&str, &[&str])] = &[
    ("Registers", &["/console/exemptions", "/console/affiliations"]),
    ("Carried out", &["/console/enforcement", "/console/alone", "/console/monitor"]),
    (
        "Learning",
        &[
            "/console/quality",
            "/console/audit/blind",
            "/console/audit",
            "/console/reporters",
            "/console/precedents",
            "/console/replay",
        ],
    ),
    ("House", &["/console/people", "/console/keys", "/console/webhooks", "/console/looks"]),
];

/// A menu of the navigation.
#[derive(Debug)]
pub(crate) struct Menu {
    pub name: &'static str,
    pub rooms: Vec<Room>,
}

impl Menu {
    /// The room that is open, if it is one of these.
    pub(crate) fn here(&self, at: &str) -> Option<&Room> {
        self.rooms.iter().find(|room| room.href == at)
    }
}

/// What stands around every page of the desk. A template calls its field `desk`, extends
/// `desk.html`, and puts `{% call parts::csrf(desk) %}{% endcall %}` into each form that posts.
#[derive(Debug, Clone)]
pub(crate) struct Desk {
    /// Address of the room that is open.
    pub at: &'static str,
    /// Whose posts these are.
    pub provider: String,
    /// Under which name the person works.
    pub who: String,
    /// What each form brings along in its field `csrf`.
    pub csrf: String,
    rooms: Vec<Room>,
}

impl Desk {
    /// The frame for a page in the room at `at`, as `caller` sees it.
    pub(crate) fn new(state: &ConsoleState, caller: &Caller, at: &'static str) -> Self {
        let rooms = ROOMS.iter().filter(|room| room.open && caller.may(room.permission));
        Self {
            at,
            provider: crate::reads::provider(state),
            who: caller.by.clone(),
            csrf: caller.csrf().to_owned(),
            rooms: rooms.copied().collect(),
        }
    }

    /// The rooms that the person may enter.
    pub(crate) fn rooms(&self) -> &[Room] {
        &self.rooms
    }

    /// The rooms that stand in the navigation by themselves; also what would be alone in its menu.
    pub(crate) fn alone(&self) -> Vec<Room> {
        let menus = self.menus();
        let inside = |room: &&Room| menus.iter().any(|menu| menu.here(room.href).is_some());
        self.rooms.iter().filter(|room| !inside(room)).copied().collect()
    }

    /// The menus of the navigation, with the rooms that the person may enter.
    pub(crate) fn menus(&self) -> Vec<Menu> {
        let find = |href: &&str| self.rooms.iter().find(|room| room.href == *href).copied();
        let menus = MENUS
            .iter()
            .map(|(name, hrefs)| Menu { name, rooms: hrefs.iter().filter_map(find).collect() });
        menus.filter(|menu| menu.rooms.len() > 1).collect()
    }

    pub(crate) fn asset(&self, name: &str) -> String {
        crate::assets::address(name)
    }
}

/// The frame around pages before anybody is signed in.
#[derive(Debug, Clone)]
pub(crate) struct Door {
    /// Whose posts these are.
    pub provider: String,
}

impl Door {
    pub(crate) fn new(state: &ConsoleState) -> Self {
        Self { provider: crate::reads::provider(state) }
    }

    pub(crate) fn asset(&self, name: &str) -> String {
        crate::assets::address(name)
    }
}

/// The rooms that are of no package in particular.
pub(crate) fn router() -> Router<ConsoleState> {
    Router::new()
        .route("/console", get(|| async { Redirect::permanent("/console/") }))
        .route("/console/", get(home::show))
        .route("/console/appeals", get(appeals::list))
        .route("/console/appeals/{id}", get(appeals::show))
        .route("/console/appeals/{id}/answer", post(appeals::answer))
        .route("/console/appeals/{id}/approve", post(appeals::approve))
        .route("/console/appeals/{id}/escalate", post(appeals::escalate))
        .route("/console/monitor", get(monitor::show))
        .route("/console/queues", get(queues::show))
        .route("/console/reporters", get(reporters::list))
        .route("/console/reporters/{report}", get(reporters::one))
        .route("/console/cases", get(cases::list))
        .route("/console/cases/next", post(cases::next))
        .route("/console/cases/{id}/work", post(cases::work))
        .route("/console/filters", post(cases::filters))
        .route("/console/proposals", get(proposals::list))
        .route("/console/proposals/{case}", post(proposals::second))
        .route("/console/bulk", post(bulk::prepare))
        .route("/console/bulk/", get(bulk::all))
        .route("/console/bulk/new", get(bulk::new))
        .route("/console/bulk/{id}", get(bulk::show).post(bulk::act))
        .route("/console/sign-in", get(sign_in::show).post(sign_in::enter))
        .route("/console/sign-in/passkey", get(passkeys::ask).post(passkeys::enter))
        .route("/console/sign-out", post(sign_out::leave))
        .route("/console/join", get(join::show).post(join::enter))
        .route("/console/again", get(again::show).post(again::prove))
        .route("/console/again/passkey", post(passkeys::prove))
        .route("/console/me/passkey", get(passkeys::make).post(passkeys::add))
        .route("/console/me/passkey/remove", post(passkeys::remove))
        .route("/console/me", get(me::show))
        .route("/console/me/password", post(me::password))
        .route("/console/me/sessions", post(me::end))
        .route("/console/people", get(people::all).post(people::invite))
        .route("/console/people/{id}", get(people::one).post(people::change))
        .route("/console/keys", get(keys::all).post(keys::add))
        .route("/console/keys/revoke", post(keys::revoke))
        .route("/console/webhooks", get(webhooks::all).post(webhooks::add))
        .route("/console/webhooks/{id}", get(webhooks::one).post(webhooks::act))
        .route("/console/exemptions", get(exemptions::show).post(exemptions::propose))
        .route("/console/exemptions/{id}", post(exemptions::answer))
        .route("/console/affiliations", get(affiliations::show).post(affiliations::enter))
        .route("/console/affiliations/{id}/withdraw", post(affiliations::withdraw))
        .route("/console/affiliations/proposals/{id}", post(affiliations::answer))
        .route("/console/affiliations/corrections/{id}", post(affiliations::correct))
        .route("/console/alone", get(alone::show))
        .route("/console/alone/{id}", post(alone::look))
        .route("/console/looks", get(looks::show))
        .merge(replay::router())
        .route("/console/precedents", get(precedents::show).post(precedents::make))
        .route("/console/precedents/{decision}/case.yaml", get(precedents::file))
        .route("/console/enforcement", get(enforcement::show).post(enforcement::again))
        .merge(audit::router())
        .merge(case::router())
        .merge(quality::router())
        .merge(by_provider())
}

/// The ways by the operator's identity provider.
#[cfg(feature = "oidc")]
fn by_provider() -> Router<ConsoleState> {
    Router::new()
        .route("/console/sign-in/oidc", post(oidc::enter))
        .route(crate::access::BACK, get(oidc::back))
        .route("/console/join/oidc", post(oidc::join))
        .route("/console/again/oidc", post(oidc::prove))
        .route("/console/me/oidc", post(oidc::link))
        .route("/console/me/oidc/remove", post(oidc::unlink))
}

#[cfg(not(feature = "oidc"))]
fn by_provider() -> Router<ConsoleState> {
    Router::new()
}

/// Where somebody wanted to go, if it is a page of the desk; any other address might be a trap.
pub(crate) fn within(to: &str) -> &str {
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '\\' | '"' | '<' | '>' | '`');
    let fits = to.starts_with("/console/")
        && to.len() <= 2000
        && to.chars().all(plain)
        && !to.contains("//")
        && !to.contains("/.");
    let door = ["/console/sign-in", "/console/sign-out", "/console/join", "/console/again"];
    if fits && !door.iter().any(|door| to.starts_with(door)) { to } else { "/console/" }
}

/// A word about something in a register, with its reason, as a form says it.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Word {
    #[serde(default)]
    pub word: String,
    #[serde(default)]
    pub reason: String,
}

/// Sends the browser to a page of the desk after a form was taken in.
pub(crate) fn see(to: &str) -> Response {
    Redirect::to(within(to)).into_response()
}

/// What somebody without a session gets for a page: the way to sign in, and back.
pub(crate) fn to_sign_in(asked: Option<&http::uri::PathAndQuery>) -> Response {
    let to = asked.map_or("/console/", |asked| within(asked.as_str()));
    let address = if to == "/console/" {
        "/console/sign-in".to_owned()
    } else {
        format!("/console/sign-in?to={}", crate::text::percent(to))
    };
    let mut response = Redirect::to(&address).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// What somebody gets who must show once more who they are: the way to do it, and on.
pub(crate) fn to_prove(back: &str) -> Response {
    let address = format!("/console/again?to={}", crate::text::percent(within(back)));
    Redirect::to(&address).into_response()
}

/// A link by which `person` chooses a password; earlier ones are good for nothing from now on.
///
/// # Errors
/// A problem when it cannot be kept.
async fn link(
    state: &ConsoleState,
    caller: &Caller,
    person: model::PersonId,
) -> Result<String, Problem> {
    let (token, at) = (hex::encode(state.ids.secret()), state.clock.now());
    let made = store::Link { person, token: &token, at, ends_at: at + GOOD_FOR };
    state.store.add_link(&made).await.map_err(|error| crate::state::storage(&error))?;
    note(state, person, "link", None, &caller.by).await?;
    Ok(format!("{}/console/join?token={token}", state.public_url))
}

/// Writes down what was done about somebody's way in.
///
/// # Errors
/// A problem when it cannot be kept.
async fn note(
    state: &ConsoleState,
    person: model::PersonId,
    what: &str,
    detail: Option<&str>,
    by: &str,
) -> Result<(), Problem> {
    let event = store::PersonEvent {
        what: what.into(),
        detail: detail.map(str::to_owned),
        at: state.clock.now(),
        by: by.into(),
    };
    let kept = state.store.add_person_event(person, &event).await;
    kept.map_err(|error| crate::state::storage(&error))
}

/// What a kind of such an event says.
fn event_says(what: &str) -> &str {
    match what {
        "link" => "A link to choose a password was made",
        "joined" => "Chose a name and a password by a link",
        "password" => "The password was changed",
        "passkey_added" => "A passkey was added",
        "identity_added" => "An identity at the provider was linked",
        "identity_joined" => "Came in by a link, with an identity at the provider",
        "identity_removed" => "An identity at the provider was unlinked",
        "identity_role" => "The provider's groups changed the role",
        "identity_role_kept" => {
            "Nobody else manages people, so the role stays, though the provider's groups say"
        }
        "passkey_removed" => "A passkey was removed",
        "key_made" => "Made a key",
        "key_revoked" => "Withdrew a key",
        "sessions_ended" => "Sessions were ended",
        other => other,
    }
}

/// Opens a session and gives the browser its cookie. The token is always a new one.
///
/// # Errors
/// A problem when the session cannot be kept.
async fn open(
    state: &ConsoleState,
    headers: &http::HeaderMap,
    person: &model::Person,
    response: Response,
) -> Result<Response, Problem> {
    open_as(state, headers, (person, state.clock.now()), response).await
}

/// The same for somebody who proved who they are at another time.
///
/// # Errors
/// A problem when the session cannot be kept.
async fn open_as(
    state: &ConsoleState,
    headers: &http::HeaderMap,
    (person, proved_at): (&model::Person, jiff::Timestamp),
    mut response: Response,
) -> Result<Response, Problem> {
    let (token, now) = (crate::access::Token::draw(state.ids.as_ref()), state.clock.now());
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    let session = store::Session {
        id: state.ids.next().to_string(),
        person: person.id,
        made_at: now,
        seen_at: now,
        proved_at,
        ends_at: now + LONGEST,
        ended_at: None,
        agent: browser(agent.unwrap_or("")),
    };
    let forget = now - KEPT;
    // Whoever signs in again in the same browser leaves no open session behind.
    if let Some(old) = state.cookie().read(headers)
        && let Ok(Some((old, _))) = state.store.session(old.reveal(), now).await
    {
        let ended = state.store.end_session(&old.id, old.person, now).await;
        ended.map_err(|error| crate::state::storage(&error))?;
    }
    let opened = state.store.open_session(&session, token.reveal(), forget).await;
    opened.map_err(|error| crate::state::storage(&error))?;
    if let Some(cookie) = state.cookie().give(&token) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// No session lives longer.
const LONGEST: jiff::SignedDuration = jiff::SignedDuration::from_hours(7 * 24);
/// A link is good for so long.
const GOOD_FOR: jiff::SignedDuration = jiff::SignedDuration::from_hours(72);
/// Ended sessions are forgotten after that.
const KEPT: jiff::SignedDuration = jiff::SignedDuration::from_hours(30 * 24);

/// The browser and the system in a few words, enough to know one's own again.
fn browser(agent: &str) -> String {
    let first = |known: &[(&str, &'static str)]| {
        known.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name)
    };
    let program = first(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = first(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (program, system) {
        (Some(program), Some(system)) => format!("{program} on {system}"),
        (Some(one), None) | (None, Some(one)) => one.into(),
        (None, None) => "Another browser".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_the_desk_are_gone_back_to() {
        for good in ["/console/", "/console/cases/1?queue=hate&page=2#x", "/console/queues"] {
            assert_eq!(within(good), good);
        }
        for bad in [
            "",
            "https://evil.example/console/",
            "//evil.example/console/",
            "/console//evil.example",
            "/console/../..//evil.example",
            "/console/./x",
            "/console/\\evil.example",
            "/console/\r\nSet-Cookie: a=b",
            "/console/sign-out",
            "/console/sign-in?to=/console/",
            "/consoles",
            "/lookup",
            "javascript:alert(1)",
        ] {
            assert_eq!(within(bad), "/console/", "{bad}");
        }
    }

    #[test]
    fn every_entry_of_a_menu_is_a_room_and_stands_in_one_menu() {
        let mut all: Vec<&str> =
            MENUS.iter().flat_map(|(_, hrefs)| hrefs.iter().copied()).collect();
        assert!(all.iter().all(|href| ROOMS.iter().any(|room| room.href == *href)), "{all:?}");
        let many = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), many);
    }

    #[test]
    fn of_a_browser_a_few_words_are_kept() {
        let chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";
        assert_eq!(browser(chrome), "Chrome on Linux");
        assert_eq!(browser("curl/8"), "Another browser");
    }
}
