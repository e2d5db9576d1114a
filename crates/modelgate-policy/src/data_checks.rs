//! Which faults of the data matter: a table of limits, each held against what was measured of the rows themselves.

pub(crate) mod contract;
pub(crate) mod sources;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use modelgate_cube::Part;
use modelgate_eval::{DataEvaluation, DataMeasurement, DataUnit, Estimate, Reason, SchemaChange};

use crate::{Date, Finding, JudgedSource, Level, Policy, RuleId};
pub use table::{DATA_RULES, DataQuestion, DataRule};

/// From how many times what chance gives on a number is no chance any more.
const MOST_BY_CHANCE: f64 = 4.0;

/// The most columns that a finding names.
const MOST_NAMED: usize = 5;

/// The most that the adjusted p-value of a change may be for it to count.
const ALPHA: f64 = 0.05;

/// How a population is known that the rows are held against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PopulationSource {
    /// The file, with the folder of the configuration in front.
    pub path: String,
    /// Who says so.
    pub source: String,
    /// As of when.
    pub date: Date,
}

/// Who answers for something that no file can show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attestation {
    /// Who.
    pub by: String,
    /// Since when.
    pub date: Date,
}

/// What the configuration says about the data.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DataLimits {
    /// Limits that differ from the table's.
    pub limits: BTreeMap<RuleId, f64>,
    /// Columns that are known to hold personal data.
    pub personal: BTreeSet<String>,
    /// The population that the rows are held against.
    pub population: Option<PopulationSource>,
    /// Who says that what prepared the rows was learned from training rows alone.
    pub preprocessing: Option<Attestation>,
}

impl DataLimits {
    /// The limit of a rule; none where nobody has set one.
    fn of(&self, rule: &DataRule) -> Option<f64> {
        self.limits.get(&rule.rule).copied().or(rule.default)
    }
}

/// What became of a measurement of the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataState {
    /// No limit is set on it.
    NoLimit,
    /// It is within its limit.
    Within,
    /// It is beyond its limit.
    Crossed,
    /// It is personal data that the configuration declares.
    Declared,
    /// It is beyond its limit, and chance alone gives as much: these columns cannot tell.
    ByChance,
    /// There is no number, or no earlier one to compare it with.
    Undefined(Reason),
}

impl DataState {
    /// The stable name used in machine output.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::NoLimit => "no_limit",
            Self::Within => "within_limit",
            Self::Crossed => "crossed",
            Self::ByChance => "by_chance",
            Self::Declared => "declared",
            Self::Undefined(_) => "undefined",
        }
    }
}

/// A measurement with its limit and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgedMeasurement {
    /// The measurement.
    pub measurement: DataMeasurement,
    /// The rule that holds a limit against it.
    pub rule: Option<RuleId>,
    /// The limit.
    pub limit: Option<f64>,
    /// What became of it.
    pub state: DataState,
}

/// Everything that was measured of the data, judged.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct JudgedData {
    /// In the order of the catalogue.
    pub measurements: Vec<JudgedMeasurement>,
    /// How the columns differ from the baseline's; none where that is not known.
    pub schema: Option<SchemaChange>,
    /// The declared files with what was found.
    pub sources: Vec<JudgedSource>,
    /// What the rows were held against, where somebody has named a population.
    pub population: Option<PopulationSource>,
    /// Who says that what prepared the rows was learned from training rows alone.
    pub preprocessing: Option<Attestation>,
}

/// What no measurement can show, and nobody answers for.
pub(crate) fn unattested(limits: &DataLimits, level: impl Fn(RuleId) -> Level) -> Option<Finding> {
    let rule = RuleId::UNATTESTED_PREPROCESSING;
    let message =
        "nobody says that what prepared the rows was learned from training rows alone, and no file can show it".to_owned();
    let help = rule.rule().fix.to_owned();
    let finding = Finding { rule, level: level(rule), subject: String::new(), message, origin: None, help };
    limits.preprocessing.is_none().then_some(finding)
}

