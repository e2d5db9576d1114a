//! The limits on data, a row each: which measurement, which question, and what may be written in `data_checks`.

use modelgate_cube::Part;
use modelgate_eval::{DataMeasurement, DataMetricId};

use crate::RuleId;

/// What is asked of a measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataQuestion {
    /// It must not be above the limit; where chance alone would be, it cannot be told.
    AtMost,
    /// It must not be below the limit.
    AtLeast,
    /// A gap between groups must not be above the limit where it is surely there: its interval is above zero.
    SureGap,
    /// Its whole interval must not be above this many times, nor below the inverse.
    SureRatio,
    /// It must not have risen by more than the limit since the baseline, surely (adjusted p-value below 0.05).
    MostIncrease,
    /// It must not be more than this many times the baseline's, nor less than the inverse.
    MostRatio,
}

/// A limit on the data.
#[derive(Debug, Clone, Copy)]
pub struct DataRule {
    /// The rule that speaks.
    pub rule: RuleId,
    /// What it is about.
    pub metric: DataMetricId,
    /// Whether only the rows that were learned from are asked.
    pub training_only: bool,
    /// What is asked.
    pub question: DataQuestion,
    /// The key of the limit in `data_checks`.
    pub key: &'static str,
    /// The limit where the configuration says nothing; none where only the configuration can know one.
    pub default: Option<f64>,
    /// What must be there for it to be measured.
    pub needs: &'static str,
}

/// What a change needs.
pub(super) const BASELINE: &str = "a baseline whose release holds counts of its data";
const ROWS: &str = "`data_checks.enabled`";
const LABELS: &str = "`data_checks.enabled`, and a label";
const TRAINING: &str = "the rows that the model learned from: `data.train_path`, or a model that is trained here";

