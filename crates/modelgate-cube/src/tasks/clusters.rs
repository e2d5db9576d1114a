//! Clustering: which clusters the rows of each label fall into, and where the clusters lie.

use std::collections::BTreeMap;

use crate::{Tally, Wide};

/// The moments of the features of one cluster.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClusterMoments {
    /// The sum of weight times feature, by feature.
    pub sums: Vec<Wide>,
    /// The sum of weight times squared feature, by feature.
    pub squares: Vec<Wide>,
    /// The sum of weight times distance to the cluster's center; `None` where the rows were counted in parts, because
    /// the center of a part is not that of the whole.
    pub distances: Option<Wide>,
}

impl ClusterMoments {
    /// No rows yet.
    #[must_use]
    pub fn new(features: usize) -> Self {
        Self { sums: vec![Wide::ZERO; features], squares: vec![Wide::ZERO; features], distances: None }
    }

    /// Adds one row.
    pub fn add_row(&mut self, features: impl Iterator<Item = f64>, weight: f64) {
        for ((sum, square), feature) in self.sums.iter_mut().zip(&mut self.squares).zip(features) {
            *sum += Wide::product(weight, feature);
            *square += Wide::product(weight * feature, feature);
        }
    }

    fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.sums.iter_mut().zip(&other.sums).chain(self.squares.iter_mut().zip(&other.squares)) {
            *mine += *theirs;
        }
        self.distances = None;
    }
}

/// The counts of one slice of a clustering.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClusterCounts {
    /// Rows by cluster and label; without labels, the label is missing.
    pub contingency: BTreeMap<(String, Option<String>), Tally>,
    /// The features' moments by cluster; empty where no features are declared.
    pub moments: BTreeMap<String, ClusterMoments>,
}

impl ClusterCounts {
    /// All rows.
    #[must_use]
    pub fn total(&self) -> Tally {
        let mut total = Tally::default();
        for tally in self.contingency.values() {
            total.merge(tally);
        }
        total
    }

    /// Adds other rows.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (key, tally) in &other.contingency {
            self.contingency.entry(key.clone()).or_default().merge(tally);
        }
        for (cluster, moments) in &other.moments {
            match self.moments.get_mut(cluster) {
                Some(mine) => mine.merge(moments),
                None => {
                    self.moments.insert(cluster.clone(), ClusterMoments { distances: None, ..moments.clone() });
                }
            }
        }
        for moments in self.moments.values_mut() {
            moments.distances = None;
        }
    }

    /// The number of features.
    #[must_use]
    pub fn features(&self) -> usize {
        self.moments.values().next().map_or(0, |moments| moments.sums.len())
    }

    /// How many numbers a replicate has.
    #[must_use]
    pub fn width(&self) -> usize {
        self.contingency.len() + self.moments.len() * (self.features() + 2)
    }

    /// What metrics are functions of. Features are about their mean over all rows.
    #[must_use]
    pub fn sums(&self) -> ClusterSums {
        let center = self.center();
        let mut sums = ClusterSums::empty(self);
        for (slot, tally) in sums.pairs.iter_mut().zip(self.contingency.values()) {
            slot.2 = tally.weight.to_f64();
        }
        for (place, moments) in self.moments.values().enumerate() {
            let weight = sums.weight_of(place);
            let (mut of_features, mut squares) = (Vec::new(), 0.0);
            for ((sum, square), middle) in moments.sums.iter().zip(&moments.squares).zip(&center) {
                let about = *sum - Wide::product(weight, *middle);
                of_features.push(about.to_f64());
                squares += squares_about(*square, *sum, weight, *middle);
            }
            let slot = &mut sums.clusters[place];
            slot.sums = of_features;
            slot.squares = squares.max(0.0);
            slot.distances = moments.distances.map(Wide::to_f64);
        }
        sums
    }

    /// The mean of each feature over all rows.
    #[must_use]
    pub fn center(&self) -> Vec<f64> {
        let weight = self.total().weight.to_f64();
        let mut center = vec![Wide::ZERO; self.features()];
        for moments in self.moments.values() {
            for (slot, sum) in center.iter_mut().zip(&moments.sums) {
                *slot += *sum;
            }
        }
        center.into_iter().map(|sum| if weight > 0.0 { sum.to_f64() / weight } else { 0.0 }).collect()
    }

    /// The mean of each feature over the rows of each cluster.
    #[must_use]
    pub fn centers(&self) -> BTreeMap<&str, Vec<f64>> {
        let weights = ClusterSums::of_clusters(self);
        let means = |moments: &ClusterMoments, weight: f64| {
            moments.sums.iter().map(|sum| if weight > 0.0 { sum.to_f64() / weight } else { 0.0 }).collect::<Vec<_>>()
        };
        let weighed = self.moments.iter().zip(weights);
        weighed.map(|((cluster, moments), weight)| (cluster.as_str(), means(moments, weight))).collect()
    }
}

