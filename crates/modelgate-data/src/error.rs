//! Everything that can be wrong with a file of rows, each with what, where, why, and what to do next.

use std::path::PathBuf;

use crate::format::ALL_ENDINGS;
use crate::packed::MOST_ROW_BYTES;
use crate::position::Position;
use crate::shown::{listed, quoted, shown_path};

/// Why rows could not be read or counted.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DataError {
    /// There is no such file.
    #[error("{}: there is no such file", shown_path(.path))]
    NotFound {
        /// The path that was asked for.
        path: PathBuf,
    },
    /// The operating system refused to give the bytes.
    #[error("{}: the file cannot be read: {reason}", shown_path(.path))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        reason: String,
    },
    /// The file's name does not say its format.
    #[error("{}: the format of the file is unknown: its name ends in none of {ALL_ENDINGS}", shown_path(.path))]
    UnknownExtension {
        /// The file.
        path: PathBuf,
    },
    /// The file holds no bytes, or blanks only.
    #[error("{}: the file is empty", shown_path(.path))]
    EmptyFile {
        /// The file.
        path: PathBuf,
    },
    /// There are column names and no rows.
    #[error("{}: the file has column names and no rows", shown_path(.path))]
    NoRows {
        /// The file.
        path: PathBuf,
    },
    /// A column has no name.
    #[error("{}: column {field} has no name", shown_path(.path))]
    EmptyColumnName {
        /// The file.
        path: PathBuf,
        /// Which column, from 1.
        field: usize,
    },
    /// Two columns have the same name.
    #[error("{}: columns {first} and {second} are both named {}", shown_path(.path), quoted(.name))]
    DuplicateColumn {
        /// The file.
        path: PathBuf,
        /// The name.
        name: String,
        /// The first column of that name, from 1.
        first: usize,
        /// The second column of that name, from 1.
        second: usize,
    },
    /// A row has more or fewer fields than the header.
    #[error("{}:{line}: the row has {found} fields, and the header has {expected}", shown_path(.path))]
    RaggedRow {
        /// The file.
        path: PathBuf,
        /// The line on which the row begins, from 1.
        line: u64,
        /// Fields in the header.
        expected: usize,
        /// Fields in the row.
        found: usize,
    },
    /// Bytes that are not UTF-8 text.
    #[error("{}:{line}:{field}: the text is not UTF-8: \"{text}\"", shown_path(.path))]
    NotUtf8 {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// The field in the line, from 1.
        field: usize,
        /// The field, with bytes that are not ASCII written as `\xNN`.
        text: String,
        /// Whether the file begins like UTF-16.
        utf16: bool,
    },
    /// A quote is opened and never closed, so that the rest of the file would be one cell.
    #[error("{}:{line}: a quote is opened and never closed", shown_path(.path))]
    UnclosedQuote {
        /// The file.
        path: PathBuf,
        /// The line of the opening quote, from 1.
        line: u64,
    },
    /// The CSV reader refused the file for another reason.
    #[error("{}: the file cannot be read as rows: {reason}", shown_path(.path))]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What the reader says.
        reason: String,
    },
    /// A `.parquet` file that does not begin like one.
    #[error("{}: this is not a Parquet file: it does not begin with PAR1", shown_path(.path))]
    NotParquet {
        /// The file.
        path: PathBuf,
    },
    /// A Parquet file that is cut off or damaged.
    #[error("{}: the Parquet file is damaged or cut off: {reason}", shown_path(.path))]
    BrokenParquet {
        /// The file.
        path: PathBuf,
        /// What the reader says.
        reason: String,
    },
    /// An Arrow file that does not begin like one.
    #[error("{}: this is not an Arrow IPC file: it begins neither like a file nor like a stream", shown_path(.path))]
    NotArrow {
        /// The file.
        path: PathBuf,
    },
    /// An Arrow file that is cut off or damaged.
    #[error("{}: the Arrow file is damaged or cut off: {reason}", shown_path(.path))]
    BrokenArrow {
        /// The file.
        path: PathBuf,
        /// What the reader says.
        reason: String,
    },
    /// A file that is not what its name says.
    #[error("{}: the name says {named}, and the file is {found}", shown_path(.path))]
    WrongContent {
        /// The file.
        path: PathBuf,
        /// What the name says.
        named: String,
        /// What the content says.
        found: &'static str,
        /// What to do about it.
        help: String,
    },
    /// A packed file that is cut off or damaged.
    #[error("{}: the file cannot be unpacked with {packing}: {reason}", shown_path(.path))]
    BrokenPacking {
        /// The file.
        path: PathBuf,
        /// How it is packed.
        packing: &'static str,
        /// What the reader says.
        reason: String,
    },
    /// A packed file that unpacks to more than is allowed.
    #[error("{}: the file unpacks to more than {} MiB", shown_path(.path), .most >> 20)]
    UnpacksToTooMuch {
        /// The file.
        path: PathBuf,
        /// The most bytes that are allowed.
        most: u64,
    },
    /// A line that does not end.
    #[error("{}:{line}: the line is longer than {} MiB", shown_path(.path), MOST_ROW_BYTES >> 20)]
    EndlessLine {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
    },
    /// A line of a JSON Lines file that is no object.
    #[error("{}:{line}{}: the line is no JSON object: {reason}", shown_path(.path), .column.map(|column| format!(":{column}")).unwrap_or_default())]
    BadJson {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// Where in the line, from 1; `None` where it is not one place.
        column: Option<usize>,
        /// What the reader says.
        reason: String,
    },
    /// A folder without files of rows.
    #[error("{}: the folder holds no file of rows", shown_path(.path))]
    EmptyFolder {
        /// The folder.
        path: PathBuf,
    },
    /// A folder that holds something besides files of rows.
    #[error("{}: {} is {}", shown_path(.path), shown_path(.other), if *.is_folder { "a folder within it" } else { "not a file of rows" })]
    OtherInFolder {
        /// The folder.
        path: PathBuf,
        /// What else it holds.
        other: PathBuf,
        /// Whether that is a folder.
        is_folder: bool,
    },
    /// Files of one input that are of different formats.
    #[error("{}: the files are of different formats: {} is {} and {} is {}", shown_path(.path), shown_path(.first), .formats.0, shown_path(.other), .formats.1)]
    MixedFormats {
        /// The folder or pattern.
        path: PathBuf,
        /// The first file.
        first: PathBuf,
        /// The first file of another format.
        other: PathBuf,
        /// The formats of both.
        formats: (&'static str, &'static str),
    },
    /// A pattern that is none.
    #[error("{}: this is no file and is not a pattern of files: {reason}", shown_path(.path))]
    BadPattern {
        /// The pattern.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A pattern that no file fits.
    #[error("{}: no file fits this pattern", shown_path(.path))]
    NothingFits {
        /// The pattern.
        path: PathBuf,
    },
    /// Files of one input that have different columns.
    #[error("{}: the columns differ from those of {}:{}{}", shown_path(.path), shown_path(.first), names_after(" it lacks", .lacks), names_after(if .lacks.is_empty() { " it has besides" } else { ", and has besides" }, .has))]
    DifferentColumns {
        /// The file.
        path: PathBuf,
        /// The first file.
        first: PathBuf,
        /// Columns that the first file has and this one does not.
        lacks: Vec<String>,
        /// Columns that only this one has.
        has: Vec<String>,
    },
    /// A column that is of different types in two files of one input.
    #[error("{}: column {} is of type {}, and in {} of type {}", shown_path(.path), quoted(.column), .types.0, shown_path(.first), .types.1)]
    DifferentTypes {
        /// The file.
        path: PathBuf,
        /// The first file.
        first: PathBuf,
        /// The column.
        column: String,
        /// Its type here, and before.
        types: (String, String),
    },
    /// A column that is asked for does not exist.
    #[error("{}: there is no column {}", shown_path(.path), quoted(.name))]
    MissingColumn {
        /// The file.
        path: PathBuf,
        /// The name that was asked for.
        name: String,
        /// The name that was most likely meant.
        nearest: Option<String>,
        /// The columns that exist.
        columns: Vec<String>,
    },
    /// A column of a Parquet type that cannot be used.
    #[error("{}: column {} is of type {data_type}, which cannot be used", shown_path(.path), quoted(.name))]
    UnsupportedColumn {
        /// The file.
        path: PathBuf,
        /// The column.
        name: String,
        /// Its type.
        data_type: String,
    },
    /// A cell that its role does not allow.
    #[error("{at}: {}{}", .problem.sentence(.text.as_deref()), and_more(*.more))]
    BadCell {
        /// The first such cell.
        at: Box<Position>,
        /// What is wrong with it.
        problem: CellProblem,
        /// What the file says there; `None` for a null of a Parquet file.
        text: Option<String>,
        /// How many more cells of the column are wrong in the same way.
        more: u64,
    },
    /// The labels do not say by themselves which of them is positive.
    #[error("{}: column {} holds {}, and which label is positive is not declared", shown_path(.path), quoted(.column), listed(.found.iter().map(String::as_str)))]
    PositiveLabelNeeded {
        /// The file.
        path: PathBuf,
        /// The label column.
        column: String,
        /// The labels that occur.
        found: Vec<String>,
    },
    /// The declared positive label does not occur, and others do.
    #[error("{}: the positive label {} never occurs in column {}, which holds {}", shown_path(.path), quoted(.positive), quoted(.column), listed(.found.iter().map(String::as_str)))]
    PositiveLabelNeverOccurs {
        /// The file.
        path: PathBuf,
        /// The label column.
        column: String,
        /// The declared label.
        positive: String,
        /// The label that was most likely meant.
        nearest: Option<String>,
        /// The labels that occur.
        found: Vec<String>,
    },
    /// The labels are of more than two classes.
    #[error("{at}: {} is a third class ({rows} {}): the column holds {}", quoted(.class), rows_word(*.rows), class_counts(.classes))]
    ThirdClass {
        /// Its first row.
        at: Box<Position>,
        /// The class.
        class: String,
        /// Its rows.
        rows: u64,
        /// Every class with its rows, the most frequent first.
        classes: Vec<(String, u64)>,
    },
    /// A slice column has too many distinct values.
    #[error("{}: slice column {} has {found} distinct values, and at most {limit} are allowed", shown_path(.path), quoted(.column))]
    TooManyLevels {
        /// The file.
        path: PathBuf,
        /// The slice column.
        column: String,
        /// The distinct values found.
        found: usize,
        /// The most that are allowed.
        limit: usize,
    },
    /// The slice columns cross to too many slices.
    #[error("{}: the slice columns make {found} slices, and at most {limit} can be counted; column {} has the most values, {levels}", shown_path(.path), quoted(.column))]
    TooManySlices {
        /// The file.
        path: PathBuf,
        /// The slice column with the most levels.
        column: String,
        /// Its levels.
        levels: usize,
        /// The slices found.
        found: usize,
        /// The most that are counted.
        limit: usize,
    },
    /// A column of classes or clusters has too many distinct values.
    #[error("{}: column {} has {found} different classes, and at most {limit} are allowed", shown_path(.path), quoted(.column))]
    TooManyClasses {
        /// The file.
        path: PathBuf,
        /// The column.
        column: String,
        /// The classes found.
        found: usize,
        /// The most that are allowed.
        limit: usize,
    },
    /// The sets of a multilabel task hold too many different labels.
    #[error("{}: the sets in column {} hold {found} different labels, and at most {limit} are allowed", shown_path(.path), quoted(.column))]
    TooManyLabels {
        /// The file.
        path: PathBuf,
        /// The column.
        column: String,
        /// The labels found.
        found: usize,
        /// The most that are allowed.
        limit: usize,
    },
    /// Two axes have the same name.
    #[error("two slices are named {}", quoted(.name))]
    DuplicateAxis {
        /// The name.
        name: String,
    },
    /// Neither predictions nor scores are given.
    #[error("{}: neither a prediction column nor a score column is declared, so there is nothing to evaluate", shown_path(.path))]
    NoPredictions {
        /// The file.
        path: PathBuf,
    },
    /// No row belongs to a part of the data.
    #[error("{}: no row has the value {} in column {}, which holds {}", shown_path(.path), quoted(.value), quoted(.column), listed(.found.iter().map(String::as_str)))]
    EmptySplit {
        /// The file.
        path: PathBuf,
        /// The column that names the parts.
        column: String,
        /// The part that was asked for.
        value: String,
        /// The part that was most likely meant.
        nearest: Option<String>,
        /// The parts that occur.
        found: Vec<String>,
    },
    /// A score column cannot be added under a name that is taken.
    #[error("{}: there is a column {} already, so the model's scores cannot be added under that name", shown_path(.path), quoted(.name))]
    ColumnExists {
        /// The file.
        path: PathBuf,
        /// The name.
        name: String,
    },
    /// Rows that another file must be joined to have no id.
    #[error("{}: {rows} {} no id in column {}", shown_path(.path), if *.rows == 1 { "row has" } else { "rows have" }, quoted(.column))]
    MissingIds {
        /// The file.
        path: PathBuf,
        /// The column of ids.
        column: String,
        /// The rows without one.
        rows: usize,
    },
    /// Ids by which two files are to be joined are not unique.
    #[error("{}: {repeated} {} more than once in column {}, such as {}", shown_path(.path), if *.repeated == 1 { "id stands" } else { "ids stand" }, quoted(.column), quoted(.first))]
    RepeatedIds {
        /// The file.
        path: PathBuf,
        /// The column of ids.
        column: String,
        /// How many ids stand more than once.
        repeated: usize,
        /// One of them.
        first: String,
    },
    /// Two files do not have the same ids.
    #[error("{}: rows whose {} is not in {}: {unknown}{}; rows of that file whose {} is not here: {extra}", shown_path(.path), quoted(.column), shown_path(.other), .first.as_deref().map(|id| format!(" (such as {})", quoted(id))).unwrap_or_default(), quoted(.column))]
    UnmatchedIds {
        /// The file with the rows.
        path: PathBuf,
        /// The file that is joined to it.
        other: PathBuf,
        /// The column of ids.
        column: String,
        /// Ids of the rows that the other file lacks.
        unknown: usize,
        /// Ids of the other file that the rows lack.
        extra: usize,
        /// One of the unknown ids.
        first: Option<String>,
    },
    /// Too many rows are named by an id that the file with their attributes lacks.
    #[error("{}: {unmatched} of {rows} {} an id that is not in {} (such as {}), and at most {most} may", shown_path(.path), if *.unmatched == 1 { "rows has" } else { "rows have" }, shown_path(.other), quoted(.first))]
    TooManyUnmatched {
        /// The file with the rows.
        path: PathBuf,
        /// The file with the attributes.
        other: PathBuf,
        /// Rows without attributes.
        unmatched: u64,
        /// All rows.
        rows: u64,
        /// The largest share, for people.
        most: String,
        /// One of the ids.
        first: String,
    },
    /// Too many rows of a file with attributes belong to no row.
    #[error("{}: {unused} of {rows} rows of {} belong to no row, and at most {most} may", shown_path(.path), shown_path(.other))]
    TooManyUnused {
        /// The file with the rows.
        path: PathBuf,
        /// The file with the attributes.
        other: PathBuf,
        /// Its rows that belong to no row.
        unused: u64,
        /// All its rows.
        rows: u64,
        /// The largest share, for people.
        most: String,
    },
    /// There is not one score a row.
    #[error("{}: there are {expected} rows and {found} scores", shown_path(.path))]
    ScoresDoNotFit {
        /// The file.
        path: PathBuf,
        /// The number of rows.
        expected: usize,
        /// The number of scores.
        found: usize,
    },
}

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
        labels: Vec<String>,
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
        classes: Vec<String>,
        /// Whether they are those that have a column of probabilities.
        probable: bool,
    },
    /// Probabilities of the classes that do not sum to one.
    ProbabilitySum {
        /// What they sum to.
        sum: String,
    },
    /// A row without a query.
    MissingQuery,
    /// A row that falls into another slice than the first one of its query.
    SliceOfQuery {
        /// The query.
        query: String,
    },
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
        label: String,
    },
    /// It holds a label that is not declared.
    Unknown {
        /// The label.
        label: String,
        /// The labels that a set may hold.
        labels: Vec<String>,
    },
}

