//! What is measured of two sets of rows together, of scores on a batch from use, and of who gave the rows.

use super::{DataMetric, DataUnit, What};

const TWO_SETS: &str = "training and test rows, and each of them with `data.production`, where a model is trained here or `data.label_noise` asks for it";
const EACH_METRIC: &str = "each metric of `evaluation.metrics` that says by itself, as a share, how good a model is, of two classes from its scores and of several from its predictions, on all rows and in slices by one axis; of a regression its mean absolute, mean squared and root mean squared error, on all rows; where there is `data.production`";

pub(super) const TOLD_APART_AUC: DataMetric = DataMetric {
    id: "told_apart_auc",
    title: "Rows that a model tells from others",
    formula: "area under the ROC curve of gradient boosting (trees of up to 8 leaves, 40 of them) that tells the later rows from the earlier ones by the columns that are learned from, cross-fitted in two parts by hash (a domain classifier); interval: DeLong",
    about: TWO_SETS,
    denominator: "rows of both sets; of more than 2,000 of a set, those with the smallest hashes of `data.id`, else of their features",
    undefined_when: "no model could be trained",
    reference: "sklearn.metrics.roc_auc_score(is_later, cross_val_predict(HistGradientBoostingClassifier(), rows, is_later, method='predict_proba')[:, 1])",
    counted: What::Derived,
    unit: DataUnit::Plain,
};

pub(super) const RECONSTRUCTION_SHIFT: DataMetric = DataMetric {
    id: "reconstruction_shift",
    title: "Rows that leave the directions of others",
    formula: "|mean distance of the later rows - mean distance of one half of the earlier rows| / standard deviation of the latter's distances, each from the first principal directions of the other half that hold 65 % of its spread, 10 at the most; interval: normal, of two means",
    about: TWO_SETS,
    denominator: "rows of both sets, as for `told_apart_auc`",
    undefined_when: "a set has fewer than 64 or 32 rows, or the directions hold everything",
    reference: "sklearn.decomposition.PCA(0.65): numpy.linalg.norm(rows - pca.inverse_transform(pca.transform(rows)), axis=1)",
    counted: What::Derived,
    unit: DataUnit::Plain,
};

pub(super) const ESTIMATED_IN_USE: DataMetric = DataMetric {
    id: "estimated_in_use",
    title: "How good the model is estimated to be in use",
    formula: "the metric on the evaluated rows, each weighted by (share of the batch / share of the evaluated rows) with scores in its bin, or of several classes with its prediction (confidence-based performance estimation; importance weighting: Shimodaira 2000); interval: the metric's own, of weighted rows, wider by what drawing the batch adds; of several classes from resampled counts of both; of a regression the mean loss in each bin of predictions times the share of the batch there (direct loss estimation)",
    about: EACH_METRIC,
    denominator: "rows of the batch",
    undefined_when: "more than 1 % of the batch have scores, or without two classes predictions, that no evaluated row has, or predictions do not follow from scores at the decision threshold",
    reference: "nannyml.CBPE and DLE; sklearn's metric with sample_weight",
    counted: What::Derived,
    unit: DataUnit::Plain,
};

pub(super) const ESTIMATED_LOSS: DataMetric = DataMetric {
    id: "estimated_loss",
    title: "How much worse the model is estimated to be in use",
    formula: "estimated_in_use - the metric on the evaluated rows, turned so that more is worse; of a regression as a share of the metric there; interval: that of the estimate",
    about: EACH_METRIC,
    denominator: "rows of the batch",
    undefined_when: "`estimated_in_use` is",
    reference: "nannyml.CBPE and DLE",
    counted: What::Derived,
    unit: DataUnit::Gap,
};

pub(super) const GROUP_SCORE_AUC: DataMetric = DataMetric {
    id: "group_score_auc",
    title: "Groups that the score tells among rows with the same label",
    formula: "max(A, 1 - A), A being the area under the ROC curve of the score that tells the rows of the group from all others with the same label; interval: DeLong",
    about: "each group of each axis of `evaluation.slices` with each of two labels, of two groups the first, where the model gives scores",
    denominator: "test rows with the label",
    undefined_when: "the group, or the rows of all others, have fewer than `evaluation.min_support` with the label",
    reference: "sklearn.metrics.roc_auc_score(group[label == value], score[label == value])",
    counted: What::Derived,
    unit: DataUnit::Plain,
};

pub(super) const SOURCE_RATE: DataMetric = DataMetric {
    id: "source_rate",
    title: "Rows that a source gave",
    formula: "rows with the source in `data.source_column` / rows that name one; sources that the first release had not are `(other)`; change: score test of two shares",
    about: "each source in the rows that were learned from, else in those that are evaluated",
    denominator: "rows that name a source",
    undefined_when: "the column holds numbers, or its values were not counted",
    reference: "frame[source_column].value_counts(normalize=True)",
    counted: What::Derived,
    unit: DataUnit::Share,
};
