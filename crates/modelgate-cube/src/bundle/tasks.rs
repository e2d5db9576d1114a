//! How the counts of tasks other than binary classification are stored: fields beside those of version 1, absent in the
//! bundles of binary classifications.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::BundleError;
use super::v1::{StoredTally, fixed, malformed, read_loss, read_tally, store_loss, store_tally};
use crate::tasks::is_share;
use crate::{
    CONFIDENCE_BINS, ClassCounts, ClassScores, ClusterCounts, ClusterMoments, ConfidenceBin, LOGIT_BINS, LabelSetCounts,
    LabelTally, LossMoments, PartialLoss, RankingCounts, RegressionCounts, RowShare, ScoreBin, ScoreScale, ScoreTable, Shape,
    Slice, Tally, Task, TaskCounts, Wide,
};

/// More classes than anybody has; the tables of a file grow with the square.
const MOST_CLASSES: usize = 1_000;

/// A task that is no binary classification.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum StoredTask {
    Multiclass { classes: Vec<String> },
    Multilabel { labels: Vec<String> },
    Regression {},
    Clustering { features: Vec<String>, labeled: bool },
    Ranking { cutoff: u32 },
}

impl StoredTask {
    /// `None` for a binary classification, which is told by its positive label.
    pub(super) fn of(task: &Task) -> Option<Self> {
        match task {
            Task::Binary { .. } => None,
            Task::Multiclass { classes } => Some(Self::Multiclass { classes: classes.clone() }),
            Task::Multilabel { labels } => Some(Self::Multilabel { labels: labels.clone() }),
            Task::Regression => Some(Self::Regression {}),
            Task::Ranking { cutoff } => Some(Self::Ranking { cutoff: *cutoff }),
            Task::Clustering { features, labeled } => Some(Self::Clustering { features: features.clone(), labeled: *labeled }),
        }
    }

    pub(super) fn into_task(self) -> Result<Task, BundleError> {
        Ok(match self {
            Self::Multiclass { classes } => Task::Multiclass { classes: each_once(classes)? },
            Self::Multilabel { labels } => Task::Multilabel { labels: each_once(labels)? },
            Self::Regression {} => Task::Regression,
            Self::Clustering { features, labeled } => Task::Clustering { features, labeled },
            Self::Ranking { cutoff } => Task::Ranking { cutoff },
        })
    }
}

/// Names that stand once each.
fn each_once(names: Vec<String>) -> Result<Vec<String>, BundleError> {
    let different: BTreeSet<&String> = names.iter().collect();
    if different.len() != names.len() || names.len() > MOST_CLASSES {
        return Err(malformed("a class stands twice, or there are too many"));
    }
    Ok(names)
}

/// Weighted, weight squared, both squared; in hexadecimal digits.
type StoredMoments = [String; 3];

/// Cluster, label, rows.
type StoredPair = (String, Option<String>, StoredTally);

/// Cluster, sums and squares by feature, distances to the center.
type StoredCenter = (String, Vec<String>, Vec<String>, Option<String>);

/// The counts of one slice of a task that is no binary classification.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum StoredCounts {
    Classes {
        confusion: Vec<StoredTally>,
        brier: [String; 3],
        log_loss: [String; 3],
        /// Rows, weight of hits, weighted confidence.
        confidence: Vec<(StoredTally, String, String)>,
        /// Key and rows, label by label within class by class.
        scores: Vec<Vec<(u64, StoredTally)>>,
    },
    LabelSets(Box<StoredLabelSets>),
    Regression(Box<StoredRegression>),
    Clusters {
        pairs: Vec<StoredPair>,
        moments: Vec<StoredCenter>,
    },
    Ranking(Box<StoredRanking>),
}

/// The counts of one slice of a ranking.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredRanking {
    queries: StoredTally,
    answerable: StoredTally,
    rows: u64,
    /// NDCG, reciprocal rank, average precision, recall, precision.
    sums: [[String; 3]; 5],
}

/// The counts of one slice of a multilabel classification.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredLabelSets {
    rows: StoredTally,
    exact: StoredTally,
    /// Hits, missed and extra rows, label by label.
    by_label: Vec<[StoredTally; 3]>,
    wrong: [String; 3],
    /// Jaccard, F1, precision, recall: the rows that have it, and its sums.
    shares: [(StoredTally, [String; 3]); 4],
}

