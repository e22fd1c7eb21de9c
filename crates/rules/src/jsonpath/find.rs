//! Evaluates paths that are more than a chain of keys. As in the reference all matches are
//! found before the first is taken, because a later one may fail.

use std::rc::Rc;

use super::Step;
use crate::value::{Exception, Fault, Str, Value};

/// A value and the way up from it. `None` stands for the parent of the root.
#[derive(Clone)]
struct Place {
    value: Option<Value>,
    parent: Option<Rc<Place>>,
}

type Places = Vec<Rc<Place>>;

/// No path may look at more places than this.
const MAX_PLACES: usize = 200_000;

pub(super) fn first(step: &Step, data: &Value) -> Result<Option<Value>, Fault> {
    let root = Rc::new(Place { value: Some(data.clone()), parent: None });
    let found = Finder { places: 0 }.find(step, &root)?;
    match found.first() {
        None => Ok(None),
        Some(place) => place
            .value
            .clone()
            .map(Some)
            .ok_or_else(|| Fault::error(Exception::AttributeError, "the root has no parent")),
    }
}

struct Finder {
    places: usize,
}

impl Finder {
    fn count(&mut self, more: usize) -> Result<(), Fault> {
        self.places += more;
        if self.places > MAX_PLACES {
            return Err(Fault::error(Exception::MemoryError, "the path matches too many places"));
        }
        Ok(())
    }

    fn find(&mut self, step: &Step, at: &Rc<Place>) -> Result<Places, Fault> {
        let found = match step {
            Step::Root => vec![root_of(at)],
            // The parent of the root, which is not there, becomes a null when it is taken as itself.
            Step::This if at.value.is_none() => {
                vec![Rc::new(Place { value: Some(Value::None), parent: None })]
            }
            Step::This => vec![Rc::clone(at)],
            Step::Parent => vec![
                at.parent.clone().unwrap_or_else(|| Rc::new(Place { value: None, parent: None })),
            ],
            Step::Fields(names) => named(names, at),
            Step::AnyField => match &at.value {
                Some(Value::Map(map)) => map.iter().map(|(_, value)| below(at, value)).collect(),
                _ => Vec::new(),
            },
            Step::Index(index) => indexed(*index, at)?.into_iter().collect(),
            Step::Slice(start, end) => sliced(*start, *end, at)?,
            Step::Child(left, right) => {
                let mut all = Vec::new();
                for place in self.find(left, at)? {
                    all.extend(self.find(right, &place)?);
                }
                all
            }
            Step::Descendants(left, right) => {
                let mut all = Vec::new();
                for place in self.find(left, at)? {
                    self.descend(right, &place, &mut all)?;
                }
                all
            }
            Step::Where(left, right) => {
                let mut all = self.find(left, at)?;
                let mut failed = Ok(());
                all.retain(|place| match self.find(right, place) {
                    Ok(found) => !found.is_empty(),
                    Err(fault) => {
                        failed = Err(fault);
                        false
                    }
                });
                failed?;
                all
            }
            Step::Union(left, right) => {
                let mut all = self.find(left, at)?;
                all.extend(self.find(right, at)?);
                all
            }
            Step::Intersect => {
                return Err(Fault::error(
                    Exception::NotImplementedError,
                    "`&` in a path cannot be evaluated",
                ));
            }
        };
        self.count(found.len() + 1)?;
        Ok(found)
    }

    fn descend(&mut self, step: &Step, at: &Rc<Place>, all: &mut Places) -> Result<(), Fault> {
        all.extend(self.find(step, at)?);
        match &at.value {
            Some(Value::List(items)) => {
                items.iter().try_for_each(|item| self.descend(step, &below(at, item), all))
            }
            Some(Value::Map(map)) => {
                map.iter().try_for_each(|(_, value)| self.descend(step, &below(at, value), all))
            }
            Some(_) => Ok(()),
            None => Err(Fault::error(Exception::AttributeError, "the root has no parent")),
        }
    }
}

fn below(at: &Rc<Place>, value: &Value) -> Rc<Place> {
    Rc::new(Place { value: Some(value.clone()), parent: Some(Rc::clone(at)) })
}

fn root_of(at: &Rc<Place>) -> Rc<Place> {
    let mut place = at;
    while let Some(parent) = &place.parent {
        place = parent;
    }
    Rc::clone(place)
}

fn named(names: &[Str], at: &Rc<Place>) -> Places {
    let Some(Value::Map(map)) = &at.value else { return Vec::new() };
    names.iter().filter_map(|name| map.get(name)).map(|value| below(at, value)).collect()
}

/// `[n]`: items of lists, characters of texts; nothing in what is empty or null.
fn indexed(index: i64, at: &Rc<Place>) -> Result<Option<Rc<Place>>, Fault> {
    let Some(value) = at.value.as_ref().filter(|value| value.truth()) else { return Ok(None) };
    let length = match value {
        Value::List(items) => items.len(),
        Value::Str(text) => text.chars().count(),
        Value::Map(map) => map.len(),
        other => {
            return Err(Fault::error(
                Exception::TypeError,
                format!("a value of type {} has no [{index}]", other.type_name()),
            ));
        }
    };
    let position = match usize::try_from(index) {
        Ok(position) if position >= length => return Ok(None),
        Ok(position) => Some(position),
        Err(_) => {
            usize::try_from(index.unsigned_abs()).ok().and_then(|back| length.checked_sub(back))
        }
    };
    if matches!(value, Value::Map(_)) {
        return Err(Fault::error(Exception::KeyError, format!("an object has no [{index}]")));
    }
    let item = position.and_then(|position| match value {
        Value::List(items) => items.get(position).cloned(),
        Value::Str(text) => {
            text.chars().nth(position).map(|c| Value::str(c.encode_utf8(&mut [0; 4])))
        }
        _ => None,
    });
    match item {
        Some(item) => Ok(Some(below(at, &item))),
        None => {
            Err(Fault::error(Exception::IndexError, format!("[{index}] lies before the beginning")))
        }
    }
}

/// `[a:b]` and `[*]`; an object, a text or a whole number counts as a list of itself.
fn sliced(start: Option<i64>, end: Option<i64>, at: &Rc<Place>) -> Result<Places, Fault> {
    let value = at.value.clone().unwrap_or_default();
    let (list, items) = match &value {
        Value::List(items) => (Rc::clone(at), items.clone()),
        Value::Map(_) | Value::Str(_) | Value::Bool(_) | Value::Int(_) | Value::BigInt(_) => {
            let list = Value::list(vec![value.clone()]);
            let items = list.as_list().unwrap_or_default().into();
            (Rc::new(Place { value: Some(list), parent: at.parent.clone() }), items)
        }
        other => {
            return Err(Fault::error(
                Exception::TypeError,
                format!("a value of type {} cannot be sliced", other.type_name()),
            ));
        }
    };
    let bound = |bound: i64| match usize::try_from(bound) {
        Ok(forward) => forward.min(items.len()),
        Err(_) => {
            items.len().saturating_sub(usize::try_from(bound.unsigned_abs()).unwrap_or(usize::MAX))
        }
    };
    let start = start.map_or(0, bound);
    let end = end.map_or(items.len(), bound);
    Ok(items.get(start..end).unwrap_or_default().iter().map(|item| below(&list, item)).collect())
}
