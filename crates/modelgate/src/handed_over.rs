//! Counts that another job made and handed over: what a job that may write judges without running anything of the change.

use std::path::{Path, PathBuf};

use modelgate_config::{BaselineSettings, Config, ModelSource};
use modelgate_cube::{Axis, Bundle, Digest, TaskKind};
use modelgate_data::TaskColumns;
use modelgate_report::{Input, ModelFacts};

use crate::candidate::{Candidate, TrainingRows};
use crate::failure::{Failure, unreadable};

/// The largest file of counts that is read, in bytes.
const MOST_BYTES: u64 = 256 << 20;

/// Counts with the file that they came in.
pub(crate) struct HandedOver {
    pub(crate) bundle: Bundle,
    path: PathBuf,
    digest: Digest,
    bytes: u64,
}

impl HandedOver {
    /// Reads a file that nobody vouches for: its size is limited, and its counts must agree with each other.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let bytes = std::fs::metadata(path).map_err(|error| unreadable(path, &error))?.len();
        if bytes > MOST_BYTES {
            return Err(Failure::with_help(
                format!("{} has {bytes} bytes, and counts have at most {MOST_BYTES}", path.display()),
                "hand over what `modelgate check --counts-out` wrote",
            ));
        }
        let text = std::fs::read(path).map_err(|error| unreadable(path, &error))?;
        let bundle = Bundle::decode(&text).map_err(|error| {
            Failure::with_help(
                format!("{}: {error}", path.display()),
                "hand over what `modelgate check --counts-out` wrote, made by a modelgate of this version",
            )
        })?;
        Ok(Self { bundle, path: path.to_owned(), digest: Digest::of(&text), bytes })
    }

    /// Counts that are kept with a decision.
    pub(crate) fn kept(bundle: Bundle, digest: Digest) -> Self {
        Self { bundle, path: PathBuf::from("the evidence"), digest, bytes: 0 }
    }

    /// The digest of the configuration that they were made with, where that is another one.
    pub(crate) fn other_configuration(&self, config: &Config) -> Option<Digest> {
        Some(self.bundle.manifest.config_digest).filter(|digest| *digest != config.digest)
    }

    /// A candidate of which the counts are known, and nothing else.
    ///
    /// # Errors
    /// Where they answer another question than this configuration asks.
    pub(crate) fn candidate(&self, config: &Config) -> Result<Candidate, Failure> {
        self.check(config)?;
        let Bundle { manifest, cube, .. } = &self.bundle;
        let training = config.training_file.clone().zip(manifest.training_digest);
        Ok(Candidate {
            counts_digest: cube.digest().map_err(Failure::new)?,
            data_digest: manifest.data_digest,
            model_digest: manifest.model_digest,
            cube: cube.clone(),
            facts: ModelFacts {
                kind: "counts that another job made".to_owned(),
                settings: vec![("counts, SHA-256".to_owned(), self.digest.to_string())],
                ..ModelFacts::default()
            },
            dataset: None,
            roles: config.roles.clone(),
            retraining: None,
            retrained: Vec::new(),
            file: evaluated(config).to_owned(),
            training: training.map(|(path, digest)| TrainingRows::File(path, digest)),
            fit: Vec::new(),
            attributes: None,
            production: None,
        })
    }

    fn check(&self, config: &Config) -> Result<(), Failure> {
        let Bundle { manifest, cube, .. } = &self.bundle;
        let shape = &cube.meta().shape;
        let of_rows = |what: String| {
            Err(Failure::with_help(
                format!("{}: {what}", self.path.display()),
                "what a change adds to the configuration counts once it is merged; until then somebody who may run it judges it with \
                 `modelgate check`",
            ))
        };
        if manifest.model != config.model_name {
            return of_rows("the counts are of another model than this configuration's".to_owned());
        }
        if matches!(config.baseline, BaselineSettings::Beside(_)) {
            return of_rows("predictions of the previous model beside the rows need the rows".to_owned());
        }
        let axes: Vec<&Axis> = config.axes.iter().map(|axis| &axis.axis).collect();
        if shape.axes.iter().ne(axes) || shape.depth != config.depth {
            return of_rows("the rows were cut into other slices than this configuration asks for".to_owned());
        }
        if shape.task.kind() != kind(config.task.as_ref()) || !same_label(config, shape.task.positive_label()) {
            return of_rows("the counts are of another task, or of another positive label".to_owned());
        }
        Ok(())
    }

    /// The counts as what was read.
    pub(crate) fn input(&self) -> Input {
        let name = self.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Input {
            purpose: "counts that another job made",
            path: name.clone(),
            from_documents: name,
            parts: Vec::new(),
            files: 1,
            bytes: Some(self.bytes),
            rows: Some(self.bundle.cube.rows()),
            digest: self.digest,
            columns: Vec::new(),
            others: Vec::new(),
            note: Some("whether they are right is known to that job alone".to_owned()),
        }
    }
}

/// The rows that the configuration evaluates.
fn evaluated(config: &Config) -> &Path {
    match &config.model {
        ModelSource::Train { evaluate, .. } => evaluate,
        ModelSource::Predictions { path } => path,
        ModelSource::Command(command) => &command.writes,
    }
}

fn kind(task: Option<&TaskColumns>) -> TaskKind {
    match task {
        None => TaskKind::Binary,
        Some(TaskColumns::Multiclass { .. }) => TaskKind::Multiclass,
        Some(TaskColumns::Multilabel { .. }) => TaskKind::Multilabel,
        Some(TaskColumns::Regression) => TaskKind::Regression,
        Some(TaskColumns::Clustering { .. }) => TaskKind::Clustering,
        Some(TaskColumns::Ranking { .. }) => TaskKind::Ranking,
    }
}

/// Labels of which the configuration names no positive one are told apart by their own words.
fn same_label(config: &Config, counted: Option<&str>) -> bool {
    config.roles.positive_label.is_none() || config.roles.positive_label.as_deref() == counted
}
