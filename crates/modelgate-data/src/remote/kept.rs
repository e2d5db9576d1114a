//! Bytes that were fetched, in a file without a name: no path leads to it, and the system frees it with the process.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write as _};
use std::sync::Arc;

use bytes::Bytes;
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

/// A file that was fetched whole.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    file: Arc<File>,
    length: u64,
}

/// A file that is being fetched.
pub(super) struct Keeping {
    file: File,
    length: u64,
}

impl Keeping {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self { file: tempfile::tempfile()?, length: 0 })
    }

    pub(super) fn add(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// The bytes so far.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    pub(super) fn finish(self) -> Kept {
        Kept { file: Arc::new(self.file), length: self.length }
    }
}

impl Kept {
    /// A reader from the start, with a place of its own.
    pub(crate) fn reader(&self) -> KeptReader {
        KeptReader { kept: self.clone(), at: 0 }
    }

    /// The number of bytes.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }
}

/// Reads what was fetched, as often and from wherever it is asked to.
pub(crate) struct KeptReader {
    kept: Kept,
    at: u64,
}

impl KeptReader {
    /// What it reads of.
    pub(crate) fn whole(&self) -> &Kept {
        &self.kept
    }
}

#[cfg(unix)]
fn read_at(file: &File, into: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, into, at)
}

#[cfg(windows)]
fn read_at(file: &File, into: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, into, at)
}

impl Read for KeptReader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = read_at(&self.kept.file, into, self.at)?;
        self.at += length as u64;
        Ok(length)
    }
}

impl Seek for KeptReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(offset) => self.kept.length.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.at.checked_add_signed(offset),
        };
        self.at = target.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}

impl Length for Kept {
    fn len(&self) -> u64 {
        self.length
    }
}

impl ChunkReader for Kept {
    type T = BufReader<KeptReader>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        Ok(BufReader::new(KeptReader { at: start, ..self.reader() }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        let mut bytes = Vec::new();
        KeptReader { at: start, ..self.reader() }.take(length as u64).read_to_end(&mut bytes)?;
        if bytes.len() != length {
            return Err(ParquetError::EOF(format!("expected to read {length} bytes, read only {}", bytes.len())));
        }
        Ok(bytes.into())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn readers_do_not_move_each_other() {
        let mut keeping = Keeping::new().unwrap();
        keeping.add(b"abc").unwrap();
        keeping.add(b"def").unwrap();
        let kept = keeping.finish();
        let (mut one, mut other) = (kept.reader(), kept.reader());
        let mut text = String::new();
        assert_eq!(one.seek(SeekFrom::End(-2)).unwrap(), 4);
        one.read_to_string(&mut text).unwrap();
        other.read_to_string(&mut text).unwrap();
        assert_eq!(text, "efabcdef");
        assert_eq!(kept.get_bytes(1, 3).unwrap(), "bcd");
        assert!(kept.get_bytes(4, 3).is_err());
    }
}
