//! Puts the rows of two data sets among each other, with the columns that both have: what tells them apart is learned from that.

use arrow_array::Float64Array;

use crate::Dataset;
use crate::column::{Column, TextBuilder};

impl Dataset {
    /// The rows of both by turns, as long as both last, then the rest, with those of the columns that hold the same kind of values in
    /// both, and for each row whether it is one of the other's. Messages about them name places of the first.
    #[must_use]
    pub fn stacked(&self, other: &Self, columns: &[String]) -> (Self, Vec<bool>) {
        let order = by_turns(self.rows(), other.rows());
        let is_other: Vec<bool> = order.iter().map(|(is_other, _)| *is_other).collect();
        let mut both = Vec::new();
        for name in columns {
            let (Some(mine), Some(theirs)) = (self.column(name), other.column(name)) else { continue };
            let Some(column) = stack(mine, theirs, &order) else { continue };
            both.push((name.clone(), column));
        }
        (self.with_rows_of(both, order.len()), is_other)
    }
}

/// Which set each row is of, and its number there.
fn by_turns(mine: usize, theirs: usize) -> Vec<(bool, usize)> {
    let turn = |row: usize| [(row < mine).then_some((false, row)), (row < theirs).then_some((true, row))];
    (0..mine.max(theirs)).flat_map(turn).flatten().collect()
}

/// The cells of both in this order; `None` where one holds numbers and the other texts.
fn stack(mine: &Column, theirs: &Column, order: &[(bool, usize)]) -> Option<Column> {
    let of = |is_other: bool| if is_other { theirs } else { mine };
    match (mine, theirs) {
        (Column::Number(_), Column::Number(_)) => {
            let cells = order.iter().map(|(is_other, row)| of(*is_other).number(*row));
            Some(Column::Number(cells.collect::<Float64Array>()))
        }
        (Column::Text(_), Column::Text(_)) => {
            let mut builder = TextBuilder::default();
            for (is_other, row) in order {
                builder.push(of(*is_other).text(*row)).ok()?;
            }
            builder.finish().ok()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use crate::testing::csv;

    #[test]
    fn rows_of_both_stand_by_turns_with_the_columns_that_both_have() {
        let ((one, _a), (other, _b)) = (csv("x,t,only\n1,a,9\n2,,9\n3,b,9\n"), csv("t,x,y\nb,10,1\nc,,2\n"));
        let names = ["x", "t", "only", "y"].map(str::to_owned);
        let (both, is_other) = one.stacked(&other, &names);
        assert_eq!(is_other, [false, true, false, true, false]);
        let numbers: Vec<_> = (0..5).map(|row| both.require("x").unwrap().number(row)).collect();
        assert_eq!(numbers, [Some(1.0), Some(10.0), Some(2.0), None, Some(3.0)]);
        let texts: Vec<_> = (0..5).map(|row| both.require("t").unwrap().text(row).map(str::to_owned)).collect();
        assert_eq!(texts, [Some("a"), Some("b"), None, Some("c"), Some("b")].map(|text| text.map(str::to_owned)));
        assert!(!both.has_column("only") && both.rows() == 5);
    }

    #[test]
    fn a_column_of_another_kind_is_left_out() {
        let ((one, _a), (other, _b)) = (csv("x,z\n1,1\n"), csv("x,z\nmany,2\n"));
        let (both, _) = one.stacked(&other, &["x".to_owned(), "z".to_owned()]);
        assert!(!both.has_column("x") && both.has_column("z"));
    }
}
