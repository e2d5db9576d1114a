//! The formulas of drift, from shares and counts alone.

use statrs::distribution::{ChiSquared, ContinuousCDF};
use statrs::function::gamma::ln_gamma;

use super::Measured;
use super::shares::{Cells, Numbers};
use crate::Reason;

/// How often chance alone may exceed a floor.
const FLOOR_TAIL: f64 = 0.05;

/// The standard normal quantile of 0.975.
const Z: f64 = 1.959_963_984_540_054;

/// The fewest rows that a cell of the chi-square test expects; smaller ones are put together.
const FEWEST_EXPECTED: f64 = 5.0;

impl Measured<'_> {
    /// The shares of both sides; an error where one of them has no rows.
    pub(super) fn shares(&self) -> Result<Vec<(f64, f64)>, Reason> {
        let Cells { cells, n } = self.cells;
        if n.0 <= 0.0 || n.1 <= 0.0 {
            return Err(Reason::NoRows);
        }
        Ok(cells.iter().map(|cell| cell.shares).collect())
    }

    /// Counts as they would be without weights: shares of the effective numbers of rows.
    fn counts(&self) -> Result<Vec<(f64, f64)>, Reason> {
        let n = self.cells.n;
        Ok(self.shares()?.into_iter().map(|(before, now)| (before * n.0, now * n.1)).collect())
    }

    fn numbers(&self) -> Result<&Numbers, Reason> {
        self.numbers.filter(|numbers| !numbers.is_one_sided()).ok_or(Reason::NoRows)
    }

    /// 1 / n + 1 / m.
    fn spread(&self) -> f64 {
        1.0 / self.cells.n.0 + 1.0 / self.cells.n.1
    }
}

/// Sum of (q - p) ln (q / p). Where a cell is empty on one side, half a row is added to every cell of both.
pub(super) fn stability(measured: &Measured<'_>) -> Result<f64, Reason> {
    let mut counts = measured.counts()?;
    if counts.iter().any(|(before, now)| *before <= 0.0 || *now <= 0.0) {
        for (before, now) in &mut counts {
            (*before, *now) = (*before + 0.5, *now + 0.5);
        }
    }
    let total = counts.iter().fold((0.0, 0.0), |total: (f64, f64), count| (total.0 + count.0, total.1 + count.1));
    Ok(counts.iter().map(|(before, now)| (before / total.0, now / total.1)).map(|(p, q)| (q - p) * (q / p).ln()).sum())
}

/// PSI / (1/n + 1/m) is about chi-square with B - 1 degrees of freedom where both sides are alike (Yurdakul 2018).
pub(super) fn stability_floor(measured: &Measured<'_>) -> Option<f64> {
    let freedom = degrees(measured)?;
    Some(ChiSquared::new(freedom).ok()?.inverse_cdf(1.0 - FLOOR_TAIL) * measured.spread())
}

pub(super) fn stability_p(measured: &Measured<'_>) -> Result<f64, Reason> {
    upper_tail(stability(measured)? / measured.spread(), degrees(measured).ok_or(Reason::Constant)?)
}

fn degrees(measured: &Measured<'_>) -> Option<f64> {
    let cells = measured.shares().ok()?.len();
    (cells > 1).then_some(cells as f64 - 1.0)
}

/// The square root of the Jensen-Shannon divergence in bits.
pub(super) fn jensen_shannon(measured: &Measured<'_>) -> Result<f64, Reason> {
    let part = |share: f64, middle: f64| if share > 0.0 { share * (share / middle).log2() } else { 0.0 };
    let divergence: f64 = measured
        .shares()?
        .iter()
        .map(|(p, q)| {
            let middle = f64::midpoint(*p, *q);
            f64::midpoint(part(*p, middle), part(*q, middle))
        })
        .sum();
    Ok(divergence.max(0.0).sqrt())
}

/// For sides that are nearly alike, the divergence in bits is PSI / (8 ln 2).
pub(super) fn jensen_shannon_floor(measured: &Measured<'_>) -> Option<f64> {
    Some((stability_floor(measured)? / (8.0 * std::f64::consts::LN_2)).sqrt())
}

pub(super) fn hellinger(measured: &Measured<'_>) -> Result<f64, Reason> {
    // The same as sqrt(1 - sum sqrt(p q)), without its lost digits where both sides are nearly alike.
    let distance: f64 = measured.shares()?.iter().map(|(p, q)| (p.sqrt() - q.sqrt()).powi(2)).sum();
    Ok((distance / 2.0).sqrt())
}

