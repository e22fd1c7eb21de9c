//! What experiments ask of their calls, and into which bucket an entity falls.

use std::collections::{BTreeSet, HashMap};

use sml::tree::Expr;

use super::calls::{Context, Site};
use super::walk::Parent;
use crate::problem::Problem;
use crate::value::Value;

/// The buckets of each experiment met so far.
pub(crate) type Experiments = HashMap<String, Vec<String>>;

/// Buckets are counted in hundredths of a per cent.
pub(crate) const UNITS: i64 = 10_000;
/// The bucket of those who are in none.
pub(crate) const CONTROL: &str = "control";

pub(crate) fn experiment(
    context: &Context<'_>,
    site: &Site<'_>,
    experiments: &mut Experiments,
    problems: &mut Vec<Problem>,
) {
    let before = problems.len();
    let mut wrong = |argument: Option<&str>, message: String, hint: &str| {
        let (file, span) = site.place_of(argument);
        problems.push(context.error(file, span, "experiment", message).with_hint(hint));
    };
    let Parent::Assign(assign) = site.parent else {
        wrong(None, "an experiment needs a name".into(), "write `SomeName = Experiment(...)`");
        return;
    };
    for argument in ["version", "revision"] {
        let negative = site.known.get(argument).is_some_and(|(value, ..)| match value {
            Value::Int(value) => *value < 0,
            Value::Float(value) => *value < 0.0,
            _ => false,
        });
        if negative {
            wrong(Some(argument), format!("`{argument}` is negative"), "count from 0");
        }
    }
    let list = |argument: &str| match site.known.get(argument) {
        Some((Value::List(items), ..)) => items.to_vec(),
        _ => Vec::new(),
    };
    let names: Vec<String> =
        list("buckets").iter().filter_map(Value::as_str).map(str::to_owned).collect();
    let sizes = list("bucket_sizes");
    if names.len() > 10 {
        wrong(Some("buckets"), format!("{} buckets are too many", names.len()), "use at most 10");
        return;
    }
    if !names.iter().any(|name| name == CONTROL) {
        wrong(Some("buckets"), "no bucket is called `control`".into(), "add the bucket `control`");
    }
    if names.len() != sizes.len() {
        wrong(
            Some("bucket_sizes"),
            format!("{} buckets have {} sizes", names.len(), sizes.len()),
            "give each bucket one size, in per cent",
        );
        return;
    }
    let most = most_units(sizes.len());
    for size in &sizes {
        let (units, exact) = units(size);
        if !exact {
            wrong(
                Some("bucket_sizes"),
                "a bucket's size has more than two decimals".into(),
                "round it to hundredths of a per cent",
            );
        }
        if units > most {
            wrong(
                Some("bucket_sizes"),
                format!("a bucket is larger than {} %", percent(most)),
                "the buckets share 100 % equally: make it smaller, or use fewer buckets",
            );
        }
    }
    if problems.len() == before {
        experiments.insert(assign.name.text.to_string(), names);
    } else {
        experiments.entry(assign.name.text.to_string()).or_insert(names);
    }
}

/// How many units each of so many buckets may have.
pub(crate) fn most_units(buckets: usize) -> i64 {
    i64::try_from(buckets).ok().and_then(|buckets| UNITS.checked_div(buckets)).unwrap_or(0)
}

fn percent(units: i64) -> String {
    format!("{}.{:02}", units / 100, units % 100)
}

/// A size in per cent as units, and whether nothing was cut off.
pub(crate) fn units(size: &Value) -> (i64, bool) {
    let text = match size {
        Value::Int(value) => value.to_string(),
        // The shortest text that reads back as the same number, as Osprey counts it.
        Value::Float(value) => value.to_string(),
        _ => return (0, false),
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let hundredths: String = fraction.chars().chain("00".chars()).take(2).collect();
    let exact = fraction.chars().skip(2).all(|digit| digit == '0');
    (format!("{whole}{hundredths}").parse().unwrap_or(i64::MAX), exact)
}

pub(crate) fn when(
    context: &Context<'_>,
    site: &Site<'_>,
    experiments: &Experiments,
    problems: &mut Vec<Problem>,
) {
    let Some(given) = site.arguments.get("experiment") else { return };
    let problem = |message: String| context.error(site.file, given.span(), "experiment", message);
    let Expr::Name(name) = given else {
        problems.push(
            problem("`experiment` must be the name of an experiment".into())
                .with_hint("write `SomeName = Experiment(...)` above and use the name"),
        );
        return;
    };
    let Some(buckets) = experiments.get(&*name.text) else {
        problems.push(
            problem(format!("`{}` is no experiment", name.text))
                .with_hint("name a feature that was stored above by `Experiment(...)`"),
        );
        return;
    };
    let wanted: BTreeSet<&str> = buckets.iter().map(String::as_str).collect();
    let provided: BTreeSet<&str> =
        site.arguments.keys().copied().filter(|keyword| *keyword != "experiment").collect();
    for bucket in wanted.difference(&provided) {
        problems.push(
            context
                .error(
                    site.file,
                    site.call.span,
                    "experiment",
                    format!("the bucket `{bucket}` of `{}` is missing", name.text),
                )
                .with_hint(format!("add `{bucket}=[...]`")),
        );
    }
    for bucket in provided.difference(&wanted) {
        let span = site.arguments.get(bucket).map_or(site.call.span, |expr| expr.span());
        problems.push(
            context
                .error(
                    site.file,
                    span,
                    "experiment",
                    format!("`{}` has no bucket `{bucket}`", name.text),
                )
                .with_nearest(bucket, wanted.iter().copied()),
        );
    }
}