/// The sum of weight times (x - middle)^2, of exact sums.
fn squares_about(squares: Wide, sum: Wide, weight: f64, middle: f64) -> f64 {
    let times = |number: Wide, factor: f64| {
        let (nearest, rest) = number.to_pair();
        Wide::product(nearest, factor) + Wide::product(rest, factor)
    };
    let once = times(sum, middle);
    (squares - once - once + times(Wide::product(middle, middle), weight)).to_f64()
}

/// The sums of one cluster.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ClusterSum {
    /// The sum of weight times squared distance to the center of all rows.
    pub squares: f64,
    /// The sum of weight times distance to the cluster's own center.
    pub distances: Option<f64>,
    /// The sum of weight times feature about the mean of all rows, by feature.
    pub sums: Vec<f64>,
}

/// The sums that numbers of a clustering are functions of: of observed rows, or one replicate of them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ClusterSums {
    /// The place of a cluster, the place of a label, and the weight of the rows of both.
    pub pairs: Vec<(usize, usize, f64)>,
    /// How many clusters there are.
    pub cluster_count: usize,
    /// How many labels there are.
    pub label_count: usize,
    /// Whether the labels are labels, and not all missing.
    pub labeled: bool,
    /// The names of the clusters, sorted.
    pub cluster_names: Vec<String>,
    /// The clusters' moments, in order of their names; empty where no features are declared.
    pub clusters: Vec<ClusterSum>,
    /// Whether these are drawn and not observed.
    pub drawn: bool,
}

impl ClusterSums {
    /// The shape of a slice's counts, without weights.
    fn empty(counts: &ClusterCounts) -> Self {
        let mut labels: Vec<&Option<String>> = counts.contingency.keys().map(|(_, label)| label).collect();
        labels.sort_unstable();
        labels.dedup();
        let mut clusters: Vec<&String> = counts.contingency.keys().map(|(cluster, _)| cluster).collect();
        clusters.dedup();
        let place = |(cluster, label): &(String, Option<String>)| {
            (clusters.binary_search(&cluster).unwrap_or(0), labels.binary_search(&label).unwrap_or(0), 0.0)
        };
        Self {
            pairs: counts.contingency.keys().map(place).collect(),
            cluster_count: clusters.len(),
            label_count: labels.len(),
            labeled: labels.iter().any(|label| label.is_some()),
            cluster_names: clusters.into_iter().cloned().collect(),
            clusters: vec![ClusterSum::default(); counts.moments.len()],
            drawn: false,
        }
    }

    /// The weight of each cluster.
    fn of_clusters(counts: &ClusterCounts) -> Vec<f64> {
        let mut sums = Self::empty(counts);
        for (slot, tally) in sums.pairs.iter_mut().zip(counts.contingency.values()) {
            slot.2 = tally.weight.to_f64();
        }
        sums.cluster_weights()
    }

    fn weight_of(&self, cluster: usize) -> f64 {
        self.pairs.iter().filter(|(place, ..)| *place == cluster).map(|(.., weight)| weight).sum()
    }

