//! Holds the columns that the settings name against those that the data files have.

use std::collections::BTreeSet;
use std::path::Path;

use modelgate_data::{AttributeSettings, looks_like_a_row};

use crate::config::located;
use crate::errors::{ConfigError, listed, one_line, shown};
use crate::locate::ConfigPath;
use crate::mistakes::Mistakes;
use crate::node::Node;
use crate::settings::{BesideSettings, ModelSource, TrainRows};
use crate::suggest::did_you_mean;

/// Why the columns of a file are not known.
#[derive(Clone)]
pub(crate) struct Unreadable {
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

/// Tells the columns of a data file.
pub(crate) type ColumnsOf<'a> = &'a dyn Fn(&Path) -> Result<Vec<String>, Unreadable>;

/// What separates cells in files that are taken for such with commas.
const OTHER_SEPARATORS: [char; 3] = [';', '\t', '|'];

/// A column that is named in the settings, and where.
type Named = (ConfigPath, String);

/// Reads the header of a data file, or the schema of a Parquet file.
pub(crate) fn of_file(path: &Path) -> Result<Vec<String>, Unreadable> {
    modelgate_data::column_names(path).map_err(|error| Unreadable { message: one_line(&error.to_string()), help: error.help() })
}

/// A data file that exists before the run, with the columns that it must have.
struct Sheet<'a> {
    /// The key that names the file.
    key: ConfigPath,
    /// The file as it is written.
    written: String,
    path: &'a Path,
    needed: Vec<Named>,
}

/// Checks every data file that exists before the run; the file of a command does not.
pub(crate) fn check(
    root: &Node<'_>,
    source: &ModelSource,
    (training, directory): (Option<&Path>, &Path),
    evaluated: &[Named],
    learned: &[Named],
    columns_of: ColumnsOf<'_>,
    mistakes: &mut Mistakes<'_>,
) {
    let mut known = Known::new(source);
    let located_columns = |written: &String| columns_of(&located(directory, written));
    if let Some(columns) = root.section("data").text("production").as_ref().map(located_columns) {
        if let Err(problem) = &columns {
            let error = ConfigError::new("unreadable-data", problem.message.clone()).helps(problem.help.clone());
            mistakes.at_value(&root.section("data").at("production"), error);
        }
        known.add(columns);
    }
    let of_sections = ["attributes", "population"].map(|key| root.section("data").section(key).text("path"));
    let others = of_sections.into_iter().chain([root.section("baseline").text("predictions")]).flatten();
    others.for_each(|written| known.add(located_columns(&written)));
    for sheet in sheets(root, source, training, evaluated, learned).iter().filter(|sheet| !sheet.written.is_empty()) {
        let columns = columns_of(sheet.path);
        known.add(columns.clone());
        match columns {
            Ok(columns) => check_sheet(sheet, &columns, mistakes),
            Err(problem) => {
                let error = ConfigError::new("unreadable-data", problem.message).helps(problem.help);
                mistakes.at_value(&sheet.key, error);
            }
        }
    }
    known.check_protected(root, mistakes);
}

/// The columns of all files, where all of them are there to be looked at.
struct Known(Option<BTreeSet<String>>);

impl Known {
    fn new(source: &ModelSource) -> Self {
        Self((!matches!(source, ModelSource::Command(_))).then(BTreeSet::new))
    }

    fn add(&mut self, columns: Result<Vec<String>, Unreadable>) {
        // What looks like a row names no columns, and none of it may be told.
        let columns = columns.ok().filter(|columns| !looks_like_a_row(columns));
        self.0 = self.0.take().zip(columns).map(|(mut known, columns)| {
            known.extend(columns);
            known
        });
    }

    /// A column that is to be protected and that no file has is one that is not protected.
    fn check_protected(&self, root: &Node<'_>, mistakes: &mut Mistakes<'_>) {
        let Some(known) = &self.0 else { return };
        let data = root.section("data");
        let protected = ["personal", "sensitive"].into_iter().flat_map(|key| data.texts(key));
        for (path, column) in protected.filter(|(_, column)| !known.contains(column)) {
            let error = ConfigError::new("unknown-column", format!("no file has a column {}", shown(&column)))
                .note("nothing is protected by its name")
                .helps(did_you_mean(&column, known.iter().map(String::as_str)));
            mistakes.at_value(&path, error);
        }
    }
}

