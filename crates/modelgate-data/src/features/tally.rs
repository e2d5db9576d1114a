//! Adds rows up by bin, in all rows and in each slice by one axis.

use std::collections::{BTreeMap, HashMap};

use modelgate_cube::{
    Axis, AxisKind, BinErrors, FeatureColumn, FeatureHistogram, FeatureId, FeatureKind, LARGEST_NUMBER, Part, Slice, Tally, Term,
};

use super::layout::{Layout, Of};
use super::values::{Reader, Value, numbers};
use crate::column::{Missing, number_text};
use crate::error::MOST_LEVEL_CHARS;
use crate::pass::{Cells, Stop};

/// What one thread has counted.
pub(super) struct Tallies<'a> {
    layout: &'a Layout<'a>,
    max_levels: usize,
    axes: Vec<Coded<'a>>,
    counted: Vec<Counted<'a>>,
}

/// A column while it is counted.
struct Counted<'a> {
    id: &'a FeatureId,
    of: &'a Of,
    kind: &'a FeatureKind,
    reader: Reader<(usize, f64)>,
    all: FeatureHistogram,
    /// By axis, level by level.
    by_level: Vec<Vec<FeatureHistogram>>,
}

/// An axis while its levels are met.
struct Coded<'a> {
    axis: &'a Axis,
    column: usize,
    reader: Reader<usize>,
    levels: Levels,
}

#[derive(Default)]
struct Levels {
    /// By code; `None` is missing.
    names: Vec<Option<String>>,
    codes: HashMap<Option<String>, usize>,
}

impl Levels {
    fn code(&mut self, level: Option<String>, most: usize) -> Result<usize, Stop> {
        if let Some(code) = self.codes.get(&level) {
            return Ok(*code);
        }
        let is_too_long = level.as_ref().is_some_and(|level| level.chars().count() > MOST_LEVEL_CHARS);
        // Missing is one level more.
        if is_too_long || self.names.len() > most {
            return Err(Stop::Declined);
        }
        self.names.push(level.clone());
        self.codes.insert(level, self.names.len() - 1);
        Ok(self.names.len() - 1)
    }
}

impl<'a> Tallies<'a> {
    /// Nothing counted yet. `kinds` are by place among the layout's features; those without a kind are not counted.
    pub(super) fn new(layout: &'a Layout<'a>, kinds: &'a [Option<FeatureKind>], max_levels: usize) -> Self {
        let coded = |(axis, column): &(&'a Axis, usize)| Coded {
            axis,
            column: *column,
            reader: Reader::default(),
            levels: Levels::default(),
        };
        let axes: Vec<Coded<'_>> = layout.axes.iter().map(coded).collect();
        let counted = layout.features.iter().zip(kinds).filter_map(|((id, of), kind)| {
            let (kind, by_level) = (kind.as_ref()?, vec![Vec::new(); axes.len()]);
            Some(Counted { id, of, kind, reader: Reader::default(), all: FeatureHistogram::new(kind), by_level })
        });
        Self { layout, max_levels, counted: counted.collect(), axes }
    }

    /// Counts a batch.
    pub(super) fn add(&mut self, batch: &[Cells], missing: &Missing) -> Result<(), Stop> {
        let cells = |place: usize| batch.get(place).ok_or(Stop::Declined);
        let weights = self.layout.weight.map(|place| numbers(cells(place)?, missing)).transpose()?;
        let weights = weights.as_deref();
        for axis in &mut self.axes {
            axis.read(cells(axis.column)?, missing, self.max_levels)?;
        }
        for counted in &mut self.counted {
            counted.read(batch, missing)?;
            counted.add(&self.axes, weights)?;
        }
        if self.layout.has_errors {
            self.add_errors(weights);
        }
        Ok(())
    }

    /// Adds the errors of the rows of the batch, by bin of the prediction.
    fn add_errors(&mut self, weights: Option<&[f64]>) {
        let place = |id| self.counted.iter().position(|counted| *counted.id == id);
        let (Some(label), Some(prediction)) = (place(FeatureId::Label), place(FeatureId::Prediction)) else { return };
        let Ok([label, prediction]) = self.counted.get_disjoint_mut([label, prediction]) else { return };
        let FeatureKind::Number(bins) = prediction.kind else { return };
        let errors = &mut prediction.all.errors;
        errors.resize_with(bins.centers().len(), BinErrors::default);
        let pairs = label.reader.rows.iter().zip(&prediction.reader.rows);
        for (row, ((_, label), (bin, prediction))) in pairs.enumerate() {
            let is_counted = [label, prediction].iter().all(|number| number.abs() <= LARGEST_NUMBER);
            let weight = weights.map_or(Some(1.0), |weights| weights.get(row).copied());
            if let (Some(errors), Some(weight)) = (errors.get_mut(*bin).filter(|_| is_counted), weight) {
                errors.add_row(label - prediction, weight);
            }
        }
    }