pub(super) fn linfinity(measured: &Measured<'_>) -> Result<f64, Reason> {
    Ok(measured.shares()?.iter().map(|(p, q)| (p - q).abs()).fold(0.0, f64::max))
}

pub(super) fn total_variation(measured: &Measured<'_>) -> Result<f64, Reason> {
    Ok(measured.shares()?.iter().map(|(p, q)| (p - q).abs()).sum::<f64>() / 2.0)
}

/// A two-row contingency table: expected counts beside observed ones, cells that expect too little put together.
struct Contingency {
    cells: Vec<(f64, f64)>,
    totals: (f64, f64),
}

impl Contingency {
    fn new(measured: &Measured<'_>, merges: bool) -> Result<Self, Reason> {
        let mut cells = measured.counts()?;
        let totals = measured.cells.n;
        let smaller_share = totals.0.min(totals.1) / (totals.0 + totals.1);
        let expected = |cell: &(f64, f64)| (cell.0 + cell.1) * smaller_share;
        if merges {
            // The smallest first; ties by position, which is fixed.
            cells.sort_by(|a, b| (a.0 + a.1).total_cmp(&(b.0 + b.1)));
            let mut merged: Vec<(f64, f64)> = Vec::new();
            let mut pool = (0.0, 0.0);
            for cell in cells {
                if expected(&cell) >= FEWEST_EXPECTED && (pool.0 + pool.1 <= 0.0 || expected(&pool) >= FEWEST_EXPECTED) {
                    merged.push(cell);
                } else {
                    pool = (pool.0 + cell.0, pool.1 + cell.1);
                }
            }
            if pool.0 + pool.1 > 0.0 {
                merged.push(pool);
            }
            cells = merged;
        }
        if cells.len() < 2 { Err(Reason::Constant) } else { Ok(Self { cells, totals }) }
    }

    /// Each observed count with the expected one. With two cells, Yates' half is taken off each difference, as scipy does.
    fn pairs(&self, corrects: bool) -> impl Iterator<Item = (f64, f64)> {
        let all = self.totals.0 + self.totals.1;
        let corrects = corrects && self.cells.len() == 2;
        self.cells.iter().flat_map(move |(before, now)| {
            [(*before, self.totals.0), (*now, self.totals.1)].map(|(observed, total)| {
                let expected = (before + now) * total / all;
                let half = if corrects { (expected - observed).clamp(-0.5, 0.5) } else { 0.0 };
                (observed + half, expected)
            })
        })
    }

    fn chi_square(&self, corrects: bool) -> f64 {
        self.pairs(corrects).map(|(observed, expected)| (observed - expected).powi(2) / expected).sum()
    }

    fn degrees(&self) -> f64 {
        self.cells.len() as f64 - 1.0
    }
}

fn upper_tail(statistic: f64, freedom: f64) -> Result<f64, Reason> {
    let distribution = ChiSquared::new(freedom).map_err(|_| Reason::Constant)?;
    Ok(if statistic > 0.0 { distribution.sf(statistic).clamp(0.0, 1.0) } else { 1.0 })
}

pub(super) fn chi_square(measured: &Measured<'_>) -> Result<f64, Reason> {
    Ok(Contingency::new(measured, true)?.chi_square(true))
}

pub(super) fn chi_square_p(measured: &Measured<'_>) -> Result<f64, Reason> {
    let table = Contingency::new(measured, true)?;
    upper_tail(table.chi_square(true), table.degrees())
}

/// 2 sum O ln (O / E).
fn g_of(table: &Contingency) -> f64 {
    let part = |(observed, expected): (f64, f64)| if observed > 0.0 { observed * (observed / expected).ln() } else { 0.0 };
    (2.0 * table.pairs(true).map(part).sum::<f64>()).max(0.0)
}

pub(super) fn g_test(measured: &Measured<'_>) -> Result<f64, Reason> {
    Ok(g_of(&Contingency::new(measured, true)?))
}

pub(super) fn g_test_p(measured: &Measured<'_>) -> Result<f64, Reason> {
    let table = Contingency::new(measured, true)?;
    upper_tail(g_of(&table), table.degrees())
}

/// Bergsma (2013): the bias of phi squared and of the table's size taken off.
pub(super) fn cramers_v(measured: &Measured<'_>) -> Result<f64, Reason> {
    let table = Contingency::new(measured, false)?;
    let n = table.totals.0 + table.totals.1;
    let (rows, columns) = (2.0, table.cells.len() as f64);
    let phi = (table.chi_square(false) / n - (rows - 1.0) * (columns - 1.0) / (n - 1.0)).max(0.0);
    let corrected = |size: f64| size - (size - 1.0).powi(2) / (n - 1.0);
    let least = corrected(rows).min(corrected(columns)) - 1.0;
    if least > 0.0 { Ok((phi / least).sqrt()) } else { Err(Reason::Constant) }
}

