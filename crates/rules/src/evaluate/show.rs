//! What an evaluation came to, as JSON in the form of Osprey's results.

use std::borrow::Cow;

use jiff::tz::Offset;
use model::Event;

use super::base::Base;
use super::cells::Kept;
use super::{Emitted, EventRef, Outcome};
use crate::labels::entity_name;
use crate::plan::node::{Feature, Source};
use crate::plan::{Plan, index};
use crate::value::json::{NonFinite, write, write_int, write_str};
use crate::value::{Duration, Effect, RuleValue, Value, parse_integer, text};

/// What results show of an outcome.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    /// Leaves out features that are null or false.
    pub(crate) only_matched: bool,
    /// What becomes of numbers that JSON lacks.
    pub(crate) non_finite: NonFinite,
    /// Whether errors have their messages.
    pub(crate) messages: bool,
}

const WHOLE: Shape = Shape { only_matched: false, non_finite: NonFinite::Null, messages: true };

impl Outcome {
    /// The features that results show: None for one that could not be computed. Features of files
    /// that did not run are left out.
    pub fn features<'o>(
        &'o self,
        plan: &'o Plan,
    ) -> impl Iterator<Item = (&'o str, Option<Cow<'o, Value>>)> {
        self.shown_features(plan).map(|feature| (&*feature.name, self.value(plan, feature)))
    }

    fn shown_features<'o>(&'o self, plan: &'o Plan) -> impl Iterator<Item = &'o Feature> {
        plan.shown().filter(|feature| self.values.ran(feature.file))
    }

    fn value<'o>(&'o self, plan: &'o Plan, feature: &Feature) -> Option<Cow<'o, Value>> {
        let value = self.kept(plan, feature)?;
        Some(match feature.input.unwrap {
            true => Cow::Owned(value.unwrapped()),
            false => Cow::Borrowed(value),
        })
    }

    /// The value of a feature as it is kept, which may be wrapped.
    fn kept<'o>(&'o self, plan: &'o Plan, feature: &Feature) -> Option<&'o Value> {
        match feature.input.source {
            Source::Node(at) => self.values.get(at),
            Source::Constant(at) => plan.program.constants.get(index(at)),
        }
    }

    /// The features that differ from null and false, in the order in which results show them.
    #[must_use]
    pub fn matched<'o>(&'o self, plan: &'o Plan) -> Vec<(&'o str, Value)> {
        let mut matched = Vec::new();
        self.each_matched(plan, |feature, value| matched.push((&*feature.name, value.clone())));
        matched
    }

    /// Shows each of the same where it stands.
    fn each_matched<'o>(&'o self, plan: &'o Plan, mut see: impl FnMut(&'o Feature, &Value)) {
        let mut one = |feature: &'o Feature, value: Option<&Value>| {
            if feature.shown
                && self.values.ran(feature.file)
                && let Some(value) = value
            {
                with_seen(feature, value, |value| {
                    if matches(value) {
                        see(feature, value);
                    }
                });
            }
        };
        let features = &plan.program.features;
        match &self.values {
            Kept::Over { base, changed } if features.len() > FEW => {
                for (at, place) in places(plan, base, changed) {
                    let Some(feature) = features.get(index(at)) else { continue };
                    match self.values.changed(place) {
                        Some(value) => one(feature, value.as_ref()),
                        None => one(feature, self.kept(plan, feature)),
                    }
                }
            }
            Kept::Over { .. } | Kept::Each { .. } => {
                features.iter().for_each(|feature| one(feature, self.kept(plan, feature)));
            }
        }
    }

    /// The value of one feature.
    #[must_use]
    pub fn feature<'o>(&'o self, plan: &'o Plan, name: &str) -> Option<Cow<'o, Value>> {
        self.features(plan).find(|(found, _)| *found == name).and_then(|(_, value)| value)
    }

    /// The verdicts that were declared.
    pub fn declared(&self) -> impl Iterator<Item = &str> {
        self.effects.iter().filter_map(|emitted| match &*emitted.effect {
            Effect::Verdict { verdict } => Some(verdict.as_str()),
            _ => None,
        })
    }

    /// What a caller who waits gets back: the verdicts, then the labels that are put on.
    #[must_use]
    pub fn verdicts(&self) -> Vec<String> {
        let mut verdicts: Vec<String> = self.declared().map(str::to_owned).collect();
        for emitted in &self.effects {
            if let Effect::Label(label) = &*emitted.effect
                && label.add
                && label.applies()
            {
                verdicts.push(format!("{}/{}", entity_name(&label.entity), label.name));
            }
        }
        verdicts
    }

    /// Writes the extracted features as a JSON object.
    pub fn write_features(&self, out: &mut String, plan: &Plan, event: &Event) {
        self.write_features_as(out, plan, &EventRef::of(event), WHOLE);
    }

    pub(crate) fn write_features_as(
        &self,
        out: &mut String,
        plan: &Plan,
        event: &EventRef<'_>,
        shape: Shape,
    ) {
        out.push_str("{\"__action_id\":");
        write_id(out, &event.action_id);
        out.push_str(",\"__timestamp\":");
        write_time(out, event, self.offset);
        out.push_str(",\"__error_count\":");
        write_int(out, i64::try_from(self.errors.len()).unwrap_or(i64::MAX));
        let labels: Vec<String> = self
            .effects
            .iter()
            .filter_map(|emitted| match &*emitted.effect {
                Effect::Label(label) => {
                    Some(format!("{}/{}/{}", label.entity.kind, label.name, u8::from(label.add)))
                }
                _ => None,
            })
            .collect();
        write_texts(out, ",\"__entity_label_mutations\":", labels.iter().map(String::as_str));
        write_texts(out, ",\"__verdicts\":", self.declared());
        for (name, texts) in self.asked() {
            out.push(',');
            write_str(out, &name);
            write_texts(out, ":", texts.iter().map(String::as_str));
        }
        let mut show = |feature: &Feature, value: &Value| {
            out.push_str(&feature.key);
            write_value(out, value, shape.non_finite);
        };
        if shape.only_matched {
            self.each_matched(plan, show);
        } else {
            for feature in self.shown_features(plan) {
                let value = self.kept(plan, feature).unwrap_or(&Value::None);
                with_seen(feature, value, |value| show(feature, value));
            }
        }
        out.push('}');
    }

    /// What the platform's own effects ask for: each function as `__its_name`, and what it was
    /// called with, as Osprey's plugins show it.
    #[must_use]
    pub fn asked(&self) -> Vec<(String, Vec<String>)> {
        let mut asked: Vec<(String, Vec<String>)> = Vec::new();
        for emitted in &self.effects {
            let Effect::Asked { function, arguments } = &*emitted.effect else { continue };
            let name = feature_name(function);
            let given = arguments.iter().filter(|(_, value)| !value.is_none());
            let texts: Vec<String> = given
                .filter_map(|(_, value)| text(value).ok())
                .map(|text| text.to_string())
                .collect();
            match asked.iter_mut().find(|(other, _)| *other == name) {
                Some((_, all)) => all.push(texts.join("|")),
                None => asked.push((name, vec![texts.join("|")])),
            }
        }
        asked
    }

    /// Writes the effects of Osprey's kinds as a JSON list.
    pub fn write_effects(&self, out: &mut String) {
        out.push('[');
        let shown = self
            .effects
            .iter()
            .filter(|emitted| matches!(*emitted.effect, Effect::Verdict { .. } | Effect::Label(_)));
        for (at, emitted) in shown.enumerate() {
            if at > 0 {
                out.push(',');
            }
            write_effect(out, emitted);
        }
        out.push(']');
    }

    /// Writes when the event happened, as Python's `isoformat` does, in quotes.
    pub(crate) fn write_timestamp(&self, out: &mut String, event: &EventRef<'_>) {
        write_time(out, event, self.offset);
    }

    /// Writes the errors as a JSON list.
    pub fn write_errors(&self, out: &mut String) {
        self.write_errors_as(out, WHOLE);
    }

    pub(crate) fn write_errors_as(&self, out: &mut String, shape: Shape) {
        out.push('[');
        for (at, error) in self.errors.iter().enumerate() {
            out.push_str(if at > 0 { ",{\"type\":" } else { "{\"type\":" });
            write_str(out, error.kind);
            out.push_str(",\"path\":");
            write_str(out, &error.path);
            out.push_str(",\"line\":");
            write_int(out, error.line.into());
            out.push_str(",\"col\":");
            write_int(out, error.col.into());
            if shape.messages {
                out.push_str(",\"message\":");
                write_str(out, &error.message);
            }
            out.push('}');
        }
        out.push(']');
    }
}

