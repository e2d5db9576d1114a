//! The bytes of a text file, unpacked as they are read, digested as they lie on the disk, and limited in both senses: no
//! file may unpack to more than is allowed, and no line may be endless.

use std::io::{self, BufReader, ErrorKind, Read};
use std::sync::{Arc, Mutex, PoisonError};

use modelgate_cube::{Digest, Digesting};

use crate::error::DataError;
use crate::format::Packing;
use crate::input::InputFile;

/// The most bytes of a line: more is a file without line ends, or one of another format.
pub(crate) const MOST_ROW_BYTES: usize = 1 << 26;

/// The most bytes that a packed file may unpack to where nothing else is said: 4 GiB.
pub(crate) const MOST_UNPACKED: u64 = 1 << 32;

/// Bytes that are read at a time.
const PART_BYTES: usize = 1 << 20;

/// What is read of a text file.
pub(crate) struct Unpacked {
    reader: Box<dyn Read + Send>,
    digesting: Arc<Mutex<Digesting>>,
}

impl Unpacked {
    /// From the file's start.
    pub(crate) fn open(file: &InputFile, most: u64) -> io::Result<Self> {
        let digesting = Arc::new(Mutex::new(Digesting::default()));
        let raw = Digested { reader: file.open()?, digesting: digesting.clone() };
        let reader: Box<dyn Read + Send> = match file.packing {
            Packing::None => Box::new(raw),
            Packing::Gzip => {
                // Files of several members are one file, as `cat a.gz b.gz` makes them.
                Box::new(Limited { reader: flate2::bufread::MultiGzDecoder::new(BufReader::new(raw)), left: most })
            }
            Packing::Zstd => Box::new(Limited { reader: zstd::stream::read::Decoder::new(raw)?, left: most }),
        };
        Ok(Self { reader, digesting })
    }

    /// The digest of the file's bytes as they were read up to here: those of the file once all is read.
    pub(crate) fn digest(&self) -> Digest {
        self.digesting.lock().unwrap_or_else(PoisonError::into_inner).clone().finish()
    }
}

impl Read for Unpacked {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.reader.read(into)
    }
}

/// Digests what is read.
struct Digested<R> {
    reader: R,
    digesting: Arc<Mutex<Digesting>>,
}

impl<R: Read> Read for Digested<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = self.reader.read(into)?;
        self.digesting.lock().unwrap_or_else(PoisonError::into_inner).add(into.get(..length).unwrap_or_default());
        Ok(length)
    }
}

/// A file that unpacks to more than is allowed.
#[derive(Debug, thiserror::Error)]
#[error("the file unpacks to more than is allowed")]
struct TooMuch;

/// Ends with an error where more is unpacked than is allowed.
struct Limited<R> {
    reader: R,
    left: u64,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = self.reader.read(into)?;
        self.left = self.left.checked_sub(length as u64).ok_or_else(|| io::Error::other(TooMuch))?;
        Ok(length)
    }
}

/// The whole text of a file, and the digest of its bytes.
pub(crate) fn text(file: &InputFile, most: u64) -> Result<(Vec<u8>, Digest), DataError> {
    let failed = |error: &io::Error| problem(file, most, error);
    let mut reader = Unpacked::open(file, most).map_err(|error| failed(&error))?;
    let (mut text, mut line_start) = (Vec::new(), 0);
    loop {
        let held = text.len();
        let read = reader.by_ref().take(PART_BYTES as u64).read_to_end(&mut text).map_err(|error| failed(&error))?;
        if read == 0 {
            return Ok((text, reader.digest()));
        }
        let last_end = text.get(held..).and_then(|part| part.iter().rposition(|byte| matches!(byte, b'\n' | b'\r')));
        line_start = last_end.map_or(line_start, |at| held + at + 1);
        if text.len() - line_start > MOST_ROW_BYTES {
            let lines = text.get(..line_start).unwrap_or_default().split(|byte| *byte == b'\n').count();
            return Err(DataError::EndlessLine { path: file.path.clone(), line: lines as u64 });
        }
    }
}

/// A reader of no more than a line may hold: for what stands at a file's beginning.
pub(crate) fn beginning(file: &InputFile) -> Result<impl Read + use<>, DataError> {
    let reader = Unpacked::open(file, MOST_UNPACKED).map_err(|error| problem(file, MOST_UNPACKED, &error))?;
    Ok(reader.take(MOST_ROW_BYTES as u64))
}

/// What went wrong while a file was read, in our words.
pub(crate) fn problem(file: &InputFile, most: u64, error: &io::Error) -> DataError {
    let path = file.path.clone();
    if error.get_ref().and_then(|inner| inner.downcast_ref::<TooMuch>()).is_some() {
        return DataError::UnpacksToTooMuch { path, most };
    }
    let of_packing =
        matches!(error.kind(), ErrorKind::InvalidData | ErrorKind::InvalidInput | ErrorKind::UnexpectedEof | ErrorKind::Other);
    if file.packing != Packing::None && of_packing {
        return DataError::BrokenPacking { path, packing: file.packing.noun(), reason: error.to_string() };
    }
    crate::file::unreadable(&path, error)
}
