//! A rulebook as readers see it: every policy in every language, with the ladder of each clause in
//! words. Must not load or judge anything.

use crate::text;
use crate::views::{
    BlindClauseView, BlindnessView, ClauseLadder, ClauseName, ClauseView, PolicyView, RulebookView,
    Step,
};
use jiff::SignedDuration;
use model::{ClauseId, ClauseText, RulebookVersion};
use rules::rulebook::{
    AccountStep, Automatic, Blindness, Gravity, ItemStep, Ladder, PolicyText, Rulebook,
};
use std::collections::BTreeMap;

/// A rulebook as far as readers see it.
#[derive(Debug, Clone)]
pub(crate) struct Book {
    pub(crate) version: RulebookVersion,
    pub(crate) title: String,
    pub(crate) provider: String,
    /// Whether the public may read passages of posts.
    pub(crate) publish_text: bool,
    /// The first is the one that every policy is written in.
    pub(crate) languages: Vec<String>,
    /// By language.
    pub(crate) policies: BTreeMap<String, Vec<PolicyView>>,
    pub(crate) blindness: BlindnessView,
}

impl Book {
    /// What readers see of a rulebook.
    pub(crate) fn of(rulebook: &Rulebook) -> Self {
        let settings = &rulebook.settings;
        let first = settings.default_language();
        let mut languages = vec![first.to_owned()];
        languages.extend(settings.languages.iter().filter(|code| *code != first).cloned());
        let policies = languages
            .iter()
            .map(|code| {
                let written = rulebook.policies.iter().filter_map(|policy| {
                    let text = policy.texts.iter().find(|text| text.language == *code)?;
                    let clauses = clauses(rulebook, text);
                    Some(PolicyView {
                        id: policy.id.clone(),
                        title: text.title.clone(),
                        effective: Some(policy.effective.to_string()),
                        language: code.clone(),
                        intro: text.intro.clone(),
                        clauses,
                    })
                });
                (code.clone(), written.collect())
            })
            .collect();
        Self {
            version: rulebook.version().clone(),
            title: settings.title.clone(),
            provider: settings.provider.clone(),
            publish_text: settings.publish_text,
            languages,
            policies,
            blindness: blindness(&rulebook.blindness),
        }
    }

    /// The policies in the language that is always there.
    pub(crate) fn policies(&self) -> &[PolicyView] {
        let first = self.languages.first().and_then(|code| self.policies.get(code));
        first.map_or(&[], Vec::as_slice)
    }

    /// What follows from a breach of the clause.
    pub(crate) fn ladder(&self, id: &ClauseId) -> Option<&ClauseLadder> {
        let mut clauses = self.policies().iter().flat_map(|policy| &policy.clauses);
        clauses.find(|clause| clause.id == *id)?.ladder.as_ref()
    }

    /// The clause in every language that it has.
    pub(crate) fn texts(&self, id: &ClauseId) -> Vec<ClauseText> {
        let policies = self.languages.iter().filter_map(|code| self.policies.get(code)).flatten();
        let texts = policies.filter_map(|policy| {
            let clause = policy.clauses.iter().find(|clause| clause.id == *id)?;
            Some(ClauseText {
                id: id.clone(),
                policy_title: policy.title.clone(),
                title: clause.title.clone(),
                text: clause.text.clone(),
                language: policy.language.clone(),
                rulebook: self.version.clone(),
            })
        });
        texts.collect()
    }

    /// All clauses by name, in the order of the rulebook.
    pub(crate) fn clauses(&self) -> Vec<ClauseName> {
        let names = self.policies().iter().flat_map(|policy| {
            policy.clauses.iter().map(|clause| ClauseName {
                id: clause.id.clone(),
                title: clause.title.clone(),
                policy_title: policy.title.clone(),
            })
        });
        names.collect()
    }

    /// The clause's title, or its id when this rulebook does not have it.
    pub(crate) fn title_of(&self, clause: &str) -> String {
        let mut clauses = self.policies().iter().flat_map(|policy| &policy.clauses);
        clauses
            .find(|one| one.id.as_str() == clause)
            .map_or_else(|| clause.to_owned(), |one| one.title.clone())
    }

