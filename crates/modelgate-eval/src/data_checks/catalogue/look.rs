//! What is measured of single rows with models of all other rows and with their neighbors, and of a model on the rows that it
//! learned from.

use modelgate_cube::Counted;

use super::{DataMetric, DataUnit, What};

const ROWS: &str = "whole rows with classes for labels: those that a model is trained on here, or where `data.label_noise` asks for it those of `data.train_path`, else those to evaluate";
const SAMPLE: &str = "all of them; of more than 10,000, those with the smallest hashes of `data.id`, else of their features";
const NEAREST: &str = "as many of these, with the smallest hashes, as can be compared with each other in 200 million products of numbers: 2,580 of 30 encoded columns";

pub(super) const LABEL_NOISE_RATE: DataMetric = DataMetric {
    id: "label_noise_rate",
    title: "Labels that models of other rows contradict",
    formula: "share of rows off the diagonal of the confident joint of given and likely labels, calibrated to the given labels (confident learning: Northcutt, Jiang and Chuang 2021), with probabilities cross-fitted in five parts by hash, of more than two classes by logistic regressions of each against all others (the 20 most frequent classes with at least 30 rows); classes that overlap look the same as wrong labels",
    about: ROWS,
    denominator: SAMPLE,
    undefined_when: "no model of the other rows could be trained, or there is one class",
    reference: "1 - cleanlab.count.estimate_joint(labels, pred_probs).trace()",
    counted: What::Derived,
    unit: DataUnit::Share,
};

pub(super) const LABEL_NOISE_DIFFERENCE: DataMetric = DataMetric {
    id: "label_noise_difference",
    title: "Contradicted labels of a group against all others",
    formula: "share of rows of the group whose label confident learning contradicts - the same share of all other rows; interval: Newcombe",
    about: "each group of each axis of `evaluation.slices` that these rows have",
    denominator: "rows of the group among these",
    undefined_when: "the group, or the rows of all others, are fewer than `evaluation.min_support`",
    reference: "statsmodels.stats.proportion.confint_proportions_2indep(method='newcomb')",
    counted: What::Derived,
    unit: DataUnit::Gap,
};

pub(super) const NEIGHBOR_DISAGREEMENT_RATE: DataMetric = DataMetric {
    id: "neighbor_disagreement_rate",
    title: "Rows whose neighbors have another label",
    formula: "rows of which at least 8 of the 10 nearest (Euclidean, numbers in standard deviations, a 0/1 column for each frequent text) have another label / rows",
    about: ROWS,
    denominator: NEAREST,
    undefined_when: "there are no rows",
    reference: "sklearn.neighbors.NearestNeighbors(n_neighbors=10) on the encoded rows",
    counted: What::Derived,
    unit: DataUnit::Share,
};

pub(super) const NEAR_DUPLICATE_RATE: DataMetric = DataMetric {
    id: "near_duplicate_rate",
    title: "Rows that are nearly the same as another",
    formula: "rows whose nearest row is nearer than 0.13 times the median of such distances (cleanlab's default) / rows",
    about: ROWS,
    denominator: NEAREST,
    undefined_when: "half of the rows have an equal",
    reference: "(distances < 0.13 * numpy.median(distances)).mean()",
    counted: What::Derived,
    unit: DataUnit::Share,
};

pub(super) const ORDER_P: DataMetric = DataMetric {
    id: "order_p",
    title: "Rows in no order",
    formula: "p-value of \"near rows stand no nearer to each other in the file than any two rows\": Kolmogorov and Smirnov's distance of both distributions of distances in the file, against 99 random orders",
    about: ROWS,
    denominator: NEAREST,
    undefined_when: "there are fewer than two rows",
    reference: "cleanlab.datalab's non-iid issue, with places of rows for indices",
    counted: What::Derived,
    unit: DataUnit::Plain,
};

