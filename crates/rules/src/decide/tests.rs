//! Deciding: the ladder's arithmetic, what people may do, what the statement says.

use super::*;
use crate::found::{Certainty, Found};
use crate::rulebook::{Rulebook, fixture::book};
use jiff::{SignedDuration, Timestamp};
use model::{
    Account, ClauseId, Decided, DecidedBy, Decision, Event, Measure, Outcome, Passage, Ruling,
    Source, Standing, Subject,
};
use proptest::prelude::*;
use std::sync::LazyLock;

static BOOK: LazyLock<Rulebook> = LazyLock::new(|| book(&[]));
const CLAUSES: [&str; 4] = ["care#threats", "care#insults", "care#marks", "spam#junk"];

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn start() -> Timestamp {
    at("2026-08-31T12:00:00Z")
}

fn hours(count: i64) -> SignedDuration {
    SignedDuration::from_hours(count)
}

fn clause(name: &str) -> ClauseId {
    ClauseId::new(name).unwrap()
}

fn context(now: Timestamp, id: u64) -> Context<'static> {
    Context {
        now,
        id: format!("{id:032x}").parse().unwrap(),
        case_id: "00000000-0000-0000-0000-0000000000ff".parse().unwrap(),
        public_url: "https://evenhand.example",
        exemptions: &[],
    }
}

fn event(account: &Account, posted: Timestamp) -> (Event, Subject) {
    let data = serde_json::json!({
        "item": { "id": "i1", "text": "I will kill you, Ann", "created_at": posted },
        "account": account,
    });
    let event: Event = serde_json::from_value(serde_json::json!({
        "action_id": "e1", "action_name": "post_created", "timestamp": posted, "data": data,
    }))
    .unwrap();
    let subject = Subject::of(&event).unwrap().unwrap();
    (event, subject)
}

fn account(id: &str) -> Account {
    serde_json::from_value(serde_json::json!({ "id": id })).unwrap()
}

fn found(name: &str) -> Found {
    Found {
        clause: clause(name),
        certainty: Certainty::Breach,
        rules: vec!["Threat".into()],
        item: None,
        account: None,
        passage: Passage::cut("$.item.text", "I will kill you, Ann", 7, 15).ok(),
        explanation: "A threat against a person".into(),
    }
}

fn perhaps(name: &str) -> Found {
    Found { certainty: Certainty::Refer { queue: None, priority: None }, ..found(name) }
}

fn ruling(all: &[Found], standing: &Standing, posted: Timestamp) -> Ruling {
    let (event, subject) = event(&account("a1"), posted);
    decide(&BOOK, &event, &subject, all, standing, context(posted + hours(1), 1))
}

fn decided(ruling: Ruling) -> Decided {
    match ruling {
        Ruling::Decided(decided) => *decided,
        other => panic!("{other:?}"),
    }
}

fn people(held: Held, people: &[&str]) -> PeopleDecision {
    PeopleDecision {
        item: model::ItemId::new("i1").unwrap(),
        account: account("a1"),
        item_language: None,
        action_id: model::ActionId::new("e1").unwrap(),
        conduct_at: start(),
        on_case: true,
        findings: Vec::new(),
        held,
        reason: "The words are meant as a threat".into(),
        people: people.iter().map(|one| (*one).to_owned()).collect(),
        emergency: None,
        replaces: None,
        source: Source::Report,
        since: None,
        step: None,
        unlike: None,
        departs: None,
        evidence: Vec::new(),
    }
}

fn plea(reason: &str, evidence: &[&str]) -> Plea {
    let evidence = evidence.iter().map(|piece| (*piece).to_owned()).collect();
    Plea { reason: reason.into(), evidence }
}

fn breach(name: &str) -> Held {
    Held::Breach { clause: clause(name), passage: None }
}