/// `__ban_user` for `BanUser`.
fn feature_name(function: &str) -> String {
    let mut name = String::from("_");
    for letter in function.chars() {
        if letter.is_uppercase() {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    name
}

/// So few features are all looked at.
const FEW: usize = 16;

/// The place of a value that is the base's, or not known.
const UNCHANGED: usize = usize::MAX;

/// The features that may be more than null and false, in order, each with the place of its value among those that changed.
fn places(plan: &Plan, base: &Base, changed: &[(u32, Option<Value>)]) -> Vec<(u32, usize)> {
    let all = plan.program.features.len();
    let unchanged = base.matched.iter().map(|feature| (*feature, UNCHANGED));
    let of = |(place, (at, _)): (usize, &(u32, Option<Value>))| {
        plan.graph.features_of(*at).map(move |feature| (feature, place))
    };
    if changed.len() < all / 4 {
        let mut places = Vec::with_capacity(2 * changed.len() + base.matched.len());
        changed.iter().enumerate().for_each(|one| places.extend(of(one)));
        places.extend(unchanged);
        places.sort_unstable();
        places.dedup_by_key(|(feature, _)| *feature);
        return places;
    }
    // Where much changed, going through all is quicker than putting it in order.
    let mut every = vec![None; all];
    for (feature, place) in unchanged.chain(changed.iter().enumerate().flat_map(of)) {
        if let Some(slot) = every.get_mut(index(feature)) {
            *slot = Some(place);
        }
    }
    let places = (0..).zip(every);
    places.filter_map(|(feature, place)| Some((feature, place?))).collect()
}

/// Shows a node's value as a feature shows it.
fn with_seen(feature: &Feature, value: &Value, see: impl FnOnce(&Value)) {
    match feature.input.unwrap {
        true => value.with_unwrapped(see),
        false => see(value),
    }
}

/// Whether a feature's value is more than null or false.
pub(super) fn matches(value: &Value) -> bool {
    match value {
        Value::None | Value::Bool(false) => false,
        Value::Rule(rule) => rule.value,
        _ => true,
    }
}

/// Writes the event's id: as a number if it reads as one.
fn write_id(out: &mut String, id: &str) {
    // Digits that are written as they are read, nearly all ids.
    let plain = id.starts_with(|first| matches!(first, '1'..='9')) && id.len() < 19;
    if plain && id.bytes().all(|byte| byte.is_ascii_digit()) {
        out.push_str(id);
        return;
    }
    let id = parse_integer(id).unwrap_or_else(|| Value::str(id));
    write_value(out, &id, NonFinite::Null);
}

/// Writes the event's time as Python's `isoformat` does, in quotes.
fn write_time(out: &mut String, event: &EventRef<'_>, offset: Offset) {
    if let Some(told) = event.told {
        out.push('"');
        out.push_str(told);
        out.push_str("+00:00\"");
        return;
    }
    let time = offset.to_datetime(event.timestamp);
    let digit = |value: u32| b'0' + (value % 10) as u8;
    let two = |value: u32| [digit(value / 10), digit(value)];
    let number = |value: i8| two(value.unsigned_abs().into());
    let year = u32::from(time.year().unsigned_abs());
    let ([y1, y2], [y3, y4]) = (two(year / 100), two(year));
    let ([o1, o2], [d1, d2]) = (number(time.month()), number(time.day()));
    let ([h1, h2], [m1, m2], [s1, s2]) =
        (number(time.hour()), number(time.minute()), number(time.second()));
    let mut put = |text: &[u8]| out.push_str(std::str::from_utf8(text).unwrap_or_default());
    put(&[
        b'"', y1, y2, y3, y4, b'-', o1, o2, b'-', d1, d2, b'T', h1, h2, b':', m1, m2, b':', s1, s2,
    ]);
    let micros = time.subsec_nanosecond().unsigned_abs() / 1000;
    if micros > 0 {
        let ([u1, u2], [u3, u4], [u5, u6]) = (two(micros / 10_000), two(micros / 100), two(micros));
        put(&[b'.', u1, u2, u3, u4, u5, u6]);
    }
    let minutes = offset.seconds().unsigned_abs() / 60;
    let ([h1, h2], [m1, m2]) = (two(minutes / 60), two(minutes % 60));
    let sign = if offset.is_negative() { b'-' } else { b'+' };
    put(&[sign, h1, h2, b':', m1, m2, b'"']);
}

pub(super) fn write_value(out: &mut String, value: &Value, non_finite: NonFinite) {
    let before = out.len();
    if write(out, value, non_finite).is_err() {
        out.truncate(before);
        out.push_str("null");
    }
}

/// Writes a list of texts under a key, unless there are none.
fn write_texts<'t>(out: &mut String, key: &str, texts: impl Iterator<Item = &'t str>) {
    let mut any = false;
    for text in texts {
        out.push_str(if any { "," } else { key });
        if !any {
            out.push('[');
        }
        any = true;
        write_str(out, text);
    }
    if any {
        out.push(']');
    }
}

fn write_effect(out: &mut String, emitted: &Emitted) {
    match &*emitted.effect {
        Effect::Verdict { verdict } => {
            out.push_str("{\"effect\":\"VerdictEffect\",\"verdict\":");
            write_str(out, verdict);
        }
        Effect::Label(label) => {
            out.push_str("{\"effect\":\"LabelEffect\",\"entity\":{\"type\":");
            write_str(out, &label.entity.kind);
            out.push_str(",\"id\":");
            write_value(out, &label.entity.id, NonFinite::Null);
            out.push_str("},\"status\":");
            write_str(out, if label.add { "ADDED" } else { "REMOVED" });
            out.push_str(",\"name\":");
            write_str(out, &label.name);
            write_seconds(out, ",\"expires_after\":", label.expires_after);
            write_seconds(out, ",\"delay_action_by\":", label.delay_action_by);
            out.push_str(",\"dependent_rule\":");
            match &label.dependent_rule {
                Some(rule) => write_rule(out, rule),
                None => out.push_str("null"),
            }
            out.push_str(",\"suppressed\":");
            out.push_str(if label.suppressed { "true" } else { "false" });
        }
        Effect::Breach(_) | Effect::Refer { .. } | Effect::Asked { .. } => return,
    }
    out.push_str(",\"rules\":[");
    for (at, rule) in emitted.rules.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write_rule(out, rule);
    }
    out.push_str("]}");
}

fn write_seconds(out: &mut String, key: &str, span: Option<Duration>) {
    out.push_str(key);
    write_value(
        out,
        &span.map_or(Value::None, |span| Value::Float(span.seconds())),
        NonFinite::Null,
    );
}

fn write_rule(out: &mut String, rule: &RuleValue) {
    out.push_str("{\"rule\":");
    write_str(out, &rule.name);
    out.push_str(",\"value\":");
    out.push_str(if rule.value { "true" } else { "false" });
    out.push_str(",\"description\":");
    write_str(out, &rule.description);
    out.push_str(",\"features\":{");
    for (at, (name, text)) in rule.features.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write_str(out, name);
        out.push(':');
        write_str(out, text);
    }
    out.push_str("}}");
}
