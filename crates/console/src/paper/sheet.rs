//! Lines and charts laid out on sheets of A4, and written as a PDF. Must not know what they are about.

use super::PaperError;
use crate::chart::{Interval, Scale, Span, interval_words};
use krilla::Document;
use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::text::{Font, TextDirection};
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider as _};

static REGULAR: &[u8] = include_bytes!("../../fonts/DejaVuSerif.ttf");
static BOLD: &[u8] = include_bytes!("../../fonts/DejaVuSerif-Bold.ttf");

/// A4 in points.
const WIDTH: f32 = 595.0;
const HEIGHT: f32 = 842.0;
const MARGIN: f32 = 56.0;
const INK: [u8; 3] = [28, 36, 36];
const SOFT: [u8; 3] = [86, 97, 96];
const LINE: [u8; 3] = [205, 200, 188];
const PLAIN: [u8; 3] = [84, 114, 158];
const LOUD: [u8; 3] = [156, 47, 34];

/// What a paragraph is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Title,
    Heading,
    Strong,
    Body,
    Item,
    Small,
}

impl Kind {
    /// Size of letters, bold or not, space before, indent.
    const fn look(self) -> (f32, bool, f32, f32) {
        match self {
            Self::Title => (20.0, true, 0.0, 0.0),
            Self::Heading => (13.0, true, 16.0, 0.0),
            Self::Strong => (10.0, true, 8.0, 0.0),
            Self::Body => (9.5, false, 5.0, 0.0),
            Self::Item => (9.5, false, 3.0, 12.0),
            Self::Small => (8.0, false, 3.0, 0.0),
        }
    }
}

/// Something drawn.
#[derive(Debug)]
enum Mark {
    Text { x: f32, y: f32, size: f32, bold: bool, colour: [u8; 3], says: String },
    Box { x: f32, y: f32, wide: f32, high: f32, colour: [u8; 3] },
}

/// Sheets that are being filled.
pub(super) struct Sheet {
    pages: Vec<Vec<Mark>>,
    y: f32,
    regular: FontRef<'static>,
    bold: FontRef<'static>,
    foot: String,
}

impl Sheet {
    /// An empty first sheet; `foot` stands at the foot of each.
    pub(super) fn new(foot: &str) -> Result<Self, PaperError> {
        let font = |data| FontRef::new(data).map_err(|error| PaperError(error.to_string()));
        Ok(Self {
            pages: vec![Vec::new()],
            y: MARGIN,
            regular: font(REGULAR)?,
            bold: font(BOLD)?,
            foot: foot.to_owned(),
        })
    }

    /// Writes a paragraph.
    pub(super) fn write(&mut self, kind: Kind, says: &str) {
        let (size, bold, before, indent) = kind.look();
        let colour = if kind == Kind::Small { SOFT } else { INK };
        self.y += before;
        // A heading does not stand alone at the foot of a sheet.
        self.need(if kind == Kind::Heading { 60.0 } else { size * 1.4 });
        let wide = WIDTH - 2.0 * MARGIN - indent;
        let lines = self.lines(says, (size, bold), wide);
        for (number, line) in lines.into_iter().enumerate() {
            self.need(size * 1.4);
            if kind == Kind::Item && number == 0 {
                self.text((MARGIN + 2.0, self.y + size), (size, bold), colour, "–");
            }
            self.text((MARGIN + indent, self.y + size), (size, bold), colour, &line);
            self.y += size * 1.4;
        }
    }

    /// Draws values with their intervals.
    pub(super) fn chart(&mut self, scale: Scale, rows: &[Interval]) {
        let span = Span::of(scale, rows);
        let (left, wide) = (MARGIN + 165.0, 180.0);
        let place = |x: f64| left + (span.at(x) as f32) / 300.0 * wide;
        self.y += 6.0;
        for row in rows {
            let label = self.lines(&row.label, (8.5, row.loud), 158.0);
            let detail = self.lines(&row.detail, (6.5, false), 158.0);
            let (value, low, high) = row.value;
            let says = self.lines(&interval_words(scale, (value, low, high)), (8.0, false), 130.0);
            let high_row = (label.len() as f32 * 11.0 + detail.len() as f32 * 8.5).max(20.0) + 4.0;
            self.need(high_row + 14.0);
            let (top, colour) = (self.y, if row.loud { LOUD } else { PLAIN });
            for (x, _) in span.ticks() {
                self.block((place(x), top, 0.5, high_row), LINE);
            }
            if scale == Scale::Odds {
                self.block((place(1.0) - 0.4, top, 0.8, high_row), SOFT);
            }
            let middle = top + 9.0;
            self.block(
                (place(low), middle - 1.0, (place(high) - place(low)).max(1.0), 2.0),
                colour,
            );
            self.block((place(value) - 1.2, middle - 5.0, 2.4, 10.0), colour);
            let mut y = top;
            for line in label {
                y += 11.0;
                self.text((MARGIN, y), (8.5, row.loud), INK, &line);
            }
            for line in detail {
                y += 8.5;
                self.text((MARGIN, y), (6.5, false), SOFT, &line);
            }
            for (number, line) in says.into_iter().enumerate() {
                let y = top + 11.0 + number as f32 * 10.0;
                self.text((left + wide + 10.0, y), (8.0, false), INK, &line);
            }
            self.y = top + high_row;
        }
        for (x, says) in span.ticks() {
            let half = self.wide(&says, (6.5, false)) / 2.0;
            self.text((place(x) - half, self.y + 8.0), (6.5, false), SOFT, &says);
        }
        self.y += 14.0;
    }

