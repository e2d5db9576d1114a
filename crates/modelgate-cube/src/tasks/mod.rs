//! The counts of the tasks other than binary classification.

mod classes;
mod clusters;
mod label_sets;
mod ranking;
mod regression;

pub use classes::{CONFIDENCE_BINS, ClassCounts, ClassRow, ClassScores, ClassSums, ConfidenceBin, confidence_bin};
pub use clusters::{ClusterCounts, ClusterMoments, ClusterSum, ClusterSums};
pub(crate) use label_sets::is_share;
pub use label_sets::{LabelSetCounts, LabelSetRow, LabelSetSums, LabelTally, RowShare, ShareSum};
pub use ranking::{QueryWorth, RankingCounts, RankingSums};
pub use regression::{LARGEST_NUMBER, LossMoments, PartialLoss, RegressionCounts, RegressionRow, RegressionSums};

use crate::Tally;

/// The counts of a slice of a task other than binary classification, whose counts are the [`crate::Cell`]'s own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum TaskCounts {
    /// Binary classification, or no rows yet.
    #[default]
    Binary,
    /// Multiclass classification.
    Classes(Box<ClassCounts>),
    /// Multilabel classification.
    LabelSets(Box<LabelSetCounts>),
    /// Regression.
    Regression(Box<RegressionCounts>),
    /// Clustering.
    Clusters(Box<ClusterCounts>),
    /// Ranking, whose unit is the query.
    Ranking(Box<RankingCounts>),
}

impl TaskCounts {
    /// All rows; `None` where the cell itself holds them.
    pub(crate) fn total(&self) -> Option<Tally> {
        match self {
            Self::Binary => None,
            Self::Classes(counts) => Some(counts.total()),
            Self::LabelSets(counts) => Some(counts.rows),
            Self::Regression(counts) => Some(counts.rows),
            Self::Clusters(counts) => Some(counts.total()),
            Self::Ranking(counts) => Some(counts.queries),
        }
    }

    /// Adds the counts of other rows of the same task.
    pub(crate) fn merge(&mut self, other: &Self) {
        match (self, other) {
            (Self::Classes(mine), Self::Classes(theirs)) => mine.merge(theirs),
            (Self::LabelSets(mine), Self::LabelSets(theirs)) => mine.merge(theirs),
            (Self::Regression(mine), Self::Regression(theirs)) => mine.merge(theirs),
            (Self::Clusters(mine), Self::Clusters(theirs)) => mine.merge(theirs),
            (Self::Ranking(mine), Self::Ranking(theirs)) => mine.merge(theirs),
            (mine @ Self::Binary, theirs) => mine.clone_from(theirs),
            // Cubes of different tasks are never merged.
            (_, _) => {}
        }
    }

    /// Whether replicates of these counts hold the same sums as those of others, one for one.
    pub(crate) fn same_layout(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Clusters(mine), Self::Clusters(theirs)) => {
                // Features are about a center, which shards do not share.
                mine.moments.is_empty() && mine.contingency.keys().eq(theirs.contingency.keys())
            }
            _ => true,
        }
    }

    /// The distinct scores that are kept.
    pub(crate) fn scores(&self) -> usize {
        match self {
            Self::Classes(counts) => counts.scores.len(),
            _ => 0,
        }
    }

    pub(crate) fn coarsen(&mut self) {
        if let Self::Classes(counts) = self {
            counts.scores.coarsen();
        }
    }
}
