//! Finds the files that a path means: one file, all files of a folder, or those that fit a pattern.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use bytes::Bytes;
use modelgate_cube::Digest;

use crate::error::DataError;
use crate::file::unreadable;
use crate::format::{self, Format, HEAD_BYTES, Packing};
use crate::packed::{self, Unpacked};
use crate::remote::{Kept, KeptReader, fetched, is_address};

/// Files of one format whose rows follow each other.
#[derive(Debug, Clone)]
pub(crate) struct Input {
    /// The path as it was given.
    pub(crate) path: PathBuf,
    /// How each of them is read.
    pub(crate) format: Format,
    /// The files, sorted by their paths; at least one.
    pub(crate) files: Vec<InputFile>,
}

/// One file.
#[derive(Debug, Clone)]
pub(crate) struct InputFile {
    /// Its path, as it is shown.
    pub(crate) path: PathBuf,
    /// How its bytes are packed.
    pub(crate) packing: Packing,
    /// Where its bytes are.
    from: BytesFrom,
}

/// Where the bytes of a file are.
#[derive(Debug, Clone)]
enum BytesFrom {
    /// At its path.
    Path,
    /// In memory.
    Memory(Bytes),
    /// Fetched from an address, and kept for this run.
    Address(Kept),
}

/// The bytes of a file as they lie there.
pub(crate) enum Raw {
    Disk(File),
    Held(Cursor<Bytes>),
    Kept(KeptReader),
}

impl Read for Raw {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Disk(file) => file.read(into),
            Self::Held(bytes) => bytes.read(into),
            Self::Kept(kept) => kept.read(into),
        }
    }
}

impl Seek for Raw {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Self::Disk(file) => file.seek(to),
            Self::Held(bytes) => bytes.seek(to),
            Self::Kept(kept) => kept.seek(to),
        }
    }
}

impl Input {
    /// The files of a path or address: a file, a folder with nothing else in it, or a pattern such as `rows/*.parquet`. Each must
    /// be what its name says.
    pub(crate) fn find(path: &Path) -> Result<Self, DataError> {
        if is_address(&path.to_string_lossy()) {
            let files = fetched(path)?.into_iter().map(|file| file_of(file.path, BytesFrom::Address(file.kept)));
            return Self::of(path, files.collect::<Result<Vec<_>, _>>()?);
        }
        let metadata = std::fs::metadata(path);
        let paths = match &metadata {
            Ok(metadata) if metadata.is_dir() => in_folder(path)?,
            Ok(_) => vec![path.to_owned()],
            Err(_) if is_pattern(path) => fitting(path)?,
            Err(error) => return Err(unreadable(path, error)),
        };
        let files = paths.into_iter().map(|path| file_of(path, BytesFrom::Path)).collect::<Result<Vec<_>, _>>()?;
        Self::of(path, files)
    }

    /// Bytes in memory, of the format that the name says.
    pub(crate) fn held(path: &Path, bytes: Bytes) -> Result<Self, DataError> {
        Self::of(path, vec![file_of(path.to_owned(), BytesFrom::Memory(bytes))?])
    }

    fn of(path: &Path, files: Vec<(Format, InputFile)>) -> Result<Self, DataError> {
        let Some((format, first)) = files.first().map(|(format, first)| (*format, first.path.clone())) else {
            return Err(DataError::EmptyFolder { path: path.to_owned() });
        };
        if let Some((other, file)) = files.iter().find(|(other, _)| *other != format) {
            let formats = (format.noun(), other.noun());
            return Err(DataError::MixedFormats { path: path.to_owned(), first, other: file.path.clone(), formats });
        }
        let files: Vec<InputFile> = files.into_iter().map(|(_, file)| file).collect();
        for file in &files {
            file.check(format)?;
        }
        Ok(Self { path: path.to_owned(), format, files })
    }

