//! The measurements of data, a row each: from it code, `list data-metrics`, `explain` and the docs read.

mod apart;
mod groups;
mod look;
mod people;

use std::fmt;

use modelgate_cube::{Counted, DataCount, DataKey, Evidence};

use crate::interval::proportion;
use crate::{Estimate, Measured, Reason};

/// A measurement of data of the catalogue; ordered as the catalogue is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DataMetricId(u16);

/// One row of the catalogue.
pub struct DataMetric {
    /// The id.
    pub id: &'static str,
    /// A title for people.
    pub title: &'static str,
    /// What it is, exactly.
    pub formula: &'static str,
    /// What is measured: `each column`, or `whole rows`.
    pub about: &'static str,
    /// The rows that it is a share of.
    pub denominator: &'static str,
    /// When it is undefined.
    pub undefined_when: &'static str,
    /// A function that gives the same number.
    pub reference: &'static str,
    counted: What,
    /// What its numbers are.
    pub unit: DataUnit,
}

/// Which counts a measurement is made of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    /// One.
    One(Counted),
    /// Personal data, by whether values are checked, or only look like it or are named so.
    Personal { checked: bool },
    /// None: it follows from several counts.
    Derived,
}

/// What the numbers of a measurement are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataUnit {
    /// A share, in [0, 1]; shown in percent.
    Share,
    /// A difference of two shares, in [-1, 1]; shown in percent.
    Gap,
    /// A number of rows or of other things.
    Number,
    /// A number without a unit.
    Plain,
    /// How many times as much as something else.
    Times,
    /// Days.
    Days,
}

impl fmt::Debug for DataMetric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

const ALL_ROWS: &str = "all rows of the part; where they are more than 524,288 different ones, those with the smallest hashes";
const PERSONAL_CELLS: &str = "cells with a value; of more than 16,384 different ones, those with the smallest hashes";
const NO_ROWS: &str = "there are no rows";

