//! The nearest rows of each row, by the distance of their points.

use crate::Points;

/// The nearest other rows of each row.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbors {
    /// The numbers of the nearest rows of each row, the nearest first; of equally near ones, those with the smaller numbers.
    pub rows: Vec<Vec<u32>>,
    /// Their Euclidean distances.
    pub distances: Vec<Vec<f64>>,
}

/// The `count` nearest points of each.
#[must_use]
pub fn neighbors(points: &Points, count: usize) -> Neighbors {
    let most = points.rows();
    let mut found = Neighbors { rows: Vec::with_capacity(most), distances: Vec::with_capacity(most) };
    for row in 0..most {
        let mine = points.row(row);
        let distance =
            |other: usize| -> f64 { mine.iter().zip(points.row(other)).map(|(one, two)| (one - two) * (one - two)).sum() };
        let mut others: Vec<(f64, u32)> =
            (0_u32..).zip(0..most).filter(|(_, other)| *other != row).map(|(number, other)| (distance(other), number)).collect();
        let order = |one: &(f64, u32), two: &(f64, u32)| one.0.total_cmp(&two.0).then(one.1.cmp(&two.1));
        let kept = count.min(others.len());
        if kept == 0 {
            break;
        }
        others.select_nth_unstable_by(kept - 1, order);
        others.truncate(kept);
        others.sort_unstable_by(order);
        found.distances.push(others.iter().map(|(squared, _)| squared.sqrt()).collect());
        found.rows.push(others.into_iter().map(|(_, number)| number).collect());
    }
    found
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::points;
    use crate::testing::rows;

    #[test]
    fn the_nearest_rows_are_nearest_in_standard_deviations_and_texts() {
        let data = rows("a,b,label\n1,x,yes\n2,x,no\n10,x,yes\n11,y,no\n");
        let features = ["a".to_owned(), "b".to_owned()];
        let found = neighbors(&points(&data, &features).unwrap(), 2);
        assert_eq!(found.rows, [[1, 2], [0, 2], [3, 1], [2, 1]]);
        // numpy.std([1, 2, 10, 11]) is 4.527693.
        assert!((found.distances[0][0] - 1.0 / 4.527_693).abs() < 1e-6, "{:?}", found.distances);
        assert!((found.distances[3][0] - (1.0_f64 + (1.0 / 4.527_693_f64).powi(2)).sqrt()).abs() < 1e-6);
    }

    #[test]
    fn a_row_alone_has_no_neighbors() {
        let alone = rows("a,label\n1,yes\n");
        assert!(points(&alone, &["a".to_owned()]).is_err(), "its column is constant");
        assert_eq!(neighbors(&Points { width: 1, values: vec![0.0] }, 10).rows.len(), 0);
    }
}
