//! The pages are made from end to end, with a few repetitions of everything.
#![expect(clippy::unwrap_used, reason = "tests")]

use modelgate_proof::{Effort, coverage, power};

#[test]
fn the_coverage_page_is_the_same_every_time() {
    let page = coverage::page(Effort::Quick, &|_| ()).unwrap();
    assert!(page.contains("| 30 |") && page.contains("Tango"), "{page}");
    assert!(!page.contains("NaN") && !page.contains("inf"), "{page}");
    assert_eq!(page, coverage::page(Effort::Quick, &|_| ()).unwrap());
}

#[test]
fn the_power_page_finds_what_changed_and_nothing_else() {
    let page = power::page(Effort::Quick, &|_| ()).unwrap();
    for section in ["many slices", "Silent decay", "Groups against a reference"] {
        assert!(page.contains(section), "{page}");
    }
    assert!(!page.contains("NaN"), "{page}");
}
