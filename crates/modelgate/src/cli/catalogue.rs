//! `list` and `explain`: the catalogues of metrics, rules and estimators.

use std::fmt::Write as _;

use modelgate_eval::{
    DATA_METRICS, DRIFT_STATISTICS, DataMetric, DataMetricId, Direction, DriftStatistic, METRICS, Metric, MetricId, MetricKind,
    StatisticId,
};
use modelgate_forge::Repository;
use modelgate_model::{Estimator, Learning};
use modelgate_policy::{DATA_RULES, RULES, Rule, RuleId};

use crate::cli::packs;
use crate::cli::{ExplainArgs, ListArgs, ListFormat, Listed};
use crate::context::{Console, Context};
use crate::exit::ExitStatus;
use crate::failure::Failure;
use crate::worked::{self, Worked};

/// Lists metrics, rules, estimators or releases.
pub(crate) fn list(arguments: &ListArgs, context: &Context, console: &mut Console<'_>) -> Result<ExitStatus, Failure> {
    let text = match (arguments.what, arguments.format) {
        (Listed::Metrics, ListFormat::Plain) => {
            METRICS.iter().fold(String::new(), |text, metric| text + &line(metric.id, metric.title))
        }
        (Listed::Metrics, ListFormat::Markdown) => metrics_page()?,
        (Listed::Rules, ListFormat::Plain) => RULES.iter().fold(String::new(), |text, rule| text + &line(rule.id, rule.title)),
        (Listed::Rules, ListFormat::Markdown) => page("Rules", RULES.iter().map(rule_page)),
        (Listed::Estimators, ListFormat::Plain) => {
            Estimator::ALL.iter().fold(String::new(), |text, estimator| text + &line(estimator.id(), estimator.title()))
        }
        (Listed::Estimators, ListFormat::Markdown) => page("Estimators", Estimator::ALL.into_iter().map(estimator_page)),
        (Listed::Statistics, ListFormat::Plain) => {
            DRIFT_STATISTICS.iter().fold(String::new(), |text, statistic| text + &line(statistic.id, statistic.title))
        }
        (Listed::Statistics, ListFormat::Markdown) => page("Statistics of drift", DRIFT_STATISTICS.iter().map(statistic_page)),
        (Listed::DataMetrics, ListFormat::Plain) => {
            DATA_METRICS.iter().fold(String::new(), |text, metric| text + &line(metric.id, metric.title))
        }
        (Listed::DataMetrics, ListFormat::Markdown) => page("Measurements of data", DATA_METRICS.iter().map(data_metric_page)),
        (Listed::Controls, ListFormat::Plain) => packs::all_lines()?,
        (Listed::Controls, ListFormat::Markdown) => packs::all_pages()?,
        (Listed::CommentTemplate, _) => modelgate_report::COMMENT_TEMPLATE.to_owned(),
        (Listed::Releases, _) => releases(context)?,
    };
    console.result(text.trim_end());
    Ok(ExitStatus::Passed)
}

fn line(id: &str, title: &str) -> String {
    format!("{id:<42}{title}\n")
}

fn page(title: &str, entries: impl Iterator<Item = String>) -> String {
    entries.fold(format!("# {title}\n"), |text, entry| text + "\n" + &entry)
}

fn releases(context: &Context) -> Result<String, Failure> {
    let names = Repository::open(&context.directory)?.list_releases()?;
    if names.is_empty() {
        return Err(Failure::with_help("this repository stores no release", "store one with `modelgate release <tag>`"));
    }
    Ok(names.join("\n"))
}

/// Explains one metric, rule or estimator.
pub(crate) fn explain(arguments: &ExplainArgs, console: &mut Console<'_>) -> Result<ExitStatus, Failure> {
    let metric = MetricId::parse(&arguments.id).map(explained).transpose()?;
    let rule = RuleId::parse(&arguments.id).map(|id| rule_page(id.rule()));
    let estimator = Estimator::parse(&arguments.id).map(estimator_page);
    let statistic = StatisticId::parse(&arguments.id).map(|id| statistic_page(id.statistic()));
    let data_metric = DataMetricId::parse(&arguments.id).map(|id| data_metric_page(id.metric()));
    let control = packs::explain(&arguments.id).transpose()?;
    let Some(text) = metric.or(rule).or(estimator).or(statistic).or(data_metric).or(control) else {
        return Err(Failure::with_help(
            format!("there is no metric, rule, estimator, statistic, measurement of data or control {:?}", arguments.id),
            "see `modelgate list metrics`, and likewise `rules`, `estimators`, `statistics`, `data-metrics` and `controls`",
        ));
    };
    console.result(text.trim_end());
    Ok(ExitStatus::Passed)
}

/// All metrics, with the rows of the worked examples first.
fn metrics_page() -> Result<String, Failure> {
    let worked = Worked::new()?;
    let rows = worked::SAMPLES.iter().map(worked::shown_rows).collect::<Vec<_>>().join("\n");
    let start = format!("Every metric has a worked example, computed from these rows.\n\n{rows}");
    let pages = MetricId::all().map(|metric| metric_page(metric.metric(), worked.example(metric).as_deref()));
    Ok(page("Metrics", std::iter::once(start).chain(pages)))
}

