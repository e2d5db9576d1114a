//! How large the errors of a regression are on rows without labels: the mean loss of the evaluated rows in each bin of predictions, as
//! often as a batch from use has predictions there. It holds where errors about a prediction are as large in both (a direct estimate of the
//! loss, the `DLE` of `NannyML`, from the prediction alone).

use modelgate_cube::{BinErrors, FeatureHistogram, LossMoments};

use super::{MOST_UNKNOWN, Pair};
use crate::tasks::{Moments, half_width, normal, ratio};
use crate::{Estimate, Interval, Measured, Method, MetricId, Reason};

/// A number of a regression that follows from the mean of a loss.
#[derive(Debug, Clone, Copy)]
pub(super) struct OfLoss {
    loss: fn(&BinErrors) -> &LossMoments,
    is_root: bool,
}

/// Which numbers are estimated.
const ESTIMATED: [(&str, OfLoss); 3] = [
    ("mean_absolute_error", OfLoss { loss: |errors| &errors.absolute, is_root: false }),
    ("mean_squared_error", OfLoss { loss: |errors| &errors.squared, is_root: false }),
    ("root_mean_squared_error", OfLoss { loss: |errors| &errors.squared, is_root: true }),
];

/// How a metric follows from a loss; `None` where it does not.
pub(super) fn of_loss(metric: MetricId) -> Option<OfLoss> {
    ESTIMATED.iter().find(|(id, _)| *id == metric.as_str()).map(|(_, of)| *of)
}

/// The loss of the evaluated rows in a bin, and the share of the batch there.
struct Bin {
    share: f64,
    mean: f64,
    /// The square of the mean's standard error.
    error_squared: f64,
}

/// What a number was on the evaluated rows, and what it is estimated to be on the batch, whose predictions are in the same bins. Its
/// interval is normal, of the means of the bins and of how often the batch is in each; that of a root by the delta method.
pub(super) fn estimated(of: OfLoss, tested: &[BinErrors], batch: &FeatureHistogram, z: f64) -> Pair {
    let n = batch.total().rows;
    let mut all = BinErrors::default();
    for errors in tested {
        all.merge(errors);
    }
    let root = |mean: f64| if of.is_root { mean.sqrt() } else { mean };
    let was = mean(of, &all).map(root);
    let undefined = |reason| Pair { was, is: Estimate::Undefined { reason, n } };
    let used: f64 = batch.total().weight.to_f64();
    let known: f64 =
        batch.bins.iter().zip(tested).filter(|(_, tested)| tested.rows.rows > 0).map(|(used, _)| used.weight.to_f64()).sum();
    if used <= 0.0 || tested.is_empty() || used - known > MOST_UNKNOWN * used {
        return undefined(Reason::PredictionsNotTested);
    }
    // One row does not tell how its loss is spread: of the loss of a row in all rows, it does.
    let of_all = error_squared(of, &all);
    let of_a_row = of_all.unwrap_or(0.0) * effective(&all).unwrap_or(0.0);
    let bins = batch.bins.iter().zip(tested).filter_map(|(used, tested)| {
        let (share, mean) = (ratio(used.weight.to_f64(), known)?, mean(of, tested)?);
        let error_squared = match error_squared(of, tested) {
            Some(known) => known,
            None => ratio(of_a_row, effective(tested)?)?,
        };
        Some(Bin { share, mean, error_squared })
    });
    let bins: Vec<Bin> = bins.collect();
    let mean = bins.iter().map(|bin| bin.share * bin.mean).sum::<f64>();
    // Which predictions the batch has is drawn as well.
    let between = bins.iter().map(|bin| bin.share * (bin.mean - mean).powi(2)).sum::<f64>();
    let drawn = ratio(known.powi(2), batch.total().weight_squared.to_f64()).unwrap_or(1.0);
    let variance = bins.iter().map(|bin| bin.share.powi(2) * bin.error_squared).sum::<f64>() + between / drawn;
    let value = root(mean);
    let error = if of.is_root { ratio(variance.sqrt(), 2.0 * value).unwrap_or(0.0) } else { variance.sqrt() };
    let interval = of_all.map(|_| normal(value, error, z, Method::Moments));
    let interval = interval.map(|found| Interval { lower: found.lower.max(0.0), ..found });
    Pair { was, is: Estimate::Measured(Measured { value, interval, n, binning_error: 0.0 }) }
}

fn mean(of: OfLoss, errors: &BinErrors) -> Option<f64> {
    ratio((of.loss)(errors).weighted.to_f64(), errors.rows.weight.to_f64())
}

/// The square of the standard error of the mean loss; `None` for a single row.
fn error_squared(of: OfLoss, errors: &BinErrors) -> Option<f64> {
    half_width(&Moments::from((of.loss)(errors)), &errors.rows).map(|error| error * error)
}