/// The counts of one slice of a regression.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredRegression {
    rows: StoredTally,
    sums: [String; 7],
    losses: [StoredMoments; 5],
    /// Rows without the loss, and the sums over the others.
    partial: [(u64, StoredMoments); 4],
}

fn wide(text: &str) -> Result<Wide, BundleError> {
    Wide::from_hex(text).ok_or_else(|| malformed("a sum is not a hexadecimal number"))
}

fn read_moments(stored: &StoredMoments) -> Result<LossMoments, BundleError> {
    LossMoments::from_hex(stored).ok_or_else(|| malformed("a sum is not a hexadecimal number"))
}

impl StoredCounts {
    pub(super) fn of(counts: &TaskCounts) -> Option<Self> {
        Some(match counts {
            TaskCounts::Binary => return None,
            TaskCounts::Classes(counts) => Self::of_classes(counts),
            TaskCounts::LabelSets(counts) => Self::LabelSets(Box::new(StoredLabelSets {
                rows: store_tally(&counts.rows),
                exact: store_tally(&counts.exact),
                by_label: counts
                    .by_label
                    .iter()
                    .map(|label| [label.hits, label.missed, label.extra].map(|one| store_tally(&one)))
                    .collect(),
                wrong: store_loss(&counts.wrong),
                shares: counts.shares().map(|share| (store_tally(&share.rows), store_loss(&share.sums))),
            })),
            TaskCounts::Regression(counts) => Self::Regression(Box::new(StoredRegression {
                rows: store_tally(&counts.rows),
                sums: counts.wide().map(Wide::to_hex),
                losses: counts.losses().map(|loss| loss.to_hex()),
                partial: counts.partial().map(|loss| (loss.rows_without, loss.sums.to_hex())),
            })),
            TaskCounts::Clusters(counts) => Self::of_clusters(counts),
            TaskCounts::Ranking(counts) => Self::Ranking(Box::new(StoredRanking {
                queries: store_tally(&counts.queries),
                answerable: store_tally(&counts.answerable),
                rows: counts.rows,
                sums: counts.sums.each_ref().map(store_loss),
            })),
        })
    }

    fn of_classes(counts: &ClassCounts) -> Self {
        let bits = |sum: crate::Fixed| sum.to_bits().to_string();
        let column = |(place, table): (usize, &ScoreTable)| {
            let own = counts.classes > 0 && place / counts.classes == place % counts.classes;
            let side = |bin: &ScoreBin| if own { bin.positives } else { bin.negatives };
            table.iter().map(|(key, bin)| (key, store_tally(&side(&bin)))).collect()
        };
        let bin = |bin: &ConfidenceBin| (store_tally(&bin.rows), bits(bin.hits), bits(bin.confidence));
        Self::Classes {
            confusion: counts.confusion.iter().map(store_tally).collect(),
            brier: store_loss(&counts.brier),
            log_loss: store_loss(&counts.log_loss),
            confidence: counts.confidence.iter().map(bin).collect(),
            scores: counts.scores.tables.iter().enumerate().map(column).collect(),
        }
    }

    fn of_clusters(counts: &ClusterCounts) -> Self {
        let hex = |sums: &Vec<Wide>| sums.iter().copied().map(Wide::to_hex).collect();
        let moments = |(cluster, moments): (&String, &ClusterMoments)| {
            (cluster.clone(), hex(&moments.sums), hex(&moments.squares), moments.distances.map(Wide::to_hex))
        };
        let pairs = counts.contingency.iter();
        Self::Clusters {
            pairs: pairs.map(|((cluster, label), tally)| (cluster.clone(), label.clone(), store_tally(tally))).collect(),
            moments: counts.moments.iter().map(moments).collect(),
        }
    }

