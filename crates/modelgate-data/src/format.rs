//! Tells of which format a file is, by its name and by its first bytes, which must agree.

use std::path::Path;

use crate::error::DataError;

/// The formats that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// Text with a separator between fields, quoted as in RFC 4180.
    Delimited(u8),
    /// JSON Lines: an object on every line.
    Lines,
    /// Apache Parquet.
    Parquet,
    /// Arrow IPC, as a file (Feather version 2) or as a stream.
    Arrow,
}

/// How the bytes of a text file are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    /// They are not.
    None,
    /// gzip (RFC 1952).
    Gzip,
    /// Zstandard (RFC 8878).
    Zstd,
}

/// The endings of names, without those of packings.
const ENDINGS: [(&str, Format); 9] = [
    ("csv", Format::Delimited(b',')),
    ("tsv", Format::Delimited(b'\t')),
    ("jsonl", Format::Lines),
    ("ndjson", Format::Lines),
    ("parquet", Format::Parquet),
    ("arrow", Format::Arrow),
    ("arrows", Format::Arrow),
    ("ipc", Format::Arrow),
    ("feather", Format::Arrow),
];

/// What a name may end in, for people.
pub(crate) const ALL_ENDINGS: &str =
    ".csv, .tsv, .jsonl, .ndjson (each also with .gz or .zst behind it), .parquet, .arrow, .arrows, .ipc, .feather";

impl Format {
    /// What a file of this format is called.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Delimited(b'\t') => "TSV",
            Self::Delimited(_) => "CSV",
            Self::Lines => "JSON Lines",
            Self::Parquet => "Parquet",
            Self::Arrow => "Arrow IPC",
        }
    }

    fn is_text(self) -> bool {
        matches!(self, Self::Delimited(_) | Self::Lines)
    }
}

impl Packing {
    /// What it is called.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::None => "plain",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }
}

/// What a name says; `None` where it says nothing that is known.
pub(crate) fn by_name(path: &Path) -> Option<(Format, Packing)> {
    let name = path.file_name()?.to_string_lossy().to_lowercase();
    let (stem, packing) = match name.rsplit_once('.')? {
        (stem, "gz") => (stem, Packing::Gzip),
        (stem, "zst") => (stem, Packing::Zstd),
        _ => (name.as_str(), Packing::None),
    };
    let (_, ending) = stem.rsplit_once('.')?;
    let (_, format) = ENDINGS.iter().find(|(known, _)| *known == ending)?;
    // Formats with blocks are packed block by block, within the file.
    (packing == Packing::None || format.is_text()).then_some((*format, packing))
}

/// What the first bytes of a file give away.
struct Content {
    begins: &'static [u8],
    /// What such a file is, for people.
    found: &'static str,
    /// What it is here; `None` for what cannot be read.
    is: Option<Is>,
    /// What to do about it where it was not expected.
    help: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Is {
    Format(Format),
    Packing(Packing),
}

const fn content(begins: &'static [u8], found: &'static str, is: Option<Is>, help: &'static str) -> Content {
    Content { begins, found, is, help }
}

const CONTENTS: [Content; 19] = [
    content(b"PAR1", "a Parquet file", Some(Is::Format(Format::Parquet)), "name it .parquet"),
    content(b"ARROW1", "an Arrow IPC file", Some(Is::Format(Format::Arrow)), "name it .arrow"),
    content(b"\xff\xff\xff\xff", "an Arrow IPC stream", Some(Is::Format(Format::Arrow)), "name it .arrow"),
    content(b"\x1f\x8b", "packed with gzip", Some(Is::Packing(Packing::Gzip)), "add .gz to its name"),
    content(b"\x28\xb5\x2f\xfd", "packed with zstd", Some(Is::Packing(Packing::Zstd)), "add .zst to its name"),
    content(b"PARE", "an encrypted Parquet file", None, "write it without encryption of the footer"),
    content(b"FEA1", "a Feather file of version 1", None, "write version 2, which pandas and polars have written since 2020"),
    content(b"PK\x03\x04", "a ZIP archive or an Excel workbook", None, "unpack it, or save the sheet as CSV"),
    content(b"\xd0\xcf\x11\xe0", "an old Excel workbook", None, "save the sheet as CSV"),
    content(b"BZh", "packed with bzip2", None, "pack it with gzip or zstd instead"),
    content(b"\xfd7zXZ", "packed with xz", None, "pack it with gzip or zstd instead"),
    content(b"\x89HDF", "an HDF5 file", None, "write the table as Parquet"),
    content(b"\x93NUMPY", "a NumPy array", None, "write the table with its column names as Parquet"),
    content(b"\x80\x04\x95", "a Python pickle", None, "write the table as Parquet; a pickle is a program and is never run"),
    content(b"\x80\x05\x95", "a Python pickle", None, "write the table as Parquet; a pickle is a program and is never run"),
    content(b"SQLite format 3", "an SQLite database", None, "export the table as CSV"),
    content(
        b"version https://git-lfs",
        "a pointer of Git LFS and not the data",
        None,
        "run `git lfs pull`, in CI before this step",
    ),
    content(b"<!doctype html", "a web page", None, "fetch the file again: this may be a sign-in or error page"),
    content(b"<html", "a web page", None, "fetch the file again: this may be a sign-in or error page"),
];

/// How much of a file's beginning is looked at.
pub(crate) const HEAD_BYTES: usize = 64;

/// Whether the beginning of a file is what its name says. `inner` is whether it was unpacked already.
pub(crate) fn check(path: &Path, (format, packing): (Format, Packing), head: &[u8], inner: bool) -> Result<(), DataError> {
    let named = if inner || packing == Packing::None { Is::Format(format) } else { Is::Packing(packing) };
    let lower = head.to_ascii_lowercase();
    let found = CONTENTS.iter().find(|one| head.starts_with(one.begins) || lower.starts_with(one.begins));
    let wrong = |found: &'static str, help: &str| {
        let named = if inner { format!("{} in {}", format.noun(), packing.noun()) } else { noun_of(named, format) };
        Err(DataError::WrongContent { path: path.to_owned(), named, found, help: help.to_owned() })
    };
    match (found, named) {
        (Some(content), named) if content.is == Some(named) => Ok(()),
        (Some(content), _) => wrong(content.found, content.help),
        (None, Is::Format(Format::Parquet)) if !head.is_empty() => Err(DataError::NotParquet { path: path.to_owned() }),
        (None, Is::Format(Format::Arrow)) if !head.is_empty() => Err(DataError::NotArrow { path: path.to_owned() }),
        (None, Is::Packing(_)) if !head.is_empty() => wrong("not packed at all", "take the last ending off its name, or pack it"),
        (None, Is::Format(Format::Delimited(_))) => match text_of(head).as_deref() {
            Some([b'{', rest @ ..]) if text_of(rest).is_some_and(|rest| rest.starts_with(b"\"")) => {
                wrong("JSON", "name it .jsonl if every line is an object")
            }
            _ => Ok(()),
        },
        (None, Is::Format(Format::Lines)) => match text_of(head).as_deref() {
            Some([b'[', ..]) => wrong("one JSON array", "write one object a line: `jq -c '.[]' file.json > file.jsonl`"),
            _ => Ok(()),
        },
        (None, _) => Ok(()),
    }
}

