//! The pull-request comment: the verdict first, the worst slices first, short enough for every forge.

use modelgate_cube::Digest;
use modelgate_eval::MetricKind;
use modelgate_policy::Level::Deny;
use modelgate_policy::{Check, Outcome, RuleId, State};

use crate::RenderError;
use crate::delta::Tally;
use crate::document::{Document, DocumentKind};
use crate::escape::Shown;
use crate::facts::{Facts, gravity, is_overall};
use crate::headline::verdict_line;
use crate::mixes;
use crate::number;
use crate::report::Report;
use crate::template;
use crate::tree::{Node, fields};
use crate::words;

/// The most bytes of a comment: below what every forge takes, whichever way it counts.
pub const COMMENT_BUDGET: usize = 60_000;

/// How the last line of a comment begins, by which a later run finds it again.
pub const MARKER_START: &str = "<!-- modelgate:v1 ";

/// How much of everything a comment shows.
#[derive(Debug, Clone, Copy)]
struct Level {
    /// Rows of the table of slices.
    slices: usize,
    /// Findings, waived checks, metrics without a limit: entries of each.
    entries: usize,
    /// Blocking checks that are listed.
    blocking: usize,
    /// Whether there is more than the verdict, the blocking checks and the footer.
    tables: bool,
}

/// More entries than fit into the budget, whatever they say.
const MOST_ENTRIES: usize = 1_000;

/// From everything to the verdict alone. All blocking checks are listed for as long as there is room for them.
const LADDER: [Level; 8] = [
    Level { slices: 8, entries: 25, blocking: MOST_ENTRIES, tables: true },
    Level { slices: 8, entries: 10, blocking: MOST_ENTRIES, tables: true },
    Level { slices: 5, entries: 5, blocking: MOST_ENTRIES, tables: true },
    Level { slices: 0, entries: 0, blocking: MOST_ENTRIES, tables: false },
    Level { slices: 0, entries: 0, blocking: 300, tables: false },
    Level { slices: 0, entries: 0, blocking: 100, tables: false },
    Level { slices: 0, entries: 0, blocking: 25, tables: false },
    Level { slices: 0, entries: 0, blocking: 0, tables: false },
];

/// A template of the comment that is somebody's own.
#[derive(Debug, Clone, Copy)]
pub struct CommentTemplate<'a> {
    /// How it is called where something is wrong with it: its file.
    pub name: &'a str,
    /// Its text, for minijinja.
    pub text: &'a str,
}

/// Renders `comment.md`. Its marker carries the digest of `verdict.json`, which anyone can compare with the file.
pub fn render_comment(report: &Report) -> Result<Document, RenderError> {
    render_beside(report, &crate::render_verdict(report)?, None)
}

/// Renders `comment.md` beside a verdict that was rendered before.
pub(crate) fn render_beside(
    report: &Report,
    verdict: &Document,
    template: Option<CommentTemplate<'_>>,
) -> Result<Document, RenderError> {
    let facts = Facts::new(report);
    let marker = marker(&report.model_name, verdict);
    let mut bytes = 0;
    for (step, level) in LADDER.iter().enumerate() {
        let view = view(&facts, *level, step > 0);
        let text = match template {
            None => template::message(DocumentKind::Comment, modelgate_templates::COMMENT_MD, view)?,
            Some(own) => complete(&facts, level.blocking, &template::own_message(own.name, own.text, view)?)?,
        };
        let body = format!("{text}\n{marker}\n");
        if body.len() <= COMMENT_BUDGET {
            return Ok(Document::new(DocumentKind::Comment, body));
        }
        bytes = body.len();
    }
    Err(RenderError::TooLong { path: DocumentKind::Comment.path(), bytes, budget: COMMENT_BUDGET })
}

