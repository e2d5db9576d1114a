//! Everything that can be wrong with a file of rows, each with what, where, why, and what to do next.

mod cell;

use std::path::PathBuf;

use crate::format::ALL_ENDINGS;
use crate::packed::MOST_ROW_BYTES;
use crate::position::Position;
use crate::remote::RemoteFault;
use crate::shown::{listed, quoted, shown_path};
use crate::told::{Told, looks_like_a_row, told_list, told_name, told_names};
pub(crate) use cell::MOST_LEVEL_CHARS;
pub use cell::{CellProblem, Fault, PopulationFault, SetFault};

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
    /// What is at an address could not be fetched.
    #[error("{}: {fault}", shown_path(.path))]
    Remote {
        /// The address, without what may be secret in it.
        path: PathBuf,
        /// Why.
        fault: Box<RemoteFault>,
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
    #[error("{}: columns {first} and {second} are both named {}", shown_path(.path), told_name(.name))]
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
    #[error("{}:{line}:{field}: the text is not UTF-8: \"{bytes}\" stands where its character {character} would be", shown_path(.path))]
    NotUtf8 {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// The field in the line, from 1.
        field: usize,
        /// The first character of the field, from 1, that is none.
        character: usize,
        /// The bytes there, written as `\xNN`.
        bytes: String,
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
    #[error("{at}: {}{}", .problem.sentence(.told), and_more(*.more))]
    BadCell {
        /// The first such cell.
        at: Box<Position>,
        /// What is wrong with it.
        problem: CellProblem,
        /// What may be told of what the file says there.
        told: Told,
        /// How many more cells of the column are wrong in the same way.
        more: u64,
    },
    /// The labels do not say by themselves which of them is positive.
    #[error("{}: column {} holds {}, and which label is positive is not declared", shown_path(.path), quoted(.column), told_list(.found))]
    PositiveLabelNeeded {
        /// The file.
        path: PathBuf,
        /// The label column.
        column: String,
        /// The labels that occur.
        found: Vec<Told>,
    },
    /// The declared positive label does not occur, and others do.
    #[error("{}: the positive label {} never occurs in column {}, which holds {}", shown_path(.path), quoted(.positive), quoted(.column), told_list(.found))]
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
        found: Vec<Told>,
    },
    /// The labels are of more than two classes.
    #[error("{at}: {class} is a third class ({rows} {}): the column holds {}", rows_word(*.rows), class_counts(.classes))]
    ThirdClass {
        /// Its first row.
        at: Box<Position>,
        /// The class.
        class: Told,
        /// Its rows.
        rows: u64,
        /// Every class with its rows, the most frequent first.
        classes: Vec<(Told, u64)>,
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
    #[error("{}: no row has the value {} in column {}, which holds {}", shown_path(.path), quoted(.value), quoted(.column), told_list(.found))]
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
        found: Vec<Told>,
    },
    /// A file is no population that rows could be compared with.
    #[error("{}: {}", shown_path(.path), .fault.sentence())]
    Population {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        fault: PopulationFault,
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
    #[error("{at}: this id stood before; {repeated} {} more than once", if *.repeated == 1 { "id stands" } else { "ids stand" })]
    RepeatedIds {
        /// The first row whose id stood before.
        at: Box<Position>,
        /// How many ids stand more than once.
        repeated: usize,
    },
    /// Two files do not have the same ids.
    #[error("{}: rows whose {} is not in {}: {unknown}{}; rows of that file whose {} is not here: {extra}", shown_path(.path), quoted(.column), shown_path(.other), .first.as_deref().map(|at| format!(" (the first is {at})")).unwrap_or_default(), quoted(.column))]
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
        /// The first row with an unknown id.
        first: Option<Box<Position>>,
    },
    /// Too many rows are named by an id that the file with their attributes lacks.
    #[error("{}: {unmatched} of {rows} {} an id that is not in {} (the first is {first}), and at most {most} may", shown_path(.path), if *.unmatched == 1 { "rows has" } else { "rows have" }, shown_path(.other))]
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
        /// The first such row.
        first: Box<Position>,
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

fn rows_word(rows: u64) -> &'static str {
    if rows == 1 { "row" } else { "rows" }
}

fn and_more(more: u64) -> String {
    if more == 0 { String::new() } else { format!(" (and {more} more {})", rows_word(more)) }
}

fn class_counts(classes: &[(Told, u64)]) -> String {
    const MOST: usize = 10;
    let shown = classes.iter().take(MOST).map(|(class, rows)| format!("{class} ({rows} {})", rows_word(*rows)));
    let more = classes.len().saturating_sub(MOST);
    let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{tail}", shown.collect::<Vec<_>>().join(", "))
}

/// Names behind some words; nothing where there are none.
fn names_after(words: &str, names: &[String]) -> String {
    match names {
        [] => String::new(),
        names if looks_like_a_row(names) => format!("{words} {} columns (not shown: is the header line missing?)", names.len()),
        names => format!("{words} {}", listed(names.iter().map(String::as_str))),
    }
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
            Self::Remote { fault, .. } => fault.help(),
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
                let folder = shown_path(path);
                format!("say which files are meant with a pattern, such as \"{}/{inner}*.parquet\"", folder.trim_end_matches('/'))
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
            // What parquet's reader says of a packing that was not built in.
            Self::BrokenParquet { reason, .. } if reason.contains("Disabled feature") => {
                "write it with snappy, gzip, zstd or lz4, or unpacked: files are not read in other packings".to_owned()
            }
            Self::BrokenParquet { .. } | Self::BrokenArrow { .. } | Self::BrokenPacking { .. } => "fetch or write the file again: it may have been cut off on the way".to_owned(),
            Self::MissingColumn { nearest, columns, .. } => {
                let hint = if looks_like_a_row(columns) { " (is the header line missing?)" } else { "" };
                format!("{}the columns are {}{hint}", did_you_mean(nearest.as_ref()), told_names(columns))
            }
            Self::UnsupportedColumn { .. } => "write it as a number, text or boolean".to_owned(),
            Self::BadCell { problem, told: Told::Withheld(_), .. } => {
                format!("{}; what ids, personal and sensitive columns say is never shown: look it up there", problem.help())
            }
            Self::BadCell { problem, .. } => problem.help().to_owned(),
            Self::PositiveLabelNeeded { found, .. } => {
                let example = found.last().and_then(Told::text).unwrap_or("yes");
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
            Self::Population { fault, .. } => fault.help().to_owned(),
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
