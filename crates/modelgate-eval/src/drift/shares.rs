//! Two histograms side by side: the shares of their cells, and the distributions of their numbers.

use modelgate_cube::{FeatureHistogram, FeatureKind, MISSING, NumberBins, Tally};

use super::DriftCell;

/// The cells of both sides that any row is in, and how many rows each side is worth.
pub(crate) struct Cells {
    pub(crate) cells: Vec<DriftCell>,
    /// The effective number of rows of each side, (sum w)^2 / sum w^2; the number of rows where none has a weight.
    pub(crate) n: (f64, f64),
}

/// The numbers of both sides by bin, without missing values and texts.
pub(crate) struct Numbers {
    /// Shares of each bin on both sides.
    pub(crate) shares: Vec<(f64, f64)>,
    /// What stands for the values of each bin.
    pub(crate) centers: Vec<f64>,
    /// The effective number of rows of each side.
    pub(crate) n: (f64, f64),
    /// The means of both sides, where they were summed.
    pub(crate) means: Option<(f64, f64)>,
    /// The standard deviation of all earlier rows.
    pub(crate) deviation: Option<f64>,
    /// The standard deviations of both sides, where they were summed.
    pub(crate) deviations: Option<(f64, f64)>,
}

fn effective(total: &Tally) -> f64 {
    let (weight, squared) = (total.weight.to_f64(), total.weight_squared.to_f64());
    if squared > 0.0 { weight * weight / squared } else { 0.0 }
}

fn share(part: &Tally, whole: &Tally) -> f64 {
    let whole = whole.weight.to_f64();
    if whole > 0.0 { part.weight.to_f64() / whole } else { 0.0 }
}

fn sum<'a>(tallies: impl IntoIterator<Item = &'a Tally>) -> Tally {
    let mut sum = Tally::default();
    for tally in tallies {
        sum.merge(tally);
    }
    sum
}

/// The cells in which shares are compared: levels, or coarse bins; then the rest, then missing values.
pub(crate) fn cells(kind: &FeatureKind, before: &FeatureHistogram, now: &FeatureHistogram) -> Cells {
    let (total_before, total_now) = (before.total(), now.total());
    let mut cells = Vec::new();
    let mut add = |label: String, before: Tally, now: Tally| {
        if before.rows + now.rows > 0 {
            let shares = (share(&before, &total_before), share(&now, &total_now));
            cells.push(DriftCell { label, rows: (before.rows, now.rows), shares });
        }
    };
    let rest = match kind {
        FeatureKind::Category { levels } => {
            for (level, (before, now)) in levels.iter().zip(before.bins.iter().zip(&now.bins)) {
                add(level.clone(), *before, *now);
            }
            "(other)"
        }
        FeatureKind::Number(bins) => {
            let mut start = 0;
            for (place, end) in bins.coarse().iter().map(|edge| edge + 1).chain([bins.centers().len()]).enumerate() {
                let of = |histogram: &FeatureHistogram| sum(histogram.bins.get(start..end).unwrap_or_default());
                add(range(bins, place), of(before), of(now));
                start = end;
            }
            "(not a number)"
        }
    };
    add(rest.to_owned(), before.rest, now.rest);
    add(MISSING.to_owned(), before.missing, now.missing);
    Cells { cells, n: (effective(&total_before), effective(&total_now)) }
}

/// What a coarse bin is called.
fn range(bins: &NumberBins, place: usize) -> String {
    let edge = |place: usize| bins.coarse().get(place).and_then(|edge| bins.edges().get(*edge)).map(|edge| short(*edge));
    match (place.checked_sub(1).and_then(edge), edge(place)) {
        (None, None) => "all".to_owned(),
        (None, Some(upper)) => format!("<{upper}"),
        // One value alone, and what lies above it.
        (Some(lower), Some(upper)) if lower == upper => lower,
        (Some(lower), Some(upper)) => format!("{lower}-{upper}"),
        (Some(lower), None) if place > 1 && edge(place - 2).as_ref() == Some(&lower) => format!(">{lower}"),
        (Some(lower), None) => format!("{lower}+"),
    }
}

/// A number with at most six digits that matter.
fn short(number: f64) -> String {
    let rounded: f64 = format!("{number:.5e}").parse().unwrap_or(number);
    let size = rounded.abs();
    if size > 0.0 && !(1e-4..1e9).contains(&size) { format!("{rounded:e}") } else { format!("{rounded}") }
}

impl Numbers {
    pub(crate) fn new(bins: &NumberBins, before: &FeatureHistogram, now: &FeatureHistogram, deviation: Option<f64>) -> Self {
        let (all_before, all_now) = (sum(&before.bins), sum(&now.bins));
        let pairs = before.bins.iter().zip(&now.bins);
        let moments = before.mean_and_deviation(bins).zip(now.mean_and_deviation(bins));
        Self {
            shares: pairs.map(|(before, now)| (share(before, &all_before), share(now, &all_now))).collect(),
            centers: bins.centers().to_vec(),
            n: (effective(&all_before), effective(&all_now)),
            means: moments.map(|(before, now)| (before.0, now.0)),
            deviation,
            deviations: moments.map(|(before, now)| (before.1, now.1)),
        }
    }

    /// Whether one of the sides has no number.
    pub(crate) fn is_one_sided(&self) -> bool {
        self.n.0 <= 0.0 || self.n.1 <= 0.0
    }

    /// The cumulative shares after each bin, with those before it.
    pub(crate) fn cumulative(&self) -> impl Iterator<Item = ((f64, f64), (f64, f64))> {
        let mut so_far = (0.0, 0.0);
        self.shares.iter().map(move |(before, now)| {
            let start = so_far;
            so_far = (so_far.0 + before, so_far.1 + now);
            (start, so_far)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_short() {
        assert_eq!([0.1 + 0.2, 1_234_567.0, 25.0, 1e-7, 3e12].map(short), ["0.3", "1234570", "25", "1e-7", "3e12"]);
    }
}
