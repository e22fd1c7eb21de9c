//! Who may what, at every address: the routes are read out of the router itself, so that none can be
//! forgotten. A route without a row fails, and so does one that lets in whom its row does not.

use crate::client::{Reply, send};
use crate::world::World;
use axum::Router;
use axum::body::Body;
use http::{Method, Request};
use jiff::SignedDuration;
use model::{Clock as _, Ids as _, Permission as P, PersonId, Role, Scope};
use std::collections::BTreeSet;
use store::{Invited, Link, Session};

/// Who may come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    /// Everybody.
    Public,
    /// Everybody who signed in.
    Person,
    /// Who has this permission.
    May(P),
}

use Need::{May, Person, Public};

const ALL: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE"];
const GET: &[&str] = &["GET"];
const POST: &[&str] = &["POST"];

/// Methods, address, who may come in. The first row that fits counts; `*` at the end stands for
/// anything that follows.
#[rustfmt::skip]
const ROWS: &[(&[&str], &str, Need)] = &[
    // The public.
    (GET, "/", Public),
    (GET, "/decisions*", Public),
    (ALL, "/rulebook*", Public),
    (GET, "/lookup", Public),
    (GET, "/problems*", Public),
    (GET, "/static/{name}", Public),
    (GET, "/log*", Public),
    (GET, "/openapi.json", Public),
    (GET, "/evenness*", Public),
    (GET, "/exemptions*", Public),
    (GET, "/affiliations*", Public),
    (POST, "/affiliations*", Public),
    (GET, "/emergencies*", Public),
    (ALL, "/report*", Public),
    (ALL, "/mail/{token}", Public),
    // Their token is what lets people in.
    (ALL, "/you*", Public),
    (ALL, "/api/{*rest}", Public),
    // What is nowhere.
    (ALL, "/{*__private__axum_fallback}", Public),
    (GET, "/api/v1/lookup", Public),
    (GET, "/api/v1/overview", Public),
    (GET, "/api/v1/rulebook*", Public),
    (GET, "/api/v1/evenness*", Public),
    (GET, "/api/v1/decisions", Public),
    (GET, "/api/v1/decisions/{id}", Public),
    (GET, "/api/v1/restrictions*", Public),
    (GET, "/api/v1/reports/{token}", Public),
    (GET, "/api/v1/affiliations", Public),
    (POST, "/api/v1/affiliations*", May(P::EditAffiliations)),
    (GET, "/api/v1/emergencies", Public),
    (GET, "/api/v1/exemptions*", Public),
    (POST, "/api/v1/exemptions*", May(P::EditExemptions)),
    // Programs of the platform.
    (POST, "/api/v1/events", May(P::SendEvents)),
    (POST, "/api/v1/reports", May(P::SendEvents)),
    (POST, "/api/v1/receipts", May(P::SendReceipts)),
    (GET, "/api/v1/decisions/{id}/person", May(P::SendEvents)),
    (GET, "/api/v1/decisions/{id}/disclosure", May(P::SendEvents)),
    (GET, "/api/v1/decisions/{id}/regulator", May(P::ReadRegulator)),
    (POST, "/api/v1/erasures", May(P::Erase)),
    (GET, "/api/v1/enforcement", May(P::ReadEnforcement)),
    (POST, "/api/v1/enforcement/{decision}/redeliver", May(P::ManageEnforcement)),
    (ALL, "/api/v1/webhooks*", May(P::ManageEnforcement)),
    (POST, "/api/v1/restrictions", May(P::SendReceipts)),
    (POST, "/api/v1/appeals", May(P::SendEvents)),
    (POST, "/api/v1/appeals/{id}/evidence", May(P::SendEvents)),
    (POST, "/api/v1/accounts/{id}/link", May(P::SendEvents)),
    (GET, "/api/v1/monitor", Public),
    // People who decide.
    (GET, "/api/v1/accounts/{id}", May(P::ReadCases)),
    (GET, "/api/v1/appeals*", May(P::HearAppeals)),
    (POST, "/api/v1/appeals/{id}/answer", May(P::HearAppeals)),
    (POST, "/api/v1/appeals/{id}/approve", May(P::HearAppeals)),
    (GET, "/api/v1/queues", May(P::ReadCases)),
    (ALL, "/api/v1/filters*", May(P::ReadCases)),
    (POST, "/api/v1/reports/{id}/unfounded", May(P::Decide)),
    (POST, "/api/v1/reporters/measures", May(P::Assign)),
    (ALL, "/api/v1/bulk*", May(P::Bulk)),
    (GET, "/api/v1/evidence/{id}", May(P::ReadCases)),
    (POST, "/api/v1/cases/{id}/evidence", May(P::Decide)),
    (POST, "/api/v1/cases/{id}/preview", May(P::ReadCases)),
    (POST, "/api/v1/cases/{id}/work", May(P::Decide)),
    (GET, "/api/v1/cases*", May(P::ReadCases)),
    (POST, "/api/v1/cases/{id}/approve", May(P::Approve)),
    (POST, "/api/v1/cases/{id}/decide", May(P::Decide)),
    (POST, "/api/v1/decisions/{id}/replace", May(P::Replace)),
    (POST, "/api/v1/like", May(P::ReadCases)),
    (GET, "/api/v1/lists/{name}", May(P::ReadCases)),
    (POST, "/api/v1/lists/{name}", May(P::EditLists)),
    // The desk.
    (ALL, "/console/sign-in*", Public),
    (ALL, "/console/join*", Public),
    (GET, "/console", Public),
    (GET, "/console/", Person),
    (POST, "/console/sign-out", Person),
    (ALL, "/console/again*", Person),
    (ALL, "/console/me*", Person),
    (ALL, "/console/people*", May(P::ManagePeople)),
    (ALL, "/console/keys*", May(P::ManageKeys)),
    (GET, "/console/looks", May(P::ReadLooks)),
    (GET, "/console/queues*", May(P::ReadCases)),
    (GET, "/console/cases*", May(P::ReadCases)),
    (GET, "/console/reporters*", May(P::ReadCases)),
    (POST, "/console/cases/{id}/approve", May(P::Approve)),
    (POST, "/console/cases/{id}/golden", May(P::ReadQuality)),
    (POST, "/console/cases/{id}*", May(P::Decide)),
    (POST, "/console/cases/next", May(P::Decide)),
    (POST, "/console/filters", May(P::ReadCases)),
    (ALL, "/console/bulk*", May(P::Bulk)),
    (GET, "/console/evidence/{id}", May(P::ReadCases)),
    (GET, "/console/quality", May(P::ReadCases)),
    (ALL, "/console/quality/*", May(P::Decide)),
    (ALL, "/console/appeals*", May(P::HearAppeals)),
    (GET, "/console/exemptions*", May(P::ReadCases)),
    (GET, "/console/affiliations*", May(P::ReadCases)),
    (GET, "/console/proposals*", May(P::ReadCases)),
    (POST, "/console/proposals/{case}", May(P::Approve)),
    (POST, "/console/exemptions*", May(P::EditExemptions)),
    (POST, "/console/affiliations*", May(P::EditAffiliations)),
    (GET, "/console/alone", May(P::ReadCases)),
    (POST, "/console/alone*", May(P::Approve)),
    (POST, "/console/precedents", May(P::EditRulebook)),
    (GET, "/console/precedents*", May(P::ReadCases)),
    (POST, "/console/replay/{id}/*", May(P::EditRulebook)),
    (ALL, "/console/replay*", May(P::Replay)),
    (ALL, "/console/audit/blind*", May(P::Decide)),
    (GET, "/console/audit*", May(P::ReadAudit)),
    (POST, "/console/audit*", May(P::RunAudit)),
    (GET, "/console/monitor", May(P::ReadEnforcement)),
    (ALL, "/console/webhooks*", May(P::ManageEnforcement)),
    (GET, "/console/enforcement", May(P::ReadEnforcement)),
    (POST, "/console/enforcement", May(P::ManageEnforcement)),
];