/// Every measurement, in the order in which they are listed.
pub const DATA_METRICS: &[DataMetric] = &[
    DataMetric {
        id: "row_count",
        title: "Rows",
        formula: "the number of rows",
        about: "whole rows",
        denominator: "all rows of the part",
        undefined_when: "never",
        reference: "len(frame)",
        counted: What::One(Counted::Rows),
        unit: DataUnit::Number,
    },
    DataMetric {
        id: "missing_rate",
        title: "Missing values",
        formula: "rows without a value / rows; NaN and the cells of `data.missing_values` are no values",
        about: "each column",
        denominator: "all rows of the part",
        undefined_when: NO_ROWS,
        reference: "frame[column].isna().mean()",
        counted: What::One(Counted::Missing),
        unit: DataUnit::Share,
    },
    DataMetric {
        id: "non_finite_rate",
        title: "Numbers that are infinite or NaN",
        formula: "rows whose number is infinite or NaN / rows",
        about: "each column of numbers",
        denominator: "all rows of the part",
        undefined_when: NO_ROWS,
        reference: "(~numpy.isfinite(column.dropna())).sum() / len(column)",
        counted: What::One(Counted::NonFinite),
        unit: DataUnit::Share,
    },
    DataMetric {
        id: "missing_like_rate",
        title: "Texts that look like missing values",
        formula: "rows whose text is -, --, ?, n/a, nan, null or the like in any case, and is not declared in `data.missing_values` / rows",
        about: "each column of texts",
        denominator: "all rows of the part",
        undefined_when: NO_ROWS,
        reference: "frame[column].str.lower().isin([...]).mean()",
        counted: What::One(Counted::MissingLike),
        unit: DataUnit::Share,
    },
    DataMetric {
        id: "similar_text_rate",
        title: "Texts that are written in several ways",
        formula: "rows whose text differs from a more frequent one only by case, spaces, underscores, or hyphens within / rows",
        about: "each column of texts that are not mostly different",
        denominator: "all rows of the part; of more than 16,384 texts, those with the smallest hashes",
        undefined_when: NO_ROWS,
        reference: "1 - frame.groupby(column.str.lower().str.replace('[ _-]', ''))[column].apply(lambda x: x.value_counts().max()).sum() / len(frame)",
        counted: What::One(Counted::SimilarTexts),
        unit: DataUnit::Share,
    },
    DataMetric {
        id: "most_frequent_rate",
        title: "Most frequent value",
        formula: "rows with the most frequent value / rows; missing is a value here",
        about: "each column",
        denominator: "all rows of the part",
        undefined_when: NO_ROWS,
        reference: "frame[column].value_counts(dropna=False, normalize=True).max()",
        counted: What::One(Counted::MostFrequent),
        unit: DataUnit::Share,
    },
    DataMetric {
        id: "distinct_rate",
        title: "Different values",
        formula: "different values / rows that have one; estimated from hashes where there are more than 16,384",
        about: "each column of texts, and of whole numbers that lie as close together as counted rows do",
        denominator: "rows that have a value",
        undefined_when: "no row has a value",
        reference: "frame[column].nunique() / frame[column].count()",
        counted: What::One(Counted::Distinct),
        unit: DataUnit::Share,
    },
    DataMetric {
        id: "duplicate_row_rate",
        title: "Repeated rows",
        formula: "rows that say what an earlier one has said in every feature / rows; numbers with a fraction count to about six digits",
        about: "whole rows",
        denominator: ALL_ROWS,
        undefined_when: NO_ROWS,
        reference: "frame[features].duplicated().mean()",
        counted: What::One(Counted::Repeated),
        unit: DataUnit::Share,
    },
    DataMetric {
        id: "conflicting_label_rate",
        title: "Labels that contradict each other",
        formula: "rows that say what a row with another label says in every feature / rows",
        about: "whole rows",
        denominator: ALL_ROWS,
        undefined_when: "there are no rows, or no labels",
        reference: "(frame.groupby(features)[label].transform('nunique') > 1).mean()",
        counted: What::One(Counted::Conflicting),
        unit: DataUnit::Share,
    },
    DataMetric {
        id: "train_test_overlap_rate",
        title: "Test rows that are training rows",
        formula: "test rows that say what a training row says in every feature that both have / test rows",
        about: "whole rows",
        denominator: "all test rows; where there are more than 524,288 different rows, those with the smallest hashes",
        undefined_when: "there are no test rows",
        reference: "pandas.merge(test, train.drop_duplicates(), on=features).shape[0] / len(test)",
        counted: What::One(Counted::Shared),
        unit: DataUnit::Share,
    },
    DataMetric {
        id: "train_test_overlap_with_label_rate",
        title: "Test rows that are training rows, with their labels",
        formula: "test rows that say what a training row says in every feature that both have and in the label / test rows",
        about: "whole rows",
        denominator: "all test rows; where there are more than 524,288 different rows, those with the smallest hashes",
        undefined_when: "there are no test rows",
        reference: "pandas.merge(test, train.drop_duplicates(), on=features + [label]).shape[0] / len(test)",
        counted: What::One(Counted::SharedWithLabel),
        unit: DataUnit::Share,
    },
    DataMetric {
        id: "personal_data_rate",
        title: "Personal data with a check",
        formula: "cells that are e-mail addresses, IBANs, payment cards, IP and MAC addresses, Bitcoin addresses, web addresses with a user, access tokens and keys, US social security, UK NHS, Indian Aadhaar, Spanish NIF, Polish PESEL, Italian fiscal code, Brazilian CPF or Canadian social insurance numbers, by their check digits or structure / cells with a value; at least three different ones, and enough of a column for its kind (95 % where one check digit lets every tenth number pass)",
        about: "each column that is taken for personal data, by its surest kind",
        denominator: PERSONAL_CELLS,
        undefined_when: "the column is not taken for personal data",
        reference: "a labelled fixture of 37 generated columns in 40 files: precision 0.998, recall 1.000 (`cargo xtask bench`)",
        counted: What::Personal { checked: true },
        unit: DataUnit::Share,
    },
    DataMetric {
        id: "likely_personal_data_rate",
        title: "Likely personal data",
        formula: "cells that look like telephone numbers, exact places or texts with an e-mail address, or like names, dates of birth, postal addresses or numbers of a person, case or file in a column whose name says so / cells with a value",
        about: "each column that is taken for personal data, by its surest kind",
        denominator: PERSONAL_CELLS,
        undefined_when: "the column is not taken for personal data",
        reference: "names of people in free text are not found, nor columns whose name says nothing",
        counted: What::Personal { checked: false },
        unit: DataUnit::Share,
    },
    DataMetric {
        id: "outside_range_rate",
        title: "Numbers outside the agreed range",
        formula: "rows whose number is below `min` or above `max` of the contract / rows",
        about: "each column with a range in the contract",
        denominator: "all rows of the part",
        undefined_when: NO_ROWS,
        reference: "(~column.dropna().between(min, max)).sum() / len(column)",
        counted: What::One(Counted::OutsideRange),
        unit: DataUnit::Share,
    },
    DataMetric {
        id: "other_value_rate",
        title: "Texts that are not agreed",
        formula: "rows whose text is none of `values` of the contract / rows",
        about: "each column with values in the contract",
        denominator: "all rows of the part",
        undefined_when: NO_ROWS,
        reference: "(~column.dropna().isin(values)).sum() / len(column)",
        counted: What::One(Counted::OtherValues),
        unit: DataUnit::Share,
    },
    DataMetric {
        id: "entity_overlap_rate",
        title: "Test rows about somebody that training rows are about",
        formula: "test rows whose `data.entity` a training row has as well / test rows that have one",
        about: "whole rows",
        denominator: "test rows with a value of `data.entity`",
        undefined_when: "no test row has one",
        reference: "test[entity].dropna().isin(train[entity]).mean()",
        counted: What::One(Counted::SharedEntities),
        unit: DataUnit::Share,
    },
    DataMetric {
        id: "before_training_end_rate",
        title: "Test rows that are older than a training row",
        formula: "test rows whose `data.time` is before that of the latest training row / test rows with a time",
        about: "whole rows",
        denominator: "test rows with a time that can be read; of more than 16,384 times, those with the smallest hashes",
        undefined_when: "no test row has a time",
        reference: "(test[time] < train[time].max()).mean()",
        counted: What::One(Counted::BeforeTrainingEnd),
        unit: DataUnit::Share,
    },
    DataMetric {
        id: "future_time_rate",
        title: "Rows from the future",
        formula: "rows whose `data.time` is a date after now / rows with a time",
        about: "whole rows",
        denominator: "rows with a time that can be read",
        undefined_when: "no row has a time",
        reference: "(pandas.to_datetime(frame[time], utc=True) > now).mean()",
        counted: What::One(Counted::Future),
        unit: DataUnit::Share,
    },
    DataMetric {
        id: "unreadable_time_rate",
        title: "Times that cannot be read",
        formula: "rows whose `data.time` is neither a date such as 2026-05-31 or 2026-05-31T17:05:09+02:00 nor a number, or is a number that is no time since 1970 where at least nine tenths are dates, or a date where they are not / rows that say something there",
        about: "whole rows",
        denominator: "rows that say something in `data.time`",
        undefined_when: "no row does",
        reference: "pandas.to_datetime(frame[time].dropna(), errors='coerce').isna().mean()",
        counted: What::One(Counted::UnreadableTimes),
        unit: DataUnit::Share,
    },
    DataMetric {
        id: "class_balance",
        title: "Rarest class to most frequent class",
        formula: "rows of the rarest class / rows of the most frequent class",
        about: "whole rows",
        denominator: "rows of the most frequent class",
        undefined_when: "there are fewer than two classes, or labels are no classes",
        reference: "frame[label].value_counts().pipe(lambda counts: counts.min() / counts.max())",
        counted: What::One(Counted::RarestClass),
        unit: DataUnit::Share,
    },
    DataMetric {
        id: "few_alike_rate",
        title: "Rows that few others are like",
        formula: "rows whose combination of `data.quasi_identifiers` fewer than 5 rows have / rows (k-anonymity with k = 5)",
        about: "whole rows",
        denominator: ALL_ROWS,
        undefined_when: NO_ROWS,
        reference: "(frame.groupby(quasi_identifiers, dropna=False)[quasi_identifiers[0]].transform('size') < 5).mean()",
        counted: What::One(Counted::FewAlike),
        unit: DataUnit::Share,
    },
    DataMetric {
        id: "missing_rate_difference",
        title: "Missing values of some groups",
        formula: "largest minus smallest share of missing values among the groups of an axis with `evaluation.min_support` rows, and 100 at least",
        about: "each column, by each axis of `evaluation.slices`",
        denominator: "rows of the smallest of these groups",
        undefined_when: "fewer than two groups have so many rows",
        reference: "frame.groupby(axis)[column].apply(lambda x: x.isna().mean()).pipe(lambda rates: rates.max() - rates.min()); interval: Newcombe, of these two groups",
        counted: What::Derived,
        unit: DataUnit::Share,
    },
    DataMetric {
        id: "proxy_strength",
        title: "Columns that stand for a group",
        formula: "Cramér's V between the values of the column (its bins or levels) and the groups of an axis, corrected for bias (Bergsma 2013)",
        about: "each column, by each axis of `evaluation.slices` that is made of another column",
        denominator: "rows of groups with `evaluation.min_support` rows, and 100 at least",
        undefined_when: "fewer than two groups have so many rows, or all rows say the same",
        reference: "the formula of Bergsma (2013) on scipy.stats.chi2_contingency(correction=False)",
        counted: What::Derived,
        unit: DataUnit::Share,
    },
    DataMetric {
        id: "single_column_auc",
        title: "Columns that give the label away",
        formula: "area under the ROC curve of the best guess from one column: its bins or levels (of 11 rows or more), ordered by their share of a class among the training rows, where they are known, and tried on the test rows; else ordered by the test rows themselves; of more than two classes the mean of each against all others",
        about: "each column, where there are classes",
        denominator: "test rows with a label",
        undefined_when: "fewer than two classes",
        reference: "sklearn.metrics.roc_auc_score(label, column.map(training_share_of_positives))",
        counted: What::Derived,
        unit: DataUnit::Share,
    },
    groups::GROUP_ROW_COUNT,
    groups::LABEL_RATE,
    groups::LABEL_RATE_DIFFERENCE,
    groups::LABEL_DIVERGENCE,
    groups::GROUP_RATE,
    groups::POPULATION_RATIO,
    groups::OUTSIDE_POPULATION_RATE,
    groups::MISSING_GROUP_COUNT,
    groups::POPULATION_FIT_P,
    groups::ANNOTATOR_AGREEMENT,
    people::OUTLIER_RATE,
    people::L_DIVERSITY,
    people::ENTROPY_L_DIVERSITY,
    people::T_CLOSENESS,
    people::AGE_DAYS,
    people::LONGEST_GAP_DAYS,
    look::LABEL_NOISE_RATE,
    look::LABEL_NOISE_DIFFERENCE,
    look::NEIGHBOR_DISAGREEMENT_RATE,
    look::NEAR_DUPLICATE_RATE,
    look::ORDER_P,
    look::ORDER_AUC,
    look::TRAINING_GAP,
    look::BATCH_DEPENDENCE_RATE,
    look::TRIGGER_PATTERN_RATE,
    look::LOCAL_OUTLIER_RATE,
    DataMetric {
        id: "zoneless_time_rate",
        title: "Times of day without a zone among others with one",
        formula: "rows whose `data.time` has a time of day and no zone / rows whose `data.time` has a time of day; 0 where no row has a zone",
        about: "whole rows",
        denominator: "rows whose `data.time` has a time of day",
        undefined_when: "no row has one",
        reference: "frame[time].str.len().gt(10) & ~frame[time].str[11:].str.contains('[Zz+-]')",
        counted: What::One(Counted::ZonelessTimes),
        unit: DataUnit::Share,
    },
    look::SINGLE_COLUMN_AUC_DROP,
    look::SINGLE_COLUMN_R2,
    look::NEW_ROW_NOISE_DIFFERENCE,
    look::NEW_ROW_HARM,
    look::SPECTRAL_OUTLIER_RATE,
    look::SEPARATE_CLUSTER_RATE,
    look::ENCODED_GROUP_AUC,
    apart::TOLD_APART_AUC,
    apart::RECONSTRUCTION_SHIFT,
    apart::ESTIMATED_IN_USE,
    apart::ESTIMATED_LOSS,
    apart::GROUP_SCORE_AUC,
    apart::SOURCE_RATE,
    DataMetric {
        id: "mixed_type_rate",
        title: "Texts among numbers, or numbers among texts",
        formula: "cells of the rarer of both kinds, where they are a tenth at the most (else 0) / cells with a number or a text that does not look like a missing value",
        about: "each column that holds any text",
        denominator: "cells with a number or a text that does not look like a missing value",
        undefined_when: NO_ROWS,
        reference: "pandas.to_numeric(frame[column], errors='coerce').isna().mean()",
        counted: What::One(Counted::OddTypes),
        unit: DataUnit::Share,
    },
    DataMetric {
        id: "train_test_near_overlap_rate",
        title: "Test rows that are nearly training rows",
        formula: "test rows that say nearly what a training row says, and not the same (`train_test_overlap_rate`) / test rows; numbers with a fraction nearly agree to 10 binary digits (about three decimal ones), or as many more (up to 20) as it takes that chance alone gives no such row among 100,000; texts without case, spaces, underscores and hyphens; columns with a value of their own in more than 99 % of 30 or more rows, and those with one value in each part, are left out, since they would hide a copy",
        about: "whole rows, by the features that both parts have",
        denominator: "all test rows; where there are more than 524,288 different rows, those with the smallest hashes",
        undefined_when: "there are no test rows",
        reference: "pandas.merge(rounded(test), rounded(train).drop_duplicates(), on=features).shape[0] / len(test) - train_test_overlap_rate",
        counted: What::One(Counted::NearlyShared),
        unit: DataUnit::Share,
    },
    DataMetric {
        id: "repeated_id_rate",
        title: "Rows with the id of another row",
        formula: "rows whose `data.id` another row has, all but one of each / rows with an id",
        about: "whole rows",
        denominator: "rows with a value of `data.id`; of more than 131,072 different ones, those with the smallest hashes",
        undefined_when: "no row has one",
        reference: "frame[id].dropna().duplicated().mean()",
        counted: What::One(Counted::RepeatedIds),
        unit: DataUnit::Share,
    },
    DataMetric {
        id: "id_overlap_rate",
        title: "Test rows with the id of a training row",
        formula: "test rows whose `data.id` a training row has as well / test rows with an id",
        about: "whole rows; not where ids are whole numbers as close together as those of counted rows, and the part with fewer shares all of its ids: such files both count their rows",
        denominator: "test rows with a value of `data.id`; of more than 131,072 different ones, those with the smallest hashes",
        undefined_when: "no test row has one",
        reference: "test[id].dropna().isin(train[id]).mean()",
        counted: What::One(Counted::SharedIds),
        unit: DataUnit::Share,
    },
    DataMetric {
        id: "k_anonymity",
        title: "Fewest rows that are alike",
        formula: "the smallest number of rows that agree in all quasi-identifiers (the k of k-anonymity)",
        about: "whole rows, by `data.quasi_identifiers`",
        denominator: ALL_ROWS,
        undefined_when: "never; 0 where there are no rows",
        reference: "frame.groupby(quasi_identifiers, dropna=False).size().min()",
        counted: What::One(Counted::FewestAlike),
        unit: DataUnit::Number,
    },
    DataMetric {
        id: "unread_rate",
        title: "Values that cannot be read",
        formula: "1 for a column whose type cannot be read (lists, structures, bytes)",
        about: "each column that cannot be read and has no role",
        denominator: "all rows of the part",
        undefined_when: NO_ROWS,
        reference: "1.0 if pyarrow.types.is_nested(field.type) else 0.0",
        counted: What::One(Counted::Unread),
        unit: DataUnit::Share,
    },
    DataMetric {
        id: "alike_named_rate",
        title: "Columns that are named alike",
        formula: "1 for a column whose name differs from that of an earlier one by nothing but case and spaces at its ends",
        about: "each such column",
        denominator: "all rows of the part",
        undefined_when: NO_ROWS,
        reference: "frame.columns.str.strip().str.lower().duplicated()",
        counted: What::One(Counted::AlikeNamed),
        unit: DataUnit::Share,
    },
];

