//! Scores of rows by models that have not seen them: each part of the rows is scored by a model of all others.

use modelgate_data::{Dataset, Digest};

use crate::{ModelError, Origin, TrainSettings, train};

/// The probability of the positive label in each row, from a model of the rows of all other parts. A row's part follows from
/// its hash alone, so that equal hashes are never on both sides.
///
/// # Errors
/// What [`train`] and [`crate::Model::score`] say of any part, such as one without a label of each class.
pub fn cross_fitted(rows: &Dataset, hashes: &[u64], parts: u64, settings: &TrainSettings) -> Result<Vec<f64>, ModelError> {
    let origin = Origin { config_digest: Digest::of(b""), data_digest: rows.digest(), tool_version: String::new() };
    let mut scores = vec![0.0; rows.rows()];
    for part in 0..parts.max(2) {
        let of_part = |(row, hash): (u32, &u64)| (spread(*hash) % parts.max(2) == part).then_some(row);
        let held: Vec<u32> = (0..).zip(hashes).filter_map(of_part).collect();
        let others: Vec<u32> = (0..).zip(hashes).filter(|one| of_part(*one).is_none()).map(|(row, _)| row).collect();
        if held.is_empty() {
            continue;
        }
        let model = train(&rows.taken(&others)?, settings, &origin)?;
        for (row, score) in held.iter().zip(model.score(&rows.taken(&held)?)?) {
            if let Some(slot) = scores.get_mut(*row as usize) {
                *slot = score;
            }
        }
    }
    Ok(scores)
}

/// Rows of a sample are those with the smallest hashes: their parts follow from what a multiplication leaves of them.
fn spread(hash: u64) -> u64 {
    hash.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::testing::{loans, rows, settings};

    #[test]
    fn no_row_is_scored_by_a_model_that_has_seen_it() {
        let data = rows(&loans(600, 0.5));
        let settings = settings(&["income", "debt", "region"]);
        let hashes: Vec<u64> = (0..600_u64).map(|row| row.wrapping_mul(0xd134_2543_de82_ef95)).collect();
        let scores = cross_fitted(&data, &hashes, 5, &settings).unwrap();
        // The same by hand for one row.
        let mine = spread(hashes[17]) % 5;
        let others: Vec<u32> = (0..600).filter(|row| spread(hashes[*row as usize]) % 5 != mine).collect();
        let origin = Origin { config_digest: Digest::of(b""), data_digest: data.digest(), tool_version: String::new() };
        let model = train(&data.taken(&others).unwrap(), &settings, &origin).unwrap();
        let alone = model.score(&data.taken(&[17]).unwrap()).unwrap();
        assert!((scores[17] - alone[0]).abs() < 1e-12);
        let of_part = |part| hashes.iter().filter(|hash| spread(**hash) % 5 == part).count();
        assert!((0..5).all(|part| (80..160).contains(&of_part(part))));
    }

    #[test]
    fn a_part_that_cannot_be_learned_from_is_an_error_with_words() {
        let data = rows("income,label\n1,yes\n2,no\n3,yes\n");
        assert!(matches!(cross_fitted(&data, &[1, 2, 3], 5, &settings(&["income"])), Err(ModelError::TooFewRows { .. })));
    }
}
