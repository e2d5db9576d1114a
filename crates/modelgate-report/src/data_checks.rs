//! What was measured of the data itself, as every document shows it: what is not fine first, then whole rows and columns.

use std::collections::BTreeMap;

use modelgate_cube::Part;
use modelgate_eval::{DataMeasurement, DataMetricId, DataUnit, Estimate, Reason, SchemaChange};
use modelgate_policy::{DataState, JudgedMeasurement};

use crate::escape::Shown;
use crate::groups;
use crate::number;
use crate::report::Report;
use crate::tree::{Node, fields};

/// The most columns in a table; files may have thousands.
const MOST_COLUMNS: usize = 300;

/// The most columns that a list of changed columns names.
const MOST_NAMED: usize = 40;

/// How many columns are shown of what relates them to groups or labels, for each measurement.
const MOST_STRONGEST: usize = 10;

/// The metrics that relate columns to groups or labels.
const BETWEEN: [DataMetricId; 9] = [
    DataMetricId::SINGLE_COLUMN_AUC,
    DataMetricId::SINGLE_COLUMN_AUC_DROP,
    DataMetricId::SINGLE_COLUMN_R2,
    DataMetricId::PROXY_STRENGTH,
    DataMetricId::MISSING_RATE_DIFFERENCE,
    DataMetricId::ORDER_AUC,
    DataMetricId::ENCODED_GROUP_AUC,
    DataMetricId::GROUP_SCORE_AUC,
    DataMetricId::SOURCE_RATE,
];

/// The metrics of a table of columns, in its order.
const OF_COLUMNS: [DataMetricId; 10] = [
    DataMetricId::MISSING_RATE,
    DataMetricId::MOST_FREQUENT_RATE,
    DataMetricId::DISTINCT_RATE,
    DataMetricId::NON_FINITE_RATE,
    DataMetricId::OUTLIER_RATE,
    DataMetricId::MISSING_LIKE_RATE,
    DataMetricId::SIMILAR_TEXT_RATE,
    DataMetricId::MIXED_TYPE_RATE,
    DataMetricId::PERSONAL_DATA_RATE,
    DataMetricId::LIKELY_PERSONAL_DATA_RATE,
];

/// The metrics of rows that are alike, or marked; they are few, and stand beside those of whole rows.
const BESIDE_ROWS: [DataMetricId; 8] = [
    DataMetricId::L_DIVERSITY,
    DataMetricId::ENTROPY_L_DIVERSITY,
    DataMetricId::T_CLOSENESS,
    DataMetricId::TRIGGER_PATTERN_RATE,
    DataMetricId::SPECTRAL_OUTLIER_RATE,
    DataMetricId::SEPARATE_CLUSTER_RATE,
    DataMetricId::ESTIMATED_IN_USE,
    DataMetricId::ESTIMATED_LOSS,
];

/// Everything that was measured of the data; `None` where nothing was.
pub(crate) fn node(report: &Report) -> Option<Node> {
    let data = &report.verdict.data;
    let of_rows = |entry: &&JudgedMeasurement| {
        let measurement = &entry.measurement;
        let of_rows = measurement.column.is_none() || BESIDE_ROWS.contains(&measurement.metric);
        of_rows && !OF_COLUMNS.contains(&measurement.metric) && !groups::is_of_group(measurement)
    };
    let open = |entry: &&JudgedMeasurement| !matches!(entry.state, DataState::NoLimit | DataState::Within);
    let is_change_alone = |entry: &&JudgedMeasurement| matches!(entry.state, DataState::Undefined(_));
    (!data.measurements.is_empty()).then(|| {
        fields! {
            summary: summary(&data.measurements),
            open: data.measurements.iter().filter(open).filter(|entry| !is_change_alone(entry)).map(measurement).collect::<Vec<_>>(),
            rows: data.measurements.iter().filter(of_rows).map(measurement).collect::<Vec<_>>(),
            strongest: strongest(&data.measurements),
            groups: groups::tables(report),
            parts: [Part::Test, Part::Train].into_iter().filter_map(|part| table(&data.measurements, part)).collect::<Vec<_>>(),
            schema: data.schema.as_ref().map(schema),
            metrics: definitions(&data.measurements),
        }
    })
}