impl DataMetric {
    /// Whether it is what this key counts.
    pub(super) fn counts(&self, key: &DataKey) -> bool {
        match (self.counted, key.what) {
            (What::Personal { checked }, Counted::Personal(kind)) => checked == (kind.evidence() == Evidence::Checked),
            (What::One(counted), what) => counted == what,
            (What::Personal { .. } | What::Derived, _) => false,
        }
    }

    /// Whether it is a number of rows or the like, and no share.
    #[must_use]
    pub fn is_number(&self) -> bool {
        self.unit == DataUnit::Number
    }

    /// What its interval is, in words.
    #[must_use]
    pub fn interval(&self) -> &'static str {
        match self.counted {
            What::Derived => "as its formula says; where it names none, there is none",
            What::One(_) | What::Personal { .. } => {
                "none, because all rows of a file are counted; where only a sample is, the wider of Wilson's and the exact mid-p"
            }
        }
    }

    /// The measurement of a count.
    pub(super) fn estimate(&self, count: &DataCount, z: f64) -> Estimate {
        if self.is_number() {
            return measured(count.hits as f64, count.of, None);
        }
        if count.of == 0 {
            return Estimate::Undefined { reason: Reason::NoRows, n: 0 };
        }
        let share = count.hits as f64 / count.of as f64;
        measured(share, count.of, count.sampled.then(|| proportion(share, count.of as f64, z)))
    }
}

