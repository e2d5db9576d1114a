//! How the values of each column are spread: histograms whose edges and levels stay what the first release made them.

mod stored;

use std::collections::BTreeMap;

use crate::{Fixed, LossMoments, Slice, Tally};

pub(crate) use stored::{StoredFeatures, Unusable};

/// The fewest rows of a level that is stored under its own name, and of a bin at the release that sets its edges. What
/// fewer rows say is as private as a row.
pub const RARE: u64 = 11;

/// The most levels of a category that are stored under their own names: the most frequent ones.
pub const MOST_LEVELS: usize = 50;

/// The most bins that a column of numbers is cut into; a fourth of their edges are deciles.
pub const MOST_BINS: usize = 40;

/// Numbers of at most this many distinct values have a bin for each of them.
pub const FEW_VALUES: usize = 20;

/// The fewest rows of a slice whose columns are stored and compared: fewer never show a drift that matters.
pub const FEWEST_IN_SLICE: u64 = 100;

/// What a histogram is about. Roles come before columns, because a label may have another name in the next release.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum FeatureId {
    /// The label.
    Label,
    /// The predicted class.
    Prediction,
    /// The predicted score.
    Score,
    /// A column without one of these roles.
    Column(String),
}

impl FeatureId {
    /// The name for people: the column's, or that of the role.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Label => "label",
            Self::Prediction => "prediction",
            Self::Score => "score",
            Self::Column(name) => name,
        }
    }
}

/// Which rows were counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Those that the model learned from.
    Train,
    /// Those that it was evaluated on.
    Test,
}

impl Part {
    /// The stable name.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Test => "test",
        }
    }

    /// Looks a stable name up.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Train, Self::Test].into_iter().find(|part| part.id() == name)
    }
}

/// Why a column has no histogram.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftOut {
    /// Nearly every row has a value of its own, as ids and free texts do.
    NamesRows,
    /// It has too many different texts to tell the frequent ones in memory of a fixed size.
    ManyTexts,
    /// It holds personal data.
    Personal,
}

/// How the values of a column become bins.
#[derive(Debug, Clone, PartialEq)]
pub enum FeatureKind {
    /// Numbers between frozen edges.
    Number(NumberBins),
    /// Texts: these levels, sorted, and a rest of rare and unknown ones.
    Category {
        /// The levels that are stored under their own names.
        levels: Vec<String>,
    },
}

/// The frozen cuts of a column of numbers: `k` edges make `k + 1` bins, each closed below and open above.
#[derive(Debug, Clone, PartialEq)]
pub struct NumberBins {
    edges: Vec<f64>,
    centers: Vec<f64>,
    coarse: Vec<usize>,
}

impl Default for NumberBins {
    /// One bin for every number.
    fn default() -> Self {
        Self { edges: Vec::new(), centers: vec![0.0], coarse: Vec::new() }
    }
}

impl NumberBins {
    /// Bins from their parts: increasing finite edges, the mean of the values that each bin had at the release that set
    /// them, and which edges (positions, increasing) are those of the coarse bins that shares are compared in. `None`
    /// where the parts do not fit.
    #[must_use]
    pub fn new(edges: Vec<f64>, centers: Vec<f64>, coarse: Vec<usize>) -> Option<Self> {
        let increasing = edges.windows(2).all(|pair| pair[0] < pair[1]) && edges.iter().all(|edge| edge.is_finite());
        let centered = centers.len() == edges.len() + 1 && centers.iter().all(|center| center.is_finite());
        let ordered = centers.windows(2).all(|pair| pair[0] <= pair[1]);
        let chosen = coarse.windows(2).all(|pair| pair[0] < pair[1]) && coarse.iter().all(|place| *place < edges.len());
        (increasing && centered && ordered && chosen).then_some(Self { edges, centers, coarse })
    }

    /// The edges.
    #[must_use]
    pub fn edges(&self) -> &[f64] {
        &self.edges
    }

