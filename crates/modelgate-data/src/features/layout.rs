//! Which columns are counted, and how a row's cells say the value of each.

use std::collections::BTreeSet;

use modelgate_cube::{Axis, FeatureId, Part};

use super::FeatureSettings;
use crate::TaskColumns;
use crate::labels::class_name;
use crate::tasks::sorted;

/// How rows say a value. Columns are told by their places among [`Layout::columns`].
pub(crate) enum Of {
    /// As the column does.
    Column(usize),
    /// As the column does, whose texts are numbers.
    Number(usize),
    /// The class that a column names.
    Class(usize),
    /// The set of labels that a column names; an empty cell is the empty set.
    Labels { column: usize, separator: String },
    /// Whether a score reaches the threshold.
    Reaches { score: usize, threshold: f64 },
    /// The class with the largest probability.
    MostProbable { classes: Vec<String>, columns: Vec<usize> },
}

/// The columns that are read, and what is counted of them.
pub(super) struct Layout<'a> {
    /// What is counted, in the order of the ids.
    pub(super) features: Vec<(FeatureId, Of)>,
    /// The column of weights.
    pub(super) weight: Option<usize>,
    /// The columns that cut rows into slices.
    pub(super) axes: Vec<(&'a Axis, usize)>,
    /// The columns to read, in the order of the file.
    pub(super) columns: Vec<&'a str>,
    /// Whether errors are counted by bin of the predictions.
    pub(super) has_errors: bool,
}

impl<'a> Layout<'a> {
    /// What there is to count in a file with these usable columns; `None` where one is missing.
    pub(super) fn new(settings: &FeatureSettings<'a>, usable: &'a [String]) -> Option<Self> {
        let roles = settings.roles;
        let label = Some(roles.label.as_str()).filter(|label| !label.is_empty());
        let probabilities: &[(String, String)] = match settings.task {
            Some(TaskColumns::Multiclass { probabilities, .. }) => probabilities,
            _ => &[],
        };
        let from_models = [&roles.prediction, &roles.score, &roles.baseline_prediction, &roles.baseline_score];
        let about_rows = [&roles.weight, &roles.id, &roles.time];
        let query = match settings.task {
            Some(TaskColumns::Ranking { query, .. }) => Some(query),
            _ => None,
        };
        let named = from_models.into_iter().chain(about_rows).flatten().chain(query).chain(settings.ignored);
        let named = named.chain(probabilities.iter().map(|(_, column)| column)).map(String::as_str);
        let no_columns: BTreeSet<&str> = named.chain(label).collect();
        let is_column = |name: &str| !no_columns.contains(name);

        let axes = || settings.axes.iter().map(|axis| axis.column.as_str());
        let roles_read = [&roles.prediction, &roles.score, &roles.weight].into_iter().flatten();
        let roles_read = roles_read.chain(probabilities.iter().map(|(_, column)| column)).map(String::as_str);
        let wanted: BTreeSet<&str> = roles_read.chain(label).chain(axes()).collect();
        let is_read = |name: &str| wanted.contains(name) || is_column(name);
        let columns: Vec<&str> = usable.iter().map(String::as_str).filter(|name| is_read(name)).collect();

        let place = |name: &str| columns.iter().position(|column| *column == name);
        let optional = |role: &Option<String>| role.as_deref().map(place);
        let mut features = Vec::new();
        let of = |place: usize| match settings.task {
            // Grades and scores of a ranking are numbers.
            Some(TaskColumns::Regression | TaskColumns::Ranking { .. }) => Of::Number(place),
            Some(TaskColumns::Multilabel { separator, .. }) => Of::Labels { column: place, separator: separator.clone() },
            _ => Of::Class(place),
        };
        if let Some(label) = label {
            features.push((FeatureId::Label, of(place(label)?)));
        }
        let score = optional(&roles.score);
        match (optional(&roles.prediction), score) {
            (Some(prediction), _) => features.push((FeatureId::Prediction, of(prediction?))),
            (None, Some(score)) => {
                let reaches = Of::Reaches { score: score?, threshold: settings.decision_threshold };
                features.push((FeatureId::Prediction, reaches));
            }
            (None, None) if !probabilities.is_empty() => features.push((FeatureId::Prediction, most_probable(settings, place)?)),
            (None, None) => {}
        }
        if let Some(score) = score {
            features.push((FeatureId::Score, Of::Number(score?)));
        }
        let others = columns.iter().enumerate().filter(|(_, name)| is_column(name));
        features.extend(others.map(|(place, name)| (FeatureId::Column((*name).to_owned()), Of::Column(place))));
        features.sort_by(|one, two| one.0.cmp(&two.0));
        let weight = match &roles.weight {
            Some(weight) => Some(place(weight)?),
            None => None,
        };
        let axes = settings.axes.iter().map(|axis| Some((&axis.axis, place(&axis.column)?))).collect::<Option<_>>()?;
        let has_errors = settings.part == Part::Test && matches!(settings.task, Some(TaskColumns::Regression));
        Some(Self { features, weight, axes, columns, has_errors })
    }
}

/// The class with the largest probability, in the order of the classes that the counts have.
fn most_probable(settings: &FeatureSettings<'_>, place: impl Fn(&str) -> Option<usize>) -> Option<Of> {
    let Some(TaskColumns::Multiclass { classes, probabilities }) = settings.task else { return None };
    let classes: Vec<String> = match classes {
        Some(declared) => declared.iter().map(|class| class_name(class)).collect(),
        None => sorted(probabilities.iter().map(|(class, _)| class_name(class)).collect()),
    };
    let column = |class: &String| probabilities.iter().find(|(name, _)| class_name(name) == *class);
    let columns = classes.iter().map(|class| place(&column(class)?.1)).collect::<Option<_>>()?;
    Some(Of::MostProbable { classes, columns })
}
