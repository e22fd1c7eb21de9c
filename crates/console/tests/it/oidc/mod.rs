//! Sign-in by an identity provider: what lets somebody in, and every way in which it must not.

mod provider;

use crate::access::{Browser, PASSWORD};
use crate::client::{Reply, get_with, post};
use crate::world::World;
use axum::Router;
use console::{ConsoleState, IdentityProvider, ProviderSettings};
use jiff::SignedDuration;
use model::{Clock as _, Person, PersonState, Role};
use provider::{CLIENT, Provider, SECRET, Sign};
use serde_json::{Value, json};
use store::{Change, Identity};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

struct Scene {
    world: World,
    provider: Provider,
    router: Router,
}

/// A browser that was sent to the provider.
struct Gone {
    address: String,
    cookie: String,
}

impl Gone {
    fn of(reply: &Reply) -> Self {
        assert_eq!(reply.status, 200, "{}", reply.text());
        let cookie = reply.header("set-cookie");
        assert!(cookie.ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax"), "{cookie}");
        assert!(cookie.starts_with("__Host-evenhand-oidc="), "{cookie}");
        Self { address: refresh(reply), cookie: cookie.split(';').next().unwrap().to_owned() }
    }
}

/// Where a page leads by itself.
fn refresh(reply: &Reply) -> String {
    let (_, after) = reply.text().split_once("content=\"0; url=").unwrap();
    after.split('"').next().unwrap().replace("&#38;", "&")
}

fn session_cookie(reply: &Reply) -> Option<String> {
    let all = reply.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
    all.filter(|value| value.starts_with("__Host-evenhand="))
        .map(|value| value.split(';').next().unwrap().to_owned())
        .next()
}

impl Scene {
    async fn new(change: impl FnOnce(&mut ProviderSettings)) -> Self {
        let world = World::new().await;
        let provider = Provider::start(world.clock.now().as_second()).await;
        let mut settings = ProviderSettings {
            name: "Plaza ID".into(),
            issuer: provider.issuer.clone(),
            client_id: CLIENT.into(),
            client_secret: Some(SECRET.into()),
            scopes: vec!["profile".into(), "email".into()],
            name_claim: "preferred_username".into(),
            groups_claim: "groups".into(),
            groups: Vec::new(),
            admit_groups: false,
            match_email: false,
        };
        change(&mut settings);
        let reach = platforms::Reach { private_addresses: true, ..Default::default() };
        let client = platforms::http_client(&reach).unwrap();
        let state = ConsoleState::new(world.console());
        state.trust(IdentityProvider::new(settings, client, "https://evenhand.example").unwrap());
        Self { router: console::router(state), world, provider }
    }

    /// Somebody who is linked to the provider's subject.
    async fn linked(&self, role: Role, subject: &str) -> Person {
        let (person, _) = self.world.invite(role).await;
        let identity = Identity {
            issuer: self.provider.issuer.clone(),
            subject: subject.into(),
            person: person.id,
            name: None,
            linked_at: self.world.clock.now(),
            linked_by: "reviewer 9".into(),
            used_at: None,
        };
        assert!(self.world.store.add_identity(&identity).await.unwrap());
        person
    }

    async fn begin(&self, to: &str) -> Gone {
        Gone::of(&post(&self.router, "/console/sign-in/oidc", &[FORM], format!("to={to}")).await)
    }

    async fn back(&self, gone: &Gone, claims: &Value, sign: Sign) -> Reply {
        let way = self.provider.consents(&gone.address, claims, sign);
        get_with(&self.router, &way, &[("cookie", &gone.cookie)]).await
    }

    async fn sign_in(&self, claims: Value) -> Reply {
        let gone = self.begin("/console/").await;
        self.back(&gone, &claims, Sign::Rs256(0)).await
    }

