//! Where data comes from: what its owner says of each file, and whether the files that were read are the ones that were approved.

use modelgate_cube::Digest;

use crate::{Finding, Level, RuleId};

/// A file of data with what its owner says about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataSource {
    /// The file, with the folder of the configuration in front.
    pub path: String,
    /// The bytes that were approved.
    pub digest: Digest,
    /// What the owner says, in the order of [`SOURCE_FACTS`]; `None` where nothing is said.
    pub facts: Vec<Option<String>>,
}

impl DataSource {
    /// What the owner says under this key of [`SOURCE_FACTS`].
    #[must_use]
    pub fn fact(&self, key: &str) -> Option<&str> {
        let place = SOURCE_FACTS.iter().position(|(known, _)| *known == key)?;
        self.facts.get(place)?.as_deref()
    }
}

/// What an owner can say of a file: the key in the configuration, and a title.
pub const SOURCE_FACTS: [(&str, &str); 6] = [
    ("purpose", "Purpose"),
    ("origin", "Origin"),
    ("collected", "Collected"),
    ("labelling", "Labelling"),
    ("license", "License"),
    ("steward", "Steward"),
];

/// A file that was read, or that is declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadFile {
    /// The file, with the folder of the configuration in front.
    pub path: String,
    /// What it was read for; none where it is only declared.
    pub used_for: Option<&'static str>,
    /// The digest of its bytes; `None` where it cannot be read.
    pub digest: Option<Digest>,
}

/// A declared file with what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgedSource {
    /// What is declared.
    pub source: DataSource,
    /// What it was read for in this run, if anything.
    pub used_for: Option<&'static str>,
    /// The digest that was found; `None` where it cannot be read.
    pub found: Option<Digest>,
}

impl JudgedSource {
    /// Whether its bytes are the approved ones.
    #[must_use]
    pub fn is_approved(&self) -> bool {
        self.found == Some(self.source.digest)
    }
}

/// Puts what was found beside what is declared.
pub(crate) fn judge(sources: &[DataSource], files: &[ReadFile]) -> Vec<JudgedSource> {
    let found = |source: &DataSource| files.iter().find(|file| file.path == source.path);
    let judged = |source: &DataSource| JudgedSource {
        source: source.clone(),
        used_for: found(source).and_then(|file| file.used_for),
        found: found(source).and_then(|file| file.digest),
    };
    sources.iter().map(judged).collect()
}

/// Files that were read and are not declared, and declared ones whose bytes are not the approved ones. Nothing where nothing is
/// declared.
pub(crate) fn findings(judged: &[JudgedSource], files: &[ReadFile], level: impl Fn(RuleId) -> Level) -> Vec<Finding> {
    let rule = RuleId::UNAPPROVED_DATA;
    let undeclared = files.iter().filter(|file| {
        file.used_for.is_some() && !judged.is_empty() && !judged.iter().any(|known| known.source.path == file.path)
    });
    let undeclared = undeclared.map(|file| {
        let (used_for, digest) =
            (file.used_for.unwrap_or_default(), file.digest.map_or("unknown".to_owned(), |digest| digest.to_string()));
        (file.path.clone(), format!("it was read {used_for}, and `data.sources` does not have it; its sha256 is {digest}"))
    });
    let changed = judged.iter().filter(|known| !known.is_approved()).map(|known| {
        let told = match known.found {
            Some(found) => format!("its sha256 is {found}, and {} was approved", known.source.digest),
            None => "it cannot be read, so that nobody knows whether it is what was approved".to_owned(),
        };
        (known.source.path.clone(), told)
    });
    let finding = |(path, message): (String, String)| {
        let help = rule.rule().fix.to_owned();
        Finding { rule, level: level(rule), subject: file_name(&path).to_owned(), message, origin: None, help }
    };
    undeclared.chain(changed).map(finding).collect()
}

/// A file without its folder.
fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, bytes: &[u8]) -> DataSource {
        DataSource { path: path.to_owned(), digest: Digest::of(bytes), facts: vec![None; SOURCE_FACTS.len()] }
    }

    fn file(path: &str, used_for: Option<&'static str>, bytes: Option<&[u8]>) -> ReadFile {
        ReadFile { path: path.to_owned(), used_for, digest: bytes.map(Digest::of) }
    }

    fn told(sources: &[DataSource], files: &[ReadFile]) -> Vec<(String, String)> {
        let found = findings(&judge(sources, files), files, |rule| rule.rule().default_level);
        assert!(found.iter().all(|finding| finding.level == Level::Deny));
        found.into_iter().map(|finding| (finding.subject, finding.message)).collect()
    }

    #[test]
    fn approved_files_say_nothing_and_so_does_a_configuration_without_sources() {
        let files = [file("d/test.csv", Some("to evaluate"), Some(b"rows")), file("d/more.csv", None, Some(b"more"))];
        assert!(told(&[source("d/test.csv", b"rows"), source("d/more.csv", b"more")], &files).is_empty());
        assert!(told(&[], &files).is_empty());
    }

    #[test]
    fn files_that_changed_that_nobody_declared_and_that_cannot_be_read_are_told() {
        let files = [
            file("d/test.csv", Some("to evaluate"), Some(b"other")),
            file("d/train.csv", Some("to train"), Some(b"x")),
            file("d/gone.csv", None, None),
        ];
        let found = told(&[source("d/test.csv", b"rows"), source("d/gone.csv", b"gone")], &files);
        assert_eq!(found.len(), 3);
        assert!(found[0].0 == "train.csv" && found[0].1.contains("it was read to train"), "{found:?}");
        assert!(found[1].0 == "test.csv" && found[1].1.ends_with("was approved"), "{found:?}");
        assert!(found[2].0 == "gone.csv" && found[2].1.contains("cannot be read"), "{found:?}");
    }
}
