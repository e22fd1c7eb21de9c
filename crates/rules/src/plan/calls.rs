//! Calls as operations: what the engine evaluates itself, and plain functions with what was
//! prepared for them.

use super::annotation::of_annotation;
use super::build::{Builder, Here};
use super::{ExperimentOp, Finding, Given, HasLabelOp, LabelOp, Operand, Piece, What};
use crate::functions;
use crate::jsonpath::Path;
use crate::types::Type;
use crate::value::{Str, Value};
use sml::Root;
use sml::tree::{Assign, Call, Callee, Expr, Statement};

/// The paths that a file imports, in the order written.
pub(super) fn imports(root: &Root) -> impl Iterator<Item = &str> {
    root.statements
        .iter()
        .filter_map(|statement| match statement {
            Statement::Expr(call) => Some(call),
            Statement::Assign(_) => None,
        })
        .filter(|call| matches!(&call.function, Callee::Name(name) if &*name.text == "Import"))
        .filter_map(|call| match call.argument("rules") {
            Some(Expr::List(list)) => Some(list),
            _ => None,
        })
        .flat_map(|list| &list.items)
        .filter_map(|item| match item {
            Expr::String(path) => Some(path.value.as_str()),
            _ => None,
        })
}

struct Site<'b, 't> {
    builder: &'b mut Builder<'t>,
    here: &'b mut Here<'t>,
    call: &'t Call,
}

impl<'t> Site<'_, 't> {
    fn given(&mut self, keyword: &str) -> Option<Operand> {
        let expr = self.call.argument(keyword)?;
        Some(self.builder.expr(self.here, expr))
    }

    fn or(&mut self, keyword: &str, default: Value) -> Operand {
        self.given(keyword).unwrap_or(Operand::Constant(default))
    }

    fn optional(&mut self, keyword: &str) -> Operand {
        self.or(keyword, Value::None)
    }

    fn constant(&self, keyword: &str) -> Option<Value> {
        self.builder.constant(self.here, self.call.argument(keyword)?)
    }

    fn text(&self, keyword: &str) -> Option<Str> {
        match self.constant(keyword)? {
            Value::Str(text) => Some(text),
            _ => None,
        }
    }

    fn operands(&mut self, keyword: &str) -> Vec<Operand> {
        match self.call.argument(keyword) {
            Some(Expr::List(list)) => {
                list.items.iter().map(|item| self.builder.expr(self.here, item)).collect()
            }
            Some(other) => vec![self.builder.expr(self.here, other)],
            None => Vec::new(),
        }
    }

    fn finding(&mut self) -> Option<Box<Finding>> {
        Some(Box::new(Finding {
            clause: self.text("clause")?,
            item: self.optional("item"),
            account: self.optional("account"),
            quote: self.optional("quote"),
        }))
    }

    fn label(&mut self, add: bool) -> Option<What> {
        Some(What::Label(Box::new(LabelOp {
            add,
            entity: self.given("entity")?,
            label: self.text("label")?,
            delay: self.optional("delay_action_by"),
            apply_if: self.given("apply_if"),
            expires: self.optional("expires_after"),
        })))
    }

    fn rule(&mut self, target: Option<&Assign>) -> Option<What> {
        let when_all = self.given("when_all")?;
        let (template, names) = match self.call.argument("description")? {
            Expr::FormatString(string) => {
                let pieces = self.builder.pieces(self.here, string);
                let text = pieces.iter().map(|piece| match piece {
                    Piece::Text(text) => text.as_str().to_owned(),
                    Piece::Name(name, _) => format!("{{{name}}}"),
                });
                let template = text.collect::<String>();
                let names = pieces.into_iter().filter_map(|piece| match piece {
                    Piece::Name(name, operand) => Some((name, operand)),
                    Piece::Text(_) => None,
                });
                (Str::from(template), names.collect())
            }
            other => match self.builder.constant(self.here, other)? {
                Value::Str(text) => (text, Vec::new()),
                _ => return None,
            },
        };
        let name = target.map_or_else(|| Str::from(""), |assign| Str::from(&*assign.name.text));
        Some(What::Rule { name, when_all, template, names })
    }

    fn experiment(&mut self, target: Option<&Assign>) -> Option<What> {
        let list = |value: Option<Value>| value?.as_list().map(<[Value]>::to_vec);
        let number = |value: Option<Value>| value.and_then(|value| value.as_int()).unwrap_or(0);
        let texts = list(self.constant("buckets"))?;
        let sizes = list(self.constant("bucket_sizes"))?;
        Some(What::Experiment(Box::new(ExperimentOp {
            name: target.map_or_else(|| Str::from(""), |assign| Str::from(&*assign.name.text)),
            entity: self.given("entity")?,
            buckets: texts.iter().filter_map(|one| one.as_str().map(Str::from)).collect(),
            sizes: sizes
                .iter()
                .map(|size| match size {
                    Value::Int(whole) => *whole as f64,
                    Value::Float(float) => *float,
                    _ => 0.0,
                })
                .collect(),
            version: number(self.constant("version")),
            revision: number(self.constant("revision")),
        })))
    }

    fn plain(&mut self, name: &str) -> Option<What> {
        let function = functions::find(name)?;
        let signature = functions::get(function)?;
        let constants: Vec<Option<Value>> = signature
            .arguments
            .iter()
            .map(|argument| match self.call.argument(argument.name) {
                Some(expr) => self.builder.constant(self.here, expr),
                None => argument.default.clone(),
            })
            .collect();
        let prepared = functions::prepare(function, &constants, &*self.builder.lists).ok()?;
        let arguments = signature
            .arguments
            .iter()
            .zip(&constants)
            .map(|(argument, known)| Given {
                operand: match known {
                    Some(value) if argument.constant => Operand::Constant(value.clone()),
                    _ => self.or(argument.name, argument.default.clone().unwrap_or_default()),
                },
                optional: argument.kind.accepts_none(),
                unwrap: unwraps(&argument.kind),
            })
            .collect();
        Some(What::Call { function, prepared: Box::new(prepared), arguments })
    }
}