/// The standing after a decision whose notice was delivered at `delivered`.
fn add(standing: &mut Standing, decision: &Decision, delivered: Option<Timestamp>) {
    if let Some(mut entry) = entry_of(decision) {
        entry.delivered_at = delivered;
        standing.entries.push(entry);
    }
}

fn warned(name: &str) -> Standing {
    let mut standing = Standing::default();
    let from = people(breach(name), &["one"]);
    let first = decide_by_people(&BOOK, from, &standing, context(start() - hours(48), 9)).unwrap();
    add(&mut standing, first.decision(), Some(start() - hours(47)));
    standing
}

fn words(decided: &Decided) -> Vec<&'static str> {
    decided.decision().measures.iter().map(Measure::word).collect()
}

#[test]
fn the_first_breach_is_warned_the_second_is_for_people() {
    let first = decided(ruling(&[found("care#threats")], &Standing::default(), start()));
    assert_eq!(words(&first), ["remove", "warn"]);
    assert_eq!(first.decision().by, DecidedBy::Automation);
    let Ruling::Referred(case) = ruling(&[found("care#threats")], &warned("care#threats"), start())
    else {
        panic!()
    };
    assert_eq!(case.queue, "care");
    assert!(case.why_referred.contains("Threats work at once"), "{}", case.why_referred);
}

#[test]
fn a_warning_counts_only_when_delivered_before_the_post_and_not_lapsed() {
    let ladder = BOOK.ladder_of(&clause("care#threats")).unwrap();
    let mut standing = warned("care#threats");
    let number = |standing: &Standing| count(ladder, standing, start()).unwrap().number;
    assert_eq!(number(&standing), 1);
    standing.entries[0].delivered_at = Some(start());
    assert_eq!(number(&standing), 0, "delivered with the post, not before it");
    standing.entries[0].delivered_at = None;
    assert_eq!(number(&standing), 0);
    let counted = count(ladder, &standing, start()).unwrap();
    assert_eq!(counted.undelivered, 1);
    standing.entries[0].delivered_at = Some(start() - hours(1));
    standing.entries[0].expires_at = start();
    assert_eq!(number(&standing), 0, "lapsed");
}

#[test]
fn two_first_warnings_do_not_make_a_third_breach() {
    let mut standing = warned("care#threats");
    standing.entries[0].conduct_at = Some(start() - hours(60));
    let mut second = standing.entries[0].clone();
    second.decision = context(start(), 8).id;
    standing.entries.push(second);
    let ladder = BOOK.ladder_of(&clause("care#threats")).unwrap();
    let counted = count(ladder, &standing, start()).unwrap();
    assert_eq!((counted.counting, counted.together, counted.number), (1, 1, 1));
    assert!(
        counted.kept(counted.says(), true, start()).arithmetic.contains("seen at the same time")
    );
}

/// A warning under one ladder: what was done, the notice of it, and the step, in hours.
fn entry(id: u64, conduct: i64, delivered: i64, step: u32) -> model::StandingEntry {
    let given = decide_by_people(
        &BOOK,
        PeopleDecision {
            conduct_at: start() + hours(conduct),
            ..people(breach("care#threats"), &["one"])
        },
        &Standing::default(),
        context(start() + hours(delivered), id),
    );
    let mut entry = entry_of(given.unwrap().decision()).unwrap();
    (entry.delivered_at, entry.step) = (Some(start() + hours(delivered)), step);
    entry
}

#[test]
fn what_was_seen_before_its_author_was_told_counts_once() {
    let ladder = BOOK.ladder_of(&clause("care#threats")).unwrap();
    let number = |entries: &[model::StandingEntry]| {
        let standing = Standing { entries: entries.to_vec() };
        count(ladder, &standing, start() + hours(100)).unwrap().number
    };
    let warned = entry(1, 0, 10, 0);
    // Two posts after the warning, found together: one second breach, not two.
    let (second, also) = (entry(2, 20, 30, 1), entry(3, 25, 31, 1));
    assert_eq!(number(&[warned.clone(), second.clone()]), 2);
    assert_eq!(number(&[warned.clone(), second.clone(), also.clone()]), 2);
    // Once the warning has lapsed, they do not stand in for it.
    assert_eq!(number(std::slice::from_ref(&second)), 1);
    assert_eq!(number(&[second, also]), 1);
}

