//! Calls as parts of the program.

use std::sync::Arc;

use sml::tree::{Assign, Call, Expr};

use super::annotations::{Read, Wrapper};
use super::behind;
use super::calls::Checked;
use super::experiments::units;
use super::lower::{Lowered, Lowering, number};
use super::walk::function_name;
use crate::declared::{Binding, From};
use crate::functions::{self, Needs, Special};
use crate::jsonpath::Part;
use crate::plan::node::{
    Argument, Beyond, BeyondDoes, Data, Does, Experiment, Finding, Function, HasLabel, Input,
    Items, Kind, Label, Piece, Rule, When,
};
use crate::types::Type;
use crate::value::{RuleValue, Str, Value};

/// The assignment that a call is the whole value of, and its annotation.
type Stored<'t> = Option<(&'t Assign, Option<&'t Read>)>;

/// A call with its arguments lowered.
pub(super) struct Given<'a, 't> {
    arguments: Vec<(&'a str, &'a Expr, Lowered)>,
    pub(super) checked: Checked<'t>,
}

impl Given<'_, '_> {
    fn find(&self, name: &str) -> Option<&Lowered> {
        let last = self.arguments.iter().rev().find(|(keyword, ..)| *keyword == name);
        last.map(|(.., lowered)| lowered)
    }

    fn known(&self, name: &str) -> Option<&Value> {
        self.checked.known.get(self.checked.signature.position(name)?)?.as_ref()
    }

    fn text(&self, name: &str) -> Str {
        match self.known(name) {
            Some(Value::Str(text)) => text.clone(),
            _ => Str::default(),
        }
    }

    fn int(&self, name: &str) -> i64 {
        self.known(name).and_then(Value::as_int).unwrap_or_default()
    }
}

impl<'t> Lowering<'t> {
    pub(super) fn call(&mut self, call: &Call, stored: Stored<'_>) -> Lowered {
        let checked = function_name(call).and_then(|_| self.calls.take(self.file, call.span));
        let Some(checked) = checked else {
            // The check of calls has told it already.
            return self.constant(Type::Any, Value::None);
        };
        let signature = checked.signature;
        let mut resolved: Option<Type> = None;
        let mut given = Given { arguments: Vec::new(), checked };
        let mut items = Vec::new();
        for argument in &call.arguments {
            let keyword = signature.keyword(&argument.keyword.text);
            // The items of these lists are looked at one by one.
            let mut value = match (&argument.value, &*signature.name, keyword) {
                (Expr::List(list), "Rule", "when_all")
                | (Expr::List(list), "WhenRules", "rules_any" | "then") => {
                    let (kind, lowered) = self.items(list);
                    let steps = lowered.iter().map(|item| item.step).collect();
                    let showable = lowered.iter().all(|item| item.showable);
                    let step = self.step(steps, Does::Nothing);
                    items.retain(|(name, _)| *name != keyword);
                    items.push((
                        keyword,
                        lowered.iter().map(|item| item.input).collect::<Box<[Input]>>(),
                    ));
                    Lowered { kind, input: self.constant_input(Value::None), step, showable }
                }
                (Expr::FormatString(_), "Rule", "description") => {
                    self.constant(Type::Str, Value::None)
                }
                (other, ..) => self.expr(other),
            };
            let Some(wanted) = signature
                .position(keyword)
                .and_then(|at| signature.arguments.get(at))
                .map(|argument| &argument.kind)
                .or(signature.further.as_ref())
            else {
                continue;
            };
            if let Some(next) = variable(wanted, &value.kind) {
                // The reference calls an entity its id here, and yet hands on the entity.
                value.input.unwrap |= !self.calls.like_osprey
                    && super::fit::behind(&value.kind).as_ref() == Some(&next);
                match &resolved {
                    _ if value.kind == Type::None && *wanted != Type::Variable => {}
                    Some(before) if !super::fit::same(before, &next) => {
                        let message = format!(
                            "`{keyword}` is `{next}`, and the argument before it is `{before}`"
                        );
                        self.tell(
                            argument.value.span(),
                            "type",
                            message,
                            "give both the same type",
                        );
                    }
                    _ => resolved = Some(next),
                }
            } else if !value.fit(wanted) {
                let places = self.stored_at(&argument.value);
                let maybe = super::fit::without_none(&value.kind)
                    .filter(|plain| super::fit::fit(plain, wanted).is_fit());
                let hint = match maybe {
                    Some(_) => "it may be None: store `ResolveOptional(optional_value=...)` of it and use that".to_owned(),
                    None if signature.name == "Rule" && value.kind == Type::list(Type::Rule) => {
                        "a rule is no condition by itself: write `SomeRule == True`".to_owned()
                    }
                    None => format!("give it a value of type `{wanted}`{places}"),
                };
                let message = format!(
                    "`{keyword}` of `{}` takes `{wanted}`, not `{}`",
                    signature.name, value.kind
                );
                self.tell(argument.value.span(), "type", message, hint);
            }
            given.arguments.push((keyword, &argument.value, value));
        }
        let returns = match (&signature.returns, &resolved) {
            (Type::Variable, Some(kind)) => kind.clone(),
            (Type::Variable, None) => {
                self.tell(
                    call.span,
                    "type",
                    format!("`{}` of None and nothing else has no type", signature.name),
                    "give it a value",
                );
                Type::Any
            }
            (Type::Entity(inner), Some(kind)) if **inner == Type::Variable => {
                Type::entity(kind.clone())
            }
            (other, _) => other.clone(),
        };
        self.finish(call, stored, given, items, returns)
    }

