//! Which slices may be shown where not every reader may know the rows: a pure function of the counts.
//!
//! A published slice shows all of its counts, so a slice is shown only where each of them is zero or at least
//! `min_cell`. Of tasks other than binary classification fewer counts are shown (`shown_parts`): rows that are right and others of
//! classes, and rows alone of numbers, beside means over all rows. What is withheld must not follow from what is shown:
//!
//! - **One axis.** What is shown is a function of rows in which all withheld levels of an axis are one level. That one has
//!   to be safe itself, because it is the whole minus what is shown, and it has two levels at least, so that nothing shown
//!   depends on how it falls into them.
//! - **Two axes.** A crossed table is shown as a whole (with the withheld levels of its axes taken together, as above) or
//!   not at all. Where it is not, its row and column sums are known and are safe: each cell can then lie anywhere in a
//!   range that is `min_cell` wide, or is one of these sums or zero. (A cell of a table with given sums lies between
//!   max(0, r + c - T) and min(r, c), which are min(r, c, T - r, T - c) apart; each of these is a sum of safe sums.) That
//!   some cells are known to have no rows takes from these ranges: where too little is left, a whole axis is withheld.
//! - **Several releases.** They are looked at together: a slice is shown only where it is safe in all of them. What an
//!   earlier one withheld stays withheld. Where the rows differ, so must the counts of rows and labels, by zero or by
//!   `min_cell` at least; where only the rows differ and not the model, so must all counts.
//! - **The choice** of what is withheld to protect something else follows from rows and labels first and from predictions
//!   afterwards, so that another model on the same rows does not open what the first one closed.

mod naming;
mod sums;
mod table;

use std::collections::BTreeSet;

use crate::{Cube, Digest, RowSetDigest, Slice, TaskKind};
pub(crate) use sums::shown_parts;
use sums::{Sums, is_safe};

/// The smallest count that may be shown where a configuration says nothing: a cell of 1 to 10 is not.
pub const MIN_CELL: u64 = 11;

/// Who may read what is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Anybody: every number passes disclosure control.
    Public,
    /// People who may know the rows: every number is exact.
    Internal,
    /// Anybody, and of slices not even what would be safe: states, and the order of magnitude of their rows.
    Restricted,
}

impl Profile {
    /// Every profile, by its name in configuration and output.
    pub const IDS: [&'static str; 3] = ["public", "internal", "restricted"];

    /// The name used in configuration and output.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Internal => "internal",
            Self::Restricted => "restricted",
        }
    }

    /// The profile of a name.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        [Self::Public, Self::Internal, Self::Restricted].into_iter().find(|profile| profile.id() == id)
    }

    /// Whether what is published passes disclosure control.
    #[must_use]
    pub fn controls(self) -> bool {
        self != Self::Internal
    }
}

/// What is asked of disclosure control.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DisclosureSettings {
    /// Who may read.
    pub profile: Profile,
    /// The smallest count that may be shown, besides zero; at least 2.
    pub min_cell: u64,
    /// From which number of rows a slice is judged and a group takes part in comparisons: readers can tell by a check that
    /// was made that a slice has as many. At least `min_cell`.
    pub min_support: u64,
}

/// Counts whose publication is decided together with others.
#[derive(Debug, Clone, Copy)]
pub struct Published<'a> {
    /// The counts, or what an earlier release showed of them.
    pub cube: &'a Cube,
    /// The model that they are about.
    pub model: Digest,
    /// What an earlier release withheld; `None` where the counts are whole and nothing was published of them.
    pub withheld: Option<&'a Withheld>,
}

/// What is withheld: levels of axes with everything that they are crossed with, and whole tables of two axes. Which cells of
/// such a table have rows at all is not in it: where some have none, the others could follow.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Withheld {
    levels: BTreeSet<Slice>,
    tables: BTreeSet<[String; 2]>,
}

impl Withheld {
    /// What these levels and tables are. Levels are slices of one axis; others are left out.
    #[must_use]
    pub fn new(levels: impl IntoIterator<Item = Slice>, tables: impl IntoIterator<Item = [String; 2]>) -> Self {
        let sorted = tables.into_iter().map(|mut pair| {
            pair.sort();
            pair
        });
        Self { levels: levels.into_iter().filter(|slice| slice.terms().len() == 1).collect(), tables: sorted.collect() }
    }

    /// The withheld levels, sorted.
    pub fn levels(&self) -> impl Iterator<Item = &Slice> {
        self.levels.iter()
    }

