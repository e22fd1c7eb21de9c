//! A replay's report for people at a terminal. Must not compute.

use crate::terminal::table;
use anyhow::Result;
use flow::replay::{Both, Flip, ReplayReport, Ruled, Turn};
use model::AccountId;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// What the draft would do to one account's items.
#[derive(Debug, Default, Serialize)]
pub(super) struct AccountTurns {
    newly_hit: u64,
    cleared: u64,
}

/// Accounts with an item that is newly hit or cleared. The operator's alone.
pub(super) fn accounts(folder: &Path) -> Result<BTreeMap<AccountId, AccountTurns>> {
    let mut accounts: BTreeMap<AccountId, AccountTurns> = BTreeMap::new();
    for flip in flow::replay::flips(folder)? {
        let flip = flip?;
        let (hit, cleared) = match flip.turn {
            _ if !flip.missing.is_empty() => continue,
            Turn::NewlyHit => (1, 0),
            Turn::Cleared => (0, 1),
            _ => continue,
        };
        let turns = accounts.entry(flip.account).or_default();
        turns.newly_hit += hit;
        turns.cleared += cleared;
    }
    Ok(accounts)
}

/// The whole report.
pub(super) fn text(report: &ReplayReport, flips: &[Flip], folder: &Path) -> String {
    let tally = &report.tally;
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(
        out,
        "{} events since {} under the draft {} ({} in force): {} of {} items come out otherwise.",
        tally.events,
        report.since.strftime("%Y-%m-%d %H:%M"),
        report.draft.short(),
        report.in_force.short(),
        tally.flips(),
        tally.compared,
    );
    let _ = writeln!(out, "{:.1} s, {:.0} events/s.", report.seconds, report.speed());
    for (count, what) in [
        (tally.without_item, "about no item"),
        (tally.erased, "erased since"),
        (tally.undecided_then, "could not be decided then"),
        (tally.undecidable, "cannot be decided under the draft"),
    ] {
        if count > 0 {
            let _ = writeln!(out, "  {count} events {what}");
        }
    }
    if let Some(why) = &tally.first_undecidable {
        let _ = writeln!(out, "    the first because: {why}");
    }
    if tally.unsure > 0 {
        let _ = writeln!(
            out,
            "  {} items need facts that were not recorded and are in no sum below ({} would come out otherwise without \
             them):",
            tally.unsure, tally.unsure_flips
        );
        for (kind, count) in &tally.missing {
            let _ = writeln!(out, "    {count}: {kind}");
        }
    }
    let others: u64 = tally
        .versions
        .iter()
        .filter(|(version, _)| version.as_str() != report.in_force.as_str())
        .map(|(_, count)| count)
        .sum();
    if others > 0 {
        let _ = writeln!(
            out,
            "  {others} items were decided under earlier rulebooks: what they come out otherwise may be older changes"
        );
    }
    if tally.flips() > 0 {
        out.push('\n');
        for turn in Turn::ALL.into_iter().filter(|turn| tally.turned(*turn) > 0) {
            let _ = writeln!(out, "{:>8}  {}", tally.turned(turn), turn.in_words());
        }
        let _ = writeln!(
            out,
            "{:>8}  accounts newly hit, {} cleared; people had their say on {} of the items",
            report.accounts_newly_hit, report.accounts_cleared, tally.judged_by_people
        );
    }
    let clauses = tally.clauses.iter().map(|(clause, one)| {
        let turned = Turn::ALL.map(|turn| one.turns.get(&turn).copied().unwrap_or(0));
        (clause, [arrow(one.breaches), arrow(one.referred)], turned.iter().sum::<u64>())
    });
    let rows: Vec<Vec<String>> = clauses
        .map(|(clause, [breaches, referred], flips)| {
            vec![clause.clone(), breaches, referred, flips.to_string()]
        })
        .collect();
    section(&mut out, &["clause", "breaches", "to people", "flips"], rows);
    for (title, counts) in
        [("measure", &tally.measures), ("step", &tally.steps), ("rule", &tally.rules)]
    {
        let rows = counts.iter().map(|(name, both)| vec![name.clone(), arrow(*both)]);
        section(&mut out, &[title, "before → after"], rows.collect());
    }
    for (grouping, groups) in &tally.groups {
        let rows = groups.iter().map(|(group, one)| {
            let turned: u64 = one.turns.values().sum();
            let counts = [one.items.to_string(), arrow(one.measured), arrow(one.referred)];
            [vec![group.clone()], counts.to_vec(), vec![turned.to_string()]].concat()
        });
        let head = [grouping.as_str(), "items", "met with a measure", "to people", "flips"];
        section(&mut out, &head, rows.collect());
    }
    if let Some(evenness) = &report.evenness {
        let _ = writeln!(out, "\nEvenness: {}. {}", evenness.verdict, evenness.sentence);
    }
    notices(&mut out, report);
    shown(&mut out, flips, report, folder);
    out
}

fn notices(out: &mut String, report: &ReplayReport) {
    let (recorded, assumed) = (report.notices_recorded, report.notices_assumed);
    if recorded + assumed == 0 {
        return;
    }
    let _ = match report.usual_delay {
        Some(delay) => writeln!(
            out,
            "\nWarnings that the draft gives otherwise: {recorded} taken as delivered when that of the recorded \
             decision was, {assumed} after the usual {delay:.0} s."
        ),
        None => writeln!(out, "\nNo notice was ever delivered: none is taken as delivered."),
    };
}

fn shown(out: &mut String, flips: &[Flip], report: &ReplayReport, folder: &Path) {
    if flips.is_empty() {
        return;
    }
    out.push('\n');
    for flip in flips {
        let _ = writeln!(
            out,
            "{}  {}  item {}  account {}",
            flip.at.strftime("%Y-%m-%d %H:%M"),
            flip.turn.in_words(),
            flip.item,
            flip.account
        );
        let _ = writeln!(out, "    before  {}", one(&flip.before));
        let _ = writeln!(out, "    after   {}", one(&flip.after));
        if !flip.missing.is_empty() {
            let _ = writeln!(out, "    missing {}: in no sum", flip.missing.join(", "));
        }
    }
    let all = report.tally.flips() + report.tally.unsure_flips;
    let _ = writeln!(out, "{} of {all} flips; all are in {}", flips.len(), folder.display());
}

fn one(ruled: &Ruled) -> String {
    let mut words = vec![match ruled.outcome.as_str() {
        "no_breach" => "no breach".to_owned(),
        outcome => format!("{outcome} {}", ruled.clauses.join(", ")).trim().to_owned(),
    }];
    if !ruled.measures.is_empty() {
        words.push(ruled.measures.join(" + "));
    }
    if !ruled.rules.is_empty() {
        words.push(format!("by {}", ruled.rules.join(", ")));
    }
    words.extend(ruled.why.clone());
    words.join("; ")
}

fn arrow(both: Both) -> String {
    if both.before == both.after {
        both.before.to_string()
    } else {
        format!("{} → {}", both.before, both.after)
    }
}

fn section(out: &mut String, head: &[&str], rows: Vec<Vec<String>>) {
    if rows.is_empty() {
        return;
    }
    let head = head.iter().map(|title| (*title).to_owned()).collect();
    let all: Vec<Vec<String>> = std::iter::once(head).chain(rows).collect();
    out.push('\n');
    out.push_str(&table(&all));
}
