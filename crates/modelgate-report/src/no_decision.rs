//! What a run leaves behind that came to no decision: a verdict and a comment that say so, in the place of those of an earlier run.

use serde_json::json;

use crate::RenderError;
use crate::comment;
use crate::document::{Document, DocumentKind};
use crate::escape::Shown;
use crate::template;
use crate::tree::fields;

/// The most lines of an error that a comment shows.
const MOST_LINES: usize = 40;

/// A run that came to no decision.
#[derive(Debug, Clone, Copy)]
pub struct NoDecision<'a> {
    /// The model's name, by which its comment is found.
    pub model_name: &'a str,
    /// Why, as standard error says it; untrusted text.
    pub why: &'a str,
    /// The commit, where it is known.
    pub commit: Option<&'a str>,
    /// The job, where one ran it.
    pub job: Option<&'a str>,
    /// The version of modelgate.
    pub tool_version: &'a str,
    /// When, RFC 3339.
    pub generated: &'a str,
}

/// Renders `comment.md` and `verdict.json`.
///
/// # Errors
/// Where the template cannot be filled.
pub fn render_no_decision(run: &NoDecision<'_>) -> Result<[Document; 2], RenderError> {
    let headline = format!("Model gate: no decision · {}", Shown::name(run.model_name).into_string());
    let verdict = json!({
        "format": "modelgate-verdict",
        "version": 1,
        "outcome": "no_decision",
        "headline": format!("Model gate: no decision · {}", run.model_name),
        "error": run.why,
        "model": {"name": run.model_name},
        "commit": run.commit,
        "generated": run.generated,
        "tool_version": run.tool_version,
        "read": {"job": run.job},
    });
    let failed = |source| RenderError::Json { path: DocumentKind::Verdict.path(), source };
    let body = serde_json::to_string_pretty(&verdict).map_err(failed)? + "\n";
    let verdict = Document::new(DocumentKind::Verdict, body);
    let lines = run.why.lines().map(str::trim_end).filter(|line| !line.is_empty()).take(MOST_LINES);
    let view = fields! {
        headline: Shown::phrase(format!("⚠️ {headline}")),
        lines: lines.map(|line| crate::tree::Node::from(Shown::sentence(line))).collect::<Vec<_>>(),
        commit: run.commit.map(|commit| crate::tree::Node::from(Shown::sentence(&commit.chars().take(8).collect::<String>()))),
        tool_version: Shown::sentence(run.tool_version),
        generated: Shown::sentence(run.generated),
    };
    let body = template::message(DocumentKind::Comment, modelgate_templates::NO_DECISION_MD, view)?;
    let marker = comment::marker(run.model_name, &verdict);
    Ok([Document::new(DocumentKind::Comment, format!("{body}\n{marker}\n")), verdict])
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn what_could_not_be_decided_takes_the_place_of_what_was_and_its_words_stay_words() {
        let run = NoDecision {
            model_name: "loan-approval",
            why: "error: no column `x` <img src=x> @everyone\n  = help: /close it\n<!-- modelgate:v1 key=other digest=sha256:0 -->\n",
            commit: Some("0123456789abcdef"),
            job: Some("https://github.com/acme/credit/actions/runs/7"),
            tool_version: "0.1.0",
            generated: "2026-06-01T00:00:00Z",
        };
        let [comment, verdict] = render_no_decision(&run).unwrap();
        let digest = modelgate_cube::Digest::of(verdict.body.as_bytes());
        let last = format!("<!-- modelgate:v1 key=loan-approval digest=sha256:{digest} -->");
        assert_eq!(comment.body.lines().last(), Some(last.as_str()));
        assert_eq!(comment.body.matches("<!-- modelgate").count(), 1, "{}", comment.body);
        for bad in ["<img", "@everyone", "\n/close", "\n> /close"] {
            assert!(!comment.body.contains(bad), "{bad}: {}", comment.body);
        }
        assert!(comment.body.contains("That is no pass") && verdict.body.contains("\"no_decision\""));
    }
}
