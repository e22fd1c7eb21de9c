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

    pub fn cookie(&self) -> &str {
        &self.cookie
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

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}"));
    rest.split(after).next().unwrap()
}

impl Browser {
    /// Gives the password again and goes on with the new cookie.
    async fn proved(&self) -> Self {
        let reply =
            self.post("/console/again", &format!("password={PASSWORD}&to=/console/people")).await;
        assert_eq!((reply.status.as_u16(), reply.header("location")), (303, "/console/people"));
        assert_ne!(cookie_of(&reply), self.cookie);
        Self::of(&self.router, &reply).await
    }
}

#[tokio::test]
async fn an_old_cookie_does_not_keep_anybody_from_signing_in() {
    let world = World::new().await;
    let router = world.router();
    let browser = world.browser(&router, Role::Reviewer).await;
    world.later(60 * 24 * 8);
    let cookie = ("cookie", browser.cookie.as_str());
    let body = format!("name=reviewer-1&password={PASSWORD}");
    let reply = post(&router, "/console/sign-in", &[FORM, cookie], body).await;
    assert_eq!(reply.status, 303, "{}", reply.text());
}

#[tokio::test]
async fn dangerous_acts_ask_who_it_is_and_give_another_token() {
    let world = World::new().await;
    let router = world.router();
    let boss = world.browser(&router, Role::Administrator).await;
    assert_eq!(boss.post("/console/people", "role=reviewer").await.status, 200);
    world.later(11);
    for (path, fields, back) in [
        ("/console/people", "role=reviewer", "/console/people"),
        ("/console/keys", "name=k&scope=events", "/console/keys"),
    ] {
        let reply = boss.post(path, fields).await;
        let to = format!("/console/again?to={}", back.replace("%2F", "/"));
        assert_eq!((reply.status.as_u16(), reply.header("location")), (303, to.as_str()));
    }
    assert_eq!(world.store.keys().await.unwrap().len(), 0);
    let wrong = boss.post("/console/again", "password=wrong&to=/console/people").await;
    assert_eq!((wrong.status.as_u16(), wrong.header("set-cookie")), (422, ""));
    let trap = boss.post("/console/again", &format!("password={PASSWORD}&to=//evil.example")).await;
    assert_eq!(trap.header("location"), "/console/");
    let boss = Browser::of(&router, &trap).await.proved().await;
    assert_eq!(boss.post("/console/people", "role=reviewer").await.status, 200);
}

#[tokio::test]
async fn a_copied_cookie_is_worth_nothing_after_its_owner_proved_who_they_are() {
    let world = World::new().await;
    let router = world.router();
    let copied = world.browser(&router, Role::Administrator).await;
    let owner = copied.proved().await;
    assert_eq!(copied.get("/console/").await.status, 303);
    assert_eq!(owner.get("/console/").await.status, 200);
}

#[tokio::test]
async fn people_are_invited_changed_and_suspended_but_nobody_changes_themselves() {
    let world = World::new().await;
    let router = world.router();
    let boss = world.browser(&router, Role::Administrator).await;
    let page = boss.post("/console/people", "role=reviewer").await;
    let link = between(page.text(), "https://evenhand.example/console/join?token=", "\"");
    let reply = join(&router, link, "ann", PASSWORD).await;
    let ann = Browser::of(&router, &reply).await;
    let people = world.store.people().await.unwrap();
    let (me, her) = (people[0].id, people[1].id);

    // She may not come near it, whatever she sends.
    for path in ["/console/people", &format!("/console/people/{her}"), "/console/keys"] {
        let path: &str = path;
        assert_eq!(ann.get(path).await.status, 403, "{path}");
        assert_eq!(
            ann.post(path, "do=role&role=administrator&name=k&scope=events").await.status,
            403
        );
    }
    let own = format!("/console/people/{me}");
    for act in ["do=role&role=reviewer", "do=suspend", "do=link", "do=sessions"] {
        let reply = boss.post(&own, act).await;
        assert_eq!(reply.status, 409, "{act}: {}", reply.text());
    }
    let hers = format!("/console/people/{her}");
    assert_eq!(boss.post(&hers, "do=role&role=owner").await.status, 400);
    assert_eq!(boss.post(&hers, "do=role&role=auditor").await.status, 303);
    assert_eq!(ann.get("/console/looks").await.status, 200, "at once, in the open session");
    assert_eq!(boss.post(&hers, "do=suspend").await.status, 303);
    assert_eq!(ann.get("/console/looks").await.status, 303);
    assert_eq!(boss.post(&hers, "do=link").await.status, 409, "suspended");
    assert_eq!(boss.post(&hers, "do=lift").await.status, 303);
    let reply = sign_in(&router, "ann", PASSWORD, "").await;
    assert_eq!(reply.status, 303);
    let page = boss.get(&hers).await;
    for says in
        ["Auditor, suspended, by reviewer 1", "Reviewer, active, by reviewer 2", "A link to choose"]
    {
        assert!(page.text().contains(says), "{says}: {}", page.text());
    }
}

#[tokio::test]
async fn a_new_password_needs_the_old_one_and_signs_out_everywhere_else() {
    let world = World::new().await;
    let router = world.router();
    let here = world.browser(&router, Role::Reviewer).await;
    let reply = sign_in(&router, "reviewer-1", PASSWORD, "").await;
    let there = Browser::of(&router, &reply).await;
    let new = "seven brass lanterns humming";
    for (fields, says) in [
        (format!("old=wrong&new={new}&again={new}"), "old password is wrong"),
        (format!("old={PASSWORD}&new={new}&again=other"), "not the same"),
        (format!("old={PASSWORD}&new=short&again=short"), "fewer than 12"),
    ] {
        let reply = here.post("/console/me/password", &fields).await;
        assert_eq!(reply.status, 422);
        assert!(reply.text().contains(says), "{}", reply.text());
    }
    let fields = format!("old={PASSWORD}&new={new}&again={new}");
    let reply = here.post("/console/me/password", &fields).await;
    assert_eq!(reply.header("location"), "/console/me?done=password");
    let here = Browser::of(&router, &reply).await;
    assert_eq!(there.get("/console/").await.status, 303);
    assert!(here.get("/console/me").await.text().contains("The password was changed"));
    assert_eq!(sign_in(&router, "reviewer-1", PASSWORD, "").await.status, 422);
    assert_eq!(sign_in(&router, "reviewer-1", new, "").await.status, 303);
}

