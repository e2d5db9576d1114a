//! The words and icons that every document uses for the same thing.

use modelgate_eval::{Direction, MetricId, Mode, Subject};
use modelgate_policy::{Bound, Check, Level, Outcome, State};

use crate::escape::Shown;
use crate::number;
use crate::report::Baseline;

/// The fixed last sentence of every document for people.
pub(crate) const NOT_ADVICE: &str = "This is evidence for people to judge. It is not legal advice.";

/// How intervals of many slices are to be read.
pub(crate) const NOT_ADJUSTED: &str = "Intervals are not adjusted for how many measurements there are.";

/// An icon and a word for what follows: never the color alone.
pub(crate) fn outcome(outcome: Outcome) -> (&'static str, &'static str) {
    match outcome {
        Outcome::Passed => ("✅", "PASSED"),
        Outcome::Failed => ("❌", "FAILED"),
        Outcome::NeedsReview => ("👤", "NEEDS REVIEW"),
    }
}

/// The class of a verdict in the page's style sheet.
pub(crate) fn outcome_class(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::Failed => "failed",
        Outcome::NeedsReview => "review",
    }
}

/// A check's state as an icon and a word, with what it leads to.
pub(crate) fn status(check: &Check) -> Shown {
    let word = match &check.state {
        State::Passed => "✅ PASS".to_owned(),
        State::Warned => "⚠️ WARN".to_owned(),
        State::Failed => "❌ FAIL".to_owned(),
        State::Inconclusive { .. } if check.must_prove => "👤 INCONCLUSIVE, needs review".to_owned(),
        State::Inconclusive { .. } => "❓ INCONCLUSIVE".to_owned(),
        State::NotEvaluated { .. } => "🚫 NOT EVALUATED".to_owned(),
        State::Waived { until, .. } => format!("⏸️ WAIVED until {until}"),
    };
    let shown_as_failed = matches!(check.state, State::Failed);
    let blocks = if check.blocking && !shown_as_failed { ", blocks" } else { "" };
    let only_shown = if shown_as_failed && !check.blocking { ", does not block" } else { "" };
    Shown::phrase(format!("{word}{blocks}{only_shown}"))
}

/// What a reader should know about a check besides its numbers; `None` where there is nothing.
pub(crate) fn note(check: &Check) -> Option<Shown> {
    match &check.state {
        State::Passed | State::Failed => None,
        State::Warned if check.level == Level::Deny => Some(Shown::phrase("only the point estimate is beyond the limit")),
        State::Warned => Some(Shown::phrase("beyond the limit; this gate warns and does not block")),
        State::Inconclusive { detectable: Some(distance) } => Some(Shown::phrase(format!(
            "the interval holds the limit; these rows would have shown a true distance of {} or more in 4 of 5 cases",
            number::fixed(*distance)
        ))),
        State::Inconclusive { detectable: None } => Some(Shown::phrase("there are too few rows for an interval")),
        State::NotEvaluated { reason } => Some(Shown::sentence(reason)),
        State::Waived { reason, approved_by, .. } => {
            Some(Shown::phrase(format!("{} (approved by {})", Shown::sentence(reason), Shown::name(approved_by))))
        }
    }
}

/// A finding's level as an icon and a word.
pub(crate) fn level(level: Level) -> &'static str {
    match level {
        Level::Deny => "❌ BLOCKS",
        Level::Warn => "⚠️ WARN",
        Level::Allow => "➖ NOTE",
    }
}

/// What a number is about. Each name in it is bounded by itself, so that a long one does not hide the next.
pub(crate) fn subject(subject: &Subject) -> Shown {
    match subject {
        Subject::Slice(slice) if slice.is_overall() => Shown::phrase("overall"),
        Subject::Slice(slice) => {
            let terms = slice.terms().iter().map(|term| {
                let level = term.level.as_deref().unwrap_or(modelgate_cube::MISSING);
                format!("{}={}", Shown::name(&term.axis), Shown::name(level))
            });
            Shown::phrase(terms.collect::<Vec<_>>().join(" & "))
        }
        Subject::Across(axes) => {
            let axes: Vec<_> = axes.iter().map(|axis| Shown::name(axis).into_string()).collect();
            Shown::phrase(format!("by {}", axes.join(" × ")))
        }
    }
}

/// A limit, such as `≥ 0.800` or `change ≥ −0.030`.
pub(crate) fn bound(metric: MetricId, bound: Bound) -> String {
    match bound {
        Bound::Lower(limit) => format!("≥ {}", number::limit(limit)),
        Bound::Upper(limit) => format!("≤ {}", number::limit(limit)),
        Bound::MaxRegression(most) => match metric.metric().direction {
            Direction::HigherIsBetter => format!("change ≥ {}", number::limit(-most)),
            Direction::LowerIsBetter => format!("change ≤ +{}", number::limit(most)),
            Direction::Neutral => format!("change within ±{}", number::limit(most)),
        },
    }
}

/// Which way a metric gets better.
pub(crate) fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::HigherIsBetter => "higher is better",
        Direction::LowerIsBetter => "lower is better",
        Direction::Neutral => "neither way is better by itself",
    }
}

/// What is known about the rows of both sides.
pub(crate) fn mode(mode: Option<Mode>) -> &'static str {
    match mode {
        Some(Mode::SameSplitPaired) => "same rows, paired: intervals use that both models saw the same rows",
        Some(Mode::SameSplitUnpaired) => {
            "both sides on the same rows; only counts are kept, so intervals of changes ignore the pairing and are wide"
        }
        Some(Mode::DifferentData) => "the sides were evaluated on different rows: a change may come from the rows",
        None => "there is nothing to compare with",
    }
}

/// Why a row has no baseline side.
pub(crate) fn no_comparison(baseline: &Baseline) -> &'static str {
    match baseline {
        Baseline::None { .. } => "no baseline",
        Baseline::Found { .. } => "not compared",
    }
}

/// How old a baseline is.
pub(crate) fn age(days: Option<i64>) -> Shown {
    Shown::phrase(match days {
        None => "age unknown".to_owned(),
        Some(1) => "1 day old".to_owned(),
        Some(days) => format!("{days} days old"),
    })
}
