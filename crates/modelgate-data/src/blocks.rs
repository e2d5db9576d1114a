//! Reads a text file in blocks of whole rows, which threads take one after the other.

use std::io::Read as _;
use std::sync::{Mutex, PoisonError};

use modelgate_cube::Digest;

use crate::csv_file::without_mark;
use crate::input::InputFile;
use crate::packed::{MOST_ROW_BYTES, Unpacked};
use crate::pass::Stop;

/// Bytes that are read at a time. A block ends with the last row that ends in it.
const BLOCK_BYTES: usize = 1 << 22;

/// How text is cut into rows.
pub(crate) trait Cut: Sync + Send {
    /// Where the rows begin, behind a header if there is one.
    fn start(&self, text: &[u8]) -> Option<usize>;

    /// Where the whole rows of a text end that begins with a row; 0 where none ends. `None` where it is the last text, and its
    /// last row does not end.
    fn end(&self, text: &[u8], is_last: bool) -> Option<usize>;
}

/// The blocks of a file. It is opened when the first one is taken, and closed behind the last.
pub(crate) struct Blocks<C> {
    file: InputFile,
    most: u64,
    cut: C,
    reading: Mutex<Reading>,
}

enum Reading {
    Closed,
    Open {
        reader: Unpacked,
        /// What was read behind the last whole row.
        rest: Vec<u8>,
        /// Whether the header is still to be read.
        at_start: bool,
    },
    Done(Digest),
}

impl<C: Cut> Blocks<C> {
    /// A file that may unpack to so many bytes.
    pub(crate) fn new(file: &InputFile, most: u64, cut: C) -> Self {
        Self { file: file.clone(), most, cut, reading: Mutex::new(Reading::Closed) }
    }

    /// The digest of the file's bytes; `None` before all blocks are read.
    pub(crate) fn digest(&self) -> Option<Digest> {
        match &*self.reading.lock().unwrap_or_else(PoisonError::into_inner) {
            Reading::Done(digest) => Some(*digest),
            _ => None,
        }
    }

    /// The next rows. A row that never ends is declined.
    pub(crate) fn next(&self) -> Result<Option<Vec<u8>>, Stop> {
        let mut reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*reading, Reading::Closed) {
            let reader = Unpacked::open(&self.file, self.most).map_err(|_| Stop::Declined)?;
            *reading = Reading::Open { reader, rest: Vec::new(), at_start: true };
        }
        loop {
            let Reading::Open { reader, rest, at_start } = &mut *reading else { return Ok(None) };
            let read = reader.by_ref().take(BLOCK_BYTES as u64).read_to_end(rest).map_err(|_| Stop::Declined)?;
            let is_last = read < BLOCK_BYTES;
            if *at_start {
                *rest = without_mark(rest).to_vec();
            }
            let end = self.cut.end(rest, is_last).ok_or(Stop::Declined)?;
            if end == 0 && !is_last {
                if rest.len() > MOST_ROW_BYTES {
                    return Err(Stop::Declined);
                }
                // A row that is longer than a block.
                continue;
            }
            let behind = rest.split_off(end);
            let mut block = std::mem::replace(rest, behind);
            if *at_start {
                let start = self.cut.start(&block).ok_or(Stop::Declined)?;
                block.drain(..start);
                *at_start = false;
            }
            if is_last {
                *reading = Reading::Done(reader.digest());
            }
            return Ok(Some(block));
        }
    }
}