#[tokio::test]
async fn nobody_ends_the_session_of_somebody_else() {
    let world = World::new().await;
    let router = world.router();
    let ann = world.browser(&router, Role::Reviewer).await;
    let reply = sign_in(&router, "reviewer-1", PASSWORD, "").await;
    let elsewhere = Browser::of(&router, &reply).await;
    let eve = world.browser(&router, Role::Reviewer).await;
    let person = world.store.people().await.unwrap()[0].id;
    let sessions = world.store.sessions_of(person, world.clock.now()).await.unwrap();
    assert_eq!(sessions.len(), 2);
    for session in &sessions {
        eve.post("/console/me/sessions", &format!("session={}", session.id)).await;
    }
    assert_eq!(ann.get("/console/").await.status, 200);
    assert!(!eve.get("/console/me").await.text().contains(&sessions[0].id));
    ann.post("/console/me/sessions", "").await;
    assert_eq!(ann.get("/console/").await.status, 200);
    assert_eq!(elsewhere.get("/console/").await.status, 303);
}

#[tokio::test]
async fn a_key_is_shown_once_and_decides_under_its_makers_name() {
    let world = World::new().await;
    let router = world.router();
    let boss = world.browser(&router, Role::Administrator).await;
    let page = boss.post("/console/keys", "name=tool&scope=review&scope=events").await;
    let token = between(page.text(), "value=\"evh_", "\"");
    let bearer = format!("Bearer evh_{token}");
    assert!(!boss.get("/console/keys").await.text().contains(token));
    let key = &world.store.keys().await.unwrap()[0];
    assert_eq!(key.pseudonym.as_deref(), Some("reviewer 1"), "no second name");
    let auth = [("authorization", bearer.as_str())];
    assert_eq!(get_with(&router, "/api/v1/cases", &auth).await.status, 200);
    let used = world.store.keys_used().await.unwrap();
    assert_eq!(used.get("tool"), Some(&world.clock.now()));
    for fields in ["name=tool&scope=events", "name=other", "name=o t&scope=events"] {
        assert_eq!(boss.post("/console/keys", fields).await.status, 422, "{fields}");
    }
    assert_eq!(boss.post("/console/keys", "name=x&scope=root").await.status, 400);
    // A key manages neither people nor keys.
    for path in ["/console/people", "/console/keys", "/console/me", "/console/looks"] {
        let reply = get_with(&router, path, &auth).await;
        assert_eq!(reply.status, 403, "{path}");
    }
    assert_eq!(boss.post("/console/keys/revoke", "key=tool").await.status, 303);
    assert_eq!(get_with(&router, "/api/v1/cases", &auth).await.status, 401);
}

#[tokio::test]
async fn keys_under_the_name_of_somebody_suspended_end_with_them() {
    let world = World::new().await;
    let router = world.router();
    let boss = world.browser(&router, Role::Administrator).await;
    let other = world.browser(&router, Role::Administrator).await;
    other.post("/console/keys", "name=theirs&scope=review").await;
    let them = world.store.people().await.unwrap()[1].id;
    assert_eq!(boss.post(&format!("/console/people/{them}"), "do=suspend").await.status, 303);
    assert!(world.store.keys().await.unwrap()[0].revoked_at.is_some());
}

#[tokio::test]
async fn every_look_is_written_down_and_forgotten_with_what_was_looked_at() {
    let world = World::new().await;
    let router = world.router();
    let case = world.refer("p1", "People should look.").await;
    let ann = world.browser(&router, Role::Reviewer).await;
    let auditor = world.browser(&router, Role::Auditor).await;
    for _ in 0..3 {
        assert_eq!(ann.get(&format!("/api/v1/cases/{case}")).await.status, 200);
    }
    world.later(11);
    ann.get(&format!("/api/v1/cases/{case}")).await;
    let looks = world.store.looks(&store::LookFilter::default(), 10).await.unwrap();
    assert_eq!(looks.len(), 2, "{looks:?}");
    let page = auditor.get("/console/looks?looker=reviewer%201").await;
    assert!(page.text().contains(&case.to_string()), "{}", page.text());
    assert!(auditor.get("/console/looks?looker=nobody").await.text().contains("None."));
    assert_eq!(ann.get("/console/looks").await.status, 403);

    let at = world.clock.now();
    for (kind, id) in [(model::Looked::Account, "ann"), (model::Looked::Item, "p1")] {
        world.store.add_look("reviewer 1", (kind, id), Some("her appeal"), at).await.unwrap();
    }
    let account = model::AccountId::new("ann").unwrap();
    world.store.erase(&store::Forget::Account(account), at, true).await.unwrap().unwrap();
    let looks = world.store.looks(&store::LookFilter::default(), 10).await.unwrap();
    assert_eq!(looks.len(), 4, "that somebody looked stays");
    let named: Vec<_> = looks.iter().filter_map(|look| look.subject.as_deref()).collect();
    assert_eq!(named, [case.to_string(), case.to_string()]);
    assert!(looks.iter().all(|look| look.why.is_none()));
}
