//! Text as people and machines see it: character classes, evasion-resistant folding, phrases,
//! quotations. Pure functions on text; nothing here knows of rules or values.

pub mod characters;
mod fold;
mod phrases;
mod quotes;
mod views;

pub use fold::{Folded, fold};
pub use phrases::{Found, PhraseSet};
pub use quotes::unquoted;
pub use views::{Memo, Views};