pub(super) const ORDER_AUC: DataMetric = DataMetric {
    id: "order_auc",
    title: "What ids, times and places know of the label",
    formula: "area under the ROC curve of the label by the number of the column, the way round that is above one half, of more than two classes the mean of each against all others; interval: Hanley and McNeil (1982)",
    about: "`data.id` where it is a number, `data.time`, and the place of a row in its file",
    denominator: SAMPLE,
    undefined_when: "no row has a number, or there is one class",
    reference: "sklearn.metrics.roc_auc_score(label, number)",
    counted: What::Derived,
    unit: DataUnit::Plain,
};

pub(super) const TRAINING_GAP: DataMetric = DataMetric {
    id: "training_gap",
    title: "How much better training rows are predicted",
    formula: "accuracy on the rows that the model learned from - accuracy on the test rows; interval: Newcombe",
    about: "whole rows, of a model that is trained here",
    denominator: "all test rows",
    undefined_when: "there are none",
    reference: "accuracy_score(train_label, model.predict(train)) - accuracy_score(test_label, model.predict(test))",
    counted: What::Derived,
    unit: DataUnit::Gap,
};

pub(super) const BATCH_DEPENDENCE_RATE: DataMetric = DataMetric {
    id: "batch_dependence_rate",
    title: "Rows that are scored otherwise alone",
    formula: "rows whose score alone differs from that among all rows by more than 0.000001 / rows",
    about: "whole rows, of a model that is trained here, or where `data.score_alone` says what the model says of a row alone",
    denominator: "100 test rows, those with the smallest hashes; rows with a value of `data.score_alone`",
    undefined_when: "there are none",
    reference: "(abs(model.predict_proba(row) - model.predict_proba(test)[row]) > 1e-6).mean()",
    counted: What::One(Counted::ScoredOtherwise),
    unit: DataUnit::Share,
};

pub(super) const TRIGGER_PATTERN_RATE: DataMetric = DataMetric {
    id: "trigger_pattern_rate",
    title: "Rows with a new mark and one label",
    formula: "rows with a text that the baseline's rows did not say, or with a pair of such a text and a value of another column, of which 0.1 % to 5 % of the rows have it, at least 95 % of these with the label that at most 60 % of all rows have (Fisher's exact test, Benjamini and Hochberg at 0.01) / rows; evidence, and never a proof",
    about: "the columns of each such mark; whole rows where there is none",
    denominator: SAMPLE,
    undefined_when: "there are no rows",
    reference: "scipy.stats.hypergeom(rows, label_rows, mark_rows).sf(hits - 1) for each mark",
    counted: What::Derived,
    unit: DataUnit::Share,
};

pub(super) const LOCAL_OUTLIER_RATE: DataMetric = DataMetric {
    id: "local_outlier_rate",
    title: "Rows far from their neighbors",
    formula: "rows whose local outlier probability (Kriegel, Kröger, Schubert and Zimek 2009; 10 neighbors, extent 3) is above 0.7 / rows",
    about: ROWS,
    denominator: NEAREST,
    undefined_when: "all rows are as far from their neighbors as these from theirs",
    reference: "(PyNomaly.LocalOutlierProbability(rows, extent=3, n_neighbors=10).fit().local_outlier_probabilities > 0.7).mean()",
    counted: What::Derived,
    unit: DataUnit::Share,
};

pub(super) const SINGLE_COLUMN_AUC_DROP: DataMetric = DataMetric {
    id: "single_column_auc_drop",
    title: "Columns that tell the label of training rows alone",
    formula: "`single_column_auc` of the training rows, ordered by themselves - `single_column_auc` of the test rows, ordered by the training rows",
    about: "each column, where there are classes, and the training rows are known",
    denominator: "test rows with a label",
    undefined_when: "fewer than two classes, or the training rows have others",
    reference: "sklearn.metrics.roc_auc_score on both sets of rows, with column.map(training_share_of_positives)",
    counted: What::Derived,
    unit: DataUnit::Gap,
};

pub(super) const SINGLE_COLUMN_R2: DataMetric = DataMetric {
    id: "single_column_r2",
    title: "Columns that give the number away",
    formula: "the larger of the coefficient of determination of guesses by means of 20 cells of equally many rows, or by texts, from the other four of five parts, and of Spearman's rank correlation, squared",
    about: "each column, where a number is predicted, a model is trained here, or `data.label_noise` asks for it",
    denominator: SAMPLE,
    undefined_when: "the number is constant, or there are more than 1,000 texts",
    reference: "max(sklearn.metrics.r2_score(y, cross_val_predict(...)), scipy.stats.spearmanr(column, y).statistic ** 2)",
    counted: What::Derived,
    unit: DataUnit::Share,
};