fn noun_of(is: Is, format: Format) -> String {
    match is {
        Is::Format(format) => format.noun().to_owned(),
        Is::Packing(packing) => format!("{} in {}", format.noun(), packing.noun()),
    }
}

/// A text from its first character that is not blank.
fn text_of(head: &[u8]) -> Option<Vec<u8>> {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let start = text.iter().position(|byte| !byte.is_ascii_whitespace())?;
    text.get(start..).map(<[u8]>::to_vec)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn names_say_format_and_packing() {
        let of = |name: &str| by_name(Path::new(name));
        assert_eq!(of("a/b.CSV"), Some((Format::Delimited(b','), Packing::None)));
        assert_eq!(of("b.part-1.tsv.gz"), Some((Format::Delimited(b'\t'), Packing::Gzip)));
        assert_eq!(of("b.ndjson.zst"), Some((Format::Lines, Packing::Zstd)));
        assert_eq!(of("b.feather"), Some((Format::Arrow, Packing::None)));
        for none in ["b", "csv", "b.gz", "b.parquet.gz", "b.arrow.zst", "b.xlsx", ".csv.d/"] {
            assert_eq!(of(none), None, "{none}");
        }
    }

    #[test]
    fn a_name_that_contradicts_the_content_is_told_what_the_file_is() {
        let told = |name: &str, head: &[u8], inner: bool| {
            let kind = by_name(Path::new(name)).unwrap();
            check(Path::new(name), kind, head, inner).map_err(|error| error.to_string()).err().unwrap_or_default()
        };
        assert_eq!(told("a.csv", b"PAR1....", false), "a.csv: the name says CSV, and the file is a Parquet file");
        assert_eq!(told("a.csv", b"\x1f\x8b\x08", false), "a.csv: the name says CSV, and the file is packed with gzip");
        assert_eq!(
            told("a.csv.gz", b"a,b\n1,2", false),
            "a.csv.gz: the name says CSV in gzip, and the file is not packed at all"
        );
        assert_eq!(
            told("a.csv.gz", b"ARROW1\0\0", true),
            "a.csv.gz: the name says CSV in gzip, and the file is an Arrow IPC file"
        );
        assert_eq!(told("a.jsonl", b" [{\"a\": 1}]", false), "a.jsonl: the name says JSON Lines, and the file is one JSON array");
        assert_eq!(told("a.csv", b"\n{ \"a\": 1}", false), "a.csv: the name says CSV, and the file is JSON");
        assert!(told("a.csv", b"version https://git-lfs.github.com/spec/v1", false).contains("Git LFS"));
        assert!(told("a.tsv", b"<!DOCTYPE HTML><p>", false).contains("a web page"));
        for (name, head) in [("a.csv", &b"{a},b"[..]), ("a.jsonl", b"{\"a\": 1}"), ("a.csv", b""), ("a.arrow", b"ARROW1\0\0")] {
            assert_eq!(told(name, head, false), "", "{name}");
        }
    }
}
