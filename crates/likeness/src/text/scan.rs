//! How a text is cut into words. It must not know what any word means.

use super::{
    Text, Word, WordKind,
    fold::{Folded, fold_each, is_pictograph, is_unspaced, latin_twin},
};
use crate::links;

/// A quotation shorter than this is emphasis or a title, not somebody else's statement.
const QUOTATION: usize = 3;
/// From this many single letters on, a row of them is one spaced-out word.
const SPACED_OUT: usize = 3;

/// Cuts `raw` into folded words.
pub(super) fn scan(raw: &str) -> Text {
    let mut scanner = Scanner { opens_sentence: true, opens_line: true, ..Scanner::new(raw.len()) };
    let mut from = 0;
    for link in links::find(raw) {
        scanner.read(raw, from..link.start);
        scanner.finish();
        let address = raw.get(link.clone()).unwrap_or_default();
        let form = links::canonical(address).unwrap_or_else(|| address.to_lowercase());
        scanner.push(&form, Word::new(link.clone(), WordKind::Link));
        from = link.end;
    }
    scanner.read(raw, from..raw.len());
    scanner.finish();
    scanner.mark_quoted_line();
    join_spaced_out(scanner.text)
}

#[derive(Debug)]
struct Scanner {
    text: Text,
    /// The word being read, and where it stands.
    form: String,
    word: Option<Word>,
    /// A character that belongs to the word only if a fitting one follows.
    pending: Option<char>,
    /// A sign before a word: `@`.
    mention: Option<usize>,
    /// The mark that closes the quotation, and the first word in it.
    quotation: Option<(char, usize)>,
    /// The first word of a line that opens with `>`.
    quoted_line: Option<usize>,
    opens_sentence: bool,
    opens_line: bool,
}

impl Scanner {
    fn new(bytes: usize) -> Self {
        Self {
            text: Text {
                folded: String::with_capacity(bytes),
                words: Vec::with_capacity(bytes / 6 + 1),
            },
            form: String::new(),
            word: None,
            pending: None,
            mention: None,
            quotation: None,
            quoted_line: None,
            opens_sentence: false,
            opens_line: false,
        }
    }

    fn read(&mut self, raw: &str, range: std::ops::Range<usize>) {
        let shift = range.start;
        fold_each(raw.get(range).unwrap_or_default(), |mut folded| {
            folded.start += shift;
            folded.end += shift;
            self.take(folded);
        });
    }

    fn take(&mut self, folded: Folded) {
        let c = folded.to;
        if is_unspaced(c) && c.is_alphanumeric() {
            self.finish();
            self.single(folded, WordKind::Unspaced);
        } else if c.is_alphanumeric()
            || (self.word.is_some() && unicode_normalization::char::is_combining_mark(c))
            || (c == '_' && self.reads_mention())
        {
            self.extend(folded);
        } else if is_pictograph(c) {
            self.finish();
            self.single(folded, WordKind::Picture);
        } else {
            self.part(folded);
        }
    }

    /// A letter or digit.
    fn extend(&mut self, folded: Folded) {
        if let Some(sign) = self.pending.take() {
            let elided = matches!(sign, '\'' | '’') && self.form.chars().nth(2).is_none();
            let number = self.form.ends_with(|c: char| c.is_ascii_digit());
            match sign {
                '\'' | '’' if folded.to.is_alphabetic() => {
                    self.form.push('\'');
                    if elided {
                        self.finish();
                    }
                }
                '.' | ',' if self.reads_mention() || number && folded.to.is_ascii_digit() => {
                    self.form.push(sign);
                }
                _ => self.finish(),
            }
        }
        if self.word.is_none() {
            let start = self.mention.take();
            let kind = if start.is_some() { WordKind::Mention } else { WordKind::Plain };
            let mut word = Word::new(start.unwrap_or(folded.start)..folded.end, kind);
            word.capital = folded.upper;
            if start.is_some() {
                self.form.push('@');
            }
            self.word = Some(word);
        }
        self.form.push(folded.to);
        if let Some(word) = &mut self.word {
            word.at.end = folded.end;
        }
    }

