//! Numbers of the order of scores and of their means.

use crate::scored::{Bin, Found, Mass, Scored, Uncertainty};
use crate::{Method, Reason};

/// The share of rows that "top" means.
const TOP: f64 = 0.1;

/// The largest false positive rate of the partial area.
const MAX_FPR: f64 = 0.1;

/// The sum over thresholds of precision times the gain in recall. Where rows of a bin had different scores, the mean
/// over their random order stands in for the one step, which would be biased low.
pub(crate) fn average_precision(rows: &Scored) -> Result<Found, Reason> {
    if rows.positives.weight <= 0.0 {
        return Err(Reason::NoPositives);
    }
    let (mut hits, mut alarms) = (0.0, 0.0);
    let (mut value, mut least, mut most) = (0.0, 0.0, 0.0);
    for bin in rows.bins.iter().rev() {
        let (a, n) = (bin.positives.weight, bin.negatives.weight);
        if a > 0.0 {
            let step = a * (hits + a) / (hits + a + alarms + n);
            value += if rows.binned { mixed_precision(hits, alarms, a, n) } else { step };
            // The worst order has the bin's negatives first, the best one its positives, all at once.
            least += logarithmic(hits, alarms + n, a);
            most += a * (hits + a) / (hits + a + alarms);
        }
        hits += a;
        alarms += n;
    }
    let value = value / hits;
    let binning_error = if rows.binned { (most / hits - value).max(value - least / hits) } else { 0.0 };
    Ok(Found { value: value.min(1.0), n: rows.positives.rows, binning_error, uncertainty: Uncertainty::Resample })
}

/// The integral of precision over `a` positives mixed evenly with `n` negatives, after `hits` and `alarms`.
fn mixed_precision(hits: f64, alarms: f64, a: f64, n: f64) -> f64 {
    let (seen, added) = (hits + alarms, a + n);
    if seen <= 0.0 {
        return a * a / added;
    }
    let share = a / added;
    a * (share + (hits - share * seen) / added * libm::log1p(added / seen))
}

/// The integral of (hits + x) / (hits + x + alarms) over x from 0 to `a`.
fn logarithmic(hits: f64, alarms: f64, a: f64) -> f64 {
    if alarms <= 0.0 { a } else { a - alarms * libm::log1p(a / (hits + alarms)) }
}

/// The largest distance between the score distributions of the classes.
pub(crate) fn ks_statistic(rows: &Scored) -> Result<Found, Reason> {
    rows.both_classes()?;
    let (mut negatives, mut positives, mut value, mut largest_bin) = (0.0, 0.0, 0.0_f64, 0.0_f64);
    for bin in &rows.bins {
        let (n, p) = (bin.negatives.weight / rows.negatives.weight, bin.positives.weight / rows.positives.weight);
        negatives += n;
        positives += p;
        value = value.max((negatives - positives).abs());
        largest_bin = largest_bin.max(n.max(p));
    }
    let binning_error = if rows.binned { largest_bin } else { 0.0 };
    Ok(Found { value: value.min(1.0), n: rows.smaller_class(), binning_error, uncertainty: Uncertainty::Resample })
}

/// The area under the ROC curve up to a false positive rate of 0.1, on the scale where guessing is a half
/// (`McClish` 1989).
pub(crate) fn partial_auc(rows: &Scored) -> Result<Found, Reason> {
    rows.both_classes()?;
    let (mut fpr, mut tpr, mut area, mut tied) = (0.0, 0.0, 0.0, 0.0);
    for bin in rows.bins.iter().rev() {
        let (across, up) = (bin.negatives.weight / rows.negatives.weight, bin.positives.weight / rows.positives.weight);
        let inside = if across > 0.0 { ((MAX_FPR - fpr) / across).clamp(0.0, 1.0) } else { 1.0 };
        area += across * inside * (tpr + up * inside / 2.0);
        tied += across * inside * up;
        fpr += across;
        tpr += up;
        if fpr >= MAX_FPR {
            break;
        }
    }
    let (least, most) = (MAX_FPR * MAX_FPR / 2.0, MAX_FPR);
    let value = 0.5 * (1.0 + (area - least) / (most - least));
    let binning_error = if rows.binned { tied / (2.0 * (most - least)) } else { 0.0 };
    Ok(Found { value: value.min(1.0), n: rows.smaller_class(), binning_error, uncertainty: Uncertainty::Resample })
}

