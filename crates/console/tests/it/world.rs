//! A small world: a rulebook, posts, decisions of every sort, kept in a store in memory.

use console::views::{ClauseLadder, ClauseView, PolicyView, Step};
use console::{Book, Bounds, Console, ConsoleState};
use jiff::{SignedDuration, Timestamp};
use model::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{ApiKey, Kept, KeptDecision, Leaf, Received, Record, Scope, Store};

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
    pub store: Store,
    pub book: Book,
    pub ids: Arc<SeededIds>,
    pub clock: Arc<FixedClock>,
}

fn steps() -> Vec<Step> {
    let step = |step, name: &str, does: &[&str], people, days: &str| Step {
        step,
        name: name.into(),
        does: does.iter().map(|word| (*word).to_owned()).collect(),
        people,
        counts_for: Some(days.into()),
        here: false,
    };
    vec![
        step(0, "first breach", &["Post removed", "Author warned"], 0, "90 days"),
        step(
            1,
            "second breach",
            &["Post removed", "Account set to read-only for 12 hours"],
            1,
            "90 days",
        ),
        step(2, "third breach", &["Post removed", "Account suspended for 7 days"], 1, "180 days"),
        step(3, "further breach", &["Post removed", "Account closed"], 2, "365 days"),
    ]
}

fn clause(id: &str, title: &str, text: &str) -> ClauseView {
    ClauseView {
        id: ClauseId::new(id).unwrap(),
        title: title.into(),
        text: text.into(),
        ladder: Some(ClauseLadder {
            id: "hateful-conduct".into(),
            severity: "high".into(),
            automation: "Automation may remove the post and warn; people decide everything beyond.".into(),
            why: Some("The words hurt while they stand, so clear cases come down at once with a warning; whoever goes on is judged by a person.".into()),
            steps: steps(),
            emergency: None,
        }),
    }
}

pub const CLAUSES: [(&str, &str, &str); 4] = [
    (
        "hateful-conduct#dehumanisation",
        "Dehumanisation",
        "You may not describe people as animals, vermin, a disease or filth because of their origin, religion, sex, disability or orientation.\n\n**Not allowed:** \"They are rats and should be driven out.\"\n\n**Allowed, although it looks alike:**\n\n- quoting such words to report or oppose them;\n- insults that have nothing to do with belonging to a group.",
    ),
    (
        "hateful-conduct#slurs",
        "Slurs",
        "You may not address people with slurs. Reclaimed use among those concerned is allowed.",
    ),
    (
        "violent-events#denial",
        "Denial of an established mass crime",
        "You may not claim that a genocide, massacre or terror attack that has been established did not happen or was staged.",
    ),
    (
        "platform-manipulation#spam",
        "Spam",
        "You may not post the same advertisement over and over, or in places where nobody asked for it.",
    ),
];

pub fn book() -> Book {
    let of = |policy: &str| {
        let inside = CLAUSES.iter().filter(|(id, ..)| id.starts_with(policy));
        inside.map(|(id, title, text)| clause(id, title, text)).collect::<Vec<_>>()
    };
    let policy = |id: &str, title: &str, intro: &str| PolicyView {
        id: id.into(),
        title: title.into(),
        effective: Some("2026-11-01".into()),
        language: "en".into(),
        intro: intro.into(),
        clauses: of(id),
    };
    Book {
        version: version(),
        title: "Plaza community rules".into(),
        provider: "Plaza".into(),
        publish_text: false,
        languages: vec!["en".into(), "de".into()],
        policies: BTreeMap::from([(
            "en".to_owned(),
            vec![
                policy(
                    "hateful-conduct",
                    "Hateful conduct",
                    "People may disagree about everything here, and may do so loudly. Nobody may be told that they are less than a person.",
                ),
                policy(
                    "violent-events",
                    "Denial and glorification of violent events",
                    "Genocides, massacres and terror attacks have victims, survivors and families who read what is written here.",
                ),
                policy(
                    "platform-manipulation",
                    "Platform manipulation",
                    "A conversation needs people in it.",
                ),
            ],
        )]),
    }
}

pub fn version() -> RulebookVersion {
    RulebookVersion::new(&"3f9c".repeat(16))
}

pub fn data(id: &str, url: &str) -> String {
    let (id, url) = (serde_json::json!(id), serde_json::json!(url));
    format!(
        r#"{{"item":{{"id":{id},"url":{url},"text":"They are vermin, all of them. SECRET WORDS","created_at":"2026-11-20T12:00:00Z"}},"account":{{"id":"ann","name":"ann.example","display_name":"<script>alert(1)</script>\u202eAnn"}}}}"#
    )
}

impl World {
    pub async fn new() -> Self {
        let store = Store::open_in_memory().await.unwrap();
        let clock = Arc::new(FixedClock::new(NOW.parse().unwrap()));
        Self { store, book: book(), ids: Arc::new(SeededIds::new("console")), clock }
    }

