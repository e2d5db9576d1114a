//! What the groups of the rows say: how many they are, how their labels differ, and whether they are those of a population.

use std::collections::BTreeMap;

use modelgate_cube::{DataProfile, GroupCount, GroupTable, Population};
use statrs::distribution::{ChiSquared, ContinuousCDF as _};

use super::raters::kappa;
use super::{DataMeasurement, DataMetricId};
use crate::interval::{Successes, difference, wilson, z_of};
use crate::{Estimate, Interval, Measured, Reason};

/// Measures the groups of each axis and of a population, and how people agree who have labelled the rows. Groups of fewer than
/// `min_support` rows have no differences.
#[must_use]
pub fn evaluate_groups(
    profile: &DataProfile,
    population: Option<&Population>,
    min_support: u64,
    confidence_level: f64,
) -> Vec<DataMeasurement> {
    let z = z_of(confidence_level);
    let mut found: Vec<DataMeasurement> = Vec::new();
    for table in &profile.groups {
        match population.and_then(|population| population.columns.get(&table.by)).filter(|_| table.of_population) {
            Some(shares) => found.extend(of_population(table, shares, z)),
            None if table.of_population => {}
            None => found.extend(of_axis(table, min_support, z)),
        }
    }
    found.extend(profile.raters.iter().map(|(part, counts)| DataMeasurement {
        part: *part,
        ..DataMeasurement::new(DataMetricId::ANNOTATOR_AGREEMENT, kappa(counts))
    }));
    found.sort_by(|one, two| one.key().cmp(&two.key()));
    found
}

fn measured(value: f64, n: u64, interval: Option<Interval>) -> Estimate {
    Estimate::Measured(Measured { value, interval, n, binning_error: 0.0 })
}

fn undefined(reason: Reason, n: u64) -> Estimate {
    Estimate::Undefined { reason, n }
}

/// A table with the rows and labels of all its groups.
struct Whole<'a> {
    table: &'a GroupTable,
    all: GroupCount,
}

impl<'a> Whole<'a> {
    fn of(table: &'a GroupTable) -> Self {
        let mut all = GroupCount { rows: table.other, labels: Vec::new() };
        for group in table.groups.values() {
            all.rows += group.rows;
            all.labels.resize(all.labels.len().max(group.labels.len()), 0);
            all.labels.iter_mut().zip(&group.labels).for_each(|(sum, rows)| *sum += rows);
        }
        Self { table, all }
    }

    /// All rows but those of a group.
    fn others(&self, group: &GroupCount) -> GroupCount {
        let label = |(place, all): (usize, &u64)| all - group.labels.get(place).copied().unwrap_or_default();
        GroupCount { rows: self.all.rows - group.rows, labels: self.all.labels.iter().enumerate().map(label).collect() }
    }

    /// The rows with a positive label among those with one.
    fn positives(&self, group: &GroupCount) -> Option<Successes> {
        let hits = group.labels.get(self.table.positive?).copied().unwrap_or_default();
        Some(Successes { hits: hits as f64, n: labelled(group) as f64 })
    }
}

/// The rows with a label.
fn labelled(group: &GroupCount) -> u64 {
    group.labels.iter().sum()
}

fn of_axis(table: &GroupTable, min_support: u64, z: f64) -> Vec<DataMeasurement> {
    let whole = Whole::of(table);
    let mut found = Vec::new();
    for (name, group) in &table.groups {
        let mut add = |metric, estimate| {
            found.push(DataMeasurement {
                part: table.part,
                by: Some(table.by.clone()),
                group: Some(named(name.as_deref())),
                ..DataMeasurement::new(metric, estimate)
            });
        };
        add(DataMetricId::GROUP_ROW_COUNT, measured(group.rows as f64, group.rows, None));
        if whole.all.labels.is_empty() {
            continue;
        }
        let others = whole.others(group);
        let enough = labelled(group) >= min_support.max(1) && labelled(&others) >= min_support.max(1);
        let rows = labelled(group);
        if let (Some(mine), Some(theirs)) = (whole.positives(group), whole.positives(&others)) {
            add(DataMetricId::LABEL_RATE, label_rate(mine, z));
            let apart = || {
                let (mine, theirs) = (mine.ranged(z), theirs.ranged(z));
                measured(mine.value - theirs.value, rows, Some(difference(mine, theirs)))
            };
            let estimate = if enough { apart() } else { undefined(Reason::FewerThanTwoGroups, rows) };
            add(DataMetricId::LABEL_RATE_DIFFERENCE, estimate);
        }
        let estimate = if enough { divergence(group, &others) } else { undefined(Reason::FewerThanTwoGroups, rows) };
        add(DataMetricId::LABEL_DIVERGENCE, estimate);
    }
    found
}

