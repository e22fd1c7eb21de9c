//! The query of an address. Programs are told about names they got wrong; people's links go on
//! working with whatever others have appended to them. Must not know what the names mean.

use crate::problem::{BAD_QUERY, Problem, UNKNOWN_PARAMETER};
use axum::extract::{FromRequestParts, Query as Pairs};
use http::request::Parts;
use std::fmt::Display;
use std::str::FromStr;

/// Names and values in the order in which they stand.
#[derive(Debug, Clone, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads a query that stands somewhere else than in the address.
    ///
    /// # Errors
    /// A problem when it is none.
    pub(crate) fn read(text: &str) -> Result<Self, Problem> {
        let uri = format!("/?{text}").parse::<http::Uri>();
        let uri = uri.map_err(|error| Problem::new(&BAD_QUERY, error.to_string()))?;
        let pairs = Pairs::<Vec<(String, String)>>::try_from_uri(&uri);
        pairs.map(|Pairs(pairs)| Self(pairs)).map_err(|e| Problem::new(&BAD_QUERY, e.body_text()))
    }

    /// The value of `name`; an empty one is none, as forms send it.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().rev().find(|(key, _)| key == name)?;
        let value = value.trim();
        (!value.is_empty()).then_some(value)
    }

    /// The value of `name` as a `T`.
    ///
    /// # Errors
    /// A problem that names the parameter and says why.
    pub(crate) fn parse<T>(&self, name: &str) -> Result<Option<T>, Problem>
    where
        T: FromStr,
        T::Err: Display,
    {
        self.get(name)
            .map(|value| {
                value.parse().map_err(|error| {
                    Problem::new(&BAD_QUERY, format!("`{name}`: {error}")).with("parameter", name)
                })
            })
            .transpose()
    }

    /// Refuses names that are not `known`.
    ///
    /// # Errors
    /// A problem with the name, those that there are, and the one that was perhaps meant.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), Problem> {
        let Some((name, _)) = self.0.iter().find(|(name, _)| !known.contains(&name.as_str()))
        else {
            return Ok(());
        };
        let shown: String = crate::text::visible(name).chars().take(60).collect();
        let meant = known.iter().min_by_key(|one| distance(one, name)).filter(|one| {
            let longer = one.chars().count().max(name.chars().count());
            distance(one, name) * 2 <= longer
        });
        let hint = match (meant, known) {
            (Some(meant), _) => format!("did you mean `{meant}`?"),
            (None, []) => "it takes none.".into(),
            (None, _) => format!("it takes `{}`.", known.join("`, `")),
        };
        Err(Problem::new(&UNKNOWN_PARAMETER, format!("`{shown}` is unknown here; {hint}"))
            .with("parameter", shown))
    }
}

/// Letters to change, add or leave out to come from one word to the other.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (at, a) in one.chars().enumerate() {
        let mut next = vec![at + 1];
        for (before, b) in row.windows(2).zip(other.chars()) {
            let (&[left, up], Some(&last)) = (before, next.last()) else { continue };
            next.push((left + usize::from(a != b)).min(up + 1).min(last + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Pairs::<Vec<(String, String)>>::try_from_uri(&parts.uri)
            .map(|Pairs(pairs)| Self(pairs))
            .map_err(|error| Problem::new(&BAD_QUERY, error.body_text()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(pairs: &[(&str, &str)]) -> Query {
        Query(pairs.iter().map(|(a, b)| ((*a).into(), (*b).into())).collect())
    }

    #[test]
    fn a_misspelt_name_is_refused_with_a_hint() {
        let known = ["clause", "measure"];
        let problem = query(&[("claus", "x")]).only(&known).unwrap_err();
        assert!(problem.detail().contains("did you mean `clause`"), "{}", problem.detail());
        let problem = query(&[("zzz", "x")]).only(&known).unwrap_err();
        assert!(problem.detail().contains("`clause`, `measure`"), "{}", problem.detail());
        assert!(query(&[("clause", "")]).only(&known).is_ok());
    }

    #[test]
    fn empty_values_are_none_and_bad_ones_say_why() {
        let asked = query(&[("a", " "), ("days", "many")]);
        assert_eq!(asked.get("a"), None);
        assert!(asked.parse::<u32>("days").unwrap_err().detail().starts_with("`days`: invalid"));
    }

    #[test]
    fn distances() {
        for (a, b, apart) in [("", "", 0), ("a", "", 1), ("clause", "claus", 1), ("abc", "xbd", 2)]
        {
            assert_eq!(distance(a, b), apart, "{a} {b}");
        }
    }
}
