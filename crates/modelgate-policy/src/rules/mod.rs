//! The rules: a file each, with what it says, why it exists and how to act on it.

mod alike_named_columns;
mod annotator_disagreement;
mod baseline_is_candidate;
mod batch_dependence;
mod better_than_training;
mod changed_configuration;
mod class_imbalance;
mod conflicting_labels;
mod constant_column;
mod contract_violation;
mod contradicted_number;
mod control_without_evidence;
mod data_drift;
mod different_data;
mod duplicate_rows;
mod encoded_group;
mod entity_overlap;
mod estimated_decay;
mod expired_waiver;
mod expiring_waiver;
mod explained_number;
mod failed_control;
mod future_times;
mod harmful_new_rows;
mod id_like_feature;
mod id_overlap;
mod label_drift;
mod label_noise;
mod label_noise_by_group;
mod label_rate_by_group;
mod likely_personal_data;
mod local_outliers;
mod low_k_anonymity;
mod low_l_diversity;
mod low_support;
mod low_t_closeness;
mod metric_above_bound;
mod metric_below_bound;
mod metric_not_evaluated;
mod metric_regression;
mod missing_by_group;
mod missing_group;
mod missing_like_texts;
mod missing_slice;
mod missing_values;
mod mixed_types;
mod near_duplicates;
mod near_train_test_overlap;
mod neighbor_disagreement;
mod new_label_noise;
mod no_baseline;
mod non_finite_values;
mod order_leakage;
mod outdated_block;
mod outliers;
mod personal_data;
mod prediction_drift;
mod production_drift;
mod proxy_column;
mod re_identification;
mod repeated_ids;
mod row_count_change;
mod rows_in_order;
mod rows_told_apart;
mod schema_change;
mod score_tells_group;
mod separate_cluster;
mod similar_texts;
mod simpson;
mod small_group;
mod source_contribution;
mod spectral_signature;
mod stale_data;
mod stale_statement;
mod target_leakage;
mod temporal_leakage;
mod time_gap;
mod times_without_zone;
mod train_test_drift;
mod train_test_overlap;
mod training_drift;
mod training_only_column;
mod trigger_pattern;
mod unapproved_data;
mod unattested_preprocessing;
mod unmeasured_number;
mod unread_column;
mod unreadable_times;
mod unrepresentative_group;
mod unused_waiver;
mod unusual_rows;
mod worn_split;
mod worst_slice;

use std::fmt;

/// What a rule's finding means for the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Shown, without consequence.
    Allow,
    /// Shown as a warning; the run passes.
    Warn,
    /// Fails the run.
    Deny,
}

impl Level {
    /// The word used in configuration and output.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Warn => "warn",
            Self::Deny => "deny",
        }
    }
}

/// A rule of the catalogue [`RULES`]; ordered as the catalogue is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(u16);

/// What is documented about a rule.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// The id, in kebab case, which reads well after "allow".
    pub id: &'static str,
    /// One sentence: what it says.
    pub title: &'static str,
    /// When it speaks.
    pub what: &'static str,
    /// Why that matters.
    pub why: &'static str,
    /// What to do.
    pub fix: &'static str,
    /// The level where the configuration says nothing.
    pub default_level: Level,
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.rule().id)
    }
}

