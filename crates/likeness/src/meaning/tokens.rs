//! Cuts a text into pieces of a vocabulary: of all ways to cut it the likeliest, by the pieces' scores (Kudo 2018,
//! unigram language model). Must not know what the pieces mean.

use std::collections::HashMap;

use super::{ModelError, normal::Normal};

/// What stands for a character that no piece has, for the beginning and for the end.
const UNKNOWN: u32 = 0;
const BEGIN: u32 = 1;
const END: u32 = 2;
/// An unknown character costs so much more than the rarest piece.
const UNKNOWN_COST: f64 = 10.0;
/// Most pieces, and longest piece in bytes.
const MOST_PIECES: usize = 1 << 20;
const LONGEST_PIECE: usize = 256;

/// A vocabulary.
#[derive(Debug)]
pub(super) struct Tokens {
    normal: Normal,
    /// Pieces with their numbers, in the order of their bytes.
    sorted: Vec<(Box<str>, u32)>,
    /// Where the pieces with this first byte begin and end.
    first: HashMap<u8, (usize, usize)>,
    scores: Vec<f32>,
    unknown_score: f64,
}

impl Tokens {
    /// Reads a vocabulary as SentencePiece writes it.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, ModelError> {
        let mut sorted: Vec<(Box<str>, u32)> = Vec::new();
        let mut scores: Vec<f32> = Vec::new();
        let mut table: &[u8] = &[];
        let wrong = |what: &str| ModelError::new(format!("the vocabulary {what}"));
        for field in Fields(bytes) {
            match field.ok_or_else(|| wrong("is broken off"))? {
                (1, Field::Bytes(piece)) => {
                    let (form, score) = one_piece(piece)?;
                    let number = u32::try_from(scores.len()).map_err(|_| wrong("is too long"))?;
                    if scores.len() >= MOST_PIECES || form.len() > LONGEST_PIECE {
                        return Err(wrong("has too many or too long pieces"));
                    }
                    scores.push(score);
                    if !form.is_empty() {
                        sorted.push((form.into(), number));
                    }
                }
                // How texts are folded: its second field is the table.
                (3, Field::Bytes(spec)) => {
                    for field in Fields(spec) {
                        match field {
                            Some((2, Field::Bytes(found))) => table = found,
                            Some(_) => {}
                            None => break,
                        }
                    }
                }
                _ => {}
            }
        }
        if scores.len() < 4 {
            return Err(wrong("has no pieces"));
        }
        sorted.sort_by(|(a, one), (b, other)| a.cmp(b).then(other.cmp(one)));
        let mut first: HashMap<u8, (usize, usize)> = HashMap::new();
        for (at, (form, _)) in sorted.iter().enumerate() {
            if let Some(byte) = form.as_bytes().first() {
                first.entry(*byte).or_insert((at, at)).1 = at + 1;
            }
        }
        let rarest = scores.iter().copied().fold(f32::INFINITY, f32::min);
        let unknown_score = f64::from(rarest) - UNKNOWN_COST;
        Ok(Self { normal: Normal::read(table)?, sorted, first, scores, unknown_score })
    }

    /// How many pieces there are.
    pub(super) fn len(&self) -> usize {
        self.scores.len()
    }

    /// The numbers of a text's pieces, at most `most`, between those for beginning and end.
    pub(super) fn cut_up(&self, text: &str, most: usize) -> Vec<u32> {
        let folded = self.normal.fold(text);
        let mut ids = self.cut(&folded);
        if ids.is_empty() {
            ids.push(UNKNOWN);
        }
        ids.truncate(most);
        ids.insert(0, BEGIN);
        ids.push(END);
        ids
    }

    /// The likeliest way to cut a folded text.
    fn cut(&self, text: &str) -> Vec<u32> {
        // At each end of a character: the best score that leads there, where its last piece began, and which it was.
        let mut best: Vec<Option<(f64, usize, u32)>> = vec![None; text.len() + 1];
        let take =
            |best: &mut Vec<Option<(f64, usize, u32)>>, end: usize, way: (f64, usize, u32)| {
                if let Some(known) = best.get_mut(end)
                    && known.is_none_or(|(score, ..)| way.0 > score)
                {
                    *known = Some(way);
                }
            };
        if let Some(start) = best.first_mut() {
            *start = Some((0.0, 0, UNKNOWN));
        }
        for (at, c) in text.char_indices() {
            let Some(Some((score, ..))) = best.get(at).copied() else { continue };
            let rest = text.get(at..).unwrap_or_default();
            let mut single = false;
            for (length, id) in self.heads(rest.as_bytes()) {
                let own = usize::try_from(id).ok().and_then(|id| self.scores.get(id));
                let own = f64::from(own.copied().unwrap_or_default());
                take(&mut best, at + length, (score + own, at, id));
                single |= length == c.len_utf8();
            }
            if !single {
                take(&mut best, at + c.len_utf8(), (score + self.unknown_score, at, UNKNOWN));
            }
        }
        let (mut ids, mut at) = (Vec::new(), text.len());
        while at > 0 {
            let Some(Some((_, from, id))) = best.get(at).copied() else { break };
            ids.push(id);
            at = from;
        }
        ids.reverse();
        ids
    }

    /// The pieces at the head of a text, the shortest first: their length in bytes and their number.
    fn heads<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = (usize, u32)> + 'a {
        let range = text.first().and_then(|byte| self.first.get(byte)).copied();
        let within = range.and_then(|(from, end)| self.sorted.get(from..end)).unwrap_or_default();
        let mut narrowing = Some((within, 1_usize));
        std::iter::from_fn(move || {
            while let Some((within, depth)) = narrowing {
                let exact = within.first().filter(|(form, _)| form.len() == depth);
                // All in here begin with the first `depth` bytes of the text.
                narrowing = text.get(depth).and_then(|next| {
                    let byte = |form: &str| form.as_bytes().get(depth).copied();
                    let from = within.partition_point(|(form, _)| byte(form) < Some(*next));
                    let rest = within.get(from..).unwrap_or_default();
                    let end = rest.partition_point(|(form, _)| byte(form) == Some(*next));
                    let narrower = rest.get(..end).filter(|rest| !rest.is_empty())?;
                    Some((narrower, depth + 1))
                });
                if let Some((form, id)) = exact {
                    return Some((form.len(), *id));
                }
            }
            None
        })
    }
}

