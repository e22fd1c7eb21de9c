//! The order in which blocks of effects fire. Osprey works through its dependency graph in waves:
//! whatever is ready is computed, then what became ready by that. Nobody else depends on the order,
//! so it is replayed here only where several blocks fired.

use std::collections::HashMap;

use super::node::{Does, Program};

/// The `WhenRules` nodes in the order in which they fire. `required` tells which file a `Require`
/// came to.
pub(crate) fn waves(program: &Program, required: &dyn Fn(u32) -> Option<u32>) -> Vec<u32> {
    let mut graph = Graph {
        program,
        places: HashMap::new(),
        entries: Vec::new(),
        ready: Vec::new(),
        added: vec![false; program.units.len()],
    };
    graph.add(program.main);
    let mut fired = Vec::new();
    loop {
        let wave = std::mem::take(&mut graph.ready);
        if wave.is_empty() {
            return fired;
        }
        for step in &wave {
            graph.mark(*step, State::Out);
        }
        for step in wave {
            let does = program.steps.get(index(step)).map(|step| &step.does);
            match does {
                Some(Does::Fires(node)) => fired.push(*node),
                Some(Does::Imports(files)) => files.iter().for_each(|file| graph.add(*file)),
                Some(Does::Requires(node)) => {
                    if let Some(file) = required(*node) {
                        graph.add(file);
                    }
                }
                Some(Does::Nothing) | None => {}
            }
            graph.finish(step);
        }
    }
}

fn index(at: u32) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    /// Waits for so many others.
    Waiting(usize),
    /// In the wave at hand.
    Out,
    Done,
}

struct Entry {
    step: u32,
    state: State,
    followers: Vec<u32>,
}

struct Graph<'p> {
    program: &'p Program,
    /// Where each step stands among the entries.
    places: HashMap<u32, usize>,
    /// In the order of adding, which decides the order within a wave.
    entries: Vec<Entry>,
    ready: Vec<u32>,
    added: Vec<bool>,
}

impl Graph<'_> {
    /// Adds the statements of a file, each after what it needs.
    fn add(&mut self, file: u32) {
        match self.added.get_mut(index(file)) {
            Some(added) if !*added => *added = true,
            _ => return,
        }
        let before = self.entries.len();
        let roots = self.program.units.get(index(file)).map(|unit| unit.steps.clone());
        for root in roots.unwrap_or_default() {
            self.add_step(root);
        }
        if self.entries.len() > before {
            // Osprey forgets its queue here and collects anew what is ready, oldest first.
            let ready = self.entries.iter().filter(|entry| entry.state == State::Waiting(0));
            self.ready = ready.map(|entry| entry.step).collect();
        }
    }

    fn add_step(&mut self, step: u32) {
        if self.places.contains_key(&step) {
            return;
        }
        let needs: &[u32] =
            self.program.steps.get(index(step)).map_or(&[], |step| step.needs.as_ref());
        for needed in needs {
            self.add_step(*needed);
        }
        let mut waiting = 0;
        for needed in needs {
            let entry = self.places.get(needed).and_then(|at| self.entries.get_mut(*at));
            if let Some(entry) = entry
                && entry.state != State::Done
            {
                entry.followers.push(step);
                waiting += 1;
            }
        }
        self.places.insert(step, self.entries.len());
        self.entries.push(Entry { step, state: State::Waiting(waiting), followers: Vec::new() });
    }

    fn entry(&mut self, step: u32) -> Option<&mut Entry> {
        let at = *self.places.get(&step)?;
        self.entries.get_mut(at)
    }

    fn mark(&mut self, step: u32, state: State) {
        if let Some(entry) = self.entry(step) {
            entry.state = state;
        }
    }

    fn finish(&mut self, step: u32) {
        let Some(entry) = self.entry(step) else { return };
        entry.state = State::Done;
        for follower in std::mem::take(&mut entry.followers) {
            let Some(entry) = self.entry(follower) else { continue };
            if let State::Waiting(count) = &mut entry.state {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    self.ready.push(follower);
                }
            }
        }
    }
}
