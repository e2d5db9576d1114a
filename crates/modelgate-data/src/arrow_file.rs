//! Arrow IPC: files (Feather version 2) and streams, read message by message, so that what a message would unpack to is known
//! before it is unpacked.

use std::collections::BTreeSet;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_ipc::reader::{FileDecoder, read_footer_length};
use arrow_ipc::{Block, MessageHeader, MetadataVersion};
use arrow_schema::{ArrowError, Schema, SchemaRef};
use bytes::Bytes;

use crate::error::DataError;
use crate::input::{InputFile, Raw};
use crate::packed::MOST_UNPACKED;
use crate::parquet_file::guarded;

/// What a file begins and ends with, and a stream does not.
const MAGIC: &[u8] = b"ARROW1";

/// The bytes behind a footer: its length and the magic.
const TRAILER: u64 = 10;

/// The messages of a file.
#[derive(Debug, Clone)]
pub(crate) struct Messages {
    pub(crate) schema: SchemaRef,
    version: MetadataVersion,
    /// Dictionaries stand before the rows that need them.
    all: Arc<[Message]>,
}

/// Where a message stands.
#[derive(Debug, Clone, Copy)]
struct Message {
    block: Block,
    is_dictionary: bool,
}

impl Messages {
    /// Reads the schema and where the messages are, and no rows.
    pub(crate) fn of(file: &InputFile) -> Result<Self, DataError> {
        let raw = file.open().map_err(|error| crate::file::unreadable(&file.path, &error))?;
        Self::in_raw(raw).map_err(|reason| DataError::BrokenArrow { path: file.path.clone(), reason })
    }

    fn in_raw(mut raw: Raw) -> Result<Self, String> {
        guarded(|| -> Result<Self, ArrowError> {
            let length = raw.seek(SeekFrom::End(0))?;
            let head = part(&mut raw, length, 0, MAGIC.len().min(usize::try_from(length).unwrap_or(0)))?;
            if head == MAGIC { of_file(&mut raw, length) } else { of_stream(&mut raw, length) }
        })
    }

    /// Opens the rows of some columns, by their places.
    pub(crate) fn read(&self, raw: Raw, columns: Vec<usize>) -> Batches {
        let decoder = FileDecoder::new(self.schema.clone(), self.version).with_projection(columns);
        Batches { raw, messages: self.all.clone(), decoder, next: 0 }
    }
}

/// Batches of rows, one after the other.
pub(crate) struct Batches {
    raw: Raw,
    messages: Arc<[Message]>,
    decoder: FileDecoder,
    next: usize,
}

impl Batches {
    /// The next batch; `None` behind the last one.
    pub(crate) fn next(&mut self) -> Result<Option<RecordBatch>, ArrowError> {
        let length = self.raw.seek(SeekFrom::End(0))?;
        while let Some(message) = self.messages.get(self.next).copied() {
            self.next += 1;
            let bytes = read_block(&mut self.raw, length, &message.block)?;
            check_size(&bytes, &message.block)?;
            let buffer = arrow_buffer::Buffer::from(bytes);
            if message.is_dictionary {
                self.decoder.read_dictionary(&message.block, &buffer)?;
            } else if let Some(batch) = self.decoder.read_record_batch(&message.block, &buffer)? {
                return Ok(Some(batch));
            }
        }
        Ok(None)
    }
}

fn broken(reason: impl Into<String>) -> ArrowError {
    ArrowError::IpcError(reason.into())
}

/// Bytes that must lie within the file.
fn part(raw: &mut Raw, file: u64, at: u64, length: usize) -> Result<Bytes, ArrowError> {
    if at.checked_add(length as u64).is_none_or(|end| end > file) {
        return Err(broken("it ends before one of its parts"));
    }
    raw.seek(SeekFrom::Start(at))?;
    let mut bytes = vec![0; length];
    raw.read_exact(&mut bytes)?;
    Ok(bytes.into())
}

fn read_block(raw: &mut Raw, file: u64, block: &Block) -> Result<Bytes, ArrowError> {
    let size = |length: i64| usize::try_from(length).map_err(|_| broken("a part has a length below zero"));
    let (meta, body) = (size(block.metaDataLength().into())?, size(block.bodyLength())?);
    let at = u64::try_from(block.offset()).map_err(|_| broken("a part lies before the file's start"))?;
    part(raw, file, at, meta.checked_add(body).ok_or_else(|| broken("a part has no end"))?)
}

