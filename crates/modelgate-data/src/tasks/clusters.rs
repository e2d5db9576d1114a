//! Rows of a clustering: the cluster that each row is put into, its true class where there is one, and its features.

use std::collections::BTreeMap;

use modelgate_cube::{ClusterCounts, ClusterMoments, Wide};

use super::numbers::numbers;
use crate::error::{CellProblem, DataError};
use crate::grouping::Grouping;
use crate::labels::class_names;
use crate::levels::levels_of;
use crate::row_ids::halved;
use crate::split_digest::{Said, text_hash};
use crate::{Dataset, Roles};

/// More clusters, or labels, make a table that is nearly the data itself.
pub(super) const MOST_CLUSTERS: usize = 1_000;

/// Rows by name.
pub(super) struct NamedRows {
    names: Vec<String>,
    places: Vec<usize>,
}

impl NamedRows {
    fn read(dataset: &Dataset, column: &str, missing: CellProblem) -> Result<Self, DataError> {
        let levels = levels_of(dataset.require(column)?);
        if let Some(error) = dataset.bad_cells(column, missing, levels.missing_rows()) {
            return Err(error);
        }
        let of_level = class_names(&levels);
        let mut names = of_level.clone();
        names.sort_unstable();
        names.dedup();
        if names.len() > MOST_CLUSTERS {
            let (path, column) = (dataset.path().to_owned(), column.to_owned());
            return Err(DataError::TooManyClasses { path, column, found: names.len(), limit: MOST_CLUSTERS });
        }
        let place = |code: &u32| of_level.get(*code as usize).and_then(|name| names.binary_search(name).ok());
        let places = levels.grouping.codes.iter().filter_map(place).collect();
        Ok(Self { names, places })
    }

    fn name(&self, row: usize) -> &String {
        &self.names[self.places[row]]
    }

    fn hashes(&self) -> Vec<u64> {
        let hashes: Vec<u64> = self.names.iter().map(|name| halved(text_hash(name))).collect();
        self.places.iter().map(|place| hashes[*place]).collect()
    }
}

/// The rows of a clustering.
pub(super) struct ClusterRows {
    clusters: NamedRows,
    /// The true classes, where there are any.
    pub(super) labels: Option<NamedRows>,
    /// The features' names.
    pub(super) feature_names: Vec<String>,
    /// The features, column by column.
    features: Vec<Vec<f64>>,
}

impl ClusterRows {
    /// Reads and checks the columns.
    pub(super) fn read(dataset: &Dataset, roles: &Roles, features: &[String], labeled: bool) -> Result<Self, DataError> {
        let Some(prediction) = &roles.prediction else {
            return Err(DataError::NoPredictions { path: dataset.path().to_owned() });
        };
        let labels = labeled.then(|| NamedRows::read(dataset, &roles.label, CellProblem::MissingLabel)).transpose()?;
        Ok(Self {
            clusters: NamedRows::read(dataset, prediction, CellProblem::MissingPrediction)?,
            labels,
            feature_names: features.to_vec(),
            features: features.iter().map(|column| numbers(dataset, column, "feature")).collect::<Result<_, _>>()?,
        })
    }

    fn key(&self, row: usize) -> (String, Option<String>) {
        (self.clusters.name(row).clone(), self.labels.as_ref().map(|labels| labels.name(row).clone()))
    }

    fn features_of(&self, row: usize) -> impl Iterator<Item = f64> {
        self.features.iter().map(move |column| column[row])
    }

    /// The counts of each slice, without distances: these need the centers of all rows.
    pub(super) fn count(&self, slices: &Grouping, weight: impl Fn(usize) -> f64) -> Vec<ClusterCounts> {
        let mut counts = vec![ClusterCounts::default(); slices.size];
        for (row, slice) in slices.codes.iter().enumerate() {
            let slice = &mut counts[*slice as usize];
            slice.contingency.entry(self.key(row)).or_default().add_row(weight(row));
            if !self.features.is_empty() {
                let cluster = self.clusters.name(row);
                if !slice.moments.contains_key(cluster) {
                    slice.moments.insert(cluster.clone(), ClusterMoments::new(self.features.len()));
                }
                if let Some(moments) = slice.moments.get_mut(cluster) {
                    moments.add_row(self.features_of(row), weight(row));
                }
            }
        }
        counts
    }

