//! A report on evenness as a PDF, for whoever prints or sends it on: what the page says, in the same words and order.
//! Must not compute anything.

mod sheet;

use crate::chart::{Interval, Scale};
use crate::pages::evenness as rows;
use crate::text;
use crate::views::{EvennessView, PairPost};
use sheet::{Kind, Sheet};

/// Why there is no paper.
#[derive(Debug, thiserror::Error)]
#[error("the PDF cannot be made: {0}")]
pub(crate) struct PaperError(String);

/// The report as a PDF.
///
/// # Errors
/// [`PaperError`] when it cannot be written.
pub(crate) fn evenness(
    view: &EvennessView,
    provider: &str,
    url: &str,
) -> Result<Vec<u8>, PaperError> {
    let report = &view.report;
    let made = text::moment(&report.made_at);
    let title = format!("Are like posts treated alike? {provider}, {made}");
    let mut sheet = Sheet::new(&format!("Evenness report of {provider}, {made}"))?;
    let words = rows::Words;
    sheet.write(Kind::Title, "Are like posts treated alike?");
    sheet.write(
        Kind::Small,
        &format!("Evenness report of {provider}, made on {made}; {url}/evenness/{}", report.id),
    );
    sheet.write(Kind::Strong, &words.short(view));
    sheet.write(Kind::Body, &format!(
        "Looked at: {} posts since {}, {} of them found by no rule and reported by nobody; {} sets of like posts. Posts that say \
         the same are compared with each other, whoever wrote them. They are matched by their text, before anybody looks at what \
         was decided: at least {:.0} % of their short stretches are the same, and nothing in them says otherwise ({} pairs looked \
         alike and say something else).",
        text::count(&(report.items as u64)), text::day(&report.since), text::count(&(report.never_flagged as u64)),
        text::count(&report.sets), report.threshold * 100.0, text::count(&(report.parted as u64)),
    ));

    sheet.write(Kind::Body, &words.left_up(view));

    sheet.write(Kind::Heading, "Like posts, decided unlike");
    chart(&mut sheet, Scale::Share, rows::divergence_rows(view));
    for clause in &report.clauses {
        let told = format!("{}: {}", view.title(&clause.clause), words.divergence(clause));
        sheet.write(Kind::Item, &told);
    }

    sheet.write(Kind::Heading, "On whom it falls");
    sheet.write(Kind::Body, "Groups are what the platform declares; nothing is inferred about anybody. A direction is not a motive. Odds within sets of like posts, first group against second; an interval that holds the middle says that there may be no difference.");
    chart(&mut sheet, Scale::Odds, rows::odds_rows(view));
    for (clause, one) in words.findings(view) {
        sheet.write(
            Kind::Strong,
            &format!("{}: {} and {}: {} ({clause})", one.title, one.one, one.other, one.verdict),
        );
        sheet.write(Kind::Body, &one.sentence);
        for line in words.behind(one).iter().chain(&words.aspects(one)) {
            sheet.write(Kind::Item, line);
        }
    }

    sheet.write(Kind::Heading, "The clearest unlike pairs");
    if view.pairs.is_empty() {
        sheet.write(Kind::Body, "No two like posts of different groups were decided unlike.");
    }
    for pair in &view.pairs {
        sheet.write(Kind::Strong, &format!("{} ({})", pair.clause.title, pair.grouping));
        for one in [&pair.one, &pair.other] {
            post(&mut sheet, one, url);
        }
        sheet.write(Kind::Small, &words.near(pair));
        for said in &pair.answers {
            sheet.write(
                Kind::Item,
                &format!("The platform says ({}): {}", text::day(&said.at), said.said),
            );
        }
        if pair.answers.is_empty() {
            sheet.write(Kind::Item, "The platform has said nothing to this pair yet.");
        }
    }

    sheet.write(Kind::Heading, "From night to night");
    chart(&mut sheet, Scale::Odds, rows::drift_rows(view));
    sheet.write(Kind::Body, &words.control(view));

    sheet.write(Kind::Heading, "How often the matching is wrong");
    for line in words.pairing(view) {
        sheet.write(Kind::Item, &line);
    }

    sheet.write(Kind::Heading, "What could not be tested");
    for one in &report.not_tested {
        let clause = one.clause.as_ref().map_or("All clauses", |clause| view.title(clause));
        sheet.write(Kind::Item, &format!("{clause}, {}: {}", one.grouping, one.why));
    }
    sheet.write(Kind::Body, "Cases that still wait for people are in no comparison. A group whose posts are like nobody else’s has no pairs.");

    sheet.write(Kind::Heading, "Add it up again");
    sheet.write(Kind::Body, &format!(
        "evenhand audit recompute {url} reads the public log and computes the shares, odds, intervals, bets and verdicts of the newest \
         report anew. What needs the operator’s data: that posts are alike, who belongs to which group, and probabilities from labels \
         dealt among accounts ({} times, from the number {} on). Rulebook {}.",
        text::count(&(report.deals as u64)), report.seed, report.rulebook.short(),
    ));
    sheet.finish(&title)
}

fn post(sheet: &mut Sheet, post: &PairPost, url: &str) {
    let row = &post.decision;
    sheet.write(Kind::Body, &format!("{}: {}. {}", post.group, row.did(), post.statement));
    sheet.write(Kind::Small, &format!("Decided by {}: {url}/decisions/{}", row.by.says(), row.id));
}

fn chart(sheet: &mut Sheet, scale: Scale, rows: Vec<Interval>) {
    if rows.is_empty() {
        sheet.write(Kind::Small, "There is not enough data to draw anything.");
    } else {
        sheet.chart(scale, &rows);
    }
}
