//! What the audit knows of a case: its set of like cases, its account's group, and how it was treated.

/// How a case was treated. What is not on record is `None`, and a pair that lacks it is left out.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Treatment {
    /// Was it held to breach the clause, and met with a measure?
    pub measured: bool,
    /// How severe the gravest measure was; 0 for none.
    pub severity: u32,
    /// Hours from the post to the decision.
    pub hours: Option<f64>,
    /// Was the author warned before a measure that punishes?
    pub warned: Option<bool>,
    /// Was the measure taken back later, on appeal or by a new decision?
    pub undone: Option<bool>,
    /// Was the author's challenge granted, wholly or in part? None without an answered challenge.
    pub granted: Option<bool>,
    /// Did the post stand, as an exemption, though it breached? None where it was not held to breach.
    pub exempt: Option<bool>,
    /// Does the decision say what distinguishes the case from those decided otherwise?
    pub explained: bool,
}

/// One case of a set of like cases.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Case {
    /// The caller's number for it.
    pub key: usize,
    /// Its set of like cases.
    pub set: usize,
    /// Whose it is; any number that stands for one account.
    pub account: u64,
    /// The declared group of the account; none if nothing is declared.
    pub group: Option<u32>,
    /// How it was treated.
    pub treatment: Treatment,
}

/// In what two groups may be treated unlike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Aspect {
    /// Met with a measure at all.
    Measure,
    /// Met with the graver of two measures, where both were.
    Severity,
    /// Decided sooner, where both were met with a measure.
    Speed,
    /// Punished without a warning before, where both were punished.
    Warning,
    /// The measure stayed, where both were met with one and one was taken back.
    Lasting,
    /// The challenge was refused, where both challenged a measure and one was granted.
    Appeal,
    /// The measure was taken, where both were held to breach and one stood as an exemption.
    Exemption,
}

impl Aspect {
    /// All, in the order in which they are shown.
    pub const ALL: [Self; 7] = [
        Self::Measure,
        Self::Severity,
        Self::Speed,
        Self::Warning,
        Self::Lasting,
        Self::Appeal,
        Self::Exemption,
    ];

    /// Who of two like cases was treated more harshly: `Some(true)` the first, `Some(false)` the second.
    #[must_use]
    pub fn harsher(self, one: &Treatment, other: &Treatment) -> Option<bool> {
        let both = one.measured && other.measured;
        match self {
            Self::Measure => (one.measured != other.measured).then_some(one.measured),
            Self::Severity if both => {
                (one.severity != other.severity).then_some(one.severity > other.severity)
            }
            Self::Speed if both => {
                let (one, other) = (one.hours?, other.hours?);
                (one != other).then_some(one < other)
            }
            Self::Warning if both => differ(!one.warned?, !other.warned?),
            Self::Lasting if both => differ(!one.undone?, !other.undone?),
            Self::Appeal if both => differ(!one.granted?, !other.granted?),
            Self::Exemption => differ(!one.exempt?, !other.exempt?),
            _ => None,
        }
    }
}

fn differ(one: bool, other: bool) -> Option<bool> {
    (one != other).then_some(one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn harsher_is_told_only_where_both_can_be_compared() {
        let left = Treatment::default();
        let removed = Treatment {
            measured: true,
            severity: 3,
            hours: Some(2.0),
            warned: Some(true),
            undone: Some(false),
            granted: Some(true),
            exempt: Some(true),
            explained: false,
        };
        let banned = Treatment {
            severity: 5,
            hours: Some(9.0),
            warned: Some(false),
            granted: Some(false),
            exempt: Some(false),
            ..removed
        };
        let told = |one, other| Aspect::ALL.map(|aspect| aspect.harsher(one, other));
        assert_eq!(told(&left, &removed), [Some(false), None, None, None, None, None, None]);
        assert_eq!(
            told(&banned, &removed),
            [None, Some(true), Some(false), Some(true), None, Some(true), Some(true)]
        );
        assert_eq!(told(&removed, &removed), [None; 7]);
        let unknown = Treatment { hours: None, warned: None, granted: None, ..banned };
        assert_eq!(
            told(&unknown, &removed),
            [None, Some(true), None, None, None, None, Some(true)]
        );
    }
}
