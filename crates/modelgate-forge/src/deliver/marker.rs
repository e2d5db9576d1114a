//! The last line of a comment, by which a later run finds it again and knows what it is about.

use std::fmt::{Display, Formatter};
use std::str::FromStr;

/// How the line begins.
pub(crate) const START: &str = "<!-- modelgate:v1 ";
const END: &str = " -->";

/// Which of two runs is the newer one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Run {
    /// The run's number, which grows.
    pub id: u64,
    /// The number of the attempt, or of the job within the run, which grows as well.
    pub attempt: u64,
}

impl Display for Run {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}.{}", self.id, self.attempt)
    }
}

impl FromStr for Run {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (id, attempt) = text.split_once('.').ok_or(())?;
        Ok(Self { id: id.parse().map_err(|_| ())?, attempt: attempt.parse().map_err(|_| ())? })
    }
}

/// What the line says. Unknown words of a later version are passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Marker {
    /// Which of several models the comment is about.
    pub(crate) key: String,
    /// The digest of the verdict, `sha256:...`.
    pub(crate) digest: String,
    /// What became of the gate.
    pub(crate) outcome: Option<String>,
    /// The commit that was judged.
    pub(crate) head: Option<String>,
    /// The run that wrote the comment.
    pub(crate) run: Option<Run>,
}

impl Marker {
    /// Reads the last line of a text; `None` where it is no marker. A marker further up is somebody's quotation.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let line = text.trim_end().lines().next_back()?.trim();
        let words = line.strip_prefix(START)?.strip_suffix(END)?;
        let word = |name: &str| words.split(' ').find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
        Some(Self {
            key: word("key")?.to_owned(),
            digest: word("digest")?.to_owned(),
            outcome: word("outcome").map(str::to_owned),
            head: word("head").map(str::to_owned),
            run: word("run").and_then(|run| run.parse().ok()),
        })
    }
}

impl Display for Marker {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{START}key={} digest={}", self.key, self.digest)?;
        let outcome = self.outcome.as_ref().map(|outcome| ("outcome", outcome.clone()));
        let head = self.head.as_ref().map(|head| ("head", head.clone()));
        let run = self.run.map(|run| ("run", run.to_string()));
        for (name, word) in [outcome, head, run].into_iter().flatten() {
            write!(formatter, " {name}={word}")?;
        }
        formatter.write_str(END)
    }
}

/// A text without its marker.
pub(crate) fn without_marker(text: &str) -> &str {
    let text = text.trim_end();
    match text.rfind(START) {
        Some(at) if Marker::of(text).is_some() => text[..at].trim_end(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_is_read_as_it_was_written() {
        let full = Marker {
            key: "loans-1".into(),
            digest: "sha256:ab".into(),
            outcome: Some("failed".into()),
            head: Some("4f1c".into()),
            run: Some(Run { id: 91_234_567, attempt: 2 }),
        };
        for marker in [full.clone(), Marker { outcome: None, head: None, run: None, ..full }] {
            assert_eq!(Marker::of(&format!("## heading\n\n{marker}\n")), Some(marker));
        }
    }

    #[test]
    fn a_quoted_or_broken_marker_is_none() {
        let marker = "<!-- modelgate:v1 key=a digest=sha256:b -->";
        for text in [
            format!("> {marker}"),
            format!("{marker}\nI quote this line."),
            "<!-- modelgate:v1 key=a -->".to_owned(),
            "<!-- modelgate:v1 digest=b -->".to_owned(),
            format!("text {marker}"),
            String::new(),
        ] {
            assert_eq!(Marker::of(&text), None, "{text}");
        }
        assert_eq!(Marker::of(&format!("text\n  {marker}  \n\n")).map(|marker| marker.key).as_deref(), Some("a"));
    }

    #[test]
    fn runs_are_ordered_by_number_and_then_by_attempt() {
        let run = |text: &str| text.parse::<Run>();
        assert!(run("9.2") < run("10.1") && run("10.1") < run("10.2"));
        assert!(run("10").is_err() && run("a.1").is_err() && run("-1.0").is_err());
    }

    #[test]
    fn a_text_is_the_same_whatever_its_marker() {
        assert_eq!(without_marker("a\n\nb\n<!-- modelgate:v1 key=a digest=b -->\n"), "a\n\nb");
        assert_eq!(without_marker("a <!-- modelgate:v1 \nb\n"), "a <!-- modelgate:v1 \nb");
    }
}
