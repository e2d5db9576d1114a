//! The checked settings: what a run needs to know, with nothing left to check but the rows themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use modelgate_cube::Digest;
use modelgate_data::{AttributeSettings, CountAxis, ReadSettings, Roles, TaskColumns};
use modelgate_eval::{DiscoverySettings, EvalSettings};
use modelgate_model::{CommandSettings, Learning};
use modelgate_policy::Policy;

use crate::disclosure::Publication;
use crate::packs::PackChoice;
use crate::source::line_of;

/// A settings file without mistakes.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The file, as the caller named it.
    pub file_name: String,
    /// The folder of the file, which relative paths start from; every path below has it in front already, but
    /// for what a command writes, which starts from the command's own directory.
    pub directory: PathBuf,
    /// The digest of the file's text.
    pub digest: Digest,
    /// The model's name.
    pub model_name: String,
    /// Where predictions come from.
    pub model: ModelSource,
    /// What the columns mean. With [`ModelSource::Train`], `prediction` and `score` are `None`: the run adds the scores.
    pub roles: Roles,
    /// The columns of a task that is no binary classification; `None` for one that is.
    pub task: Option<TaskColumns>,
    /// How rows are read.
    pub read: ReadSettings,
    /// The columns that rows are cut by, at most 20, each name once.
    pub axes: Vec<CountAxis>,
    /// How many axes are crossed: 0 to 2.
    pub depth: u8,
    /// The score from which a row is predicted positive, in (0, 1).
    pub decision_threshold: f64,
    /// The most distinct values of a slice column.
    pub max_levels: usize,
    /// Whether replicates of the counts are kept, by which releases on the same rows are compared row by row.
    pub paired: bool,
    /// What is measured: each gated metric is among it.
    pub evaluation: EvalSettings,
    /// The file with what is agreed about the columns.
    pub contract_file: Option<PathBuf>,
    /// The column that says whom or what a row is about.
    pub entity: Option<String>,
    /// The columns that together may tell whom a row is about.
    pub quasi_identifiers: Vec<String>,
    /// The columns with the labels that several people gave.
    pub annotators: Vec<String>,
    /// The column that says who gave each row; nothing is learned from it.
    pub source_column: Option<String>,
    /// The column with what the model says of a row when it is asked for that row alone.
    pub score_alone: Option<String>,
    /// Whether rows are looked at with models of other rows; `None` where it depends on whether a model is trained here.
    pub label_noise: Option<bool>,
    /// Whether the rows themselves are checked.
    pub checks_data: bool,
    /// What slices are searched for; `None` where none are.
    pub discovery: Option<DiscoverySettings>,
    /// Gates, levels and waivers, each with its line.
    pub policy: Policy,
    /// What the model is compared with, where the command line does not say otherwise.
    pub baseline: BaselineSettings,
    /// The pinned release that changes are held against as well, if there is one; its budget is in the policy.
    pub anchor: Option<AnchorSettings>,
    /// Who may read what is published.
    pub publication: Publication,
    /// The file with the facts about the system, if there is one.
    pub system_file: Option<PathBuf>,
    /// The file with more waivers, if there is one.
    pub waivers_file: Option<PathBuf>,
    /// The documents that people write by hand and that are held against the run.
    pub cards: Vec<PathBuf>,
    /// The chosen packs.
    pub packs: Vec<PackChoice>,
    /// The folder for documents.
    pub output_directory: PathBuf,
    /// The template of the comment, where it is not the built-in one.
    pub comment_template: Option<PathBuf>,
    /// The file that every decision is appended to.
    pub ledger: PathBuf,
    /// The file with the rows that the model learned from, where the settings name one.
    pub training_file: Option<PathBuf>,
    /// A batch of rows that the model met in use, if there is one.
    pub production: Option<PathBuf>,
    /// The file with slice columns that are kept apart from the rows, if there is one.
    pub attributes: Option<AttributeSettings>,
    /// The columns that are declared to be sensitive, besides those whose names say so.
    pub sensitive_columns: Vec<String>,
    /// The columns to learn from; `None` for every column of the training rows that has no role and is no slice column.
    pub features: Option<Vec<String>>,
    /// The columns that were taken for roles which no key declares. They are in [`Config::roles`] as if they were declared.
    pub guesses: Vec<Guess>,
    /// The columns of the evaluated rows whose names say that they are sensitive, where the columns are known before the run.
    pub sensitive: Vec<SensitiveColumn>,
    /// The columns of the data files that the settings were held against; `None` where they were read without them.
    pub known_columns: Option<BTreeMap<PathBuf, Vec<String>>>,
    /// The text of the file.
    pub(crate) text: String,
}

