//! Acts that one person may not do alone: what is proposed, who said what about it, and what that
//! comes to. Words are only added. Must not know what carries an act out.

use crate::Json;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A class of acts for which the rulebook says how many people must agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActClass {
    /// An account is closed for good.
    AccountBan,
    /// Something is taken from an account that speaks for a state or a party.
    Official,
    /// Something is taken from an account that many follow.
    LargeAccount,
    /// Many cases are decided at once.
    Bulk,
    /// An item is to be treated otherwise than the ladder says.
    Exemption,
    /// The register of affiliations is changed by hand.
    Affiliation,
    /// Another rulebook comes into force.
    Rulebook,
}

impl ActClass {
    /// Every class.
    pub const ALL: [Self; 7] = [
        Self::AccountBan,
        Self::Official,
        Self::LargeAccount,
        Self::Bulk,
        Self::Exemption,
        Self::Affiliation,
        Self::Rulebook,
    ];

    /// The word for it in data.
    pub const fn word(self) -> &'static str {
        match self {
            Self::AccountBan => "account_ban",
            Self::Official => "official",
            Self::LargeAccount => "large_account",
            Self::Bulk => "bulk",
            Self::Exemption => "exemption",
            Self::Affiliation => "affiliation",
            Self::Rulebook => "rulebook",
        }
    }

    /// What it is, to stand in a sentence.
    pub const fn says(self) -> &'static str {
        match self {
            Self::AccountBan => "closing an account for good",
            Self::Official => "an act against an account that speaks for a state or a party",
            Self::LargeAccount => "an act against a large account",
            Self::Bulk => "a bulk decision",
            Self::Exemption => "an exemption",
            Self::Affiliation => "a change of the register of affiliations",
            Self::Rulebook => "a change of the rulebook",
        }
    }
}

impl fmt::Display for ActClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl std::str::FromStr for ActClass {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|class| class.word() == text);
        found.ok_or_else(|| format!("`{text}` is no class of acts"))
    }
}

/// What somebody said about an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActWord {
    /// Another person agrees.
    Approved,
    /// Another person says no.
    Refused,
    /// Who proposed it takes it back.
    Withdrawn,
    /// It was done by one person alone, because it could not wait.
    BrokeGlass,
    /// Another person looked at what was done alone, and finds it right.
    FoundRight,
    /// Another person looked at what was done alone, and finds it wrong.
    FoundWrong,
    /// It no longer holds: an exemption, ahead of its time.
    Revoked,
}

impl ActWord {
    /// The word for it in data.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::BrokeGlass => "broke_glass",
            Self::FoundRight => "found_right",
            Self::FoundWrong => "found_wrong",
            Self::Revoked => "revoked",
        }
    }
}

/// One word about an act: who, why, when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// What was said.
    pub word: ActWord,
    /// Pseudonym of who said it.
    pub by: String,
    /// Why, in plain words.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// An act that needs more than one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// Our id.
    pub id: String,
    /// Its class.
    pub class: ActClass,
    /// What it concerns, to find it by: an item, an account, a version of the rulebook.
    pub about: String,
    /// What is to be done; whoever carries it out can read it.
    pub body: Json,
    /// Why, in plain words.
    pub why: String,
    /// How many people must agree, the one who proposes it included.
    pub people: u8,
    /// Pseudonym of who proposes it.
    pub by: String,
    /// When it was proposed.
    pub at: Timestamp,
    /// What was said about it, oldest first.
    pub said: Vec<Said>,
}

/// What the words about an act come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ActState {
    /// So many more people must agree.
    Waiting {
        /// How many.
        more: u8,
    },
    /// It holds since then.
    Approved {
        /// When the last of them agreed.
        since: Timestamp,
    },
    /// One person did it alone; it holds since then.
    BrokeGlass {
        /// When.
        since: Timestamp,
        /// Whether another person has looked at it since.
        reviewed: bool,
    },
    /// Another person said no, found it wrong, or it was taken back.
    Refused {
        /// When.
        since: Timestamp,
    },
    /// It held, and holds no longer.
    Revoked {
        /// When.
        since: Timestamp,
    },
}

