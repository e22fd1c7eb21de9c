//! The first draft of `functions.toml` for rules that call functions nobody declared: names and
//! arguments from the calls, types as far as calls and uses show them. With it the rules load; what
//! stands behind each function, people write.

use super::infer::{Seen, Survey, together};
use super::{Declared, FILE};
use crate::check::{Environment, check};
use crate::functions::Signature;
use crate::problem::Problem;
use crate::sources::Sources;
use crate::types::Type;

/// A draft.
#[derive(Debug)]
pub struct Draft {
    /// The whole text of `functions.toml`, what stood there before included.
    pub text: String,
    /// The functions that are new in it, as they are declared.
    pub added: Vec<String>,
}

/// One function of the draft.
struct Guess {
    name: String,
    arguments: Vec<(String, Type, bool)>,
    returns: Type,
    /// Whether one of ours of the same name can stand behind it.
    builtin: bool,
}

const HEAD: &str = "# Functions that the platform adds. Each is bound to something real: `builtin`, `table`, `http`\n\
    # or `effect = true`. `absent = true` means that nothing stands behind it yet: what needs it\n\
    # stays empty. Types were inferred from the calls: look them through.\n";

/// Drafts declarations for all functions that are called and not known. None if there are none.
#[must_use]
pub fn draft(sources: &Sources) -> Option<Draft> {
    let (environment, _) = Environment::of(sources);
    let files = sources.iter().filter(|(path, _)| path.ends_with(".sml"));
    let roots: Vec<sml::Root> = files.map(|(_, text)| sml::parse(text).0).collect();
    let survey = Survey::of(&roots, &environment);
    let mut guesses: Vec<Guess> = survey
        .seen
        .iter()
        .map(|(name, seen)| {
            let ours = environment.function(name).map(|callable| callable.signature);
            guess(name, seen, ours)
        })
        .collect();
    if guesses.is_empty() {
        return None;
    }
    mend(&mut guesses, sources);
    Some(Draft {
        text: text_of(&guesses, sources),
        added: guesses.iter().map(|guess| guess.name.clone()).collect(),
    })
}

fn guess(name: &str, seen: &Seen, ours: Option<&Signature>) -> Guess {
    let arguments = seen.arguments.iter().map(|(keyword, kinds)| {
        let always = seen.given.get(keyword) == Some(&seen.calls);
        (keyword.clone(), together(kinds.clone()), !always)
    });
    let arguments: Vec<_> = arguments.collect();
    // Our own function stands behind its name if the calls give all that it needs.
    let given = |argument: &str| arguments.iter().any(|(keyword, ..)| keyword == argument);
    let builtin = ours.is_some_and(|ours| {
        ours.returns != Type::Effect
            && ours.arguments.iter().all(|one| one.default.is_some() || given(&one.name))
    });
    let returns = match ours {
        Some(ours) => ours.returns.clone(),
        None => together(seen.results.clone()),
    };
    let returns = if seen.results.iter().all(|kind| *kind == Type::None) && !seen.results.is_empty()
    {
        Type::None
    } else {
        returns
    };
    Guess { name: name.to_owned(), arguments, returns, builtin }
}

/// Result types to try when the inferred one does not fit.
fn candidates() -> Vec<Type> {
    vec![
        Type::Bool,
        Type::Str,
        Type::Int,
        Type::Float,
        Type::optional(Type::Str),
        Type::optional(Type::Int),
        Type::optional(Type::Float),
        Type::list(Type::Str),
        Type::Effect,
        Type::None,
    ]
}

fn problems(guesses: &[Guess], sources: &Sources) -> usize {
    let sources = sources.clone().with(FILE, text_of(guesses, sources));
    let mut told = Vec::new();
    let (environment, wrong) = Environment::of(&sources);
    told.extend(wrong);
    told.extend(check(&sources, &environment).problems);
    told.iter().filter(|problem| Problem::is_error(problem)).count()
}

/// Chooses for each function the result with which the fewest things are wrong.
fn mend(guesses: &mut [Guess], sources: &Sources) {
    let mut least = problems(guesses, sources);
    for at in 0..guesses.len() {
        if least == 0 {
            return;
        }
        let Some(first) = guesses.get(at).map(|guess| guess.returns.clone()) else { continue };
        let mut best = first;
        for kind in candidates() {
            if let Some(guess) = guesses.get_mut(at) {
                guess.returns = kind.clone();
            }
            let wrong = problems(guesses, sources);
            if wrong < least {
                (least, best) = (wrong, kind);
            }
        }
        if let Some(guess) = guesses.get_mut(at) {
            guess.returns = best;
        }
    }
}

fn text_of(guesses: &[Guess], sources: &Sources) -> String {
    let mut text = match sources.text(FILE) {
        Some(before) => before.trim_end().to_owned() + "\n",
        None => HEAD.to_owned(),
    };
    for guess in guesses {
        text.push_str(&format!(
            "\n[[function]]\nname = \"{}\"\nreturns = \"{}\"\narguments = [\n",
            guess.name, guess.returns
        ));
        for (name, kind, optional) in &guess.arguments {
            let optional = if *optional { ", optional = true" } else { "" };
            text.push_str(&format!("  {{ name = \"{name}\", type = \"{kind}\"{optional} }},\n"));
        }
        text.push_str("]\n");
        text.push_str(&match (guess.builtin, &guess.returns) {
            (true, _) => format!("builtin = \"{}\"\n", guess.name),
            (false, Type::Effect) => "effect = true\n".to_owned(),
            (false, _) => "absent = true\n".to_owned(),
        });
    }
    text
}

impl Declared {
    /// The functions to which nothing stands behind yet.
    pub fn absent(&self) -> impl Iterator<Item = &str> {
        self.iter()
            .filter(|(_, function)| matches!(function.binding, super::Binding::Absent))
            .map(|(name, _)| name)
    }
}
