//! What calls tell about functions that nobody declared: which arguments they are given, of which
//! types, and as what their result is used. Must not check anything.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use sml::Root;
use sml::tree::{Call, CompareOperator, Expr, Statement, UnaryOperator};

use crate::check::Environment;
use crate::check::annotations;
use crate::check::fit::{behind, without_none};
use crate::check::walk::function_name;
use crate::types::Type;

/// What is known of one function.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Its arguments in the order in which they were first given.
    pub(super) arguments: Vec<(String, Vec<Type>)>,
    /// How many calls give each of them.
    pub(super) given: BTreeMap<String, usize>,
    pub(super) calls: usize,
    /// As what its result is used.
    pub(super) results: Vec<Type>,
}

/// The functions of a program that are not known, or are called otherwise than they can be.
pub(super) struct Survey<'t> {
    environment: &'t Environment,
    /// What is stored under each name: annotation first, value second.
    stored: HashMap<Arc<str>, (Option<Type>, &'t Expr)>,
    /// As what each name is used.
    uses: HashMap<Arc<str>, Vec<Type>>,
    /// The names under which results are stored that no annotation describes.
    results: Vec<(String, Arc<str>)>,
    pub(super) seen: BTreeMap<String, Seen>,
}

/// Names may stand for names; no program needs more steps.
const MOST_STEPS: usize = 32;

impl<'t> Survey<'t> {
    pub(super) fn of(roots: &'t [Root], environment: &'t Environment) -> Self {
        let mut survey = Self {
            environment,
            stored: HashMap::new(),
            uses: HashMap::new(),
            results: Vec::new(),
            seen: BTreeMap::new(),
        };
        let statements = || roots.iter().flat_map(|root| &root.statements);
        for statement in statements() {
            if let Statement::Assign(assign) = statement {
                let read = assign.annotation.as_ref();
                let kind = read.and_then(|read| annotations::read(read).ok()).map(|it| it.kind);
                survey.stored.insert(Arc::clone(&assign.name.text), (kind, &assign.value));
            }
        }
        for statement in statements() {
            match statement {
                Statement::Expr(call) => survey.call(call, Some(&Type::None), None),
                Statement::Assign(assign) => {
                    let stored = survey.stored.get(&assign.name.text);
                    let wanted = stored.and_then(|(kind, _)| kind.clone());
                    survey.expr(&assign.value, wanted.as_ref(), Some(&assign.name.text));
                }
            }
        }
        for (function, name) in std::mem::take(&mut survey.results) {
            let uses = survey.uses.get(&name).cloned().unwrap_or_default();
            survey.seen.entry(function).or_default().results.extend(uses);
        }
        survey
    }

    /// Whether a call is one that the environment cannot answer.
    fn is_unknown(&self, call: &Call, name: &str) -> bool {
        let Some(callable) = self.environment.function(name) else { return true };
        let signature = callable.signature;
        let plain = callable.declared.is_none()
            && (!signature.is_engine() || signature.special_kind().is_some());
        let taken = |keyword: &str| signature.position(keyword).is_some();
        let odd = call.arguments.iter().any(|argument| !taken(&argument.keyword.text));
        let lacks = signature.arguments.iter().any(|argument| {
            argument.default.is_none() && {
                let given = |keyword: &str| signature.keyword(keyword) == argument.name;
                !call.arguments.iter().any(|one| given(&one.keyword.text))
            }
        });
        plain && (odd || lacks)
    }

    fn call(&mut self, call: &'t Call, wanted: Option<&Type>, stored: Option<&Arc<str>>) {
        let Some(name) = function_name(call) else { return };
        if self.is_unknown(call, name) {
            let kinds: Vec<(String, Type)> = call
                .arguments
                .iter()
                .map(|one| (one.keyword.text.to_string(), self.kind(&one.value, MOST_STEPS)))
                .collect();
            let seen = self.seen.entry(name.to_owned()).or_default();
            seen.calls += 1;
            for (keyword, kind) in kinds {
                *seen.given.entry(keyword.clone()).or_default() += 1;
                match seen.arguments.iter_mut().find(|(other, _)| *other == keyword) {
                    Some((_, kinds)) => kinds.push(kind),
                    None => seen.arguments.push((keyword, vec![kind])),
                }
            }
            match (wanted, stored) {
                (Some(wanted), _) => seen.results.push(wanted.clone()),
                (None, Some(stored)) => self.results.push((name.to_owned(), Arc::clone(stored))),
                (None, None) => {}
            }
        }
        let signature = self.environment.function(name).map(|callable| callable.signature);
        for argument in &call.arguments {
            let keyword = &*argument.keyword.text;
            // An id is a text, if the annotation of the entity does not say otherwise.
            let id = match (name, keyword, wanted) {
                ("Entity", "id", Some(Type::Entity(id))) => Some((**id).clone()),
                ("Entity", "id", _) => Some(Type::Str),
                _ => None,
            };
            let wanted = signature
                .and_then(|signature| signature.arguments.get(signature.position(keyword)?))
                .map(|argument| &argument.kind)
                .filter(|kind| !is_open(kind));
            let boolean = Type::list(Type::Bool);
            let wanted = match (wanted, signature.is_none(), keyword) {
                (None, true, "when_all") => Some(&boolean),
                (wanted, ..) => wanted.or(id.as_ref()),
            };
            self.expr(&argument.value, wanted, None);
        }
    }