    /// One digest for all files: that of the only one, else one of all digests in their order.
    pub(crate) fn digest_of(digests: &[Digest]) -> Digest {
        match digests {
            [one] => *one,
            many => {
                let texts: Vec<String> = many.iter().map(ToString::to_string).collect();
                Digest::of_parts(texts.iter().map(String::as_bytes))
            }
        }
    }

    /// The digest of the files as they lie there.
    pub(crate) fn digest(&self) -> Result<Digest, DataError> {
        let digests = self.files.iter().map(InputFile::digest).collect::<Result<Vec<_>, _>>()?;
        Ok(Self::digest_of(&digests))
    }

    /// What tells whether a file was written to, or one came or went.
    pub(crate) fn stamp(&self) -> Option<Vec<(PathBuf, u64, SystemTime)>> {
        let now = Self::find(&self.path).ok()?;
        let stamp = |file: &InputFile| {
            if let BytesFrom::Address(kept) = &file.from {
                // What was fetched stays as it is.
                return Some((file.path.clone(), kept.length(), SystemTime::UNIX_EPOCH));
            }
            let metadata = std::fs::metadata(&file.path).ok()?;
            Some((file.path.clone(), metadata.len(), metadata.modified().ok()?))
        };
        now.files.iter().map(stamp).collect()
    }
}

impl InputFile {
    /// The file from its start.
    pub(crate) fn open(&self) -> io::Result<Raw> {
        match &self.from {
            BytesFrom::Memory(bytes) => Ok(Raw::Held(Cursor::new(bytes.clone()))),
            BytesFrom::Address(kept) => Ok(Raw::Kept(kept.reader())),
            BytesFrom::Path => File::open(&self.path).map(Raw::Disk),
        }
    }

    /// The whole file in memory, so that what is digested is what is read.
    pub(crate) fn bytes(&self) -> Result<Bytes, DataError> {
        if let BytesFrom::Memory(bytes) = &self.from {
            return Ok(bytes.clone());
        }
        let mut bytes = Vec::new();
        let read = self.open().and_then(|mut raw| raw.read_to_end(&mut bytes));
        read.map_err(|error| unreadable(&self.path, &error))?;
        Ok(bytes.into())
    }

    /// What was fetched, where its path is an address.
    pub(crate) fn kept(&self) -> Option<&Kept> {
        match &self.from {
            BytesFrom::Address(kept) => Some(kept),
            BytesFrom::Path | BytesFrom::Memory(_) => None,
        }
    }

    /// How many bytes it has, as they lie there.
    pub(crate) fn size(&self) -> Result<u64, DataError> {
        let size = self.open().and_then(|mut raw| raw.seek(SeekFrom::End(0)));
        size.map_err(|error| unreadable(&self.path, &error))
    }

    /// The same file with bytes that are in memory.
    pub(crate) fn with_bytes(&self, bytes: Bytes) -> Self {
        Self { from: BytesFrom::Memory(bytes), ..self.clone() }
    }

    fn digest(&self) -> Result<Digest, DataError> {
        self.open().and_then(Digest::of_reader).map_err(|error| unreadable(&self.path, &error))
    }

    /// Whether it begins as its name says.
    fn check(&self, format: Format) -> Result<(), DataError> {
        let failed = |error: &io::Error| packed::problem(self, packed::MOST_UNPACKED, error);
        let mut head = Vec::new();
        let raw = self.open().and_then(|raw| raw.take(HEAD_BYTES as u64).read_to_end(&mut head));
        raw.map_err(|error| unreadable(&self.path, &error))?;
        format::check(&self.path, (format, self.packing), &head, false)?;
        if self.packing == Packing::None || head.is_empty() {
            return Ok(());
        }
        head.clear();
        let unpacked = Unpacked::open(self, packed::MOST_UNPACKED);
        unpacked.and_then(|text| text.take(HEAD_BYTES as u64).read_to_end(&mut head)).map_err(|error| failed(&error))?;
        format::check(&self.path, (format, self.packing), &head, true)
    }
}

