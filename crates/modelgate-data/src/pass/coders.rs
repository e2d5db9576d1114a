//! Turns the cells of a batch into numbers of this thread: classes, levels of axes, and places of scores.

use std::collections::HashMap;

use arrow_array::{Array as _, Float64Array};
use modelgate_cube::{Axis, AxisKind, EXACT_IN_MEMORY, ScoreScale, ScoreTable, logit_bin, logit_bins};

use super::Stop;
use super::cells::{ByKey, Cells};
use super::fast_map::FastMap;
use super::plan::Plan;
use crate::column::{Missing, number_text, parse_number};
use crate::error::MOST_LEVEL_CHARS;
use crate::labels::class_name;
use crate::split_digest::text_hash;

/// More classes than this are no binary classification.
const MOST_CLASSES: usize = 2;

/// Reads a column of classes as whether they are the positive one.
#[derive(Default)]
pub(super) struct Classes {
    /// The classes that occur.
    pub(super) seen: Vec<String>,
    by_key: ByKey<bool>,
    by_number: Vec<(u64, bool)>,
}

impl Classes {
    /// Whether each row is of the positive class. A missing class, and a third one, are declined.
    #[expect(clippy::needless_bitwise_bool, reason = "without branches the loop takes several rows at a time")]
    pub(super) fn read(&mut self, plan: &Plan, cells: &Cells, out: &mut Vec<bool>) -> Result<(), Stop> {
        let Self { seen, by_key, by_number } = self;
        match cells {
            Cells::Text(text) => by_key
                .map(text, &Missing(plan.missing_values), out, |cell| see(plan, seen, &class_name(cell.ok_or(Stop::Declined)?))),
            Cells::Number(numbers) => {
                if numbers.null_count() > 0 {
                    return Err(Stop::Declined);
                }
                out.clear();
                out.resize(numbers.len(), false);
                // Nearly every batch holds two numbers that are known: without a branch for each row, this takes a fifth of the time.
                if let [(one, positive), .., (two, otherwise)] = by_number[..] {
                    let mut others = 0_u64;
                    for (slot, number) in out.iter_mut().zip(numbers.values()) {
                        let (is_one, is_two) = (number.to_bits() == one, number.to_bits() == two);
                        *slot = (is_one & positive) | (is_two & otherwise);
                        others += u64::from(!(is_one | is_two));
                    }
                    if others == 0 {
                        return Ok(());
                    }
                }
                for (slot, number) in out.iter_mut().zip(numbers.values()) {
                    let bits = number.to_bits();
                    let known = by_number.iter().find(|(known, _)| *known == bits);
                    if let Some((_, positive)) = known {
                        *slot = *positive;
                        continue;
                    }
                    // One class has few spellings among numbers: 0 and -0.
                    if number.is_nan() || by_number.len() > 2 * MOST_CLASSES {
                        return Err(Stop::Declined);
                    }
                    let positive = see(plan, seen, &class_name(&number_text(*number)))?;
                    by_number.push((bits, positive));
                    *slot = positive;
                }
                Ok(())
            }
        }
    }
}

fn see(plan: &Plan, seen: &mut Vec<String>, class: &str) -> Result<bool, Stop> {
    if !seen.iter().any(|known| known == class) {
        if seen.len() == MOST_CLASSES {
            return Err(Stop::Declined);
        }
        seen.push(class.to_owned());
    }
    Ok(plan.is_positive(class))
}

/// Reads a column of numbers none of which may be missing.
#[derive(Default)]
pub(super) struct Numbers {
    by_key: ByKey<f64>,
    held: Vec<f64>,
}

impl Numbers {
    /// The numbers. Missing ones, and texts that are none, are declined.
    pub(super) fn read<'a>(&'a mut self, plan: &Plan, cells: &'a Cells) -> Result<&'a [f64], Stop> {
        match cells {
            Cells::Number(numbers) if numbers.null_count() > 0 => Err(Stop::Declined),
            Cells::Number(numbers) => Ok(numbers.values()),
            Cells::Text(text) => {
                let number = |cell: Option<&str>| cell.and_then(parse_number).ok_or(Stop::Declined);
                self.by_key.map(text, &Missing(plan.missing_values), &mut self.held, number)?;
                Ok(&self.held)
            }
        }
    }
}

/// Numbers the levels of an axis in the order in which this thread meets them.
#[derive(Default)]
pub(super) struct AxisLevels {
    /// The levels by code; `None` is missing.
    pub(super) levels: Vec<Option<String>>,
    /// What each level says to the digest of the split.
    pub(super) hashes: Vec<u128>,
    /// The code of each row of the batch.
    pub(super) codes: Vec<u32>,
    /// The numbers behind bins, for the digest of the split.
    pub(super) numbers: Option<Float64Array>,
    by_level: HashMap<Option<String>, u32>,
    by_number: FastMap<u64, u32>,
    by_key: ByKey<u32>,
    /// By bin, and the missing one.
    by_bin: Vec<Option<u32>>,
    parsed: ByKey<Option<f64>>,
}

