//! Whether a withheld slice may be named where a check of it fails: that tells that it has enough rows to be judged.

use std::collections::{BTreeMap, BTreeSet};

use super::sums::Sums;
use super::{Plan, Withheld};
use crate::Slice;

/// Whether withheld slices of these axes may be named: where readers know of each that was judged that it has at least
/// `min_support` rows, what is not known about the others has still to be wide enough.
pub(super) fn may_be_named(plan: &Plan<'_>, axes: &[String], withheld: &Withheld) -> bool {
    let all: Vec<Slice> =
        plan.all_slices().filter(|slice| slice.axes().eq(axes.iter().map(String::as_str)) && withheld.contains(slice)).collect();
    let hidden: BTreeSet<&Slice> = all.iter().collect();
    let lines = match axes {
        [_] => vec![hidden],
        [one, other] => [one, other].into_iter().flat_map(|axis| lines_along(axis, &hidden, withheld)).collect(),
        _ => return false,
    };
    lines.iter().all(|line| plan.stays_wide(line))
}

/// The withheld cells of a table by what is known about their sums: for each shown level of the axis its own, and for the
/// withheld levels of the axis one.
fn lines_along<'a>(axis: &str, hidden: &BTreeSet<&'a Slice>, withheld: &Withheld) -> Vec<BTreeSet<&'a Slice>> {
    let mut lines: BTreeMap<Option<Slice>, BTreeSet<&Slice>> = BTreeMap::new();
    for slice in hidden {
        let level = slice.terms().iter().find(|term| term.axis == axis).map(|term| Slice::new([term.clone()]));
        let own = level.filter(|level| !withheld.contains(level));
        lines.entry(own).or_default().insert(*slice);
    }
    lines.into_values().collect()
}

impl Plan<'_> {
    /// Whether the counts of these slices stay unknown where it is known that those with `min_support` rows have as many,
    /// and that each has a row.
    fn stays_wide(&self, line: &BTreeSet<&Slice>) -> bool {
        let wide = |side: &super::Published<'_>| {
            let sums: Vec<Sums> = line.iter().map(|slice| Sums::of(side.cube.cell(slice).into_iter())).collect();
            (0..15).all(|set| {
                let counts = || sums.iter().map(|sums| sums.all()[set]);
                // The last set is all parts: a slice that is there has a row.
                let floor = u64::from(set == 14);
                let known =
                    |count: u64| if count >= self.settings.min_support { self.settings.min_support } else { floor.min(count) };
                let unknown: u64 = counts().map(|count| count - known(count)).sum();
                let pinned_safely = || counts().all(|count| super::is_safe(count, self.settings.min_cell));
                unknown >= self.settings.min_cell || (unknown == 0 && pinned_safely())
            })
        };
        self.counts.iter().filter(|side| side.withheld.is_none()).all(wide)
    }
}