    /// The PDF.
    pub(super) fn finish(self, title: &str) -> Result<Vec<u8>, PaperError> {
        let font = |data: &'static [u8]| {
            Font::new(data.to_vec().into(), 0)
                .ok_or_else(|| PaperError("a font cannot be read".into()))
        };
        let (regular, bold) = (font(REGULAR)?, font(BOLD)?);
        let mut document = Document::new();
        let metadata = Metadata::new().title(title.to_owned()).language("en".to_owned());
        document.set_metadata(metadata.creator("Evenhand".to_owned()));
        let all = self.pages.len();
        for (number, marks) in self.pages.iter().enumerate() {
            let size = PageSettings::from_wh(WIDTH, HEIGHT);
            let size = size.ok_or_else(|| PaperError("a sheet has no size".into()))?;
            let mut page = document.start_page_with(size);
            let mut surface = page.surface();
            let foot = Mark::Text {
                x: MARGIN,
                y: HEIGHT - 30.0,
                size: 7.0,
                bold: false,
                colour: SOFT,
                says: format!("{}, page {} of {all}", self.foot, number + 1),
            };
            for mark in marks.iter().chain([&foot]) {
                draw(&mut surface, mark, (&regular, &bold));
            }
            surface.finish();
            page.finish();
        }
        document.finish().map_err(|error| PaperError(format!("{error:?}")))
    }

    /// Goes on to the next sheet if less than `high` is left.
    fn need(&mut self, high: f32) {
        if self.y + high > HEIGHT - MARGIN {
            self.pages.push(Vec::new());
            self.y = MARGIN;
        }
    }

    fn mark(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    fn text(&mut self, (x, y): (f32, f32), (size, bold): (f32, bool), colour: [u8; 3], says: &str) {
        self.mark(Mark::Text { x, y, size, bold, colour, says: says.to_owned() });
    }

    fn block(&mut self, (x, y, wide, high): (f32, f32, f32, f32), colour: [u8; 3]) {
        self.mark(Mark::Box { x, y, wide, high, colour });
    }

    fn wide(&self, says: &str, (size, bold): (f32, bool)) -> f32 {
        let font = if bold { &self.bold } else { &self.regular };
        let (letters, widths) =
            (font.charmap(), font.glyph_metrics(Size::new(size), LocationRef::default()));
        let width = |c| letters.map(c).and_then(|glyph| widths.advance_width(glyph));
        says.chars().map(|c| width(c).unwrap_or(size * 0.6)).sum()
    }

    /// Breaks a text at spaces, and a word that is wider than a line within it.
    fn lines(&self, says: &str, look: (f32, bool), wide: f32) -> Vec<String> {
        let mut lines = Vec::new();
        let mut line = String::new();
        for word in says.split_whitespace() {
            let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
            if self.wide(&longer, look) <= wide {
                line = longer;
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            for letter in word.chars() {
                line.push(letter);
                if self.wide(&line, look) > wide {
                    line.pop();
                    lines.push(std::mem::replace(&mut line, letter.to_string()));
                }
            }
        }
        if !line.is_empty() {
            lines.push(line);
        }
        lines
    }
}

fn draw(surface: &mut Surface<'_>, mark: &Mark, (regular, bold): (&Font, &Font)) {
    let fill = |[red, green, blue]: [u8; 3]| Fill {
        paint: rgb::Color::new(red, green, blue).into(),
        opacity: NormalizedF32::ONE,
        rule: Default::default(),
    };
    match mark {
        Mark::Text { x, y, size, bold: is_bold, colour, says } => {
            surface.set_fill(Some(fill(*colour)));
            let font = if *is_bold { bold } else { regular };
            let at = Point::from_xy(*x, *y);
            surface.draw_text(at, font.clone(), *size, says, false, TextDirection::Auto);
        }
        Mark::Box { x, y, wide, high, colour } => {
            let mut path = PathBuilder::new();
            let Some(area) = Rect::from_xywh(*x, *y, *wide, *high) else { return };
            path.push_rect(area);
            if let Some(path) = path.finish() {
                surface.set_fill(Some(fill(*colour)));
                surface.draw_path(&path);
            }
        }
    }
}
