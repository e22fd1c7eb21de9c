//! Why rules held or did not.

use rules::stream::{Settings, Stream};
use rules::{Environment, ExplainedRule, Held, Plan, Sources, check};
use serde_json::json;
use std::time::Duration;

fn explained(files: &[(&str, &str)], event: &str) -> Vec<ExplainedRule> {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
    let sources = Sources::from_map(files.collect());
    let checked = check(&sources, &Environment::default());
    let plan = Plan::build(checked.program.unwrap_or_else(|| panic!("{:?}", checked.problems)));
    let mut ticks = Duration::ZERO;
    let mut clock = || {
        ticks += Duration::from_nanos(1);
        ticks
    };
    let mut stream = Stream::new(plan.into(), Settings::default());
    stream.explain(&event.into(), &sources, None, &mut clock).expect("an event").rules
}

const EVENT: &str = r#"{"action_id": 1, "action_name": "post", "timestamp": "2026-03-01T12:00:00Z",
    "data": {"text": "please buy now", "likes": 9}, "secret_data": {"mail": "x@example.org"}}"#;

#[test]
fn every_rule_says_what_its_conditions_came_to_and_which_decided() {
    let main = "Text: str = JsonData(path='$.text')
Likes: int = JsonData(path='$.likes')
Mail: Secret[str] = JsonData(path='$.mail')
Missing: str = JsonData(path='$.nothing')
Loud = Rule(
    when_all=[Likes > 3, StringToUpper(s=Text)
        == Text],
    description=f'loud, liked {Likes} times',
)
Sells = Rule(when_all=['buy now' in Text, Likes > 3], description=f'sells, liked {Likes} times')
_Known: Secret[bool] = StringEndsWith(s=Mail, end='.org')
Known: ExtractSecret[bool] = Rule(when_all=[_Known], description='known')
Broken = Rule(when_all=[StringLength(s=Missing) > 3], description='broken')
WhenRules(rules_any=[Loud, Sells, Broken], then=[DeclareVerdict(verdict='look')])
Require(rule='other.sml', require_if=Likes > 100)
";
    let other = "Import(rules=['main.sml'])
Other = Rule(when_all=[True], description='other')
WhenRules(rules_any=[Other], then=[DeclareVerdict(verdict='other')])
";
    let other = other.replace("Import(rules=['main.sml'])\n", "");
    let rules = explained(&[("main.sml", main), ("other.sml", &other)], EVENT);
    let rule = |name: &str| rules.iter().find(|rule| rule.name == name).expect("a rule");

    let loud = rule("Loud");
    assert_eq!((loud.held, loud.decided_by, loud.line), (Held::NotHeld, Some(1), 5));
    assert_eq!(loud.description, "loud, liked {Likes} times");
    assert_eq!(loud.conditions[1].text, "StringToUpper(s=Text) == Text");
    assert_eq!((loud.conditions[1].line, loud.conditions[1].holds), (6, Some(false)));
    let signals = &loud.conditions[1].signals;
    assert_eq!((signals.len(), &signals[0].value), (1, &json!("please buy now")));

    let sells = rule("Sells");
    assert_eq!((sells.held, sells.decided_by), (Held::Held, None));
    assert_eq!(sells.description, "sells, liked 9 times");
    let passage = sells.conditions[0].passage.as_ref().expect("a passage");
    assert_eq!(passage.text, "buy now");
    assert!(sells.took_ns > 0);

    let known = rule("Known");
    assert_eq!(known.held, Held::Held);
    assert!(known.conditions[0].signals[0].secret);
    assert_eq!(known.conditions[0].signals[0].value, json!(null));

    let broken = rule("Broken");
    assert_eq!((broken.held, broken.decided_by), (Held::Failed, Some(0)));
    assert_eq!(broken.conditions[0].holds, None);

    let other = rule("Other");
    assert_eq!((other.held, other.decided_by), (Held::NotRun, None));
}

#[test]
fn a_line_that_is_no_event_is_told() {
    let sources = Sources::from_map([("main.sml".into(), "A = 1\n".into())].into());
    let plan = Plan::build(check(&sources, &Environment::default()).program.expect("no problems"));
    let mut stream = Stream::new(plan.into(), Settings::default());
    let told = stream.explain(&"{}".into(), &sources, None, &mut || Duration::ZERO);
    assert!(told.is_err_and(|why| why.contains("action_id")));
}
