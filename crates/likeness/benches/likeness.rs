//! How fast are like cases found? Events and look-ups a second on one core, medians of several runs.
//!
//! `cargo bench -p likeness --bench likeness` prints a table. With `-- pdq10m` it also builds an index of ten
//! million fingerprints (about 1.3 GB).

#![expect(clippy::print_stdout, clippy::cast_possible_truncation, reason = "a bench prints")]

use std::hint::black_box;
use std::time::Instant;

use likeness::audit::{Case, Treatment, compare, judge};
use likeness::pictures::{PdqHash, PdqIndex};
use likeness::{Neighbours, Shingles, Sketch, Terms, Text, TextSorter};

/// Look-ups that are made again by brute force.
const SAMPLED: usize = 60;

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A post of 8 to 19 words out of twenty thousand, the usual ones far more often.
    fn post(&mut self) -> String {
        let words = 8 + self.next() % 12;
        let word = |draw: u64| {
            let rank = 20_000f64.powf((draw % 1_000_000) as f64 / 1e6) as u64;
            let letters = b"etaoinshrdlu";
            let mut word = String::new();
            let mut left = rank + 12;
            while left > 0 {
                word.push(char::from(letters.get((left % 12) as usize).copied().unwrap_or(b'e')));
                left /= 12;
            }
            word
        };
        let words: Vec<String> = (0..words).map(|_| word(self.next())).collect();
        words.join(" ")
    }

    fn hash(&mut self) -> PdqHash {
        PdqHash(std::array::from_fn(|_| self.next()))
    }
}

fn median(mut runs: Vec<f64>) -> f64 {
    runs.sort_by(f64::total_cmp);
    runs.get(runs.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Seconds that this thread has had of a processor: what others do on the machine does not count. By
/// the clock where the system does not tell.
fn spent(clock: Instant) -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|told| told.split(' ').next()?.parse::<f64>().ok());
    nanos.map_or_else(|| clock.elapsed().as_secs_f64(), |nanos| nanos / 1e9)
}

fn per_second(count: usize, runs: usize, mut work: impl FnMut()) -> f64 {
    let rate = |_| {
        let clock = Instant::now();
        let start = spent(clock);
        work();
        count as f64 / (spent(clock) - start)
    };
    median((0..runs).map(rate).collect())
}

fn pdq(count: usize, random: &mut Random) {
    let hashes: Vec<PdqHash> = (0..count).map(|_| random.hash()).collect();
    let queries: Vec<PdqHash> = (0..2_000usize)
        .map(|at| {
            let mut near = hashes.get(at * 37 % count).copied().unwrap_or(PdqHash([0; 4]));
            (0..at % 40).for_each(|_| {
                let bit = random.next() % 256;
                if let Some(word) = near.0.get_mut((bit / 64) as usize) {
                    *word ^= 1 << (bit % 64);
                }
            });
            near
        })
        .collect();
    let start = Instant::now();
    let index = PdqIndex::new(hashes);
    let built = start.elapsed().as_secs_f64();
    let rate = per_second(queries.len(), 7, || {
        queries.iter().for_each(|query| drop(black_box(index.within(*query, 31))));
    });
    println!("PDQ, {count} fingerprints, radius 31: {rate:.0} look-ups/s (built in {built:.1} s)");
}

/// The most memory that this process ever held, in MiB.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? / 1024)
}

