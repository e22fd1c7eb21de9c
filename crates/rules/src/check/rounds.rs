//! Facts that are asked for by what other facts say are fetched one after the other. A program
//! may ask so only a few times: each time waits for the store or the network.

use sml::Span;

use super::files::File;
use crate::plan::node::Program;
use crate::plan::{MOST_ROUNDS, too_deep};
use crate::problem::Problem;

pub(super) fn are_few(files: &[File], program: &mut Program, problems: &mut Vec<Problem>) {
    let Some(place) = too_deep(program)
        .and_then(|at| program.nodes.get(usize::try_from(at).ok()?))
        .map(|node| node.place)
    else {
        return;
    };
    let file = usize::try_from(place.file).ok().and_then(|at| files.get(at));
    let Some(file) = file else { return };
    let message = format!(
        "what this call asks for depends on {MOST_ROUNDS} other answers from outside, one after \
         the other"
    );
    problems.push(
        file.error(Span::new(place.offset, place.offset), "too-many-rounds", message).with_hint(
            format!(
                "counters, kept values, labels and scorers are fetched in at most {MOST_ROUNDS} \
                 rounds: compute the key or the argument from the event itself"
            ),
        ),
    );
}
