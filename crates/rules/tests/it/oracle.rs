//! The quick evaluation comes to the same outcome as computing every node: on programs and events
//! drawn at random, and in the same order.

use std::collections::BTreeMap;

use model::Event;
use proptest::prelude::*;
use rules::{Environment, Facts, Outcome, Plan, Sources, check, evaluate, evaluate_plainly};

/// What every program begins with.
const HEAD: &str = "Text: str = JsonData(path='$.text')
Maybe: Optional[str] = JsonData(path='$.maybe')
Given: str = JsonData(path='$.given', required=False)
Count: int = JsonData(path='$.count', required=False)
Score: float = JsonData(path='$.score', coerce_type=True)
Tags: List[str] = JsonData(path='$.tags', required=False)
User: Entity[str] = EntityJson(type='User', path='$.user', required=False)
Name = GetActionName()
Sure = ResolveOptional(optional_value=Maybe, default_value=Given)
Lower = StringToLower(s=Text)
";

/// Conditions; `{n}` is a small number, `{r}` the rule before.
const CONDITIONS: [&str; 37] = [
    "RegexMatch(target=Text, pattern='word{n}')",
    "RegexMatch(target=Text, pattern=r'\\bword{n}\\b')",
    "RegexMatch(target=Text, pattern='WORD{n}', case_insensitive=True)",
    "RegexMatch(target=Text, pattern=r'\\bskip{n}\\b', case_insensitive=True)",
    "RegexMatch(target=Text, pattern='s[k]ip.?{n}', case_insensitive=True)",
    "('\u{131}p{n}' in Text)",
    "RegexMatch(target=Text, pattern='^.{{n},}$')",
    "RegexMatch(target=Text, pattern=r'(word){n}\\1')",
    "RegexMatch(target=Sure, pattern='word{n}|good')",
    "TextContains(text=Text, phrase='word{n}')",
    "TextContains(text=Given, phrase='Word{n}', normalize=False)",
    "TextContainsAny(text=Lower, phrases=['word{n}', 'good'])",
    "TextMatches(text=Text, pattern='w[o0]rd{n}')",
    "(TextContainsCount(text=Text, phrases=['word1', 'word{n}']) > 0)",
    "(CountRegexMatches(target=Text, patterns=['word1', 'word{n}']) == 1)",
    "('word{n}' in Text)",
    "('word{n}' not in Lower)",
    "('' in Given)",
    "(Given == 'word{n}')",
    "(Given != 'word{n}')",
    "(Given == '')",
    "(Maybe == None)",
    "(Given in ['word1', 'word{n}', ''])",
    "(Given not in ['word{n}'])",
    "(Name == 'act{n}')",
    "(User == 'word{n}')",
    "(Count > {n})",
    "(StringLength(s=Text) < 1{n})",
    "(Count * {n} == 6)",
    "(2 ** Count > {n})",
    "(ListLength(list=Tags) > {n})",
    "('word{n}' in Tags)",
    "(ListRead(list=Tags, index={n}) == 'word1')",
    "(Score / {n} < 1)",
    "(not (Count == {n}))",
    "({r} == True)",
    "(Maybe != None and StringLength(s=Maybe) > {n})",
];

const DESCRIPTIONS: [&str; 4] = ["'plain'", "f'{Text}'", "f'{Given} and {Count}'", "f'{User}'"];

const EFFECTS: [&str; 5] = [
    "DeclareVerdict(verdict='v{n}')",
    "DeclareVerdict(verdict=Text)",
    "LabelAdd(entity=User, label='l{n}', apply_if={r})",
    "Breach(clause='spam#links')",
    "Breach(clause='spam#links', quote=Given)",
];

/// A condition, by its kind and number, perhaps of several parts.
fn condition() -> impl Strategy<Value = String> {
    let one = (0..CONDITIONS.len(), 0..5_u8)
        .prop_map(|(kind, n)| CONDITIONS[kind].replace("{n}", &n.to_string()));
    one.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|all| { format!("({})", all.join(" and ")) }),
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|all| { format!("({})", all.join(" or ")) }),
            inner.prop_map(|one| format!("(not {one})")),
        ]
    })
}