    /// The withheld tables by their axes, sorted.
    pub fn tables(&self) -> impl Iterator<Item = &[String; 2]> {
        self.tables.iter()
    }

    /// Whether nothing is withheld.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.levels.is_empty() && self.tables.is_empty()
    }

    /// Whether this slice is withheld.
    #[must_use]
    pub fn contains(&self, slice: &Slice) -> bool {
        let axes = axes_of(slice);
        slice.terms().iter().any(|term| self.levels.contains(&Slice::new([term.clone()]))) || self.has_table_within(&axes)
    }

    /// Whether anything that these axes cut is withheld.
    #[must_use]
    pub fn touches(&self, axes: &[String]) -> bool {
        let of_axes = |level: &Slice| level.axes().all(|name| axes.iter().any(|axis| axis == name));
        self.levels.iter().any(of_axes) || self.has_table_within(axes)
    }

    fn has_table_within(&self, axes: &[String]) -> bool {
        self.tables.iter().any(|pair| pair.iter().all(|axis| axes.contains(axis)))
    }

    fn levels_of(&self, axis: &str) -> BTreeSet<Slice> {
        self.levels.iter().filter(|level| level.axes().all(|name| name == axis)).cloned().collect()
    }
}

/// What may be shown of some counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disclosure {
    /// What was asked.
    pub settings: DisclosureSettings,
    /// What the counts are of.
    pub task: TaskKind,
    overall: bool,
    rows: bool,
    withheld: Withheld,
    /// Sets of axes with withheld slices.
    touched: BTreeSet<Vec<String>>,
    /// Sets of axes whose withheld slices may be named where a check of them fails.
    named: BTreeSet<Vec<String>>,
    /// Sets of axes whose withheld groups are too small to take part in comparisons between groups.
    idle: BTreeSet<Vec<String>>,
}

impl Disclosure {
    /// Shows everything.
    #[must_use]
    pub fn of_everything(settings: DisclosureSettings) -> Self {
        let none = BTreeSet::new;
        let task = TaskKind::Binary;
        Self {
            settings,
            task,
            overall: true,
            rows: true,
            withheld: Withheld::default(),
            touched: none(),
            named: none(),
            idle: none(),
        }
    }

