//! Numbers that are far from all others, by the median and the median distance from it, which they cannot move themselves.

use crate::features::look::Sample;

/// Farther than this many standard deviations is far.
const FAR: f64 = 8.0;

/// The median distance from the median of normal numbers, in standard deviations.
const OF_NORMAL: f64 = 0.674_489_750_196_081_7;

/// Rows that are far away, and all rows with a finite number; `None` where more than half of the rows say the same number, so that
/// there is no usual distance.
pub(super) fn outliers(numbers: &Sample<f64>) -> Option<(u64, u64)> {
    let mut values: Vec<(f64, u64)> =
        numbers.values().map(|(number, rows)| (*number, rows)).filter(|(_, rows)| *rows > 0).collect();
    values.sort_unstable_by(|one, two| one.0.total_cmp(&two.0));
    let (middle, usual) = spread(&values)?;
    // Incomes, balances and durations have long tails; what is far on a scale of logarithms as well is more than that.
    let is_positive = values.first().is_some_and(|(least, _)| *least > 0.0);
    let shortened = |number: f64| if is_positive { libm::log(number) } else { libm::asinh((number - middle) / usual) };
    let short: Vec<(f64, u64)> = values.iter().map(|(number, rows)| (shortened(*number), *rows)).collect();
    let (short_middle, short_usual) = spread(&short)?;
    let is_far = |number: f64, middle: f64, usual: f64| (number - middle).abs() > FAR * usual;
    let both = |((number, _), (short, _)): &(&(f64, u64), &(f64, u64))| {
        is_far(*number, middle, usual) && is_far(*short, short_middle, short_usual)
    };
    let far = values.iter().zip(&short).filter(both).map(|((_, rows), _)| rows).sum();
    Some((far, values.iter().map(|(_, rows)| rows).sum()))
}

/// The median of values in increasing order, and the standard deviation that their median distance from it stands for.
fn spread(values: &[(f64, u64)]) -> Option<(f64, f64)> {
    let middle = median(values)?;
    let mut distances: Vec<(f64, u64)> = values.iter().map(|(number, rows)| ((number - middle).abs(), *rows)).collect();
    distances.sort_unstable_by(|one, two| one.0.total_cmp(&two.0));
    let usual = median(&distances)? / OF_NORMAL;
    (usual > 0.0 && usual.is_finite()).then_some((middle, usual))
}

/// The middle of values in increasing order, each of so many rows; of two middles, their mean.
fn median(values: &[(f64, u64)]) -> Option<f64> {
    let all: u64 = values.iter().map(|(_, rows)| rows).sum();
    let at = |place: u64| {
        let mut before = 0;
        values.iter().find(|(_, rows)| {
            before += rows;
            before > place
        })
    };
    let (low, high) = (at(all.checked_sub(1)? / 2)?, at(all / 2)?);
    Some(f64::midpoint(low.0, high.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::look::mixed;

    fn count(numbers: impl IntoIterator<Item = f64>) -> Option<(u64, u64)> {
        let mut sample = Sample::new(1 << 14);
        numbers.into_iter().for_each(|number| sample.add(mixed(number.to_bits()), 1, || number));
        outliers(&sample)
    }

    #[test]
    fn numbers_beyond_eight_robust_standard_deviations_on_both_scales_are_far() {
        // scipy.stats.median_abs_deviation(range(1, 102), scale="normal") is 37.06, and that of their logarithms 0.714.
        let around = || (1..=101).map(f64::from);
        assert_eq!(count(around()), Some((0, 101)));
        assert_eq!(count(around().chain([15_000.0, 20_000.0])), Some((1, 103)));
        // Not all above zero: arsinh of the standardized number.
        let around = || (-50..=50).map(f64::from);
        assert_eq!(count(around().chain([-20_000.0, 99_999.0])), Some((1, 103)));
        assert_eq!(count([1.0, 1.0, 1.0, 9.0]), None, "most rows say the same");
        assert_eq!(count([]), None);
    }

    #[test]
    fn a_long_tail_is_no_outlier_and_a_slip_of_the_pen_is() {
        // Numbers whose logarithms are spread evenly over four powers of ten, and as many debts.
        let tail = || (0..1_000).map(|place| 10_f64.powf(f64::from(place) / 250.0));
        assert_eq!(count(tail()), Some((0, 1_000)));
        assert_eq!(count(tail().chain([1e17])), Some((1, 1_001)));
        assert_eq!(count(tail().chain(tail().map(|number| -number))), Some((0, 2_000)));
    }
}
