//! Writes the statement of reasons: facts for everybody, the notice for the person concerned, in
//! English and in the author's language. Must not invent facts, quote the item in public, or name
//! anybody.

use super::arithmetic::{Counted, Taken};
use super::words::{Words, fill};
use super::{Context, words};
use crate::rulebook::Rulebook;
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use model::{
    Account, AutomatedDecision, Cited, ClauseId, DecidedBy, Decision, EvidenceKind, Finding,
    FoundBy, Measure, Passage, Redress, Source, Statement, StatementDraft, StatementError,
};
use std::collections::BTreeMap;

/// To whom the notice goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Author<'a> {
    pub(super) account: &'a Account,
    /// The language that the item names.
    pub(super) item_language: Option<&'a str>,
}

/// What the decision rests on and does not itself keep.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Why<'a> {
    pub(super) counted: Option<&'a Counted<'a>>,
    /// The step that people took, where it is another one than the ladder says.
    pub(super) taken: Option<Taken<'a>>,
    /// Clauses that rules pointed to, but that were not in force when the item was posted.
    pub(super) too_early: &'a [ClauseId],
    /// The passage that people marked; wins over one that a rule matched.
    pub(super) passage: Option<&'a Passage>,
    /// Set when the step is counted anew, because a decision before it was undone: since when it runs.
    pub(super) since: Option<Timestamp>,
}

/// A statement before it is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Draft<'a> {
    pub(super) book: &'a Rulebook,
    pub(super) author: Author<'a>,
    pub(super) decision: &'a Decision,
    pub(super) why: &'a Why<'a>,
}

