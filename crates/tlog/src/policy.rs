//! Trust policies (C2SP tlog-policy): which logs are believed, and how many of which witnesses must
//! have seen a checkpoint. Must not decide how old a cosignature may be: the times are handed on.

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::key::{KeyError, Kind, VerifierKey};
use crate::note::{Note, NoteError};
use crate::text::number;
use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

/// Most lines that define something.
const MOST_LINES: usize = 1_000;

/// Whom to believe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<Log>,
    witnesses: Vec<Witness>,
    quorum: Rule,
}

/// A log that is believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// Its key; the key's name is the log's origin.
    pub key: VerifierKey,
    /// Where it is served.
    pub url: Option<String>,
}

/// A witness that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// Its name in this policy.
    pub name: String,
    /// Its key.
    pub key: VerifierKey,
    /// Where it takes checkpoints: the prefix before `/add-checkpoint`.
    pub url: Option<String>,
}

/// When something counts as witnessed.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Rule {
    /// Always.
    None,
    /// When the witness with this number cosigned.
    Witness(usize),
    /// When at least `needed` of the members count as witnessed.
    Group { needed: usize, members: Vec<Self> },
}

/// A checkpoint that a policy accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted<'a> {
    /// What the log says.
    pub checkpoint: Checkpoint,
    /// The log that signed it.
    pub log: &'a Log,
    /// Who cosigned it, each with the time in seconds since 1970.
    pub cosignatures: Vec<(&'a Witness, u64)>,
    /// The latest time by which the quorum had seen it; nothing when none is asked for.
    pub seen: Option<u64>,
}

/// Why a checkpoint is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// No known key signed, or one did wrongly.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The text is not a checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// Witnesses signed, a known log did not.
    #[error("no log that is trusted here signed the checkpoint of {0:?} under that name")]
    Log(String),
    /// Too few witnesses.
    #[error("{0} of the known witnesses cosigned the checkpoint: too few for the quorum")]
    Quorum(usize),
}

/// Why a text is not a policy: the line, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct PolicyLineError {
    /// Which line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: LineProblem,
}

/// What can be wrong with a line of a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LineProblem {
    /// A first word that means nothing.
    #[error("a line begins with log, witness, group or quorum, not {0:?}")]
    Word(String),
    /// Too few or too many words.
    #[error("write {0}")]
    Shape(&'static str),
    /// The key.
    #[error("{0}")]
    Key(#[from] KeyError),
    /// A key of the wrong kind.
    #[error("a log has a key of type 0x01, a witness one of type 0x04")]
    Kind,
    /// A key that was there before.
    #[error("the key of {0} is listed twice")]
    Twice(String),
    /// A name that was given before, or `none`.
    #[error("the name {0:?} is taken")]
    Taken(String),
    /// A name that no line above gives.
    #[error("no line above defines {0:?}")]
    Unknown(String),
    /// A member of two groups.
    #[error("{0:?} is a member already; a name can be a member only once")]
    Member(String),
    /// A threshold that cannot be met, or is met always.
    #[error("a group of {0} needs a number from 1 to {0}, or any, or all")]
    Threshold(usize),
    /// No quorum, or a second one.
    #[error("a policy has exactly one line 'quorum NAME' (or 'quorum none')")]
    Quorum,
    /// A control character.
    #[error("control characters other than tabs are not allowed")]
    Control,
    /// Over the limit.
    #[error("more than {MOST_LINES} lines are not read")]
    TooMany,
}

impl Policy {
    /// One log, no witnesses.
    pub fn log(key: VerifierKey) -> Self {
        Self { logs: vec![Log { key, url: None }], witnesses: Vec::new(), quorum: Rule::None }
    }

    /// The logs that are believed.
    pub fn logs(&self) -> &[Log] {
        &self.logs
    }

    /// The witnesses that are known.
    pub fn witnesses(&self) -> &[Witness] {
        &self.witnesses
    }

    /// Checks that a known log signed the checkpoint under its own name and that the quorum cosigned it.
    ///
    /// # Errors
    /// [`PolicyError`] says what is missing or wrong.
    pub fn accept(&self, note: &Note) -> Result<Accepted<'_>, PolicyError> {
        let logs = self.logs.iter().map(|log| &log.key);
        let witnesses = self.witnesses.iter().map(|witness| &witness.key);
        let keys: Vec<VerifierKey> = logs.chain(witnesses).cloned().collect();
        let verified = note.verify(&keys)?;
        let checkpoint = Checkpoint::parse(note.text())?;
        let signed = |key: &VerifierKey| verified.iter().find(|signature| signature.key == key);
        let log = self
            .logs
            .iter()
            .find(|log| log.key.name() == checkpoint.origin && signed(&log.key).is_some())
            .ok_or_else(|| PolicyError::Log(checkpoint.origin.clone()))?;
        let times: Vec<Option<u64>> =
            self.witnesses.iter().map(|witness| signed(&witness.key)?.time).collect();
        let seen = match self.quorum {
            Rule::None => None,
            _ => match self.quorum.seen(&times) {
                Some(time) => Some(time),
                None => return Err(PolicyError::Quorum(times.iter().flatten().count())),
            },
        };
        let cosignatures =
            self.witnesses.iter().zip(times).filter_map(|(witness, time)| Some((witness, time?)));
        let cosignatures = cosignatures.collect();
        Ok(Accepted { checkpoint, log, cosignatures, seen })
    }
}

