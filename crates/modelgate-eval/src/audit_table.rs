//! The table of a bias audit: each category with its rate and its ratio to the highest rate, as New York City's Local Law 144
//! asks for it (6 RCNY 5-301).

use modelgate_cube::Slice;

use crate::{Evaluation, MetricId, Subject};

/// The share of all rows below which a category may be left out of the ratios: 6 RCNY 5-301(d).
const SMALL: f64 = 0.02;

/// A category of people.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditCategory {
    /// The rows.
    pub slice: Slice,
    /// How many there are.
    pub rows: u64,
    /// The rate, in [0, 1]; `None` where it is undefined.
    pub rate: Option<f64>,
    /// The rate divided by the highest rate of the categories that take part; `None` where it takes no part, or no rate is
    /// above zero.
    pub ratio: Option<f64>,
    /// Whether it has fewer than 2 % of the rows of known categories, and takes no part for that.
    pub is_small: bool,
}

/// The categories that some axes make, and the people of whom that is not known.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditTable {
    /// The categories, in the order of their names.
    pub categories: Vec<AuditCategory>,
    /// The rows whose level on one of the axes is missing or means unknown. They take no part in any ratio.
    pub unknown: u64,
}

impl AuditTable {
    /// The names of the categories with fewer than 2 % of the rows of known categories, left out or not.
    pub fn below_two_percent(&self) -> impl Iterator<Item = String> + '_ {
        let all: u64 = self.categories.iter().map(|category| category.rows).sum();
        let is_small = move |category: &&AuditCategory| (category.rows as f64) < SMALL * all as f64;
        self.categories.iter().filter(is_small).map(|category| category.slice.to_string())
    }
}

/// Makes the table of a rate for the categories of these axes. `unknown` are the levels that mean that something is not known;
/// with `leaves_small_out`, categories below 2 % take no part. `None` where the rate was not measured for such categories.
#[must_use]
pub fn audit_table(
    evaluation: &Evaluation,
    rate: MetricId,
    axes: &[&str],
    unknown: &[String],
    leaves_small_out: bool,
) -> Option<AuditTable> {
    let mut axes = axes.to_vec();
    axes.sort_unstable();
    let is_known =
        |slice: &Slice| slice.terms().iter().all(|term| term.level.as_ref().is_some_and(|level| !unknown.contains(level)));
    let measured: Vec<(&Slice, u64, Option<f64>)> = evaluation
        .iter()
        .filter_map(|(metric, subject, estimate)| match subject {
            Subject::Slice(slice) if metric == rate && slice.axes().eq(axes.iter().copied()) => {
                Some((slice, evaluation.rows(slice)?, estimate.measured().map(|measured| measured.value)))
            }
            _ => None,
        })
        .collect();
    if measured.is_empty() {
        return None;
    }
    let (known, others): (Vec<_>, Vec<_>) = measured.into_iter().partition(|(slice, ..)| is_known(slice));
    let all: u64 = known.iter().map(|(_, rows, _)| rows).sum();
    let is_small = |rows: u64| leaves_small_out && (rows as f64) < SMALL * all as f64;
    let highest = known.iter().filter(|(_, rows, _)| !is_small(*rows)).filter_map(|(.., rate)| *rate).fold(0.0, f64::max);
    let category = |(slice, rows, rate): (&Slice, u64, Option<f64>)| AuditCategory {
        slice: slice.clone(),
        rows,
        rate,
        ratio: rate.filter(|_| highest > 0.0 && !is_small(rows)).map(|rate| rate / highest),
        is_small: is_small(rows),
    };
    Some(AuditTable {
        categories: known.into_iter().map(category).collect(),
        unknown: others.iter().map(|(_, rows, _)| rows).sum(),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::{Estimate, Measured};

    /// Categories by rows and selected rows.
    fn evaluation(categories: &[(&str, u64, u64)]) -> (Evaluation, MetricId) {
        let rate = MetricId::parse("selection_rate").unwrap();
        let mut evaluation = Evaluation::new(0.95);
        for (level, rows, selected) in categories {
            let slice = Slice::single("sex", (!level.is_empty()).then(|| (*level).to_owned()));
            let value = *selected as f64 / *rows as f64;
            let estimate = Estimate::Measured(Measured { value, interval: None, n: *rows, binning_error: 0.0 });
            evaluation.insert(rate, Subject::Slice(slice.clone()), estimate);
            evaluation.note_rows(&slice, *rows);
        }
        (evaluation, rate)
    }

    /// The example of the rules' own table: 1,390 of 2,100 women and 1,181 of 1,500 men.
    #[test]
    fn ratios_are_to_the_highest_rate_and_unknown_people_are_counted_apart() {
        let (found, rate) = evaluation(&[("F", 2_100, 1_390), ("M", 1_500, 1_181), ("undisclosed", 100, 100), ("", 50, 0)]);
        let table = audit_table(&found, rate, &["sex"], &["undisclosed".to_owned()], false).unwrap();
        assert_eq!(table.unknown, 150);
        let ratios: Vec<(String, f64)> =
            table.categories.iter().map(|category| (category.slice.to_string(), category.ratio.unwrap())).collect();
        let expected = (1_390.0 / 2_100.0) / (1_181.0 / 1_500.0);
        assert!((ratios[0].1 - expected).abs() < 1e-12 && (ratios[1].1 - 1.0).abs() < 1e-12, "{ratios:?}");
    }

    #[test]
    fn small_categories_are_left_out_only_on_demand_and_keep_count_and_rate() {
        let (found, rate) = evaluation(&[("F", 500, 250), ("M", 500, 200), ("X", 9, 9)]);
        let with = |leaves_small_out| audit_table(&found, rate, &["sex"], &[], leaves_small_out).unwrap().categories;
        let ratio = |categories: &[AuditCategory], index: usize| categories[index].ratio;
        let (all, large) = (with(false), with(true));
        assert!((ratio(&all, 0).unwrap() - 0.5).abs() < 1e-12 && !all[2].is_small);
        assert!((ratio(&large, 1).unwrap() - 0.8).abs() < 1e-12);
        assert!(large[2].is_small && large[2].ratio.is_none() && large[2].rate == Some(1.0) && large[2].rows == 9);
        let small: Vec<String> = audit_table(&found, rate, &["sex"], &[], false).unwrap().below_two_percent().collect();
        assert_eq!(small, ["sex=X"]);
    }

    #[test]
    fn without_a_selected_row_or_a_measurement_there_is_no_ratio() {
        let (found, rate) = evaluation(&[("F", 50, 0), ("M", 50, 0)]);
        assert!(audit_table(&found, rate, &["sex"], &[], true).unwrap().categories.iter().all(|one| one.ratio.is_none()));
        assert!(audit_table(&found, rate, &["race"], &[], true).is_none());
    }
}