fn need(method: &str, path: &str) -> Option<Need> {
    let fits = |row: &str| match row.strip_suffix('*') {
        Some(start) => path.starts_with(start),
        None => path == row,
    };
    ROWS.iter().find(|(methods, row, _)| methods.contains(&method) && fits(row)).map(|row| row.2)
}

/// Every address, out of what the router says of itself.
fn paths(router: &Router) -> BTreeSet<String> {
    let text = format!("{router:?}");
    let mut paths = BTreeSet::new();
    for part in text.split("RouteId(").skip(1) {
        if let Some((_, rest)) = part.split_once("): \"")
            && let Some((path, _)) = rest.split_once('"')
            && path.starts_with('/')
        {
            paths.insert(path.to_owned());
        }
    }
    paths
}

/// An address with something in its places that is nowhere.
fn filled(path: &str) -> String {
    let mut filled = String::new();
    for part in path.split('/').skip(1) {
        filled.push('/');
        match part.split_once('{') {
            Some((before, rest)) => {
                let (_, after) = rest.split_once('}').unwrap();
                filled.push_str(before);
                filled.push_str("00000000-0000-4000-8000-000000000000");
                filled.push_str(after);
            }
            None => filled.push_str(part),
        }
    }
    filled
}

/// Who asks.
#[derive(Debug, Clone)]
enum Who {
    Nobody,
    Role(Role, PersonId),
    Key(Scope),
}

