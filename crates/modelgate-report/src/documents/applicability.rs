//! `statement-of-applicability.md`: each control of ISO/IEC 42001, Annex A, with whether it applies, why, and its state.

use modelgate_policy::{ControlState, JudgedControl};

use crate::RenderError;
use crate::controls::why;
use crate::document::{Document, DocumentKind};
use crate::escape::Shown;
use crate::report::Report;
use crate::template;
use crate::tree::{Node, fields};

use super::{frame, sources};

const PACK: &str = "iso-42001";

/// Renders `statement-of-applicability.md`.
pub(crate) fn render_applicability(report: &Report) -> Result<Document, RenderError> {
    let pack = report.verdict.controls.packs.iter().find(|judged| judged.pack.id == PACK);
    let rows: Vec<Node> = pack.iter().flat_map(|pack| &pack.controls).map(row).collect();
    let view = fields! {
        model_name: Shown::name(&report.model_name),
        counts: Shown::phrase(pack.map(crate::controls::counts).unwrap_or_default()),
        rows: rows,
        sources: sources(report, &[PACK]),
        frame: frame(report),
    };
    let kind = DocumentKind::Applicability;
    let body = template::markdown(kind, modelgate_templates::APPLICABILITY_MD, view)?;
    Ok(Document::new(kind, body))
}

fn row(judged: &JudgedControl) -> Node {
    let applies = !matches!(judged.state, ControlState::NotApplicable { .. });
    fields! {
        anchor: Shown::name(&judged.control.anchor),
        title: Shown::sentence(&judged.control.title),
        applies: if applies { "yes" } else { "no" },
        state: Shown::phrase(modelgate_policy::state_words(judged.state.id())),
        why: Shown::sentence(&why(judged)),
    }
}