fn sheets<'a>(
    root: &Node<'_>,
    source: &'a ModelSource,
    training: Option<&'a Path>,
    evaluated: &[Named],
    learned: &[Named],
) -> Vec<Sheet<'a>> {
    let (model, data) = (root.section("model"), root.section("data"));
    let sheet = |section: &Node<'_>, name: &str, path: &'a Path, needed: Vec<Named>| Sheet {
        key: section.at(name),
        written: section.text(name).unwrap_or_default(),
        path,
        needed,
    };
    let label = || -> Vec<Named> { data.text("label").map(|label| (data.at("label"), label)).into_iter().collect() };
    match source {
        ModelSource::Command(_) => training.map(|path| sheet(&data, "train_path", path, label())).into_iter().collect(),
        ModelSource::Predictions { path } => {
            let mut sheets = vec![sheet(&model, "predictions", path, evaluated.to_vec())];
            sheets.extend(training.map(|path| sheet(&data, "train_path", path, label())));
            sheets
        }
        ModelSource::Train { rows, evaluate, .. } => {
            let train = model.section("train");
            let weight = train.text("weight").map(|column| (train.at("weight"), column));
            // In one file for both, the weight stands beside the rest.
            let in_split = weight.clone().filter(|_| matches!(rows, TrainRows::Split { .. }));
            let all = [evaluated, learned, in_split.as_slice()].concat();
            let mut sheets = vec![sheet(&data, "path", evaluate, all)];
            if let TrainRows::File(path) = rows {
                let needed = label().into_iter().chain(weight.clone()).chain(learned.iter().cloned()).collect();
                sheets.push(sheet(&data, "train_path", path, needed));
            }
            sheets
        }
    }
}

/// The slice columns that a file with attributes has; it is checked as well.
pub(crate) fn besides(
    root: &Node<'_>,
    attributes: Option<&AttributeSettings>,
    slices: &[Named],
    columns_of: ColumnsOf<'_>,
    mistakes: &mut Mistakes<'_>,
) -> Vec<String> {
    let Some(attributes) = attributes else { return Vec::new() };
    let data = root.section("data");
    let section = data.section("attributes");
    let id = if section.has("id") { section.at("id") } else { data.at("id") };
    let needed = vec![(id, attributes.id.clone())].into_iter().filter(|(_, id)| !id.is_empty()).collect();
    let sheet =
        Sheet { key: section.at("path"), written: section.text("path").unwrap_or_default(), path: &attributes.path, needed };
    match columns_of(sheet.path) {
        Ok(columns) => {
            check_sheet(&sheet, &columns, mistakes);
            slices.iter().map(|(_, column)| column).filter(|column| columns.contains(column)).cloned().collect()
        }
        Err(problem) => {
            let error = ConfigError::new("unreadable-data", problem.message).helps(problem.help);
            mistakes.at_value(&sheet.key, error);
            slices.iter().map(|(_, column)| column.clone()).collect()
        }
    }
}

/// Checks the file with the baseline's predictions, where there is one.
pub(crate) fn check_beside(
    root: &Node<'_>,
    beside: Option<&BesideSettings>,
    columns_of: ColumnsOf<'_>,
    mistakes: &mut Mistakes<'_>,
) {
    let (baseline, data) = (root.section("baseline"), root.section("data"));
    let Some(BesideSettings { path: Some(path), prediction, score }) = beside else { return };
    // A column that has no key of its own is written at the candidate's.
    let place = |own: &str, other: &str| data.at(if data.has(own) { own } else { other });
    let columns = [
        (place("baseline_prediction", "prediction"), prediction.clone()),
        (place("baseline_score", "score"), score.clone()),
        (data.at("id"), data.text("id")),
    ];
    let needed = columns.into_iter().filter_map(|(path, column)| Some((path, column?))).collect();
    let written = baseline.text("predictions").unwrap_or_default();
    let sheet = Sheet { key: baseline.at("predictions"), written, path, needed };
    match columns_of(sheet.path) {
        Ok(columns) => check_sheet(&sheet, &columns, mistakes),
        Err(problem) => {
            let error = ConfigError::new("unreadable-data", problem.message).helps(problem.help);
            mistakes.at_value(&sheet.key, error);
        }
    }
}

fn check_sheet(sheet: &Sheet<'_>, columns: &[String], mistakes: &mut Mistakes<'_>) {
    for (path, column) in sheet.needed.iter().filter(|(_, column)| !columns.contains(column)) {
        let message = format!("{} has no column {}", shown(&sheet.written), shown(column));
        let note = if looks_like_a_row(columns) {
            format!(
                "its first line looks like a row of {} cells, which are not shown: is the header line missing?",
                columns.len()
            )
        } else {
            format!("its columns are {}", listed(columns.iter().map(String::as_str), 20))
        };
        let help = match columns {
            [one] if one.contains(OTHER_SEPARATORS) => Some(
                "its only column holds a semicolon, a tab or a bar: cells of a .csv file are separated by commas, those of a .tsv file by tabs"
                    .to_owned(),
            ),
            _ => did_you_mean(column, columns.iter().map(String::as_str)),
        };
        let error = ConfigError::new("unknown-column", message).note(note).helps(help);
        mistakes.at_value(path, error);
    }
    for (path, column) in sheet.needed.iter().filter(|(_, column)| columns.contains(column)) {
        let same = |other: &&String| *other != column && other.to_lowercase() == column.to_lowercase();
        if let Some(other) = columns.iter().find(same) {
            let message = format!("{} has a column {} and a column {}", shown(&sheet.written), shown(column), shown(other));
            let error = ConfigError::new("ambiguous-column", message).note("names that differ only by case are easily mixed up");
            mistakes.at_value(path, error.help("rename one of them in the file"));
        }
    }
}