fn of_file(raw: &mut Raw, length: u64) -> Result<Messages, ArrowError> {
    let trailer_at = length.checked_sub(TRAILER).ok_or_else(|| broken("it ends before its footer"))?;
    let trailer = part(raw, length, trailer_at, TRAILER.try_into().unwrap_or(0))?;
    let trailer = <[u8; 10]>::try_from(trailer.as_ref()).map_err(|_| broken("it ends before its footer"))?;
    let footer_length = read_footer_length(trailer)?;
    let footer_at = trailer_at.checked_sub(footer_length as u64).ok_or_else(|| broken("its footer is longer than itself"))?;
    let footer = part(raw, length, footer_at, footer_length)?;
    let footer = arrow_ipc::root_as_footer(&footer).map_err(|error| broken(error.to_string()))?;
    let schema = arrow_ipc::convert::try_fb_to_schema(footer.schema().ok_or_else(|| broken("it has no schema"))?)?;
    let message = |is_dictionary: bool| move |block: &Block| Message { block: *block, is_dictionary };
    let dictionaries = footer.dictionaries().into_iter().flatten().map(message(true));
    let batches = footer.recordBatches().into_iter().flatten().map(message(false));
    Ok(Messages { schema: Arc::new(schema), version: footer.version(), all: dictionaries.chain(batches).collect() })
}

fn of_stream(raw: &mut Raw, length: u64) -> Result<Messages, ArrowError> {
    const CONTINUES: u32 = u32::MAX;
    let mut schema: Option<(Schema, MetadataVersion)> = None;
    let (mut at, mut messages) = (0, Vec::new());
    loop {
        // A stream may end without saying so.
        if at == length {
            break;
        }
        let word = |raw: &mut Raw, at: u64| -> Result<u32, ArrowError> {
            let bytes = part(raw, length, at, 4)?;
            Ok(bytes.as_ref().try_into().map(u32::from_le_bytes).unwrap_or_default())
        };
        let first = word(raw, at)?;
        // Streams of versions before 0.15 begin with the length.
        let (prefix, size) = if first == CONTINUES { (8_u32, word(raw, at + 4)?) } else { (4, first) };
        if size == 0 {
            break;
        }
        let meta = part(raw, length, at + u64::from(prefix), usize::try_from(size).unwrap_or(usize::MAX))?;
        let message = arrow_ipc::root_as_message(&meta).map_err(|error| broken(error.to_string()))?;
        let body = message.bodyLength();
        let meta_length = i32::try_from(prefix.checked_add(size).ok_or_else(|| broken("a message has no end"))?)
            .map_err(|_| broken("a message is too long"))?;
        let start = i64::try_from(at).map_err(|_| broken("it is too long"))?;
        let block = Block::new(start, meta_length, body);
        match message.header_type() {
            MessageHeader::Schema if schema.is_none() => {
                let found = message.header_as_schema().ok_or_else(|| broken("its schema is none"))?;
                schema = Some((arrow_ipc::convert::try_fb_to_schema(found)?, message.version()));
            }
            MessageHeader::DictionaryBatch => messages.push(Message { block, is_dictionary: true }),
            MessageHeader::RecordBatch => messages.push(Message { block, is_dictionary: false }),
            other => return Err(broken(format!("a message of kind {other:?} stands where rows are expected"))),
        }
        let body = u64::try_from(body).map_err(|_| broken("a message has a length below zero"))?;
        let after = u64::from(meta_length.unsigned_abs()).checked_add(body).and_then(|size| at.checked_add(size));
        at = after.filter(|at| *at <= length).ok_or_else(|| broken("it ends within a message"))?;
    }
    let (schema, version) = schema.ok_or_else(|| broken("it has no schema"))?;
    Ok(Messages { schema: Arc::new(schema), version, all: messages.into() })
}

