//! Signing in, what a session may, and what an attacker may not.

use crate::client::{Reply, get, get_with, post};
use crate::world::World;
use axum::Router;
use jiff::SignedDuration;
use model::{Clock as _, Ids as _, Person, PersonId, PersonState, Role};
use store::{Change, Changed, Invited, Link, Scope};

pub const PASSWORD: &str = "otter candle meridian fog";
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// A browser with the cookie of one session.
#[derive(Debug, Clone)]
pub struct Browser {
    pub router: Router,
    pub cookie: String,
    pub csrf: String,
}

fn cookie_of(reply: &Reply) -> String {
    reply.header("set-cookie").split(';').next().unwrap().to_owned()
}

fn csrf_in(page: &str) -> String {
    let (_, after) = page.split_once("name=\"csrf\" value=\"").unwrap();
    after.split('"').next().unwrap().to_owned()
}

async fn join(router: &Router, token: &str, name: &str, password: &str) -> Reply {
    let body = format!("token={token}&name={name}&password={password}&again={password}");
    post(router, "/console/join", &[FORM], body).await
}

async fn sign_in(router: &Router, name: &str, password: &str, to: &str) -> Reply {
    let body = format!("name={name}&password={password}&to={to}");
    post(router, "/console/sign-in", &[FORM], body).await
}

impl World {
    /// Somebody of that role who was invited, and the token of their link.
    pub async fn invite(&self, role: Role) -> (Person, String) {
        let (id, at) = (PersonId::new(self.ids.next()), self.clock.now());
        let person = self.store.invite(&Invited { id, role, by: "operator", at }).await.unwrap();
        let token = hex::encode(self.ids.secret());
        let ends_at = at + SignedDuration::from_hours(1);
        self.store.add_link(&Link { person: id, token: &token, at, ends_at }).await.unwrap();
        (person, token)
    }

    /// Somebody of that role who came in by their link, signing in as `reviewer-N` from now on.
    pub async fn browser(&self, router: &Router, role: Role) -> Browser {
        let (person, token) = self.invite(role).await;
        let reply = join(router, &token, &person.pseudonym.replace(' ', "-"), PASSWORD).await;
        assert_eq!(reply.status, 303, "{}", reply.text());
        Browser::of(router, &reply).await
    }
}

impl Browser {
    /// The browser that got this answer.
    pub async fn of(router: &Router, reply: &Reply) -> Self {
        let cookie = cookie_of(reply);
        let home = get_with(router, "/console/", &[("cookie", &cookie)]).await;
        assert_eq!(home.status, 200, "{}", home.text());
        Self { router: router.clone(), cookie, csrf: csrf_in(home.text()) }
    }

    pub async fn get(&self, path: &str) -> Reply {
        get_with(&self.router, path, &[("cookie", &self.cookie)]).await
    }

    /// Sends a form from a page of ours.
    pub async fn post(&self, path: &str, fields: &str) -> Reply {
        let body = format!("{fields}&csrf={}", self.csrf);
        post(&self.router, path, &[FORM, ("cookie", &self.cookie)], body).await
    }
}

#[tokio::test]
async fn a_link_lets_one_person_in_once() {
    let world = World::new().await;
    let router = world.router();
    let (person, token) = world.invite(Role::Administrator).await;
    assert_eq!((person.pseudonym.as_str(), person.state), ("reviewer 1", PersonState::Invited));
    // Looking does not use it up.
    for _ in 0..2 {
        let page = get(&router, &format!("/console/join?token={token}")).await;
        assert!(page.text().contains("reviewer 1"), "{}", page.text());
    }
    for (name, password, says) in [
        ("ann", "short", "fewer than 12"),
        ("ann", "passwordpassword", "guessed"),
        ("a n n", PASSWORD, "plain letters"),
    ] {
        let reply = join(&router, &token, name, password).await;
        assert_eq!(reply.status, 422);
        assert!(reply.text().contains(says), "{}", reply.text());
    }
    let reply = join(&router, &token, "Ann", PASSWORD).await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (303, "/console/"));
    let cookie = reply.header("set-cookie");
    assert!(cookie.starts_with("__Host-evenhand="), "{cookie}");
    assert!(cookie.ends_with("; Path=/; Secure; HttpOnly; SameSite=Strict"), "{cookie}");
    assert_eq!(join(&router, &token, "eve", PASSWORD).await.status, 404);
    assert_eq!(get(&router, &format!("/console/join?token={token}")).await.status, 404);

    let reply = sign_in(&router, "ann", PASSWORD, "/console/queues?page=2").await;
    assert_eq!(reply.status, 303);
    assert_eq!(reply.header("location"), "/console/queues?page=2");
}

