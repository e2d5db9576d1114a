//! Interval plots as plain numbers for inline SVG: a dot with its interval for each slice, and the baseline's dot.
//!
//! Places across the page are percentages, so that a plot is as wide as the screen while its text keeps its size.

use std::collections::BTreeSet;

use modelgate_cube::{Part, Slice};
use modelgate_eval::{DataMetricId, Direction, Estimate, Measured, MetricId, MetricKind, Subject};
use modelgate_policy::{Bound, JudgedMeasurement, State};

use crate::data_checks::rows_of;
use crate::escape::Shown;
use crate::facts::{Facts, gravity, is_overall};
use crate::number;
use crate::report::Report;
use crate::tree::{Node, fields};
use crate::words;

/// The most slices that a plot of a metric with a limit shows.
const GATED_ROWS: usize = 40;

/// The most slices that a plot of a metric without a limit shows.
const OTHER_ROWS: usize = 12;

/// The most characters of a slice's name beside its dot; tables have all of it.
const LABEL_CHARS: usize = 40;

/// Pixels from one slice to the next, and above the first.
const ROW: usize = 38;
const TOP: usize = 24;

/// The share of the width that is kept free at both ends, in percent.
const MARGIN: f64 = 3.0;

/// The most marks on the axis.
const MARKS: f64 = 6.0;

/// One slice of a plot.
struct Row<'a> {
    subject: &'a Subject,
    now: Measured,
    before: Option<f64>,
    limits: Vec<f64>,
    bad: bool,
    gravity: u8,
}

/// The values that a plot's width stands for.
struct Scale {
    low: f64,
    high: f64,
}

/// A plot for each metric that has a value in some slice: those with a limit, then the others.
pub(crate) fn plots(facts: &Facts<'_>) -> (Vec<Node>, Vec<Node>) {
    let metrics: BTreeSet<MetricId> = facts.report.evaluation.iter().map(|(metric, ..)| metric).collect();
    let (mut gated, mut other) = (Vec::new(), Vec::new());
    for metric in metrics {
        let counts = metric.as_str() == "count";
        if counts || metric.metric().kind == MetricKind::AcrossGroups {
            continue;
        }
        let list = if facts.is_gated(metric) { &mut gated } else { &mut other };
        list.extend(plot(facts, metric));
    }
    (gated, other)
}

fn plot(facts: &Facts<'_>, metric: MetricId) -> Option<Node> {
    let mut rows = rows(facts, metric);
    let all = rows.iter().filter(|row| !is_overall(row.subject)).count();
    if all == 0 {
        return None;
    }
    // `overall` stands first, to read the others against it.
    rows.sort_by(|a, b| is_overall(b.subject).cmp(&is_overall(a.subject)).then_with(|| worst_first(metric, a, b)));
    let most = if facts.is_gated(metric) { GATED_ROWS } else { OTHER_ROWS };
    rows.truncate(most + rows.len() - all);
    let shown = rows.iter().filter(|row| !is_overall(row.subject)).count();
    let scale = Scale::of(metric, &rows);
    let bottom = TOP + rows.len() * ROW;
    Some(fields! {
        metric: metric.metric().title,
        direction: words::direction(metric.metric().direction),
        label: description(facts, metric, &rows, shown, all),
        height: Shown::phrase(bottom + 4),
        bottom: Shown::phrase(bottom),
        marks: scale.marks(),
        rows: rows.iter().enumerate().map(|(index, row)| draw(row, index, &scale)).collect::<Vec<_>>(),
        hidden: (all > shown).then(|| Node::from(Shown::phrase(number::many(all - shown)))),
        undefined: undefined(facts, metric).map(Node::from),
    })
}

/// The share of rows with the positive label in each group, as the rows themselves tell it; `None` where no group has one.
pub(crate) fn label_rates(report: &Report, part: Part) -> Option<Node> {
    let rate = |entry: &JudgedMeasurement| {
        let measurement = &entry.measurement;
        let of_part = measurement.metric == DataMetricId::LABEL_RATE && measurement.part == part;
        let (axis, group) = measurement.by.as_ref().zip(measurement.group.as_ref()).filter(|_| of_part)?;
        let level = (group != modelgate_cube::MISSING).then(|| group.clone());
        Some((Subject::Slice(Slice::single(axis.as_str(), level)), *measurement.estimate.measured()?))
    };
    let rates: Vec<(Subject, Measured)> = report.verdict.data.measurements.iter().filter_map(rate).collect();
    let hidden = rates.len().saturating_sub(GATED_ROWS);
    let rows: Vec<Row<'_>> = rates
        .iter()
        .take(GATED_ROWS)
        .map(|(subject, now)| Row { subject, now: *now, before: None, limits: Vec::new(), bad: false, gravity: u8::MAX })
        .collect();
    if rows.is_empty() {
        return None;
    }
    let scale = Scale::of_shares(&rows);
    let bottom = TOP + rows.len() * ROW;
    let told = rows.iter().map(|row| {
        let range = row.now.interval.map(|range| format!(" ({} to {})", number::fixed(range.lower), number::fixed(range.upper)));
        format!("{}: {}{}", words::subject(row.subject), number::fixed(row.now.value), range.unwrap_or_default())
    });
    let of_rows = rows_of(part);
    let label = format!("Share of {of_rows} rows with the positive label, by group. {}", told.collect::<Vec<_>>().join("; "));
    Some(fields! {
        metric: Shown::phrase(format!("Rows with the positive label, {of_rows} rows")),
        direction: Shown::phrase(format!("with {} intervals; every row counts once", number::percent(report.confidence_level))),
        label: Shown::cut(&label, 2_000),
        height: Shown::phrase(bottom + 4),
        bottom: Shown::phrase(bottom),
        marks: scale.marks(),
        rows: rows.iter().enumerate().map(|(index, row)| draw(row, index, &scale)).collect::<Vec<_>>(),
        hidden: (hidden > 0).then(|| Node::from(Shown::phrase(number::many(hidden)))),
        undefined: None::<Node>,
    })
}