/// Every limit on the data.
pub const DATA_RULES: &[DataRule] = &[
    DataRule {
        rule: RuleId::MISSING_VALUES,
        metric: DataMetricId::MISSING_RATE,
        training_only: false,
        question: DataQuestion::MostIncrease,
        key: "max_missing_increase",
        default: Some(0.02),
        needs: BASELINE,
    },
    DataRule {
        rule: RuleId::NON_FINITE_VALUES,
        metric: DataMetricId::NON_FINITE_RATE,
        training_only: false,
        question: DataQuestion::AtMost,
        key: "max_non_finite_rate",
        default: Some(0.0),
        needs: "a column of numbers",
    },
    DataRule {
        rule: RuleId::MISSING_LIKE_TEXTS,
        metric: DataMetricId::MISSING_LIKE_RATE,
        training_only: false,
        question: DataQuestion::AtMost,
        key: "max_missing_like_rate",
        default: Some(0.0),
        needs: "a column of texts",
    },
    DataRule {
        rule: RuleId::SIMILAR_TEXTS,
        metric: DataMetricId::SIMILAR_TEXT_RATE,
        training_only: false,
        question: DataQuestion::AtMost,
        key: "max_similar_text_rate",
        default: Some(0.0),
        needs: "a column of texts",
    },
    DataRule {
        rule: RuleId::CONSTANT_COLUMN,
        metric: DataMetricId::MOST_FREQUENT_RATE,
        training_only: false,
        question: DataQuestion::AtMost,
        key: "max_most_frequent_rate",
        default: Some(0.999),
        needs: ROWS,
    },
    DataRule {
        rule: RuleId::ID_LIKE_FEATURE,
        metric: DataMetricId::DISTINCT_RATE,
        training_only: true,
        question: DataQuestion::AtMost,
        key: "max_distinct_rate",
        default: Some(0.99),
        needs: TRAINING,
    },
    DataRule {
        rule: RuleId::DUPLICATE_ROWS,
        metric: DataMetricId::DUPLICATE_ROW_RATE,
        training_only: false,
        question: DataQuestion::AtMost,
        key: "max_duplicate_row_rate",
        default: Some(0.05),
        needs: ROWS,
    },
    DataRule {
        rule: RuleId::CONFLICTING_LABELS,
        metric: DataMetricId::CONFLICTING_LABEL_RATE,
        training_only: false,
        question: DataQuestion::AtMost,
        key: "max_conflicting_label_rate",
        default: Some(0.01),
        needs: LABELS,
    },
    DataRule {
        rule: RuleId::ROW_COUNT_CHANGE,
        metric: DataMetricId::ROW_COUNT,
        training_only: false,
        question: DataQuestion::MostRatio,
        key: "max_row_count_ratio",
        default: Some(2.0),
        needs: BASELINE,
    },
    DataRule {
        rule: RuleId::TRAIN_TEST_OVERLAP,
        metric: DataMetricId::TRAIN_TEST_OVERLAP_RATE,
        training_only: false,
        question: DataQuestion::AtMost,
        key: "max_train_test_overlap_rate",
        default: Some(0.001),
        needs: TRAINING,
    },
    DataRule {
        rule: RuleId::PERSONAL_DATA,
        metric: DataMetricId::PERSONAL_DATA_RATE,
        training_only: false,
        question: DataQuestion::AtMost,
        key: "max_personal_data_rate",
        default: Some(0.0),
        needs: ROWS,
    },
    DataRule {
        rule: RuleId::LIKELY_PERSONAL_DATA,
        metric: DataMetricId::LIKELY_PERSONAL_DATA_RATE,
        training_only: false,
        question: DataQuestion::AtMost,
        key: "max_likely_personal_data_rate",
        default: Some(0.0),
        needs: ROWS,
    },
    DataRule {
        rule: RuleId::ENTITY_OVERLAP,
        metric: DataMetricId::ENTITY_OVERLAP_RATE,
        training_only: false,
        question: DataQuestion::AtMost,
        key: "max_entity_overlap_rate",
        default: Some(0.0),
        needs: "`data.entity` in test and training rows",
    },
    DataRule {
        rule: RuleId::TEMPORAL_LEAKAGE,
        metric: DataMetricId::BEFORE_TRAINING_END_RATE,
        training_only: false,
        question: DataQuestion::AtMost,
        key: "max_before_training_end_rate",
        default: Some(0.0),
        needs: "`data.time` in test and training rows",
    },
    DataRule {
        rule: RuleId::FUTURE_TIMES,
        metric: DataMetricId::FUTURE_TIME_RATE,
        training_only: false,
        question: DataQuestion::AtMost,
        key: "max_future_time_rate",
        default: Some(0.0),
        needs: "`data.time`",
    },
    DataRule {
        rule: RuleId::UNREADABLE_TIMES,
        metric: DataMetricId::UNREADABLE_TIME_RATE,
        training_only: false,
        question: DataQuestion::AtMost,
        key: "max_unreadable_time_rate",
        default: Some(0.0),
        needs: "`data.time`",
    },
    DataRule {
        rule: RuleId::TIMES_WITHOUT_ZONE,
        metric: DataMetricId::ZONELESS_TIME_RATE,
        training_only: false,
        question: DataQuestion::AtMost,
        key: "max_zoneless_time_rate",
        default: Some(0.0),
        needs: "`data.time`",
    },
    DataRule {
        rule: RuleId::CLASS_IMBALANCE,
        metric: DataMetricId::CLASS_BALANCE,
        training_only: false,
        question: DataQuestion::AtLeast,
        key: "min_class_balance",
        default: Some(0.1),
        needs: "a label of at least two classes",
    },
    DataRule {
        rule: RuleId::RE_IDENTIFICATION,
        metric: DataMetricId::FEW_ALIKE_RATE,
        training_only: false,
        question: DataQuestion::AtMost,
        key: "max_few_alike_rate",
        default: Some(0.0),
        needs: "`data.quasi_identifiers`",
    },
    DataRule {
        rule: RuleId::MISSING_BY_GROUP,
        metric: DataMetricId::MISSING_RATE_DIFFERENCE,
        training_only: false,
        question: DataQuestion::SureGap,
        key: "max_missing_difference",
        default: Some(0.05),
        needs: "groups to compare (`evaluation.slices`)",
    },
    DataRule {
        rule: RuleId::PROXY_COLUMN,
        metric: DataMetricId::PROXY_STRENGTH,
        training_only: false,
        question: DataQuestion::AtMost,
        key: "max_proxy_strength",
        default: Some(0.5),
        needs: "groups to compare (`evaluation.slices`), and columns beside theirs",
    },
    DataRule {
        rule: RuleId::TARGET_LEAKAGE,
        metric: DataMetricId::SINGLE_COLUMN_AUC,
        training_only: false,
        question: DataQuestion::AtMost,
        key: "max_single_column_auc",
        default: Some(0.98),
        needs: "labels of classes, and columns beside them",
    },
    DataRule {
        rule: RuleId::UNREPRESENTATIVE_GROUP,
        metric: DataMetricId::POPULATION_RATIO,
        training_only: false,
        question: DataQuestion::SureRatio,
        key: "max_population_ratio",
        default: Some(1.25),
        needs: "`data.population`",
    },
    DataRule {
        rule: RuleId::MISSING_GROUP,
        metric: DataMetricId::MISSING_GROUP_COUNT,
        training_only: false,
        question: DataQuestion::AtMost,
        key: "max_missing_groups",
        default: Some(0.0),
        needs: "`data.population`",
    },
    DataRule {
        rule: RuleId::ANNOTATOR_DISAGREEMENT,
        metric: DataMetricId::ANNOTATOR_AGREEMENT,
        training_only: false,
        question: DataQuestion::AtLeast,
        key: "min_annotator_agreement",
        default: Some(0.6),
        needs: "`data.annotators`, and rows that all of them have labelled",
    },
    DataRule {
        rule: RuleId::OUTLIERS,
        metric: DataMetricId::OUTLIER_RATE,
        training_only: false,
        question: DataQuestion::AtMost,
        key: "max_outlier_rate",
        default: Some(0.005),
        needs: "a column of numbers",
    },
    DataRule {
        rule: RuleId::LOW_L_DIVERSITY,
        metric: DataMetricId::L_DIVERSITY,
        training_only: false,
        question: DataQuestion::AtLeast,
        key: "min_l_diversity",
        default: Some(2.0),
        needs: "`data.quasi_identifiers`, and a label or `data.sensitive` of few values",
    },
    DataRule {
        rule: RuleId::LOW_T_CLOSENESS,
        metric: DataMetricId::T_CLOSENESS,
        training_only: false,
        question: DataQuestion::AtMost,
        key: "max_t_distance",
        default: Some(0.2),
        needs: "`data.quasi_identifiers`, and a label or `data.sensitive` of few values",
    },
    DataRule {
        rule: RuleId::STALE_DATA,
        metric: DataMetricId::AGE_DAYS,
        training_only: false,
        question: DataQuestion::AtMost,
        key: "max_age_days",
        default: None,
        needs: "dates in `data.time`, and the key `data_checks.max_age_days`",
    },
    DataRule {
        rule: RuleId::TIME_GAP,
        metric: DataMetricId::LONGEST_GAP_DAYS,
        training_only: false,
        question: DataQuestion::AtMost,
        key: "max_gap_days",
        default: None,
        needs: "dates in `data.time`, and the key `data_checks.max_gap_days`",
    },
    DataRule {
        rule: RuleId::LABEL_NOISE,
        metric: DataMetricId::LABEL_NOISE_RATE,
        training_only: false,
        question: DataQuestion::AtMost,
        key: "max_label_noise_rate",
        default: None,
        needs: "a model that is trained here, or `data.label_noise: true`, and labels of two classes, and the key of the limit",
    },
    DataRule {
        rule: RuleId::LABEL_NOISE_BY_GROUP,
        metric: DataMetricId::LABEL_NOISE_DIFFERENCE,
        training_only: false,
        question: DataQuestion::SureGap,
        key: "max_label_noise_difference",
        default: None,
        needs: "a model that is trained here, or `data.label_noise: true`, and labels of two classes, and groups that these rows have",
    },
    DataRule {
        rule: RuleId::ORDER_LEAKAGE,
        metric: DataMetricId::ORDER_AUC,
        training_only: false,
        question: DataQuestion::AtMost,
        key: "max_order_auc",
        default: Some(0.6),
        needs: "a model that is trained here, or `data.label_noise: true`, and labels of two classes",
    },
    DataRule {
        rule: RuleId::BETTER_THAN_TRAINING,
        metric: DataMetricId::TRAINING_GAP,
        training_only: false,
        question: DataQuestion::AtLeast,
        key: "min_training_gap",
        default: Some(0.0),
        needs: "a model that is trained here",
    },
    DataRule {
        rule: RuleId::TRIGGER_PATTERN,
        metric: DataMetricId::TRIGGER_PATTERN_RATE,
        training_only: false,
        question: DataQuestion::AtMost,
        key: "max_trigger_pattern_rate",
        default: Some(0.0),
        needs: BASELINE,
    },
    DataRule {
        rule: RuleId::LOCAL_OUTLIERS,
        metric: DataMetricId::LOCAL_OUTLIER_RATE,
        training_only: false,
        question: DataQuestion::AtMost,
        key: "max_local_outlier_rate",
        default: None,
        needs: "a model that is trained here, or `data.label_noise: true`, and the key `data_checks.max_local_outlier_rate`",
    },
    DataRule {
        rule: RuleId::TRAINING_ONLY_COLUMN,
        metric: DataMetricId::SINGLE_COLUMN_AUC_DROP,
        training_only: false,
        question: DataQuestion::AtMost,
        key: "max_single_column_auc_drop",
        default: Some(0.2),
        needs: "the training rows (`data.train_path`, or a model that is trained here), and labels of classes",
    },
    DataRule {
        rule: RuleId::EXPLAINED_NUMBER,
        metric: DataMetricId::SINGLE_COLUMN_R2,
        training_only: false,
        question: DataQuestion::AtMost,
        key: "max_single_column_r2",
        default: Some(0.95),
        needs: "a number to predict, and a model that is trained here or `data.label_noise: true`",
    },
    DataRule {
        rule: RuleId::NEW_LABEL_NOISE,
        metric: DataMetricId::NEW_ROW_NOISE_DIFFERENCE,
        training_only: false,
        question: DataQuestion::SureGap,
        key: "max_new_label_noise_difference",
        default: Some(0.02),
        needs: "dates in `data.time`, a baseline that holds counts of its data, and a model that is trained here or `data.label_noise: true`",
    },
    DataRule {
        rule: RuleId::HARMFUL_NEW_ROWS,
        metric: DataMetricId::NEW_ROW_HARM,
        training_only: false,
        question: DataQuestion::SureGap,
        key: "max_new_row_harm",
        default: Some(0.005),
        needs: "dates in `data.time`, a baseline that holds counts of its training rows, and a model of two classes that is trained here",
    },
    DataRule {
        rule: RuleId::SPECTRAL_SIGNATURE,
        metric: DataMetricId::SPECTRAL_OUTLIER_RATE,
        training_only: false,
        question: DataQuestion::AtMost,
        key: "max_spectral_outlier_rate",
        default: None,
        needs: "a model that is trained here, or `data.label_noise: true`, and the key `data_checks.max_spectral_outlier_rate`",
    },
    DataRule {
        rule: RuleId::SEPARATE_CLUSTER,
        metric: DataMetricId::SEPARATE_CLUSTER_RATE,
        training_only: false,
        question: DataQuestion::AtMost,
        key: "max_separate_cluster_rate",
        default: None,
        needs: "a model that is trained here, or `data.label_noise: true`, and the key `data_checks.max_separate_cluster_rate`",
    },
    DataRule {
        rule: RuleId::ENCODED_GROUP,
        metric: DataMetricId::ENCODED_GROUP_AUC,
        training_only: false,
        question: DataQuestion::AtMost,
        key: "max_encoded_group_auc",
        default: Some(0.75),
        needs: "a model that is trained here, or `data.label_noise: true`, and groups that these rows have",
    },
];

impl DataRule {
    /// Whether its limit holds against a measurement.
    pub(super) fn is_about(&self, measurement: &DataMeasurement) -> bool {
        measurement.metric == self.metric && (!self.training_only || measurement.part == Part::Train)
    }
}