    /// The mean value of each bin, at the release that set the edges.
    #[must_use]
    pub fn centers(&self) -> &[f64] {
        &self.centers
    }

    /// The edges between coarse bins: deciles, or every edge where there are few values.
    #[must_use]
    pub fn coarse(&self) -> &[usize] {
        &self.coarse
    }

    /// The bin of a number that is not NaN.
    #[must_use]
    pub fn bin(&self, number: f64) -> usize {
        self.edges.partition_point(|edge| *edge <= number)
    }

    /// What sums are taken of: the distance from a middle edge, in units of a power of two near the spread of the edges, so
    /// that fixed-point sums of squares neither overflow nor lose their digits.
    fn frame(&self) -> (f64, f64) {
        let middle = self.edges.get(self.edges.len() / 2).copied().unwrap_or(0.0);
        let spread = match (self.edges.first(), self.edges.last()) {
            (Some(first), Some(last)) if last > first => last - first,
            _ => middle.abs(),
        };
        let exponent = if spread > 0.0 && spread.is_finite() { libm::frexp(spread).1 } else { 0 };
        (middle, libm::ldexp(1.0, exponent.clamp(-1000, 1000)))
    }
}

impl FeatureKind {
    /// The number of bins, without those of the rest and of missing values.
    #[must_use]
    pub fn bins(&self) -> usize {
        match self {
            Self::Number(bins) => bins.centers.len(),
            Self::Category { levels } => levels.len(),
        }
    }
}

/// Sums of finite numbers, from which mean and standard deviation follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FeatureMoments {
    /// The sum of weights.
    weight: Fixed,
    /// The sum of weight times framed value.
    sum: Fixed,
    /// The sum of weight times squared framed value.
    squares: Fixed,
}

/// The errors of a regression on the rows of one bin of its predictions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BinErrors {
    /// The rows with a label.
    pub rows: Tally,
    /// The error's size.
    pub absolute: LossMoments,
    /// Its square.
    pub squared: LossMoments,
}

impl BinErrors {
    /// Adds one row; `error` is label minus prediction.
    pub fn add_row(&mut self, error: f64, weight: f64) {
        self.rows.add_row(weight);
        self.absolute.add_row(error.abs(), weight);
        self.squared.add_row(error * error, weight);
    }

    /// Adds other rows.
    pub fn merge(&mut self, other: &Self) {
        self.rows.merge(&other.rows);
        self.absolute.merge(&other.absolute);
        self.squared.merge(&other.squared);
    }
}

/// The counts of one column in some rows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FeatureHistogram {
    /// Rows by bin or level.
    pub bins: Vec<Tally>,
    /// Rows whose text is no known level, or is no number where numbers are expected.
    pub rest: Tally,
    /// Rows without a value; NaN is none.
    pub missing: Tally,
    /// Sums of the numbers; zero for categories, and where they were not asked for.
    pub moments: FeatureMoments,
    /// Of predictions of evaluated rows of a regression, the errors by bin, over all rows alone; empty otherwise.
    pub errors: Vec<BinErrors>,
}

impl FeatureHistogram {
    /// No rows yet.
    #[must_use]
    pub fn new(kind: &FeatureKind) -> Self {
        Self { bins: vec![Tally::default(); kind.bins()], ..Self::default() }
    }

    /// All rows together.
    #[must_use]
    pub fn total(&self) -> Tally {
        let mut total = Tally::default();
        for tally in self.bins.iter().chain([&self.rest, &self.missing]) {
            total.merge(tally);
        }
        total
    }

    /// Adds finite numbers with their weights to the sums.
    pub fn add_moments(&mut self, bins: &NumberBins, numbers: impl IntoIterator<Item = (f64, f64)>) {
        let (middle, unit) = bins.frame();
        for (number, weight) in numbers {
            let framed = (number - middle) / unit;
            self.moments.weight += Fixed::from_f64(weight);
            self.moments.sum += Fixed::from_f64(weight * framed);
            self.moments.squares += Fixed::from_f64(weight * framed * framed);
        }
    }

