//! Rows by group and label, raters who agree, and pairs of rows that do: counts that live for one run and are never stored.

use std::collections::BTreeMap;

use crate::Part;

/// The groups of some rows, with the labels that each has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupTable {
    /// Which rows.
    pub part: Part,
    /// The axis, or the column of a population.
    pub by: String,
    /// Whether groups are those of a population that somebody has named; else of an axis.
    pub of_population: bool,
    /// The groups; `None` is rows without a value.
    pub groups: BTreeMap<Option<String>, GroupCount>,
    /// Rows of groups that the population does not have; 0 for an axis.
    pub other: u64,
    /// The place of the positive class among the labels, where there are two classes.
    pub positive: Option<usize>,
}

/// The rows of a group.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GroupCount {
    /// All of them.
    pub rows: u64,
    /// Those of each class, in an order that is the same for all groups of a table; empty where labels are no classes.
    pub labels: Vec<u64>,
}

/// What several people said of the same rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RaterCounts {
    /// Rows of which each of them has said something.
    pub rows: u64,
    /// Ordered pairs of raters who said the same of a row, over all rows.
    pub agreeing: u64,
    /// How many rows each rater has given each class.
    pub said: Vec<Vec<u64>>,
}

/// How often two rows say the same: what tells how many would be equal by chance.
#[derive(Debug, Clone, PartialEq)]
pub struct PairShares {
    /// The rows that a row could be equal to.
    pub others: u64,
    /// The share of pairs of rows that are equal as a whole, in [0, 1].
    pub equal: f64,
    /// The share of pairs that agree in each column that rows are told apart by, in [0, 1].
    pub columns: Vec<f64>,
    /// The share of pairs with the same label, in [0, 1]; none where labels are no question.
    pub labels: Option<f64>,
}

/// How a population that somebody has named is made up.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Population {
    /// For each column, or axis of this name, the share of each group; they sum to one.
    pub columns: BTreeMap<String, BTreeMap<String, f64>>,
}

/// Rows that agree in all quasi-identifiers, by what they say of a sensitive column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlikeTable {
    /// Which rows.
    pub part: Part,
    /// The sensitive column.
    pub column: String,
    /// The rows of each of its values, all together.
    pub all: Vec<u64>,
    /// What rows that are alike say: the places of their values with the rows of each, and how many such sets of rows there are.
    pub classes: BTreeMap<Vec<(u32, u64)>, u64>,
    /// Whether only a sample of the combinations of quasi-identifiers was counted.
    pub sampled: bool,
}

/// When rows are from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimeSpan {
    /// The latest of them, in seconds since 1970.
    pub latest: f64,
    /// The most days between two days with rows that have no row themselves.
    pub longest_gap: u64,
    /// Rows with a date.
    pub rows: u64,
}