    /// Reads the counts of a slice of this task.
    pub(super) fn read(&self, task: &Task, scale: ScoreScale) -> Result<TaskCounts, BundleError> {
        Ok(match (self, task) {
            (Self::Classes { confusion, brier, log_loss, confidence, scores }, Task::Multiclass { classes }) => {
                let classes = classes.len();
                let fits = |length: usize, wanted: usize| length == 0 || length == wanted;
                let bins = usize::from(CONFIDENCE_BINS);
                if confusion.len() != classes * classes || !fits(confidence.len(), bins) || !fits(scores.len(), classes * classes)
                {
                    return Err(malformed("a table has another size than there are classes"));
                }
                let bin = |(rows, hits, confidence): &(StoredTally, String, String)| {
                    Ok(ConfidenceBin { rows: read_tally(rows)?, hits: fixed(hits)?, confidence: fixed(confidence)? })
                };
                let tables = scores.iter().enumerate().map(|(place, table)| read_table(place, classes, table, scale));
                TaskCounts::Classes(Box::new(ClassCounts {
                    classes,
                    confusion: confusion.iter().map(read_tally).collect::<Result<_, _>>()?,
                    brier: read_loss(brier)?,
                    log_loss: read_loss(log_loss)?,
                    confidence: confidence.iter().map(bin).collect::<Result<_, BundleError>>()?,
                    scores: ClassScores { tables: tables.collect::<Result<_, _>>()? },
                }))
            }
            (Self::LabelSets(stored), Task::Multilabel { labels }) => {
                TaskCounts::LabelSets(Box::new(read_label_sets(stored, labels.len())?))
            }
            (Self::Regression(stored), Task::Regression) => TaskCounts::Regression(Box::new(read_regression(stored)?)),
            (Self::Clusters { pairs, moments }, Task::Clustering { features, .. }) => {
                TaskCounts::Clusters(Box::new(read_clusters(pairs, moments, features.len())?))
            }
            (Self::Ranking(stored), Task::Ranking { .. }) => TaskCounts::Ranking(Box::new(read_ranking(stored)?)),
            _ => return Err(malformed("a slice has counts of another task")),
        })
    }
}

fn read_label_sets(stored: &StoredLabelSets, labels: usize) -> Result<LabelSetCounts, BundleError> {
    if stored.by_label.len() != labels {
        return Err(malformed("a table has another size than there are labels"));
    }
    let label = |[hits, missed, extra]: &[StoredTally; 3]| {
        Ok(LabelTally { hits: read_tally(hits)?, missed: read_tally(missed)?, extra: read_tally(extra)? })
    };
    let mut counts = LabelSetCounts {
        rows: read_tally(&stored.rows)?,
        exact: read_tally(&stored.exact)?,
        by_label: stored.by_label.iter().map(label).collect::<Result<_, BundleError>>()?,
        wrong: read_loss(&stored.wrong)?,
        ..LabelSetCounts::default()
    };
    for (slot, (rows, sums)) in counts.shares_mut().into_iter().zip(&stored.shares) {
        *slot = RowShare { rows: read_tally(rows)?, sums: read_loss(sums)? };
    }
    Ok(counts)
}

fn read_ranking(stored: &StoredRanking) -> Result<RankingCounts, BundleError> {
    let mut counts = RankingCounts {
        queries: read_tally(&stored.queries)?,
        answerable: read_tally(&stored.answerable)?,
        rows: stored.rows,
        ..RankingCounts::default()
    };
    for (slot, stored) in counts.sums.iter_mut().zip(&stored.sums) {
        *slot = read_loss(stored)?;
    }
    Ok(counts)
}

fn read_regression(stored: &StoredRegression) -> Result<RegressionCounts, BundleError> {
    let mut counts = RegressionCounts { rows: read_tally(&stored.rows)?, ..RegressionCounts::default() };
    for (slot, stored) in counts.wide_mut().into_iter().zip(&stored.sums) {
        *slot = wide(stored)?;
    }
    for (slot, stored) in counts.losses_mut().into_iter().zip(&stored.losses) {
        *slot = read_moments(stored)?;
    }
    for (slot, (rows_without, stored)) in counts.partial_mut().into_iter().zip(&stored.partial) {
        *slot = PartialLoss { rows_without: *rows_without, sums: read_moments(stored)? };
    }
    Ok(counts)
}

fn read_table(place: usize, classes: usize, stored: &[(u64, StoredTally)], scale: ScoreScale) -> Result<ScoreTable, BundleError> {
    let own = place / classes == place % classes;
    let mut table = ScoreTable::with_capacity(stored.len());
    for (key, rows) in stored {
        let known = match scale {
            ScoreScale::Exact => (0.0..=1.0).contains(&f64::from_bits(*key)),
            ScoreScale::Logit => *key < u64::from(LOGIT_BINS),
        };
        if !known {
            return Err(malformed("a score lies outside 0 to 1"));
        }
        let rows = read_tally(rows)?;
        let (positives, negatives) = if own { (rows, Tally::default()) } else { (Tally::default(), rows) };
        table.add(*key, &ScoreBin { negatives, positives });
    }
    Ok(table)
}

