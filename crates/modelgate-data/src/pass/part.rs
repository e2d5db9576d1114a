//! What one thread has counted.

use arrow_array::Array as _;
use modelgate_cube::{REPLICATE_SALT, RowSetDigest, ScoreScale};

use super::Stop;
use super::cells::{ByKey, Cells};
use super::coders::{AxisLevels, Classes, Numbers, ScoreCodes};
use super::losses::Losses;
use super::plan::{Digested, Plan};
use super::records::{Place, Records};
use super::sums::{Block, RowSums, class};
use crate::column::Missing;
use crate::row_facts::weight_problem;
use crate::row_ids::{self, bucket, folded, halved};
use crate::split_digest::{self, text_hash};

/// Combinations of levels up to which rows are added up by all axes at once, and combinations by slice afterwards.
/// Above it, rows are added up by as many axes as slices have.
pub(super) const MOST_JOINT: usize = 4_096;

/// The most slices of one cube. Each costs some 20 kB for its replicates.
pub(crate) const MOST_SLICES: usize = 32_768;

/// The counts of the rows that one thread has read.
pub(super) struct Part<'p> {
    plan: &'p Plan<'p>,
    pub(super) labels: Classes,
    pub(super) predictions: Classes,
    score_numbers: Numbers,
    weight_numbers: Numbers,
    pub(super) axes: Vec<AxisLevels>,
    id_cells: Vec<ByKey<u64>>,
    pub(super) scores: ScoreCodes,
    /// One block of all axes, or one for every family of slices of the full depth.
    pub(super) blocks: Vec<Block>,
    pub(super) is_joint: bool,
    pub(super) records: Records,
    pub(super) split: RowSetDigest,
    pub(super) ids: RowSetDigest,
    rows: usize,
    batch: Batch,
}

/// The facts of the rows of a batch. Kept to be filled again.
#[derive(Default)]
struct Batch {
    positive: Vec<bool>,
    predicted: Vec<bool>,
    codes: Vec<u32>,
    hashes: Vec<u64>,
    /// What the cells of a column add to hashes.
    cells: Vec<u64>,
    groups: Vec<u32>,
    /// Of no row where rows have no scores.
    losses: Losses,
    /// Of no row where every row weighs one.
    weights: Vec<f64>,
}

impl Batch {
    /// The place of each row among true negatives, false positives, false negatives, true positives.
    fn classes(&self) -> impl Iterator<Item = usize> {
        self.positive.iter().zip(&self.predicted).map(|(positive, predicted)| class(*positive, *predicted))
    }

    /// The group and the bucket of each row.
    fn buckets(&self) -> impl Iterator<Item = (u32, u16)> {
        self.groups.iter().copied().zip(self.hashes.iter().map(|hash| bucket(*hash)))
    }

    /// The Brier and the log loss of each row.
    fn losses(&self) -> impl Iterator<Item = [f64; 2]> {
        self.losses.brier.iter().zip(&self.losses.log).map(|(brier, log)| [*brier, *log])
    }

    /// A row that has a weight.
    fn weighted(&self, row: usize) -> RowSums {
        RowSums {
            positive: self.positive[row],
            predicted: self.predicted[row],
            weight: self.weights.get(row).copied(),
            losses: self.losses.brier.get(row).copied().zip(self.losses.log.get(row).copied()),
        }
    }
}