/// What a terminal shows of measurements, a line each: those that are beyond their limit or undefined, and of whole rows all.
#[must_use]
pub fn measurement_lines(measurements: &[JudgedMeasurement]) -> Vec<Vec<String>> {
    let told = |entry: &&JudgedMeasurement| entry.state == DataState::Crossed || entry.measurement.group.is_none();
    let line = |entry: &JudgedMeasurement| {
        let DataMeasurement { metric, column, by, group, estimate, .. } = &entry.measurement;
        vec![
            metric.as_str().to_owned(),
            about(column.as_deref(), by.as_deref(), group.as_deref()).into_string(),
            shown(&entry.measurement).into_string(),
            format!("{} rows", number::whole(estimate.n())),
            status(entry.state).into_string(),
        ]
    };
    measurements.iter().filter(told).map(line).collect()
}

/// A file without its folder, which tells about a machine and not about the data.
pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// How many measurements are beyond their limits.
fn summary(measurements: &[JudgedMeasurement]) -> Shown {
    let count = |wanted: fn(DataState) -> bool| measurements.iter().filter(|entry| wanted(entry.state)).count();
    Shown::phrase(format!(
        "{} of the data: {} beyond the limit, {} within, {} that chance explains as well, {} without an earlier number or undefined, \
         {} without a limit.",
        number::counted(measurements.len(), "measurement", "measurements"),
        number::many(count(|state| state == DataState::Crossed)),
        number::many(count(|state| state == DataState::Within)),
        number::many(count(|state| state == DataState::ByChance)),
        number::many(count(|state| matches!(state, DataState::Undefined(_)))),
        number::many(count(|state| state == DataState::NoLimit)),
    ))
}

/// One measurement as a table row.
fn measurement(entry: &JudgedMeasurement) -> Node {
    let DataMeasurement { metric, part, column, by, group, personal, estimate, expected, sampled, change } = &entry.measurement;
    let in_unit = |value: f64| in_unit(value, metric.metric().unit);
    fields! {
        metric: personal.map_or_else(
            || Shown::phrase(metric.metric().title),
            |kind| Shown::phrase(format!("{}: {}", metric.metric().title, kind.title())),
        ),
        rows: rows_of(*part),
        has_column: column.is_some() || by.is_some(),
        column: about(column.as_deref(), by.as_deref(), group.as_deref()),
        value: shown(&entry.measurement),
        n: Shown::phrase(number::whole(estimate.n())),
        sampled: *sampled,
        chance: expected.map_or_else(|| Shown::phrase("not asked"), |chance| Shown::phrase(share(chance))),
        before: change.map_or_else(|| Shown::phrase("none"), |change| Shown::phrase(in_unit(change.before))),
        limit: limit(entry),
        status: status(entry.state),
        state: state_class(entry.state),
    }
}

/// The column that a measurement is about, the axis whose groups it compares, and the group.
fn about(column: Option<&str>, by: Option<&str>, group: Option<&str>) -> Shown {
    let group = group.map(|group| format!(" = {}", Shown::name(group))).unwrap_or_default();
    match (column.map(Shown::name), by.map(Shown::name)) {
        (Some(column), Some(by)) => Shown::phrase(format!("{column} by {by}{group}")),
        (Some(one), None) | (None, Some(one)) => Shown::phrase(format!("{one}{group}")),
        (None, None) => Shown::phrase("whole rows"),
    }
}

