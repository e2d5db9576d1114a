//! Rows of which a model says something else when it is asked for them alone.

use modelgate_cube::{Counted, DataCount, DataKey, DataProfile, Part, SAME_SCORE};

use super::{CheckSettings, DataRows, exact};
use crate::DataError;
use crate::features::values::{Reader, Value};
use crate::pass::Cells;
use crate::split_digest::text_hash;

/// What the model says of the rows of a batch, among others and alone; and the rows of which it says something else, of all that it was
/// asked about alone.
type Look = (Reader<Said>, Reader<Said>, u64, u64);

/// What a model says: a number, or a text.
#[derive(Debug, Clone, Copy)]
enum Said {
    Nothing,
    Number(f64),
    Text(u128),
}

impl Said {
    fn of(value: Value<'_>) -> Self {
        match (value, value.number()) {
            (Value::Missing, _) => Self::Nothing,
            (Value::Text(text), None) => Self::Text(text_hash(text)),
            (_, Some(number)) | (Value::Number(number), None) => Self::Number(number),
        }
    }

    /// Whether it is the same as another one says; `None` where there is nothing to compare.
    fn is_same(self, other: Self) -> Option<bool> {
        match (self, other) {
            (_, Self::Nothing) => None,
            (Self::Number(one), Self::Number(other)) => Some((one - other).abs() <= SAME_SCORE),
            (Self::Text(one), Self::Text(other)) => Some(one == other),
            (Self::Nothing | Self::Number(_) | Self::Text(_), _) => Some(false),
        }
    }
}

/// Counts the test rows that are scored otherwise alone, where a column says how they are.
pub(super) fn count(test: &DataRows<'_>, settings: &CheckSettings<'_>, profile: &mut DataProfile) -> Result<(), DataError> {
    let Some((among, alone)) = settings.alone else { return Ok(()) };
    let new = || -> Look { (Reader::default(), Reader::default(), 0, 0) };
    let (parts, _) = test.look(
        &[among, alone],
        settings.threads,
        || (),
        new,
        |look: &mut Look, batch: &[Cells], missing| {
            let (among, alone, others, asked) = look;
            for (reader, cells) in [&mut *among, &mut *alone].into_iter().zip(batch) {
                reader.each(cells, missing, |value| Ok(Said::of(value)))?;
            }
            for is_same in among.rows.iter().zip(&alone.rows).filter_map(|(among, alone)| among.is_same(*alone)) {
                *asked += 1;
                *others += u64::from(!is_same);
            }
            Ok(())
        },
    )?;
    let (others, asked) = parts.iter().fold((0, 0), |sum, part| (sum.0 + part.2, sum.1 + part.3));
    let key = DataKey { part: Part::Test, what: Counted::ScoredOtherwise, column: None };
    profile.counts.insert(key, DataCount { sampled: false, ..exact(others, asked) });
    Ok(())
}
