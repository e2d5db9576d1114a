//! Resampling a slice's cells: what the confusion counts could have been, had other rows been drawn.
//!
//! Drawing rows with replacement and tallying them by cell is a multinomial draw over cells, so a statistic of counts
//! has the row bootstrap's distribution without the rows. Independent Poisson draws a cell drop the fixed total, which
//! ratios do not notice, and add up over shards (Hanley and `MacGibbon` 2006; Chamandy et al. 2012).

use modelgate_cube::{Cell, Slice, Tally};
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use statrs::distribution::{ContinuousCDF, Normal};

use crate::confusion::{Confusion, Quadrant};
use crate::scored::{Mass, Scored};

/// Resampled confusion weights of one slice, one entry a replicate.
///
/// Each slice has its own stream, named by the seed and the slice, so that no other slice, thread or order of work can
/// change it.
pub(crate) fn replicates(slice: &Slice, cell: &Cell, resamples: u32, seed: u64) -> Vec<Confusion> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed ^ fnv1a(slice.to_string().as_bytes()));
    let mut draws = vec![Confusion::default(); resamples as usize];
    for quadrant in [Quadrant::TruePositive, Quadrant::FalsePositive, Quadrant::FalseNegative, Quadrant::TrueNegative] {
        let source = TallySource::new(&Mass::of(quadrant.of(cell)));
        for draw in &mut draws {
            let weight = source.draw(&mut random);
            match quadrant {
                Quadrant::TruePositive => draw.tp = weight,
                Quadrant::FalsePositive => draw.fp = weight,
                Quadrant::FalseNegative => draw.fn_ = weight,
                Quadrant::TrueNegative => draw.tn = weight,
            }
        }
    }
    draws
}

/// Resampled weights of tallies of one slice, one list a replicate, in the order of the tallies.
pub(crate) fn tally_replicates(slice: &Slice, tallies: &[Tally], resamples: u32, seed: u64) -> Vec<Vec<f64>> {
    /// Tells this stream from that of the confusion counts.
    const TALLIES: u64 = 0x9e6c_63d0_876a_3f6b;
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed ^ TALLIES ^ fnv1a(slice.to_string().as_bytes()));
    let sources: Vec<TallySource> = tallies.iter().map(|tally| TallySource::new(&Mass::of(tally))).collect();
    (0..resamples).map(|_| sources.iter().map(|source| source.draw(&mut random)).collect()).collect()
}

/// Confusion weights that the rows of one slice leave plausible, one entry a draw: each expected count is drawn from the gamma
/// distribution with the observed count as its shape, or with one more, by turns of a coin. These are the two confidence
/// distributions of a count, from below and from above, whose mixture is the mid-p one (Fay, Proschan and Brittain 2015). Unlike
/// resamples, draws do not take a count of zero for a certainty, and are never without a class: their quantiles cover in small
/// slices as well.
pub(crate) fn plausible(slice: &Slice, cell: &Cell, draws: u32, seed: u64) -> Vec<Confusion> {
    /// Tells this stream from that of the resamples.
    const PLAUSIBLE: u64 = 0x8cb9_2ba7_2f3d_8dd7;
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed ^ PLAUSIBLE ^ fnv1a(slice.to_string().as_bytes()));
    let all = Mass::of(&cell.total());
    let sources = [Quadrant::TruePositive, Quadrant::FalsePositive, Quadrant::FalseNegative, Quadrant::TrueNegative]
        .map(|quadrant| PlausibleSource::new(&Mass::of(quadrant.of(cell)), &all));
    let mut drawn = |_| {
        let [tp, fp, fn_, tn] = sources.each_ref().map(|source| source.draw(&mut random));
        Confusion { tp, fp, fn_, tn }
    };
    (0..draws).map(&mut drawn).collect()
}

/// Draws a plausible summed weight of a cell.
struct PlausibleSource {
    rows: f64,
    mean_weight: f64,
    weight_variance: f64,
}

impl PlausibleSource {
    /// Stands for the shape of zero, whose draws are all zero: nearly so, but never so that a ratio of two of them has no value.
    const NEXT_TO_NOTHING: f64 = 0.02;