impl AxisLevels {
    /// Codes a batch. Texts in bins, levels that are too long or too many are declined.
    pub(super) fn read(&mut self, plan: &Plan, axis: &Axis, cells: &Cells) -> Result<(), Stop> {
        let missing = Missing(plan.missing_values);
        if let AxisKind::Binned { edges } = &axis.kind {
            return self.read_bins(axis, edges, &missing, cells);
        }
        let most = plan.settings.max_levels;
        let (mut codes, mut by_key) = (std::mem::take(&mut self.codes), std::mem::take(&mut self.by_key));
        let done = match cells {
            Cells::Text(text) => by_key.map(text, &missing, &mut codes, |level| self.number(level.map(str::to_owned), most)),
            Cells::Number(numbers) => {
                codes.clear();
                numbers.iter().try_for_each(|number| {
                    codes.push(self.of_number(number, most)?);
                    Ok(())
                })
            }
        };
        (self.codes, self.by_key) = (codes, by_key);
        done
    }

    fn of_number(&mut self, number: Option<f64>, most: usize) -> Result<u32, Stop> {
        let number = number.filter(|number| !number.is_nan()).map(|number| number + 0.0);
        let bits = number.map_or(f64::NAN.to_bits(), f64::to_bits);
        if let Some(code) = self.by_number.get(&bits) {
            return Ok(*code);
        }
        let code = self.number(number.map(number_text), most)?;
        self.by_number.insert(bits, code);
        Ok(code)
    }

    /// The code of a level, with a code of its own where it is new.
    fn number(&mut self, level: Option<String>, most: usize) -> Result<u32, Stop> {
        if let Some(code) = self.by_level.get(&level) {
            return Ok(*code);
        }
        let is_too_long = level.as_ref().is_some_and(|level| level.chars().count() > MOST_LEVEL_CHARS);
        let named = self.levels.iter().flatten().count() + usize::from(level.is_some());
        // Codes are kept by row in 16 bits.
        if is_too_long || named > most || self.levels.len() > usize::from(u16::MAX) {
            return Err(Stop::Declined);
        }
        let code = u32::try_from(self.levels.len()).map_err(|_| Stop::Declined)?;
        self.hashes.push(level.as_ref().map_or(crate::split_digest::MISSING, |level| text_hash(level)));
        self.levels.push(level.clone());
        self.by_level.insert(level, code);
        Ok(code)
    }

    fn read_bins(&mut self, axis: &Axis, edges: &[f64], missing: &Missing, cells: &Cells) -> Result<(), Stop> {
        let numbers = match cells {
            Cells::Number(numbers) => numbers.clone(),
            Cells::Text(text) => {
                let mut numbers = Vec::new();
                let number = |cell: Option<&str>| cell.map(|cell| parse_number(cell).ok_or(Stop::Declined)).transpose();
                self.parsed.map(text, missing, &mut numbers, number)?;
                Float64Array::from(numbers)
            }
        };
        self.by_bin.resize(edges.len() + 2, None);
        let mut codes = std::mem::take(&mut self.codes);
        codes.clear();
        for number in &numbers {
            let number = number.filter(|number| !number.is_nan());
            let bin = number.map_or(edges.len() + 1, |number| edges.partition_point(|edge| *edge <= number));
            let code = match self.by_bin[bin] {
                Some(code) => code,
                None => self.number(number.and_then(|number| axis.bin_label(number)), usize::MAX)?,
            };
            self.by_bin[bin] = Some(code);
            codes.push(code);
        }
        self.codes = codes;
        self.numbers = Some(numbers);
        Ok(())
    }
}

/// Numbers the different scores while there are few, else the bins of the fixed grid.
pub(super) struct ScoreCodes {
    /// How codes are to be read.
    pub(super) scale: ScoreScale,
    /// The keys of exact scores, by code.
    pub(super) keys: Vec<u64>,
    by_key: FastMap<u64, u32>,
}

impl Default for ScoreCodes {
    fn default() -> Self {
        Self { scale: ScoreScale::Exact, keys: Vec::new(), by_key: FastMap::default() }
    }
}

impl ScoreCodes {
    /// Codes a batch. `false` where the scores have become too many for it and are on the grid from now on.
    pub(super) fn read(&mut self, scores: &[f64], codes: &mut Vec<u32>) -> bool {
        codes.clear();
        if self.scale == ScoreScale::Logit {
            logit_bins(scores, codes);
            return true;
        }
        for score in scores {
            let key = ScoreTable::key(ScoreScale::Exact, *score);
            let next = self.keys.len();
            let code = *self.by_key.entry(key).or_insert_with(|| u32::try_from(next).unwrap_or(u32::MAX));
            if code as usize == next {
                if next == EXACT_IN_MEMORY {
                    return false;
                }
                self.keys.push(key);
            }
            codes.push(code);
        }
        true
    }

    /// Moves to the grid: the bin of each code so far.
    pub(super) fn move_to_grid(&mut self) -> Vec<u32> {
        let bins = self.keys.iter().map(|key| u32::from(logit_bin(f64::from_bits(*key)))).collect();
        *self = Self { scale: ScoreScale::Logit, ..Self::default() };
        bins
    }
}
