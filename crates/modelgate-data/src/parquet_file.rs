//! Parquet files: numbers, booleans, text, dates and times through parquet's arrow reader; other types are not offered.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::Float64Builder;
use arrow_array::cast::AsArray as _;
use arrow_array::types::{Int64Type, UInt64Type};
use arrow_array::{Array, ArrayRef};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};
use parquet::file::reader::ChunkReader;

use crate::column::{Column, Missing, TextBuilder};
use crate::converted;
use crate::error::DataError;
use crate::file::unreadable;
use crate::input::{InputFile, Raw};
use crate::packed::MOST_UNPACKED;

/// Rows that are decoded at a time.
const BATCH_ROWS: usize = 65_536;

/// The largest whole number below which every whole number is an `f64`.
pub(crate) const LARGEST_EXACT: u64 = 1 << 53;

/// What a Parquet column is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Numbers that an `f64` holds, or that are rounded by their nature.
    Number,
    /// 64-bit whole numbers, which an `f64` may not hold.
    Whole,
    Boolean,
    Text,
    /// Dates and times, as text.
    Time,
}

/// The footer of a file.
pub(crate) fn metadata_of(file: &InputFile) -> Result<ArrowReaderMetadata, DataError> {
    match file.open().map_err(|error| unreadable(&file.path, &error))? {
        Raw::Disk(opened) => metadata(&file.path, &opened),
        Raw::Held(bytes) => metadata(&file.path, bytes.get_ref()),
        Raw::Kept(kept) => metadata(&file.path, kept.whole()),
    }
}

pub(crate) fn metadata<R: ChunkReader>(path: &Path, file: &R) -> Result<ArrowReaderMetadata, DataError> {
    if file.len() == 0 {
        return Err(DataError::EmptyFile { path: path.to_owned() });
    }
    let head = file.get_bytes(0, 4.min(usize::try_from(file.len()).unwrap_or(4)));
    if head.is_ok_and(|head| head.as_ref() != b"PAR1") {
        return Err(DataError::NotParquet { path: path.to_owned() });
    }
    let loaded = guarded(|| ArrowReaderMetadata::load(file, ArrowReaderOptions::new()))
        .map_err(|reason| DataError::BrokenParquet { path: path.to_owned(), reason })?;
    // What a column of a row group says that it unpacks to is known before it is unpacked.
    let too_large =
        |column: &ColumnChunkMetaData| u64::try_from(column.uncompressed_size()).is_ok_and(|size| size > MOST_UNPACKED);
    if loaded.metadata().row_groups().iter().flat_map(RowGroupMetaData::columns).any(too_large) {
        let reason = format!("a column of a row group says that it unpacks to more than {} MiB", MOST_UNPACKED >> 20);
        return Err(DataError::BrokenParquet { path: path.to_owned(), reason });
    }
    Ok(loaded)
}

/// Runs a step of a reader, which panics on some damaged files where others give errors.
pub(crate) fn guarded<T, E: std::fmt::Display>(step: impl FnOnce() -> Result<T, E>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(step)) {
        Ok(result) => result.map_err(|error| error.to_string()),
        Err(_) => Err("its parts contradict each other".to_owned()),
    }
}

pub(crate) fn kind(data_type: &DataType) -> Option<Kind> {
    match data_type {
        DataType::Int64 | DataType::UInt64 => Some(Kind::Whole),
        DataType::Boolean => Some(Kind::Boolean),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Some(Kind::Text),
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => Some(Kind::Time),
        DataType::Dictionary(_, values) => kind(values).filter(|kind| *kind != Kind::Time),
        other if other.is_numeric() || *other == DataType::Null => Some(Kind::Number),
        _ => None,
    }
}

/// The rows of some columns, by their places in increasing order.
pub(crate) fn open(
    metadata: &ArrowReaderMetadata,
    bytes: Bytes,
    places: &[usize],
) -> Result<ParquetRecordBatchReader, ArrowError> {
    let kinds: Vec<Option<Kind>> = metadata.schema().fields().iter().map(|field| kind(field.data_type())).collect();
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(bytes, with_dictionaries(metadata, &kinds)?);
    let mask = ProjectionMask::roots(builder.parquet_schema(), places.iter().copied());
    Ok(builder.with_projection(mask).with_batch_size(BATCH_ROWS).build()?)
}