    pub fn console(&self) -> Console {
        Console {
            store: self.store.clone(),
            intake: flow::Intake {},
            review: flow::Review {},
            rulebook: Arc::new(arc_swap::ArcSwap::from_pointee(self.book.clone())),
            clock: Arc::clone(&self.clock) as _,
            ids: Arc::clone(&self.ids) as _,
            bounds: Bounds::default(),
        }
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
        let record =
            Record { at, rulebook: version(), event: Some(received), kept, labels: Vec::new() };
        self.store.record(&[record]).await.unwrap();
    }

    pub async fn decide(&self, item: &str, held: Held) -> DecisionId {
        let received = self.received(item);
        let decided = Arc::new(self.decided(&received, &held));
        let id = decided.decision().id;
        let kept = KeptDecision {
            enforcement: Enforcement::of(&decided, "https://rules.example"),
            regulator: None,
            leaf: Leaf::of(&decided, self.ids.as_ref()).unwrap(),
            decided,
        };
        self.keep(received, Kept::Decided(Box::new(kept))).await;
        id
    }

    pub async fn refer(&self, item: &str, why: &str) -> CaseId {
        let received = self.received(item);
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
            rulebook: version(),
            state: CaseState::Waiting,
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
        let steps = steps();
        let decision = Decision {
            id,
            item: subject.item.id.clone(),
            account: subject.account.id.clone(),
            action_id: received.event.action_id.clone(),
            case: None,
            decided_at: now,
            conduct_at: now - SignedDuration::from_mins(3),
            rulebook: version(),
            outcome: clause.clone().map_or(Outcome::NoBreach, |clause| Outcome::Breach { clauses: vec![clause] }),
            findings: Vec::new(),
            measures: held.measures.clone(),
            ladder: clause.as_ref().map(|_| LadderStep {
                ladder: "hateful-conduct".into(),
                step: held.step,
                name: steps[held.step as usize].name.clone(),
                arithmetic: if held.step == 0 { "The account has no warning that counts, so the first step applies.".into() } else { format!("{} delivered before this was posted and still counting, so step {} applies.", if held.step == 1 { "1 warning was".into() } else { format!("{} warnings were", held.step) }, held.step + 1) },
                expires_at: Some(now + SignedDuration::from_hours(24 * 90)),
            }),
            source: if held.people > 0 { Source::Report } else { Source::OwnInitiative },
            automated_detection: held.people < 2,
            by: if people.is_empty() { DecidedBy::Automation } else { DecidedBy::People(people.clone()) },
            replaces: held.replaces,
            reason: None,
            emergency: held.emergency.then(|| Emergency {
                reason: "The posts name a town and a day, and crowds were gathering there while they stood.".into(),
                approved_by: "reviewer 2".into(),
            }),
        };
        let known = CLAUSES.iter().find(|(id, ..)| Some(*id) == held.clause);
        let texts: Vec<ClauseText> = known
            .map(|(id, title, text)| {
                let one = |language: &str, title: &str, text: &str| ClauseText {
                    id: ClauseId::new(id).unwrap(),
                    policy_title: "Hateful conduct".into(),
                    title: title.into(),
                    text: text.into(),
                    language: language.into(),
                    rulebook: version(),
                };
                vec![one("en", title, text), one("de", "Entmenschlichung", "Sie dürfen Menschen nicht wegen ihrer Herkunft als **Tiere, Ungeziefer oder Krankheit** bezeichnen.")]
            })
            .unwrap_or_default();
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
            rulebook: version(),
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
        self.store.adopt(&version(), &BTreeMap::new(), self.clock.now()).await.unwrap();
        let mut ids = Vec::new();
        let warn = || vec![Measure::Remove, Measure::Warn];
        ids.push(self.decide("post-1", Held::nothing()).await);
        self.later(1);
        ids.push(self.decide("post-2", Held::breach(CLAUSES[0].0, 0, warn())).await);
        self.later(2);
        ids.push(self.decide("post-3", Held::breach(CLAUSES[3].0, 0, warn())).await);
        ids.push(
            self.decide(
                "post-4",
                Held::breach(
                    CLAUSES[3].0,
                    1,
                    vec![Measure::Remove, Measure::Lock { until: end(1) }],
                ),
            )
            .await,
        );
        self.later(2);
        ids.push(self.decide("post-5", Held::breach(CLAUSES[1].0, 0, warn())).await);
        ids.push(
            self.decide(
                "post-6",
                Held::breach(
                    CLAUSES[2].0,
                    2,
                    vec![Measure::Remove, Measure::Suspend { until: end(30) }],
                )
                .by(2),
            )
            .await,
        );
        self.later(1);
        let emergency = Held {
            emergency: true,
            ..Held::breach(
                CLAUSES[0].0,
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
            let receipt = Receipt { decision: ids[1], state, at, detail: None };
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
