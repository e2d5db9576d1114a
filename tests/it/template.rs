//! A comment's template of somebody's own: it may say anything, and hide nothing that blocks.

use modelgate_tests::{CONFIG, Gate};

use crate::ready;

fn with(template: &str) -> Gate {
    let config = CONFIG.replace("lower_bound: 0.5", "lower_bound: 0.99") + "output: {comment_template: ci/comment.md.jinja}\n";
    ready().with("modelgate.yml", config).with("ci/comment.md.jinja", template)
}

#[test]
fn a_comment_of_one_s_own_keeps_the_verdict_and_what_blocks() {
    let gate = with("### Our models\n\n{{ total }} were made. Ask #ml-risk.\n");
    let _ = gate.run(&["check", "--quiet"]).exits(1);
    let comment = gate.read("modelgate-out/comment.md");
    assert!(comment.starts_with("## ❌ Model gate FAILED"), "{comment}");
    assert!(comment.contains("### Our models") && comment.contains("Ask #ml-risk."), "{comment}");
    assert!(comment.contains("**Blocking checks**") && comment.contains("Accuracy"), "{comment}");
    assert!(comment.lines().last().unwrap().starts_with("<!-- modelgate:v1 "), "{comment}");
}

#[test]
fn the_printed_template_is_the_one_that_is_used() {
    let gate = with("");
    let printed = gate.run(&["list", "comment-template"]).exits(0).stdout;
    gate.write("ci/comment.md.jinja", printed);
    let _ = gate.run(&["check", "--quiet"]).exits(1);
    let own = gate.read("modelgate-out/comment.md");
    gate.write("modelgate.yml", CONFIG.replace("lower_bound: 0.5", "lower_bound: 0.99"));
    let _ = gate.run(&["check", "--quiet"]).exits(1);
    let built_in = gate.read("modelgate-out/comment.md");
    // The last lines name the configuration, which differs.
    let body = |text: &str| text.split("<sub>").next().unwrap().to_owned();
    assert_eq!(body(&own), body(&built_in));
}

#[test]
fn a_template_that_cannot_be_rendered_is_no_decision_with_its_line() {
    for (template, line) in [("one\n{{ nothing }}\n", 2), ("{% for x in %}", 1), ("{{ headline | safe }}", 1)] {
        let gate = with(template);
        let outcome = gate.run(&["check", "--quiet"]).exits(2);
        assert!(outcome.stderr.contains(&format!("comment.md.jinja:{line}")), "{}", outcome.stderr);
        assert!(outcome.stderr.contains("modelgate list comment-template"), "{}", outcome.stderr);
        assert!(!gate.has("modelgate-out/verdict.json"), "nothing is written half");
    }
    let endless = "{% for a in range(3000) %}{% for b in range(3000) %}x{% endfor %}{% endfor %}";
    let outcome = with(endless).run(&["check", "--quiet"]).exits(2);
    assert!(outcome.stderr.contains("template cannot be rendered"), "{}", outcome.stderr);
    let missing = ready().with("modelgate.yml", format!("{CONFIG}output: {{comment_template: nowhere.jinja}}\n"));
    let outcome = missing.run(&["check", "--quiet"]).exits(2);
    assert!(outcome.stderr.contains("nowhere.jinja"), "{}", outcome.stderr);
}