    fn new(mass: &Mass, all: &Mass) -> Self {
        // Rows that were not seen weigh what rows weigh.
        let of = if mass.rows > 0.0 { mass } else { all };
        let rows = of.rows.max(1.0);
        let mean_weight = of.weight / rows;
        let weight_variance = (of.squared / rows - mean_weight * mean_weight).max(0.0);
        Self { rows: mass.rows, mean_weight, weight_variance }
    }

    fn draw(&self, random: &mut impl Rng) -> f64 {
        let shape = if random.r#gen() { self.rows + 1.0 } else { self.rows.max(Self::NEXT_TO_NOTHING) };
        let rows = gamma(shape, random);
        let spread = if self.weight_variance > 1e-12 { (rows * self.weight_variance).sqrt() * normal(random) } else { 0.0 };
        (rows * self.mean_weight + spread).max(0.0)
    }
}

/// A gamma number of scale one (Marsaglia and Tsang 2000); below a shape of one, of one more, scaled down.
fn gamma(shape: f64, random: &mut impl Rng) -> f64 {
    if shape < 1.0 {
        let uniform: f64 = random.r#gen();
        return gamma(shape + 1.0, random) * libm::pow(uniform, 1.0 / shape);
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = normal(random);
        let v = (1.0 + c * x).powi(3);
        let uniform: f64 = random.r#gen();
        if v > 0.0 && libm::log(uniform) < 0.5 * x * x + d - d * v + d * libm::log(v) {
            return d * v;
        }
    }
}

/// Resampled rows by score of one slice, one after the other: they are many numbers, and nobody needs all at once.
pub(crate) fn score_replicates(slice: &Slice, rows: &Scored, resamples: u32, seed: u64) -> impl Iterator<Item = Scored> {
    /// Tells this stream from that of the confusion counts.
    const SCORES: u64 = 0xd1b5_4a32_d192_ed03;
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed ^ SCORES ^ fnv1a(slice.to_string().as_bytes()));
    let sources: Vec<[TallySource; 2]> =
        rows.bins.iter().map(|bin| [TallySource::new(&bin.negatives), TallySource::new(&bin.positives)]).collect();
    let mut bins = rows.bins.clone();
    let binned = rows.binned;
    (0..resamples).map(move |_| {
        for (bin, [negatives, positives]) in bins.iter_mut().zip(&sources) {
            bin.negatives.weight = negatives.draw(&mut random);
            bin.positives.weight = positives.draw(&mut random);
        }
        Scored::from_bins(bins.iter().filter(|bin| bin.all().weight > 0.0).copied().collect(), binned)
    })
}

/// Draws the summed weight of a resampled cell: a Poisson number of rows, each with the cell's mean weight, and the
/// spread of the weights within the cell.
struct TallySource {
    rows: PoissonSource,
    mean_weight: f64,
    weight_variance: f64,
}

impl TallySource {
    fn new(mass: &Mass) -> Self {
        let rows = mass.rows.max(1.0);
        let mean_weight = mass.weight / rows;
        let weight_variance = (mass.squared / rows - mean_weight * mean_weight).max(0.0);
        Self { rows: PoissonSource::new(mass.rows), mean_weight, weight_variance }
    }

    fn draw(&self, random: &mut impl Rng) -> f64 {
        let rows = self.rows.draw(random);
        let spread = if self.weight_variance > 1e-12 { (rows * self.weight_variance).sqrt() * normal(random) } else { 0.0 };
        (rows * self.mean_weight + spread).max(0.0)
    }
}

/// Above this mean the normal distribution stands in for the Poisson: its skewness is then below 0.02.
const NORMAL_FROM: f64 = 3_000.0;

/// Poisson numbers of one mean, by inversion of a cumulative table made once.
struct PoissonSource {
    mean: f64,
    first: f64,
    cumulative: Vec<f64>,
}

impl PoissonSource {
    fn new(mean: f64) -> Self {
        if mean >= NORMAL_FROM {
            return Self { mean, first: 0.0, cumulative: Vec::new() };
        }
        let reach = 10.0 * mean.sqrt() + 10.0;
        let first = (mean - reach).max(0.0).floor();
        let mut cumulative = Vec::new();
        let (mut sum, mut count) = (0.0, first);
        while count <= mean + reach {
            let log_mass = if mean > 0.0 { count * libm::log(mean) - mean - libm::lgamma(count + 1.0) } else { -count * 1e9 };
            sum += libm::exp(log_mass);
            cumulative.push(sum);
            count += 1.0;
        }
        Self { mean, first, cumulative }
    }

