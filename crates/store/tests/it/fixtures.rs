//! A platform in small: events, decisions with their statements, records ready to be kept.

use jiff::{SignedDuration, Timestamp};
use model::{
    Account, AccountId, ActionId, AutomatedDecision, Case, CaseId, CaseState, ClauseId, ClauseText,
    Decided, DecidedBy, Decision, DecisionId, DsaStatement, DsaTerms, Enforcement, Event, Finding,
    FoundBy, Gravity, Ids, Item, ItemId, ItemKind, Json, LadderStep, Measure, Outcome, Passage,
    Redress, RulebookVersion, SeededIds, Source, Statement, StatementDraft, Subject,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{Kept, KeptDecision, Leaf, Received, Record};

pub(crate) const CLAUSE: &str = "hateful-conduct#dehumanisation";

/// Draws ids and tells the time of one test.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) ids: SeededIds,
    pub(crate) now: Timestamp,
}

/// What a decision in a test says.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub(crate) breach: bool,
    pub(crate) measures: Vec<Measure>,
    pub(crate) warns: bool,
    pub(crate) people: Vec<String>,
    pub(crate) case: Option<CaseId>,
    pub(crate) replaces: Option<DecisionId>,
    pub(crate) facts: String,
}

impl Held {
    pub(crate) fn breach() -> Self {
        Self {
            breach: true,
            measures: vec![Measure::Remove, Measure::Warn],
            warns: true,
            people: Vec::new(),
            case: None,
            replaces: None,
            facts:
                "The post calls people of one origin vermin and asks readers to drive them out; \
                the rule `Dehumanisation` matched the passage quoted, no sign of quotation or of \
                counter-speech was found."
                    .into(),
        }
    }

    pub(crate) fn no_breach() -> Self {
        let facts = "No rule found anything in the post.".into();
        Self { breach: false, measures: Vec::new(), warns: false, facts, ..Self::breach() }
    }
}

pub(crate) fn version() -> RulebookVersion {
    RulebookVersion::new(&"3f".repeat(32))
}

impl World {
    pub(crate) fn new(name: &str) -> Self {
        Self { ids: SeededIds::new(name), now: "2026-03-01T12:34:56.789Z".parse().unwrap() }
    }

    /// The event of post `n` by `account`.
    pub(crate) fn received(&self, n: u32, account: &str) -> Received {
        let text = format!(
            "Post {n}: they are vermin, every one of them, and this town was clean before they \
             came. Read what the mayor of Lower Ansbeck said about it and share this widely."
        );
        let id = format!("at://did:plc:{}/post/{n}", self.ids.next().simple());
        let data = format!(
            r#"{{"item":{{"id":"{id}","kind":"post","url":"https://plaza.example/p/{n}","text":"{text}","language":"en","created_at":"2026-03-01T12:00:00Z"}},"account":{{"id":"{account}","name":"{account}.example","language":"de"}}}}"#
        );
        let event = Event {
            action_id: ActionId::new(&format!("{}-{n}", self.ids.next())).unwrap(),
            action_name: "post_created".into(),
            timestamp: self.now,
            data: Json::parse(&data).unwrap(),
            secret_data: None,
        };
        let subject = Subject::of(&event).unwrap();
        Received { event, subject }
    }

    pub(crate) fn decided(&self, received: &Received, held: &Held) -> Decided {
        let Subject { item, account } = received.subject.clone().unwrap();
        let id = DecisionId::new(self.ids.next());
        let clause = ClauseId::new(CLAUSE).unwrap();
        let start = item.text.find("they are vermin").unwrap();
        let passage = Passage::cut("$.item.text", &item.text, start, start + 15).unwrap();
        let finding = Finding {
            clause: clause.clone(),
            by: FoundBy::Rules(vec!["Dehumanisation".into()]),
            passage: Some(passage.clone()),
            explanation: "Says that people of one origin are vermin.".into(),
        };
        let decision = self.decision(id, received, held, &item, &account, finding);
        let text = |language: &str| ClauseText {
            id: clause.clone(),
            policy_title: "Hateful conduct".into(),
            title: "Dehumanisation".into(),
            text: "Do not describe people as animals, vermin, a disease or filth because of their \
                origin, religion, sex, disability or orientation. Quoting such words in order to \
                oppose or report them is allowed."
                .into(),
            language: language.into(),
            rulebook: version(),
        };
        let texts = |text: &str| BTreeMap::from([("en".to_owned(), text.to_owned())]);
        let draft = StatementDraft {
            decision: id,
            clause: if held.breach { vec![text("en"), text("de")] } else { Vec::new() },
            passage: held.breach.then_some(passage),
            facts: texts(&held.facts),
            notice: texts(
                "Your post was looked at. It says of people of one origin that they are vermin, \
                 which our rule on dehumanisation does not allow. The post was removed and you \
                 have a warning that lapses after 90 days. You can challenge this within six \
                 months, free of charge, and a person who had no part in it will look again.",
            ),
            language: "de".into(),
            automated_decision: AutomatedDecision::Fully,
            territorial_scope: Vec::new(),
            redress: Redress {
                how: texts("Press `Challenge` beside the notice."),
                until: self.now + SignedDuration::from_hours(24 * 184),
                url: None,
            },
            rulebook: version(),
        };
        Decided::new(decision, Statement::new(draft).unwrap()).unwrap()
    }

