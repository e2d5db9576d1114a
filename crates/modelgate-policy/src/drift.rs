//! Which drifts matter: those that are large, sure, and more than chance does with so few rows.

use std::collections::{BTreeMap, BTreeSet};

use modelgate_eval::{DataMeasurement, Drift, DriftBetween, DriftComparison, StatisticId, telling_share};

use modelgate_cube::{FeatureId, Slice};

use crate::{Finding, Level, Policy, RuleId};

/// From when a drift counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DriftLimits {
    /// The effect: a Jensen-Shannon distance, a Wasserstein distance in standard deviations, or a stability index; above 0.
    pub effect: f64,
    /// The most that the adjusted p-value may be; in (0, 0.5).
    pub alpha: f64,
}

impl Default for DriftLimits {
    fn default() -> Self {
        Self { effect: 0.1, alpha: 0.05 }
    }
}

/// The statistics that measure an effect, in the order in which they are named.
const EFFECTS: [StatisticId; 3] = [StatisticId::JENSEN_SHANNON, StatisticId::WASSERSTEIN_SCALED, StatisticId::STABILITY];

/// How many times the effect that counts is severe.
const SEVERE: f64 = 2.5;

/// The most columns that a finding names.
const MOST_NAMED: usize = 5;

/// What became of one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DriftState {
    /// Every share is what it was.
    Same,
    /// No effect that counts is shown, and these rows could have shown one.
    Steady,
    /// An effect that counts, adjusted for the number of columns, and above what chance does.
    Drifted {
        /// Whether it is 2.5 times as large.
        severe: bool,
    },
    /// With so few rows, chance alone makes effects that would count.
    Insufficient {
        /// How many rows on each side would do; `None` where one side has none.
        rows_needed: Option<u64>,
    },
}

impl DriftState {
    /// The stable name used in machine output.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Steady => "steady",
            Self::Drifted { severe: false } => "drifted",
            Self::Drifted { severe: true } => "severely_drifted",
            Self::Insufficient { .. } => "insufficient",
        }
    }
}

/// A comparison with what became of each of its drifts.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgedDrift {
    /// Which rows were compared.
    pub between: DriftBetween,
    /// All rows first, then slices.
    pub drifts: Vec<(Drift, DriftState)>,
    /// Of what the columns tell of the label, each by itself, the share of those that drifted in all rows; in [0, 1], see
    /// [`telling_share`]. `None` where nothing was measured of the data.
    pub telling_share: Option<f64>,
    /// Columns that only the earlier rows have.
    pub only_before: Vec<FeatureId>,
    /// Columns that only the later rows have.
    pub only_now: Vec<FeatureId>,
    /// Columns whose counts cannot be compared.
    pub cut_differently: Vec<FeatureId>,
}

/// Judges comparisons of columns alone, as a whole run judges them: what became of each column, and what the rules say.
#[must_use]
pub fn judge_drift(comparisons: &[DriftComparison], policy: &Policy) -> (Vec<JudgedDrift>, Vec<Finding>) {
    let judged: Vec<_> = comparisons.iter().map(|comparison| judge(comparison, &[], &policy.drift)).collect();
    let level = |rule: RuleId| policy.levels.get(&rule).copied().unwrap_or(rule.rule().default_level);
    let mut findings = findings(&judged, level);
    findings.retain(|finding| finding.level > Level::Allow);
    (judged, findings)
}

/// Judges every drift of a comparison; `measurements` are of the data of the same run.
pub(crate) fn judge(comparison: &DriftComparison, measurements: &[DataMeasurement], limits: &DriftLimits) -> JudgedDrift {
    let drifts: Vec<_> = comparison.drifts.iter().map(|drift| (drift.clone(), state(drift, limits))).collect();
    let columns = drifts.iter().map(|(drift, state)| (drift, matches!(state, DriftState::Drifted { .. })));
    JudgedDrift {
        between: comparison.between,
        telling_share: telling_share(columns, measurements),
        drifts,
        only_before: comparison.only_before.clone(),
        only_now: comparison.only_now.clone(),
        cut_differently: comparison.cut_differently.clone(),
    }
}