impl Draft<'_> {
    pub(super) fn statement(&self, context: Context<'_>) -> Result<Statement, StatementError> {
        let language = self.language();
        let mut languages = vec!["en"];
        if language != "en" {
            languages.push(language);
        }
        let until = self.appeal_until();
        let write = |what: &dyn Fn(&Words, &str) -> String| -> BTreeMap<String, String> {
            let one = |code: &&str| ((*code).to_owned(), what(words::of(code), code));
            languages.iter().map(one).collect()
        };
        let clause = self.decision.outcome.clause();
        let texts = clause.map(|clause| self.book.clause_texts(clause, &languages));
        let how = &self.book.settings.appeal_how;
        Statement::new(StatementDraft {
            decision: self.decision.id,
            clause: texts.unwrap_or_default(),
            passage: self.passage().cloned(),
            facts: write(&|words, code| self.facts(words, code)),
            notice: write(&|words, code| self.notice(words, code, until)),
            language: language.to_owned(),
            automated_decision: self.automated_decision(),
            territorial_scope: self.book.settings.territorial_scope.clone(),
            redress: Redress {
                how: how.clone(),
                until,
                url: Some(format!("{}/decisions/{}", context.public_url, self.decision.id)),
            },
            rulebook: self.book.version().clone(),
        })
    }

    /// The author's language where the rulebook has it, else the rulebook's first.
    fn language(&self) -> &str {
        let known = &self.book.settings.languages;
        let named = [self.author.account.language.as_deref(), self.author.item_language];
        named
            .into_iter()
            .flatten()
            .map(|tag| tag.split(['-', '_']).next().unwrap_or(tag).to_lowercase())
            .find_map(|code| known.iter().find(|other| **other == code))
            .map_or_else(|| self.book.settings.default_language(), String::as_str)
    }

    /// Calendar months after the decision, never fewer than six, in UTC.
    fn appeal_until(&self) -> Timestamp {
        let months = i32::from(self.book.settings.appeal_months.max(6));
        let decided = self.decision.decided_at.to_zoned_datetime(TimeZone::UTC);
        decided.checked_add(months.months()).map_or(Timestamp::MAX, |until| until.timestamp())
    }

    fn automated_decision(&self) -> AutomatedDecision {
        match &self.decision.by {
            DecidedBy::Automation => AutomatedDecision::Fully,
            DecidedBy::People(_) if self.decision.automated_detection => {
                AutomatedDecision::Partially
            }
            DecidedBy::People(_) => AutomatedDecision::NotAutomated,
        }
    }

    /// What was found under the clause that is held to be breached.
    fn grounds(&self) -> impl Iterator<Item = &Finding> {
        let clause = self.decision.outcome.clause();
        self.decision.findings.iter().filter(move |finding| Some(&finding.clause) == clause)
    }

    fn passage(&self) -> Option<&Passage> {
        self.why.passage.or_else(|| self.grounds().find_map(|finding| finding.passage.as_ref()))
    }

    /// A text is fit for the public when it neither names the author nor quotes a passage.
    fn fit_for_public(&self, text: &str) -> bool {
        let passages = self.decision.findings.iter().filter_map(|one| one.passage.as_ref());
        !text.trim().is_empty()
            && !names(text, self.author.account)
            && !passages.chain(self.passage()).any(|passage| quotes(text, passage))
    }

    fn facts(&self, words: &Words, language: &str) -> String {
        let mut facts = Vec::new();
        match self.decision.outcome.clause() {
            None => self.facts_of_no_breach(words, &mut facts),
            Some(clause) => self.facts_of_breach(words, language, clause, &mut facts),
        }
        for clause in self.why.too_early {
            facts.push(fill(words.not_in_force, &[("clause", clause.as_str())]));
        }
        facts.push(self.source(words).to_owned());
        let people = match &self.decision.by {
            DecidedBy::Automation => words.decided_by_rules.to_owned(),
            DecidedBy::People(people) if people.len() == 1 => words.decided_by_one.to_owned(),
            DecidedBy::People(people) => {
                fill(words.decided_by_people, &[("count", &people.len().to_string())])
            }
        };
        facts.push(people);
        if let Some(reason) = self.decision.reason.as_ref().filter(|text| self.fit_for_public(text))
        {
            facts.push(fill(words.reason, &[("reason", sentence(reason))]));
        }
        if !self.decision.evidence.is_empty() {
            let cited: Vec<String> =
                self.decision.evidence.iter().map(|one| cited(words, one)).collect();
            facts.push(fill(words.evidence, &[("evidence", &cited.join(words.comma))]));
        }
        if self.decision.replaces.is_some() {
            facts.push(words.replaces.to_owned());
        }
        if let Some(since) = self.why.since {
            let day = since.strftime("%Y-%m-%d").to_string();
            facts.push(fill(words.counted_anew, &[("day", &day)]));
        }
        facts.join(words.space)
    }

    fn facts_of_no_breach(&self, words: &Words, facts: &mut Vec<String>) {
        let (clauses, rules) = (self.book.clauses().count(), self.book.rules.len());
        facts.push(fill(
            words.looked_at,
            &[
                ("version", self.book.version().short()),
                ("clauses", &clauses.to_string()),
                ("rules", &rules.to_string()),
            ],
        ));
        for finding in &self.decision.findings {
            let at = [("clause", finding.clause.as_str())];
            facts.push(fill(words.pointed_not_held, &at));
        }
    }

    fn facts_of_breach(
        &self,
        words: &Words,
        language: &str,
        clause: &ClauseId,
        facts: &mut Vec<String>,
    ) {
        for finding in self.grounds() {
            let why = self.fit_for_public(&finding.explanation);
            let why = Some(sentence(&finding.explanation)).filter(|_| why);
            match (&finding.by, why) {
                (FoundBy::Rules(rules), Some(why)) => {
                    let rules = rules.join(words.comma);
                    facts.push(fill(words.rule_found_that, &[("rules", &rules), ("why", why)]));
                }
                (FoundBy::Rules(rules), None) => {
                    facts.push(fill(words.rule_found, &[("rules", &rules.join(words.comma))]));
                }
                (FoundBy::Person(_), _) => facts.push(words.person_found.to_owned()),
                (FoundBy::Report(_), _) => facts.push(words.report_named.to_owned()),
                // What people held of it themselves says more.
                (FoundBy::LikeCases(_), _) => {}
            }
        }
        facts.dedup();
        if let Some(passage) = self.passage() {
            let field = match passage.field.as_str() {
                "$.item.text" => words.text_of_post.to_owned(),
                other => format!("`{other}`"),
            };
            facts.push(fill(
                words.passage,
                &[
                    ("characters", &passage.text.chars().count().to_string()),
                    ("start", &passage.start.to_string()),
                    ("end", &passage.end.to_string()),
                    ("field", &field),
                ],
            ));
        }
        facts.push(self.clause_sentence(words.clause_is, language, clause));
        let others = match &self.decision.outcome {
            model::Outcome::Breach { clauses } => clauses.get(1..).unwrap_or_default(),
            model::Outcome::NoBreach => &[],
        };
        if !others.is_empty() {
            let names: Vec<&str> = others.iter().map(ClauseId::as_str).collect();
            facts.push(fill(words.others, &[("clauses", &names.join(words.comma))]));
        }
        if let Some(emergency) = &self.decision.emergency {
            let reason = sentence(&emergency.reason);
            facts.push(fill(words.emergency, &[("reason", reason)]));
        } else if let Some(counted) = self.why.counted {
            step_facts(words, counted, self.why.taken, facts);
        }
        if let Some(exemption) = &self.decision.exemption {
            let until = exemption.until.strftime("%Y-%m-%d %H:%M UTC").to_string();
            let parts = [
                ("id", exemption.id.as_str()),
                ("until", &until),
                ("reason", sentence(&exemption.reason)),
                ("notice", exemption.notice.trim()),
            ];
            facts.push(fill(words.exemption, &parts));
        }
        facts.push(self.measures(words));
    }

    fn clause_sentence(&self, template: &str, language: &str, clause: &ClauseId) -> String {
        let first = self.book.settings.default_language();
        let text = self.book.clause(clause, language).or_else(|| self.book.clause(clause, first));
        let (title, policy) = text.map_or_else(
            || (clause.to_string(), clause.policy().to_owned()),
            |text| (text.title, text.policy_title),
        );
        let parts = [("title", title.as_str()), ("policy", &policy), ("clause", clause.as_str())];
        fill(template, &parts)
    }

    const fn source(&self, words: &Words) -> &'static str {
        match self.decision.source {
            Source::OwnInitiative => words.own_initiative,
            Source::Report => words.report,
            Source::Order => words.order,
        }
    }

    fn measures(&self, words: &Words) -> String {
        let measures: Vec<String> =
            self.decision.measures.iter().map(|measure| in_words(words, measure)).collect();
        if measures.is_empty() {
            return words.no_measure.to_owned();
        }
        fill(words.measures, &[("measures", &measures.join(words.semicolon))])
    }

    fn notice(&self, words: &Words, language: &str, until: Timestamp) -> String {
        let mut parts = Vec::new();
        let day = self.decision.conduct_at.strftime("%Y-%m-%d").to_string();
        let informs = !self.decision.measures.is_empty()
            && self.decision.measures.iter().all(|one| matches!(one, Measure::Label { .. }));
        match self.decision.outcome.clause() {
            None => parts.push(fill(words.notice_no_breach, &[("day", &day)])),
            Some(clause) => {
                let opening = if informs { words.notice_label } else { words.notice_breach };
                parts.push(fill(opening, &[("day", &day)]));
                parts.push(self.clause_sentence(words.clause_is, language, clause));
                parts.push(self.measures(words));
            }
        }
        if let Some(expires) = self.decision.ladder.as_ref().and_then(|step| step.expires_at) {
            let day = expires.strftime("%Y-%m-%d").to_string();
            parts.push(fill(words.lapses, &[("day", &day)]));
            if let Some(next) = self.next_step() {
                let next: Vec<String> = next
                    .measures(self.decision.decided_at)
                    .iter()
                    .map(|measure| kind_in_words(words, measure).to_owned())
                    .collect();
                parts.push(fill(words.next, &[("measures", &next.join(words.comma))]));
            }
        }
        parts.push(words.notice_facts.to_owned());
        parts.push(self.facts(words, language));
        parts.push(
            if self.decision.automated_detection { words.detected } else { words.not_detected }
                .to_owned(),
        );
        parts.push(
            match self.automated_decision() {
                AutomatedDecision::Fully => words.automated,
                AutomatedDecision::Partially => words.partly_automated,
                AutomatedDecision::NotAutomated => words.not_automated,
            }
            .to_owned(),
        );
        let until = until.strftime("%Y-%m-%d").to_string();
        parts.push(fill(words.appeal, &[("until", &until)]));
        let how = &self.book.settings.appeal_how;
        parts.push(Statement::in_language(how, language).to_owned());
        parts.retain(|part| !part.is_empty());
        parts.join("\n")
    }

    /// The step that a further breach would lead to.
    fn next_step(&self) -> Option<&crate::rulebook::Step> {
        let counted = self.why.counted?;
        counted.next(self.why.taken.unwrap_or(counted.says()))
    }
}

