//! `/evenness`: are like posts treated alike? The newest report, those before it, and each as a paper and as data.

use crate::chart::{Forest, Interval, Scale};
use crate::page::{Frame, Wants, html};
use crate::problem::Problem;
use crate::state::ConsoleState;
use crate::text;
use crate::views::{EvennessView, Held, PairView, ReportName};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use flow::audit::{ClauseReport, ComparisonReport, Interval as Found};
use http::header;

/// Most rows of one chart.
const MOST_ROWS: usize = 24;
const CLEAR: &str = "clear imbalance";
const WEAK: &str = "weak sign of imbalance";
const TOO_FEW: &str = "too few pairs to tell";

#[derive(Debug, Template)]
#[template(path = "evenness.html")]
struct Page<'a> {
    frame: Frame,
    home: String,
    view: Option<&'a EvennessView>,
    divergence: Forest,
    odds: Forest,
    drift: Forest,
    newest: bool,
    words: Words,
}

/// A number without zeros at its end.
fn trimmed(number: f64) -> String {
    let text = format!("{number:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The sentences that page and paper share.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words;

impl Words {
    /// A number as people write it.
    pub(crate) fn many(&self, number: &usize) -> String {
        text::count(&(*number as u64))
    }

    /// What the whole report comes to.
    pub(crate) fn short(&self, view: &EvennessView) -> String {
        let all = view.comparisons().count();
        let (clear, weak) = (view.so_many(CLEAR), view.so_many(WEAK));
        let few = view.so_many(TOO_FEW);
        if all == 0 {
            return "There is not enough data: no two groups have like posts of which one was met with a measure.".into();
        }
        let found = match clear {
            0 => "No comparison shows a clear imbalance".to_owned(),
            1 => "1 comparison shows a clear imbalance".to_owned(),
            many => format!("{many} comparisons show a clear imbalance"),
        };
        format!(
            "{found}; {weak} {} a weak sign of one, which would not stand among so many. {few} of {all} rest on too few pairs to tell.",
            if weak == 1 { "shows" } else { "show" }
        )
    }

    /// A clause's share of sets decided unlike, in words.
    pub(crate) fn divergence(&self, clause: &ClauseReport) -> String {
        let sets = text::count(&clause.sets);
        let reason = match (clause.divergent, clause.unexplained) {
            (0, _) => String::new(),
            (_, 0) => " Each of these has a recorded reason.".into(),
            (_, without) => format!(" {} of these have no recorded reason.", text::count(&without)),
        };
        let kind = if clause.sets == 1 { "set of like posts" } else { "sets of like posts" };
        let told = format!(
            "{} of {sets} {kind} were decided unlike.{reason}",
            text::count(&clause.divergent)
        );
        match clause.of_pairs {
            Some(share) => format!("{told} Of all pairs of like posts {} were.", percent(share)),
            None => told,
        }
    }

    /// Which posts stand for those that were left alone.
    pub(crate) fn left_up(&self, view: &EvennessView) -> String {
        let report = &view.report;
        let (rate, found) = (report.never_flagged_drawn, report.never_flagged as f64);
        if rate >= 1.0 {
            return "Every post that was left alone was looked at, also those that no rule found and nobody reported.".into();
        }
        format!(
            "Of the posts that were left alone {} in a hundred were looked at, each drawn by its id under a secret key, whatever was decided and whoever wrote it; the {} that nobody had flagged stand for about {}. A set of like posts is then seen in part, and more sets may hold an unlike pair than are counted here; the share of pairs allows for it.",
            trimmed(rate * 100.0),
            text::count(&(report.never_flagged as u64)),
            text::count(&((found / rate).round() as u64)),
        )
    }

    /// How sure the matching is.
    pub(crate) fn pairing(&self, view: &EvennessView) -> Vec<String> {
        let pairing = &view.report.pairing;
        let people = if pairing.people == 1 { "1 person" } else { "Different people" };
        let told = |all: u64, wrong: u64, share: Option<Found>, kind: &str, said: &str| match share
        {
            None => format!(
                "Nobody has looked at pairs that the matching {kind} yet, so how often it is wrong there is not known."
            ),
            Some(share) => format!(
                "{people} who could not see the decisions called {wrong} of {all} pairs {said} that the matching {kind}: {}.",
                percent(share)
            ),
        };
        let mut all = vec![
            told(
                pairing.alike,
                pairing.wrongly_joined,
                pairing.wrongly_joined_share,
                "called alike",
                "different",
            ),
            told(
                pairing.apart,
                pairing.wrongly_parted,
                pairing.wrongly_parted_share,
                "kept apart although they look alike",
                "the same",
            ),
        ];
        if let Some(alpha) = pairing.agreement {
            all.push(format!(
                "Among themselves they agree with Krippendorff’s alpha of {alpha:.2}."
            ));
        }
        all
    }

    /// What the control says.
    pub(crate) fn control(&self, view: &EvennessView) -> String {
        let Some(control) = &view.report.control else {
            return "The same audit on groups dealt by lot had too little data to tell.".into();
        };
        let tonight = if control.alarmed {
            "cried wolf this time"
        } else {
            "found nothing this time, as it should"
        };
        let nights = if control.nights == 1 { "1 report" } else { "reports" };
        let nights = if control.nights == 1 {
            nights.to_owned()
        } else {
            format!("{} {nights}", control.nights)
        };
        format!(
            "The same audit on groups dealt to accounts by lot {tonight}. Over {nights} it cried wolf in {}; once in twenty is what it may do.",
            control.alarms
        )
    }

    /// The numbers behind a finding, in words.
    pub(crate) fn behind(&self, one: &ComparisonReport) -> Vec<String> {
        let mut all = Vec::new();
        if let Some(odds) = one.odds.or(one.pair_odds) {
            all.push(format!(
                "Within sets of like posts the odds of a measure are {} for `{}` against `{}`.",
                odds_words(odds),
                one.one,
                one.other
            ));
        }
        if let Some(p) = one.same_in_every_language.filter(|p| *p < 0.05) {
            all.push(format!("The odds differ from language to language (p {}), so that no one number stands for all.", p_words(p)));
        }
        if let Some(odds) = one.odds_reports_equal {
            all.push(format!(
                "With it held equal whether somebody reported the post they are {}.",
                odds_words(odds)
            ));
        }
        if let Some(p) = one.p {
            all.push(format!(
                "If groups made no difference, a split as uneven as this would come up with a probability of {}.",
                p_words(p)
            ));
        }
        if let Some(gamma) = one.gamma {
            all.push(format!(
                "Something unseen would have to make a measure {gamma:.1} times as likely for one group’s posts to explain it."
            ));
        }
        all.push(one.power.clone());
        all
    }

    /// Other differences, where there are unlike pairs in them.
    pub(crate) fn aspects(&self, one: &ComparisonReport) -> Vec<String> {
        let named = |aspect: &str| match aspect {
            "severity" => Some("the graver of two measures"),
            "speed" => Some("the quicker decision"),
            "warning" => Some("punishment without a warning before"),
            "lasting" => Some("a measure that stayed while the other was taken back"),
            "appeal" => Some("the refused one of two challenges"),
            "exemption" => Some("the measure, while the other stood as an exemption,"),
            _ => None,
        };
        let counted = one.aspects.iter().filter(|counts| counts.one + counts.other > 0);
        let told = counted.filter_map(|counts| {
            let what = named(&counts.aspect)?;
            let p = counts.p.map(p_words).unwrap_or_default();
            let both = match counts.aspect.as_str() {
                "appeal" => "challenged a measure",
                "exemption" => "were held to breach",
                _ => "were met with a measure",
            };
            Some(format!(
                "Where both {both}, {what} fell on `{}` {} times and on `{}` {} times (p {p}, taken alone).",
                one.one, counts.one, one.other, counts.other
            ))
        });
        told.collect()
    }

    /// Findings that deserve a card: the clear ones, then the weak.
    pub(crate) fn findings<'v>(
        &self,
        view: &'v EvennessView,
    ) -> Vec<(String, &'v ComparisonReport)> {
        [CLEAR, WEAK]
            .into_iter()
            .flat_map(|verdict| view.comparisons().filter(move |(_, one)| one.verdict == verdict))
            .map(|(clause, one)| (view.title(clause).to_owned(), one))
            .collect()
    }

    /// How near two posts of a pair are.
    pub(crate) fn near(&self, pair: &PairView) -> String {
        let shared = pair.similarity.map_or_else(
            || "Joined through other posts of their set".to_owned(),
            |share| format!("{:.0} % of their short stretches of text are the same", share * 100.0),
        );
        let reason = if pair.explained {
            "one decision says what sets it apart"
        } else {
            "no decision says what sets them apart"
        };
        let meaning = pair.meaning.map_or_else(String::new, |cosine| {
            format!("; by meaning they are {cosine:.2} of 1 alike")
        });
        format!("{shared}{meaning}; {reason}.")
    }
}

fn percent(share: Found) -> String {
    crate::chart::interval_words(Scale::Share, (share.value, share.low, share.high.unwrap_or(1.0)))
}

fn odds_words(odds: Found) -> String {
    let high = odds.high.unwrap_or(f64::INFINITY);
    format!("{} to 1", crate::chart::interval_words(Scale::Odds, (odds.value, odds.low, high)))
}

fn p_words(p: f64) -> String {
    if p < 0.001 { "less than 0.001".into() } else { format!("{p:.3}") }
}

/// Rows of the share of sets decided unlike.
pub(crate) fn divergence_rows(view: &EvennessView) -> Vec<Interval> {
    let rows = view.report.clauses.iter().filter_map(|clause| {
        let share = clause.divergence?;
        Some(Interval {
            label: view.title(&clause.clause).to_owned(),
            detail: format!("{} sets", text::count(&clause.sets)),
            href: Some(format!("/decisions?clause={}", text::percent(clause.clause.as_str()))),
            value: (share.value, share.low, share.high.unwrap_or(1.0)),
            loud: false,
        })
    });
    rows.collect()
}

/// Rows of odds, the strongest findings first.
pub(crate) fn odds_rows(view: &EvennessView) -> Vec<Interval> {
    let mut all: Vec<_> = view
        .comparisons()
        .filter_map(|(clause, one)| Some((clause, one, one.odds.or(one.pair_odds)?)))
        .collect();
    all.sort_by(|(_, a, _), (_, b, _)| a.p.unwrap_or(1.0).total_cmp(&b.p.unwrap_or(1.0)));
    let rows = all.into_iter().take(MOST_ROWS).map(|(clause, one, odds)| Interval {
        label: format!("{} against {}", one.one, one.other),
        detail: format!("{}, {}: {}", view.title(clause), one.title, one.verdict),
        href: None,
        value: (odds.value, odds.low, odds.high.unwrap_or(f64::INFINITY)),
        loud: one.verdict == CLEAR,
    });
    rows.collect()
}

/// Rows of what is counted from night to night.
pub(crate) fn drift_rows(view: &EvennessView) -> Vec<Interval> {
    let counted = view.report.drift.iter().filter_map(|stream| Some((stream, stream.odds?)));
    let rows = counted.take(MOST_ROWS).map(|(stream, odds)| Interval {
        label: format!("{} against {}", stream.one, stream.other),
        detail: format!(
            "{}: {} to {} unlike of {} pairs; a bet of 1 stands at {:.2}{}",
            view.title(&stream.clause),
            stream.against_one,
            stream.against_other,
            text::count(&stream.pairs),
            stream.bet,
            if stream.alarm { ": alarm" } else { "" }
        ),
        href: None,
        value: (odds.value, odds.low, odds.high.unwrap_or(f64::INFINITY)),
        loud: stream.alarm,
    });
    rows.collect()
}

fn page<'a>(state: &ConsoleState, view: Option<&'a EvennessView>, newest: bool) -> Page<'a> {
    let twin = match view {
        Some(view) if !newest => format!("/api/v1/evenness/{}", view.report.id),
        _ => "/api/v1/evenness".to_owned(),
    };
    let rows = |of: fn(&EvennessView) -> Vec<Interval>| view.map(of).unwrap_or_default();
    Page {
        frame: Frame::new(state, "/evenness", twin),
        home: state.public_url.clone(),
        view,
        divergence: Forest::new(
            "divergence",
            "Like posts that were decided unlike",
            "Of the sets of like posts in which at least one was met with a measure under the clause: the share in which not all were. The bar is the interval at 95 %.",
            Scale::Share,
            rows(divergence_rows),
        ),
        odds: Forest::new(
            "odds",
            "Who is met with a measure more readily",
            "Odds of a measure within sets of like posts, first group against second. Right of the middle the first group fares worse, left of it the second. An interval that holds the middle says that there may be no difference.",
            Scale::Odds,
            rows(odds_rows),
        ),
        drift: Forest::new(
            "drift",
            "Counted from night to night",
            "Odds by all unlike pairs since they are counted, one for each set of like posts. The interval holds on every night at once, however often one looks.",
            Scale::Odds,
            rows(drift_rows),
        ),
        newest,
        words: Words,
    }
}