    /// Looks at an expression that is wanted as a type.
    fn expr(&mut self, expr: &'t Expr, wanted: Option<&Type>, stored: Option<&Arc<str>>) {
        match expr {
            Expr::Call(call) => self.call(call, wanted, stored),
            Expr::Name(name) => {
                if let Some(wanted) = wanted {
                    self.uses.entry(Arc::clone(&name.text)).or_default().push(wanted.clone());
                }
            }
            Expr::List(list) => {
                let item = match wanted {
                    Some(Type::List(item)) if !is_open(item) => Some(&**item),
                    _ => None,
                };
                for one in &list.items {
                    self.expr(one, item, None);
                }
            }
            Expr::Logic(_) => {
                for operand in expr.children() {
                    self.expr(operand, Some(&Type::Bool), None);
                }
            }
            Expr::Unary(unary) => {
                let wanted = match unary.operator {
                    UnaryOperator::Not => Type::Bool,
                    UnaryOperator::Negate => Type::Float,
                };
                self.expr(&unary.operand, Some(&wanted), None);
            }
            Expr::Compare(compare) => {
                let (left, right) = (&compare.left, &compare.right);
                let other = |survey: &Self, side: &'t Expr| survey.against(side, compare.operator);
                let (for_left, for_right) = (other(self, right), other(self, left));
                let for_left = match compare.operator {
                    CompareOperator::In | CompareOperator::NotIn => match for_left {
                        Some(Type::List(item)) => Some((*item).clone()),
                        other => other,
                    },
                    _ => for_left,
                };
                let for_right = match compare.operator {
                    CompareOperator::In | CompareOperator::NotIn => for_right.map(Type::list),
                    _ => for_right,
                };
                self.expr(left, for_left.as_ref(), None);
                self.expr(right, for_right.as_ref(), None);
            }
            Expr::Binary(binary) => {
                let other = |kind: Type| (kind != Type::Any).then_some(kind);
                let for_left = other(self.kind(&binary.right, MOST_STEPS));
                let for_right = other(self.kind(&binary.left, MOST_STEPS));
                self.expr(&binary.left, for_left.as_ref(), None);
                self.expr(&binary.right, for_right.as_ref(), None);
            }
            _ => {}
        }
    }

    /// The type that something is compared with: with None, something that may be None.
    fn against(&self, side: &'t Expr, operator: CompareOperator) -> Option<Type> {
        let kind = self.kind(side, MOST_STEPS);
        let ordered = !matches!(
            operator,
            CompareOperator::Equal
                | CompareOperator::NotEqual
                | CompareOperator::In
                | CompareOperator::NotIn
        );
        match kind {
            Type::None => Some(Type::optional(Type::Str)),
            Type::Any if ordered => Some(Type::Float),
            Type::Any => None,
            kind => Some(kind),
        }
    }

    /// The type of an expression, as far as it shows; Any if it does not.
    fn kind(&self, expr: &'t Expr, steps: usize) -> Type {
        let Some(steps) = steps.checked_sub(1) else { return Type::Any };
        match expr {
            Expr::String(_) | Expr::FormatString(_) => Type::Str,
            Expr::Int(_) => Type::Int,
            Expr::Float(_) => Type::Float,
            Expr::Bool(_) | Expr::Compare(_) | Expr::Logic(_) => Type::Bool,
            Expr::None(_) => Type::None,
            Expr::Unary(unary) => match unary.operator {
                UnaryOperator::Not => Type::Bool,
                UnaryOperator::Negate => self.kind(&unary.operand, steps),
            },
            Expr::List(list) => {
                let kinds = list.items.iter().map(|item| self.kind(item, steps)).collect();
                Type::list(together(kinds))
            }
            Expr::Binary(binary) => {
                let kinds = vec![self.kind(&binary.left, steps), self.kind(&binary.right, steps)];
                together(kinds)
            }
            Expr::Name(name) => match self.stored.get(&name.text) {
                Some((Some(kind), _)) => kind.clone(),
                Some((None, value)) => self.kind(value, steps),
                None => Type::Any,
            },
            Expr::Call(call) => {
                let found = function_name(call).and_then(|name| self.environment.function(name));
                let kind = found.map_or(Type::Any, |callable| callable.signature.returns.clone());
                if is_open(&kind) { Type::Any } else { kind }
            }
            Expr::Attribute(_) => Type::Any,
        }
    }
}

/// Whether a type leaves open what it holds.
fn is_open(kind: &Type) -> bool {
    match kind {
        Type::Any | Type::Variable => true,
        Type::Optional(inner) | Type::Entity(inner) => is_open(inner),
        _ => false,
    }
}

/// One type that takes values of all of these.
pub(super) fn together(kinds: Vec<Type>) -> Type {
    let plain = |kind: Type| match behind(&kind) {
        Some(plain) if kind != Type::Rule || plain == Type::Bool => plain,
        _ => kind,
    };
    let mut maybe = false;
    let mut found: Vec<Type> = Vec::new();
    for kind in kinds {
        let kind = plain(kind);
        let kind = match without_none(&kind) {
            Some(inner) => {
                maybe = true;
                inner
            }
            None => kind,
        };
        match kind {
            Type::None => maybe = true,
            kind if !found.contains(&kind) => found.push(kind),
            _ => {}
        }
    }
    let one = match found.as_slice() {
        [] => Type::Any,
        [one] => one.clone(),
        [Type::Int, Type::Float] | [Type::Float, Type::Int] => Type::Float,
        [Type::List(a), Type::List(b)] => Type::list(together(vec![(**a).clone(), (**b).clone()])),
        _ => Type::Any,
    };
    match one {
        Type::Any | Type::List(_) | Type::Effect | Type::Rule if !maybe => one,
        Type::Any => Type::Any,
        one if maybe => Type::optional(one),
        one => one,
    }
}
