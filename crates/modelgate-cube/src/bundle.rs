//! What a release stores: the counts and who made them, in a versioned file that old and new programs can tell apart.

mod tasks;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    Axis, AxisKind, Cell, Cube, CubeMeta, DataProfile, Digest, FeatureTable, Fixed, LOGIT_BINS, LossSums, ReplicateSet,
    Replicates, RowIdRule, RowIds, RowSetDigest, ScoreBin, ScoreScale, ScoreTable, Shape, Slice, SumReplicates, Tally, Task,
    TaskKind, Term,
    data_profile::StoredProfile,
    features::{StoredFeatures, Unusable},
    replicates::{Packed, PackedSums},
};

/// The name of a bundle's file.
pub const BUNDLE_FILE: &str = "modelgate-bundle.json";

/// The newest format version that this program reads and the one it writes.
pub const BUNDLE_FORMAT: u32 = 1;

/// Where the counts of a bundle come from.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// The model's name in the configuration.
    pub model: String,
    /// The release's tag.
    pub release: String,
    /// When the bundle was made, RFC 3339, as given by the caller.
    pub created: String,
    /// The version of modelgate that made it.
    pub tool_version: String,
    /// The digest of the configuration.
    pub config_digest: Digest,
    /// The digest of the evaluation data's bytes.
    pub data_digest: Digest,
    /// The digest that identifies the model: its file, or the predictions that it gave.
    pub model_digest: Digest,
    /// The digest of the bytes that the model learned from, where they are known.
    pub training_digest: Option<Digest>,
    /// The releases before it, the newest first, at most [`MOST_EARLIER`].
    pub earlier: Vec<EarlierRelease>,
}

/// As many earlier releases are remembered.
pub const MOST_EARLIER: usize = 100;

/// What a release remembers of one before it: which bytes taught which model, and which it was judged on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierRelease {
    /// Its tag.
    pub release: String,
    /// When its bundle was made, RFC 3339.
    pub created: String,
    /// As in [`Manifest`].
    pub model_digest: Digest,
    /// As in [`Manifest`].
    pub data_digest: Digest,
    /// As in [`Manifest`].
    pub training_digest: Option<Digest>,
}

impl Manifest {
    /// This release and those before it, as the release `next` remembers them.
    #[must_use]
    pub fn remembered_by(&self, next: &str) -> Vec<EarlierRelease> {
        let own = EarlierRelease {
            release: self.release.clone(),
            created: self.created.clone(),
            model_digest: self.model_digest,
            data_digest: self.data_digest,
            training_digest: self.training_digest,
        };
        // A release that is stored once more does not remember itself.
        let others = std::iter::once(own).chain(self.earlier.iter().cloned()).filter(|earlier| earlier.release != next);
        others.take(MOST_EARLIER).collect()
    }
}

/// A release's counts with their manifest.
#[derive(Debug, Clone, PartialEq)]
pub struct Bundle {
    /// Where the counts come from.
    pub manifest: Manifest,
    /// The counts.
    pub cube: Cube,
    /// How the values of each column are spread; empty where that was not counted.
    pub features: FeatureTable,
    /// The counts by which the data was checked; empty where it was not.
    pub profile: DataProfile,
}

/// Why bytes are not a bundle that can be compared with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// Not JSON of the expected form.
    #[error("it is not a modelgate bundle: {0}")]
    Malformed(String),
    /// Written by a newer modelgate.
    #[error("its format is version {found}, and this modelgate reads up to version {BUNDLE_FORMAT}")]
    Newer {
        /// The version that the file states.
        found: u32,
    },
    /// Well-formed, but the counts contradict each other.
    #[error("its counts contradict each other: {0}")]
    Inconsistent(String),
}

