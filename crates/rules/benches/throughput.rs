//! Events a second on one core, from the event's bytes to the result's bytes, in blocks of lines as `evenhand sml run`
//! reads them, for rule sets of several kinds and sizes. `cargo bench -p rules --bench throughput [-- NAME]` prints a
//! table: medians of several runs by the time of the processor, which depend on the machine; ratios within one run
//! depend on it less. With `--events N` exactly N events are read and nothing is timed: the difference of two such runs
//! under callgrind is the instructions an event.
#![expect(clippy::expect_used, clippy::print_stdout, reason = "a bench may panic, and prints")]

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Instant;

use rules::stream::{Output, Settings, Stream};
use rules::{Environment, Plan, Sources, check};

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }
}

/// A made-up word; small numbers are frequent ones.
fn word(number: u64) -> String {
    let parts = [
        "ba", "co", "du", "fe", "gi", "ka", "lo", "mu", "ne", "pi", "ra", "so", "tu", "ve", "wi",
        "za",
    ];
    let mut word = String::new();
    let mut left = number + 16;
    while left > 0 {
        word.push_str(parts.get((left % 16) as usize).copied().unwrap_or("ha"));
        left /= 16;
    }
    word
}

/// Lines of events.
#[derive(Default)]
struct Block {
    bytes: Vec<u8>,
    events: u32,
}

/// So many bytes are in a block at least, but for the last.
const BLOCK: usize = 1 << 17;

/// Posts of eight to twenty words out of thirty thousand, few of them frequent.
fn posts(count: usize, actions: &[&str]) -> Vec<Block> {
    let mut random = Random(7);
    let mut blocks = vec![Block::default()];
    for number in 0..count {
        let words: Vec<String> = (0..8 + random.below(13))
            .map(|_| {
                let rank = 30_000f64.powf(random.below(1_000_000) as f64 / 1e6) as u64;
                word(rank)
            })
            .collect();
        let action = actions.get(number % actions.len().max(1)).copied().unwrap_or("post_created");
        let line = format!(
            r#"{{"action_id": {number}, "action_name": "{action}", "timestamp": "2026-03-01T12:00:00+00:00", "data": {{"item": {{"id": "p{number}", "text": "{}", "language": "en"}}, "account": {{"id": "u{}", "followers": {}, "created_at": "2025-01-01T00:00:00Z"}}}}}}"#,
            words.join(" "),
            random.below(5_000),
            random.below(100_000),
        );
        if blocks.last().is_none_or(|block| block.bytes.len() >= BLOCK) {
            blocks.push(Block::default());
        }
        let block = blocks.last_mut().expect("a block");
        block.bytes.extend(line.bytes().chain([b'\n']));
        block.events += 1;
    }
    blocks
}

const HEAD: &str = "Text: str = JsonData(path='$.item.text')\nUser: Entity[str] = EntityJson(type='User', path='$.account.id')\nFollowers: int = JsonData(path='$.account.followers')\nAction = GetActionName()\n";

/// A word that some posts have: one in a thousand for most.
fn watched(at: usize) -> String {
    word(3_000 + at as u64 * 5)
}

fn rules(count: usize, condition: impl Fn(usize) -> String) -> String {
    let mut text = HEAD.to_owned();
    for at in 0..count {
        writeln!(
            text,
            "R{at} = Rule(when_all=[{}], description=f'rule {at} by {{{{User}}}}')\nWhenRules(rules_any=[R{at}], then=[DeclareVerdict(verdict='v{at}')])",
            condition(at)
        )
        .expect("writing to a text");
    }
    text
}

fn regex(at: usize) -> String {
    format!("RegexMatch(target=Text, pattern='\\\\b{}\\\\b', case_insensitive=True)", watched(at))
}

fn chain(count: usize) -> String {
    let mut text = HEAD.to_owned();
    text.push_str("N0 = Followers + 1\n");
    for at in 1..count {
        writeln!(text, "N{at} = N{} + {}", at - 1, at % 7).expect("writing to a text");
    }
    text
}

fn mixed(at: usize) -> String {
    match at % 5 {
        0 => regex(at),
        1 => {
            format!("TextContains(text=Text, phrase='{}'), Followers < {}", watched(at), 1_000 + at)
        }
        2 => format!("Action == 'post_created', '{}' in Text", watched(at)),
        3 => format!(
            "Followers > {}, RegexMatch(target=Text, pattern='{}[0-9a-z]*{}')",
            at * 900,
            watched(at),
            word(at as u64)
        ),
        _ => format!("Action in ['profile_updated', 'follow_{at}'], StringLength(s=Text) > {at}"),
    }
}

/// Seconds that this thread has had of a processor: what others do on the machine does not count. By
/// the clock where the system does not tell.
fn spent(clock: Instant) -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|told| told.split(' ').next()?.parse::<f64>().ok());
    nanos.map_or_else(|| clock.elapsed().as_secs_f64(), |nanos| nanos / 1e9)
}