fn measured(value: f64, n: u64, interval: Option<crate::Interval>) -> Estimate {
    Estimate::Measured(Measured { value, interval, n, binning_error: 0.0 })
}

impl DataMetricId {
    /// See `row_count`.
    pub const ROW_COUNT: Self = Self(0);
    /// See `missing_rate`.
    pub const MISSING_RATE: Self = Self(1);
    /// See `non_finite_rate`.
    pub const NON_FINITE_RATE: Self = Self(2);
    /// See `missing_like_rate`.
    pub const MISSING_LIKE_RATE: Self = Self(3);
    /// See `similar_text_rate`.
    pub const SIMILAR_TEXT_RATE: Self = Self(4);
    /// See `most_frequent_rate`.
    pub const MOST_FREQUENT_RATE: Self = Self(5);
    /// See `distinct_rate`.
    pub const DISTINCT_RATE: Self = Self(6);
    /// See `duplicate_row_rate`.
    pub const DUPLICATE_ROW_RATE: Self = Self(7);
    /// See `conflicting_label_rate`.
    pub const CONFLICTING_LABEL_RATE: Self = Self(8);
    /// See `train_test_overlap_rate`.
    pub const TRAIN_TEST_OVERLAP_RATE: Self = Self(9);
    /// See `train_test_overlap_with_label_rate`.
    pub const TRAIN_TEST_OVERLAP_WITH_LABEL_RATE: Self = Self(10);
    /// See `personal_data_rate`.
    pub const PERSONAL_DATA_RATE: Self = Self(11);
    /// See `likely_personal_data_rate`.
    pub const LIKELY_PERSONAL_DATA_RATE: Self = Self(12);