struct Matrix {
    world: World,
    router: Router,
}

impl Matrix {
    async fn new() -> (Self, Vec<Who>) {
        let world = World::new().await;
        let router = world.router();
        let mut all = vec![Who::Nobody];
        for role in Role::ALL {
            let (id, at) = (PersonId::new(world.ids.next()), world.clock.now());
            let invited = Invited { id, role: *role, by: "operator", at };
            world.store.invite(&invited).await.unwrap();
            let token = hex::encode(world.ids.secret());
            let ends_at = at + SignedDuration::from_hours(1);
            world.store.add_link(&Link { person: id, token: &token, at, ends_at }).await.unwrap();
            world.store.join(&token, role.word(), "no hash", at).await.unwrap().unwrap();
            all.push(Who::Role(*role, id));
        }
        for scope in Scope::ALL {
            world.key(&format!("token-{scope}"), &[*scope], Some("reviewer 99")).await;
            all.push(Who::Key(*scope));
        }
        (Self { world, router }, all)
    }

    async fn ask(&self, who: &Who, method: &str, path: &str) -> Reply {
        let mut request = Request::builder()
            .method(Method::from_bytes(method.as_bytes()).unwrap())
            .uri(path)
            .header("accept", "application/json");
        let form = path.starts_with("/console")
            || path.starts_with("/report")
            || path.starts_with("/mail")
            || path.starts_with("/affiliations");
        let kind = match path {
            "/console/replay" => "multipart/form-data; boundary=b",
            path if path.starts_with("/console/cases/") && path.ends_with("/evidence") => {
                "multipart/form-data; boundary=b"
            }
            _ if form => "application/x-www-form-urlencoded",
            _ => "application/json",
        };
        if method != "GET" {
            request = request.header("content-type", kind);
        }
        match who {
            Who::Nobody => {}
            Who::Key(scope) => {
                request = request.header("authorization", format!("Bearer token-{scope}"));
            }
            // A session of its own for each: what one asks may end it.
            Who::Role(_, person) => {
                let (token, at) = (hex::encode(self.world.ids.secret()), self.world.clock.now());
                let session = Session {
                    id: self.world.ids.next().to_string(),
                    person: *person,
                    made_at: at,
                    seen_at: at,
                    proved_at: at,
                    ends_at: at + SignedDuration::from_hours(1),
                    ended_at: None,
                    agent: "test".into(),
                };
                self.world.store.open_session(&session, &token, at).await.unwrap();
                let cookie = format!("__Host-evenhand={token}");
                let home = Request::get("/console/").header("cookie", &cookie);
                let home = send(&self.router, home.body(Body::empty()).unwrap()).await;
                let (_, after) = home.text().split_once("name=\"csrf\" value=\"").unwrap();
                request = request
                    .header("cookie", cookie)
                    .header("x-csrf-token", after.split('"').next().unwrap());
            }
        }
        send(&self.router, request.body(Body::empty()).unwrap()).await
    }
}