/// Cells that are each row's own.
enum Own<'a> {
    Numbers(&'a [f64]),
    Gaps(&'a arrow_array::Float64Array),
    Hashes(&'a [u64]),
}

impl Own<'_> {
    fn of_row(&self, row: usize) -> u64 {
        match self {
            Self::Numbers(numbers) => row_ids::number_cell(Some(numbers[row])),
            Self::Gaps(numbers) => row_ids::number_cell(numbers.is_valid(row).then(|| numbers.value(row))),
            Self::Hashes(hashes) => hashes[row],
        }
    }
}

impl<'p> Part<'p> {
    pub(super) fn new(plan: &'p Plan<'p>) -> Self {
        let all: Vec<usize> = (0..plan.axes.len()).collect();
        Self {
            plan,
            labels: Classes::default(),
            predictions: Classes::default(),
            score_numbers: Numbers::default(),
            weight_numbers: Numbers::default(),
            axes: plan.axes.iter().map(|_| AxisLevels::default()).collect(),
            id_cells: plan.ids.iter().map(|_| ByKey::default()).collect(),
            scores: ScoreCodes::default(),
            blocks: vec![Block::new(all, plan)],
            is_joint: true,
            records: Records::default(),
            split: RowSetDigest::default(),
            ids: RowSetDigest::default(),
            rows: 0,
            batch: Batch::default(),
        }
    }

    /// The number of rows read.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// Adds the rows of a batch: its columns in the order of the plan.
    pub(super) fn add(&mut self, columns: &[Cells]) -> Result<(), Stop> {
        let mut batch = std::mem::take(&mut self.batch);
        let done = self.add_batch(columns, &mut batch);
        self.batch = batch;
        done
    }

    fn add_batch(&mut self, columns: &[Cells], batch: &mut Batch) -> Result<(), Stop> {
        let plan = self.plan;
        let column = |place: usize| columns.get(place).ok_or(Stop::Declined);
        self.labels.read(plan, column(plan.label)?, &mut batch.positive)?;
        for (levels, (axis, settings)) in self.axes.iter_mut().zip(plan.axes.iter().zip(&plan.settings.axes)) {
            levels.read(plan, &settings.axis, column(*axis)?)?;
        }
        let scores = plan.score.map(|score| self.score_numbers.read(plan, column(score)?)).transpose()?;
        if scores.is_some_and(|scores| !scores.iter().all(|score| (0.0..=1.0).contains(score))) {
            return Err(Stop::Declined);
        }
        let weights = plan.weight.map(|weight| self.weight_numbers.read(plan, column(weight)?)).transpose()?;
        if weights.is_some_and(|weights| weights.iter().any(|weight| weight_problem(Some(*weight)).is_some())) {
            return Err(Stop::Declined);
        }
        match (plan.prediction, scores) {
            (Some(prediction), _) => self.predictions.read(plan, column(prediction)?, &mut batch.predicted)?,
            (None, scores) => {
                let at_least = plan.settings.decision_threshold;
                batch.predicted.clear();
                batch.predicted.extend(scores.unwrap_or_default().iter().map(|score| *score >= at_least));
            }
        }
        let rows = batch.positive.len();
        let lengths = scores.iter().chain(&weights).map(|numbers| numbers.len());
        if lengths.chain([batch.predicted.len()]).any(|length| length != rows) {
            return Err(Stop::Declined);
        }
        batch.weights.clear();
        batch.weights.extend_from_slice(weights.unwrap_or_default());
        batch.losses.fill(scores.unwrap_or_default(), &batch.positive);
        if let Some(scores) = scores {
            if !self.scores.read(scores, &mut batch.codes) {
                to_grid(&mut self.scores, &mut self.records);
                self.scores.read(scores, &mut batch.codes);
            }
            if plan.by_features {
                self.records.scores.extend_from_slice(scores);
            }
        }
        self.records.weights.extend_from_slice(weights.unwrap_or_default());
        self.hash_ids(columns, batch)?;
        self.add_up(batch)?;
        self.digest_rows(batch);
        Ok(())
    }

    fn hash_ids(&mut self, columns: &[Cells], batch: &mut Batch) -> Result<(), Stop> {
        let Batch { hashes, cells, positive, .. } = batch;
        hashes.clear();
        if self.plan.ids.is_empty() && !self.plan.settings.paired {
            return Ok(());
        }
        hashes.resize(positive.len(), REPLICATE_SALT);
        for ((name, column), by_key) in self.plan.ids.iter().zip(&mut self.id_cells) {
            match columns.get(*column).ok_or(Stop::Declined)? {
                Cells::Number(numbers) if numbers.null_count() == 0 => {
                    for (hash, number) in hashes.iter_mut().zip(numbers.values()) {
                        *hash = folded(*hash ^ row_ids::number_cell(Some(*number)), *name);
                    }
                }
                Cells::Number(numbers) => {
                    for (hash, number) in hashes.iter_mut().zip(numbers) {
                        *hash = folded(*hash ^ row_ids::number_cell(number), *name);
                    }
                }
                Cells::Text(text) => {
                    by_key.map(text, &Missing(self.plan.missing_values), cells, |cell| Ok(row_ids::text_cell(cell)))?;
                    for (hash, cell) in hashes.iter_mut().zip(cells.iter()) {
                        *hash = folded(*hash ^ cell, *name);
                    }
                }
            }
        }
        if self.plan.by_features {
            for (hash, positive) in hashes.iter_mut().zip(positive) {
                *hash = row_ids::with_label(*hash, *positive);
            }
            self.records.hashes.extend_from_slice(hashes);
        }
        for hash in hashes {
            self.ids.add_row(row_ids::digested(*hash));
        }
        Ok(())
    }

    fn add_up(&mut self, batch: &mut Batch) -> Result<(), Stop> {
        let codes: Vec<(&[u32], usize)> = self.axes.iter().map(|axis| (axis.codes.as_slice(), axis.levels.len())).collect();
        let keeps_rows = self.plan.keeps_rows();
        if keeps_rows {
            let code = |row: usize| batch.codes.get(row).copied().unwrap_or(0);
            let of_row = |row: usize| batch.hashes.get(row).map_or(0, |hash| bucket(*hash));
            let place =
                |(row, (positive, predicted)): (usize, (&bool, &bool))| Place::new(code(row), of_row(row), *positive, *predicted);
            self.records.places.extend(batch.positive.iter().zip(&batch.predicted).enumerate().map(place));
        }
        let rows = batch.positive.len();
        self.rows += rows;
        if self.is_joint {
            if let [joint] = self.blocks.as_mut_slice() {
                joint.groups.number(rows, &codes, &mut batch.groups);
                if joint.groups.len() <= MOST_JOINT {
                    add_rows(joint, batch);
                    if keeps_rows {
                        self.records.groups.extend(batch.groups.iter().map(|group| u16::try_from(*group).unwrap_or(u16::MAX)));
                    }
                    return Ok(());
                }
            }
            self.cover();
        }
        let codes: Vec<(&[u32], usize)> = self.axes.iter().map(|axis| (axis.codes.as_slice(), axis.levels.len())).collect();
        for block in &mut self.blocks {
            let of_block: Vec<(&[u32], usize)> = block.axes.iter().filter_map(|axis| codes.get(*axis).copied()).collect();
            block.groups.number(rows, &of_block, &mut batch.groups);
            add_rows(block, batch);
        }
        for (levels, (codes, _)) in self.records.levels.iter_mut().zip(&codes).filter(|_| keeps_rows) {
            levels.extend(codes.iter().map(|code| u16::try_from(*code).unwrap_or(u16::MAX)));
        }
        let slices: usize = self.blocks.iter().map(|block| block.groups.len()).sum();
        if slices > MOST_SLICES { Err(Stop::Declined) } else { Ok(()) }
    }

    /// From one block of all axes to one block for every family of slices of the full depth. Sums are exact, so that the
    /// result is what it would have been from the start.
    pub(super) fn cover(&mut self) {
        if !self.is_joint {
            return;
        }
        self.digest_joint();
        self.is_joint = false;
        let joint = self.blocks.pop();
        let depth = usize::from(self.plan.settings.depth.min(2)).min(self.axes.len());
        self.blocks = super::families(self.axes.len(), depth)
            .into_iter()
            .filter(|axes| axes.len() == depth)
            .map(|axes| Block::new(axes, self.plan))
            .collect();
        let Some(joint) = joint else { return };
        let levels: Vec<Vec<u32>> = (0..).take(joint.groups.len()).map(|group| joint.groups.levels(group)).collect();
        for block in &mut self.blocks {
            for (group, levels) in (0..).zip(&levels).filter(|(group, _)| joint.cells.has_rows(*group)) {
                block.add_group(block.axes.iter().filter_map(|axis| levels.get(*axis).copied()).collect(), &joint, group);
            }
        }
        let groups = std::mem::take(&mut self.records.groups);
        let of_axis = |axis: usize| {
            let code = |group: &u16| levels.get(usize::from(*group)).and_then(|levels| u16::try_from(*levels.get(axis)?).ok());
            groups.iter().map(|group| code(group).unwrap_or(u16::MAX)).collect::<Vec<u16>>()
        };
        self.records.levels = (0..self.axes.len()).map(of_axis).collect();
    }

    /// Adds the rows to the digest of the split: what they share with others by combination, what is each row's own by row.
    fn digest_rows(&mut self, batch: &Batch) {
        if self.is_joint && self.plan.digests_combinations() {
            return;
        }
        let weights = &self.records.weights;
        let weights = weights.get(weights.len().saturating_sub(batch.positive.len())..).unwrap_or_default();
        let own = |(name, what): &(u64, Digested)| {
            let cells = match what {
                Digested::Label | Digested::Level(_) => return None,
                Digested::Weight => Own::Numbers(weights),
                Digested::Id => Own::Hashes(&batch.hashes),
                Digested::Number(axis) => Own::Gaps(self.axes.get(*axis)?.numbers.as_ref()?),
            };
            Some((*name, cells))
        };
        let own: Vec<(u64, Own)> =
            self.plan.digested.iter().map(|(name, what)| (halved(text_hash(name)), *what)).filter_map(|one| own(&one)).collect();
        let mut known: Vec<[Option<u128>; 2]> = vec![[None; 2]; if self.is_joint { self.blocks[0].groups.len() } else { 0 }];
        for (row, positive) in batch.positive.iter().enumerate() {
            let level = |axis: usize| self.axes.get(axis).and_then(|axis| axis.codes.get(row)).copied();
            let shared = match known.get_mut(batch.groups[row] as usize) {
                Some(of_group) => *of_group[usize::from(*positive)].get_or_insert_with(|| self.combination(*positive, level)),
                None => self.combination(*positive, level),
            };
            let hash = own.iter().fold(shared, |hash, (name, cells)| split_digest::with_cell(hash, cells.of_row(row), *name));
            self.split.add_row(hash);
        }
    }

    /// What the label and the levels of a row say.
    fn combination(&self, positive: bool, level: impl Fn(usize) -> Option<u32>) -> u128 {
        let shared = || {
            let is_shared = |what: &Digested| matches!(what, Digested::Label | Digested::Level(_));
            self.plan.digested.iter().filter(move |(_, what)| is_shared(what))
        };
        let said = shared().map(|(_, what)| match what {
            Digested::Level(axis) => {
                let hash = level(*axis).and_then(|code| self.axes.get(*axis)?.hashes.get(code as usize));
                hash.copied().unwrap_or(split_digest::MISSING)
            }
            _ => u128::from(positive),
        });
        split_digest::row_hash(shared().map(|(name, _)| name.as_str()), said)
    }

    /// The digest of the rows of the block of all axes, where it follows from labels and levels.
    pub(super) fn digest_joint(&mut self) {
        let [joint] = self.blocks.as_slice() else { return };
        if !self.is_joint || !self.plan.digests_combinations() {
            return;
        }
        for group in (0..).take(joint.groups.len()) {
            let (cell, levels) = (joint.cells.cell(group), joint.groups.levels(group));
            for (positive, rows) in [
                (false, cell.true_negatives.rows + cell.false_positives.rows),
                (true, cell.false_negatives.rows + cell.true_positives.rows),
            ] {
                let hash = self.combination(positive, |axis| levels.get(axis).copied());
                self.split.add_rows(hash, rows);
            }
        }
    }
}

impl Block {
    /// Adds a group of another block to the group of these levels, which it gives back.
    pub(super) fn add_group(&mut self, levels: Vec<u32>, other: &Self, group: u32) -> u32 {
        let mine = self.groups.number_one(levels);
        self.make_room();
        self.cells.merge(mine, &other.cells, group);
        for (bucket, sums) in other.buckets.of_group(group) {
            self.buckets.add(mine, bucket, &sums);
        }
        mine
    }
}

fn add_rows(block: &mut Block, batch: &Batch) {
    block.make_room();
    let groups = || batch.groups.iter().copied();
    if !batch.weights.is_empty() {
        for (row, group) in groups().enumerate() {
            block.cells.add_weighted(group, &batch.weighted(row));
        }
        for (row, (group, bucket)) in batch.buckets().enumerate() {
            block.buckets.add_weighted(group, bucket, &batch.weighted(row));
        }
    } else if batch.losses.brier.is_empty() {
        block.cells.add_plain(groups().zip(batch.classes()));
        block.buckets.add_plain(batch.buckets().zip(batch.classes()));
    } else {
        let scored = || batch.classes().zip(batch.losses());
        block.cells.add_scored(groups().zip(scored()).map(|(group, (class, losses))| (group, class, losses)));
        block.buckets.add_scored(batch.buckets().zip(scored()).map(|(place, (class, losses))| (place, class, losses)));
    }
}

/// Moves the scores of all rows so far to the grid.
pub(super) fn to_grid(scores: &mut ScoreCodes, records: &mut Records) {
    if scores.scale == ScoreScale::Logit {
        return;
    }
    let bins = scores.move_to_grid();
    for place in &mut records.places {
        *place = place.with_code(bins.get(place.code() as usize).copied().unwrap_or(0));
    }
}
