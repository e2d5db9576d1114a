//! A Parquet file as a source of batches: threads take its row groups one after the other, and decode only the columns
//! that are asked for.

use std::fs::File;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::cast::AsArray as _;
use arrow_array::{ArrayRef, BooleanArray, Int32Array, StringArray};
use arrow_schema::Fields;
use modelgate_cube::Digest;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ParquetRecordBatchReaderBuilder};
use parquet::file::reader::ChunkReader;

use crate::column::TextArray;
use crate::converted;
use crate::input::InputFile;
use crate::parquet_file::{Kind, fits, kind, with_dictionaries};
use crate::pass::{Cells, Source, Stop};
use crate::shape::Shape;

/// Rows that are decoded at a time: few enough that what is made of them stays in the processor's cache.
const BATCH_ROWS: usize = 16_384;

/// Some columns of a Parquet file.
pub(crate) struct ParquetBatches<'a> {
    file: &'a InputFile,
    metadata: ArrowReaderMetadata,
    mask: ProjectionMask,
    /// The place of each column among those that are read.
    order: Vec<usize>,
    kinds: Kinds,
    next: AtomicUsize,
    digest: Mutex<Option<Digest>>,
}

impl<'a> ParquetBatches<'a> {
    /// The columns of these names, those of whole numbers as text where `as_text` says so. `None` where one cannot be
    /// read.
    pub(crate) fn new(
        file: &'a InputFile,
        metadata: &ArrowReaderMetadata,
        shape: &Shape,
        columns: &[&str],
        as_text: &dyn Fn(usize) -> bool,
    ) -> Option<Self> {
        let fields = metadata.schema().fields();
        let (places, kinds) = kinds_of(fields, shape, columns, as_text)?;
        let of_file: Vec<Option<Kind>> = fields.iter().map(|field| kind(field.data_type())).collect();
        let metadata = with_dictionaries(metadata, &of_file).ok()?;
        // The reader gives columns in the order of the file.
        let mask = ProjectionMask::roots(metadata.parquet_schema(), places.iter().copied());
        let order = places.iter().map(|place| places.iter().filter(|other| *other < place).count()).collect();
        Some(Self { file, metadata, mask, order, kinds, next: AtomicUsize::new(0), digest: Mutex::new(None) })
    }

    /// The digest of the file's bytes, once all units are read.
    pub(crate) fn digest(&self) -> Option<Digest> {
        *self.digest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read_group(&self, group: usize, add: &mut dyn FnMut(&[Cells]) -> Result<(), Stop>) -> Result<(), Stop> {
        match self.file.kept() {
            Some(kept) => self.read_group_of(kept.clone(), group, add),
            // A handle of its own: clones of one would share its position.
            None => self.read_group_of(File::open(&self.file.path).map_err(|_| Stop::Declined)?, group, add),
        }
    }

    fn read_group_of<R: ChunkReader + 'static>(
        &self,
        file: R,
        group: usize,
        add: &mut dyn FnMut(&[Cells]) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone())
            .with_row_groups(vec![group])
            .with_projection(self.mask.clone())
            .with_batch_size(BATCH_ROWS)
            .build()
            .map_err(|_| Stop::Declined)?;
        for batch in reader {
            let batch = batch.map_err(|_| Stop::Declined)?;
            let columns = self.kinds.iter().zip(&self.order).enumerate();
            let columns = columns.map(|(place, ((kind, as_text), at))| cells(*kind, *as_text, place, batch.column(*at)));
            add(&columns.collect::<Result<Vec<_>, _>>()?)?;
        }
        Ok(())
    }
}

impl Source for ParquetBatches<'_> {
    fn next(&self, add: &mut dyn FnMut(&[Cells]) -> Result<(), Stop>) -> Result<bool, Stop> {
        let unit = self.next.fetch_add(1, Ordering::Relaxed);
        let Some(group) = unit.checked_sub(1) else {
            let digest = self.file.open().and_then(Digest::of_reader).map_err(|_| Stop::Declined)?;
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

/// What each column is read as, and whether whole numbers are text.
pub(crate) type Kinds = Vec<(Kind, bool)>;

/// The places of columns in a file, what each is read as, and whether whole numbers are text; `None` where one cannot be read.
pub(crate) fn kinds_of(
    fields: &Fields,
    shape: &Shape,
    columns: &[&str],
    as_text: &dyn Fn(usize) -> bool,
) -> Option<(Vec<usize>, Kinds)> {
    let places: Vec<usize> = columns.iter().map(|name| fields.find(name).map(|(place, _)| place)).collect::<Option<_>>()?;
    let of_column = |(index, name): (usize, &&str)| Some((shape.kind(name)?, as_text(index)));
    let kinds = columns.iter().enumerate().map(of_column).collect::<Option<_>>()?;
    Some((places, kinds))
}

/// The values of a part of a column.
pub(crate) fn cells(kind: Kind, as_text: bool, place: usize, array: &ArrayRef) -> Result<Cells, Stop> {
    match kind {
        Kind::Whole if as_text => text(array),
        // Another look at the file, with this column as text from its start.
        Kind::Whole if !fits(array) => Err(Stop::TurnedText(place)),
        Kind::Number | Kind::Whole => numbers(array),
        Kind::Boolean => array.as_boolean_opt().map_or_else(|| text(array), booleans),
        Kind::Text | Kind::Time => text(array),
    }
}

fn numbers(array: &ArrayRef) -> Result<Cells, Stop> {
    Ok(Cells::Number(converted::numbers(array).map_err(|_| Stop::Declined)?))
}

fn booleans(array: &BooleanArray) -> Result<Cells, Stop> {
    let keys: Int32Array = array.iter().map(|cell| cell.map(i32::from)).collect();
    let values: ArrayRef = Arc::new(StringArray::from(vec!["false", "true"]));
    Ok(Cells::Text(TextArray::try_new(keys, values).map_err(|_| Stop::Declined)?))
}

fn text(array: &ArrayRef) -> Result<Cells, Stop> {
    Ok(Cells::Text(converted::texts(array).map_err(|_| Stop::Declined)?))
}
