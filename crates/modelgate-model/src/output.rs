//! The last words of a program: the end of what it printed, safe to show.

use std::collections::VecDeque;
use std::fmt;
use std::io::{ErrorKind, Read};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};

use crate::shown::escaped;

/// How many bytes of a stream are kept.
pub(crate) const KEPT: usize = 4096;

/// The end of one output stream, at most 4 KiB of it. Bytes that are not UTF-8 are replaced and control characters
/// escaped, so that a line can neither leave its place on a terminal nor start a workflow command of a CI system when
/// it is shown indented, as [`fmt::Display`] does.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OutputTail {
    /// The lines, in order; the first may be the end of one.
    pub lines: Vec<String>,
    /// Whether earlier output was left out.
    pub cut: bool,
}

impl OutputTail {
    fn new(bytes: &[u8], cut: bool) -> Self {
        // The cut may have split a character: its rest is not shown.
        let start = if cut { bytes.iter().take_while(|byte| (0x80..0xC0).contains(*byte)).count() } else { 0 };
        let text = String::from_utf8_lossy(bytes.get(start..).unwrap_or_default());
        Self { lines: text.trim_end().lines().map(|line| escaped(&line.replace('\t', "    "))).collect(), cut }
    }

    /// Whether the program printed nothing but blank space.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.iter().all(|line| line.trim().is_empty())
    }
}

/// Every line behind a bar: `    | text`.
impl fmt::Display for OutputTail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cut = self.cut.then_some("(earlier output left out)");
        let lines = cut.into_iter().chain(self.lines.iter().map(String::as_str));
        for (index, line) in lines.enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "    | {line}")?;
        }
        Ok(())
    }
}

/// The last bytes of a stream while it is being read.
#[derive(Clone, Default)]
pub(crate) struct Tail(Arc<Mutex<(VecDeque<u8>, bool)>>);

impl Tail {
    /// What has been read so far.
    pub(crate) fn take(&self) -> OutputTail {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let cut = kept.1;
        OutputTail::new(kept.0.make_contiguous(), cut)
    }

    fn push(&self, bytes: &[u8]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.0.extend(bytes);
        let excess = kept.0.len().saturating_sub(KEPT);
        kept.0.drain(..excess);
        kept.1 |= excess > 0;
    }

    /// Reads `stream` to its end, which for a pipe is when the last program that holds it has ended. Dropping `end`
    /// tells that it is done.
    pub(crate) fn read_all(&self, mut stream: impl Read, end: Sender<()>) {
        let mut buffer = [0_u8; 8192];
        loop {
            match stream.read(&mut buffer) {
                Ok(0) => break,
                Ok(length) => self.push(buffer.get(..length).unwrap_or_default()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        drop(end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tail(bytes: &[u8]) -> OutputTail {
        let (end, _ended) = std::sync::mpsc::channel();
        let tail = Tail::default();
        tail.read_all(bytes, end);
        tail.take()
    }

    #[test]
    fn a_long_output_keeps_its_end_and_says_so() {
        let flood: Vec<u8> = (0..100_000).flat_map(|index| format!("line {index}\n").into_bytes()).collect();
        let kept = tail(&flood);
        assert!(kept.cut);
        assert_eq!(kept.lines.last().map(String::as_str), Some("line 99999"));
        assert!(kept.lines.iter().map(String::len).sum::<usize>() <= KEPT);
    }

    #[test]
    fn a_short_output_is_whole() {
        let kept = tail(b"C:\\data \"x\"\n\tthen\n");
        assert_eq!(kept, OutputTail { lines: vec!["C:\\data \"x\"".to_owned(), "    then".to_owned()], cut: false });
    }

    #[test]
    fn control_characters_and_broken_utf_8_come_out_inert() {
        let kept = tail(b"\x1b[2J\r::error::x\xff\xe2\x80\xae");
        assert_eq!(kept.lines, [r"\u{1b}[2J\r::error::x�\u{202e}"]);
        assert!(kept.to_string().starts_with("    | "));
    }

    #[test]
    fn a_cut_through_a_character_shows_no_piece_of_it() {
        let kept = tail(format!("{}x", "é".repeat(KEPT)).as_bytes());
        let line = kept.lines.concat();
        assert!(kept.cut && line.len() == KEPT - 1 && line.trim_start_matches('é') == "x", "{line}");
    }
}
