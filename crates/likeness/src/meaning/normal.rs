//! Folds a text as the vocabulary was learned: replacements from a table inside the vocabulary's file (a double-array
//! trie with what each key becomes, as SentencePiece keeps them), spaces made one and written `▁`. Must not know
//! pieces.

use super::ModelError;

/// How a space is written.
const SPACE: &str = "\u{2581}";

/// The table of replacements.
#[derive(Debug)]
pub(super) struct Normal {
    /// The trie. A unit has a label, where its children begin, and whether a key ends in it.
    units: Vec<u32>,
    /// Replacements, each ended by a zero.
    becomes: Vec<u8>,
}

impl Normal {
    /// From the table's bytes: the length of the trie, the trie, the replacements. Without any: nothing is replaced.
    pub(super) fn read(table: &[u8]) -> Result<Self, ModelError> {
        if table.is_empty() {
            return Ok(Self { units: Vec::new(), becomes: Vec::new() });
        }
        let wrong = || ModelError::new("the vocabulary's table of replacements does not end");
        let (length, rest) = table.split_first_chunk::<4>().ok_or_else(wrong)?;
        let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|_| wrong())?;
        let (trie, becomes) = rest.split_at_checked(length).ok_or_else(wrong)?;
        let units = trie.as_chunks().0.iter().map(|unit| u32::from_le_bytes(*unit)).collect();
        Ok(Self { units, becomes: becomes.to_vec() })
    }

    /// The text folded; empty for a text of spaces alone.
    pub(super) fn fold(&self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        // What stands before the first word is left out, as are spaces after spaces.
        let mut after_space = true;
        while !rest.is_empty() {
            let (piece, length) = self.first(rest);
            rest = rest.get(length..).unwrap_or_default();
            let piece = if after_space { piece.trim_start_matches(' ') } else { &piece };
            if piece.is_empty() {
                continue;
            }
            if out.is_empty() {
                out.push_str(SPACE);
            }
            piece.split_inclusive(' ').for_each(|part| match part.strip_suffix(' ') {
                Some(word) => {
                    out.push_str(word);
                    out.push_str(SPACE);
                }
                None => out.push_str(part),
            });
            after_space = piece.ends_with(' ');
        }
        let end = out.trim_end_matches(SPACE).len();
        out.truncate(end);
        out
    }

    /// What the longest key at the head of `text` becomes, and how many bytes it has; else the first character.
    fn first(&self, text: &str) -> (String, usize) {
        let longest = self.longest(text.as_bytes());
        let replaced = longest.and_then(|(value, length)| {
            let from = self.becomes.get(value..)?;
            let end = from.iter().position(|byte| *byte == 0)?;
            let becomes = String::from_utf8_lossy(from.get(..end)?).into_owned();
            // A table that cuts characters in two is no table.
            text.is_char_boundary(length).then_some((becomes, length))
        });
        replaced.unwrap_or_else(|| {
            let first = text.chars().next();
            first.map_or((String::new(), text.len()), |c| (c.to_string(), c.len_utf8()))
        })
    }

    fn longest(&self, bytes: &[u8]) -> Option<(usize, usize)> {
        const HAS_VALUE: u32 = 1 << 8;
        const LABEL: u32 = 1 << 31 | 0xff;
        let unit = |at: u32| self.units.get(usize::try_from(at).ok()?).copied();
        let children = |unit: u32| (unit >> 10) << ((unit & (1 << 9)) >> 6);
        let mut at = children(unit(0)?);
        let mut found = None;
        for (length, byte) in (1..).zip(bytes) {
            let next = at ^ u32::from(*byte);
            let Some(here) = unit(next).filter(|unit| unit & LABEL == u32::from(*byte)) else {
                break;
            };
            at = next ^ children(here);
            if here & HAS_VALUE != 0 {
                let value = unit(at).map(|unit| unit & !(1 << 31));
                found =
                    value.and_then(|value| Some((usize::try_from(value).ok()?, length))).or(found);
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_are_one_and_written_as_a_sign() {
        let plain = Normal::read(&[]).unwrap();
        assert_eq!(plain.fold("  two  words "), "▁two▁words");
        assert_eq!(plain.fold("选举"), "▁选举");
        assert_eq!(plain.fold("   "), "");
        assert_eq!(plain.fold(""), "");
    }

    #[test]
    fn a_broken_table_is_an_error_or_folds_nothing() {
        assert!(Normal::read(&[9, 0, 0]).is_err());
        assert!(Normal::read(&[9, 0, 0, 0, 1]).is_err());
        let wild = [&8_u32.to_le_bytes()[..], &[0xff; 8], b"x"].concat();
        assert_eq!(Normal::read(&wild).unwrap().fold("any thing"), "▁any▁thing");
    }
}
