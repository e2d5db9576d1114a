//! The words and icons that every document uses for the same thing.

use modelgate_cube::{Profile, Slice};
use modelgate_eval::{Direction, MetricId, Mode, Subject};
use modelgate_policy::{Bound, Check, Family, Level, Outcome, State, Test, WaiverState, state_words};

use crate::disclose::NOT_SHOWN;
use crate::escape::Shown;
use crate::number;
use crate::report::{Baseline, Disclosed, Report};
use crate::tree::Node;

/// The fixed last sentence of every document for people.
pub(crate) const NOT_ADVICE: &str = "This is evidence for people to judge. It is not legal advice.";

/// How intervals and checks of many slices are to be read.
pub(crate) const ADJUSTED: &str = "Each interval stands for itself; checks of changes are adjusted for how many there are (Holm), and q is their adjusted p-value.";

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
        State::Warned if check.unproven() => "⚠️ WARN, needs review".to_owned(),
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
        // Decided by numbers that are not shown.
        State::Inconclusive { .. } | State::Warned | State::Failed if check.candidate.is_none() => None,
        State::Passed => check.test.as_ref().map(|test| Shown::phrase(at_most(test))),
        State::Failed => check.test.as_ref().map(|test| Shown::phrase(format!("{}, {}", q(test.q), adjusted(test)))),
        State::Warned => Some(Shown::phrase(warning(check))),
        State::Inconclusive { detectable: Some(distance), rows_needed } => {
            Some(Shown::phrase(cannot_tell(check.test.as_ref(), *distance, *rows_needed)))
        }
        State::Inconclusive { detectable: None, .. } => Some(Shown::phrase("there are too few rows for an interval")),
        State::NotEvaluated { reason } => Some(Shown::sentence(reason)),
        State::Waived { reason, approved_by, .. } => {
            Some(Shown::phrase(format!("{} (approved by {})", Shown::sentence(reason), Shown::name(approved_by))))
        }
    }
}

/// The adjusted p-value that decides a check of a change, where there is one.
pub(crate) fn adjusted_p(check: &Check) -> Option<Shown> {
    check.test.as_ref().map(|test| Shown::phrase(q(test.q)))
}

fn q(value: f64) -> String {
    if value < 0.0005 { "q < 0.001".to_owned() } else { format!("q = {}", number::fixed(value)) }
}

fn adjusted(test: &Test) -> String {
    let of = match test.family {
        Family::Overall => "of all rows",
        Family::Slices => "of slices",
        Family::Groups => "between groups",
    };
    if test.size == 0 {
        return format!("adjusted for all checks {of}");
    }
    format!("adjusted for {} {of}", number::counted(test.size, "check", "checks"))
}

fn at_most(test: &Test) -> String {
    format!(
        "{}; at most {} worse at one-sided {}",
        q(test.q),
        number::fixed(test.upper.max(0.0)),
        number::percent(1.0 - test.alpha)
    )
}

/// Why a check warns.
fn warning(check: &Check) -> String {
    match &check.test {
        Some(test) if test.q < test.alpha && check.level == Level::Deny => format!(
            "beyond the limit ({}, {}); it warns and does not block, because the sides were evaluated on different rows",
            q(test.q),
            adjusted(test)
        ),
        Some(test) if test.q < test.alpha => {
            format!("beyond the limit ({}, {}); this gate warns and does not block", q(test.q), adjusted(test))
        }
        Some(test) => {
            format!("a real loss ({}), not shown to be beyond the limit ({}), {}", q(test.q_any_loss), q(test.q), adjusted(test))
        }
        None if matches!(check.bound, Bound::MaxRegression(_)) => {
            "a real loss, or beyond the limit of a gate that only warns".to_owned()
        }
        None if check.level == Level::Deny => "only the point estimate is beyond the limit".to_owned(),
        None => "beyond the limit; this gate warns and does not block".to_owned(),
    }
}

/// What these rows could have told, and how many would.
fn cannot_tell(test: Option<&Test>, distance: f64, rows_needed: Option<u64>) -> String {
    let why = test.map_or_else(
        || "the interval holds the limit".to_owned(),
        |test| format!("neither shown to be within nor beyond the limit ({}, {})", q(test.q), adjusted(test)),
    );
    let settled = rows_needed.map_or_else(String::new, |rows| format!("; about {} rows would settle it", number::whole(rows)));
    let distance = number::fixed(distance);
    format!("{why}; these rows would have shown a true distance of {distance} or more in 4 of 5 cases{settled}")
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
        Subject::Contrast { group, reference } => {
            let name = |slice: &Slice| self::subject(&Subject::Slice(slice.clone()));
            Shown::phrase(format!("{} against {}", name(group), name(reference)))
        }
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

/// The limit of a check, with the release that it is about where that is not the baseline.
pub(crate) fn limit(check: &Check) -> String {
    let limit = bound(check.metric, check.bound);
    match &check.anchor {
        Some(release) => format!("{limit} against anchor {}", Shown::name(release)),
        None => limit,
    }
}

/// A limit, such as `≥ 0.800` or `change ≥ −0.030`.
fn bound(metric: MetricId, bound: Bound) -> String {
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
        Some(Mode::SameRowsJoint) => {
            "the baseline's predictions of the same rows: rates are compared by the rows that changed (Tango)"
        }
        Some(Mode::SameSplitPaired) => "same rows, paired: intervals use that both models saw the same rows",
        Some(Mode::SameSplitUnpaired) => {
            "both sides on the same rows; only counts are kept, so intervals of changes ignore the pairing and are wide"
        }
        Some(Mode::DifferentData) => "the sides were evaluated on different rows: a change may come from the rows",
        None => "there is nothing to compare with",
    }
}

