//! What people read in a terminal: tables, and what blocks, with the line of the configuration that says so.

use std::fmt::Write as _;

use modelgate_config::Config;
use modelgate_cube::Slice;
use modelgate_eval::{Comparison, Delta, Estimate, Evaluation, Interval, MetricId, Subject};
use modelgate_policy::{Bound, Check, Finding, Level, RuleId, State, Test, Verdict, state_words};

/// The most blocking checks and findings that are told in full; the documents have all.
const MOST_BLOCKS: usize = 5;

/// Text from data, safe for a terminal: control characters escaped, cut at 80 characters.
pub(crate) fn plain(text: &str) -> String {
    let mut shown = String::new();
    for (index, character) in text.chars().enumerate() {
        if index == 80 {
            shown.push('…');
            break;
        }
        let hidden = character.is_control()
            || matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
        if hidden { shown.extend(character.escape_default()) } else { shown.push(character) }
    }
    shown
}

fn number(metric: MetricId, value: f64) -> String {
    if metric.as_str() == "count" { format!("{value:.0}") } else { format!("{value:.3}") }
}

fn signed(metric: MetricId, value: f64) -> String {
    if metric.as_str() == "count" { format!("{value:+.0}") } else { format!("{value:+.3}") }
}

fn interval(interval: Option<&Interval>) -> String {
    interval.map(|interval| format!(" [{:.3}, {:.3}]", interval.lower, interval.upper)).unwrap_or_default()
}

/// A measurement with its interval and n, or why there is none.
pub(crate) fn estimate(metric: MetricId, estimate: &Estimate) -> String {
    match estimate {
        Estimate::Measured(measured) if metric.as_str() == "count" => number(metric, measured.value),
        Estimate::Measured(measured) => {
            format!("{}{}  n = {}", number(metric, measured.value), interval(measured.interval.as_ref()), measured.n)
        }
        Estimate::Undefined { reason, .. } => format!("undefined: {reason}"),
    }
}

/// The classes that a number is of, in brackets.
fn of_classes(classes: &[String]) -> String {
    if classes.is_empty() {
        return String::new();
    }
    format!("  ({})", classes.iter().map(|class| plain(class)).collect::<Vec<_>>().join(", "))
}

fn delta(metric: MetricId, delta: &Delta) -> String {
    match delta {
        Delta::Measured { value, interval, .. } => {
            let interval =
                interval.map(|interval| format!(" [{:+.3}, {:+.3}]", interval.lower, interval.upper)).unwrap_or_default();
            format!("{}{interval}", signed(metric, *value))
        }
        Delta::Undefined(reason) => format!("none: {reason}"),
    }
}

/// Every measurement of one subject, or of all where none is named.
pub(crate) fn measurements(evaluation: &Evaluation, only: Option<&Slice>) -> String {
    let wanted = |subject: &Subject| only.is_none_or(|slice| *subject == Subject::Slice(slice.clone()));
    let rows = evaluation.iter().filter(|(_, subject, _)| wanted(subject));
    let noise = evaluation.retrained().map(|retrained| &retrained.noise);
    let retraining = |metric: MetricId, subject: &Subject| {
        let noise = noise.and_then(|noise| noise.get(&(metric, subject.clone())))?;
        Some(format!("  seeds {:.0} % of the variance", noise.share * 100.0))
    };
    let row = |(metric, subject, found): (MetricId, &Subject, &Estimate)| {
        let number = estimate(metric, found) + &of_classes(evaluation.classes(metric, subject));
        let number = number + &retraining(metric, subject).unwrap_or_default();
        vec![metric.to_string(), plain(&subject.to_string()), number]
    };
    table(rows.map(row).collect())
}