fn file_of(path: PathBuf, from: BytesFrom) -> Result<(Format, InputFile), DataError> {
    let Some((format, packing)) = format::by_name(&path) else { return Err(DataError::UnknownExtension { path }) };
    Ok((format, InputFile { path, packing, from }))
}

/// Whether a path that leads nowhere is a pattern.
fn is_pattern(path: &Path) -> bool {
    path.to_string_lossy().contains(['*', '?', '['])
}

/// The files of a folder, sorted. Names that begin with a point or an underscore are those of other programs' notes, such as
/// `_SUCCESS`; anything else must be a file of rows, so that no part of the data is passed over.
fn in_folder(folder: &Path) -> Result<Vec<PathBuf>, DataError> {
    let failed = |error: &io::Error| unreadable(folder, error);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|error| failed(&error))? {
        let path = entry.map_err(|error| failed(&error))?.path();
        let is_note = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(['.', '_']));
        if !is_note {
            found.push(path);
        }
    }
    found.sort();
    if let Some(other) = found.iter().find(|path| path.is_dir() || format::by_name(path).is_none()) {
        return Err(DataError::OtherInFolder { path: folder.to_owned(), other: other.clone(), is_folder: other.is_dir() });
    }
    Ok(found)
}

/// The files that fit a pattern, sorted.
fn fitting(pattern: &Path) -> Result<Vec<PathBuf>, DataError> {
    let path = || pattern.to_owned();
    let text = pattern.to_string_lossy();
    let options = glob::MatchOptions { require_literal_separator: true, require_literal_leading_dot: true, ..Default::default() };
    let found =
        glob::glob_with(&text, options).map_err(|error| DataError::BadPattern { path: path(), reason: error.msg.to_owned() })?;
    let mut files = Vec::new();
    for entry in found {
        let entry = entry.map_err(|error| unreadable(error.path(), error.error()))?;
        if !entry.is_dir() {
            files.push(entry);
        }
    }
    if files.is_empty() {
        return Err(DataError::NothingFits { path: path() });
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        folder
    }

    fn names(path: &Path) -> Result<Vec<String>, String> {
        let name = |file: &InputFile| file.path.file_name().unwrap().to_string_lossy().into_owned();
        Input::find(path).map(|input| input.files.iter().map(name).collect()).map_err(|error| error.to_string())
    }

    #[test]
    fn folders_and_patterns_are_sorted_and_skip_only_notes() {
        let dir = folder(&[("b.csv", "a\n1\n"), ("a.csv", "a\n1\n"), ("_SUCCESS", ""), (".b.csv.crc", "x")]);
        assert_eq!(names(dir.path()).unwrap(), ["a.csv", "b.csv"]);
        assert_eq!(names(&dir.path().join("*.csv")).unwrap(), ["a.csv", "b.csv"]);
        assert_eq!(names(&dir.path().join("[b-z].csv")).unwrap(), ["b.csv"]);
    }

    #[test]
    fn what_is_no_set_of_rows_is_named() {
        let told = |files: &[(&str, &str)], path: &str| {
            let dir = folder(files);
            let error = names(&dir.path().join(path)).unwrap_err();
            error.replace(&dir.path().display().to_string(), "DIR")
        };
        let readme = told(&[("a.csv", "a\n1\n"), ("README.md", "#")], ".");
        assert!(readme.ends_with("README.md is not a file of rows"), "{readme}");
        let inner = told(&[("a.csv", "a\n1\n"), ("year=1/b.csv", "a\n")], ".");
        assert!(inner.ends_with("year=1 is a folder within it"), "{inner}");
        let mixed = told(&[("a.csv", "a\n1\n"), ("b.tsv", "a\n1\n")], ".");
        assert!(mixed.contains("a.csv is CSV and") && mixed.ends_with("b.tsv is TSV"), "{mixed}");
        assert!(told(&[("_SUCCESS", "")], ".").ends_with("the folder holds no file of rows"));
        assert!(told(&[], "*.csv").ends_with("no file fits this pattern"));
        assert!(told(&[], "[").contains("is not a pattern"), "{}", told(&[], "["));
    }
}