/// Every rule, in the order in which they are listed.
pub const RULES: &[Rule] = &[
    metric_below_bound::RULE,
    metric_above_bound::RULE,
    metric_regression::RULE,
    metric_not_evaluated::RULE,
    missing_slice::RULE,
    low_support::RULE,
    no_baseline::RULE,
    baseline_is_candidate::RULE,
    different_data::RULE,
    expired_waiver::RULE,
    unused_waiver::RULE,
    worn_split::RULE,
    simpson::RULE,
    worst_slice::RULE,
    data_drift::RULE,
    label_drift::RULE,
    prediction_drift::RULE,
    train_test_drift::RULE,
    schema_change::RULE,
    missing_values::RULE,
    non_finite_values::RULE,
    missing_like_texts::RULE,
    similar_texts::RULE,
    constant_column::RULE,
    id_like_feature::RULE,
    duplicate_rows::RULE,
    conflicting_labels::RULE,
    row_count_change::RULE,
    train_test_overlap::RULE,
    personal_data::RULE,
    likely_personal_data::RULE,
    contract_violation::RULE,
    entity_overlap::RULE,
    temporal_leakage::RULE,
    future_times::RULE,
    unreadable_times::RULE,
    class_imbalance::RULE,
    re_identification::RULE,
    missing_by_group::RULE,
    proxy_column::RULE,
    target_leakage::RULE,
    unapproved_data::RULE,
    unrepresentative_group::RULE,
    missing_group::RULE,
    annotator_disagreement::RULE,
    outliers::RULE,
    low_l_diversity::RULE,
    low_t_closeness::RULE,
    stale_data::RULE,
    time_gap::RULE,
    failed_control::RULE,
    control_without_evidence::RULE,
    stale_statement::RULE,
    label_noise::RULE,
    label_noise_by_group::RULE,
    order_leakage::RULE,
    better_than_training::RULE,
    trigger_pattern::RULE,
    local_outliers::RULE,
    unattested_preprocessing::RULE,
    training_drift::RULE,
    production_drift::RULE,
    times_without_zone::RULE,
    training_only_column::RULE,
    explained_number::RULE,
    new_label_noise::RULE,
    harmful_new_rows::RULE,
    spectral_signature::RULE,
    separate_cluster::RULE,
    encoded_group::RULE,
    contradicted_number::RULE,
    unmeasured_number::RULE,
    outdated_block::RULE,
    expiring_waiver::RULE,
    changed_configuration::RULE,
    rows_told_apart::RULE,
    unusual_rows::RULE,
    estimated_decay::RULE,
    score_tells_group::RULE,
    source_contribution::RULE,
    mixed_types::RULE,
    near_train_test_overlap::RULE,
    repeated_ids::RULE,
    id_overlap::RULE,
    batch_dependence::RULE,
    neighbor_disagreement::RULE,
    near_duplicates::RULE,
    rows_in_order::RULE,
    label_rate_by_group::RULE,
    small_group::RULE,
    low_k_anonymity::RULE,
    unread_column::RULE,
    alike_named_columns::RULE,
];

impl RuleId {
    /// A metric is below its lower bound.
    pub const METRIC_BELOW_BOUND: Self = Self(0);
    /// A metric is above its upper bound.
    pub const METRIC_ABOVE_BOUND: Self = Self(1);
    /// A metric is worse than the baseline's by more than its limit.
    pub const METRIC_REGRESSION: Self = Self(2);
    /// A required check could not be made.
    pub const METRIC_NOT_EVALUATED: Self = Self(3);
    /// A slice of the baseline is not in the candidate's data.
    pub const MISSING_SLICE: Self = Self(4);
    /// Slices are too small to judge.
    pub const LOW_SUPPORT: Self = Self(5);
    /// There is no previous release to compare with.
    pub const NO_BASELINE: Self = Self(6);
    /// The baseline is the candidate itself.
    pub const BASELINE_IS_CANDIDATE: Self = Self(7);
    /// Baseline and candidate were evaluated on different rows.
    pub const DIFFERENT_DATA: Self = Self(8);
    /// A waiver's last day has passed.
    pub const EXPIRED_WAIVER: Self = Self(9);
    /// A waiver matches nothing.
    pub const UNUSED_WAIVER: Self = Self(10);
    /// A split has answered too many decisions.
    pub const WORN_SPLIT: Self = Self(11);
    /// What holds for all rows together does not hold for their groups.
    pub const SIMPSON: Self = Self(12);
    /// A slice that was searched for is worse than all other rows.
    pub const WORST_SLICE: Self = Self(13);
    /// Columns of the evaluated rows are spread otherwise than in the baseline.
    pub const DATA_DRIFT: Self = Self(14);
    /// Labels are spread otherwise than in the baseline.
    pub const LABEL_DRIFT: Self = Self(15);
    /// Predictions or scores are spread otherwise than in the baseline.
    pub const PREDICTION_DRIFT: Self = Self(16);
    /// Training and test rows are spread differently.
    pub const TRAIN_TEST_DRIFT: Self = Self(17);
    /// Columns came, went, or hold something else than in the baseline.
    pub const SCHEMA_CHANGE: Self = Self(18);
    /// A column has more missing values than in the baseline.
    pub const MISSING_VALUES: Self = Self(19);
    /// A column of numbers holds infinite numbers or NaN.
    pub const NON_FINITE_VALUES: Self = Self(20);
    /// Texts of a column look like missing values that are not declared.
    pub const MISSING_LIKE_TEXTS: Self = Self(21);
    /// A column writes the same text in several ways.
    pub const SIMILAR_TEXTS: Self = Self(22);
    /// A column says the same in nearly every row.
    pub const CONSTANT_COLUMN: Self = Self(23);
    /// A column to learn from has a value of its own in nearly every row.
    pub const ID_LIKE_FEATURE: Self = Self(24);
    /// Many rows say what another row has said.
    pub const DUPLICATE_ROWS: Self = Self(25);
    /// Rows with the same features have different labels.
    pub const CONFLICTING_LABELS: Self = Self(26);
    /// There are far more or far fewer rows than in the baseline.
    pub const ROW_COUNT_CHANGE: Self = Self(27);
    /// Test rows are training rows.
    pub const TRAIN_TEST_OVERLAP: Self = Self(28);
    /// A column holds personal data that can be checked.
    pub const PERSONAL_DATA: Self = Self(29);
    /// A column looks as if it holds personal data.
    pub const LIKELY_PERSONAL_DATA: Self = Self(30);

