//! Rows that are looked at in batches, wherever they are.

use std::collections::BTreeSet;
use std::num::NonZero;
use std::path::Path;

use modelgate_cube::Digest;

use crate::batched_file::BatchedFile;
use crate::column::Missing;
use crate::input::Input;
use crate::pass::{Cells, InMemory, Stop, share};
use crate::{DataError, Dataset, ReadSettings, column_names, read};

/// Rows to look at.
#[derive(Debug, Clone, Copy)]
pub enum DataRows<'a> {
    /// Rows in memory.
    Held(&'a Dataset),
    /// The rows of the files that a path means.
    File(&'a Path, &'a ReadSettings),
}

/// What threads made of batches, and the digest of the bytes that were read; `None` for rows that are held.
type Made<T> = (Vec<T>, Option<Digest>);

impl DataRows<'_> {
    /// The file that they are in.
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Held(dataset) => dataset.path(),
            Self::File(path, _) => path,
        }
    }

    /// The names of the columns that can be read.
    pub(super) fn usable(&self) -> Result<Vec<String>, DataError> {
        match self {
            Self::Held(dataset) => Ok(dataset.columns().map(|(name, _)| name.to_owned()).collect()),
            Self::File(path, reading) => match BatchedFile::of(&Input::find(path)?, reading) {
                Some(file) => Ok(file.usable().to_vec()),
                None => column_names(path),
            },
        }
    }

    /// The names of all columns, whether they can be read or not.
    pub(super) fn names(&self) -> Result<Vec<String>, DataError> {
        match self {
            Self::Held(dataset) => Ok(dataset.names().map(str::to_owned).collect()),
            Self::File(path, reading) => match BatchedFile::of(&Input::find(path)?, reading) {
                Some(file) => Ok(file.names().map(str::to_owned).collect()),
                None => column_names(path),
            },
        }
    }

    /// One look at all rows: `begin` before it (and again where it starts anew, because a column of numbers turned out to hold
    /// text), `new` for each thread, `add` for each batch. A file that cannot be read in batches is read as a whole, which finds
    /// the words for what is wrong.
    pub(super) fn look<T: Send>(
        &self,
        names: &[&str],
        threads: NonZero<usize>,
        begin: impl Fn(),
        new: impl Fn() -> T + Sync,
        add: impl Fn(&mut T, &[Cells], &Missing<'_>) -> Result<(), Stop> + Sync,
    ) -> Result<Made<T>, DataError> {
        match self {
            Self::Held(dataset) => {
                begin();
                let add = |made: &mut T, batch: &[Cells]| add(made, batch, &Missing(&[]));
                let made = InMemory::new(dataset, names).and_then(|source| share(&source, threads, &new, add).ok());
                made.map(|made| (made, None)).ok_or_else(|| unusable(dataset.path()))
            }
            Self::File(path, reading) => {
                let input = Input::find(path)?;
                let file = BatchedFile::of(&input, reading);
                let missing = Missing(&reading.missing_values);
                let add_known = |made: &mut T, batch: &[Cells]| add(made, batch, &missing);
                if let Some(made) = file.and_then(|file| streamed(&file, names, threads, &begin, &new, &add_known)) {
                    return Ok(made);
                }
                let dataset = read(path, reading)?;
                let (made, _) = DataRows::Held(&dataset).look(names, threads, begin, new, add)?;
                Ok((made, Some(dataset.digest())))
            }
        }
    }
}

fn unusable(path: &Path) -> DataError {
    DataError::Malformed { path: path.to_owned(), reason: "its columns cannot be counted".to_owned() }
}

/// A look at a file that is read in batches; `None` where that does not work.
fn streamed<T: Send>(
    file: &BatchedFile<'_>,
    names: &[&str],
    threads: NonZero<usize>,
    begin: &impl Fn(),
    new: &(impl Fn() -> T + Sync),
    add: &(impl Fn(&mut T, &[Cells]) -> Result<(), Stop> + Sync),
) -> Option<Made<T>> {
    let mut turned = BTreeSet::new();
    loop {
        begin();
        let opened = file.open(names, &turned)?;
        match share(opened.source(), threads, new, add) {
            Ok(made) => return Some((made, Some(opened.digest()?))),
            Err(Stop::TurnedText(column)) if turned.insert(column) => {}
            Err(_) => return None,
        }
    }
}
