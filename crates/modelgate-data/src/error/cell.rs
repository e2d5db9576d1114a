//! What can be wrong with a cell: its words, and what to do about it.

use crate::shown::quoted;
use crate::told::{Told, told_list};

/// The longest value of a slice column: it stands in every document, once for every number of the slice.
pub(crate) const MOST_LEVEL_CHARS: usize = 200;

/// What is wrong with a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CellProblem {
    /// A row without a label.
    MissingLabel,
    /// A row without a prediction.
    MissingPrediction,
    /// A prediction that is neither of the labels.
    UnknownPrediction {
        /// The labels that a prediction may be.
        labels: Vec<Told>,
    },
    /// A row without a score.
    MissingScore,
    /// A score that is text.
    ScoreNotNumber,
    /// A score that is NaN ("not a number").
    ScoreNan,
    /// A score outside 0 to 1.
    ScoreOutside,
    /// A row without a weight.
    MissingWeight,
    /// A weight that is text.
    WeightNotNumber,
    /// A weight that is NaN or infinite.
    WeightNotFinite,
    /// A weight below zero.
    WeightNegative,
    /// A weight too small or too large to be summed exactly.
    WeightOutside,
    /// A value of a binned axis that is text.
    BinNotNumber,
    /// A value of a slice column that is a whole text.
    LevelTooLong,
    /// A label that is none of the classes.
    UnknownClass {
        /// The classes.
        classes: Vec<Told>,
        /// Whether they are those that have a column of probabilities.
        probable: bool,
    },
    /// Probabilities of the classes that do not sum to one.
    ProbabilitySum {
        /// What they sum to.
        sum: String,
    },
    /// A row of a population without a column or a group.
    NoPopulationName,
    /// A share or number of people that is no number, or below zero.
    NoAmount,
    /// A row without a query.
    MissingQuery,
    /// A row that falls into another slice than the first one of its query.
    SliceOfQuery,
    /// A set of labels.
    Set {
        /// Whose set it is.
        noun: &'static str,
        /// What is wrong with it.
        fault: SetFault,
    },
    /// A number of a task that counts numbers.
    Unfit {
        /// What the number is.
        noun: &'static str,
        /// What is wrong with it.
        fault: Fault,
    },
}

/// What is wrong with a population as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PopulationFault {
    /// It tells shares and counts.
    SharesAndCounts,
    /// A group stands twice.
    Twice {
        /// Its column.
        column: String,
        /// The group.
        group: String,
    },
    /// The groups of a column are not all, or nobody is in them.
    Sum {
        /// The column.
        column: String,
        /// What they sum to.
        sum: String,
    },
    /// The rows lack a column of it.
    UnknownColumn {
        /// The column.
        column: String,
        /// The file with the rows.
        rows: String,
    },
}

impl PopulationFault {
    pub(super) fn sentence(&self) -> String {
        match self {
            Self::SharesAndCounts => {
                "the population has the columns `share` and `count`, and one of them must tell how many people are in a group"
                    .to_owned()
            }
            Self::Twice { column, group } => format!("the group {} of {} stands twice", quoted(group), quoted(column)),
            Self::Sum { column, sum } => {
                format!("the shares of {} sum to {sum}, so that they are not those of all groups", quoted(column))
            }
            Self::UnknownColumn { column, rows } => {
                format!("it tells the groups of {}, which is no column of {rows} and no slice column", quoted(column))
            }
        }
    }

    pub(super) fn help(&self) -> &'static str {
        match self {
            Self::SharesAndCounts => "delete one of the two columns",
            Self::Twice { .. } => "keep one of the rows, or add their numbers up",
            Self::Sum { .. } => {
                "write every group of the column with its share of the population, as a part of one, or write `count`"
            }
            Self::UnknownColumn { .. } => {
                "name the column, or the slice column of `evaluation.slices`, as it is called there, or delete its rows"
            }
        }
    }
}

