//! Text that attacks whoever reads it: every document must show it as text and nothing else.

use std::cell::RefCell;

use comrak::nodes::NodeValue;
use comrak::{Arena, Options, parse_document};
use modelgate_tests::{CONFIG, Rows};
use scraper::{Html, Selector};

use crate::gate;

/// Mentions, quick actions, comment ends, images, links, table breaks, terminal escapes, right-to-left overrides.
const ATTACK: &str = "@all\n/approve\n--> <img src=x onerror=alert(1)> [x](http://e.example) ![y](http://e.example/y.png) | www.e.example a@e.example #1 !2 `code` \u{1b}[31m\u{202e}";

fn attacked() -> modelgate_tests::Gate {
    // Half of one group gets a hostile name, in a quoted CSV field.
    let quoted = format!("\"{}\"", ATTACK.replace('"', "\"\""));
    let rows = Rows { pull_down: 0.25, ..Rows::default() }.csv().replace(",F,", &format!(",{quoted},"));
    let config = CONFIG.replace("name: loans", &format!("name: {}", serde_json::to_string(ATTACK).unwrap()))
        + "  - metric: true_positive_rate\n    slices: every\n    lower_bound: 0.9\n";
    let gate = gate().with("modelgate.yml", config).with("predictions.csv", rows);
    let outcome = gate.run(&["check"]).exits(1);
    assert!(!outcome.stdout.contains('\u{1b}') && !outcome.stderr.contains('\u{1b}'), "a terminal is driven by escapes");
    assert!(!outcome.stdout.contains("\n/approve"), "{}", outcome.stdout);
    gate
}

fn assert_inert_markdown(name: &str, text: &str) {
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.autolink = true;
    options.extension.strikethrough = true;
    options.extension.footnotes = true;
    options.extension.alerts = true;
    let arena = Arena::new();
    let root = parse_document(&arena, text, &options);
    let offence = RefCell::new(Vec::new());
    for node in root.descendants() {
        match &node.data.borrow().value {
            NodeValue::Link(link) => offence.borrow_mut().push(format!("a link to {}", link.url)),
            NodeValue::Image(image) => offence.borrow_mut().push(format!("an image of {}", image.url)),
            NodeValue::HtmlInline(html) if html.contains("<img") || html.contains("onerror=") => {
                offence.borrow_mut().push(html.clone());
            }
            NodeValue::HtmlBlock(html) if html.literal.contains("onerror=") => offence.borrow_mut().push(html.literal.clone()),
            _ => {}
        }
    }
    assert!(offence.borrow().is_empty(), "{name}: {:?}", offence.borrow());
    assert!(
        !text.lines().any(|line| line.trim_start().starts_with("/approve")),
        "{name}: a quick action stands at a line's start"
    );
    assert!(!text.contains("@all"), "{name}: a mention");
    assert_eq!(text.matches("-->").count(), text.matches("<!--").count(), "{name}: a comment is closed by data");
}

#[test]
fn a_hostile_slice_and_model_name_come_out_inert() {
    let gate = attacked();
    for file in ["comment.md", "model-card.md"] {
        assert_inert_markdown(file, &gate.read(&format!("modelgate-out/{file}")));
    }
    let html = Html::parse_document(&gate.read("modelgate-out/report.html"));
    for selector in ["img", "script", "a[href^='http://e.example']", "iframe", "[onerror]"] {
        let found = html.select(&Selector::parse(selector).unwrap()).count();
        assert_eq!(found, 0, "{selector} in report.html");
    }
    let text: String = html.root_element().text().collect();
    assert!(text.contains("/approve"), "the slice is shown, as text");
}

#[test]
fn the_marker_of_the_comment_cannot_be_forged() {
    let gate = attacked();
    let comment = gate.read("modelgate-out/comment.md");
    let last = comment.lines().last().unwrap();
    assert!(last.starts_with("<!-- modelgate:v1 ") && last.ends_with("-->"), "{last}");
    assert_eq!(comment.matches("<!-- modelgate:").count(), 1);
}