fn state(drift: &Drift, limits: &DriftLimits) -> DriftState {
    if drift.rows.0 == 0 || drift.rows.1 == 0 {
        return DriftState::Insufficient { rows_needed: None };
    }
    if drift.is_same() {
        return DriftState::Same;
    }
    let floor = |statistic: &StatisticId| drift.floors.get(statistic).copied().unwrap_or(0.0);
    let reaches = |limit: f64| {
        let over = |statistic: &StatisticId| drift.value(*statistic).is_some_and(|value| value >= limit.max(floor(statistic)));
        EFFECTS.iter().any(over)
    };
    if drift.q < limits.alpha && reaches(limits.effect) {
        return DriftState::Drifted { severe: reaches(limits.effect * SEVERE) };
    }
    let could_tell = EFFECTS.iter().any(|statistic| drift.value(*statistic).is_some() && floor(statistic) <= limits.effect);
    if could_tell { DriftState::Steady } else { DriftState::Insufficient { rows_needed: drift.rows_needed(limits.effect) } }
}

/// The rule that speaks about a column of a comparison.
fn rule(between: DriftBetween, feature: &FeatureId) -> RuleId {
    match (between, feature) {
        (DriftBetween::TrainTest, _) => RuleId::TRAIN_TEST_DRIFT,
        (DriftBetween::TrainReleases, _) => RuleId::TRAINING_DRIFT,
        (DriftBetween::BaselineProduction | DriftBetween::TrainProduction | DriftBetween::TestProduction, _) => {
            RuleId::PRODUCTION_DRIFT
        }
        (DriftBetween::Releases, FeatureId::Label) => RuleId::LABEL_DRIFT,
        (DriftBetween::Releases, FeatureId::Prediction | FeatureId::Score) => RuleId::PREDICTION_DRIFT,
        (DriftBetween::Releases, FeatureId::Column(_)) => RuleId::DATA_DRIFT,
    }
}

/// One finding for each comparison and rule.
pub(crate) fn findings(judged: &[JudgedDrift], level: impl Fn(RuleId) -> Level) -> Vec<Finding> {
    let mut findings = Vec::new();
    let of_test = judged.iter().filter(|comparison| comparison.between == DriftBetween::TestProduction);
    let drifted =
        of_test.flat_map(|comparison| &comparison.drifts).filter(|(_, state)| matches!(state, DriftState::Drifted { .. }));
    // What moved away from the test rows is told of these, and not once more of training rows and the baseline's.
    let from_test: BTreeSet<(&FeatureId, &Slice)> = drifted.map(|(drift, _)| (&drift.feature, &drift.slice)).collect();
    for comparison in judged {
        let mut by_rule: BTreeMap<RuleId, Vec<&(Drift, DriftState)>> = BTreeMap::new();
        for entry in &comparison.drifts {
            by_rule.entry(rule(comparison.between, &entry.0.feature)).or_default().push(entry);
        }
        let is_other_batch = comparison.between.is_of_production() && comparison.between != DriftBetween::TestProduction;
        for (rule, mut entries) in by_rule {
            let all = entries.len();
            if is_other_batch {
                let overall = Slice::overall();
                let is_told = |drift: &Drift, slice| from_test.contains(&(&drift.feature, slice));
                entries.retain(|(drift, _)| !is_told(drift, &drift.slice) && !is_told(drift, &overall));
            }
            let beyond = if entries.len() < all { "beyond what moved away from the test rows, " } else { "" };
            let lacking = Some(comparison).filter(|comparison| comparison.between == DriftBetween::TestProduction);
            let moved = message(comparison.between, &entries).map(|message| format!("{beyond}{message}"));
            let message = moved.into_iter().chain(lacking.and_then(lacks)).collect::<Vec<_>>().join("; ");
            if message.is_empty() {
                continue;
            }
            let help = rule.rule().fix.to_owned();
            findings.push(Finding { rule, level: level(rule), subject: String::new(), message, origin: None, help });
        }
    }
    findings
}