/// One metric, with the rows of its worked example last.
fn explained(metric: MetricId) -> Result<String, Failure> {
    let text = metric_page(metric.metric(), Worked::new()?.example(metric).as_deref());
    let rows = worked::sample_of(metric.metric()).map(worked::shown_rows).unwrap_or_default();
    Ok(format!("{text}\n{rows}"))
}

fn metric_page(metric: &Metric, example: Option<&str>) -> String {
    let mut text = format!("## {}\n\n{}.\n\n", metric.id, metric.title);
    let over = match metric.kind {
        MetricKind::Slice => "each slice",
        MetricKind::AgainstGroups => "each slice, in relation to the other slices of the same columns",
        MetricKind::AcrossGroups => "the groups that one or two slice columns make",
    };
    let better = match metric.direction {
        Direction::HigherIsBetter => "higher",
        Direction::LowerIsBetter => "lower",
        Direction::Neutral => "neither by itself; a regression limit holds either way",
    };
    let range = match (metric.lowest.is_finite(), metric.highest.is_finite()) {
        (true, true) => format!("{} to {}", metric.lowest, metric.highest),
        (true, false) => format!("{} and above", metric.lowest),
        (false, true) => format!("{} and below", metric.highest),
        (false, false) => "any number".to_owned(),
    };
    let rows = if metric.needs_scores { "scores" } else { "predictions" };
    let needs = metric.requires.map_or(rows.to_owned(), |requirement| format!("{rows}, and {}", requirement.describe()));
    let is_default = metric.tasks().any(|task| metric.is_default(task));
    let measured = match (is_default, metric.requires) {
        (true, None) => "always, unless other metrics are listed",
        (true, Some(_)) => "where that is declared, unless other metrics are listed",
        (false, _) => "when it is listed or has a gate",
    };
    let tasks: Vec<&str> = metric.tasks().map(modelgate_cube::TaskKind::id).collect();
    for (what, value) in [
        ("Formula", metric.formula),
        ("Computed over", over),
        ("Range", range.as_str()),
        ("Better", better),
        ("Sample size n", metric.denominator),
        ("Undefined when", metric.undefined_when),
        ("Interval", metric.interval),
        ("Tasks", tasks.join(", ").as_str()),
        ("Needs", needs.as_str()),
        ("Measured", measured),
        ("Same number as", metric.reference),
        ("Worked example", example.unwrap_or("none")),
    ] {
        let _ = writeln!(text, "- {what}: {value}");
    }
    text
}

fn estimator_page(estimator: Estimator) -> String {
    let mut text = format!("## {estimator}\n\n{}.\n\n", estimator.title());
    for (what, value) in [
        ("When", estimator.when_to_use()),
        ("Columns", estimator.how_columns_are_taken()),
        ("Trained by", estimator.trained_by()),
    ] {
        let _ = writeln!(text, "- {what}: {value}");
    }
    text.push_str("\nSettings below `model.train`:\n\n");
    let usual = Learning::of(estimator).shown();
    for setting in estimator.hyperparameters() {
        let default = usual.iter().find(|(key, _)| *key == setting.key).map_or("none", |(_, value)| value.as_str());
        let _ = writeln!(text, "- `{}`: {}; default: {default}", setting.key, setting.doc);
    }
    text
}

fn statistic_page(statistic: &DriftStatistic) -> String {
    let (lowest, highest) = statistic.range;
    let range = if highest.is_finite() { format!("{lowest} to {highest}") } else { format!("{lowest} and above") };
    format!(
        "## {}\n\n{}.\n\n- Formula: {}\n- Computed for: {}\n- Range: {range}\n- Undefined when: {}\n- Same number as: {}\n",
        statistic.id,
        statistic.title,
        statistic.formula,
        if statistic.numbers_only { "columns of numbers" } else { "every column" },
        statistic.undefined_when,
        statistic.reference,
    )
}

fn data_metric_page(metric: &DataMetric) -> String {
    let limit = DATA_RULES.iter().find(|rule| rule.metric.as_str() == metric.id);
    let limit = limit.map_or("none".to_owned(), |rule| {
        let default = rule.default.map_or("nothing is asked".to_owned(), |limit| limit.to_string());
        format!("`{}`, by the key `data_checks.{}`, without it {default}", rule.rule, rule.key)
    });
    format!(
        "## {}\n\n{}.\n\n- Formula: {}\n- About: {}\n- Sample size n: {}\n- Undefined when: {}\n- Interval: {}\n- Rule: {limit}\n- Same number as: {}\n",
        metric.id,
        metric.title,
        metric.formula,
        metric.about,
        metric.denominator,
        metric.undefined_when,
        metric.interval(),
        metric.reference,
    )
}

fn rule_page(rule: &Rule) -> String {
    format!(
        "## {}\n\n{}\n\n- What: {}\n- Why: {}\n- What to do: {}\n- Default level: {}\n",
        rule.id,
        rule.title,
        rule.what,
        rule.why,
        rule.fix,
        rule.default_level.id()
    )
}
