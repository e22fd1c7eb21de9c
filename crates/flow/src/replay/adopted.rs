//! A draft as it would have been, had it been in force all along.

use rules::rulebook::Rulebook;

/// A draft's policies take effect later than the posts that it is tried on. A policy that the rulebook in force has
/// too keeps that one's first day; a new one is taken as if it had always been there. The version stays.
#[must_use]
pub fn as_adopted(mut draft: Rulebook, in_force: Option<&Rulebook>) -> Rulebook {
    for policy in &mut draft.policies {
        let known = in_force.into_iter().flat_map(|book| &book.policies);
        let since = known.into_iter().find(|other| other.id == policy.id);
        policy.effective = since.map_or(jiff::civil::Date::MIN, |other| other.effective);
    }
    if let Some(book) = in_force {
        draft.register = std::sync::Arc::clone(&book.register);
    }
    draft
}