fn read_clusters(pairs: &[StoredPair], moments: &[StoredCenter], features: usize) -> Result<ClusterCounts, BundleError> {
    let mut counts = ClusterCounts::default();
    for (cluster, label, rows) in pairs {
        counts.contingency.insert((cluster.clone(), label.clone()), read_tally(rows)?);
    }
    let list = |sums: &[String]| sums.iter().map(|sum| wide(sum)).collect::<Result<Vec<_>, _>>();
    for (cluster, sums, squares, distances) in moments {
        if sums.len() != features || squares.len() != features {
            return Err(malformed("a cluster has moments of other features"));
        }
        let distances = distances.as_deref().map(wide).transpose()?;
        counts.moments.insert(cluster.clone(), ClusterMoments { sums: list(sums)?, squares: list(squares)?, distances });
    }
    if counts.contingency.len() != pairs.len() || counts.moments.len() != moments.len() {
        return Err(malformed("a cluster stands twice"));
    }
    let clusters: BTreeSet<&String> = counts.contingency.keys().map(|(cluster, _)| cluster).collect();
    if features > 0 && !counts.moments.keys().eq(clusters) {
        return Err(malformed("clusters have rows and no moments"));
    }
    Ok(counts)
}

/// Whether the counts of slices agree with each other and with their task.
pub(super) fn check(shape: &Shape, cells: &BTreeMap<Slice, crate::Cell>) -> Result<(), String> {
    for (slice, cell) in cells {
        let kind = match &cell.task {
            TaskCounts::Binary => crate::TaskKind::Binary,
            TaskCounts::Classes(counts) => {
                check_classes(shape, slice, counts)?;
                crate::TaskKind::Multiclass
            }
            TaskCounts::LabelSets(counts) => {
                check_label_sets(slice, counts)?;
                crate::TaskKind::Multilabel
            }
            TaskCounts::Regression(counts) => {
                check_regression(slice, counts)?;
                crate::TaskKind::Regression
            }
            TaskCounts::Clusters(_) => crate::TaskKind::Clustering,
            TaskCounts::Ranking(counts) => {
                check_ranking(slice, counts)?;
                crate::TaskKind::Ranking
            }
        };
        if kind != shape.task.kind() {
            return Err(format!("{slice} has counts of another task"));
        }
    }
    Ok(())
}

fn check_classes(shape: &Shape, slice: &Slice, counts: &ClassCounts) -> Result<(), String> {
    let rows = counts.total().rows;
    let confident: u64 = counts.confidence.iter().map(|bin| bin.rows.rows).sum();
    let scored = if counts.scores.tables.is_empty() { 0 } else { rows };
    let of_class = |class| {
        let totals = counts.scores.one_against_rest(class, counts.classes).totals();
        totals.positives.rows + totals.negatives.rows
    };
    let differ = (0..counts.classes).any(|class| of_class(class) != scored);
    if differ || confident != (if shape.scored { rows } else { 0 }) {
        return Err(format!("scores and predictions of {slice} count different rows"));
    }
    Ok(())
}

/// Every query has a row, and what an order is worth is a share.
fn check_ranking(slice: &Slice, counts: &RankingCounts) -> Result<(), String> {
    let queries = counts.queries.rows;
    let no_share = counts.sums.iter().any(|sums| !is_share(sums, &counts.answerable));
    if counts.answerable.rows > queries || counts.rows < queries || no_share {
        return Err(format!("the orders of {slice} cannot come from its queries"));
    }
    Ok(())
}

/// No label and no share has more rows than there are, and a share is one.
fn check_label_sets(slice: &Slice, counts: &LabelSetCounts) -> Result<(), String> {
    let rows = counts.rows.rows;
    let of_label = |label: &LabelTally| label.hits.rows.saturating_add(label.missed.rows).saturating_add(label.extra.rows);
    let too_many = counts.by_label.iter().any(|label| of_label(label) > rows) || counts.exact.rows > rows;
    let no_share = |share: &&RowShare| share.rows.rows > rows || !is_share(&share.sums, &share.rows);
    if too_many || counts.shares().iter().any(no_share) || !is_share(&counts.wrong, &counts.rows) {
        return Err(format!("the labels of {slice} cannot come from its rows"));
    }
    Ok(())
}