fn rows<'a>(facts: &Facts<'a>, metric: MetricId) -> Vec<Row<'a>> {
    let mut rows = Vec::new();
    for (of, subject, estimate) in facts.report.evaluation.iter() {
        if let (true, Estimate::Measured(now)) = (of == metric, estimate) {
            rows.push(row(facts, metric, subject, *now));
        }
    }
    rows
}

fn row<'a>(facts: &Facts<'a>, metric: MetricId, subject: &'a Subject, now: Measured) -> Row<'a> {
    let checks = facts.checks_of(metric, subject);
    let change = facts.change(metric, subject);
    let before = change.and_then(|change| change.baseline.measured()).map(|measured| measured.value);
    Row {
        subject,
        now,
        before,
        limits: checks.iter().flat_map(|check| limits(metric, check.bound, before)).collect(),
        bad: checks.iter().any(|check| check.blocking || matches!(check.state, State::Failed)),
        gravity: checks.iter().map(|check| gravity(check)).min().unwrap_or(u8::MAX),
    }
}

/// Where a limit stands for one slice: a regression is limited from the baseline's own value.
fn limits(metric: MetricId, bound: Bound, before: Option<f64>) -> Vec<f64> {
    match (bound, before) {
        (Bound::Lower(limit) | Bound::Upper(limit), _) => vec![limit],
        (Bound::MaxRegression(_), None) => Vec::new(),
        (Bound::MaxRegression(most), Some(before)) => match metric.metric().direction {
            Direction::HigherIsBetter => vec![before - most],
            Direction::LowerIsBetter => vec![before + most],
            Direction::Neutral => vec![before - most, before + most],
        },
    }
}

fn worst_first(metric: MetricId, a: &Row<'_>, b: &Row<'_>) -> std::cmp::Ordering {
    let by_value = match metric.metric().direction {
        Direction::HigherIsBetter | Direction::Neutral => a.now.value.total_cmp(&b.now.value),
        Direction::LowerIsBetter => b.now.value.total_cmp(&a.now.value),
    };
    a.gravity.cmp(&b.gravity).then(by_value)
}

fn undefined(facts: &Facts<'_>, metric: MetricId) -> Option<Shown> {
    let none = |(of, subject, estimate): (MetricId, &Subject, &Estimate)| {
        of == metric && !is_overall(subject) && estimate.measured().is_none()
    };
    let count = facts.report.evaluation.iter().filter(|entry| none(*entry)).count();
    (count > 0).then(|| Shown::phrase(format!("{} no value; the table gives the reasons", has(count))))
}

fn has(slices: usize) -> String {
    if slices == 1 { "1 slice has".to_owned() } else { format!("{} slices have", number::many(slices)) }
}

/// The plot in words, for those who do not see it.
fn description(facts: &Facts<'_>, metric: MetricId, rows: &[Row<'_>], shown: usize, all: usize) -> Shown {
    let level = number::percent(facts.report.confidence_level);
    let first = rows.iter().find(|row| !is_overall(row.subject)).map(|row| {
        let range = row.now.interval.map(|range| format!(" ({} to {})", number::fixed(range.lower), number::fixed(range.upper)));
        let before = row.before.map(|before| format!(", baseline {}", number::fixed(before)));
        let value = number::fixed(row.now.value);
        format!("{}: {value}{}{}", words::subject(row.subject), range.unwrap_or_default(), before.unwrap_or_default())
    });
    Shown::phrase(format!(
        "{} by slice with {level} intervals, {} of {} slices, the gravest first. First is {}. The table below has every number.",
        metric.metric().title,
        number::many(shown),
        number::many(all),
        first.unwrap_or_default()
    ))
}

