//! What is learned about somebody who is known to be among rows that agree in all quasi-identifiers.

use modelgate_cube::{AlikeTable, DataProfile, Part, TimeSpan};

use super::{DataMeasurement, DataMetricId};
use crate::{Estimate, Measured, Reason};

/// Measures what rows that are alike say of sensitive columns, and when rows are from; `now` is in seconds since 1970.
#[must_use]
pub fn evaluate_people(profile: &DataProfile, now: f64) -> Vec<DataMeasurement> {
    let mut found: Vec<DataMeasurement> = profile.alike.iter().flat_map(of_table).collect();
    found.extend(profile.times.iter().flat_map(|(part, span)| of_times(*part, span, now)));
    found.sort_by(|one, two| one.key().cmp(&two.key()));
    found
}

fn of_table(table: &AlikeTable) -> Vec<DataMeasurement> {
    let all: u64 = table.all.iter().sum();
    let about = |metric, value: Option<f64>| {
        let estimate = match value.filter(|_| all > 0) {
            Some(value) => Estimate::Measured(Measured { value, interval: None, n: all, binning_error: 0.0 }),
            None => Estimate::Undefined { reason: Reason::NoRows, n: 0 },
        };
        let column = Some(table.column.clone());
        DataMeasurement { part: table.part, column, sampled: table.sampled, ..DataMeasurement::new(metric, estimate) }
    };
    let classes = || table.classes.keys();
    let fewest = classes().map(Vec::len).min().map(|fewest| fewest as f64);
    let least = classes().map(|class| entropy(class).exp()).min_by(f64::total_cmp);
    let farthest = classes().map(|class| distance(class, &table.all, all)).max_by(f64::total_cmp);
    vec![
        about(DataMetricId::L_DIVERSITY, fewest),
        about(DataMetricId::ENTROPY_L_DIVERSITY, least),
        about(DataMetricId::T_CLOSENESS, farthest),
    ]
}

/// The entropy of the values of a class, in nats.
fn entropy(class: &[(u32, u64)]) -> f64 {
    let rows: u64 = class.iter().map(|(_, rows)| rows).sum();
    let part = |(_, of_value): &(u32, u64)| {
        let share = *of_value as f64 / rows as f64;
        -share * share.ln()
    };
    class.iter().map(part).sum::<f64>().max(0.0)
}

/// The earth mover's distance of the values of a class from those of all rows, where all values are equally far from each other:
/// half the sum of the differences of their shares.
fn distance(class: &[(u32, u64)], all: &[u64], rows: u64) -> f64 {
    let of_class: u64 = class.iter().map(|(_, rows)| rows).sum();
    let share = |value: usize| {
        let found = class.iter().find(|(place, _)| usize::try_from(*place) == Ok(value));
        found.map_or(0.0, |(_, rows)| *rows as f64 / of_class as f64)
    };
    let apart = |(value, overall): (usize, &u64)| (share(value) - *overall as f64 / rows as f64).abs();
    (all.iter().enumerate().map(apart).sum::<f64>() / 2.0).clamp(0.0, 1.0)
}

fn of_times(part: Part, span: &TimeSpan, now: f64) -> [DataMeasurement; 2] {
    const DAY: f64 = 86_400.0;
    let about = |metric, value| {
        let estimate = Estimate::Measured(Measured { value, interval: None, n: span.rows, binning_error: 0.0 });
        DataMeasurement { part, ..DataMeasurement::new(metric, estimate) }
    };
    let age = ((now - span.latest) / DAY).floor().max(0.0);
    [about(DataMetricId::AGE_DAYS, age), about(DataMetricId::LONGEST_GAP_DAYS, span.longest_gap as f64)]
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::collections::BTreeMap;

    use super::*;

    fn value(found: &[DataMeasurement], metric: DataMetricId) -> f64 {
        found.iter().find(|one| one.metric == metric).unwrap().estimate.measured().unwrap().value
    }

    #[test]
    fn the_least_diverse_and_the_farthest_of_rows_that_are_alike_decide() {
        let classes = BTreeMap::from([(vec![(0, 2), (1, 2)], 3), (vec![(0, 1), (1, 3)], 1), (vec![(1, 4)], 1)]);
        let table = AlikeTable { part: Part::Test, column: "y".into(), all: vec![7, 13], classes, sampled: false };
        let profile = DataProfile { alike: vec![table], ..DataProfile::default() };
        let found = evaluate_people(&profile, 0.0);
        assert!((value(&found, DataMetricId::L_DIVERSITY) - 1.0).abs() < 1e-12);
        assert!((value(&found, DataMetricId::ENTROPY_L_DIVERSITY) - 1.0).abs() < 1e-12);
        assert!((value(&found, DataMetricId::T_CLOSENESS) - 0.35).abs() < 1e-12);
        assert!((entropy(&[(0, 5), (1, 5)]).exp() - 2.0).abs() < 1e-12);
    }

    #[test]
    fn rows_are_as_old_as_the_latest_of_them() {
        let span = TimeSpan { latest: 10.5 * 86_400.0, longest_gap: 3, rows: 7 };
        let profile = DataProfile { times: BTreeMap::from([(Part::Train, span)]), ..DataProfile::default() };
        let of = |now: f64| value(&evaluate_people(&profile, now), DataMetricId::AGE_DAYS);
        assert!((of(20.0 * 86_400.0) - 9.0).abs() < 1e-12 && of(0.0).abs() < 1e-12);
        assert!((value(&evaluate_people(&profile, 0.0), DataMetricId::LONGEST_GAP_DAYS) - 3.0).abs() < 1e-12);
    }
}
