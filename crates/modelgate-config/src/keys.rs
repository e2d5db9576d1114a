//! The one table of keys: the structural check, the JSON Schema, the defaults and the reference all read it.

mod contract;
mod data_checks;
mod pack;
mod system;

use modelgate_cube::{Profile, TaskKind};
use modelgate_model::{Estimator, MOST_ITERATIONS};

use crate::kind::Kind::{
    Date, Flag, List as ListOf, Names, Number, OneOf, Scalar, Text, TextOrSection, Version, Whole, WordOrList,
};
use crate::kind::Together::{AtLeast, AtMost, Exactly};
use crate::kind::{Choice, Key, Kind, LEVEL, List, METRIC, RULE, Range, Section};
pub(crate) use contract::CONTRACT;
use data_checks::DATA_CHECKS;
pub(crate) use pack::PACK;
pub(crate) use system::SYSTEM;

/// The largest whole number that every JSON reader holds exactly.
const MOST_EXACT: u64 = (1 << 53) - 1;

/// Most columns that rows are cut by.
pub(crate) const MOST_AXES: usize = 20;

/// Most items of lists that have no tighter limit.
const MANY: usize = 10_000;

const ANY: Range = Range { lowest: f64::NEG_INFINITY, highest: f64::INFINITY, open: false };
const AT_LEAST_0: Range = Range { lowest: 0.0, highest: f64::INFINITY, open: false };
const ABOVE_0: Range = Range { lowest: 0.0, highest: f64::INFINITY, open: true };
const BETWEEN_0_AND_1: Range = Range { lowest: 0.0, highest: 1.0, open: true };
const SHARE: Range = Range { lowest: 0.0, highest: 1.0, open: false };
const BELOW_ONE_HALF: Range = Range { lowest: 0.0, highest: 0.5, open: true };
const AT_LEAST_1: Range = Range { lowest: 1.0, highest: f64::INFINITY, open: false };
const CONFIDENCE: Range = Range { lowest: 0.5, highest: 1.0, open: true };

const ESTIMATOR: Choice = Choice { error: "unknown-estimator", noun: "estimator", names: || Estimator::IDS.to_vec(), help: None };

const PROFILE: Choice = Choice { error: "unknown-profile", noun: "profile", names: || Profile::IDS.to_vec(), help: None };

const TASK: Choice =
    Choice { error: "unknown-task", noun: "task", names: || TaskKind::ALL.iter().map(|task| task.id()).collect(), help: None };

const fn texts(least: usize, unique: bool) -> List {
    List { item: &Text, least, most: MANY, unique }
}

/// The whole file.
pub(crate) const ROOT: Section = Section {
    keys: &[
        Key::required("version", Version, "The version of this format: 1."),
        Key::required("model", Kind::Section(&MODEL), "The model that is judged, and where its predictions come from."),
        Key::required("data", Kind::Section(&DATA), "The rows, and what their columns mean."),
        Key::optional("evaluation", Kind::Section(&EVALUATION), "What is measured, and how."),
        Key::optional(
            "baseline",
            Kind::Section(&BASELINE),
            "What the model is compared with; without it, the nearest release tag.",
        ),
        Key::optional(
            "anchor",
            Kind::Section(&ANCHOR),
            "A pinned release that every `max_regression` holds against as well, so that many small losses cannot add up unseen; `modelgate rebless` moves it.",
        ),
        Key::required(
            "gates",
            ListOf(List { item: &Kind::Section(&GATE), least: 1, most: 1_000, unique: false }),
            "The limits; at least one, because a gate without limits cannot fail.",
        ),
        Key::optional("data_checks", Kind::Section(&DATA_CHECKS), "From when what the data shows counts."),
        Key::optional("rules", Names(RULE, LEVEL), "Levels of rules that differ from the rules' own."),
        Key::optional(
            "waivers",
            ListOf(List { item: &Kind::Section(&WAIVER), least: 0, most: 1_000, unique: false }),
            "Failures that a named person accepts until a day.",
        ),
        Key::optional(
            "waivers_file",
            Text,
            "A file with `version: 1` and more of `waivers`, such as `modelgate.waivers.yml`, so that who accepts what is a change of its own; `modelgate waive` adds to it.",
        ),
        Key::optional(
            "disclosure",
            Kind::Section(&DISCLOSURE),
            "Who may read what is published, and what is therefore withheld; docs/disclosure.md tells what each profile shows.",
        ),
        Key::optional(
            "system",
            Text,
            "The file with the facts about the system, such as `modelgate.system.yml`; `modelgate config reference --of system` lists what may be declared.",
        ),
        Key::optional(
            "cards",
            ListOf(texts(1, true)),
            "Documents that people write by hand, such as `MODEL_CARD.md`: their numbers are held against what is measured, and `modelgate cards` keeps their managed blocks up to date.",
        ),
        Key::optional(
            "packs",
            ListOf(List { item: &TextOrSection(&CHOSEN_PACK), least: 1, most: 100, unique: false }),
            "The laws, standards and guidance to hold the run against, such as `eu-ai-act`; `modelgate packs list` shows all of them.",
        ),
        Key::optional("output", Kind::Section(&OUTPUT), "Where documents and the ledger are written."),
    ],
    rules: &[],
};

