//! The keys of the data checks: what may be found in the rows themselves, and the limits of it.

use super::{ABOVE_0, AT_LEAST_0, AT_LEAST_1, BELOW_ONE_HALF, SHARE};
use crate::kind::Kind::{Flag, Number};
use crate::kind::{Key, Range, Section};

/// Which rules the rows are held to.
pub(super) const DATA_CHECKS: Section = Section {
    keys: &[
        Key::optional(
            "enabled",
            Flag,
            "Whether the rows themselves are checked: missing values, repeated rows, contradictory labels, test rows that are training rows. A rule about them that is denied then fails because it was not measured.",
        )
        .with_default("true"),
        Key::optional(
            "drift_effect",
            Number(ABOVE_0),
            "From which effect a drift counts: a Jensen-Shannon distance (base 2), a Wasserstein distance in standard deviations, or a population stability index.",
        )
        .with_default("0.1"),
        Key::optional(
            "drift_alpha",
            Number(BELOW_ONE_HALF),
            "The most that the p-value of a drift may be, after Benjamini and Hochberg's adjustment for the number of columns.",
        )
        .with_default("0.05"),
        Key::optional(
            "max_missing_increase",
            Number(SHARE),
            "How much the share of missing values of a column may rise since the baseline; a rise must also be sure (adjusted p-value below 0.05).",
        )
        .with_default("0.02"),
        Key::optional("max_non_finite_rate", Number(SHARE), "The most rows of a column of numbers that may be infinite or NaN.")
            .with_default("0.0"),
        Key::optional(
            "max_missing_like_rate",
            Number(SHARE),
            "The most rows of a column whose text may look like a missing value without being one of `data.missing_values`.",
        )
        .with_default("0.0"),
        Key::optional(
            "max_similar_text_rate",
            Number(SHARE),
            "The most rows of a column whose text may differ from a more frequent one by case, spaces, underscores or hyphens alone.",
        )
        .with_default("0.0"),
        Key::optional("max_most_frequent_rate", Number(SHARE), "The most rows of a column that may say the same.")
            .with_default("0.999"),
        Key::optional(
            "max_distinct_rate",
            Number(SHARE),
            "The most different values, as a share of the training rows, that a column to learn from may have; only of texts, and of whole numbers that lie close together.",
        )
        .with_default("0.99"),
        Key::optional("max_duplicate_row_rate", Number(SHARE), "The most rows that may repeat another one in every feature.")
            .with_default("0.05"),
        Key::optional(
            "max_conflicting_label_rate",
            Number(SHARE),
            "The most rows that may have an equal with another label.",
        )
        .with_default("0.01"),
        Key::optional(
            "max_row_count_ratio",
            Number(AT_LEAST_1),
            "How many times the baseline's rows there may be, or how many times fewer.",
        )
        .with_default("2.0"),
        Key::optional(
            "max_train_test_overlap_rate",
            Number(SHARE),
            "The most test rows that may say what a training row says in every feature that both files have.",
        )
        .with_default("0.001"),
        Key::optional(
            "max_personal_data_rate",
            Number(SHARE),
            "The most cells of a column that may be personal data with a check digit or a strict structure.",
        )
        .with_default("0.0"),
        Key::optional(
            "max_likely_personal_data_rate",
            Number(SHARE),
            "The most cells of a column that may look like personal data, or be of a kind that its name says.",
        )
        .with_default("0.0"),
        Key::optional(
            "max_entity_overlap_rate",
            Number(SHARE),
            "The most test rows that may be about somebody (`data.entity`) that a training row is about as well.",
        )
        .with_default("0.0"),
        Key::optional(
            "max_before_training_end_rate",
            Number(SHARE),
            "The most test rows that may be older (`data.time`) than the latest training row.",
        )
        .with_default("0.0"),
        Key::optional("max_future_time_rate", Number(SHARE), "The most rows whose `data.time` may be after now.")
            .with_default("0.0"),
        Key::optional("max_unreadable_time_rate", Number(SHARE), "The most rows whose `data.time` may be no time.")
            .with_default("0.0"),
        Key::optional(
            "max_zoneless_time_rate",
            Number(SHARE),
            "The most rows whose `data.time` may have a time of day without a zone where others have one.",
        )
        .with_default("0.0"),
        Key::optional(
            "min_class_balance",
            Number(SHARE),
            "The fewest rows of the rarest class, as a share of those of the most frequent one.",
        )
        .with_default("0.1"),
        Key::optional(
            "max_few_alike_rate",
            Number(SHARE),
            "The most rows whose combination of `data.quasi_identifiers` fewer than 5 rows may have.",
        )
        .with_default("0.0"),
        Key::optional(
            "max_missing_difference",
            Number(SHARE),
            "How far the shares of missing values of two groups of an axis may lie apart; they must also surely differ.",
        )
        .with_default("0.05"),
        Key::optional(
            "max_proxy_strength",
            Number(SHARE),
            "How much a column may say about the groups of an axis (Cramér's V, corrected for bias).",
        )
        .with_default("0.5"),
        Key::optional(
            "max_single_column_auc",
            Number(SHARE),
            "How well the label may be guessed from one column (area under the ROC curve).",
        )
        .with_default("0.98"),
        Key::optional(
            "max_population_ratio",
            Number(AT_LEAST_1),
            "How many times its share of `data.population` a group may surely have among the rows, or how many times less.",
        )
        .with_default("1.25"),
        Key::optional(
            "max_missing_groups",
            Number(AT_LEAST_0),
            "The most groups of a column of `data.population` that may have no row at all.",
        )
        .with_default("0.0"),
        Key::optional(
            "min_annotator_agreement",
            Number(SHARE),
            "The least agreement beyond chance of the columns of `data.annotators` (Cohen's kappa of two, Fleiss' of more).",
        )
        .with_default("0.6"),
        Key::optional(
            "max_outlier_rate",
            Number(SHARE),
            "The most rows whose number may be far from the median of its column (8 robust standard deviations).",
        )
        .with_default("0.005"),
        Key::optional(
            "min_l_diversity",
            Number(AT_LEAST_1),
            "The fewest different labels, or values of a column of `data.sensitive`, that rows may have which agree in all of `data.quasi_identifiers`.",
        )
        .with_default("2.0"),
        Key::optional(
            "max_t_distance",
            Number(SHARE),
            "How far their shares may be from those of all rows (t-closeness).",
        )
        .with_default("0.2"),
        Key::optional(
            "max_label_noise_rate",
            Number(SHARE),
            "The most labels that models of all other rows may contradict (confident learning); without it, any, because classes that overlap look the same.",
        ),
        Key::optional(
            "max_label_noise_difference",
            Number(SHARE),
            "How much more often labels of a group may be contradicted than all others; they must also surely differ; without it, any.",
        ),
        Key::optional(
            "max_order_auc",
            Number(SHARE),
            "How well the label may be guessed from `data.id`, `data.time` or the place in the file (area under the ROC curve).",
        )
        .with_default("0.6"),
        Key::optional(
            "min_training_gap",
            Number(Range { lowest: -1.0, highest: 1.0, open: false }),
            "The least by which the accuracy on training rows must be above that on test rows, of a model that is trained here.",
        )
        .with_default("0.0"),
        Key::optional(
            "max_trigger_pattern_rate",
            Number(SHARE),
            "The most rows to learn from that may have a text which is new since the baseline and goes with one label.",
        )
        .with_default("0.0"),
        Key::optional(
            "max_local_outlier_rate",
            Number(SHARE),
            "The most rows that may be far from their neighbors (local outlier probability above 0.7); without it, any.",
        ),
        Key::optional(
            "max_single_column_auc_drop",
            Number(SHARE),
            "How much better the label of training rows may be guessed from one column than that of test rows (area under the ROC curve).",
        )
        .with_default("0.2"),
        Key::optional(
            "max_single_column_r2",
            Number(SHARE),
            "How much of a number that is to be predicted one column may explain.",
        )
        .with_default("0.95"),
        Key::optional(
            "max_new_label_noise_difference",
            Number(SHARE),
            "How much more often labels of rows newer than the baseline's may be contradicted than all others; they must also surely differ.",
        )
        .with_default("0.02"),
        Key::optional(
            "max_new_row_harm",
            Number(SHARE),
            "How much better the model may be without the training rows newer than the baseline's (accuracy); it must also surely be better.",
        )
        .with_default("0.005"),
        Key::optional(
            "max_spectral_outlier_rate",
            Number(SHARE),
            "The most rows of a label that may lie far out in the direction in which they spread most; without it, any.",
        ),
        Key::optional(
            "max_separate_cluster_rate",
            Number(SHARE),
            "The most rows of a label that may be in a smaller cluster of another kind; without it, any.",
        ),
        Key::optional(
            "max_encoded_group_auc",
            Number(SHARE),
            "How well the rows of a group may be told by the other columns that are learned from (area under the ROC curve).",
        )
        .with_default("0.75"),
        Key::optional(
            "max_told_apart_auc",
            Number(SHARE),
            "How well a model may tell later rows from earlier ones (area under the ROC curve): test rows from training rows, and a batch from use from either.",
        )
        .with_default("0.65"),
        Key::optional(
            "max_reconstruction_shift",
            Number(AT_LEAST_0),
            "How much farther from the principal directions of earlier rows later ones may lie, or nearer, in standard deviations of the distance.",
        )
        .with_default("0.25"),
        Key::optional(
            "max_estimated_loss",
            Number(SHARE),
            "How much worse a metric may be estimated to be on `data.production`, by its scores or predictions, than on the evaluated rows.",
        )
        .with_default("0.02"),
        Key::optional(
            "max_group_score_auc",
            Number(SHARE),
            "How well the score may tell a group among rows with the same label (area under the ROC curve); without it, any way: where the label goes with age, say, most scores do too.",
        ),
        Key::optional(
            "max_source_increase",
            Number(SHARE),
            "How much the share of the rows that one source in `data.source_column` gave may rise since the baseline; a rise must also be sure (adjusted p-value below 0.05).",
        )
        .with_default("0.1"),
        Key::optional(
            "max_mixed_type_rate",
            Number(SHARE),
            "The most cells of a column that may be texts among numbers, or numbers among texts, where they are few.",
        )
        .with_default("0.0"),
        Key::optional(
            "max_train_test_near_overlap_rate",
            Number(SHARE),
            "The most test rows that may nearly be training rows: with other digits, case or spaces, or the same beside a column that numbers rows.",
        )
        .with_default("0.001"),
        Key::optional(
            "max_repeated_id_rate",
            Number(SHARE),
            "The most rows that may have the `data.id` of another row.",
        )
        .with_default("0.0"),
        Key::optional(
            "max_id_overlap_rate",
            Number(SHARE),
            "The most test rows that may have the `data.id` of a training row.",
        )
        .with_default("0.0"),
        Key::optional(
            "max_batch_dependence_rate",
            Number(SHARE),
            "The most rows of which the model may say something else alone than among others (`data.score_alone`, or a model that is trained here).",
        )
        .with_default("0.0"),
        Key::optional(
            "max_neighbor_disagreement_rate",
            Number(SHARE),
            "The most rows that may have another label than nearly all of their neighbors; without it, any.",
        ),
        Key::optional(
            "max_near_duplicate_rate",
            Number(SHARE),
            "The most rows that may be nearly the same as another; without it, any.",
        ),
        Key::optional(
            "min_order_p",
            Number(SHARE),
            "The least p-value of \"near rows stand no nearer to each other in the file than any two rows\", which is never below 0.01; without it, any.",
        ),
        Key::optional(
            "max_label_rate_difference",
            Number(SHARE),
            "How far the share of positive labels of a group may be from that of all other rows, where the difference is sure; without it, any.",
        ),
        Key::optional(
            "min_group_rows",
            Number(AT_LEAST_0),
            "The fewest rows of a group of `evaluation.slices`, among those to evaluate and those that were learned from; without it, any.",
        ),
        Key::optional(
            "min_k_anonymity",
            Number(AT_LEAST_0),
            "The fewest rows that may agree in all of `data.quasi_identifiers`; without it, any.",
        ),
        Key::optional("max_unread_rate", Number(SHARE), "How much of a column without a role may be unreadable (lists, structures, bytes): 0, or 1 for no limit.").with_default("0.0"),
        Key::optional("max_alike_named_rate", Number(SHARE), "How much of a column may be named like another one but for case: 0, or 1 for no limit.").with_default("0.0"),
        Key::optional("max_age_days", Number(AT_LEAST_0), "How many days ago the latest row (`data.time`) may be; without it, any."),
        Key::optional("max_gap_days", Number(AT_LEAST_0), "How many days in a row there may be no row (`data.time`); without it, any."),
    ],
    rules: &[],
};
