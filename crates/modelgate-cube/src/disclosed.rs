//! What a release shows of its counts where not every reader may know the rows: the counts of shown slices, the names of
//! withheld ones, no scores, no losses and no replicates.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::bundle::{StoredEarlier, read_earlier};
use crate::disclosure::shown_parts;
use crate::{
    Axis, AxisKind, Bundle, BundleError, Cell, Cube, CubeMeta, DataProfile, Digest, Disclosure, FeatureTable, Fixed, Manifest,
    Profile, RowSetDigest, ScoreScale, Shape, Slice, Tally, Task, TaskKind, Term, Withheld,
};

/// The name of the file.
pub const DISCLOSED_FILE: &str = "modelgate-disclosed.json";

/// The newest version of the format that this program reads and writes. Version 1 knows no task but binary classification, and is
/// written for that.
pub const DISCLOSED_VERSION: u32 = 2;

/// What the file says that it is.
const FORMAT: &str = "modelgate-disclosed";

/// The shown counts of a release.
#[derive(Debug, Clone, PartialEq)]
pub struct Disclosed {
    /// Where the counts come from, and the counts of the slices that are shown.
    pub bundle: Bundle,
    /// What was asked of the model. The counts of other tasks than a binary classification stand in the places of those by label and
    /// prediction, and say nothing as such.
    pub task: TaskKind,
    /// The profile that decided.
    pub profile: Profile,
    /// The smallest count that was shown, besides zero.
    pub min_cell: u64,
    /// The slices that were withheld because of their counts.
    pub withheld: Withheld,
}

impl Disclosed {
    /// What may be shown of a bundle.
    #[must_use]
    pub fn of(bundle: &Bundle, disclosure: &Disclosure) -> Self {
        let cube = &bundle.cube;
        let shown = cube.cells().filter(|(slice, _)| disclosure.shows(slice));
        let cells = shown.map(|(slice, cell)| (slice.clone(), counts_alone(cell))).collect();
        let task = Task::Binary { positive_label: cube.meta().shape.task.positive_label().unwrap_or_default().to_owned() };
        let shape = Shape { task, scored: false, ..cube.meta().shape.clone() };
        let meta = CubeMeta { shape, split: cube.meta().split.one_way(), ..cube.meta().clone() };
        Self {
            bundle: Bundle {
                manifest: bundle.manifest.clone(),
                cube: Cube::from_cells(meta, ScoreScale::Exact, cells),
                // Counts by value of each column, some of few rows: none is shown.
                features: FeatureTable::default(),
                profile: DataProfile::default(),
            },
            task: cube.meta().shape.task.kind(),
            profile: disclosure.settings.profile,
            min_cell: disclosure.settings.min_cell,
            withheld: disclosure.withheld().clone(),
        }
    }

    /// The same with its rows named as `cube` names them, where they are the same rows.
    #[must_use]
    pub fn beside(mut self, cube: &Cube) -> Self {
        let split = cube.meta().split;
        let own = self.bundle.cube.meta();
        if own.split == split.one_way() {
            let meta = CubeMeta { split, ..own.clone() };
            let cells = self.bundle.cube.cells().map(|(slice, cell)| (slice.clone(), cell.clone())).collect();
            self.bundle.cube = Cube::from_cells(meta, ScoreScale::Exact, cells);
        }
        self
    }

    /// Whether these bytes say that they are such a file, whatever else is wrong with them.
    #[must_use]
    pub fn is_format_of(bytes: &[u8]) -> bool {
        #[derive(Deserialize)]
        struct Head {
            format: String,
        }
        serde_json::from_slice::<Head>(bytes).is_ok_and(|head| head.format == FORMAT)
    }

