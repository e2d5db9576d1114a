//! What a report is made of: everything that documents show, and nothing that leads back to a row.

use modelgate_cube::{Digest, EarlierRelease, MIN_CELL, Profile, Slice};
use modelgate_eval::{Comparison, Declared, Evaluation};
use modelgate_policy::Verdict;

use crate::inputs::Input;

/// Everything that the documents of one run are made from.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The model's name, as configured.
    pub model_name: String,
    /// The version of modelgate that made the measurements.
    pub tool_version: String,
    /// When the run happened, as RFC 3339 text. The caller reads the clock, this crate never does.
    pub generated: String,
    /// The candidate's commit, where it is known.
    pub commit: Option<String>,
    /// The label that counts as positive.
    pub positive_label: String,
    /// What the task is, in a few words, where it is not to tell two classes apart.
    pub task: Option<String>,
    /// The rows that were evaluated; `None` where that is not shown.
    pub rows: Option<u64>,
    /// Whether rows were weighted.
    pub has_weights: bool,
    /// The files whose rows were read.
    pub inputs: Vec<Input>,
    /// Where people find the job that read them; `None` outside of CI.
    pub job: Option<String>,
    /// Digests of everything that went in.
    pub provenance: Provenance,
    /// What the candidate was compared with.
    pub baseline: Baseline,
    /// The pinned release that it was compared with as well, where there is one besides the baseline.
    pub anchor: Option<Baseline>,
    /// How many decisions the evaluated rows have answered before this one.
    pub split_decisions: u64,
    /// What is known about how the candidate was made.
    pub model: ModelFacts,
    /// Where the rows come from.
    pub data_files: DataFiles,
    /// The two-sided level of every interval, such as 0.95.
    pub confidence_level: f64,
    /// The smallest denominator that was judged in a slice.
    pub min_support: u64,
    /// What is declared for metrics: costs, a control column, reference groups.
    pub declared: Declared,
    /// The candidate's measurements.
    pub evaluation: Evaluation,
    /// The measurements against the baseline, where there is one.
    pub comparison: Option<Comparison>,
    /// The judgement.
    pub verdict: Verdict,
    /// The configuration's file name, for the places that checks point to.
    pub config_file: String,
    /// Who may read it, and what is therefore not in it.
    pub disclosed: Disclosed,
}

/// Who may read a report, and what is therefore not in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disclosed {
    /// Who may read it.
    pub profile: Profile,
    /// The smallest count that is shown, besides zero.
    pub min_cell: u64,
    /// Whether numbers of all rows together are shown.
    pub overall: bool,
    /// The levels that are withheld because of their counts, or because of another level's.
    pub slices: Vec<Slice>,
    /// Pairs of axes whose crossed slices are withheld.
    pub tables: Vec<Vec<String>>,
    /// The order of magnitude of the rows of slices whose numbers are not shown, and could be.
    pub bands: Vec<(Slice, &'static str)>,
    /// Whether checks were not made because slices are too small; how many is not shown.
    pub has_unmade_checks: bool,
    /// Whether it was measured how columns moved, or what the data itself is like, which is never shown.
    pub has_columns: bool,
}

impl Disclosed {
    /// Everything is shown.
    #[must_use]
    pub fn internal() -> Self {
        Self {
            profile: Profile::Internal,
            min_cell: MIN_CELL,
            overall: true,
            slices: Vec::new(),
            tables: Vec::new(),
            bands: Vec::new(),
            has_unmade_checks: false,
            has_columns: false,
        }
    }
}

/// The files that rows come from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DataFiles {
    /// The file with the rows to evaluate, as configured.
    pub evaluated: String,
    /// The rows that the model learned from, where they are known.
    pub training: Option<TrainingFile>,
    /// The baseline's release and those before it, the newest first; none where the baseline is no release.
    pub earlier: Vec<EarlierRelease>,
}

/// The file with the rows that a model learned from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrainingFile {
    /// Its name, as configured.
    pub name: String,
    /// The digest of its bytes.
    pub digest: Digest,
}

/// Digests of everything that went into a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    /// The configuration file's bytes.
    pub config_digest: Digest,
    /// The data file's bytes.
    pub data_digest: Digest,
    /// The model file's or the predictions file's bytes.
    pub model_digest: Digest,
    /// The candidate's counts.
    pub cube_digest: Digest,
    /// The name of the evaluated rows, such as a split or an order-free digest of the rows.
    pub split: String,
}

/// What the candidate was compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Baseline {
    /// Nothing.
    None {
        /// Why there is none, in a few words.
        why: String,
    },
    /// What the previous model predicts for the very rows of the candidate.
    Predictions {
        /// The columns or the file.
        name: String,
        /// How they were found, in a few words.
        how: String,
        /// The digest of the file, or of the counts.
        digest: Digest,
        /// The rows; `None` where that is not shown.
        rows: Option<u64>,
    },
    /// A stored release.
    Found {
        /// The release's tag, or the path of its bundle.
        release: String,
        /// Which rule found it, such as `nearest release tag before the merge base`.
        how: String,
        /// The release's commit, where it is known.
        commit: Option<String>,
        /// When it was stored, as RFC 3339 text.
        created: String,
        /// Whole days between its creation and this run, where both are known.
        age_days: Option<i64>,
        /// The digest of its stored bundle.
        digest: Digest,
        /// The rows that it was evaluated on; `None` where that is not shown.
        rows: Option<u64>,
    },
}

/// What is known about how the candidate was made. Empty where its maker did not say.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ModelFacts {
    /// What kind of model, such as `logistic regression (linfa)`, `predictions file` or `external command`.
    pub kind: String,
    /// The rows it was trained on, where modelgate trained it.
    pub rows_trained: Option<u64>,
    /// Each feature, and how it was prepared.
    pub features: Vec<(String, String)>,
    /// Each column that was not used, and why.
    pub dropped: Vec<(String, String)>,
    /// Each training setting and its value.
    pub settings: Vec<(String, String)>,
    /// Each coefficient, on the prepared features' scale.
    pub coefficients: Vec<(String, f64)>,
}
