//! Reads which file holds columns that are kept apart from the rows, and holds it against the other keys.

use std::path::Path;

use modelgate_data::AttributeSettings;

use crate::config::located;
use crate::errors::{ConfigError, shown};
use crate::mistakes::Mistakes;
use crate::node::Node;

/// The file with attributes; `None` where there is none. Rows are found in it by their ids.
pub(crate) fn read(root: &Node<'_>, directory: &Path, mistakes: &mut Mistakes<'_>) -> Option<AttributeSettings> {
    let data = root.section("data");
    let attributes = data.section("attributes");
    let path = attributes.text("path").filter(|_| data.has("attributes"))?;
    if !data.has("id") {
        let message = "`data.attributes` is joined to the rows by `data.id`, which is absent";
        let error = ConfigError::new("attributes-need-id", message);
        mistakes.at_key(&data.at("attributes"), error.help("name in `data.id` the column that names a row"));
    }
    if !root.section("evaluation").has("slices") {
        let error = ConfigError::new("unused-setting", "`data.attributes` has no effect: no slice column is written");
        let help = format!("name its columns in `evaluation.slices`, such as {}", shown("slices: [sex]"));
        mistakes.at_key(&data.at("attributes"), error.help(help));
    }
    Some(AttributeSettings {
        path: located(directory, &path),
        id: attributes.text("id").or_else(|| data.text("id")).unwrap_or_default(),
        max_unmatched: attributes.number("max_unmatched").unwrap_or_default(),
        max_unused: attributes.number("max_unused").unwrap_or(1.0),
    })
}
