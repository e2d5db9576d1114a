//! Adds up what the threads have counted.

use std::collections::{BTreeSet, HashMap};

use modelgate_cube::{EXACT_IN_MEMORY, RowSetDigest, ScoreScale};

use super::Stop;
use super::part::{MOST_SLICES, Part, to_grid};
use super::plan::Plan;
use super::records::Records;
use super::sums::Block;

/// The counts of all rows.
pub(crate) struct Merged<'p> {
    pub(super) plan: &'p Plan<'p>,
    /// The classes of labels and of predictions that occur.
    pub(super) labels: BTreeSet<String>,
    pub(super) predictions: BTreeSet<String>,
    /// The levels of each axis.
    pub(super) levels: Vec<Vec<Option<String>>>,
    pub(super) blocks: Vec<Block>,
    pub(super) is_joint: bool,
    pub(super) scale: ScoreScale,
    /// The keys of scores, increasing.
    pub(super) keys: Vec<u64>,
    pub(super) split: RowSetDigest,
    pub(super) ids: RowSetDigest,
    /// Each thread's rows, in terms of what is merged here.
    pub(super) records: Vec<Records>,
}

impl<'p> Merged<'p> {
    pub(super) fn of(plan: &'p Plan<'p>, mut parts: Vec<Part<'p>>) -> Result<Self, Stop> {
        parts.retain(|part| part.rows() > 0);
        if parts.is_empty() {
            return Err(Stop::Declined);
        }
        let is_joint = parts.iter().all(|part| part.is_joint);
        for part in &mut parts {
            if is_joint {
                part.digest_joint();
            } else {
                part.cover();
            }
        }
        let (scale, keys) = join_scores(&mut parts);
        let mut merged = Self {
            plan,
            labels: parts.iter().flat_map(|part| part.labels.seen.iter().cloned()).collect(),
            predictions: parts.iter().flat_map(|part| part.predictions.seen.iter().cloned()).collect(),
            levels: vec![Vec::new(); plan.axes.len()],
            blocks: Vec::new(),
            is_joint,
            scale,
            keys,
            split: RowSetDigest::default(),
            ids: RowSetDigest::default(),
            records: Vec::new(),
        };
        let mut by_level: Vec<HashMap<Option<String>, u32>> = vec![HashMap::new(); plan.axes.len()];
        for part in parts {
            merged.add(part, &mut by_level)?;
        }
        let slices: usize = if is_joint { 0 } else { merged.blocks.iter().map(|block| block.groups.len()).sum() };
        let named = |levels: &Vec<Option<String>>| levels.iter().flatten().count();
        let categorical = plan.settings.axes.iter().map(|axis| axis.axis.kind == modelgate_cube::AxisKind::Categorical);
        let too_many = merged.levels.iter().zip(categorical).any(|(levels, categorical)| {
            levels.len() > usize::from(u16::MAX) || (categorical && named(levels) > plan.settings.max_levels)
        });
        if too_many || slices > MOST_SLICES { Err(Stop::Declined) } else { Ok(merged) }
    }

    fn add(&mut self, part: Part<'p>, by_level: &mut [HashMap<Option<String>, u32>]) -> Result<(), Stop> {
        self.split.merge(&part.split);
        self.ids.merge(&part.ids);
        let mut codes: Vec<Vec<u32>> = Vec::new();
        for ((axis, levels), by_level) in part.axes.iter().zip(&mut self.levels).zip(by_level) {
            let code = |level: &Option<String>| {
                *by_level.entry(level.clone()).or_insert_with(|| {
                    levels.push(level.clone());
                    u32::try_from(levels.len() - 1).unwrap_or(u32::MAX)
                })
            };
            codes.push(axis.levels.iter().map(code).collect());
        }
        let mut records = part.records;
        if self.blocks.is_empty() {
            self.blocks = part.blocks.iter().map(|block| Block::new(block.axes.clone(), self.plan)).collect();
        }
        for (mine, theirs) in self.blocks.iter_mut().zip(&part.blocks) {
            let mut numbers = Vec::with_capacity(theirs.groups.len());
            for group in (0..).take(theirs.groups.len()) {
                let levels = theirs.groups.levels(group);
                let code = |(axis, level): (&usize, u32)| codes.get(*axis)?.get(level as usize).copied();
                let levels: Vec<u32> = theirs.axes.iter().zip(levels).filter_map(code).collect();
                numbers.push(mine.add_group(levels, theirs, group));
            }
            if self.is_joint {
                for group in &mut records.groups {
                    let number = numbers.get(usize::from(*group)).and_then(|number| u16::try_from(*number).ok());
                    *group = number.ok_or(Stop::Declined)?;
                }
            }
        }
        for (levels, codes) in records.levels.iter_mut().zip(&codes) {
            for level in levels {
                let code = codes.get(usize::from(*level)).and_then(|code| u16::try_from(*code).ok());
                *level = code.ok_or(Stop::Declined)?;
            }
        }
        self.records.push(records);
        Ok(())
    }
}

/// Gives scores one numbering: by their order, or by the bins of the grid where there are too many.
fn join_scores(parts: &mut [Part]) -> (ScoreScale, Vec<u64>) {
    let keys: BTreeSet<u64> = parts.iter().flat_map(|part| part.scores.keys.iter().copied()).collect();
    let is_exact = parts.iter().all(|part| part.scores.scale == ScoreScale::Exact) && keys.len() <= EXACT_IN_MEMORY;
    if !is_exact {
        for part in parts {
            to_grid(&mut part.scores, &mut part.records);
        }
        return (ScoreScale::Logit, (0..u64::from(modelgate_cube::LOGIT_BINS)).collect());
    }
    let keys: Vec<u64> = keys.into_iter().collect();
    for part in parts {
        let rank = |key: &u64| keys.binary_search(key).ok().and_then(|rank| u32::try_from(rank).ok()).unwrap_or(0);
        let ranks: Vec<u32> = part.scores.keys.iter().map(rank).collect();
        for place in &mut part.records.places {
            *place = place.with_code(ranks.get(place.code() as usize).copied().unwrap_or(0));
        }
    }
    (ScoreScale::Exact, keys)
}