/// Refuses a message that says it unpacks to more than a batch may hold: the memory would be taken before a byte is unpacked.
fn check_size(bytes: &[u8], block: &Block) -> Result<(), ArrowError> {
    let too_much = || broken(format!("a batch unpacks to more than {} MiB", MOST_UNPACKED >> 20));
    let meta_length = usize::try_from(block.metaDataLength()).unwrap_or_default();
    let (Some(meta), Some(body)) = (bytes.get(..meta_length), bytes.get(meta_length..)) else {
        return Err(broken("a message ends before its rows"));
    };
    let prefix = if meta.starts_with(&[0xff; 4]) { 8 } else { 4 };
    let message =
        arrow_ipc::root_as_message(meta.get(prefix..).unwrap_or_default()).map_err(|error| broken(error.to_string()))?;
    let batch = message.header_as_record_batch();
    let batch = batch.or_else(|| message.header_as_dictionary_batch().and_then(|dictionary| dictionary.data()));
    let Some(batch) = batch else { return Err(broken("a message holds no rows")) };
    let rows = u64::try_from(batch.length()).map_err(|_| broken("a batch has a length below zero"))?;
    if rows.checked_mul(8).is_none_or(|bytes| bytes > MOST_UNPACKED) {
        return Err(too_much());
    }
    let mut seen = BTreeSet::new();
    let mut unpacked = 0_u64;
    for buffer in batch.buffers().into_iter().flatten().filter(|_| batch.compression().is_some()) {
        let (Ok(at), Ok(length)) = (usize::try_from(buffer.offset()), usize::try_from(buffer.length())) else {
            return Err(broken("a part has a length below zero"));
        };
        if length == 0 || !seen.insert(at) {
            continue;
        }
        let size = body.get(at..).and_then(|rest| rest.first_chunk::<8>()).ok_or_else(|| broken("it ends within a part"))?;
        // -1 is a part that is not packed.
        let size = i64::from_le_bytes(*size).max(0).unsigned_abs();
        unpacked = unpacked.checked_add(size).filter(|sum| *sum <= MOST_UNPACKED).ok_or_else(too_much)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::path::Path;

    use arrow_array::types::Int32Type;
    use arrow_array::{ArrayRef, BooleanArray, DictionaryArray, Float64Array, Int64Array, NullArray, StringViewArray};
    use arrow_ipc::CompressionType;
    use arrow_ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};

    use super::*;
    use crate::testing::{file, read_error, told};
    use crate::{Dataset, ReadSettings, read, read_bytes};

    /// Two batches whose dictionaries differ.
    fn batches() -> Vec<RecordBatch> {
        let batch = |numbers: Vec<Option<f64>>, texts: Vec<Option<&str>>| {
            let rows = numbers.len();
            let dictionary: DictionaryArray<Int32Type> = texts.iter().copied().collect();
            let columns: Vec<(&str, ArrayRef)> = vec![
                ("n", Arc::new(Float64Array::from(numbers))),
                ("d", Arc::new(dictionary)),
                ("v", Arc::new(StringViewArray::from(texts))),
                ("i", Arc::new(Int64Array::from_iter_values((0..rows).map(|row| i64::try_from(row).unwrap())))),
                ("b", Arc::new((0..rows).map(|row| Some(row % 2 == 0)).collect::<BooleanArray>())),
            ];
            RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true))).unwrap()
        };
        let long = "a text that is longer than what stands beside its length";
        vec![
            batch(vec![Some(1.5), None], vec![Some("x"), Some(long)]),
            batch(vec![None, Some(-0.0), Some(3.0)], vec![Some("z"), None, Some("x")]),
        ]
    }

    fn stream(batches: &[RecordBatch], packing: Option<CompressionType>) -> Vec<u8> {
        let options = IpcWriteOptions::default().try_with_compression(packing).unwrap();
        let mut bytes = Vec::new();
        let mut writer = StreamWriter::try_new_with_options(&mut bytes, &batches[0].schema(), options).unwrap();
        for batch in batches {
            writer.write(batch).unwrap();
        }
        writer.finish().unwrap();
        bytes
    }

    fn ipc_file(batches: &[RecordBatch], packing: Option<CompressionType>) -> Vec<u8> {
        let options = IpcWriteOptions::default().try_with_compression(packing).unwrap();
        let mut bytes = Vec::new();
        let mut writer = FileWriter::try_new_with_options(&mut bytes, &batches[0].schema(), options).unwrap();
        for batch in batches {
            writer.write(batch).unwrap();
        }
        writer.finish().unwrap();
        bytes
    }

    fn texts(data: &Dataset, name: &str) -> Vec<Option<String>> {
        let column = data.require(name).unwrap();
        (0..data.rows()).map(|row| column.text(row).map(str::to_owned)).collect()
    }

    #[test]
    fn files_and_streams_of_every_packing_hold_the_same_rows() {
        let all = batches();
        // A file may not replace a dictionary, so that both batches share one there.
        let alone = &all[..1];
        for packing in [None, Some(CompressionType::LZ4_FRAME), Some(CompressionType::ZSTD)] {
            let data = read(file(".arrow", &stream(&all, packing)).path(), &ReadSettings::default()).unwrap();
            let numbers: Vec<_> = (0..5).map(|row| data.require("n").unwrap().number(row)).collect();
            assert_eq!(numbers, [Some(1.5), None, None, Some(0.0), Some(3.0)]);
            assert_eq!(texts(&data, "d"), texts(&data, "v"));
            assert_eq!(texts(&data, "d")[2..], [Some("z".to_owned()), None, Some("x".to_owned())]);
            assert_eq!(texts(&data, "b")[..2], [Some("true".to_owned()), Some("false".to_owned())]);
            let one = read(file(".feather", &ipc_file(alone, packing)).path(), &ReadSettings::default()).unwrap();
            assert_eq!((one.rows(), texts(&one, "d")), (2, texts(&data, "d")[..2].to_vec()));
        }
    }

    #[test]
    fn damaged_files_are_errors_and_never_panics() {
        for (ending, whole) in [
            (".ipc", stream(&batches(), Some(CompressionType::ZSTD))),
            (".arrow", ipc_file(&batches()[..1], Some(CompressionType::LZ4_FRAME))),
        ] {
            for end in [6, 40, whole.len() / 2, whole.len() - 12] {
                let text = told(&read_error(ending, &whole[..end]));
                assert!(text.starts_with("rows: the Arrow file is damaged or cut off: "), "{ending} {end}: {text}");
            }
            for (at, flip) in (8..whole.len()).flat_map(|at| [1, 255].map(|flip| (at, flip))) {
                let mut flipped = whole.clone();
                flipped[at] ^= flip;
                // What comes out depends on the byte; that something comes out is the test.
                let _result = read_bytes(Path::new("x.arrow"), flipped, &ReadSettings::default());
            }
        }
        let text = told(&read_error(".arrow", b"a,b\n1,2\n"));
        assert!(text.starts_with("rows: this is not an Arrow IPC file"), "{text}");
    }

    #[test]
    fn what_would_unpack_to_more_than_memory_is_refused_before_it_is_unpacked() {
        let zeros: Vec<(&str, ArrayRef)> = vec![("n", Arc::new(Float64Array::from(vec![0.0; 10_000])))];
        let zeros = RecordBatch::try_from_iter(zeros).unwrap();
        let mut bytes = stream(&[zeros], Some(CompressionType::LZ4_FRAME));
        // The length stands before the frame, which begins with its own magic.
        let place = bytes.windows(4).position(|four| four == [0x04, 0x22, 0x4d, 0x18]).unwrap() - 8;
        assert_eq!(bytes[place..place + 8], 80_000_i64.to_le_bytes());
        bytes[place..place + 8].copy_from_slice(&(1_i64 << 50).to_le_bytes());
        let text = told(&read_error(".arrow", &bytes));
        assert!(text.contains("a batch unpacks to more than 4096 MiB"), "{text}");
        let nulls: Vec<(&str, ArrayRef)> = vec![("n", Arc::new(NullArray::new(1 << 40)))];
        let nulls = RecordBatch::try_from_iter_with_nullable(nulls.into_iter().map(|(name, array)| (name, array, true))).unwrap();
        let text = told(&read_error(".arrow", &stream(&[nulls], None)));
        assert!(text.contains("a batch unpacks to more than 4096 MiB"), "{text}");
    }
}
