//! Reads the two classes of a label column, and predictions that are written like labels.

use crate::Dataset;
use crate::column::{number_text, parse_number};
use crate::error::{CellProblem, DataError};
use crate::levels::{Levels, levels_of};
use crate::shown;
use crate::told::Told;

/// The labels of a binary classification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    /// The positive class. `1` where the data write `1.0`, `true` where they write `True`.
    pub positive: String,
    /// The negative class; `None` where it does not occur and cannot be known.
    pub negative: Option<String>,
    /// Whether each row is positive.
    pub is_positive: Vec<bool>,
}

/// A class with its rows.
struct Class {
    name: String,
    rows: u64,
}

/// Reads a label column of two classes.
///
/// `0` and `1` (`0.0` and `1.0`), and `true` and `false` in any case, need no `positive`; other labels do. One class
/// alone is allowed. A missing label, a third class, and a positive label that never occurs while others do are errors.
pub fn binary_labels(dataset: &Dataset, label: &str, positive: Option<&str>) -> Result<Labels, DataError> {
    let levels = levels_of(dataset.require(label)?);
    if let Some(error) = dataset.bad_cells(label, CellProblem::MissingLabel, levels.missing_rows()) {
        return Err(error);
    }
    let names = class_names(&levels);
    let classes = classes(&levels, &names);
    let (positive, negative) = choose(&classes, positive, &Context { dataset, label, levels: &levels, names: &names })?;
    let is_positive = rows_where(&levels, |name| name == positive, &names);
    Ok(Labels { positive, negative, is_positive })
}

/// Reads a label column of any classes: their names, sorted, and the class of each row by its place among them. A missing label is an
/// error.
pub fn class_labels(dataset: &Dataset, label: &str) -> Result<(Vec<String>, Vec<u32>), DataError> {
    let levels = levels_of(dataset.require(label)?);
    if let Some(error) = dataset.bad_cells(label, CellProblem::MissingLabel, levels.missing_rows()) {
        return Err(error);
    }
    let names = class_names(&levels);
    let classes: std::collections::BTreeSet<&String> = names.iter().collect();
    let place = |name: &String| classes.iter().position(|class| *class == name).and_then(|place| u32::try_from(place).ok());
    let places: Vec<u32> = names.iter().map(|name| place(name).unwrap_or_default()).collect();
    let of = |code: &u32| usize::try_from(*code).ok().and_then(|code| places.get(code)).copied().unwrap_or_default();
    let rows = levels.grouping.codes.iter().map(of).collect();
    Ok((classes.into_iter().cloned().collect(), rows))
}

/// Reads a column of predictions that are written like the labels.
pub(crate) fn predictions(dataset: &Dataset, (column, label): (&str, &str), labels: &Labels) -> Result<Vec<bool>, DataError> {
    let levels = levels_of(dataset.require(column)?);
    if let Some(error) = dataset.bad_cells(column, CellProblem::MissingPrediction, levels.missing_rows()) {
        return Err(error);
    }
    let names = class_names(&levels);
    // Where every label is positive, one other text is what "not positive" is called.
    let other = || classes(&levels, &names).into_iter().map(|class| class.name).find(|name| *name != labels.positive);
    let negative = labels.negative.clone().or_else(other);
    let unknown = rows_where(&levels, |name| name != labels.positive && Some(name) != negative.as_deref(), &names);
    let allowed = dataset.told_all(&[column, label], std::iter::once(&labels.positive).chain(&negative));
    let bad = unknown.iter().enumerate().filter(|(_, unknown)| **unknown).map(|(row, _)| row);
    match dataset.bad_cells(column, CellProblem::UnknownPrediction { labels: allowed }, bad) {
        Some(error) => Err(error),
        None => Ok(rows_where(&levels, |name| name == labels.positive, &names)),
    }
}

/// The one text of labels that mean the same: numbers as short as possible, booleans in lower case.
pub(crate) fn class_name(text: &str) -> String {
    let text = text.trim();
    match parse_number(text).filter(|number| number.is_finite()) {
        Some(number) => number_text(number),
        None if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") => text.to_ascii_lowercase(),
        None => text.to_owned(),
    }
}

/// The class of each level.
pub(crate) fn class_names(levels: &Levels) -> Vec<String> {
    levels.levels.iter().map(|level| class_name(level.as_deref().unwrap_or_default())).collect()
}

fn rows_where(levels: &Levels, wanted: impl Fn(&str) -> bool, names: &[String]) -> Vec<bool> {
    let wanted: Vec<bool> = names.iter().map(|name| wanted(name)).collect();
    levels.grouping.codes.iter().map(|code| wanted[*code as usize]).collect()
}