/// Holds every limit of the table against the measurements.
pub(crate) fn judge(evaluation: &DataEvaluation, limits: &DataLimits) -> JudgedData {
    let judged = |measurement: &DataMeasurement| {
        let rule = DATA_RULES.iter().find(|rule| rule.is_about(measurement));
        let held = rule.and_then(|rule| Some((rule, limits.of(rule)?)));
        JudgedMeasurement {
            rule: held.map(|(rule, _)| rule.rule),
            limit: held.map(|(_, limit)| limit),
            state: held.map_or(DataState::NoLimit, |(rule, limit)| state(measurement, rule.question, limits, limit)),
            measurement: measurement.clone(),
        }
    };
    let measurements = evaluation.measurements.iter().map(judged).collect();
    let population = limits.population.clone();
    JudgedData { measurements, schema: evaluation.schema.clone(), population, ..JudgedData::default() }
}

/// Judges measurements alone, as a whole run judges them: what became of each, and what the rules say. Of these rules, one that is
/// denied and was not measured is no pass.
#[must_use]
pub fn judge_measurements(
    measurements: Vec<DataMeasurement>,
    rules: &[RuleId],
    policy: &Policy,
) -> (Vec<JudgedMeasurement>, Vec<Finding>) {
    let judged = judge(&DataEvaluation { measurements, schema: None }, &policy.data);
    let level = |rule: RuleId| policy.levels.get(&rule).copied().unwrap_or(rule.rule().default_level);
    let mut found = findings(&judged, level);
    let set = |rule: RuleId| policy.levels.get(&rule).copied().or(Some(rule.rule().default_level));
    found.extend(unmeasured(&judged, true, &policy.data, set).into_iter().filter(|finding| rules.contains(&finding.rule)));
    found.retain(|finding| finding.level > Level::Allow);
    (judged.measurements, found)
}

fn state(measurement: &DataMeasurement, question: DataQuestion, declared: &DataLimits, limit: f64) -> DataState {
    let is_declared = measurement.column.as_ref().is_some_and(|column| declared.personal.contains(column));
    if measurement.personal.is_some() && is_declared {
        return DataState::Declared;
    }
    let value = match measurement.estimate {
        Estimate::Measured(measured) => measured,
        Estimate::Undefined { reason, .. } => return DataState::Undefined(reason),
    };
    let crossed = match (question, measurement.change) {
        // What a sample shows counts where its whole interval is beyond the limit.
        (DataQuestion::AtMost, _) => value.interval.map_or(value.value, |interval| interval.lower) > limit,
        (DataQuestion::SureGap, _) => value.value > limit && value.interval.is_some_and(|interval| interval.lower > 0.0),
        (DataQuestion::SureDifference, _) => {
            let is_sure = value.interval.is_some_and(|interval| interval.lower > 0.0 || interval.upper < 0.0);
            value.value.abs() > limit && is_sure
        }
        (DataQuestion::AtLeast, _) => value.interval.map_or(value.value, |interval| interval.upper) < limit,
        (DataQuestion::SureRatio, _) => {
            let (lower, upper) = value.interval.map_or((value.value, value.value), |interval| (interval.lower, interval.upper));
            lower > limit || upper < 1.0 / limit
        }
        (_, None) => return DataState::Undefined(Reason::NotInBaseline),
        (DataQuestion::MostIncrease, Some(change)) => change.value > limit && change.q < ALPHA,
        (DataQuestion::MostRatio, Some(change)) => change.value > limit || change.value < 1.0 / limit,
    };
    match (crossed, measurement.expected) {
        (false, _) => DataState::Within,
        // Columns that go together make more rows alike than chance does where they do not, and not this many times as many.
        (true, Some(expected))
            if question == DataQuestion::AtMost && expected > limit && value.value < MOST_BY_CHANCE * expected =>
        {
            DataState::ByChance
        }
        (true, _) => DataState::Crossed,
    }
}