/// Whether the answer says that this caller may not.
fn kept_out(reply: &Reply) -> bool {
    const SAYS: [&str; 6] =
        ["key-missing", "key-unknown", "scope-missing", "sign-in", "not-permitted", "form-expired"];
    let text = std::str::from_utf8(&reply.bytes).unwrap_or("");
    matches!(reply.status.as_u16(), 401 | 403)
        && SAYS.iter().any(|kind| text.contains(&format!("/problems/{kind}\"")))
}

#[tokio::test]
async fn every_route_lets_in_whom_its_row_says_and_nobody_else() {
    let (matrix, all) = Matrix::new().await;
    let (mut wrong, mut asked) = (Vec::new(), 0);
    let paths = paths(&matrix.router);
    assert!(paths.len() > 40, "{paths:?}");
    for path in &paths {
        for method in ALL {
            let address = filled(path);
            if matrix.ask(&Who::Nobody, method, &address).await.status == 405 {
                continue;
            }
            let Some(need) = need(method, path) else {
                wrong.push(format!("{method} {path}: has no row in `ROWS`"));
                continue;
            };
            for who in &all {
                let may = match (need, who) {
                    (Public, _) | (Person, Who::Role(..)) => true,
                    (Person, Who::Key(_)) => continue,
                    (Person | May(_), Who::Nobody) => false,
                    (May(permission), Who::Role(role, _)) => role.may(permission),
                    (May(permission), Who::Key(scope)) => scope.may(permission),
                };
                let reply = matrix.ask(who, method, &address).await;
                asked += 1;
                if kept_out(&reply) == may || reply.status == 500 {
                    let said = reply.status;
                    wrong.push(format!("{method} {path} for {who:?}: {need:?}, but {said}"));
                }
            }
        }
    }
    assert!(asked > 800, "{asked}");
    assert!(wrong.is_empty(), "{} of {asked}:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn no_session_is_ridden_by_another_site_at_any_address_of_the_desk() {
    let (matrix, all) = Matrix::new().await;
    let Some(Who::Role(_, person)) =
        all.iter().find(|who| matches!(who, Who::Role(Role::Administrator, _)))
    else {
        panic!("no administrator");
    };
    let (token, at) = ("a".repeat(64), matrix.world.clock.now());
    let session = Session {
        id: "s".into(),
        person: *person,
        made_at: at,
        seen_at: at,
        proved_at: at,
        ends_at: at + SignedDuration::from_hours(1),
        ended_at: None,
        agent: "test".into(),
    };
    matrix.world.store.open_session(&session, &token, at).await.unwrap();
    let mut tried = 0;
    for path in paths(&matrix.router) {
        let doors = ["/console/join", "/console/sign-in"].iter().any(|door| path.starts_with(door));
        if doors || !(path.starts_with("/console/") || path.starts_with("/api/v1/")) {
            continue;
        }
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            let request = Request::builder()
                .method(method)
                .uri(filled(&path))
                .header("accept", "application/json")
                .header("content-type", "application/x-www-form-urlencoded")
                .header("cookie", format!("__Host-evenhand={token}"));
            let reply = send(&matrix.router, request.body(Body::from("csrf=no")).unwrap()).await;
            assert_eq!(reply.status, 403, "{method} {path}: {}", reply.text());
            tried += 1;
        }
    }
    assert!(tried > 60, "{tried}");
}
