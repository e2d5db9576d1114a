//! What can go wrong with a model or a model file, each with the next step.

use std::path::PathBuf;

use modelgate_data::{DataError, Dataset, Told};

use crate::shown::{LISTED, at, listed, shown};
use crate::trees::TreeError;
use crate::{DroppedColumn, LARGEST_MODEL_FILE, MODEL_FORMAT};

fn reasons(columns: &[DroppedColumn]) -> String {
    let each = columns.iter().take(LISTED).map(|column| format!("{} {}", shown(&column.column), column.reason));
    each.collect::<Vec<_>>().join(", ")
}

/// Why there is no model, or no scores. Rows are counted from 1, without the header.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The rows or labels themselves cannot be used.
    #[error(transparent)]
    Data(Box<DataError>),
    /// A setting is outside its range.
    #[error("{setting} is {value}, and must be {expected}")]
    BadSetting {
        /// The name of the setting, as in `modelgate.yml`.
        setting: &'static str,
        /// What it was set to.
        value: String,
        /// What it may be.
        expected: &'static str,
    },
    /// Training without a single feature column was asked for.
    #[error("there is no feature column to train on")]
    NoFeatures,
    /// A feature column is listed twice.
    #[error("the feature column {} is listed twice", shown(.column))]
    DuplicateFeature {
        /// The column.
        column: String,
    },
    /// The label would be its own feature.
    #[error("the label column {} is listed as a feature", shown(.column))]
    LabelIsFeature {
        /// The column.
        column: String,
    },
    /// Too little to learn from.
    #[error("{} has {rows} rows to train on, and training needs at least {least}", at(.file))]
    TooFewRows {
        /// The file.
        file: PathBuf,
        /// Rows found.
        rows: usize,
        /// Rows needed.
        least: usize,
    },
    /// All rows carry the same label.
    #[error(
        "all {rows} rows of {} have the label {present} in column {}; no row has {}", at(.file), shown(.label),
        .absent.as_ref().map_or_else(|| "another one".to_owned(), ToString::to_string)
    )]
    OneClass {
        /// The file.
        file: PathBuf,
        /// The label column.
        label: String,
        /// The label that every row has.
        present: Told,
        /// The label that no row has, where it is known.
        absent: Option<Told>,
        /// How many rows there are.
        rows: usize,
    },
    /// A feature column does not exist.
    #[error("{}: there is no column {}; the columns are {}", at(.file), shown(.column), listed(.available))]
    MissingColumn {
        /// The file.
        file: PathBuf,
        /// The column that the model needs.
        column: String,
        /// The columns that there are.
        available: Vec<String>,
    },
    /// An infinite number, or one that is not a number.
    #[error("{}: row {row} of column {} holds {value}, and a feature must be a finite number", at(.file), shown(.column))]
    NotFinite {
        /// The file.
        file: PathBuf,
        /// The column.
        column: String,
        /// The first such row, counted from 1 without the header.
        row: usize,
        /// The number: `inf`, `-inf` or `NaN`.
        value: f64,
    },
    /// The numbers of a column are so large that their mean, spread or product with a coefficient has no finite value.
    #[error("{}: the numbers in column {} are too large to compute with", at(.file), shown(.column))]
    TooLarge {
        /// The file.
        file: PathBuf,
        /// The column.
        column: String,
    },
    /// The sum of a row's products with the coefficients has no value: infinities of both signs met.
    #[error("{}: the numbers in row {row} are too large to compute a score with", at(.file))]
    NoScore {
        /// The file.
        file: PathBuf,
        /// The first such row, counted from 1 without the header.
        row: usize,
    },
    /// A column held numbers in training, and holds text now.
    #[error("{}: row {row} of column {} holds the text {text}, where the model expects a number", at(.file), shown(.column))]
    TextForNumber {
        /// The file.
        file: PathBuf,
        /// The column.
        column: String,
        /// The first row with text, counted from 1 without the header.
        row: usize,
        /// What may be told of the text in that row.
        text: Told,
    },
    /// A column held text in training, and holds numbers now.
    #[error("{}: column {} was read as numbers, where the model expects text", at(.file), shown(.column))]
    NumberForText {
        /// The file.
        file: PathBuf,
        /// The column.
        column: String,
    },
    /// Every feature column was dropped.
    #[error("no feature column can be used: {}", reasons(.dropped))]
    NoUsableFeatures {
        /// The columns with their reasons.
        dropped: Vec<DroppedColumn>,
    },
    /// The library that fits the model refused.
    #[error("the fit failed: {reason}")]
    FitFailed {
        /// What the library said.
        reason: String,
    },
    /// The library that fits the model broke an assumption of its own.
    #[error("the fit stopped on an internal error of the fitting library: {message}")]
    FitPanicked {
        /// The message of the panic.
        message: String,
    },
    /// The fit returned coefficients that are not finite.
    #[error("the fit gave coefficients that are not finite numbers")]
    NotFiniteCoefficients,
    /// The fit ended before it reached the best coefficients.
    #[error(
        "the fit did not converge: after at most {iterations} iterations the gradient norm is {norm:.3e} a row, and must be \
         at most {limit:.0e}"
    )]
    NotConverged {
        /// The Euclidean norm of the gradient of the penalized log-likelihood, divided by the number of rows.
        norm: f64,
        /// The largest norm from which Newton's method finishes a fit, or with which a finished one is accepted.
        limit: f64,
        /// The limit on iterations that was set.
        iterations: u64,
    },
    /// Trees could not be grown.
    #[error("no trees could be grown: {0}")]
    Trees(TreeError),
    /// Training took longer than it may.
    #[error("training was stopped after its limit of {seconds} seconds")]
    OutOfTime {
        /// The limit.
        seconds: u64,
    },
    /// A direction is set for a column that is no feature.
    #[error("model.train.{key} names {}, which is no feature", shown(.column))]
    DirectionWithoutFeature {
        /// `rising` or `falling`.
        key: &'static str,
        /// The column.
        column: String,
    },
    /// A direction is set for a column of text.
    #[error("model.train.{key} names {}, which holds text: text has no direction", shown(.column))]
    DirectionOfText {
        /// `rising` or `falling`.
        key: &'static str,
        /// The column.
        column: String,
    },
    /// A weight that is none.
    #[error("{}: row {row} of the weight column {} holds {}, and a weight must be a finite number of at least 0", at(.file), shown(.column), .value.map_or_else(|| "nothing".to_owned(), |value| value.to_string()))]
    BadWeight {
        /// The file.
        file: PathBuf,
        /// The column.
        column: String,
        /// The first such row, counted from 1 without the header.
        row: usize,
        /// The number; `None` where there is none.
        value: Option<f64>,
    },
    /// Without a penalty, coefficients of separable rows grow without end.
    #[error("the features tell the two labels apart without a single error, and without a penalty no finite model fits best")]
    Separable,
}