/// Reads so many events, for an instrument that counts.
fn counted(plan: &Arc<Plan>, blocks: &[Block], mut count: usize) {
    let settings = Settings { output: Output::Matched, ..Settings::default() };
    let mut stream = Stream::new(Arc::clone(plan), settings);
    for block in blocks.iter().cycle() {
        let mut bytes = block.bytes.as_slice();
        if count < block.events as usize {
            let lines = block.bytes.split_inclusive(|byte| *byte == b'\n').take(count);
            bytes = bytes.split_at(lines.map(<[u8]>::len).sum()).0;
        }
        assert!(stream.block(bytes, 1).refused.is_empty(), "sound events");
        count = count.saturating_sub(block.events as usize);
        if count == 0 {
            return;
        }
    }
}

fn run(name: &str, main: &str, blocks: &[Block], count: Option<usize>) {
    let sources = Sources::from_map([("main.sml".to_owned(), main.to_owned())].into());
    let clock = Instant::now();
    let start = spent(clock);
    let checked = check(&sources, &Environment::default());
    let problems: Vec<String> = checked.problems.iter().map(ToString::to_string).take(3).collect();
    assert!(problems.is_empty(), "{problems:?}");
    let plan = Arc::new(Plan::build(checked.program.expect("a program without problems")));
    let compiled = spent(clock) - start;
    if let Some(count) = count {
        return counted(&plan, blocks, count);
    }
    let mut rates = [0.0; 2];
    let mut size = 0;
    for (rate, output) in rates.iter_mut().zip([Output::Matched, Output::Full]) {
        let settings = Settings { output, ..Settings::default() };
        let mut stream = Stream::new(Arc::clone(&plan), settings);
        let mut runs: Vec<f64> = (0..5)
            .map(|_| {
                let (start, before, mut done) = (Instant::now(), spent(clock), 0);
                while start.elapsed().as_secs_f64() < 0.3 {
                    for block in blocks {
                        let came = stream.block(&block.bytes, 1);
                        assert!(came.refused.is_empty(), "sound events");
                        size = came.out.len() / block.events as usize;
                        done += block.events;
                        if start.elapsed().as_secs_f64() > 0.6 {
                            break;
                        }
                    }
                }
                f64::from(done) / (spent(clock) - before)
            })
            .collect();
        runs.sort_by(f64::total_cmp);
        *rate = runs.get(2).copied().unwrap_or(f64::NAN);
    }
    let [matched, full] = rates;
    println!("{name:34} {matched:>10.0} {full:>10.0} {compiled:>9.3} s {size:>8}");
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (mut wanted, mut count) = (Vec::new(), None);
    while let Some(argument) = arguments.next() {
        if argument == "--events" {
            count = arguments.next().map(|count| count.parse().expect("a number of events"));
        } else if !argument.starts_with('-') {
            wanted.push(argument);
        }
    }
    let wants = |name: &str| {
        wanted.is_empty() || wanted.iter().any(|one: &String| name.contains(one.as_str()))
    };
    let plain = posts(2_000, &["post_created"]);
    let many: Vec<String> = (0..50).map(|at| format!("action_{at}")).collect();
    let gated = posts(2_000, &many.iter().map(String::as_str).collect::<Vec<_>>());
    println!(
        "{:34} {:>10} {:>10} {:>11} {:>8}",
        "rules", "matched/s", "full/s", "compiled in", "bytes"
    );
    let sets: Vec<(String, String, &[Block])> =
        [("a: the one-rule example".to_owned(), rules(1, regex), &*plain)]
            .into_iter()
            .chain(
                [10, 100, 1_000, 10_000]
                    .into_iter()
                    .map(|n| (format!("b: {n} regexes"), rules(n, regex), &*plain)),
            )
            .chain([10, 1_000, 10_000].into_iter().map(|n| {
                let contains = |at| format!("TextContains(text=Text, phrase='{}')", watched(at));
                (format!("b: {n} TextContains"), rules(n, contains), &*plain)
            }))
            .chain([10, 1_000, 10_000].into_iter().map(|n| {
                let within = |at| format!("'{}' in Text", watched(at));
                (format!("b: {n} words in the text"), rules(n, within), &*plain)
            }))
            .chain([(
                "c: 1000 gated by action".to_owned(),
                rules(1_000, |at| {
                    format!("Action == 'action_{}', Followers > {}", at % 500, at * 90)
                }),
                &*gated,
            )])
            .chain([("d: a chain of 1000".to_owned(), chain(1_000), &*plain)])
            .chain([("e: 100 mixed".to_owned(), rules(100, mixed), &*plain)])
            .collect();
    for (name, main, blocks) in sets.iter().filter(|(name, ..)| wants(name)) {
        run(name, main, blocks, count);
    }
}
