//! Text as people and machines see it: character classes, evasion-resistant folding, words.
//! Pure functions on text; nothing here knows of rules or values.

pub mod characters;