#[test]
fn several_breaches_count_once_the_gravest_first() {
    let all = [found("spam#junk"), found("care#marks"), found("care#threats")];
    let one = decided(ruling(&all, &Standing::default(), start()));
    let Outcome::Breach { clauses } = &one.decision().outcome else { panic!() };
    assert_eq!(clauses[0].as_str(), "care#threats");
    assert_eq!(clauses.len(), 3);
    assert_eq!(words(&one), ["remove", "warn"]);
    let two = decided(ruling(&[all[0].clone(), all[1].clone()], &Standing::default(), start()));
    assert_eq!(words(&two), ["demote", "warn", "label"], "information joins");
}

#[test]
fn what_is_uncertain_or_graver_is_referred() {
    let Ruling::Referred(case) = ruling(&[perhaps("care#insults")], &Standing::default(), start())
    else {
        panic!()
    };
    assert_eq!((case.queue.as_str(), case.priority), ("care", 45));
    let mixed = [found("care#marks"), perhaps("care#threats")];
    assert!(matches!(ruling(&mixed, &Standing::default(), start()), Ruling::Referred(_)));
    let other = Found { item: Some("another".into()), ..found("care#threats") };
    assert!(matches!(ruling(&[other], &Standing::default(), start()), Ruling::Referred(_)));
}

#[test]
fn no_clause_reaches_back() {
    let early = at("2026-05-31T23:59:59Z");
    let none = decided(ruling(&[found("spam#junk")], &Standing::default(), early));
    assert_eq!(none.decision().outcome, Outcome::NoBreach);
    assert!(none.statement().parts().facts["en"].contains("came into force after"));
    let from = PeopleDecision { conduct_at: early, ..people(breach("spam#junk"), &["one"]) };
    let refused = decide_by_people(&BOOK, from, &Standing::default(), context(start(), 1));
    assert!(matches!(refused, Err(Refusal::NotInForce { .. })));
}

#[test]
fn nothing_found_is_a_decision_too() {
    let none = decided(ruling(&[], &Standing::default(), start()));
    assert_eq!(none.decision().outcome, Outcome::NoBreach);
    let facts = &none.statement().parts().facts["en"];
    assert!(facts.contains(BOOK.version().short()) && facts.contains("1 rules"), "{facts}");
}

#[test]
fn the_statement_says_everything_and_nothing_private() {
    let author: Account = serde_json::from_value(
        serde_json::json!({ "id": "a1", "name": "ann.b", "language": "de-AT" }),
    )
    .unwrap();
    let (event, subject) = event(&author, start());
    let one = decide(
        &BOOK,
        &event,
        &subject,
        &[found("care#threats")],
        &Standing::default(),
        context(start() + hours(1), 1),
    );
    let one = decided(one);
    let parts = one.statement().parts();
    assert_eq!(parts.language, "de");
    let languages: Vec<&str> = parts.clause.iter().map(|text| text.language.as_str()).collect();
    assert_eq!(languages, ["en", "de"]);
    assert_eq!(parts.redress.until, at("2027-02-28T13:00:00Z"), "six calendar months");
    insta::assert_snapshot!(format!(
        "{}\n\n{}\n\n{}\n\n{}",
        parts.facts["en"], parts.facts["de"], parts.notice["en"], parts.notice["de"]
    ));
    let telling = Found { explanation: "ann.b says kill you".into(), ..found("care#threats") };
    let quiet =
        decide(&BOOK, &event, &subject, &[telling], &Standing::default(), context(start(), 1));
    let facts = decided(quiet).statement().parts().facts.clone();
    assert!(facts.values().all(|text| !text.contains("ann.b") && !text.contains("kill you")));
}

