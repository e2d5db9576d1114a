//! The buckets of a binary classification's rows, row by row as they are defined: what tests hold the pass against.

use std::collections::BTreeMap;

use modelgate_cube::{REPLICATE_SALT, RowIdRule, RowIds, RowSetDigest};

use super::{bucket, digested, hashes, numbered, with_label};
use crate::row_facts::RowFacts;
use crate::split_digest::number_bits;
use crate::{Column, DataError, Dataset, Roles};

/// The bucket of each row of a binary classification, and how it was found: what tests hold the pass against.
#[derive(Debug)]
pub(crate) struct RowBuckets {
    /// How rows got their ids.
    pub(crate) ids: RowIds,
    /// The bucket of each row, below [`BUCKETS`].
    pub(crate) buckets: Vec<u16>,
}

impl RowBuckets {
    /// The buckets of all rows: by the column of ids where one is declared, else by every column but those of
    /// predictions and scores.
    pub(crate) fn of(dataset: &Dataset, roles: &Roles, facts: &RowFacts) -> Result<Self, DataError> {
        let (rule, mut hashes) = if let Some(id) = &roles.id {
            let columns = BTreeMap::from([(id.as_str(), dataset.require(id)?)]);
            (RowIdRule::Column(id.clone()), hashes(facts.rows(), &columns))
        } else {
            let mut hashes = hashes(facts.rows(), &features(dataset, roles));
            add_labels(&mut hashes, facts);
            (RowIdRule::Features, hashes)
        };
        let mut rows = RowSetDigest::default();
        for hash in &hashes {
            rows.add_row(digested(*hash));
        }
        if rule == RowIdRule::Features {
            let said = |row: usize| (facts.predicted[row], facts.scores.as_ref().map(|scores| number_bits(scores[row])));
            number_equal_rows(&mut hashes, said);
        }
        let buckets = hashes.into_iter().map(bucket).collect();
        Ok(Self { ids: RowIds { rule, salt: REPLICATE_SALT, rows }, buckets })
    }
}

/// The columns that do not come from the model, by name, so that their order in the file does not matter. Labels are
/// told by what they mean, because formats write them differently.
fn features<'a>(dataset: &'a Dataset, roles: &Roles) -> BTreeMap<&'a str, &'a Column> {
    let from_model = [&roles.prediction, &roles.score, &roles.baseline_prediction, &roles.baseline_score];
    let is_feature = |name: &str| name != roles.label && !from_model.iter().any(|role| role.as_deref() == Some(name));
    dataset.columns().filter(|(name, _)| is_feature(name)).collect()
}

fn add_labels(hashes: &mut [u64], facts: &RowFacts) {
    for (hash, positive) in hashes.iter_mut().zip(&facts.positive) {
        *hash = with_label(*hash, *positive);
    }
}

/// Gives equal rows different ids, row by row.
fn number_equal_rows<T: PartialEq>(hashes: &mut [u64], said: impl Fn(usize) -> T) {
    let mut rows: Vec<(u64, usize)> = hashes.iter().copied().zip(0..).collect();
    rows.sort_unstable();
    for equal in rows.chunk_by(|(one, _), (two, _)| one == two) {
        if equal.windows(2).all(|pair| said(pair[0].1) == said(pair[1].1)) {
            for (number, (hash, row)) in (0_u64..).zip(equal).skip(1) {
                hashes[*row] = numbered(*hash, number);
            }
        }
    }
}