    /// Anything between words.
    fn part(&mut self, folded: Folded) {
        let c = folded.to;
        let joins = matches!(c, '\'' | '’' | '.' | ',');
        if joins && self.word.is_some() && self.pending.is_none() {
            self.pending = Some(c);
        } else {
            self.finish();
        }
        self.mention = (c == '@').then_some(folded.start);
        match c {
            '\n' => {
                self.finish();
                self.mark_quoted_line();
                self.opens_sentence = true;
                self.opens_line = true;
            }
            '>' if self.opens_line => self.quoted_line = Some(self.text.words.len()),
            '.' | '!' | '?' | '…' | '。' | ':' => self.opens_sentence = true,
            _ => {}
        }
        self.quotation_mark(c);
    }

    fn quotation_mark(&mut self, c: char) {
        if !matches!(c, '"' | '“' | '”' | '„' | '«' | '»' | '「' | '」' | '『' | '』') {
            return;
        }
        self.finish();
        match self.quotation.take() {
            Some((closes, first)) if closes == c => self.mark_quoted(first),
            outer => {
                self.quotation = match c {
                    '"' => Some('"'),
                    '“' => Some('”'),
                    '„' => Some('“'),
                    '«' => Some('»'),
                    '»' => Some('«'),
                    '「' => Some('」'),
                    '『' => Some('』'),
                    _ => None,
                }
                .map(|closes| (closes, self.text.words.len()))
                .or(outer);
                self.opens_sentence = true;
            }
        }
    }

    fn mark_quoted(&mut self, first: usize) {
        if let Some(words) = self.text.words.get_mut(first..)
            && words.len() >= QUOTATION
        {
            words.iter_mut().for_each(|word| word.quoted = true);
        }
    }

    fn mark_quoted_line(&mut self) {
        if let Some(first) = self.quoted_line.take() {
            self.mark_quoted(first);
        }
    }

    fn single(&mut self, folded: Folded, kind: WordKind) {
        let mut bytes = [0; 4];
        let form = folded.to.encode_utf8(&mut bytes);
        self.push(form, Word::new(folded.start..folded.end, kind));
    }

    /// Ends the word being read.
    fn finish(&mut self) {
        self.pending = None;
        if let Some(word) = self.word.take() {
            let mut form = std::mem::take(&mut self.form);
            unmask(&mut form);
            self.push(&form, word);
            form.clear();
            self.form = form;
        }
    }

    fn push(&mut self, form: &str, mut word: Word) {
        word.opens_sentence = std::mem::take(&mut self.opens_sentence);
        self.opens_line = false;
        self.text.push(form, word);
    }

    fn reads_mention(&self) -> bool {
        self.word.as_ref().is_some_and(|word| word.kind == WordKind::Mention)
    }
}

/// Gives a Latin word back the letters that were exchanged for look-alikes: `frее`, `w0men`.
fn unmask(form: &mut String) {
    let latin = form.bytes().any(|b| b.is_ascii_alphabetic());
    if latin && !form.is_ascii() && form.chars().any(|c| latin_twin(c).is_some()) {
        *form = form.chars().map(|c| latin_twin(c).unwrap_or(c)).collect();
    }
    if latin && form.bytes().any(|b| b.is_ascii_digit()) {
        let letters: Vec<char> = form.chars().collect();
        let between = |at: usize| {
            let is_letter = |at: usize| letters.get(at).is_some_and(|c| c.is_alphabetic());
            at > 0 && is_letter(at - 1) && is_letter(at + 1)
        };
        *form = letters
            .iter()
            .enumerate()
            .map(|(at, c)| if between(at) { letter_for(*c) } else { *c })
            .collect();
    }
}

