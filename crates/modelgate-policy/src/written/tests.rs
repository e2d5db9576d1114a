//! Numbers of hand-written documents: what is a claim and what is not, and how a claim is held.
#![expect(clippy::unwrap_used, reason = "tests")]

use modelgate_cube::Slice;
use modelgate_eval::{Interval, Measured, Method, MetricId};

use super::*;

fn measured(value: f64) -> Estimate {
    let interval = Some(Interval { lower: value - 0.02, upper: value + 0.02, method: Method::Wilson });
    Estimate::Measured(Measured { value, interval, n: 400, binning_error: 0.0 })
}

fn evaluation() -> Evaluation {
    let mut evaluation = Evaluation::new(0.95);
    let slice = |text: &str| Subject::Slice(Slice::parse(text).unwrap());
    for (metric, about, value) in
        [("accuracy", "overall", 0.8123), ("accuracy", "sex=F", 0.7449), ("recall", "overall", 0.6), ("f1", "overall", 0.71)]
    {
        evaluation.insert(MetricId::parse(metric).unwrap(), slice(about), measured(value));
    }
    evaluation
}

/// The rules that speak of a text, each with what it says.
fn said(text: &str) -> Vec<(String, String)> {
    let blocks =
        managed_blocks(text).into_iter().map(|(block, _)| ManagedBlock { state: BlockState::Current, ..block }).collect();
    let document = WrittenDocument { path: "CARD.md".to_owned(), text: text.to_owned(), blocks };
    let found = findings(&[document], &evaluation(), |rule| rule.rule().default_level);
    found
        .into_iter()
        .map(|finding| {
            (finding.rule.to_string(), format!("{}:{} {}", finding.subject, finding.origin.unwrap().line, finding.message))
        })
        .collect()
}

#[track_caller]
fn contradicts(text: &str, says: &str) {
    let found = said(text);
    assert!(found.len() == 1 && found[0].0 == "contradicted-number" && found[0].1.contains(says), "{text}: {found:?}");
}

#[test]
fn a_number_that_was_not_measured_is_found_in_sentences_tables_and_front_matter() {
    contradicts(
        "The accuracy is 0.85 on the test set.",
        "CARD.md:1 it says 0.85 for accuracy of all rows, and 0.812 was measured",
    );
    contradicts("An **accuracy** of 85 % is reached.", "it says 85 % for accuracy of all rows, and 81.2 % was measured");
    contradicts("It has 0.85 accuracy.", "0.85");
    contradicts("Accuracy for sex=F is 0.81.", "it says 0.81 for accuracy of sex=F, and 0.745 was measured");
    contradicts("`f1` = 0.75", "it says 0.75 for f1");
    contradicts("F1 score: 0.75, on all rows", "it says 0.75 for f1");
    contradicts("x\n\n| Metric | Value |\n|:--|--:|\n| Accuracy | 0.85 [0.83, 0.87] |\n", "CARD.md:5 it says 0.85");
    contradicts(
        "| Group | Accuracy | Recall |\n|--|--|--|\n| all rows | 0.812 | 0.600 |\n| sex=F | 0.812 | n/a |\n",
        "CARD.md:4 it says 0.812",
    );
    contradicts(
        "---\nmodel-index:\n- results:\n  - metrics:\n    - type: accuracy\n      value: 0.9\n---\n# Card\n",
        "CARD.md:6 it says 0.9",
    );
    contradicts("---\nmetrics:\n- {type: accuracy, value: 0.9, name: \"Accuracy (sex=F)\"}\n---\n", "0.9 for accuracy of sex=F");
}

#[test]
fn a_number_that_was_measured_is_right_in_as_many_digits_as_it_has() {
    for text in [
        "The accuracy is 0.8123.",
        "The accuracy is 0.812, recall is 60 %, and F1 is 0.71.",
        "Accuracy: 81.2%",
        "Accuracy 0.81",
        "| Group | Accuracy |\n|--|--|\n| sex=F | 74.5 % |\n",
    ] {
        assert_eq!(said(text), [], "{text}");
    }
}

#[test]
fn limits_earlier_versions_and_other_numbers_are_no_claims() {
    for text in [
        "Accuracy must be at least 0.9.",
        "The previous version had an accuracy of 0.9.",
        "Accuracy ≥ 0.9",
        "accuracy fell from 0.9",
        "Version 1.5 improves accuracy.",
        "Accuracy was measured on 4000 rows.",
        "```\naccuracy = 0.9\n```",
        "Accuracy 0.9 <!-- modelgate:ignore -->",
        "| Group | Accuracy |\n|--|--|\n| women | 0.9 |\n",
        "Their accuracy, in a study of 2020, was 0.9 of ours.",
        "<!-- modelgate:begin metrics -->\nAccuracy 0.9\n<!-- modelgate:end -->",
    ] {
        assert_eq!(said(text), [], "{text}");
    }
}

#[test]
fn a_number_for_what_is_not_measured_is_told() {
    let found = said("Precision is 0.9. Accuracy for sex=X is 0.9.");
    let rules: Vec<&str> = found.iter().map(|(rule, _)| rule.as_str()).collect();
    assert_eq!(rules, ["unmeasured-number", "unmeasured-number"], "{found:?}");
}

#[test]
fn blocks_are_found_with_what_is_in_them_and_what_is_wrong_with_them() {
    let text = "a\n<!-- modelgate:begin metrics -->\nb\nc\n<!-- modelgate:end -->\n<!-- modelgate:begin x -->\n<!-- modelgate:begin y -->\n";
    let found = managed_blocks(text);
    let told: Vec<(usize, usize, &str, BlockState, &str)> =
        found.iter().map(|(block, within)| (block.line, block.end, block.name.as_str(), block.state, within.as_str())).collect();
    assert_eq!(
        told,
        [
            (2, 5, "metrics", BlockState::Outdated, "b\nc\n"),
            (6, 6, "x", BlockState::Unclosed, ""),
            (7, 7, "y", BlockState::Unclosed, ""),
        ]
    );
    let blocks = found.into_iter().map(|(block, _)| block).collect();
    let document = WrittenDocument { path: "CARD.md".to_owned(), text: String::new(), blocks };
    let findings = findings(&[document], &evaluation(), |rule| rule.rule().default_level);
    assert!(findings.len() == 3 && findings.iter().all(|finding| finding.rule == RuleId::OUTDATED_BLOCK), "{findings:?}");
}
