//! What rules find: clauses, passages in the text as posted, explanations.

use std::collections::BTreeSet;

use model::{ActionId, Event, Json};
use rules::{Certainty, Environment, Facts, Found, Plan, Sources, check, evaluate};

const BASE: &str = "Text: str = JsonData(path='$.item.text')\nId: Entity[str] = EntityJson(type='Item', path='$.item.id')\n";

fn environment() -> Environment {
    let clauses = ["harassment#insults", "harassment#threats", "spam#links"];
    Environment {
        clauses: Some(clauses.into_iter().map(str::to_owned).collect::<BTreeSet<_>>()),
        ..Environment::default()
    }
}

fn problems(rules: &str) -> Vec<String> {
    let sources = Sources::from_map([("main.sml".to_owned(), format!("{BASE}{rules}"))].into());
    check(&sources, &environment()).problems.iter().map(ToString::to_string).collect()
}

fn found(rules: &str, text: &str) -> Vec<Found> {
    let sources = Sources::from_map([("main.sml".to_owned(), format!("{BASE}{rules}"))].into());
    let checked = check(&sources, &environment());
    assert_eq!(checked.problems, [], "{:?}", checked.problems);
    let plan = Plan::build(checked.program.expect("a program"));
    let data = serde_json::json!({"item": {"id": "p1", "text": text}});
    let event = Event {
        action_id: ActionId::new("1").expect("an id"),
        action_name: "post_created".into(),
        timestamp: "2026-03-01T12:00:00Z".parse().expect("a time"),
        data: Json::of(&data).expect("JSON"),
        secret_data: None,
    };
    evaluate(&plan, &event, &Facts::default(), event.timestamp).findings
}

#[test]
fn a_breach_cites_the_passage_as_posted() {
    let rules = "Insult = Rule(when_all=[StringLength(s=Text) > 3, RegexMatch(target=Text, pattern='idi[o0]t', case_insensitive=True)], description='an insult')
WhenRules(rules_any=[Insult], then=[Breach(clause='harassment#insults')])";
    let findings = found(rules, "Größe: you IDI0T!");
    let [finding] = findings.as_slice() else { panic!("{findings:?}") };
    assert_eq!(finding.clause.as_str(), "harassment#insults");
    assert_eq!(finding.certainty, Certainty::Breach);
    assert_eq!(finding.rules, ["Insult"]);
    assert_eq!(finding.explanation, "an insult");
    let passage = finding.passage.as_ref().expect("a passage");
    assert_eq!((passage.field.as_str(), passage.text.as_str()), ("$.item.text", "IDI0T"));
    assert_eq!(&"Größe: you IDI0T!"[passage.start..passage.end], "IDI0T");
    assert_eq!(found(rules, "a kind word"), []);
}

#[test]
fn the_passage_is_found_behind_names_and_other_conditions() {
    let rules = "_Words = 'buy now' in Text or 'act fast' in Text
Ad = Rule(when_all=[_Words, Text != ''], description=f'{Id} sells')
WhenRules(rules_any=[Ad], then=[Refer(clause='spam#links', item=Id, queue='ads', priority=70)])";
    let findings = found(rules, "hello, act fast");
    let [finding] = findings.as_slice() else { panic!("{findings:?}") };
    assert_eq!(
        finding.certainty,
        Certainty::Refer { queue: Some("ads".into()), priority: Some(70) }
    );
    assert_eq!(finding.item.as_deref(), Some("p1"));
    assert_eq!(finding.explanation, "p1 sells");
    assert_eq!(finding.passage.as_ref().map(|passage| passage.start), Some(7));
}

#[test]
fn a_quote_is_looked_up_in_the_text() {
    let rules = "Threat = Rule(when_all=[StringLength(s=Text) > 1], description='a threat')
WhenRules(rules_any=[Threat], then=[Breach(clause='harassment#threats', quote='find you')])";
    let findings = found(rules, "I will find you.");
    let passage = findings[0].passage.as_ref().expect("a passage");
    assert_eq!((passage.start, passage.end), (7, 15));
    assert_eq!(found(rules, "nothing of it")[0].passage, None);

    let rules = "Any = Rule(when_all=[Id == 'p1'], description='x')
WhenRules(rules_any=[Any], then=[Breach(clause='spam#links', quote=Text)])";
    let passage = found(rules, "all of it").remove(0).passage.expect("a passage");
    assert_eq!((passage.field.as_str(), passage.text.as_str()), ("$.item.text", "all of it"));
}

#[test]
fn unknown_clauses_are_told_with_the_nearest() {
    let rule = "R = Rule(when_all=[True], description='x')\n";
    let tell = |clause: &str| {
        problems(&format!("{rule}WhenRules(rules_any=[R], then=[Breach(clause='{clause}')])"))
    };
    assert_eq!(
        tell("harassment#insult"),
        [
            "main.sml:4:46: no policy has a clause `harassment#insult` (did you mean `harassment#insults`?)"
        ]
    );
    assert_eq!(
        tell("harassment#doxxing-people"),
        [
            "main.sml:4:46: no policy has a clause `harassment#doxxing-people` (that policy has `harassment#insults`, `harassment#threats`)"
        ]
    );
    assert_eq!(
        tell("Harassment"),
        [
            "main.sml:4:46: `Harassment` is not a clause: write `policy#clause` in lower case, digits and hyphens (clauses are the headings `## Title {#clause}` of the files in `policies/`)"
        ]
    );
}