impl From<TreeError> for ModelError {
    fn from(error: TreeError) -> Self {
        match error {
            TreeError::BadSetting { setting, value, expected } => Self::BadSetting { setting, value, expected },
            TreeError::OutOfTime { seconds, .. } => Self::OutOfTime { seconds },
            other => Self::Trees(other),
        }
    }
}

impl From<DataError> for ModelError {
    fn from(error: DataError) -> Self {
        Self::Data(Box::new(error))
    }
}

impl ModelError {
    /// The same without what a cell says, where nothing of its column may be told.
    pub(crate) fn told_of(self, dataset: &Dataset) -> Self {
        match self {
            Self::TextForNumber { file, column, row, text } if dataset.is_private(&column) => {
                Self::TextForNumber { file, column, row, text: text.without_text() }
            }
            other => other,
        }
    }

    /// What to do next, where that is known.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        let help = match self {
            Self::Data(error) => return error.help(),
            Self::BadSetting { .. } => return None,
            Self::NoFeatures => "list at least one column under model.train.features".to_owned(),
            Self::DuplicateFeature { .. } => "remove one of the two under model.train.features".to_owned(),
            Self::LabelIsFeature { .. } => "remove it under model.train.features: it is what the model must predict".to_owned(),
            Self::TooFewRows { .. } => "give training more rows, or check that data.split names the right part".to_owned(),
            Self::OneClass { .. } => {
                "training needs rows of both labels: check data.positive_label, and which rows the training part holds".to_owned()
            }
            Self::MissingColumn { .. } => {
                "check the spelling under model.train.features; training rows and rows to score need the same columns".to_owned()
            }
            Self::NotFinite { .. } => {
                "correct the value, or leave the cell empty: missing values are imputed with the median".to_owned()
            }
            Self::TooLarge { .. } | Self::NoScore { .. } => {
                "correct the value, or give the column in a larger unit, such as thousands".to_owned()
            }
            Self::TextForNumber { text, .. } => {
                let text = text.text().map_or_else(|| "it".to_owned(), shown);
                format!("correct the value, or add {text} to data.missing_values if it stands for a missing value")
            }
            Self::NumberForText { column, .. } => format!(
                "read the column {} as text, as it was in training; or keep training rows and rows to score in one file with \
                 data.split",
                shown(column)
            ),
            Self::NoUsableFeatures { .. } => "list columns that differ between rows under model.train.features".to_owned(),
            Self::FitFailed { .. } | Self::FitPanicked { .. } | Self::NotFiniteCoefficients => {
                "raise model.train.l2_penalty; if that does not help, report this with the data's shape".to_owned()
            }
            Self::NotConverged { .. } => {
                "raise model.train.max_iterations, or raise model.train.l2_penalty, which makes the fit easier".to_owned()
            }
            Self::Trees(TreeError::TooLight { .. }) => {
                "lower model.train.min_leaf_weight, give training more rows, or scale the weights to about 1 a row".to_owned()
            }
            Self::Trees(TreeError::TooLarge { .. }) => {
                "lower model.train.trees or model.train.max_depth, or raise model.train.min_leaf_weight".to_owned()
            }
            Self::Trees(TreeError::Diverged { .. }) => {
                "lower model.train.learning_rate, or raise model.train.l2_penalty".to_owned()
            }
            Self::Trees(_) => "check that the features differ between rows of both labels".to_owned(),
            Self::OutOfTime { .. } => {
                "raise model.train.time_limit_seconds, or make the model smaller: fewer trees, fewer features".to_owned()
            }
            Self::DirectionWithoutFeature { key, .. } => {
                format!("take it out of model.train.{key}, or add it to model.train.features")
            }
            Self::DirectionOfText { key, .. } => {
                format!("take it out of model.train.{key}, or write its levels as numbers in their order")
            }
            Self::BadWeight { .. } => "correct the value, or take model.train.weight out".to_owned(),
            Self::Separable => {
                "set model.train.l2_penalty above 0, and check that no feature is the label in disguise".to_owned()
            }
        };
        Some(help)
    }
}

