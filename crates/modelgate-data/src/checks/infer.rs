//! Proposes what may be agreed about the columns of some rows: never a value that few rows say.

use modelgate_cube::{ColumnKind, Contract, ContractColumn, MOST_LEVELS, RARE};

use super::columns::ColumnLook;
use super::{CheckSettings, Columns, DataRows, Looked};
use crate::DataError;

/// How much more of what is rare may come, as a share of the rows.
const SLACK: f64 = 0.02;

/// What the columns of the rows are, as an agreement to review: types, rounded ranges, frequent values, and shares of missing
/// values. A number is rounded outward to its first digit, and a text stands in it only where [`RARE`] rows say it.
pub fn infer_contract(rows: &DataRows<'_>, settings: &CheckSettings<'_>) -> Result<Contract, DataError> {
    let columns = Columns::of(rows, settings)?;
    let looked = Looked::at(modelgate_cube::Part::Test, rows, &columns, &std::collections::BTreeSet::new(), settings)?;
    let columns = looked.names.iter().zip(&looked.looks).enumerate();
    let columns = columns.map(|(place, (name, look))| of_column((name, look), names_rows(&looked, place, look)));
    Ok(Contract { columns: columns.collect(), other_columns: true })
}

/// Of fewer rows it cannot be told.
const FEWEST_ROWS: u64 = 30;

/// Whether no two rows say the same, and none says nothing; of a column that is not the id, only where all of its values are known.
fn names_rows(looked: &Looked, place: usize, look: &ColumnLook) -> bool {
    if look.missing_rows() > 0 || look.rows() < FEWEST_ROWS {
        return false;
    }
    let (texts, numbers) = look.samples();
    let is_known = look.could_name_rows() && texts.is_all() && numbers.is_all();
    match looked.repeated(place) {
        Some(repeated) => repeated.hits == 0,
        None => is_known && (texts.len() + numbers.len()) as u64 == look.rows(),
    }
}

fn of_column((name, look): (&String, &ColumnLook), unique: bool) -> ContractColumn {
    let rows = look.rows() as f64;
    // Nothing of personal data, however many rows say it.
    let is_personal = look.personal(name).is_some();
    let (values, others) = values(look).filter(|_| !is_personal).unzip();
    let missing = look.missing_rows() as f64 / rows.max(1.0);
    ContractColumn {
        name: name.to_owned(),
        kind: if look.kind() == ColumnKind::Text { ColumnKind::Text } else { ColumnKind::Number },
        range: look.range().filter(|_| !is_personal && !unique && look.kind() == ColumnKind::Number).map_or(
            (None, None),
            |(low, high)| {
                let (low, high) = rounded_outward(low, high);
                (Some(low), Some(high))
            },
        ),
        values,
        max_other: with_slack(others.unwrap_or(0) as f64 / rows.max(1.0)),
        max_missing: if look.kind() == ColumnKind::Empty { 1.0 } else { with_slack(missing) },
        unique,
        optional: false,
    }
}

/// The frequent texts of a column that has few, and the rows of all others; none where a list of them would say little.
fn values(look: &ColumnLook) -> Option<(std::collections::BTreeSet<String>, u64)> {
    let levels = look.levels()?;
    let frequent: std::collections::BTreeSet<String> =
        levels.iter().filter(|(_, rows)| *rows >= RARE).map(|(level, _)| level.clone()).collect();
    let others: u64 = levels.iter().filter(|(_, rows)| *rows < RARE).map(|(_, rows)| rows).sum();
    let tells_much = !frequent.is_empty() && frequent.len() <= MOST_LEVELS && others * 10 < look.rows();
    tells_much.then_some((frequent, others))
}

/// None stays none; else a little more than there was, in whole percents.
fn with_slack(share: f64) -> f64 {
    if share <= 0.0 { 0.0 } else { (((share + SLACK) * 100.0).ceil() / 100.0).min(1.0) }
}

/// Both ends moved outward to the next multiple of the power of ten that the larger one has.
fn rounded_outward(low: f64, high: f64) -> (f64, f64) {
    let largest = low.abs().max(high.abs());
    if largest <= 0.0 {
        return (0.0, 0.0);
    }
    let step = 10_f64.powf(largest.log10().floor());
    // Multiplied by the inverse, small steps leave no digits behind: 3 / 10, not 3 * 0.1.
    let multiple = |whole: f64| if step < 1.0 { whole / (1.0 / step).round() } else { whole * step };
    let (low, high) = (multiple((low / step).floor()), multiple((high / step).ceil()));
    if low.is_finite() && high.is_finite() { (low, high) } else { (f64::MIN, f64::MAX) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_rounded_outward_to_one_digit() {
        assert_eq!(rounded_outward(17.0, 90.5), (10.0, 100.0));
        assert_eq!(rounded_outward(-0.03, 0.97), (-0.1, 1.0));
        assert_eq!(rounded_outward(0.0, 0.0), (0.0, 0.0));
        assert_eq!(rounded_outward(-1.0, 123_456.0), (-100_000.0, 200_000.0));
        assert_eq!(rounded_outward(0.0, f64::MAX), (f64::MIN, f64::MAX));
    }

    #[test]
    fn what_is_rare_may_come_a_little_more_often() {
        assert!((with_slack(0.0) - 0.0).abs() < 1e-12 && (with_slack(0.031) - 0.06).abs() < 1e-12);
        assert!((with_slack(0.995) - 1.0).abs() < 1e-12);
    }
}
