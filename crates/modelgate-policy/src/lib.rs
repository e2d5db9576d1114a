//! Gates, rules and waivers: measurements in, a verdict out. Cannot fail, does no I/O, and is told what day it is.

mod gate;
mod rules;
mod verdict;
mod waiver;

pub use gate::{Bound, Gate, Origin, Policy, Target};
pub use rules::{Level, RULES, Rule, RuleId};
pub use verdict::{Check, Counts, Finding, Outcome, State, Verdict};
pub use waiver::{Date, Waiver};