    /// The sum of weight times distance to the center of its own cluster of some of a slice's rows, by cluster. `counts` are
    /// those of all rows of the slice.
    pub(super) fn distances(
        &self,
        rows: impl Iterator<Item = usize>,
        counts: &ClusterCounts,
        weight: impl Fn(usize) -> f64,
    ) -> BTreeMap<String, Wide> {
        let centers = Centers::of(counts, &self.clusters.names);
        let mut sums = vec![None; self.clusters.names.len()];
        for row in rows {
            let cluster = self.clusters.places[row];
            *sums[cluster].get_or_insert(Wide::ZERO) +=
                Wide::product(weight(row), centers.distance(cluster, self.features_of(row)));
        }
        let named = self.clusters.names.iter().zip(sums);
        named.filter_map(|(name, sum)| Some((name.clone(), sum?))).collect()
    }

    /// How a row's sums are placed in the replicates of a slice, whose counts may know clusters and labels that occur elsewhere.
    pub(super) fn layout(&self, counts: &ClusterCounts) -> Layout {
        let place = |name: &String| self.clusters.names.binary_search(name).ok();
        let mut places = vec![0; self.clusters.names.len()];
        for (index, cluster) in counts.moments.keys().enumerate() {
            if let Some(place) = place(cluster) {
                places[place] = index;
            }
        }
        let columns = self.labels.as_ref().map_or(1, |labels| labels.names.len());
        let column = |label: &Option<String>| match (&self.labels, label) {
            (Some(labels), Some(label)) => labels.names.binary_search(label).ok(),
            _ => Some(0),
        };
        let mut pairs = vec![0; self.clusters.names.len() * columns];
        for (index, (cluster, label)) in counts.contingency.keys().enumerate() {
            if let Some((cluster, label)) = place(cluster).zip(column(label)) {
                pairs[cluster * columns + label] = index;
            }
        }
        let centers = Centers::of(counts, &self.clusters.names);
        Layout { pairs, columns, used: counts.contingency.len(), places, centers, middle: counts.center() }
    }

    /// What one row adds to a replicate.
    pub(super) fn add_to(&self, row: usize, weight: f64, layout: &Layout, add: &mut impl FnMut(usize, f64)) {
        let cluster = self.clusters.places[row];
        let label = self.labels.as_ref().map_or(0, |labels| labels.places[row]);
        add(layout.pairs[cluster * layout.columns + label], weight);
        if self.features.is_empty() {
            return;
        }
        let first = layout.used + layout.places[cluster] * (2 + self.features.len());
        let about = || self.features_of(row).zip(&layout.middle).map(|(feature, middle)| feature - middle);
        add(first, weight * about().map(|part| part * part).sum::<f64>());
        add(first + 1, weight * layout.centers.distance(cluster, self.features_of(row)));
        for (index, part) in about().enumerate() {
            add(first + 2 + index, weight * part);
        }
    }

    pub(super) fn said(&self) -> Vec<(String, Said<'_>)> {
        let labels = self.labels.iter().map(|labels| {
            let hashes = labels.names.iter().map(|name| text_hash(name)).collect();
            ("label".to_owned(), Said::Places(&labels.places, hashes))
        });
        let features = self.feature_names.iter().zip(&self.features);
        labels.chain(features.map(|(name, column)| (format!("feature {name}"), Said::Numbers(column)))).collect()
    }

    pub(super) fn label_hashes(&self) -> Option<Vec<u64>> {
        self.labels.as_ref().map(NamedRows::hashes)
    }

    /// What the model says of each row.
    pub(super) fn model_hashes(&self) -> Vec<u64> {
        self.clusters.hashes()
    }
}

/// Where the sums of a row go in the replicates of one slice.
pub(super) struct Layout {
    /// The place of each cluster and label among the pairs of the slice.
    pairs: Vec<usize>,
    columns: usize,
    /// How many pairs the slice has.
    used: usize,
    /// The place of each cluster among those of the slice.
    places: Vec<usize>,
    centers: Centers,
    middle: Vec<f64>,
}

/// The centers of a slice's clusters, by the place of the cluster.
struct Centers(Vec<Vec<f64>>);

impl Centers {
    fn of(counts: &ClusterCounts, names: &[String]) -> Self {
        let mut centers = counts.centers();
        Self(names.iter().map(|name| centers.remove(name.as_str()).unwrap_or_default()).collect())
    }

    /// The Euclidean distance of a row to the center of its cluster.
    fn distance(&self, cluster: usize, features: impl Iterator<Item = f64>) -> f64 {
        let center = &self.0[cluster];
        features.zip(center).map(|(feature, middle)| (feature - middle).powi(2)).sum::<f64>().sqrt()
    }
}
