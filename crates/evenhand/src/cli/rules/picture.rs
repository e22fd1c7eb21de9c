//! The picture of a drawing: a column for each layer, from the event on the left to the effects on
//! the right. Must not know what the things mean.

use rules::{Drawing, Thing, ThingKind};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Points from one row to the next, and a box's height.
const ROW: f64 = 30.0;
const HIGH: f64 = 22.0;
/// Points for a letter, and between two columns.
const LETTER: f64 = 6.7;
const GAP: f64 = 70.0;
/// Longer names are cut; the whole one is the box's title.
const LONGEST: usize = 40;

const STYLE: &str = "text{font:11px ui-monospace,monospace;fill:#1c1b1a}\
rect{stroke-width:1;rx:5}path{fill:none;stroke:#8a8781;stroke-width:1;opacity:.55}\
.event rect{fill:#eef0f2;stroke:#8a94a0}.feature rect{fill:#fbfaf7;stroke:#b9b3a6}\
.rule rect{fill:#e3eefb;stroke:#3b76b8}.effect rect{fill:#fbe9dd;stroke:#b8622b}\
@media (prefers-color-scheme:dark){svg{background:#191817}text{fill:#ece9e3}path{stroke:#8f8b84}\
.event rect{fill:#26292d;stroke:#6b7580}.feature rect{fill:#22211f;stroke:#5e5a52}\
.rule rect{fill:#1d2d40;stroke:#5d95d6}.effect rect{fill:#3d2619;stroke:#d58652}}";

struct Placed<'d> {
    thing: &'d Thing,
    x: f64,
    y: f64,
    wide: f64,
}

/// Draws it.
pub(super) fn svg(drawing: &Drawing) -> String {
    let placed = places(drawing);
    let wide = placed.iter().map(|one| one.x + one.wide).fold(0.0, f64::max) + 10.0;
    let high = placed.iter().map(|one| one.y).fold(0.0, f64::max) + ROW + 4.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 {wide:.0} {high:.0}\" \
         width=\"{wide:.0}\" height=\"{high:.0}\">\n<title>What the rules are computed from: {} things, \
         {} arrows</title>\n<style>{STYLE}</style>\n",
        drawing.things.len(),
        drawing.arrows.len()
    );
    for (from, to) in &drawing.arrows {
        let (Some(from), Some(to)) = (placed.get(*from), placed.get(*to)) else { continue };
        let (x1, y1, x2, y2) = (from.x + from.wide, from.y + HIGH / 2.0, to.x, to.y + HIGH / 2.0);
        let bend = ((x2 - x1) / 2.0).max(20.0);
        // Writing to a string cannot fail.
        let _ = writeln!(
            svg,
            "<path d=\"M{x1:.1} {y1:.1}C{:.1} {y1:.1} {:.1} {y2:.1} {x2:.1} {y2:.1}\"/>",
            x1 + bend,
            x2 - bend
        );
    }
    for one in &placed {
        let class = match one.thing.kind {
            ThingKind::Event => "event",
            ThingKind::Feature => "feature",
            ThingKind::Rule => "rule",
            ThingKind::Effect => "effect",
        };
        let (name, cut) = (escaped(&one.thing.name), escaped(&cut(&one.thing.name)));
        let _ = writeln!(
            svg,
            "<g class=\"{class}\"><title>{name}</title><rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" \
             height=\"{HIGH}\"/><text x=\"{:.1}\" y=\"{:.1}\">{cut}</text></g>",
            one.x,
            one.y,
            one.wide,
            one.x + 6.0,
            one.y + 15.0
        );
    }
    svg.push_str("</svg>\n");
    svg
}

/// Columns by layer; within one, each thing near the middle of what it is computed from.
fn places(drawing: &Drawing) -> Vec<Placed<'_>> {
    let mut columns: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (number, thing) in drawing.things.iter().enumerate() {
        columns.entry(thing.layer).or_default().push(number);
    }
    let mut placed: Vec<Placed<'_>> = drawing
        .things
        .iter()
        .map(|thing| Placed { thing, x: 0.0, y: 0.0, wide: width(&thing.name) })
        .collect();
    let rows = |column: &Vec<usize>| f64::from(u32::try_from(column.len()).unwrap_or(u32::MAX));
    let most = columns.values().map(rows).fold(0.0, f64::max);
    let mut x = 10.0;
    for column in columns.values_mut() {
        let middle = |number: usize| {
            let from = drawing.arrows.iter().filter(|(_, to)| *to == number);
            let heights: Vec<f64> =
                from.filter_map(|(from, _)| placed.get(*from)).map(|one| one.y).collect();
            let count = u32::try_from(heights.len()).unwrap_or(u32::MAX);
            if count == 0 { 0.0 } else { heights.iter().sum::<f64>() / f64::from(count) }
        };
        let mut ordered: Vec<(f64, usize)> =
            column.iter().map(|number| (middle(*number), *number)).collect();
        ordered.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut y = 6.0 + (most - rows(column)) * ROW / 2.0;
        let mut widest: f64 = 0.0;
        for (_, number) in ordered {
            if let Some(one) = placed.get_mut(number) {
                (one.x, one.y) = (x, y);
                widest = widest.max(one.wide);
            }
            y += ROW;
        }
        x += widest + GAP;
    }
    placed
}

fn width(name: &str) -> f64 {
    let letters = u32::try_from(cut(name).chars().count()).unwrap_or(u32::MAX);
    f64::from(letters) * LETTER + 12.0
}

fn cut(name: &str) -> String {
    match name.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", name.get(..at).unwrap_or_default()),
        None => name.to_owned(),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