pub(super) const NEW_ROW_NOISE_DIFFERENCE: DataMetric = DataMetric {
    id: "new_row_noise_difference",
    title: "Contradicted labels of new rows against all others",
    formula: "share of rows newer (`data.time`) than the baseline's latest whose label confident learning contradicts - the same share of all other rows; interval: Newcombe",
    about: "whole rows with classes for labels, where the baseline knows the time of its rows",
    denominator: "new rows among these",
    undefined_when: "new rows, or all others, are fewer than `evaluation.min_support`",
    reference: "statsmodels.stats.proportion.confint_proportions_2indep(method='newcomb')",
    counted: What::Derived,
    unit: DataUnit::Gap,
};

pub(super) const NEW_ROW_HARM: DataMetric = DataMetric {
    id: "new_row_harm",
    title: "What rows newer than the baseline's cost a model",
    formula: "accuracy on the test rows of the model trained without the training rows newer (`data.time`) than the baseline's latest - accuracy of the model trained with them (reject on negative impact: Nelson et al. 2008); interval: Tango, of the same rows",
    about: "a model of two classes that is trained here, where the baseline knows the time of its training rows",
    denominator: "test rows",
    undefined_when: "no model can be trained without the new rows",
    reference: "accuracy_score(y, without) - accuracy_score(y, with_them)",
    counted: What::Derived,
    unit: DataUnit::Gap,
};

pub(super) const SPECTRAL_OUTLIER_RATE: DataMetric = DataMetric {
    id: "spectral_outlier_rate",
    title: "Rows of a label far out where they spread most",
    formula: "rows whose place along the first right singular vector of the centered rows of their label is more than 8 robust standard deviations (1.4826 times the median absolute deviation) from the median / rows of the label (spectral signatures: Tran, Li and Madry 2018)",
    about: "the rows of each label",
    denominator: NEAREST,
    undefined_when: "the label has fewer than 32 rows, or half of them have the same place",
    reference: "numpy.linalg.svd(rows - rows.mean(axis=0))[2][0] of the encoded rows",
    counted: What::Derived,
    unit: DataUnit::Share,
};

pub(super) const SEPARATE_CLUSTER_RATE: DataMetric = DataMetric {
    id: "separate_cluster_rate",
    title: "Rows of a label in a smaller cluster of another kind",
    formula: "rows in the smaller of two clusters (2-means in the first 10 principal directions) where it has less than 35 % of the rows and the mean silhouette is above 0.10, else 0 / rows of the label (Chen et al. 2018)",
    about: "the rows of each label",
    denominator: NEAREST,
    undefined_when: "the label has fewer than 32 rows, or all of them are equal",
    reference: "sklearn.cluster.KMeans(2) and sklearn.metrics.silhouette_score on sklearn.decomposition.PCA(10) of the encoded rows",
    counted: What::Derived,
    unit: DataUnit::Share,
};

pub(super) const ENCODED_GROUP_AUC: DataMetric = DataMetric {
    id: "encoded_group_auc",
    title: "Groups that the other columns tell",
    formula: "area under the ROC curve of a logistic regression that tells the rows of the group from all others by the columns that are learned from without the group's own, cross-fitted in two parts by hash; interval: Hanley and McNeil",
    about: "the largest six groups of each axis of `evaluation.slices`, of two the first, where a model is trained here or `data.label_noise` asks for it",
    denominator: "all of the rows; of more than 4,000, those with the smallest hashes of `data.id`, else of their features",
    undefined_when: "no model could be trained",
    reference: "sklearn.metrics.roc_auc_score(group, cross_val_predict(LogisticRegression(), others, group, method='predict_proba')[:, 1])",
    counted: What::Derived,
    unit: DataUnit::Share,
};