impl Rule {
    /// The latest time by which enough had cosigned, counting for each only its last cosignature.
    fn seen(&self, times: &[Option<u64>]) -> Option<u64> {
        match self {
            Self::None => None,
            Self::Witness(number) => times.get(*number).copied().flatten(),
            Self::Group { needed, members } => {
                let mut seen: Vec<u64> =
                    members.iter().filter_map(|member| member.seen(times)).collect();
                seen.sort_unstable_by(|a, b| b.cmp(a));
                seen.get(needed.checked_sub(1)?).copied()
            }
        }
    }
}

/// What was defined so far.
#[derive(Default)]
struct Reader {
    logs: Vec<Log>,
    witnesses: Vec<Witness>,
    names: BTreeMap<String, Rule>,
    members: BTreeSet<String>,
    keys: BTreeSet<[u8; 32]>,
    quorum: Option<Rule>,
}

impl FromStr for Policy {
    type Err = PolicyLineError;

    fn from_str(text: &str) -> Result<Self, PolicyLineError> {
        let mut reader = Reader::default();
        let mut defining = 0;
        let mut last = 0;
        for (n, line) in text.split('\n').enumerate() {
            last = n + 1;
            let at = |problem| PolicyLineError { line: n + 1, problem };
            if line.chars().any(|c| c.is_ascii_control() && c != '\t') {
                return Err(at(LineProblem::Control));
            }
            // Only ASCII spaces and tabs part words: other spaces are parts of names.
            let words: Vec<&str> =
                line.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
            if words.first().is_none_or(|word| word.starts_with('#')) {
                continue;
            }
            defining += 1;
            if defining > MOST_LINES {
                return Err(at(LineProblem::TooMany));
            }
            reader.line(&words).map_err(at)?;
        }
        let Reader { logs, witnesses, quorum, .. } = reader;
        let quorum = quorum.ok_or(PolicyLineError { line: last, problem: LineProblem::Quorum })?;
        Ok(Self { logs, witnesses, quorum })
    }
}

impl Reader {
    fn line(&mut self, words: &[&str]) -> Result<(), LineProblem> {
        match words {
            ["log", key, url @ ..] if url.len() < 2 => {
                let key = self.key(key, Kind::Ed25519)?;
                self.logs.push(Log { key, url: url.first().map(|url| (*url).into()) });
                Ok(())
            }
            ["log", ..] => Err(LineProblem::Shape("log VKEY [URL]")),
            ["witness", name, key, url @ ..] if url.len() < 2 => {
                let key = self.key(key, Kind::Cosignature)?;
                self.define(name, Rule::Witness(self.witnesses.len()))?;
                let url = url.first().map(|url| (*url).into());
                self.witnesses.push(Witness { name: (*name).into(), key, url });
                Ok(())
            }
            ["witness", ..] => Err(LineProblem::Shape("witness NAME VKEY [URL]")),
            ["group", name, needed, members @ ..] if !members.is_empty() => {
                let count = members.len();
                let needed = match *needed {
                    "any" => 1,
                    "all" => count,
                    text => number(text)
                        .and_then(|needed| usize::try_from(needed).ok())
                        .filter(|needed| (1..=count).contains(needed))
                        .ok_or(LineProblem::Threshold(count))?,
                };
                let members = members.iter().map(|member| self.member(member));
                let members = members.collect::<Result<_, _>>()?;
                self.define(name, Rule::Group { needed, members })
            }
            ["group", ..] => Err(LineProblem::Shape("group NAME all|any|NUMBER MEMBER...")),
            ["quorum", name] => {
                let rule = match *name {
                    "none" => Rule::None,
                    name => self.defined(name)?,
                };
                match self.quorum.replace(rule) {
                    None => Ok(()),
                    Some(_) => Err(LineProblem::Quorum),
                }
            }
            ["quorum", ..] => Err(LineProblem::Quorum),
            [word, ..] => Err(LineProblem::Word((*word).into())),
            [] => Ok(()),
        }
    }

    fn key(&mut self, line: &str, kind: Kind) -> Result<VerifierKey, LineProblem> {
        let key: VerifierKey = line.parse()?;
        if key.kind() != kind {
            return Err(LineProblem::Kind);
        }
        // Under whatever name: a cosignature does not bind the name.
        if self.keys.insert(*key.bytes()) {
            Ok(key)
        } else {
            Err(LineProblem::Twice(key.name().into()))
        }
    }

    fn define(&mut self, name: &str, rule: Rule) -> Result<(), LineProblem> {
        if name == "none" || self.names.contains_key(name) {
            return Err(LineProblem::Taken(name.into()));
        }
        self.names.insert(name.into(), rule);
        Ok(())
    }

    fn defined(&self, name: &str) -> Result<Rule, LineProblem> {
        self.names.get(name).cloned().ok_or_else(|| LineProblem::Unknown(name.into()))
    }

    fn member(&mut self, name: &str) -> Result<Rule, LineProblem> {
        let rule = self.defined(name)?;
        if self.members.insert(name.into()) {
            Ok(rule)
        } else {
            Err(LineProblem::Member(name.into()))
        }
    }
}
