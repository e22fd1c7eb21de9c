//! How pressing a case is, as a sum of named parts that can be shown: gravity, the rules' own word, reach,
//! reports, the reliability of their reporters, escalation, and age against the target. Must not look at
//! who the author is or what a reporter says; the sum never decides anything but the order of work.

use crate::Gravity;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A point, in the millionths in which points are added up.
const POINT: i64 = 1_000_000;
/// Points that a case has from its age alone on the day on which its target ends.
const AT_TARGET: i64 = 30 * POINT;

/// What makes a case pressing, apart from its age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Pressing {
    /// The gravest clause in question.
    pub gravity: Gravity,
    /// What the rules say of its urgency: 0 to 100.
    pub wish: u8,
    /// How many people the account reaches.
    pub reach: u64,
    /// How many reports there are.
    pub reports: u32,
    /// Reliability of their reporters, in thousandths, summed over the reports.
    pub trust: u32,
    /// Whether somebody asked for a more experienced colleague.
    pub escalated: bool,
}

/// Within how many seconds a case of each gravity is to be decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Targets {
    /// Seconds for [`Gravity::Low`].
    pub low: u32,
    /// Seconds for [`Gravity::Medium`].
    pub medium: u32,
    /// Seconds for [`Gravity::High`].
    pub high: u32,
    /// Seconds for [`Gravity::Severe`].
    pub severe: u32,
}

impl Default for Targets {
    /// A week, three days, a day, four hours.
    fn default() -> Self {
        Self { low: 7 * 86_400, medium: 3 * 86_400, high: 86_400, severe: 4 * 3_600 }
    }
}

impl Targets {
    /// Seconds for a gravity; at least one.
    pub const fn seconds(&self, gravity: Gravity) -> i64 {
        let seconds = match gravity {
            Gravity::Low => self.low,
            Gravity::Medium => self.medium,
            Gravity::High => self.high,
            Gravity::Severe => self.severe,
        };
        if seconds == 0 { 1 } else { seconds as i64 }
    }

    /// Millionths of a point that a case of this gravity gains each second.
    pub const fn slope(&self, gravity: Gravity) -> i64 {
        let slope = AT_TARGET / self.seconds(gravity);
        if slope == 0 { 1 } else { slope }
    }

    /// When a case that was opened at `opened` is to be decided.
    pub fn due(&self, gravity: Gravity, opened: Timestamp) -> Timestamp {
        let span = jiff::SignedDuration::from_secs(self.seconds(gravity));
        opened.checked_add(span).unwrap_or(Timestamp::MAX)
    }
}

/// Which part of the sum a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// How grave the clause is.
    Severity,
    /// What the rules say.
    Rules,
    /// How many people it reaches.
    Reach,
    /// How many reports there are.
    Reports,
    /// How often those who reported were right.
    Reliability,
    /// Somebody asked for a more experienced colleague.
    Escalated,
    /// How long it waits against its target.
    Age,
}

/// One part of the sum, in words and points.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// Which part.
    pub part: Part,
    /// Where the points come from.
    pub why: String,
    /// Points, to a hundredth; the unreliable take some away.
    pub points: f64,
}

/// How pressing a case is at one moment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Priority {
    /// The sum of all lines.
    pub score: f64,
    /// The parts that add to it or take from it.
    pub lines: Vec<Line>,
}

impl Pressing {
    fn parts(&self) -> [(Part, i64); 6] {
        let gravity = match self.gravity {
            Gravity::Low => 10,
            Gravity::Medium => 20,
            Gravity::High => 30,
            Gravity::Severe => 40,
        };
        let reports = i64::from(self.reports.min(1 << 20));
        // Around the middle, so that nobody's report counts for nothing.
        let reliability = match reports {
            0 => 0,
            _ => (i64::from(self.trust) / reports - 500).clamp(-500, 500) * POINT / 50,
        };
        [
            (Part::Severity, gravity * POINT),
            (Part::Rules, i64::from(self.wish.min(100)) * POINT / 5),
            (Part::Reach, digits(self.reach).min(20 * POINT)),
            (Part::Reports, doublings(reports).min(16 * POINT)),
            (Part::Reliability, reliability),
            (Part::Escalated, if self.escalated { 25 * POINT } else { 0 }),
        ]
    }

    /// All parts but age, in millionths of a point.
    pub fn base(&self) -> i64 {
        self.parts().iter().map(|(_, points)| points).sum()
    }

    /// The place in an order that stays right while time passes: of two cases of one gravity the one with
    /// the higher rank is the more pressing at every moment.
    pub fn rank(&self, opened: Timestamp, targets: &Targets) -> i64 {
        self.base() - targets.slope(self.gravity) * opened.as_second()
    }

    /// The sum at `now`, with each part explained.
    pub fn priority(&self, opened: Timestamp, targets: &Targets, now: Timestamp) -> Priority {
        let age = (now.as_second() - opened.as_second()).max(0);
        let aged = targets.slope(self.gravity) * age;
        let parts = self.parts().into_iter().chain([(Part::Age, aged)]);
        let lines = parts
            .filter(|(part, points)| *points != 0 || matches!(part, Part::Age))
            .map(|(part, points)| Line {
                part,
                why: self.why(part, age, targets),
                points: shown(points),
            })
            .collect();
        Priority { score: shown(self.base() + aged), lines }
    }