    /// See `outside_range_rate`.
    pub const OUTSIDE_RANGE_RATE: Self = Self(13);
    /// See `other_value_rate`.
    pub const OTHER_VALUE_RATE: Self = Self(14);
    /// See `entity_overlap_rate`.
    pub const ENTITY_OVERLAP_RATE: Self = Self(15);
    /// See `before_training_end_rate`.
    pub const BEFORE_TRAINING_END_RATE: Self = Self(16);
    /// See `future_time_rate`.
    pub const FUTURE_TIME_RATE: Self = Self(17);
    /// See `unreadable_time_rate`.
    pub const UNREADABLE_TIME_RATE: Self = Self(18);
    /// See `class_balance`.
    pub const CLASS_BALANCE: Self = Self(19);
    /// See `few_alike_rate`.
    pub const FEW_ALIKE_RATE: Self = Self(20);

    /// See `missing_rate_difference`.
    pub const MISSING_RATE_DIFFERENCE: Self = Self(21);
    /// See `proxy_strength`.
    pub const PROXY_STRENGTH: Self = Self(22);
    /// See `single_column_auc`.
    pub const SINGLE_COLUMN_AUC: Self = Self(23);

    /// See `group_row_count`.
    pub const GROUP_ROW_COUNT: Self = Self(24);
    /// See `label_rate`.
    pub const LABEL_RATE: Self = Self(25);
    /// See `label_rate_difference`.
    pub const LABEL_RATE_DIFFERENCE: Self = Self(26);
    /// See `label_divergence`.
    pub const LABEL_DIVERGENCE: Self = Self(27);
    /// See `group_rate`.
    pub const GROUP_RATE: Self = Self(28);
    /// See `population_ratio`.
    pub const POPULATION_RATIO: Self = Self(29);
    /// See `outside_population_rate`.
    pub const OUTSIDE_POPULATION_RATE: Self = Self(30);
    /// See `missing_group_count`.
    pub const MISSING_GROUP_COUNT: Self = Self(31);
    /// See `population_fit_p`.
    pub const POPULATION_FIT_P: Self = Self(32);
    /// See `annotator_agreement`.
    pub const ANNOTATOR_AGREEMENT: Self = Self(33);
    /// See `outlier_rate`.
    pub const OUTLIER_RATE: Self = Self(34);
    /// See `l_diversity`.
    pub const L_DIVERSITY: Self = Self(35);
    /// See `entropy_l_diversity`.
    pub const ENTROPY_L_DIVERSITY: Self = Self(36);
    /// See `t_closeness`.
    pub const T_CLOSENESS: Self = Self(37);
    /// See `age_days`.
    pub const AGE_DAYS: Self = Self(38);
    /// See `longest_gap_days`.
    pub const LONGEST_GAP_DAYS: Self = Self(39);
    /// See `label_noise_rate`.
    pub const LABEL_NOISE_RATE: Self = Self(40);
    /// See `label_noise_difference`.
    pub const LABEL_NOISE_DIFFERENCE: Self = Self(41);
    /// See `neighbor_disagreement_rate`.
    pub const NEIGHBOR_DISAGREEMENT_RATE: Self = Self(42);
    /// See `near_duplicate_rate`.
    pub const NEAR_DUPLICATE_RATE: Self = Self(43);
    /// See `order_p`.
    pub const ORDER_P: Self = Self(44);
    /// See `order_auc`.
    pub const ORDER_AUC: Self = Self(45);
    /// See `training_gap`.
    pub const TRAINING_GAP: Self = Self(46);
    /// See `batch_dependence_rate`.
    pub const BATCH_DEPENDENCE_RATE: Self = Self(47);
    /// See `trigger_pattern_rate`.
    pub const TRIGGER_PATTERN_RATE: Self = Self(48);
    /// See `local_outlier_rate`.
    pub const LOCAL_OUTLIER_RATE: Self = Self(49);
    /// See `zoneless_time_rate`.
    pub const ZONELESS_TIME_RATE: Self = Self(50);
    /// See `single_column_auc_drop`.
    pub const SINGLE_COLUMN_AUC_DROP: Self = Self(51);
    /// See `single_column_r2`.
    pub const SINGLE_COLUMN_R2: Self = Self(52);
    /// See `new_row_noise_difference`.
    pub const NEW_ROW_NOISE_DIFFERENCE: Self = Self(53);
    /// See `new_row_harm`.
    pub const NEW_ROW_HARM: Self = Self(54);
    /// See `spectral_outlier_rate`.
    pub const SPECTRAL_OUTLIER_RATE: Self = Self(55);
    /// See `separate_cluster_rate`.
    pub const SEPARATE_CLUSTER_RATE: Self = Self(56);
    /// See `encoded_group_auc`.
    pub const ENCODED_GROUP_AUC: Self = Self(57);
    /// See `told_apart_auc`.
    pub const TOLD_APART_AUC: Self = Self(58);
    /// See `reconstruction_shift`.
    pub const RECONSTRUCTION_SHIFT: Self = Self(59);
    /// See `estimated_in_use`.
    pub const ESTIMATED_IN_USE: Self = Self(60);
    /// See `estimated_loss`.
    pub const ESTIMATED_LOSS: Self = Self(61);
    /// See `group_score_auc`.
    pub const GROUP_SCORE_AUC: Self = Self(62);
    /// See `source_rate`.
    pub const SOURCE_RATE: Self = Self(63);
    /// See `mixed_type_rate`.
    pub const MIXED_TYPE_RATE: Self = Self(64);
    /// See `train_test_near_overlap_rate`.
    pub const TRAIN_TEST_NEAR_OVERLAP_RATE: Self = Self(65);
    /// See `repeated_id_rate`.
    pub const REPEATED_ID_RATE: Self = Self(66);
    /// See `id_overlap_rate`.
    pub const ID_OVERLAP_RATE: Self = Self(67);
    /// See `k_anonymity`.
    pub const K_ANONYMITY: Self = Self(68);
    /// See `unread_rate`.
    pub const UNREAD_RATE: Self = Self(69);
    /// See `alike_named_rate`.
    pub const ALIKE_NAMED_RATE: Self = Self(70);