fn cited(words: &Words, one: &Cited) -> String {
    let template = match one.kind {
        EvidenceKind::Document => words.document,
        EvidenceKind::Link => words.page_elsewhere,
        EvidenceKind::FactCheck => words.fact_check,
        EvidenceKind::Photograph => words.photograph,
    };
    fill(template, &[("hash", &one.sha256)])
}

fn step_facts(
    words: &Words,
    counted: &Counted<'_>,
    taken: Option<Taken<'_>>,
    facts: &mut Vec<String>,
) {
    let count = counted.counting.to_string();
    facts.push(match counted.counting {
        0 => words.none_counts.to_owned(),
        1 => words.one_counts.to_owned(),
        _ => fill(words.many_count, &[("count", &count)]),
    });
    if counted.undelivered > 0 {
        let count = counted.undelivered.to_string();
        facts.push(fill(words.undelivered, &[("count", &count)]));
    }
    if counted.held_back {
        facts.push(words.held_back.to_owned());
    }
    let shown = taken.unwrap_or(counted.says());
    let template = if taken.is_some() { words.milder } else { words.step };
    facts.push(fill(
        template,
        &[
            ("ladder", &counted.ladder.id),
            ("says", &(counted.number + 1).to_string()),
            ("number", &(shown.number + 1).to_string()),
            ("of", &counted.ladder.steps.len().to_string()),
            ("name", &shown.step.name),
        ],
    ));
}

