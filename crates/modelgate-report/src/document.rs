//! The documents that leave this crate, and what can go wrong in making them.

mod pages;

use thiserror::Error;

/// Which document this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DocumentKind {
    /// The pull-request comment.
    Comment,
    /// The verdict for machines.
    Verdict,
    /// The model card.
    ModelCard,
    /// The dataset card.
    DatasetCard,
    /// The data for machines that look for data sets.
    Croissant,
    /// What asks for something, for code scanning and editors.
    Sarif,
    /// The model, its data and the evidence for controls, for those who keep inventories of software.
    MlBom,
    /// The same in the format of another ecosystem.
    Spdx,
    /// What became of the controls of packs.
    ControlMatrix,
    /// The states of controls, for machines.
    AssessmentResults,
    /// What supplies evidence for controls, for machines.
    ComponentDefinition,
    /// The technical documentation after Annex IV of the EU AI Act.
    AnnexIv,
    /// The instructions for use after Article 13 of the EU AI Act.
    Instructions,
    /// The plan of monitoring after the market, after Article 72 of the EU AI Act.
    Monitoring,
    /// The row of the record of processing after Article 30 of the GDPR.
    ProcessingRecord,
    /// Text for notices to the people concerned.
    Notices,
    /// The report of a model validation.
    Validation,
    /// What impact assessments ask for.
    ImpactInputs,
    /// The public summary of impact ratios after New York City's Local Law 144.
    AuditSummary,
    /// The statement of applicability after ISO/IEC 42001.
    Applicability,
    /// The report for people, one page without anything to fetch.
    Report,
}

impl DocumentKind {
    /// The file name, relative to the output folder.
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Self::Comment => "comment.md",
            Self::Verdict => "verdict.json",
            Self::ModelCard => "model-card.md",
            Self::DatasetCard => "dataset-card.md",
            Self::Croissant => "croissant.json",
            Self::Sarif => "results.sarif",
            Self::MlBom => "ml-bom.cdx.json",
            Self::Spdx => "ml-bom.spdx.json",
            Self::ControlMatrix => "control-matrix.md",
            Self::AssessmentResults => "oscal-assessment-results.json",
            Self::ComponentDefinition => "oscal-component-definition.json",
            Self::AnnexIv => "annex-iv.md",
            Self::Instructions => "instructions-for-use.md",
            Self::Monitoring => "monitoring-plan.md",
            Self::ProcessingRecord => "record-of-processing.md",
            Self::Notices => "notices.md",
            Self::Validation => "model-validation.md",
            Self::ImpactInputs => "impact-inputs.md",
            Self::AuditSummary => "ll144-summary.md",
            Self::Applicability => "statement-of-applicability.md",
            Self::Report => "report.html",
        }
    }

    /// The media type, as servers name it.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Comment
            | Self::ModelCard
            | Self::DatasetCard
            | Self::ControlMatrix
            | Self::AnnexIv
            | Self::Instructions
            | Self::Monitoring
            | Self::ProcessingRecord
            | Self::Notices
            | Self::Validation
            | Self::ImpactInputs
            | Self::AuditSummary
            | Self::Applicability => "text/markdown; charset=utf-8",
            Self::Verdict | Self::AssessmentResults | Self::ComponentDefinition => "application/json",
            Self::Sarif => "application/sarif+json",
            Self::MlBom => "application/vnd.cyclonedx+json",
            Self::Croissant | Self::Spdx => "application/ld+json",
            Self::Report => "text/html; charset=utf-8",
        }
    }
}

/// One finished document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Which one.
    pub kind: DocumentKind,
    /// The file name, relative to the output folder.
    pub path: &'static str,
    /// The media type.
    pub media_type: &'static str,
    /// The text, UTF-8, with a newline at its end.
    pub body: String,
}

impl Document {
    pub(crate) fn new(kind: DocumentKind, body: String) -> Self {
        Self { kind, path: kind.path(), media_type: kind.media_type(), body }
    }

    /// A page of HTML to read and print, from the Markdown of a document. `name` is its title where it has no heading. What is no
    /// markup of our documents is text.
    #[must_use]
    pub fn page(markdown: &str, name: &str) -> String {
        pages::render_page(markdown, name)
    }

    /// The text of a document's Markdown without any inline markup, line by line.
    #[must_use]
    pub fn plain_text(markdown: &str) -> String {
        pages::plain_text(markdown)
    }
}

/// A document could not be made.
#[derive(Debug, Error)]
pub enum RenderError {
    /// The comment's template does not fit the report, or took too long.
    #[error("{}: the template cannot be rendered: {source}", path)]
    Message {
        /// The document.
        path: &'static str,
        /// What the template engine says.
        source: minijinja::Error,
    },
    /// A comment's template of somebody's own cannot be rendered.
    #[error("the comment's template cannot be rendered: {source}{}", source.detail().map(|detail| format!(": {detail}")).unwrap_or_default())]
    OwnMessage {
        /// What the template engine says, with the file and the line.
        source: minijinja::Error,
    },
    /// A long document's template does not fit the report.
    #[error("{}: the template cannot be rendered: {source}", path)]
    Template {
        /// The document.
        path: &'static str,
        /// What the template engine says.
        source: tera::Error,
    },
    /// The machine-readable verdict could not be written down.
    #[error("{}: the verdict cannot be written as JSON: {source}", path)]
    Json {
        /// The document.
        path: &'static str,
        /// What the writer says.
        source: serde_json::Error,
    },
    /// The shortest form of the comment is still too long for a forge.
    #[error("{}: {bytes} bytes at its shortest, more than the {} that forges take", path, budget)]
    TooLong {
        /// The document.
        path: &'static str,
        /// Its size.
        bytes: usize,
        /// The most that is allowed.
        budget: usize,
    },
}

impl RenderError {
    /// What to do next.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Message { .. } | Self::Template { .. } => {
                "the built-in templates are tested against every report, so this is a bug in modelgate: please report it with this message"
            }
            Self::OwnMessage { .. } => {
                "`modelgate list comment-template` prints the template that is used otherwise: its names and its two filters, `code` and \
                 `prose`, are all there are"
            }
            Self::Json { .. } => "this is a bug in modelgate: please report it with this message",
            Self::TooLong { .. } => "shorten the comment's template",
        }
    }
}
