//! Whether scores mean what they say: calibration errors, logistic recalibration and Spiegelhalter's test.

use crate::scored::{Bin, Found, Scored, Uncertainty, logit};
use crate::{Method, Reason};

/// The number of equal bins that calibration errors are summed over.
const BINS: u8 = 15;

/// The upper inner edges of the bins: a score on an edge belongs below it.
fn bin_of(score: f64) -> usize {
    (1..BINS).filter(|edge| f64::from(*edge) / f64::from(BINS) < score).count()
}

/// The sums of one calibration bin.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    weight: f64,
    squared: f64,
    scores: f64,
    hits: f64,
}

fn sums(rows: &Scored) -> [Sums; BINS as usize] {
    let mut bins = [Sums::default(); BINS as usize];
    for bin in &rows.bins {
        if let Some(sums) = bins.get_mut(bin_of(bin.score)) {
            let all = bin.all();
            sums.weight += all.weight;
            sums.squared += all.squared;
            sums.scores += bin.score * all.weight;
            sums.hits += bin.positives.weight;
        }
    }
    bins
}

/// The mean distance between score and share of positive labels over 15 equal bins. Biased up: perfect calibration of
/// a hundred rows has 0.1.
pub(crate) fn expected_error(rows: &Scored) -> Result<Found, Reason> {
    let whole = rows.all()?;
    let value = sums(rows).iter().map(|bin| (bin.hits - bin.scores).abs()).sum::<f64>() / whole.weight;
    // A row whose score is off by some moves its bin's sum by as much; one that may belong to the next bin moves two
    // sums by at most one each.
    let moved = |bin: &Bin| {
        let straddles = bin_of(bin.score - bin.off) != bin_of(bin.score + bin.off);
        bin.all().weight * (bin.off + if straddles { 2.0 } else { 0.0 })
    };
    let binning_error = rows.bins.iter().filter(|bin| bin.off > 0.0).map(moved).sum::<f64>() / whole.weight;
    Ok(Found { value, n: whole.rows, binning_error, uncertainty: Uncertainty::Unknown })
}

/// The root of the mean squared distance over 15 equal bins, without the part that chance alone puts there
/// (Kumar et al. 2019). A bin whose rows are worth one row or less tells nothing and counts as zero.
pub(crate) fn corrected_error(rows: &Scored) -> Result<Found, Reason> {
    let whole = rows.all()?;
    let squared = |bin: &Sums| {
        let rows = bin.weight * bin.weight / bin.squared;
        if rows.is_nan() || rows <= 1.0 {
            return 0.0;
        }
        let (share, gap) = (bin.hits / bin.weight, (bin.hits - bin.scores) / bin.weight);
        bin.weight * (gap * gap - share * (1.0 - share) / (rows - 1.0))
    };
    let value = (sums(rows).iter().map(squared).sum::<f64>() / whole.weight).max(0.0).sqrt();
    // Squared gaps move by at most three times as much as gaps and weights do, and a root by the root of that.
    let binning_error = if rows.binned { (3.0 * expected_error(rows)?.binning_error).sqrt() } else { 0.0 };
    Ok(Found { value, n: whole.rows, binning_error, uncertainty: Uncertainty::Unknown })
}

/// Spiegelhalter's z (1986): the Brier score's distance from what it would be under calibration, in standard errors.
pub(crate) fn spiegelhalter_z(rows: &Scored) -> Result<Found, Reason> {
    let whole = rows.all()?;
    let (mut sum, mut variance, mut moved, mut spread) = (0.0, 0.0, 0.0, 0.0);
    for bin in &rows.bins {
        let (s, all) = (bin.score, bin.all());
        let tilt = 1.0 - 2.0 * s;
        sum += (bin.positives.weight * (1.0 - s) - bin.negatives.weight * s) * tilt;
        variance += all.squared * tilt * tilt * s * (1.0 - s);
        // Slopes of both sums in the score.
        let slope = bin.positives.weight * (2.0 * (1.0 - s) + tilt).abs() + bin.negatives.weight * (tilt - 2.0 * s).abs();
        moved += slope * bin.off;
        spread += all.squared * (tilt * (tilt * tilt - 4.0 * s * (1.0 - s))).abs() * bin.off;
    }
    if variance <= 0.0 {
        return Err(Reason::Constant);
    }
    let value = sum / variance.sqrt();
    let binning_error = moved / variance.sqrt() + value.abs() * spread / variance / 2.0;
    Ok(Found { value, n: whole.rows, binning_error, uncertainty: Uncertainty::Unknown })
}

/// The slope of the logistic fit of labels on the scores' logits: 1 under calibration, less where scores are too extreme.
pub(crate) fn slope(rows: &Scored) -> Result<Found, Reason> {
    recalibrate(rows).map(|[_, slope]| slope)
}

/// The intercept of the same fit: 0 under calibration.
pub(crate) fn intercept(rows: &Scored) -> Result<Found, Reason> {
    recalibrate(rows).map(|[intercept, _]| intercept)
}