pub(super) fn named(group: Option<&str>) -> String {
    group.unwrap_or(modelgate_cube::MISSING).to_owned()
}

fn label_rate(positives: Successes, z: f64) -> Estimate {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of rows")]
    let rows = positives.n as u64;
    if rows == 0 {
        return undefined(Reason::NoLabels, 0);
    }
    let share = positives.hits / positives.n;
    measured(share, rows, Some(crate::interval::proportion(share, positives.n, z)))
}

/// Kullback and Leibler's divergence of the labels of a group from those of other rows, in nats.
fn divergence(group: &GroupCount, others: &GroupCount) -> Estimate {
    let (rows, all_others) = (labelled(group), labelled(others));
    let mut sum = 0.0;
    for (mine, theirs) in group.labels.iter().zip(&others.labels).filter(|(mine, _)| **mine > 0) {
        if *theirs == 0 {
            return undefined(Reason::ClassWithoutRows, rows);
        }
        let (mine, theirs) = (*mine as f64 / rows as f64, *theirs as f64 / all_others as f64);
        sum += mine * (mine / theirs).ln();
    }
    measured(sum.max(0.0), rows, None)
}

/// How the groups of the rows compare with those of a population.
fn of_population(table: &GroupTable, shares: &BTreeMap<String, f64>, z: f64) -> Vec<DataMeasurement> {
    let rows_of = |group: &String| table.groups.get(&Some(group.clone())).map_or(0, |group| group.rows);
    let known: u64 = shares.keys().map(rows_of).sum();
    let all = known + table.other + table.groups.get(&None).map_or(0, |group| group.rows);
    let about = |metric, group: Option<&String>, estimate| DataMeasurement {
        part: table.part,
        column: Some(table.by.clone()),
        group: group.cloned(),
        ..DataMeasurement::new(metric, estimate)
    };
    let mut found = Vec::new();
    let outside = all - known;
    let outside = if all == 0 { undefined(Reason::NoRows, 0) } else { measured(outside as f64 / all as f64, all, None) };
    found.push(about(DataMetricId::OUTSIDE_POPULATION_RATE, None, outside));
    let absent = shares.iter().filter(|(group, share)| **share > 0.0 && rows_of(group) == 0).count();
    let absent = if known == 0 { undefined(Reason::NoRows, 0) } else { measured(absent as f64, known, None) };
    found.push(about(DataMetricId::MISSING_GROUP_COUNT, None, absent));
    found.push(about(DataMetricId::POPULATION_FIT_P, None, goodness_of_fit(shares, rows_of, known)));
    for (group, share) in shares {
        let nothing = undefined(Reason::NoRows, 0);
        let (rate, ratio) = if known == 0 { (nothing, nothing) } else { against(rows_of(group), known, *share, z) };
        found.push(about(DataMetricId::GROUP_RATE, Some(group), rate));
        found.push(about(DataMetricId::POPULATION_RATIO, Some(group), ratio));
    }
    found
}

/// The share of the rows of a group, and how many times its share of the population it is.
fn against(rows: u64, known: u64, share: f64, z: f64) -> (Estimate, Estimate) {
    let rate = rows as f64 / known as f64;
    let interval = wilson(rate, known as f64, z);
    let ratio = Interval { lower: interval.lower / share, upper: interval.upper / share, ..interval };
    let nobody = undefined(Reason::ZeroDenominator, known);
    let ratio = if share > 0.0 { measured(rate / share, known, Some(ratio)) } else { nobody };
    (measured(rate, known, Some(interval)), ratio)
}