impl Bundle {
    /// The bytes to store: canonical JSON, so that equal bundles are equal bytes. Scores are coarsened as
    /// [`Cube::for_storage`] says.
    pub fn encode(&self) -> Result<Vec<u8>, BundleError> {
        let stored = v1::File::from_bundle(&self.manifest, &self.cube.for_storage(), &self.features, &self.profile);
        let mut bytes = serde_json::to_vec(&stored).map_err(|error| BundleError::Malformed(error.to_string()))?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Reads stored bytes and checks that the counts agree with each other. Reads no code and follows no path.
    pub fn decode(bytes: &[u8]) -> Result<Self, BundleError> {
        #[derive(Deserialize)]
        struct Head {
            format: u32,
        }
        let malformed = |error: serde_json::Error| BundleError::Malformed(error.to_string());
        let head: Head = serde_json::from_slice(bytes).map_err(malformed)?;
        if head.format > BUNDLE_FORMAT {
            return Err(BundleError::Newer { found: head.format });
        }
        let file: v1::File = serde_json::from_slice(bytes).map_err(malformed)?;
        file.into_bundle()
    }

    /// The digest of the stored bytes.
    pub fn digest(&self) -> Result<Digest, BundleError> {
        Ok(Digest::of(&self.encode()?))
    }
}

impl Cube {
    /// The digest of the counts as they would be stored, whoever made them: equal digests mean that two models gave the
    /// same predictions for the same rows.
    pub fn digest(&self) -> Result<Digest, BundleError> {
        let nobody = Manifest {
            model: String::new(),
            release: String::new(),
            created: String::new(),
            tool_version: String::new(),
            config_digest: Digest::of(b""),
            data_digest: Digest::of(b""),
            model_digest: Digest::of(b""),
            training_digest: None,
            earlier: Vec::new(),
        };
        let stored = v1::File::from_bundle(&nobody, &self.for_storage(), &FeatureTable::default(), &DataProfile::default());
        let bytes = serde_json::to_vec(&stored).map_err(|error| BundleError::Malformed(error.to_string()))?;
        Ok(Digest::of(&bytes))
    }
}

/// An earlier release as files of both kinds have it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredEarlier {
    release: String,
    created: String,
    model_digest: String,
    data_digest: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    training_digest: Option<String>,
}

impl StoredEarlier {
    pub(crate) fn of(earlier: &EarlierRelease) -> Self {
        Self {
            release: earlier.release.clone(),
            created: earlier.created.clone(),
            model_digest: earlier.model_digest.to_string(),
            data_digest: earlier.data_digest.to_string(),
            training_digest: earlier.training_digest.map(|digest| digest.to_string()),
        }
    }
}

pub(crate) fn read_earlier(stored: Vec<StoredEarlier>) -> Result<Vec<EarlierRelease>, BundleError> {
    if stored.len() > MOST_EARLIER {
        return Err(BundleError::Malformed("it remembers too many releases".to_owned()));
    }
    let digest = |text: &str| text.parse::<Digest>().map_err(|error| BundleError::Malformed(error.to_string()));
    let read = |earlier: StoredEarlier| {
        Ok(EarlierRelease {
            model_digest: digest(&earlier.model_digest)?,
            data_digest: digest(&earlier.data_digest)?,
            training_digest: earlier.training_digest.as_deref().map(digest).transpose()?,
            release: earlier.release,
            created: earlier.created,
        })
    };
    stored.into_iter().map(read).collect()
}

/// Format version 1, frozen: a change of meaning makes a version 2 beside it.
mod v1 {
    use super::tasks::{self, StoredCounts, StoredTask};
    use super::{
        Axis, AxisKind, BTreeMap, Bundle, BundleError, Cell, Cube, CubeMeta, DataProfile, Deserialize, Digest, FeatureTable,
        Fixed, LOGIT_BINS, LossSums, Manifest, Packed, PackedSums, ReplicateSet, Replicates, RowIdRule, RowIds, RowSetDigest,
        ScoreBin, ScoreScale, ScoreTable, Serialize, Shape, Slice, StoredEarlier, StoredFeatures, StoredProfile, SumReplicates,
        Tally, Task, TaskKind, Term, Unusable, read_earlier,
    };

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub(super) struct File {
        format: u32,
        model: String,
        release: String,
        created: String,
        tool_version: String,
        config_digest: String,
        data_digest: String,
        model_digest: String,
        /// Absent where it is not known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        training_digest: Option<String>,
        /// Absent where there are none.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        earlier: Vec<StoredEarlier>,
        definition_version: u32,
        /// Empty where the task is none of two classes.
        positive_label: String,
        /// Absent for a binary classification.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        task: Option<StoredTask>,
        axes: Vec<StoredAxis>,
        depth: u8,
        scored: bool,
        weighted: bool,
        split: String,
        score_scale: String,
        /// How rows got their ids; absent where there are no replicates.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        row_ids: Option<StoredIds>,
        cells: Vec<StoredCell>,
        /// How columns are spread; absent where that was not counted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        features: Option<StoredFeatures>,
        /// The counts by which the data was checked; absent where it was not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        profile: Option<StoredProfile>,
    }