/// What a template of somebody's own says, with the verdict and the blocking checks that it leaves out: no template turns a failure into
/// silence.
fn complete(facts: &Facts<'_>, most: usize, text: &str) -> Result<String, RenderError> {
    let said = |what: Node| template::message(DocumentKind::Comment, "{{ what }}", fields! { what: what });
    let headline = said(Node::from(Shown::phrase(verdict_line(facts.report))))?;
    let headline = if text.contains(headline.trim()) { String::new() } else { format!("## {headline}\n") };
    let mut left_out = Vec::new();
    for check in facts.worst_first.iter().filter(|check| check.blocking) {
        let metric = said(Node::from(check.metric.metric().title))?;
        let subject = said(Node::from(words::subject(&check.subject)))?;
        // A line that names no slice is about all rows.
        let names = |line: &str| line.contains(metric.trim()) && (is_overall(&check.subject) || line.contains(subject.trim()));
        if !text.lines().any(names) {
            left_out.push(facts.check(check));
        }
    }
    let left_out = fields! { left_out: limited(left_out, most) };
    let left_out = template::message(DocumentKind::Comment, modelgate_templates::LEFT_OUT_MD, left_out)?;
    let gap = if left_out.trim().is_empty() { "" } else { "\n" };
    Ok(format!("{headline}{text}{gap}{}", left_out.trim_start()))
}

/// The last line. Not part of the template, so that no template can lose or forge it.
pub(crate) fn marker(model_name: &str, verdict: &Document) -> String {
    let digest = Digest::of(verdict.body.as_bytes());
    format!("{MARKER_START}key={} digest=sha256:{digest} -->", key(model_name))
}

/// A name for the comment's place that is safe inside an HTML comment, and different for different models.
fn key(model_name: &str) -> String {
    let lower = model_name.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let slug: String = words.join("-").chars().take(40).collect();
    if slug == model_name {
        return slug;
    }
    let digest = Digest::of(model_name.as_bytes()).short();
    if slug.is_empty() { format!("model-{digest}") } else { format!("{}-{digest}", slug.trim_end_matches('-')) }
}

fn view(facts: &Facts<'_>, level: Level, shortened: bool) -> Node {
    let report = facts.report;
    let (gated, other) = metric_rows(facts);
    let slices = open_slice_checks(facts);
    let (shown, rest) = slices.split_at(slices.len().min(level.slices));
    fields! {
        headline: Shown::phrase(verdict_line(report)),
        alert: alert(facts),
        quiet: is_quiet(facts),
        tables: level.tables,
        shortened: shortened,
        gated: gated,
        other: limited(other, level.entries),
        slices: shown.iter().map(|check| facts.check(check)).collect::<Vec<_>>(),
        more_slices: more(rest.len()),
        blocking: limited(blocking(facts, if level.tables { rest } else { &facts.worst_first }), level.blocking),
        waived: limited(waived(facts), level.entries),
        findings: limited(findings(facts), level.entries),
        controls: crate::controls::nodes(report),
        changed_facts: crate::controls::changed_facts(report),
        measured_otherwise: crate::controls::measured_otherwise(report),
        reviewable: crate::controls::reviewable(report),
        total: Shown::phrase(number::counted(report.verdict.counts.total, "check", "checks")),
        counts: facts.counts(),
        low_support: facts.low_support(),
        withheld: facts.withheld(),
        waivers: words::waivers(report),
        tendencies: tendencies(facts),
        retrained: crate::retraining::sentence(facts),
        mixes: limited(mixes::rows(facts), level.entries),
        drift: crate::drift::lines(report),
        without_columns: crate::drift::unknown(report),
        provenance: facts.provenance(),
        not_advice: words::NOT_ADVICE,
    }
}

/// Entries up to a number, and how many more there are.
fn limited(mut entries: Vec<Node>, most: usize) -> Node {
    let rest = entries.len().saturating_sub(most);
    entries.truncate(most);
    fields! { any: !entries.is_empty() || rest > 0, entries: entries, more: more(rest) }
}

fn more(rest: usize) -> Option<Node> {
    (rest > 0).then(|| Node::from(Shown::phrase(number::many(rest))))
}

