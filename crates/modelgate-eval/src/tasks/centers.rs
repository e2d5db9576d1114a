//! How compact clusters are and how far apart: functions of the moments of the features.

use modelgate_cube::{ClusterCounts, ClusterSums};

use super::{How, Measure, TaskSums, ratio};
use crate::Reason;

type Sums = ClusterSums;
type Value = Result<f64, Reason>;

fn no_features(counts: &ClusterCounts) -> Option<Reason> {
    (counts.features() == 0 && !counts.contingency.is_empty()).then_some(Reason::NoFeatures)
}

/// Distances are kept of rows that were counted at once only.
fn no_distances(counts: &ClusterCounts) -> Option<Reason> {
    let unknown = counts.moments.values().any(|moments| moments.distances.is_none());
    no_features(counts).or_else(|| unknown.then_some(Reason::NotKept))
}

const fn measure(value: fn(&Sums) -> Value, obstacle: fn(&ClusterCounts) -> Option<Reason>) -> Measure<Sums> {
    Measure { value, support: TaskSums::total, obstacle, interval: How::Replicates }
}

pub(crate) const DAVIES_BOULDIN: Measure<Sums> = measure(davies_bouldin, no_distances);
pub(crate) const CALINSKI_HARABASZ: Measure<Sums> = measure(calinski_harabasz, no_features);
pub(crate) const WITHIN: Measure<Sums> =
    measure(|sums| Parts::of(sums).and_then(|parts| ratio(parts.within, sums.total()).ok_or(Reason::NoRows)), no_features);
pub(crate) const CLUSTERS: Measure<Sums> = Measure {
    value: |sums| {
        let used = sums.cluster_weights().into_iter().filter(|weight| *weight > 0.0).count();
        if used > 0 { Ok(used as f64) } else { Err(Reason::NoRows) }
    },
    support: TaskSums::total,
    obstacle: |_| None,
    interval: How::Replicates,
};

/// The clusters that have rows: their weight, and their center about that of all rows.
fn centers(sums: &Sums) -> Vec<(f64, Vec<f64>, Option<f64>)> {
    let clusters = sums.cluster_weights().into_iter().zip(&sums.clusters).filter(|(weight, _)| *weight > 0.0);
    clusters
        .map(|(weight, cluster)| {
            let center = cluster.sums.iter().map(|sum| sum / weight).collect();
            (weight, center, cluster.distances.map(|distances| distances / weight))
        })
        .collect()
}

fn squared_distance(one: &[f64], two: &[f64]) -> f64 {
    one.iter().zip(two).map(|(one, two)| (one - two).powi(2)).sum()
}

/// Squared distances between the centers and all rows' center, and of the rows from their own center.
struct Parts {
    between: f64,
    within: f64,
    clusters: f64,
}

impl Parts {
    fn of(sums: &Sums) -> Result<Self, Reason> {
        let centers = centers(sums);
        let total = sums.total();
        if centers.is_empty() || total <= 0.0 {
            return Err(Reason::NoRows);
        }
        // A replicate's center of all rows is not the observed one, which its sums are about.
        let features = centers[0].1.len();
        let middle: Vec<f64> = (0..features)
            .map(|feature| centers.iter().map(|(weight, center, _)| weight * center[feature]).sum::<f64>() / total)
            .collect();
        let between = centers.iter().map(|(weight, center, _)| weight * squared_distance(center, &middle)).sum();
        let origin = vec![0.0; features];
        let about: f64 = centers.iter().map(|(weight, center, _)| weight * squared_distance(center, &origin)).sum();
        let squares: f64 = sums.clusters.iter().map(|cluster| cluster.squares).sum();
        Ok(Self { between, within: (squares - about).max(0.0), clusters: centers.len() as f64 })
    }
}

/// The spread of centers over the spread within clusters, each over its degrees of freedom (Calinski and Harabasz 1974).
fn calinski_harabasz(sums: &Sums) -> Value {
    let parts = Parts::of(sums)?;
    let freedom = sums.total() - parts.clusters;
    if parts.clusters < 2.0 || freedom <= 0.0 {
        return Err(Reason::FewerThanTwoClusters);
    }
    ratio(parts.between * freedom, parts.within * (parts.clusters - 1.0)).ok_or(Reason::ZeroDenominator)
}

/// The mean over clusters of how much the most similar other cluster overlaps: the sum of both mean distances to their own
/// centers over the distance of the centers (Davies and Bouldin 1979).
fn davies_bouldin(sums: &Sums) -> Value {
    let centers = centers(sums);
    if centers.len() < 2 || sums.total() <= centers.len() as f64 {
        return Err(Reason::FewerThanTwoClusters);
    }
    let mut worst = vec![0.0_f64; centers.len()];
    for (place, (_, center, distance)) in centers.iter().enumerate() {
        for (other, (_, other_center, other_distance)) in centers.iter().enumerate().filter(|(other, _)| *other != place) {
            let spread = distance.zip(*other_distance).map(|(one, two)| one + two).ok_or(Reason::NotKept)?;
            let apart = squared_distance(center, other_center).sqrt();
            let overlap = ratio(spread, apart).ok_or(Reason::ZeroDenominator)?;
            worst[place] = worst[place].max(overlap);
            worst[other] = worst[other].max(overlap);
        }
    }
    Ok(worst.iter().sum::<f64>() / worst.len() as f64)
}
