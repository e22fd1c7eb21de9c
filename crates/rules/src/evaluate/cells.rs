//! Where an evaluation keeps what it computed: each value in its own place, or only those that
//! differ from a base that many events share. Must not compute anything.

use std::sync::Arc;

use super::base::Base;
use crate::plan::index;
use crate::value::Value;

/// The value of each node; None where it failed or was not computed.
#[derive(Debug)]
pub(crate) enum Cells {
    Each(Vec<Option<Value>>),
    Over(Box<Over>),
}

/// What differs from a base.
#[derive(Debug, Default)]
pub(crate) struct Over {
    pub(super) base: Option<Arc<Base>>,
    pub(super) room: Room,
}

/// Room for one evaluation after the other. Nothing in it is cleared that was not used.
#[derive(Debug, Default)]
pub(crate) struct Room {
    /// For each node the evaluation that last set it, and where its value is.
    marks: Vec<(u32, u32)>,
    generation: u32,
    changed: Vec<(u32, Option<Value>)>,
    /// The nodes to compute, by rank.
    dirty: Vec<u64>,
    /// The words of these that are not zero.
    busy: Vec<u64>,
    /// The shape of the event at hand.
    pub(super) shape: Vec<u8>,
    /// Nodes that wait for what they are computed from.
    pub(super) waiting: Vec<(u32, bool)>,
}

impl Room {
    /// Makes ready for the next evaluation.
    pub(super) fn begin(&mut self, nodes: usize) {
        self.changed.clear();
        self.shape.clear();
        self.generation = self.generation.wrapping_add(1);
        if self.generation == 0 || self.marks.len() != nodes {
            self.marks.clear();
            self.marks.resize(nodes, (0, 0));
            self.dirty.clear();
            self.dirty.resize(nodes.div_ceil(64), 0);
            self.busy.clear();
            self.busy.resize(nodes.div_ceil(64 * 64), 0);
            self.generation = 1;
        }
    }

    /// Notes that the node of this rank is to be computed.
    pub(super) fn mark(&mut self, rank: u32) {
        let word = index(rank / 64);
        if let (Some(dirty), Some(busy)) = (self.dirty.get_mut(word), self.busy.get_mut(word / 64))
        {
            *dirty |= 1 << (rank % 64);
            *busy |= 1 << (word % 64);
        }
    }

    /// The lowest rank that is noted, no more so from here on. None is noted in the words of `busy` before `from`,
    /// which goes on with the search.
    pub(super) fn next(&mut self, from: &mut usize) -> Option<u32> {
        loop {
            let busy = self.busy.get_mut(*from)?;
            if *busy == 0 {
                *from += 1;
                continue;
            }
            let word = *from * 64 + busy.trailing_zeros() as usize;
            let dirty = self.dirty.get_mut(word)?;
            let bit = dirty.trailing_zeros();
            *dirty &= dirty.wrapping_sub(1);
            if *dirty == 0 {
                *busy &= *busy - 1;
            }
            return u32::try_from(word * 64).ok().map(|rank| rank + bit);
        }
    }

    fn get(&self, at: u32) -> Option<&Option<Value>> {
        let (generation, slot) = *self.marks.get(index(at))?;
        if generation != self.generation {
            return None;
        }
        self.changed.get(index(slot)).map(|(_, value)| value)
    }

    #[inline]
    fn set(&mut self, at: u32, value: Option<Value>) {
        let Some(mark) = self.marks.get_mut(index(at)) else { return };
        if mark.0 == self.generation {
            if let Some(changed) = self.changed.get_mut(index(mark.1)) {
                changed.1 = value;
            }
            return;
        }
        *mark = (self.generation, u32::try_from(self.changed.len()).unwrap_or(u32::MAX));
        self.changed.push((at, value));
    }
}

impl Over {
    /// Whether the node was computed for this event.
    pub(super) fn has(&self, at: u32) -> bool {
        self.room.get(at).is_some()
    }
}

impl Cells {
    pub(super) fn get(&self, at: u32) -> Option<&Value> {
        match self {
            Self::Each(cells) => cells.get(index(at))?.as_ref(),
            Self::Over(over) => match over.room.get(at) {
                Some(value) => value.as_ref(),
                None => over.base.as_ref()?.cells.get(index(at))?.as_ref(),
            },
        }
    }

    #[inline]
    pub(super) fn set(&mut self, at: u32, value: Option<Value>) {
        match self {
            Self::Each(cells) => {
                if let Some(cell) = cells.get_mut(index(at)) {
                    *cell = value;
                }
            }
            Self::Over(over) => over.room.set(at, value),
        }
    }

    /// The values, one for each node.
    pub(super) fn take(&mut self) -> Vec<Option<Value>> {
        match self {
            Self::Each(cells) => std::mem::take(cells),
            Self::Over(_) => Vec::new(),
        }
    }

    /// What is kept for the outcome, and the room for the next evaluation, of no base.
    pub(super) fn keep(self, active: Vec<bool>) -> (Kept, Option<Box<Over>>) {
        match self {
            Self::Each(cells) => (Kept::Each { cells, active }, None),
            Self::Over(mut over) => {
                let room = Vec::with_capacity(over.room.changed.len());
                let mut changed = std::mem::replace(&mut over.room.changed, room);
                changed.sort_unstable_by_key(|(at, _)| *at);
                let base = over.base.take().unwrap_or_default();
                (Kept::Over { base, changed }, Some(over))
            }
        }
    }
}

/// The values of an outcome.
#[derive(Debug)]
pub(super) enum Kept {
    /// Each value, and which files ran.
    Each { cells: Vec<Option<Value>>, active: Vec<bool> },
    /// Those that differ from the base, by node.
    Over { base: Arc<Base>, changed: Vec<(u32, Option<Value>)> },
}

impl Kept {
    pub(super) fn get(&self, at: u32) -> Option<&Value> {
        match self {
            Self::Each { cells, .. } => cells.get(index(at))?.as_ref(),
            Self::Over { base, changed } => {
                match changed.binary_search_by_key(&at, |(other, _)| *other) {
                    Ok(place) => changed.get(place)?.1.as_ref(),
                    Err(_) => base.cells.get(index(at))?.as_ref(),
                }
            }
        }
    }

    /// The value at a place of those that differ from the base; the outer None says that there is no such place.
    pub(super) fn changed(&self, place: usize) -> Option<&Option<Value>> {
        match self {
            Self::Each { .. } => None,
            Self::Over { changed, .. } => changed.get(place).map(|(_, value)| value),
        }
    }

    /// Whether a file ran.
    pub(super) fn ran(&self, file: u32) -> bool {
        let active = match self {
            Self::Each { active, .. } => active,
            Self::Over { base, .. } => &base.order.active,
        };
        active.get(index(file)).copied().unwrap_or(false)
    }
}
