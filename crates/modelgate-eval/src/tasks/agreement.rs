//! How well clusters agree with labels: functions of the rows by cluster and label.

use modelgate_cube::{ClusterCounts, ClusterSums};

use super::{How, Measure, TaskSums, ratio};
use crate::Reason;

type Sums = ClusterSums;
type Value = Result<f64, Reason>;

fn no_labels(counts: &ClusterCounts) -> Option<Reason> {
    let labeled = counts.contingency.keys().any(|(_, label)| label.is_some());
    (!labeled && !counts.contingency.is_empty()).then_some(Reason::NoLabels)
}

const fn measure(value: fn(&Sums) -> Value) -> Measure<Sums> {
    Measure { value, support: TaskSums::total, obstacle: no_labels, interval: How::Replicates }
}

pub(crate) const RAND: Measure<Sums> = measure(|sums| Pairs::of(sums).map(|pairs| pairs.rand()));
pub(crate) const ADJUSTED_RAND: Measure<Sums> = measure(|sums| Pairs::of(sums)?.adjusted());
pub(crate) const FOWLKES_MALLOWS: Measure<Sums> = measure(|sums| Pairs::of(sums)?.fowlkes_mallows());
pub(crate) const MUTUAL: Measure<Sums> = measure(|sums| Information::of(sums).map(|found| found.mutual));
pub(crate) const HOMOGENEITY: Measure<Sums> = measure(|sums| Information::of(sums)?.share_of(|found| found.labels));
pub(crate) const COMPLETENESS: Measure<Sums> = measure(|sums| Information::of(sums)?.share_of(|found| found.clusters));
pub(crate) const V_MEASURE: Measure<Sums> =
    measure(|sums| Information::of(sums)?.share_of(|found| f64::midpoint(found.labels, found.clusters)));
pub(crate) const ADJUSTED_MUTUAL: Measure<Sums> = measure(adjusted_mutual);
pub(crate) const PURITY: Measure<Sums> = measure(|sums| {
    varying_labels(sums)?;
    let mut largest = vec![0.0_f64; sums.cluster_count];
    for (cluster, _, weight) in &sums.pairs {
        largest[*cluster] = largest[*cluster].max(*weight);
    }
    ratio(largest.iter().sum(), sums.total()).ok_or(Reason::NoRows)
});

/// Where all labels are the same, no clustering is better than another.
fn varying_labels(sums: &Sums) -> Result<(), Reason> {
    match sums.label_weights().iter().filter(|weight| **weight > 0.0).count() {
        0 => Err(Reason::NoRows),
        1 => Err(Reason::SingleClass),
        _ => Ok(()),
    }
}

/// Pairs of rows by whether they share a cluster and a label.
struct Pairs {
    /// Both.
    both: f64,
    clusters: f64,
    labels: f64,
    all: f64,
}

impl Pairs {
    fn of(sums: &Sums) -> Result<Self, Reason> {
        varying_labels(sums)?;
        let pairs = |weights: &mut dyn Iterator<Item = f64>| weights.map(|weight| weight * (weight - 1.0) / 2.0).sum::<f64>();
        let found = Self {
            both: pairs(&mut sums.pairs.iter().map(|(.., weight)| *weight)),
            clusters: pairs(&mut sums.cluster_weights().into_iter()),
            labels: pairs(&mut sums.label_weights().into_iter()),
            all: pairs(&mut std::iter::once(sums.total())),
        };
        if found.all > 0.0 { Ok(found) } else { Err(Reason::NoRows) }
    }

    fn rand(&self) -> f64 {
        (self.all + 2.0 * self.both - self.clusters - self.labels) / self.all
    }

    /// Rand's index beyond chance (Hubert and Arabie 1985).
    fn adjusted(&self) -> Value {
        let by_chance = self.clusters * self.labels / self.all;
        let most = f64::midpoint(self.clusters, self.labels);
        if most - by_chance > 1e-13 * most.abs() && most > 0.0 {
            Ok((self.both - by_chance) / (most - by_chance))
        } else {
            Err(Reason::Constant)
        }
    }

    fn fowlkes_mallows(&self) -> Value {
        // Clusters of single rows have no pair that could be right.
        let root = (self.clusters.max(0.0) * self.labels.max(0.0)).sqrt();
        ratio(self.both.max(0.0), root).ok_or(Reason::ZeroDenominator)
    }
}

/// What labels and clusters tell of each other, in natural units.
struct Information {
    mutual: f64,
    labels: f64,
    clusters: f64,
}