    /// Decides what may be shown of counts that are published together or after each other; the first ones are the
    /// newest. Earlier ones may be what was shown of them.
    ///
    /// Counts come in stages, and a stage withholds what the stages before it did. Whoever publishes about the same
    /// counts twice has to agree on the first stages, or else what one withholds in exchange the other shows.
    #[must_use]
    pub fn of(stages: &[&[Published<'_>]], settings: DisclosureSettings) -> Self {
        let newest = stages.iter().copied().flatten().next();
        let task = newest.map_or(TaskKind::Binary, |newest| newest.cube.meta().shape.task.kind());
        let mut disclosure = Self { task, ..Self::of_everything(settings) };
        if !settings.profile.controls() {
            return disclosure;
        }
        for stage in 0..stages.len() {
            let counts = stages.iter().take(stage + 1).flat_map(|counts| counts.iter().copied()).collect();
            disclosure.withhold(&Plan { counts, settings });
        }
        disclosure
    }

    /// Withholds what one stage asks for.
    fn withhold(&mut self, plan: &Plan<'_>) {
        let whole = plan.sums(&[Slice::overall()]);
        self.rows &= plan.are_rows_safe(&whole);
        self.overall &= plan.is_safe(&whole);
        if self.overall {
            plan.single_axes(&mut self.withheld);
            plan.nested_axes(&mut self.withheld);
            while let Some(axis) = plan.tables(&mut self.withheld) {
                self.withheld.levels.extend(plan.levels(&axis));
            }
        } else {
            let axes = plan.axes();
            self.withheld.levels.extend(axes.iter().flat_map(|axis| plan.levels(axis)));
            self.withheld.tables.extend(pairs(&axes));
        }
        let axes = plan.axes();
        let sets: Vec<Vec<String>> =
            axes.iter().map(|axis| vec![axis.clone()]).chain(pairs(&axes).map(|pair| pair.to_vec())).collect();
        let touched = || sets.iter().filter(|set| self.withheld.touches(set));
        self.named = touched().filter(|set| naming::may_be_named(plan, set, &self.withheld)).cloned().collect();
        let shown_in_part = |set: &&Vec<String>| !self.withheld.has_table_within(set);
        self.idle = touched().filter(shown_in_part).filter(|set| plan.take_no_part(set, &self.withheld)).cloned().collect();
        self.touched = touched().cloned().collect();
    }

    /// Whether the numbers of this slice are safe, whatever the profile makes of that.
    #[must_use]
    pub fn is_safe(&self, slice: &Slice) -> bool {
        let crossed_deeper = self.settings.profile.controls() && slice.terms().len() > 2;
        self.overall && !crossed_deeper && !self.withheld.contains(slice)
    }

    /// Whether the numbers of this slice are shown.
    #[must_use]
    pub fn shows(&self, slice: &Slice) -> bool {
        let of_slices = self.settings.profile != Profile::Restricted || slice.is_overall();
        of_slices && self.is_safe(slice)
    }

    /// Whether numbers are shown that all groups of these axes have a part in. Groups that are withheld must be too small
    /// to have one.
    #[must_use]
    pub fn shows_between(&self, axes: &[String]) -> bool {
        let mut sorted = axes.to_vec();
        sorted.sort();
        let complete = !self.withheld.touches(&sorted) || self.idle.contains(&sorted);
        let deep = self.settings.profile.controls() && axes.len() > 2;
        self.overall && complete && !deep && self.settings.profile != Profile::Restricted
    }

    /// Whether the number of all rows is shown.
    #[must_use]
    pub fn shows_rows(&self) -> bool {
        self.rows
    }

    /// Whether a slice may be named where a check of it does not pass: that tells that it has enough rows to be judged.
    #[must_use]
    pub fn names(&self, slice: &Slice) -> bool {
        let axes = axes_of(slice);
        self.is_safe(slice) || (axes.len() <= 2 && self.named.contains(&axes))
    }

    /// Whether every withheld slice may be named.
    #[must_use]
    pub fn names_all(&self) -> bool {
        self.touched.iter().all(|axes| self.named.contains(axes))
    }

    /// The slices that are withheld because of their counts.
    #[must_use]
    pub fn withheld(&self) -> &Withheld {
        &self.withheld
    }
}

fn axes_of(slice: &Slice) -> Vec<String> {
    slice.axes().map(str::to_owned).collect()
}

/// The counts and the question that is asked about them.
struct Plan<'a> {
    counts: Vec<Published<'a>>,
    settings: DisclosureSettings,
}

impl Plan<'_> {
    fn all_slices(&self) -> impl Iterator<Item = Slice> {
        let counted = self.counts.iter().flat_map(|counts| counts.cube.cells().map(|(slice, _)| slice));
        let withheld = self.counts.iter().filter_map(|counts| counts.withheld).flat_map(Withheld::levels);
        counted.chain(withheld).cloned().collect::<BTreeSet<_>>().into_iter()
    }

    /// The axes by which any of the counts are cut, sorted.
    fn axes(&self) -> Vec<String> {
        let names = self.all_slices().filter(|slice| slice.terms().len() == 1).flat_map(|slice| axes_of(&slice));
        names.collect::<BTreeSet<_>>().into_iter().collect()
    }

    fn levels(&self, axis: &str) -> BTreeSet<Slice> {
        self.all_slices().filter(|slice| slice.terms().len() == 1 && slice.axes().all(|name| name == axis)).collect()
    }

    /// The counts of some slices together, for each side.
    fn sums(&self, slices: &[Slice]) -> Vec<Sums> {
        let side = |counts: &Published<'_>| Sums::of(slices.iter().filter_map(|slice| counts.cube.cell(slice)));
        self.counts.iter().map(side).collect()
    }

    /// What is left of `whole` without `parts`, for each side.
    fn rest(whole: &[Sums], parts: &[Vec<Sums>]) -> Vec<Sums> {
        let side = |(index, whole): (usize, &Sums)| {
            parts.iter().filter_map(|part| part.get(index)).fold(whole.clone(), |rest, part| rest.minus(part))
        };
        whole.iter().enumerate().map(side).collect()
    }

    /// Whether counts of rows and labels may be known, on every side and in the differences between sides.
    fn are_rows_safe(&self, sides: &[Sums]) -> bool {
        let least = self.settings.min_cell;
        sides.iter().all(|side| side.labels().iter().all(|count| is_safe(*count, least)))
            && self.pairs().all(|(one, other)| {
                let differences = sides.get(one).zip(sides.get(other)).map(|(one, other)| one.label_differences(other));
                self.same_rows(one, other) || differences.iter().flatten().all(|count| is_safe(*count, least))
            })
    }

