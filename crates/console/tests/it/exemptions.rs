//! The register of exemptions as it is seen: proposed and agreed to at the desk and by programs, public without whose
//! post it is about, named by the decision, its statement and the log.

use crate::client::{get, post};
use crate::world::{DEHUMANISATION, Held, World};
use http::StatusCode;
use model::{Measure, Role};
use store::Scope;

const FORM: &str = "item=post-2&clause=hateful-conduct%23dehumanisation&days=7&\
    notice=It+breaches+our+rules+and+shows+what+an+office+holder+plans.&\
    why=A+minister+says+here+which+law+is+planned.";

async fn breach(world: &World) {
    world
        .decide("post-2", Held::breach(DEHUMANISATION, 0, vec![Measure::Remove, Measure::Warn]))
        .await;
}

#[tokio::test]
async fn two_people_at_the_desk_and_everybody_reads() {
    let world = World::new().await;
    breach(&world).await;
    let router = world.router();
    let first = world.browser(&router, Role::Senior).await;
    let second = world.browser(&router, Role::Administrator).await;
    let reader = world.browser(&router, Role::ReadOnly).await;
    assert!(get(&router, "/exemptions").await.text().contains("There was none so far"));
    assert_eq!(reader.post("/console/exemptions", FORM).await.status, StatusCode::FORBIDDEN);
    let sent = first.post("/console/exemptions", FORM).await;
    assert_eq!(sent.header("location"), "/console/exemptions?done=proposed", "{}", sent.text());
    let page = first.get("/console/exemptions").await;
    assert!(page.text().contains("Another person must agree"), "{}", page.text());
    let id = page.text().split("/console/exemptions/").nth(1).unwrap()[..36].to_owned();
    assert_eq!(
        get(&router, &format!("/api/v1/exemptions/{id}")).await.status,
        StatusCode::NOT_FOUND
    );
    let to = format!("/console/exemptions/{id}");
    assert_eq!(first.post(&to, "word=approve&reason=").await.status, StatusCode::CONFLICT);
    let agreed = second.post(&to, "word=approve&reason=").await;
    assert_eq!(agreed.header("location"), "/console/exemptions?done=approved", "{}", agreed.text());

    let page = get(&router, &format!("/exemptions/{id}")).await;
    let list = get(&router, "/exemptions?state=running").await;
    let json =
        get(&router, "/api/v1/exemptions?clause=hateful-conduct%23dehumanisation").await.json();
    assert_eq!((&json["all"], &json["running"]), (&1.into(), &1.into()));
    let one = &json["exemptions"][0];
    assert_eq!((&one["state"], &one["people"]), (&"running".into(), &2.into()));
    assert_eq!(json["begun"][0]["values"].as_array().unwrap().len(), 12);
    for text in [page.text(), list.text(), &json.to_string()] {
        assert!(text.contains("A minister says here which law is planned."), "{text}");
        for secret in ["post-2", "ann.example", "reviewer", "SECRET"] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
    }
    let decision = one["decisions"][0].as_str().unwrap();
    let shown = get(&router, &format!("/decisions/{decision}")).await;
    assert!(shown.text().contains("exemption of the public register"), "{}", shown.text());
    let public = get(&router, &format!("/api/v1/decisions/{decision}")).await.json();
    assert_eq!(public["exemption"]["id"], id.as_str(), "{public}");
    assert_eq!(public["measures"][0]["measure"], "notice");
    assert_eq!(get(&router, "/api/v1/exemptions?state=ended").await.json()["all"], 0);
    assert_eq!(get(&router, "/api/v1/exemptions?class=party").await.json()["all"], 0);
    get(&router, "/api/v1/exemptions?other=1").await.problem("unknown-parameter");
    for wrong in ["state=x", "class=x", "clause=x", "before=x"] {
        get(&router, &format!("/api/v1/exemptions?{wrong}")).await.problem("bad-query");
    }

    let none = first.post(&to, "word=revoke&reason=").await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    first.post(&to, "word=revoke&reason=The+plan+was+dropped.").await;
    let page = get(&router, &format!("/exemptions/{id}")).await;
    assert!(page.text().contains("The plan was dropped."), "{}", page.text());
    assert_eq!(get(&router, "/api/v1/exemptions?state=ended").await.json()["all"], 1);
    assert!(first.get("/console/exemptions").await.text().contains("Revoked"));
}

#[tokio::test]
async fn programs_say_the_same_by_the_interface() {
    let world = World::new().await;
    breach(&world).await;
    let router = world.router();
    world.key("first", &[Scope::Review], Some("reviewer 7")).await;
    world.key("second", &[Scope::Review], Some("reviewer 8")).await;
    let json = ("content-type", "application/json");
    let first = [json, ("authorization", "Bearer first")];
    let second = [json, ("authorization", "Bearer second")];
    let body = r#"{"item": "post-2", "clause": "hateful-conduct#dehumanisation", "days": 7,
        "notice": "It breaches our rules.", "why": "It announces a law."}"#;
    let sent = post(&router, "/api/v1/exemptions", &first, body).await;
    assert_eq!(sent.status, StatusCode::ACCEPTED, "{}", sent.text());
    let id = sent.json()["id"].as_str().unwrap().to_owned();
    let to = |word: &str| format!("/api/v1/exemptions/{id}/{word}");
    let own = post(&router, &to("approve"), &first, "{}").await;
    assert_eq!(own.status, StatusCode::CONFLICT);
    assert_eq!(post(&router, &to("dance"), &first, "{}").await.status, StatusCode::NOT_FOUND);
    let agreed = post(&router, &to("approve"), &second, "{}").await;
    assert_eq!(agreed.json()["status"], "approved", "{}", agreed.text());
    let again = post(&router, "/api/v1/exemptions", &first, body).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    let ended = post(&router, &to("revoke"), &second, r#"{"reason": "The law passed."}"#).await;
    assert_eq!(ended.json()["status"], "revoked", "{}", ended.text());
    let one = get(&router, &format!("/api/v1/exemptions/{id}")).await.json();
    assert_eq!(
        (&one["state"], &one["revoked_because"]),
        (&"revoked".into(), &"The law passed.".into())
    );
}

#[tokio::test]
async fn the_form_offers_only_clauses_that_are_not_too_grave() {
    let options = async |gravest: &str| {
        let terms = format!("[exemptions]\nmax = \"30d\"\ngravest = \"{gravest}\"\n");
        let mut files = crate::world::files(&[]);
        files.get_mut("rulebook.toml").unwrap().push_str(&format!("\n{terms}"));
        let world = World::under(files).await;
        let router = world.router();
        let page = world.browser(&router, Role::Senior).await.get("/console/exemptions").await;
        let form = page.text().split_once("id=\"propose\"").unwrap().1.to_owned();
        let all = world.engine.rulebook.load();
        let mut graver = 0;
        for clause in all.clauses() {
            let fits = all.settings.exemptions.covers(all.ladder_of(clause).unwrap().severity);
            graver += usize::from(!fits);
            assert_eq!(form.contains(&format!("value=\"{clause}\"")), fits, "{clause}: {form}");
        }
        assert_eq!(form.contains("as grave as these"), graver > 0, "{form}");
        (all.clauses().count(), graver)
    };
    let (all, graver) = options("severe").await;
    assert!(all > 2 && graver == 0, "{graver} of {all}");
    let (_, some) = options("medium").await;
    assert!(some > 0, "the rulebook of the test has graver ones");
}