/// Sums of squares and sizes are not negative, and no loss can be missing from more rows than there are.
fn check_regression(slice: &Slice, counts: &RegressionCounts) -> Result<(), String> {
    let signed = [counts.absolute_error, counts.squared_error, counts.symmetric_percentage];
    let partial = counts.partial();
    let sums = signed.iter().chain(partial.iter().map(|loss| &loss.sums));
    let sizes = sums.flat_map(|sums| [sums.weighted, sums.weight_squared, sums.both_squared]);
    let plain = [counts.label_squared, counts.prediction_squared, counts.absolute_label];
    // Deviances of equal numbers may be below zero by rounding.
    let negative = sizes.chain(plain).any(|sum| sum.to_f64() < -1e-3);
    let absent = partial.iter().any(|loss| loss.rows_without > counts.rows.rows);
    if negative || absent { Err(format!("the sums of {slice} cannot come from its rows")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::{
        Axis, AxisKind, Bundle, Cell, ClassRow, Cube, CubeMeta, DEFINITION_VERSION, Digest, LabelSetRow, Manifest,
        REPLICATE_SALT, RegressionRow, RowIdRule, RowIds, RowSetDigest, SumReplicates,
    };

    fn bundle(task: Task, scored: bool, counts: &TaskCounts) -> Bundle {
        let axes = vec![Axis { name: "sex".into(), kind: AxisKind::Categorical }];
        let shape = Shape { task, axes, depth: 1, scored, weighted: false };
        let meta = CubeMeta { shape, definition_version: DEFINITION_VERSION, split: RowSetDigest::default() };
        let slices = [Slice::overall(), Slice::single("sex", Some("F".to_owned()))];
        let cells = slices.iter().map(|slice| (slice.clone(), Cell::of_task(counts.clone()))).collect();
        let ids = RowIds { rule: RowIdRule::Features, salt: REPLICATE_SALT, rows: RowSetDigest::default() };
        let mut replicates = SumReplicates::new(crate::RegressionSums::WIDTH, 0.25);
        replicates.add_bucket(5, &[1.0, -2.5, 1e-9]);
        let by_slice = slices.into_iter().map(|slice| (slice, replicates.clone().rounded())).collect();
        let digest = Digest::of(b"x");
        Bundle {
            manifest: Manifest {
                model: "prices".into(),
                release: "v1.0".into(),
                created: "2026-01-01T00:00:00Z".into(),
                tool_version: "0.1.0".into(),
                config_digest: digest,
                data_digest: digest,
                model_digest: digest,
                training_digest: None,
                earlier: Vec::new(),
            },
            cube: Cube::from_cells(meta, ScoreScale::Exact, cells).with_sum_replicates(ids, by_slice),
            features: crate::FeatureTable::default(),
            profile: crate::DataProfile::default(),
        }
    }

    fn classes() -> Bundle {
        let mut counts = ClassCounts::new(2, true);
        for (label, probabilities) in [(0, [0.7, 0.3]), (1, [0.6, 0.4])] {
            let row = ClassRow { label, prediction: 0, weight: 1.0, probabilities: Some(&probabilities) };
            counts.add_row(&row);
            for (class, score) in probabilities.iter().enumerate() {
                counts.add_score(class, label, ScoreTable::key(ScoreScale::Exact, *score), 1.0);
            }
        }
        let task = Task::Multiclass { classes: vec!["a".into(), "b".into()] };
        bundle(task, true, &TaskCounts::Classes(Box::new(counts)))
    }

    fn label_sets() -> Bundle {
        let mut counts = LabelSetCounts::new(2);
        for (labels, predictions) in [(&[0, 1][..], &[1][..]), (&[], &[0])] {
            counts.add_row(&LabelSetRow { labels, predictions, weight: 1.0 });
        }
        let task = Task::Multilabel { labels: vec!["a".into(), "b".into()] };
        bundle(task, false, &TaskCounts::LabelSets(Box::new(counts)))
    }

    fn regression() -> Bundle {
        let mut counts = RegressionCounts::default();
        counts.add_row(&RegressionRow { label: -3.0, prediction: 1e9, weight: 1.0 });
        bundle(Task::Regression, false, &TaskCounts::Regression(Box::new(counts)))
    }

    fn ranking() -> Bundle {
        let mut counts = RankingCounts::default();
        counts.add_query(3, crate::QueryWorth::of(&[(1.0, 0.5), (0.0, 0.7), (2.0, 0.1)], 2).as_ref());
        counts.add_query(1, None);
        bundle(Task::Ranking { cutoff: 2 }, false, &TaskCounts::Ranking(Box::new(counts)))
    }

    fn clusters() -> Bundle {
        let mut counts = ClusterCounts::default();
        counts.contingency.entry(("1".into(), Some("x".into()))).or_default().add_row(1.0);
        let mut moments = ClusterMoments::new(1);
        moments.add_row([2.5].into_iter(), 1.0);
        moments.distances = Some(Wide::from_f64(0.25));
        counts.moments.insert("1".into(), moments);
        let task = Task::Clustering { features: vec!["length".into()], labeled: true };
        bundle(task, false, &TaskCounts::Clusters(Box::new(counts)))
    }

    #[test]
    fn bundles_of_every_task_survive_storage() {
        for stored in [classes(), label_sets(), regression(), clusters(), ranking()] {
            let bytes = stored.encode().unwrap();
            assert_eq!(Bundle::decode(&bytes).unwrap(), stored);
            assert_eq!(Bundle::decode(&bytes).unwrap().encode().unwrap(), bytes);
        }
    }

    #[test]
    fn merging_is_commutative_and_doubles_the_rows() {
        for stored in [classes(), label_sets(), regression(), clusters(), ranking()] {
            let (mut one, mut two) = (stored.cube.clone(), stored.cube.on_grid());
            one.merge(&stored.cube.on_grid()).unwrap();
            two.merge(&stored.cube).unwrap();
            assert_eq!(one, two);
            assert_eq!(one.rows(), 2 * stored.cube.rows());
            // Centers of shards are not those of the whole, which replicates of features are about.
            let kept = !matches!(stored.cube.meta().shape.task, Task::Clustering { .. });
            assert_eq!(one.sum_replicates(&Slice::overall()).is_some(), kept);
        }
        assert!(classes().cube.merge(&regression().cube).is_err());
    }

    #[test]
    fn edited_counts_are_noticed() {
        for (stored, from, to) in [
            (classes(), "\"confusion\":[1,0", "\"confusion\":[2,0"),
            (classes(), "\"confusion\":[1,0,", "\"confusion\":["),
            (classes(), "\"classes\":[\"a\",\"b\"]", "\"classes\":[\"a\",\"a\"]"),
            (label_sets(), "\"by_label\":[[0,1,1]", "\"by_label\":[[0,1,5]"),
            (label_sets(), "\"by_label\":[[0,1,1],", "\"by_label\":["),
            (label_sets(), "\"exact\":0", "\"exact\":3"),
            (label_sets(), "\"labels\":[\"a\",\"b\"]", "\"labels\":[\"b\",\"b\"]"),
            (ranking(), "\"answerable\":1", "\"answerable\":3"),
            (ranking(), "\"rows\":4", "\"rows\":1"),
            (ranking(), "\"task\":{\"ranking\":{\"cutoff\":2}}", "\"task\":{\"regression\":{}}"),
            (regression(), "\"losses\":[[\"", "\"losses\":[[\"x"),
            (regression(), "\"task\":{\"regression\":{}}", "\"task\":{\"multiclass\":{\"classes\":[]}}"),
            (regression(), ",\"task\":{\"regression\":{}}", ""),
            (clusters(), "[\"1\",\"x\",1]", "[\"2\",\"x\",1]"),
            (clusters(), "\"features\":[\"length\"]", "\"features\":[]"),
        ] {
            let text = String::from_utf8(stored.encode().unwrap()).unwrap();
            let edited = text.replacen(from, to, 1);
            assert_ne!(edited, text, "{from} in {text}");
            assert!(Bundle::decode(edited.as_bytes()).is_err(), "{to}");
        }
    }
}