    fn finish(
        &mut self,
        call: &Call,
        stored: Stored<'_>,
        given: Given<'_, '_>,
        items: Vec<(&str, Box<[Input]>)>,
        returns: Type,
    ) -> Lowered {
        let annotation = stored.and_then(|(_, annotation)| annotation);
        let name = stored.map(|(assign, _)| Str::from(&*assign.name.text)).unwrap_or_default();
        let showable = given.arguments.iter().all(|(.., lowered)| lowered.showable);
        let mut steps = self.steps(&given);
        let mut kind_of_value = returns;
        let node = match &*given.checked.signature.name {
            _ if given.checked.declared.is_some() => self.beyond_or_function(given),
            "Import" => {
                let files = self.calls.imports_at(self.file, call.span);
                let files = files.iter().map(|(file, _)| number(*file)).collect();
                let step = self.step(steps, Does::Imports(files));
                let input = self.constant_input(Value::None);
                return Lowered { kind: Type::None, input, step, showable };
            }
            "Require" => Kind::Require {
                file: self.input(&given, "rule"),
                condition: self.input(&given, "require_if"),
            },
            "JsonData" | "EntityJson" => {
                let read = annotation.cloned();
                let kind = read.as_ref().map_or(Type::Any, |read| read.kind.clone());
                kind_of_value = kind.clone();
                let entity = match (&kind, &*given.checked.signature.name) {
                    (Type::Entity(_), "EntityJson") => Some(given.text("type")),
                    _ => None,
                };
                let wanted = match (kind, &entity) {
                    (Type::Entity(id), Some(_)) => (*id).clone(),
                    (kind, _) => kind,
                };
                let secret = read.is_some_and(|read| {
                    matches!(read.wrapper, Wrapper::Secret | Wrapper::ExtractSecret)
                });
                let required = self.input(&given, "required");
                let coerce_type = self.input(&given, "coerce_type");
                let prepared = Arc::new(given.checked.prepared);
                Kind::Data(Box::new(Data {
                    part: Part::default(),
                    prepared,
                    wanted,
                    entity,
                    secret,
                    required,
                    coerce_type,
                }))
            }
            "Entity" => Kind::Entity { kind: given.text("type"), id: self.input(&given, "id") },
            "GetActionName" => Kind::ActionName,
            "GetActionId" => Kind::ActionId,
            "ResolveOptional" => Kind::Resolve {
                value: self.input(&given, "optional_value"),
                default: self.input(&given, "default_value"),
                report: given.known("should_report_error").is_some_and(Value::truth),
            },
            "Experiment" | "ExperimentsBucketAssignment" => {
                let list = |argument: &str| {
                    given.known(argument).and_then(Value::as_list).unwrap_or_default().to_vec()
                };
                let text = |value: &Value| Str::from(value.as_str().unwrap_or_default());
                Kind::Experiment(Box::new(Experiment {
                    name,
                    entity: self.input(&given, "entity"),
                    buckets: list("buckets").iter().map(text).collect(),
                    units: list("bucket_sizes").iter().map(|size| units(size).0).collect(),
                    version: given.int("version"),
                    revision: given.int("revision"),
                }))
            }
            "ExperimentWhen" => Kind::ExperimentWhen {
                experiment: self.input(&given, "experiment"),
                buckets: given
                    .arguments
                    .iter()
                    .rev()
                    .filter(|(keyword, ..)| *keyword != "experiment")
                    .map(|(keyword, _, lowered)| (Str::from(*keyword), lowered.input))
                    .collect(),
            },
            "Rule" => self.rule(&given, &items, name, &mut steps),
            "WhenRules" => Kind::When(Box::new(When {
                rules: self.list_of(&given, &items, "rules_any"),
                then: self.list_of(&given, &items, "then"),
            })),
            "LabelAdd" | "LabelRemove" => Kind::Label(Box::new(Label {
                add: given.checked.signature.name == "LabelAdd",
                entity: self.input(&given, "entity"),
                name: given.text("label"),
                delay_action_by: self.input(&given, "delay_action_by"),
                apply_if: given.find("apply_if").map(|lowered| lowered.input),
                expires_after: self.input(&given, "expires_after"),
            })),
            "HasLabel" => Kind::HasLabel(Box::new(HasLabel {
                entity: self.input(&given, "entity"),
                name: given.text("label"),
                manual: self.input(&given, "manual"),
                added: given.text("status").as_str() == "added",
                min_label_age: self.input(&given, "min_label_age"),
                error_on_empty: self.input(&given, "error_on_empty"),
            })),
            "DeclareVerdict" => Kind::Verdict(self.input(&given, "verdict")),
            "Breach" | "Refer" => {
                let refer = given.checked.signature.name == "Refer";
                Kind::Finding(Box::new(Finding {
                    clause: given.text("clause"),
                    item: self.input(&given, "item"),
                    account: self.input(&given, "account"),
                    quote: self.input(&given, "quote"),
                    refer: refer
                        .then(|| (self.input(&given, "queue"), self.input(&given, "priority"))),
                }))
            }
            _ => self.beyond_or_function(given),
        };
        let lowered = self.node(call.span, kind_of_value, node, steps);
        Lowered { showable, ..lowered }
    }

