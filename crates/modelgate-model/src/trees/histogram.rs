//! Sums of the rows of a node, one for every bin of a feature: all that a split is chosen from.

use super::sums::Sums;

/// The sums of one feature, by code.
pub(super) type Cells<S> = [S; 256];

/// Cells without any row.
pub(super) fn empty<S: Sums>() -> Cells<S> {
    [S::default(); 256]
}

/// The rows of a node with what each adds, in the same order.
#[derive(Clone, Copy)]
pub(super) struct NodeRows<'a, S: Sums> {
    pub(super) rows: &'a [u32],
    pub(super) added: &'a [S::Row],
}

/// Adds every row to its cell.
pub(super) fn add<S: Sums>(cells: &mut Cells<S>, codes: &[u8], of: NodeRows<'_, S>) {
    if of.rows.len() == codes.len() {
        // All rows, which then stand in order.
        codes.iter().zip(of.added).for_each(|(code, row)| cells[usize::from(*code)].add_row(row));
        return;
    }
    for (row, added) in of.rows.iter().zip(of.added) {
        cells[usize::from(codes[*row as usize])].add_row(added);
    }
}

/// Takes every row from its cell.
pub(super) fn take<S: Sums>(cells: &mut Cells<S>, codes: &[u8], of: NodeRows<'_, S>) {
    for (row, taken) in of.rows.iter().zip(of.added) {
        cells[usize::from(codes[*row as usize])].take_row(taken);
    }
}

/// Takes the sums of a part from those of the whole. Only the first `bins` cells and the last one are in use.
pub(super) fn subtract<S: Sums>(whole: &mut Cells<S>, part: &Cells<S>, bins: usize) {
    let (last, rest) = (255, bins.min(255));
    for (cell, part) in whole[..rest].iter_mut().zip(&part[..rest]) {
        *cell = cell.minus(part);
    }
    whole[last] = whole[last].minus(&part[last]);
}

/// Which cells hold rows, so that a small node need not look at all of them.
#[derive(Default)]
pub(super) struct Occupied([u64; 4]);

impl Occupied {
    /// Notes the cells of some rows.
    pub(super) fn of(codes: &[u8], rows: &[u32]) -> Self {
        let mut occupied = Self::default();
        for row in rows {
            let code = codes[*row as usize];
            occupied.0[usize::from(code >> 6)] |= 1 << (code & 63);
        }
        occupied
    }

    /// Every cell.
    pub(super) fn all() -> Self {
        Self([u64::MAX; 4])
    }

    /// The cells of known values below `end`, in ascending order.
    pub(super) fn below(&self, end: usize) -> impl Iterator<Item = u8> {
        self.cells().take_while(move |cell| usize::from(*cell) < end)
    }

    /// The cells, in ascending order.
    pub(super) fn cells(&self) -> impl Iterator<Item = u8> {
        (0_u8..4).zip(self.0).flat_map(|(word, bits)| Bits(bits).map(move |bit| word << 6 | bit))
    }
}

/// The set bits of a word, in ascending order.
struct Bits(u64);

impl Iterator for Bits {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let lowest = u8::try_from(self.0.trailing_zeros()).ok().filter(|bit| *bit < 64)?;
        self.0 &= self.0 - 1;
        Some(lowest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn occupied_cells_come_in_ascending_order() {
        let codes = [200, 0, 255, 63, 64, 0];
        let occupied = Occupied::of(&codes, &[0, 1, 2, 3, 4, 5]);
        assert_eq!(occupied.cells().collect::<Vec<_>>(), [0, 63, 64, 200, 255]);
        assert_eq!(occupied.below(64).collect::<Vec<_>>(), [0, 63]);
        assert_eq!(Occupied::all().cells().count(), 256);
    }
}
