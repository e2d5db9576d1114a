//! What was read: the files whose rows were counted, as evidence of what was done with data.

use modelgate_cube::Digest;

use crate::escape::Shown;
use crate::number;
use crate::report::Report;
use crate::tree::{Node, fields};

/// Files whose rows were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// What their rows are for, such as `rows to evaluate`.
    pub purpose: &'static str,
    /// The path as it is configured.
    pub path: String,
    /// Where it is from the folder that the documents are written into; of several files, a pattern.
    pub from_documents: String,
    /// How many files it means.
    pub files: usize,
    /// Of several files, each with where it is from the folder that the documents are written into, and its digest; none where there
    /// are too many, or they lie elsewhere.
    pub parts: Vec<(String, Digest)>,
    /// The bytes of all files; `None` where that is not shown.
    pub bytes: Option<u64>,
    /// The rows of all files; `None` where they were not counted as a whole, or that is not shown.
    pub rows: Option<u64>,
    /// SHA-256 of the file, or of the digests of several.
    pub digest: Digest,
    /// The columns that have a role or are sensitive.
    pub columns: Vec<InputColumn>,
    /// The names of its other columns.
    pub others: Vec<String>,
    /// How well it fits other files, where it was joined to them and that is shown.
    pub note: Option<String>,
}

/// A column of such files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputColumn {
    /// Its name.
    pub name: String,
    /// What it was used as; `None` where it has no role.
    pub role: Option<String>,
    /// What it most likely says about people that laws protect.
    pub sensitive: Option<String>,
}

impl Input {
    /// The same without numbers of rows.
    pub(crate) fn without_counts(self) -> Self {
        Self { bytes: None, rows: None, note: None, ..self }
    }
}

/// What became of the rows.
pub(crate) const NO_ROW_KEPT: &str = "Rows were read to be counted, and none was kept: documents, releases and the log hold counts, and a trained model its parameters.";

/// Every input as a row of a table.
pub(crate) fn rows(report: &Report) -> Vec<Node> {
    report.inputs.iter().map(row).collect()
}

/// Which job read the rows.
pub(crate) fn job(report: &Report) -> Shown {
    report.job.as_deref().map_or_else(|| Shown::phrase("a run outside of CI"), Shown::name)
}

fn row(input: &Input) -> Node {
    let used = input.columns.iter().filter_map(|column| Some((column, column.role.as_deref()?)));
    let used: Vec<Node> =
        used.map(|(column, role)| fields! { name: Shown::name(&column.name), role: Shown::name(role) }).collect();
    let sensitive = input.columns.iter().filter_map(|column| Some((column, column.sensitive.as_deref()?)));
    let sensitive: Vec<Node> =
        sensitive.map(|(column, ground)| fields! { name: Shown::name(&column.name), ground: Shown::name(ground) }).collect();
    fields! {
        purpose: input.purpose,
        path: Shown::name(&input.path),
        files: Shown::phrase(number::counted(input.files, "file", "files")),
        rows: input.rows.map_or_else(|| Shown::phrase("not shown or not counted"), |rows| Shown::phrase(number::whole(rows))),
        digest: Shown::phrase(input.digest),
        digest_short: Shown::phrase(input.digest.short()),
        used: used,
        sensitive: sensitive,
        others: Shown::phrase(number::many(input.others.len())),
        note: input.note.as_deref().map(|note| Node::from(Shown::sentence(note))),
    }
}