    /// What threads have counted, by column.
    pub(super) fn columns(parts: Vec<Self>, part: Part) -> BTreeMap<FeatureId, FeatureColumn> {
        let mut columns: BTreeMap<FeatureId, FeatureColumn> = BTreeMap::new();
        for tallies in parts {
            for counted in tallies.counted {
                let new = || FeatureColumn { kind: counted.kind.clone(), histograms: BTreeMap::new() };
                let histograms = &mut columns.entry(counted.id.clone()).or_insert_with(new).histograms;
                let mut add = |slice: Slice, histogram: &FeatureHistogram| {
                    histograms.entry((part, slice)).or_insert_with(|| FeatureHistogram::new(counted.kind)).merge(histogram);
                };
                add(Slice::overall(), &counted.all);
                for (axis, by_level) in tallies.axes.iter().zip(&counted.by_level) {
                    for (level, histogram) in axis.levels.names.iter().zip(by_level) {
                        add(Slice::new([Term { axis: axis.axis.name.clone(), level: level.clone() }]), histogram);
                    }
                }
            }
        }
        columns
    }
}

impl Coded<'_> {
    /// The level of every row of a batch.
    fn read(&mut self, cells: &Cells, missing: &Missing, most: usize) -> Result<(), Stop> {
        let Self { axis, reader, levels, .. } = self;
        let most = if axis.kind == AxisKind::Categorical { most } else { usize::MAX };
        reader.each(cells, missing, |value| {
            let level = match (&axis.kind, value) {
                (_, Value::Missing) => None,
                (AxisKind::Binned { .. }, _) => axis.bin_label(value.number().ok_or(Stop::Declined)?),
                (AxisKind::Categorical, Value::Number(number)) => Some(number_text(number)),
                (AxisKind::Categorical, Value::Text(text)) => Some(text.to_owned()),
            };
            levels.code(level, most)
        })
    }
}

impl Counted<'_> {
    /// The bin of every row of a batch, and its number.
    fn read(&mut self, batch: &[Cells], missing: &Missing) -> Result<(), Stop> {
        let kind = self.kind;
        let (rest, absent) = (kind.bins(), kind.bins() + 1);
        self.reader.read(self.of, batch, missing, |value| {
            Ok(match (kind, value) {
                (_, Value::Missing) => (absent, f64::NAN),
                (FeatureKind::Number(bins), _) => value.number().map_or((rest, f64::NAN), |number| (bins.bin(number), number)),
                (FeatureKind::Category { levels }, Value::Text(text)) => (place(levels, text).unwrap_or(rest), f64::NAN),
                (FeatureKind::Category { levels }, Value::Number(number)) => {
                    (place(levels, &number_text(number)).unwrap_or(rest), f64::NAN)
                }
            })
        })
    }

    /// Adds the rows of the batch.
    fn add(&mut self, axes: &[Coded<'_>], weights: Option<&[f64]>) -> Result<(), Stop> {
        let rows = &self.reader.rows;
        let weight = |row: usize| weights.map_or(Some(1.0), |weights| weights.get(row).copied());
        if weights.is_some_and(|weights| weights.len() != rows.len()) {
            return Err(Stop::Declined);
        }
        let bins = self.kind.bins();
        tally(std::slice::from_mut(&mut self.all), bins, rows.iter().map(|(bin, _)| (0, *bin)), weights);
        if let FeatureKind::Number(bins) = self.kind {
            let finite = rows.iter().enumerate().filter(|(_, (_, number))| number.is_finite());
            self.all.add_moments(bins, finite.filter_map(|(row, (_, number))| Some((*number, weight(row)?))));
        }
        for (axis, by_level) in axes.iter().zip(&mut self.by_level) {
            by_level.resize_with(axis.levels.names.len(), || FeatureHistogram::new(self.kind));
            let placed = axis.reader.rows.iter().zip(rows).map(|(level, (bin, _))| (*level, *bin));
            tally(by_level, bins, placed, weights);
        }
        Ok(())
    }
}

/// The place of a level among sorted ones.
fn place(levels: &[String], level: &str) -> Option<usize> {
    levels.binary_search_by(|known| known.as_str().cmp(level)).ok()
}

/// Adds rows to histograms: for each row its histogram, and its bin, with the rest and the missing ones behind the bins.
fn tally(histograms: &mut [FeatureHistogram], bins: usize, rows: impl Iterator<Item = (usize, usize)>, weights: Option<&[f64]>) {
    let mut add = |histogram: usize, bin: usize, tally: &Tally| {
        let Some(histogram) = histograms.get_mut(histogram) else { return };
        match histogram.bins.get_mut(bin) {
            Some(mine) => mine.merge(tally),
            None if bin == bins => histogram.rest.merge(tally),
            None => histogram.missing.merge(tally),
        }
    };
    if let Some(weights) = weights {
        for ((histogram, bin), weight) in rows.zip(weights) {
            let mut one = Tally::default();
            one.add_row(*weight);
            add(histogram, bin, &one);
        }
        return;
    }
    let width = bins + 2;
    let mut counts: Vec<u64> = Vec::new();
    for (histogram, bin) in rows {
        let place = histogram * width + bin;
        if place >= counts.len() {
            counts.resize((histogram + 1) * width, 0);
        }
        counts[place] += 1;
    }
    for (place, rows) in counts.into_iter().enumerate().filter(|(_, rows)| *rows > 0) {
        add(place / width, place % width, &Tally::unweighted(rows));
    }
}
