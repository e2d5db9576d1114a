//! Typed access to checked values: absent and wrong values read as the table's default, because the structural check
//! has already spoken about them.

use serde_yaml::{Mapping, Value};

use crate::kind::{Key, Kind, Section};
use crate::locate::{ConfigPath, Locations};

/// A section of the file, present or not.
#[derive(Debug, Clone)]
pub(crate) struct Node<'a> {
    mapping: Option<&'a Mapping>,
    section: &'static Section,
    locations: &'a Locations,
    /// Where it stands.
    pub(crate) path: ConfigPath,
}

impl<'a> Node<'a> {
    pub(crate) fn new(value: &'a Value, section: &'static Section, locations: &'a Locations, path: ConfigPath) -> Self {
        Self { mapping: value.as_mapping(), section, locations, path }
    }

    /// The path of a key of this section.
    pub(crate) fn at(&self, name: &str) -> ConfigPath {
        self.path.key(name)
    }

    /// Whether the key is written.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.value(name).is_some()
    }

    fn value(&self, name: &str) -> Option<&'a Value> {
        debug_assert!(self.section.key(name).is_some(), "{name} is not in the table of keys");
        self.mapping?.get(name)
    }

    /// The default of the table.
    fn default(&self, name: &str) -> Option<serde_json::Value> {
        let text = self.section.key(name).and_then(|key: &Key| key.default)?;
        serde_json::from_str(text).ok()
    }

    /// The section below a key.
    pub(crate) fn section(&self, name: &str) -> Self {
        let below = match self.section.key(name).map(|key| key.kind) {
            Some(Kind::Section(section)) => section,
            _ => self.section,
        };
        Self {
            mapping: self.value(name).and_then(Value::as_mapping),
            section: below,
            locations: self.locations,
            path: self.at(name),
        }
    }

    /// The sections of a list; items that are none are left out.
    pub(crate) fn sections(&self, name: &str) -> Vec<Self> {
        let Some((_, section)) = self.section.key(name).and_then(|key| crate::keys::section_of(&key.kind)) else {
            return Vec::new();
        };
        let nodes = self.items(name).filter(|(_, value)| value.is_mapping());
        nodes.map(|(path, value)| Self { mapping: value.as_mapping(), section, locations: self.locations, path }).collect()
    }

    /// The items of a list that are texts or sections, each with its path.
    pub(crate) fn texts_or_sections(&self, name: &str) -> Vec<(ConfigPath, Option<Self>, Option<String>)> {
        let Some((_, section)) = self.section.key(name).and_then(|key| crate::keys::section_of(&key.kind)) else {
            return Vec::new();
        };
        let node = |path: &ConfigPath, value: &'a Value| {
            let mapping = value.as_mapping();
            mapping.map(|mapping| Self { mapping: Some(mapping), section, locations: self.locations, path: path.clone() })
        };
        let found = self.items(name).map(|(path, value)| {
            let (node, text) = (node(&path, value), value.as_str().map(str::to_owned));
            (path, node, text)
        });
        found.collect()
    }

    /// The items of a list with their paths.
    pub(crate) fn items(&self, name: &str) -> impl Iterator<Item = (ConfigPath, &'a Value)> + use<'a> {
        let path = self.at(name);
        let items = self.value(name).and_then(Value::as_sequence).map(Vec::as_slice).unwrap_or_default();
        items.iter().enumerate().map(move |(index, value)| (path.item(index), value))
    }

    /// Text that is not blank, or the table's default.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        let written = self.value(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty()).map(str::to_owned);
        written.or_else(|| self.default(name)?.as_str().map(str::to_owned))
    }

    /// A value of the data as it is written.
    pub(crate) fn scalar(&self, name: &str) -> Option<String> {
        scalar(self.value(name)?, &self.at(name), self.locations)
    }

    /// Texts of a list with their paths; what is no text is left out.
    pub(crate) fn texts(&self, name: &str) -> Vec<(ConfigPath, String)> {
        let texts = self.items(name).filter_map(|(path, value)| Some((path, value.as_str()?.to_owned())));
        texts.filter(|(_, text)| !text.trim().is_empty()).collect()
    }

    /// Values of the data in a list as they are written, or the table's default.
    pub(crate) fn scalars(&self, name: &str) -> Vec<String> {
        if self.has(name) {
            return self.items(name).filter_map(|(path, value)| scalar(value, &path, self.locations)).collect();
        }
        let default = self.default(name);
        let items = default.as_ref().and_then(serde_json::Value::as_array).map(Vec::as_slice).unwrap_or_default();
        items.iter().filter_map(serde_json::Value::as_str).map(str::to_owned).collect()
    }

    /// A finite number, or the table's default.
    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        let written = self.value(name).and_then(Value::as_f64).filter(|number| number.is_finite());
        written.or_else(|| self.default(name)?.as_f64())
    }

    /// A whole number, or the table's default.
    pub(crate) fn whole<T: TryFrom<u64> + Default>(&self, name: &str) -> T {
        let written = self.value(name).and_then(Value::as_u64);
        let number = written.or_else(|| self.default(name)?.as_u64());
        number.and_then(|number| T::try_from(number).ok()).unwrap_or_default()
    }

    /// A truth value, or the table's default.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.value(name).and_then(Value::as_bool).or_else(|| self.default(name)?.as_bool()).unwrap_or_default()
    }

    /// A truth value that is written.
    pub(crate) fn flag_at(&self, name: &str) -> Option<bool> {
        self.value(name).and_then(Value::as_bool)
    }

    /// The pairs of a mapping from names to names.
    pub(crate) fn pairs(&self, name: &str) -> Vec<(&'a str, &'a str)> {
        let mapping = self.value(name).and_then(Value::as_mapping);
        mapping.into_iter().flatten().filter_map(|(key, value)| Some((key.as_str()?, value.as_str()?))).collect()
    }
}

/// A number or truth value reads as it is written: `1.0` stays `1.0`.
fn scalar(value: &Value, path: &ConfigPath, locations: &Locations) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        // Behind an alias, there is no text of its own.
        Value::Number(number) => Some(locations.text(path).map_or_else(|| number.to_string(), str::to_owned)),
        Value::Bool(flag) => Some(locations.text(path).map_or_else(|| flag.to_string(), str::to_owned)),
        _ => None,
    }
}
