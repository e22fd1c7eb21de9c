//! Tests of a text against something constant. Most of them say no to most texts, which one pass
//! over the text for all of them together tells; only those that it hears are computed. Must not
//! decide what a test comes to: a test that is heard is computed as any other node.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::index;
use super::node::{Function, Input, Kind, Program, Source};
use super::scan::Scan;
use crate::functions::{self, Prepared};
use crate::regexes::ascii_letters;
use crate::text::{Memo, Views};
use crate::value::{Str, Value};

/// Sets of more phrases than this keep to their own automaton.
const MAX_PHRASES: usize = 512;

/// What all tests of one text listen for.
#[derive(Debug, Default)]
pub(crate) struct Ear {
    /// Where the text comes from.
    pub(crate) input: Option<Input>,
    /// All tests of it.
    pub(crate) atoms: Vec<u32>,
    equal: HashMap<Str, Vec<u32>>,
    /// In the [`ascii_letters`] of the text, whatever their case.
    plain: Option<Tests>,
    /// In the text in lower case.
    lower: Option<Tests>,
    /// In all readings of the text.
    views: Option<Tests>,
}

/// Tests by literals.
#[derive(Debug)]
struct Tests {
    /// None if they are too many for one: then all of them are heard.
    scan: Option<Scan>,
    /// For each literal the tests that it may make say yes.
    atoms: Vec<Vec<u32>>,
}

/// All tests of texts.
#[derive(Debug, Default)]
pub(crate) struct Atoms {
    pub(crate) ears: Vec<Ear>,
    /// For each node its ears; most have none.
    ears_of: Vec<Box<[u32]>>,
    /// For each test its ear and what it comes to if it is not heard.
    quiet: HashMap<u32, (u32, Value)>,
}

