//! Which columns a pass reads, and what for.

use std::collections::{BTreeMap, BTreeSet};

use modelgate_cube::AxisKind;

use crate::count::CountSettings;
use crate::labels::class_name;
use crate::row_ids::halved;
use crate::split_digest::text_hash;

/// What a pass does with each column. Columns are told by their places among [`Plan::columns`].
pub(crate) struct Plan<'a> {
    /// The columns to read, by name.
    pub(crate) columns: Vec<&'a str>,
    /// Cells that count as missing.
    pub(super) missing_values: &'a [String],
    pub(super) settings: &'a CountSettings,
    pub(super) label: usize,
    pub(super) prediction: Option<usize>,
    pub(super) score: Option<usize>,
    pub(super) weight: Option<usize>,
    /// The column of each axis.
    pub(super) axes: Vec<usize>,
    /// The columns that are hashed into the ids of rows, by name, each with the hash of its name. Labels belong to them
    /// where `by_features`.
    pub(super) ids: Vec<(u64, usize)>,
    /// Whether ids are made of features and not of a declared column.
    pub(super) by_features: bool,
    /// What names the split, in the order of the names.
    pub(super) digested: Vec<(String, Digested)>,
}

/// A part of what a row says to the digest of the split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Digested {
    Label,
    Weight,
    /// The id.
    Id,
    /// The level of an axis without bins.
    Level(usize),
    /// The number behind the bins of an axis.
    Number(usize),
}

impl<'a> Plan<'a> {
    /// The plan for a file with these usable columns; `None` where one is missing, or no plan can be made.
    pub(crate) fn new(settings: &'a CountSettings, missing_values: &'a [String], usable: &'a [String]) -> Option<Self> {
        let roles = &settings.roles;
        let from_model = [&roles.prediction, &roles.score, &roles.baseline_prediction, &roles.baseline_score];
        let is_feature = |name: &str| name != roles.label && !from_model.iter().any(|role| role.as_deref() == Some(name));
        let id_names: BTreeSet<&str> = match &roles.id {
            Some(id) => BTreeSet::from([id.as_str()]),
            None if settings.paired => usable.iter().map(String::as_str).filter(|name| is_feature(name)).collect(),
            None => BTreeSet::new(),
        };
        let others = [Some(&roles.label), roles.prediction.as_ref(), roles.score.as_ref(), roles.weight.as_ref()];
        let named = others.into_iter().flatten().chain(settings.axes.iter().map(|axis| &axis.column));
        let wanted: BTreeSet<&str> = named.map(String::as_str).chain(id_names.iter().copied()).collect();
        // In the order of the file, which readers like best.
        let columns: Vec<&str> = usable.iter().map(String::as_str).filter(|name| wanted.contains(name)).collect();
        if columns.len() != wanted.len() || (roles.prediction.is_none() && roles.score.is_none()) {
            return None;
        }
        let place = |name: &str| columns.iter().position(|column| *column == name);
        let optional = |role: &Option<String>| role.as_deref().map(place);
        let id = |name: &&str| Some((halved(text_hash(name)) | 1, place(name)?));
        Some(Self {
            missing_values,
            settings,
            label: place(&roles.label)?,
            prediction: optional(&roles.prediction).unwrap_or_default(),
            score: optional(&roles.score).unwrap_or_default(),
            weight: optional(&roles.weight).unwrap_or_default(),
            axes: settings.axes.iter().map(|axis| place(&axis.column)).collect::<Option<_>>()?,
            ids: id_names.iter().map(id).collect::<Option<_>>()?,
            by_features: settings.paired && roles.id.is_none(),
            digested: digested(settings),
            columns,
        })
    }

    /// The class that counts as positive, which labels and predictions are held against. Which class that is depends on
    /// no row, unlike whether the labels may be read so.
    pub(super) fn is_positive(&self, class: &str) -> bool {
        match &self.settings.roles.positive_label {
            Some(declared) => class == class_name(declared),
            None => class == "1" || class == "true",
        }
    }

    /// Whether anything is kept of single rows until all are counted: without scores and replicates, nothing is made of it.
    pub(super) fn keeps_rows(&self) -> bool {
        self.score.is_some() || self.settings.paired
    }

    /// Whether the digest of a row follows from its label and the levels of its axes.
    pub(super) fn digests_combinations(&self) -> bool {
        self.digested.iter().all(|(_, what)| matches!(what, Digested::Label | Digested::Level(_)))
    }
}

/// By column and not by axis, so that the order and the names of axes do not matter.
fn digested(settings: &CountSettings) -> Vec<(String, Digested)> {
    let mut digested = BTreeMap::from([("label".to_owned(), Digested::Label)]);
    for (index, axis) in settings.axes.iter().enumerate() {
        let (kind, what) = match axis.axis.kind {
            AxisKind::Binned { .. } => ("number", Digested::Number(index)),
            AxisKind::Categorical => ("text", Digested::Level(index)),
        };
        digested.insert(format!("slice {kind} {}", axis.column), what);
    }
    if settings.roles.weight.is_some() {
        digested.insert("weight".to_owned(), Digested::Weight);
    }
    if settings.roles.id.is_some() {
        digested.insert("id".to_owned(), Digested::Id);
    }
    digested.into_iter().collect()
}