    /// The column of ids (absent where ids are digests of features), the salt in hexadecimal digits, and the digest of
    /// the ids.
    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct StoredIds {
        column: Option<String>,
        salt: String,
        rows: String,
    }

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct StoredAxis {
        name: String,
        edges: Option<Vec<f64>>,
    }

    /// Rows, weight, squared weight. Where every weight is one, only the rows are stored.
    #[derive(Debug, Serialize, Deserialize)]
    #[serde(untagged)]
    pub(super) enum StoredTally {
        Rows(u64),
        Weighted(u64, String, String),
    }

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct StoredCell {
        slice: Vec<(String, Option<String>)>,
        /// True negatives, false positives, false negatives, true positives.
        confusion: [StoredTally; 4],
        brier: [String; 3],
        log_loss: [String; 3],
        /// Key, negatives, positives.
        scores: Vec<(u64, StoredTally, StoredTally)>,
        /// The sums of the confusion, Brier and log loss, and the areas where they are kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replicates: Option<Vec<Packed>>,
        /// The counts of a task that is no binary classification.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        counts: Option<StoredCounts>,
        /// Their replicates.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sum_replicates: Option<PackedSums>,
    }

    fn store_ids(ids: &RowIds) -> StoredIds {
        let column = match &ids.rule {
            RowIdRule::Column(column) => Some(column.clone()),
            RowIdRule::Features => None,
        };
        StoredIds { column, salt: format!("{:016x}", ids.salt), rows: ids.rows.to_string() }
    }

    fn read_ids(stored: StoredIds) -> Result<RowIds, BundleError> {
        let unreadable = || malformed("the ids of rows cannot be read");
        Ok(RowIds {
            rule: stored.column.map_or(RowIdRule::Features, RowIdRule::Column),
            salt: u64::from_str_radix(&stored.salt, 16).map_err(|_| unreadable())?,
            rows: stored.rows.parse().map_err(|_| unreadable())?,
        })
    }

    pub(super) fn malformed(what: &str) -> BundleError {
        BundleError::Malformed(what.to_owned())
    }

    pub(super) fn fixed(text: &str) -> Result<Fixed, BundleError> {
        text.parse().map(Fixed::from_bits).map_err(|_| malformed("a sum is not a whole number"))
    }

    pub(super) fn store_tally(tally: &Tally) -> StoredTally {
        if *tally == Tally::unweighted(tally.rows) {
            return StoredTally::Rows(tally.rows);
        }
        let [weight, squared] = [tally.weight, tally.weight_squared].map(|sum| sum.to_bits().to_string());
        StoredTally::Weighted(tally.rows, weight, squared)
    }

    /// More rows than any table holds, and few enough that sums of them cannot overflow.
    const MOST_ROWS: u64 = 1 << 40;

    pub(super) fn read_tally(stored: &StoredTally) -> Result<Tally, BundleError> {
        let (rows, sums) = match stored {
            StoredTally::Rows(rows) => (*rows, None),
            StoredTally::Weighted(rows, weight, squared) => (*rows, Some((weight, squared))),
        };
        if rows > MOST_ROWS {
            return Err(malformed("a count is impossibly large"));
        }
        Ok(match sums {
            None => Tally::unweighted(rows),
            Some((weight, squared)) => Tally { rows, weight: fixed(weight)?, weight_squared: fixed(squared)? },
        })
    }

    pub(super) fn store_loss(loss: &LossSums) -> [String; 3] {
        [loss.weighted, loss.weight_squared, loss.both_squared].map(|sum| sum.to_bits().to_string())
    }

    pub(super) fn read_loss([weighted, weight_squared, both_squared]: &[String; 3]) -> Result<LossSums, BundleError> {
        Ok(LossSums { weighted: fixed(weighted)?, weight_squared: fixed(weight_squared)?, both_squared: fixed(both_squared)? })
    }

    fn store_cell(slice: &Slice, cell: &Cell, cube: &Cube) -> StoredCell {
        StoredCell {
            slice: slice.terms().iter().map(|term| (term.axis.clone(), term.level.clone())).collect(),
            confusion: [&cell.true_negatives, &cell.false_positives, &cell.false_negatives, &cell.true_positives]
                .map(store_tally),
            brier: store_loss(&cell.brier),
            log_loss: store_loss(&cell.log_loss),
            scores: cell
                .scores
                .iter()
                .map(|(key, bin)| (key, store_tally(&bin.negatives), store_tally(&bin.positives)))
                .collect(),
            replicates: cube.replicates(slice).map(Replicates::pack),
            counts: StoredCounts::of(&cell.task),
            sum_replicates: cube.sum_replicates(slice).map(SumReplicates::pack),
        }
    }