/// One finding for each rule and part.
pub(crate) fn findings(judged: &JudgedData, level: impl Fn(RuleId) -> Level) -> Vec<Finding> {
    let mut by_rule: BTreeMap<(RuleId, Part), Vec<&JudgedMeasurement>> = BTreeMap::new();
    for entry in judged.measurements.iter().filter(|entry| entry.state == DataState::Crossed) {
        if let Some(rule) = entry.rule {
            by_rule.entry((rule, entry.measurement.part)).or_default().push(entry);
        }
    }
    let mut messages: Vec<(RuleId, String)> = Vec::new();
    for ((rule, part), entries) in by_rule {
        let told = entries.iter().take(MOST_NAMED).map(|entry| told(entry)).collect::<Vec<_>>().join("; ");
        let more = entries.len().saturating_sub(MOST_NAMED);
        let rest = if more > 0 { format!("; and {more} more") } else { String::new() };
        messages.push((rule, format!("in {}, {told}{rest}", rows_of(part))));
    }
    messages.extend(judged.schema.as_ref().and_then(schema).map(|message| (RuleId::SCHEMA_CHANGE, message)));
    let finding = |(rule, message): (RuleId, String)| {
        let help = rule.rule().fix.to_owned();
        Finding { rule, level: level(rule), subject: String::new(), message, origin: None, help }
    };
    messages.into_iter().map(finding).collect()
}

/// Rules about columns that have no number where nothing was found.
const ABOUT_FOUND_COLUMNS: [RuleId; 4] =
    [RuleId::PERSONAL_DATA, RuleId::LIKELY_PERSONAL_DATA, RuleId::UNREAD_COLUMN, RuleId::ALIKE_NAMED_COLUMNS];

/// What is denied, or has a limit that somebody wrote, and was not measured, is no pass. A first release has nothing to have changed from, which `no-baseline` says.
pub(crate) fn unmeasured(
    judged: &JudgedData,
    has_baseline: bool,
    limits: &DataLimits,
    level: impl Fn(RuleId) -> Option<Level>,
) -> Vec<Finding> {
    let measured: BTreeSet<RuleId> = judged
        .measurements
        .iter()
        .filter(|entry| !matches!(entry.state, DataState::Undefined(_) | DataState::ByChance))
        .filter_map(|entry| entry.rule)
        .chain(judged.schema.as_ref().map(|_| RuleId::SCHEMA_CHANGE))
        // Columns that were looked at, and are taken for nothing, have no number.
        .chain(judged.measurements.iter().flat_map(|_| ABOUT_FOUND_COLUMNS))
        .collect();
    let of_table = DATA_RULES.iter().map(|rule| (rule.rule, rule.needs == table::BASELINE, rule.needs));
    let rules = of_table.chain([(RuleId::SCHEMA_CHANGE, true, table::BASELINE)]);
    // Rules that nobody has set, and without a limit of their own, are about what nobody has asked for.
    let asked = |rule: RuleId| match level(rule) {
        Some(Level::Deny) => Level::Deny,
        set if limits.limits.contains_key(&rule) => set.unwrap_or(rule.rule().default_level),
        _ => Level::Allow,
    };
    let lacking = rules
        .filter(|(rule, is_change, _)| asked(*rule) > Level::Allow && !measured.contains(rule) && (has_baseline || !is_change));
    let by_chance = |rule: RuleId| {
        judged.measurements.iter().find(|entry| entry.state == DataState::ByChance && entry.rule == Some(rule)).map(told)
    };
    let finding = |(rule, _, needs): (RuleId, bool, &str)| {
        let (message, help) = match by_chance(rule) {
            Some(told) => (
                format!("not known: {told}, so that these columns cannot tell"),
                "Name a column that tells rows apart (`data.id`), or lower the rule's level in `rules`.",
            ),
            None => (format!("not measured: it needs {needs}"), "Give what it needs, or lower the rule's level in `rules`."),
        };
        Finding { rule, level: asked(rule), subject: String::new(), message, origin: None, help: help.to_owned() }
    };
    lacking.map(finding).collect()
}

fn rows_of(part: Part) -> &'static str {
    match part {
        Part::Train => "training rows",
        Part::Test => "test rows",
    }
}