/// The statements of one file, whose names begin with a letter of its own.
fn file(letter: char) -> impl Strategy<Value = String> {
    let rule = (
        prop::collection::vec(condition(), 1..4),
        0..DESCRIPTIONS.len(),
        prop::collection::vec((0..EFFECTS.len(), 1..4_u8), 0..3),
        prop::option::of(condition()),
    );
    prop::collection::vec(rule, 1..6).prop_map(move |rules| {
        let mut text = format!("{letter}0 = Rule(when_all=[Count == 1], description='first')\n");
        for (at, (conditions, description, effects, feature)) in (1..).zip(rules) {
            let before = format!("{letter}{}", at - 1);
            let filled = |text: &str| text.replace("{r}", &before);
            if let Some(feature) = feature {
                text += &format!("{letter}F{at} = {}\n", filled(&feature));
            }
            let conditions: Vec<String> = conditions.iter().map(|one| filled(one)).collect();
            let description = DESCRIPTIONS[description];
            text += &format!(
                "{letter}{at} = Rule(when_all=[{}], description={description})\n",
                conditions.join(", ")
            );
            if !effects.is_empty() {
                let effects: Vec<String> = effects
                    .iter()
                    .map(|(kind, n)| filled(EFFECTS[*kind]).replace("{n}", &n.to_string()))
                    .collect();
                text += &format!(
                    "WhenRules(rules_any=[{letter}{at}, {before}], then=[{}])\n",
                    effects.join(", ")
                );
            }
        }
        text
    })
}

fn event() -> impl Strategy<Value = Event> {
    let text = || {
        let word = prop_oneof![
            Just("word1"),
            Just("Word2"),
            Just("w0rd3"),
            Just("good"),
            Just("x"),
            Just("Skip1"),
            Just("\u{17f}\u{212a}\u{131}p1"),
            Just("éskip2"),
        ];
        prop::collection::vec(word, 0..4).prop_map(|words| words.join(" "))
    };
    fn maybe<T: Into<serde_json::Value> + std::fmt::Debug + 'static>(
        some: impl Strategy<Value = T> + 'static,
    ) -> BoxedStrategy<Option<serde_json::Value>> {
        prop_oneof![
            6 => some.prop_map(|value| Some(value.into())),
            1 => Just(None),
            1 => Just(Some(serde_json::Value::Null)),
            1 => Just(Some(serde_json::json!([1]))),
        ]
        .boxed()
    }
    let data = (
        maybe(text()),
        maybe(text()),
        maybe(prop_oneof![Just("word1".to_owned()), Just(String::new()), text()]),
        maybe(-2..6_i64),
        maybe(-2.0..6.0),
        maybe(prop::collection::vec(prop_oneof![Just("word1"), Just("y")], 0..4)),
        maybe(prop_oneof![Just("word1".to_owned()), Just("u".to_owned())]),
    );
    (data, 0..4).prop_map(|(data, name)| {
        let keys = ["text", "maybe", "given", "count", "score", "tags", "user"];
        let values = [data.0, data.1, data.2, data.3, data.4, data.5, data.6];
        let given = keys.into_iter().zip(values).filter_map(|(key, value)| Some((key, value?)));
        let data: BTreeMap<&str, serde_json::Value> = given.collect();
        serde_json::from_value(serde_json::json!({
            "action_id": 7, "action_name": format!("act{name}"),
            "timestamp": "2026-03-01T12:00:00Z", "data": data,
        }))
        .expect("an event")
    })
}

