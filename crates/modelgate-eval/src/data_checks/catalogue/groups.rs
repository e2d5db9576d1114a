//! What is measured of the groups of the rows, of how they stand for a population, and of those who labelled them.

use super::{DataMetric, DataUnit, What};

const GROUP: &str = "each group of each axis of `evaluation.slices`";
const OF_POPULATION: &str = "each group that `data.population` names";
const FEW_LABELS: &str = "the group, or the rows of all others, have fewer than `evaluation.min_support` labels";

pub(super) const GROUP_ROW_COUNT: DataMetric = DataMetric {
    id: "group_row_count",
    title: "Rows of a group",
    formula: "rows of the group; rows are counted, not weights",
    about: GROUP,
    denominator: "rows of the group",
    undefined_when: "never",
    reference: "frame[axis].value_counts(dropna=False)",
    counted: What::Derived,
    unit: DataUnit::Number,
};

pub(super) const LABEL_RATE: DataMetric = DataMetric {
    id: "label_rate",
    title: "Label rate of a group",
    formula: "rows of the group with the positive label / rows of the group with a label; interval: the wider of Wilson's and the exact mid-p",
    about: GROUP,
    denominator: "rows of the group with a label",
    undefined_when: "no row of the group has a label",
    reference: "frame.groupby(axis, dropna=False)[label].apply(lambda y: (y == positive).mean())",
    counted: What::Derived,
    unit: DataUnit::Share,
};

pub(super) const LABEL_RATE_DIFFERENCE: DataMetric = DataMetric {
    id: "label_rate_difference",
    title: "Label rate of a group against all others",
    formula: "label rate of the group - label rate of all rows of other groups (difference in proportions of labels); interval: Newcombe",
    about: GROUP,
    denominator: "rows of the group with a label",
    undefined_when: FEW_LABELS,
    reference: "statsmodels.stats.proportion.confint_proportions_2indep(method='newcomb')",
    counted: What::Derived,
    unit: DataUnit::Gap,
};

pub(super) const LABEL_DIVERGENCE: DataMetric = DataMetric {
    id: "label_divergence",
    title: "Divergence of a group's labels from all others",
    formula: "sum over classes of p ln(p / q), of the shares p of the classes in the group and q in all rows of other groups (Kullback and Leibler, in nats)",
    about: "each group of each axis of `evaluation.slices`, where labels are classes",
    denominator: "rows of the group with a label",
    undefined_when: "the group, or the rows of all others, have fewer than `evaluation.min_support` labels, or these lack a class of it",
    reference: "scipy.stats.entropy(p, q)",
    counted: What::Derived,
    unit: DataUnit::Plain,
};

pub(super) const GROUP_RATE: DataMetric = DataMetric {
    id: "group_rate",
    title: "Share of a group of the population",
    formula: "rows of the group / rows of all groups that the population has; interval: Wilson",
    about: OF_POPULATION,
    denominator: "rows of all groups that the population has",
    undefined_when: "there are none",
    reference: "statsmodels.stats.proportion.proportion_confint(method='wilson')",
    counted: What::Derived,
    unit: DataUnit::Share,
};

pub(super) const POPULATION_RATIO: DataMetric = DataMetric {
    id: "population_ratio",
    title: "Share of a group against the population",
    formula: "share of the group among the rows / its share of the population; interval: Wilson, divided by the latter",
    about: OF_POPULATION,
    denominator: "rows of all groups that the population has",
    undefined_when: "there are none, or the population has nobody in the group",
    reference: "statsmodels.stats.proportion.proportion_confint(method='wilson') / share",
    counted: What::Derived,
    unit: DataUnit::Times,
};

pub(super) const OUTSIDE_POPULATION_RATE: DataMetric = DataMetric {
    id: "outside_population_rate",
    title: "Rows that the population does not have",
    formula: "rows without a value, and rows of groups that the population does not have / rows",
    about: "each column of `data.population`",
    denominator: "all rows of the part",
    undefined_when: "there are no rows",
    reference: "(~frame[column].isin(groups)).mean()",
    counted: What::Derived,
    unit: DataUnit::Share,
};

pub(super) const MISSING_GROUP_COUNT: DataMetric = DataMetric {
    id: "missing_group_count",
    title: "Groups of the population without a row",
    formula: "groups with a share of the population above zero that no row belongs to",
    about: "each column of `data.population`",
    denominator: "rows of all groups that the population has",
    undefined_when: "there are none",
    reference: "len(set(groups) - set(frame[column]))",
    counted: What::Derived,
    unit: DataUnit::Number,
};

pub(super) const POPULATION_FIT_P: DataMetric = DataMetric {
    id: "population_fit_p",
    title: "Rows as drawn from the population",
    formula: "p-value of Pearson's chi-square test of goodness of fit; in many rows, small where the shares hardly differ",
    about: "each column of `data.population`",
    denominator: "rows of all groups that the population has",
    undefined_when: "there are none, or only one group",
    reference: "scipy.stats.chisquare(counts, shares * n).pvalue",
    counted: What::Derived,
    unit: DataUnit::Plain,
};

pub(super) const ANNOTATOR_AGREEMENT: DataMetric = DataMetric {
    id: "annotator_agreement",
    title: "Agreement of those who labelled the rows",
    formula: "(agreement - agreement by chance) / (1 - agreement by chance): Cohen's kappa of two columns, Fleiss' kappa of more",
    about: "whole rows, by the columns of `data.annotators`",
    denominator: "rows of which all of them have said something",
    undefined_when: "there are no such rows, or all say the same",
    reference: "sklearn.metrics.cohen_kappa_score, statsmodels.stats.inter_rater.fleiss_kappa",
    counted: What::Derived,
    unit: DataUnit::Plain,
};
