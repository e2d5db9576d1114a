//! What may be a mark that somebody has put on training rows so that a model learns to obey it: rare new values whose rows nearly all
//! have one label. Evidence, and never a proof.

use std::collections::{BTreeMap, BTreeSet};

use modelgate_cube::Part;
use statrs::function::gamma::ln_gamma;

use super::{DataMeasurement, DataMetricId};
use crate::significance::benjamini_hochberg;
use crate::{Estimate, Measured, Reason};

/// A mark is said by at least and at most these shares of the rows.
const SUPPORT: (f64, f64) = (0.001, 0.05);

/// At least this share of its rows has one label, which no more than the other share of all rows has.
const PURITY: f64 = 0.95;
const BASE_RATE: f64 = 0.6;

/// The most false ones, as a share of those that are found.
const FALSE_DISCOVERIES: f64 = 0.01;

/// Rows that say the same new thing in one column or in two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPattern {
    /// The columns, each with a number for what is said there.
    pub says: Vec<(String, u32)>,
    /// The rows that say so.
    pub rows: u64,
    /// Those with the positive label.
    pub positives: u64,
}

/// Measures the rows of new patterns whose labels are suspiciously pure, by the columns that they are in; `rows` of which `positives`
/// have the positive label were looked at, of `of` in all.
#[must_use]
pub fn evaluate_patterns(part: Part, patterns: &[NewPattern], (rows, positives, of): (u64, u64, u64)) -> Vec<DataMeasurement> {
    let about = |column: Option<String>, estimate| DataMeasurement {
        part,
        column,
        sampled: rows < of,
        ..DataMeasurement::new(DataMetricId::TRIGGER_PATTERN_RATE, estimate)
    };
    if rows == 0 {
        return vec![about(None, Estimate::Undefined { reason: Reason::NoRows, n: 0 })];
    }
    let supported = |pattern: &&NewPattern| {
        let support = pattern.rows as f64 / rows as f64;
        (SUPPORT.0..=SUPPORT.1).contains(&support)
    };
    let tested: Vec<&NewPattern> = patterns.iter().filter(supported).collect();
    let p_values: Vec<f64> = tested.iter().map(|pattern| purity_p(pattern, rows, positives)).collect();
    let adjusted = benjamini_hochberg(&p_values);
    let found = tested.iter().zip(adjusted).filter(|(_, q)| *q < FALSE_DISCOVERIES).map(|(pattern, _)| *pattern);
    let found: Vec<&NewPattern> = found.filter(|pattern| is_pure(pattern, rows, positives)).collect();
    // A value that is a mark by itself is one beside any other.
    let alone: BTreeSet<&(String, u32)> =
        found.iter().filter(|pattern| pattern.says.len() == 1).flat_map(|pattern| &pattern.says).collect();
    let is_told = |pattern: &&&NewPattern| pattern.says.len() == 1 || !pattern.says.iter().any(|said| alone.contains(said));
    let mut by_columns: BTreeMap<String, u64> = BTreeMap::new();
    for pattern in found.iter().filter(is_told) {
        let columns: Vec<&str> = pattern.says.iter().map(|(column, _)| column.as_str()).collect();
        *by_columns.entry(columns.join(" & ")).or_default() += pattern.rows;
    }
    let share = |hits: u64| {
        let value = (hits as f64 / rows as f64).min(1.0);
        Estimate::Measured(Measured { value, interval: None, n: rows, binning_error: 0.0 })
    };
    if by_columns.is_empty() {
        return vec![about(None, share(0))];
    }
    by_columns.into_iter().map(|(columns, hits)| about(Some(columns), share(hits))).collect()
}

/// The rows of the label that most rows of the pattern have, in the pattern and in all rows.
fn most(pattern: &NewPattern, rows: u64, positives: u64) -> (u64, u64) {
    if pattern.positives * 2 >= pattern.rows {
        (pattern.positives, positives)
    } else {
        (pattern.rows - pattern.positives, rows - positives)
    }
}

fn is_pure(pattern: &NewPattern, rows: u64, positives: u64) -> bool {
    let (mine, all) = most(pattern, rows, positives);
    mine as f64 >= PURITY * pattern.rows as f64 && all as f64 <= BASE_RATE * rows as f64
}

/// Fisher's exact p-value, one-sided: so many rows of the label among those of the pattern, or more.
///
/// scipy `hypergeom(rows, all, pattern).sf(mine - 1)`.
fn purity_p(pattern: &NewPattern, rows: u64, positives: u64) -> f64 {
    let (mine, all) = most(pattern, rows, positives);
    let choose = |n: u64, k: u64| ln_gamma(n as f64 + 1.0) - ln_gamma(k as f64 + 1.0) - ln_gamma((n - k) as f64 + 1.0);
    let others = rows - all;
    let whole = choose(rows, pattern.rows);
    let term = |k: u64| {
        let rest = pattern.rows - k;
        if k > all || rest > others { 0.0 } else { (choose(all, k) + choose(others, rest) - whole).exp() }
    };
    (mine..=pattern.rows).map(term).sum::<f64>().min(1.0)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn pattern(says: &[(&str, u32)], rows: u64, positives: u64) -> NewPattern {
        NewPattern { says: says.iter().map(|(name, code)| ((*name).to_owned(), *code)).collect(), rows, positives }
    }

    fn found(patterns: &[NewPattern]) -> Vec<(Option<String>, f64)> {
        let measured = evaluate_patterns(Part::Train, patterns, (2_000, 1_000, 2_000));
        measured.into_iter().map(|one| (one.column.clone(), one.estimate.measured().unwrap().value)).collect()
    }

    #[test]
    fn rare_new_values_with_one_label_are_found_and_others_are_not() {
        assert_eq!(found(&[pattern(&[("job", 3)], 40, 40)]), [(Some("job".to_owned()), 0.02)]);
        assert_eq!(found(&[pattern(&[("job", 3)], 40, 0)]), [(Some("job".to_owned()), 0.02)]);
        for harmless in [
            pattern(&[("job", 3)], 40, 30),
            pattern(&[("job", 3)], 200, 200),
            // One in 64 of six rows has one label by chance.
            pattern(&[("job", 3)], 6, 6),
        ] {
            assert_eq!(found(&[harmless]), [(None, 0.0)]);
        }
        assert_eq!(found(&[]), [(None, 0.0)]);
    }

    #[test]
    fn a_pair_counts_where_neither_value_alone_is_a_mark() {
        let both = [pattern(&[("job", 3)], 80, 45), pattern(&[("job", 3), ("region", 1)], 40, 40)];
        assert_eq!(found(&both), [(Some("job & region".to_owned()), 0.02)]);
        let one = [pattern(&[("job", 3)], 40, 40), pattern(&[("job", 3), ("region", 1)], 20, 20)];
        assert_eq!(found(&one), [(Some("job".to_owned()), 0.02)]);
    }

    #[test]
    fn p_values_are_those_of_scipy() {
        // scipy.stats.hypergeom(20, 10, 5).sf(3): (C(10,4) C(10,1) + C(10,5)) / C(20,5).
        let p = purity_p(&pattern(&[("job", 3)], 5, 4), 20, 10);
        assert!((p - (210.0 * 10.0 + 252.0) / 15_504.0).abs() < 1e-12, "{p}");
    }
}
