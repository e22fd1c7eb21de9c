//! A small world: a rulebook, posts, decisions of every sort, kept in a store in memory.

use console::{Bounds, Console, ConsoleState};
use flow::{Engine, Intake, Review, Settings};
use jiff::{SignedDuration, Timestamp};
use model::*;
use rules::Sources;
use rules::rulebook::Rulebook;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use store::{ApiKey, Kept, KeptDecision, Leaf, Received, Record, Scope, Store};
use tokio_util::sync::CancellationToken;

pub const NOW: &str = "2026-11-23T12:34:56Z";

/// What a decision in a test says.
#[derive(Debug, Clone)]
pub struct Held {
    pub clause: Option<&'static str>,
    pub measures: Vec<Measure>,
    pub step: u32,
    pub people: usize,
    pub emergency: bool,
    pub replaces: Option<DecisionId>,
    pub facts: String,
}

impl Held {
    pub fn breach(clause: &'static str, step: u32, measures: Vec<Measure>) -> Self {
        let facts = "The post says of people of one origin that they are vermin. It quotes nobody, and nothing in it opposes what it says.".into();
        Self {
            clause: Some(clause),
            measures,
            step,
            people: 0,
            emergency: false,
            replaces: None,
            facts,
        }
    }

    pub fn nothing() -> Self {
        let facts = "No rule found anything, and nobody reported the post.".into();
        Self { clause: None, facts, ..Self::breach("", 0, Vec::new()) }
    }

    pub fn by(self, people: usize) -> Self {
        Self { people, ..self }
    }
}

#[derive(Debug)]
pub struct World {
    pub engine: Arc<Engine>,
    pub store: Store,
    pub intake: Intake,
    pub ids: Arc<SeededIds>,
    pub clock: Arc<FixedClock>,
}

pub const DEHUMANISATION: &str = "hateful-conduct#dehumanisation";
pub const SLURS: &str = "hateful-conduct#slurs";
pub const DENIAL: &str = "violent-events#denial";
pub const SPAM: &str = "platform-manipulation#spam";

/// The files of the rulebook in `tests/it/rulebook`, with changes.
pub fn files(changes: &[(&str, &str, &str)]) -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/rulebook");
    let names = [
        "rulebook.toml",
        "functions.toml",
        "ladder.toml",
        "main.sml",
        "policies/hateful-conduct.md",
        "policies/hateful-conduct.de.md",
        "policies/violent-events.md",
        "policies/platform-manipulation.md",
    ];
    let mut files = BTreeMap::new();
    for name in names {
        files.insert(name.to_owned(), std::fs::read_to_string(folder.join(name)).unwrap());
    }
    for (name, from, to) in changes {
        let text = files.get_mut(*name).unwrap();
        assert!(text.contains(from), "{name} has no {from}");
        *text = text.replace(from, to);
    }
    files
}

pub fn load(files: BTreeMap<String, String>) -> Rulebook {
    let (rulebook, problems) = Rulebook::load(&Sources::from_map(files));
    assert!(problems.is_empty(), "{problems:?}");
    rulebook.unwrap()
}

pub fn data(id: &str, url: &str) -> String {
    let (id, url) = (serde_json::json!(id), serde_json::json!(url));
    format!(
        r#"{{"item":{{"id":{id},"url":{url},"text":"They are vermin, all of them. SECRET WORDS","created_at":"2026-11-20T12:00:00Z"}},"account":{{"id":"ann","name":"ann.example","display_name":"<script>alert(1)</script>\u202eAnn"}}}}"#
    )
}

impl World {
    pub async fn new() -> Self {
        Self::under(files(&[])).await
    }

    pub async fn under(files: BTreeMap<String, String>) -> Self {
        let (rulebook, sources) = (load(files.clone()), Sources::from_map(files));
        let store = Store::open_in_memory().await.unwrap();
        let clock = Arc::new(FixedClock::new(NOW.parse().unwrap()));
        let ids = Arc::new(SeededIds::new("console"));
        let settings = Settings::default();
        let started = Engine::start(
            rulebook,
            &sources,
            store.clone(),
            Arc::clone(&clock) as _,
            Arc::clone(&ids) as _,
            settings,
        );
        let engine = started.await.unwrap();
        let (intake, _) = Intake::start(Arc::clone(&engine), CancellationToken::new());
        Self { engine, store, intake, ids, clock }
    }