/// `GET /evenness`.
pub(crate) async fn newest(
    State(state): State<ConsoleState>,
    wants: Wants,
) -> Result<Response, Problem> {
    let view = crate::reads::evenness(&state, None).await?;
    wants.answer(&view, || page(&state, view.as_ref(), true))
}

/// `GET /evenness/{id}`.
pub(crate) async fn one(
    State(state): State<ConsoleState>,
    Path(id): Path<String>,
    wants: Wants,
) -> Result<Response, Problem> {
    let view = crate::reads::evenness(&state, Some(&id)).await?;
    wants.answer(&view, || page(&state, view.as_ref(), false))
}

#[derive(Debug, Template)]
#[template(path = "evenness-history.html")]
struct History<'a> {
    frame: Frame,
    reports: &'a [ReportName],
}

/// `GET /evenness/history`.
pub(crate) async fn history(
    State(state): State<ConsoleState>,
    wants: Wants,
) -> Result<Response, Problem> {
    let reports = crate::reads::evenness_reports(&state).await?;
    let frame = Frame::new(&state, "/evenness", "/api/v1/evenness/history");
    match wants {
        Wants::Json => wants.answer(&reports, || History { frame, reports: &reports }),
        Wants::Page => html(&History { frame, reports: &reports }),
    }
}

/// `GET /evenness/{id}/sets.ndjson`.
pub(crate) async fn sets(
    State(state): State<ConsoleState>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let sets = crate::reads::evenness_sets(&state, &id).await?;
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], sets).into_response())
}

/// `GET /evenness/{id}/report.pdf`.
pub(crate) async fn paper(
    State(state): State<ConsoleState>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let view = crate::reads::evenness(&state, Some(&id)).await?;
    let Some(view) = view else { return Ok(http::StatusCode::NOT_FOUND.into_response()) };
    let (provider, url) = (crate::reads::provider(&state), state.public_url.clone());
    let made = tokio::task::spawn_blocking(move || crate::paper::evenness(&view, &provider, &url));
    let bytes = made.await.map_err(Problem::internal)?.map_err(Problem::internal)?;
    let kind = [
        (header::CONTENT_TYPE, "application/pdf"),
        (header::CONTENT_DISPOSITION, "inline; filename=\"evenness.pdf\""),
    ];
    Ok((kind, bytes).into_response())
}
