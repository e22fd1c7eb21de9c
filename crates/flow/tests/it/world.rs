//! A small platform: a rulebook with one ladder, an engine on a database file, posts by name.

use flow::{Answer, Engine, Intake, Refused, Review, Settings, Status};
use jiff::{SignedDuration, Timestamp};
use model::{
    AccountId, ActClass, ActionId, Decision, DecisionId, Event, FixedClock, ItemId, Json, Measure,
    Receipt, ReceiptState, RulebookVersion, SeededIds,
};
use rules::Sources;
use rules::rulebook::Rulebook;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use store::Store;
use store::log::{Log, LogError};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

const RULEBOOK: &str = r#"
title = "Test rules"
provider = "Test"
provider_url = "https://test.example"
provider_class = "online-platform"
languages = ["en"]
default_language = "en"
appeal_months = 6
territorial_scope = []
publish_text = false

[appeal_how]
en = "Write to us."
"#;

const POLICY: &str = "---
id: spam
title: Spam
effective: 2020-01-01
dsa_category: STATEMENT_CATEGORY_SCAMS_AND_FRAUD
dsa_keywords: []
---
Mean what you say.

## Bulk {#bulk}
Do not post in bulk.
";

const LADDER: &str = r#"
[defaults]
strike_expires = "90d"

[[ladder]]
id = "spam"
clauses = ["spam#bulk"]
severity = "medium"
automatic = "all"
why = "It drowns out others."
  [[ladder.step]]
  name = "first breach"
  item = "remove"
  account = "warn"
  people = 0
  [[ladder.step]]
  name = "second breach"
  item = "remove"
  account = "lock"
  duration = "3d"
  people = 0
  [[ladder.step]]
  name = "further breach"
  item = "remove"
  account = "suspend"
  duration = "30d"
  people = 2
  [ladder.emergency]
  item = "remove"
  account = "suspend"
  duration = "30d"
  people = 2
"#;

/// `bulk` breaches, `perhaps` is for people; whoever posted `mark` is labelled and `echo` finds it;
/// what says `tag` is labelled and no rule asks for that.
const MAIN: &str = "
Account: Entity[str] = EntityJson(type='Account', path='$.account.id', required=False)
Text: str = JsonData(path='$.item.text')

Bulk = Rule(when_all=[RegexMatch(target=Text, pattern='bulk')], description='It is posted in bulk')
WhenRules(rules_any=[Bulk], then=[Breach(clause='spam#bulk')])

Perhaps = Rule(when_all=[RegexMatch(target=Text, pattern='perhaps')], description='It may be bulk')
WhenRules(rules_any=[Perhaps], then=[Refer(clause='spam#bulk')])

Mark = Rule(when_all=[RegexMatch(target=Text, pattern='mark')], description='It marks')
WhenRules(rules_any=[Mark], then=[LabelAdd(entity=Account, label='marked')])

Thing: Entity[str] = EntityJson(type='Thing', path='$.item.id', required=False)
Tag = Rule(when_all=[RegexMatch(target=Text, pattern='tag')], description='It is tagged')
WhenRules(rules_any=[Tag], then=[LabelAdd(entity=Thing, label='tagged')])

Echo = Rule(
  when_all=[RegexMatch(target=Text, pattern='echo'), HasLabel(entity=Account, label='marked')],
  description='The account is marked')
WhenRules(rules_any=[Echo], then=[Breach(clause='spam#bulk')])
";

const LABELS: &str = "labels:
  marked:
    valid_for: [Account]
    connotation: neutral
    description: Posted a mark
  tagged:
    valid_for: [Thing]
    connotation: neutral
    description: Says tag
";

pub(crate) fn files() -> BTreeMap<String, String> {
    let files = [
        ("rulebook.toml", RULEBOOK),
        ("policies/spam.md", POLICY),
        ("ladder.toml", LADDER),
        ("main.sml", MAIN),
        ("config/labels.yaml", LABELS),
    ];
    files.map(|(path, text)| (path.to_owned(), text.to_owned())).into()
}

pub(crate) fn rulebook() -> Rulebook {
    loaded(&Sources::from_map(files()))
}

fn loaded(sources: &Sources) -> Rulebook {
    let (rulebook, problems) = Rulebook::load(sources);
    let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
    rulebook.unwrap_or_else(|| panic!("{problems:#?}"))
}

pub(crate) fn start_of_time() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

static WORLDS: AtomicU64 = AtomicU64::new(0);