fn draw(row: &Row<'_>, index: usize, scale: &Scale) -> Node {
    let top = TOP + index * ROW;
    let mark = |value: &f64| fields! { x: scale.place(*value) };
    fields! {
        label: Shown::cut(words::subject(row.subject).as_str(), LABEL_CHARS),
        overall: is_overall(row.subject),
        value: Shown::phrase(number::fixed(row.now.value)),
        bad: row.bad,
        top: Shown::phrase(top + 18),
        bottom: Shown::phrase(top + 36),
        text_y: Shown::phrase(top + 15),
        y: Shown::phrase(top + 27),
        x: scale.place(row.now.value),
        interval: row.now.interval.map(|range| fields! { from: scale.place(range.lower), to: scale.place(range.upper) }),
        before: row.before.as_ref().map(mark),
        limits: row.limits.iter().map(mark).collect::<Vec<_>>(),
    }
}

impl Scale {
    /// For shares, which lie between 0 and 1.
    fn of_shares(rows: &[Row<'_>]) -> Self {
        let ends = |row: &Row<'_>| row.now.interval.map_or([row.now.value; 2], |range| [range.lower, range.upper]);
        let (low, high) =
            rows.iter().flat_map(ends).fold((1.0_f64, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)));
        let pad = ((high - low) * 0.04).max(0.005);
        Self { low: (low - pad).max(0.0), high: (high + pad).min(1.0) }
    }

    fn of(metric: MetricId, rows: &[Row<'_>]) -> Self {
        let ends = |row: &Row<'_>| row.now.interval.map_or([row.now.value; 2], |range| [range.lower, range.upper]);
        let values = rows.iter().flat_map(|row| ends(row).into_iter().chain(row.before).chain(row.limits.iter().copied()));
        let finite = values.filter(|value| value.is_finite());
        let (low, high) = finite.fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)));
        if low > high {
            return Self { low: 0.0, high: 1.0 };
        }
        let pad = ((high - low) * 0.04).max(0.005);
        let catalogue = metric.metric();
        Self { low: (low - pad).max(catalogue.lowest), high: (high + pad).min(catalogue.highest.max(low + pad)) }
    }

    /// A place across the page, in percent.
    fn place(&self, value: f64) -> Shown {
        let width = self.high - self.low;
        let share = if width > 0.0 { ((value - self.low) / width).clamp(0.0, 1.0) } else { 0.5 };
        Shown::phrase(format!("{:.2}%", MARGIN + share * (100.0 - 2.0 * MARGIN)))
    }

    fn marks(&self) -> Vec<Node> {
        let (step, decimals) = self.step();
        let first = (self.low / step).ceil();
        let values = (0..).map(|index| (first + f64::from(index)) * step);
        let inside = values.take_while(|value| *value <= self.high);
        inside.map(|value| fields! { x: self.place(value), label: Shown::phrase(format!("{value:.decimals$}")) }).collect()
    }

    /// The smallest step of 1, 2 or 5 times a power of ten that gives few marks, and the decimals that it needs.
    fn step(&self) -> (f64, usize) {
        let width = self.high - self.low;
        let powers = [(0.000_1, 4), (0.001, 3), (0.01, 2), (0.1, 1), (1.0, 0), (10.0, 0), (100.0, 0)];
        let mut steps = powers.into_iter().flat_map(|(power, decimals)| [1.0, 2.0, 5.0].map(|times| (power * times, decimals)));
        steps.find(|(step, _)| width / step <= MARKS).unwrap_or((width.max(1.0), 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_few_round_and_inside() {
        for (low, high, labels) in
            [(0.0, 1.0, vec!["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]), (0.71, 0.78, vec!["0.72", "0.74", "0.76", "0.78"])]
        {
            let marks = Scale { low, high }.marks();
            let text = |node: &Node| match node {
                Node::Fields(fields) => fields.get("label").cloned(),
                _ => None,
            };
            let found: Vec<_> = marks.iter().filter_map(text).collect();
            let expected: Vec<_> = labels.into_iter().map(Node::from).collect();
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn places_stay_on_the_page() {
        let scale = Scale { low: 0.2, high: 0.4 };
        assert_eq!(scale.place(0.2).as_str(), "3.00%");
        assert_eq!(scale.place(0.3).as_str(), "50.00%");
        assert_eq!(scale.place(9.0).as_str(), "97.00%");
        assert_eq!(Scale { low: 1.0, high: 1.0 }.place(1.0).as_str(), "50.00%");
    }

    #[test]
    fn a_regression_is_limited_from_the_baseline() {
        let metric = |id| crate::fixture::metric(id);
        let near = |found: Vec<f64>, expected: &[f64]| {
            found.len() == expected.len() && found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12)
        };
        assert!(near(limits(metric("recall"), Bound::MaxRegression(0.1), Some(0.8)), &[0.7]));
        assert!(near(limits(metric("log_loss"), Bound::MaxRegression(0.1), Some(0.8)), &[0.9]));
        assert!(near(limits(metric("selection_rate"), Bound::MaxRegression(0.1), Some(0.8)), &[0.7, 0.9]));
        assert!(limits(metric("recall"), Bound::MaxRegression(0.1), None).is_empty());
    }
}