fn one_piece(bytes: &[u8]) -> Result<(&str, f32), ModelError> {
    let wrong = || ModelError::new("a piece of the vocabulary cannot be read");
    let (mut form, mut score) = ("", 0.0);
    for field in Fields(bytes) {
        match field.ok_or_else(wrong)? {
            (1, Field::Bytes(bytes)) => form = std::str::from_utf8(bytes).map_err(|_| wrong())?,
            (2, Field::Four(four)) => score = f32::from_le_bytes(four),
            _ => {}
        }
    }
    Ok((form, score))
}

/// The value of a field of a Protocol Buffers message.
#[derive(Debug, Clone, Copy)]
enum Field<'a> {
    Bytes(&'a [u8]),
    Four([u8; 4]),
    Other,
}

/// The fields of a message, by number; `None` where it breaks off.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn number(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn field(&mut self) -> Option<(u64, Field<'a>)> {
        let tag = self.number()?;
        let value = match tag & 7 {
            0 => self.number().map(|_| Field::Other)?,
            1 => self.take(8).map(|_| Field::Other)?,
            2 => {
                let length = usize::try_from(self.number()?).ok()?;
                Field::Bytes(self.take(length)?)
            }
            5 => Field::Four(self.take(4)?.try_into().ok()?),
            _ => return None,
        };
        Some((tag >> 3, value))
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Option<(u64, Field<'a>)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_none() {
            self.0 = &[];
        }
        Some(field)
    }
}
