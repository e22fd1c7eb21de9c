//! What texts that were read lately mean, so that a wave of copies is read once. Holds texts in memory alone, a few thousand,
//! and forgets the oldest first. Must not give one model's answer for another's.

use super::Model;
use likeness::meaning::{Meaning, plain};
use likeness::{Terms, Text};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// Texts that are held.
const MOST: usize = 4_096;
/// Longer texts, in bytes, are read each time.
const LONGEST: usize = 2_048;

/// Texts and what they mean.
#[derive(Debug, Default)]
pub(super) struct Recent {
    model: Option<[u8; 32]>,
    known: HashMap<Arc<str>, Option<Meaning>>,
    order: VecDeque<Arc<str>>,
}

impl Recent {
    /// What `texts` mean to `model`: those that are not known are read together. Names that stand for each other are one.
    pub(super) fn meanings(
        &mut self,
        model: &Model,
        texts: &[&str],
        terms: &Terms,
    ) -> Vec<Option<Meaning>> {
        if self.model.as_ref() != Some(model.package()) {
            *self = Self { model: Some(*model.package()), ..Self::default() };
        }
        let plain: Vec<_> =
            texts.iter().map(|raw| plain(raw, &Text::read_with(raw, terms))).collect();
        let mut new: Vec<&str> = plain
            .iter()
            .map(AsRef::as_ref)
            .filter(|text| !self.known.contains_key(*text))
            .collect();
        new.sort_unstable();
        new.dedup();
        let made: HashMap<&str, Option<Meaning>> =
            new.iter().copied().zip(model.encoder().meanings(&new)).collect();
        let found = plain.iter().map(|text| {
            let own = made.get(text.as_ref()).or_else(|| self.known.get(text.as_ref()));
            own.cloned().flatten()
        });
        let found = found.collect();
        for (text, meaning) in made.into_iter().filter(|(text, _)| text.len() <= LONGEST) {
            let text: Arc<str> = text.into();
            self.order.push_back(Arc::clone(&text));
            self.known.insert(text, meaning);
        }
        while self.order.len() > MOST {
            if let Some(oldest) = self.order.pop_front() {
                self.known.remove(&oldest);
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use likeness::meaning::Nearness;

    fn model() -> Model {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../likeness/tests/data/small-model.zip");
        Model::load(&std::fs::read(path).unwrap(), Nearness::everywhere(0.8), true).unwrap()
    }

    #[test]
    fn what_is_known_is_what_reading_gives() {
        let (model, mut recent) = (model(), Recent::default());
        let terms = Terms::new([["thieves", "dogs"]]);
        let texts = ["they are thieves", "dogs bark", "they are thieves", "xyzzy", "they are dogs"];
        for _ in 0..2 {
            let found = recent.meanings(&model, &texts, &terms);
            assert_eq!(found, model.meanings(&texts, &terms));
        }
        // Names that stand for each other make one text of two.
        assert_eq!(recent.known.len(), 3);
        let many: Vec<String> = (0..MOST + 9).map(|n| format!("they are thieves {n}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let _ = recent.meanings(&model, &many, &terms);
        assert_eq!((recent.known.len(), recent.order.len()), (MOST, MOST));
        let long = "they are thieves ".repeat(200);
        let _ = recent.meanings(&model, &[&long], &terms);
        assert!(!recent.known.contains_key(long.as_str()));
    }
}