#[tokio::test]
async fn a_link_ends_by_itself_and_by_a_later_one() {
    let world = World::new().await;
    let router = world.router();
    let (person, first) = world.invite(Role::Reviewer).await;
    let (at, ends_at) = (world.clock.now(), world.clock.now() + SignedDuration::from_hours(1));
    let second = "5".repeat(64);
    world.store.add_link(&Link { person: person.id, token: &second, at, ends_at }).await.unwrap();
    assert_eq!(join(&router, &first, "ann", PASSWORD).await.status, 404);
    world.clock.set(ends_at);
    assert_eq!(join(&router, &second, "ann", PASSWORD).await.status, 404);
}

#[tokio::test]
async fn whatever_is_wrong_the_answer_is_the_same() {
    let world = World::new().await;
    let router = world.router();
    let browser = world.browser(&router, Role::Reviewer).await;
    let (asleep, token) = world.invite(Role::Reviewer).await;
    join(&router, &token, "asleep", PASSWORD).await;
    let change = Change {
        person: asleep.id,
        role: Role::Reviewer,
        state: PersonState::Suspended,
        by: "operator",
        at: world.clock.now(),
    };
    world.browser(&router, Role::Administrator).await;
    assert_eq!(world.store.change_person(&change).await.unwrap(), Changed::Done);
    let mut said = Vec::new();
    for (name, password) in [
        ("reviewer-1", "otter candle meridian fig"),
        ("reviewer-1", ""),
        ("nobody", PASSWORD),
        ("reviewer 1", PASSWORD),
        ("asleep", PASSWORD),
    ] {
        let reply = sign_in(&router, name, password, "").await;
        assert_eq!(reply.header("set-cookie"), "");
        said.push((reply.status, reply.text().to_owned()));
    }
    assert_eq!(said[0].0, 422);
    said.dedup();
    assert_eq!(said.len(), 1, "{said:?}");
    assert_eq!(browser.get("/console/").await.status, 200);
}

#[tokio::test]
async fn guessing_is_slowed_down_for_names_that_exist_and_others_alike() {
    let world = World::new().await;
    let router = world.router();
    world.browser(&router, Role::Reviewer).await;
    for name in ["reviewer-1", "nobody"] {
        let mut refused = 0;
        for _ in 0..12 {
            let reply = sign_in(&router, name, "wrong", "").await;
            refused += usize::from(reply.status == 429);
        }
        assert_eq!(refused, 2, "{name}");
        // Also with the right password: who guesses does not learn that it was right.
        assert_eq!(sign_in(&router, name, PASSWORD, "").await.status, 429);
    }
}