fn told(outcome: &Outcome, plan: &Plan, event: &Event) -> String {
    let mut out = String::new();
    outcome.write_features(&mut out, plan, event);
    outcome.write_effects(&mut out);
    outcome.write_errors(&mut out);
    out += &format!("{:?}{:?}{:?}", outcome.verdicts(), outcome.findings, outcome.changes);
    let matched: Vec<_> = outcome
        .matched(plan)
        .into_iter()
        .map(|(name, value)| format!("{name}={value:?}"))
        .collect();
    out + &matched.join(",")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]
    #[test]
    fn quick_and_plain_come_to_the_same(
        main in file('M'),
        first in file('A'),
        second in file('B'),
        events in prop::collection::vec(event(), 1..8),
    ) {
        let main = format!(
            "{HEAD}{main}Require(rule=f'{{Name}}.sml')\nRequire(rule='act2.sml', require_if=Count == 2)\n"
        );
        let import = "Import(rules=['main.sml'])\n";
        let labels = "labels:\n  l1: {valid_for: [User], connotation: neutral, description: d}\n  l2: {valid_for: [User], connotation: neutral, description: d}\n  l3: {valid_for: [User], connotation: neutral, description: d}\n";
        let sources = Sources::from_map([
            ("main.sml".to_owned(), main),
            ("act1.sml".to_owned(), format!("{import}{first}")),
            ("act2.sml".to_owned(), format!("{import}{second}")),
            ("config/labels.yaml".to_owned(), labels.to_owned()),
        ].into());
        let checked = check(&sources, &Environment::default());
        let problems: Vec<String> = checked.problems.iter().map(ToString::to_string).collect();
        let plan = Plan::build(checked.program.unwrap_or_else(|| panic!("{}", problems.join("\n"))));
        for event in &events {
            let quick = evaluate(&plan, event, &Facts::default(), event.timestamp);
            let plain = evaluate_plainly(&plan, event, &Facts::default(), event.timestamp);
            prop_assert_eq!(told(&quick, &plan, event), told(&plain, &plan, event));
        }
    }
}

/// More literals than an automaton is made for, and more nodes than one word of words tells of.
#[test]
fn many_tests_of_one_text_hear_what_each_would() {
    let words = ["kiss", "K\u{131}ck", "s\u{17f}ip", "word", "Ab", "日本語", "x", "longer words"];
    let mut main = HEAD.to_owned();
    for at in 0..1600 {
        let word = format!("{}{}", words[at % words.len()], at / 8);
        let condition = match at % 5 {
            0 => format!("RegexMatch(target=Text, pattern=r'\\b{word}\\b', case_insensitive=True)"),
            1 => format!("RegexMatch(target=Text, pattern='{word}.?')"),
            2 => format!("TextContains(text=Text, phrase='{word}')"),
            3 => format!("TextContains(text=Text, phrase='{word}', normalize=False)"),
            _ => format!("'{word}' in Text"),
        };
        main += &format!("R{at} = Rule(when_all=[{condition}], description=f'{{Text}}')\n");
        main += &format!("WhenRules(rules_any=[R{at}], then=[DeclareVerdict(verdict='v{at}')])\n");
    }
    let sources = Sources::from_map([("main.sml".to_owned(), main)].into());
    let checked = check(&sources, &Environment::default());
    let plan = Plan::build(checked.program.expect("no problems"));
    let mut told_of = 0;
    for at in 0..80 {
        let word = |at: usize| format!("{}{}", words[at % words.len()], at / 8 % 200);
        let upper = word(at * 7).to_uppercase();
        let text =
            format!("{} {upper}x {}, {}", word(at), word(at * 3), word(at * 5).to_lowercase());
        let event: Event = serde_json::from_value(serde_json::json!({
            "action_id": at, "action_name": "post", "timestamp": "2026-03-01T12:00:00Z",
            "data": {"text": text},
        }))
        .expect("an event");
        let quick = evaluate(&plan, &event, &Facts::default(), event.timestamp);
        let plain = evaluate_plainly(&plan, &event, &Facts::default(), event.timestamp);
        assert_eq!(told(&quick, &plan, &event), told(&plain, &plan, &event), "{text}");
        told_of += quick.verdicts().len();
    }
    assert!(told_of > 160, "{told_of}");
}