/// For a reader that keeps the dictionaries of text, so that a value is looked at once a page and not once a row.
pub(crate) fn with_dictionaries(
    metadata: &ArrowReaderMetadata,
    kinds: &[Option<Kind>],
) -> Result<ArrowReaderMetadata, ArrowError> {
    let hinted = metadata.schema().fields().iter().zip(kinds).map(|(field, kind)| match kind {
        Some(Kind::Text) => Arc::new(Field::new(field.name(), dictionary_type(), field.is_nullable())),
        _ => field.clone(),
    });
    let schema = Schema::new(hinted.collect::<Vec<_>>());
    let options = ArrowReaderOptions::new().with_schema(Arc::new(schema));
    Ok(ArrowReaderMetadata::try_new(metadata.metadata().clone(), options)?)
}

pub(crate) fn dictionary_type() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

/// Adds lists of labels as texts with the separator between labels.
pub(crate) fn push_sets(builder: &mut TextBuilder, lists: &ArrayRef, separator: &str) -> Result<(), ArrowError> {
    for list in converted::lists(lists)? {
        let Some(list) = list else {
            builder.push(None)?;
            continue;
        };
        let labels: Vec<&str> = list.iter().map(Option::unwrap_or_default).collect();
        builder.push(Some(&set_text(&labels, separator).map_err(ArrowError::ParseError)?))?;
    }
    Ok(())
}

/// A set of labels as text; a label that holds the separator is refused with a reason.
pub(crate) fn set_text<L: AsRef<str>>(labels: &[L], separator: &str) -> Result<String, String> {
    let labels: Vec<&str> = labels.iter().map(AsRef::as_ref).collect();
    if let Some(label) = labels.iter().find(|label| label.contains(separator)) {
        return Err(format!("the label {label:?} of a list holds {separator:?}, which `data.separator` puts between labels"));
    }
    // A list of one empty label is not the empty set.
    Ok(if labels == [""] { separator.to_owned() } else { labels.join(separator) })
}

/// The parts of a column as one.
pub(crate) fn column(kind: Kind, parts: &[ArrayRef], missing: &Missing) -> Result<Column, ArrowError> {
    match kind {
        Kind::Number => numbers(parts),
        Kind::Whole if parts.iter().all(fits) => numbers(parts),
        Kind::Whole | Kind::Boolean | Kind::Text | Kind::Time => text(parts, missing),
    }
}

/// Whether every whole number of an array is an `f64`.
pub(crate) fn fits(part: &ArrayRef) -> bool {
    if let Some(array) = part.as_primitive_opt::<Int64Type>() {
        array.iter().flatten().all(|number| number.unsigned_abs() <= LARGEST_EXACT)
    } else if let Some(array) = part.as_primitive_opt::<UInt64Type>() {
        array.iter().flatten().all(|number| number <= LARGEST_EXACT)
    } else {
        true
    }
}

fn numbers(parts: &[ArrayRef]) -> Result<Column, ArrowError> {
    let mut builder = Float64Builder::with_capacity(parts.iter().map(Array::len).sum());
    for part in parts {
        builder.append_array(&converted::numbers(part)?);
    }
    Ok(Column::Number(builder.finish()))
}

fn text(parts: &[ArrayRef], missing: &Missing) -> Result<Column, ArrowError> {
    let mut builder = TextBuilder::default();
    for part in parts {
        push_text(&mut builder, part, missing)?;
    }
    builder.finish()
}

fn push_text(builder: &mut TextBuilder, part: &ArrayRef, missing: &Missing) -> Result<(), ArrowError> {
    let encoded = converted::texts(part)?;
    let values = encoded.values().as_string_opt::<i32>().ok_or_else(|| unexpected(encoded.values()))?;
    let mut keys: Vec<Option<i32>> = Vec::with_capacity(values.len());
    for value in values {
        let value = value.map(str::trim).filter(|value| !missing.is(value));
        keys.push(value.map(|value| builder.intern(value)).transpose()?);
    }
    for key in encoded.keys() {
        let own = key.and_then(|key| usize::try_from(key).ok());
        builder.push_key(own.and_then(|key| keys.get(key).copied().flatten()));
    }
    Ok(())
}

