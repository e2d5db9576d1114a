//! Counts a file of predictions without holding its rows.

use std::collections::BTreeSet;
use std::num::NonZero;
use std::path::Path;

use modelgate_cube::{Cube, Digest};

use crate::batched_file::BatchedFile;
use crate::count::{CountSettings, check_axes, count_noting};
use crate::error::DataError;
use crate::file::{ReadSettings, read};
use crate::input::Input;
use crate::pass::{Plan, Stop, finish, pass};

/// The counts of a file.
#[derive(Debug)]
pub struct CountedFile {
    /// The counts.
    pub cube: Cube,
    /// SHA-256 of the file's bytes, or of the digests of several files.
    pub digest: Digest,
}

/// Counts the rows of the files that a path means (see [`read`]) in one pass over their parts, which threads share out among
/// each other. Equal to reading the files and counting them, to the byte and whatever the number of threads or of files.
///
/// What cannot be counted so is read as a whole, which finds the words for what is wrong with it.
/// `drawing_replicates` is called when the counts are there and the replicates of them are begun.
pub fn count_file(
    path: &Path,
    reading: &ReadSettings,
    settings: &CountSettings,
    threads: NonZero<usize>,
    drawing_replicates: &mut dyn FnMut(),
) -> Result<CountedFile, DataError> {
    let input = Input::find(path)?;
    check_axes(settings)?;
    let before = input.stamp();
    let streamed = batched(&input, reading, settings, threads, drawing_replicates);
    match streamed {
        // What is digested must be what was counted.
        Some(counted) if before.is_some() && input.stamp() == before => Ok(counted),
        _ => {
            let dataset = read(path, reading)?;
            let cube = count_noting(&dataset, settings, threads, drawing_replicates)?;
            Ok(CountedFile { cube, digest: dataset.digest() })
        }
    }
}

pub(crate) fn batched(
    input: &Input,
    reading: &ReadSettings,
    settings: &CountSettings,
    threads: NonZero<usize>,
    drawing_replicates: &mut dyn FnMut(),
) -> Option<CountedFile> {
    let file = BatchedFile::of(input, reading)?;
    if settings.roles.time.as_ref().is_some_and(|time| !file.has(time)) {
        return None;
    }
    let plan = Plan::new(settings, file.missing_values(), file.usable())?;
    // From the start again where a column of numbers turns out to hold text.
    let mut turned = BTreeSet::new();
    loop {
        let opened = file.open(&plan.columns, &turned)?;
        match pass(opened.source(), &plan, threads) {
            Ok(merged) => {
                let cube = finish(merged, threads, drawing_replicates).ok()?;
                return Some(CountedFile { cube, digest: opened.digest()? });
            }
            Err(Stop::TurnedText(column)) if turned.insert(column) => {}
            Err(_) => return None,
        }
    }
}