const MODEL: Section = Section {
    keys: &[
        Key::required("name", Text, "The model's name in documents and records."),
        Key::optional(
            "task",
            OneOf(TASK),
            "What the model answers: one of two classes, one of several, a set of labels, a number, a cluster of similar rows, or an order of the rows of a query.",
        )
        .with_default("\"binary\""),
        Key::optional("train", Kind::Section(&TRAIN), "Train a model on every run; only for a binary task."),
        Key::optional(
            "predictions",
            Text,
            "A file with labels, predictions or scores, and the slice columns, from any framework: CSV, TSV or JSON Lines (also in gzip or zstd), Parquet, or Arrow IPC. A folder of such files, or a pattern such as `out/*.parquet`, is one table. An address (`s3://`, `gs://`, `az://`, `https://`) is fetched once, with credentials from the environment as each store's own tools read them, and kept in a temporary file without a name.",
        ),
        Key::optional("command", Kind::Section(&COMMAND), "A program that writes such a file."),
    ],
    rules: &[Exactly(&["train", "predictions", "command"])],
};

const TRAIN: Section = Section {
    keys: &[
        Key::required("estimator", OneOf(ESTIMATOR), "What is trained."),
        Key::optional(
            "features",
            ListOf(texts(1, true)),
            "The columns to learn from; without it, every column of the training rows that has no role and is no slice column.",
        ),
        Key::optional(
            "l2_penalty",
            Number(AT_LEAST_0),
            "How strongly large coefficients (`logistic_regression`) or large values of leaves (`gradient_boosting`) are held back.",
        )
        .with_default("1.0"),
        Key::optional(
            "max_iterations",
            Whole(1, MOST_ITERATIONS),
            "After how many steps training stops; only with `logistic_regression`.",
        )
        .with_default("200"),
        Key::optional("trees", Whole(1, 10_000), "How many trees; with `random_forest` and `gradient_boosting`.")
            .with_default("100"),
        Key::optional(
            "learning_rate",
            Number(Range { lowest: 0.0, highest: 1.0, open: false }),
            "How much of each tree is added, above 0; only with `gradient_boosting`.",
        )
        .with_default("0.1"),
        Key::optional(
            "max_depth",
            Whole(1, 64),
            "The most splits from the root of a tree to a leaf; without it 6 for `decision_tree`, 12 for `random_forest`, 64 for `gradient_boosting`.",
        ),
        Key::optional(
            "max_leaves",
            Whole(2, 65_536),
            "The most leaves of a tree; without it 31 for `gradient_boosting`, and for the others as many as `max_depth` allows.",
        ),
        Key::optional(
            "min_leaf_weight",
            Number(AT_LEAST_0),
            "The least weight of the training rows in a leaf, above 0; rows weigh 1 without `weight`. Without it 20, and 5 for `random_forest`.",
        ),
        Key::optional(
            "features_per_split",
            Whole(1, 100_000),
            "How many features each split chooses from; only with `random_forest`, and without it the square root of their number.",
        ),
        Key::optional("seed", Whole(0, MOST_EXACT), "What random draws of training start from; only with `random_forest`.")
            .with_default("7"),
        Key::optional(
            "repeats",
            Whole(1, 50),
            "How many models are trained, each from the next seed, 1 or at least 3: their differences become part of every interval. Only with `random_forest`.",
        )
        .with_default("1"),
        Key::optional(
            "rising",
            ListOf(texts(1, true)),
            "Columns of numbers with which the score must never fall; not with `logistic_regression`.",
        ),
        Key::optional(
            "falling",
            ListOf(texts(1, true)),
            "Columns of numbers with which the score must never rise; not with `logistic_regression`.",
        ),
        Key::optional(
            "weight",
            Text,
            "The column with the weight of a training row; without it, rows count once each, whatever `data.weight` says. Not with `logistic_regression`.",
        ),
        Key::optional("time_limit_seconds", Whole(1, 86_400), "After how many seconds training is stopped, without a model.")
            .with_default("600"),
    ],
    rules: &[],
};