    /// A call that is no part of the language itself: one of our functions, or what stands behind
    /// a declared one.
    fn beyond_or_function(&mut self, given: Given<'_, '_>) -> Kind {
        let front = given.checked.signature;
        let behind = given.checked.id.and_then(functions::get);
        let signature = behind.unwrap_or(front);
        let from = behind::arguments(&given);
        let mut arguments = Vec::with_capacity(signature.arguments.len());
        for (at, argument) in signature.arguments.iter().enumerate() {
            let input = match from.get(at) {
                Some(From::Argument(name)) => self.input(&given, name),
                Some(From::Fixed(value)) => self.constant_input(value.clone()),
                Some(From::Default) | None => {
                    self.constant_input(argument.default.clone().unwrap_or_default())
                }
            };
            let none_if_failed = argument.kind.accepts_none() && argument.kind != Type::Any;
            arguments.push(Argument { input, none_if_failed });
        }
        let arguments: Box<[Argument]> = arguments.into();
        let does = match given.checked.declared.map(|declared| &declared.binding) {
            Some(Binding::Ask(scorer)) => Some(BeyondDoes::Ask(Arc::clone(scorer))),
            Some(Binding::Effect) => Some(BeyondDoes::Special(Special::Effect)),
            Some(Binding::Absent) => Some(BeyondDoes::Absent),
            _ => signature.special_kind().map(BeyondDoes::Special),
        };
        match (does, given.checked.id) {
            (Some(does), _) => {
                let names = signature.arguments.iter().map(|one| Str::from(&*one.name)).collect();
                let name = Str::from(&*front.name);
                Kind::Beyond(Box::new(Beyond { name, does, names, arguments }))
            }
            (None, Some(id)) => {
                let prepared = Arc::new(given.checked.prepared);
                let random = signature.needs == Needs::Randomness;
                Kind::Function(Box::new(Function { id, prepared, arguments, random }))
            }
            // Every function is one of ours or has something behind it.
            (None, None) => Kind::List(Box::default()),
        }
    }