#[tokio::test]
async fn a_form_of_another_site_or_session_does_nothing() {
    let world = World::new().await;
    let router = world.router();
    let ann = world.browser(&router, Role::Reviewer).await;
    let ben = world.browser(&router, Role::Reviewer).await;
    let cookie = ("cookie", ann.cookie.as_str());
    let with = |csrf: &str| format!("csrf={csrf}");
    for (headers, body, problem) in [
        (vec![FORM, cookie], String::new(), "form-expired"),
        (vec![FORM, cookie], with(""), "form-expired"),
        (vec![FORM, cookie], with(&ben.csrf), "form-expired"),
        (vec![FORM, cookie, ("x-csrf-token", "no")], with(&ann.csrf), "form-expired"),
        (vec![("content-type", "text/plain"), cookie], with(&ann.csrf), "form-expired"),
        (vec![FORM, cookie, ("sec-fetch-site", "cross-site")], with(&ann.csrf), "from-elsewhere"),
        (vec![FORM, cookie, ("sec-fetch-site", "same-site")], with(&ann.csrf), "from-elsewhere"),
        (vec![FORM, cookie, ("origin", "https://evil.example")], with(&ann.csrf), "from-elsewhere"),
    ] {
        let headers = [headers, vec![("accept", "application/json")]].concat();
        let reply = post(&router, "/console/sign-out", &headers, body).await;
        assert_eq!(reply.status, 403);
        reply.problem(problem);
    }
    assert_eq!(ann.get("/console/").await.status, 200, "she is still in");
    // The interface for programs takes a session too, with the same care.
    let asked = "{\"add\":[\"x\"],\"remove\":[],\"why\":\"y\"}";
    let json = ("content-type", "application/json");
    let reply = post(&router, "/api/v1/lists/bad", &[json, cookie], asked).await;
    reply.problem("form-expired");
    let headers = [json, cookie, ("x-csrf-token", ann.csrf.as_str())];
    let reply = post(&router, "/api/v1/lists/bad", &headers, asked).await;
    reply.problem("not-permitted");
    // Signing in from another site would put somebody into a session that is not theirs.
    let from = ("sec-fetch-site", "cross-site");
    let body = format!("name=reviewer-1&password={PASSWORD}");
    let reply = post(&router, "/console/sign-in", &[FORM, from], body).await;
    assert_eq!((reply.status.as_u16(), reply.header("set-cookie")), (403, ""));
}

#[tokio::test]
async fn signing_out_ends_the_session_at_the_server() {
    let world = World::new().await;
    let router = world.router();
    let browser = world.browser(&router, Role::Reviewer).await;
    let reply = browser.post("/console/sign-out", "").await;
    assert_eq!(reply.header("location"), "/console/sign-in");
    assert!(reply.header("set-cookie").contains("Max-Age=0"));
    let reply = browser.get("/console/").await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (303, "/console/sign-in"));
}

#[tokio::test]
async fn a_token_from_before_is_never_taken_over() {
    let world = World::new().await;
    let router = world.router();
    let first = world.browser(&router, Role::Reviewer).await;
    let planted = ("cookie", first.cookie.as_str());
    let body = format!("name=reviewer-1&password={PASSWORD}");
    let reply = post(&router, "/console/sign-in", &[FORM, planted], body.clone()).await;
    // With the cookie of a session, the form must be of that session.
    assert_eq!(reply.status, 403);
    let body = format!("{body}&csrf={}", first.csrf);
    let reply = post(&router, "/console/sign-in", &[FORM, planted], body).await;
    assert_eq!(reply.status, 303);
    assert_ne!(cookie_of(&reply), first.cookie);
    assert_eq!(first.get("/console/").await.status, 303, "the old session is over");
}

#[tokio::test]
async fn sessions_end_when_idle_and_in_any_case() {
    let world = World::new().await;
    let router = world.router();
    let browser = world.browser(&router, Role::Reviewer).await;
    let start = world.clock.now();
    let mut hours = 0;
    while browser.get("/console/").await.status == 200 {
        hours += 11;
        world.clock.set(start + SignedDuration::from_hours(hours));
    }
    assert_eq!(hours, 176, "a week, however busy");
    let reply = sign_in(&router, "reviewer-1", PASSWORD, "").await;
    let browser = Browser::of(&router, &reply).await;
    world.clock.set(world.clock.now() + SignedDuration::from_hours(13));
    assert_eq!(browser.get("/console/").await.status, 303, "idle");
}