    /// The bytes to store; equal contents are equal bytes.
    pub fn encode(&self) -> Result<Vec<u8>, BundleError> {
        let mut bytes = serde_json::to_vec(&File::from(self)).map_err(|error| BundleError::Malformed(error.to_string()))?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Reads stored bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, BundleError> {
        #[derive(Deserialize)]
        struct Head {
            version: u32,
        }
        let malformed = |error: serde_json::Error| BundleError::Malformed(error.to_string());
        let head: Head = serde_json::from_slice(bytes).map_err(malformed)?;
        if head.version > DISCLOSED_VERSION {
            return Err(BundleError::Newer { found: head.version });
        }
        serde_json::from_slice::<File>(bytes).map_err(malformed)?.read()
    }

    /// The digest of the counts as they are shown, whoever made them.
    pub fn shown_digest(cube: &Cube, disclosure: &Disclosure) -> Result<Digest, BundleError> {
        let cells = cube.cells().filter(|(slice, _)| disclosure.shows(slice));
        let cells: Vec<StoredCell> = cells.map(|(slice, cell)| store_cell(slice, &counts_alone(cell))).collect();
        let bytes = serde_json::to_vec(&cells).map_err(|error| BundleError::Malformed(error.to_string()))?;
        Ok(Digest::of(&bytes))
    }
}

/// The numbers of rows that are shown ([`shown_parts`]) in the places of those by label and prediction, and their weights to a
/// sixteenth.
fn counts_alone(cell: &Cell) -> Cell {
    let rounded = |tally: Tally| {
        let (weight, weight_squared) = (sixteenths(tally.weight), sixteenths(tally.weight_squared));
        if tally == Tally::unweighted(tally.rows) { tally } else { Tally { rows: tally.rows, weight, weight_squared } }
    };
    let [true_negatives, false_positives, false_negatives, true_positives] = shown_parts(cell).map(rounded);
    Cell { true_negatives, false_positives, false_negatives, true_positives, ..Cell::default() }
}

/// The last digits of a sum of weights would tell whose weights they are.
fn sixteenths(sum: Fixed) -> Fixed {
    Fixed::from_f64((sum.to_f64() * 16.0).round() / 16.0)
}

type StoredSlice = Vec<(String, Option<String>)>;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    version: u32,
    /// Absent for a binary classification.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    task: Option<String>,
    profile: String,
    min_cell: u64,
    model: String,
    release: String,
    created: String,
    tool_version: String,
    config_digest: String,
    data_digest: String,
    model_digest: String,
    /// Absent where it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    training_digest: Option<String>,
    /// Absent where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    earlier: Vec<StoredEarlier>,
    definition_version: u32,
    positive_label: String,
    axes: Vec<StoredAxis>,
    depth: u8,
    weighted: bool,
    split: String,
    cells: Vec<StoredCell>,
    withheld_levels: Vec<(String, Option<String>)>,
    withheld_tables: Vec<[String; 2]>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredAxis {
    name: String,
    edges: Option<Vec<f64>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredCell {
    slice: StoredSlice,
    /// True negatives, false positives, false negatives, true positives.
    rows: [u64; 4],
    /// The sums of their weights and of squared weights; absent where every row weighs one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    weights: Option<[[f64; 2]; 4]>,
}

impl From<&Disclosed> for File {
    fn from(disclosed: &Disclosed) -> Self {
        let Bundle { manifest, cube, features: _, profile: _ } = &disclosed.bundle;
        let shape = &cube.meta().shape;
        let axis = |axis: &Axis| StoredAxis {
            name: axis.name.clone(),
            edges: match &axis.kind {
                AxisKind::Categorical => None,
                AxisKind::Binned { edges } => Some(edges.clone()),
            },
        };
        Self {
            format: FORMAT.to_owned(),
            version: if disclosed.task == TaskKind::Binary { 1 } else { DISCLOSED_VERSION },
            task: (disclosed.task != TaskKind::Binary).then(|| disclosed.task.id().to_owned()),
            profile: disclosed.profile.id().to_owned(),
            min_cell: disclosed.min_cell,
            model: manifest.model.clone(),
            release: manifest.release.clone(),
            created: manifest.created.clone(),
            tool_version: manifest.tool_version.clone(),
            config_digest: manifest.config_digest.to_string(),
            data_digest: manifest.data_digest.to_string(),
            model_digest: manifest.model_digest.to_string(),
            training_digest: manifest.training_digest.map(|digest| digest.to_string()),
            earlier: manifest.earlier.iter().map(StoredEarlier::of).collect(),
            definition_version: cube.meta().definition_version,
            positive_label: shape.task.positive_label().unwrap_or_default().to_owned(),
            axes: shape.axes.iter().map(axis).collect(),
            depth: shape.depth,
            weighted: shape.weighted,
            split: cube.meta().split.to_string(),
            cells: cube.cells().map(|(slice, cell)| store_cell(slice, cell)).collect(),
            withheld_levels: disclosed.withheld.levels().flat_map(store_slice).collect(),
            withheld_tables: disclosed.withheld.tables().cloned().collect(),
        }
    }
}

fn store_slice(slice: &Slice) -> StoredSlice {
    slice.terms().iter().map(|term| (term.axis.clone(), term.level.clone())).collect()
}

fn read_slice(stored: &StoredSlice) -> Slice {
    Slice::new(stored.iter().map(|(axis, level)| Term { axis: axis.clone(), level: level.clone() }))
}

fn store_cell(slice: &Slice, cell: &Cell) -> StoredCell {
    let tallies = [&cell.true_negatives, &cell.false_positives, &cell.false_negatives, &cell.true_positives];
    let is_unweighted = tallies.iter().all(|tally| **tally == Tally::unweighted(tally.rows));
    StoredCell {
        slice: store_slice(slice),
        rows: tallies.map(|tally| tally.rows),
        weights: (!is_unweighted).then(|| tallies.map(|tally| [tally.weight.to_f64(), tally.weight_squared.to_f64()])),
    }
}

/// More rows than any table holds, and few enough that sums of them cannot overflow.
const MOST: f64 = (1_u64 << 40) as f64;

fn read_cell(stored: &StoredCell) -> Result<Cell, BundleError> {
    let malformed = |what: &str| BundleError::Malformed(what.to_owned());
    if stored.rows.iter().any(|rows| *rows as f64 > MOST) {
        return Err(malformed("a count is impossibly large"));
    }
    let weights = stored.weights.unwrap_or(stored.rows.map(|rows| [rows as f64; 2]));
    if weights.iter().flatten().any(|weight| !(0.0..=MOST).contains(weight)) {
        return Err(malformed("a sum of weights is impossible"));
    }
    let tally = |part: usize| Tally {
        rows: stored.rows[part],
        weight: Fixed::from_f64(weights[part][0]),
        weight_squared: Fixed::from_f64(weights[part][1]),
    };
    Ok(Cell {
        true_negatives: tally(0),
        false_positives: tally(1),
        false_negatives: tally(2),
        true_positives: tally(3),
        ..Cell::default()
    })
}

impl File {
    fn read(self) -> Result<Disclosed, BundleError> {
        let malformed = |what: &str| BundleError::Malformed(what.to_owned());
        if self.format != FORMAT {
            return Err(malformed("its format is another one"));
        }
        let profile = Profile::parse(&self.profile).ok_or_else(|| malformed("its profile is unknown"))?;
        let task = self.task.as_deref().map_or(Some(TaskKind::Binary), TaskKind::parse);
        let task = task.ok_or_else(|| malformed("its task is unknown"))?;
        let digest = |text: &str| text.parse::<Digest>().map_err(|error| BundleError::Malformed(error.to_string()));
        let mut cells = BTreeMap::new();
        for stored in &self.cells {
            if cells.insert(read_slice(&stored.slice), read_cell(stored)?).is_some() {
                return Err(BundleError::Inconsistent("a slice stands twice".to_owned()));
            }
        }
        let axes = self.axes.iter().map(|axis| Axis {
            name: axis.name.clone(),
            kind: axis.edges.clone().map_or(AxisKind::Categorical, |edges| AxisKind::Binned { edges }),
        });
        let shape = Shape {
            task: Task::Binary { positive_label: self.positive_label.clone() },
            axes: axes.collect(),
            depth: self.depth,
            scored: false,
            weighted: self.weighted,
        };
        let levels = self.withheld_levels.iter().map(|level| read_slice(&vec![level.clone()]));
        let withheld = Withheld::new(levels, self.withheld_tables.iter().cloned());
        check(&shape, &cells, &withheld)?;
        let split: RowSetDigest = self.split.parse().map_err(|_| malformed("the split digest cannot be read"))?;
        let meta = CubeMeta { shape, definition_version: self.definition_version, split };
        let manifest = Manifest {
            config_digest: digest(&self.config_digest)?,
            data_digest: digest(&self.data_digest)?,
            model_digest: digest(&self.model_digest)?,
            training_digest: self.training_digest.as_deref().map(digest).transpose()?,
            earlier: read_earlier(self.earlier)?,
            model: self.model,
            release: self.release,
            created: self.created,
            tool_version: self.tool_version,
        };
        let cube = Cube::from_cells(meta, ScoreScale::Exact, cells);
        let bundle = Bundle { manifest, cube, features: FeatureTable::default(), profile: DataProfile::default() };
        Ok(Disclosed { bundle, task, profile, min_cell: self.min_cell, withheld })
    }
}

/// No slice has more rows than all rows, none is both shown and withheld, and all are of declared axes.
fn check(shape: &Shape, cells: &BTreeMap<Slice, Cell>, withheld: &Withheld) -> Result<(), BundleError> {
    let wrong = |what: String| Err(BundleError::Inconsistent(what));
    let all = cells.get(&Slice::overall()).map_or(0, |cell| cell.total().rows);
    let is_known = |axis: &str| shape.axes.iter().any(|known| known.name == axis);
    if let Some(axis) = withheld.tables().flatten().find(|axis| !is_known(axis)) {
        return wrong(format!("a withheld table uses the undeclared axis {axis:?}"));
    }
    for slice in cells.keys().chain(withheld.levels()) {
        if slice.axes().any(|axis| !is_known(axis)) {
            return wrong(format!("the slice {slice} uses an undeclared axis"));
        }
        if withheld.contains(slice) && cells.contains_key(slice) {
            return wrong(format!("the slice {slice} is both shown and withheld"));
        }
    }
    match cells.iter().find(|(_, cell)| cell.total().rows > all) {
        Some((slice, _)) => wrong(format!("{slice} has more rows than there are")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::disclosure::testing::{counted, public};
    use crate::{DEFINITION_VERSION, Published};

    fn disclosed() -> (Bundle, Disclosed) {
        let cube = counted(&[("F", [400, 40, 40, 400]), ("M", [500, 50, 50, 500]), ("X", [4, 2, 0, 1]), ("Y", [30, 20, 20, 30])]);
        let digest = Digest::of(b"x");
        let manifest = Manifest {
            model: "loans".into(),
            release: "v1.0".into(),
            created: "2026-01-01T00:00:00Z".into(),
            tool_version: "0.1.0".into(),
            config_digest: digest,
            data_digest: digest,
            model_digest: digest,
            training_digest: None,
            earlier: Vec::new(),
        };
        let bundle = Bundle { manifest, cube, features: FeatureTable::default(), profile: DataProfile::default() };
        let disclosure = Disclosure::of(&[&[Published { cube: &bundle.cube, model: digest, withheld: None }]], public());
        let shown = Disclosed::of(&bundle, &disclosure);
        (bundle, shown)
    }

    #[test]
    fn what_is_shown_survives_storage_and_says_what_it_is() {
        let (exact, shown) = disclosed();
        let bytes = shown.encode().unwrap();
        assert_eq!(Disclosed::decode(&bytes).unwrap(), shown);
        assert!(Disclosed::is_format_of(&bytes) && !Disclosed::is_format_of(&exact.encode().unwrap()));
        assert!(Bundle::decode(&bytes).is_err(), "nobody takes it for all counts");
        assert_eq!(shown.bundle.cube.meta().definition_version, DEFINITION_VERSION);
        assert_ne!(shown.bundle.cube.meta().split, exact.cube.meta().split);
        assert_eq!(shown.beside(&exact.cube).bundle.cube.meta().split, exact.cube.meta().split);
    }

    #[test]
    fn nothing_of_a_withheld_slice_but_its_name_is_in_the_file() {
        let (_, shown) = disclosed();
        assert_eq!(shown.withheld.levels().map(Slice::to_string).collect::<Vec<_>>(), ["sex=X", "sex=Y"]);
        let text = String::from_utf8(shown.encode().unwrap()).unwrap();
        assert!(text.ends_with("\"withheld_levels\":[[\"sex\",\"X\"],[\"sex\",\"Y\"]],\"withheld_tables\":[]}\n"), "{text}");
        assert!(!text.contains("[4,2,0,1]") && !text.contains("[30,20,20,30]"), "{text}");
    }

    #[test]
    fn edited_files_are_refused() {
        let text = String::from_utf8(disclosed().1.encode().unwrap()).unwrap();
        for (from, to) in [
            ("\"version\":1", "\"version\":9"),
            ("[400,40,40,400]", "[90000,40,40,400]"),
            ("\"profile\":\"public\"", "\"profile\":\"secret\""),
            ("[[\"sex\",\"X\"],", "[[\"sex\",\"F\"],"),
            ("[[\"sex\",\"X\"],", "[[\"age\",\"X\"],"),
        ] {
            let edited = text.replacen(from, to, 1);
            assert_ne!(edited, text);
            assert!(Disclosed::decode(edited.as_bytes()).is_err(), "{to}");
        }
    }
}
