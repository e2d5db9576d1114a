//! The statistics of drift, a row each: from it code, `list statistics`, `explain` and the docs read.

use std::fmt;

use super::{Measured, boschloo, statistics};
use crate::Reason;

/// A statistic of the catalogue; ordered as the catalogue is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatisticId(u16);

/// One row of the catalogue.
pub struct DriftStatistic {
    /// The id.
    pub id: &'static str,
    /// A title for people.
    pub title: &'static str,
    /// The formula: p and q are the shares of a cell before and now, n and m the rows of both sides, F and G the
    /// distributions of numbers.
    pub formula: &'static str,
    /// The smallest and the largest value.
    pub range: (f64, f64),
    /// Whether it is meant for columns of numbers only.
    pub numbers_only: bool,
    /// When it is undefined.
    pub undefined_when: &'static str,
    /// The function that gives the same number.
    pub reference: &'static str,
    pub(crate) value: fn(&Measured<'_>) -> Result<f64, Reason>,
    pub(crate) floor: Option<fn(&Measured<'_>) -> Option<f64>>,
}

impl fmt::Debug for DriftStatistic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

const EMPTY: &str = "one side has no rows";
const EMPTY_NUMBERS: &str = "one side has no numbers";
const ONE_CELL: &str = "one side has no rows, or fewer than two cells are left";

/// Every statistic, in the order in which they are listed.
pub const DRIFT_STATISTICS: &[DriftStatistic] = &[
    DriftStatistic {
        id: "population_stability_index",
        title: "Population stability index (PSI)",
        formula: "sum (q - p) ln(q / p) over levels, or deciles of numbers; where a cell is empty on one side, 0.5 rows are added to every cell of both",
        range: (0.0, f64::INFINITY),
        numbers_only: false,
        undefined_when: EMPTY,
        reference: "numpy: sum((q - p) * log(q / p))",
        value: statistics::stability,
        floor: Some(statistics::stability_floor),
    },
    DriftStatistic {
        id: "population_stability_index_p",
        title: "p-value of the population stability index",
        formula: "PSI / (1/n + 1/m) is chi-square with B - 1 degrees of freedom where both sides are alike (Yurdakul 2018)",
        range: (0.0, 1.0),
        numbers_only: false,
        undefined_when: ONE_CELL,
        reference: "scipy.stats.chi2.sf(psi / (1 / n + 1 / m), B - 1)",
        value: statistics::stability_p,
        floor: None,
    },
    DriftStatistic {
        id: "jensen_shannon_distance",
        title: "Jensen-Shannon distance, base 2",
        formula: "sqrt((KL(p, m) + KL(q, m)) / 2) in bits, with m = (p + q) / 2",
        range: (0.0, 1.0),
        numbers_only: false,
        undefined_when: EMPTY,
        reference: "scipy.spatial.distance.jensenshannon(p, q, base=2)",
        value: statistics::jensen_shannon,
        floor: Some(statistics::jensen_shannon_floor),
    },
    DriftStatistic {
        id: "hellinger_distance",
        title: "Hellinger distance",
        formula: "sqrt(sum (sqrt p - sqrt q)^2 / 2) = sqrt(1 - sum sqrt(p q))",
        range: (0.0, 1.0),
        numbers_only: false,
        undefined_when: EMPTY,
        reference: "numpy: sqrt(1 - sum(sqrt(p * q)))",
        value: statistics::hellinger,
        floor: None,
    },
    DriftStatistic {
        id: "linfinity_distance",
        title: "L-infinity distance",
        formula: "max |p - q|",
        range: (0.0, 1.0),
        numbers_only: false,
        undefined_when: EMPTY,
        reference: "scipy.spatial.distance.chebyshev(p, q)",
        value: statistics::linfinity,
        floor: None,
    },
    DriftStatistic {
        id: "total_variation_distance",
        title: "Total variation distance",
        formula: "sum |p - q| / 2",
        range: (0.0, 1.0),
        numbers_only: false,
        undefined_when: EMPTY,
        reference: "scipy.spatial.distance.cityblock(p, q) / 2",
        value: statistics::total_variation,
        floor: None,
    },
    DriftStatistic {
        id: "chi_square",
        title: "Chi-square statistic of homogeneity",
        formula: "sum (O - E)^2 / E over both sides; cells that expect fewer than 5 rows are put together, and with two cells left Yates' half is taken off",
        range: (0.0, f64::INFINITY),
        numbers_only: false,
        undefined_when: ONE_CELL,
        reference: "scipy.stats.chi2_contingency",
        value: statistics::chi_square,
        floor: None,
    },
    DriftStatistic {
        id: "chi_square_p",
        title: "p-value of the chi-square test",
        formula: "upper tail of chi-square with cells - 1 degrees of freedom",
        range: (0.0, 1.0),
        numbers_only: false,
        undefined_when: ONE_CELL,
        reference: "scipy.stats.chi2_contingency",
        value: statistics::chi_square_p,
        floor: None,
    },
    DriftStatistic {
        id: "g_test",
        title: "G statistic (log-likelihood ratio)",
        formula: "2 sum O ln(O / E), over the cells of the chi-square test",
        range: (0.0, f64::INFINITY),
        numbers_only: false,
        undefined_when: ONE_CELL,
        reference: "scipy.stats.chi2_contingency(lambda_=\"log-likelihood\")",
        value: statistics::g_test,
        floor: None,
    },
    DriftStatistic {
        id: "g_test_p",
        title: "p-value of the G test",
        formula: "upper tail of chi-square with cells - 1 degrees of freedom",
        range: (0.0, 1.0),
        numbers_only: false,
        undefined_when: ONE_CELL,
        reference: "scipy.stats.chi2_contingency(lambda_=\"log-likelihood\")",
        value: statistics::g_test_p,
        floor: None,
    },
    DriftStatistic {
        id: "cramers_v",
        title: "Cramér's V, corrected for bias",
        formula: "sqrt(phi2 / min(r - 1, k - 1)) with phi2, r and k corrected (Bergsma 2013); no cells are put together",
        range: (0.0, 1.0),
        numbers_only: false,
        undefined_when: ONE_CELL,
        reference: "the formula of Bergsma (2013) on scipy.stats.chi2_contingency(correction=False)",
        value: statistics::cramers_v,
        floor: None,
    },
    DriftStatistic {
        id: "kolmogorov_smirnov",
        title: "Kolmogorov-Smirnov distance at the edges",
        formula: "max |F - G| over the edges of at most 40 bins; the true distance is at least this",
        range: (0.0, 1.0),
        numbers_only: true,
        undefined_when: EMPTY_NUMBERS,
        reference: "numpy: max(abs(cumsum(p) - cumsum(q)))",
        value: statistics::kolmogorov_smirnov,
        floor: None,
    },
    DriftStatistic {
        id: "kolmogorov_smirnov_bound",
        title: "The most that the Kolmogorov-Smirnov distance can be",
        formula: "max over bins of F at its end minus G at its start, and the other way round",
        range: (0.0, 1.0),
        numbers_only: true,
        undefined_when: EMPTY_NUMBERS,
        reference: "numpy, and scipy.stats.ks_2samp on the rows lies between both",
        value: statistics::kolmogorov_smirnov_bound,
        floor: None,
    },
    DriftStatistic {
        id: "kolmogorov_smirnov_p",
        title: "p-value of the Kolmogorov-Smirnov test, at most too large",
        formula: "Kolmogorov's limiting distribution at sqrt(n m / (n + m)) times the distance at the edges",
        range: (0.0, 1.0),
        numbers_only: true,
        undefined_when: EMPTY_NUMBERS,
        reference: "scipy.special.kolmogorov",
        value: statistics::kolmogorov_smirnov_p,
        floor: None,
    },
    DriftStatistic {
        id: "wasserstein_distance",
        title: "Wasserstein-1 distance",
        formula: "integral |F - G|, the values of a bin standing at the mean that they had when its edges were set; at least the distance of the means",
        range: (0.0, f64::INFINITY),
        numbers_only: true,
        undefined_when: EMPTY_NUMBERS,
        reference: "scipy.stats.wasserstein_distance(centers, centers, p, q)",
        value: statistics::wasserstein,
        floor: None,
    },
    DriftStatistic {
        id: "wasserstein_per_deviation",
        title: "Wasserstein-1 distance in standard deviations of the earlier rows",
        formula: "Wasserstein-1 distance / standard deviation of all earlier rows",
        range: (0.0, f64::INFINITY),
        numbers_only: true,
        undefined_when: "one side has no numbers, or the earlier ones do not vary",
        reference: "scipy.stats.wasserstein_distance(centers, centers, p, q) / sd",
        value: statistics::wasserstein_scaled,
        floor: Some(statistics::wasserstein_floor),
    },
    DriftStatistic {
        id: "fisher_exact_p",
        title: "p-value of Fisher's exact test",
        formula: "the probability of all tables of two cells with these sums that are no likelier than this one; of rows, whatever their weights",
        range: (0.0, 1.0),
        numbers_only: false,
        undefined_when: "one side has no rows, or there are not two cells",
        reference: "scipy.stats.fisher_exact(table).pvalue",
        value: statistics::fisher_exact_p,
        floor: None,
    },
    DriftStatistic {
        id: "boschloo_exact_p",
        title: "p-value of Boschloo's exact test",
        formula: "twice the smaller of both one-sided p-values: the largest probability, whatever share both sides have, of a table with a one-sided p-value of Fisher's test that is no larger (Boschloo 1970); of rows, whatever their weights",
        range: (0.0, 1.0),
        numbers_only: false,
        undefined_when: "one side has no rows, there are not two cells, or both sides have more than 400 rows together",
        reference: "scipy.stats.boschloo_exact(table).pvalue",
        value: boschloo::p,
        floor: None,
    },
    DriftStatistic {
        id: "mean_shift_z",
        title: "Shift of the mean in standard errors",
        formula: "(mean now - mean before) / sqrt(s^2 / n + t^2 / m), with the sample variances s^2 and t^2 of both sides",
        range: (f64::NEG_INFINITY, f64::INFINITY),
        numbers_only: true,
        undefined_when: "one side has fewer than two numbers, or the earlier ones do not vary, in whose units numbers are summed",
        reference: "statsmodels.stats.weightstats.CompareMeans(now, before).ztest_ind(usevar='unequal')[0]",
        value: statistics::mean_shift,
        floor: None,
    },
    DriftStatistic {
        id: "mean_shift_p",
        title: "p-value of the shift of the mean",
        formula: "both tails of the standard normal distribution beyond the shift in standard errors",
        range: (0.0, 1.0),
        numbers_only: true,
        undefined_when: "one side has fewer than two numbers, or the earlier ones do not vary, in whose units numbers are summed",
        reference: "statsmodels.stats.weightstats.CompareMeans(now, before).ztest_ind(usevar='unequal')[1]",
        value: statistics::mean_shift_p,
        floor: None,
    },
];

impl StatisticId {
    /// The population stability index.
    pub const STABILITY: Self = Self(0);
    /// The Jensen-Shannon distance.
    pub const JENSEN_SHANNON: Self = Self(2);
    /// The largest difference of a share.
    pub const LINFINITY: Self = Self(4);
    /// The p-value that decides.
    pub const CHI_SQUARE_P: Self = Self(7);
    /// The Kolmogorov-Smirnov distance at the edges.
    pub const KOLMOGOROV_SMIRNOV: Self = Self(11);
    /// The Wasserstein-1 distance.
    pub const WASSERSTEIN: Self = Self(14);
    /// The Wasserstein-1 distance in standard deviations.
    pub const WASSERSTEIN_SCALED: Self = Self(15);

    /// Looks an id up, exactly as written in the catalogue.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        let position = DRIFT_STATISTICS.iter().position(|statistic| statistic.id == id)?;
        u16::try_from(position).ok().map(Self)
    }

    /// Every statistic, in the order of the catalogue.
    pub fn all() -> impl Iterator<Item = Self> {
        (0_u16..).zip(DRIFT_STATISTICS).map(|(position, _)| Self(position))
    }

    /// The catalogue's row.
    #[must_use]
    pub fn statistic(self) -> &'static DriftStatistic {
        // An id is only ever made from a position of the table.
        DRIFT_STATISTICS.get(usize::from(self.0)).unwrap_or(&DRIFT_STATISTICS[0])
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.statistic().id
    }
}

impl fmt::Display for StatisticId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_constant_names_its_own_row() {
        for (id, name) in [
            (StatisticId::STABILITY, "population_stability_index"),
            (StatisticId::JENSEN_SHANNON, "jensen_shannon_distance"),
            (StatisticId::LINFINITY, "linfinity_distance"),
            (StatisticId::CHI_SQUARE_P, "chi_square_p"),
            (StatisticId::KOLMOGOROV_SMIRNOV, "kolmogorov_smirnov"),
            (StatisticId::WASSERSTEIN, "wasserstein_distance"),
            (StatisticId::WASSERSTEIN_SCALED, "wasserstein_per_deviation"),
        ] {
            assert_eq!(id.as_str(), name);
        }
        assert!(StatisticId::all().all(|id| StatisticId::parse(id.as_str()) == Some(id)));
    }
}
