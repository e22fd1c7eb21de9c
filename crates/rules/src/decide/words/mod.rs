//! The sentences that statements of reasons are made of, complete in every language. Must not know
//! when a sentence is said.

mod de;
mod en;
mod es;
mod fr;
mod zh;

/// Every sentence in one language; `{name}` is filled in. The field's name says what it is for.
pub(super) struct Words {
    pub(super) space: &'static str,
    pub(super) comma: &'static str,
    pub(super) semicolon: &'static str,
    pub(super) text_of_post: &'static str,
    pub(super) rule_found_that: &'static str,
    pub(super) rule_found: &'static str,
    pub(super) person_found: &'static str,
    pub(super) report_named: &'static str,
    pub(super) passage: &'static str,
    pub(super) clause_is: &'static str,
    pub(super) others: &'static str,
    pub(super) none_counts: &'static str,
    pub(super) one_counts: &'static str,
    pub(super) many_count: &'static str,
    pub(super) undelivered: &'static str,
    pub(super) held_back: &'static str,
    pub(super) step: &'static str,
    pub(super) milder: &'static str,
    pub(super) evidence: &'static str,
    pub(super) document: &'static str,
    pub(super) page_elsewhere: &'static str,
    pub(super) fact_check: &'static str,
    pub(super) photograph: &'static str,
    pub(super) emergency: &'static str,
    pub(super) exemption: &'static str,
    pub(super) looked_at: &'static str,
    pub(super) pointed_not_held: &'static str,
    pub(super) not_in_force: &'static str,
    pub(super) own_initiative: &'static str,
    pub(super) report: &'static str,
    pub(super) order: &'static str,
    pub(super) decided_by_rules: &'static str,
    pub(super) decided_by_one: &'static str,
    pub(super) decided_by_people: &'static str,
    pub(super) reason: &'static str,
    pub(super) replaces: &'static str,
    pub(super) counted_anew: &'static str,
    pub(super) measures: &'static str,
    pub(super) no_measure: &'static str,
    pub(super) label: &'static str,
    pub(super) behind_notice: &'static str,
    pub(super) demote: &'static str,
    pub(super) age_gate: &'static str,
    pub(super) remove: &'static str,
    pub(super) warn: &'static str,
    pub(super) lock: &'static str,
    pub(super) suspend: &'static str,
    pub(super) ban: &'static str,
    pub(super) next_label: &'static str,
    pub(super) next_notice: &'static str,
    pub(super) next_demote: &'static str,
    pub(super) next_age_gate: &'static str,
    pub(super) next_remove: &'static str,
    pub(super) next_warn: &'static str,
    pub(super) next_lock: &'static str,
    pub(super) next_suspend: &'static str,
    pub(super) next_ban: &'static str,
    pub(super) notice_breach: &'static str,
    pub(super) notice_label: &'static str,
    pub(super) notice_no_breach: &'static str,
    pub(super) lapses: &'static str,
    pub(super) next: &'static str,
    pub(super) notice_facts: &'static str,
    pub(super) detected: &'static str,
    pub(super) not_detected: &'static str,
    pub(super) automated: &'static str,
    pub(super) partly_automated: &'static str,
    pub(super) not_automated: &'static str,
    pub(super) appeal: &'static str,
}

/// The languages in which statements can be written; a rulebook can have no others.
pub const LANGUAGES: [&str; 5] = ["en", "es", "de", "fr", "zh"];

/// The sentences in a language; English for one that there is not.
pub(super) const fn of(language: &str) -> &'static Words {
    match language.as_bytes() {
        b"es" => &es::ES,
        b"de" => &de::DE,
        b"fr" => &fr::FR,
        b"zh" => &zh::ZH,
        _ => &en::EN,
    }
}

/// Puts the values into the sentence. A brace within a value stays as it is.
pub(super) fn fill(sentence: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(sentence.len() + 32);
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let (name, behind) = after.split_once('}').unwrap_or((after, ""));
        if let Some((_, value)) = values.iter().find(|(other, _)| *other == name) {
            filled.push_str(value);
        }
        rest = behind;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
impl Words {
    /// Every sentence, in the order of the fields.
    pub(super) fn all(&self) -> Vec<&'static str> {
        vec![
            self.space,
            self.comma,
            self.semicolon,
            self.text_of_post,
            self.rule_found_that,
            self.rule_found,
            self.person_found,
            self.report_named,
            self.passage,
            self.clause_is,
            self.others,
            self.none_counts,
            self.one_counts,
            self.many_count,
            self.undelivered,
            self.held_back,
            self.step,
            self.emergency,
            self.exemption,
            self.looked_at,
            self.pointed_not_held,
            self.not_in_force,
            self.own_initiative,
            self.report,
            self.order,
            self.decided_by_rules,
            self.decided_by_one,
            self.decided_by_people,
            self.reason,
            self.replaces,
            self.counted_anew,
            self.measures,
            self.no_measure,
            self.label,
            self.behind_notice,
            self.demote,
            self.age_gate,
            self.remove,
            self.warn,
            self.lock,
            self.suspend,
            self.ban,
            self.next_label,
            self.next_notice,
            self.next_demote,
            self.next_age_gate,
            self.next_remove,
            self.next_warn,
            self.next_lock,
            self.next_suspend,
            self.next_ban,
            self.notice_breach,
            self.notice_label,
            self.notice_no_breach,
            self.lapses,
            self.next,
            self.notice_facts,
            self.detected,
            self.not_detected,
            self.automated,
            self.partly_automated,
            self.not_automated,
            self.appeal,
        ]
    }
}