    /// The mean and the standard deviation (of the population, without a correction) of the finite numbers; `None` without
    /// any.
    #[must_use]
    pub fn mean_and_deviation(&self, bins: &NumberBins) -> Option<(f64, f64)> {
        let (middle, unit) = bins.frame();
        let FeatureMoments { weight, sum, squares } = self.moments;
        let (weight, sum, squares) = (weight.to_f64(), sum.to_f64(), squares.to_f64());
        if weight <= 0.0 {
            return None;
        }
        let mean = sum / weight;
        let variance = (squares / weight - mean * mean).max(0.0);
        Some((middle + unit * mean, unit * variance.sqrt()))
    }

    /// Adds the counts of other rows over the same bins.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.bins.iter_mut().zip(&other.bins) {
            mine.merge(theirs);
        }
        self.rest.merge(&other.rest);
        self.missing.merge(&other.missing);
        self.moments.weight += other.moments.weight;
        self.moments.sum += other.moments.sum;
        self.moments.squares += other.moments.squares;
        if self.errors.len() < other.errors.len() {
            self.errors.resize_with(other.errors.len(), BinErrors::default);
        }
        for (mine, theirs) in self.errors.iter_mut().zip(&other.errors) {
            mine.merge(theirs);
        }
    }
}

/// The histograms of one column.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureColumn {
    /// How values become bins.
    pub kind: FeatureKind,
    /// The counts, of all rows of a part and of those of its slices that were asked for.
    pub histograms: BTreeMap<(Part, Slice), FeatureHistogram>,
}

/// The histograms of all columns. Tables whose columns have the same bins add up.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FeatureTable {
    /// By what they are about.
    pub columns: BTreeMap<FeatureId, FeatureColumn>,
    /// The columns that have none, and why.
    pub left_out: BTreeMap<String, LeftOut>,
}

/// Two tables cut the same column differently and cannot be added.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the values of {:?} are cut at other edges or into other levels", .0.name())]
pub struct FeatureMergeError(pub FeatureId);

impl FeatureTable {
    /// Adds the rows of another table; nothing is added where a column does not fit.
    pub fn merge(&mut self, other: &Self) -> Result<(), FeatureMergeError> {
        for (id, column) in &other.columns {
            if self.columns.get(id).is_some_and(|known| known.kind != column.kind) {
                return Err(FeatureMergeError(id.clone()));
            }
        }
        for (id, column) in &other.columns {
            let known = self.columns.entry(id.clone());
            let mine = known.or_insert_with(|| FeatureColumn { kind: column.kind.clone(), histograms: BTreeMap::new() });
            for (key, histogram) in &column.histograms {
                mine.histograms.entry(key.clone()).or_insert_with(|| FeatureHistogram::new(&column.kind)).merge(histogram);
            }
        }
        self.left_out.extend(other.left_out.iter().map(|(name, why)| (name.clone(), *why)));
        Ok(())
    }

    /// The same without slices of few rows. Shards are added up before, because each has only some of a slice's rows.
    #[must_use]
    pub fn without_small_slices(mut self) -> Self {
        for column in self.columns.values_mut() {
            column.histograms.retain(|(_, slice), histogram| slice.is_overall() || histogram.total().rows >= FEWEST_IN_SLICE);
        }
        self
    }

    /// Takes the counts in the slices of an axis out.
    #[must_use]
    pub fn split_off(&mut self, axis: &str) -> Self {
        let mut taken = Self::default();
        for (id, column) in &mut self.columns {
            let all = std::mem::take(&mut column.histograms);
            let (of_axis, others) = all.into_iter().partition(|((_, slice), _)| slice.axes().any(|name| name == axis));
            column.histograms = others;
            taken.columns.insert(id.clone(), FeatureColumn { kind: column.kind.clone(), histograms: of_axis });
        }
        taken
    }