/// The strongest of what columns say about groups and labels.
fn strongest(measurements: &[JudgedMeasurement]) -> Vec<Node> {
    let value = |entry: &JudgedMeasurement| entry.measurement.estimate.measured().map_or(-1.0, |measured| measured.value);
    let of_slices = |entry: &&JudgedMeasurement| BETWEEN.contains(&entry.measurement.metric) && value(entry) >= 0.0;
    let mut found: Vec<&JudgedMeasurement> = measurements.iter().filter(of_slices).collect();
    found.sort_by(|one, two| value(two).total_cmp(&value(one)));
    let of_metric = |metric: DataMetricId| {
        let found = found.iter().filter(move |entry| entry.measurement.metric == metric);
        found.take(MOST_STRONGEST).map(|entry| measurement(entry)).collect::<Vec<_>>()
    };
    BETWEEN.into_iter().flat_map(of_metric).collect()
}

/// The number of a measurement with its interval, or why there is none.
pub(crate) fn shown(measurement: &DataMeasurement) -> Shown {
    let in_unit = |value: f64| in_unit(value, measurement.metric.metric().unit);
    match &measurement.estimate {
        Estimate::Measured(measured) => {
            let interval =
                measured.interval.map(|interval| format!(" [{}, {}]", in_unit(interval.lower), in_unit(interval.upper)));
            Shown::phrase(in_unit(measured.value) + &interval.unwrap_or_default())
        }
        Estimate::Undefined { reason, .. } => Shown::phrase(format!("undefined: {reason}")),
    }
}

/// A number as its unit says.
fn in_unit(value: f64, unit: DataUnit) -> String {
    match unit {
        DataUnit::Share => share(value),
        DataUnit::Gap => gap(value),
        DataUnit::Number => number::whole_of(value),
        DataUnit::Plain => number::fixed(value),
        DataUnit::Times => format!("{} times", number::fixed(value)),
        DataUnit::Days => format!("{} days", number::whole_of(value)),
    }
}

/// A difference of shares in percent, with its sign.
fn gap(gap: f64) -> String {
    let sign = if gap < 0.0 { "−" } else { "+" };
    format!("{sign}{:.2}\u{202F}%", gap.abs() * 100.0)
}

/// A share in percent, with two digits behind the point.
fn share(share: f64) -> String {
    let percent = share * 100.0;
    if percent > 0.0 && percent < 0.01 { "< 0.01\u{202F}%".to_owned() } else { format!("{percent:.2}\u{202F}%") }
}

fn limit(entry: &JudgedMeasurement) -> Shown {
    let Some(limit) = entry.limit else { return Shown::phrase("none") };
    let question = modelgate_policy::DATA_RULES.iter().find(|rule| Some(rule.rule) == entry.rule).map(|rule| rule.question);
    let in_unit = |limit: f64| in_unit(limit, entry.measurement.metric.metric().unit);
    Shown::phrase(match question {
        Some(modelgate_policy::DataQuestion::SureGap) => format!("{}, if it is surely there", in_unit(limit)),
        Some(modelgate_policy::DataQuestion::SureRatio) => format!("{} either way, surely", in_unit(limit)),
        Some(modelgate_policy::DataQuestion::AtLeast) => format!("at least {}", in_unit(limit)),
        Some(modelgate_policy::DataQuestion::MostIncrease) => format!("{} more than the baseline", in_unit(limit)),
        Some(modelgate_policy::DataQuestion::MostRatio) => format!("{limit} times the baseline, either way"),
        _ => in_unit(limit),
    })
}

/// Which rows, in a word.
pub(crate) fn rows_of(part: Part) -> &'static str {
    match part {
        Part::Train => "training",
        Part::Test => "test",
    }
}

/// What became of a measurement, in words.
pub(crate) fn status(state: DataState) -> Shown {
    match state {
        DataState::NoLimit => Shown::phrase("no limit set"),
        DataState::Within => Shown::phrase("✅ within its limit"),
        DataState::Crossed => Shown::phrase("⚠️ beyond its limit"),
        DataState::ByChance => Shown::phrase("❓ chance gives as much"),
        DataState::Declared => Shown::phrase("declared in the configuration"),
        DataState::Undefined(Reason::NotInBaseline) => Shown::phrase("not told: there is no earlier number"),
        DataState::Undefined(reason) => Shown::phrase(format!("not told: {reason}")),
    }
}

