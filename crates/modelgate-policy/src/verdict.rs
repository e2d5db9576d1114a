//! The verdict: every check with its state, every finding, and what follows from them.

use modelgate_eval::{Change, Estimate, MetricId, Subject};

use crate::{Bound, Date, Level, Origin, RuleId};

/// What became of one check.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// The whole interval is on the right side of the limit.
    Passed,
    /// The limit is crossed, and the gate's level is `warn`; or only the point estimate is on the wrong side.
    Warned,
    /// The whole interval is on the wrong side of the limit.
    Failed,
    /// The interval holds the limit: these rows cannot tell.
    Inconclusive {
        /// The smallest true distance beyond the limit that these rows would have shown with 80 % power, in the
        /// metric's unit; `None` where there is no interval to tell from.
        detectable: Option<f64>,
    },
    /// There is no number to judge.
    NotEvaluated {
        /// Why, in a few words.
        reason: String,
    },
    /// It failed, and a waiver accepts that.
    Waived {
        /// The last day on which the waiver holds.
        until: Date,
        /// Why it was granted.
        reason: String,
        /// Who granted it.
        approved_by: String,
    },
}

impl State {
    /// The stable name used in machine output: `passed`, `warned`, `failed`, `inconclusive`, `not_evaluated`, `waived`.
    #[must_use]
    pub fn id(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Warned => "warned",
            Self::Failed => "failed",
            Self::Inconclusive { .. } => "inconclusive",
            Self::NotEvaluated { .. } => "not_evaluated",
            Self::Waived { .. } => "waived",
        }
    }
}

/// One limit of one gate, held against one subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// The gate's place in the configuration.
    pub origin: Origin,
    /// The rule that speaks when this check does not pass.
    pub rule: RuleId,
    /// The metric.
    pub metric: MetricId,
    /// The subject.
    pub subject: Subject,
    /// The limit.
    pub bound: Bound,
    /// The gate's level.
    pub level: Level,
    /// Whether "cannot tell" needs a person.
    pub must_prove: bool,
    /// What became of it.
    pub state: State,
    /// Whether this state, as it stands, fails the run.
    pub blocking: bool,
    /// The candidate's measurement, where there is one.
    pub candidate: Option<Estimate>,
    /// The change against the baseline, where there is a baseline.
    pub change: Option<Change>,
}

/// Something that a rule has to say besides the checks: about the run, a slice, or a waiver.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The rule.
    pub rule: RuleId,
    /// What it means here: `Deny` fails the run, `Warn` is shown. Findings at `Allow` are dropped.
    pub level: Level,
    /// What it is about, such as a slice or a waiver; empty for the run as a whole.
    pub subject: String,
    /// One sentence that states the fact, with numbers.
    pub message: String,
    /// Where in the configuration it comes from, if anywhere.
    pub origin: Option<Origin>,
    /// What to do next.
    pub help: String,
}

/// How many checks are in each state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// All checks.
    pub total: usize,
    /// See [`State::Passed`].
    pub passed: usize,
    /// See [`State::Warned`].
    pub warned: usize,
    /// See [`State::Failed`].
    pub failed: usize,
    /// See [`State::Inconclusive`].
    pub inconclusive: usize,
    /// See [`State::NotEvaluated`].
    pub not_evaluated: usize,
    /// See [`State::Waived`].
    pub waived: usize,
}

/// What follows for the release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing blocks.
    Passed,
    /// At least one check or finding blocks.
    Failed,
    /// Nothing blocks, but a person must look.
    NeedsReview,
}

impl Outcome {
    /// The stable name used in machine output.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::NeedsReview => "needs_review",
        }
    }
}

/// The judgement of one run.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// What follows.
    pub outcome: Outcome,
    /// Every limit held against every subject: blocking first, then by written order and subject.
    pub checks: Vec<Check>,
    /// What the rules say besides the checks, the gravest first.
    pub findings: Vec<Finding>,
    /// How many checks are in each state.
    pub counts: Counts,
    /// Slices that were too small to judge, per metric and limit, counted and never shown as passed.
    pub low_support: usize,
}