/// Why bytes are not a model that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelFileError {
    /// Too long to be a model of this format.
    #[error("the file has {bytes} bytes, and a model file has at most {LARGEST_MODEL_FILE}")]
    TooLong {
        /// The length of the file.
        bytes: usize,
    },
    /// Not JSON of the expected form.
    #[error("it is not a modelgate model: {0}")]
    Malformed(String),
    /// Written by a newer modelgate.
    #[error("its format is version {found}, and this modelgate reads up to version {MODEL_FORMAT}")]
    Newer {
        /// The version that the file states.
        found: u64,
    },
    /// It names an estimator that this modelgate does not have.
    #[error("it holds the estimator {}, which this modelgate does not know", shown(.id))]
    UnknownEstimator {
        /// The id in the file.
        id: String,
    },
    /// Well-formed, but its parts contradict each other.
    #[error("its parts contradict each other: {0}")]
    Inconsistent(String),
}

impl ModelFileError {
    /// What to do next.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Newer { .. } | Self::UnknownEstimator { .. } => {
                "update modelgate to the version that wrote the file, or train again"
            }
            Self::TooLong { .. } | Self::Malformed(_) => "check that the path names a model file of modelgate, or train again",
            Self::Inconsistent(_) => "the file was changed after it was written: restore it, or train again",
        }
    }
}
