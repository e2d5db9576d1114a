//! The one line that every surface shows first: the comment's heading, the page's title, the terminal.

use modelgate_policy::{Level, Outcome, Verdict};

use crate::escape::Shown;
use crate::number::{counted, many};
use crate::report::{Baseline, Report};
use crate::words;

/// The most characters of [`verdict_line`]; forges cut titles and status texts not far above.
pub const HEADLINE_CHARS: usize = 120;

/// The most characters of a model's name or a release's tag in the line: the first of these that lets it fit.
const NAME_CHARS: [usize; 4] = [40, 28, 20, 12];

/// The verdict in one line of at most [`HEADLINE_CHARS`] characters: the word, the counts, the model, the baseline.
/// Plain text: whoever puts it into a document escapes it.
#[must_use]
pub fn verdict_line(report: &Report) -> String {
    let (icon, word) = words::outcome(report.verdict.outcome);
    let verdict = format!("{icon} Model gate {word}: {}", tally(&report.verdict));
    let lines = NAME_CHARS.map(|chars| line(report, &verdict, chars));
    let fits = lines.iter().find(|line| line.chars().count() <= HEADLINE_CHARS);
    let shortest = || line(report, &verdict, 8);
    fits.cloned().unwrap_or_else(|| Shown::cut(&shortest(), HEADLINE_CHARS).into_string())
}

fn line(report: &Report, verdict: &str, chars: usize) -> String {
    let model = Shown::cut(&report.model_name, chars);
    match &report.baseline {
        Baseline::None { .. } => format!("{verdict} · {model} · no baseline"),
        Baseline::Predictions { name, .. } => format!("{verdict} · {model} · baseline predictions {}", Shown::cut(name, chars)),
        Baseline::Found { release, .. } => format!("{verdict} · {model} · baseline {}", Shown::cut(release, chars)),
    }
}

fn tally(verdict: &Verdict) -> String {
    let total = counted(verdict.counts.total, "check", "checks");
    match verdict.outcome {
        Outcome::Failed => failed_tally(verdict, &total),
        Outcome::NeedsReview => review_tally(verdict, &total),
        Outcome::Passed => passed_tally(verdict, &total),
    }
}

fn failed_tally(verdict: &Verdict, total: &str) -> String {
    let checks = verdict.checks.iter().filter(|check| check.blocking).count();
    let findings = verdict.findings.iter().filter(|finding| finding.level == Level::Deny).count();
    let block = |count| if count == 1 { "blocks" } else { "block" };
    let mut parts = Vec::new();
    if checks > 0 || findings == 0 {
        parts.push(format!("{} of {total} {}", many(checks), block(checks)));
    }
    if findings > 0 {
        parts.push(format!("{} {}", counted(findings, "finding", "findings"), block(findings)));
    }
    parts.join(", ")
}

fn review_tally(verdict: &Verdict, total: &str) -> String {
    let unproven = verdict.checks.iter().filter(|check| check.unproven()).count();
    if unproven == 0 { format!("{total}, a person must look") } else { format!("{} of {total} not proven", many(unproven)) }
}

fn passed_tally(verdict: &Verdict, total: &str) -> String {
    let counts = &verdict.counts;
    if counts.total == 0 {
        return "no checks are written".to_owned();
    }
    let others = [
        (counts.warned, "warned"),
        (counts.failed, "failed without blocking"),
        (counts.inconclusive, "inconclusive"),
        (counts.not_evaluated, "not evaluated"),
        (counts.waived, "waived"),
    ];
    let others = others.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!(", {} {word}", many(count)));
    format!("{} of {total} passed{}", many(counts.passed), others.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn the_line_names_verdict_counts_model_and_baseline() {
        assert_eq!(
            verdict_line(&fixture::failing()),
            "❌ Model gate FAILED: 2 of 9 checks block · loan-approval · baseline v1.0"
        );
        let passed = verdict_line(&fixture::passing());
        assert!(passed.starts_with("✅ Model gate PASSED: 2 of 2 checks passed · "), "{passed}");
    }

    #[test]
    fn findings_alone_can_block() {
        let mut report = fixture::failing();
        report.verdict.checks.retain(|check| !check.blocking);
        for finding in &mut report.verdict.findings {
            finding.level = Level::Deny;
        }
        assert!(verdict_line(&report).contains("2 findings block"), "{}", verdict_line(&report));
    }

    #[test]
    fn the_line_stays_short_and_on_one_line() {
        let mut report = fixture::failing();
        report.model_name = "model\n".repeat(100);
        report.baseline = fixture::baseline(&"v".repeat(300));
        report.verdict.counts.total = 1_000_000;
        let line = verdict_line(&report);
        assert!(line.chars().count() <= HEADLINE_CHARS, "{line}");
        assert!(!line.contains('\n'));
        assert!(line.contains("baseline v"), "{line}");
    }
}