/// The class of it in the page's style sheet.
pub(crate) fn state_class(state: DataState) -> &'static str {
    match state {
        DataState::Crossed => "warned",
        DataState::Within => "passed",
        DataState::ByChance => "inconclusive",
        DataState::Declared | DataState::NoLimit | DataState::Undefined(_) => "none",
    }
}

/// The columns of a part, a row each.
fn table(measurements: &[JudgedMeasurement], part: Part) -> Option<Node> {
    let mut by_column: BTreeMap<&str, Vec<&JudgedMeasurement>> = BTreeMap::new();
    for entry in measurements.iter().filter(|entry| entry.measurement.part == part) {
        if let Some(column) = entry.measurement.column.as_deref().filter(|_| OF_COLUMNS.contains(&entry.measurement.metric)) {
            by_column.entry(column).or_default().push(entry);
        }
    }
    let columns = by_column.len();
    let row = |(column, entries): (&str, Vec<&JudgedMeasurement>)| {
        let cells = OF_COLUMNS.iter().map(|metric| {
            let found = entries.iter().find(|entry| entry.measurement.metric == *metric);
            let personal = found.and_then(|entry| entry.measurement.personal);
            let shown = found.map_or_else(|| Shown::phrase("not asked"), |entry| self::shown(&entry.measurement));
            match (personal, metric.is_about_personal_data()) {
                (Some(kind), _) => Node::from(Shown::phrase(kind.title())),
                (None, true) => Node::from(Shown::phrase("none found")),
                (None, false) => Node::from(shown),
            }
        });
        let crossed: Vec<&str> = entries
            .iter()
            .filter(|entry| entry.state == DataState::Crossed)
            .filter_map(|entry| Some(entry.rule?.rule().id))
            .collect();
        fields! {
            column: Shown::name(column),
            cells: cells.collect::<Vec<_>>(),
            status: Shown::phrase(if crossed.is_empty() { "within limits".to_owned() } else { format!("⚠️ {}", crossed.join(", ")) }),
            state: if crossed.is_empty() { "none" } else { "warned" },
        }
    };
    let rows: Vec<Node> = by_column.into_iter().take(MOST_COLUMNS).map(row).collect();
    (columns > 0).then(|| {
        fields! {
            title: match part {
                Part::Train => "Columns of the training rows",
                Part::Test => "Columns of the test rows",
            },
            headings: OF_COLUMNS.iter().map(|metric| Node::from(metric.metric().title)).collect::<Vec<_>>(),
            rows: rows,
            more: (columns > MOST_COLUMNS).then(|| Node::from(Shown::phrase(number::many(columns - MOST_COLUMNS)))),
        }
    })
}

fn schema(change: &SchemaChange) -> Node {
    let named = |names: &mut dyn Iterator<Item = &String>| -> Option<Node> {
        let mut shown: Vec<String> = names.map(|name| Shown::name(name).into_string()).collect();
        let more = shown.len().saturating_sub(MOST_NAMED);
        shown.truncate(MOST_NAMED);
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        (!shown.is_empty()).then(|| Node::from(Shown::phrase(shown.join(", ") + &rest)))
    };
    fields! {
        same: change.is_none(),
        missing: named(&mut change.missing.iter()),
        new: named(&mut change.new.iter()),
        retyped: named(&mut change.retyped.iter().map(|(name, ..)| name)),
    }
}

/// What the measurements are, each once.
fn definitions(measurements: &[JudgedMeasurement]) -> Vec<Node> {
    let measured = |metric: &DataMetricId| measurements.iter().any(|entry| entry.measurement.metric == *metric);
    let definition = |metric: DataMetricId| {
        let metric = metric.metric();
        fields! {
            title: metric.title,
            formula: metric.formula,
            denominator: metric.denominator,
            reference: metric.reference,
        }
    };
    DataMetricId::all().filter(measured).map(definition).collect()
}