    async fn person(&self, id: model::PersonId) -> Person {
        self.world.store.person(id).await.unwrap().unwrap()
    }
}

fn kept_out(reply: &Reply, says: &str) {
    assert_eq!(reply.status, 422, "{}", reply.text());
    assert!(reply.text().contains(says), "{says}: {}", reply.text());
    assert!(reply.text().contains("name=\"password\""), "the password works still");
    assert_eq!(session_cookie(reply), None);
}

#[tokio::test]
async fn who_is_linked_comes_in_and_the_way_back_is_good_once() {
    let scene = Scene::new(|_| {}).await;
    let person = scene.linked(Role::Reviewer, "u-1").await;
    let door = get_with(&scene.router, "/console/sign-in", &[]).await;
    assert!(door.text().contains("Sign in with Plaza ID"), "{}", door.text());
    for (sign, state) in
        [(Sign::Rs256(0), PersonState::Invited), (Sign::Es256, PersonState::Active)]
    {
        assert_eq!(scene.person(person.id).await.state, state);
        let gone = scene.begin("/console/me").await;
        assert!(!gone.address.contains("prompt="), "{}", gone.address);
        let claims = json!({ "preferred_username": "ann" });
        let way = scene.provider.consents(&gone.address, &claims, sign);
        let cookie = [("cookie", gone.cookie.as_str())];
        let reply = get_with(&scene.router, &way, &cookie).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        assert_eq!(refresh(&reply), "/console/me");
        assert_eq!(reply.header("cache-control"), "no-store");
        let session = session_cookie(&reply).unwrap();
        let me = get_with(&scene.router, "/console/me", &[("cookie", &session)]).await;
        assert_eq!(me.status, 200, "{}", me.text());
        assert!(me.text().contains("reviewer 1") && me.text().contains("<strong>ann</strong>"));
        kept_out(&get_with(&scene.router, &way, &cookie).await, "not open in this browser");
    }
    let sessions = scene.world.store.sessions_of(person.id, scene.world.now()).await.unwrap();
    assert_eq!(sessions.len(), 2);
    assert_eq!(scene.provider.inner().fetched, 1, "keys are kept");
}

#[tokio::test]
async fn nothing_that_is_forged_lets_anybody_in() {
    let scene = Scene::new(|_| {}).await;
    scene.linked(Role::Administrator, "u-1").await;
    let now = scene.world.clock.now().as_second();
    let none = json!({});
    for (what, claims, sign) in [
        ("wrong nonce", json!({ "nonce": "another" }), Sign::Rs256(0)),
        ("no nonce", json!({ "nonce": null }), Sign::Rs256(0)),
        ("expired", json!({ "exp": now - 1 }), Sign::Rs256(0)),
        ("of the future", json!({ "iat": now + 3600, "exp": now + 7200 }), Sign::Rs256(0)),
        ("wrong audience", json!({ "aud": "another" }), Sign::Rs256(0)),
        ("one audience too many", json!({ "aud": [CLIENT, "another"] }), Sign::Rs256(0)),
        ("wrong issuer", json!({ "iss": "https://evil.example" }), Sign::Rs256(0)),
        ("no signature", none.clone(), Sign::None),
        ("the public key as a secret", none.clone(), Sign::Hs256PublicKey),
        ("our own secret as the key", none.clone(), Sign::Hs256Secret),
        ("a key that is not published", none.clone(), Sign::Rs256(1)),
        ("another key under its name", none.clone(), Sign::Rs256Under(0, 1)),
        ("another access token", json!({ "at_hash": "AAAAAAAAAAAAAAAAAAAAAA" }), Sign::Rs256(0)),
    ] {
        let gone = scene.begin("/console/").await;
        let reply = scene.back(&gone, &claims, sign).await;
        assert_eq!(session_cookie(&reply), None, "{what}");
        kept_out(&reply, "does not hold");
    }
    // The same without a lie: what was refused was refused for its lie.
    assert!(session_cookie(&scene.sign_in(none).await).is_some());
}

#[tokio::test]
async fn a_way_back_belongs_to_the_browser_and_the_code_that_began_it() {
    let scene = Scene::new(|_| {}).await;
    scene.linked(Role::Reviewer, "u-1").await;
    let (mine, theirs) = (scene.begin("/console/").await, scene.begin("/console/").await);
    let way = scene.provider.consents(&mine.address, &json!({}), Sign::Rs256(0));
    for cookie in ["", theirs.cookie.as_str(), "__Host-evenhand-oidc=short"] {
        let reply = get_with(&scene.router, &way, &[("cookie", cookie)]).await;
        kept_out(&reply, "not open in this browser");
    }
    let code = way.split("code=").nth(1).unwrap().split('&').next().unwrap();
    let state = theirs.address.split("state=").nth(1).unwrap().split('&').next().unwrap();
    let base = way.split('?').next().unwrap();
    // A stolen code with another sign-in's state: its PKCE verifier is another.
    let stolen = format!("{base}?code={code}&state={state}");
    kept_out(
        &get_with(&scene.router, &stolen, &[("cookie", &theirs.cookie)]).await,
        "does not hold",
    );
    // A code that was used before.
    let gone = scene.begin("/console/").await;
    let state = gone.address.split("state=").nth(1).unwrap().split('&').next().unwrap();
    let replayed = format!("{base}?code={code}&state={state}");
    kept_out(
        &get_with(&scene.router, &replayed, &[("cookie", &gone.cookie)]).await,
        "does not hold",
    );
    // Another issuer's answer, and a refusal.
    for (query, says) in [
        ("code=x&iss=https%3A%2F%2Fevil.example", "another identity provider"),
        ("error=access_denied%3Cb%3E", "access_denied&#60;b&#62;"),
        ("", "holds no code"),
    ] {
        let gone = scene.begin("/console/").await;
        let state = gone.address.split("state=").nth(1).unwrap().split('&').next().unwrap();
        let way = format!("{base}?state={state}&{query}");
        kept_out(&get_with(&scene.router, &way, &[("cookie", &gone.cookie)]).await, says);
    }
    // What takes longer than ten minutes.
    let gone = scene.begin("/console/").await;
    scene.world.later(11);
    scene.provider.inner().now = scene.world.clock.now().as_second();
    kept_out(&scene.back(&gone, &json!({}), Sign::Rs256(0)).await, "not open");
}

#[tokio::test]
async fn a_new_key_of_the_provider_is_fetched_when_it_is_met() {
    let scene = Scene::new(|_| {}).await;
    scene.linked(Role::Reviewer, "u-1").await;
    assert!(session_cookie(&scene.sign_in(json!({})).await).is_some());
    scene.provider.inner().published = vec![1];
    let gone = scene.begin("/console/").await;
    assert!(session_cookie(&scene.back(&gone, &json!({}), Sign::Rs256(1)).await).is_some());
    assert_eq!(scene.provider.inner().fetched, 2);
    // The old key counts no more.
    kept_out(&scene.sign_in(json!({})).await, "does not hold");
}

#[tokio::test]
async fn only_a_verified_address_and_only_where_the_operator_says_so() {
    let email = |verified: Value| json!({ "sub": "u-7", "email": "Ann@plaza.example", "email_verified": verified });
    let ask = async |scene: &Scene| {
        let (_, token) = scene.world.invite(Role::Reviewer).await;
        let body =
            format!("token={token}&name=ann@plaza.example&password={PASSWORD}&again={PASSWORD}");
        assert_eq!(post(&scene.router, "/console/join", &[FORM], body).await.status, 303);
    };
    let scene = Scene::new(|_| {}).await;
    ask(&scene).await;
    kept_out(&scene.sign_in(email(json!(true))).await, "linked to nobody here");
    let scene = Scene::new(|settings| settings.match_email = true).await;
    ask(&scene).await;
    for unverified in [json!(false), json!("false"), Value::Null] {
        kept_out(&scene.sign_in(email(unverified)).await, "linked to nobody here");
    }
    // As some providers write it.
    assert!(session_cookie(&scene.sign_in(email(json!("true"))).await).is_some());
    // From now on it is the subject that counts: the address may change hands at the provider.
    let later = json!({ "sub": "u-7", "email": "other@plaza.example", "email_verified": true });
    assert!(session_cookie(&scene.sign_in(later).await).is_some());
    // What the token does not say, the user-info endpoint may.
    let scene = Scene::new(|settings| settings.match_email = true).await;
    ask(&scene).await;
    scene.provider.inner().more =
        json!({ "sub": "u-8", "email": "ann@plaza.example", "email_verified": true });
    kept_out(&scene.sign_in(json!({ "sub": "u-9" })).await, "linked to nobody here");
    assert!(session_cookie(&scene.sign_in(json!({ "sub": "u-8" })).await).is_some());
}

#[tokio::test]
async fn who_is_linked_to_nobody_or_suspended_stays_out() {
    let scene = Scene::new(|_| {}).await;
    let reply = scene.sign_in(json!({ "sub": "stranger-1" })).await;
    kept_out(&reply, "stranger-1");
    assert!(scene.world.store.people().await.unwrap().is_empty(), "nobody is made");
    let person = scene.linked(Role::Reviewer, "u-1").await;
    let (at, by, state) = (scene.world.clock.now(), "operator", PersonState::Suspended);
    let change = Change { person: person.id, role: person.role, state, by, at };
    scene.world.store.change_person(&change).await.unwrap();
    kept_out(&scene.sign_in(json!({})).await, "suspended");
}

#[tokio::test]
async fn a_provider_that_is_down_shuts_nobody_out_who_has_a_password() {
    let scene = Scene::new(|_| {}).await;
    scene.linked(Role::Reviewer, "u-1").await;
    scene.world.browser(&scene.router, Role::Reviewer).await;
    scene.provider.inner().down = true;
    let begin = || post(&scene.router, "/console/sign-in/oidc", &[FORM], "to=/console/");
    for _ in 0..2 {
        let reply = begin().await;
        assert_eq!(reply.status, 503);
        assert!(reply.text().contains("Plaza ID cannot be reached"), "{}", reply.text());
        assert!(reply.text().contains("name=\"password\""));
    }
    let body = format!("name=reviewer-2&password={PASSWORD}");
    assert_eq!(post(&scene.router, "/console/sign-in", &[FORM], body).await.status, 303);
    // It comes back; nobody waits for a restart.
    scene.provider.inner().down = false;
    scene.world.later(1);
    let gone = Gone::of(&begin().await);
    // It goes down between the two halves of a sign-in.
    scene.provider.inner().down = true;
    let reply = scene.back(&gone, &json!({}), Sign::Rs256(0)).await;
    assert_eq!((reply.status.as_u16(), session_cookie(&reply)), (503, None));
    assert!(reply.text().contains("name=\"password\""), "{}", reply.text());
}

#[tokio::test]
async fn a_link_lets_in_by_the_provider_and_is_used_up() {
    let scene = Scene::new(|_| {}).await;
    let (person, token) = scene.world.invite(Role::Administrator).await;
    let page = get_with(&scene.router, &format!("/console/join?token={token}"), &[]).await;
    assert!(page.text().contains("Come in with Plaza ID"), "{}", page.text());
    let begin = || post(&scene.router, "/console/join/oidc", &[FORM], format!("token={token}"));
    let gone = Gone::of(&begin().await);
    let reply = scene.back(&gone, &json!({ "preferred_username": "ann" }), Sign::Rs256(0)).await;
    let session = session_cookie(&reply).unwrap();
    assert_eq!(refresh(&reply), "/console/");
    let home = get_with(&scene.router, "/console/", &[("cookie", &session)]).await;
    assert!(home.text().contains("reviewer 1"), "{}", home.text());
    assert_eq!(begin().await.status, 404);
    assert!(scene.world.store.has_administrator().await.unwrap(), "who comes in so counts");
    assert_eq!(scene.world.store.identities_of(person.id).await.unwrap()[0].subject, "u-1");
    // Somebody else's link does not take the identity along.
    let (_, other) = scene.world.invite(Role::Reviewer).await;
    let begun = post(&scene.router, "/console/join/oidc", &[FORM], format!("token={other}")).await;
    let reply = scene.back(&Gone::of(&begun), &json!({}), Sign::Rs256(0)).await;
    assert_eq!((reply.status.as_u16(), session_cookie(&reply)), (422, None));
    assert!(reply.text().contains("Somebody else here"), "{}", reply.text());
    assert!(scene.world.store.linked(&other, scene.world.now()).await.unwrap().is_some());
}

#[tokio::test]
async fn groups_give_roles_and_take_them_and_never_more_than_the_mapping() {
    let groups = |settings: &mut ProviderSettings| {
        settings.groups =
            vec![("leads".into(), Role::Senior), ("moderators".into(), Role::Reviewer)];
        settings.admit_groups = true;
    };
    let scene = Scene::new(groups).await;
    let of = |groups: Value| json!({ "sub": "u-1", "groups": groups });
    kept_out(&scene.sign_in(of(json!(["people", "admins"]))).await, "no group of yours");
    kept_out(&scene.sign_in(of(Value::Null)).await, "no group of yours");
    assert!(scene.world.store.people().await.unwrap().is_empty());
    // Whoever comes for the first time waits: it may be somebody who works here already.
    let admin = scene.world.browser(&scene.router, Role::Administrator).await;
    for _ in 0..2 {
        kept_out(&scene.sign_in(of(json!(["moderators", "leads"]))).await, "wait until an admin");
    }
    let people = scene.world.store.people().await.unwrap();
    assert_eq!(people.len(), 2, "once");
    let person = people.into_iter().find(|one| one.role == Role::Senior).unwrap();
    let at = format!("/console/people/{}", person.id);
    assert!(admin.get("/console/people").await.text().contains("Waits to be let in"));
    let page = admin.get(&at).await;
    assert!(page.text().contains("Let them in only if"), "{}", page.text());
    assert_eq!(admin.post(&at, "do=lift").await.status, 303);
    assert!(!admin.get("/console/people").await.text().contains("Waits to be let in"));
    assert!(session_cookie(&scene.sign_in(of(json!(["moderators", "leads"]))).await).is_some());
    let person = scene.person(person.id).await;
    assert_eq!((person.role, person.state), (Role::Senior, PersonState::Active));
    // An administrator here cannot lift somebody above what the groups say for longer than until the next sign-in.
    let (at, state) = (scene.world.clock.now(), PersonState::Active);
    let lifted =
        Change { person: person.id, role: Role::Administrator, state, by: "reviewer 9", at };
    scene.world.store.change_person(&lifted).await.unwrap();
    let session = session_cookie(&scene.sign_in(of(json!("moderators"))).await).unwrap();
    assert_eq!(scene.person(person.id).await.role, Role::Reviewer);
    let refused = get_with(&scene.router, "/console/people", &[("cookie", &session)]).await;
    assert_eq!(refused.status, 403);
    let history = scene.world.store.person_history(person.id).await.unwrap();
    assert_eq!(
        (history[0].role, history[0].by.as_str()),
        (Role::Reviewer, "the identity provider")
    );
    let events = scene.world.store.person_events(person.id).await.unwrap();
    assert!(events.iter().any(|event| event.what == "identity_role"), "{events:?}");
    // Whoever leaves the groups comes in no more.
    kept_out(&scene.sign_in(of(json!([]))).await, "no group of yours");
}

#[tokio::test]
async fn groups_make_nobody_known_unless_the_operator_says_so() {
    let scene =
        Scene::new(|settings| settings.groups = vec![("mods".into(), Role::Reviewer)]).await;
    let claims = json!({ "groups": ["mods"] });
    kept_out(&scene.sign_in(claims.clone()).await, "linked to nobody here");
    // The last administrator does not become a reviewer by a slip at the provider, and is not kept out either.
    let boss = scene.linked(Role::Administrator, "u-1").await;
    let (at, state) = (scene.world.clock.now(), PersonState::Active);
    let active = Change { person: boss.id, role: boss.role, state, by: "operator", at };
    scene.world.store.change_person(&active).await.unwrap();
    let session = session_cookie(&scene.sign_in(claims.clone()).await).unwrap();
    assert_eq!(scene.person(boss.id).await.role, Role::Administrator);
    let me = get_with(&scene.router, "/console/me", &[("cookie", &session)]).await;
    assert!(me.text().contains("Nobody else manages people, so the role stays"), "{}", me.text());
    // Nor does a link lead nowhere that they come by.
    let (at, token) = (scene.world.clock.now(), hex::encode([7; 32]));
    let ends_at = at + SignedDuration::from_hours(1);
    let link = store::Link { person: boss.id, token: &token, at, ends_at };
    scene.world.store.add_link(&link).await.unwrap();
    let begun = post(&scene.router, "/console/join/oidc", &[FORM], format!("token={token}")).await;
    let reply = scene.back(&Gone::of(&begun), &claims, Sign::Rs256(0)).await;
    assert!(session_cookie(&reply).is_some(), "{}", reply.text());
    // Once somebody else does, the groups count.
    scene.world.browser(&scene.router, Role::Administrator).await;
    assert!(session_cookie(&scene.sign_in(claims).await).is_some());
    assert_eq!(scene.person(boss.id).await.role, Role::Reviewer);
}

#[tokio::test]
async fn what_could_do_harm_asks_the_provider_anew() {
    let scene = Scene::new(|_| {}).await;
    scene.linked(Role::Administrator, "u-1").await;
    let now = || scene.world.clock.now().as_second();
    // Whoever was signed in at the provider an hour before proved nothing just now.
    let reply = scene.sign_in(json!({ "auth_time": now() - 3600 })).await;
    let mut browser = Browser {
        router: scene.router.clone(),
        cookie: session_cookie(&reply).unwrap(),
        csrf: String::new(),
    };
    let again = async |browser: &mut Browser, claims: Value| {
        let page = browser.get("/console/again?to=/console/people").await;
        assert!(page.text().contains("Show it to Plaza ID"), "{}", page.text());
        assert!(!page.text().contains("name=\"password\""), "there is none");
        let (_, after) = page.text().split_once("name=\"csrf\" value=\"").unwrap();
        browser.csrf = after.split('"').next().unwrap().to_owned();
        let invite = browser.post("/console/people", "role=reviewer").await;
        assert_eq!(invite.header("location"), "/console/again?to=/console/people");
        let gone = Gone::of(&browser.post("/console/again/oidc", "to=/console/people").await);
        assert!(gone.address.contains("&max_age=0&prompt=login"), "{}", gone.address);
        scene.back(&gone, &claims, Sign::Rs256(0)).await
    };
    scene.linked(Role::Reviewer, "u-2").await;
    for (claims, says) in [
        (json!({ "auth_time": now() - 3600 }), "did not ask you"),
        (json!({ "auth_time": null }), "does not say when"),
        (json!({ "sub": "u-2" }), "somebody else"),
        (json!({ "sub": "u-3" }), "nobody here"),
    ] {
        let reply = again(&mut browser, claims).await;
        assert_eq!((reply.status.as_u16(), session_cookie(&reply)), (422, None));
        assert!(reply.text().contains(says), "{says}: {}", reply.text());
        assert!(reply.text().contains("/console/again?to="), "{}", reply.text());
    }
    let reply = again(&mut browser, json!({})).await;
    assert_eq!(refresh(&reply), "/console/people");
    let fresh = session_cookie(&reply).unwrap();
    assert_ne!(fresh, browser.cookie, "the session has another token");
    assert_eq!(browser.get("/console/").await.status, 303, "the old one is worth nothing");
    let home = get_with(&scene.router, "/console/", &[("cookie", &fresh)]).await;
    let (_, after) = home.text().split_once("name=\"csrf\" value=\"").unwrap();
    browser.csrf = after.split('"').next().unwrap().to_owned();
    browser.cookie = fresh;
    let invited = browser.post("/console/people", "role=reviewer").await;
    assert!(invited.text().contains("Give them this link"), "{}", invited.text());
    // A session that ended meanwhile is not brought back.
    scene.world.later(11);
    scene.provider.inner().now = now();
    let gone = Gone::of(&browser.post("/console/again/oidc", "to=/console/people").await);
    assert_eq!(browser.post("/console/sign-out", "").await.status, 303);
    let reply = scene.back(&gone, &json!({}), Sign::Rs256(0)).await;
    assert_eq!((reply.status.as_u16(), session_cookie(&reply)), (422, None));
}

#[tokio::test]
async fn people_link_an_identity_themselves_and_administrators_for_them() {
    let scene = Scene::new(|_| {}).await;
    let browser = scene.world.browser(&scene.router, Role::Administrator).await;
    let gone = Gone::of(&browser.post("/console/me/oidc", "").await);
    let reply = scene.back(&gone, &json!({ "preferred_username": "ann" }), Sign::Rs256(0)).await;
    assert_eq!(refresh(&reply), "/console/me?done=identity");
    assert!(browser.get("/console/me").await.text().contains("<strong>ann</strong>"));
    assert!(session_cookie(&scene.sign_in(json!({})).await).is_some());
    let reply = browser.post("/console/me/oidc/remove", "subject=u-1").await;
    assert_eq!(reply.header("location"), "/console/me?done=identity-removed");
    kept_out(&scene.sign_in(json!({})).await, "linked to nobody here");
    // For somebody else, by the provider's name of them.
    let (person, _) = scene.world.invite(Role::Reviewer).await;
    let at = format!("/console/people/{}", person.id);
    let reply = browser.post(&at, "do=identity&subject=%00").await;
    assert_eq!(reply.status, 400, "{}", reply.text());
    assert_eq!(browser.post(&at, "do=identity&subject=u-5").await.status, 303);
    assert!(browser.get(&at).await.text().contains("u-5"));
    let reply = scene.sign_in(json!({ "sub": "u-5" })).await;
    let session = session_cookie(&reply).unwrap();
    // Who has no password does not take their only way in away.
    let home = get_with(&scene.router, "/console/", &[("cookie", &session)]).await;
    let (_, after) = home.text().split_once("name=\"csrf\" value=\"").unwrap();
    let csrf = after.split('"').next().unwrap().to_owned();
    let own = Browser { router: scene.router.clone(), cookie: session, csrf };
    assert_eq!(own.post("/console/me/oidc/remove", "subject=u-5").await.status, 422);
    let body = format!("do=no_identity&subject=u-5&issuer={}", scene.provider.issuer);
    assert_eq!(browser.post(&at, &body).await.status, 303);
    kept_out(&scene.sign_in(json!({ "sub": "u-5" })).await, "linked to nobody here");
    scene.world.clock.set(scene.world.clock.now() + SignedDuration::from_mins(11));
    let late = browser.post("/console/me/oidc", "").await;
    assert!(late.header("location").starts_with("/console/again"), "{}", late.text());
}

#[tokio::test]
async fn nobody_who_is_suspended_comes_back_as_somebody_new() {
    let scene = Scene::new(|settings| {
        settings.groups = vec![("mods".into(), Role::Reviewer)];
        (settings.admit_groups, settings.match_email) = (true, true);
    })
    .await;
    let (person, token) = scene.world.invite(Role::Reviewer).await;
    let body = format!("token={token}&name=ann@plaza.example&password={PASSWORD}&again={PASSWORD}");
    assert_eq!(post(&scene.router, "/console/join", &[FORM], body).await.status, 303);
    let (at, by, state) = (scene.world.clock.now(), "operator", PersonState::Suspended);
    let change = Change { person: person.id, role: person.role, state, by, at };
    scene.world.store.change_person(&change).await.unwrap();
    let claims = json!({
        "sub": "u-7", "email": "ann@plaza.example", "email_verified": true, "groups": ["mods"],
    });
    kept_out(&scene.sign_in(claims.clone()).await, "You are suspended");
    assert_eq!(scene.world.store.people().await.unwrap().len(), 1, "nobody is made");
    assert!(scene.world.store.identities_of(person.id).await.unwrap().is_empty());
    let change = Change { state: PersonState::Active, ..change };
    scene.world.store.change_person(&change).await.unwrap();
    assert!(session_cookie(&scene.sign_in(claims).await).is_some());
    assert_eq!(scene.world.store.people().await.unwrap().len(), 1);
}

#[tokio::test]
async fn who_was_unlinked_is_nobody_new() {
    let scene = Scene::new(|settings| {
        settings.groups = vec![("bosses".into(), Role::Administrator)];
        settings.admit_groups = true;
    })
    .await;
    let claims = json!({ "groups": ["bosses"] });
    let browser = scene.world.browser(&scene.router, Role::Administrator).await;
    let link = async || {
        let gone = Gone::of(&browser.post("/console/me/oidc", "").await);
        let reply = scene.back(&gone, &claims, Sign::Rs256(0)).await;
        assert_eq!(refresh(&reply), "/console/me?done=identity");
    };
    link().await;
    assert_eq!(browser.post("/console/me/oidc/remove", "subject=u-1").await.status, 303);
    kept_out(&scene.sign_in(claims.clone()).await, "linked to nobody here any more");
    assert_eq!(scene.world.store.people().await.unwrap().len(), 1, "nobody is made");
    // Linked again by its person, it counts; taken away by an administrator, it is nobody's again.
    link().await;
    assert!(session_cookie(&scene.sign_in(claims.clone()).await).is_some());
    let other = scene.world.browser(&scene.router, Role::Administrator).await;
    let person = scene.world.store.identified(&scene.provider.issuer, "u-1").await.unwrap();
    let at = format!("/console/people/{}", person.unwrap().id);
    let body = format!("do=no_identity&subject=u-1&issuer={}", scene.provider.issuer);
    assert_eq!(other.post(&at, &body).await.status, 303);
    kept_out(&scene.sign_in(claims).await, "linked to nobody here any more");
    assert_eq!(scene.world.store.people().await.unwrap().len(), 2);
}

#[tokio::test]
async fn what_was_discovered_serves_on_while_the_provider_does_not_answer() {
    let scene = Scene::new(|_| {}).await;
    scene.linked(Role::Reviewer, "u-1").await;
    assert!(session_cookie(&scene.sign_in(json!({})).await).is_some());
    scene.world.later(61);
    scene.provider.inner().now = scene.world.clock.now().as_second();
    scene.provider.inner().down = true;
    // The first asks anew, in vain; those right after it do not wait for the next try.
    for _ in 0..3 {
        scene.begin("/console/").await;
    }
}
