//! The numbers that people see on the pages `/` and `/log/`, read out of their HTML, and what the log
//! says of them. A page that says something else than its data would be believed: so it is read too.

use super::numbers::{Hours, Numbers};
use crate::cli::source::Source;
use anyhow::Result;
use jiff::Timestamp;
use serde_json::Value;

const DAY: i64 = 86_400;
/// Days that the charts of `/log/` look back.
const DAYS: usize = 30;
/// How `/log/` names how far automation decided.
const DECIDERS: [(&str, &str); 3] = [
    ("fully", "by automation alone"),
    ("partially", "by people, on what rules had found"),
    ("not_automated", "by people alone"),
];

/// The two pages as they were served.
#[derive(Debug)]
pub(super) struct Pages {
    overview: String,
    log: String,
}

impl Pages {
    /// Reads them; a folder has none.
    pub(super) async fn of(source: &Source) -> Result<Option<Self>> {
        if matches!(source, Source::Folder(_)) {
            return Ok(None);
        }
        let (overview, log) = (source.text("").await?, source.text("log/").await?);
        Ok(Some(Self { overview, log }))
    }

    /// What the pages say otherwise than the log, and than the overview's data, which is held against
    /// the log by itself.
    pub(super) fn compare(&self, numbers: &Numbers, data: &Value, now: Timestamp) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut differ = |page: &str, what: &str, theirs: Option<u64>, ours: u64| {
            if theirs != Some(ours) {
                let said = theirs.map_or("nothing".into(), |number| number.to_string());
                wrong.push(format!("the page {page}, {what}: it says {said}, the log says {ours}"));
            }
        };
        for (label, ours) in
            [("found in breach", numbers.breaches), ("found in order", numbers.no_breach)]
        {
            differ("/", label, counted(&self.overview, label), ours);
            differ("/log/", label, counted(&self.log, label), ours);
        }
        for (label, ours) in [
            ("Leaves", numbers.leaves),
            ("decided anew", numbers.replacements),
            ("personal data erased", numbers.erased),
        ] {
            differ("/log/", label, counted(&self.log, label), ours);
        }
        for (word, label) in DECIDERS {
            let ours = numbers.by_decider.get(word).copied().unwrap_or(0);
            differ("/log/", label, row(&self.log, label).or((ours == 0).then_some(0)), ours);
        }
        let data = ["by_clause", "by_measure"].map(|name| lines(data, name));
        let today = now.as_second().div_euclid(DAY);
        let hours = [&numbers.by_clause, &numbers.by_measure, &numbers.by_class];
        let log = hours.map(|hours| move |days: usize| by_day(hours, today, days));
        let (mut charts, mut ours) = (charts(&self.overview), data.into_iter());
        let on_overview = charts.by_ref().zip(ours.by_ref());
        for (at, (chart, ours)) in on_overview.enumerate() {
            if !chart.shows(ours) {
                wrong.push(format!("the page /, chart {}: it and /api/v1/overview differ", at + 1));
            }
        }
        if charts.next().is_some() || ours.next().is_some() {
            wrong.push("the page /: it has other charts than /api/v1/overview".into());
        }
        let on_log: Vec<Chart> = self::charts(&self.log).collect();
        if on_log.len() != log.len() {
            wrong.push(format!(
                "the page /log/: it has {} charts, not {}",
                on_log.len(),
                log.len()
            ));
        }
        for (at, (chart, ours)) in on_log.iter().zip(log).enumerate() {
            if !chart.shows(ours(if chart.rows == 0 { DAYS } else { chart.rows })) {
                wrong.push(format!("the page /log/, chart {}: it and the log differ", at + 1));
            }
        }
        wrong
    }
}

/// A number in words of a page, `1,234`.
fn number(text: &str) -> Option<u64> {
    text.trim().replace(',', "").parse().ok()
}

/// The number under a label in a list of counts.
fn counted(page: &str, label: &str) -> Option<u64> {
    page.match_indices(label).find_map(|(at, _)| {
        let rest = page.get(at + label.len()..)?;
        let rest = rest.strip_prefix("</span>").unwrap_or(rest).strip_prefix("</dt><dd>")?;
        number(rest.split_once("</dd>")?.0)
    })
}

/// The number in a row of a table.
fn row(page: &str, label: &str) -> Option<u64> {
    let (_, rest) = page.split_once(&format!(">{label}</th>"))?;
    number(rest.split_once("<td class=\"number\">")?.1.split_once("</td>")?.0)
}

/// A chart, as the table below it has it: a line of numbers for each thing that is counted.
#[derive(Debug)]
struct Chart {
    rows: usize,
    lines: Vec<Vec<u64>>,
}

fn charts(page: &str) -> impl Iterator<Item = Chart> {
    page.split("<figure class=\"chart\"").skip(1).map(|text| {
        let text = text.split("</figure>").next().unwrap_or_default();
        let mut chart = Chart { rows: 0, lines: Vec::new() };
        for row in text.split("<tr>").skip(2) {
            chart.rows += 1;
            for (at, cell) in row.split("<td class=\"number\">").skip(1).enumerate() {
                let cell = number(cell.split("</td>").next().unwrap_or_default());
                if chart.lines.len() <= at {
                    chart.lines.push(Vec::new());
                }
                // What is no number equals none of ours.
                chart
                    .lines
                    .get_mut(at)
                    .into_iter()
                    .for_each(|line| line.push(cell.unwrap_or(u64::MAX)));
            }
        }
        chart
    })
}

