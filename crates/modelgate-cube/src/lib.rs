//! The counts that every number of modelgate comes from: axes, slices, cells, cubes and the stored bundle.
//!
//! A [`Cube`] holds counts and sums only. It does not know what a metric is, where rows came from, or what is good
//! or bad. Two cubes of the same shape add up key by key, so shards can be counted apart.

mod axis;
mod bundle;
mod cell;
mod contract;
mod cube;
mod data_profile;
mod digest;
mod disclosed;
mod disclosure;
mod features;
mod fixed;
mod joint;
mod lattice;
mod personal;
mod replicates;
mod score;
mod slice;
mod task;
mod tasks;
mod wide;

pub use axis::{Axis, AxisKind, MISSING};
pub use bundle::{BUNDLE_FILE, BUNDLE_FORMAT, Bundle, BundleError, EarlierRelease, MOST_EARLIER, Manifest};
pub use cell::{Cell, LossSums, Tally};
pub use contract::{Contract, ContractColumn};
pub use cube::{Cube, CubeMeta, DEFINITION_VERSION, MergeError, Shape};
pub use data_profile::{
    AgreedColumn, AlikeTable, ColumnKind, Counted, DataCount, DataKey, DataProfile, GroupCount, GroupTable, PairShares,
    Population, RaterCounts, SAME_SCORE, TimeSpan,
};
pub use digest::{Digest, Digesting, ParseDigestError, RowSetDigest};
pub use disclosed::{DISCLOSED_FILE, DISCLOSED_VERSION, Disclosed};
pub use disclosure::{Disclosure, DisclosureSettings, MIN_CELL, Profile, Published, Withheld, magnitude};
pub use features::{
    BinErrors, FEW_VALUES, FEWEST_IN_SLICE, FeatureColumn, FeatureHistogram, FeatureId, FeatureKind, FeatureMergeError,
    FeatureMoments, FeatureTable, LeftOut, MOST_BINS, MOST_LEVELS, NumberBins, Part, RARE,
};
pub use fixed::{Fixed, MOST_OF_SMALL, MOST_SMALL_ROWS, SmallSums};
pub use joint::{Joint, JointCell};
pub use lattice::{ConfusionCounts, Half, Halves, Lattice, LatticeAxis, MOST_COMBINATIONS, NoLattice};
pub use personal::{Evidence, PersonalKind};
pub use replicates::{
    AREA_UNITS, BUCKETS, REPLICATE_SALT, REPLICATES, Replicate, ReplicateSet, Replicates, RowIdRule, RowIds, SUMS, SumReplicates,
    UNITS, poisson_weights,
};
pub use score::{
    EXACT_IN_MEMORY, EXACT_STORED, LOGIT_BINS, ScoreBin, ScoreScale, ScoreTable, logit_bin, logit_bin_middle, logit_bins,
};
pub use slice::{Slice, Term};
pub use task::{Task, TaskKind};
pub use tasks::{
    CONFIDENCE_BINS, ClassCounts, ClassRow, ClassScores, ClassSums, ClusterCounts, ClusterMoments, ClusterSum, ClusterSums,
    ConfidenceBin, LARGEST_NUMBER, LabelSetCounts, LabelSetRow, LabelSetSums, LabelTally, LossMoments, PartialLoss, QueryWorth,
    RankingCounts, RankingSums, RegressionCounts, RegressionRow, RegressionSums, RowShare, ShareSum, TaskCounts, confidence_bin,
};
pub use wide::Wide;
