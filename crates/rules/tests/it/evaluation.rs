//! What evaluation means, told by small programs: failed values, files that run, the order of
//! effects, labels.

use std::collections::BTreeMap;

use model::{ActionId, Event, Json};
use rules::labels::{self, LabelMutation, LabelState, LabelStatus};
use rules::{Environment, FactKey, Facts, Outcome, Plan, Sources, check, evaluate};

const LABELS: &str = "labels:\n  spammer:\n    valid_for: [User]\n";

fn plan_of(files: &[(&str, &str)], environment: &Environment) -> Plan {
    let own = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
    let checked = check(&Sources::from_map(files.iter().map(own).collect()), environment);
    let told: Vec<_> = checked.problems.iter().map(ToString::to_string).collect();
    Plan::build(checked.program.unwrap_or_else(|| panic!("{}", told.join("\n"))))
}

fn plan(main: &str) -> Plan {
    plan_of(&[("main.sml", main), ("config.yaml", LABELS)], &Environment::default())
}

fn event(data: &str) -> Event {
    Event {
        action_id: ActionId::new("7").expect("an id"),
        action_name: "post_created".into(),
        timestamp: "2026-03-01T12:00:00Z".parse().expect("a time"),
        data: Json::parse(data).expect("JSON"),
        secret_data: None,
    }
}

fn run(plan: &Plan, data: &str) -> Outcome {
    let event = event(data);
    evaluate(plan, &event, &Facts::default(), event.timestamp)
}

/// The features as text; `-` stands for one that failed.
fn features(plan: &Plan, outcome: &Outcome) -> BTreeMap<String, String> {
    outcome
        .features(plan)
        .map(|(name, value)| {
            let shown = value.map_or("-".into(), |value| {
                rules::value::text(&value).expect("a text").to_string()
            });
            (name.to_owned(), shown)
        })
        .collect()
}

fn shown(main: &str, data: &str) -> String {
    let plan = plan(main);
    let shown = features(&plan, &run(&plan, data));
    let lines: Vec<_> = shown.iter().map(|(name, value)| format!("{name}={value}")).collect();
    lines.join(" ")
}

#[test]
fn a_failed_value_fails_what_needs_it_and_nothing_else() {
    let main = "N: int = JsonData(path='$.n', required=False)
Less = N < 3
Equal = N == None
Or = Less or True
Not = not Less
Half = N / 0
";
    assert_eq!(shown(main, "{}"), "Equal=True Half=- Less=- N=- Not=- Or=True");
    assert_eq!(shown(main, "{\"n\": 2}"), "Equal=False Half=0 Less=True N=2 Not=False Or=True");
}

#[test]
fn an_error_is_told_once_at_the_value_that_failed() {
    let plan = plan("A: str = JsonData(path='$.a')\nB = StringLength(s=A) + 1\n");
    let outcome = run(&plan, "{}");
    let errors: Vec<_> =
        outcome.errors.iter().map(|error| (error.kind, error.line, error.col)).collect();
    assert_eq!(errors, [("MissingJsonPath", 1, 9)]);
}

#[test]
fn only_files_that_run_show_features() {
    let files = [
        (
            "main.sml",
            "Import(rules=['base.sml'])\nRequire(rule=f'actions/{Action}.sml')\nC = A + 1\n",
        ),
        ("base.sml", "A: int = JsonData(path='$.a')\nAction = GetActionName()\n"),
        ("actions/post_created.sml", "Post = GetActionId()\n"),
        ("actions/login.sml", "Login = GetActionId()\n"),
    ];
    let plan = plan_of(&files, &Environment::default());
    let shown = features(&plan, &run(&plan, "{\"a\": 1}"));
    let names: Vec<_> = shown.keys().map(String::as_str).collect();
    assert_eq!(names, ["A", "Action", "C", "Post"]);
    assert_eq!(shown["Post"], "7");
}

#[test]
fn blocks_fire_in_waves_of_depth() {
    let plan = plan(
        "Text: str = JsonData(path='$.t')
Deep = Rule(when_all=[StringLength(s=StringToLower(s=Text)) > 1], description='deep')
Flat = Rule(when_all=[True], description='flat')
WhenRules(rules_any=[Deep], then=[DeclareVerdict(verdict='deep')])
WhenRules(rules_any=[Flat], then=[DeclareVerdict(verdict='flat'), DeclareVerdict(verdict='after')])
",
    );
    assert_eq!(run(&plan, "{\"t\": \"xyz\"}").verdicts(), ["flat", "after", "deep"]);
}

