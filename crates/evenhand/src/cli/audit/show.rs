//! An evenness report for the terminal. Must not say more than the report does.

use crate::terminal::table;
use flow::audit::{ComparisonReport, EvennessReport, Interval};
use rules::rulebook::Rulebook;
use std::fmt::Write as _;

pub(super) fn text(report: &EvennessReport, book: &Rulebook) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{} items since {} ({} of them never flagged), {} sets of like cases, rulebook {}",
        report.items,
        report.since.strftime("%Y-%m-%d"),
        report.never_flagged,
        report.sets,
        report.rulebook.short(),
    );
    let _ = writeln!(
        out,
        "Like: at least {:.0} % of short stretches of text shared, and nothing said otherwise ({} pairs parted).",
        report.threshold * 100.0,
        report.parted
    );
    for clause in &report.clauses {
        let _ = write!(out, "\n{}: sets of like cases {}", clause.clause, clause.sets);
        let _ = match clause.divergence {
            Some(share) => writeln!(
                out,
                ", {} decided unlike ({}), {} of them without a recorded reason",
                clause.divergent,
                percent(share),
                clause.unexplained
            ),
            None => writeln!(out),
        };
        for one in &clause.comparisons {
            comparison(&mut out, one, book);
        }
    }
    if report.clauses.is_empty() {
        out.push_str("\nNo breach was held in this time: there is nothing to compare.\n");
    }
    if !report.not_tested.is_empty() {
        out.push_str("\nNot tested:\n");
        let rows: Vec<Vec<String>> = report
            .not_tested
            .iter()
            .map(|one| {
                let clause = one.clause.as_ref().map_or("-", |clause| clause.as_str());
                vec![format!("  {clause}"), one.grouping.clone(), one.why.clone()]
            })
            .collect();
        out.push_str(&table(&rows));
    }
    out
}

fn comparison(out: &mut String, one: &ComparisonReport, book: &Rulebook) {
    let titled = book.audit.groupings.iter().find(|grouping| grouping.name == one.grouping);
    let title = titled.map_or(one.grouping.as_str(), |grouping| grouping.title.as_str());
    let _ = writeln!(out, "\n  {title}: {} and {}: {}", one.one, one.other, one.verdict);
    let _ = writeln!(out, "    {}", one.sentence);
    if let Some(odds) = one.odds {
        let high = odds.high.map_or("no upper end".to_owned(), |high| format!("{high:.2}"));
        let _ = writeln!(
            out,
            "    Odds of a measure within sets, {} to {}: {:.2} ({:.2} to {high}).",
            one.one, one.other, odds.value, odds.low
        );
    }
    if let Some(p) = one.p {
        let _ = writeln!(
            out,
            "    If groups made no difference, a split so uneven would come up with probability {p:.3}; \
             a bet of 1 against evenness stands at {:.2}.",
            one.bet
        );
    }
    if let Some(gamma) = one.gamma {
        let _ = writeln!(
            out,
            "    A hidden difference would have to make a measure {gamma:.1} times likelier to explain it."
        );
    }
    match one.finds {
        Some(odds) => {
            _ = writeln!(
                out,
                "    So many unlike pairs find odds of {odds} to 1 four times in five."
            )
        }
        None => out.push_str("    So few unlike pairs find nothing reliably.\n"),
    }
    for pair in one.unlike.iter().take(3) {
        let held = |measured| if measured { "measure" } else { "left up" };
        let _ = writeln!(
            out,
            "    {} ({}) and {} ({}){}",
            pair.one.item,
            held(pair.one.measured),
            pair.other.item,
            held(pair.other.measured),
            if pair.explained { ", reason on record" } else { "" }
        );
    }
}

fn percent(share: Interval) -> String {
    let high = share.high.unwrap_or(1.0);
    format!("{:.1} %, {:.1} to {:.1} %", share.value * 100.0, share.low * 100.0, high * 100.0)
}