    fn read_cell(stored: &StoredCell, task: &Task, scale: ScoreScale) -> Result<Cell, BundleError> {
        let [tn, fp, fn_, tp] = &stored.confusion;
        let mut scores = ScoreTable::default();
        for (key, negatives, positives) in &stored.scores {
            let known = match scale {
                ScoreScale::Exact => (0.0..=1.0).contains(&f64::from_bits(*key)),
                ScoreScale::Logit => *key < u64::from(LOGIT_BINS),
            };
            if !known {
                return Err(malformed("a score lies outside 0 to 1"));
            }
            scores.add(*key, &ScoreBin { negatives: read_tally(negatives)?, positives: read_tally(positives)? });
        }
        Ok(Cell {
            true_negatives: read_tally(tn)?,
            false_positives: read_tally(fp)?,
            false_negatives: read_tally(fn_)?,
            true_positives: read_tally(tp)?,
            brier: read_loss(&stored.brier)?,
            log_loss: read_loss(&stored.log_loss)?,
            scores,
            task: stored.counts.as_ref().map(|counts| counts.read(task, scale)).transpose()?.unwrap_or_default(),
        })
    }

    impl File {
        pub(super) fn from_bundle(manifest: &Manifest, cube: &Cube, features: &FeatureTable, profile: &DataProfile) -> Self {
            let shape = &cube.meta().shape;
            let axis = |axis: &Axis| StoredAxis {
                name: axis.name.clone(),
                edges: match &axis.kind {
                    AxisKind::Categorical => None,
                    AxisKind::Binned { edges } => Some(edges.clone()),
                },
            };
            Self {
                format: 1,
                model: manifest.model.clone(),
                release: manifest.release.clone(),
                created: manifest.created.clone(),
                tool_version: manifest.tool_version.clone(),
                config_digest: manifest.config_digest.to_string(),
                data_digest: manifest.data_digest.to_string(),
                model_digest: manifest.model_digest.to_string(),
                training_digest: manifest.training_digest.map(|digest| digest.to_string()),
                earlier: manifest.earlier.iter().map(StoredEarlier::of).collect(),
                definition_version: cube.meta().definition_version,
                positive_label: shape.task.positive_label().unwrap_or_default().to_owned(),
                task: StoredTask::of(&shape.task),
                axes: shape.axes.iter().map(axis).collect(),
                depth: shape.depth,
                scored: shape.scored,
                weighted: shape.weighted,
                split: cube.meta().split.to_string(),
                score_scale: if cube.scale() == ScoreScale::Exact { "exact" } else { "logit-1024" }.to_owned(),
                row_ids: cube.row_ids().map(store_ids),
                cells: cube.cells().map(|(slice, cell)| store_cell(slice, cell, cube)).collect(),
                features: StoredFeatures::from_table(features),
                profile: StoredProfile::from_profile(profile),
            }
        }