/// The classes, the most frequent first.
fn classes(levels: &Levels, names: &[String]) -> Vec<Class> {
    let mut rows = vec![0_u64; names.len()];
    for code in &levels.grouping.codes {
        rows[*code as usize] += 1;
    }
    let mut by_name = std::collections::BTreeMap::new();
    for (name, rows) in names.iter().zip(rows) {
        *by_name.entry(name.clone()).or_insert(0) += rows;
    }
    let mut classes: Vec<Class> = by_name.into_iter().map(|(name, rows)| Class { name, rows }).collect();
    classes.sort_by_key(|class| std::cmp::Reverse(class.rows));
    classes
}

/// What the errors about classes need to know.
struct Context<'a> {
    dataset: &'a Dataset,
    label: &'a str,
    levels: &'a Levels,
    names: &'a [String],
}

/// The other class of a pair that needs no explanation.
fn counterpart(class: &str) -> Option<&'static str> {
    match class {
        "0" => Some("1"),
        "1" => Some("0"),
        "false" => Some("true"),
        "true" => Some("false"),
        _ => None,
    }
}

/// The positive class and the negative one; `None` where the classes that occur cannot be read so.
pub(crate) fn readable<'a>(
    classes: impl Iterator<Item = &'a str> + Clone,
    positive: Option<&str>,
) -> Option<(String, Option<String>)> {
    let Some(positive) = positive.map(class_name) else {
        let fits = |pair: &&[&str; 2]| classes.clone().all(|class| pair.contains(&class));
        return [["1", "0"], ["true", "false"]]
            .iter()
            .find(fits)
            .map(|[one, other]| ((*one).to_owned(), Some((*other).to_owned())));
    };
    let occurs = classes.clone().any(|class| class == positive);
    let mut others = classes.filter(|class| *class != positive);
    let negative = match (others.next(), others.next()) {
        (None, _) if occurs => counterpart(&positive),
        (Some(other), None) if occurs => Some(other),
        // All rows being `0` where `1` is positive is no typing error; all rows being `no` where `Yes` is may be one.
        (Some(other), None) if counterpart(&positive) == Some(other) => Some(other),
        _ => return None,
    };
    let negative = negative.map(str::to_owned);
    Some((positive, negative))
}

/// The positive class and the negative one.
fn choose(classes: &[Class], positive: Option<&str>, context: &Context) -> Result<(String, Option<String>), DataError> {
    if let Some(found) = readable(classes.iter().map(|class| class.name.as_str()), positive) {
        return Ok(found);
    }
    let Some(positive) = positive.map(class_name) else {
        return Err(match classes {
            [_, _, third, ..] => third_class(third, classes, context),
            _ => context.positive_needed(classes),
        });
    };
    let third = classes.iter().filter(|class| class.name != positive).nth(1);
    Err(match third {
        Some(third) if classes.iter().any(|class| class.name == positive) => third_class(third, classes, context),
        _ => context.never_occurs(positive, classes),
    })
}

fn third_class(third: &Class, classes: &[Class], context: &Context) -> DataError {
    let is_third = rows_where(context.levels, |name| name == third.name, context.names);
    let first = is_third.iter().position(|is_third| *is_third).unwrap_or_default();
    DataError::ThirdClass {
        at: Box::new(context.dataset.locate(first, context.label).0),
        class: context.dataset.told(context.label, &third.name),
        rows: third.rows,
        classes: context.found(classes).into_iter().zip(classes).map(|(told, class)| (told, class.rows)).collect(),
    }
}

