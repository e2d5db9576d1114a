//! The document and message templates, embedded. No logic lives here: a template is a constant.

/// The pull-request comment, for minijinja: users may override it.
pub const COMMENT_MD: &str = include_str!("../messages/comment.md.jinja");

/// What a comment's template of somebody's own leaves out and must not, for minijinja.
pub const LEFT_OUT_MD: &str = include_str!("../messages/left-out.md.jinja");

/// What stands in the place of the comment where a run came to no decision, for minijinja.
pub const NO_DECISION_MD: &str = include_str!("../messages/no-decision.md.jinja");

/// The model card, for tera.
pub const MODEL_CARD_MD: &str = include_str!("../documents/model-card.md.tera");

/// The report for people, for tera: one self-contained page.
pub const REPORT_HTML: &str = include_str!("../documents/report.html.tera");

/// What every page of a document begins with, up to its title.
pub const PAGE_HEAD: &str = include_str!("../documents/page-head.html");

/// The dataset card, for tera.
pub const DATASET_CARD_MD: &str = include_str!("../documents/dataset-card.md.tera");

/// What the words of Croissant mean: the context that its specification (version 1.1, appendix 1) gives.
pub const CROISSANT_CONTEXT: &str = include_str!("../documents/croissant-context.json");

/// The control matrix, for tera.
pub const CONTROL_MATRIX_MD: &str = include_str!("../documents/control-matrix.md.tera");

/// Documents from facts, measurements and statements, for tera.
pub const FACT_DOCUMENT_MD: &str = include_str!("../documents/fact-document.md.tera");

/// The statement of applicability, for tera.
pub const APPLICABILITY_MD: &str = include_str!("../documents/statement-of-applicability.md.tera");

/// A managed block of a hand-written document, for tera.
pub const BLOCK_MD: &str = include_str!("../documents/block.md.tera");

/// The public summary of impact ratios, for tera.
pub const AUDIT_SUMMARY_MD: &str = include_str!("../documents/ll144-summary.md.tera");