/// A symmetric two-by-two matrix: both diagonal entries and the one beside them.
#[derive(Debug, Clone, Copy, Default)]
struct Symmetric {
    a: f64,
    b: f64,
    d: f64,
}

impl Symmetric {
    /// Adds `weight` times the outer product of (1, x).
    fn add(&mut self, weight: f64, x: f64) {
        self.a += weight;
        self.b += weight * x;
        self.d += weight * x * x;
    }

    fn solve(&self, [p, q]: [f64; 2]) -> [f64; 2] {
        let determinant = self.a * self.d - self.b * self.b;
        [(self.d * p - self.b * q) / determinant, (self.a * q - self.b * p) / determinant]
    }
}

/// The logistic fit of labels on logits by Newton's method, intercept and slope with their sandwich errors.
fn recalibrate(rows: &Scored) -> Result<[Found; 2], Reason> {
    overlap(rows)?;
    // Around their mean, logits make the normal equations well-conditioned.
    let whole = rows.all()?;
    let middle = rows.bins.iter().map(|bin| bin.all().weight * logit(bin.score)).sum::<f64>() / whole.weight;
    let points: Vec<(f64, &Bin)> = rows.bins.iter().map(|bin| (logit(bin.score) - middle, bin)).collect();
    let fit = newton(&points).ok_or(Reason::Separated)?;
    let (mut curvature, mut noise) = (Symmetric::default(), Symmetric::default());
    for (x, bin) in &points {
        let p = sigmoid(fit[0] + fit[1] * x);
        curvature.add(bin.all().weight * p * (1.0 - p), *x);
        noise.add(bin.positives.squared * (1.0 - p).powi(2) + bin.negatives.squared * p * p, *x);
    }
    // What the fit would move if each row's logit did, to first order.
    let mut moved = [0.0; 2];
    for (x, bin) in points.iter().filter(|(_, bin)| bin.off > 0.0) {
        let p = sigmoid(fit[0] + fit[1] * x);
        let (pull, bend) =
            (bin.positives.weight * (1.0 - p) - bin.negatives.weight * p, bin.all().weight * p * (1.0 - p) * fit[1]);
        let [at_middle, slope] = curvature.solve([-bend, pull - bend * x]);
        let step = (logit(bin.score + bin.off) - logit(bin.score)).max(logit(bin.score) - logit(bin.score - bin.off));
        moved[0] += (at_middle - middle * slope).abs() * step;
        moved[1] += slope.abs() * step;
    }
    let error = |direction: [f64; 2]| {
        let [u, v] = curvature.solve(direction);
        (u * u * noise.a + 2.0 * u * v * noise.b + v * v * noise.d).max(0.0).sqrt()
    };
    let found = |value, direction, binning_error| Found {
        value,
        n: rows.smaller_class(),
        binning_error,
        uncertainty: Uncertainty::StandardError(error(direction), Method::Sandwich),
    };
    Ok([found(fit[0] - fit[1] * middle, [1.0, -middle], moved[0]), found(fit[1], [0.0, 1.0], moved[1])])
}

/// Whether the classes' scores overlap: only then does the likelihood have its maximum at finite numbers (Albert and
/// Anderson 1984).
fn overlap(rows: &Scored) -> Result<(), Reason> {
    rows.both_classes()?;
    if rows.bins.len() < 2 {
        return Err(Reason::Constant);
    }
    let ends = |weight: fn(&Bin) -> f64| {
        let mut scores = rows.bins.iter().filter(|bin| weight(bin) > 0.0).map(|bin| bin.score);
        let first = scores.next().unwrap_or_default();
        (first, scores.next_back().unwrap_or(first))
    };
    let (negatives, positives) = (ends(|bin| bin.negatives.weight), ends(|bin| bin.positives.weight));
    let overlaps = negatives.1 > positives.0 && positives.1 > negatives.0;
    if overlaps { Ok(()) } else { Err(Reason::Separated) }
}

/// The maximum of the likelihood from (0, 0) on, halving steps that would lead down.
fn newton(points: &[(f64, &Bin)]) -> Option<[f64; 2]> {
    let mut fit = [0.0, 0.0];
    let mut loss = loss_of(points, fit);
    for _ in 0..200 {
        let (mut pull, mut curvature) = ([0.0, 0.0], Symmetric::default());
        for (x, bin) in points {
            let p = sigmoid(fit[0] + fit[1] * x);
            let residual = bin.positives.weight * (1.0 - p) - bin.negatives.weight * p;
            pull[0] += residual;
            pull[1] += residual * x;
            curvature.add(bin.all().weight * p * (1.0 - p), *x);
        }
        let step = curvature.solve(pull);
        if !step.iter().all(|part| part.is_finite()) {
            return None;
        }
        let mut size = 1.0;
        let next = loop {
            let next = [fit[0] + size * step[0], fit[1] + size * step[1]];
            // At the maximum only rounding is left, which must not stop the last steps.
            if loss_of(points, next) <= loss * (1.0 + 1e-12) || size < 1e-9 {
                break next;
            }
            size /= 2.0;
        };
        let done = (0..2).all(|part| (next[part] - fit[part]).abs() <= 1e-15 * (1.0 + fit[part].abs()));
        (fit, loss) = (next, loss_of(points, next));
        if done {
            return Some(fit);
        }
    }
    // Rounding may keep the last digits moving for ever.
    Some(fit)
}

