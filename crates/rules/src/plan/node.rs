//! What a checked program is made of: a flat list of nodes, each computed from values before it.
//! Plain data; the check writes it, the plan packs it, evaluation reads it.

use std::fmt;
use std::sync::Arc;

use crate::declared::Scorer;
use crate::functions::{FunctionId, Prepared, Special};
use crate::jsonpath::Part;
use crate::types::Type;
use crate::value::{BinaryOperator, Inequality, RuleValue, Str, Value};

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Source {
    /// A node, by its number.
    Node(u32),
    /// A constant, by its number.
    Constant(u32),
}

/// A value that a node is computed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Input {
    pub(crate) source: Source,
    /// Whether the plain value behind it is taken: an entity's id, a rule's truth.
    pub(crate) unwrap: bool,
}

impl Input {
    /// The node, if it is no constant.
    pub(crate) const fn node(&self) -> Option<u32> {
        match self.source {
            Source::Node(at) => Some(at),
            Source::Constant(_) => None,
        }
    }
}

/// A place in a rule file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    pub(crate) file: u32,
    pub(crate) offset: u32,
    pub(crate) end: u32,
}

/// One thing to compute.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    pub(crate) place: Place,
}

/// What is computed.
#[derive(Debug)]
pub(crate) enum Kind {
    List(Box<[Input]>),
    Format(Box<[Piece]>),
    Binary(BinaryOperator, Input, Input),
    Negate(Input),
    Not(Input),
    Equal { left: Input, right: Input, negated: bool },
    Contains { needle: Input, haystack: Input, negated: bool },
    Compare(Inequality, Input, Input),
    All(Box<[Input]>),
    Any(Box<[Input]>),
    Function(Box<Function>),
    Data(Box<Data>),
    Entity { kind: Str, id: Input },
    ActionName,
    ActionId,
    Resolve { value: Input, default: Input, report: bool },
    Experiment(Box<Experiment>),
    ExperimentWhen { experiment: Input, buckets: Box<[(Str, Input)]> },
    Rule(Box<Rule>),
    When(Box<When>),
    Label(Box<Label>),
    HasLabel(Box<HasLabel>),
    Verdict(Input),
    Finding(Box<Finding>),
    Require { file: Input, condition: Input },
    Beyond(Box<Beyond>),
}

/// A piece of a text with names in it.
#[derive(Debug)]
pub(crate) enum Piece {
    Text(Str),
    Value(Str, Input),
}

/// A call of a function that is one of its arguments alone.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) id: FunctionId,
    pub(crate) prepared: Arc<Prepared>,
    pub(crate) arguments: Box<[Argument]>,
    /// Whether it draws lots.
    pub(crate) random: bool,
}

/// An argument of a function.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Argument {
    pub(crate) input: Input,
    /// Whether None stands in for a value that failed.
    pub(crate) none_if_failed: bool,
}

/// A call that reads or changes more than its arguments: what is kept from event to event, what
/// the event carries, what somebody outside says.
#[derive(Debug)]
pub(crate) struct Beyond {
    /// The function's name, for effects and questions.
    pub(crate) name: Str,
    pub(crate) does: BeyondDoes,
    /// The arguments' names.
    pub(crate) names: Box<[Str]>,
    pub(crate) arguments: Box<[Argument]>,
}

/// What such a call does.
#[derive(Debug)]
pub(crate) enum BeyondDoes {
    Special(Special),
    /// Asks an outside scorer.
    Ask(Arc<Scorer>),
    /// Has no value: the function is declared and bound to nothing.
    Absent,
}

/// `JsonData` and `EntityJson`.
#[derive(Debug)]
pub(crate) struct Data {
    pub(crate) prepared: Arc<Prepared>,
    /// Where the path begins among what is read of an event.
    pub(crate) part: Part,
    /// The type of the value, or of the entity's id.
    pub(crate) wanted: Type,
    /// The entity's type, for `EntityJson`.
    pub(crate) entity: Option<Str>,
    pub(crate) secret: bool,
    pub(crate) required: Input,
    pub(crate) coerce_type: Input,
}

#[derive(Debug)]
pub(crate) struct Experiment {
    pub(crate) name: Str,
    pub(crate) entity: Input,
    pub(crate) buckets: Box<[Str]>,
    /// Sizes in hundredths of a per cent.
    pub(crate) units: Box<[i64]>,
    pub(crate) version: i64,
    pub(crate) revision: i64,
}

/// The items of a list argument.
#[derive(Debug)]
pub(crate) enum Items {
    /// Written out in the call.
    Each(Box<[Input]>),
    /// A list that is computed elsewhere.
    List(Input),
}

#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) name: Str,
    pub(crate) when_all: Items,
    /// As written, names in braces.
    pub(crate) template: Str,
    pub(crate) pieces: Box<[Piece]>,
    /// What it comes to if it does not hold and if it does, where no name is filled in.
    pub(crate) settled: Option<[Arc<RuleValue>; 2]>,
}

#[derive(Debug)]
pub(crate) struct When {
    pub(crate) rules: Items,
    pub(crate) then: Items,
}

#[derive(Debug)]
pub(crate) struct Label {
    pub(crate) add: bool,
    pub(crate) entity: Input,
    pub(crate) name: Str,
    pub(crate) delay_action_by: Input,
    pub(crate) apply_if: Option<Input>,
    pub(crate) expires_after: Input,
}

#[derive(Debug)]
pub(crate) struct HasLabel {
    pub(crate) entity: Input,
    pub(crate) name: Str,
    pub(crate) manual: Input,
    pub(crate) added: bool,
    pub(crate) min_label_age: Input,
    pub(crate) error_on_empty: Input,
}

