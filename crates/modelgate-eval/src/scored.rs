//! Rows by score: a slice's score table as numbers, and what is found from it.

use modelgate_cube::{Cell, LOGIT_BINS, ScoreScale, Tally, logit_bin_middle};

use crate::{Method, Reason};

/// The rows of one class at one score.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Mass {
    pub(crate) rows: f64,
    pub(crate) weight: f64,
    pub(crate) squared: f64,
}

impl Mass {
    pub(crate) fn of(tally: &Tally) -> Self {
        Self { rows: tally.rows as f64, weight: tally.weight.to_f64(), squared: tally.weight_squared.to_f64() }
    }

    pub(crate) fn plus(&self, other: &Self) -> Self {
        Self { rows: self.rows + other.rows, weight: self.weight + other.weight, squared: self.squared + other.squared }
    }
}

/// The rows of one score, or of one bin of scores.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bin {
    /// The score; the middle of a bin of the grid.
    pub(crate) score: f64,
    /// The most that a row's own score can differ from it; zero for exact scores.
    pub(crate) off: f64,
    pub(crate) negatives: Mass,
    pub(crate) positives: Mass,
}

impl Bin {
    pub(crate) fn all(&self) -> Mass {
        self.negatives.plus(&self.positives)
    }
}

/// A slice's rows in increasing order of the score.
#[derive(Debug, Clone)]
pub(crate) struct Scored {
    pub(crate) bins: Vec<Bin>,
    pub(crate) negatives: Mass,
    pub(crate) positives: Mass,
    /// Whether rows of one bin had different scores.
    pub(crate) binned: bool,
    /// The mean squared error as counted from the rows; resamples have none.
    pub(crate) brier: Option<f64>,
}

/// How sure a number from scores is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Uncertainty {
    /// There is no honest interval.
    Unknown,
    /// A standard error, and how it was made.
    StandardError(f64, Method),
    /// Found by resampling the score table.
    Resample,
}

/// A number found from scores.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found {
    pub(crate) value: f64,
    /// The rows in its denominator.
    pub(crate) n: f64,
    /// The most that binned scores can have moved the value.
    pub(crate) binning_error: f64,
    pub(crate) uncertainty: Uncertainty,
}

impl Scored {
    pub(crate) fn of(cell: &Cell, scale: ScoreScale) -> Self {
        let bins = cell.scores.iter().map(|(key, bin)| {
            let (score, off) = place(key, scale);
            Bin { score, off, negatives: Mass::of(&bin.negatives), positives: Mass::of(&bin.positives) }
        });
        let weight = cell.total().weight.to_f64();
        let brier = (weight > 0.0).then(|| cell.brier.weighted.to_f64() / weight);
        Self { brier, ..Self::from_bins(bins.collect(), scale == ScoreScale::Logit) }
    }

    pub(crate) fn from_bins(bins: Vec<Bin>, binned: bool) -> Self {
        let sum = |of: fn(&Bin) -> Mass| bins.iter().fold(Mass::default(), |sum, bin| sum.plus(&of(bin)));
        let (negatives, positives) = (sum(|bin| bin.negatives), sum(|bin| bin.positives));
        Self { bins, negatives, positives, binned, brier: None }
    }

    /// All rows; an error where there are none.
    pub(crate) fn all(&self) -> Result<Mass, Reason> {
        let all = self.negatives.plus(&self.positives);
        if all.weight > 0.0 { Ok(all) } else { Err(Reason::NoRows) }
    }

    /// An error unless both classes have rows.
    pub(crate) fn both_classes(&self) -> Result<(), Reason> {
        if self.negatives.weight > 0.0 && self.positives.weight > 0.0 { Ok(()) } else { Err(Reason::SingleClass) }
    }

    /// The rows of the smaller class.
    pub(crate) fn smaller_class(&self) -> f64 {
        self.negatives.rows.min(self.positives.rows)
    }

    /// The share of positive labels.
    pub(crate) fn prevalence(&self) -> Result<f64, Reason> {
        Ok(self.positives.weight / self.all()?.weight)
    }

    /// The weighted median: half of the weight lies on either side; between two scores it is the middle of them.
    pub(crate) fn median(&self) -> Result<f64, Reason> {
        let half = self.all()?.weight / 2.0;
        let mut below = 0.0;
        let mut bins = self.bins.iter().peekable();
        while let Some(bin) = bins.next() {
            below += bin.all().weight;
            if below > half {
                return Ok(bin.score);
            }
            if below >= half {
                return Ok(bins.peek().map_or(bin.score, |next| f64::midpoint(bin.score, next.score)));
            }
        }
        Err(Reason::NoRows)
    }

    /// The weight of the rows whose score is chosen.
    pub(crate) fn weight_where(&self, chosen: impl Fn(f64) -> bool) -> f64 {
        self.bins.iter().filter(|bin| chosen(bin.score)).map(|bin| bin.all().weight).sum()
    }

    /// The same rows in at most a hundred or so bins of the logit scale: coarse enough to be resampled many times, fine
    /// enough for a standard error. Each has the mean score of its rows.
    pub(crate) fn coarse(&self) -> Self {
        let mut bins: Vec<(i64, Bin, f64)> = Vec::new();
        for bin in &self.bins {
            #[expect(clippy::cast_possible_truncation, reason = "a logit of a clipped score lies within 37")]
            let place = (logit(bin.score) * 4.0).floor() as i64;
            let sum = bin.score * bin.all().weight;
            match bins.last_mut() {
                Some((last, merged, sums)) if *last == place => {
                    merged.negatives = merged.negatives.plus(&bin.negatives);
                    merged.positives = merged.positives.plus(&bin.positives);
                    *sums += sum;
                }
                _ => bins.push((place, *bin, sum)),
            }
        }
        let mean = |(_, bin, sum): (i64, Bin, f64)| Bin { score: sum / bin.all().weight.max(f64::MIN_POSITIVE), off: 0.0, ..bin };
        Self::from_bins(bins.into_iter().map(mean).collect(), true)
    }
}

/// The score that a key stands for, and how far a row's own score can be from it.
fn place(key: u64, scale: ScoreScale) -> (f64, f64) {
    match scale {
        ScoreScale::Exact => (f64::from_bits(key), 0.0),
        ScoreScale::Logit => {
            let bin = u16::try_from(key).unwrap_or(LOGIT_BINS - 1);
            let edge = |bin: u16| 1.0 / (1.0 + libm::exp(16.0 - f64::from(bin) / 32.0));
            let low = if bin == 0 { 0.0 } else { edge(bin) };
            let high = if bin + 1 >= LOGIT_BINS { 1.0 } else { edge(bin + 1) };
            let middle = logit_bin_middle(bin);
            (middle, (middle - low).max(high - middle))
        }
    }
}

/// The logarithm of the odds of a score, clipped as for log loss.
pub(crate) fn logit(score: f64) -> f64 {
    let clipped = score.clamp(f64::EPSILON, 1.0 - f64::EPSILON);
    libm::log(clipped) - libm::log1p(-clipped)
}
