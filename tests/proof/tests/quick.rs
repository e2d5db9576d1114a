//! The pages are made from end to end, with a few repetitions of everything.
#![expect(clippy::unwrap_used, reason = "tests")]

use modelgate_proof::{Effort, coverage, power};

#[test]
fn the_coverage_page_is_the_same_every_time() {
    let page = coverage::page(Effort::Quick, &|_| ()).unwrap();
    let text = &page.text;
    assert!(text.contains("| 30 |") && text.contains("Tango"), "{text}");
    assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
    assert_eq!(page, coverage::page(Effort::Quick, &|_| ()).unwrap());
}

#[test]
fn the_power_page_fails_a_large_decay_and_nothing_where_nothing_changed() {
    let page = power::page(Effort::Quick, &|_| ()).unwrap();
    let text = &page.text;
    for section in ["What is aimed at", "many slices", "Silent decay", "Groups against a reference"] {
        assert!(text.contains(section), "{text}");
    }
    assert!(!text.contains("NaN"), "{text}");
    // Twelve releases that lose 0.8 points each end 9.6 points below the anchor; two points are allowed.
    assert!(cell(text, &["5000", "0.8 points"], 3).starts_with("100.0 %"), "{text}");
    for (row, column) in
        [(&["2000", "no change"], 3), (&["5000", "none"], 2), (&["5000", "none"], 3), (&["1000", "no change"], 2)]
    {
        assert!(cell(text, row, column).starts_with("0.0 %"), "{row:?} {text}");
    }
    assert_eq!(page.missed, Vec::<String>::new());
}

/// The cell of a column in the row that begins with these cells.
fn cell<'a>(text: &'a str, row: &[&str], column: usize) -> &'a str {
    let begins = format!("| {} |", row.join(" | "));
    let line = text.lines().find(|line| line.starts_with(&begins)).unwrap_or_default();
    line.trim_matches('|').split('|').nth(column).unwrap_or_default().trim()
}