impl Chart {
    /// Whether it shows these lines and no others; the last of a chart may be all that have no
    /// colour of their own.
    fn shows(&self, mut ours: Vec<Vec<u64>>) -> bool {
        ours.retain(|line| line.iter().any(|count| *count > 0));
        let Some((last, first)) = self.lines.split_last() else { return ours.is_empty() };
        for line in first {
            match ours.iter().position(|other| other == line) {
                Some(at) => drop(ours.swap_remove(at)),
                None => return false,
            }
        }
        let rest = (0..self.rows).map(|row| ours.iter().filter_map(|line| line.get(row)).sum());
        !ours.is_empty() && *last == rest.collect::<Vec<u64>>()
    }
}

/// The lines of a chart in the overview's data.
fn lines(data: &Value, name: &str) -> Vec<Vec<u64>> {
    let lines = data.pointer(&format!("/timeline/{name}")).and_then(Value::as_array);
    let values = |line: &Value| {
        let values = line.get("values").and_then(Value::as_array).into_iter().flatten();
        values.filter_map(Value::as_u64).collect()
    };
    lines.into_iter().flatten().map(values).collect()
}

/// What the leaves count in the last days up to `today`.
fn by_day(hours: &Hours, today: i64, days: usize) -> Vec<Vec<u64>> {
    let many = i64::try_from(days).unwrap_or(i64::MAX);
    let line = |counts: &std::collections::BTreeMap<i64, u64>| {
        let of = |day: i64| counts.range(day * DAY..(day + 1) * DAY).map(|(_, count)| count).sum();
        (today.saturating_sub(many) + 1..=today).map(of).collect()
    };
    hours.values().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn chart(lines: &[&[u64]]) -> String {
        let rows = lines.first().map_or(0, |line| line.len());
        let cells = |row: usize| {
            let cells = lines.iter().map(|line| format!("<td class=\"number\">{}</td>", line[row]));
            format!("<tr><th scope=\"row\">x</th>{}</tr>", cells.collect::<String>())
        };
        let rows: String = (0..rows).map(cells).collect();
        let table = format!("<table><tr><th>When</th></tr>{rows}</table>");
        format!(
            "<figure class=\"chart\" id>{}</figure>",
            if lines.is_empty() { "" } else { &table }
        )
    }

    fn leaves() -> Vec<Vec<u8>> {
        let of = |value: Value| value.to_string().into_bytes();
        vec![
            of(json!({"v":1,"decision":"a","decided_at":"2026-11-22T12:00Z","outcome":"no_breach",
                "clauses":[],"measures":[],"automated_decision":"fully","account_class":"none"})),
            of(json!({"v":1,"decision":"b","decided_at":"2026-11-23T12:00Z","outcome":"breach",
                "clauses":["p#c"],"measures":[{"measure":"remove"}],"account_class":"party",
                "automated_decision":"partially","replaces":"a"})),
            of(json!({"v":2,"kind":"erasure","erased_at":"2026-11-23T13:00Z","decisions":3})),
        ]
    }

    fn pages() -> (Pages, Value) {
        let counts = "<dt><span class=\"mark breach\">found in breach</span></dt><dd>1</dd>\
            <dt><span>found in order</span></dt><dd>1</dd>";
        let overview = format!("{counts}{}{}", chart(&[&[0, 1]]), chart(&[&[0, 1]]));
        let log = format!(
            "<dt>Leaves</dt><dd>3</dd>{counts}<dt>decided anew</dt><dd>1</dd>\
             <dt>personal data erased</dt><dd>3</dd>{}{}{}\
             <th scope=\"row\">by automation alone</th><td class=\"number\">1</td>\
             <th scope=\"row\">by people, on what rules had found</th><td class=\"number\">1</td>",
            chart(&[&[0, 1]]),
            chart(&[&[0, 1]]),
            chart(&[&[0, 1], &[1, 0]])
        );
        let line = json!([{ "key": "k", "name": "x", "values": [0, 1] }]);
        let data = json!({ "timeline": { "by_clause": line, "by_measure": line } });
        (Pages { overview, log }, data)
    }

    #[test]
    fn honest_pages_are_accepted_and_every_number_that_is_changed_is_found() {
        let numbers = Numbers::of(&leaves()).unwrap();
        let now = "2026-11-23T18:00:00Z".parse().unwrap();
        let (honest, data) = pages();
        assert_eq!(honest.compare(&numbers, &data, now), Vec::<String>::new());
        let digits = |page: &str| -> Vec<usize> {
            let at = page.match_indices(|c: char| c.is_ascii_digit()).map(|(at, _)| at);
            at.collect()
        };
        for (first, page) in [(true, &honest.overview), (false, &honest.log)] {
            for at in digits(page) {
                let mut changed = page.clone();
                changed.replace_range(at..=at, "7");
                let pages = match first {
                    true => Pages { overview: changed, log: honest.log.clone() },
                    false => Pages { overview: honest.overview.clone(), log: changed },
                };
                assert!(!pages.compare(&numbers, &data, now).is_empty(), "{first} {at}");
            }
        }
    }

    #[test]
    fn what_has_no_colour_of_its_own_is_added_up() {
        let of = |lines: &[&[u64]]| charts(&chart(lines)).next().unwrap();
        let ours = || vec![vec![3, 1], vec![0, 2], vec![0, 0], vec![1, 0]];
        assert!(of(&[&[3, 1], &[1, 2]]).shows(ours()));
        assert!(!of(&[&[3, 1], &[1, 1]]).shows(ours()));
        assert!(!of(&[&[3, 1]]).shows(ours()));
        assert!(of(&[]).shows(vec![vec![0, 0]]) && !of(&[]).shows(ours()));
    }
}
