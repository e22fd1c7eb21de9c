//! The register of exemptions, for pages and programs. Must not show whose post one is about, nor who agreed to it.

use crate::problem::{BAD_QUERY, NOT_FOUND, Problem};
use crate::query::Query;
use crate::state::{ConsoleState, storage};
use crate::views::{ClauseName, ExemptionLine, ExemptionRows, ExemptionState, ExemptionView};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use model::AffiliationKind;
use rules::rulebook::Rulebook;
use store::{ExemptionFilter, StoredExemption};

/// Exemptions on one page.
const PAGE: u32 = 25;
/// Months that the chart goes back.
const MONTHS: i32 = 12;

/// Which exemptions a query asks for.
///
/// # Errors
/// A problem when it cannot be read.
pub(crate) fn exemption_filter(query: &Query) -> Result<ExemptionFilter, Problem> {
    let said = |name: &str| query.get(name).map(str::trim).filter(|text| !text.is_empty());
    let wrong = |why: String| Problem::new(&BAD_QUERY, why);
    let clause = said("clause").map(str::parse::<model::ClauseId>).transpose();
    let running = match said("state") {
        None => None,
        Some("running") => Some(true),
        Some("ended") => Some(false),
        Some(other) => return Err(wrong(format!("`{other}` is neither `running` nor `ended`"))),
    };
    Ok(ExemptionFilter {
        clause: clause.map_err(|error| wrong(error.to_string()))?,
        class: said("class").map(str::parse).transpose().map_err(wrong)?,
        running,
        before: query.parse("before")?,
    })
}

/// A page of the register.
///
/// # Errors
/// A problem when the store cannot be read.
pub(crate) async fn exemptions(
    state: &ConsoleState,
    filter: &ExemptionFilter,
) -> Result<ExemptionRows, Problem> {
    exemptions_kept(state, filter).await.map(|(rows, _)| rows)
}

/// A page of the register, and beside each row what is kept of it: for people who work here alone.
///
/// # Errors
/// A problem when the store cannot be read.
pub(crate) async fn exemptions_kept(
    state: &ConsoleState,
    filter: &ExemptionFilter,
) -> Result<(ExemptionRows, Vec<StoredExemption>), Problem> {
    let now = state.clock.now();
    let failed = |error| storage(&error);
    let (all, page) = state.store.exemptions(filter, now, PAGE).await.map_err(failed)?;
    let runs = ExemptionFilter { running: Some(true), ..ExemptionFilter::default() };
    let (running, _) = state.store.exemptions(&runs, now, 0).await.map_err(failed)?;
    let book = state.rulebook.load();
    let (months, begun) = begun(&state.store.exemptions_begun().await.map_err(failed)?, now);
    let exemptions = page.entries.iter().map(|one| view(&book, one, now)).collect();
    let rows = ExemptionRows { all, running, months, begun, exemptions, next: page.next };
    Ok((rows, page.entries))
}

/// One exemption.
///
/// # Errors
/// A problem when there is none, or the store cannot be read.
pub(crate) async fn exemption(state: &ConsoleState, id: &str) -> Result<ExemptionView, Problem> {
    let found = state.store.exemption(id).await.map_err(|error| storage(&error))?;
    let none = || Problem::new(&NOT_FOUND, "The register has no exemption of this id.");
    Ok(view(&state.rulebook.load(), &found.ok_or_else(none)?, state.clock.now()))
}

fn view(book: &Rulebook, stored: &StoredExemption, now: Timestamp) -> ExemptionView {
    let StoredExemption { exemption, leaf, end_leaf, decisions } = stored;
    let language = book.settings.default_language();
    let clause = book.clause(&exemption.clause, language);
    let clause = clause.as_ref().map_or_else(
        || ClauseName {
            id: exemption.clause.clone(),
            title: exemption.clause.to_string(),
            policy_title: exemption.clause.policy().to_owned(),
        },
        ClauseName::from,
    );
    let revoked_because = exemption.ended.as_ref().and_then(|end| end.revoked.clone());
    let ended_at = exemption.ended.as_ref().map(|end| end.at);
    let over = ended_at.is_some() || exemption.until <= now;
    ExemptionView {
        id: exemption.id.clone(),
        state: match (&revoked_because, over) {
            (Some(_), _) => ExemptionState::Revoked,
            (None, true) => ExemptionState::Over,
            (None, false) => ExemptionState::Running,
        },
        clause,
        account_class: exemption.class.word(),
        account_says: says(exemption.class),
        reason: exemption.reason.clone(),
        notice: exemption.notice.clone(),
        people: exemption.people.len(),
        from: exemption.from,
        until: exemption.until,
        ended_at,
        revoked_because,
        decisions: decisions.clone(),
        leaf: *leaf,
        end_leaf: *end_leaf,
    }
}

/// A kind of account, to stand by itself.
const fn says(class: AffiliationKind) -> &'static str {
    match class {
        AffiliationKind::None => "No state, party or public medium",
        known => known.says(),
    }
}

/// How many began in each of the last months, by class of account.
fn begun(
    all: &[(Timestamp, AffiliationKind)],
    now: Timestamp,
) -> (Vec<String>, Vec<ExemptionLine>) {
    let month = |at: Date| at.strftime("%Y-%m").to_string();
    let utc = |at: Timestamp| at.to_zoned_datetime(TimeZone::UTC).date();
    let first = utc(now).first_of_month();
    let months: Vec<String> = (0..MONTHS)
        .rev()
        .filter_map(|back| first.checked_sub(back.months()).ok())
        .map(month)
        .collect();
    let lines = AffiliationKind::ALL.into_iter().filter_map(|kind| {
        let mut values = vec![0_u64; months.len()];
        for (at, _) in all.iter().filter(|(_, class)| *class == kind) {
            let name = month(utc(*at));
            let at = months.iter().position(|one| *one == name);
            if let Some(value) = at.and_then(|at| values.get_mut(at)) {
                *value += 1;
            }
        }
        let (account_class, name) = (kind.word(), says(kind));
        values.iter().any(|count| *count > 0).then_some(ExemptionLine {
            account_class,
            name,
            values,
        })
    });
    let lines = lines.collect();
    (months, lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_counted_over_the_turn_of_a_year() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let all = [
            (at("2025-01-31T23:59:59Z"), AffiliationKind::Party),
            (at("2025-12-31T23:00:00Z"), AffiliationKind::Government),
            (at("2026-01-01T00:00:00Z"), AffiliationKind::Government),
        ];
        let (months, lines) = begun(&all, at("2026-01-31T12:00:00Z"));
        assert_eq!(
            (months.len(), months[0].as_str(), months[11].as_str()),
            (12, "2025-02", "2026-01")
        );
        assert_eq!(lines.len(), 1, "what is older is in no column");
        assert_eq!(&lines[0].values[10..], [1, 1]);
    }
}