#[test]
fn a_shared_negative_constant_keeps_its_sign_unless_osprey_is_asked_for() {
    let files = [("main.sml", "Back = -2\nX = TimeDelta(days=Back)\nY = TimeDelta(days=Back)\n")];
    let seconds = |like_osprey| {
        let plan = plan_of(&files, &Environment { like_osprey, ..Environment::default() });
        let shown = features(&plan, &run(&plan, "{}"));
        (shown["Back"].clone(), shown["X"].clone(), shown["Y"].clone())
    };
    let own = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
    assert_eq!(seconds(false), own("-2", "-172800.0", "-172800.0"));
    assert_eq!(seconds(true).2, "172800.0");
}

#[test]
fn an_entity_that_passes_for_its_id_is_its_id_unless_osprey_is_asked_for() {
    let files = [(
        "main.sml",
        "User: Entity[str] = EntityJson(type='User', path='$.user')
Id: str = ResolveOptional(optional_value=User)
Link = f'at://{Id}/x'
Length = StringLength(s=Id)
Same = Id == User
",
    )];
    let shown = |like_osprey| {
        let plan = plan_of(&files, &Environment { like_osprey, ..Environment::default() });
        let shown = features(&plan, &run(&plan, "{\"user\": \"u1\"}"));
        ["Link", "Length", "Same"].map(|name| shown[name].clone())
    };
    assert_eq!(shown(false), ["at://u1/x", "2", "True"]);
    assert_eq!(shown(true), ["at://EntityT(type='User', id='u1')/x", "-", "False"]);
}

#[test]
fn chance_is_the_same_in_a_replay() {
    let plan = plan("Coin = RandomInt(start=0, end=1000000)\n");
    let twice = [run(&plan, "{}"), run(&plan, "{}")].map(|outcome| features(&plan, &outcome));
    assert_eq!(twice[0], twice[1]);
}

const SPAM: &str = "User: Entity[str] = EntityJson(type='User', path='$.user')
Text: str = JsonData(path='$.text')
Bad = Rule(when_all=['spam' in Text], description=f'{User} said spam')
WhenRules(rules_any=[Bad], then=[LabelAdd(entity=User, label='spammer', expires_after=TimeDelta(hours=1))])
Known = HasLabel(entity=User, label='spammer')
";

/// One event after the other against a store of labels.
fn step(
    plan: &Plan,
    store: &mut BTreeMap<String, LabelState>,
    text: &str,
    now: &str,
) -> (String, Vec<LabelMutation>) {
    let event = event(&format!("{{\"user\": \"u1\", \"text\": \"{text}\"}}"));
    let now = now.parse().expect("a time");
    let mut facts = Facts::default();
    for key in plan.facts_needed(&event, &Facts::default(), 0) {
        let FactKey::Labels(entity) = key else { continue };
        assert_eq!(entity, "User/u1");
        facts.labels.extend(store.get(&entity).map(|labels| (entity, labels.clone())));
    }
    let outcome = evaluate(plan, &event, &facts, now);
    let changes = labels::changes(&outcome.effects, event.timestamp, now);
    let mutations = changes
        .into_iter()
        .map(|(entity, changes)| {
            let state = store.entry(entity.clone()).or_default();
            labels::apply(&entity, state, changes, now)
        })
        .collect();
    (features(plan, &outcome)["Known"].clone(), mutations)
}

#[test]
fn labels_are_seen_by_the_next_event_until_they_expire() {
    let plan = plan(SPAM);
    let mut store = BTreeMap::new();
    let (known, mutations) = step(&plan, &mut store, "spam", "2026-03-01T12:00:00Z");
    assert_eq!(
        (known.as_str(), mutations[0].added.as_slice()),
        ("False", &["spammer".to_owned()][..])
    );
    assert_eq!(step(&plan, &mut store, "hi", "2026-03-01T12:30:00Z").0, "True");
    assert_eq!(step(&plan, &mut store, "hi", "2026-03-01T13:00:00Z").0, "False");
    let reasons = &store["User/u1"].labels["spammer"].reasons;
    assert_eq!(reasons["Bad"].features["User"], "u1");
}

#[test]
fn rules_do_not_overrule_people() {
    let plan = plan(SPAM);
    let mut store = BTreeMap::new();
    step(&plan, &mut store, "spam", "2026-03-01T12:00:00Z");
    let label = store
        .get_mut("User/u1")
        .and_then(|state| state.labels.get_mut("spammer"))
        .expect("the label");
    label.status = LabelStatus::ManuallyRemoved;
    let (_, mutations) = step(&plan, &mut store, "spam", "2026-03-01T12:10:00Z");
    assert_eq!(
        mutations[0].dropped,
        [("spammer".to_owned(), labels::Dropped::CannotOverrideManual)]
    );
    assert_eq!(store["User/u1"].labels["spammer"].status, LabelStatus::ManuallyRemoved);
}