/// As many rows of equal weight tell as much.
fn effective(errors: &BinErrors) -> Option<f64> {
    ratio(errors.rows.weight.to_f64().powi(2), errors.rows.weight_squared.to_f64())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use modelgate_cube::{FeatureKind, NumberBins};
    use rand::{Rng as _, SeedableRng as _};
    use rand_xoshiro::Xoshiro256PlusPlus;
    use statrs::distribution::{ContinuousCDF as _, Normal};

    use super::*;

    fn bins() -> NumberBins {
        let edges: Vec<f64> = (1..20).map(f64::from).collect();
        NumberBins::new(edges, (0..20).map(f64::from).collect(), Vec::new()).unwrap()
    }

    /// Predictions between 0 and 20, the larger the wider they miss, and how they are spread.
    fn drawn(rows: u32, power: f64, random: &mut Xoshiro256PlusPlus) -> (Vec<BinErrors>, FeatureHistogram) {
        let (bins, normal) = (bins(), Normal::standard());
        let mut errors = vec![BinErrors::default(); 20];
        let mut histogram = FeatureHistogram::new(&FeatureKind::Number(bins.clone()));
        for _ in 0..rows {
            let prediction = 20.0 * random.r#gen::<f64>().powf(power);
            let error = normal.inverse_cdf(random.r#gen::<f64>().max(1e-12)) * (1.0 + prediction);
            errors[bins.bin(prediction)].add_row(error, 1.0);
            histogram.bins[bins.bin(prediction)].add_row(1.0);
        }
        (errors, histogram)
    }

    fn is(id: &str, tested: &[BinErrors], batch: &FeatureHistogram) -> Measured {
        let pair = estimated(of_loss(MetricId::parse(id).unwrap()).unwrap(), tested, batch, 1.959_963_985);
        *pair.is.measured().unwrap()
    }

    #[test]
    fn a_batch_like_the_evaluated_rows_is_estimated_as_they_are() {
        let (tested, batch) = drawn(3_000, 1.0, &mut Xoshiro256PlusPlus::seed_from_u64(1));
        for (id, of) in ESTIMATED {
            let Pair { was, is } = estimated(of, &tested, &batch, 1.96);
            let (was, is) = (was.unwrap(), is.measured().unwrap().value);
            assert!((is - was).abs() < 1e-9 * was, "{id}: {is} {was}");
        }
        assert!(of_loss(MetricId::parse("r2_score").unwrap()).is_none());
    }

    #[test]
    fn estimates_hold_what_the_labels_say_in_most_samples() {
        let mut held = [0_u32; 3];
        let (all, like_all) = drawn(400_000, 0.5, &mut Xoshiro256PlusPlus::seed_from_u64(7));
        for seed in 0..200 {
            let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
            let (tested, _) = drawn(2_000, 1.5, &mut random);
            let (_, batch) = drawn(500, 0.5, &mut random);
            for (held, (id, _)) in held.iter_mut().zip(ESTIMATED) {
                let truth = is(id, &all, &like_all).value;
                let interval = is(id, &tested, &batch).interval.unwrap();
                *held += u32::from(interval.lower <= truth && truth <= interval.upper);
            }
        }
        assert!(held.iter().all(|held| (178..=199).contains(held)), "{held:?} of 200");
    }

    #[test]
    fn one_evaluated_row_gives_a_number_without_an_interval_and_bins_of_one_row_are_no_more_sure_than_others() {
        let (mut tested, mut batch) =
            (vec![BinErrors::default(); 20], drawn(0, 1.0, &mut Xoshiro256PlusPlus::seed_from_u64(1)).1);
        tested[3].add_row(2.0, 1.0);
        batch.bins[3].add_row(1.0);
        let alone = is("mean_absolute_error", &tested, &batch);
        assert!((alone.value - 2.0).abs() < 1e-12 && alone.interval.is_none(), "{alone:?}");
        for (bin, error) in [(4, 1.0), (5, 3.0), (5, 7.0)] {
            tested[bin].add_row(error, 1.0);
        }
        let interval = is("mean_absolute_error", &tested, &batch).interval.unwrap();
        // The losses 2, 1, 3 and 7 have a standard deviation of 2.63.
        assert!((interval.upper - (2.0 + 1.959_963_985 * 6.916_666_667_f64.sqrt())).abs() < 1e-6, "{interval:?}");
    }

    #[test]
    fn nothing_is_estimated_of_predictions_that_were_not_tested() {
        let (mut tested, batch) = drawn(3_000, 1.0, &mut Xoshiro256PlusPlus::seed_from_u64(1));
        tested[3] = BinErrors::default();
        let reason = |tested: &[BinErrors], batch: &FeatureHistogram| {
            let Pair { is, .. } = estimated(ESTIMATED[0].1, tested, batch, 1.96);
            matches!(is, Estimate::Undefined { reason: Reason::PredictionsNotTested, .. })
        };
        assert!(reason(&tested, &batch));
        assert!(reason(&[], &batch));
        let mut without = batch.clone();
        without.bins[3] = modelgate_cube::Tally::default();
        assert!(!reason(&tested, &without));
        assert!(reason(&tested, &FeatureHistogram::new(&FeatureKind::Number(bins()))));
    }
}
