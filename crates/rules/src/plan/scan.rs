//! Many literals looked for in one pass over a text. An automaton of some thousand literals is larger than what
//! a processor keeps at hand, and each byte of a text walks through it. So of each literal one window of a few
//! bytes is chosen, as rare as can be among all literals; a small filter tells of each place in a text whether
//! such a window may be there, and only there the literals are compared (the idea of Wu and Manber, "A fast
//! algorithm for multi-pattern searching", 1994). Must not know what a literal stands for.

use std::collections::HashMap;
use std::hash::Hash;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder};

/// An automaton is quicker for fewer literals.
const FEW: usize = 48;
/// So many literals may have the same window: a text full of it must not cost more than it should.
const MAX_CROWD: usize = 8;
/// A longer literal is left to the automaton for the same reason.
const MAX_LENGTH: usize = 256;

/// Literals, ready to be found.
#[derive(Debug)]
pub(super) struct Scan {
    long: Windows<u64>,
    short: Windows<u32>,
    rest: Option<Rest>,
}

/// The literals that an automaton finds.
#[derive(Debug)]
struct Rest {
    automaton: AhoCorasick,
    literals: Vec<u32>,
}

impl Scan {
    /// None if they are too many. `any_case`: the case of ASCII letters does not count.
    pub(super) fn new(literals: &[&str], any_case: bool) -> Option<Self> {
        let mut rest = Vec::new();
        let (mut long, mut short) = (Vec::new(), Vec::new());
        for (literal, number) in literals.iter().map(|literal| literal.as_bytes()).zip(0..) {
            match literal.len() {
                _ if literals.len() < FEW => rest.push((number, literal)),
                8..=MAX_LENGTH => long.push((number, literal)),
                4..8 => short.push((number, literal)),
                _ => rest.push((number, literal)),
            }
        }
        let long = Windows::new(&long, any_case, &mut rest);
        let short = Windows::new(&short, any_case, &mut rest);
        let rest = match rest.is_empty() {
            true => None,
            false => {
                let texts = rest.iter().map(|(_, literal)| literal);
                let mut builder = AhoCorasickBuilder::new();
                let automaton = builder.ascii_case_insensitive(any_case).build(texts).ok()?;
                Some(Rest { automaton, literals: rest.iter().map(|(number, _)| *number).collect() })
            }
        };
        Some(Self { long, short, rest })
    }

    /// Tells the number of each literal that stands in the text; of some more than once.
    pub(super) fn hear(&self, text: &str, heard: &mut dyn FnMut(u32)) {
        self.long.hear(text.as_bytes(), heard);
        self.short.hear(text.as_bytes(), heard);
        if let Some(rest) = &self.rest {
            for found in rest.automaton.find_overlapping_iter(text) {
                rest.literals.get(found.pattern().as_usize()).into_iter().for_each(|at| heard(*at));
            }
        }
    }
}

/// The bytes of a window as one number, in which the two cases of a letter are the same. Some other
/// characters are then the same, too.
trait Window: Copy + Eq + Hash + Into<u64> {
    const WIDTH: usize;

    fn of(bytes: &[u8]) -> Self;

