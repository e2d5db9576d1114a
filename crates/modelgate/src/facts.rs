//! What is known about how a model was made, in words for the documents.

use std::path::Path;

use modelgate_model::{CommandSettings, DropReason, FeatureFact, Model};
use modelgate_report::ModelFacts;

/// A model that was trained here.
pub(crate) fn of_model(model: &Model) -> ModelFacts {
    let facts = model.facts();
    let mut coefficients = vec![("intercept".to_owned(), facts.intercept)];
    coefficients.extend(facts.coefficients.iter().map(|coefficient| (coefficient.name.clone(), coefficient.value)));
    ModelFacts {
        kind: format!("{} (linfa)", facts.estimator.id().replace('_', " ")),
        rows_trained: Some(facts.rows),
        features: facts.features.iter().map(|feature| (feature.name.clone(), preparation(feature))).collect(),
        dropped: facts.dropped.iter().map(|dropped| (dropped.column.clone(), reason(dropped.reason))).collect(),
        settings: vec![
            ("l2_penalty".to_owned(), facts.l2_penalty.to_string()),
            ("max_iterations".to_owned(), facts.max_iterations.to_string()),
            ("gradient norm per row at the fit".to_owned(), format!("{:.1e}", facts.gradient_norm)),
            ("training rows with the positive label".to_owned(), facts.positives.to_string()),
            ("training data, SHA-256".to_owned(), facts.origin.data_digest.to_string()),
        ],
        coefficients,
    }
}

fn preparation(feature: &FeatureFact) -> String {
    match (feature.levels, &feature.reference) {
        (Some(levels), Some(reference)) => format!("one-hot, {levels} levels, relative to {reference}"),
        _ => "number, standardized".to_owned(),
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