#[test]
fn two_people_where_the_ladder_says_so() {
    let mut standing = warned("care#threats");
    let second = people(breach("care#threats"), &["one"]);
    let second =
        decide_by_people(&BOOK, second, &standing, context(start() + hours(1), 2)).unwrap();
    assert_eq!(words(&second), ["remove", "suspend"]);
    add(&mut standing, second.decision(), Some(start() + hours(2)));
    let third = |who: &[&str]| {
        let from = PeopleDecision {
            conduct_at: start() + hours(3),
            ..people(breach("care#threats"), who)
        };
        decide_by_people(&BOOK, from, &standing, context(start() + hours(4), 3))
    };
    assert!(matches!(third(&["one"]), Err(Refusal::NeedsSecondPerson(_))));
    assert!(matches!(third(&["one", "one"]), Err(Refusal::SamePerson(_))));
    assert!(matches!(third(&[]), Err(Refusal::NoPerson)));
    assert_eq!(words(&third(&["one", "two"]).unwrap()), ["remove", "ban"]);
}

#[test]
fn an_emergency_needs_a_reason_and_two_and_ends_by_itself() {
    let none = Standing::default();
    let from = |who: &[&str], reason: &str, name: &str| PeopleDecision {
        emergency: Some(plea(reason, &["https://example.org/1"])),
        ..people(breach(name), who)
    };
    let run = |from| decide_by_people(&BOOK, from, &none, context(start(), 1));
    let one = run(from(&["one"], "A crowd is on its way", "care#threats"));
    assert!(matches!(one, Err(Refusal::NeedsSecondPerson(_))));
    let none_given = run(from(&["one", "two"], " ", "care#threats"));
    assert!(matches!(none_given, Err(Refusal::NoEmergencyReason)));
    let unshown = PeopleDecision {
        emergency: Some(plea("A crowd is on its way", &[" "])),
        ..people(breach("care#threats"), &["one", "two"])
    };
    assert!(matches!(run(unshown), Err(Refusal::NoEmergencyEvidence)));
    let no_step = run(from(&["one", "two"], "A crowd is on its way", "spam#junk"));
    assert!(matches!(no_step, Err(Refusal::NoEmergency(_))));
    let both = run(from(&["one", "two"], "A crowd is on its way.", "care#threats")).unwrap();
    assert_eq!(words(&both), ["remove", "suspend"]);
    assert!(both.decision().measures.iter().all(|m| !m.punishes() || m.until().is_some()));
    assert_eq!(both.decision().emergency.as_ref().unwrap().approved_by, "two");
    let facts = &both.statement().parts().facts["en"];
    assert!(facts.contains("A crowd is on its way. A second person approved."), "{facts}");
}

#[test]
fn nobody_replaces_their_own_decision() {
    let none = Standing::default();
    let first = people(breach("care#threats"), &["one"]);
    let first = decide_by_people(&BOOK, first, &none, context(start(), 1)).unwrap();
    let mut standing = none;
    add(&mut standing, first.decision(), Some(start()));
    let replace = |who: &[&str]| {
        let replaces = Some(first.decision().clone());
        let from = PeopleDecision { replaces, ..people(Held::NoBreach, who) };
        decide_by_people(&BOOK, from, &standing, context(start() + hours(5), 2))
    };
    assert!(matches!(replace(&["one"]), Err(Refusal::OwnDecision(_))));
    assert!(matches!(replace(&["two", "one"]), Err(Refusal::OwnDecision(_))));
    let second = replace(&["two"]).unwrap();
    assert_eq!(second.decision().replaces, Some(first.decision().id));
    assert!(second.decision().acts() && second.decision().measures.is_empty());
}

