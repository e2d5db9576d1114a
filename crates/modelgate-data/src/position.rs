//! Where in a file a cell stands, found again by reading the file a second time when something has to be reported.

use std::fmt;
use std::path::PathBuf;

use crate::shown;

/// Where a cell or a row stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The file.
    pub path: PathBuf,
    /// The row in the file, from 1, not counting the header.
    pub row: u64,
    /// The line in the file, from 1; `None` for a format without lines.
    pub line: Option<u64>,
    /// The field in the line, from 1; `None` where the column is not in the file.
    pub field: Option<usize>,
    /// The column's name.
    pub column: Option<String>,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", shown::shown_path(&self.path))?;
        match (self.line, self.field) {
            (Some(line), Some(field)) => write!(f, ":{line}:{field}")?,
            (Some(line), None) => write!(f, ":{line}")?,
            (None, _) => write!(f, ": row {}", self.row)?,
        }
        match &self.column {
            Some(column) => write!(f, " (column {})", shown::quoted(column)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_as_exact_as_the_format_allows() {
        let mut position =
            Position { path: "d/a.csv".into(), row: 2, line: Some(3), field: Some(2), column: Some("p\n".to_owned()) };
        assert_eq!(position.to_string(), r#"d/a.csv:3:2 (column "p\n")"#);
        position.field = None;
        assert_eq!(position.to_string(), r#"d/a.csv:3 (column "p\n")"#);
        position.line = None;
        assert_eq!(position.to_string(), r#"d/a.csv: row 2 (column "p\n")"#);
    }
}