/// A column that was taken for a role by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guess {
    /// The key that would declare it.
    pub key: String,
    /// The role.
    pub role: &'static str,
    /// The column.
    pub column: String,
}

/// The usual values of a split column, in rows to train on and in rows to evaluate.
pub(crate) const PARTS: [&str; 2] = ["train", "test"];

impl Guess {
    /// What would declare it, below `data`.
    #[must_use]
    pub fn declaration(&self) -> String {
        let Self { role, column, .. } = self;
        match *role {
            "split" => format!("split: {{column: {column}, train: {}, test: {}}}", PARTS[0], PARTS[1]),
            role => format!("{role}: {column}"),
        }
    }
}

/// A column whose name says that it is sensitive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SensitiveColumn {
    /// The column.
    pub column: String,
    /// What it most likely says about people.
    pub ground: &'static str,
    /// Whether the settings name it: as a slice column, a feature or in a role.
    pub is_used: bool,
}

impl Config {
    /// The text of the settings file, without a mark of the byte order.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// One line of the settings file, counted from 1, without its line break: to show a gate below its finding.
    #[must_use]
    pub fn source_line(&self, line: usize) -> Option<&str> {
        line_of(&self.text, line)
    }

    /// Every column that has a role or cuts rows, besides the features; with [`TrainRows::Split`], the split column too.
    /// Where no features are written, these are the columns not to learn from.
    #[must_use]
    pub fn columns_with_a_meaning(&self) -> BTreeSet<String> {
        let roles = &self.roles;
        let of_baseline = [&roles.baseline_prediction, &roles.baseline_score];
        let optional = [&roles.prediction, &roles.score, &roles.weight, &roles.id, &roles.time].into_iter().chain(of_baseline);
        let split = match &self.model {
            ModelSource::Train { rows: TrainRows::Split { column, .. }, .. } => Some(column),
            _ => None,
        };
        let weight = match &self.model {
            ModelSource::Train { learning, .. } => learning.weight.as_ref(),
            _ => None,
        };
        let optional = optional.chain([&self.entity, &self.source_column, &self.score_alone]);
        let named = optional.flatten().chain(split).chain(weight).chain([&roles.label]);
        named.chain(self.axes.iter().map(|axis| &axis.column)).chain(&self.annotators).cloned().collect()
    }
}

/// Where predictions come from.
#[derive(Debug, Clone, PartialEq)]
pub enum ModelSource {
    /// A model is trained on every run. Its label and positive label are those of [`Config::roles`], its features those of
    /// [`Config::features`].
    Train {
        /// What is trained, and how.
        learning: Learning,
        /// The rows to learn from.
        rows: TrainRows,
        /// The file with the rows to evaluate.
        evaluate: PathBuf,
    },
    /// A file that holds the predictions beside labels and slice columns.
    Predictions {
        /// The file.
        path: PathBuf,
    },
    /// A program that writes such a file; it runs in the folder of the settings file.
    Command(CommandSettings),
}

/// The rows to learn from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrainRows {
    /// A file of their own.
    File(PathBuf),
    /// They are in the file with the rows to evaluate, told apart by a column.
    Split {
        /// The column.
        column: String,
        /// Its value in rows to train on.
        train: String,
        /// Its value in rows to evaluate.
        test: String,
    },
}

/// What the model is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BaselineSettings {
    /// The nearest release tag.
    Auto,
    /// The stored release of this tag.
    Release(String),
    /// This bundle file.
    Path(PathBuf),
    /// What the previous model predicts for the same rows.
    Beside(BesideSettings),
}

/// Where the previous model's predictions of the evaluated rows are. At least one of the columns is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BesideSettings {
    /// The file that is joined to the rows by [`Roles::id`]; `None` where the columns are among the rows' own, and then the
    /// roles name them.
    pub path: Option<PathBuf>,
    /// The column with its classes.
    pub prediction: Option<String>,
    /// The column with its scores.
    pub score: Option<String>,
}

/// The pinned release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnchorSettings {
    /// The stored release of this tag.
    Release(String),
    /// This bundle file.
    Path(PathBuf),
}