/// What is wrong with a set of labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetFault {
    /// There is none.
    Missing,
    /// One of its labels is empty.
    EmptyLabel {
        /// What stands between labels.
        separator: String,
    },
    /// It holds a label twice.
    Repeated {
        /// The label.
        label: Told,
    },
    /// It holds a label that is not declared.
    Unknown {
        /// The label.
        label: Told,
        /// The labels that a set may hold.
        labels: Vec<Told>,
    },
}

impl SetFault {
    pub(super) fn sentence(&self, noun: &str, cell: &str) -> String {
        match self {
            Self::Missing => format!("the {noun} set is missing: the cell is {cell}, and every row needs a set"),
            Self::EmptyLabel { separator } => {
                format!("the {noun} set {cell} holds an empty label: {} stands where no label is beside it", quoted(separator))
            }
            Self::Repeated { label } => format!("the {noun} set {cell} holds {label} twice"),
            Self::Unknown { label, labels } => {
                format!("the {noun} set {cell} holds {label}, which is none of {}", told_list(labels))
            }
        }
    }

    pub(super) fn help(&self) -> &'static str {
        match self {
            Self::Missing => "leave the cell empty where the set is empty, and fill it in otherwise",
            Self::EmptyLabel { .. } => {
                "write the labels with `data.separator` between them, and nothing at all for the empty set"
            }
            Self::Repeated { .. } => "write each label of a set once",
            Self::Unknown { .. } => {
                "correct the label or add it to `data.classes`; `data.separator` says what stands between the labels of a set"
            }
        }
    }
}

/// What is wrong with a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// There is none.
    Missing,
    /// It is text.
    NotNumber,
    /// It is NaN or infinite.
    NotFinite,
    /// It is larger than what can be summed exactly.
    TooLarge,
    /// It is below zero.
    Negative,
    /// It is no probability.
    NotFrom0To1,
}

impl CellProblem {
    /// The same without anything that cells say.
    pub(crate) fn without_texts(self) -> Self {
        let all = |told: Vec<Told>| told.into_iter().map(Told::without_text).collect();
        match self {
            Self::UnknownPrediction { labels } => Self::UnknownPrediction { labels: all(labels) },
            Self::UnknownClass { classes, probable } => Self::UnknownClass { classes: all(classes), probable },
            Self::Set { noun, fault: SetFault::Repeated { label } } => {
                Self::Set { noun, fault: SetFault::Repeated { label: label.without_text() } }
            }
            Self::Set { noun, fault: SetFault::Unknown { label, labels } } => {
                Self::Set { noun, fault: SetFault::Unknown { label: label.without_text(), labels: all(labels) } }
            }
            other => other,
        }
    }

    /// What is wrong, about a cell of which this may be told.
    pub(super) fn sentence(&self, told: &Told) -> String {
        let cell = told.to_string();
        match self {
            Self::MissingLabel => format!("the label is missing: the cell is {cell}, and every row needs a label"),
            Self::MissingPrediction => format!("the prediction is missing: the cell is {cell}, and every row needs a prediction"),
            Self::UnknownPrediction { labels } => {
                format!("the prediction {cell} is none of the labels {}", told_list(labels))
            }
            Self::MissingScore => format!("the score is missing: the cell is {cell}, and every row needs a score"),
            Self::ScoreNotNumber => format!("the score {cell} is not a number"),
            Self::ScoreNan => format!("the score {cell} is NaN, and every row needs a score from 0 to 1"),
            Self::ScoreOutside => format!("the score {cell} lies outside 0 to 1"),
            Self::MissingWeight => format!("the weight is missing: the cell is {cell}, and every row needs a weight"),
            Self::WeightNotNumber => format!("the weight {cell} is not a number"),
            Self::WeightNotFinite => format!("the weight {cell} is not finite"),
            Self::WeightNegative => format!("the weight {cell} is below zero"),
            Self::WeightOutside => format!("the weight {cell} is neither 0 nor from 0.001 to 10000"),
            Self::LevelTooLong => {
                format!("{cell} is too long to name a slice: at most {MOST_LEVEL_CHARS} characters are allowed")
            }
            Self::NoPopulationName => {
                format!("the cell is {cell}, and every row of a population names a column and one of its groups")
            }
            Self::NoAmount => format!("{cell} is no share or number of people"),
            Self::BinNotNumber => format!("{cell} is not a number, so it falls into none of the slice's bins"),
            Self::UnknownClass { classes, .. } => {
                format!("the label {cell} is none of the classes {}", told_list(classes))
            }
            Self::ProbabilitySum { sum } => {
                format!("the probabilities of this row sum to {sum}, and the classes' probabilities must sum to 1")
            }
            Self::MissingQuery => format!("the query is missing: the cell is {cell}, and every row belongs to a query"),
            Self::SliceOfQuery => {
                format!("{cell} differs from the first row of its query, and all rows of a query fall into the same slice")
            }
            Self::Set { noun, fault } => fault.sentence(noun, &cell),
            Self::Unfit { noun, fault } => match fault {
                Fault::Missing => format!("the {noun} is missing: the cell is {cell}, and every row needs one"),
                Fault::NotNumber => format!("the {noun} {cell} is not a number"),
                Fault::NotFinite => format!("the {noun} {cell} is not finite"),
                Fault::TooLarge => format!("the {noun} {cell} is larger than 1e11, the most that can be summed exactly"),
                Fault::Negative => format!("the {noun} {cell} is below zero"),
                Fault::NotFrom0To1 => format!("the {noun} {cell} lies outside 0 to 1"),
            },
        }
    }

