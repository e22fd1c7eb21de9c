//! The sentences of a report. May say what the numbers say, in the words that an audit may use, and nothing of motives.

use likeness::audit::{Aspect, Comparison, Judged, Verdict};

/// The finding in a sentence with its counts.
pub(super) fn finding((one, other): (&str, &str), found: &Comparison) -> String {
    let counts = found.pairs_of(Aspect::Measure);
    let (sets, unlike) = (found.divergence.sets, counts.only_one + counts.only_other);
    let pairs = plural(sets, "pair of like posts", "pairs of like posts");
    let were = if unlike == 1 { "was" } else { "were" };
    format!(
        "Of {sets} {pairs}, one by each group, {unlike} {were} decided unlike: in {} only the post of `{one}` was met \
         with a measure, in {} only that of `{other}`.",
        counts.only_one, counts.only_other
    )
}

/// What so many pairs can tell, in words.
pub(super) fn power(found: &Comparison, judged: &Judged) -> String {
    let counts = found.pairs_of(Aspect::Measure);
    let unlike = counts.only_one + counts.only_other;
    let pairs = plural(unlike, "unlike pair", "unlike pairs");
    let needed = judged.needed.map_or_else(String::new, |needed| {
        format!(" {needed} would be needed to find odds of 3 to 1 four times in five.")
    });
    match (judged.verdict, judged.finds) {
        (Verdict::TooFew, None) => {
            format!("There is not enough data: {unlike} {pairs} can find nothing reliably.{needed}")
        }
        (Verdict::TooFew, Some(odds)) => format!(
            "There is not enough data for small differences: {unlike} {pairs} find odds of {odds} to 1 four times in \
             five, and miss smaller ones more often.{needed}"
        ),
        (_, Some(odds)) => format!(
            "{unlike} {pairs} find a difference of {odds} to 1 four times in five; a smaller one may be there unseen."
        ),
        (_, None) => format!("{unlike} {pairs} can only find a difference that is nearly total."),
    }
}

/// One or many.
pub(super) const fn plural<'a>(number: u64, one: &'a str, many: &'a str) -> &'a str {
    if number == 1 { one } else { many }
}

/// The short name of an aspect.
pub(super) const fn aspect(aspect: Aspect) -> &'static str {
    match aspect {
        Aspect::Measure => "measure",
        Aspect::Severity => "severity",
        Aspect::Speed => "speed",
        Aspect::Warning => "warning",
        Aspect::Lasting => "lasting",
        Aspect::Appeal => "appeal",
        Aspect::Exemption => "exemption",
    }
}
