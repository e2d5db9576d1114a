//! How feature tables are written in a bundle: plain lists of rows, and weights beside them only where there are any.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{
    BinErrors, FeatureColumn, FeatureHistogram, FeatureId, FeatureKind, FeatureMoments, FeatureTable, LeftOut, NumberBins, Part,
};
use crate::{Fixed, LossMoments, Slice, Tally, Term};

/// A feature table; absent from bundles of programs that did not count features.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredFeatures {
    columns: Vec<StoredColumn>,
    /// Columns without a histogram, and why.
    left_out: Vec<(String, StoredLeftOut)>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredColumn {
    id: StoredId,
    kind: StoredKind,
    counts: Vec<StoredHistogram>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredId {
    Label,
    Prediction,
    Score,
    Column(String),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum StoredKind {
    Number { edges: Vec<f64>, centers: Vec<f64>, coarse: Vec<usize> },
    Category { levels: Vec<String> },
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredPart {
    Train,
    Test,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredLeftOut {
    NamesRows,
    ManyTexts,
    Personal,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredHistogram {
    part: StoredPart,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    slice: Vec<(String, Option<String>)>,
    /// Rows by bin, then the rest, then the missing ones.
    rows: Vec<u64>,
    /// Sums of weights and of squared weights in the same order, as whole numbers of 2^-64; absent where all are one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    weights: Option<Vec<(String, String)>>,
    /// Weight, sum and sum of squares of the numbers, likewise; absent where they were not summed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    moments: Option<[String; 3]>,
    /// The errors of a regression by bin of its predictions; absent where they were not counted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    errors: Vec<StoredErrors>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredErrors {
    rows: u64,
    /// As those of a histogram; absent where all are one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    weights: Option<(String, String)>,
    /// Sums of weight times size, of squared weight times size, and of squared weight times squared size, in hexadecimal digits.
    absolute: [String; 3],
    /// Likewise of squares.
    squared: [String; 3],
}

/// Why a stored table cannot be used.
pub(crate) enum Unusable {
    /// A part is not what it must be.
    Malformed(&'static str),
    /// Parts contradict each other.
    Inconsistent(&'static str),
}

/// More rows than any table holds, and few enough that sums of them cannot overflow.
const MOST_ROWS: u64 = 1 << 40;

impl StoredFeatures {
    /// What to store; nothing where nothing was counted.
    pub(crate) fn from_table(table: &FeatureTable) -> Option<Self> {
        let nothing = table.columns.is_empty() && table.left_out.is_empty();
        let store = || Self {
            columns: table.columns.iter().map(|(id, column)| store_column(id, column)).collect(),
            left_out: table.left_out.iter().map(|(name, why)| (name.clone(), store_left_out(*why))).collect(),
        };
        (!nothing).then(store)
    }

    /// Reads and checks a stored table.
    pub(crate) fn into_table(self) -> Result<FeatureTable, Unusable> {
        let mut table = FeatureTable::default();
        for column in self.columns {
            let (id, column) = read_column(column)?;
            if table.columns.insert(id, column).is_some() {
                return Err(Unusable::Inconsistent("the histograms of a column stand twice"));
            }
        }
        table.left_out = self.left_out.into_iter().map(|(name, why)| (name, read_left_out(why))).collect();
        Ok(table)
    }
}

impl FeatureTable {
    /// The table as a bundle stores it, as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Lists, numbers and text always have a JSON text; an empty one would not be read again.
        serde_json::to_string(&StoredFeatures::from_table(self)).unwrap_or_default()
    }

    /// Reads what [`to_json`](Self::to_json) wrote, and checks it.
    pub fn from_json(text: &str) -> Result<Self, String> {
        let stored: Option<StoredFeatures> = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let read = stored.map(StoredFeatures::into_table).transpose();
        let read = read.map_err(|error| match error {
            Unusable::Malformed(what) | Unusable::Inconsistent(what) => what.to_owned(),
        })?;
        Ok(read.unwrap_or_default())
    }
}

fn store_left_out(why: LeftOut) -> StoredLeftOut {
    match why {
        LeftOut::NamesRows => StoredLeftOut::NamesRows,
        LeftOut::ManyTexts => StoredLeftOut::ManyTexts,
        LeftOut::Personal => StoredLeftOut::Personal,
    }
}

fn read_left_out(why: StoredLeftOut) -> LeftOut {
    match why {
        StoredLeftOut::NamesRows => LeftOut::NamesRows,
        StoredLeftOut::ManyTexts => LeftOut::ManyTexts,
        StoredLeftOut::Personal => LeftOut::Personal,
    }
}

fn store_column(id: &FeatureId, column: &FeatureColumn) -> StoredColumn {
    StoredColumn {
        id: match id {
            FeatureId::Label => StoredId::Label,
            FeatureId::Prediction => StoredId::Prediction,
            FeatureId::Score => StoredId::Score,
            FeatureId::Column(name) => StoredId::Column(name.clone()),
        },
        kind: match &column.kind {
            FeatureKind::Number(bins) => {
                StoredKind::Number { edges: bins.edges.clone(), centers: bins.centers.clone(), coarse: bins.coarse.clone() }
            }
            FeatureKind::Category { levels } => StoredKind::Category { levels: levels.clone() },
        },
        counts: column.histograms.iter().map(|((part, slice), histogram)| store_histogram(*part, slice, histogram)).collect(),
    }
}

fn store_histogram(part: Part, slice: &Slice, histogram: &FeatureHistogram) -> StoredHistogram {
    let tallies = || histogram.bins.iter().chain([&histogram.rest, &histogram.missing]);
    let text = |sum: Fixed| sum.to_bits().to_string();
    let FeatureMoments { weight, sum, squares } = histogram.moments;
    StoredHistogram {
        part: match part {
            Part::Train => StoredPart::Train,
            Part::Test => StoredPart::Test,
        },
        slice: slice.terms().iter().map(|term| (term.axis.clone(), term.level.clone())).collect(),
        rows: tallies().map(|tally| tally.rows).collect(),
        weights: tallies()
            .any(|tally| *tally != Tally::unweighted(tally.rows))
            .then(|| tallies().map(|tally| (text(tally.weight), text(tally.weight_squared))).collect()),
        moments: (weight != Fixed::ZERO).then(|| [weight, sum, squares].map(text)),
        errors: histogram.errors.iter().map(store_errors).collect(),
    }
}

fn store_errors(errors: &BinErrors) -> StoredErrors {
    let BinErrors { rows, absolute, squared } = errors;
    let text = |sum: Fixed| sum.to_bits().to_string();
    StoredErrors {
        rows: rows.rows,
        weights: (*rows != Tally::unweighted(rows.rows)).then(|| (text(rows.weight), text(rows.weight_squared))),
        absolute: absolute.to_hex(),
        squared: squared.to_hex(),
    }
}

fn read_column(stored: StoredColumn) -> Result<(FeatureId, FeatureColumn), Unusable> {
    let id = match stored.id {
        StoredId::Label => FeatureId::Label,
        StoredId::Prediction => FeatureId::Prediction,
        StoredId::Score => FeatureId::Score,
        StoredId::Column(name) => FeatureId::Column(name),
    };
    let kind = match stored.kind {
        StoredKind::Number { edges, centers, coarse } => FeatureKind::Number(
            NumberBins::new(edges, centers, coarse).ok_or(Unusable::Malformed("the edges of a column are not increasing"))?,
        ),
        StoredKind::Category { levels } => {
            if !levels.windows(2).all(|pair| pair[0] < pair[1]) {
                return Err(Unusable::Malformed("the levels of a column are not sorted"));
            }
            FeatureKind::Category { levels }
        }
    };
    let mut histograms = BTreeMap::new();
    for counts in stored.counts {
        let (key, histogram) = read_histogram(&kind, counts)?;
        if histograms.insert(key, histogram).is_some() {
            return Err(Unusable::Inconsistent("a histogram stands twice"));
        }
    }
    check_slices(&histograms)?;
    Ok((id, FeatureColumn { kind, histograms }))
}

fn read_histogram(kind: &FeatureKind, stored: StoredHistogram) -> Result<((Part, Slice), FeatureHistogram), Unusable> {
    let part = match stored.part {
        StoredPart::Train => Part::Train,
        StoredPart::Test => Part::Test,
    };
    let wrong = Unusable::Malformed("a histogram does not fit its column");
    if stored.rows.len() != kind.bins() + 2 || stored.rows.iter().any(|rows| *rows > MOST_ROWS) {
        return Err(wrong);
    }
    let mut tallies: Vec<Tally> = stored.rows.iter().map(|rows| Tally::unweighted(*rows)).collect();
    if let Some(weights) = stored.weights {
        if weights.len() != tallies.len() {
            return Err(wrong);
        }
        for (tally, (weight, squared)) in tallies.iter_mut().zip(weights) {
            *tally = Tally { rows: tally.rows, weight: positive(&weight)?, weight_squared: positive(&squared)? };
        }
    }
    let missing = tallies.pop().unwrap_or_default();
    let rest = tallies.pop().unwrap_or_default();
    let moments = match stored.moments {
        None => FeatureMoments::default(),
        Some([weight, sum, squares]) => {
            FeatureMoments { weight: positive(&weight)?, sum: fixed(&sum)?, squares: positive(&squares)? }
        }
    };
    let slice = Slice::new(stored.slice.into_iter().map(|(axis, level)| Term { axis, level }));
    let errors: Vec<BinErrors> = stored.errors.into_iter().map(read_errors).collect::<Result<_, _>>()?;
    let fits = |errors: &BinErrors, tally: &Tally| errors.rows.rows <= tally.rows;
    if !errors.is_empty() && (errors.len() != tallies.len() || !errors.iter().zip(&tallies).all(|(one, all)| fits(one, all))) {
        return Err(Unusable::Inconsistent("errors are of other rows than the predictions"));
    }
    Ok(((part, slice), FeatureHistogram { bins: tallies, rest, missing, moments, errors }))
}

fn read_errors(stored: StoredErrors) -> Result<BinErrors, Unusable> {
    let StoredErrors { rows, weights, absolute, squared } = stored;
    if rows > MOST_ROWS {
        return Err(Unusable::Malformed("a bin has errors of more rows than there are"));
    }
    let loss = |stored: &[String; 3]| {
        let loss = LossMoments::from_hex(stored).ok_or(Unusable::Malformed("a sum of errors is not a hexadecimal number"))?;
        let is_size = [loss.weighted, loss.weight_squared, loss.both_squared].iter().all(|sum| sum.to_f64() >= 0.0);
        if is_size { Ok(loss) } else { Err(Unusable::Malformed("a sum of sizes of errors is negative")) }
    };
    let rows = match weights {
        None => Tally::unweighted(rows),
        Some((weight, squared)) => Tally { rows, weight: positive(&weight)?, weight_squared: positive(&squared)? },
    };
    Ok(BinErrors { rows, absolute: loss(&absolute)?, squared: loss(&squared)? })
}

fn fixed(text: &str) -> Result<Fixed, Unusable> {
    text.parse().map(Fixed::from_bits).map_err(|_| Unusable::Malformed("a sum is not a whole number"))
}

fn positive(text: &str) -> Result<Fixed, Unusable> {
    let sum = fixed(text)?;
    if sum < Fixed::ZERO { Err(Unusable::Malformed("a sum of weights or squares is negative")) } else { Ok(sum) }
}

/// Counts that were edited by hand seldom still fit: a slice has no more rows than all of them, in each bin.
fn check_slices(histograms: &BTreeMap<(Part, Slice), FeatureHistogram>) -> Result<(), Unusable> {
    let parts: BTreeSet<Part> = histograms.keys().map(|(part, _)| *part).collect();
    for part in parts {
        let Some(whole) = histograms.get(&(part, Slice::overall())) else {
            return Err(Unusable::Inconsistent("a column has histograms of slices and none of all rows"));
        };
        let within = |one: &Tally, all: &Tally| one.rows <= all.rows;
        let fits = |histogram: &FeatureHistogram| {
            histogram.bins.iter().zip(&whole.bins).all(|(one, all)| within(one, all))
                && within(&histogram.rest, &whole.rest)
                && within(&histogram.missing, &whole.missing)
        };
        if !histograms.iter().filter(|((counted, _), _)| *counted == part).all(|(_, histogram)| fits(histogram)) {
            return Err(Unusable::Inconsistent("a slice has more rows in a bin than all rows have"));
        }
    }
    Ok(())
}
