//! What the paths of a program ask of an event, so that the rest of the event is only passed over.
//! Must not read anything itself.

use std::ops::Range;
use std::sync::Arc;

use super::{Form, Path, Step, find, follow};
use crate::value::{Fault, Map, Str, Value};

/// The parts of a JSON value that somebody asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Wanted {
    /// All of it, whatever is in it.
    all: bool,
    /// If it is an object, only these keys.
    keys: Vec<(Box<str>, Wanted)>,
    /// The places in [`Drawn::Parts`] of what is asked for whole here and below.
    places: Range<usize>,
}

/// What was read of a value.
#[derive(Clone, Debug)]
pub(crate) enum Drawn {
    /// All of it.
    Whole(Value),
    /// What is asked for whole, each in its place; None for what is not there.
    Parts(Vec<Option<Value>>),
}

/// Where a path begins among the parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Part {
    place: usize,
    /// So many keys of the path led to it.
    keys: usize,
}

impl Default for Drawn {
    fn default() -> Self {
        Self::NOTHING
    }
}

impl Wanted {
    /// Everything.
    pub(crate) const ALL: Self = Self { all: true, keys: Vec::new(), places: 0..1 };

    /// What these paths ask for.
    pub(crate) fn by<'p>(paths: impl Iterator<Item = &'p Path>) -> Self {
        let mut wanted = Self::default();
        for path in paths {
            wanted.add(&path.leading_keys());
        }
        wanted.number(0);
        wanted
    }

    fn add(&mut self, keys: &[Str]) {
        if self.all {
            return;
        }
        let Some((key, rest)) = keys.split_first() else {
            *self = Self::ALL;
            return;
        };
        let place = self.keys.iter().position(|(known, _)| **known == **key);
        let place = place.unwrap_or_else(|| {
            self.keys.push((key.as_str().into(), Self::default()));
            self.keys.len() - 1
        });
        if let Some((_, below)) = self.keys.get_mut(place) {
            below.add(rest);
        }
    }

    /// Gives places from `start` on; tells the next free one.
    fn number(&mut self, start: usize) -> usize {
        let below = self.keys.iter_mut().fold(start, |next, (_, wanted)| wanted.number(next));
        let end = below + usize::from(self.all);
        self.places = start..end;
        end
    }

    /// Whether all of the value is asked for.
    pub(crate) fn is_all(&self) -> bool {
        self.all
    }

    /// The places of what is asked for here and below.
    pub(crate) fn places(&self) -> Range<usize> {
        self.places.clone()
    }

    /// What is asked of the value of a key; None if nothing.
    pub(crate) fn key(&self, key: &str) -> Option<&Self> {
        self.keys.iter().find(|(known, _)| **known == *key).map(|(_, wanted)| wanted)
    }

    /// Where a path begins that was among those asked for.
    pub(crate) fn part(&self, path: &Path) -> Part {
        let (mut wanted, mut keys) = (self, 0);
        for key in path.leading_keys() {
            let Some(below) = wanted.key(&key) else { break };
            (wanted, keys) = (below, keys + 1);
        }
        Part { place: wanted.places.start, keys }
    }
}

impl Drawn {
    /// Nothing was read.
    pub(crate) const NOTHING: Self = Self::Whole(Value::None);

    /// So many parts, of which none is there yet.
    pub(crate) fn room(&mut self, parts: usize) -> &mut [Option<Value>] {
        if !matches!(self, Self::Parts(_)) {
            *self = Self::Parts(Vec::new());
        }
        match self {
            Self::Parts(room) => {
                room.clear();
                room.resize(parts, None);
                room
            }
            Self::Whole(_) => &mut [],
        }
    }

    /// Gives away all that was read, but for the room.
    pub(crate) fn emptied(mut self) -> Self {
        match &mut self {
            Self::Parts(room) => room.clear(),
            Self::Whole(value) => *value = Value::None,
        }
        self
    }

    /// All of it, if all was read.
    pub(crate) fn whole(&self) -> &Value {
        match self {
            Self::Whole(value) => value,
            Self::Parts(_) => &Value::None,
        }
    }

    /// The first match of a path, or None.
    pub(crate) fn first(&self, path: &Path, part: Part) -> Result<Option<Value>, Fault> {
        let parts = match self {
            Self::Whole(value) => return path.first(value),
            Self::Parts(parts) => parts,
        };
        let value = parts.get(part.place).and_then(Option::as_ref);
        match &path.form {
            Form::Keys(keys) => {
                let rest = keys.get(part.keys..).unwrap_or_default();
                Ok(value.and_then(|value| follow(value, rest)).cloned())
            }
            // It may look upwards; nothing that it can see there is missing.
            Form::Steps(step) => {
                let mut whole = value.cloned();
                for key in path.leading_keys().into_iter().take(part.keys).rev() {
                    let entries = whole.map(|value| (key, value)).into_iter().collect();
                    whole = Some(Value::Map(Arc::new(Map::new(entries).0)));
                }
                find::first(step, &whole.unwrap_or_default())
            }
        }
    }
}

impl Path {
    /// The keys that every match lies under.
    fn leading_keys(&self) -> Vec<Str> {
        match &self.form {
            Form::Keys(keys) => keys.to_vec(),
            Form::Steps(step) => match leading(step) {
                Some((keys, _)) => keys,
                None => Vec::new(),
            },
        }
    }
}

/// The keys before the first step that is not a key, and whether there is no such step; None for
/// paths that go upwards or in several directions.
fn leading(step: &Step) -> Option<(Vec<Str>, bool)> {
    match step {
        Step::Root => Some((Vec::new(), true)),
        Step::Child(left, right) => {
            let (mut keys, whole) = leading(left)?;
            match &**right {
                Step::Fields(names) => match (names.as_slice(), whole) {
                    ([name], true) => {
                        keys.push(name.clone());
                        Some((keys, true))
                    }
                    _ => Some((keys, false)),
                },
                Step::AnyField | Step::Index(_) | Step::Slice(..) => Some((keys, false)),
                _ => None,
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(paths: &[&str]) -> Wanted {
        let paths: Vec<Path> = paths.iter().map(|path| Path::parse(path).unwrap()).collect();
        Wanted::by(paths.iter())
    }

    #[test]
    fn only_what_paths_lead_to_is_wanted() {
        let some = wanted(&["$.item.text", "$.item.tags[0].name", "$.account"]);
        assert!(!some.is_all() && some.key("other").is_none());
        let item = some.key("item").unwrap();
        assert!(!item.is_all() && item.key("id").is_none());
        assert!(item.key("text").unwrap().is_all() && item.key("tags").unwrap().is_all());
        assert!(some.key("account").unwrap().is_all());
        assert!(wanted(&["$.a.b", "$.a"]).key("a").unwrap().is_all());
        assert!(wanted(&["$.a", "$.a.b"]).key("a").unwrap().is_all());
    }

    #[test]
    fn paths_that_look_around_want_everything() {
        for path in ["$", "$..text", "$.a.`parent`.b", "$.a | $.b", "$.*"] {
            assert!(wanted(&["$.x", path]).is_all(), "{path}");
        }
        assert!(wanted(&[]).key("a").is_none() && !wanted(&[]).is_all());
    }
}