    /// Whether it is about the data, and not about the model.
    #[must_use]
    pub fn is_about_data(self) -> bool {
        const OTHERS: [RuleId; 10] = [
            RuleId::DATA_DRIFT,
            RuleId::LABEL_DRIFT,
            RuleId::PREDICTION_DRIFT,
            RuleId::TRAIN_TEST_DRIFT,
            RuleId::TRAINING_DRIFT,
            RuleId::PRODUCTION_DRIFT,
            RuleId::SCHEMA_CHANGE,
            RuleId::CONTRACT_VIOLATION,
            RuleId::UNAPPROVED_DATA,
            RuleId::UNATTESTED_PREPROCESSING,
        ];
        OTHERS.contains(&self) || crate::DATA_RULES.iter().any(|rule| rule.rule == self)
    }

    /// A column is not what the contract says.
    pub const CONTRACT_VIOLATION: Self = Self(31);
    /// Test rows are about somebody that the model has learned from.
    pub const ENTITY_OVERLAP: Self = Self(32);
    /// Test rows are older than what the model has learned from.
    pub const TEMPORAL_LEAKAGE: Self = Self(33);
    /// Rows are from the future.
    pub const FUTURE_TIMES: Self = Self(34);
    /// Times cannot be read.
    pub const UNREADABLE_TIMES: Self = Self(35);
    /// A class is rare.
    pub const CLASS_IMBALANCE: Self = Self(36);
    /// Rows could be told apart by what others know about people.
    pub const RE_IDENTIFICATION: Self = Self(37);
    /// A column is missing for some groups more than for others.
    pub const MISSING_BY_GROUP: Self = Self(38);
    /// A column stands for a group.
    pub const PROXY_COLUMN: Self = Self(39);
    /// A column gives the label away.
    pub const TARGET_LEAKAGE: Self = Self(40);
    /// Data is not what was approved.
    pub const UNAPPROVED_DATA: Self = Self(41);
    /// The share of a group is not that in the population.
    pub const UNREPRESENTATIVE_GROUP: Self = Self(42);
    /// A group of the population has no row.
    pub const MISSING_GROUP: Self = Self(43);
    /// Those who labelled the rows do not agree.
    pub const ANNOTATOR_DISAGREEMENT: Self = Self(44);
    /// Numbers are far from all others.
    pub const OUTLIERS: Self = Self(45);
    /// Rows that are alike say the same of something sensitive.
    pub const LOW_L_DIVERSITY: Self = Self(46);
    /// Rows that are alike say other things than all rows.
    pub const LOW_T_CLOSENESS: Self = Self(47);
    /// The latest row is old.
    pub const STALE_DATA: Self = Self(48);
    /// There are days without rows.
    pub const TIME_GAP: Self = Self(49);
    /// What a pack asks for is not there.
    pub const FAILED_CONTROL: Self = Self(50);
    /// Controls of a pack could not be judged.
    pub const CONTROL_WITHOUT_EVIDENCE: Self = Self(51);
    /// What somebody attested is not about this run.
    pub const STALE_STATEMENT: Self = Self(52);
    /// Labels look wrong.
    pub const LABEL_NOISE: Self = Self(53);
    /// Labels of a group look wrong more often than others.
    pub const LABEL_NOISE_BY_GROUP: Self = Self(54);
    /// Ids, times or places of rows know the label.
    pub const ORDER_LEAKAGE: Self = Self(55);
    /// A model does better on new rows than on those that it learned from.
    pub const BETTER_THAN_TRAINING: Self = Self(56);
    /// Rows with a new mark nearly all have one label.
    pub const TRIGGER_PATTERN: Self = Self(57);
    /// Rows are far from their neighbors.
    pub const LOCAL_OUTLIERS: Self = Self(58);
    /// Nobody answers for how rows were prepared.
    pub const UNATTESTED_PREPROCESSING: Self = Self(59);
    /// Training rows are spread otherwise than the baseline's were.
    pub const TRAINING_DRIFT: Self = Self(60);
    /// A batch from use is spread otherwise than the rows that the model was made and judged with.
    pub const PRODUCTION_DRIFT: Self = Self(61);
    /// Some times of day have a zone, and others have none.
    pub const TIMES_WITHOUT_ZONE: Self = Self(62);
    /// A column tells the label of training rows alone.
    pub const TRAINING_ONLY_COLUMN: Self = Self(63);
    /// A column gives the number away.
    pub const EXPLAINED_NUMBER: Self = Self(64);
    /// Labels of new rows look wrong more often.
    pub const NEW_LABEL_NOISE: Self = Self(65);
    /// A model is better without the new rows.
    pub const HARMFUL_NEW_ROWS: Self = Self(66);
    /// Rows of a label lie far out.
    pub const SPECTRAL_SIGNATURE: Self = Self(67);
    /// Some rows of a label are of another kind.
    pub const SEPARATE_CLUSTER: Self = Self(68);
    /// The other columns tell a group.
    pub const ENCODED_GROUP: Self = Self(69);
    /// A hand-written document gives another number than was measured.
    pub const CONTRADICTED_NUMBER: Self = Self(70);
    /// A hand-written document gives a number that was not measured.
    pub const UNMEASURED_NUMBER: Self = Self(71);
    /// A managed block of a hand-written document is out of date.
    pub const OUTDATED_BLOCK: Self = Self(72);
    /// A waiver ends soon.
    pub const EXPIRING_WAIVER: Self = Self(73);
    /// The change brings a configuration of its own.
    pub const CHANGED_CONFIGURATION: Self = Self(74);
    /// A model tells two sets of rows apart.
    pub const ROWS_TOLD_APART: Self = Self(75);
    /// Later rows leave the directions of earlier ones.
    pub const UNUSUAL_ROWS: Self = Self(76);
    /// By its scores, the model is worse in use.
    pub const ESTIMATED_DECAY: Self = Self(77);
    /// The score tells a group among rows with the same label.
    pub const SCORE_TELLS_GROUP: Self = Self(78);
    /// A source gives suddenly more of the rows.
    pub const SOURCE_CONTRIBUTION: Self = Self(79);
    /// A few texts stand among numbers, or numbers among texts.
    pub const MIXED_TYPES: Self = Self(80);
    /// Test rows are nearly training rows.
    pub const NEAR_TRAIN_TEST_OVERLAP: Self = Self(81);
    /// Rows have the id of another row.
    pub const REPEATED_IDS: Self = Self(82);
    /// Test rows have ids of training rows.
    pub const ID_OVERLAP: Self = Self(83);
    /// A model says something else of a row alone.
    pub const BATCH_DEPENDENCE: Self = Self(84);
    /// Rows have another label than those around them.
    pub const NEIGHBOR_DISAGREEMENT: Self = Self(85);
    /// Rows are nearly the same as another.
    pub const NEAR_DUPLICATES: Self = Self(86);
    /// Rows stand in an order.
    pub const ROWS_IN_ORDER: Self = Self(87);
    /// Labels of a group differ from all others.
    pub const LABEL_RATE_BY_GROUP: Self = Self(88);
    /// A group has few rows.
    pub const SMALL_GROUP: Self = Self(89);
    /// Few rows agree in all quasi-identifiers.
    pub const LOW_K_ANONYMITY: Self = Self(90);
    /// A column cannot be read.
    pub const UNREAD_COLUMN: Self = Self(91);
    /// Two columns are named alike.
    pub const ALIKE_NAMED_COLUMNS: Self = Self(92);