impl SetFault {
    fn sentence(&self, noun: &str, cell: &str) -> String {
        match self {
            Self::Missing => format!("the {noun} set is missing: the cell is {cell}, and every row needs a set"),
            Self::EmptyLabel { separator } => {
                format!("the {noun} set {cell} holds an empty label: {} stands where no label is beside it", quoted(separator))
            }
            Self::Repeated { label } => format!("the {noun} set {cell} holds {} twice", quoted(label)),
            Self::Unknown { label, labels } => {
                format!(
                    "the {noun} set {cell} holds {}, which is none of {}",
                    quoted(label),
                    listed(labels.iter().map(String::as_str))
                )
            }
        }
    }

    fn help(&self) -> &'static str {
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
    /// What is wrong, about a cell of this text.
    fn sentence(&self, text: Option<&str>) -> String {
        let cell = text.map_or_else(|| "null".to_owned(), quoted);
        match self {
            Self::MissingLabel => format!("the label is missing: the cell is {cell}, and every row needs a label"),
            Self::MissingPrediction => format!("the prediction is missing: the cell is {cell}, and every row needs a prediction"),
            Self::UnknownPrediction { labels } => {
                format!("the prediction {cell} is none of the labels {}", listed(labels.iter().map(String::as_str)))
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
            Self::BinNotNumber => format!("{cell} is not a number, so it falls into none of the slice's bins"),
            Self::UnknownClass { classes, .. } => {
                format!("the label {cell} is none of the classes {}", listed(classes.iter().map(String::as_str)))
            }
            Self::ProbabilitySum { sum } => {
                format!("the probabilities of this row sum to {sum}, and the classes' probabilities must sum to 1")
            }
            Self::MissingQuery => format!("the query is missing: the cell is {cell}, and every row belongs to a query"),
            Self::SliceOfQuery { query } => {
                format!(
                    "{cell} differs from the first row of query {}, and all rows of a query fall into the same slice",
                    quoted(query)
                )
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
    fn help(&self) -> &'static str {
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
            Self::SliceOfQuery { .. } => {
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
            Self::BinNotNumber => "correct the cell, add its text to data.missing_values, or slice the column without bins",
        }
    }
}

/// The longest value of a slice column: it stands in every document, once for every number of the slice.
pub(crate) const MOST_LEVEL_CHARS: usize = 200;

fn rows_word(rows: u64) -> &'static str {
    if rows == 1 { "row" } else { "rows" }
}

fn and_more(more: u64) -> String {
    if more == 0 { String::new() } else { format!(" (and {more} more {})", rows_word(more)) }
}

fn class_counts(classes: &[(String, u64)]) -> String {
    const MOST: usize = 10;
    let shown = classes.iter().take(MOST).map(|(class, rows)| format!("{} ({rows} {})", quoted(class), rows_word(*rows)));
    let more = classes.len().saturating_sub(MOST);
    let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{tail}", shown.collect::<Vec<_>>().join(", "))
}

/// Names behind some words; nothing where there are none.
fn names_after(words: &str, names: &[String]) -> String {
    if names.is_empty() { String::new() } else { format!("{words} {}", listed(names.iter().map(String::as_str))) }
}

fn did_you_mean(nearest: Option<&String>) -> String {
    nearest.map(|name| format!("did you mean {}? ", quoted(name))).unwrap_or_default()
}

impl DataError {
    /// What to do next.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        let text = match self {
            Self::NotFound { .. } => "check the path; it is relative to the folder of modelgate.yml".to_owned(),
            Self::UnknownExtension { .. } => {
                "rename or convert the file; CSV and TSV (first line: column names), JSON Lines, Parquet and Arrow IPC can be read"
                    .to_owned()
            }
            Self::WrongContent { help, .. } => help.clone(),
            Self::UnpacksToTooMuch { .. } => {
                "if it is meant to be that large, raise data.max_unpacked_mib; else find out who wrote it".to_owned()
            }
            Self::EndlessLine { .. } => {
                "write a line end behind every row; is this a text file at all?".to_owned()
            }
            Self::BadJson { .. } => {
                "write one object a line, such as {\"label\": 1, \"score\": 0.5}; a number that is missing is null, never NaN".to_owned()
            }
            Self::EmptyFolder { .. } => {
                "look at the step that writes into it; names that begin with . or _ are passed over".to_owned()
            }
            Self::OtherInFolder { path, is_folder, .. } => {
                let inner = if *is_folder { "**/" } else { "" };
                format!("say which files are meant with a pattern, such as \"{}/{inner}*.parquet\"", shown_path(path))
            }
            Self::MixedFormats { .. } => "say which files are meant with a pattern, such as \"rows/*.parquet\"".to_owned(),
            Self::BadPattern { .. } | Self::NothingFits { .. } => {
                "check the path; it is relative to the folder of modelgate.yml, and * stands for any part of a name".to_owned()
            }
            Self::DifferentColumns { .. } | Self::DifferentTypes { .. } => {
                "write all files of one table alike; is one of them from another time or another table?".to_owned()
            }
            Self::EmptyFile { .. } | Self::NoRows { .. } => {
                "look at the step that writes this file: nothing can be measured on no rows".to_owned()
            }
            Self::EmptyColumnName { .. } => {
                "name every column; pandas writes its row numbers without a name unless told `index=False`".to_owned()
            }
            Self::DuplicateColumn { .. } => "rename or remove one of the two columns".to_owned(),
            Self::RaggedRow { .. } => {
                "put quotes around text that holds the separator, and double the quotes inside quoted text".to_owned()
            }
            Self::NotUtf8 { utf16: true, .. } => "the file looks like UTF-16: save it as UTF-8".to_owned(),
            Self::NotUtf8 { path, .. } => {
                let path = shown_path(path);
                format!("save the file as UTF-8, for example: iconv -f WINDOWS-1252 -t UTF-8 {path} > utf8.csv")
            }
            Self::UnclosedQuote { .. } => "close the quote, or double it where it is part of the text".to_owned(),
            Self::NotArrow { .. } => "name a CSV file .csv, or write the file with an Arrow IPC writer".to_owned(),
            Self::NotParquet { .. } => "name a CSV file .csv, or write the file with a Parquet writer".to_owned(),
            Self::BrokenParquet { .. } | Self::BrokenArrow { .. } | Self::BrokenPacking { .. } => "fetch or write the file again: it may have been cut off on the way".to_owned(),
            Self::MissingColumn { nearest, columns, .. } => {
                let hint = if columns.iter().any(|name| name.parse::<f64>().is_ok()) {
                    " (some names are numbers: is the header line missing?)"
                } else {
                    ""
                };
                format!("{}the columns are {}{hint}", did_you_mean(nearest.as_ref()), listed(columns.iter().map(String::as_str)))
            }
            Self::UnsupportedColumn { .. } => "write it as a number, text or boolean".to_owned(),
            Self::BadCell { problem, .. } => problem.help().to_owned(),
            Self::PositiveLabelNeeded { found, .. } => {
                let example = found.last().map_or("yes", String::as_str);
                format!("say which one is positive, for example `positive_label: {}` under `data:`", quoted(example))
            }
            Self::PositiveLabelNeverOccurs { nearest, .. } => {
                format!("{}correct `positive_label` under `data:`", did_you_mean(nearest.as_ref()))
            }
            Self::ThirdClass { .. } => {
                "two classes are supported: merge or remove the others, or add the text to data.missing_values and drop those rows"
                    .to_owned()
            }
            Self::TooManyLevels { .. } => {
                "give the column bins if it holds numbers, slice by another column, or raise evaluation.max_levels".to_owned()
            }
            Self::TooManySlices { .. } => {
                "give that column bins if it holds numbers, slice by a coarser one, or write `intersection_depth: 1` under `evaluation:` \
                 so that columns are not crossed"
                    .to_owned()
            }
            Self::TooManyClasses { .. } => {
                "name the column that holds classes; where these are numbers, the task is a regression (`model.task: regression`)".to_owned()
            }
            Self::TooManyLabels { .. } => {
                "is the text between the labels of a set the one that `data.separator` names? Otherwise merge labels".to_owned()
            }
            Self::DuplicateAxis { .. } => "give one of them another name with `name:`".to_owned(),
            Self::NoPredictions { .. } => "declare `prediction` or `score` under `data:`".to_owned(),
            Self::EmptySplit { nearest, .. } => {
                format!("{}correct `split` under `data:`", did_you_mean(nearest.as_ref()))
            }
            Self::ColumnExists { .. } => "rename the column in the file".to_owned(),
            Self::MissingIds { .. } | Self::RepeatedIds { .. } => {
                "rows of two files are joined by id: name in data.id a column that names every row, each by its own".to_owned()
            }
            Self::TooManyUnmatched { .. } => {
                "name the same people in both files, or raise data.attributes.max_unmatched: rows without attributes are in no group"
                    .to_owned()
            }
            Self::TooManyUnused { .. } => {
                "is it the file of these rows? If it covers more people, raise data.attributes.max_unused".to_owned()
            }
            Self::UnmatchedIds { .. } => {
                "let the previous model predict exactly these rows: what is compared row by row must be there on both sides".to_owned()
            }
            Self::Unreadable { .. } | Self::Malformed { .. } | Self::ScoresDoNotFit { .. } => return None,
        };
        Some(text)
    }
}