/// The share of positive labels among the tenth of rows with the highest scores. Rows that tie at the cut count in
/// part.
pub(crate) fn precision_at_top(rows: &Scored) -> Result<Found, Reason> {
    let whole = rows.all()?;
    let wanted = TOP * whole.weight;
    let (mut taken, mut hits, mut unsure) = (0.0, 0.0, 0.0);
    for bin in rows.bins.iter().rev() {
        let (all, positives) = (bin.all().weight, bin.positives.weight);
        let part = all.min(wanted - taken);
        if part <= 0.0 {
            break;
        }
        let credit = part * positives / all;
        let (least, most) = ((part - bin.negatives.weight).max(0.0), part.min(positives));
        unsure = (credit - least).max(most - credit);
        hits += credit;
        taken += part;
    }
    let value = (hits / wanted).clamp(0.0, 1.0);
    let binning_error = if rows.binned { unsure / wanted } else { 0.0 };
    Ok(Found { value, n: (TOP * whole.rows).ceil(), binning_error, uncertainty: Uncertainty::Resample })
}

/// Precision at the top tenth over the share of positive labels.
pub(crate) fn lift_at_top(rows: &Scored) -> Result<Found, Reason> {
    let (top, prevalence) = (precision_at_top(rows)?, rows.prevalence()?);
    if prevalence <= 0.0 {
        return Err(Reason::NoPositives);
    }
    let value = (top.value / prevalence).min(1.0 / TOP);
    Ok(Found { value, binning_error: top.binning_error / prevalence, ..top })
}

/// The mean score.
pub(crate) fn mean_prediction(rows: &Scored) -> Result<Found, Reason> {
    mean_score(rows, Bin::all, Reason::NoRows)
}

/// The mean score of rows with a positive label.
pub(crate) fn mean_of_positives(rows: &Scored) -> Result<Found, Reason> {
    mean_score(rows, |bin| bin.positives, Reason::NoPositives)
}

/// The mean score of rows with a negative label.
pub(crate) fn mean_of_negatives(rows: &Scored) -> Result<Found, Reason> {
    mean_score(rows, |bin| bin.negatives, Reason::NoNegatives)
}

fn mean_score(rows: &Scored, part: fn(&Bin) -> Mass, empty: Reason) -> Result<Found, Reason> {
    let total = rows.bins.iter().fold(Mass::default(), |sum, bin| sum.plus(&part(bin)));
    if total.weight <= 0.0 {
        return Err(empty);
    }
    let over = |of: &dyn Fn(&Bin) -> f64| rows.bins.iter().map(of).sum::<f64>();
    let value = over(&|bin| part(bin).weight * bin.score) / total.weight;
    let squares = over(&|bin| part(bin).squared * (bin.score - value).powi(2));
    let uncertainty = if total.rows > 1.0 {
        let unbiased = total.rows / (total.rows - 1.0);
        Uncertainty::StandardError((squares * unbiased).sqrt() / total.weight, Method::Moments)
    } else {
        Uncertainty::Unknown
    };
    let binning_error = over(&|bin| part(bin).weight * bin.off) / total.weight;
    Ok(Found { value, n: total.rows, binning_error, uncertainty })
}

