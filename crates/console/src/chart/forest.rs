//! Values with their intervals, one to a row, on a common scale: SVG that needs no script and no inline style, with a
//! table that says the same. Never a value without its interval. Must not compute an interval.

use askama::Template;

/// Width of a row's drawing in its own units.
const WIDTH: f64 = 300.0;

/// On what scale values stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scale {
    /// Shares from 0 to 1.
    Share,
    /// Odds, by their logarithm, with 1 in the middle.
    Odds,
}

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    /// What it is of.
    pub label: String,
    /// More of what it is of, in smaller letters.
    pub detail: String,
    /// Where more of it is shown.
    pub href: Option<String>,
    /// The value and the ends of its interval; the upper end may be infinite.
    pub value: (f64, f64, f64),
    /// Whether it stands out.
    pub loud: bool,
}

#[derive(Debug)]
struct Drawn {
    row: Row,
    at: String,
    left: String,
    right: String,
    wide: String,
    says: String,
    /// The interval goes on to the left, to the right.
    on: (bool, bool),
}

/// A chart of intervals that is ready to be drawn.
#[derive(Debug, Template)]
#[template(path = "forest.html")]
pub(crate) struct Forest {
    id: &'static str,
    title: String,
    says: &'static str,
    rows: Vec<Drawn>,
    /// Where a line stands, and what it says.
    ticks: Vec<(String, String)>,
    /// The line of "no difference".
    middle: Option<String>,
}

impl Forest {
    /// Lays `rows` out on `scale`; `says` tells how to read it.
    pub(crate) fn new(
        id: &'static str,
        title: impl Into<String>,
        says: &'static str,
        scale: Scale,
        rows: Vec<Row>,
    ) -> Self {
        let span = Span::of(scale, &rows);
        let place = |x: f64| format!("{:.1}", span.at(x));
        let drawn = rows.into_iter().map(|row| {
            let (value, low, high) = row.value;
            Drawn {
                at: place(value),
                left: place(low),
                right: place(high),
                wide: format!("{:.1}", (span.at(high) - span.at(low)).max(1.0)),
                says: words(scale, row.value),
                on: (low < span.low, high > span.high),
                row,
            }
        });
        Self {
            id,
            title: title.into(),
            says,
            rows: drawn.collect(),
            ticks: span.ticks().into_iter().map(|(x, says)| (place(x), says)).collect(),
            middle: (scale == Scale::Odds).then(|| place(1.0)),
        }
    }
}

/// `12.4 %, 9.8 to 15.6 %`; `2.1 to 1 (1.2 to 3.8)`.
pub(crate) fn words(scale: Scale, (value, low, high): (f64, f64, f64)) -> String {
    match scale {
        Scale::Share => {
            format!("{:.1} % ({:.1} to {:.1} %)", value * 100.0, low * 100.0, high * 100.0)
        }
        Scale::Odds if high.is_finite() => {
            format!("{} ({} to {})", odds(value), odds(low), odds(high))
        }
        Scale::Odds => format!("{} (from {} on, no upper end)", odds(value), odds(low)),
    }
}

/// Two digits that tell.
fn odds(value: f64) -> String {
    if !value.is_finite() {
        "without end".into()
    } else if value >= 10.0 {
        format!("{value:.0}")
    } else if value >= 1.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.2}")
    }
}

/// The part of the scale that is drawn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    scale: Scale,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Span {
    pub(crate) fn of(scale: Scale, rows: &[Row]) -> Self {
        let ends = rows.iter().map(|row| row.value);
        let (low, high) = match scale {
            Scale::Share => {
                let most = ends.map(|(_, _, high)| high).fold(0.05, f64::max);
                let high = [0.1, 0.25, 0.5, 1.0].into_iter().find(|high| *high >= most);
                (0.0, high.unwrap_or(1.0))
            }
            Scale::Odds => {
                let far = |(value, low, high): (f64, f64, f64)| {
                    let of = |x: f64| if x > 0.0 { x.max(1.0 / x) } else { f64::INFINITY };
                    let finite = [of(low), of(high)].into_iter().filter(|x| x.is_finite());
                    finite.fold(of(value).min(64.0), f64::max)
                };
                let most = ends.map(far).fold(2.0, f64::max);
                let reach = [4.0, 16.0, 64.0].into_iter().find(|reach| *reach >= most);
                (1.0 / reach.unwrap_or(64.0), reach.unwrap_or(64.0))
            }
        };
        Self { scale, low, high }
    }

    /// Where `x` stands, from 0 to 300.
    pub(crate) fn at(&self, x: f64) -> f64 {
        let x = x.clamp(self.low, self.high);
        let share = match self.scale {
            Scale::Share => (x - self.low) / (self.high - self.low),
            Scale::Odds => (x / self.low).ln() / (self.high / self.low).ln(),
        };
        8.0 + share * (WIDTH - 16.0)
    }

    pub(crate) fn ticks(&self) -> Vec<(f64, String)> {
        match self.scale {
            Scale::Share => [0.0, 0.25, 0.5, 0.75, 1.0]
                .map(|part| part * self.high)
                .map(|x| (x, format!("{} %", (x * 1000.0).round() / 10.0)))
                .into(),
            Scale::Odds => {
                let root = self.high.sqrt();
                [1.0 / self.high, 1.0 / root, 1.0, root, self.high]
                    .map(|x| {
                        (
                            x,
                            if x < 1.0 {
                                format!("1 to {:.0}", 1.0 / x)
                            } else {
                                format!("{x:.0} to 1")
                            },
                        )
                    })
                    .map(|(x, says)| (x, if x == 1.0 { "even".into() } else { says }))
                    .into()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(value: (f64, f64, f64)) -> Row {
        Row { label: "<i>".into(), detail: String::new(), href: None, value, loud: false }
    }

    #[test]
    fn the_scale_holds_the_intervals_and_says_where_they_go_on() {
        let chart = Forest::new(
            "o",
            "Odds",
            "",
            Scale::Odds,
            vec![row((3.0, 1.5, f64::INFINITY)), row((0.5, 0.3, 0.9))],
        );
        assert_eq!(chart.rows[0].on, (false, true));
        assert_eq!(chart.rows[1].on, (false, false));
        let at = |text: &str| text.parse::<f64>().unwrap();
        assert!(at(&chart.rows[0].at) > at(chart.middle.as_deref().unwrap()));
        assert!(at(&chart.rows[1].right) < at(chart.middle.as_deref().unwrap()));
        assert_eq!(chart.rows[0].says, "3.0 (from 1.5 on, no upper end)");
        let html = chart.render().unwrap();
        assert!(
            !html.contains("<i>") && !html.contains("style=") && html.contains("<caption"),
            "{html}"
        );
    }

    #[test]
    fn shares_are_never_shown_without_their_interval() {
        let chart = Forest::new("s", "Shares", "", Scale::Share, vec![row((0.124, 0.098, 0.156))]);
        assert_eq!(chart.rows[0].says, "12.4 % (9.8 to 15.6 %)");
        assert_eq!(chart.ticks.last().unwrap().1, "25 %");
    }
}
