//! What stands in the address of a case's page, and in its form: the same names in both, so that every state of the
//! form is an address. Must not decide what is missing: the preview does.

use super::marked;
use flow::{Bytes, EmergencyPlea, Held, Verdict};
use model::EvidenceId;

/// The form as it is filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Filled {
    /// `breach` or `no_breach`; nothing is chosen yet where it is neither.
    pub outcome: String,
    pub clause: String,
    /// The words of the passage.
    pub words: String,
    /// `12-40`: where they stand, when they were picked and not typed.
    pub at: String,
    /// The step chosen, from 0; empty: the ladder's.
    pub step: String,
    pub emergency: bool,
    pub plea: String,
    /// What shows that it cannot wait: a link or a hash to a line.
    pub shows: String,
    /// `None`: not written yet, so that the page may propose one.
    pub reason: Option<String>,
    pub departs: String,
    pub evidence: Vec<String>,
}

impl Filled {
    /// Reads the pairs of an address or a form; names that are not known are for others.
    pub(crate) fn of(pairs: &[(String, String)]) -> Self {
        let mut filled = Self::default();
        let mut was = None;
        for (name, value) in pairs {
            // Browsers send line ends of their own.
            let value = value.replace("\r\n", "\n");
            match name.as_str() {
                "outcome" => filled.outcome = value,
                "clause" => filled.clause = value,
                "words" => filled.words = value,
                "at" => filled.at = value,
                "step" => filled.step = value,
                "emergency" => filled.emergency = !value.is_empty(),
                "plea" => filled.plea = value,
                "shows" => filled.shows = value,
                "reason" => filled.reason = Some(value),
                "departs" => filled.departs = value,
                "evidence" => filled.evidence.push(value),
                "was" => was = Some(value),
                _ => {}
            }
        }
        if filled.outcome.is_empty() && !filled.clause.is_empty() {
            filled.outcome = "breach".into();
        }
        // What was said of one clause is not said of another.
        if was.is_some_and(|was| was != filled.clause) {
            filled.step.clear();
            filled.reason = None;
        }
        filled
    }

    /// The query that says the same.
    pub(crate) fn query(&self) -> String {
        let mut to = form_urlencoded::Serializer::new(String::new());
        for (name, value) in [
            ("outcome", &self.outcome),
            ("clause", &self.clause),
            ("words", &self.words),
            ("at", &self.at),
            ("step", &self.step),
            ("plea", &self.plea),
            ("shows", &self.shows),
            ("departs", &self.departs),
        ] {
            if !value.is_empty() {
                to.append_pair(name, value);
            }
        }
        if self.emergency {
            to.append_pair("emergency", "1");
        }
        if let Some(reason) = &self.reason {
            to.append_pair("reason", reason);
        }
        for one in &self.evidence {
            to.append_pair("evidence", one);
        }
        to.finish()
    }

    /// What is held, if anything is chosen.
    pub(crate) fn held(&self) -> Option<Held> {
        match self.outcome.as_str() {
            "breach" => Some(Held::Breach),
            "no_breach" => Some(Held::NoBreach),
            _ => None,
        }
    }

    /// Where the passage stands in `text`; `Err`: its words do not stand there.
    pub(crate) fn passage(&self, text: &str) -> Result<Option<Bytes>, ()> {
        let words = self.words.trim();
        let picked = self.at.split_once('-').and_then(|(start, end)| {
            let (start, end) = (start.parse().ok()?, end.parse().ok()?);
            let stands: &str = text.get(start..end)?;
            (start < end && (words.is_empty() || stands.trim() == words))
                .then_some(Bytes { start, end })
        });
        if picked.is_some() {
            return Ok(picked);
        }
        if words.is_empty() {
            return Ok(None);
        }
        let found = marked::find(text, words).ok_or(())?;
        Ok(Some(Bytes { start: found.start, end: found.end }))
    }

    /// The verdict that it says; `None` as long as nothing is chosen.
    pub(crate) fn verdict(&self, text: &str) -> Option<Verdict> {
        let outcome = self.held()?;
        let breach = outcome == Held::Breach;
        let evidence: Vec<EvidenceId> =
            self.evidence.iter().filter_map(|id| id.parse().ok()).collect();
        let plea = EmergencyPlea {
            reason: self.plea.trim().to_owned(),
            evidence: lines(&self.shows).map(str::to_owned).collect(),
        };
        Some(Verdict {
            outcome,
            clause: self.clause.parse().ok().filter(|_| breach),
            passage: self.passage(text).ok().flatten().filter(|_| breach),
            reason: self.reason.as_deref().unwrap_or_default().trim().to_owned(),
            emergency: (breach && self.emergency).then_some(plea),
            departs: Some(self.departs.trim().to_owned()).filter(|why| !why.is_empty()),
            break_glass: None,
            step: self.step.parse().ok().filter(|_| breach && !self.emergency),
            evidence,
        })
    }
}

/// The lines of a field that say something.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_is_an_address_and_back() {
        let filled = Filled {
            outcome: "breach".into(),
            clause: "spam#bulk".into(),
            words: "all & everything".into(),
            at: String::new(),
            step: "0".into(),
            emergency: true,
            plea: "Tonight?".into(),
            shows: "https://news.example/42\nhttps://news.example/43".into(),
            reason: Some("One\ntwo".into()),
            departs: "It asks.".into(),
            evidence: vec!["a".into(), "b".into()],
        };
        let pairs: Vec<(String, String)> =
            form_urlencoded::parse(filled.query().as_bytes()).into_owned().collect();
        assert_eq!(Filled::of(&pairs), filled);
    }

    #[test]
    fn a_passage_is_picked_or_typed() {
        let text = "one two one";
        let of = |words: &str, at: &str| {
            Filled { words: words.into(), at: at.into(), ..Filled::default() }.passage(text)
        };
        assert_eq!(of("one", "8-11"), Ok(Some(Bytes { start: 8, end: 11 })));
        assert_eq!(of("one", ""), Ok(Some(Bytes { start: 0, end: 3 })));
        assert_eq!(of("two", "8-11"), Ok(Some(Bytes { start: 4, end: 7 })), "words win");
        assert_eq!(of("", "4-99"), Ok(None));
        assert_eq!(of("three", ""), Err(()));
    }
}
