//! Reads `data.sources`: what the owner says of each file of data, and which bytes were approved.

use std::collections::BTreeMap;
use std::path::Path;

use modelgate_cube::Digest;
use modelgate_policy::{DataSource, SOURCE_FACTS};

use crate::config::located;
use crate::errors::{ConfigError, shown};
use crate::mistakes::Mistakes;
use crate::node::Node;

/// The declared files.
pub(crate) fn read(data: &Node<'_>, directory: &Path, mistakes: &mut Mistakes<'_>) -> Vec<DataSource> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut sources = Vec::new();
    for node in data.sections("sources") {
        let written = node.text("path").unwrap_or_default();
        let line = mistakes.line(&node.at("path"));
        if let Some(first) = seen.insert(written.clone(), line) {
            let error = ConfigError::new("duplicate-item", format!("{} stands twice in `sources`", shown(&written)));
            mistakes.at_value(&node.at("path"), error.note(format!("the first one is at line {first}")).help("keep one of them"));
        }
        let digest = node.text("sha256").and_then(|text| text.trim().to_lowercase().parse::<Digest>().ok());
        if digest.is_none() && node.has("sha256") {
            let error = ConfigError::new("invalid-digest", "`sha256` must be 64 hexadecimal digits");
            mistakes.at_value(&node.at("sha256"), error.help(format!("write what `sha256sum {}` prints", written.trim())));
        }
        sources.push(DataSource {
            path: located(directory, &written).display().to_string(),
            digest: digest.unwrap_or_else(|| Digest::of(b"")),
            facts: SOURCE_FACTS.iter().map(|(key, _)| node.text(key)).collect(),
        });
    }
    sources
}
