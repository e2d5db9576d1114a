//! Whether scores tell a group among rows with the same label: what a model that is not given a column has learned of it.

use modelgate_cube::{Cube, ScoreBin, ScoreTable, Slice, TaskKind};

use super::clusters::LABELS;
use super::groups::named;
use super::{DataMeasurement, DataMetricId, apart};
use crate::interval::z_of;
use crate::{Estimate, EvalSettings, Interval, Reason};

/// Measures how well the score tells the rows of each group from all others with the same label. Nothing where there are no scores of
/// two classes.
#[must_use]
pub fn evaluate_score_groups(cube: &Cube, settings: &EvalSettings) -> Vec<DataMeasurement> {
    let shape = &cube.meta().shape;
    if shape.task.kind() != TaskKind::Binary || !shape.scored {
        return Vec::new();
    }
    let z = z_of(settings.confidence_level);
    let mut found = Vec::new();
    for axis in &shape.axes {
        let axes = [axis.name.clone()];
        let groups: Vec<_> = cube.slices_by(&axes).map(|(slice, cell)| (slice, &cell.scores)).collect();
        // Of two groups one is the mirror image of the other.
        let told = if groups.len() == 2 { 1 } else { groups.len() };
        for (stratum, label) in LABELS {
            for (place, (slice, _)) in groups.iter().enumerate().take(told) {
                let estimate = told_by_score(&groups, place, label, settings.min_support, |table| {
                    folded(apart::area(table, cube.scale(), z))
                });
                found.push(DataMeasurement {
                    column: Some(stratum.to_owned()),
                    by: Some(axis.name.clone()),
                    group: slice.terms().first().map(|term| named(term.level.as_deref())),
                    ..DataMeasurement::new(DataMetricId::GROUP_SCORE_AUC, estimate)
                });
            }
        }
    }
    found
}

/// The rows of one group with a label against those of all others.
fn told_by_score(
    groups: &[(&Slice, &ScoreTable)],
    mine: usize,
    label: bool,
    min_support: u64,
    area: impl Fn(&ScoreTable) -> Estimate,
) -> Estimate {
    let mut table = ScoreTable::default();
    for (place, (_, scores)) in groups.iter().enumerate() {
        for (key, bin) in scores.iter() {
            let of_label = if label { bin.positives } else { bin.negatives };
            let bin = if place == mine {
                ScoreBin { positives: of_label, ..ScoreBin::default() }
            } else {
                ScoreBin { negatives: of_label, ..ScoreBin::default() }
            };
            if of_label.rows > 0 {
                table.add(key, &bin);
            }
        }
    }
    let totals = table.totals();
    let least = min_support.max(2);
    if totals.positives.rows < least || totals.negatives.rows < least {
        return Estimate::Undefined { reason: Reason::FewerThanTwoGroups, n: totals.positives.rows + totals.negatives.rows };
    }
    area(&table)
}

/// An area of which it does not matter on which side of a half it is.
fn folded(estimate: Estimate) -> Estimate {
    match estimate {
        Estimate::Measured(mut measured) if measured.value < 0.5 => {
            measured.value = 1.0 - measured.value;
            measured.interval =
                measured.interval.map(|found| Interval { lower: 1.0 - found.upper, upper: 1.0 - found.lower, ..found });
            Estimate::Measured(measured)
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::super::testing::{scored_cube, settings};
    use super::*;

    #[test]
    fn a_score_that_tells_a_group_within_a_label_is_seen_and_a_label_rate_is_none() {
        // Group "b" has more positive labels; within a label its scores are those of group "a".
        let rows = |raise: f64| {
            let mut rows = Vec::new();
            for number in 0..400_u32 {
                let (group, positive) = if number % 2 == 0 { ("a", number % 8 == 0) } else { ("b", number % 8 != 1) };
                let base = if positive { 0.6 } else { 0.3 };
                let noise = f64::from(number / 8 % 10) / 50.0;
                rows.push((group, positive, base + noise + if group == "b" { raise } else { 0.0 }));
            }
            rows
        };
        let found = evaluate_score_groups(&scored_cube("group", &rows(0.0)), &settings());
        assert_eq!(found.len(), 2, "of two groups the first, with each label");
        for one in &found {
            let area = one.estimate.measured().unwrap();
            assert!(area.value < 0.6, "{one:?}");
        }
        let found = evaluate_score_groups(&scored_cube("group", &rows(0.15)), &settings());
        assert_eq!((found[0].by.as_deref(), found[0].group.as_deref()), (Some("group"), Some("a")));
        let area = found[0].estimate.measured().unwrap();
        assert!(area.value > 0.85 && area.interval.unwrap().lower > 0.75, "{area:?}");
    }
}
