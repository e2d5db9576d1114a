//! What was read, in `verdict.json`.

use serde::Serialize;

use crate::inputs::{Input, InputColumn};
use crate::report::Report;

/// What was read. The job is null outside of CI.
#[derive(Serialize)]
pub(super) struct Read<'a> {
    job: Option<&'a str>,
    /// Rows of data that this run has stored or published: none, ever.
    rows_kept: u64,
    inputs: Vec<ReadInput>,
}

/// Files whose rows were read. Numbers are null where they are not shown.
#[derive(Serialize)]
struct ReadInput {
    purpose: &'static str,
    path: String,
    files: usize,
    bytes: Option<u64>,
    rows: Option<u64>,
    sha256: String,
    columns: Vec<ReadColumn>,
    /// How many columns have no role and are not known to be sensitive.
    other_columns: usize,
    /// How well it fits the rows, where it was joined to them; null where it was not, or that is not shown.
    joined: Option<String>,
}

/// A column with a role, or one that says something about people that laws protect.
#[derive(Serialize)]
struct ReadColumn {
    name: String,
    role: Option<String>,
    sensitive: Option<String>,
}

pub(super) fn read(report: &Report) -> Read<'_> {
    let column = |column: &'_ InputColumn| ReadColumn {
        name: column.name.clone(),
        role: column.role.clone(),
        sensitive: column.sensitive.clone(),
    };
    let input = |input: &Input| ReadInput {
        purpose: input.purpose,
        path: input.path.clone(),
        files: input.files,
        bytes: input.bytes,
        rows: input.rows,
        sha256: input.digest.to_string(),
        columns: input.columns.iter().map(column).collect(),
        other_columns: input.others.len(),
        joined: input.note.clone(),
    };
    Read { job: report.job.as_deref(), rows_kept: 0, inputs: report.inputs.iter().map(input).collect() }
}