/// What measures do, in words of a language, as a notice says it.
pub fn measures_in_words(language: &str, measures: &[Measure]) -> Vec<String> {
    measures.iter().map(|measure| in_words(words::of(language), measure)).collect()
}

/// What kinds of measures would follow, in words of a language.
pub fn kinds_in_words(language: &str, measures: &[Measure]) -> Vec<String> {
    let kind = |measure| kind_in_words(words::of(language), measure).to_owned();
    measures.iter().map(kind).collect()
}

fn kind_in_words(words: &Words, measure: &Measure) -> &'static str {
    match measure {
        Measure::Label { .. } => words.next_label,
        Measure::Notice => words.next_notice,
        Measure::Demote => words.next_demote,
        Measure::AgeGate => words.next_age_gate,
        Measure::Remove => words.next_remove,
        Measure::Warn => words.next_warn,
        Measure::Lock { .. } => words.next_lock,
        Measure::Suspend { .. } => words.next_suspend,
        Measure::Ban => words.next_ban,
    }
}

fn in_words(words: &Words, measure: &Measure) -> String {
    let template = match measure {
        Measure::Label { .. } => words.label,
        Measure::Notice => words.behind_notice,
        Measure::Demote => words.demote,
        Measure::AgeGate => words.age_gate,
        Measure::Remove => words.remove,
        Measure::Warn => words.warn,
        Measure::Lock { .. } => words.lock,
        Measure::Suspend { .. } => words.suspend,
        Measure::Ban => words.ban,
    };
    let until = measure.until().map(|at| at.strftime("%Y-%m-%d %H:%M UTC").to_string());
    let name = if let Measure::Label { name } = measure { name.as_str() } else { "" };
    fill(template, &[("until", until.as_deref().unwrap_or_default()), ("name", name)])
}

/// The text without the full stop at its end, to stand within a sentence.
fn sentence(text: &str) -> &str {
    text.trim().trim_end_matches(['.', '。', ' '])
}

/// Whether a text names the account, by id, handle or name. Names of one or two letters are in
/// every text.
pub(super) fn names(text: &str, account: &Account) -> bool {
    let text = text.to_lowercase();
    let named =
        [Some(account.id.as_str()), account.name.as_deref(), account.display_name.as_deref()];
    named
        .into_iter()
        .flatten()
        .map(|name| name.trim().trim_start_matches('@').to_lowercase())
        .any(|name| name.chars().count() > 2 && stands_in(&text, &name))
}

/// Whether a text holds the passage, or the passage is so short that it proves nothing.
pub(super) fn quotes(text: &str, passage: &Passage) -> bool {
    let passage = passage.text.trim().to_lowercase();
    passage.chars().count() > 7 && text.to_lowercase().contains(&passage)
}

/// Whether a text names the account: then it cannot be public.
pub fn names_author(text: &str, account: &Account) -> bool {
    names(text, account)
}

/// What keeps a text from being public: that it names the author, or quotes a passage.
pub fn unfit_for_public(
    text: &str,
    account: &Account,
    decision: &Decision,
) -> Option<&'static str> {
    if names(text, account) {
        return Some("names the author");
    }
    let mut passages = decision.findings.iter().filter_map(|one| one.passage.as_ref());
    passages.any(|passage| quotes(text, passage)).then_some("quotes the post")
}

/// Whether `name` stands in `text` as a word of its own.
fn stands_in(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let before = text.get(..at).and_then(|part| part.chars().next_back());
        let after = text.get(at + name.len()..).and_then(|part| part.chars().next());
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}
