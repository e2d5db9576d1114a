//! What is withheld of small made-up tables, and what is not.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::testing::{counted, crossed, public};
use super::*;

fn published(cube: &Cube) -> Published<'_> {
    Published { cube, model: Digest::of(b"model"), withheld: None }
}

fn of(cube: &Cube) -> Disclosure {
    Disclosure::of(&[&[published(cube)]], public())
}

fn withheld(disclosure: &Disclosure) -> Vec<String> {
    disclosure.withheld().levels().map(Slice::to_string).collect()
}

fn slice(text: &str) -> Slice {
    Slice::parse(text).unwrap()
}

const LARGE: [u64; 4] = [400, 40, 40, 400];

#[test]
fn a_small_level_takes_the_smallest_other_one_with_it() {
    let cube = counted(&[("a", LARGE), ("b", [300, 30, 30, 300]), ("c", [20, 20, 20, 20]), ("d", [1, 0, 2, 0])]);
    assert_eq!(withheld(&of(&cube)), ["sex=c", "sex=d"]);
}

#[test]
fn one_small_count_is_enough_and_zero_is_none() {
    let small = counted(&[("a", LARGE), ("b", [300, 30, 30, 300]), ("c", [900, 10, 50, 300])]);
    assert_eq!(withheld(&of(&small)), ["sex=b", "sex=c"]);
    let zero = counted(&[("a", LARGE), ("b", [300, 30, 30, 300]), ("c", [900, 0, 50, 300])]);
    assert_eq!(withheld(&of(&zero)), [""; 0]);
}

#[test]
fn small_levels_that_are_small_together_take_a_third_with_them() {
    let cube = counted(&[("a", LARGE), ("b", [50, 20, 20, 50]), ("c", [3, 0, 0, 3]), ("d", [2, 1, 0, 4])]);
    assert_eq!(withheld(&of(&cube)), ["sex=b", "sex=c", "sex=d"]);
}

#[test]
fn two_levels_go_together() {
    assert_eq!(withheld(&of(&counted(&[("a", LARGE), ("b", [3, 3, 3, 3])]))), ["sex=a", "sex=b"]);
}

#[test]
fn where_all_rows_have_a_small_count_nothing_is_shown_but_how_many_there_are() {
    let disclosure = of(&counted(&[("a", [100, 5, 90, 90]), ("b", [100, 4, 90, 90])]));
    assert!(!disclosure.shows(&Slice::overall()) && !disclosure.shows(&slice("sex=a")) && disclosure.shows_rows());
    let few = of(&counted(&[("a", [2, 2, 2, 2])]));
    assert!(!few.shows_rows());
}

#[test]
fn a_crossed_table_is_shown_whole_or_not_at_all() {
    let row = |sex, region, parts| (vec![("region", region), ("sex", sex)], parts);
    let safe =
        crossed(&["region", "sex"], &[row("F", "n", LARGE), row("M", "n", LARGE), row("F", "s", LARGE), row("M", "s", LARGE)]);
    assert!(of(&safe).shows(&slice("region=n & sex=F")));
    let one_small = crossed(
        &["region", "sex"],
        &[row("F", "n", LARGE), row("M", "n", LARGE), row("F", "s", LARGE), row("M", "s", [400, 3, 40, 40])],
    );
    let disclosure = of(&one_small);
    assert!(disclosure.shows(&slice("sex=M")) && disclosure.shows(&slice("region=s")));
    assert!(!disclosure.shows(&slice("region=n & sex=F")));
    assert!(!disclosure.shows_between(&["sex".into(), "region".into()]) && disclosure.shows_between(&["sex".into()]));
}

#[test]
fn what_an_earlier_release_withheld_stays_withheld() {
    let before = Withheld::new([slice("sex=a"), slice("sex=b")], []);
    let cube = counted(&[("a", LARGE), ("b", LARGE), ("c", LARGE)]);
    let earlier = counted(&[("c", LARGE)]);
    let old = Published { withheld: Some(&before), ..published(&earlier) };
    assert_eq!(withheld(&Disclosure::of(&[&[published(&cube), old]], public())), ["sex=a", "sex=b"]);
}

/// The same counts of other rows.
fn on_other_rows(levels: &[(&str, [u64; 4])]) -> Cube {
    let cube = counted(levels);
    let mut split = RowSetDigest::default();
    split.add_row(7);
    let meta = crate::CubeMeta { split, ..cube.meta().clone() };
    Cube::from_cells(meta, cube.scale(), cube.cells().map(|(slice, cell)| (slice.clone(), cell.clone())).collect())
}

#[test]
fn a_few_more_rows_than_before_are_a_small_count() {
    let old = counted(&[("a", LARGE), ("b", LARGE), ("c", LARGE)]);
    let grown = on_other_rows(&[("a", [400, 40, 40, 420]), ("b", [430, 50, 40, 403]), ("c", [420, 40, 40, 420])]);
    let model = |cube| Published { model: Digest::of(b"another model"), ..published(cube) };
    let disclosure = Disclosure::of(&[&[published(&grown), model(&old)]], public());
    assert_eq!(withheld(&disclosure), ["sex=a", "sex=b"], "b has 3 more positive rows");
    let same_rows = counted(&[("a", [400, 40, 40, 420]), ("b", [430, 50, 40, 403]), ("c", [420, 40, 40, 420])]);
    assert_eq!(withheld(&Disclosure::of(&[&[published(&same_rows), model(&old)]], public())), [""; 0]);
}

