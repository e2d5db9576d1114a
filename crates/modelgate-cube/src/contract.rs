//! What somebody has agreed the columns of the rows to be.

use std::collections::BTreeSet;

use crate::ColumnKind;

/// An agreement about columns. It is made once from the data, reviewed, and then changed by people alone.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Contract {
    /// What is agreed about each column.
    pub columns: Vec<ContractColumn>,
    /// Whether there may be other columns as well.
    pub other_columns: bool,
}

/// What is agreed about a column.
#[derive(Debug, Clone, PartialEq)]
pub struct ContractColumn {
    /// Its name.
    pub name: String,
    /// What it holds; never [`ColumnKind::Empty`].
    pub kind: ColumnKind,
    /// The smallest and the largest number that may occur.
    pub range: (Option<f64>, Option<f64>),
    /// The texts that may occur; none where any may.
    pub values: Option<BTreeSet<String>>,
    /// The most rows whose text may be none of these, as a share of all rows.
    pub max_other: f64,
    /// The most rows without a value, as a share of all rows.
    pub max_missing: f64,
    /// Whether every row must have a value of its own.
    pub unique: bool,
    /// Whether the column may be absent.
    pub optional: bool,
}

impl Contract {
    /// What is agreed about a column.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&ContractColumn> {
        self.columns.iter().find(|column| column.name == name)
    }
}