/// An engine that runs on a file.
pub(crate) struct World {
    pub(crate) engine: Arc<Engine>,
    pub(crate) intake: Intake,
    pub(crate) review: Review,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) stop: CancellationToken,
    writer: JoinHandle<()>,
    folder: TempDir,
    files: BTreeMap<String, String>,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(Settings::default()).await
    }

    pub(crate) async fn with(settings: Settings) -> Self {
        let clock = Arc::new(FixedClock::new(start_of_time()));
        Self::on(tempfile::tempdir().unwrap(), clock, settings, files()).await
    }

    /// A world whose `rulebook.toml` says more.
    pub(crate) async fn saying(more: &str) -> Self {
        let mut files = files();
        files.entry("rulebook.toml".into()).or_default().push_str(more);
        Self::under(files).await
    }

    /// A world under other files.
    pub(crate) async fn under(files: BTreeMap<String, String>) -> Self {
        let clock = Arc::new(FixedClock::new(start_of_time()));
        Self::on(tempfile::tempdir().unwrap(), clock, Settings::default(), files).await
    }

    /// Two people agree that a version of the rulebook may come into force.
    pub(crate) async fn agree(&self, version: &RulebookVersion) {
        let approvals = self.review.approvals();
        let proposed = flow::approval::Proposed {
            class: ActClass::Rulebook,
            about: version.as_str().to_owned(),
            body: Json::parse("{}").unwrap(),
            why: "It is better.".into(),
        };
        let act = approvals.propose(proposed, "editor 1").await.unwrap();
        approvals.approve(&act.id, "reviewer 2", "").await.unwrap();
    }

    /// The platform says that the notice of a decision was delivered now.
    pub(crate) async fn deliver(&self, decision: DecisionId) {
        self.receipt(decision, ReceiptState::NoticeDelivered).await;
    }

    async fn on(
        folder: TempDir,
        clock: Arc<FixedClock>,
        settings: Settings,
        files: BTreeMap<String, String>,
    ) -> Self {
        let store = Store::open(&file(folder.path())).await.unwrap();
        let world = WORLDS.fetch_add(1, Ordering::Relaxed);
        let sources = Sources::from_map(files.clone());
        let ids = Arc::new(SeededIds::new(&format!("world {world}")));
        let engine = Engine::start(loaded(&sources), &sources, store, clock.clone(), ids, settings)
            .await
            .unwrap();
        let stop = CancellationToken::new();
        let (intake, writer) = Intake::start(Arc::clone(&engine), stop.clone());
        let review = Review::new(Arc::clone(&engine));
        Self { engine, intake, review, clock, stop, writer, folder, files }
    }

    /// Stops in good order and starts again on the same file.
    pub(crate) async fn restart(self) -> Self {
        self.stop.cancel();
        self.writer.await.unwrap();
        self.engine.store.close().await;
        Self::on(self.folder, self.clock, self.engine.settings.clone(), self.files).await
    }

    /// Drops everything in the middle of what it does and starts again on the same file.
    pub(crate) async fn crash(self) -> Self {
        self.writer.abort();
        let _ = self.writer.await;
        Self::on(self.folder, self.clock, self.engine.settings.clone(), self.files).await
    }

    /// Keeps the public log from here on, until `stop`.
    pub(crate) fn keep_log(&self, stop: CancellationToken) {
        let (engine, data) = (Arc::clone(&self.engine), self.folder.path().to_owned());
        tokio::spawn(async move {
            let log = loop {
                match Log::open(engine.store.clone(), &data, "world.example/log", &[3; 32]).await {
                    Err(LogError::Held(_)) => tokio::time::sleep(Duration::from_millis(5)).await,
                    opened => break opened.unwrap(),
                }
            };
            flow::sequence(engine, log, Duration::from_millis(1), stop).await.unwrap();
        });
    }

    pub(crate) fn pass(&self, minutes: i64) {
        let now = model::Clock::now(&*self.clock);
        self.clock.set(now + SignedDuration::from_mins(minutes));
    }

    pub(crate) fn now(&self) -> Timestamp {
        model::Clock::now(&*self.clock)
    }

    /// A post made now.
    pub(crate) fn post(&self, n: u32, account: &str, text: &str) -> Event {
        post_at(self.now(), n, account, text)
    }

    pub(crate) async fn submit(
        &self,
        n: u32,
        account: &str,
        text: &str,
    ) -> Result<Answer, Refused> {
        self.intake.submit(self.post(n, account, text)).await
    }

    /// Posts what breaches, and gives what was decided.
    pub(crate) async fn breach(&self, n: u32, account: &str) -> Decision {
        let answer = self.submit(n, account, "bulk").await.unwrap();
        assert_eq!(answer.status, Status::Decided);
        answer.decided.unwrap().decision().clone()
    }

    /// Reports an item.
    pub(crate) async fn report(&self, n: u32, clause: Option<&str>, who: &str) -> flow::Reported {
        let report = flow::Report {
            item: item(n),
            reason: "It is an offer.".into(),
            clause: clause.map(|clause| clause.parse().unwrap()),
            reporter: Some(who.into()),
        };
        self.review.report(report).await.unwrap()
    }

    pub(crate) async fn receipt(&self, decision: DecisionId, state: ReceiptState) {
        let receipt = Receipt { ending: None, decision, state, at: self.now(), detail: None };
        self.review.receipt(receipt).await.unwrap();
    }

    pub(crate) async fn decision(&self, id: DecisionId) -> store::StoredDecision {
        self.engine.store.decision(id).await.unwrap().unwrap()
    }

    pub(crate) async fn count_decisions(&self) -> usize {
        let filter = store::DecisionFilter::default();
        let page = self.engine.store.decisions(&filter, None, 1000).await.unwrap();
        page.entries.len()
    }
}

pub(crate) fn file(folder: &Path) -> std::path::PathBuf {
    folder.join("evenhand.db")
}

pub(crate) fn post_at(at: Timestamp, n: u32, account: &str, text: &str) -> Event {
    let data =
        format!(r#"{{"item":{{"id":"post-{n}","text":"{text}"}},"account":{{"id":"{account}"}}}}"#);
    Event {
        action_id: ActionId::new(&format!("event-{n}")).unwrap(),
        action_name: "post_created".into(),
        timestamp: at,
        data: Json::parse(&data).unwrap(),
        secret_data: None,
    }
}

/// That somebody saw no breach.
pub(crate) fn no_breach() -> flow::Verdict {
    flow::Verdict {
        outcome: flow::Held::NoBreach,
        clause: None,
        passage: None,
        reason: "One offer to friends is no bulk.".into(),
        emergency: None,
        departs: None,
        break_glass: None,
        step: None,
        evidence: Vec::new(),
    }
}

pub(crate) fn words(decision: &Decision) -> Vec<&'static str> {
    decision.measures.iter().map(Measure::word).collect()
}

pub(crate) fn account(id: &str) -> AccountId {
    AccountId::new(id).unwrap()
}

pub(crate) fn item(n: u32) -> ItemId {
    ItemId::new(&format!("post-{n}")).unwrap()
}