    /// What to do about it.
    pub(super) fn help(&self) -> &'static str {
        match self {
            Self::MissingLabel | Self::MissingPrediction | Self::MissingWeight | Self::MissingQuery => {
                "fill in these rows or leave them out of the file; data.missing_values lists what counts as missing"
            }
            Self::UnknownPrediction { .. } => {
                "write predictions exactly as the labels are written, or declare a score column instead"
            }
            Self::MissingScore | Self::ScoreNan => {
                "a model that gives no score for a row must not pass unseen: find out why, then fill in these rows or leave \
                 them out of the file; data.missing_values lists what counts as missing"
            }
            Self::ScoreNotNumber => {
                "write scores as numbers from 0 to 1, with a point before the decimals; data.missing_values lists what counts as missing"
            }
            Self::ScoreOutside => "give the probability of the positive label, from 0 to 1 (a margin or a percentage is not one)",
            Self::WeightNotNumber | Self::WeightNotFinite | Self::WeightNegative => "write weights as numbers, 0 or larger",
            Self::WeightOutside => "rescale your weights so that their mean is near 1",
            Self::LevelTooLong => "slice by a column of short names, or shorten its values",
            Self::UnknownClass { probable: true, .. } => {
                "name a column with the probability of this class under `data.probabilities`, or correct the label"
            }
            Self::UnknownClass { .. } => "add it to `data.classes`, or correct the label",
            Self::ProbabilitySum { .. } => {
                "name one column for every class under `data.probabilities`, and write at least four decimals"
            }
            Self::SliceOfQuery => {
                "slice by a column that says something about the query: its rows are ranked, and judged, together"
            }
            Self::Set { fault, .. } => fault.help(),
            Self::Unfit { fault, .. } => match fault {
                Fault::Missing => {
                    "fill in these rows or leave them out of the file; data.missing_values lists what counts as missing"
                }
                Fault::NotNumber => "write numbers with a point before the decimals and without separators or units",
                Fault::NotFinite => {
                    "a model that gives no number for a row must not pass unseen: find out why, then correct these rows or leave \
                     them out of the file"
                }
                Fault::TooLarge => "give the column another unit, for example thousands instead of ones",
                Fault::Negative => "write 0 where a row is not relevant, and larger numbers the more it is",
                Fault::NotFrom0To1 => "give probabilities from 0 to 1 (a margin or a percentage is not one)",
            },
            Self::NoPopulationName => {
                "name the column as the rows do, and the group as its cells say it or as slices of it are called"
            }
            Self::NoAmount => "write a number, 0 or larger",
            Self::BinNotNumber => "correct the cell, add its text to data.missing_values, or slice the column without bins",
        }
    }
}