    /// All bits of the number spread over the high bits of this one.
    fn spread(self) -> u64 {
        self.into().wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

impl Window for u64 {
    const WIDTH: usize = 8;

    fn of(bytes: &[u8]) -> Self {
        bytes.first_chunk().map_or(0, |bytes| Self::from_le_bytes(*bytes)) | 0x2020_2020_2020_2020
    }
}

impl Window for u32 {
    const WIDTH: usize = 4;

    fn of(bytes: &[u8]) -> Self {
        bytes.first_chunk().map_or(0, |bytes| Self::from_le_bytes(*bytes)) | 0x2020_2020
    }
}

/// Literals by a window of each.
#[derive(Debug)]
struct Windows<W> {
    any_case: bool,
    /// A bit for each of the values that the high bits of a spread window may have.
    filter: Box<[u64]>,
    filter_shift: u32,
    /// Where the entries of each value of fewer high bits begin.
    starts: Box<[u32]>,
    starts_shift: u32,
    entries: Box<[Entry<W>]>,
    /// The literals, one after the other.
    texts: Box<[u8]>,
}

#[derive(Clone, Copy, Debug)]
struct Entry<W> {
    window: W,
    literal: u32,
    /// Where the literal begins among the texts.
    start: u32,
    length: u16,
    /// So many bytes of the literal stand before its window.
    before: u16,
}

impl<W: Window> Windows<W> {
    /// None of these literals is shorter than the window. What does not fit goes to the rest.
    fn new<'l>(
        literals: &[(u32, &'l [u8])],
        any_case: bool,
        rest: &mut Vec<(u32, &'l [u8])>,
    ) -> Self {
        let windows = |literal: &'l [u8]| literal.windows(W::WIDTH).map(W::of);
        let mut counts: HashMap<W, u32> = HashMap::new();
        for window in literals.iter().flat_map(|(_, literal)| windows(literal)) {
            *counts.entry(window).or_default() += 1;
        }
        let mut crowds: HashMap<W, usize> = HashMap::new();
        let (mut entries, mut texts) = (Vec::new(), Vec::new());
        for &(number, literal) in literals {
            let rarest = windows(literal).zip(0_u16..).min_by_key(|(window, _)| counts.get(window));
            let crowd = rarest.map(|(window, _)| crowds.entry(window).or_default());
            match (rarest, crowd, u32::try_from(texts.len()), u16::try_from(literal.len())) {
                (Some((window, before)), Some(crowd), Ok(start), Ok(length))
                    if *crowd < MAX_CROWD =>
                {
                    *crowd += 1;
                    entries.push(Entry { window, literal: number, start, length, before });
                    texts.extend_from_slice(literal);
                }
                _ => rest.push((number, literal)),
            }
        }
        entries.sort_by_key(|entry| entry.window.spread());
        let bits = entries.len().max(1).next_power_of_two().trailing_zeros();
        let (filter_bits, starts_bits) = (bits.max(2) + 4, bits.max(1));
        let mut filter = vec![0_u64; 1 << (filter_bits - 6)];
        let (filter_shift, starts_shift) = (64 - filter_bits, 64 - starts_bits);
        for entry in &entries {
            let (word, bit) = place(entry.window.spread(), filter_shift);
            filter.get_mut(word).into_iter().for_each(|word| *word |= bit);
        }
        let below = |high: u64| {
            entries.partition_point(|entry| entry.window.spread() >> starts_shift < high)
        };
        let starts =
            (0..=1 << starts_bits).map(|high| u32::try_from(below(high)).unwrap_or(u32::MAX));
        Self {
            any_case,
            filter: filter.into(),
            filter_shift,
            starts: starts.collect(),
            starts_shift,
            entries: entries.into(),
            texts: texts.into(),
        }
    }

    fn hear(&self, text: &[u8], heard: &mut dyn FnMut(u32)) {
        if self.entries.is_empty() {
            return;
        }
        for (window, at) in text.windows(W::WIDTH).map(W::of).zip(0..) {
            let spread = window.spread();
            let (word, bit) = place(spread, self.filter_shift);
            if self.filter.get(word).is_some_and(|word| word & bit != 0) {
                self.look(text, window, spread, at, heard);
            }
        }
    }

    /// Compares the literals that have this window with what stands here.
    #[inline(never)]
    fn look(&self, text: &[u8], window: W, spread: u64, at: usize, heard: &mut dyn FnMut(u32)) {
        // A value of a few bits, so no bits are lost.
        let high = (spread >> self.starts_shift) as usize;
        let (Some(start), Some(end)) = (self.starts.get(high), self.starts.get(high + 1)) else {
            return;
        };
        let entries = self.entries.get(*start as usize..*end as usize).unwrap_or_default();
        for entry in entries.iter().filter(|entry| entry.window == window) {
            let length = usize::from(entry.length);
            let literal =
                self.texts.get(entry.start as usize..).and_then(|texts| texts.get(..length));
            let there =
                at.checked_sub(entry.before.into()).and_then(|at| text.get(at..at + length));
            let same = match (literal, there) {
                (Some(literal), Some(there)) if self.any_case => {
                    there.eq_ignore_ascii_case(literal)
                }
                (literal, there) => literal.is_some() && literal == there,
            };
            if same {
                heard(entry.literal);
            }
        }
    }
}

/// The word and the bit of a filter that the high bits of a number mean.
fn place(spread: u64, shift: u32) -> (usize, u64) {
    let bit = spread >> shift;
    // A value of a few bits, so no bits are lost.
    ((bit >> 6) as usize, 1 << (bit & 63))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::{FEW, Scan};

    fn heard(literals: &[String], any_case: bool, text: &str) -> BTreeSet<usize> {
        let literals: Vec<&str> = literals.iter().map(String::as_str).collect();
        let mut heard = BTreeSet::new();
        let scan = Scan::new(&literals, any_case).unwrap();
        scan.hear(text, &mut |at| {
            heard.insert(at as usize);
        });
        heard
    }

    fn expected(literals: &[String], any_case: bool, text: &str) -> BTreeSet<usize> {
        let folded =
            |text: &str| if any_case { text.to_ascii_lowercase() } else { text.to_owned() };
        let stands = |literal: &String| folded(text).contains(&folded(literal));
        literals.iter().enumerate().filter(|(_, one)| stands(one)).map(|(at, _)| at).collect()
    }

    proptest! {
        #[test]
        fn what_stands_in_a_text_is_heard(
            mut literals in prop::collection::vec("[abA@`é]{1,11}", 0..120),
            crowd in 0..40_usize,
            text in "[abA@`é]{0,60}",
            any_case in any::<bool>(),
        ) {
            literals.extend((0..crowd).map(|at| format!("{}ab", "a".repeat(at))));
            prop_assert_eq!(
                heard(&literals, any_case, &text),
                expected(&literals, any_case, &text)
            );
        }
    }

    #[test]
    fn many_alike_are_all_heard() {
        let literals: Vec<String> = (0..FEW * 20)
            .map(|at| format!("https://www.example.org/{at}/{}", "x".repeat(at)))
            .collect();
        let text = format!("See HTTPS://www.example.org/477/{} there", "x".repeat(500));
        assert_eq!(heard(&literals, true, &text), BTreeSet::from([477]));
        assert!(heard(&literals, false, &text).is_empty());
    }
}
