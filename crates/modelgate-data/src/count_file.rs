//! Counts a file of predictions without holding its rows.

use std::collections::BTreeSet;
use std::fs::File;
use std::num::NonZero;
use std::path::Path;
use std::time::SystemTime;

use modelgate_cube::{Cube, Digest};

use crate::count::{CountSettings, check_axes, count_noting};
use crate::csv_batches::CsvBatches;
use crate::error::DataError;
use crate::file::{Format, ReadSettings, checked_format, read};
use crate::parquet_batches::ParquetBatches;
use crate::parquet_file::kind;
use crate::pass::{Plan, Source, Stop, finish, pass};
use crate::{csv_file, parquet_file};

/// The counts of a file.
#[derive(Debug)]
pub struct CountedFile {
    /// The counts.
    pub cube: Cube,
    /// SHA-256 of the file's bytes.
    pub digest: Digest,
}

/// Counts the rows of a `.csv`, `.tsv` or `.parquet` file in one pass over its parts, which threads share out among
/// each other. Equal to reading the file and counting it, to the byte and whatever the number of threads.
///
/// A file that cannot be counted so is read as a whole, which finds the words for what is wrong with it.
/// `drawing_replicates` is called when the counts are there and the replicates of them are begun.
pub fn count_file(
    path: &Path,
    reading: &ReadSettings,
    settings: &CountSettings,
    threads: NonZero<usize>,
    drawing_replicates: &mut dyn FnMut(),
) -> Result<CountedFile, DataError> {
    let format = checked_format(path)?;
    check_axes(settings)?;
    let before = stamp(path);
    let streamed = match format {
        Format::Parquet => parquet(path, reading, settings, threads, drawing_replicates),
        Format::Delimited(delimiter) => delimited((path, delimiter), reading, settings, threads, drawing_replicates),
    };
    match streamed {
        // What is digested must be what was counted.
        Some(counted) if before.is_some() && stamp(path) == before => Ok(counted),
        _ => {
            let dataset = read(path, reading)?;
            let cube = count_noting(&dataset, settings, threads, drawing_replicates)?;
            Ok(CountedFile { cube, digest: dataset.digest() })
        }
    }
}

/// What tells whether a file was written to.
fn stamp(path: &Path) -> Option<(u64, SystemTime)> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.len(), metadata.modified().ok()?))
}

pub(crate) fn parquet(
    path: &Path,
    reading: &ReadSettings,
    settings: &CountSettings,
    threads: NonZero<usize>,
    drawing_replicates: &mut dyn FnMut(),
) -> Option<CountedFile> {
    let metadata = parquet_file::metadata(path, &File::open(path).ok()?).ok()?;
    let names = parquet_file::names_of(path, &metadata).ok()?;
    let fields = metadata.schema().fields();
    let usable = names.iter().zip(fields).filter(|(_, field)| kind(field.data_type()).is_some());
    let usable: Vec<String> = usable.map(|(name, _)| name.clone()).collect();
    if settings.roles.time.as_ref().is_some_and(|time| !names.contains(time)) {
        return None;
    }
    let plan = Plan::new(settings, &reading.missing_values, &usable)?;
    let source =
        |turned: &BTreeSet<usize>| ParquetBatches::new(path, &metadata, &plan.columns, |column| turned.contains(&column));
    let (source, cube) = counted(&plan, source, threads, drawing_replicates)?;
    Some(CountedFile { cube, digest: source.digest()? })
}

pub(crate) fn delimited(
    (path, delimiter): (&Path, u8),
    reading: &ReadSettings,
    settings: &CountSettings,
    threads: NonZero<usize>,
    drawing_replicates: &mut dyn FnMut(),
) -> Option<CountedFile> {
    let fields = csv_file::names(path, File::open(path).ok()?, delimiter).ok()?;
    if settings.roles.time.as_ref().is_some_and(|time| !fields.contains(time)) {
        return None;
    }
    let plan = Plan::new(settings, &reading.missing_values, &fields)?;
    let declared = |column: usize| plan.columns.get(column).is_some_and(|name| reading.text_columns.contains(*name));
    let source = |turned: &BTreeSet<usize>| {
        let as_text = |column| declared(column) || turned.contains(&column);
        CsvBatches::new((path, delimiter), &fields, &plan.columns, as_text, &reading.missing_values)
    };
    let (source, cube) = counted(&plan, source, threads, drawing_replicates)?;
    Some(CountedFile { cube, digest: source.digest() })
}

/// Counts a source, and again from its start where a column of numbers turns out to hold text.
fn counted<S: Source>(
    plan: &Plan,
    source: impl Fn(&BTreeSet<usize>) -> Option<S>,
    threads: NonZero<usize>,
    drawing_replicates: &mut dyn FnMut(),
) -> Option<(S, Cube)> {
    let mut turned = BTreeSet::new();
    loop {
        let source = source(&turned)?;
        match pass(&source, plan, threads) {
            Ok(merged) => return finish(merged, threads, drawing_replicates).ok().map(|cube| (source, cube)),
            Err(Stop::TurnedText(column)) if turned.insert(column) => {}
            Err(_) => return None,
        }
    }
}
