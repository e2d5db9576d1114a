//! What is measured of rows that are alike, of when they are from, and of numbers that are far from all others.

use modelgate_cube::Counted;

use super::{DataMetric, DataUnit, What};

const OF_SENSITIVE: &str = "the label where it is a class, and each column of `data.sensitive`, where these have no more than 256 values and `data.quasi_identifiers` are named";
const ALIKE: &str =
    "all rows of the part; of more than 131,072 combinations of quasi-identifiers, those with the smallest hashes";
const DATED: &str = "rows whose `data.time` is a date, or seconds or milliseconds since 1970 (2000 to 2100)";

pub(super) const OUTLIER_RATE: DataMetric = DataMetric {
    id: "outlier_rate",
    title: "Numbers far from all others",
    formula: "rows whose number x is farther from the median m than 8 times the median distance s = MAD / 0.6745, and as far by ln x, or where not all numbers are above zero by arsinh((x - m) / s) / rows with a finite number",
    about: "each column of numbers of which no half of the rows say the same",
    denominator: "rows with a finite number; of more than 16,384 different ones, those with the smallest hashes",
    undefined_when: "no row has one",
    reference: "((x - x.median()).abs() > 8 * scipy.stats.median_abs_deviation(x, scale='normal')).mean()",
    counted: What::One(Counted::Outliers),
    unit: DataUnit::Share,
};

pub(super) const L_DIVERSITY: DataMetric = DataMetric {
    id: "l_diversity",
    title: "Fewest values of rows that are alike",
    formula: "the smallest number of different values among rows that agree in all quasi-identifiers (distinct l-diversity)",
    about: OF_SENSITIVE,
    denominator: ALIKE,
    undefined_when: "there are no rows",
    reference: "frame.groupby(quasi_identifiers, dropna=False)[column].nunique(dropna=False).min()",
    counted: What::Derived,
    unit: DataUnit::Number,
};

pub(super) const ENTROPY_L_DIVERSITY: DataMetric = DataMetric {
    id: "entropy_l_diversity",
    title: "Least entropy of rows that are alike",
    formula: "exp of the smallest entropy of the values among rows that agree in all quasi-identifiers (entropy l-diversity)",
    about: OF_SENSITIVE,
    denominator: ALIKE,
    undefined_when: "there are no rows",
    reference: "exp(min(scipy.stats.entropy(values.value_counts()) for each group))",
    counted: What::Derived,
    unit: DataUnit::Plain,
};

pub(super) const T_CLOSENESS: DataMetric = DataMetric {
    id: "t_closeness",
    title: "Farthest values of rows that are alike",
    formula: "the largest earth mover's distance between the values of rows that agree in all quasi-identifiers and those of all rows, with all values equally far apart (half the sum of differences of shares)",
    about: OF_SENSITIVE,
    denominator: ALIKE,
    undefined_when: "there are no rows",
    reference: "max(abs(p - q).sum() / 2 for each group)",
    counted: What::Derived,
    unit: DataUnit::Plain,
};

pub(super) const AGE_DAYS: DataMetric = DataMetric {
    id: "age_days",
    title: "Age of the latest row",
    formula: "whole days from the latest `data.time` until now (SOURCE_DATE_EPOCH, where that is set); 0 for one in the future",
    about: "whole rows",
    denominator: DATED,
    undefined_when: "there are none",
    reference: "(now - pandas.to_datetime(frame[time], utc=True).max()).days",
    counted: What::Derived,
    unit: DataUnit::Days,
};

pub(super) const LONGEST_GAP_DAYS: DataMetric = DataMetric {
    id: "longest_gap_days",
    title: "Most days in a row without a row",
    formula: "the most days between two rows (UTC) that no row is from",
    about: "whole rows",
    denominator: DATED,
    undefined_when: "there are none",
    reference: "numpy.diff(numpy.unique(days)).max() - 1",
    counted: What::Derived,
    unit: DataUnit::Days,
};
