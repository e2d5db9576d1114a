//! `verdict.json`: the verdict and every measurement for machines, versioned. The only place that serializes.

mod controls;
mod data_checks;
mod drift;
mod judged;
mod read;
mod v1;

use crate::RenderError;
use crate::document::{Document, DocumentKind};
use crate::report::Report;
pub use drift::render_drift;

/// Renders `verdict.json`: snake-case keys in a fixed order, numbers in full precision, two spaces an indent.
pub fn render_verdict(report: &Report) -> Result<Document, RenderError> {
    let failed = |source| RenderError::Json { path: DocumentKind::Verdict.path(), source };
    let mut body = serde_json::to_string_pretty(&v1::document(report)).map_err(failed)?;
    body.push('\n');
    Ok(Document::new(DocumentKind::Verdict, body))
}