    /// Looks an id up, exactly as written in the catalogue.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        let position = RULES.iter().position(|rule| rule.id == id)?;
        u16::try_from(position).ok().map(Self)
    }

    /// Every rule, in the order of the catalogue.
    pub fn all() -> impl Iterator<Item = Self> {
        (0_u16..).zip(RULES).map(|(position, _)| Self(position))
    }

    /// The catalogue's row.
    #[must_use]
    pub fn rule(self) -> &'static Rule {
        // An id is only ever made from a position of the table.
        RULES.get(usize::from(self.0)).unwrap_or(&RULES[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_finds_itself_and_its_constant() {
        for id in RuleId::all() {
            assert_eq!(RuleId::parse(id.rule().id), Some(id));
        }
        assert_eq!(RuleId::METRIC_BELOW_BOUND.rule().id, "metric-below-bound");
        assert_eq!(RuleId::UNUSED_WAIVER.rule().id, "unused-waiver");
        assert_eq!(RuleId::WORN_SPLIT.rule().id, "worn-split");
        assert_eq!(RuleId::SIMPSON.rule().id, "simpson");
        assert_eq!(RuleId::WORST_SLICE.rule().id, "worst-slice");
        assert_eq!(RuleId::DATA_DRIFT.rule().id, "data-drift");
        assert_eq!(RuleId::LABEL_DRIFT.rule().id, "label-drift");
        assert_eq!(RuleId::PREDICTION_DRIFT.rule().id, "prediction-drift");
        assert_eq!(RuleId::TRAIN_TEST_DRIFT.rule().id, "train-test-drift");
        assert_eq!(RuleId::TRAINING_DRIFT.rule().id, "training-drift");
        assert_eq!(RuleId::PRODUCTION_DRIFT.rule().id, "production-drift");
        for rule in crate::DATA_RULES {
            // The key tells what the rule is about, and a rule stands behind one key alone.
            assert_eq!(crate::DATA_RULES.iter().filter(|other| other.rule == rule.rule || other.key == rule.key).count(), 1);
            assert!(rule.rule.rule().what.contains(rule.key), "{}", rule.rule);
        }
        assert_eq!(RuleId::SCHEMA_CHANGE.rule().id, "schema-change");
        assert_eq!(RuleId::TRAIN_TEST_OVERLAP.rule().id, "train-test-overlap");
        assert_eq!(RuleId::LIKELY_PERSONAL_DATA.rule().id, "likely-personal-data");
        assert_eq!(RuleId::FAILED_CONTROL.rule().id, "failed-control");
        assert_eq!(RuleId::CONTROL_WITHOUT_EVIDENCE.rule().id, "control-without-evidence");
        assert_eq!(RuleId::STALE_STATEMENT.rule().id, "stale-statement");
        assert_eq!(RuleId::CONTRADICTED_NUMBER.rule().id, "contradicted-number");
        assert_eq!(RuleId::EXPIRING_WAIVER.rule().id, "expiring-waiver");
        assert_eq!(RuleId::all().count(), RULES.len());
    }
}