    /// The steps of the arguments, in the order in which they first stand; constants have none.
    fn steps(&mut self, given: &Given<'_, '_>) -> Vec<u32> {
        let signature = given.checked.signature;
        let mut seen: Vec<&str> = Vec::new();
        for (keyword, ..) in &given.arguments {
            let constant = signature
                .position(keyword)
                .and_then(|at| signature.arguments.get(at))
                .is_some_and(|argument| argument.constant);
            if !constant && !seen.contains(keyword) {
                seen.push(keyword);
            }
        }
        seen.iter().filter_map(|keyword| given.find(keyword).map(|lowered| lowered.step)).collect()
    }

    /// What is given for an argument: a constant, a computed value, or its default.
    fn input(&mut self, given: &Given<'_, '_>, name: &str) -> Input {
        match (given.known(name), given.find(name)) {
            (Some(value), _) => {
                let value = value.clone();
                self.constant_input(value)
            }
            (None, Some(lowered)) => lowered.input,
            (None, None) => self.constant_input(Value::None),
        }
    }

    fn list_of(
        &mut self,
        given: &Given<'_, '_>,
        items: &[(&str, Box<[Input]>)],
        name: &str,
    ) -> Items {
        match items.iter().find(|(keyword, _)| *keyword == name) {
            Some((_, items)) => Items::Each(items.clone()),
            None => Items::List(self.input(given, name)),
        }
    }

    fn rule(
        &mut self,
        given: &Given<'_, '_>,
        items: &[(&str, Box<[Input]>)],
        name: Str,
        steps: &mut [u32],
    ) -> Kind {
        let description =
            given.arguments.iter().rev().find(|(keyword, ..)| *keyword == "description");
        let mut template = String::new();
        let mut all = Vec::new();
        match description {
            Some((_, Expr::String(literal), _)) => template.push_str(&literal.value),
            Some((_, Expr::FormatString(string), lowered)) => {
                let (pieces, needs, _) = self.pieces(string);
                for piece in &pieces {
                    match piece {
                        Piece::Text(text) => {
                            template.push_str(&text.replace('{', "{{").replace('}', "}}"));
                        }
                        Piece::Value(name, _) => template.extend(["{", name, "}"]),
                    }
                }
                let step = self.step(needs, Does::Nothing);
                for needed in steps.iter_mut().filter(|needed| **needed == lowered.step) {
                    *needed = step;
                }
                all = pieces;
            }
            _ => {}
        }
        let template = Str::from(template);
        let settled = all.is_empty().then(|| {
            [false, true].map(|value| {
                let (name, description) = (name.clone(), template.clone());
                Arc::new(RuleValue { name, value, description, features: Vec::new() })
            })
        });
        Kind::Rule(Box::new(Rule {
            name,
            when_all: self.list_of(given, items, "when_all"),
            template,
            pieces: all.into(),
            settled,
        }))
    }
}

/// What a type variable in `wanted` stands for, if there is one.
fn variable(wanted: &Type, given: &Type) -> Option<Type> {
    match wanted {
        Type::Variable => Some(given.clone()),
        Type::Optional(inner) if **inner == Type::Variable => Some(match given {
            Type::Entity(id) => (**id).clone(),
            other => super::fit::without_none(other).unwrap_or_else(|| other.clone()),
        }),
        _ => None,
    }
}