    /// The weight of each cluster.
    #[must_use]
    pub fn cluster_weights(&self) -> Vec<f64> {
        let mut weights = vec![0.0; self.cluster_count];
        for (cluster, _, weight) in &self.pairs {
            weights[*cluster] += weight;
        }
        weights
    }

    /// The weight of each label.
    #[must_use]
    pub fn label_weights(&self) -> Vec<f64> {
        let mut weights = vec![0.0; self.label_count];
        for (_, label, weight) in &self.pairs {
            weights[*label] += weight;
        }
        weights
    }

    /// The sum of all weights.
    #[must_use]
    pub fn weight(&self) -> f64 {
        self.pairs.iter().map(|(.., weight)| weight).sum()
    }

    /// The shape of these sums with the numbers of a replicate: the pairs' weights, then each cluster's squares,
    /// distances and sums. `None` where there is another number of them.
    #[must_use]
    pub fn with_list(&self, list: &[f64]) -> Option<Self> {
        let mut found = Self { drawn: true, ..self.clone() };
        let (weights, mut rest) = list.split_at_checked(self.pairs.len())?;
        for (pair, weight) in found.pairs.iter_mut().zip(weights) {
            pair.2 = *weight;
        }
        for cluster in &mut found.clusters {
            let (own, after) = rest.split_at_checked(2 + cluster.sums.len())?;
            let [squares, distances, sums @ ..] = own else { return None };
            cluster.squares = *squares;
            cluster.distances = cluster.distances.map(|_| *distances);
            cluster.sums.copy_from_slice(sums);
            rest = after;
        }
        rest.is_empty().then_some(found)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::float_cmp, clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn counts(rows: &[(&str, Option<&str>, [f64; 2])]) -> ClusterCounts {
        let mut counts = ClusterCounts::default();
        for (cluster, label, features) in rows {
            let key = ((*cluster).to_owned(), label.map(str::to_owned));
            counts.contingency.entry(key).or_default().add_row(1.0);
            let moments = counts.moments.entry((*cluster).to_owned()).or_insert_with(|| ClusterMoments::new(2));
            moments.add_row(features.iter().copied(), 1.0);
        }
        counts
    }

    #[test]
    fn moments_are_about_the_center_of_all_rows() {
        let sums = counts(&[("a", None, [1.0, 0.0]), ("a", None, [3.0, 0.0]), ("b", None, [8.0, 3.0])]).sums();
        assert_eq!((sums.cluster_weights(), sums.labeled, sums.label_count), (vec![2.0, 1.0], false, 1));
        assert_eq!(sums.clusters[0].sums, [-4.0, -2.0]);
        assert_eq!(sums.clusters[0].squares, 9.0 + 1.0 + 2.0);
        assert_eq!(sums.clusters[1].squares, 16.0 + 4.0);
    }

    #[test]
    fn merging_keeps_what_adds_up() {
        let rows = [("a", Some("x"), [1.0, 0.5]), ("b", Some("y"), [2.0, 1.0]), ("b", Some("x"), [0.0, 1.0])];
        let mut left = counts(&rows[..1]);
        left.merge(&counts(&rows[1..]));
        assert_eq!(left, counts(&rows));
        assert_eq!(left.centers()["b"], [1.0, 1.0]);
    }

    #[test]
    fn a_replicate_fills_the_shape_of_its_slice() {
        let shape = counts(&[("a", Some("x"), [1.0, 0.0]), ("b", Some("y"), [3.0, 0.0])]).sums();
        let list = [2.0, 1.0, 0.5, 0.0, 0.1, 0.2, 0.6, 0.0, 0.3, 0.4];
        let filled = shape.with_list(&list).unwrap();
        assert_eq!((filled.cluster_weights(), filled.clusters[1].sums.clone()), (vec![2.0, 1.0], vec![0.3, 0.4]));
        assert_eq!(filled.clusters[0].distances, None);
        assert_eq!(shape.with_list(&list[1..]), None);
    }
}
