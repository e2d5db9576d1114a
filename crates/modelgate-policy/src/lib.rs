//! Gates, rules and waivers: measurements in, a verdict out. Cannot fail, does no I/O, and is told what day it is.

mod data_checks;
mod drift;
mod family;
mod gate;
mod judge;
mod packs;
mod rules;
mod state;
mod verdict;
mod waive;
mod waiver;
mod written;

pub use data_checks::sources::{DataSource, JudgedSource, ReadFile, SOURCE_FACTS};
pub use data_checks::{
    Attestation, DATA_RULES, DataLimits, DataQuestion, DataRule, DataState, JudgedData, JudgedMeasurement, PopulationSource,
    judge_measurements,
};
pub use drift::{DriftLimits, DriftState, JudgedDrift, judge_drift};
pub use gate::{Bound, Gate, Origin, Policy, Target};
pub use judge::{Anchor, Baseline, History, judge};
pub use packs::employment::posted_until;
pub use packs::evidence::{RunFacts, TERMS, Term, term};
pub use packs::expression::{Expression, Lack, Shortfall};
pub use packs::facts::{Fact, FactValue, Facts, Statement, item_text};
pub use packs::judge::{Compliance, ControlChange, Gap, JudgedControl, JudgedControls, JudgedPack, PackChange, told};
pub use packs::loosened::loosened;
pub use packs::pack::{Applies, ChosenPack, Class, Control, Pack};
pub use packs::people::is_account_of;
pub use packs::state::{ControlState, state_words};
pub use rules::{Level, RULES, Rule, RuleId};
pub use verdict::{Check, Counts, Family, Finding, Outcome, State, Test, Verdict};
pub use waiver::{ControlWaiver, Date, JudgedWaiver, Waiver, WaiverNotes, WaiverState};
pub use written::{BlockState, ManagedBlock, WrittenDocument, managed_blocks};
