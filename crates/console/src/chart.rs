//! Counts over time as one stacked column chart: SVG that needs no script and no inline style, with
//! a table that says the same. Must not fetch or count anything.

mod forest;

pub(crate) use forest::{Forest, Row as Interval, Scale, Span, words as interval_words};

use askama::Template;

/// Most series that keep a colour of their own; the rest becomes "Everything else".
const COLOURS: usize = 6;
const WIDTH: u64 = 480;
const HEIGHT: u64 = 220;
const LEFT: u64 = 40;
const RIGHT: u64 = 4;
const TOP: u64 = 10;
const BOTTOM: u64 = 24;

/// One colour of the chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Series {
    /// What is counted.
    pub name: String,
    /// Where more of it is shown.
    pub href: Option<String>,
    /// One count per column.
    pub values: Vec<u64>,
}

impl Series {
    fn total(&self) -> u64 {
        self.values.iter().sum()
    }
}

#[derive(Debug)]
struct Bar {
    x: String,
    y: String,
    width: String,
    height: String,
    colour: usize,
    says: String,
}

#[derive(Debug)]
struct Mark {
    at: String,
    says: String,
}

/// A chart that is ready to be drawn.
#[derive(Debug, Template)]
#[template(path = "chart.html")]
pub(crate) struct Chart {
    id: &'static str,
    title: String,
    unit: &'static str,
    columns: Vec<String>,
    series: Vec<Series>,
    bars: Vec<Bar>,
    lines: Vec<Mark>,
    labels: Vec<Mark>,
}

impl Chart {
    /// Lays out `series` over `columns`, the largest series at the bottom.
    pub(crate) fn new(
        id: &'static str,
        title: impl Into<String>,
        unit: &'static str,
        columns: Vec<String>,
        series: Vec<Series>,
    ) -> Self {
        let series = fold(series);
        let tallest = (0..columns.len())
            .map(|column| series.iter().map(|one| value(one, column)).sum::<u64>())
            .max()
            .unwrap_or(0);
        let (step, top) = scale(tallest);
        let mut chart = Self {
            id,
            title: title.into(),
            unit,
            columns,
            series,
            bars: Vec::new(),
            lines: Vec::new(),
            labels: Vec::new(),
        };
        chart.draw(step, top);
        chart
    }

    fn draw(&mut self, step: u64, top: u64) {
        let room = (HEIGHT - TOP - BOTTOM) as f64;
        let floor = (HEIGHT - BOTTOM) as f64;
        let high = |count: u64| room * count as f64 / top as f64;
        for says in (0..=top).step_by(usize::try_from(step).unwrap_or(usize::MAX)) {
            let at = format!("{:.1}", floor - high(says));
            self.lines.push(Mark { at, says: crate::text::count(&says) });
        }
        let each = (WIDTH - LEFT - RIGHT) as f64 / self.columns.len().max(1) as f64;
        let wide = (each * 0.72).min(36.0);
        let shown = self.columns.len().div_ceil(6).max(1);
        for (column, name) in self.columns.iter().enumerate() {
            let middle = LEFT as f64 + each * (column as f64 + 0.5);
            if column % shown == 0 {
                self.labels.push(Mark { at: format!("{middle:.1}"), says: name.clone() });
            }
            let mut y = floor;
            for (colour, series) in self.series.iter().enumerate() {
                let count = value(series, column);
                if count == 0 {
                    continue;
                }
                y -= high(count);
                self.bars.push(Bar {
                    x: format!("{:.1}", middle - wide / 2.0),
                    y: format!("{y:.1}"),
                    width: format!("{wide:.1}"),
                    // A hair of background between two colours keeps them apart for every eye.
                    height: format!("{:.1}", (high(count) - 1.0).max(0.6)),
                    colour,
                    says: format!("{name}: {}, {}", series.name, crate::text::count(&count)),
                });
            }
        }
    }

    fn total(&self) -> u64 {
        self.series.iter().map(Series::total).sum()
    }
}

fn value(series: &Series, column: usize) -> u64 {
    series.values.get(column).copied().unwrap_or(0)
}

/// The largest series first; what has no colour of its own is added up.
fn fold(mut series: Vec<Series>) -> Vec<Series> {
    series.retain(|one| one.total() > 0);
    series.sort_by(|a, b| b.total().cmp(&a.total()).then_with(|| a.name.cmp(&b.name)));
    if series.len() > COLOURS {
        let rest = series.split_off(COLOURS - 1);
        let columns = rest.iter().map(|one| one.values.len()).max().unwrap_or(0);
        let values =
            (0..columns).map(|column| rest.iter().map(|one| value(one, column)).sum()).collect();
        series.push(Series { name: "Everything else".into(), href: None, values });
    }
    series
}

/// Distance between two lines and the highest line: round numbers, two to five lines.
fn scale(tallest: u64) -> (u64, u64) {
    let tallest = tallest.max(1);
    let mut unit = 1_u64;
    loop {
        for factor in [1, 2, 5] {
            let step = unit.saturating_mul(factor);
            if tallest.div_ceil(step) <= 4 {
                return (step, step * tallest.div_ceil(step));
            }
        }
        unit = unit.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(name: &str, values: &[u64]) -> Series {
        Series { name: name.into(), href: None, values: values.to_vec() }
    }

    #[test]
    fn the_scale_is_round() {
        for (tallest, expected) in [
            (0, (1, 1)),
            (3, (1, 3)),
            (5, (2, 6)),
            (9, (5, 10)),
            (97, (50, 100)),
            (u64::MAX / 8, (1_000_000_000_000_000_000, 3_000_000_000_000_000_000)),
        ] {
            let (step, top) = scale(tallest);
            assert_eq!((step, top), expected, "{tallest}");
            assert!(top >= tallest && top / step <= 5);
        }
    }

    #[test]
    fn bars_stand_on_one_another_and_the_table_says_the_same() {
        let columns = vec!["Mon".into(), "Tue".into()];
        let chart = Chart::new(
            "c",
            "Breaches",
            "breaches",
            columns,
            vec![series("<i>", &[1, 0]), series("Spam", &[3, 4])],
        );
        assert_eq!(chart.bars.len(), 3);
        let html = chart.render().unwrap();
        assert!(html.contains("&#60;i&#62;") && !html.contains("<i>"), "{html}");
        assert!(html.contains("<caption") && html.contains("role=\"img\""), "{html}");
        assert!(!html.contains("style="), "{html}");
    }

    #[test]
    fn small_series_share_a_colour() {
        let many: Vec<_> = (1..=9).map(|n| series(&format!("s{n}"), &[n])).collect();
        let folded = fold(many);
        assert_eq!(folded.len(), COLOURS);
        assert_eq!(folded.iter().map(Series::total).sum::<u64>(), 45);
        assert_eq!(folded.last().unwrap().values, [10]);
    }
}