    /// The whole of it, for a page or a program.
    pub(crate) fn view(&self, in_force: bool) -> RulebookView {
        RulebookView {
            version: self.version.clone(),
            title: self.title.clone(),
            provider: self.provider.clone(),
            languages: self.languages.clone(),
            in_force,
            policies: self.policies().to_vec(),
            blindness: self.blindness.clone(),
        }
    }
}

fn blindness(found: &Blindness) -> BlindnessView {
    let clauses = found.clauses.iter().map(|one| BlindClauseView {
        clause: one.clause.clone(),
        stands: found.groups.iter().map(|group| one.stands(group).to_owned()).collect(),
        ways: one.depends.iter().map(|d| format!("{}: {}", d.group, d.way.join(" ← "))).collect(),
    });
    BlindnessView { groups: found.groups.clone(), clauses: clauses.collect() }
}

fn clauses(rulebook: &Rulebook, text: &PolicyText) -> Vec<ClauseView> {
    let shown = text.clauses.iter().map(|clause| ClauseView {
        id: clause.id.clone(),
        title: clause.title.clone(),
        text: clause.text.clone(),
        ladder: rulebook.ladder_of(&clause.id).map(drawn),
    });
    shown.collect()
}

fn drawn(ladder: &Ladder) -> ClauseLadder {
    let steps = (0..).zip(&ladder.steps).map(|(number, step)| Step {
        step: number,
        name: step.name.clone(),
        does: does(&step.item, step.account),
        people: u32::from(step.people).max(u32::from(!ladder.automates(step))),
        counts_for: (!matches!(step.account, AccountStep::None | AccountStep::Ban))
            .then(|| span(step.strike_expires)),
        here: false,
    });
    ClauseLadder {
        id: ladder.id.clone(),
        severity: match ladder.severity {
            Gravity::Low => "low",
            Gravity::Medium => "medium",
            Gravity::High => "high",
            Gravity::Severe => "severe",
        }
        .into(),
        automation: match ladder.automatic {
            Automatic::None => "A person always decides.",
            Automatic::Item => {
                "Automation may act on the post and warn; beyond that a person decides."
            }
            Automatic::All => "Automation may act on the post, warn, and lock or suspend.",
        }
        .into(),
        why: Some(ladder.why.clone()).filter(|why| !why.is_empty()),
        steps: steps.collect(),
        emergency: ladder.emergency.as_ref().map(|step| Step {
            step: 0,
            name: "in an emergency".into(),
            does: does(&step.item, step.account),
            people: step.people.into(),
            counts_for: None,
            here: false,
        }),
    }
}

fn does(item: &ItemStep, account: AccountStep) -> Vec<String> {
    let item = match item {
        ItemStep::None => None,
        ItemStep::Label(name) => Some(format!("Labelled “{name}”")),
        ItemStep::Demote => Some(text::measure_name("demote").to_owned()),
        ItemStep::AgeGate => Some(text::measure_name("age_gate").to_owned()),
        ItemStep::Notice => Some(text::measure_name("notice").to_owned()),
        ItemStep::Remove => Some(text::measure_name("remove").to_owned()),
    };
    let account = match account {
        AccountStep::None => None,
        AccountStep::Warn => Some(text::measure_name("warn").to_owned()),
        AccountStep::Lock(long) => {
            Some(format!("{} for {}", text::measure_name("lock"), span(long)))
        }
        AccountStep::Suspend(long) => {
            Some(format!("{} for {}", text::measure_name("suspend"), span(long)))
        }
        AccountStep::Ban => Some(text::measure_name("ban").to_owned()),
    };
    let mut all: Vec<String> = item.into_iter().chain(account).collect();
    if all.is_empty() {
        all.push(text::measure_name("none").to_owned());
    }
    all
}

/// A span in the largest unit that it is a whole number of.
fn span(long: SignedDuration) -> String {
    let seconds = long.as_secs();
    let units = [(86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second")];
    let (size, word) =
        units.into_iter().find(|(size, _)| seconds % size == 0).unwrap_or((1, "second"));
    match seconds / size {
        1 => format!("1 {word}"),
        many => format!("{many} {word}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_well() {
        for (seconds, says) in
            [(86_400, "1 day"), (30 * 86_400, "30 days"), (43_200, "12 hours"), (90, "90 seconds")]
        {
            assert_eq!(span(SignedDuration::from_secs(seconds)), says);
        }
    }
}
