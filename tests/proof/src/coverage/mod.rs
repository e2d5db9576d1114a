//! Coverage: how often the 95 % intervals hold the truth, from small groups to large ones and from rare to common.

mod counts;
mod drawn;
mod independent;
mod one;
mod paired;
mod tally;

use crate::{Effort, Page, ProofError};

/// The page of all tables. `note` is told which one is under way.
pub fn page(effort: Effort, note: &dyn Fn(&str)) -> Result<Page, ProofError> {
    note("one proportion");
    let one = one::section(effort)?;
    note("two proportions");
    let independent = independent::section(effort)?;
    note("the same rows twice");
    let paired = paired::section(effort)?;
    note("other metrics");
    let drawn = drawn::section(effort)?;
    Ok(Page { text: format!("{INTRODUCTION}\n{one}\n{independent}\n{paired}\n{drawn}"), missed: Vec::new() })
}

const INTRODUCTION: &str = "\
# Coverage of the intervals

<!-- Written by `cargo xtask coverage`; do not edit. -->

How often an interval that says 95 % holds the truth. The truth is known because the rows are made up; intervals are made by the
program's own code from their counts. Where the possible counts can be listed, the coverage is the exact sum of their probabilities;
elsewhere it is the share of drawn samples, which has a sampling error of its own (0.7 points for 1,000 samples). Aimed at: 93 to
97 %. Counts are whole numbers, so that for rare events in few rows no interval can be that close: the sets of counts that it could
hold have probabilities below 93 % or above 97 %. It then has to be above, and such places carry a star.
";

/// The numbers of rows of the tables.
const ROWS: [u64; 5] = [10, 30, 100, 300, 1_000];

/// The proportions of the tables.
const PROPORTIONS: [f64; 9] = [0.01, 0.05, 0.1, 0.3, 0.5, 0.7, 0.9, 0.95, 0.99];

/// The numbers of rows that are small enough to list all counts in little time.
fn rows(effort: Effort, most: u64) -> impl Iterator<Item = u64> {
    let most = if effort == Effort::Full { most } else { most.min(30) };
    ROWS.into_iter().filter(move |rows| *rows <= most)
}
