//! A Parquet file as a source of batches: threads take its row groups one after the other, and decode only the columns
//! that are asked for.

use std::fs::File;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::cast::AsArray as _;
use arrow_array::types::{Float64Type, Int32Type};
use arrow_array::{Array as _, ArrayRef, BooleanArray, Int32Array, StringArray};
use arrow_schema::DataType;
use modelgate_cube::Digest;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ParquetRecordBatchReaderBuilder};

use crate::column::TextArray;
use crate::parquet_file::{Kind, dictionary_type, fits, kind, with_dictionaries};
use crate::pass::{Cells, Source, Stop};

/// Rows that are decoded at a time: few enough that what is made of them stays in the processor's cache.
const BATCH_ROWS: usize = 16_384;

/// Some columns of a Parquet file.
pub(crate) struct ParquetBatches<'a> {
    path: &'a Path,
    metadata: ArrowReaderMetadata,
    mask: ProjectionMask,
    /// What each column is read as, and whether whole numbers are text.
    kinds: Vec<(Kind, bool)>,
    next: AtomicUsize,
    digest: Mutex<Option<Digest>>,
}

impl<'a> ParquetBatches<'a> {
    /// The columns of these names, those of whole numbers as text where `as_text` says so. `None` where one cannot be
    /// read.
    pub(crate) fn new(
        path: &'a Path,
        metadata: &ArrowReaderMetadata,
        columns: &[&str],
        as_text: impl Fn(usize) -> bool,
    ) -> Option<Self> {
        let fields = metadata.schema().fields();
        let places: Vec<usize> = columns.iter().map(|name| fields.find(name).map(|(place, _)| place)).collect::<Option<_>>()?;
        let of_column = |(index, place): (usize, &usize)| Some((kind(fields.get(*place)?.data_type())?, as_text(index)));
        let kinds = places.iter().enumerate().map(of_column).collect::<Option<_>>()?;
        let of_file: Vec<Option<Kind>> = fields.iter().map(|field| kind(field.data_type())).collect();
        let metadata = with_dictionaries(metadata, &of_file).ok()?;
        let mask = ProjectionMask::roots(metadata.parquet_schema(), places);
        Some(Self { path, metadata, mask, kinds, next: AtomicUsize::new(0), digest: Mutex::new(None) })
    }

    /// The digest of the file's bytes, once all units are read.
    pub(crate) fn digest(&self) -> Option<Digest> {
        *self.digest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read_group(&self, group: usize, add: &mut dyn FnMut(&[Cells]) -> Result<(), Stop>) -> Result<(), Stop> {
        // A handle of its own: clones of one would share its position.
        let file = File::open(self.path).map_err(|_| Stop::Declined)?;
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone())
            .with_row_groups(vec![group])
            .with_projection(self.mask.clone())
            .with_batch_size(BATCH_ROWS)
            .build()
            .map_err(|_| Stop::Declined)?;
        for batch in reader {
            let batch = batch.map_err(|_| Stop::Declined)?;
            let columns = self.kinds.iter().zip(batch.columns()).enumerate();
            let columns = columns.map(|(place, ((kind, as_text), array))| cells(*kind, *as_text, place, array));
            add(&columns.collect::<Result<Vec<_>, _>>()?)?;
        }
        Ok(())
    }
}

impl Source for ParquetBatches<'_> {
    fn next(&self, add: &mut dyn FnMut(&[Cells]) -> Result<(), Stop>) -> Result<bool, Stop> {
        let unit = self.next.fetch_add(1, Ordering::Relaxed);
        let Some(group) = unit.checked_sub(1) else {
            let digest = File::open(self.path).and_then(Digest::of_reader).map_err(|_| Stop::Declined)?;
            *self.digest.lock().unwrap_or_else(PoisonError::into_inner) = Some(digest);
            return Ok(true);
        };
        if group >= self.metadata.metadata().num_row_groups() {
            return Ok(false);
        }
        self.read_group(group, add)?;
        Ok(true)
    }
}

fn cells(kind: Kind, as_text: bool, place: usize, array: &ArrayRef) -> Result<Cells, Stop> {
    match kind {
        Kind::Whole if as_text => text(array),
        // Another look at the file, with this column as text from its start.
        Kind::Whole if !fits(array) => Err(Stop::TurnedText(place)),
        Kind::Number | Kind::Whole => numbers(array),
        Kind::Boolean => array.as_boolean_opt().map_or_else(|| text(array), booleans),
        Kind::Text => text(array),
    }
}

fn numbers(array: &ArrayRef) -> Result<Cells, Stop> {
    let numbers = arrow_cast::cast(array, &DataType::Float64).map_err(|_| Stop::Declined)?;
    Ok(Cells::Number(numbers.as_primitive_opt::<Float64Type>().ok_or(Stop::Declined)?.clone()))
}

fn booleans(array: &BooleanArray) -> Result<Cells, Stop> {
    let keys: Int32Array = array.iter().map(|cell| cell.map(i32::from)).collect();
    let values: ArrayRef = Arc::new(StringArray::from(vec!["false", "true"]));
    Ok(Cells::Text(TextArray::try_new(keys, values).map_err(|_| Stop::Declined)?))
}

fn text(array: &ArrayRef) -> Result<Cells, Stop> {
    // Numbers have no cast to a dictionary, but to text, which has.
    let encoded = if matches!(array.data_type(), DataType::Dictionary(..)) {
        arrow_cast::cast(array, &dictionary_type())
    } else {
        arrow_cast::cast(array, &DataType::Utf8).and_then(|plain| arrow_cast::cast(&plain, &dictionary_type()))
    };
    let encoded = encoded.map_err(|_| Stop::Declined)?;
    Ok(Cells::Text(encoded.as_dictionary_opt::<Int32Type>().ok_or(Stop::Declined)?.clone()))
}