/// Fisher's exact test of two cells.
pub(super) fn fisher_exact_p(measured: &Measured<'_>) -> Result<f64, Reason> {
    measured.shares()?;
    let [one, other] = measured.cells.cells.as_slice() else { return Err(Reason::Constant) };
    Ok(fisher([[one.rows.0, one.rows.1], [other.rows.0, other.rows.1]]))
}

/// The probability of all tables with the sums of this one that are no likelier, walking away from the likeliest: terms fall on both
/// sides of it, so that the walk ends where they vanish.
fn fisher([[a, b], [c, d]]: [[u64; 2]; 2]) -> f64 {
    /// scipy takes a table as no likelier up to rounding.
    const ROUNDING: f64 = 1.0 + 1e-7;
    /// What is a smaller share of the likeliest term changes no digit.
    const VANISHED: f64 = 1e-20;
    let (row, other_row, column) = (a + b, c + d, a + c);
    let choose = |n: u64, k: u64| ln_gamma(n as f64 + 1.0) - ln_gamma(k as f64 + 1.0) - ln_gamma((n - k) as f64 + 1.0);
    let logarithm = |k: u64| choose(row, k) + choose(other_row, column - k);
    let (least, most) = (column.saturating_sub(other_row), row.min(column));
    let expected = u128::from(row) * u128::from(column) / u128::from((row + other_row).max(1));
    let likeliest = u64::try_from(expected).unwrap_or(least).clamp(least, most);
    let here = (logarithm(a) - logarithm(likeliest)).exp();
    // The term of the next table up, as a multiple of this one's.
    let next = |k: u64| {
        let (gained, lost) = ((row - k) as f64 * (column - k) as f64, (k + 1) as f64 * (other_row + k + 1 - column) as f64);
        gained / lost
    };
    let (mut all, mut no_likelier) = (0.0, 0.0);
    let mut add = |term: f64| {
        all += term;
        no_likelier += if term <= here * ROUNDING { term } else { 0.0 };
        term > VANISHED
    };
    let mut term = 1.0;
    let mut k = likeliest;
    while add(term) && k < most {
        term *= next(k);
        k += 1;
    }
    (term, k) = (1.0, likeliest);
    while k > least {
        k -= 1;
        term /= next(k);
        if !add(term) {
            break;
        }
    }
    // A table beyond the end of the walk is at least as likely as itself.
    (no_likelier.max(here) / all).clamp(0.0, 1.0)
}

/// Welch's statistic of two means, by the effective numbers of rows.
pub(super) fn mean_shift(measured: &Measured<'_>) -> Result<f64, Reason> {
    let numbers = measured.numbers()?;
    let (means, deviations) = numbers.means.zip(numbers.deviations).ok_or(Reason::NotKept)?;
    if numbers.n.0 < 2.0 || numbers.n.1 < 2.0 {
        return Err(Reason::TooFew);
    }
    let error = (deviations.0 * deviations.0 / (numbers.n.0 - 1.0) + deviations.1 * deviations.1 / (numbers.n.1 - 1.0)).sqrt();
    if error > 0.0 { Ok((means.1 - means.0) / error) } else { Err(Reason::Constant) }
}

pub(super) fn mean_shift_p(measured: &Measured<'_>) -> Result<f64, Reason> {
    // statrs' own tail is right to eleven digits alone.
    Ok(libm::erfc(mean_shift(measured)?.abs() / std::f64::consts::SQRT_2).min(1.0))
}

/// The largest distance of the two distributions at an edge.
pub(super) fn kolmogorov_smirnov(measured: &Measured<'_>) -> Result<f64, Reason> {
    Ok(measured.numbers()?.cumulative().map(|(_, (before, now))| (before - now).abs()).fold(0.0, f64::max).min(1.0))
}

/// The largest distance that there can be between edges: all of one side's rows of a bin come before all of the other's.
pub(super) fn kolmogorov_smirnov_bound(measured: &Measured<'_>) -> Result<f64, Reason> {
    let within = |((before, now), (before_end, now_end)): ((f64, f64), (f64, f64))| (before_end - now).max(now_end - before);
    Ok(measured.numbers()?.cumulative().map(within).fold(0.0, f64::max).min(1.0))
}

