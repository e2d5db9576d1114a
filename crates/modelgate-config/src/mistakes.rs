//! The collection of mistakes of one run, each put where its key or value stands.

use crate::errors::ConfigError;
use crate::locate::{ConfigPath, Locations};

/// Mistakes found so far. Reading goes on after each, so that one run tells them all.
pub(crate) struct Mistakes<'a> {
    /// Where everything stands.
    pub(crate) locations: &'a Locations,
    found: Vec<ConfigError>,
}

impl<'a> Mistakes<'a> {
    pub(crate) fn new(locations: &'a Locations) -> Self {
        Self { locations, found: Vec::new() }
    }

    /// Adds a mistake, with its caret below the value at `path`.
    pub(crate) fn at_value(&mut self, path: &ConfigPath, error: ConfigError) {
        self.found.push(error.at(self.locations.value(path)));
    }

    /// Adds a mistake, with its caret below the key at `path`.
    pub(crate) fn at_key(&mut self, path: &ConfigPath, error: ConfigError) {
        self.found.push(error.at(self.locations.key(path)));
    }

    /// The line of the key at `path`, counted from 1.
    pub(crate) fn line(&self, path: &ConfigPath) -> usize {
        self.locations.key(path).line
    }

    /// Every mistake.
    pub(crate) fn into_found(self) -> Vec<ConfigError> {
        self.found
    }
}