/// The run's own measurements: those with a limit, and those without.
fn metric_rows(facts: &Facts<'_>) -> (Vec<Node>, Vec<Node>) {
    let (mut gated, mut other) = (Vec::new(), Vec::new());
    for (metric, subject) in facts.summary_subjects() {
        let against_itself = metric.metric().kind == MetricKind::AgainstGroups;
        if !facts.checks_of(metric, &subject).is_empty() {
            gated.push(facts.measurement(metric, &subject));
        } else if !against_itself {
            other.push(facts.measurement(metric, &subject));
        }
    }
    (gated, other)
}

/// The checks of slices that are not plainly passed, the worst first.
fn open_slice_checks<'a>(facts: &Facts<'a>) -> Vec<&'a Check> {
    let open = |check: &&&Check| {
        let of_slice = !matches!(check.subject, modelgate_eval::Subject::Across(_)) && !is_overall(&check.subject);
        of_slice && !matches!(check.state, State::Passed | State::Waived { .. })
    };
    facts.worst_first.iter().filter(open).copied().collect()
}

/// What the rules say, without what the section about controls says as well.
fn findings(facts: &Facts<'_>) -> Vec<Node> {
    let of_controls = [RuleId::FAILED_CONTROL, RuleId::CONTROL_WITHOUT_EVIDENCE];
    let findings = facts.report.verdict.findings.iter();
    let told = findings.filter(|finding| finding.level == Deny || !of_controls.contains(&finding.rule));
    told.map(|finding| facts.finding(finding)).collect()
}

fn blocking(facts: &Facts<'_>, checks: &[&Check]) -> Vec<Node> {
    checks.iter().filter(|check| check.blocking).map(|check| facts.check(check)).collect()
}

fn waived(facts: &Facts<'_>) -> Vec<Node> {
    let waived = facts.worst_first.iter().filter(|check| matches!(check.state, State::Waived { .. }));
    waived.map(|check| facts.check(check)).collect()
}

/// The one thing to read first where the run does not pass.
pub(crate) fn alert(facts: &Facts<'_>) -> Option<Node> {
    let verdict = &facts.report.verdict;
    let kind = match verdict.outcome {
        Outcome::Passed => return None,
        Outcome::Failed => "CAUTION",
        Outcome::NeedsReview => "WARNING",
    };
    // The gravest check speaks where it is why the run does not pass; otherwise the gravest finding does.
    let check = facts.worst_first.first().filter(|check| gravity(check) <= 3).map(|check| facts.check(check));
    let finding = verdict.findings.first().map(|finding| facts.finding(finding));
    Some(fields! { kind: kind, check: check, finding: finding })
}

/// Everything passed and nothing moved: one paragraph is enough.
fn is_quiet(facts: &Facts<'_>) -> bool {
    let verdict = &facts.report.verdict;
    let still = facts.report.comparison.as_ref().is_some_and(|comparison| Tally::of_slices(comparison).is_still());
    let all_passed = verdict.counts.total > 0 && verdict.counts.passed == verdict.counts.total;
    verdict.outcome == Outcome::Passed && verdict.findings.is_empty() && all_passed && still
}

