//! Instruction counts, which do not depend on how busy the machine is: what it takes to check a
//! rule set, to pack it, and to evaluate one event on 1, 100 and 1,000 rules.
//!
//! `cargo bench -p rules` needs valgrind and `gungraun-runner` of the same version.
#![expect(clippy::expect_used, reason = "a bench may panic")]
#![expect(missing_docs, reason = "the macros make public items without docs")]

use std::fmt::Write as _;
use std::hint::black_box;

use gungraun::{library_benchmark, library_benchmark_group, main};
use model::{ActionId, Event, Json};
use rules::{Checked, Environment, Facts, Outcome, Plan, Program, Sources, check, evaluate};

/// So many rules, each one word in the text of a post.
fn sources(rules: usize) -> Sources {
    let mut text = String::from(
        "Text: str = JsonData(path='$.item.text')\nUser: Entity[str] = EntityJson(type='User', path='$.account.id')\n",
    );
    for at in 0..rules {
        write!(
            text,
            "R{at} = Rule(when_all=[RegexMatch(target=Text, pattern='word{at}\\\\b')], description='{at}')\nWhenRules(rules_any=[R{at}], then=[Breach(clause='spam#links')])\n"
        )
        .expect("writing to a text");
    }
    Sources::from_map([("main.sml".to_owned(), text)].into())
}

fn program(rules: usize) -> Program {
    check(&sources(rules), &Environment::default()).program.expect("a sound program")
}

/// A plan and an event that live as long as the process, so that no bench pays for dropping them.
fn ready(rules: usize) -> &'static (Plan, Event) {
    let data = r#"{"item":{"id":"p1","text":"An ordinary post about the weather, with word7 in it, and then some more of it to make it as long as posts are."},"account":{"id":"u1"}}"#;
    let event = Event {
        action_id: ActionId::new("1").expect("an id"),
        action_name: "post_created".into(),
        timestamp: "2026-03-01T12:00:00Z".parse().expect("a time"),
        data: Json::parse(data).expect("JSON"),
        secret_data: None,
    };
    let plan = Plan::build(program(rules));
    // What the matchers build at the first event is there when the second one comes.
    drop(evaluate(&plan, &event, &Facts::default(), event.timestamp));
    Box::leak(Box::new((plan, event)))
}

#[library_benchmark]
#[bench::hundred(sources(100))]
fn checks(sources: Sources) -> (Sources, Checked) {
    let checked = black_box(check(&sources, &Environment::default()));
    (sources, checked)
}

#[library_benchmark]
#[bench::hundred(program(100))]
fn packs(program: Program) -> Plan {
    black_box(Plan::build(program))
}

#[library_benchmark]
#[bench::one(ready(1))]
#[bench::hundred(ready(100))]
#[bench::thousand(ready(1000))]
fn evaluates((plan, event): &'static (Plan, Event)) -> Outcome {
    black_box(evaluate(plan, event, &Facts::default(), event.timestamp))
}

library_benchmark_group!(name = engine, benchmarks = [checks, packs, evaluates]);
main!(library_benchmark_groups = engine);
