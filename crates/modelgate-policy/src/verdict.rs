//! The verdict: every check with its state, every finding, and what follows from them.

use modelgate_eval::{Change, Estimate, MetricId, Subject};

use crate::{Bound, Date, JudgedControls, JudgedData, JudgedDrift, JudgedWaiver, Level, Origin, RuleId};

/// What became of one check.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// A bound: the whole interval is on the right side. A change: the upper bound of the loss is within the limit.
    Passed,
    /// The limit is crossed, and the gate's level is `warn` or the two sides were evaluated on different rows; or only the
    /// point estimate is on the wrong side of a bound; or there is a real loss that is not shown to be beyond the limit.
    Warned,
    /// A bound: the whole interval is on the wrong side. A change: the loss is shown to be beyond the limit, however many
    /// checks were made.
    Failed,
    /// These rows cannot tell.
    Inconclusive {
        /// The smallest true distance beyond the limit that these rows would have shown with 80 % power, in the
        /// metric's unit; `None` where there is no interval to tell from.
        detectable: Option<f64>,
        /// How many rows in the metric's denominator, on both sides, would settle it with 80 % power if the number stays what
        /// it is; `None` where it is the limit itself.
        rows_needed: Option<u64>,
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

/// Checks that are tested together, against one release. In each of them the probability of even one false failure is at
/// most `alpha`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// All rows together, every gated metric.
    Overall,
    /// Slices, single and crossed, every gated metric.
    Slices,
    /// Comparisons between groups.
    Groups,
}

impl Family {
    /// The stable name used in machine output.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Overall => "overall",
            Self::Slices => "slices",
            Self::Groups => "groups",
        }
    }
}

/// How a change was tested against its limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Test {
    /// The checks that were tested together.
    pub family: Family,
    /// How many questions they ask.
    pub size: usize,
    /// The level: what `q` must be below to fail.
    pub alpha: f64,
    /// The p-value of "the loss is within the limit", one-sided, after Holm's adjustment for the family.
    pub q: f64,
    /// The same for "there is no loss".
    pub q_any_loss: f64,
    /// How much worse the candidate is.
    pub loss: f64,
    /// The one-sided upper bound of that at level `1 - alpha`.
    pub upper: f64,
}

impl Test {
    /// Whether the loss is shown to be within the limit.
    pub(crate) fn proves_within(&self, limit: f64) -> bool {
        // A loss that is known exactly may reach the limit.
        let is_exact = self.upper <= self.loss;
        self.upper < limit || (is_exact && self.loss <= limit)
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
    /// The pinned release that a change is held against; `None` for the baseline, and for bounds.
    pub anchor: Option<String>,
    /// The gate's level.
    pub level: Level,
    /// Whether "cannot tell" needs a person.
    pub must_prove: bool,
    /// Whether it warns at most, because the change is one between different rows and may come from them.
    pub across_splits: bool,
    /// What became of it.
    pub state: State,
    /// Whether this state, as it stands, fails the run.
    pub blocking: bool,
    /// The candidate's measurement, where there is one.
    pub candidate: Option<Estimate>,
    /// The change against the baseline, where there is a baseline.
    pub change: Option<Change>,
    /// How a change was tested; `None` for bounds, and where there was nothing to test.
    pub test: Option<Test>,
}

impl Check {
    /// Sets what became of it: a crossed limit blocks or warns by the gate's level, and warns between different rows.
    pub(crate) fn settle(&mut self, state: State) {
        let only_warns = self.level < Level::Deny || self.across_splits;
        self.state = if state == State::Failed && only_warns { State::Warned } else { state };
        self.blocking = self.state == State::Failed;
    }

    /// Whether it must be proven to be within its limit, and is not: a person must then look.
    #[must_use]
    pub fn unproven(&self) -> bool {
        let open = match (&self.state, self.bound, &self.test) {
            (State::Warned, Bound::MaxRegression(limit), Some(test)) => !test.proves_within(limit),
            (State::Inconclusive { .. } | State::Warned | State::NotEvaluated { .. }, ..) => true,
            _ => false,
        };
        self.must_prove && open
    }

    /// Whether the baseline, held against the same floor or ceiling, stands as the candidate does. A change cannot have been there
    /// before.
    #[must_use]
    pub fn stood_before(&self, confidence_level: f64) -> bool {
        let Some(change) = &self.change else { return false };
        let state = |estimate: &Estimate| {
            crate::state::against_limit(self.bound, self.metric, estimate, confidence_level).map(|judged| judged.state.id())
        };
        let now = self.candidate.as_ref().and_then(state);
        now.is_some() && now == state(&change.baseline)
    }
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

impl Counts {
    /// The states of these checks, counted.
    #[must_use]
    pub fn of(checks: &[Check]) -> Self {
        let mut counts = Self { total: checks.len(), ..Self::default() };
        for check in checks {
            *match check.state {
                State::Passed => &mut counts.passed,
                State::Warned => &mut counts.warned,
                State::Failed => &mut counts.failed,
                State::Inconclusive { .. } => &mut counts.inconclusive,
                State::NotEvaluated { .. } => &mut counts.not_evaluated,
                State::Waived { .. } => &mut counts.waived,
            } += 1;
        }
        counts
    }
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
    /// How the data moved: against the baseline's rows, and between training and test rows.
    pub drift: Vec<JudgedDrift>,
    /// Whether the baseline's release holds no counts of its columns, so that their drift since is not known.
    pub without_columns: bool,
    /// What was measured of the data itself.
    pub data: JudgedData,
    /// What became of the controls of the chosen packs.
    pub controls: JudgedControls,
    /// What became of each waiver, those of rules first.
    pub waivers: Vec<JudgedWaiver>,
}
