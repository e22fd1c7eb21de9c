//! What the paths of a program ask of an event, so that the rest of the event is only passed over.
//! Must not read anything itself.

use super::{Form, Path, Step};
use crate::value::Str;

/// The parts of a JSON value that somebody asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Wanted {
    /// All of it, whatever is in it.
    all: bool,
    /// If it is an object, only these keys.
    keys: Vec<(Str, Wanted)>,
}

impl Wanted {
    /// Everything.
    pub(crate) const ALL: Self = Self { all: true, keys: Vec::new() };

    /// What these paths ask for.
    pub(crate) fn by<'p>(paths: impl Iterator<Item = &'p Path>) -> Self {
        let mut wanted = Self::default();
        for path in paths {
            wanted.add(&path.leading_keys());
        }
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
        let place = self.keys.iter().position(|(known, _)| known == key);
        let place = place.unwrap_or_else(|| {
            self.keys.push((key.clone(), Self::default()));
            self.keys.len() - 1
        });
        if let Some((_, below)) = self.keys.get_mut(place) {
            below.add(rest);
        }
    }

    /// Whether all of the value is asked for.
    pub(crate) fn is_all(&self) -> bool {
        self.all
    }

    /// What is asked of the value of a key; None if nothing.
    pub(crate) fn key(&self, key: &str) -> Option<&(Str, Self)> {
        self.keys.iter().find(|(known, _)| known.as_str() == key)
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
        let item = &some.key("item").unwrap().1;
        assert!(!item.is_all() && item.key("id").is_none());
        assert!(item.key("text").unwrap().1.is_all() && item.key("tags").unwrap().1.is_all());
        assert!(some.key("account").unwrap().1.is_all());
        assert!(wanted(&["$.a.b", "$.a"]).key("a").unwrap().1.is_all());
        assert!(wanted(&["$.a", "$.a.b"]).key("a").unwrap().1.is_all());
    }

    #[test]
    fn paths_that_look_around_want_everything() {
        for path in ["$", "$..text", "$.a.`parent`.b", "$.a | $.b", "$.*"] {
            assert!(wanted(&["$.x", path]).is_all(), "{path}");
        }
        assert!(wanted(&[]).key("a").is_none() && !wanted(&[]).is_all());
    }
}