/// The negative log-likelihood.
fn loss_of(points: &[(f64, &Bin)], fit: [f64; 2]) -> f64 {
    let softplus = |t: f64| t.max(0.0) + libm::log1p(libm::exp(-t.abs()));
    let of = |(x, bin): &(f64, &Bin)| {
        let t = fit[0] + fit[1] * x;
        bin.positives.weight * softplus(-t) + bin.negatives.weight * softplus(t)
    };
    points.iter().map(of).sum()
}

fn sigmoid(t: f64) -> f64 {
    if t >= 0.0 {
        1.0 / (1.0 + libm::exp(-t))
    } else {
        let odds = libm::exp(t);
        odds / (1.0 + odds)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use modelgate_cube::{Cell, ScoreScale, ScoreTable};

    use super::*;

    fn scored(scale: ScoreScale, rows: &[(f64, bool)]) -> Scored {
        let mut cell = Cell::default();
        for (score, positive) in rows {
            cell.scores.add_row(ScoreTable::key(scale, *score), *positive, 1.0);
        }
        Scored::of(&cell, scale)
    }

    /// A hundred rows a score, of which as many are positive as the recalibrated score says, rounded to whole rows.
    fn calibrated(slope: f64, intercept: f64) -> Vec<(f64, bool)> {
        let mut rows = Vec::new();
        for tenth in 1..10 {
            let score = f64::from(tenth) / 10.0;
            let positive = (1000.0 * sigmoid(intercept + slope * logit(score))).round();
            rows.extend((0..1000_u32).map(|row| (score, f64::from(row) < positive)));
        }
        rows
    }

    #[test]
    fn a_fit_finds_the_line_that_made_the_labels() {
        for (made_slope, made_intercept) in [(1.0, 0.0), (0.6, -0.4), (1.5, 0.3)] {
            let rows = scored(ScoreScale::Exact, &calibrated(made_slope, made_intercept));
            let (slope, intercept) = (slope(&rows).unwrap(), intercept(&rows).unwrap());
            assert!((slope.value - made_slope).abs() < 5e-3 && (intercept.value - made_intercept).abs() < 5e-3, "{slope:?}");
            let Uncertainty::StandardError(error, Method::Sandwich) = slope.uncertainty else { unreachable!() };
            assert!(error > 0.01 && error < 0.05, "{error}");
        }
    }

    #[test]
    fn classes_that_do_not_overlap_have_no_fit() {
        let of = |rows: &[(f64, bool)]| slope(&scored(ScoreScale::Exact, rows)).unwrap_err();
        assert_eq!(of(&[(0.1, false), (0.4, false), (0.4, true), (0.9, true)]), Reason::Separated);
        assert_eq!(of(&[(0.4, false), (0.4, true)]), Reason::Constant);
        assert_eq!(of(&[(0.4, true), (0.6, true)]), Reason::SingleClass);
    }

    #[test]
    fn chance_alone_is_not_called_a_calibration_error() {
        // Ten rows at 0.25, three of them positive: a gap of 0.05 where chance alone puts 0.15.
        let rows: Vec<(f64, bool)> = (0..10).map(|row| (0.25, row < 3)).collect();
        let rows = scored(ScoreScale::Exact, &rows);
        assert!((expected_error(&rows).unwrap().value - 0.05).abs() < 1e-15);
        assert!(corrected_error(&rows).unwrap().value.abs() < f64::EPSILON);
    }

    #[test]
    fn a_score_on_an_edge_belongs_below_it() {
        assert_eq!((bin_of(0.0), bin_of(0.2), bin_of(0.200_000_1), bin_of(1.0)), (0, 2, 3, 14));
    }

    #[test]
    fn sure_and_right_scores_have_no_test_of_calibration() {
        let sure = scored(ScoreScale::Exact, &[(0.0, false), (1.0, true)]);
        assert_eq!(spiegelhalter_z(&sure).unwrap_err(), Reason::Constant);
        let calm = scored(ScoreScale::Exact, &calibrated(1.0, 0.0));
        assert!(spiegelhalter_z(&calm).unwrap().value.abs() < 0.2);
        // Scores that are too extreme lose more than they should.
        assert!(spiegelhalter_z(&scored(ScoreScale::Exact, &calibrated(0.6, 0.0))).unwrap().value > 3.0);
    }

    #[test]
    fn the_grid_moves_no_number_by_more_than_its_bound() {
        let rows = calibrated(0.7, 0.2);
        for of in [expected_error, corrected_error, spiegelhalter_z, slope, intercept] {
            let (exact, grid) = (of(&scored(ScoreScale::Exact, &rows)).unwrap(), of(&scored(ScoreScale::Logit, &rows)).unwrap());
            assert!((exact.value - grid.value).abs() <= grid.binning_error, "{exact:?} {grid:?}");
        }
    }
}
