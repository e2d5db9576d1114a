//! What is known about how a model was made, in words for the documents.

use std::path::Path;

use modelgate_model::{CommandSettings, DropReason, FeatureFact, Model};
use modelgate_report::{INTERCEPT, ModelFacts, RELATIVE, TRAINING_POSITIVES};

/// A model that was trained here.
pub(crate) fn of_model(model: &Model) -> ModelFacts {
    let facts = model.facts();
    let mut coefficients: Vec<(String, f64)> = facts.intercept.map(|value| (INTERCEPT.to_owned(), value)).into_iter().collect();
    coefficients.extend(facts.coefficients.iter().map(|coefficient| (coefficient.name.clone(), coefficient.value)));
    let mut settings: Vec<(String, String)> =
        facts.settings.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
    if let Some(norm) = facts.gradient_norm {
        settings.push(("gradient norm per row at the fit".to_owned(), format!("{norm:.1e}")));
    }
    if let Some((trees, nodes)) = facts.trees {
        settings.push(("trees grown".to_owned(), trees.to_string()));
        settings.push(("nodes of all trees".to_owned(), nodes.to_string()));
    }
    settings.push((TRAINING_POSITIVES.to_owned(), facts.positives.to_string()));
    settings.push(("training data, SHA-256".to_owned(), facts.origin.data_digest.to_string()));
    ModelFacts {
        kind: format!("{} ({})", facts.estimator.id().replace('_', " "), facts.estimator.trained_by()),
        rows_trained: Some(facts.rows),
        features: facts.features.iter().map(|feature| (feature.name.clone(), preparation(feature))).collect(),
        dropped: facts.dropped.iter().map(|dropped| (dropped.column.clone(), reason(dropped.reason))).collect(),
        settings,
        coefficients,
    }
}

fn preparation(feature: &FeatureFact) -> String {
    match (feature.levels, &feature.reference) {
        (Some(levels), Some(reference)) => format!("one-hot, {levels} levels{RELATIVE}{reference}"),
        (Some(levels), None) => format!("text, by the rank of its {levels} levels"),
        (None, _) if feature.standardized => "number, standardized".to_owned(),
        (None, _) => "number, as it is".to_owned(),
    }
}

fn reason(reason: DropReason) -> String {
    reason.id().replace('_', " ")
}

/// Predictions that somebody hands over.
pub(crate) fn of_predictions(path: &Path) -> ModelFacts {
    ModelFacts {
        kind: "predictions file".to_owned(),
        settings: vec![("file".to_owned(), path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default())],
        ..ModelFacts::default()
    }
}

/// Predictions that a program wrote. Its arguments may hold secrets and are not told.
pub(crate) fn of_command(command: &CommandSettings) -> ModelFacts {
    ModelFacts {
        kind: "external command".to_owned(),
        settings: vec![("program".to_owned(), command.program.clone())],
        ..ModelFacts::default()
    }
}
