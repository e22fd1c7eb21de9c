//! An evenness report for the terminal. Must not say more than the report does.

use crate::terminal::table;
use flow::audit::{ComparisonReport, EvennessReport, Interval, LikePost};
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
    if let Some(meaning) = &report.meaning {
        let _ = writeln!(
            out,
            "Besides, sets that say the same were joined by meaning {} times (cosine from {:.2} on, {:.2} where one is Chinese, model {}).",
            meaning.joined,
            meaning.threshold,
            meaning.threshold_chinese.unwrap_or(meaning.threshold),
            meaning.model.get(..12).unwrap_or_default()
        );
    }
    if report.never_flagged_drawn < 1.0 {
        let share = report.never_flagged_drawn * 100.0;
        let _ = writeln!(
            out,
            "Of what was left alone {share} % was drawn, item by item under a secret key."
        );
    }
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
    for stream in report.drift.iter().filter(|stream| stream.alarm) {
        let _ = writeln!(
            out,
            "\nALARM {}: {} and {}: {} to {} unlike pairs since they are counted, a bet of 1 stands at {:.0}",
            stream.clause,
            stream.one,
            stream.other,
            stream.against_one,
            stream.against_other,
            stream.bet
        );
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
    if let Some(p) = one.same_in_every_language.filter(|p| *p < 0.05) {
        let _ = writeln!(
            out,
            "    The odds differ by language (p {p:.3}), so that no one number stands for them."
        );
    }
    let _ = writeln!(out, "    {}", one.power);
    for pair in one.unlike.iter().take(3) {
        let post = |post: &LikePost| {
            let id = post.decision.map_or("no decision".to_owned(), |id| id.to_string());
            format!("{id} ({})", if post.measured { "measure" } else { "left up" })
        };
        let reason = if pair.explained { ", reason on record" } else { "" };
        let _ = writeln!(out, "    {} and {}{reason}", post(&pair.one), post(&pair.other));
    }
}

fn percent(share: Interval) -> String {
    let high = share.high.unwrap_or(1.0);
    format!("{:.1} %, {:.1} to {:.1} %", share.value * 100.0, share.low * 100.0, high * 100.0)
}
