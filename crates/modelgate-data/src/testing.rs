//! What the tests of this crate share: small files, and settings to count them with.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::io::Write as _;

use modelgate_cube::{Axis, AxisKind};
use tempfile::NamedTempFile;

use crate::{CountAxis, CountSettings, DataError, Dataset, ReadSettings, Roles, read};

/// A file that is removed when the value is dropped.
pub(crate) fn file(ending: &str, bytes: &[u8]) -> NamedTempFile {
    let mut file = tempfile::Builder::new().prefix("rows").suffix(ending).tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file
}

/// A dataset of CSV text, with its file, which errors are located in.
pub(crate) fn csv(text: &str) -> (Dataset, NamedTempFile) {
    let file = file(".csv", text.as_bytes());
    (read(file.path(), &ReadSettings::default()).unwrap(), file)
}

/// The error of reading bytes.
pub(crate) fn read_error(ending: &str, bytes: &[u8]) -> DataError {
    let file = file(ending, bytes);
    read(file.path(), &ReadSettings::default()).unwrap_err()
}

/// The message with the help, and the file's folder and random name taken out.
pub(crate) fn told(error: &DataError) -> String {
    let text = format!("{error}\n{}", error.help().unwrap_or_default());
    let names = text.split(|character: char| character.is_whitespace() || character == ':');
    let path = names.into_iter().find(|word| word.contains("/rows")).map(str::to_owned);
    path.map_or(text.clone(), |path| text.replace(&path, "rows"))
}

pub(crate) fn categorical(column: &str) -> CountAxis {
    CountAxis { axis: Axis { name: column.to_owned(), kind: AxisKind::Categorical }, column: column.to_owned() }
}

/// Settings for the columns `y`, `p` (score) and the axes.
pub(crate) fn settings(axes: Vec<CountAxis>) -> CountSettings {
    let roles = Roles { label: "y".to_owned(), score: Some("p".to_owned()), ..Roles::default() };
    CountSettings { roles, axes, depth: 2, decision_threshold: 0.5, max_levels: 100, paired: true }
}