    pub fn console(&self) -> Console {
        Console {
            store: self.store.clone(),
            intake: self.intake.clone(),
            review: Review::new(Arc::clone(&self.engine)),
            hooks: flow::Hooks::new(
                Arc::clone(&self.engine),
                platforms::http_client(&platforms::Reach {
                    private_addresses: true,
                    ..Default::default()
                })
                .unwrap(),
                [7; 32],
            ),
            rulebook: Arc::clone(&self.engine.rulebook),
            clock: Arc::clone(&self.clock) as _,
            ids: Arc::clone(&self.ids) as _,
            bounds: Bounds::default(),
            public_url: "https://evenhand.example".into(),
            log: None,
            audit: flow::audit::Terms::default(),
            mail: true,
        }
    }

    pub fn version(&self) -> RulebookVersion {
        self.engine.rulebook.load().version().clone()
    }

    pub fn router(&self) -> axum::Router {
        console::router(ConsoleState::new(self.console()))
    }

    pub async fn key(&self, token: &str, scopes: &[Scope], pseudonym: Option<&str>) {
        let key = ApiKey {
            id: format!("key {token}"),
            scopes: scopes.to_vec(),
            pseudonym: pseudonym.map(str::to_owned),
            created_at: self.clock.now(),
            revoked_at: None,
        };
        self.store.add_key(&key, token).await.unwrap();
    }

    pub fn received(&self, id: &str) -> Received {
        let event = Event {
            action_id: ActionId::new(&format!("action-{}", self.ids.next())).unwrap(),
            action_name: "post_created".into(),
            timestamp: self.clock.now(),
            data: Json::parse(&data(id, &format!("https://plaza.example/p/{id}"))).unwrap(),
            secret_data: None,
        };
        let subject = Subject::of(&event).unwrap();
        Received { event, subject }
    }

    async fn keep(&self, received: Received, kept: Kept) {
        let at = self.clock.now();
        let record = Record {
            at,
            rulebook: self.version(),
            event: Some(received),
            kept,
            labels: Vec::new(),
            state: store::State::default(),
        };
        self.store.record(&[record]).await.unwrap();
    }

    pub async fn decide(&self, item: &str, held: Held) -> DecisionId {
        let received = self.received(item);
        let decided = Arc::new(self.decided(&received, &held));
        let id = decided.decision().id;
        let kept = KeptDecision {
            enforcement: Enforcement::of(&decided, "https://rules.example"),
            regulator: None,
            leaf: Leaf::of(&decided, model::AffiliationKind::None, self.ids.as_ref()).unwrap(),
            decided,
        };
        self.keep(received, Kept::Decided(Box::new(kept))).await;
        id
    }

    pub async fn refer(&self, item: &str, why: &str) -> CaseId {
        self.refer_as(item, why, self.received(item)).await
    }

    /// A case on an item with these files.
    pub async fn refer_media(&self, item: &str, media: serde_json::Value) -> CaseId {
        let mut received = self.received(item);
        let mut data: serde_json::Value =
            serde_json::from_str(&data(item, "https://plaza.example/p")).unwrap();
        data["item"]["media"] = media;
        received.event.data = Json::parse(&data.to_string()).unwrap();
        received.subject = Subject::of(&received.event).unwrap();
        self.refer_as(item, "Somebody must look at the picture.", received).await
    }

    async fn refer_as(&self, item: &str, why: &str, received: Received) -> CaseId {
        let id = CaseId::new(self.ids.next());
        let case = Case {
            id,
            item: ItemId::new(item).unwrap(),
            account: AccountId::new("ann").unwrap(),
            action_id: received.event.action_id.clone(),
            findings: Vec::new(),
            queue: "hate".into(),
            priority: 50,
            why_referred: why.into(),
            opened_at: self.clock.now(),
            rulebook: self.version(),
            state: CaseState::Waiting,
            gravity: Gravity::High,
            language: Some("en".into()),
            reach: 0,
        };
        self.keep(received, Kept::Referred(Box::new(case))).await;
        id
    }