#[tokio::test]
async fn somebody_suspended_is_out_at_once_and_the_last_administrator_stays() {
    let world = World::new().await;
    let router = world.router();
    let boss = world.browser(&router, Role::Administrator).await;
    let people = world.store.people().await.unwrap();
    let change = |person: PersonId, role, state| Change {
        person,
        role,
        state,
        by: "operator",
        at: world.clock.now(),
    };
    let mut asked = change(people[0].id, Role::Administrator, PersonState::Suspended);
    for (role, state) in
        [(Role::Administrator, PersonState::Suspended), (Role::Senior, PersonState::Active)]
    {
        asked = Change { role, state, ..asked };
        let changed = world.store.change_person(&asked).await.unwrap();
        assert_eq!(changed, Changed::LastAdministrator);
    }
    assert_eq!(boss.get("/console/").await.status, 200);
    // One who was only invited cannot sign in, so they do not count.
    world.invite(Role::Administrator).await;
    assert_eq!(world.store.change_person(&asked).await.unwrap(), Changed::LastAdministrator);
    world.browser(&router, Role::Administrator).await;
    let suspended = Change { state: PersonState::Suspended, ..asked };
    assert_eq!(world.store.change_person(&suspended).await.unwrap(), Changed::Done);
    assert_eq!(boss.get("/console/").await.status, 303);
    assert_eq!(sign_in(&router, "reviewer-1", PASSWORD, "").await.status, 422);
}

#[tokio::test]
async fn pages_send_to_the_sign_in_and_back_but_nowhere_else() {
    let world = World::new().await;
    let router = world.router();
    let reply = get(&router, "/console/?a=1").await;
    assert_eq!(reply.header("location"), "/console/sign-in?to=/console/%3Fa%3D1");
    assert_eq!(reply.header("cache-control"), "no-store");
    let page = get(&router, "/console/sign-in?to=/console/%3Fa%3D1").await;
    assert!(page.text().contains("value=\"/console/?a=1\""), "{}", page.text());
    world.browser(&router, Role::Reviewer).await;
    for to in ["https://evil.example/", "//evil.example", "/console//evil.example", "/lookup"] {
        let page = get(&router, &format!("/console/sign-in?to={to}")).await;
        assert!(!page.text().contains("evil"), "{}", page.text());
        let reply = sign_in(&router, "reviewer-1", PASSWORD, to).await;
        assert_eq!(reply.header("location"), "/console/", "{to}");
    }
}

#[tokio::test]
async fn pages_of_the_desk_are_framed_cached_and_compressed_by_nobody() {
    let world = World::new().await;
    let router = world.router();
    let browser = world.browser(&router, Role::Reviewer).await;
    let headers = [("cookie", browser.cookie.as_str()), ("accept-encoding", "gzip")];
    let page = get_with(&router, "/console/", &headers).await;
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("content-encoding"), "");
    assert_eq!(page.header("x-frame-options"), "DENY");
    assert!(page.header("content-security-policy").contains("frame-ancestors 'none'"));
    assert_eq!(get_with(&router, "/", &headers).await.header("content-encoding"), "gzip");
}

#[tokio::test]
async fn a_key_counts_alone_and_a_cookie_only_at_the_desk() {
    let world = World::new().await;
    let router = world.router();
    let boss = world.browser(&router, Role::Administrator).await;
    world.key("platform", &[Scope::Events], None).await;
    let cookie = ("cookie", boss.cookie.as_str());
    // A key that may less does not become more by a cookie beside it.
    for key in ["Bearer platform", "Bearer wrong", "Basic x"] {
        let reply = get_with(&router, "/api/v1/cases", &[cookie, ("authorization", key)]).await;
        assert!(matches!(reply.status.as_u16(), 401 | 403), "{key}");
    }
    assert_eq!(boss.get("/api/v1/cases").await.status, 200);
    // A public form needs nothing, whoever is signed in.
    let reply = post(&router, "/rulebook/try", &[FORM, cookie], "text=hello").await;
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn a_pseudonym_under_which_somebody_decided_is_not_given_again() {
    let world = World::new().await;
    world.key("ana", &[Scope::Review], Some("reviewer 1")).await;
    world.key("ben", &[Scope::Review], Some("reviewer 3")).await;
    let mut drawn = Vec::new();
    for _ in 0..3 {
        drawn.push(world.invite(Role::Reviewer).await.0.pseudonym);
    }
    assert_eq!(drawn, ["reviewer 2", "reviewer 4", "reviewer 5"]);
}
