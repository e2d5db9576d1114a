//! Files whose columns have types, read as a whole: Parquet and Arrow IPC.

use arrow_array::ArrayRef;
use arrow_schema::{ArrowError, DataType, SchemaRef};
use bytes::Bytes;
use modelgate_cube::Digest;
use parquet::arrow::arrow_reader::ArrowReaderMetadata;

use crate::arrow_file::Messages;
use crate::column::{Column, Missing, TextBuilder};
use crate::error::DataError;
use crate::file::{FilePart, ReadSettings, Table};
use crate::format::Format;
use crate::input::{Input, InputFile};
use crate::parquet_file::{self, column, guarded, kind, push_sets};
use crate::shape::{self, Field, Values};

/// A file that is ready to be read.
enum Opened {
    Parquet(Box<ArrowReaderMetadata>, Bytes),
    Arrow(Messages, Bytes),
}

impl Opened {
    fn new(file: &InputFile, format: Format, bytes: Bytes) -> Result<Self, DataError> {
        if format == Format::Parquet {
            let metadata = parquet_file::metadata(&file.path, &bytes)?;
            return Ok(Self::Parquet(Box::new(metadata), bytes));
        }
        Ok(Self::Arrow(Messages::of(&file.with_bytes(bytes.clone()))?, bytes))
    }

    fn schema(&self) -> SchemaRef {
        match self {
            Self::Parquet(metadata, _) => metadata.schema().clone(),
            Self::Arrow(messages, _) => messages.schema.clone(),
        }
    }

    /// The parts of some columns, by their places in increasing order.
    fn read(&self, file: &InputFile, places: &[usize]) -> Result<Vec<Vec<ArrayRef>>, ArrowError> {
        let mut parts: Vec<Vec<ArrayRef>> = places.iter().map(|_| Vec::new()).collect();
        let mut push = |columns: &[ArrayRef]| {
            parts.iter_mut().zip(columns).for_each(|(parts, column)| parts.push(column.clone()));
        };
        match self {
            Self::Parquet(metadata, bytes) => {
                for batch in parquet_file::open(metadata, bytes.clone(), places)? {
                    push(batch?.columns());
                }
            }
            Self::Arrow(messages, bytes) => {
                let raw =
                    file.with_bytes(bytes.clone()).open().map_err(|error| ArrowError::from_external_error(Box::new(error)))?;
                let mut batches = messages.read(raw, places.to_vec());
                while let Some(batch) = batches.next()? {
                    push(batch.columns());
                }
            }
        }
        Ok(parts)
    }

    fn rows(&self, file: &InputFile) -> Result<u64, ArrowError> {
        match self {
            Self::Parquet(metadata, _) => Ok(metadata.metadata().file_metadata().num_rows().try_into().unwrap_or_default()),
            Self::Arrow(messages, bytes) => {
                let raw =
                    file.with_bytes(bytes.clone()).open().map_err(|error| ArrowError::from_external_error(Box::new(error)))?;
                let mut batches = messages.read(raw, Vec::new());
                let mut rows = 0;
                while let Some(batch) = batches.next()? {
                    rows += batch.num_rows() as u64;
                }
                Ok(rows)
            }
        }
    }
}

/// A column while the files are read.
struct Growing {
    name: String,
    /// The separator of sets of labels, where the column holds lists of them.
    separator: Option<String>,
    parts: Vec<ArrayRef>,
}

/// Reads all rows of the columns whose types can be used.
pub(crate) fn read(input: &Input, settings: &ReadSettings) -> Result<Table, DataError> {
    let mut fields: Option<Vec<Field>> = None;
    let (mut columns, mut parts) = (Vec::<Growing>::new(), Vec::new());
    for file in &input.files {
        let bytes = file.bytes()?;
        let digest = Digest::of(&bytes);
        let opened = Opened::new(file, input.format, bytes)?;
        let schema = opened.schema();
        let found = shape::of_schema(&file.path, &schema)?;
        match &mut fields {
            None => {
                columns = used(&found, &schema, settings);
                fields = Some(found);
            }
            Some(fields) => shape::merge(input, file, fields, &found)?,
        }
        let broken = |reason: String| match input.format {
            Format::Parquet => DataError::BrokenParquet { path: file.path.clone(), reason },
            _ => DataError::BrokenArrow { path: file.path.clone(), reason },
        };
        parts.push(FilePart { file: file.clone(), rows: guarded(|| opened.rows(file)).map_err(broken)?, digest });
        let mut places: Vec<(usize, &mut Growing)> =
            columns.iter_mut().filter_map(|column| Some((schema.fields().find(&column.name)?.0, column))).collect();
        places.sort_by_key(|(place, _)| *place);
        let wanted: Vec<usize> = places.iter().map(|(place, _)| *place).collect();
        let read = guarded(|| opened.read(file, &wanted)).map_err(broken)?;
        places.into_iter().zip(read).for_each(|((_, column), parts)| column.parts.extend(parts));
    }
    if parts.iter().all(|part| part.rows == 0) {
        return Err(DataError::NoRows { path: input.path.clone() });
    }
    let fields = fields.unwrap_or_default();
    let is_used = |name: &str| columns.iter().any(|column| column.name == name);
    let unusable = fields.iter().filter(|field| !is_used(&field.name)).filter_map(|field| match &field.values {
        Values::Unusable(data_type) => Some((field.name.clone(), data_type.clone())),
        _ => None,
    });
    let unusable = unusable.collect();
    let finished = columns.into_iter().map(|column| {
        let values = fields.iter().find(|field| field.name == column.name).map(|field| &field.values);
        let made = guarded(|| finish(&column, values, settings));
        let made = made.map_err(|reason| DataError::Malformed { path: input.path.clone(), reason })?;
        Ok((column.name, made))
    });
    let columns = finished.collect::<Result<_, DataError>>()?;
    Ok(Table { fields: fields.into_iter().map(|field| field.name).collect(), columns, unusable, parts })
}

/// The columns that can be used: those of values, and declared lists of labels.
fn used(fields: &[Field], schema: &SchemaRef, settings: &ReadSettings) -> Vec<Growing> {
    let columns = fields.iter().zip(schema.fields()).filter_map(|(field, typed)| {
        let is_list =
            matches!(typed.data_type(), DataType::List(item) | DataType::LargeList(item) if kind(item.data_type()).is_some());
        let separator = settings.set_columns.get(&field.name).filter(|_| is_list).cloned();
        let is_used = separator.is_some() || !matches!(field.values, Values::Unusable(_));
        is_used.then(|| Growing { name: field.name.clone(), separator, parts: Vec::new() })
    });
    columns.collect()
}

fn finish(grown: &Growing, values: Option<&Values>, settings: &ReadSettings) -> Result<Column, ArrowError> {
    if let Some(separator) = &grown.separator {
        let mut texts = TextBuilder::default();
        grown.parts.iter().try_for_each(|part| push_sets(&mut texts, part, separator))?;
        return texts.finish();
    }
    let kind = values.and_then(Values::kind).unwrap_or(parquet_file::Kind::Text);
    column(kind, &grown.parts, &Missing(&settings.missing_in(&grown.name)))
}