/// Whether an argument of this type takes what is behind an entity, rule or duration.
fn unwraps(kind: &Type) -> bool {
    match kind {
        Type::Entity(_) | Type::Rule | Type::Effect | Type::TimeDelta | Type::Experiment => false,
        Type::Optional(inner) => unwraps(inner),
        _ => true,
    }
}

/// The operation of a call; `None` for calls without a result of their own (`Import`) and for
/// those that the check refuses.
pub(super) fn operation<'t>(
    builder: &mut Builder<'t>,
    here: &mut Here<'t>,
    call: &'t Call,
    name: &str,
    target: Option<&'t Assign>,
) -> Option<What> {
    let wanted = target
        .and_then(|assign| assign.annotation.as_ref())
        .and_then(of_annotation)
        .unwrap_or(Type::Any);
    let mut site = Site { builder, here, call };
    match name {
        "Import" => None,
        "Require" => {
            let path = site.given("rule")?;
            Some(What::Require { path, condition: site.or("require_if", true.into()) })
        }
        "Rule" => site.rule(target),
        "WhenRules" => {
            let rules = site.operands("rules_any");
            Some(What::When { rules, then: site.operands("then") })
        }
        "JsonData" => {
            let (wanted, secret) = match wanted {
                Type::Secret(inner) | Type::ExtractSecret(inner) => ((*inner).clone(), true),
                Type::ExtractLiteral(inner) => ((*inner).clone(), false),
                other => (other, false),
            };
            Some(What::Data {
                path: Path::parse(&site.text("path")?).ok()?,
                wanted,
                secret,
                required: site.or("required", true.into()),
                coerce: site.or("coerce_type", true.into()),
            })
        }
        "EntityJson" => {
            let id = match wanted {
                Type::Entity(inner) => (*inner).clone(),
                _ => Type::Any,
            };
            Some(What::EntityData {
                kind: site.text("type")?,
                path: Path::parse(&site.text("path")?).ok()?,
                wanted: id,
                required: site.or("required", true.into()),
                coerce: site.or("coerce_type", true.into()),
            })
        }
        "Entity" => {
            let kind = site.text("type")?;
            Some(What::Entity { kind, id: site.given("id")? })
        }
        "GetActionName" => Some(What::ActionName),
        "GetActionId" => Some(What::ActionId),
        "ResolveOptional" => {
            let value = site.given("optional_value")?;
            let report = site.constant("should_report_error").is_some_and(|value| value.truth());
            Some(What::Resolve { value, default: site.optional("default_value"), report })
        }
        "LabelAdd" => site.label(true),
        "LabelRemove" => site.label(false),
        "HasLabel" => Some(What::HasLabel(Box::new(HasLabelOp {
            entity: site.given("entity")?,
            label: site.text("label")?,
            manual: site.optional("manual"),
            removed: site.text("status").is_some_and(|status| &*status == "removed"),
            min_age: site.optional("min_label_age"),
            error_on_empty: site.or("error_on_empty", false.into()),
        }))),
        "DeclareVerdict" => Some(What::Verdict(site.given("verdict")?)),
        "Breach" => Some(What::Breach(site.finding()?)),
        "Refer" => {
            let finding = site.finding()?;
            let queue = site.optional("queue");
            Some(What::Refer { finding, queue, priority: site.optional("priority") })
        }
        "Experiment" | "ExperimentsBucketAssignment" => site.experiment(target),
        "ExperimentWhen" => {
            let experiment = site.given("experiment")?;
            let buckets = call
                .arguments
                .iter()
                .filter(|argument| &*argument.keyword.text != "experiment")
                .map(|argument| {
                    let name = Str::from(&*argument.keyword.text);
                    (name, site.builder.expr(site.here, &argument.value))
                })
                .collect();
            Some(What::ExperimentWhen { experiment, buckets })
        }
        other => site.plain(other),
    }
}