/// What a test listens for.
enum Sound<'p> {
    Equal(Vec<Str>),
    Plain(Vec<&'p str>),
    Lower(Vec<&'p str>),
    Views(Vec<&'p str>),
}

#[derive(Default)]
struct Draft<'p> {
    atoms: Vec<u32>,
    equal: HashMap<Str, Vec<u32>>,
    plain: BTreeMap<String, Vec<u32>>,
    lower: BTreeMap<&'p str, Vec<u32>>,
    views: BTreeMap<&'p str, Vec<u32>>,
}

impl Atoms {
    /// Finds the tests among these nodes.
    pub(crate) fn of(program: &Program, nodes: impl Iterator<Item = u32>) -> Self {
        let mut numbers: HashMap<Input, usize> = HashMap::new();
        let mut drafts: Vec<(Input, Draft<'_>)> = Vec::new();
        let mut quiet = HashMap::new();
        for at in nodes {
            let Some(node) = program.nodes.get(index(at)) else { continue };
            let Some((input, sound, value)) = sound(program, &node.kind) else { continue };
            let number = *numbers.entry(input).or_insert(drafts.len());
            if number == drafts.len() {
                drafts.push((input, Draft::default()));
            }
            let Some((_, draft)) = drafts.get_mut(number) else { continue };
            draft.add(at, sound);
            quiet.insert(at, (u32::try_from(number).unwrap_or(u32::MAX), value));
        }
        let mut ears_of: Vec<Vec<u32>> = vec![Vec::new(); program.nodes.len()];
        for ((input, _), number) in drafts.iter().zip(0..) {
            if let Source::Node(at) = input.source
                && let Some(ears) = ears_of.get_mut(index(at))
            {
                ears.push(number);
            }
        }
        let ears_of = ears_of.into_iter().map(Vec::into_boxed_slice).collect();
        let ears = drafts.into_iter().map(|(input, draft)| draft.ear(input)).collect();
        Self { ears, ears_of, quiet }
    }

    /// The ear of a test, and what the test comes to if it is not heard.
    pub(crate) fn quiet(&self, at: u32) -> Option<&(u32, Value)> {
        self.quiet.get(&at)
    }

    /// The ears that listen to a node.
    pub(crate) fn ears_of(&self, at: u32) -> &[u32] {
        self.ears_of.get(index(at)).map_or(&[], |ears| ears)
    }
}

impl<'p> Draft<'p> {
    fn add(&mut self, at: u32, sound: Sound<'p>) {
        self.atoms.push(at);
        match sound {
            Sound::Equal(texts) => {
                let texts: HashSet<Str> = texts.into_iter().collect();
                for text in texts {
                    self.equal.entry(text).or_default().push(at);
                }
            }
            Sound::Plain(literals) => {
                for literal in literals {
                    let literal = ascii_letters(literal).to_ascii_lowercase();
                    self.plain.entry(literal).or_default().push(at);
                }
            }
            Sound::Lower(literals) => {
                for literal in literals {
                    self.lower.entry(literal).or_default().push(at);
                }
            }
            Sound::Views(literals) => {
                for literal in literals {
                    self.views.entry(literal).or_default().push(at);
                }
            }
        }
    }

    fn ear(self, input: Input) -> Ear {
        Ear {
            input: Some(input),
            atoms: self.atoms,
            equal: self.equal,
            plain: Tests::new(self.plain, true),
            lower: Tests::new(self.lower, false),
            views: Tests::new(self.views, true),
        }
    }
}

impl Tests {
    fn new<T: AsRef<str>>(literals: BTreeMap<T, Vec<u32>>, any_case: bool) -> Option<Self> {
        if literals.is_empty() {
            return None;
        }
        let texts: Vec<&str> = literals.keys().map(AsRef::as_ref).collect();
        let scan = Scan::new(&texts, any_case);
        Some(Self { scan, atoms: literals.into_values().collect() })
    }

    fn hear(&self, text: &str, heard: &mut dyn FnMut(u32)) {
        let Some(scan) = &self.scan else {
            return self.atoms.iter().flatten().for_each(|at| heard(*at));
        };
        scan.hear(text, &mut |literal| {
            let atoms = self.atoms.get(index(literal));
            atoms.into_iter().flatten().for_each(|at| heard(*at));
        });
    }
}

impl Ear {
    /// Tells each test that the text may make say something else than if it were not heard.
    pub(crate) fn hear(&self, text: &str, memo: &Memo, heard: &mut dyn FnMut(u32)) {
        if let Some(atoms) = self.equal.get(text) {
            atoms.iter().for_each(|at| heard(*at));
        }
        if let Some(tests) = &self.plain {
            tests.hear(&ascii_letters(text), heard);
        }
        if let Some(tests) = &self.lower {
            Views::lower(text).iter().for_each(|view| tests.hear(view.text(), heard));
        }
        if let Some(tests) = &self.views {
            memo.views(text).iter().for_each(|view| tests.hear(view.text(), heard));
        }
    }
}

/// The text that a node tests, what for, and what it comes to without that.
fn sound<'p>(program: &'p Program, kind: &'p Kind) -> Option<(Input, Sound<'p>, Value)> {
    let constant = |input: Input| match input.source {
        Source::Constant(at) => program.constants.get(index(at)).filter(|_| !input.unwrap),
        Source::Node(_) => None,
    };
    let is_node = |input: Input| matches!(input.source, Source::Node(_));
    match kind {
        Kind::Equal { left, right, negated } => {
            let (input, text) = match (constant(*left), constant(*right)) {
                (None, Some(Value::Str(text))) => (*left, text),
                (Some(Value::Str(text)), None) => (*right, text),
                _ => return None,
            };
            Some((input, Sound::Equal(vec![text.clone()]), Value::Bool(*negated)))
        }
        Kind::Contains { needle, haystack, negated } if is_node(*needle) => {
            let items = constant(*haystack)?.as_list()?;
            let texts = items.iter().filter_map(|item| match item {
                Value::Str(text) => Some(text.clone()),
                _ => None,
            });
            Some((*needle, Sound::Equal(texts.collect()), Value::Bool(*negated)))
        }
        Kind::Contains { needle, haystack, negated } if is_node(*haystack) => {
            let needle = constant(*needle)?.as_str().filter(|needle| !needle.is_empty())?;
            Some((*haystack, Sound::Plain(vec![needle]), Value::Bool(*negated)))
        }
        Kind::Function(function) => called(function),
        _ => None,
    }
}

fn called(function: &Function) -> Option<(Input, Sound<'_>, Value)> {
    let name = &*functions::get(function.id)?.name;
    let nodes = function.arguments.iter().map(|argument| argument.input);
    let mut nodes = nodes.filter(|input| matches!(input.source, Source::Node(_)));
    let (Some(input), None) = (nodes.next(), nodes.next()) else { return None };
    let (place, value) = match name {
        "RegexMatch" | "TextContains" | "TextContainsAny" | "TextInList" | "TextMatches" => {
            (0, Value::Bool(false))
        }
        "TextContainsCount" => (0, Value::Int(0)),
        "CountRegexMatches" => (1, Value::Int(0)),
        _ => return None,
    };
    if function.arguments.get(place)?.input != input {
        return None;
    }
    let sound = match &*function.prepared {
        Prepared::Patterns(patterns) => {
            let mut literals = Vec::new();
            for pattern in patterns {
                literals.extend(pattern.literals()?.any_of.iter().map(String::as_str));
            }
            if name == "TextMatches" { Sound::Views(literals) } else { Sound::Plain(literals) }
        }
        Prepared::Phrases(set) => {
            let phrases: Vec<&str> = set.phrases().filter(|phrase| !phrase.is_empty()).collect();
            if phrases.len() > MAX_PHRASES {
                return None;
            }
            if set.normalizes() { Sound::Views(phrases) } else { Sound::Lower(phrases) }
        }
        _ => return None,
    };
    Some((input, sound, value))
}