fn unexpected(array: &ArrayRef) -> ArrowError {
    ArrowError::SchemaError(format!("unexpected values of type {}", array.data_type()))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use arrow_array::types::{Decimal128Type, Int32Type};
    use arrow_array::{
        BooleanArray, Date32Array, DictionaryArray, Float32Array, Float64Array, Int8Array, Int64Array, LargeStringArray,
        ListArray, PrimitiveArray, RecordBatch, StringArray, StringViewArray, StructArray, UInt64Array,
    };
    use parquet::arrow::ArrowWriter;

    use super::*;
    use crate::testing::{categorical, csv, file, read_error, settings, told};
    use crate::{ReadSettings, column_names, count, read, read_bytes};

    fn parquet(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let mut bytes = Vec::new();
        let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
        // Two row groups, so that two dictionaries have to be joined.
        for part in [batch.slice(0, batch.num_rows() / 2), batch.slice(batch.num_rows() / 2, batch.num_rows().div_ceil(2))] {
            writer.write(&part).unwrap();
            writer.flush().unwrap();
        }
        writer.close().unwrap();
        bytes
    }

    fn dataset(columns: Vec<(&str, ArrayRef)>) -> crate::Dataset {
        let file = file(".parquet", &parquet(columns));
        read(file.path(), &ReadSettings::default()).unwrap()
    }

    fn texts(data: &crate::Dataset, name: &str) -> Vec<Option<String>> {
        let column = data.column(name).unwrap();
        (0..data.rows()).map(|row| column.text(row).map(str::to_owned)).collect()
    }

    fn numbers_of(data: &crate::Dataset, name: &str) -> Vec<Option<f64>> {
        let column = data.column(name).unwrap();
        (0..data.rows()).map(|row| column.number(row)).collect()
    }

    #[test]
    fn numbers_of_every_width_are_numbers() {
        let decimal = PrimitiveArray::<Decimal128Type>::from(vec![150, -25, 0]).with_precision_and_scale(5, 2).unwrap();
        let data = dataset(vec![
            ("i8", Arc::new(Int8Array::from(vec![Some(-1), None, Some(2)]))),
            ("i64", Arc::new(Int64Array::from(vec![1 << 53, -(1 << 53), 0]))),
            ("f32", Arc::new(Float32Array::from(vec![0.5, 1.5, -2.0]))),
            ("decimal", Arc::new(decimal)),
        ]);
        assert_eq!(numbers_of(&data, "i8"), [Some(-1.0), None, Some(2.0)]);
        assert_eq!(numbers_of(&data, "i64"), [Some(9_007_199_254_740_992.0), Some(-9_007_199_254_740_992.0), Some(0.0)]);
        assert_eq!(numbers_of(&data, "f32"), [Some(0.5), Some(1.5), Some(-2.0)]);
        assert_eq!(numbers_of(&data, "decimal"), [Some(1.5), Some(-0.25), Some(0.0)]);
    }

    #[test]
    fn whole_numbers_that_no_f64_holds_are_text() {
        let data = dataset(vec![
            ("id", Arc::new(Int64Array::from(vec![(1 << 53) + 1, 2]))),
            ("big", Arc::new(UInt64Array::from(vec![Some(u64::MAX), None]))),
        ]);
        assert_eq!(texts(&data, "id"), [Some("9007199254740993".into()), Some("2".into())]);
        assert_eq!(texts(&data, "big"), [Some("18446744073709551615".into()), None]);
    }

    #[test]
    fn text_of_every_encoding_is_trimmed_and_its_missing_values_are_null() {
        let cells = vec![Some("F"), Some(" F "), Some("NA"), None, Some("M")];
        let dictionary: DictionaryArray<Int32Type> = cells.iter().copied().collect();
        let data = dataset(vec![
            ("utf8", Arc::new(StringArray::from(cells.clone()))),
            ("large", Arc::new(LargeStringArray::from(cells.clone()))),
            ("view", Arc::new(StringViewArray::from(cells))),
            ("dictionary", Arc::new(dictionary)),
            ("boolean", Arc::new(BooleanArray::from(vec![Some(true), Some(false), None, None, None]))),
        ]);
        for name in ["utf8", "large", "view", "dictionary"] {
            assert_eq!(texts(&data, name), [Some("F".into()), Some("F".into()), None, None, Some("M".into())], "{name}");
        }
        assert_eq!(texts(&data, "boolean"), [Some("true".into()), Some("false".into()), None, None, None]);
    }

    #[test]
    fn types_that_cannot_be_used_are_named_when_asked_for() {
        let list = ListArray::from_iter_primitive::<Int64Type, _, _>([Some([Some(1)])]);
        let fields = vec![(Arc::new(Field::new("x", DataType::Int8, true)), Arc::new(Int8Array::from(vec![1])) as ArrayRef)];
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("list", Arc::new(list)),
            ("y", Arc::new(Int8Array::from(vec![1]))),
            ("date", Arc::new(Date32Array::from(vec![1]))),
            ("nested", Arc::new(StructArray::from(fields))),
            ("s", Arc::new(StringArray::from(vec!["x"]))),
        ];
        let data = dataset(columns.clone());
        assert_eq!(data.columns().map(|(name, _)| name).collect::<Vec<_>>(), ["y", "date", "s"]);
        assert_eq!(texts(&data, "date"), [Some("1970-01-02".into())]);
        assert_eq!((numbers_of(&data, "y"), texts(&data, "s")), (vec![Some(1.0)], vec![Some("x".into())]));
        assert!(data.column("list").is_none() && data.has_column("list"));
        let text = told(&data.require("list").unwrap_err());
        assert!(text.starts_with("rows: column \"list\" is of type List(Int64), which cannot be used\n"), "{text}");
        assert!(data.require("nested").unwrap_err().to_string().contains("Struct"));
        let file = file(".parquet", &parquet(columns));
        assert_eq!(column_names(file.path()).unwrap(), ["list", "y", "date", "nested", "s"]);
    }

    #[test]
    fn damaged_files_are_errors_and_never_panics() {
        let not = told(&read_error(".parquet", b"a,b\n1,2\n"));
        assert!(not.starts_with("rows: this is not a Parquet file: it does not begin with PAR1\n"), "{not}");
        let columns: Vec<(&str, ArrayRef)> = vec![("s", Arc::new(StringArray::from(vec!["x", "y", "x"])))];
        let whole = parquet(columns);
        for end in [4, 8, whole.len() / 2, whole.len() - 1] {
            let text = told(&read_error(".parquet", &whole[..end]));
            assert!(text.starts_with("rows: the Parquet file is damaged or cut off: "), "{text}");
        }
        assert!(matches!(read_error(".parquet", b""), DataError::EmptyFile { .. }));
        let footer = whole.len().saturating_sub(900);
        for (at, flip) in (footer..whole.len()).flat_map(|at| [1, 128, 255].map(|flip| (at, flip))) {
            let mut flipped = whole.clone();
            flipped[at] ^= flip;
            // What comes out depends on the byte; that something comes out is the test.
            let _result = read_bytes(Path::new("x.parquet"), flipped, &ReadSettings::default());
        }
        let none: Vec<(&str, ArrayRef)> = vec![("s", Arc::new(StringArray::from(Vec::<&str>::new())))];
        assert!(matches!(read_error(".parquet", &parquet(none)), DataError::NoRows { .. }));
    }

    #[test]
    fn a_bad_cell_is_told_by_its_row() {
        let scores = |bad: Option<f64>| Arc::new(Float64Array::from(vec![Some(0.5), bad])) as ArrayRef;
        let labels = || Arc::new(Int8Array::from(vec![1, 0])) as ArrayRef;
        let told_of = |bad| {
            let file = file(".parquet", &parquet(vec![("y", labels()), ("p", scores(bad))]));
            let data = read(file.path(), &ReadSettings::default()).unwrap();
            told(&count(&data, &settings(vec![])).unwrap_err())
        };
        let nan = told_of(Some(f64::NAN));
        assert!(nan.starts_with("rows: row 2 (column \"p\"): the score \"NaN\" is NaN"), "{nan}");
        let null = told_of(None);
        assert!(null.starts_with("rows: row 2 (column \"p\"): the score is missing: the cell is null"), "{null}");
    }

    #[test]
    fn the_same_rows_count_the_same_from_either_format() {
        let data = dataset(vec![
            ("y", Arc::new(BooleanArray::from(vec![true, false, true]))),
            ("p", Arc::new(Float64Array::from(vec![0.25, 0.5, 1.0]))),
            ("code", Arc::new(Int8Array::from(vec![Some(1), Some(2), None]))),
        ]);
        let (text, _file) = csv("y,p,code\nTrue,0.25,1\nFalse,0.5,2.0\nTrue,1,\n");
        let settings = settings(vec![categorical("code")]);
        assert_eq!(count(&data, &settings).unwrap(), count(&text, &settings).unwrap());
    }
}
