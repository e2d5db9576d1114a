//! Rows of a ranking: each belongs to a query, has a grade of relevance and a score, and queries are what is counted.

use modelgate_cube::{QueryWorth, RankingCounts, RankingSums};

use super::numbers::numbers;
use crate::error::{CellProblem, DataError, Fault};
use crate::grouping::Grouping;
use crate::levels::{EncodedAxis, Levels, levels_of};
use crate::row_facts::checked;
use crate::split_digest::{Said, text_hash};
use crate::{CountAxis, Dataset, Roles};

/// The rows of a ranking, by query.
pub(super) struct RankedRows {
    /// How many of a query's first rows count.
    pub(super) cutoff: u32,
    /// The query of each row.
    queries: Levels,
    /// The grade of each row.
    grades: Vec<f64>,
    /// The first row of each query.
    pub(super) first_rows: Vec<usize>,
    /// What each query's order is worth; `None` where no row is relevant.
    worth: Vec<Option<QueryWorth>>,
    /// The rows of each query.
    sizes: Vec<u64>,
    /// A number from 0 to 1 that is made of each query's name.
    marks: Vec<f64>,
}

impl RankedRows {
    /// Reads and checks the columns.
    pub(super) fn read(dataset: &Dataset, roles: &Roles, query: &str, cutoff: u32) -> Result<Self, DataError> {
        let Some(score) = &roles.prediction else {
            return Err(DataError::NoPredictions { path: dataset.path().to_owned() });
        };
        let queries = levels_of(dataset.require(query)?);
        if let Some(error) = dataset.bad_cells(query, CellProblem::MissingQuery, queries.missing_rows()) {
            return Err(error);
        }
        let unfit = |fault| CellProblem::Unfit { noun: "grade", fault };
        let negative = |grade: Option<f64>| grade.filter(|grade| *grade < 0.0).map(|_| unfit(Fault::Negative));
        let grades = numbers(dataset, &roles.label, "grade")?;
        checked(dataset, &roles.label, &unfit(Fault::NotNumber), negative)?;
        let scores = numbers(dataset, score, "score")?;
        let mut by_query: Vec<Vec<(f64, f64)>> = vec![Vec::new(); queries.grouping.size];
        for ((code, grade), score) in queries.grouping.codes.iter().zip(&grades).zip(scores) {
            // There is one zero.
            by_query[*code as usize].push((*grade, score + 0.0));
        }
        let name = |level: &Option<String>| level.clone().unwrap_or_default();
        Ok(Self {
            cutoff,
            first_rows: queries.grouping.first_items(),
            worth: by_query.iter().map(|rows| QueryWorth::of(rows, cutoff)).collect(),
            sizes: by_query.iter().map(|rows| rows.len() as u64).collect(),
            marks: queries.levels.iter().map(|level| mark(&name(level))).collect(),
            queries,
            grades,
        })
    }

    /// The axes by query. A query whose rows fall into two slices would be judged in both by a part of it.
    pub(super) fn by_query(
        &self,
        dataset: &Dataset,
        declared: &[CountAxis],
        axes: &[EncodedAxis],
    ) -> Result<Vec<EncodedAxis>, DataError> {
        declared.iter().zip(axes).map(|(axis, encoded)| self.axis_by_query(dataset, axis, encoded)).collect()
    }

    fn axis_by_query(&self, dataset: &Dataset, axis: &CountAxis, encoded: &EncodedAxis) -> Result<EncodedAxis, DataError> {
        let codes = &encoded.levels.grouping.codes;
        let of_query: Vec<u32> = self.first_rows.iter().map(|row| codes[*row]).collect();
        let query = |row: &usize| self.queries.grouping.codes[*row] as usize;
        let apart = (0..codes.len()).filter(|row| codes[*row] != of_query[query(row)]);
        if let Some(error) = dataset.bad_cells(&axis.column, CellProblem::SliceOfQuery, apart) {
            return Err(error);
        }
        let grouping = Grouping { codes: of_query, size: encoded.levels.grouping.size };
        Ok(EncodedAxis { levels: Levels { grouping, levels: encoded.levels.levels.clone() }, numbers: None })
    }

    /// The counts of each slice of queries.
    pub(super) fn count(&self, slices: &Grouping) -> Vec<RankingCounts> {
        let mut counts = vec![RankingCounts::default(); slices.size];
        for ((slice, size), worth) in slices.codes.iter().zip(&self.sizes).zip(&self.worth) {
            counts[*slice as usize].add_query(*size, worth.as_ref());
        }
        counts
    }

    /// What one query adds to a replicate.
    pub(super) fn add_to(&self, query: usize, add: &mut impl FnMut(usize, f64)) {
        let sums = RankingSums::of_query(self.worth[query].as_ref(), self.marks[query]);
        sums.to_list().into_iter().enumerate().for_each(|(place, value)| add(place, value));
    }

    pub(super) fn said(&self) -> Vec<(String, Said<'_>)> {
        vec![("label".to_owned(), Said::Numbers(&self.grades)), ("query".to_owned(), Said::levels(&self.queries))]
    }
}

/// A number from 0 to 1 that is made of a name.
fn mark(name: &str) -> f64 {
    (text_hash(name) >> 96) as f64 / 2_f64.powi(32)
}
