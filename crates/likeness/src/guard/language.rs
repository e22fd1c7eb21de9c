//! In which language a text is, so far as the guard must know: whether it can read it at all.

use whatlang::{Lang, Script};

use super::{Difference, DifferenceKind};
use crate::text::Text;

/// Languages of which the guard knows negations and contraries.
const READ: &[Lang] = &[Lang::Eng, Lang::Spa, Lang::Deu, Lang::Fra, Lang::Cmn, Lang::Rus];

/// Whether one of two texts is in a language that the guard cannot read.
pub(super) fn unread(one: &Text, other: &Text) -> Option<Difference> {
    let whole = |text: &Text| {
        if read(text) {
            Vec::new()
        } else {
            text.words().iter().map(|word| word.at.clone()).collect()
        }
    };
    let (one, other) = (whole(one), whole(other));
    (!one.is_empty() || !other.is_empty()).then_some(Difference {
        kind: DifferenceKind::Language,
        one,
        other,
    })
}

/// A few words are in too many languages to tell; they are taken to be in one that is read if their script is.
fn read(text: &Text) -> bool {
    let Some(found) = whatlang::detect(text.folded()) else { return false };
    let script = matches!(found.script(), Script::Latin | Script::Cyrillic | Script::Mandarin);
    script && (!found.is_reliable() || READ.contains(&found.lang()))
}