/// The p-value of Pearson's chi-square test of "the rows are drawn from the population". Rows of a group that the population does
/// not have cannot be drawn from it.
fn goodness_of_fit(shares: &BTreeMap<String, f64>, rows_of: impl Fn(&String) -> u64, known: u64) -> Estimate {
    let groups = shares.values().filter(|share| **share > 0.0).count();
    if known == 0 || groups < 2 {
        return undefined(if known == 0 { Reason::NoRows } else { Reason::FewerThanTwoGroups }, known);
    }
    let part = |(group, share): (&String, &f64)| {
        let (seen, expected) = (rows_of(group) as f64, share * known as f64);
        if expected > 0.0 {
            (seen - expected).powi(2) / expected
        } else if seen > 0.0 {
            f64::INFINITY
        } else {
            0.0
        }
    };
    let statistic: f64 = shares.iter().map(part).sum();
    let p = match ChiSquared::new(groups as f64 - 1.0) {
        Ok(_) if !statistic.is_finite() => 0.0,
        Ok(distribution) if statistic > 0.0 => distribution.sf(statistic).clamp(0.0, 1.0),
        _ => 1.0,
    };
    measured(p, known, None)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use modelgate_cube::Part;

    use super::*;

    fn table(of_population: bool, groups: &[(&str, u64, &[u64])], other: u64) -> DataProfile {
        let count = |(name, rows, labels): &(&str, u64, &[u64])| {
            (Some((*name).to_owned()), GroupCount { rows: *rows, labels: labels.to_vec() })
        };
        let groups = groups.iter().map(count).collect();
        let by = "sex".to_owned();
        let table = GroupTable { part: Part::Test, by, of_population, groups, other, positive: Some(1) };
        DataProfile { groups: vec![table], ..DataProfile::default() }
    }

    fn find(found: &[DataMeasurement], metric: DataMetricId, group: Option<&str>) -> Estimate {
        found.iter().find(|one| one.metric == metric && one.group.as_deref() == group).unwrap().estimate
    }

    #[test]
    fn labels_of_a_group_are_held_against_those_of_all_other_rows() {
        let profile = table(false, &[("F", 80, &[24, 56]), ("M", 80, &[32, 48]), ("X", 5, &[5, 0])], 0);
        let found = evaluate_groups(&profile, None, 30, 0.95);
        let rate = *find(&found, DataMetricId::LABEL_RATE, Some("F")).measured().unwrap();
        assert!((rate.value - 0.7).abs() < 1e-12 && rate.n == 80 && rate.interval.is_some());
        let gap = *find(&found, DataMetricId::LABEL_RATE_DIFFERENCE, Some("F")).measured().unwrap();
        let (mine, theirs) = (56.0 / 80.0, 48.0 / 85.0);
        assert!((gap.value - (mine - theirs)).abs() < 1e-12, "{gap:?}");
        // scipy.stats.entropy([0.3, 0.7], [37/85, 48/85])
        let apart = *find(&found, DataMetricId::LABEL_DIVERGENCE, Some("F")).measured().unwrap();
        let expected = 0.3 * (0.3_f64 / (37.0 / 85.0)).ln() + 0.7 * (0.7_f64 / theirs).ln();
        assert!((apart.value - expected).abs() < 1e-12);
        assert!(matches!(find(&found, DataMetricId::LABEL_RATE_DIFFERENCE, Some("X")), Estimate::Undefined { n: 5, .. }));
        assert_eq!(find(&found, DataMetricId::GROUP_ROW_COUNT, Some("X")).measured().unwrap().n, 5);
    }

    #[test]
    fn groups_are_held_against_a_population() {
        let shares: BTreeMap<String, f64> =
            [("F", 0.5), ("M", 0.4), ("X", 0.1)].map(|(name, share)| (name.to_owned(), share)).into();
        let population = Population { columns: BTreeMap::from([("sex".to_owned(), shares)]) };
        let profile = table(true, &[("F", 30, &[]), ("M", 70, &[]), ("X", 0, &[])], 25);
        let found = evaluate_groups(&profile, Some(&population), 30, 0.95);
        let value = |metric, group| *find(&found, metric, group).measured().unwrap();
        let ratio = value(DataMetricId::POPULATION_RATIO, Some("F"));
        // statsmodels.stats.proportion.proportion_confint(30, 100, method="wilson") / 0.5
        let interval = ratio.interval.unwrap();
        assert!((ratio.value - 0.6).abs() < 1e-12 && (interval.lower - 0.437_897_6).abs() < 1e-6, "{interval:?}");
        assert!((interval.upper - 0.791_697_1).abs() < 1e-6, "{interval:?}");
        assert!((value(DataMetricId::OUTSIDE_POPULATION_RATE, None).value - 0.2).abs() < 1e-12);
        assert!((value(DataMetricId::MISSING_GROUP_COUNT, None).value - 1.0).abs() < 1e-12);
        // scipy.stats.chisquare([30, 70, 0], [50, 40, 10]).pvalue
        let p = value(DataMetricId::POPULATION_FIT_P, None).value;
        assert!((p / 1.605_228_055_185_611_6e-9 - 1.0).abs() < 1e-9, "{p:e}");
    }
}