#[test]
fn a_public_reason_names_and_quotes_nobody() {
    let author: Account =
        serde_json::from_value(serde_json::json!({ "id": "a1", "name": "ann.b" })).unwrap();
    let run = |reason: &str| {
        let passage = Passage::cut("$.item.text", "I will kill you, Ann", 7, 15).ok();
        let held = Held::Breach { clause: clause("care#threats"), passage };
        let from = PeopleDecision {
            account: author.clone(),
            reason: reason.into(),
            ..people(held, &["one"])
        };
        decide_by_people(&BOOK, from, &Standing::default(), context(start(), 1))
    };
    for reason in ["@Ann.B threatens", "says Kill You", ""] {
        assert!(run(reason).is_err(), "{reason}");
    }
    assert!(run("A threat of death, not a figure of speech").is_ok());
}

#[test]
fn every_language_fills_in_the_same() {
    for words in LANGUAGES.map(words::of) {
        let holes = |text: &str| {
            let mut holes: Vec<String> = text
                .split('{')
                .skip(1)
                .filter_map(|rest| Some(rest.split_once('}')?.0.to_owned()))
                .collect();
            holes.sort();
            holes
        };
        for (mine, english) in words.all().iter().zip(words::of("en").all()) {
            assert_eq!(holes(mine), holes(english), "{mine}");
        }
    }
}

/// One thing that an account does, and what becomes of it.
#[derive(Debug, Clone)]
struct Act {
    clause: usize,
    /// Hours since the decision before.
    after: i64,
    /// Hours between the post and the decision on it.
    lag: i64,
    /// Hours from the decision to the delivered notice, if it is delivered.
    delivery: Option<i64>,
    by_people: bool,
}

fn act() -> impl Strategy<Value = Act> {
    let delivery = proptest::option::weighted(0.7, 0..40_i64);
    (0..CLAUSES.len(), 0..900_i64, 0..60_i64, delivery, any::<bool>()).prop_map(
        |(clause, after, lag, delivery, by_people)| Act { clause, after, lag, delivery, by_people },
    )
}