    fn why(&self, part: Part, age: i64, targets: &Targets) -> String {
        match part {
            Part::Severity => {
                format!("the clause in question is of {} severity", self.gravity.word())
            }
            Part::Rules => format!("the rules call it {} of 100 urgent", self.wish.min(100)),
            Part::Reach => format!("the account reaches {} people", self.reach),
            Part::Reports if self.reports == 1 => "one report".into(),
            Part::Reports => format!("{} reports", self.reports),
            Part::Reliability => format!(
                "of what those who reported it reported before, {} % was held to be a breach",
                self.trust / self.reports.max(1) / 10
            ),
            Part::Escalated => "a colleague asked for more experience".into(),
            Part::Age => {
                let target = targets.seconds(self.gravity);
                format!("waits for {} of {}", span(age), span(target))
            }
        }
    }
}

/// Three points for each decimal place: 10 people, 100 people, 1,000 people.
fn digits(number: u64) -> i64 {
    places(number, 10) * 3
}

/// Four points for one, and four more each time that the number doubles.
fn doublings(number: i64) -> i64 {
    places(u64::try_from(number).unwrap_or(0), 2) * 4
}

/// The logarithm of one more than `number`, in millionths, straight between powers: no floating point,
/// so that the order is the same on every machine.
fn places(number: u64, base: u64) -> i64 {
    let number = u128::from(number) + 1;
    let (mut power, mut places) = (1_u128, 0_i64);
    while power * u128::from(base) <= number {
        power *= u128::from(base);
        places += 1;
    }
    let over = (number - power) * 1_000_000 / (power * u128::from(base) - power);
    places * POINT + i64::try_from(over).unwrap_or(0)
}

#[expect(clippy::cast_precision_loss, reason = "shown to a hundredth of a point")]
fn shown(points: i64) -> f64 {
    (points / (POINT / 100)) as f64 / 100.0
}

fn span(seconds: i64) -> String {
    match seconds {
        ..=5_399 => format!("{} min", seconds / 60),
        5_400..=172_799 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    #[test]
    fn the_lines_add_up_to_the_score() {
        let pressing = Pressing {
            gravity: Gravity::High,
            wish: 70,
            reach: 12_345,
            reports: 3,
            trust: 2_250,
            escalated: true,
        };
        let priority = pressing.priority(at(0), &Targets::default(), at(86_400));
        let sum: f64 = priority.lines.iter().map(|line| line.points).sum();
        assert!((sum - priority.score).abs() < 0.08, "{priority:?}");
        assert_eq!(priority.lines.len(), 7);
        let of = |part| priority.lines.iter().find(|line| line.part == part).unwrap().points;
        assert_eq!((of(Part::Severity), of(Part::Rules)), (30.0, 14.0));
        assert_eq!((of(Part::Reports), of(Part::Reliability)), (8.0, 5.0));
        assert!((of(Part::Age) - 30.0).abs() < 0.1 && (of(Part::Reach) - 12.0).abs() < 1.0);
    }

    #[test]
    fn the_unreliable_take_points_away_and_nobody_counts_for_nothing() {
        let with = |trust| Pressing { reports: 1, trust, ..Pressing::default() }.base();
        let without = Pressing::default().base();
        assert!(with(1000) > with(500) && with(500) > without && with(0) < without);
    }

    #[test]
    fn rank_and_score_agree_within_a_gravity() {
        let targets = Targets::default();
        let one = Pressing { reach: 100, ..Pressing::default() };
        let other = Pressing { reports: 1, trust: 700, ..Pressing::default() };
        for (a, b) in [(0, 0), (0, 50_000), (90_000, 10), (5, 400_000)] {
            let now = at(500_000);
            let by_rank = one.rank(at(a), &targets).cmp(&other.rank(at(b), &targets));
            let score =
                |it: &Pressing, opened| it.base() + targets.slope(it.gravity) * (500_000 - opened);
            assert_eq!(by_rank, score(&one, a).cmp(&score(&other, b)));
            assert!(one.priority(at(a), &targets, now).score > 0.0);
        }
    }

    #[test]
    fn logarithms() {
        for (number, base, places_) in [(0, 10, 0), (9, 10, 1), (99, 10, 2), (1, 2, 1), (3, 2, 2)] {
            assert_eq!(places(number, base), places_ * POINT, "{number} {base}");
        }
        assert!(places(u64::MAX, 2) >= 64 * POINT);
    }

    #[test]
    fn nothing_waits_for_ever() {
        let (targets, week) = (Targets::default(), at(14 * 86_400));
        let old = Pressing { gravity: Gravity::Low, ..Pressing::default() };
        let fresh = Pressing { gravity: Gravity::High, ..Pressing::default() };
        let score = |it: &Pressing, opened| it.priority(opened, &targets, week).score;
        assert!(score(&old, at(0)) > score(&fresh, week));
    }
}