/// How many measurements of slices went which way; `None` where nothing was compared.
pub(crate) fn tendencies(facts: &Facts<'_>) -> Option<Node> {
    let tally = Tally::of_slices(facts.report.comparison.as_ref()?);
    let sentence = format!(
        "{} against the baseline: {} worse, {} better, {} changed without a better side, {} without a detectable change, {} not comparable. {}",
        number::counted(tally.total(), "measurement of a slice", "measurements of slices"),
        number::many(tally.worse),
        number::many(tally.better),
        number::many(tally.changed),
        number::many(tally.not_detectable),
        number::many(tally.unknown),
        words::ADJUSTED
    );
    Some(Node::from(Shown::phrase(sentence)))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::fixture;

    fn body(report: &Report) -> String {
        render_comment(report).unwrap().body
    }

    fn position(body: &str, text: &str) -> usize {
        body.find(text).unwrap_or_else(|| unreachable!("{text} is not in\n{body}"))
    }

    #[test]
    fn the_verdict_is_first_and_the_marker_last() {
        let report = fixture::failing();
        let body = body(&report);
        assert_eq!(body.lines().next().unwrap(), format!("## {}", verdict_line(&report)));
        let digest = Digest::of(crate::render_verdict(&report).unwrap().body.as_bytes());
        let marker = format!("<!-- modelgate:v1 key=loan-approval digest=sha256:{digest} -->");
        assert_eq!(body.lines().last().unwrap(), marker);
        assert!(body.contains(words::NOT_ADVICE));
    }

    #[test]
    fn the_alert_says_what_happened_and_what_to_do() {
        let body = body(&fixture::failing());
        let alert: Vec<&str> = body.lines().filter(|line| line.starts_with('>')).collect();
        assert_eq!(alert.first().unwrap(), &"> [!CAUTION]");
        let fact = alert.get(1).unwrap();
        for part in ["Recall", "sex=F", "0.812 → 0.741", "−0.071 [−0.103, −0.038]", "n = 1\u{202F}204", "change ≥ −0.030"]
        {
            assert!(fact.contains(part), "{part} is not in {fact}");
        }
        assert!(alert.iter().any(|line| line.contains("What to do: ")), "{alert:?}");
        assert_eq!(body.matches("[!").count(), 1);
    }

    #[test]
    fn the_worst_slice_is_the_first_row_of_the_slices() {
        let body = body(&fixture::failing());
        let table = body.get(position(&body, "| Slice |")..).unwrap();
        let first = table.lines().nth(2).unwrap();
        assert!(first.contains("age\\_band=65+ &amp; sex=F") && first.contains("❌ FAIL"), "{first}");
        assert!(position(table, "❌ FAIL") < position(table, "❓ INCONCLUSIVE"));
        assert!(!table.contains("age\\_band=25-45"), "a passed slice is not in the table");
    }

    #[test]
    fn what_is_not_shown_is_counted_and_unknown_has_words() {
        let body = body(&fixture::failing());
        for part in [
            "9 checks: 2 failed, 1 not evaluated, 1 inconclusive, 1 warned, 1 waived, 3 passed",
            "4 more checks were not made: the slice has fewer than 30 rows",
            "undefined: no row has a positive label",
            "⏸️ WAIVED until 2026-12-31",
            "no-baseline",
        ] {
            assert!(body.contains(part), "{part} is not in\n{body}");
        }
        assert!(!body.contains("| |"), "no cell is blank");
    }

    #[test]
    fn adjusted_checks_show_their_q_and_the_release_that_they_are_about() {
        let mut report = fixture::failing();
        if let Some(check) = report.verdict.checks.first_mut() {
            check.anchor = Some("v0.9".to_owned());
        }
        report.anchor = Some(fixture::baseline("v0.9"));
        let body = body(&report);
        for part in [
            "q = 0.012, adjusted for 6 checks of slices",
            "a real loss \\(q &lt; 0.001\\), not shown to be beyond the limit \\(q = 0.310\\)",
            "about 9\u{202F}400 rows would settle it",
            "change ≥ −0.030 against anchor v0.9",
            "anchor: release v0.9",
            "this split has answered 3 decisions before",
            "checks of changes are adjusted for how many there are \\(Holm\\)",
        ] {
            assert!(body.contains(part), "{part} is not in\n{body}");
        }
    }

    #[test]
    fn drift_is_one_line_with_what_could_not_be_told() {
        let body = body(&fixture::failing());
        let line = body.lines().find(|line| line.starts_with("- Data: ")).unwrap();
        for part in ["3 columns: 1 drifted", "1 the same", "1 with too few rows to tell", "of 1 column in slices, 1 drifted"] {
            assert!(line.contains(part), "{part} is not in {line}");
        }
    }

    #[test]
    fn without_a_baseline_the_comment_says_so() {
        let body = body(&fixture::without_baseline());
        assert!(body.contains("no baseline"), "{body}");
        assert!(body.contains("no release tag is reachable"), "{body}");
    }

    #[test]
    fn a_run_that_passes_unchanged_is_one_short_paragraph() {
        let body = body(&fixture::passing());
        assert!(body.len() <= 1_500, "{} bytes:\n{body}", body.len());
        assert!(!body.contains('|') && !body.contains("[!"), "{body}");
    }

    #[test]
    fn every_step_of_the_ladder_keeps_verdict_marker_and_blocking_checks() {
        let mut seen = Vec::new();
        for slices in [1, 20, 100, 300, 600, 5_000] {
            let report = fixture::many_failing(slices);
            let body = body(&report);
            assert!(body.len() <= COMMENT_BUDGET, "{slices} slices: {} bytes", body.len());
            assert!(body.starts_with("## ❌ Model gate FAILED"));
            assert!(body.lines().last().unwrap().starts_with(MARKER_START));
            seen.push(body.contains("Shortened to fit"));
            let listed = body.matches("❌ FAIL").count();
            assert!(slices > 300 || listed >= slices, "{slices} slices, {listed} listed:\n{body}");
            assert!(slices <= 300 || body.contains("more in the report"), "{body}");
        }
        assert!(!seen.first().unwrap() && *seen.last().unwrap(), "{seen:?}");
    }

    #[test]
    fn a_template_that_is_too_long_at_its_shortest_is_an_error() {
        let report = fixture::passing();
        let verdict = crate::render_verdict(&report).unwrap();
        let own = CommentTemplate { name: "own.md.jinja", text: &"x".repeat(COMMENT_BUDGET + 1) };
        let error = render_beside(&report, &verdict, Some(own)).unwrap_err();
        assert!(matches!(error, RenderError::TooLong { .. }), "{error}");
    }

    fn own(report: &Report, text: &str) -> Result<String, RenderError> {
        let verdict = crate::render_verdict(report).unwrap();
        let template = CommentTemplate { name: "ci/own.md.jinja", text };
        Ok(render_beside(report, &verdict, Some(template))?.body)
    }

    #[test]
    fn a_template_of_somebody_s_own_can_leave_out_anything_but_the_verdict_and_what_blocks() {
        let report = fixture::failing();
        let body = own(&report, "Hello. {{ total }}.\n").unwrap();
        assert_eq!(body.lines().next().unwrap(), format!("## {}", verdict_line(&report)));
        assert!(body.contains("Hello. 9 checks."), "{body}");
        let left_out = body.get(position(&body, "**Blocking checks**")..).unwrap();
        assert_eq!(left_out.matches("❌ FAIL").count(), 2, "{body}");
        assert!(body.lines().last().unwrap().starts_with(MARKER_START));
        // What it names is not said twice.
        let names = "{{ headline }}\n{% for row in blocking.entries %}\n- {{ row.metric }} of {{ row.subject }}\n{% endfor %}\n\
                     {% for row in slices %}\n- {{ row.metric }} of {{ row.subject }}\n{% endfor %}\n\
                     {% for row in gated %}\n- {{ row.metric }} of {{ row.subject }}\n{% endfor %}\n";
        let body = own(&report, names).unwrap();
        assert!(!body.contains("**Blocking checks**") && !body.starts_with("## "), "{body}");
        let built_in = own(&report, modelgate_templates::COMMENT_MD).unwrap();
        assert_eq!(built_in, super::tests::body(&report));
    }

    #[test]
    fn what_is_wrong_with_a_template_is_told_with_its_file_and_line() {
        for (text, line) in [("one\n{{ nothing }}\n", 2), ("{% if %}", 1), ("a\nb\n{{ headline | safe }}", 3)] {
            let error = own(&fixture::failing(), text).unwrap_err();
            assert!(error.to_string().contains(&format!("ci/own.md.jinja:{line}")), "{error}");
            assert!(error.help().contains("modelgate list comment-template"));
        }
    }

    #[test]
    fn keys_are_plain_and_differ() {
        assert_eq!(key("loan-approval"), "loan-approval");
        let keys = [key("Loan approval"), key("loan approval"), key("-->"), key("モデル"), key("a--b"), key("-")];
        for (index, key) in keys.iter().enumerate() {
            assert!(key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') && !key.contains("--"));
            assert_eq!(keys.iter().position(|other| other == key), Some(index), "{keys:?}");
        }
    }
}
