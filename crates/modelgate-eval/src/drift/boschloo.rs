//! Boschloo's exact test of two shares: Fisher's p-value as the order of tables, and its own size for whatever share both sides may
//! have. It is never less powerful than Fisher's, which takes the sums of both rows for given.

use statrs::function::gamma::ln_gamma;

use super::Measured;
use crate::Reason;

/// The most rows of both sides: with more, tests that are not exact say the same.
pub(super) const MOST_ROWS: u64 = 400;

/// Rounding below which two tables are as likely, as scipy has it.
const ROUNDING: f64 = 1.0 + 1e-13;

/// In so many places the common share is tried, evenly on the scale on which shares vary alike, before the best is made better.
const PLACES: u32 = 256;
const STEPS: u32 = 40;

/// Boschloo's test of two cells.
pub(super) fn p(measured: &Measured<'_>) -> Result<f64, Reason> {
    measured.shares()?;
    let [one, other] = measured.cells.cells.as_slice() else { return Err(Reason::Constant) };
    let before = Side { hits: one.rows.0, rows: one.rows.0 + other.rows.0 };
    let now = Side { hits: one.rows.1, rows: one.rows.1 + other.rows.1 };
    if before.rows + now.rows > MOST_ROWS {
        return Err(Reason::TooMany);
    }
    // The twice smaller of both one-sided p-values, as scipy has it.
    Ok((2.0 * one_sided(before, now).min(one_sided(now, before))).min(1.0))
}

/// The rows of one side, and those of them in the first cell.
#[derive(Clone, Copy)]
struct Side {
    hits: u64,
    rows: u64,
}

fn ln_choose(n: u64, k: u64) -> f64 {
    ln_gamma(n as f64 + 1.0) - ln_gamma(k as f64 + 1.0) - ln_gamma((n - k) as f64 + 1.0)
}

/// The largest probability, over all common shares, of a table that says at least as much as this one that the first side has
/// fewer hits than the second.
fn one_sided(fewer: Side, more: Side) -> f64 {
    let observed = below(fewer.hits, more.hits, fewer.rows, more.rows) * ROUNDING;
    // For each number of hits of the first side, from how many of the second on a table says as much: never fewer for more of the first.
    let mut from = 0;
    let mut least = Vec::new();
    for hits in 0..=fewer.rows {
        while from <= more.rows && below(hits, from, fewer.rows, more.rows) > observed {
            from += 1;
        }
        least.push(from);
    }
    let (of_fewer, of_more) = (Binomial::new(fewer.rows), Binomial::new(more.rows));
    let probability = |angle: f64| {
        let share = angle.sin().powi(2);
        let above = of_more.tails(share);
        let term =
            |(hits, least): (f64, &u64)| hits * usize::try_from(*least).ok().and_then(|least| above.get(least)).unwrap_or(&0.0);
        of_fewer.terms(share).into_iter().zip(&least).map(term).sum::<f64>()
    };
    let width = std::f64::consts::FRAC_PI_2 / f64::from(PLACES);
    let places = (0..=PLACES).map(|place| f64::from(place) * width);
    let best = places.map(|angle| (probability(angle), angle)).max_by(|one, other| one.0.total_cmp(&other.0));
    let Some((found, angle)) = best else { return 1.0 };
    highest(probability, (angle - width).max(0.0), (angle + width).min(std::f64::consts::FRAC_PI_2)).max(found).min(1.0)
}

/// Fisher's one-sided p-value: the probability of at most as many hits on the first side, of all hits.
fn below(hits: u64, other_hits: u64, rows: u64, other_rows: u64) -> f64 {
    let all = hits + other_hits;
    let whole = ln_choose(rows + other_rows, all);
    let term = |hits: u64| (ln_choose(rows, hits) + ln_choose(other_rows, all - hits) - whole).exp();
    (all.saturating_sub(other_rows)..=hits).map(term).sum()
}

/// The largest value of a function with one peak between two places, by golden sections.
fn highest(function: impl Fn(f64) -> f64, mut from: f64, mut to: f64) -> f64 {
    let golden = (5.0_f64.sqrt() - 1.0) / 2.0;
    for _ in 0..STEPS {
        let (one, other) = (to - golden * (to - from), from + golden * (to - from));
        if function(one) < function(other) {
            from = one;
        } else {
            to = other;
        }
    }
    function(f64::midpoint(from, to))
}

/// How often each number of hits is drawn.
struct Binomial {
    ln_chooses: Vec<f64>,
}

impl Binomial {
    fn new(rows: u64) -> Self {
        Self { ln_chooses: (0..=rows).map(|hits| ln_choose(rows, hits)).collect() }
    }

    fn terms(&self, share: f64) -> Vec<f64> {
        let rows = self.ln_chooses.len() - 1;
        // Nought times the logarithm of nought is nought.
        let times = |count: usize, share: f64| if count == 0 { 0.0 } else { count as f64 * share.ln() };
        let term = |(hits, choose): (usize, &f64)| (choose + times(hits, share) + times(rows - hits, 1.0 - share)).exp();
        self.ln_chooses.iter().enumerate().map(term).collect()
    }

    /// The probability of at least each number of hits.
    fn tails(&self, share: f64) -> Vec<f64> {
        let mut tails = self.terms(share);
        for hits in (1..tails.len()).rev() {
            tails[hits - 1] += tails[hits];
        }
        tails
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boschloo_s_test_is_scipy_s() {
        // scipy.stats.boschloo_exact(table, n=256).pvalue
        for ([[a, b], [c, d]], expected) in [
            ([[8, 2], [1, 5]], 0.024_384_872_263_939_393),
            ([[10, 0], [0, 10]], 1.907_348_632_812_5e-6),
            ([[74, 31], [43, 32]], 0.071_128_128_603_090_41),
            ([[50, 40], [60, 110]], 0.001_804_932_698_316_508),
            ([[3, 0], [4, 6]], 0.103_953_569_429_370_56),
            ([[0, 0], [3, 4]], 1.0),
            ([[20, 20], [20, 20]], 0.942_507_739_854_498_3),
            ([[5, 9], [95, 91]], 0.358_003_090_624_483_2),
        ] {
            let (before, now) = (Side { hits: a, rows: a + c }, Side { hits: b, rows: b + d });
            let found = (2.0 * one_sided(before, now).min(one_sided(now, before))).min(1.0);
            assert!((found - expected).abs() < 1e-6 * expected, "{a} {b} {c} {d}: {found} is not {expected}");
        }
    }
}