    fn decided(&self, received: &Received, held: &Held) -> Decided {
        let subject = received.subject.clone().unwrap();
        let id = DecisionId::new(self.ids.next());
        let now = self.clock.now();
        let people: Vec<String> = (1..=held.people).map(|n| format!("reviewer {n}")).collect();
        let clause = held.clause.map(|id| ClauseId::new(id).unwrap());
        let rulebook = self.engine.rulebook.load_full();
        let ladder = clause.as_ref().map(|clause| rulebook.ladder_of(clause).unwrap());
        let decision = Decision {
            id,
            item: subject.item.id.clone(),
            account: subject.account.id.clone(),
            action_id: received.event.action_id.clone(),
            case: None,
            decided_at: now,
            conduct_at: now - SignedDuration::from_mins(3),
            rulebook: self.version(),
            outcome: clause.clone().map_or(Outcome::NoBreach, |clause| Outcome::Breach { clauses: vec![clause] }),
            findings: Vec::new(),
            measures: held.measures.clone(),
            ladder: ladder.map(|ladder| LadderStep {
                ladder: ladder.id.clone(),
                step: held.step,
                name: ladder.steps[held.step as usize].name.clone(),
                arithmetic: match held.step {
                    0 => "The account has no warning that counts.".into(),
                    many => format!("{many} delivered before this was posted and still counting."),
                },
                expires_at: Some(now + SignedDuration::from_hours(24 * 90)),
            }),
            source: if held.people > 0 { Source::Report } else { Source::OwnInitiative },
            automated_detection: held.people < 2,
            by: if people.is_empty() { DecidedBy::Automation } else { DecidedBy::People(people.clone()) },
            replaces: held.replaces,
            reason: None,
            departs: Vec::new(),
            evidence: Vec::new(),
            emergency: held.emergency.then(|| Emergency {
                reason: "The posts name a town and a day, and crowds were gathering there while they stood.".into(),
                evidence: vec!["https://news.example/42".into()],
                approved_by: "reviewer 2".into(),
            }),
            exemption: None,
        };
        let cited = clause.as_ref();
        let texts = cited.map(|clause| rulebook.clause_texts(clause, &["en", "de"]));
        let texts = texts.unwrap_or_default();
        let all = |text: &str| BTreeMap::from([("en".to_owned(), text.to_owned())]);
        let draft = StatementDraft {
            decision: id,
            clause: texts,
            passage: held.clause.map(|_| Passage {
                field: "$.item.text".into(),
                start: 0,
                end: 15,
                text: "They are vermin".into(),
            }),
            facts: all(&held.facts),
            notice: all("Your post was looked at."),
            language: "en".into(),
            automated_decision: if people.is_empty() {
                AutomatedDecision::Fully
            } else {
                AutomatedDecision::Partially
            },
            territorial_scope: Vec::new(),
            redress: Redress {
                how: all("Appeal on this page."),
                until: now + SignedDuration::from_hours(24 * 184),
                url: None,
            },
            rulebook: self.version(),
        };
        Decided::new(decision, Statement::new(draft).unwrap()).unwrap()
    }

    /// Time goes on.
    pub fn later(&self, minutes: i64) {
        self.clock.set(self.clock.now() + SignedDuration::from_mins(minutes));
    }

    /// A day's decisions of every sort.
    pub async fn fill(&self) -> Vec<DecisionId> {
        let end = |days: i64| self.clock.now() + SignedDuration::from_hours(24 * days);
        let mut ids = Vec::new();
        let warn = || vec![Measure::Remove, Measure::Warn];
        ids.push(self.decide("post-1", Held::nothing()).await);
        self.later(1);
        ids.push(self.decide("post-2", Held::breach(DEHUMANISATION, 0, warn())).await);
        self.later(2);
        ids.push(self.decide("post-3", Held::breach(SPAM, 0, warn())).await);
        ids.push(
            self.decide(
                "post-4",
                Held::breach(SPAM, 1, vec![Measure::Remove, Measure::Lock { until: end(1) }]),
            )
            .await,
        );
        self.later(2);
        ids.push(self.decide("post-5", Held::breach(SLURS, 0, warn())).await);
        ids.push(
            self.decide(
                "post-6",
                Held::breach(DENIAL, 1, vec![Measure::Remove, Measure::Suspend { until: end(30) }])
                    .by(2),
            )
            .await,
        );
        self.later(1);
        let emergency = Held {
            emergency: true,
            ..Held::breach(
                DEHUMANISATION,
                2,
                vec![Measure::Remove, Measure::Suspend { until: end(30) }],
            )
            .by(2)
        };
        ids.push(self.decide("post-7", emergency).await);
        self.later(3);
        let replacing = Held {
            replaces: Some(ids[4]),
            facts: "The word was used by somebody about themselves; the clause allows that.".into(),
            ..Held::nothing().by(1)
        };
        ids.push(self.decide("post-5", replacing).await);
        self.refer("post-8", "The rule could not tell whether the words are quoted.").await;
        let at = self.clock.now();
        for state in [ReceiptState::Enforced, ReceiptState::NoticeDelivered] {
            let receipt = Receipt { ending: None, decision: ids[1], state, at, detail: None };
            assert!(self.store.receipt(&receipt, at).await.unwrap());
        }
        self.later(4);
        ids
    }

    /// The present instant of this world.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