impl Act {
    /// What the words come to. Who proposes an act never counts as agreeing to it again.
    pub fn state(&self) -> ActState {
        let mut agreed: Vec<&str> = vec![&self.by];
        let mut state = ActState::Waiting { more: 0 };
        if self.people <= 1 {
            state = ActState::Approved { since: self.at };
        }
        for said in &self.said {
            let since = said.at;
            match said.word {
                ActWord::Approved if !agreed.contains(&said.by.as_str()) => {
                    agreed.push(&said.by);
                    if agreed.len() >= usize::from(self.people) {
                        state = ActState::Approved { since };
                    }
                }
                ActWord::Approved => {}
                ActWord::Refused | ActWord::Withdrawn | ActWord::FoundWrong => {
                    state = ActState::Refused { since };
                }
                ActWord::BrokeGlass => state = ActState::BrokeGlass { since, reviewed: false },
                ActWord::FoundRight => {
                    if let ActState::BrokeGlass { reviewed, .. } = &mut state {
                        *reviewed = true;
                    }
                }
                ActWord::Revoked => state = ActState::Revoked { since },
            }
        }
        if let ActState::Waiting { more } = &mut state {
            let agreed = u8::try_from(agreed.len()).unwrap_or(u8::MAX);
            *more = self.people.saturating_sub(agreed);
        }
        state
    }

    /// Whether it may be carried out, or holds.
    pub fn holds(&self) -> bool {
        matches!(self.state(), ActState::Approved { .. } | ActState::BrokeGlass { .. })
    }

    /// The people who stand for it: who proposed it, and who agreed.
    pub fn people(&self) -> Vec<String> {
        let mut people = vec![self.by.clone()];
        for said in self.said.iter().filter(|said| said.word == ActWord::Approved) {
            if !people.contains(&said.by) {
                people.push(said.by.clone());
            }
        }
        people
    }

    /// What is to be done, as it was proposed.
    ///
    /// # Errors
    /// [`crate::JsonError`] when it is something else.
    pub fn read<'a, T: Deserialize<'a>>(&'a self) -> Result<T, crate::JsonError> {
        self.body.read()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    fn act(words: &[(&str, ActWord)]) -> Act {
        let said = words.iter().zip(1..).map(|((by, word), second)| Said {
            word: *word,
            by: (*by).into(),
            reason: "So.".into(),
            at: at(second),
        });
        Act {
            id: "1".into(),
            class: ActClass::Exemption,
            about: String::new(),
            body: Json::parse("{}").unwrap(),
            why: "So.".into(),
            people: 2,
            by: "one".into(),
            at: at(0),
            said: said.collect(),
        }
    }

    #[test]
    fn only_another_person_makes_an_act_hold() {
        use ActWord::*;
        assert_eq!(act(&[]).state(), ActState::Waiting { more: 1 });
        assert_eq!(act(&[("one", Approved)]).state(), ActState::Waiting { more: 1 });
        assert_eq!(act(&[("two", Approved)]).state(), ActState::Approved { since: at(1) });
        let refused = act(&[("two", Refused)]);
        assert_eq!(refused.state(), ActState::Refused { since: at(1) });
        assert!(!refused.holds());
        let broken = act(&[("one", BrokeGlass)]);
        assert_eq!(broken.state(), ActState::BrokeGlass { since: at(1), reviewed: false });
        assert!(broken.holds());
        let right = act(&[("one", BrokeGlass), ("two", FoundRight)]);
        assert_eq!(right.state(), ActState::BrokeGlass { since: at(1), reviewed: true });
        assert!(!act(&[("one", BrokeGlass), ("two", FoundWrong)]).holds());
        assert!(!act(&[("two", Approved), ("three", Revoked)]).holds());
    }

    #[test]
    fn three_people_are_three() {
        let mut act = act(&[("two", ActWord::Approved), ("two", ActWord::Approved)]);
        act.people = 3;
        assert_eq!(act.state(), ActState::Waiting { more: 1 });
    }
}