        pub(super) fn into_bundle(self) -> Result<Bundle, BundleError> {
            let digest = |text: &str| text.parse::<Digest>().map_err(|error| BundleError::Malformed(error.to_string()));
            let scale = match self.score_scale.as_str() {
                "exact" => ScoreScale::Exact,
                "logit-1024" => ScoreScale::Logit,
                _ => return Err(malformed("unknown score scale")),
            };
            let axes = self.axes.iter().map(|axis| Axis {
                name: axis.name.clone(),
                kind: axis.edges.clone().map_or(AxisKind::Categorical, |edges| AxisKind::Binned { edges }),
            });
            let shape = Shape {
                task: match self.task {
                    Some(task) => task.into_task()?,
                    None => Task::Binary { positive_label: self.positive_label.clone() },
                },
                axes: axes.collect(),
                depth: self.depth,
                scored: self.scored,
                weighted: self.weighted,
            };
            let split: RowSetDigest = self.split.parse().map_err(|_| malformed("the split digest cannot be read"))?;
            let meta = CubeMeta { shape, definition_version: self.definition_version, split };
            let (mut cells, mut by_slice, mut sums_by_slice) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
            for stored in &self.cells {
                let slice =
                    Slice::new(stored.slice.iter().map(|(axis, level)| Term { axis: axis.clone(), level: level.clone() }));
                if let Some(packed) = &stored.replicates {
                    let replicates = Replicates::unpack(packed).ok_or_else(|| malformed("replicates cannot be read"))?;
                    by_slice.insert(slice.clone(), replicates);
                }
                if let Some(packed) = &stored.sum_replicates {
                    let replicates = SumReplicates::unpack(packed).ok_or_else(|| malformed("replicates cannot be read"))?;
                    sums_by_slice.insert(slice.clone(), replicates);
                }
                if cells.insert(slice, read_cell(stored, &meta.shape.task, scale)?).is_some() {
                    return Err(BundleError::Inconsistent("a slice stands twice".to_owned()));
                }
            }
            check(&meta.shape, &cells)?;
            let is_binary = meta.shape.task.kind() == TaskKind::Binary;
            let mut cube = Cube::from_cells(meta, scale, cells);
            match self.row_ids.map(read_ids).transpose()? {
                Some(ids) if is_binary => cube = cube.with_replicates(ReplicateSet { ids, by_slice }),
                Some(ids) => cube = cube.with_sum_replicates(ids, sums_by_slice),
                None if by_slice.is_empty() && sums_by_slice.is_empty() => {}
                None => return Err(malformed("there are replicates of rows whose ids are not named")),
            }
            let features = self.features.unwrap_or_default().into_table().map_err(|problem| match problem {
                Unusable::Malformed(what) => malformed(what),
                Unusable::Inconsistent(what) => BundleError::Inconsistent(what.to_owned()),
            })?;
            let profile =
                self.profile.unwrap_or_default().into_profile().map_err(|what| BundleError::Inconsistent(what.to_owned()))?;
            Ok(Bundle {
                features,
                profile,
                manifest: Manifest {
                    config_digest: digest(&self.config_digest)?,
                    data_digest: digest(&self.data_digest)?,
                    model_digest: digest(&self.model_digest)?,
                    training_digest: self.training_digest.as_deref().map(digest).transpose()?,
                    earlier: read_earlier(self.earlier)?,
                    model: self.model,
                    release: self.release,
                    created: self.created,
                    tool_version: self.tool_version,
                },
                cube,
            })
        }
    }

    /// The log loss of a score that is clipped at 2^-52, a little more than -ln 2^-52.
    const MOST_LOG_LOSS: f64 = 36.1;

    /// Whether sums can come from rows of this total weight whose losses lie between 0 and `most`.
    fn is_possible(loss: &LossSums, total: &Tally, most: f64) -> bool {
        let within = |sum: Fixed, limit: f64| (0.0..=limit * (1.0 + 1e-9) + 1e-9).contains(&sum.to_f64());
        let (weight, squared) = (total.weight.to_f64(), total.weight_squared.to_f64());
        within(loss.weighted, most * weight)
            && within(loss.weight_squared, most * squared)
            && within(loss.both_squared, most * most * squared)
    }

