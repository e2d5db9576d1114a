//! Whether a table that is not shown can be found out: from its sums, and from what is known about single cells.

use super::sums::Sums;
use super::{Blocks, Plan, cross};
use crate::Slice;

/// A cell as somebody knows it who sees sums only.
#[derive(Clone, Copy)]
struct Bounds {
    least: u64,
    most: u64,
}

/// Whether a small count of a table is known too well on any side: to within less than half of what is to be unknown. Cells
/// without rows are taken as known, because axes often tell which they are.
pub(super) fn is_found_out(plan: &Plan<'_>, blocks: &[Blocks; 2]) -> bool {
    let table = cells(plan, blocks);
    let sides = (0..plan.counts.len()).filter(|side| plan.counts.get(*side).is_some_and(|counts| counts.withheld.is_none()));
    sides.into_iter().any(|side| (0..15).any(|set| is_set_found_out(plan, blocks, &table, side, set)))
}

/// The counts of every cell, for each side; the last row and column are the withheld levels together.
fn cells(plan: &Plan<'_>, [one, other]: &[Blocks; 2]) -> Vec<Vec<Vec<Sums>>> {
    let of = |slice: &Slice| plan.sums(std::slice::from_ref(slice));
    let mut rows: Vec<Vec<Vec<Sums>>> = Vec::new();
    for row in &one.shown {
        let mut cells: Vec<Vec<Sums>> = other.shown.iter().map(|column| of(&cross(row, column))).collect();
        cells.push(Plan::rest(&of(row), &cells));
        rows.push(cells);
    }
    let mut last: Vec<Vec<Sums>> = Vec::new();
    for (index, column) in other.shown.iter().enumerate() {
        let above: Vec<Vec<Sums>> = rows.iter().filter_map(|row| row.get(index).cloned()).collect();
        last.push(Plan::rest(&of(column), &above));
    }
    let all: Vec<Vec<Sums>> = rows.iter().flatten().chain(&last).cloned().collect();
    last.push(Plan::rest(&of(&Slice::overall()), &all));
    rows.push(last);
    rows
}

fn is_set_found_out(plan: &Plan<'_>, blocks: &[Blocks; 2], table: &[Vec<Vec<Sums>>], side: usize, set: usize) -> bool {
    let count = |cell: &[Sums]| cell.get(side).map_or(0, |sums| sums.all()[set]);
    let limit = |row: usize, column: usize, cell: &[Sums]| {
        if cell.get(side).is_none_or(|sums| sums.rows() == 0) { 0 } else { known_limit(plan, blocks, (row, column), side, set) }
    };
    let counts: Vec<Vec<u64>> = table.iter().map(|row| row.iter().map(|cell| count(cell)).collect()).collect();
    let mut bounds: Vec<Vec<Bounds>> = Vec::new();
    for (index, row) in table.iter().enumerate() {
        let bound = |(column, cell): (usize, &Vec<Sums>)| Bounds { least: 0, most: limit(index, column, cell) };
        bounds.push(row.iter().enumerate().map(bound).collect());
    }
    tighten(&mut bounds, &counts);
    let least = plan.settings.min_cell;
    let cells = counts.iter().flatten().zip(bounds.iter().flatten());
    cells.into_iter().any(|(count, bounds)| (1..least).contains(count) && bounds.most - bounds.least < least / 2)
}

/// The most that a cell can have where an earlier release showed the table of the same rows: those of its label.
fn known_limit(plan: &Plan<'_>, [one, other]: &[Blocks; 2], (row, column): (usize, usize), side: usize, set: usize) -> u64 {
    let (Some(row), Some(column)) = (one.shown.get(row), other.shown.get(column)) else { return u64::MAX };
    let pair = [one.axis.clone(), other.axis.clone()];
    let mut limit = u64::MAX;
    for (index, counts) in plan.counts.iter().enumerate() {
        let shows = counts.withheld.is_some_and(|withheld| !withheld.tables.contains(&pair));
        if shows && plan.same_rows(side, index) {
            limit = limit.min(Sums::of(counts.cube.cell(&cross(row, column)).into_iter()).most(set));
        }
    }
    limit
}

/// Narrows every cell by the sums of its row and of its column, until nothing moves.
fn tighten(bounds: &mut [Vec<Bounds>], counts: &[Vec<u64>]) {
    let (rows, columns) = (counts.len(), counts.first().map_or(0, Vec::len));
    let along_rows = (0..rows).map(|row| (0..columns).map(|column| (row, column)).collect());
    let along_columns = (0..columns).map(|column| (0..rows).map(|row| (row, column)).collect());
    let lines: Vec<Vec<(usize, usize)>> = along_rows.chain(along_columns).collect();
    for _ in 0..50 {
        let mut moved = false;
        for line in &lines {
            let sum: u64 = line.iter().map(|(row, column)| counts[*row][*column]).sum();
            moved |= tighten_line(bounds, line, sum);
        }
        if !moved {
            break;
        }
    }
}

fn tighten_line(bounds: &mut [Vec<Bounds>], line: &[(usize, usize)], sum: u64) -> bool {
    let mut moved = false;
    for (place, (row, column)) in line.iter().enumerate() {
        let others =
            || line.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, (row, column))| bounds[*row][*column]);
        let (least, most) = (
            sum.saturating_sub(others().fold(0, |sum: u64, other| sum.saturating_add(other.most))),
            sum.saturating_sub(others().fold(0, |sum: u64, other| sum.saturating_add(other.least))),
        );
        let cell = &mut bounds[*row][*column];
        moved |= least > cell.least || most < cell.most;
        *cell = Bounds { least: cell.least.max(least), most: cell.most.min(most).max(cell.least.max(least)) };
    }
    moved
}