/// `Breach` and `Refer`.
#[derive(Debug)]
pub(crate) struct Finding {
    pub(crate) clause: Str,
    pub(crate) item: Input,
    pub(crate) account: Input,
    pub(crate) quote: Input,
    /// Queue and priority, for `Refer`.
    pub(crate) refer: Option<(Input, Input)>,
}

/// A named value.
#[derive(Debug)]
pub(crate) struct Feature {
    pub(crate) name: Arc<str>,
    /// The name as results write it: a comma, the name in quotes, a colon.
    pub(crate) key: Box<str>,
    pub(crate) file: u32,
    pub(crate) input: Input,
    /// Whether results show it.
    pub(crate) shown: bool,
}

/// One file's part of a program.
#[derive(Debug)]
pub(crate) struct Unit {
    pub(crate) path: Arc<str>,
    pub(crate) lines: sml::LineIndex,
    pub(crate) text: Arc<str>,
    /// Its nodes are those from here to the next unit's.
    pub(crate) nodes: std::ops::Range<u32>,
    /// The files that it imports.
    pub(crate) imports: Vec<u32>,
    /// The steps of its statements.
    pub(crate) steps: Vec<u32>,
}

/// One node of the reference's dependency graph, which decides the order of effects.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) needs: Box<[u32]>,
    pub(crate) does: Does,
}

/// What a step does to the order.
#[derive(Clone, Debug)]
pub(crate) enum Does {
    Nothing,
    /// Fires the effects of the `WhenRules` at this node.
    Fires(u32),
    /// Adds these files.
    Imports(Box<[u32]>),
    /// Adds the file that the `Require` at this node came to.
    Requires(u32),
}

/// A program without errors.
#[derive(Default)]
pub struct Program {
    pub(crate) nodes: Vec<Node>,
    pub(crate) constants: Vec<Value>,
    pub(crate) features: Vec<Feature>,
    /// In the order of their paths.
    pub(crate) units: Vec<Unit>,
    /// The units, each after those that it imports.
    pub(crate) order: Vec<u32>,
    pub(crate) main: u32,
    pub(crate) steps: Vec<Step>,
    pub(crate) labels: crate::check::DeclaredLabels,
    pub(crate) lists: Option<Arc<dyn crate::functions::Lists + Send>>,
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Program")
            .field("nodes", &self.nodes.len())
            .field("features", &self.features.len())
            .field("files", &self.units.len())
            .finish_non_exhaustive()
    }
}

impl Kind {
    /// Visits what the node is computed from.
    pub(crate) fn inputs(&mut self, visit: &mut dyn FnMut(&mut Input)) {
        match self {
            Self::List(items) | Self::All(items) | Self::Any(items) => {
                items.iter_mut().for_each(visit);
            }
            Self::Format(pieces) => Piece::inputs(pieces, visit),
            Self::Binary(_, left, right)
            | Self::Compare(_, left, right)
            | Self::Equal { left, right, .. }
            | Self::Contains { needle: left, haystack: right, .. }
            | Self::Resolve { value: left, default: right, .. }
            | Self::Require { file: left, condition: right } => {
                visit(left);
                visit(right);
            }
            Self::Negate(input)
            | Self::Not(input)
            | Self::Verdict(input)
            | Self::Entity { id: input, .. } => visit(input),
            Self::Function(function) => {
                function.arguments.iter_mut().for_each(|argument| visit(&mut argument.input));
            }
            Self::Beyond(beyond) => {
                beyond.arguments.iter_mut().for_each(|argument| visit(&mut argument.input));
            }
            Self::Data(data) => {
                visit(&mut data.required);
                visit(&mut data.coerce_type);
            }
            Self::ActionName | Self::ActionId => {}
            Self::Experiment(experiment) => visit(&mut experiment.entity),
            Self::ExperimentWhen { experiment, buckets } => {
                visit(experiment);
                buckets.iter_mut().for_each(|(_, input)| visit(input));
            }
            Self::Rule(rule) => {
                rule.when_all.inputs(visit);
                Piece::inputs(&mut rule.pieces, visit);
            }
            Self::When(when) => {
                when.rules.inputs(visit);
                when.then.inputs(visit);
            }
            Self::Label(label) => {
                visit(&mut label.entity);
                visit(&mut label.delay_action_by);
                label.apply_if.iter_mut().for_each(&mut *visit);
                visit(&mut label.expires_after);
            }
            Self::HasLabel(label) => {
                visit(&mut label.entity);
                visit(&mut label.manual);
                visit(&mut label.min_label_age);
                visit(&mut label.error_on_empty);
            }
            Self::Finding(finding) => {
                visit(&mut finding.item);
                visit(&mut finding.account);
                visit(&mut finding.quote);
                if let Some((queue, priority)) = &mut finding.refer {
                    visit(queue);
                    visit(priority);
                }
            }
        }
    }
}

impl Items {
    /// The nodes among them.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = u32> {
        let inputs = match self {
            Self::Each(items) => items.iter(),
            Self::List(list) => std::slice::from_ref(list).iter(),
        };
        inputs.filter_map(Input::node)
    }

    fn inputs(&mut self, visit: &mut dyn FnMut(&mut Input)) {
        match self {
            Self::Each(items) => items.iter_mut().for_each(visit),
            Self::List(input) => visit(input),
        }
    }
}

impl Piece {
    fn inputs(pieces: &mut [Self], visit: &mut dyn FnMut(&mut Input)) {
        for piece in pieces {
            if let Self::Value(_, input) = piece {
                visit(input);
            }
        }
    }
}