/// Why a row has no baseline side.
pub(crate) fn no_comparison(report: &Report) -> &'static str {
    match &report.baseline {
        Baseline::None { .. } => "no baseline",
        Baseline::Found { .. } | Baseline::Predictions { .. } if report.disclosed.profile.controls() => NOT_SHOWN,
        Baseline::Found { .. } | Baseline::Predictions { .. } => "not compared",
    }
}

/// Why a row has no candidate's side.
pub(crate) fn no_measurement(report: &Report) -> &'static str {
    if report.disclosed.profile.controls() { NOT_SHOWN } else { "not measured" }
}

/// What is not shown, and why; `None` where everything is shown.
pub(crate) fn withheld(disclosed: &Disclosed) -> Option<Shown> {
    let profile = disclosed.profile;
    if !profile.controls() {
        return None;
    }
    let least = number::whole(disclosed.min_cell);
    let mut sentences = vec![format!("Published under the profile {}.", profile.id())];
    if !disclosed.overall {
        sentences
            .push(format!("No number is shown: a count of all rows is below {least}, or differs from the baseline's by less."));
    }
    if disclosed.slices.len() + disclosed.tables.len() > 0 {
        let count = format!(
            "{} with what they are crossed with, and {}, are not shown",
            number::counted(disclosed.slices.len(), "level", "levels"),
            number::counted(disclosed.tables.len(), "crossed table", "crossed tables")
        );
        sentences.push(format!(
            "{count}, because a count from 1 to {} could be read off them, or off others by subtraction: {}.",
            number::whole(disclosed.min_cell.saturating_sub(1)),
            names(disclosed)
        ));
        sentences.push("Their checks were decided by exact counts and are listed only where they do not pass.".to_owned());
    }
    if profile == Profile::Restricted {
        sentences.push("Of slices only states and the order of magnitude of their rows are shown.".to_owned());
        let bands = disclosed.bands.iter().map(|(slice, band)| format!("{}: {band}", subject(&Subject::Slice(slice.clone()))));
        let bands: Vec<String> = bands.take(MOST_NAMES).collect();
        if !bands.is_empty() {
            sentences.push(format!("{}.", bands.join("; ")));
        }
    }
    if disclosed.has_columns {
        sentences
            .push("The data itself, and how columns moved, was judged by exact counts; no number of it is shown.".to_owned());
    }
    if disclosed.has_unmade_checks {
        sentences.push("Checks that were not made because a slice is too small are not counted.".to_owned());
    }
    Some(Shown::phrase(sentences.join(" ")))
}

/// The most withheld slices that a sentence names; `verdict.json` has all.
const MOST_NAMES: usize = 20;

fn names(disclosed: &Disclosed) -> String {
    let single = disclosed.slices.iter().map(|slice| subject(&Subject::Slice(slice.clone())).into_string());
    let tables = disclosed.tables.iter().map(|axes| {
        let axes: Vec<String> = axes.iter().map(|axis| Shown::name(axis).into_string()).collect();
        axes.join(" × ")
    });
    let all: Vec<String> = single.chain(tables).collect();
    let more = all.len().saturating_sub(MOST_NAMES);
    let first = all.into_iter().take(MOST_NAMES).collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{first} and {} more", number::many(more)) } else { first }
}

/// How many waivers are in which state; `None` where there is none.
pub(crate) fn waivers(report: &Report) -> Option<Node> {
    let waivers = &report.verdict.waivers;
    let of = |state: WaiverState| (waivers.iter().filter(|waiver| waiver.state == state).count(), state);
    let told: Vec<String> = WaiverState::ALL
        .into_iter()
        .map(of)
        .filter(|(count, _)| *count > 0)
        .map(|(count, state)| format!("{} {}", number::many(count), state_words(state.id())))
        .collect();
    let sentence = format!("{}: {}.", number::counted(waivers.len(), "waiver", "waivers"), told.join(", "));
    (!waivers.is_empty()).then(|| Node::from(Shown::phrase(sentence)))
}

/// How often the evaluated rows have been asked before.
pub(crate) fn wear(decisions: u64) -> Shown {
    Shown::phrase(match decisions {
        0 => "this split has answered no decision before".to_owned(),
        1 => "this split has answered 1 decision before".to_owned(),
        several => format!("this split has answered {} decisions before", number::whole(several)),
    })
}

/// How old a baseline is.
pub(crate) fn age(days: Option<i64>) -> Shown {
    Shown::phrase(match days {
        None => "age unknown".to_owned(),
        Some(1) => "1 day old".to_owned(),
        Some(days) => format!("{days} days old"),
    })
}