    /// Counts that were edited by hand seldom still add up: slices of an axis to the whole, scores to the confusion.
    fn check(shape: &Shape, cells: &BTreeMap<Slice, Cell>) -> Result<(), BundleError> {
        let wrong = |what: String| Err(BundleError::Inconsistent(what));
        if shape.depth > 2 {
            return wrong(format!("axes are crossed {} deep, and 2 is the most", shape.depth));
        }
        let Some(overall) = cells.get(&Slice::overall()) else { return wrong("there is no overall slice".to_owned()) };
        for (slice, cell) in cells {
            if let Some(axis) = slice.axes().find(|axis| !shape.axes.iter().any(|known| known.name == **axis)) {
                return wrong(format!("a slice uses the undeclared axis {axis:?}"));
            }
            for (name, loss, most) in [("Brier", &cell.brier, 1.0), ("log loss", &cell.log_loss, MOST_LOG_LOSS)] {
                if !is_possible(loss, &cell.total(), most) {
                    return wrong(format!("the {name} sums of {slice} cannot come from its rows"));
                }
            }
            let (labels, scores) = (cell.total().rows, cell.scores.totals());
            let expected = if shape.scored && shape.task.kind() == TaskKind::Binary { labels } else { 0 };
            if scores.negatives.rows + scores.positives.rows != expected {
                return wrong(format!("scores and predictions of {slice} count different rows"));
            }
        }
        tasks::check(shape, cells).map_err(BundleError::Inconsistent)?;
        for axis in &shape.axes {
            let rows: u64 = cells
                .iter()
                .filter(|(slice, _)| slice.terms().len() == 1 && slice.axes().all(|name| name == axis.name))
                .map(|(_, cell)| cell.total().rows)
                .sum();
            if shape.depth > 0 && rows != overall.total().rows {
                return wrong(format!("the slices of {} do not add up to all rows", axis.name));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::{
        BinErrors, DEFINITION_VERSION, FeatureColumn, FeatureHistogram, FeatureId, FeatureKind, LeftOut, NumberBins, Part,
    };

    fn bundle(weight: f64) -> Bundle {
        let shape = Shape {
            task: Task::Binary { positive_label: "yes".into() },
            axes: vec![Axis { name: "sex".into(), kind: AxisKind::Categorical }],
            depth: 1,
            scored: true,
            weighted: weight < 1.0,
        };
        let mut cells: BTreeMap<Slice, Cell> = BTreeMap::new();
        for (sex, label, score) in [(Some("F"), true, 0.8), (None, false, 0.3), (Some("M"), true, 0.1)] {
            for slice in [Slice::overall(), Slice::single("sex", sex.map(str::to_owned))] {
                let cell = cells.entry(slice).or_default();
                cell.tally_mut(label, score >= 0.5).add_row(weight);
                cell.brier.add_row(score, weight);
                cell.log_loss.add_row(score, weight);
                cell.scores.add_row(ScoreTable::key(ScoreScale::Exact, score), label, weight);
            }
        }
        let meta = CubeMeta { shape, definition_version: DEFINITION_VERSION, split: RowSetDigest::default() };
        let digest = Digest::of(b"x");
        Bundle {
            manifest: Manifest {
                model: "loans".into(),
                release: "v1.0".into(),
                created: "2026-01-01T00:00:00Z".into(),
                tool_version: "0.1.0".into(),
                config_digest: digest,
                data_digest: digest,
                model_digest: digest,
                training_digest: None,
                earlier: Vec::new(),
            },
            cube: Cube::from_cells(meta, ScoreScale::Exact, cells),
            features: FeatureTable::default(),
            profile: DataProfile::default(),
        }
    }

    /// Counts of one column, in all rows and in a slice.
    fn features(weight: f64) -> FeatureTable {
        let kind = FeatureKind::Number(NumberBins::new(vec![0.5], vec![0.0, 1.0], vec![0]).unwrap());
        let FeatureKind::Number(bins) = &kind else { unreachable!() };
        let mut all = FeatureHistogram::new(&kind);
        for number in [0.0, 0.25, 1.0] {
            all.bins[bins.bin(number)].add_row(weight);
            all.add_moments(bins, [(number, weight)]);
        }
        all.errors = vec![BinErrors::default(); 2];
        for (number, error) in [(0.0, -0.5), (1.0, 2.5)] {
            all.errors[bins.bin(number)].add_row(error, weight);
        }
        let mut slice = FeatureHistogram::new(&kind);
        slice.bins[0].add_row(weight);
        let histograms =
            BTreeMap::from([((Part::Test, Slice::overall()), all), ((Part::Test, Slice::single("sex", None)), slice)]);
        let texts = FeatureKind::Category { levels: vec!["a".into(), "b".into()] };
        let counts = BTreeMap::from([((Part::Train, Slice::overall()), FeatureHistogram::new(&texts))]);
        FeatureTable {
            columns: BTreeMap::from([
                (FeatureId::Label, FeatureColumn { kind: texts, histograms: counts }),
                (FeatureId::Column("x".into()), FeatureColumn { kind, histograms }),
            ]),
            left_out: BTreeMap::from([("name".into(), LeftOut::NamesRows)]),
        }
    }

    #[test]
    fn feature_tables_survive_storage_and_do_not_change_the_name_of_the_counts() {
        for weight in [1.0, 0.37] {
            let stored = Bundle { features: features(weight), ..bundle(weight) };
            assert_eq!(Bundle::decode(&stored.encode().unwrap()).unwrap(), stored);
            assert_eq!(stored.cube.digest().unwrap(), bundle(weight).cube.digest().unwrap());
        }
    }

    #[test]
    fn edited_feature_tables_are_noticed() {
        let text = String::from_utf8(Bundle { features: features(1.0), ..bundle(1.0) }.encode().unwrap()).unwrap();
        for (from, to) in [
            ("\"rows\":[2,1,0,0]", "\"rows\":[0,1,0,0]"),
            ("\"rows\":[2,1,0,0]", "\"rows\":[2,1,0]"),
            ("\"rows\":[2,1,0,0]", "\"rows\":[2,9999999999999,0,0]"),
            ("\"edges\":[0.5]", "\"edges\":[0.5,0.4]"),
            ("[\"a\",\"b\"]", "[\"b\",\"a\"]"),
            ("\"errors\":[{\"rows\":1", "\"errors\":[{\"rows\":3"),
            ("\"absolute\":[\"", "\"absolute\":[\"-"),
            ("\"squared\":[\"", "\"squared\":[\"x"),
        ] {
            let edited = text.replacen(from, to, 1);
            assert_ne!(edited, text, "{from}");
            assert!(Bundle::decode(edited.as_bytes()).is_err(), "{to}");
        }
    }

    #[test]
    fn a_bundle_survives_storage_with_and_without_weights() {
        for weight in [1.0, 0.37] {
            let stored = bundle(weight);
            assert_eq!(Bundle::decode(&stored.encode().unwrap()).unwrap(), stored);
        }
    }

    #[test]
    fn replicates_and_how_their_rows_got_ids_survive_storage() {
        let mut replicates = Replicates::default();
        replicates.add_bucket(7, &[65_536, 0, 0, 0, 4_096, 8_192]);
        let by_slice = BTreeMap::from([(Slice::overall(), replicates)]);
        for rule in [RowIdRule::Features, RowIdRule::Column("id".into())] {
            let ids = RowIds { rule, salt: crate::REPLICATE_SALT, rows: RowSetDigest::default() };
            let mut stored = bundle(1.0);
            let set = ReplicateSet { ids, by_slice: by_slice.clone() };
            stored.cube = stored.cube.with_replicates(set);
            let bytes = stored.encode().unwrap();
            assert_eq!(Bundle::decode(&bytes).unwrap(), stored);
            let cut = String::from_utf8(bytes).unwrap().replacen("[0,0,\"\"]", "[0,1,\"\"]", 1);
            assert_eq!(Bundle::decode(cut.as_bytes()), Err(BundleError::Malformed("replicates cannot be read".into())));
        }
    }

    #[test]
    fn merging_is_commutative_and_associative() {
        let (a, b, c) = (bundle(1.0).cube, bundle(1.0).cube.on_grid(), bundle(1.0).cube);
        let add = |x: &Cube, y: &Cube| {
            let mut sum = x.clone();
            sum.merge(y).unwrap();
            sum
        };
        assert_eq!(add(&a, &b), add(&b, &a));
        assert_eq!(add(&add(&a, &b), &c), add(&a, &add(&b, &c)));
        assert_eq!(add(&a, &c).rows(), 6);
        assert_eq!(a.clone().merge(&bundle(0.5).cube), Err(crate::MergeError));
    }

    #[test]
    fn a_newer_format_is_named_and_not_read() {
        let text = String::from_utf8(bundle(1.0).encode().unwrap()).unwrap();
        let newer = text.replacen("\"format\":1", "\"format\":7", 1);
        assert_eq!(Bundle::decode(newer.as_bytes()), Err(BundleError::Newer { found: 7 }));
    }

    #[test]
    fn edited_counts_are_noticed() {
        let text = String::from_utf8(bundle(1.0).encode().unwrap()).unwrap();
        let edited = text.replacen("\"confusion\":[1,", "\"confusion\":[9,", 1);
        assert_ne!(edited, text);
        assert!(matches!(Bundle::decode(edited.as_bytes()), Err(BundleError::Inconsistent(_))));
        let (_, after) = text.split_once("\"brier\":[\"").unwrap();
        let (sum, _) = after.split_once('"').unwrap();
        for impossible in [i128::MAX.to_string(), "-5000000000000000000000".to_owned()] {
            let edited = text.replacen(&format!("\"brier\":[\"{sum}\""), &format!("\"brier\":[\"{impossible}\""), 1);
            assert!(matches!(Bundle::decode(edited.as_bytes()), Err(BundleError::Inconsistent(_))), "{impossible}");
        }
        assert!(matches!(Bundle::decode(b"{}"), Err(BundleError::Malformed(_))));
    }
}
