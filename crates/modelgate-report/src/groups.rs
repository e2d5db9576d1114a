//! The groups of the rows as every document shows them: how many rows each has, how its labels differ, and its share of the
//! population.

use std::collections::BTreeMap;

use modelgate_cube::Part;
use modelgate_eval::{DataMeasurement, DataMetricId};
use modelgate_policy::{DataState, JudgedMeasurement};

use crate::data_checks::{file_name, rows_of, shown, state_class, status};
use crate::escape::Shown;
use crate::number;
use crate::report::Report;
use crate::tree::{Node, fields};

/// The most groups in a table.
const MOST_GROUPS: usize = 100;

/// The columns of a table of an axis.
const OF_AXIS: [DataMetricId; 5] = [
    DataMetricId::GROUP_ROW_COUNT,
    DataMetricId::LABEL_RATE,
    DataMetricId::LABEL_RATE_DIFFERENCE,
    DataMetricId::LABEL_DIVERGENCE,
    DataMetricId::LABEL_NOISE_DIFFERENCE,
];

/// The columns of a table of a population.
const OF_POPULATION: [DataMetricId; 2] = [DataMetricId::GROUP_RATE, DataMetricId::POPULATION_RATIO];

/// Whether a measurement stands in these tables and in no other.
pub(crate) fn is_of_group(measurement: &DataMeasurement) -> bool {
    measurement.group.is_some() || OF_COLUMN.contains(&measurement.metric)
}

/// What is told of a population's columns as a whole.
const OF_COLUMN: [DataMetricId; 3] =
    [DataMetricId::MISSING_GROUP_COUNT, DataMetricId::OUTSIDE_POPULATION_RATE, DataMetricId::POPULATION_FIT_P];

/// The measurements of a table, in which a group has one of each metric.
type Groups<'a> = BTreeMap<&'a str, Vec<&'a JudgedMeasurement>>;

/// A table for each axis and part, and for each column of the population and part.
pub(crate) fn tables(report: &Report) -> Vec<Node> {
    let mut by_table: BTreeMap<(bool, &str, Part), Groups<'_>> = BTreeMap::new();
    for entry in &report.verdict.data.measurements {
        let DataMeasurement { part, column, by, group, metric, .. } = &entry.measurement;
        let of_population = column.is_some() && (OF_POPULATION.contains(metric) || OF_COLUMN.contains(metric));
        let name = if of_population { column.as_deref() } else { by.as_deref().filter(|_| OF_AXIS.contains(metric)) };
        if let Some(name) = name {
            let groups = by_table.entry((of_population, name, *part)).or_default();
            groups.entry(group.as_deref().unwrap_or_default()).or_default().push(entry);
        }
    }
    by_table
        .into_iter()
        .map(|((of_population, name, part), groups)| table(report, of_population, (name, part), &groups))
        .collect()
}

fn table(report: &Report, of_population: bool, (name, part): (&str, Part), groups: &Groups<'_>) -> Node {
    let metrics: &[DataMetricId] = if of_population { &OF_POPULATION } else { &OF_AXIS };
    let is_measured = |metric: &&DataMetricId| groups.values().flatten().any(|entry| entry.measurement.metric == **metric);
    let metrics: Vec<DataMetricId> = metrics.iter().filter(is_measured).copied().collect();
    // What is told of the column as a whole stands under no group.
    let whole = groups.get("").into_iter().flatten().filter(|entry| entry.measurement.group.is_none());
    let told = whole.map(|entry| fields! { metric: entry.measurement.metric.metric().title, value: shown(&entry.measurement), status: status(entry.state) });
    let told: Vec<Node> = told.collect();
    let of_groups = || groups.iter().filter(|(_, entries)| entries.iter().any(|entry| entry.measurement.group.is_some()));
    let rows = of_groups().take(MOST_GROUPS).map(|(group, entries)| row(report, &metrics, group, entries));
    let more = of_groups().count().saturating_sub(MOST_GROUPS);
    let population = report.verdict.data.population.as_ref().filter(|_| of_population);
    fields! {
        title: Shown::phrase(if of_population {
            format!("{} against the population, {} rows", Shown::name(name), rows_of(part))
        } else {
            format!("Groups of {}, {} rows", Shown::name(name), rows_of(part))
        }),
        population: population.map(|population| fields! {
            source: Shown::sentence(&population.source),
            file: Shown::sentence(file_name(&population.path)),
            date: Shown::phrase(population.date),
        }),
        told: told,
        headings: metrics.iter().map(|metric| Node::from(metric.metric().title)).collect::<Vec<_>>(),
        rows: rows.collect::<Vec<_>>(),
        more: (more > 0).then(|| Node::from(Shown::phrase(number::many(more)))),
    }
}

fn row(report: &Report, metrics: &[DataMetricId], group: &str, entries: &[&JudgedMeasurement]) -> Node {
    let found = |metric: &DataMetricId| entries.iter().find(|entry| entry.measurement.metric == *metric);
    let cells = metrics
        .iter()
        .map(|metric| Node::from(found(metric).map_or_else(|| Shown::phrase("not asked"), |entry| shown(&entry.measurement))));
    let cells: Vec<Node> = cells.collect();
    let judged = entries.iter().find(|entry| entry.state != DataState::NoLimit);
    let rows = found(&DataMetricId::GROUP_ROW_COUNT).map(|entry| entry.measurement.estimate.n());
    let needed = report.min_support;
    let (status, state) = match (judged, rows) {
        (Some(entry), _) => (status(entry.state), state_class(entry.state)),
        (None, Some(rows)) if rows < needed => {
            (Shown::phrase(format!("❓ too few to judge: {} are needed", number::whole(needed))), "inconclusive")
        }
        (None, Some(_)) => (Shown::phrase("enough to judge"), "none"),
        (None, None) => (Shown::phrase("no limit set"), "none"),
    };
    fields! { group: Shown::name(group), cells: cells, status: status, state: state }
}