    /// Whether all counts may be known.
    fn is_safe(&self, sides: &[Sums]) -> bool {
        let least = self.settings.min_cell;
        self.are_rows_safe(sides)
            && sides.iter().all(|side| side.parts().iter().all(|count| is_safe(*count, least)))
            && self.pairs().all(|(one, other)| {
                let differences = sides.get(one).zip(sides.get(other)).map(|(one, other)| one.differences(other));
                let only_rows_differ = !self.same_rows(one, other) && self.same_model(one, other);
                !only_rows_differ || differences.iter().flatten().all(|count| is_safe(*count, least))
            })
    }

    fn pairs(&self) -> impl Iterator<Item = (usize, usize)> {
        let sides = self.counts.len();
        (0..sides).flat_map(move |one| (one + 1..sides).map(move |other| (one, other)))
    }

    fn same_rows(&self, one: usize, other: usize) -> bool {
        let split = |side: usize| self.counts.get(side).map(|counts| -> RowSetDigest { counts.cube.meta().split });
        split(one) == split(other)
    }

    fn same_model(&self, one: usize, other: usize) -> bool {
        let model = |side: usize| self.counts.get(side).map(|counts| counts.model);
        model(one) == model(other)
    }

    fn single_axes(&self, withheld: &mut Withheld) {
        let whole = self.sums(&[Slice::overall()]);
        for axis in self.axes() {
            let levels = self.levels(&axis);
            // What earlier releases withheld stays withheld.
            let mut before = withheld.levels_of(&axis);
            before.extend(self.counts.iter().filter_map(|counts| counts.withheld).flat_map(|before| before.levels_of(&axis)));
            // By rows and labels first: another model on the same rows then makes the same choice.
            let by_rows = self.cover(&levels, before, &whole, |sides| self.are_rows_safe(sides));
            withheld.levels.extend(self.cover(&levels, by_rows, &whole, |sides| self.is_safe(sides)));
        }
    }

    /// The levels to withhold: those that are not safe, and as many of the smallest others as make them safe together.
    fn cover(
        &self,
        levels: &BTreeSet<Slice>,
        mut hidden: BTreeSet<Slice>,
        whole: &[Sums],
        safe: impl Fn(&[Sums]) -> bool,
    ) -> BTreeSet<Slice> {
        let of_level = |level: &Slice| self.sums(std::slice::from_ref(level));
        hidden.extend(levels.iter().filter(|level| !safe(&of_level(level))).cloned());
        if hidden.is_empty() {
            return hidden;
        }
        let newest = |level: &Slice| of_level(level).first().map_or(0, Sums::rows);
        let mut others: Vec<&Slice> = levels.iter().filter(|level| !hidden.contains(*level)).collect();
        others.sort_by_key(|level| (newest(level), *level));
        for next in others {
            let shown: Vec<Vec<Sums>> = levels.iter().filter(|level| !hidden.contains(*level)).map(of_level).collect();
            if hidden.len() >= 2 && safe(&Self::rest(whole, &shown)) {
                break;
            }
            hidden.insert(next.clone());
        }
        hidden
    }

    /// Where the shown levels of one axis make up a shown level of another but for withheld ones (`65-74` and the withheld
    /// `75+` make up `senior`), subtraction tells what is withheld: unless that is safe, the whole axis is withheld.
    fn nested_axes(&self, withheld: &mut Withheld) {
        let axes = self.axes();
        for fine in &axes {
            let levels = self.levels(fine);
            let hidden = withheld.levels_of(fine);
            let shown: Vec<&Slice> = levels.iter().filter(|level| !hidden.contains(*level)).collect();
            let tells = |coarse: &String| self.levels(coarse).iter().any(|level| self.tells(level, &shown));
            if !hidden.is_empty() && axes.iter().any(|coarse| coarse != fine && tells(coarse)) {
                withheld.levels.extend(levels);
            }
        }
    }

    /// Whether the rows of `level` that are in none of `shown` can be told by subtraction, and must not be.
    fn tells(&self, level: &Slice, shown: &[&Slice]) -> bool {
        let crossed: Vec<Vec<Sums>> = shown.iter().map(|fine| self.sums(&[cross(fine, level)])).collect();
        let fits = |side: usize| {
            let rows = |sums: &[Sums]| sums.get(side).map_or(0, Sums::rows);
            let whole = |fine: &Slice| rows(&self.sums(std::slice::from_ref(fine)));
            shown.iter().zip(&crossed).all(|(fine, part)| rows(part) == 0 || rows(part) == whole(fine))
        };
        let has_tables = |side: usize| self.counts.get(side).is_some_and(|counts| counts.cube.meta().shape.depth > 1);
        let nested = (0..self.counts.len()).any(|side| has_tables(side) && fits(side));
        nested && !self.is_safe(&Self::rest(&self.sums(std::slice::from_ref(level)), &crossed))
    }