impl Context<'_> {
    fn positive_needed(&self, classes: &[Class]) -> DataError {
        let (path, column) = (self.dataset.path().to_owned(), self.label.to_owned());
        DataError::PositiveLabelNeeded { path, column, found: self.found(classes) }
    }

    fn never_occurs(&self, positive: String, classes: &[Class]) -> DataError {
        let found = self.found(classes);
        let nearest = shown::nearest(&positive, found.iter().filter_map(Told::text));
        let (path, column) = (self.dataset.path().to_owned(), self.label.to_owned());
        DataError::PositiveLabelNeverOccurs { path, column, positive, nearest, found }
    }

    /// What may be told of the classes.
    fn found(&self, classes: &[Class]) -> Vec<Told> {
        self.dataset.told_all(&[self.label], classes.iter().map(|class| &class.name))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::testing::{csv, told};

    fn labels(cells: &[&str], positive: Option<&str>) -> Result<Labels, String> {
        let (data, _file) = csv(&format!("y,id\n{},0\n", cells.join(",0\n")));
        binary_labels(&data, "y", positive).map_err(|error| told(&error))
    }

    fn read(cells: &[&str], positive: Option<&str>) -> (String, Option<String>, Vec<bool>) {
        let labels = labels(cells, positive).unwrap();
        (labels.positive, labels.negative, labels.is_positive)
    }

    #[test]
    fn zero_and_one_and_booleans_explain_themselves() {
        let one = || ("1".to_owned(), Some("0".to_owned()), vec![true, false, true]);
        assert_eq!(read(&["1", "0", "1"], None), one());
        assert_eq!(read(&["1.0", "0.0", "1"], None), one());
        assert_eq!(read(&["1.0", "0.0", "1"], Some("1")), one());
        assert_eq!(read(&["True", "FALSE", "true"], None), ("true".into(), Some("false".into()), vec![true, false, true]));
        assert_eq!(read(&["1", "0"], Some("0.0")), ("0".into(), Some("1".into()), vec![false, true]));
    }

    #[test]
    fn one_class_alone_is_allowed() {
        assert_eq!(read(&["0", "0"], None), ("1".into(), Some("0".into()), vec![false, false]));
        assert_eq!(read(&["0"], Some("1")), ("1".into(), Some("0".into()), vec![false]));
        assert_eq!(read(&["yes"], Some("yes")), ("yes".into(), None, vec![true]));
    }

    #[test]
    fn other_labels_need_a_positive_one() {
        let text = labels(&["no", "yes", "no"], None).unwrap_err();
        assert!(
            text.starts_with("rows: column \"y\" holds \"no\", \"yes\", and which label is positive is not declared\n"),
            "{text}"
        );
        assert!(text.contains("positive_label: \"yes\""), "{text}");
        assert_eq!(read(&["no", "yes"], Some("yes")), ("yes".into(), Some("no".into()), vec![false, true]));
    }

    #[test]
    fn a_positive_label_that_never_occurs_is_refused() {
        let text = labels(&["no", "Yes"], Some("yes")).unwrap_err();
        let start = "rows: the positive label \"yes\" never occurs in column \"y\", which holds \"Yes\", \"no\"\n";
        assert!(text.starts_with(start), "{text}");
        assert!(text.contains("did you mean \"Yes\"?"), "{text}");
        assert!(labels(&["no"], Some("yes")).is_err());
        assert!(labels(&["0", "2"], Some("1")).is_err());
    }

    #[test]
    fn a_third_class_is_named_with_its_first_line_and_all_counts() {
        let text = labels(
            &["no", "yes", "may\nbe", "no"].map(|cell| if cell.contains('\n') { "\"may\nbe\"" } else { cell }),
            Some("yes"),
        );
        let text = text.unwrap_err();
        let start = "rows:4:1 (column \"y\"): \"may\\nbe\" is a third class (1 row): the column holds \"no\" (2 rows), ";
        assert!(text.starts_with(start), "{text}");
        let numbers = labels(&["0", "1", "1", "0", "2", "2", "2"], None).unwrap_err();
        assert!(numbers.contains("is a third class (2 rows): the column holds \"2\" (3 rows), "), "{numbers}");
    }

    #[test]
    fn a_missing_label_is_named_with_what_the_cell_says() {
        let text = labels(&["1", " NA ", "0", ""], None).unwrap_err();
        let start =
            "rows:3:1 (column \"y\"): the label is missing: the cell is \" NA \", and every row needs a label (and 1 more row)\n";
        assert!(text.starts_with(start), "{text}");
    }

    #[test]
    fn predictions_are_written_like_labels() {
        let (data, _file) = csv("y,hat\n1,1.0\n0,0\n1,0.0\n");
        let labels = binary_labels(&data, "y", None).unwrap();
        assert_eq!(predictions(&data, ("hat", "y"), &labels).unwrap(), [true, false, false]);
        let (data, _file) = csv("y,hat\nyes,no\nyes,yes\n");
        let labels = binary_labels(&data, "y", Some("yes")).unwrap();
        assert_eq!(predictions(&data, ("hat", "y"), &labels).unwrap(), [false, true]);
    }

    #[test]
    fn a_prediction_that_is_no_class_is_refused() {
        let (data, _file) = csv("y,hat\n1,1\n0,0.2\n1,0.7\n0,0\n");
        let labels = binary_labels(&data, "y", None).unwrap();
        let text = told(&predictions(&data, ("hat", "y"), &labels).unwrap_err());
        let start = "rows:3:2 (column \"hat\"): the prediction \"0.2\" is none of the labels \"1\", \"0\" (and 1 more row)\n";
        assert!(text.starts_with(start), "{text}");
        let (data, _file) = csv("y,hat\n1,1\n0,?\n");
        let text = told(&predictions(&data, ("hat", "y"), &binary_labels(&data, "y", None).unwrap()).unwrap_err());
        assert!(text.starts_with("rows:3:2 (column \"hat\"): the prediction is missing: the cell is \"?\""), "{text}");
        let (data, _file) = csv("y,hat\nyes,no\nyes,maybe\nyes,no\n");
        let labels = binary_labels(&data, "y", Some("yes")).unwrap();
        assert!(
            told(&predictions(&data, ("hat", "y"), &labels).unwrap_err())
                .contains("\"maybe\" is none of the labels \"yes\", \"no\"")
        );
    }
}