    fn draw(&self, random: &mut impl Rng) -> f64 {
        if self.cumulative.is_empty() {
            return (self.mean + self.mean.sqrt() * normal(random)).round().max(0.0);
        }
        let uniform: f64 = random.r#gen();
        self.first + self.cumulative.partition_point(|mass| *mass < uniform) as f64
    }
}

fn normal(random: &mut impl Rng) -> f64 {
    let uniform: f64 = random.r#gen::<f64>().max(f64::MIN_POSITIVE);
    Normal::standard().inverse_cdf(uniform)
}

/// FNV-1a, 64 bits: a stable name-to-number function, so that streams do not change with the standard library.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(values: &[f64]) -> (f64, f64) {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        (mean, values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / n)
    }

    #[test]
    fn draws_have_the_poisson_mean_and_variance_on_both_sides_of_the_normal() {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(1);
        for mean in [0.0, 0.7, 12.0, 900.0, 2_999.0, 40_000.0] {
            let source = PoissonSource::new(mean);
            let draws: Vec<f64> = (0..20_000).map(|_| source.draw(&mut random)).collect();
            let (drawn_mean, variance) = moments(&draws);
            assert!((drawn_mean - mean).abs() <= 4.0 * (mean / 20_000.0).sqrt(), "{mean}: {drawn_mean}");
            assert!((variance - mean).abs() <= 0.06 * mean, "{mean}: {variance}");
        }
    }

    #[test]
    fn gamma_numbers_have_the_mean_and_variance_of_their_shape() {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(1);
        for shape in [0.5, 1.0, 3.5, 80.5, 4_000.5] {
            let draws: Vec<f64> = (0..20_000).map(|_| gamma(shape, &mut random)).collect();
            let (mean, variance) = moments(&draws);
            assert!((mean - shape).abs() <= 4.0 * (shape / 20_000.0).sqrt(), "{shape}: {mean}");
            assert!((variance - shape).abs() <= 0.08 * shape, "{shape}: {variance}");
        }
    }

    #[test]
    fn a_count_of_zero_is_not_taken_for_a_certainty() {
        let cell = Cell { true_positives: Tally::unweighted(10), ..Cell::default() };
        let draws = plausible(&Slice::overall(), &cell, 4_000, 3);
        let missed: f64 = draws.iter().map(|draw| draw.fn_).sum::<f64>() / 4_000.0;
        assert!((missed - 0.5).abs() < 0.05, "{missed}");
        assert!(draws.iter().all(|draw| draw.positives() > 0.0 && draw.negatives() > 0.0));
    }

    #[test]
    fn a_slice_has_its_own_stream_and_the_same_one_every_time() {
        let cell = Cell { true_positives: Tally::unweighted(50), false_negatives: Tally::unweighted(20), ..Cell::default() };
        let (f, m) = (Slice::single("sex", Some("F".into())), Slice::single("sex", Some("M".into())));
        assert_eq!(replicates(&f, &cell, 50, 7), replicates(&f, &cell, 50, 7));
        assert_ne!(replicates(&f, &cell, 50, 7), replicates(&m, &cell, 50, 7));
        assert_ne!(replicates(&f, &cell, 50, 7), replicates(&f, &cell, 50, 8));
    }

    #[test]
    fn unequal_weights_widen_the_spread() {
        let mut uneven = Tally::default();
        for row in 0..200 {
            uneven.add_row(if row % 2 == 0 { 0.1 } else { 1.9 });
        }
        let spread = |tally: Tally| {
            let cell = Cell { true_positives: tally, ..Cell::default() };
            let draws = replicates(&Slice::overall(), &cell, 4_000, 3);
            moments(&draws.iter().map(|draw| draw.tp).collect::<Vec<_>>()).1
        };
        // The exact variances are the sums of squared weights.
        assert!((spread(Tally::unweighted(200)) / 200.0 - 1.0).abs() < 0.1);
        assert!((spread(uneven) / uneven.weight_squared.to_f64() - 1.0).abs() < 0.1);
    }
}