const COMMAND: Section = Section {
    keys: &[
        Key::required(
            "run",
            ListOf(List { item: &Scalar, least: 1, most: MANY, unique: false }),
            "The program and its arguments; no shell reads them.",
        ),
        Key::required("writes", Text, "The predictions file that the program must write."),
        Key::optional("time_limit_seconds", Whole(1, 86_400), "After how many seconds the program is stopped.")
            .with_default("600"),
    ],
    rules: &[],
};

const DATA: Section = Section {
    keys: &[
        Key::optional("path", Text, "The file, folder, pattern or address with the rows to evaluate; only with `model.train`, and then required."),
        Key::optional(
            "train_path",
            Text,
            "The file, folder, pattern or address with the rows to train on. With `model.predictions` and `model.command` it is only read for the checks of the data.",
        ),
        Key::optional("split", Kind::Section(&SPLIT), "The column of `path` that tells training rows from rows to evaluate."),
        Key::optional(
            "label",
            Text,
            "The column with the truth: a class, a set of labels for a multilabel task, a number for a regression, or a grade of relevance (0 for none) for a ranking; required but for clustering. Where one of `label`, `prediction`, `score`, `id`, `weight`, `time` and (for a model that is trained here) `split` is not written, a column of a usual name such as `y_true` is taken for it and told; two of them are a mistake.",
        ),
        Key::optional(
            "classes",
            ListOf(List { item: &Scalar, least: 2, most: 1_000, unique: true }),
            "The classes of a multiclass task, at most 100, in the order that weighted kappas measure distance by; or the labels that a set of a multilabel task may hold. Without it, those that occur, sorted.",
        ),
        Key::optional(
            "separator",
            Text,
            "What stands between the labels of a set in one cell, such as `sports|news`; spaces around labels do not count, and an empty cell is the empty set; Parquet, Arrow and JSON Lines may have lists of labels instead. Only for a multilabel task.",
        )
        .with_default("\"|\""),
        Key::optional(
            "probabilities",
            ListOf(List { item: &Kind::Section(&PROBABILITY), least: 2, most: 100, unique: false }),
            "The column with the probability of each class of a multiclass task; they must sum to 1.",
        ),
        Key::optional(
            "features",
            ListOf(texts(1, true)),
            "Columns of numbers by which the shape of clusters is judged; only for clustering.",
        ),
        Key::optional(
            "positive_label",
            Scalar,
            "The value of `label` that is the positive class; needed unless labels are 0 and 1, or true and false.",
        ),
        Key::optional("prediction", Text, "The column with predictions: classes, sets of labels, numbers, clusters, or scores that order the rows of a query, the highest first; not with `model.train`."),
        Key::optional("score", Text, "The column with the predicted probability of the positive class; not with `model.train`."),
        Key::optional(
            "score_alone",
            Text,
            "The column with the score (else the prediction) that the model gives a row when it is asked for that row alone, empty where it was not asked; about 100 rows are enough to see a model that learns from the rows beside it. Not with `model.train`, which is asked so anyway.",
        ),
        Key::optional(
            "baseline_prediction",
            Text,
            "The column with the classes that the previous model predicts for the same rows: the baseline is then these predictions, and no stored release.",
        ),
        Key::optional(
            "baseline_score",
            Text,
            "The column with the previous model's probability of the positive class for the same rows.",
        ),
        Key::optional("id", Text, "The column that names a row."),
        Key::optional(
            "personal",
            ListOf(List { item: &Text, least: 1, most: 1_000, unique: true }),
            "Columns that are known to hold personal data and must be there: `personal-data` and `likely-personal-data` only tell of them. No value of theirs is stored with a release, as of no other column that is taken for personal data.",
        ),
        Key::optional(
            "query",
            Text,
            "The column that names the query of a row of a ranking task. Queries are what is counted, and what pairs a release with another; slice columns must say the same in all rows of a query.",
        ),
        Key::optional("weight", Text, "The column with the weight of a row."),
        Key::optional(
            "time",
            Text,
            "The column with the time of a row: a date such as 2026-05-31 or 2026-05-31T17:05:09Z, seconds or milliseconds since 1970, or another number that grows with time.",
        ),
        Key::optional(
            "entity",
            Text,
            "The column that says whom or what a row is about, such as a customer: training and test rows must not share one.",
        ),
        Key::optional(
            "quasi_identifiers",
            ListOf(texts(1, true)),
            "Columns that together may tell whom a row is about, to somebody who knows them from elsewhere, such as post code, birth year and sex.",
        ),
        Key::optional(
            "population",
            Kind::Section(&POPULATION),
            "How the people are made up that the model meets: the rows to evaluate, and those that were learned from, are held against it.",
        ),
        Key::optional(
            "annotators",
            ListOf(texts(2, true)),
            "Columns with the labels that several people gave, one for each of them: how well they agree is measured, and nothing is learned from them.",
        ),
        Key::optional(
            "source_column",
            Text,
            "The column that says who gave each row, such as an office or a partner: how much each gave, and whether one gives suddenly more, is measured, and nothing is learned from it.",
        ),
        Key::optional(
            "preprocessing",
            Kind::Section(&ATTESTATION),
            "Who says that everything that was learned to prepare the rows (scalers, imputation, encodings, selected features) was learned from training rows alone: no file can show it, and `unattested-preprocessing` asks for it where `rules` says so.",
        ),
        Key::optional(
            "label_noise",
            Flag,
            "Whether models of five parts of the rows look for labels that are wrong, and neighbors for rows that are nearly the same. Without the key, where a model is trained here; with it and no such model, the rows of `train_path` are held in memory for that, else those to evaluate.",
        ),
        Key::optional(
            "sources",
            ListOf(List { item: &Kind::Section(&SOURCE), least: 1, most: 1_000, unique: false }),
            "What the owner says of each file of data, for the dataset card, and the bytes that were approved: a file that is read and is not among them, or has changed, fails the gate.",
        ),
        Key::optional(
            "contract",
            Text,
            "The file with what is agreed about the columns, to which the rows are held; `modelgate contract` proposes one.",
        ),
        Key::optional(
            "production",
            Text,
            "A batch of rows that the model met in use: a file, folder, pattern or address as the other rows have. Its columns, its labels and predictions where it has them, and those in slices are compared with the baseline's, the training and the test rows; a model that is trained here scores it. `modelgate drift` does that alone, with a stored release.",
        ),
        Key::optional(
            "attributes",
            Kind::Section(&ATTRIBUTES),
            "A file of columns that are kept apart from the rows, such as sensitive ones: slice columns that the rows lack are taken from it, by `id`.",
        ),
        Key::optional(
            "sensitive",
            ListOf(texts(0, true)),
            "Columns that say something about people which laws protect, besides those whose names say so: they are marked as such in the record of what was read.",
        )
        .with_default("[]"),
        Key::optional(
            "missing_values",
            ListOf(List { item: &Scalar, least: 0, most: 100, unique: true }),
            "Cells that mean: no value.",
        )
        .with_default(r#"["", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "?"]"#),
        Key::optional(
            "max_unpacked_mib",
            Whole(1, 1 << 30),
            "The most MiB that a file in gzip or zstd may unpack to, so that a small file cannot fill the memory.",
        )
        .with_default("4096"),
    ],
    rules: &[AtMost(&["train_path", "split"])],
};

const ATTRIBUTES: Section = Section {
    keys: &[
        Key::required("path", Text, "The file, folder or pattern; it may hold more people than the rows do."),
        Key::optional("id", Text, "Its column that names a row as `data.id` does; without it, the same name as there."),
        Key::optional(
            "max_unmatched",
            Number(SHARE),
            "The largest share of rows that it may lack; they are in no group of its columns.",
        )
        .with_default("0.0"),
        Key::optional("max_unused", Number(SHARE), "The largest share of its rows that may belong to no row.")
            .with_default("1.0"),
    ],
    rules: &[],
};

const ATTESTATION: Section = Section {
    keys: &[Key::required("by", Text, "Who answers for it."), Key::required("date", Kind::Date, "Since which day.")],
    rules: &[],
};

const POPULATION: Section = Section {
    keys: &[
        Key::required(
            "path",
            Text,
            "A table with the columns `column` (of the rows, or the name of a slice column), `level` (a group of it), and `share` or `count`; every group of a column must be in it.",
        ),
        Key::required("source", Text, "Who says so, such as a census."),
        Key::required("date", Kind::Date, "As of which day."),
    ],
    rules: &[],
};

const SOURCE: Section = Section {
    keys: &[
        Key::required("path", Text, "The file, written as where it is used."),
        Key::required("sha256", Text, "The digest of the bytes that were approved, as `sha256sum` prints it."),
        Key::optional("purpose", Text, "What the data was made for."),
        Key::optional("origin", Text, "Where the rows come from."),
        Key::optional("collected", Text, "When, by whom, and with which consent or lawful basis."),
        Key::optional("labelling", Text, "Who said what the labels are, and how."),
        Key::optional("license", Text, "Who may use it for what."),
        Key::optional("steward", Text, "Who answers questions about it."),
    ],
    rules: &[],
};

const PROBABILITY: Section = Section {
    keys: &[
        Key::required("class", Scalar, "The class, as the labels write it."),
        Key::required("column", Text, "The column with its probability."),
    ],
    rules: &[],
};

const SPLIT: Section = Section {
    keys: &[
        Key::required("column", Text, "The column that tells them apart."),
        Key::required("train", Scalar, "Its value in rows to train on."),
        Key::required("test", Scalar, "Its value in rows to evaluate."),
    ],
    rules: &[],
};

const EVALUATION: Section = Section {
    keys: &[
        Key::optional(
            "slices",
            ListOf(List { item: &TextOrSection(&AXIS), least: 0, most: MOST_AXES, unique: false }),
            "The columns that rows are cut by.",
        )
        .with_default("[]"),
        Key::optional(
            "intersection_depth",
            Whole(0, 2),
            "How many of these columns are crossed: 2, 1 for single slices only, 0 for none.",
        )
        .with_default("2"),
        Key::optional(
            "metrics",
            ListOf(List { item: &OneOf(METRIC), least: 1, most: MANY, unique: true }),
            "What is measured; without it, the default metrics that the data allows and those with a gate. `modelgate list metrics` shows all.",
        ),
        Key::optional("confidence_level", Number(CONFIDENCE), "How sure intervals are.").with_default("0.95"),
        Key::optional(
            "alpha",
            Number(BELOW_ONE_HALF),
            "The probability of even one false failure among the checks of changes that are tested together; with an `anchor`, half of it for each release.",
        )
        .with_default("0.05"),
        Key::optional(
            "allow_cross_split_gate",
            Flag,
            "Whether `max_regression` may fail a run where the two sides were evaluated on different rows; without it, it warns at most there.",
        )
        .with_default("false"),
        Key::optional(
            "paired",
            Flag,
            "Whether replicates of the counts are kept, so that releases on the same rows are compared as pairs. Without them no id of a row is looked at but to name the split, and intervals of changes are wider.",
        )
        .with_default("true"),
        Key::optional(
            "max_decisions_per_split",
            Whole(1, MOST_EXACT),
            "After how many decisions on the same rows `worn-split` speaks.",
        )
        .with_default("50"),
        Key::optional(
            "resamples",
            Whole(100, 100_000),
            "How often rows are drawn again for metrics without a formula for their interval.",
        )
        .with_default("1000"),
        Key::optional("seed", Whole(0, MOST_EXACT), "The seed of these draws.").with_default("7"),
        Key::optional("min_support", Whole(1, MOST_EXACT), "The fewest rows of a slice that are judged.").with_default("30"),
        Key::optional(
            "cutoff",
            Whole(1, 100_000),
            "How many of a query's first rows count for the metrics `at_k` of a ranking task.",
        )
        .with_default("10"),
        Key::optional(
            "decision_threshold",
            Number(BETWEEN_0_AND_1),
            "The score from which a row is predicted positive; only without `data.prediction`.",
        )
        .with_default("0.5"),
        Key::optional(
            "discover",
            Flag,
            "Whether slices of up to three conditions are searched for ones that are worse than all other rows; they are found in one half of the rows and confirmed in the other, and only warn.",
        )
        .with_default("true"),
        Key::optional("discover_rate", OneOf(METRIC), "The rate that is searched by.").with_default("\"error_rate\""),
        Key::optional(
            "discover_margin",
            Number(Range { lowest: 0.0, highest: 0.99, open: false }),
            "How much worse than that of all other rows the rate of a slice must be shown to be.",
        )
        .with_default("0.02"),
        Key::optional("costs", Kind::Section(&COSTS), "What a row costs by label and prediction, for `expected_cost`."),
        Key::optional(
            "control",
            Text,
            "The slice column within whose values `conditional_demographic_disparity` compares groups; needs `intersection_depth: 2`.",
        ),
        Key::optional(
            "reference_groups",
            ListOf(texts(1, true)),
            "The groups that others of the same column are held against by `statistical_parity_difference`, `disparate_impact` and the disparities, such as `sex=M`; one of a column.",
        ),
        Key::optional("max_levels", Whole(2, 10_000), "The most distinct values of a slice column.").with_default("100"),
    ],
    rules: &[],
};

const COSTS: Section = Section {
    keys: &[
        Key::required("false_positive", Number(ANY), "What a row costs that is predicted positive and is not."),
        Key::required("false_negative", Number(ANY), "What a row costs that is positive and is not predicted so."),
        Key::optional("true_positive", Number(ANY), "What a row costs that is rightly predicted positive; below 0 for a gain.")
            .with_default("0.0"),
        Key::optional("true_negative", Number(ANY), "What a row costs that is rightly predicted negative.").with_default("0.0"),
        Key::optional("unit", Text, "What these numbers count, such as `EUR`."),
    ],
    rules: &[],
};

const AXIS: Section = Section {
    keys: &[
        Key::required("column", Text, "The column that rows are cut by."),
        Key::optional(
            "bins",
            ListOf(List { item: &Number(ANY), least: 1, most: 100, unique: false }),
            "Where a column of numbers is cut; increasing.",
        ),
        Key::optional("name", Text, "What slices of it are called; without it, the column's name."),
    ],
    rules: &[],
};

const BASELINE: Section = Section {
    keys: &[
        Key::optional("release", Text, "The tag of a stored release."),
        Key::optional("path", Text, "A bundle file."),
        Key::optional(
            "predictions",
            Text,
            "A file with the previous model's predictions of the same rows, joined by `data.id`; in the columns `data.baseline_prediction` and `data.baseline_score`, or else in those of `data.prediction` and `data.score`.",
        ),
    ],
    rules: &[Exactly(&["release", "path", "predictions"])],
};

const ANCHOR: Section = Section {
    keys: &[
        Key::optional("release", Text, "The tag of a stored release."),
        Key::optional("path", Text, "A bundle file."),
        Key::optional("budget", Number(AT_LEAST_1), "How many times its `max_regression` a gate accepts against the anchor.")
            .with_default("2.0"),
    ],
    rules: &[Exactly(&["release", "path"])],
};

const GATE: Section = Section {
    keys: &[
        Key::required("metric", OneOf(METRIC), "What is limited."),
        Key::optional("lower_bound", Number(ANY), "The metric must not be below this."),
        Key::optional("upper_bound", Number(ANY), "The metric must not be above this."),
        Key::optional(
            "max_regression",
            Number(AT_LEAST_0),
            "The metric must not be worse than the baseline's by more than this.",
        ),
        Key::optional(
            "slices",
            WordOrList(&["overall", "every"], texts(1, false)),
            "For which slices; `overall` is all rows together.",
        )
        .with_default("\"overall\""),
        Key::optional(
            "across",
            WordOrList(&["every"], texts(1, false)),
            "For metrics across groups: between the groups of which columns, such as `sex` or `race & sex`.",
        )
        .with_default("\"every\""),
        Key::optional(
            "contrast",
            Kind::Section(&CONTRAST),
            "Instead of slices: how much more than a reference group each other group of the same columns may lose.",
        ),
        Key::optional("level", OneOf(LEVEL), "What crossing a limit means.").with_default("\"deny\""),
        Key::optional("must_prove", Flag, "Whether rows that cannot tell make a person look.").with_default("false"),
    ],
    rules: &[AtLeast(&["lower_bound", "upper_bound", "max_regression"]), AtMost(&["slices", "across", "contrast"])],
};

const CONTRAST: Section = Section {
    keys: &[Key::required("reference", Text, "The group that every other one is held against, such as `sex=M`.")],
    rules: &[],
};

const WAIVER: Section = Section {
    keys: &[
        Key::optional("rule", OneOf(RULE), "The rule whose finding is accepted."),
        Key::optional("control", Text, "The control of a pack that is accepted as it is, such as `eu-ai-act/art_9.par_8`."),
        Key::optional("metric", OneOf(METRIC), "Only for this metric."),
        Key::optional("slice", Text, "Only for this slice, such as `sex=F`, or this contrast, such as `sex=F against sex=M`."),
        Key::optional("across", Text, "Only between the groups of these columns, such as `sex`."),
        Key::required("reason", Text, "Why it is accepted."),
        Key::required("approved_by", Text, "Who accepts it."),
        Key::optional("approver_role", Text, "In which role."),
        Key::optional("owner", Text, "Who asked for it and sees to its end; somebody else than who accepts it."),
        Key::optional(
            "granted",
            Date,
            "The day on which it was accepted; required with `control`, whose pack says for how long at most.",
        ),
        Key::required("expires", Date, "The last day on which it is accepted."),
        Key::optional("compensating_measure", Text, "What is done instead."),
        Key::optional("ticket", Text, "Where it is talked about."),
    ],
    rules: &[Exactly(&["rule", "control"]), AtMost(&["slice", "across"])],
};

/// A file of its own with waivers.
pub(crate) const WAIVERS: Section = Section {
    keys: &[
        Key::required("version", Version, "The version of this format: 1."),
        Key::required(
            "waivers",
            ListOf(List { item: &Kind::Section(&WAIVER), least: 0, most: 1_000, unique: false }),
            "Failures that a named person accepts until a day.",
        ),
    ],
    rules: &[],
};

const DISCLOSURE: Section = Section {
    keys: &[
        Key::optional(
            "profile",
            OneOf(PROFILE),
            "Who may read comment, card, report, verdict and stored releases: `internal` people who may know the rows, `public` and `restricted` anybody.",
        )
        .with_default("\"internal\""),
        Key::optional("min_cell", Whole(2, 1_000_000), "The smallest count, besides zero, that everybody may know.").with_default("11"),
        Key::optional(
            "encrypt_to",
            ListOf(texts(1, true)),
            "Public keys (`age1...` or `ssh-ed25519 ...`) to which a release's exact counts are encrypted; with `public` and `restricted`.",
        ),
        Key::optional(
            "rows_are_public",
            Flag,
            "Whether everybody may know the rows themselves, so that `internal` is right in a public place.",
        )
        .with_default("false"),
    ],
    rules: &[],
};

const CHOSEN_PACK: Section = Section {
    keys: &[
        Key::optional("id", Text, "The name of a pack that comes with modelgate."),
        Key::optional("path", Text, "A file with a pack of your own."),
        Key::optional(
            "enforce",
            Flag,
            "Whether controls that failed or could not be judged fail the gate, and those that need review make a person look.",
        )
        .with_default("false"),
    ],
    rules: &[Exactly(&["id", "path"])],
};

const OUTPUT: Section = Section {
    keys: &[
        Key::optional("directory", Text, "The folder for documents.").with_default("\"modelgate-out\""),
        Key::optional("ledger", Text, "The file that every decision is appended to.").with_default("\"modelgate-ledger.jsonl\""),
        Key::optional(
            "comment_template",
            Text,
            "A minijinja template of your own for the comment; `modelgate list comment-template` prints the one that is used otherwise. Every value is escaped as it is printed. The verdict and blocking checks that it leaves out are put beside it.",
        ),
    ],
    rules: &[],
};

/// The sections that a value of this kind may hold, with what stands between the key and them in a path.
pub(crate) fn section_of(kind: &Kind) -> Option<(&'static str, &'static Section)> {
    match kind {
        Kind::Section(section) | Kind::TextOrSection(section) => Some(("", section)),
        ListOf(list) => section_of(list.item).map(|(_, section)| ("[]", section)),
        _ => None,
    }
}

/// Every key below a section with its path, such as `gates[].metric`, in the order of the table.
pub(crate) fn all_keys(section: &'static Section, prefix: &str) -> Vec<(String, &'static Key)> {
    let mut found = Vec::new();
    for key in section.keys {
        let path = format!("{prefix}{}", key.name);
        found.push((path.clone(), key));
        if let Some((between, below)) = section_of(&key.kind) {
            found.extend(all_keys(below, &format!("{path}{between}.")));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::locate::{ConfigPath, Locations};
    use crate::mistakes::Mistakes;

    #[test]
    fn every_default_fits_its_own_key() {
        let locations = Locations::default();
        let mut with_default = 0;
        for (path, key) in all_keys(&ROOT, "") {
            let Some(default) = key.default else { continue };
            with_default += 1;
            assert!(!key.required, "{path}");
            let value = serde_yaml::from_str(default).unwrap();
            let mut mistakes = Mistakes::new(&locations);
            crate::structure::check(&value, &key.kind, &ConfigPath::default(), &mut mistakes);
            assert_eq!(mistakes.into_found(), [], "{path}");
        }
        assert!(with_default > 15);
    }

    #[test]
    fn every_key_is_explained_and_every_rule_names_keys() {
        for (path, key) in all_keys(&ROOT, "") {
            assert!(key.doc.ends_with('.') && key.doc.len() > 5, "{path}");
            let Some((_, section)) = section_of(&key.kind) else { continue };
            for Exactly(names) | AtLeast(names) | AtMost(names) in section.rules {
                assert!(names.len() > 1 && names.iter().all(|name| section.key(name).is_some()), "{path}: {names:?}");
            }
        }
    }
}
