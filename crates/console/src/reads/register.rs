//! The register of affiliations and the list of emergencies, for pages and programs. Must not show
//! anything but what is public: an entry's source is, who a decision is about is not.

use crate::problem::Problem;
use crate::state::{ConsoleState, storage};
use crate::views::{AffiliationView, EmergencyRows, EmergencyView, RegisterView};
use model::{DecidedBy, RegisterEntry};
use store::{Cursor, RegisterFilter, StoredDecision};

/// Entries on one page.
pub(crate) const PAGE: u32 = 50;
/// Emergencies on one page.
const EMERGENCIES: u32 = 25;

/// A page of the register as it holds now.
///
/// # Errors
/// A problem when the store cannot be read.
pub(crate) async fn register(
    state: &ConsoleState,
    filter: &RegisterFilter,
) -> Result<RegisterView, Problem> {
    let page = state.store.register_page(filter, state.clock.now(), PAGE + 1).await;
    let (all, mut entries) = page.map_err(|error| storage(&error))?;
    let more = entries.len() > PAGE as usize;
    entries.truncate(PAGE as usize);
    let next = entries.last().filter(|_| more).map(|(place, _)| *place);
    // What the rulebook's own file says stands beside, on the first page.
    let book = state.rulebook.load();
    let words = filter.text.as_deref().unwrap_or_default().to_lowercase();
    let own = book.affiliations.iter().filter(|one| {
        let all = format!(
            "{}\n{}\n{}",
            one.subject.name(),
            one.name,
            one.country.as_deref().unwrap_or_default()
        )
        .to_lowercase();
        filter.kind.is_none_or(|kind| kind == one.kind)
            && words.split_whitespace().all(|word| all.contains(word))
    });
    let own: Vec<AffiliationView> =
        own.filter(|_| filter.before.is_none()).map(AffiliationView::of_rulebook).collect();
    Ok(RegisterView {
        all: all + own.len() as u64,
        entries: own.into_iter().chain(entries.iter().map(|(_, one)| entry(one))).collect(),
        next,
    })
}

/// An entry as everybody may see it: people who entered it stay unnamed, imports do not.
pub(crate) fn entry(entry: &RegisterEntry) -> AffiliationView {
    let import = entry.by.strip_prefix("import ");
    AffiliationView {
        id: Some(entry.id.clone()),
        typology: entry.typology.clone(),
        entered_by: import.map_or_else(|| "the staff".into(), |name| format!("import of {name}")),
        entered_at: Some(entry.entered_at),
        until: entry.until,
        ..AffiliationView::of_rulebook(&entry.affiliation)
    }
}

/// A page of decisions that passed over the ladder's warning, the latest first.
///
/// # Errors
/// A problem when the store cannot be read.
pub(crate) async fn emergencies(
    state: &ConsoleState,
    before: Option<&Cursor>,
) -> Result<EmergencyRows, Problem> {
    let page = state.store.emergencies(before, EMERGENCIES).await;
    let page = page.map_err(|error| storage(&error))?;
    Ok(EmergencyRows {
        emergencies: page.entries.iter().filter_map(emergency).collect(),
        next: page.next.map(|cursor| cursor.to_string()),
    })
}

fn emergency(stored: &StoredDecision) -> Option<EmergencyView> {
    let StoredDecision { decision, statement, replaced_by, endings, .. } = stored;
    let plea = decision.emergency.as_ref()?;
    let people = match &decision.by {
        DecidedBy::Automation => 0,
        DecidedBy::People(people) => people.len(),
    };
    let until = decision.measures.iter().find_map(model::Measure::until);
    let now_over = endings.iter().map(|one| one.ended_at).min();
    Some(EmergencyView {
        decision: decision.id,
        decided_at: decision.decided_at,
        clause: statement.clause("en").map(crate::views::ClauseName::from),
        reason: plea.reason.clone(),
        evidence: plea.evidence.iter().map(|piece| evidence(piece)).collect(),
        people,
        measures: decision.measures.clone(),
        until,
        ended_at: now_over,
        replaced_by: *replaced_by,
    })
}

/// Names a piece of evidence without what may point to a person: of a link the host, of a file its hash.
fn evidence(piece: &str) -> String {
    match piece.split_once("://") {
        Some((_, rest)) => {
            let host = rest.split(['/', '?', '#', '@', ':']).next().unwrap_or_default();
            format!("a page of {host}")
        }
        None => {
            let hex = piece.trim().trim_start_matches("sha256:");
            if hex.len() >= 32 && hex.chars().all(|c| c.is_ascii_hexdigit()) {
                format!("a document that is kept, {}…", hex.get(..12).unwrap_or(hex))
            } else {
                "evidence on file, not public".into()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::evidence;

    #[test]
    fn evidence_is_named_without_what_points_to_a_person() {
        assert_eq!(evidence("https://news.example/people/ann?q=1"), "a page of news.example");
        let hash = "ab".repeat(32);
        assert_eq!(evidence(&hash), "a document that is kept, abababababab…");
        assert_eq!(evidence("the letter of Ann Example"), "evidence on file, not public");
    }
}
