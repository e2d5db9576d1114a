//! Reads `modelgate.yml` into checked settings, and tells every mistake in one run, each at its line with its fix.
//!
//! One table of keys (`keys`) says what may be written. The structural check, the defaults, [`schema`] and [`reference()`]
//! all read it. After it, the parts are read with what they mean for each other, and nothing stops at the first mistake:
//!
//! ```text
//! text ── locate ──> where every key and value stands ─┐
//! text ── values ──> YAML values ── structure ─────────┼──> ConfigErrors, ordered by line
//!                              └── model, rows, axes, metrics, gates, waivers, columns ──> Config
//! ```

mod anchor;
mod attributes;
mod axes;
mod beside;
mod columns;
mod config;
mod contract;
mod contrasts;
mod declared;
mod disclosure;
mod errors;
mod expression;
mod facts;
mod gates;
mod guess;
mod keys;
mod kind;
mod locate;
mod metrics;
mod mistakes;
mod model;
mod node;
mod packs;
mod render;
mod rows;
mod schema;
mod settings;
mod source;
mod sources;
mod structure;
mod suggest;
mod task;
mod waivers;
mod waivers_file;

use std::collections::BTreeMap;
use std::path::Path;

pub use anchor::{AnchorError, move_anchor};
pub use contract::{CONTRACT_FILE, contract_text, load_contract, parse_contract};
pub use disclosure::{Publication, PublicationProblem};
pub use errors::{ConfigError, ConfigErrors, Span};
pub use facts::{SYSTEM_FILE, load_facts, no_facts, parse_facts};
pub use packs::{PackChoice, WhichPack, load_pack, load_packs, pack_source, parse_pack, shipped_pack, shipped_packs};
pub use schema::{pack_reference, pack_schema, reference, schema, system_reference, system_schema};
pub use settings::{AnchorSettings, BaselineSettings, BesideSettings, Config, Guess, ModelSource, SensitiveColumn, TrainRows};
pub use waivers_file::{NewWaiver, WAIVERS_FILE, with_waiver, with_waivers_file};

/// Reads a settings file and the column names of the data files that it names. The errors hold every mistake.
pub fn load(path: &Path) -> Result<Config, ConfigErrors> {
    let file_name = path.display().to_string();
    let text = source::read(path).map_err(|error| ConfigErrors::new(&file_name, "", vec![*error]))?;
    // Every file is looked at once, however many keys ask for its columns.
    let known = std::cell::RefCell::new(BTreeMap::new());
    let columns_of = |path: &Path| known.borrow_mut().entry(path.to_owned()).or_insert_with(|| columns::of_file(path)).clone();
    let config = config::read(&file_name, &text, Some(&columns_of), Some(&|path: &Path| source::read(path)))?;
    let known = known.into_inner().into_iter().filter_map(|(path, columns)| Some((path, columns.ok()?)));
    Ok(Config { known_columns: Some(known.collect()), ..config })
}

/// What was kept of the files beside a configuration, by the names under which it knows them.
#[derive(Debug, Clone, Copy)]
pub struct Kept<'a> {
    /// The columns of data files; none where it was read without them.
    pub columns: Option<&'a BTreeMap<String, Vec<String>>>,
    /// The texts of other files.
    pub texts: &'a BTreeMap<String, String>,
}

/// Reads settings as [`load`] did, or [`load_alone`], from what was kept of their files. No file is opened.
pub fn read_kept(file_name: &str, text: &str, kept: &Kept<'_>) -> Result<Config, ConfigErrors> {
    let name = |path: &Path| path.display().to_string();
    let columns_of = |path: &Path| {
        let known = kept.columns.and_then(|columns| columns.get(&name(path)));
        known.cloned().ok_or_else(|| columns::Unreadable { message: "its columns were not kept".to_owned(), help: None })
    };
    let open = |path: &Path| {
        let error = || Box::new(ConfigError::new("config-not-found", "the text of this file was not kept"));
        kept.texts.get(&name(path)).cloned().ok_or_else(error)
    };
    let columns_of: Option<columns::ColumnsOf<'_>> = kept.columns.is_some().then_some(&columns_of);
    config::read(file_name, text, columns_of, Some(&open))
}

/// Reads settings as if their file, and the file with their waivers, held these texts; data files are not opened. What a command
/// is about to write is checked by it beforehand.
pub fn parse_with_waivers(file_name: &str, text: &str, waivers: &str) -> Result<Config, ConfigErrors> {
    config::read(file_name, text, None, Some(&|_: &Path| Ok(waivers.to_owned())))
}

/// Reads a settings file and none of the data files that it names, as where a release stands for them. No column is guessed.
pub fn load_alone(path: &Path) -> Result<Config, ConfigErrors> {
    let file_name = path.display().to_string();
    let text = source::read(path).map_err(|error| ConfigErrors::new(&file_name, "", vec![*error]))?;
    config::read(&file_name, &text, None, Some(&|path: &Path| source::read(path)))
}

/// The model's name in a settings file that may have mistakes elsewhere; none where it cannot be read.
#[must_use]
pub fn model_name(path: &Path) -> Option<String> {
    let text = source::read(path).ok()?;
    let root: serde_yaml::Value = serde_yaml::from_str(&text).ok()?;
    root.get("model")?.get("name")?.as_str().map(str::to_owned)
}

/// Reads the text of a settings file without opening any file: whether data files exist and have the columns that are
/// named stays unknown. Relative paths start in the folder of `file_name`.
pub fn parse(file_name: &str, text: &str) -> Result<Config, ConfigErrors> {
    config::read(file_name, text, None, None)
}

#[cfg(test)]
mod tests;