    /// The counts of one column in all rows of a part, or in a slice of it.
    #[must_use]
    pub fn histogram(&self, id: &FeatureId, part: Part, slice: &Slice) -> Option<&FeatureHistogram> {
        self.columns.get(id)?.histograms.get(&(part, slice.clone()))
    }

    /// Whether any rows of a part were counted.
    #[must_use]
    pub fn has(&self, part: Part) -> bool {
        self.columns.values().any(|column| column.histograms.keys().any(|(counted, _)| *counted == part))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn bins() -> NumberBins {
        NumberBins::new(vec![10.0, 20.0], vec![5.0, 15.0, 25.0], vec![0, 1]).unwrap()
    }

    fn table(numbers: &[f64], weight: f64) -> FeatureTable {
        let kind = FeatureKind::Number(bins());
        let mut histogram = FeatureHistogram::new(&kind);
        for number in numbers {
            histogram.bins[bins().bin(*number)].add_row(weight);
        }
        histogram.add_moments(&bins(), numbers.iter().map(|number| (*number, weight)));
        let histograms = BTreeMap::from([((Part::Test, Slice::overall()), histogram)]);
        FeatureTable {
            columns: BTreeMap::from([(FeatureId::Column("age".into()), FeatureColumn { kind, histograms })]),
            left_out: BTreeMap::new(),
        }
    }

    #[test]
    fn bins_are_closed_below_and_parts_that_do_not_fit_are_refused() {
        assert_eq!([9.9, 10.0, 19.0, 20.0, f64::INFINITY].map(|number| bins().bin(number)), [0, 1, 1, 2, 2]);
        assert_eq!(NumberBins::new(vec![2.0, 1.0], vec![0.0; 3], vec![]), None);
        assert_eq!(NumberBins::new(vec![1.0], vec![0.0], vec![]), None);
        assert_eq!(NumberBins::new(vec![1.0], vec![0.0, 1.0], vec![1]), None);
        assert_eq!(NumberBins::new(vec![f64::NAN], vec![0.0, 1.0], vec![0]), None);
    }

    #[test]
    fn tables_add_up_in_any_order_and_only_where_their_bins_agree() {
        let parts = [table(&[1.0, 12.5], 1.0), table(&[33.0], 0.37), table(&[19.0, 19.1], 1.0)];
        let sum = |order: [usize; 3]| {
            let mut sum = FeatureTable::default();
            for part in order {
                sum.merge(&parts[part]).unwrap();
            }
            sum
        };
        assert_eq!(sum([0, 1, 2]), sum([2, 1, 0]));
        let mut nested = parts[1].clone();
        nested.merge(&parts[2]).unwrap();
        let mut outer = parts[0].clone();
        outer.merge(&nested).unwrap();
        assert_eq!(outer, sum([0, 1, 2]));
        let mut other = table(&[1.0], 1.0);
        other.columns.values_mut().for_each(|column| column.kind = FeatureKind::Category { levels: vec![] });
        let before = outer.clone();
        assert_eq!(outer.merge(&other), Err(FeatureMergeError(FeatureId::Column("age".into()))));
        assert_eq!(outer, before);
    }

    #[test]
    fn mean_and_deviation_are_those_of_the_numbers() {
        let numbers = [1e9 + 1.0, 1e9 + 2.0, 1e9 + 4.0];
        let bins = NumberBins::new(vec![1e9, 1e9 + 3.0], vec![1e9; 3], vec![]).unwrap();
        let mut histogram = FeatureHistogram::new(&FeatureKind::Number(bins.clone()));
        histogram.add_moments(&bins, numbers.map(|number| (number, 1.0)));
        let (mean, deviation) = histogram.mean_and_deviation(&bins).unwrap();
        assert!((mean - (1e9 + 7.0 / 3.0)).abs() < 1e-6, "{mean}");
        assert!((deviation - 1.247_219_128_924_647).abs() < 1e-9, "{deviation}");
        assert_eq!(FeatureHistogram::default().mean_and_deviation(&bins), None);
    }
}
