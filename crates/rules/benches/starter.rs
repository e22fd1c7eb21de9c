//! Instruction counts of the starter rulebook, which do not depend on how busy the machine is:
//! what it takes to load it, to evaluate a post on it, and to decide with a statement of reasons.
//!
//! `cargo bench -p rules` needs valgrind and `gungraun-runner` of the same version.
#![expect(clippy::expect_used, reason = "a bench may panic")]
#![expect(missing_docs, reason = "the macros make public items without docs")]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::Path;

use gungraun::{library_benchmark, library_benchmark_group, main};
use model::{Event, Ruling, Standing, Subject};
use rules::decide::{Context, decide};
use rules::rulebook::Rulebook;
use rules::{Facts, Outcome, Problem, Sources};

const SHORT: &str = "The market opens at nine, and the ferry is late again.";
const BREACH: &str = "I know which train you take. Tomorrow you bleed.";
const UNSURE: &str = "Somebody should burn down the clinic.";

/// A post of a few thousand bytes, as long as platforms with long posts allow.
fn long() -> String {
    let paragraph = "We walked along the harbour until the rain came, and then we sat in the old \
        ticket hall and talked about the election, the price of bread, and whether the new bridge \
        would ever be finished. Nobody agreed, everybody laughed, and the tea was too strong. ";
    paragraph.repeat(16)
}

fn read(directory: &Path, prefix: &str, files: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if path.is_dir() {
            read(&path, &format!("{prefix}{name}/"), files);
        } else {
            files.insert(format!("{prefix}{name}"), std::fs::read_to_string(&path).expect("text"));
        }
    }
}

fn sources() -> Sources {
    let mut files = BTreeMap::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rulebooks/starter");
    read(&root, "", &mut files);
    Sources::from_map(files)
}

/// A post on the starter rulebook, and what the rules found in it.
struct Ready {
    book: Rulebook,
    event: Event,
    subject: Subject,
    outcome: Outcome,
    context: Context<'static>,
}

fn event(text: &str) -> Event {
    serde_json::from_value(serde_json::json!({
        "action_id": "e1", "action_name": "post_created", "timestamp": "2027-03-01T12:00:00Z",
        "data": { "item": { "id": "p1", "text": text, "language": "en" }, "account": { "id": "u1" } },
    }))
    .expect("an event")
}

/// They live as long as the process, so that no bench pays for dropping them. What the matchers
/// build at their first posts is there already, as on a server that has run for a while.
fn ready(text: &str) -> &'static Ready {
    let book = Rulebook::load(&sources()).0.expect("a sound rulebook");
    let event = event(text);
    let subject = Subject::of(&event).expect("a sound item").expect("an item");
    let outcome = book.evaluate(&event, &Facts::default(), event.timestamp);
    assert!(outcome.errors.is_empty(), "{:?}", outcome.errors);
    let id = "00000000-0000-0000-0000-000000000001";
    let context = Context {
        now: event.timestamp,
        id: id.parse().expect("an id"),
        case_id: id.parse().expect("an id"),
        public_url: "https://evenhand.example",
        exemptions: &[],
    };
    Box::leak(Box::new(Ready { book, event, subject, outcome, context }))
}

/// A rulebook that has seen no post yet.
fn fresh(text: &str) -> &'static (Rulebook, Event) {
    let book = Rulebook::load(&sources()).0.expect("a sound rulebook");
    Box::leak(Box::new((book, event(text))))
}

fn ruling(ready: &Ready) -> Ruling {
    let Ready { book, event, subject, outcome, context } = ready;
    decide(book, event, subject, &outcome.findings, &Standing::default(), *context)
}

fn no_breach() -> &'static Ready {
    let ready = ready(SHORT);
    assert!(ready.outcome.findings.is_empty());
    assert!(matches!(ruling(ready), Ruling::Decided(_)));
    ready
}

fn breach() -> &'static Ready {
    let ready = ready(BREACH);
    let Ruling::Decided(decided) = ruling(ready) else { unreachable!("it is certain") };
    assert!(!decided.decision().measures.is_empty());
    ready
}

fn referred() -> &'static Ready {
    let ready = ready(UNSURE);
    assert!(matches!(ruling(ready), Ruling::Referred(_)));
    ready
}

#[library_benchmark]
#[bench::whole(sources())]
fn loads(sources: Sources) -> (Sources, Option<Rulebook>, Vec<Problem>) {
    let (book, problems) = black_box(Rulebook::load(&sources));
    (sources, book, problems)
}

#[library_benchmark]
#[bench::short(fresh(SHORT))]
fn evaluates_the_first((book, event): &'static (Rulebook, Event)) -> Outcome {
    black_box(book.evaluate(event, &Facts::default(), event.timestamp))
}

#[library_benchmark]
#[bench::short(no_breach())]
#[bench::long(ready(&long()))]
#[bench::breach(breach())]
fn evaluates(ready: &'static Ready) -> Outcome {
    black_box(ready.book.evaluate(&ready.event, &Facts::default(), ready.event.timestamp))
}

#[library_benchmark]
#[bench::no_breach(no_breach())]
#[bench::breach(breach())]
#[bench::referred(referred())]
fn decides(ready: &'static Ready) -> Ruling {
    black_box(ruling(ready))
}

library_benchmark_group!(
    name = starter,
    benchmarks = [loads, evaluates_the_first, evaluates, decides]
);
main!(library_benchmark_groups = starter);
