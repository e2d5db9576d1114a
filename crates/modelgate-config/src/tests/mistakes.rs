//! Every mistake once, and many together, each at its place with its cure.

use super::{FULL, MINIMAL};
use crate::source::line_of;
use crate::{ConfigError, parse};

/// The text that the caret of a mistake stands below.
fn underlined(error: &ConfigError, text: &str) -> String {
    let span = error.span.unwrap();
    line_of(text, span.line).unwrap().chars().skip(span.column - 1).take(span.length).collect()
}

/// A change of the full file, the one mistake that it makes, what the caret stands below, and a part of the cure or, where
/// the message says it all, of the message.
type Case = (&'static str, &'static str, &'static str, &'static str, &'static str);

fn check(base: &str, cases: &[Case]) {
    for (before, after, id, caret, cure) in cases {
        assert_eq!(base.matches(before).count(), 1, "{before:?} must stand once in the file");
        let text = base.replace(before, after);
        let errors = parse("modelgate.yml", &text).unwrap_err();
        assert_eq!(errors.errors.len(), 1, "{after:?} must be one mistake:\n{errors}");
        let error = errors.errors.first().unwrap();
        assert_eq!((error.id, underlined(error, &text).as_str()), (*id, *caret), "{errors}");
        assert!(errors.to_string().contains(cure), "{cure:?} is not in\n{errors}");
    }
}

#[test]
fn structural_mistakes() {
    check(
        FULL,
        &[
            ("seed: 11", "sede: 11", "unknown-key", "sede", "did you mean `seed`?"),
            ("seed: 11", "label: x", "unknown-key", "label", "there is `data.label` elsewhere"),
            ("seed: 11", "1: x", "unknown-key", "1", "there is no key `1` in `evaluation`"),
            ("seed: 11", "seed: -1", "out-of-range", "-1", "must be a whole number from 0"),
            ("seed: 11", "seed: 1.5", "out-of-range", "1.5", "must be a whole number from 0"),
            ("seed: 11", "seed: \"11\"", "wrong-type", "\"11\"", "write `11` without quotes"),
            ("seed: 11", "seed: [1]", "wrong-type", "[1]", "not a list"),
            ("name: loan-approval", "name:", "missing-value", "name", "write text behind the colon\n"),
            ("seed: 11", "seed:", "missing-value", "seed", "or delete the key"),
            ("confidence_level: 0.9", "confidence_level: 1", "out-of-range", "1", "above 0.5 and below 1"),
            ("confidence_level: 0.9", "confidence_level: .nan", "out-of-range", ".nan", "above 0.5 and below 1"),
            ("confidence_level: 0.9", "confidence_level: 90%", "wrong-type", "90%", "write 0.9 for 90 %"),
            ("must_prove: true", "must_prove: 1", "wrong-type", "1", "`true` or `false`"),
            ("name: loan-approval", "name: 1.10", "wrong-type", "1.10", "put it in quotes: `\"1.10\"`"),
            ("name: loan-approval", "name: \" \"", "missing-value", "\" \"", "write text here"),
            ("  name: loan-approval\n", "", "missing-key", "model", "`model` needs `name`"),
            ("reason: new applicants since March", "reason: \"\"", "missing-value", "\"\"", "write text here"),
            ("approved_by: risk board", "approved_by:", "missing-value", "approved_by", "write text behind the colon\n"),
            (
                "estimator: logistic_regression",
                "estimator: tree",
                "unknown-estimator",
                "tree",
                "it is one of `logistic_regression`",
            ),
            ("l2_penalty: 0.5", "trees: 5", "unused-setting", "trees", "it belongs to `random_forest` and `gradient_boosting`"),
            ("l2_penalty: 0.5", "rising: [age]", "unused-setting", "rising", "`modelgate explain logistic_regression`"),
            ("    - accuracy\n", "    - acuracy\n    - accuracy\n", "unknown-metric", "acuracy", "did you mean `accuracy`?"),
            ("    - accuracy\n", "    - accuracy\n    - accuracy\n", "duplicate-item", "accuracy", "the first one is at line 26"),
            ("level: warn", "level: warning", "unknown-level", "warning", "did you mean `warn`?"),
            ("no-baseline: deny", "no_baseline: deny", "unknown-rule", "no_baseline", "did you mean `no-baseline`?"),
            ("low-support: allow", "low-support: ignore", "unknown-level", "ignore", "it is one of `allow`, `warn` and `deny`"),
            ("expires: 2026-12-31", "expires: 2026-02-30", "invalid-date", "2026-02-30", "such as 2026-12-31"),
            ("expires: 2026-12-31", "expires: 20261231", "wrong-type", "20261231", "a day such as 2026-12-31"),
            ("features: [income, debt, age]", "features: income", "wrong-type", "income", "write `[income]`"),
            ("features: [income, debt, age]", "features: []", "wrong-length", "[]", "is an empty list"),
            ("[25, 45, 65]", "[]", "wrong-length", "[]", "is an empty list"),
            ("max_regression: 0.05", "max_regression: -0.05", "out-of-range", "-0.05", "without the minus sign"),
            ("baseline: {release: v1.0}", "baseline: {}", "missing-key", "{}", "one of `release`, `path` and `predictions`"),
            (
                "baseline: {release: v1.0}",
                "baseline: {release: v1, path: b.json}",
                "contradictory-keys",
                "path",
                "keep one of them",
            ),
            ("{release: v1.0}", "v1.0", "wrong-type", "v1.0", "a mapping of keys"),
            (
                "anchor: {release: v0.9, budget: 3}",
                "anchor: {budget: 3}",
                "missing-key",
                "{budget: 3}",
                "one of `release` and `path`",
            ),
            ("budget: 3", "path: a.json", "contradictory-keys", "path", "keep one of them"),
            ("budget: 3", "budget: 0.5", "out-of-range", "0.5", "must be a number that is at least 1"),
            ("alpha: 0.01", "alpha: 0.5", "out-of-range", "0.5", "above 0 and below 0.5"),
            ("max_decisions_per_split: 20", "max_decisions_per_split: 0", "out-of-range", "0", "a whole number from 1"),
            ("drift_alpha: 0.02", "drift_alpha: 0.5", "out-of-range", "0.5", "above 0 and below 0.5"),
            ("drift_effect: 0.15", "drift_effect: 0", "out-of-range", "0", "above 0"),
            ("version: 1\n", "version: \"1\"\n", "wrong-type", "\"1\"", "the number 1"),
            ("version: 1\n", "", "missing-key", "model", "`version` is missing"),
            ("version: 1\n", "version: 2\n", "unknown-version", "2", "upgrade modelgate"),
            ("version: 1\n", "version: 0\n", "unknown-version", "0", "write `version: 1`"),
        ],
    );
}

#[test]
fn mistakes_in_where_predictions_and_rows_come_from() {
    check(
        FULL,
        &[
            (
                "  name: loan-approval\n",
                "  name: loan\n  predictions: p.csv\n",
                "contradictory-keys",
                "train",
                "`predictions` is at line 5",
            ),
            (
                "  split: {column: part, train: train, test: test}\n",
                "",
                "missing-key",
                "data",
                "`data.train_path` or `data.split`",
            ),
            ("  path: data/loans.csv\n", "", "missing-key", "data", "`model.train` needs `data.path`"),
            (
                "  split: {column: part, train: train, test: test}\n",
                "  train_path: data/loans.csv\n",
                "same-rows",
                "data/loans.csv",
                "name another file",
            ),
            ("train: train, test: test", "train: a, test: a", "same-rows", "a", "evaluated on the rows that it is trained on"),
            (
                "  label: approved\n",
                "  train_path: t.csv\n  label: approved\n",
                "contradictory-keys",
                "train_path",
                "`split` is at line 12",
            ),
            ("  id: application_id\n", "  score: p\n", "contradictory-keys", "score", "the trained model gives the scores"),
            ("weight: w", "weight: approved", "column-used-twice", "approved", "both `label` and `weight`"),
            ("column: part", "column: w", "column-used-twice", "w", "both `weight` and `split`"),
            ("positive_label: \"yes\"", "positive_label: NA", "positive-label-is-missing", "NA", "data.missing_values"),
            ("[income, debt, age]", "[income, approved]", "role-as-feature", "approved", "learn the answer from the answer"),
            ("[income, debt, age]", "[income, part]", "role-as-feature", "part", "take it out of `features`"),
            ("[income, debt, age]", "[income, application_id]", "role-as-feature", "application_id", "learn rows by heart"),
        ],
    );
    check(
        MINIMAL,
        &[
            ("  score: p\n", "", "missing-key", "data", "`data.prediction` or `data.score`"),
            ("  score: p\n", "  score: p\n  path: x.csv\n", "contradictory-keys", "path", "the predictions file holds the rows"),
            ("  score: p\n", "  score: approved\n", "column-used-twice", "approved", "both `label` and `score`"),
            (
                "  predictions: out/predictions.csv\n",
                "",
                "missing-key",
                "model",
                "needs one of `train`, `predictions` and `command`",
            ),
            (
                "  score: p\n",
                "  prediction: p\nevaluation: {decision_threshold: 0.4}\n",
                "contradictory-keys",
                "decision_threshold",
                "delete one of them",
            ),
            (
                "  score: p\n",
                "  prediction: p\nevaluation: {metrics: [accuracy, roc_auc]}\n",
                "metric-needs-scores",
                "roc_auc",
                "give `data.score`",
            ),
            (
                "  score: p\n",
                "  score: p\nevaluation: {metrics: [accuracy, impact_ratio]}\n",
                "metric-needs-slices",
                "impact_ratio",
                "in `evaluation.slices`",
            ),
            (
                "  predictions: out/predictions.csv\n",
                "  command: {run: [], writes: p.csv}\n",
                "wrong-length",
                "[]",
                "is an empty list",
            ),
            ("  predictions: out/predictions.csv\n", "  command: {run: [a]}\n", "missing-key", "{run: [a]}", "needs `writes`"),
        ],
    );
}

#[test]
fn mistakes_in_slices() {
    check(
        FULL,
        &[
            ("[25, 45, 65]", "[25, 65, 45]", "bins-not-increasing", "45", "does not come after 65"),
            ("[25, 45, 65]", "[25, 65, 65]", "bins-not-increasing", "65", "from the smallest to the largest"),
            ("    - race\n", "    - race\n    - race\n", "duplicate-slice-name", "race", "another `name`"),
            ("    - race\n", "    - race\n    - approved\n", "role-as-slice", "approved", "the label column"),
            ("    - race\n", "    - race\n    - w\n", "role-as-slice", "w", "give it `bins`"),
            ("    - race\n", "    - race\n    - {column: age, name: years}\n", "bins-and-values", "age", "keep one of the two"),
            ("    - race\n", "    - race\n    - a=b\n", "invalid-slice-name", "a=b", "another `name`"),
            ("    - race\n", "    - race\n    - [sex]\n", "wrong-type", "[sex]", "text, or a mapping"),
            ("    - race\n", "    - race\n    - {name: x}\n", "missing-key", "{name: x}", "needs `column`"),
            ("\"sex=F & age_band=65+\"", "\"sex\"", "invalid-slice", "\"sex\"", "write `sex=value & race=value`"),
            (
                "\"sex=F & age_band=65+\"",
                "\"sex=F&age_band=65+\"",
                "invalid-slice",
                "\"sex=F&age_band=65+\"",
                "both sides of `&`",
            ),
            ("\"sex=F & age_band=65+\"", "sex=", "invalid-slice", "sex=", "write `sex=(missing)`"),
            ("\"sex=F & age_band=65+\"", "gender=F", "unknown-slice-column", "gender=F", "declares `sex`, `race` and `age_band`"),
            ("\"sex=F & age_band=65+\"", "age=65+", "unknown-slice-column", "age=65+", "its slices are called `age_band`"),
            (
                "\"sex=F & age_band=65+\"",
                "age_band=66+",
                "unknown-bin",
                "age_band=66+",
                "its bins are `<25`, `25-45`, `45-65` and `65+`",
            ),
            (
                "\"sex=F & age_band=65+\"",
                "sex=F & race=B & age_band=65+",
                "too-many-crossed",
                "sex=F & race=B & age_band=65+",
                "at most 2",
            ),
            ("\"race=(missing)\"", "\"age_band=65+ & sex=F\"", "duplicate-item", "\"age_band=65+ & sex=F\"", "keep one of them"),
            ("\"sex & race\"", "\"sex & rase\"", "unknown-slice-column", "\"sex & rase\"", "did you mean `race`?"),
            ("\"sex & race\"", "\"sex & sex\"", "invalid-slice", "\"sex & sex\"", "twice"),
            ("slice: \"sex=F\"", "slice: \"sexx=F\"", "unknown-slice-column", "\"sexx=F\"", "did you mean `sex`?"),
            ("across: sex,", "across: gender,", "unknown-slice-column", "gender", "declares"),
        ],
    );
    let many = (0..21).map(|k| format!("c{k}")).collect::<Vec<_>>().join(", ");
    check(
        MINIMAL,
        &[(
            "  score: p\n",
            Box::leak(format!("  score: p\nevaluation: {{slices: [{many}]}}\n").into_boxed_str()),
            "wrong-length",
            Box::leak(format!("[{many}]").into_boxed_str()),
            "at most 20 items, not 21",
        )],
    );
}

#[test]
fn mistakes_in_gates() {
    check(
        FULL,
        &[
            ("lower_bound: 0.80", "lower_bound: 80", "invalid-bound", "80", "write 0.8 for 80 %"),
            ("lower_bound: 0.80", "lower_bound: 99.9", "invalid-bound", "99.9", "write 0.999 for 99.9 %"),
            ("lower_bound: 0.80", "lower_bound: -0.1", "invalid-bound", "-0.1", "write a number from 0 to 1"),
            ("max_regression: 0.05", "max_regression: 5", "invalid-bound", "5", "write 0.05 for 5 %"),
            ("upper_bound: 0.99", "upper_bound: 0.5", "contradictory-bounds", "0.5", "the smaller number at `lower_bound`"),
            (
                "    lower_bound: 0.85\n",
                "",
                "missing-key",
                "metric",
                "at least one of `lower_bound`, `upper_bound` and `max_regression`",
            ),
            ("    level: warn\n", "", "duplicate-gate", "accuracy", "the first one is at line 43"),
            ("    - recall\n", "", "metric-left-out", "recall", "add `recall` to `evaluation.metrics`"),
            (
                "    across: [sex, \"sex & race\"]",
                "    slices: every",
                "metric-across-groups",
                "slices",
                "such as `across: [sex]`",
            ),
            (
                "    slices: every\n    max_regression",
                "    across: [sex]\n    max_regression",
                "metric-not-across-groups",
                "across",
                "write `slices: every`",
            ),
            (
                "    slices: every\n    lower_bound: 0.8\n",
                "    lower_bound: 0.8\n",
                "metric-not-overall",
                "impact_ratio",
                "write `slices: every`",
            ),
            (
                "    slices: every\n    lower_bound: 0.8\n",
                "    slices: [overall]\n    lower_bound: 0.8\n",
                "metric-not-overall",
                "overall",
                "no value for `overall`",
            ),
            (
                "    slices: every\n    max_regression",
                "    slices: evry\n    max_regression",
                "wrong-type",
                "evry",
                "did you mean `every`?",
            ),
            (
                "    slices: every\n    max_regression",
                "    slices: \"sex=F\"\n    max_regression",
                "wrong-type",
                "\"sex=F\"",
                "write `[\"sex=F\"]`",
            ),
        ],
    );
    let gates = "gates:\n  - metric: accuracy\n    lower_bound: 0.8\n";
    check(
        MINIMAL,
        &[
            (gates, "gates: []\n", "wrong-length", "[]", "is an empty list"),
            (gates, "gates:\n", "missing-value", "gates", "write a list behind the colon\n"),
            (gates, "", "missing-key", "version", "`gates` is missing"),
            (gates, "gates: [{metric: count, lower_bound: -1}]\n", "invalid-bound", "-1", "`count` is at least 0"),
            ("lower_bound: 0.8", "slices: every\n    lower_bound: 0.8", "no-slices", "every", "in `evaluation.slices`"),
            (
                gates,
                "gates: [{metric: accuracy, lower_bound: 0.8}]\nanchor: {release: v1}\n",
                "useless-anchor",
                "anchor",
                "write `max_regression` at a gate",
            ),
            ("metric: accuracy", "metric: impact_ratio", "metric-needs-slices", "impact_ratio", "in `evaluation.slices`"),
            (
                "metric: accuracy",
                "metric: demographic_parity",
                "unknown-metric",
                "demographic_parity",
                "`modelgate list metrics`",
            ),
        ],
    );
}

#[test]
fn mistakes_in_contrasts() {
    let gate = "  - metric: true_positive_rate\n    slices: every\n    max_regression: 0.05\n    must_prove: true\n";
    let with = |lines: &str| FULL.replace(gate, &format!("{gate}  - metric: recall\n{lines}"));
    let case = |text: String, id: &str, caret: &str, cure: &str| {
        let errors = parse("modelgate.yml", &text).unwrap_err();
        let error = errors.errors.first().unwrap();
        assert_eq!((errors.errors.len(), error.id, underlined(error, &text).as_str()), (1, id, caret), "{errors}");
        assert!(errors.to_string().contains(cure), "{cure:?} is not in\n{errors}");
    };
    let sound = with("    max_regression: 0.05\n    contrast: {reference: \"sex=M\"}\n");
    assert!(parse("modelgate.yml", &sound).is_ok());
    case(sound.replace("\"sex=M\"}", "overall}"), "invalid-slice", "overall", "name one group");
    case(sound.replace("\"sex=M\"}", "\"gender=M\"}"), "unknown-slice-column", "\"gender=M\"", "declares `sex`");
    case(
        with("    lower_bound: 0.05\n    contrast: {reference: \"sex=M\"}\n"),
        "contrast-needs-regression",
        "lower_bound",
        "write `max_regression`",
    );
    let impact = sound.replace("metric: recall\n    max", "metric: impact_ratio\n    max");
    case(impact, "metric-without-contrast", "impact_ratio", "name a metric of slices");
    let both = sound.replace("    contrast:", "    slices: every\n    contrast:");
    assert_eq!(parse("modelgate.yml", &both).unwrap_err().errors.first().unwrap().id, "contradictory-keys");
}

#[test]
fn mistakes_in_waivers() {
    check(
        FULL,
        &[
            (
                "    slice: \"sex=F\"",
                "    across: sex\n    slice: \"sex=F\"",
                "contradictory-keys",
                "slice",
                "`across` is at line 68",
            ),
            (
                "rule: metric-regression",
                "rule: metric-regresion",
                "unknown-rule",
                "metric-regresion",
                "did you mean `metric-regression`?",
            ),
            (
                "rule: metric-regression",
                "rule: expired-waiver",
                "waiver-cannot-match",
                "expired-waiver",
                "set its level in `rules`",
            ),
            (
                "rule: metric-regression",
                "rule: metric-below-bound",
                "waiver-cannot-match",
                "metric-below-bound",
                "no gate on `true_positive_rate` has one",
            ),
            (
                "    metric: true_positive_rate\n    slice",
                "    metric: f1\n    slice",
                "waiver-cannot-match",
                "f1",
                "name the metric of a gate",
            ),
            ("    slice: \"sex=F\"", "    across: sex", "contradictory-keys", "across", "use `slice`"),
            ("across: sex,", "slice: sex=F,", "contradictory-keys", "slice", "use `across`"),
            (
                "disclosure:",
                "  - {rule: metric-above-bound, metric: demographic_parity_difference, across: sex, reason: r, approved_by: a, expires: 2027-01-31}\ndisclosure:",
                "duplicate-waiver",
                "metric-above-bound",
                "keep the one that holds",
            ),
        ],
    );
}

#[test]
fn mistakes_in_what_is_declared_for_metrics() {
    let base = &format!("{MINIMAL}evaluation: {{slices: [sex, race], intersection_depth: 2}}\n");
    check(
        base,
        &[
            ("intersection_depth: 2", "control: jobs", "unknown-slice-column", "jobs", "there is no slice column `jobs`"),
            (
                "intersection_depth: 2",
                "control: sex, intersection_depth: 1",
                "control-needs-crossing",
                "sex",
                "intersection_depth: 2",
            ),
            ("intersection_depth: 2", "reference_groups: [sex]", "invalid-slice", "sex", "`sex` is not a slice"),
            (
                "intersection_depth: 2",
                "reference_groups: [\"sex=M & race=White\"]",
                "invalid-slice",
                "\"sex=M & race=White\"",
                "crossed groups have the crossed references",
            ),
            ("intersection_depth: 2", "reference_groups: [sex=M, sex=F]", "duplicate-item", "sex=F", "two reference groups"),
            (
                "intersection_depth: 2",
                "costs: {false_positive: 1, false_negative: 1, true_positive: 1, true_negative: 1}",
                "equal-costs",
                "costs",
                "what an error costs more",
            ),
            (
                "intersection_depth: 2",
                "costs: {false_positive: 1}",
                "missing-key",
                "{false_positive: 1}",
                "needs `false_negative`",
            ),
            ("intersection_depth: 2", "discover_rate: f1", "metric-not-searchable", "f1", "such as `error_rate`"),
            ("intersection_depth: 2", "discover_rate: selection_rate", "metric-not-searchable", "selection_rate", "name a rate"),
            ("intersection_depth: 2", "discover_margin: 2", "out-of-range", "2", "a number from 0 to 0.99"),
            ("metric: accuracy", "metric: expected_cost", "metric-needs-declaration", "expected_cost", "`evaluation.costs`"),
            ("metric: accuracy", "metric: churn", "metric-needs-declaration", "churn", "`data.baseline_prediction`"),
        ],
    );
}

#[test]
fn mistakes_in_the_previous_models_predictions() {
    let beside = &MINIMAL.replace("  score: p\n", "  score: p\n  baseline_score: old\n");
    check(
        beside,
        &[
            ("baseline_score: old", "baseline_score: p", "column-used-twice", "p", "both `score` and `baseline_score`"),
            ("gates:\n", "baseline: {release: v1}\ngates:\n", "contradictory-keys", "release", "can be the `anchor`"),
            (
                "lower_bound: 0.8",
                "upper_bound: 0.8\n  - {metric: churn, max_regression: 0.1}",
                "metric-is-a-change",
                "max_regression",
                "upper_bound",
            ),
            (
                "baseline_score: old\n",
                "baseline_score: old\nbaseline: {predictions: q.csv}\n",
                "predictions-need-id",
                "predictions",
                "`data.id`",
            ),
        ],
    );
    let trained = FULL.replace("baseline: {release: v1.0}", "baseline: {predictions: old.csv}");
    let errors = parse("modelgate.yml", &trained).unwrap_err();
    assert!(errors.to_string().contains("write `data.baseline_score` or `data.baseline_prediction`"), "{errors}");
}

#[test]
fn settings_of_trees() {
    let base =
        FULL.replace("estimator: logistic_regression", "estimator: gradient_boosting").replace("    max_iterations: 300\n", "");
    check(
        &base,
        &[
            ("l2_penalty: 0.5", "features_per_split: 2", "unused-setting", "features_per_split", "it belongs to `random_forest`"),
            ("l2_penalty: 0.5", "learning_rate: 0", "out-of-range", "0", "`learning_rate` must be above 0"),
            ("l2_penalty: 0.5", "min_leaf_weight: 0", "out-of-range", "0", "`min_leaf_weight` must be above 0"),
            ("l2_penalty: 0.5", "max_leaves: 1", "out-of-range", "1", "a whole number from 2"),
            ("l2_penalty: 0.5", "rising: [sex]", "not-a-feature", "sex", "add it to `features`"),
            ("l2_penalty: 0.5", "rising: [debt]\n    falling: [debt]", "column-used-twice", "debt", "take it out of one of them"),
        ],
    );
    let forest = base.replace("gradient_boosting", "random_forest").replace("    l2_penalty: 0.5\n", "    repeats: 3\n");
    check(&forest, &[("repeats: 3", "repeats: 2", "out-of-range", "2", "two models say too little")]);
}

/// Fifteen mistakes of every kind, in one run.
#[test]
fn many_mistakes_are_all_told_at_once() {
    let text = "\
version: 1
model:
  name: 1.10
  train: {estimator: forest, l2_penalty: -1}
data:
  path: test.csv
  train_path: test.csv
  label: approved
  score: p
evaluation:
  slices: [sex, approved, {column: age, bins: [45, 25]}]
  confidence: 0.9
gates:
  - metric: accuracy
    lower_bound: 90
  - metric: demographic_parity
    upper_bound: 0.1
  - metric: recall
    slices: [\"gender=F\"]
  - metric: equalized_odds_difference
    slices: every
    upper_bound: 0.1
waivers:
  - {rule: metric-regression, reason: \"\", approved_by: me, expires: tomorrow}
";
    let shown = parse("modelgate.yml", text).unwrap_err().to_string();
    assert_eq!(shown, include_str!("golden.txt"), "{shown}");
}