    /// Every pair of axes: its table is shown as far as both axes are, or not at all. Where a table that is not shown can
    /// be found out from its sums and from cells that have no rows, gives the axis to withhold first.
    fn tables(&self, withheld: &mut Withheld) -> Option<String> {
        let mut tables = withheld.tables.clone();
        for pair in pairs(&self.axes()) {
            let blocks = [Blocks::of(self, &pair[0], withheld), Blocks::of(self, &pair[1], withheld)];
            let before = self.counts.iter().any(|counts| counts.withheld.is_some_and(|before| before.tables.contains(&pair)));
            if before || !self.is_table_safe(&blocks) {
                let can_be_found_out = blocks.iter().all(|axis| !axis.shown.is_empty()) && table::is_found_out(self, &blocks);
                if can_be_found_out {
                    let [one, other] = &blocks;
                    return Some(if one.shown.len() > other.shown.len() { one.axis.clone() } else { other.axis.clone() });
                }
                tables.insert(pair);
            }
        }
        withheld.tables = tables;
        None
    }

    /// Whether every cell of a table is safe, where the withheld levels of each axis are taken together.
    fn is_table_safe(&self, [one, other]: &[Blocks; 2]) -> bool {
        let whole = self.sums(&[Slice::overall()]);
        let of = |slice: &Slice| self.sums(std::slice::from_ref(slice));
        let rest_of_one = Self::rest(&whole, &one.shown.iter().map(of).collect::<Vec<_>>());
        let mut rest_of_columns = Vec::new();
        for column in &other.shown {
            let cells: Vec<Vec<Sums>> = one.shown.iter().map(|row| of(&cross(row, column))).collect();
            let rest = Self::rest(&of(column), &cells);
            if !cells.iter().all(|cell| self.is_safe(cell)) || !self.is_safe(&rest) {
                return false;
            }
            rest_of_columns.push(rest);
        }
        let of_rows = one.shown.iter().map(|row| {
            let cells: Vec<Vec<Sums>> = other.shown.iter().map(|column| of(&cross(row, column))).collect();
            Self::rest(&of(row), &cells)
        });
        let corner = Self::rest(&rest_of_one, &rest_of_columns);
        of_rows.chain([corner]).all(|rest| self.is_safe(&rest))
    }

    /// Whether all withheld groups of these axes are too small, on every side that counts them, to take part in a
    /// comparison of groups.
    fn take_no_part(&self, axes: &[String], withheld: &Withheld) -> bool {
        let missing = |slice: &Slice| slice.terms().iter().any(|term| term.level.is_none());
        let small = |slice: &Slice| {
            let whole = self.counts.iter().filter(|counts| counts.withheld.is_none());
            whole.filter_map(|counts| counts.cube.cell(slice)).all(|cell| cell.total().rows < self.settings.min_support)
        };
        let mut groups = self.all_slices().filter(|slice| axes_of(slice) == axes && withheld.contains(slice));
        groups.all(|slice| missing(&slice) || small(&slice))
    }
}

/// The levels of an axis that are shown; the others are one block.
struct Blocks {
    axis: String,
    shown: Vec<Slice>,
}

impl Blocks {
    fn of(plan: &Plan<'_>, axis: &str, withheld: &Withheld) -> Self {
        let shown = plan.levels(axis).into_iter().filter(|level| !withheld.contains(level)).collect();
        Self { axis: axis.to_owned(), shown }
    }
}

/// Every pair of axes, sorted.
fn pairs(axes: &[String]) -> impl Iterator<Item = [String; 2]> {
    axes.iter().enumerate().flat_map(|(index, one)| axes.iter().skip(index + 1).map(|other| [one.clone(), other.clone()]))
}

/// The rows that are in both.
fn cross(one: &Slice, other: &Slice) -> Slice {
    Slice::new(one.terms().iter().chain(other.terms()).cloned())
}

/// The order of magnitude of a number of rows, as `restricted` shows it.
#[must_use]
pub fn magnitude(rows: u64) -> &'static str {
    match rows {
        0..100 => "fewer than 100 rows",
        100..1_000 => "100 to 999 rows",
        1_000..10_000 => "1,000 to 9,999 rows",
        10_000..100_000 => "10,000 to 99,999 rows",
        _ => "100,000 rows or more",
    }
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