    fn decision(
        &self,
        id: DecisionId,
        received: &Received,
        held: &Held,
        item: &Item,
        account: &Account,
        finding: Finding,
    ) -> Decision {
        let clause = finding.clause.clone();
        let people = held.people.clone();
        Decision {
            id,
            item: item.id.clone(),
            account: account.id.clone(),
            action_id: received.event.action_id.clone(),
            case: held.case,
            decided_at: self.now,
            conduct_at: item.created_at.unwrap(),
            rulebook: version(),
            outcome: if held.breach {
                Outcome::Breach { clauses: vec![clause] }
            } else {
                Outcome::NoBreach
            },
            findings: if held.breach { vec![finding] } else { Vec::new() },
            measures: held.measures.clone(),
            ladder: held.breach.then(|| LadderStep {
                ladder: "hateful-conduct".into(),
                step: 0,
                name: "first breach".into(),
                arithmetic: "No warning counts.".into(),
                expires_at: held.warns.then(|| self.now + SignedDuration::from_hours(24 * 90)),
            }),
            source: Source::OwnInitiative,
            automated_detection: true,
            by: if people.is_empty() { DecidedBy::Automation } else { DecidedBy::People(people) },
            replaces: held.replaces,
            reason: None,
            emergency: None,
            exemption: None,
            departs: Vec::new(),
            evidence: Vec::new(),
        }
    }

    pub(crate) fn kept(&self, decided: Decided) -> KeptDecision {
        let terms = DsaTerms { category: "STATEMENT_CATEGORY_HATE".into(), keywords: Vec::new() };
        KeptDecision {
            enforcement: Enforcement::of(&decided, "https://evenhand.example"),
            regulator: DsaStatement::of(
                decided.decision(),
                decided.statement(),
                &terms,
                ItemKind::Post,
            ),
            leaf: Leaf::of(&decided, model::AffiliationKind::None, &self.ids).unwrap(),
            decided: Arc::new(decided),
        }
    }

    /// The record of an event that was decided on arrival, and the decision.
    pub(crate) fn record(&self, n: u32, account: &str, held: &Held) -> (Record, DecisionId) {
        let received = self.received(n, account);
        let kept = self.kept(self.decided(&received, held));
        let id = kept.decided.decision().id;
        (self.with(Some(received), Kept::Decided(Box::new(kept))), id)
    }

    /// The record of a decision on an event that is kept already.
    pub(crate) fn later(&self, received: &Received, held: &Held) -> (Record, DecisionId) {
        let kept = self.kept(self.decided(received, held));
        let id = kept.decided.decision().id;
        (self.with(None, Kept::Decided(Box::new(kept))), id)
    }

    /// The record of an event that waits for people, and its case.
    pub(crate) fn referred(&self, n: u32, queue: &str, priority: u8) -> (Record, Received, CaseId) {
        let received = self.received(n, "account-of-case");
        let Subject { item, account } = received.subject.clone().unwrap();
        let case = Case {
            id: CaseId::new(self.ids.next()),
            item: item.id,
            account: account.id,
            action_id: received.event.action_id.clone(),
            findings: Vec::new(),
            queue: queue.into(),
            priority,
            why_referred: "Irony is possible.".into(),
            opened_at: self.now,
            rulebook: version(),
            state: CaseState::Waiting,
            gravity: Gravity::High,
            language: Some("en".into()),
            reach: 0,
        };
        let id = case.id;
        let record = self.with(Some(received.clone()), Kept::Referred(Box::new(case)));
        (record, received, id)
    }

    pub(crate) fn with(&self, event: Option<Received>, kept: Kept) -> Record {
        Record {
            at: self.now,
            rulebook: version(),
            event,
            kept,
            labels: Vec::new(),
            state: store::State::default(),
        }
    }
}

pub(crate) fn account(id: &str) -> AccountId {
    AccountId::new(id).unwrap()
}

pub(crate) fn item_of(record: &Record) -> ItemId {
    record.event.as_ref().unwrap().subject.as_ref().unwrap().item.id.clone()
}
