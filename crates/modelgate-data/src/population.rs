//! Reads how a population is made up: a file of columns, their groups, and the share or number of people in each.

use std::collections::BTreeMap;
use std::path::Path;

use modelgate_cube::{Digest, Population};

use crate::error::{CellProblem, DataError, PopulationFault};
use crate::labels::class_name;
use crate::levels::{levels_of, numbers};
use crate::{ReadSettings, read};

/// The columns of such a file.
const COLUMN: &str = "column";
const GROUP: &str = "level";
const SHARE: &str = "share";
const COUNT: &str = "count";

/// How far the shares of a column may be from one in sum: tables are rounded.
const ROUNDING: f64 = 0.02;

/// Reads a population: a column `column`, a column `level`, and either `share` or `count`. The groups of a column must be all
/// of them, so that its shares sum to one.
pub fn read_population(path: &Path) -> Result<(Population, Digest), DataError> {
    let text_columns = [COLUMN, GROUP].map(str::to_owned).into();
    let dataset = read(path, &ReadSettings { text_columns, missing_values: vec![String::new()], ..ReadSettings::default() })?;
    let fault = |fault: PopulationFault| DataError::Population { path: path.to_owned(), fault };
    let amount = match (dataset.has_column(SHARE), dataset.has_column(COUNT)) {
        (true, true) => return Err(fault(PopulationFault::SharesAndCounts)),
        (false, true) => COUNT,
        _ => SHARE,
    };
    let of_text = |name: &str| {
        let levels = levels_of(dataset.require(name)?);
        match dataset.bad_cells(name, CellProblem::NoPopulationName, levels.missing_rows()) {
            Some(error) => Err(error),
            None => Ok(levels.grouping.codes.iter().map(|code| levels.levels.get(*code as usize).cloned().flatten()).collect()),
        }
    };
    let (columns, groups): (Vec<Option<String>>, Vec<Option<String>>) = (of_text(COLUMN)?, of_text(GROUP)?);
    let amounts = numbers(&dataset, amount, &CellProblem::NoAmount)?;
    let is_bad = |amount: Option<f64>| !amount.is_some_and(|amount| amount.is_finite() && amount >= 0.0);
    let bad = amounts.iter().enumerate().filter(|(_, amount)| is_bad(*amount)).map(|(row, _)| row);
    if let Some(error) = dataset.bad_cells(amount, CellProblem::NoAmount, bad) {
        return Err(error);
    }
    let mut population = Population::default();
    for ((column, group), people) in columns.into_iter().zip(groups).zip(&amounts) {
        let (column, group) = (column.unwrap_or_default(), class_name(&group.unwrap_or_default()));
        let known = population.columns.entry(column.clone()).or_default();
        if known.insert(group.clone(), people.unwrap_or_default()).is_some() {
            return Err(fault(PopulationFault::Twice { column, group }));
        }
    }
    for (column, people) in &mut population.columns {
        as_shares(people, amount == SHARE).map_err(|sum| fault(PopulationFault::Sum { column: column.clone(), sum }))?;
    }
    Ok((population, dataset.digest()))
}

/// Divides by the sum; what is given as shares must sum to one already, and nobody is no population.
fn as_shares(people: &mut BTreeMap<String, f64>, are_shares: bool) -> Result<(), String> {
    let sum: f64 = people.values().sum();
    let fits = sum > 0.0 && sum.is_finite() && (!are_shares || (sum - 1.0).abs() <= ROUNDING);
    for share in people.values_mut() {
        *share /= sum;
    }
    if fits { Ok(()) } else { Err(crate::number_text((sum * 1e6).round() / 1e6)) }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::testing::file;

    fn population(text: &str) -> Result<Population, String> {
        let file = file(".csv", text.as_bytes());
        let said = |error: DataError| format!("{error}\n{}", error.help().unwrap_or_default());
        read_population(file.path()).map(|(population, _)| population).map_err(said)
    }

    #[test]
    fn counts_become_shares_and_groups_are_named_as_labels_are() {
        let read = population("column,level,count\nsex,F,30\nsex,M,10\nowner,True,1\nowner,False,3\nage,1.0,5\n").unwrap();
        let shares = |column: &str| read.columns[column].iter().map(|(name, share)| (name.as_str(), *share)).collect::<Vec<_>>();
        assert_eq!(shares("sex"), [("F", 0.75), ("M", 0.25)]);
        assert_eq!(shares("owner"), [("false", 0.75), ("true", 0.25)]);
        assert_eq!(shares("age"), [("1", 1.0)]);
        let rounded = population("column,level,share\nsex,F,0.335\nsex,M,0.67\n").unwrap();
        assert!((rounded.columns["sex"].values().sum::<f64>() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn what_is_no_population_is_refused_with_its_place() {
        for (text, says) in [
            ("column,level,share\nsex,F,0.3\nsex,M,0.3\n", "shares of \"sex\" sum to 0.6"),
            ("column,level,share\nsex,F,0.5\nsex,F,0.5\n", "stands twice"),
            ("column,level,share\nsex,F,half\nsex,M,0.5\n", ":2:"),
            ("column,level,share\nsex,F,-1\nsex,M,0.5\n", ":2:"),
            ("column,level,share\nsex,F,0.5\nsex,,0.5\n", ":3:"),
            ("column,level,share,count\nsex,F,1,1\n", "`share` and `count`"),
            ("column,level\nsex,F\n", "share"),
            ("column,level,count\nsex,F,0\n", "sum to 0"),
        ] {
            let told = population(text).unwrap_err();
            assert!(told.contains(says), "{told}");
        }
    }
}