/// One minus the Brier score over that of always saying the share of positive labels.
pub(crate) fn brier_skill_score(rows: &Scored) -> Result<Found, Reason> {
    let (whole, prevalence) = (rows.all()?, rows.prevalence()?);
    rows.both_classes()?;
    let squared = |bin: &Bin| bin.positives.weight * (1.0 - bin.score).powi(2) + bin.negatives.weight * bin.score.powi(2);
    let brier = rows.brier.unwrap_or_else(|| rows.bins.iter().map(squared).sum::<f64>() / whole.weight);
    let value = 1.0 - brier / (prevalence * (1.0 - prevalence));
    Ok(Found { value, n: whole.rows, binning_error: 0.0, uncertainty: Uncertainty::Resample })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::float_cmp, reason = "tests")]
    use modelgate_cube::{Cell, ScoreScale, ScoreTable};

    use super::*;

    fn scored(scale: ScoreScale, rows: &[(f64, bool)]) -> Scored {
        let mut cell = Cell::default();
        for (score, positive) in rows {
            cell.scores.add_row(ScoreTable::key(scale, *score), *positive, 1.0);
        }
        Scored::of(&cell, scale)
    }

    fn exact(rows: &[(f64, bool)]) -> Scored {
        scored(ScoreScale::Exact, rows)
    }

    const MIXED: [(f64, bool); 4] = [(0.5, false), (0.2, false), (0.5, true), (0.9, true)];

    #[test]
    fn tied_scores_are_one_step_of_average_precision() {
        // Half of recall at precision 1, the other half at 2/3.
        assert_eq!(average_precision(&exact(&MIXED)).unwrap().value, f64::midpoint(1.0, 2.0 / 3.0));
        assert_eq!(average_precision(&exact(&[(0.5, false)])).unwrap_err(), Reason::NoPositives);
    }

    #[test]
    fn the_top_tenth_counts_ties_in_part() {
        let mut rows = vec![(0.1, false); 16];
        rows.extend([(0.9, true), (0.5, true), (0.5, false), (0.5, false)]);
        // One whole row and a third of a hit among the next.
        let top = precision_at_top(&exact(&rows)).unwrap();
        assert!((top.value - 2.0 / 3.0).abs() < 1e-15 && top.n == 2.0);
        assert!((lift_at_top(&exact(&rows)).unwrap().value - top.value / 0.1).abs() < 1e-12);
    }

    #[test]
    fn guessing_has_half_a_partial_area_and_no_distance() {
        let guess = exact(&[(0.5, false), (0.5, true), (0.5, false)]);
        assert!((partial_auc(&guess).unwrap().value - 0.5).abs() < 1e-15);
        assert_eq!(ks_statistic(&guess).unwrap().value, 0.0);
        let perfect = exact(&[(0.1, false), (0.8, true)]);
        assert!((partial_auc(&perfect).unwrap().value - 1.0).abs() < 1e-15);
        assert_eq!(ks_statistic(&perfect).unwrap().value, 1.0);
    }

    /// A few hundred rows with labels that follow the score loosely.
    fn many() -> Vec<(f64, bool)> {
        (0..900_u32).map(|k| (f64::from(k * 7919 % 1000) / 1000.0, (k * 31 % 17) > (k * 7919 % 1000) / 90)).collect()
    }

    #[test]
    fn the_grid_moves_no_number_by_more_than_its_bound() {
        for of in [
            average_precision,
            ks_statistic,
            partial_auc,
            precision_at_top,
            lift_at_top,
            mean_prediction,
            mean_of_positives,
            mean_of_negatives,
        ] {
            let (exact, grid) = (of(&exact(&many())).unwrap(), of(&scored(ScoreScale::Logit, &many())).unwrap());
            assert_eq!(exact.binning_error, 0.0);
            assert!((exact.value - grid.value).abs() <= grid.binning_error, "{exact:?} {grid:?}");
        }
    }

    #[test]
    fn the_mean_has_the_standard_error_of_a_mean() {
        let found = mean_prediction(&exact(&[(0.0, false), (1.0, true)])).unwrap();
        let Uncertainty::StandardError(error, Method::Moments) = found.uncertainty else { unreachable!() };
        assert!(found.value == 0.5 && (error - 0.5).abs() < 1e-15);
        assert!(matches!(mean_prediction(&exact(&[(0.3, true)])).unwrap().uncertainty, Uncertainty::Unknown));
    }
}