/// Plays the acts; gives every decision with the standing on which it was taken.
fn play(acts: &[Act], author: &Account) -> Vec<(Decision, Standing)> {
    let mut now = start();
    let mut standing = Standing::default();
    let mut history = Vec::new();
    for (number, act) in acts.iter().enumerate() {
        now += hours(act.after);
        let posted = now - hours(act.lag);
        let (event, subject) = event(author, posted);
        let name = CLAUSES[act.clause];
        let id = context(now, number as u64 + 1);
        let before = standing.clone();
        let automatic = decide(&BOOK, &event, &subject, &[found(name)], &standing, id);
        let decision = match automatic {
            Ruling::Decided(decided) => decided.decision().clone(),
            _ if act.by_people => {
                let from = PeopleDecision {
                    account: author.clone(),
                    conduct_at: posted,
                    ..people(breach(name), &["one", "two"])
                };
                let decided = decide_by_people(&BOOK, from, &standing, id).unwrap();
                decided.decision().clone()
            }
            _ => continue,
        };
        add(&mut standing, &decision, act.delivery.map(|wait| now + hours(wait)));
        history.push((decision, before));
    }
    history
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_sequence_punishes_without_a_delivered_notice(
        acts in proptest::collection::vec(act(), 1..12)
    ) {
        for (decision, standing) in play(&acts, &account("a1")) {
            if decision.measures.iter().any(Measure::punishes) {
                let step = decision.ladder.as_ref().unwrap();
                let told = standing
                    .counting(&step.ladder, decision.conduct_at)
                    .any(|entry| entry.step + 1 >= step.step);
                prop_assert!(step.step > 0 && told, "{decision:?} on {standing:?}");
            }
        }
    }

    #[test]
    fn who_the_author_is_changes_nothing(
        acts in proptest::collection::vec(act(), 1..8),
        id in "[a-z]{4,12}",
        name in proptest::option::of("\\PC{1,20}"),
        language in proptest::option::of("(en|de|fr|zh-CN|xx)"),
    ) {
        let author: Account = serde_json::from_value(serde_json::json!({
            "id": id, "name": name, "display_name": name, "language": language,
            "created_at": "2020-01-01T00:00:00Z",
        }))
        .unwrap();
        let held = |author: &Account| -> Vec<_> {
            play(&acts, author)
                .into_iter()
                .map(|(d, _)| (d.outcome, d.measures, d.ladder))
                .collect()
        };
        prop_assert_eq!(held(&author), held(&account("a1")));
    }

    #[test]
    fn undone_is_as_if_never_made(
        acts in proptest::collection::vec(act(), 2..10),
        pick in any::<prop::sample::Index>(),
        name in 0..CLAUSES.len(),
    ) {
        let history = play(&acts, &account("a1"));
        prop_assume!(!history.is_empty());
        let mut whole = Standing::default();
        let undone = history[pick.index(history.len())].0.clone();
        let mut never = Standing::default();
        for (number, (decision, _)) in history.iter().enumerate() {
            let delivered = (number % 3 != 0).then_some(decision.decided_at);
            add(&mut whole, decision, delivered);
            if decision.id != undone.id {
                add(&mut never, decision, delivered);
            }
        }
        prop_assert_eq!(&without(&whole, undone.id), &never);
        // Replacing the decision is deciding as if it had never been made.
        let now = history.last().unwrap().0.decided_at + hours(1);
        let clause = CLAUSES[name];
        let from = PeopleDecision {
            conduct_at: now, ..people(breach(clause), &["three", "four"])
        };
        let replacing = PeopleDecision { replaces: Some(undone), ..from.clone() };
        let id = context(now, 99);
        let one = decide_by_people(&BOOK, replacing, &whole, id).unwrap();
        let other = decide_by_people(&BOOK, from, &never, id).unwrap();
        prop_assert_eq!(&one.decision().measures, &other.decision().measures);
        prop_assert_eq!(&one.decision().ladder, &other.decision().ladder);
    }

    #[test]
    fn what_is_seen_at_once_weighs_as_one(
        acts in proptest::collection::vec(act(), 0..6),
        name in 0..CLAUSES.len(),
        posts in 1_usize..6,
        lags in proptest::collection::vec(1_i64..40, 6),
    ) {
        // All posts are made and decided before the first notice of them arrives.
        let mut before = Standing::default();
        for (decision, _) in play(&acts, &account("a1")) {
            add(&mut before, &decision, Some(decision.decided_at));
        }
        let base = start() + hours(9_000);
        let told = base + hours(100);
        let after = |posts: usize| {
            let mut standing = before.clone();
            for (number, lag) in (500_u64..).zip(lags.iter().take(posts)) {
                let from = PeopleDecision {
                    conduct_at: base + hours(*lag),
                    ..people(breach(CLAUSES[name]), &["one", "two"])
                };
                let decided = decide_by_people(&BOOK, from, &standing, context(base + hours(50), number));
                add(&mut standing, decided.unwrap().decision(), Some(told));
            }
            let ladder = BOOK.ladder_of(&clause(CLAUSES[name])).unwrap();
            count(ladder, &standing, told + hours(1)).unwrap().number
        };
        prop_assert_eq!(after(posts), after(1));
    }

    #[test]
    fn one_entry_more_is_never_milder(
        acts in proptest::collection::vec(act(), 1..12),
        name in 0..CLAUSES.len(),
    ) {
        let ladder = BOOK.ladder_of(&clause(CLAUSES[name])).unwrap();
        let mut standing = Standing::default();
        let mut reached = 0;
        let when = start() + hours(12_000);
        for (decision, _) in play(&acts, &account("a1")) {
            add(&mut standing, &decision, Some(decision.decided_at));
            if let Some(entry) = standing.entries.last_mut() {
                entry.expires_at = Timestamp::MAX;
            }
            let number = count(ladder, &standing, when).unwrap().number;
            prop_assert!(number >= reached);
            reached = number;
        }
    }
}