/// Every change of one subject, or of all where none is named.
pub(crate) fn changes(comparison: &Comparison, only: Option<&Slice>) -> String {
    let wanted = |subject: &Subject| only.is_none_or(|slice| *subject == Subject::Slice(slice.clone()));
    let mut rows = vec![["metric", "subject", "baseline", "candidate", "change"].map(str::to_owned).to_vec()];
    for (metric, subject, change) in comparison.iter().filter(|(_, subject, _)| wanted(subject)) {
        let side = |found: &Estimate| found.measured().map_or("undefined".to_owned(), |measured| number(metric, measured.value));
        rows.push(vec![
            metric.to_string(),
            plain(&subject.to_string()),
            side(&change.baseline),
            side(&change.candidate),
            delta(metric, &change.delta),
        ]);
    }
    table(rows)
}

/// The overall metrics, against the baseline where there is one.
pub(crate) fn overview(evaluation: &Evaluation, comparison: Option<&Comparison>) -> String {
    let overall = Slice::overall();
    match comparison {
        Some(comparison) => changes(comparison, Some(&overall)),
        None => measurements(evaluation, Some(&overall)),
    }
}

/// Rows as aligned columns, two spaces in.
pub(crate) fn table(rows: Vec<Vec<String>>) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::from(" ");
        for (cell, width) in row.iter().zip(&widths) {
            let _ = write!(line, " {cell:<width$} ");
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// What blocks, what warns, and how many there are of what is not told.
pub(crate) fn verdict(verdict: &Verdict, evaluation: &Evaluation, config: &Config) -> String {
    let mut text = String::new();
    let mut blocking: Vec<&Check> = verdict.checks.iter().filter(|check| check.blocking).collect();
    // The plainest slices first: what is wrong with a group explains what is wrong with its parts.
    blocking.sort_by_key(|check| terms(&check.subject));
    let mut explained = Vec::new();
    for check in blocking.iter().take(MOST_BLOCKS) {
        check_block(&mut text, check, evaluation, config, !explained.contains(&check.rule));
        explained.push(check.rule);
    }
    if let Some(more) = blocking.len().checked_sub(MOST_BLOCKS).filter(|more| *more > 0) {
        let _ = writeln!(text, "({more} more blocking checks in report.html)\n");
    }
    for finding in &verdict.findings {
        finding_block(&mut text, finding, config);
    }
    for pack in &verdict.controls.packs {
        let counts = pack.counts().into_iter().map(|(id, count)| format!("{count} {}", state_words(id)));
        let _ = writeln!(text, "controls of {}: {}", plain(&pack.pack.id), counts.collect::<Vec<_>>().join(", "));
        if let Some(change) = &pack.changed {
            let state = |state: Option<&'static str>| state.map_or("not asked".to_owned(), state_words);
            for one in &change.controls {
                let anchor = plain(&one.anchor);
                let _ = writeln!(text, "  by its change, {anchor}: {} -> {}", state(one.before), state(one.now));
            }
        }
    }
    for waiver in &verdict.waivers {
        let subject = if waiver.subject.is_empty() { String::new() } else { format!(" of {}", plain(&waiver.subject)) };
        let state = state_words(waiver.state.id());
        let _ = writeln!(text, "waiver of {}{subject}: {state}, until {}", plain(&waiver.about), waiver.expires);
    }
    let counts = &verdict.counts;
    let others = if config.publication.profile.controls() {
        "those of withheld slices only where they do not pass".to_owned()
    } else {
        format!("{} too small to judge", verdict.low_support)
    };
    let _ = writeln!(
        text,
        "checks: {} passed, {} failed, {} warned, {} inconclusive, {} not evaluated, {} waived; {others}",
        counts.passed, counts.failed, counts.warned, counts.inconclusive, counts.not_evaluated, counts.waived
    );
    text
}

/// How many conditions a subject has.
fn terms(subject: &Subject) -> usize {
    match subject {
        Subject::Slice(slice) => slice.terms().len(),
        Subject::Across(axes) => axes.len(),
        Subject::Contrast { group, .. } => group.terms().len(),
    }
}

/// One blocking check; what to do about it is told the first time its rule speaks.
fn check_block(text: &mut String, check: &Check, evaluation: &Evaluation, config: &Config, explain: bool) {
    let subject = plain(&check.subject.to_string());
    let _ = writeln!(text, "error[{}]: {}", check.rule, headline(check, &subject));
    source(text, config, check.origin.line);
    if let Some(change) = &check.change {
        let side = if check.anchor.is_some() { "anchor  " } else { "baseline" };
        let _ = writeln!(text, "   = {side}   {}", estimate(check.metric, &change.baseline));
    }
    if let Some(candidate) = &check.candidate {
        let classes = of_classes(evaluation.classes(check.metric, &check.subject));
        let _ = writeln!(text, "   = candidate  {}{classes}", estimate(check.metric, candidate));
    }
    if let (Bound::MaxRegression(_), Some(change)) = (check.bound, &check.change) {
        let _ = writeln!(text, "   = change     {}", delta(check.metric, &change.delta));
    }
    if let Some(tested) = &check.test {
        let _ = writeln!(text, "   = test       {}", test(tested));
    }
    if explain {
        let _ = writeln!(text, "   = help: {}", check.rule.rule().fix);
        let _ = writeln!(text, "   = help: `modelgate explain {}`", check.rule);
    }
    text.push('\n');
}

fn headline(check: &Check, subject: &str) -> String {
    let metric = check.metric;
    if let State::NotEvaluated { reason } = &check.state {
        return format!("{metric} of {subject} was not evaluated: {}", plain(reason));
    }
    match check.bound {
        Bound::Lower(limit) => format!("{metric} of {subject} is below {limit}"),
        Bound::Upper(limit) => format!("{metric} of {subject} is above {limit}"),
        Bound::MaxRegression(limit) => {
            let against = check.anchor.as_ref().map(|release| format!(" against anchor {}", plain(release))).unwrap_or_default();
            format!("{metric} of {subject} is worse by more than {limit}{against}")
        }
    }
}

/// How a change was tested.
fn test(test: &Test) -> String {
    let q = if test.q < 0.000_05 { "q < 0.0001".to_owned() } else { format!("q = {:.4}", test.q) };
    let checks = if test.size == 1 { "1 check".to_owned() } else { format!("{} checks", test.size) };
    format!("{q}, below {}: adjusted for {checks} of {}", test.alpha, test.family.id())
}

fn finding_block(text: &mut String, finding: &Finding, config: &Config) {
    let word = if finding.level == Level::Deny { "error" } else { "warning" };
    let subject = if finding.subject.is_empty() { String::new() } else { format!("{}: ", plain(&finding.subject)) };
    let _ = writeln!(text, "{word}[{}]: {subject}{}", finding.rule, plain_sentence(&finding.message));
    if let Some(origin) = &finding.origin {
        match &origin.file {
            None => source(text, config, origin.line),
            Some(file) => {
                let _ = writeln!(text, "  --> {}:{}", plain(file), origin.line);
            }
        }
    }
    if finding.rule != RuleId::LOW_SUPPORT {
        let _ = writeln!(text, "   = help: {}", finding.help);
    }
    text.push('\n');
}

/// A sentence with text from data in it, safe for a terminal; its words are cut as [`plain`] cuts them.
pub(crate) fn plain_sentence(message: &str) -> String {
    message.split(' ').map(plain).collect::<Vec<_>>().join(" ")
}

fn source(text: &mut String, config: &Config, line: usize) {
    let _ = writeln!(text, "  --> {}:{line}", config.file_name);
    if let Some(source) = config.source_line(line) {
        let _ = writeln!(text, "   |\n{line:>3}| {}\n   |", plain_sentence(source));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_data_cannot_drive_a_terminal() {
        assert_eq!(plain("a\u{1b}[31m\nb\u{202e}"), "a\\u{1b}[31m\\nb\\u{202e}");
        assert!(plain(&"x".repeat(500)).chars().count() <= 81);
    }

    #[test]
    fn columns_are_aligned() {
        let rows = vec![vec!["a".to_owned(), "long".to_owned()], vec!["long".to_owned(), "b".to_owned()]];
        assert_eq!(table(rows), "  a     long\n  long  b\n");
    }
}