    /// Every id, in the order of the catalogue.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..DATA_METRICS.len()).filter_map(|place| u16::try_from(place).ok()).map(Self)
    }

    /// Whether it is about personal data, which most columns are not taken for.
    #[must_use]
    pub fn is_about_personal_data(self) -> bool {
        matches!(self.metric().counted, What::Personal { .. })
    }

    /// Looks an id up, exactly as written in the catalogue.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        Self::all().find(|known| known.metric().id == id)
    }

    /// The catalogue's row.
    #[must_use]
    pub fn metric(self) -> &'static DataMetric {
        // Ids are made from the catalogue's places alone.
        DATA_METRICS.get(usize::from(self.0)).unwrap_or(&DATA_METRICS[0])
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.metric().id
    }
}

impl fmt::Display for DataMetricId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_name_their_rows() {
        for (id, name) in [
            (DataMetricId::ROW_COUNT, "row_count"),
            (DataMetricId::MISSING_RATE, "missing_rate"),
            (DataMetricId::NON_FINITE_RATE, "non_finite_rate"),
            (DataMetricId::MISSING_LIKE_RATE, "missing_like_rate"),
            (DataMetricId::SIMILAR_TEXT_RATE, "similar_text_rate"),
            (DataMetricId::MOST_FREQUENT_RATE, "most_frequent_rate"),
            (DataMetricId::DISTINCT_RATE, "distinct_rate"),
            (DataMetricId::DUPLICATE_ROW_RATE, "duplicate_row_rate"),
            (DataMetricId::CONFLICTING_LABEL_RATE, "conflicting_label_rate"),
            (DataMetricId::TRAIN_TEST_OVERLAP_RATE, "train_test_overlap_rate"),
            (DataMetricId::TRAIN_TEST_OVERLAP_WITH_LABEL_RATE, "train_test_overlap_with_label_rate"),
            (DataMetricId::PERSONAL_DATA_RATE, "personal_data_rate"),
            (DataMetricId::LIKELY_PERSONAL_DATA_RATE, "likely_personal_data_rate"),
            (DataMetricId::SINGLE_COLUMN_AUC, "single_column_auc"),
            (DataMetricId::GROUP_ROW_COUNT, "group_row_count"),
            (DataMetricId::LABEL_RATE, "label_rate"),
            (DataMetricId::LABEL_RATE_DIFFERENCE, "label_rate_difference"),
            (DataMetricId::LABEL_DIVERGENCE, "label_divergence"),
            (DataMetricId::GROUP_RATE, "group_rate"),
            (DataMetricId::POPULATION_RATIO, "population_ratio"),
            (DataMetricId::OUTSIDE_POPULATION_RATE, "outside_population_rate"),
            (DataMetricId::MISSING_GROUP_COUNT, "missing_group_count"),
            (DataMetricId::POPULATION_FIT_P, "population_fit_p"),
            (DataMetricId::ANNOTATOR_AGREEMENT, "annotator_agreement"),
            (DataMetricId::OUTLIER_RATE, "outlier_rate"),
            (DataMetricId::L_DIVERSITY, "l_diversity"),
            (DataMetricId::ENTROPY_L_DIVERSITY, "entropy_l_diversity"),
            (DataMetricId::T_CLOSENESS, "t_closeness"),
            (DataMetricId::AGE_DAYS, "age_days"),
            (DataMetricId::LONGEST_GAP_DAYS, "longest_gap_days"),
            (DataMetricId::LABEL_NOISE_RATE, "label_noise_rate"),
            (DataMetricId::LABEL_NOISE_DIFFERENCE, "label_noise_difference"),
            (DataMetricId::NEIGHBOR_DISAGREEMENT_RATE, "neighbor_disagreement_rate"),
            (DataMetricId::NEAR_DUPLICATE_RATE, "near_duplicate_rate"),
            (DataMetricId::ORDER_P, "order_p"),
            (DataMetricId::ORDER_AUC, "order_auc"),
            (DataMetricId::TRAINING_GAP, "training_gap"),
            (DataMetricId::BATCH_DEPENDENCE_RATE, "batch_dependence_rate"),
            (DataMetricId::TRIGGER_PATTERN_RATE, "trigger_pattern_rate"),
            (DataMetricId::LOCAL_OUTLIER_RATE, "local_outlier_rate"),
            (DataMetricId::ENCODED_GROUP_AUC, "encoded_group_auc"),
            (DataMetricId::ZONELESS_TIME_RATE, "zoneless_time_rate"),
            (DataMetricId::SINGLE_COLUMN_AUC_DROP, "single_column_auc_drop"),
            (DataMetricId::SINGLE_COLUMN_R2, "single_column_r2"),
            (DataMetricId::NEW_ROW_NOISE_DIFFERENCE, "new_row_noise_difference"),
            (DataMetricId::NEW_ROW_HARM, "new_row_harm"),
            (DataMetricId::SPECTRAL_OUTLIER_RATE, "spectral_outlier_rate"),
            (DataMetricId::SEPARATE_CLUSTER_RATE, "separate_cluster_rate"),
            (DataMetricId::TOLD_APART_AUC, "told_apart_auc"),
            (DataMetricId::RECONSTRUCTION_SHIFT, "reconstruction_shift"),
            (DataMetricId::ESTIMATED_IN_USE, "estimated_in_use"),
            (DataMetricId::ESTIMATED_LOSS, "estimated_loss"),
            (DataMetricId::GROUP_SCORE_AUC, "group_score_auc"),
            (DataMetricId::SOURCE_RATE, "source_rate"),
            (DataMetricId::MIXED_TYPE_RATE, "mixed_type_rate"),
            (DataMetricId::TRAIN_TEST_NEAR_OVERLAP_RATE, "train_test_near_overlap_rate"),
            (DataMetricId::REPEATED_ID_RATE, "repeated_id_rate"),
            (DataMetricId::ID_OVERLAP_RATE, "id_overlap_rate"),
            (DataMetricId::K_ANONYMITY, "k_anonymity"),
            (DataMetricId::UNREAD_RATE, "unread_rate"),
            (DataMetricId::ALIKE_NAMED_RATE, "alike_named_rate"),
        ] {
            assert_eq!((id.as_str(), DataMetricId::parse(name)), (name, Some(id)));
        }
        assert_eq!(DataMetricId::parse("missing"), None);
    }

    #[test]
    fn shares_of_all_rows_are_facts_and_shares_of_a_sample_are_estimates() {
        let metric = DataMetricId::DUPLICATE_ROW_RATE.metric();
        let count = |hits, of, sampled| metric.estimate(&DataCount { hits, of, sampled }, 1.96);
        let value = |estimate: Estimate| estimate.measured().map(|measured| (measured.value, measured.interval.is_some()));
        assert_eq!(value(count(1, 4, false)), Some((0.25, false)));
        assert_eq!(value(count(1, 4, true)), Some((0.25, true)));
        assert_eq!(count(0, 0, false), Estimate::Undefined { reason: Reason::NoRows, n: 0 });
    }
}