fn letter_for(digit: char) -> char {
    match digit {
        '0' => 'o',
        '1' => 'i',
        '3' => 'e',
        '4' => 'a',
        '5' => 's',
        '7' => 't',
        other => other,
    }
}

/// `f r e e` is one word.
fn join_spaced_out(text: Text) -> Text {
    let is_letter = |word: &Word| {
        word.kind == WordKind::Plain
            && matches!(text.form(word).chars().collect::<Vec<_>>()[..], [c] if c.is_alphabetic())
    };
    let long_enough = |run: &[Word]| run.len() >= SPACED_OUT && run.iter().all(is_letter);
    if !text.words.windows(SPACED_OUT).any(long_enough) {
        return text;
    }
    let mut joined = Text::default();
    for run in text.words.chunk_by(|a, b| is_letter(a) && is_letter(b)) {
        if let (true, [first, .., last]) = (long_enough(run), run) {
            let form: String = run.iter().map(|word| text.form(word)).collect();
            joined.push(&form, Word { at: first.at.start..last.at.end, ..first.clone() });
        } else {
            run.iter().for_each(|word| joined.push(text.form(word), word.clone()));
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn forms(raw: &str) -> Vec<String> {
        scan(raw).forms().map(str::to_owned).collect()
    }

    fn quoted(raw: &str) -> String {
        let text = scan(raw);
        let words = text.words().iter().filter(|word| word.quoted);
        words.map(|word| text.form(word)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn words_numbers_mentions_and_apostrophes() {
        assert_eq!(
            forms("Don't pay 1,000.50, @Bob_b.social! L’homme n'est pas…"),
            ["don't", "pay", "1,000.50", "@bob_b.social", "l'", "homme", "n'", "est", "pas"]
        );
        assert_eq!(forms("投票被盗了 2020年"), ["投", "票", "被", "盗", "了", "2020", "年"]);
        assert_eq!(scan("投票 ok 被盗").folded(), "投票 ok 被盗");
    }

    #[test]
    fn disguised_words_are_read_as_what_they_are() {
        assert_eq!(forms("I h4te w o m e n and frее ｖote 🐒🐒"), {
            ["i", "hate", "women", "and", "free", "vote", "🐒", "🐒"]
        });
        assert_eq!(forms("вор и covid19"), ["вор", "и", "covid19"], "Russian stays Russian");
    }

    #[test]
    fn quotations_are_told_from_emphasis() {
        assert_eq!(quoted("You say \"I hate women\", shame!"), "i hate women");
        assert_eq!(quoted("er sagte „alles war falsch“ gestern"), "alles war falsch");
        assert_eq!(quoted("他说「选举被盗」"), "选 举 被 盗");
        assert_eq!(quoted("> first they came\nand I said"), "first they came");
        assert_eq!(quoted("so-called \"free\" vote"), "");
        assert_eq!(quoted("never \"closed and so on"), "");
    }

    #[test]
    fn links_are_one_word_in_canonical_form() {
        assert_eq!(
            forms("see HTTPS://www.Example.org/a/?utm_source=x#top."),
            ["see", "example.org/a"]
        );
    }

    proptest! {
        #[test]
        fn words_stand_in_order_inside_the_original(raw in "\\PC{0,60}") {
            let text = scan(&raw);
            let mut last = 0;
            for word in text.words() {
                prop_assert!(raw.get(word.at.clone()).is_some());
                prop_assert!(word.at.start >= last || word.at.end >= last);
                last = word.at.start;
                prop_assert!(!text.form(word).is_empty());
            }
        }

        #[test]
        fn reading_a_folded_text_changes_nothing(raw in "[a-zA-Zß éЖ中文日0-9,.]{0,40}") {
            let once = scan(&raw);
            let twice = scan(once.folded());
            prop_assert_eq!(twice.folded(), once.folded());
        }
    }
}
