//! A sample of rows that depends on what they say and on no order: those with the smallest hashes.

use crate::count::CountAxis;
use crate::error::DataError;
use crate::levels::encode;
use crate::row_ids::task_hashes;
use crate::{Dataset, Roles};

/// Some rows of a data set, in the order of their hashes.
#[derive(Debug, Clone)]
pub struct SampledRows {
    /// The rows.
    pub rows: Dataset,
    /// The hash of each: of its id where it has one, else of its features.
    pub hashes: Vec<u64>,
    /// The number of each among all rows, from 0.
    pub places: Vec<u32>,
    /// How many rows there are in all.
    pub of: usize,
}

/// As many rows as are wanted, or all. Rows with the same id, or without one with the same features, have the same hash.
pub fn sampled(dataset: &Dataset, roles: &Roles, features: &[String], most: usize) -> Result<SampledRows, DataError> {
    let id = roles.id.as_deref().filter(|id| dataset.has_column(id));
    let hashes = task_hashes(dataset, id, |name| !features.iter().any(|feature| feature == name), None)?;
    let mut places: Vec<(u64, u32)> = hashes.into_iter().zip(0..).collect();
    places.sort_unstable();
    places.truncate(most);
    let (hashes, places): (Vec<u64>, Vec<u32>) = places.into_iter().unzip();
    Ok(SampledRows { rows: dataset.taken(&places)?, hashes, places, of: dataset.rows() })
}

/// The group of each row by an axis; `None` for rows without a value. `None` where the rows lack the column.
pub fn groups_of(dataset: &Dataset, axis: &CountAxis, max_levels: usize) -> Result<Option<Vec<Option<String>>>, DataError> {
    if !dataset.has_column(&axis.column) {
        return Ok(None);
    }
    let levels = encode(dataset, &axis.axis, &axis.column, max_levels)?.levels;
    let level = |code: &u32| levels.levels.get(*code as usize).cloned().flatten();
    Ok(Some(levels.grouping.codes.iter().map(level).collect()))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::testing::{categorical, csv};

    fn ids(text: &str, most: usize) -> (Vec<Option<f64>>, Vec<u64>) {
        let (data, _file) = csv(text);
        let roles = Roles { id: Some("id".to_owned()), ..Roles::default() };
        let found = sampled(&data, &roles, &[], most).unwrap();
        assert_eq!((found.of, found.rows.rows()), (data.rows(), found.places.len()));
        let id = found.rows.require("id").unwrap();
        for (row, place) in found.places.iter().enumerate() {
            assert_eq!(id.number(row), data.require("id").unwrap().number(*place as usize));
        }
        ((0..found.rows.rows()).map(|row| id.number(row)).collect(), found.hashes)
    }

    #[test]
    fn a_sample_is_the_same_whatever_the_order_of_the_rows() {
        let file =
            |rows: &mut dyn Iterator<Item = u32>| rows.fold(String::from("id,y\n"), |text, row| text + &format!("{row},1\n"));
        let (one, other) = (ids(&file(&mut (0..500)), 40), ids(&file(&mut (0..500).rev()), 40));
        assert_eq!(one, other);
        assert!(one.0.len() == 40 && one.1.is_sorted());
        assert_eq!(ids(&file(&mut (0..5)), 40).0.len(), 5);
    }

    #[test]
    fn rows_know_their_groups_and_lacking_columns_have_none() {
        let (data, _file) = csv("y,sex\n1,F\n0,\n1,M\n");
        let found = groups_of(&data, &categorical("sex"), 10).unwrap().unwrap();
        assert_eq!(found, [Some("F".to_owned()), None, Some("M".to_owned())]);
        assert_eq!(groups_of(&data, &categorical("region"), 10).unwrap(), None);
    }
}