impl Information {
    fn of(sums: &Sums) -> Result<Self, Reason> {
        varying_labels(sums)?;
        let total = sums.total();
        let (clusters, labels) = (sums.cluster_weights(), sums.label_weights());
        let entropy = |weights: &[f64]| -> f64 {
            weights.iter().filter(|weight| **weight > 0.0).map(|weight| -weight / total * libm::log(weight / total)).sum()
        };
        let shared = |(cluster, label, weight): &(usize, usize, f64)| {
            let apart = libm::log(*weight) + libm::log(total) - libm::log(clusters[*cluster]) - libm::log(labels[*label]);
            weight / total * apart
        };
        let mutual: f64 = sums.pairs.iter().filter(|(.., weight)| *weight > 0.0).map(shared).sum();
        Ok(Self { mutual: mutual.max(0.0), labels: entropy(&labels), clusters: entropy(&clusters) })
    }

    fn share_of(&self, whole: fn(&Self) -> f64) -> Value {
        ratio(self.mutual, whole(self)).map(|share| share.min(1.0)).ok_or(Reason::Constant)
    }
}

/// Mutual information beyond chance, over the mean of both entropies (Vinh, Epps and Bailey 2010).
fn adjusted_mutual(sums: &Sums) -> Value {
    let found = Information::of(sums)?;
    let by_chance = if is_drawn(sums) { roughly_expected(sums) } else { expected(sums)? };
    let whole = f64::midpoint(found.labels, found.clusters) - by_chance;
    if whole.abs() > 1e-13 { Ok((found.mutual - by_chance) / whole) } else { Err(Reason::Constant) }
}

/// Whether these are sums of a replicate or of weights that are no row counts: for those the expectation is taken to first
/// order, which is how it moves, in a fraction of the time.
fn is_drawn(sums: &Sums) -> bool {
    sums.drawn
}

/// The expected mutual information of independent labels and clusters, to first order in 1 / rows.
fn roughly_expected(sums: &Sums) -> f64 {
    let used = |weights: Vec<f64>| weights.into_iter().filter(|weight| *weight > 0.0).count() as f64;
    (used(sums.cluster_weights()) - 1.0) * (used(sums.label_weights()) - 1.0) / (2.0 * sums.total())
}

/// More terms than this take too long; so many rows have nearly no mutual information by chance, and the first order is
/// all of it that an `f64` shows.
const MOST_TERMS: f64 = 5e7;

/// The expected mutual information of independent labels and clusters of these sizes: the sum over the hypergeometric
/// numbers of rows that they can have in common.
fn expected(sums: &Sums) -> Value {
    let total = sums.total();
    let (clusters, labels) = (sums.cluster_weights(), sums.label_weights());
    let is_whole = |weight: &f64| (weight - weight.round()).abs() < 1e-9;
    if !sums.pairs.iter().all(|(.., weight)| is_whole(weight)) {
        return Err(Reason::Weighted);
    }
    let terms: f64 = clusters.iter().flat_map(|cluster| labels.iter().map(|label| cluster.min(*label))).sum();
    if terms > MOST_TERMS {
        return Ok(roughly_expected(sums));
    }
    let factorial = |n: f64| libm::lgamma(n + 1.0);
    let mut found = 0.0;
    for cluster in clusters.iter().map(|weight| weight.round()).filter(|weight| *weight > 0.0) {
        for label in labels.iter().map(|weight| weight.round()).filter(|weight| *weight > 0.0) {
            let fixed =
                factorial(cluster) + factorial(label) + factorial(total - cluster) + factorial(total - label) - factorial(total);
            let mut common = (cluster + label - total).max(1.0);
            while common <= cluster.min(label) {
                let log_probability = fixed
                    - factorial(common)
                    - factorial(cluster - common)
                    - factorial(label - common)
                    - factorial(total - cluster - label + common);
                let apart = libm::log(total * common) - libm::log(cluster) - libm::log(label);
                found += common / total * apart * libm::exp(log_probability);
                common += 1.0;
            }
        }
    }
    Ok(found)
}

/// The largest gap between groups in the share of rows in one cluster.
pub(crate) fn cluster_share_gap(groups: &[Sums]) -> Value {
    // Groups have clusters of their own; those that one group lacks have no rows there.
    let names: std::collections::BTreeSet<&String> = groups.iter().flat_map(|sums| &sums.cluster_names).collect();
    let share = |sums: &Sums, name: &String| {
        let weights = sums.cluster_weights();
        let place = sums.cluster_names.binary_search(name).ok();
        ratio(place.and_then(|place| weights.get(place)).copied().unwrap_or(0.0), sums.total())
    };
    let gap = |name: &String| {
        let shares: Vec<f64> = groups.iter().filter_map(|sums| share(sums, name)).collect();
        let smallest = shares.iter().copied().fold(f64::INFINITY, f64::min);
        let largest = shares.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        (shares.len() >= 2).then_some(largest - smallest)
    };
    names.into_iter().filter_map(gap).reduce(f64::max).ok_or(Reason::FewerThanTwoGroups)
}