/// A measurement in words, with its number.
fn told(entry: &JudgedMeasurement) -> String {
    let DataMeasurement { metric, estimate, expected, sampled, change, personal, column, .. } = &entry.measurement;
    let subject = subject(&entry.measurement);
    let (value, n) = (estimate.measured().map_or(0.0, |measured| measured.value), estimate.n());
    let limit = entry.limit.unwrap_or_default();
    let question = DATA_RULES.iter().find(|rule| Some(rule.rule) == entry.rule).map(|rule| rule.question);
    match (question, change) {
        (Some(DataQuestion::MostRatio), Some(change)) => {
            format!("{n} rows, {:.2} times the baseline's {}; limit {limit} times either way", change.value, change.before)
        }
        (Some(DataQuestion::MostIncrease), Some(change)) => format!(
            "{metric}{subject} rose from {} to {} (q {}, n = {} and {n}); limit {} more",
            percent(change.before),
            percent(value),
            if change.q < 0.001 { "< 0.001".to_owned() } else { format!("= {:.3}", change.q) },
            change.n_before,
            percent(limit)
        ),
        _ if let Some(kind) = personal => {
            let of = if *sampled { format!("a sample of {n}") } else { n.to_string() };
            let subject = column.as_deref().unwrap_or_default();
            format!("{subject} is taken for {} ({} of {of} cells)", kind.title(), percent(value))
        }
        _ => {
            let of = if *sampled { format!("a sample, n = {n}") } else { format!("n = {n}") };
            let chance = expected.map(|share| format!(", {} by chance", percent(share))).unwrap_or_default();
            let unit = metric.metric().unit;
            let limit = match question {
                Some(DataQuestion::AtLeast) => format!("at least {}", in_unit(limit, unit)),
                Some(DataQuestion::SureRatio | DataQuestion::SureDifference) => {
                    format!("{} either way", in_unit(limit, unit))
                }
                _ => in_unit(limit, unit),
            };
            format!("{metric}{subject} is {} ({of}{chance}); limit {limit}", in_unit(value, unit))
        }
    }
}

/// What a measurement is about, in words with a space in front; nothing for whole rows.
fn subject(measurement: &DataMeasurement) -> String {
    let DataMeasurement { column, by, group, .. } = measurement;
    let group = group.as_ref().map(|group| format!("={group}")).unwrap_or_default();
    match (column, by) {
        (Some(column), None) => format!(" of {column}{group}"),
        (Some(column), Some(by)) => format!(" of {column} by {by}{group}"),
        (None, Some(by)) => format!(" of {by}{group}"),
        (None, None) => String::new(),
    }
}

/// A number as its unit says.
fn in_unit(value: f64, unit: DataUnit) -> String {
    let rounded = (value * 100.0).round() / 100.0;
    match unit {
        DataUnit::Share | DataUnit::Gap => percent(value),
        DataUnit::Number => format!("{value}"),
        DataUnit::Plain => format!("{rounded}"),
        DataUnit::Times => format!("{rounded} times"),
        DataUnit::Days => format!("{value} days"),
    }
}

/// A share with the digits that tell it from its neighbours.
fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent > 0.0 && percent < 0.01 { "< 0.01 %".to_owned() } else { format!("{} %", (percent * 100.0).round() / 100.0) }
}

/// What changed about the columns; `None` where nothing did.
fn schema(change: &SchemaChange) -> Option<String> {
    let listed = |names: &mut dyn Iterator<Item = String>| {
        let mut names: Vec<String> = names.collect();
        let more = names.len().saturating_sub(MOST_NAMED);
        names.truncate(MOST_NAMED);
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        (!names.is_empty()).then(|| names.join(", ") + &rest)
    };
    let retyped = change.retyped.iter().map(|(name, was, is)| format!("{name} (held {}, holds {})", words(*was), words(*is)));
    let parts = [
        ("gone since the baseline", listed(&mut change.missing.iter().cloned())),
        ("new", listed(&mut change.new.iter().cloned())),
        ("of another type", listed(&mut retyped.into_iter())),
    ];
    let told: Vec<String> = parts.into_iter().filter_map(|(what, names)| Some(format!("{what}: {}", names?))).collect();
    (!told.is_empty()).then(|| told.join("; "))
}

fn words(kind: modelgate_cube::ColumnKind) -> &'static str {
    match kind {
        modelgate_cube::ColumnKind::Number => "numbers",
        modelgate_cube::ColumnKind::Text => "texts",
        modelgate_cube::ColumnKind::Empty => "nothing",
    }
}

#[cfg(test)]
mod tests;