#[test]
fn with_the_same_model_every_count_tells_about_the_added_rows() {
    let old = counted(&[("a", LARGE), ("b", LARGE), ("c", LARGE)]);
    // 30 more negative rows of b, three of which are false positives.
    let grown = on_other_rows(&[("a", [400, 40, 40, 420]), ("b", [427, 43, 40, 400]), ("c", LARGE)]);
    assert!(!Disclosure::of(&[&[published(&grown), published(&old)]], public()).shows(&slice("sex=b")));
    let other = Published { model: Digest::of(b"another model"), ..published(&old) };
    assert!(Disclosure::of(&[&[published(&grown), other]], public()).shows(&slice("sex=b")));
}

#[test]
fn a_later_stage_never_shows_what_an_earlier_one_withheld_in_exchange() {
    let new = counted(&[("a", LARGE), ("b", [300, 30, 30, 300]), ("c", [3, 3, 3, 3])]);
    let old = counted(&[("a", [400, 5, 40, 400]), ("b", LARGE), ("c", LARGE)]);
    assert_eq!(withheld(&of(&new)), ["sex=b", "sex=c"]);
    let both = Disclosure::of(&[&[published(&new)], &[published(&old)]], public());
    assert_eq!(withheld(&both), ["sex=a", "sex=b", "sex=c"]);
}

#[test]
fn nested_axes_do_not_tell_what_one_of_them_withholds() {
    let row = |age, senior, parts| (vec![("age", age), ("senior", senior)], parts);
    let cube = crossed(
        &["age", "senior"],
        &[
            row("<25", "no", [50, 50, 50, 50]),
            row("25-64", "no", LARGE),
            row("65-74", "yes", [300, 30, 30, 300]),
            row("75+", "yes", [1, 0, 0, 2]),
        ],
    );
    // senior=yes minus 65-74 would be 75+.
    let disclosure = of(&cube);
    assert!(!disclosure.shows(&slice("age=65-74")), "{:?}", withheld(&disclosure));
    assert!(disclosure.shows(&slice("senior=yes")));
}

#[test]
fn a_failing_slice_is_named_only_where_that_tells_nothing_about_the_others() {
    // Of 31 rows one group has at least 30: the other one has one.
    let cube = counted(&[("a", LARGE), ("b", LARGE), ("c", [0, 0, 0, 1]), ("d", [0, 0, 15, 15])]);
    let disclosure = of(&cube);
    assert_eq!(withheld(&disclosure), ["sex=c", "sex=d"]);
    assert!(!disclosure.names(&slice("sex=d")));
    let roomy = of(&counted(&[("a", LARGE), ("b", [300, 60, 60, 300]), ("c", [30, 5, 0, 100])]));
    assert!(roomy.names(&slice("sex=c")));
}

#[test]
fn groups_that_are_too_small_to_take_part_do_not_withhold_gaps() {
    let axes = ["sex".to_owned()];
    let tiny = of(&counted(&[("a", LARGE), ("b", LARGE), ("c", [5, 5, 5, 5]), ("d", [6, 6, 6, 6])]));
    assert!(tiny.shows_between(&axes));
    let large = of(&counted(&[("a", LARGE), ("b", LARGE), ("c", [50, 5, 50, 50])]));
    assert!(!large.shows_between(&axes));
}

#[test]
fn restricted_shows_no_slice_and_internal_all() {
    let cube = counted(&[("a", LARGE), ("b", [1, 1, 1, 1])]);
    let with = |profile| Disclosure::of(&[&[published(&cube)]], DisclosureSettings { profile, ..public() });
    let restricted = with(Profile::Restricted);
    assert!(restricted.shows(&Slice::overall()) && !restricted.shows(&slice("sex=a")));
    assert!(!restricted.shows_between(&["sex".into()]));
    assert!(with(Profile::Internal).shows(&slice("sex=b")));
}

#[test]
fn a_table_that_its_sums_and_empty_cells_tell_takes_an_axis_with_it() {
    let row = |sex, pregnant, parts| (vec![("pregnant", pregnant), ("sex", sex)], parts);
    // Nobody is male and pregnant, so that all women but the pregnant ones are the difference of two levels.
    let cube = crossed(
        &["pregnant", "sex"],
        &[row("F", "yes", [100, 50, 50, 100]), row("F", "no", [1, 1, 0, 1]), row("M", "no", [100, 50, 50, 100])],
    );
    let disclosure = of(&cube);
    let both = disclosure.shows(&slice("sex=F")) && disclosure.shows(&slice("pregnant=yes"));
    assert!(!both && !disclosure.shows(&slice("pregnant=no & sex=F")));
    assert!(disclosure.shows(&slice("sex=M")) != disclosure.shows(&slice("pregnant=no")), "one axis is enough");
}
