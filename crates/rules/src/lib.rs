//! What follows from this rulebook for this event?
//!
//! A rulebook's rule files are checked ([`check`]), packed ([`Plan::build`]) and evaluated on an
//! event ([`evaluate`]): a pure function of plan, event, facts and the moment. Must not do I/O, read
//! a clock or draw randomness.
//!
//! ```
//! use rules::{Environment, Facts, Plan, Sources, check, evaluate};
//!
//! let main = "Text: str = JsonData(path='$.text')
//! Shout = Rule(when_all=[StringToUpper(s=Text) == Text], description='all in capitals')
//! WhenRules(rules_any=[Shout], then=[Breach(clause='manners#shouting')])
//! ";
//! let sources = Sources::from_map([("main.sml".into(), main.into())].into());
//! let checked = check(&sources, &Environment::default());
//! let plan = Plan::build(checked.program.expect("no problems"));
//!
//! let event: model::Event = serde_json::from_str(
//!     r#"{"action_id": 1, "action_name": "post", "timestamp": "2026-03-01T12:00:00Z",
//!         "data": {"text": "HELLO"}}"#,
//! )?;
//! let outcome = evaluate(&plan, &event, &Facts::default(), event.timestamp);
//! assert_eq!(outcome.findings[0].clause.as_str(), "manners#shouting");
//! # Ok::<(), serde_json::Error>(())
//! ```

mod check;
pub mod coerce;
pub mod coverage;
pub mod decide;
pub mod declared;
mod evaluate;
mod facts;
mod found;
pub mod functions;
pub mod jsonpath;
pub mod labels;
mod plan;
mod problem;
pub mod regexes;
pub mod rulebook;
mod running;
mod sources;
pub mod state;
pub mod stream;
pub mod testing;
pub mod text;
pub mod types;
pub mod value;
mod world;

pub use check::{Checked, DeclaredLabel, DeclaredLabels, Environment, check};
pub use evaluate::{
    Condition, Emitted, EvaluationError, ExplainedRule, Explanation, Held, Outcome, Signal,
    evaluate, evaluate_plainly,
};
pub use facts::{Answer, FactKey, Facts, Question};
pub use found::{Certainty, Found};
pub use plan::{Dependence, Drawing, Idle, Plan, Program, Thing, ThingKind};
pub use problem::{Problem, nearest};
pub use running::RunningList;
pub use sources::Sources;
pub use world::World;