/// What is denied, and was not measured, is no pass.
pub(crate) fn unmeasured(without_columns: bool, level: impl Fn(RuleId) -> Level) -> Vec<Finding> {
    let rules = [RuleId::DATA_DRIFT, RuleId::LABEL_DRIFT, RuleId::PREDICTION_DRIFT];
    let denied = rules.into_iter().filter(|rule| without_columns && level(*rule) == Level::Deny);
    let finding = |rule| Finding {
        rule,
        level: Level::Deny,
        subject: String::new(),
        message: "not measured: the baseline's release holds no counts of its columns".to_owned(),
        origin: None,
        help: "Store a release with this version of modelgate; under a profile that withholds counts, name keys in \
               `disclosure.encrypt_to` and give the check one of them."
            .to_owned(),
    };
    denied.map(finding).collect()
}

/// What drifted; `None` where nothing did. Slices are named only where all rows together did not drift.
fn message(between: DriftBetween, entries: &[&(Drift, DriftState)]) -> Option<String> {
    let drifted = |overall: bool| {
        let of = entries
            .iter()
            .filter(move |(drift, state)| drift.slice.is_overall() == overall && matches!(state, DriftState::Drifted { .. }));
        let mut of: Vec<&Drift> = of.map(|(drift, _)| drift).collect();
        let effect = |drift: &Drift| drift.value(StatisticId::JENSEN_SHANNON).unwrap_or(0.0);
        of.sort_by(|a, b| effect(b).total_cmp(&effect(a)));
        of
    };
    let (overall, slices) = (drifted(true), drifted(false));
    let new_in_slices = slices.iter().filter(|slice| !overall.iter().any(|drift| drift.feature == slice.feature));
    let new_in_slices: Vec<&Drift> = new_in_slices.copied().collect();
    let sides = match between {
        DriftBetween::Releases => "the baseline's test rows and this run's",
        DriftBetween::TrainTest => "training and test rows",
        DriftBetween::TrainReleases => "the baseline's training rows and this run's",
        DriftBetween::BaselineProduction => "the baseline's test rows and the batch from use",
        DriftBetween::TrainProduction => "training rows and the batch from use",
        DriftBetween::TestProduction => "test rows and the batch from use",
    };
    let all = entries.iter().filter(|(drift, _)| drift.slice.is_overall()).count();
    let parts = [
        (!overall.is_empty()).then(|| format!("{} of {all} differ between {sides}: {}", overall.len(), listed(&overall))),
        (!new_in_slices.is_empty())
            .then(|| format!("only in slices, {} between {sides}: {}", differ(new_in_slices.len()), listed(&new_in_slices))),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// The columns that a batch from use lacks, which a model would have to do without; labels and predictions may come later.
fn lacks(comparison: &JudgedDrift) -> Option<String> {
    let columns = comparison.only_before.iter().filter(|id| matches!(id, FeatureId::Column(_)));
    let names: Vec<&str> = columns.map(FeatureId::name).collect();
    let more = names.len().saturating_sub(MOST_NAMED);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    let named = names.iter().take(MOST_NAMED).copied().collect::<Vec<_>>().join(", ");
    (!names.is_empty()).then(|| format!("the batch from use lacks {named}{rest}"))
}

fn differ(count: usize) -> String {
    if count == 1 { "1 differs".to_owned() } else { format!("{count} differ") }
}

fn listed(drifts: &[&Drift]) -> String {
    let named = drifts.iter().take(MOST_NAMED).map(|drift| {
        let of_slice = if drift.slice.is_overall() { String::new() } else { format!(" in {}", drift.slice) };
        format!("{}{of_slice} ({})", drift.feature.name(), effects(drift))
    });
    let named: Vec<String> = named.collect();
    let more = drifts.len().saturating_sub(MOST_NAMED);
    if more > 0 { format!("{} and {more} more", named.join(", ")) } else { named.join(", ") }
}

/// The effects of a drift with its rows.
fn effects(drift: &Drift) -> String {
    let words = ["Jensen-Shannon", "Wasserstein/sd", "PSI"];
    let value = |(statistic, word): (&StatisticId, &str)| drift.value(*statistic).map(|value| format!("{word} {value:.3}"));
    let values: Vec<String> = EFFECTS.iter().zip(words).filter_map(value).collect();
    let q = if drift.q < 0.001 { "q < 0.001".to_owned() } else { format!("q = {:.3}", drift.q) };
    format!("{}, {q}, n = {} and {}", values.join(", "), drift.rows.0, drift.rows.1)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use modelgate_cube::{FeatureColumn, FeatureHistogram, FeatureKind, FeatureTable, Part, Slice, Tally};

    use super::*;

    fn table(counts: &[(&str, [u64; 2])]) -> FeatureTable {
        let kind = FeatureKind::Category { levels: vec!["a".into(), "b".into()] };
        let column = |rows: &[u64; 2]| {
            let bins = rows.iter().map(|rows| Tally::unweighted(*rows)).collect();
            let histogram = FeatureHistogram { bins, ..FeatureHistogram::new(&kind) };
            FeatureColumn { kind: kind.clone(), histograms: BTreeMap::from([((Part::Test, Slice::overall()), histogram)]) }
        };
        let columns = counts.iter().map(|(name, rows)| (FeatureId::Column((*name).to_owned()), column(rows)));
        FeatureTable { columns: columns.collect(), left_out: BTreeMap::new() }
    }

    fn state_of(before: [u64; 2], now: [u64; 2]) -> DriftState {
        let (before, now) = (table(&[("x", before)]), table(&[("x", now)]));
        let comparison = modelgate_eval::drift(DriftBetween::Releases, &before, &now).unwrap();
        judge(&comparison, &[], &DriftLimits::default()).drifts[0].1
    }

    #[test]
    fn a_drift_counts_where_it_is_large_sure_and_above_chance() {
        assert_eq!(state_of([5_000, 5_000], [5_000, 5_000]), DriftState::Same);
        assert_eq!(state_of([5_000, 5_000], [5_050, 4_950]), DriftState::Steady);
        assert_eq!(state_of([5_000, 5_000], [6_500, 3_500]), DriftState::Drifted { severe: false });
        assert_eq!(state_of([5_000, 5_000], [9_000, 1_000]), DriftState::Drifted { severe: true });
        // Sure and tiny: a million rows, a difference of half a point.
        assert_eq!(state_of([500_000, 500_000], [505_000, 495_000]), DriftState::Steady);
    }

    #[test]
    fn few_rows_are_no_steadiness_unless_the_difference_is_plain() {
        assert_eq!(state_of([10, 10], [12, 8]), DriftState::Insufficient { rows_needed: Some(77) });
        assert_eq!(state_of([20, 1], [1, 20]), DriftState::Drifted { severe: true });
        assert_eq!(state_of([20, 20], [0, 0]), DriftState::Insufficient { rows_needed: None });
    }

    #[test]
    fn a_drift_that_is_denied_and_was_not_measured_is_no_pass() {
        let denied = |rule| if rule == RuleId::LABEL_DRIFT { Level::Deny } else { Level::Warn };
        let found = unmeasured(true, denied);
        assert_eq!(
            found.iter().map(|finding| (finding.rule, finding.level)).collect::<Vec<_>>(),
            [(RuleId::LABEL_DRIFT, Level::Deny)]
        );
        assert!(unmeasured(false, denied).is_empty());
    }

    #[test]
    fn a_finding_names_what_drifted_with_effect_and_rows() {
        let before = table(&[("x", [500, 500]), ("y", [500, 500])]);
        let now = table(&[("x", [800, 200]), ("y", [500, 500])]);
        let judged = judge(&modelgate_eval::drift(DriftBetween::Releases, &before, &now).unwrap(), &[], &DriftLimits::default());
        let found = findings(&[judged], |rule| rule.rule().default_level);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].rule, found[0].level), (RuleId::DATA_DRIFT, Level::Warn));
        let told = "1 of 2 differ between the baseline's test rows and this run's: x (Jensen-Shannon 0.270, PSI 0.416";
        assert!(found[0].message.starts_with(told) && found[0].message.ends_with("q < 0.001, n = 1000 and 1000)"), "{found:?}");
    }
}