/// What an audit over `count` decisions computes: the sets, then 6 groups pairwise under each of 30 clauses. One post in
/// three says what an earlier one said, with another last word or unchanged; one in twenty was met with a measure.
fn audit(count: usize, random: &mut Random) {
    let start = Instant::now();
    let mut sorter = TextSorter::new(Terms::default());
    let mut earlier: Vec<String> = Vec::new();
    for at in 0..count {
        let draw = random.next();
        let again = earlier
            .get((draw >> 8) as usize % earlier.len().max(1))
            .filter(|_| draw.is_multiple_of(3));
        let post = match again {
            Some(post) if draw.is_multiple_of(2) => post.clone(),
            Some(post) => format!("{post} so they say"),
            None => random.post(),
        };
        sorter.add(&post);
        if at % 8 == 0 {
            earlier.push(post);
        }
    }
    let read = start.elapsed().as_secs_f64();
    let sets = sorter.finish(0.7);
    let sorted = start.elapsed().as_secs_f64();
    let mut sizes = vec![0u32; count];
    sets.set_of.iter().for_each(|set| {
        if let Some(size) = sizes.get_mut(*set) {
            *size += 1;
        }
    });
    let company = |set: usize| sizes.get(set).is_some_and(|size| *size > 1);
    let like = sets.set_of.iter().filter(|set| company(**set)).count();
    let mut comparisons = Vec::new();
    for clause in 0..30u64 {
        // A clause bears on the sets of which some post was met with a measure under it.
        let cases: Vec<Case> = (0..)
            .zip(&sets.set_of)
            .filter(|(_, set)| company(**set) && **set as u64 % 30 == clause)
            .map(|(key, set)| Case {
                key,
                set: *set,
                account: random.next() % (count as u64 / 10),
                group: Some((random.next() % 6) as u32),
                treatment: Treatment {
                    measured: random.next().is_multiple_of(20),
                    ..Treatment::default()
                },
            })
            .collect();
        for one in 0..6 {
            for other in one + 1..6 {
                let draw = |n: usize| random.next() as usize % n;
                comparisons.push(compare(&cases, one, other, 1_999, draw));
            }
        }
    }
    let judged = judge(&comparisons, 0.05);
    let all = start.elapsed().as_secs_f64();
    println!(
        "audit of {count} posts ({like} in sets of like cases, {} pairs parted), {} comparisons: {all:.1} s (read and \
         sketched {read:.1}, sorted into sets {:.1}, compared {:.1}), at most {} MiB",
        sets.parted,
        judged.len(),
        sorted - read,
        all - sorted,
        peak().unwrap_or(0)
    );
}

fn main() {
    let mut random = Random(1);
    if std::env::args().any(|argument| argument == "audit") {
        return audit(1_000_000, &mut random);
    }
    let posts: Vec<String> = (0..20_000).map(|_| random.post()).collect();
    let bytes: usize = posts.iter().map(String::len).sum();
    let rate = per_second(posts.len(), 7, || {
        for post in &posts {
            black_box(Sketch::of(&Shingles::of(&Text::read(post))));
        }
    });
    println!("posts read, shingled and sketched: {rate:.0}/s ({} bytes each)", bytes / posts.len());

    pdq(1_000_000, &mut random);
    if std::env::args().any(|argument| argument == "pdq10m") {
        pdq(10_000_000, &mut random);
    }

    let wanted =
        if std::env::args().any(|argument| argument == "small") { 100_000 } else { 1_000_000 };
    let mut neighbours = Neighbours::new();
    let start = Instant::now();
    // What is looked for is held with another last word, as far as it goes.
    let mut queries = Vec::new();
    for key in 0..wanted {
        let post = random.post();
        if key % (wanted / 2_000) == 0 {
            queries.push(format!("{post} {}", random.post()));
            let half = post.rsplit_once(' ').map_or(post.as_str(), |(start, _)| start);
            queries.push(format!("{half} elsewhere"));
        }
        neighbours.insert(key, Shingles::of(&Text::read(&post)));
    }
    println!("{wanted} decisions gathered in {:.1} s", start.elapsed().as_secs_f64());
    let mut times: Vec<f64> = queries
        .iter()
        .map(|post| {
            let start = Instant::now();
            black_box(neighbours.nearest(&Shingles::of(&Text::read(post)), 0.7, 5));
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    // Beside brute force, on some of them: of what is really near, how much is found?
    let (mut near, mut found) = (0, 0);
    for post in queries.iter().step_by(queries.len().div_ceil(SAMPLED)) {
        let shingles = Shingles::of(&Text::read(post));
        let all = neighbours.nearest_of_all(&shingles, 0.5, 5);
        let ours = neighbours.nearest(&shingles, 0.5, 5);
        near += all.len();
        found += all.iter().filter(|one| ours.contains(one)).count();
    }
    println!("of {near} neighbours by brute force (similarity 0.5 or more) {found} were found");
    times.sort_by(f64::total_cmp);
    let at =
        |share: f64| times.get((share * times.len() as f64) as usize).copied().unwrap_or(f64::NAN);
    println!(
        "nearest five of {wanted}: median {:.2} ms, 95th percentile {:.2} ms",
        at(0.5),
        at(0.95)
    );
}
