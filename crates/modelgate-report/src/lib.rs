//! One [`Report`] in, documents for people and machines out. Decides nothing: the verdict comes from policy.
//!
//! Text that came from data, configuration or a forge reaches a template only as `escape::Shown`, and leaves it only
//! through the escaper of its target. There is no other way out.

mod audit_index;
mod block;
mod card;
mod comment;
mod controls;
mod croissant;
mod data_checks;
mod data_plots;
mod dataset_card;
mod delta;
mod disclose;
mod discovered;
mod document;
mod documents;
mod drift;
mod escape;
mod facts;
mod groups;
mod headline;
mod html;
mod inputs;
mod json;
mod machine;
mod mixes;
mod no_decision;
mod number;
mod plot;
mod report;
mod retraining;
mod template;
mod tree;
mod words;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod inert;

pub use audit_index::{AuditRow, render_audit_index};
pub use block::{BLOCKS, render_block};
pub use card::render_model_card;
pub use comment::{COMMENT_BUDGET, CommentTemplate, MARKER_START, render_comment};
pub use controls::render_control_matrix;
pub use croissant::render_croissant;
pub use data_checks::measurement_lines;
pub use dataset_card::render_dataset_card;
pub use disclose::{INTERCEPT, RELATIVE, TRAINING_POSITIVES, disclose, disclose_comparison, disclose_evaluation};
pub use document::{Document, DocumentKind, RenderError};
pub use drift::drift_lines;
pub use headline::{HEADLINE_CHARS, verdict_line};
pub use html::render_html;
pub use inputs::{Input, InputColumn};
pub use json::{render_drift, render_verdict};
pub use no_decision::{NoDecision, render_no_decision};
pub use report::{Baseline, DataFiles, Disclosed, ModelFacts, Provenance, Report, TrainingFile};

/// The comment's template where nobody has one of their own, for minijinja.
pub const COMMENT_TEMPLATE: &str = modelgate_templates::COMMENT_MD;

/// Renders every document, in the order in which people look for them; those about packs where packs are chosen. The same
/// report gives the same bytes.
pub fn render(report: &Report, template: Option<CommentTemplate<'_>>) -> Result<Vec<Document>, RenderError> {
    let verdict = render_verdict(report)?;
    let comment = comment::render_beside(report, &verdict, template)?;
    let cards = [render_model_card(report)?, render_dataset_card(report)?, render_croissant(report)?];
    let mut packs = Vec::new();
    if !report.verdict.controls.packs.is_empty() {
        packs.push(render_control_matrix(report)?);
        packs.extend(documents::render(report)?);
        packs.extend([machine::render_assessment_results(report)?, machine::render_component_definition(report)?]);
    }
    let machine = [machine::render_sarif(report)?, machine::render_ml_bom(report)?, machine::render_spdx(report)?];
    Ok([comment, verdict].into_iter().chain(cards).chain(machine).chain(packs).chain([render_html(report)?]).collect())
}