/// The limiting distribution of sqrt(n m / (n + m)) D (Kolmogorov 1933). D from bins is at most the true one, so that p is
/// too large rather than too small.
pub(super) fn kolmogorov_smirnov_p(measured: &Measured<'_>) -> Result<f64, Reason> {
    let n = measured.numbers()?.n;
    Ok(kolmogorov(kolmogorov_smirnov(measured)? * (n.0 * n.1 / (n.0 + n.1)).sqrt()))
}

/// The probability that the supremum of a Brownian bridge exceeds `x`.
fn kolmogorov(x: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    if x < 1.0 {
        // The series for small arguments, where the other one converges slowly.
        let factor = (2.0 * std::f64::consts::PI).sqrt() / x;
        let term = |k: u32| (-(f64::from(2 * k - 1) * std::f64::consts::PI / x).powi(2) / 8.0).exp();
        return (1.0 - factor * (1..=20).map(term).sum::<f64>()).clamp(0.0, 1.0);
    }
    let term = |k: i32| if k % 2 == 1 { 2.0 } else { -2.0 } * (-2.0 * (f64::from(k) * x).powi(2)).exp();
    (1..=20).map(term).sum::<f64>().clamp(0.0, 1.0)
}

/// The integral of |F - G| with every bin's values at its center; never less than the distance of the means, which is exact.
pub(super) fn wasserstein(measured: &Measured<'_>) -> Result<f64, Reason> {
    let numbers = measured.numbers()?;
    let gaps = numbers.centers.windows(2).map(|pair| pair[1] - pair[0]);
    let distances = numbers.cumulative().map(|(_, (before, now))| (before - now).abs());
    let binned: f64 = distances.zip(gaps).map(|(distance, gap)| distance * gap).sum();
    let means = numbers.means.map_or(0.0, |(before, now)| (now - before).abs());
    Ok(binned.max(means))
}

pub(super) fn wasserstein_scaled(measured: &Measured<'_>) -> Result<f64, Reason> {
    let deviation = measured.numbers()?.deviation.filter(|deviation| *deviation > 0.0).ok_or(Reason::Constant)?;
    Ok(wasserstein(measured)? / deviation)
}

/// |F - G| at a point has the standard error sqrt(F (1 - F) (1/n + 1/m)); its 95 % point, integrated as if the distances at
/// all points were largest together, is not exceeded by the integral.
pub(super) fn wasserstein_floor(measured: &Measured<'_>) -> Option<f64> {
    let numbers = measured.numbers().ok()?;
    let deviation = numbers.deviation.filter(|deviation| *deviation > 0.0)?;
    let all = numbers.n.0 + numbers.n.1;
    let pooled = |(before, now): (f64, f64)| (before * numbers.n.0 + now * numbers.n.1) / all;
    let spread = |share: f64| (share * (1.0 - share)).max(0.0).sqrt();
    let gaps = numbers.centers.windows(2).map(|pair| pair[1] - pair[0]);
    let integral: f64 =
        numbers.cumulative().map(|(_, end)| spread(pooled(end))).zip(gaps).map(|(spread, gap)| spread * gap).sum();
    Some(Z * integral * (1.0 / numbers.n.0 + 1.0 / numbers.n.1).sqrt() / deviation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fisher_s_test_is_scipy_s() {
        // scipy.stats.fisher_exact(table).pvalue
        for (table, expected) in [
            ([[8, 2], [1, 5]], 0.034_965_034_965_034_97),
            ([[0, 0], [3, 4]], 1.0),
            ([[10, 0], [0, 10]], 1.082_508_822_446_903e-5),
            ([[5_000, 4_800], [5_000, 5_200]], 0.004_878_795_768_906_845),
        ] {
            let found = fisher(table);
            assert!((found - expected).abs() < 1e-9 * expected.max(1e-3), "{table:?}: {found} is not {expected}");
        }
        // Millions of rows take no longer than thousands.
        assert!(fisher([[3_000_000, 3_010_000], [4_000_000, 3_990_000]]) < 1e-6);
    }

    #[test]
    fn kolmogorovs_distribution_is_scipys() {
        // scipy.special.kolmogorov
        for (x, expected) in [
            (0.3, 0.999_990_694_198_665_3),
            (0.8, 0.544_142_411_574_198_1),
            (1.0, 0.269_999_671_677_354_6),
            (1.36, 0.049_485_876_755_377_876),
            (3.0, 3.045_995_948_942_526e-8),
        ] {
            let found = kolmogorov(x);
            assert!((found - expected).abs() < 1e-10, "{x}: {found} is not {expected}");
        }
        assert!(kolmogorov(0.0) >= 1.0 && kolmogorov(50.0) <= 0.0);
    }
}
