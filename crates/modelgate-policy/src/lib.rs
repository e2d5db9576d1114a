//! Gates, rules and waivers: measurements in, a verdict out. Cannot fail, does no I/O, and is told what day it is.

mod gate;
mod judge;
mod rules;
mod state;
mod verdict;
mod waive;
mod waiver;

pub use gate::{Bound, Gate, Origin, Policy, Target};
pub use judge::{Baseline, judge};
pub use rules::{Level, RULES, Rule, RuleId};
pub use verdict::{Check, Counts, Finding, Outcome, State, Verdict};
pub use waiver::{Date, Waiver};
