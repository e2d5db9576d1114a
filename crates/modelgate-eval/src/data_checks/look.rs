//! What a look at single rows says: labels that a model of all other rows contradicts, neighbors that disagree or are nearly the
//! same, rows that stand in an order, and numbers that name rows and know the label.

use std::collections::BTreeMap;

use modelgate_cube::{Part, SAME_SCORE};
use statrs::function::erf::erf;

use super::clusters::{self, LABELS, RowPoints};
use super::{DataMeasurement, DataMetricId};
use crate::interval::{Successes, difference, proportion, z_of};
use crate::tango::Flips;
use crate::{Estimate, Interval, Measured, Method, Reason};

/// What the place of a row in its file is called, beside the columns that name or order rows.
const PLACE: &str = "(place in the file)";

/// This share of the neighbors of a row must have the other label for them to disagree with it.
const MOST_NEIGHBORS: f64 = 0.8;

/// Rows nearer than this, in medians of the distance of the nearest row, are nearly the same (cleanlab's default).
const NEAR: f64 = 0.13;

/// As many random orders of the rows are compared with the one that they stand in.
const ORDERS: u32 = 99;

/// The nearest rows of each row by their numbers, and their distances.
pub type NearRows<'a> = (&'a [Vec<u32>], &'a [Vec<f64>]);

/// Some rows, one entry for each in every list.
#[derive(Debug, Clone)]
pub struct RowsLook<'a> {
    /// Which rows.
    pub part: Part,
    /// How many rows there are in all.
    pub of: usize,
    /// The number of the label.
    pub labels: &'a [u32],
    /// What rows with each label are called, in the order of their numbers: see [`label_kinds`].
    pub kinds: &'a [String],
    /// The number of the row in its file.
    pub places: &'a [u32],
    /// The probability of each label by a model of other rows, in [0, 1], one entry for each label; none of a label whose rows were too
    /// few to learn from, and none at all where no model could be trained.
    pub scores: Option<&'a [Option<Vec<f64>>]>,
    /// Each axis with the group of each row.
    pub groups: Vec<(&'a str, Vec<Option<String>>)>,
    /// The nearest other rows of the first rows, the nearest first, and their distances; none where there are none.
    pub neighbors: Option<NearRows<'a>>,
    /// The same rows as points; none where there are no neighbors.
    pub points: Option<RowPoints<'a>>,
    /// Whether the row is newer than all rows of the baseline; none where that is not known, or no row is.
    pub is_new: Option<&'a [bool]>,
    /// Each column that names or orders rows, with its numbers.
    pub orders: Vec<(&'a str, Vec<Option<f64>>)>,
}

/// What rows with each label are called: of two classes, the negative one first.
#[must_use]
pub fn label_kinds(classes: Option<&[String]>) -> Vec<String> {
    match classes {
        Some(classes) => classes.iter().map(|class| format!("(rows with the label {class})")).collect(),
        None => LABELS.iter().rev().map(|(name, _)| (*name).to_owned()).collect(),
    }
}

/// Measures the rows. Groups of fewer than `min_support` rows have no differences.
#[must_use]
pub fn evaluate_look(look: &RowsLook<'_>, min_support: u64, confidence_level: f64) -> Vec<DataMeasurement> {
    let z = z_of(confidence_level);
    let is_sample = look.labels.len() < look.of;
    let about =
        |metric, estimate| DataMeasurement { part: look.part, sampled: is_sample, ..DataMeasurement::new(metric, estimate) };
    let mut found = Vec::new();
    let noise = look.scores.map(|scores| contradicted(look.labels, scores));
    let rate = match look.scores.zip(noise.as_deref()) {
        Some((scores, noise)) => noise_rate(noise, look.labels, scores, is_sample.then_some(z)),
        None => undefined(Reason::NotTrained, look.labels.len()),
    };
    found.push(about(DataMetricId::LABEL_NOISE_RATE, rate));
    let is_known = |label: u32| look.scores.is_some_and(|scores| of_label(scores, label).is_some());
    let contradicts = |(label, guess): (&u32, &Option<u32>)| is_known(*label) && guess.is_some_and(|guess| guess != *label);
    let contradicted: Vec<bool> = look.labels.iter().zip(noise.iter().flatten()).map(contradicts).collect();
    for (axis, groups) in look.groups.iter().filter(|_| noise.is_some()) {
        found.extend(by_group(groups, &contradicted, min_support, z).into_iter().map(|(group, estimate)| DataMeasurement {
            by: Some((*axis).to_owned()),
            group: Some(group),
            ..about(DataMetricId::LABEL_NOISE_DIFFERENCE, estimate)
        }));
    }
    if let Some(is_new) = look.is_new.filter(|_| noise.is_some()) {
        let against = against_others(is_new, &contradicted, min_support, z);
        found.push(about(DataMetricId::NEW_ROW_NOISE_DIFFERENCE, against));
    }
    if let Some(points) = look.points {
        let rows = points.values.len() / points.width.max(1);
        found.extend(clusters::evaluate(points, (look.labels, look.kinds), (look.part, rows < look.of)));
    }
    if let Some((neighbors, distances)) = look.neighbors {
        let is_part = neighbors.len() < look.of;
        let about = |metric, estimate| DataMeasurement { sampled: is_part, ..about(metric, estimate) };
        let rate = |hits: usize| share(hits, neighbors.len(), is_part.then_some(z));
        found.push(about(DataMetricId::NEIGHBOR_DISAGREEMENT_RATE, rate(disagreeing(neighbors, look.labels))));
        let alike = nearly_the_same(distances).map_or(undefined(Reason::Constant, distances.len()), rate);
        found.push(about(DataMetricId::NEAR_DUPLICATE_RATE, alike));
        found.push(about(DataMetricId::ORDER_P, order_p(neighbors, look.places)));
        let lonely = lonely(neighbors, distances).map_or(undefined(Reason::Constant, distances.len()), rate);
        found.push(about(DataMetricId::LOCAL_OUTLIER_RATE, lonely));
    }
    let places: Vec<Option<f64>> = look.places.iter().map(|place| Some(f64::from(*place))).collect();
    for (column, numbers) in look.orders.iter().map(|(column, numbers)| (*column, numbers)).chain([(PLACE, &places)]) {
        let estimate = folded_areas(numbers, (look.labels, look.kinds.len()), z);
        found.push(DataMeasurement { column: Some(column.to_owned()), ..about(DataMetricId::ORDER_AUC, estimate) });
    }
    found.sort_by(|one, two| one.key().cmp(&two.key()));
    found
}

fn undefined(reason: Reason, n: usize) -> Estimate {
    Estimate::Undefined { reason, n: n as u64 }
}

fn measured(value: f64, n: usize, interval: Option<Interval>) -> Estimate {
    Estimate::Measured(Measured { value, interval, n: n as u64, binning_error: 0.0 })
}

/// A share of rows, with an interval where they are a sample.
fn share(hits: usize, n: usize, z: Option<f64>) -> Estimate {
    if n == 0 {
        return undefined(Reason::NoRows, 0);
    }
    let value = hits as f64 / n as f64;
    measured(value, n, z.map(|z| proportion(value, n as f64, z)))
}

/// The probabilities of a label, where a model knows it.
fn of_label(scores: &[Option<Vec<f64>>], label: u32) -> Option<&[f64]> {
    scores.get(usize::try_from(label).ok()?)?.as_deref()
}

/// What confident learning says of each row (Northcutt, Jiang and Chuang 2021): the class that a model of other rows is at least as
/// sure of as it is on average of rows with that label, of several the likeliest one; `None` where it is sure of none.
///
/// cleanlab `compute_confident_joint(calibrate=False)`.
fn contradicted(labels: &[u32], scores: &[Option<Vec<f64>>]) -> Vec<Option<u32>> {
    /// As cleanlab has it, so that a model that says the same of all rows is sure of them.
    const ROUNDING: f64 = 1e-6;
    let least = |(label, scores): (u32, &[f64])| {
        let mine = labels.iter().zip(scores).filter(|(given, _)| **given == label).map(|(_, score)| *score);
        let (sum, rows) = mine.fold((0.0, 0.0), |(sum, rows), score| (sum + score, rows + 1.0));
        if rows > 0.0 { sum / rows - ROUNDING } else { f64::INFINITY }
    };
    let known = (0..).zip(scores).filter_map(|(label, scores)| Some((label, scores.as_deref()?)));
    let known: Vec<(u32, &[f64], f64)> = known.map(|(label, scores)| (label, scores, least((label, scores)))).collect();
    let guess = |row: usize| {
        let sure = known.iter().filter_map(|(label, scores, least)| {
            let score = scores.get(row).copied().filter(|score| score >= least)?;
            Some((*label, score))
        });
        // Of equally likely ones, the first.
        sure.fold(None, |best: Option<(u32, f64)>, one| match best {
            Some(best) if one.1 <= best.1 => Some(best),
            _ => Some(one),
        })
        .map(|(label, _)| label)
    };
    (0..labels.len()).map(guess).collect()
}

/// The share of rows off the diagonal of the joint of given and likely labels, calibrated to the numbers of given labels. Rows with a
/// label that no model knows take no part.
///
/// cleanlab `estimate_joint`, of which this is one minus the trace.
fn noise_rate(guesses: &[Option<u32>], labels: &[u32], scores: &[Option<Vec<f64>>], z: Option<f64>) -> Estimate {
    let mut counts: BTreeMap<u32, (f64, f64, f64)> = BTreeMap::new();
    for (label, guess) in labels.iter().zip(guesses).filter(|(label, _)| of_label(scores, **label).is_some()) {
        let (given, right, other) = counts.entry(*label).or_default();
        *given += 1.0;
        match guess {
            Some(guess) if guess == label => *right += 1.0,
            Some(_) => *other += 1.0,
            None => {}
        }
    }
    let rows = labels.iter().filter(|label| of_label(scores, **label).is_some()).count();
    if counts.len() < 2 {
        return undefined(Reason::SingleClass, labels.len());
    }
    // At least one row of a class is right.
    let wrong: f64 = counts.values().map(|(given, right, other)| given * other / (right.max(1.0) + other)).sum();
    let value = wrong / rows as f64;
    measured(value, rows, z.map(|z| proportion(value, rows as f64, z)))
}

/// The share of contradicted labels in each group minus that in all other rows.
fn by_group(groups: &[Option<String>], contradicted: &[bool], min_support: u64, z: f64) -> Vec<(String, Estimate)> {
    let mut counts: BTreeMap<&Option<String>, (usize, usize)> = BTreeMap::new();
    for (group, is_contradicted) in groups.iter().zip(contradicted) {
        let (hits, rows) = counts.entry(group).or_default();
        *hits += usize::from(*is_contradicted);
        *rows += 1;
    }
    let all = counts.values().fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1));
    let of = |hits: usize, rows: usize| Successes { hits: hits as f64, n: rows as f64 }.ranged(z);
    let enough = |rows: usize| rows as u64 >= min_support.max(1);
    let against_others = |(group, (hits, rows)): (&Option<String>, (usize, usize))| {
        let name = group.as_deref().unwrap_or(modelgate_cube::MISSING).to_owned();
        if !enough(rows) || !enough(all.1 - rows) {
            return (name, undefined(Reason::FewerThanTwoGroups, rows));
        }
        let (mine, others) = (of(hits, rows), of(all.0 - hits, all.1 - rows));
        (name, measured(mine.value - others.value, rows, Some(difference(mine, others))))
    };
    counts.into_iter().map(against_others).collect()
}

/// The share of contradicted labels among new rows minus that among all others.
fn against_others(is_new: &[bool], contradicted: &[bool], min_support: u64, z: f64) -> Estimate {
    let of = |wanted: bool| {
        let mine = || is_new.iter().zip(contradicted).filter(move |(is_new, _)| **is_new == wanted);
        let hits = mine().filter(|(_, is_contradicted)| **is_contradicted).count();
        (hits, mine().count())
    };
    let (new, old) = (of(true), of(false));
    if [new.1, old.1].into_iter().any(|rows| (rows as u64) < min_support.max(1)) {
        return undefined(Reason::FewerThanTwoGroups, new.1);
    }
    let ranged = |(hits, rows): (usize, usize)| Successes { hits: hits as f64, n: rows as f64 }.ranged(z);
    let (mine, others) = (ranged(new), ranged(old));
    measured(mine.value - others.value, new.1, Some(difference(mine, others)))
}

/// Rows nearly all of whose neighbors have the other label.
fn disagreeing(neighbors: &[Vec<u32>], labels: &[u32]) -> usize {
    let label = |row: u32| usize::try_from(row).ok().and_then(|row| labels.get(row)).copied();
    let disagrees = |(near, mine): &(&Vec<u32>, &u32)| {
        let others = near.iter().filter(|row| label(**row).is_some_and(|other| other != **mine)).count();
        !near.is_empty() && others as f64 >= MOST_NEIGHBORS * near.len() as f64
    };
    neighbors.iter().zip(labels).filter(disagrees).count()
}

/// Rows whose nearest row is much nearer than usual; `None` where half of the rows have an equal.
fn nearly_the_same(distances: &[Vec<f64>]) -> Option<usize> {
    let nearest: Vec<f64> = distances.iter().filter_map(|near| near.first().copied()).collect();
    let median = clusters::median(&nearest)?;
    (median > 0.0).then(|| nearest.iter().filter(|distance| **distance < NEAR * median).count())
}

/// Rows that are much farther from their neighbors than these are from theirs: local outlier probabilities (Kriegel, Kröger,
/// Schubert and Zimek 2009) above 0.7; `None` where no row differs from its neighbors in that.
///
/// `PyNomaly.LocalOutlierProbability(extent=3)`.
fn lonely(neighbors: &[Vec<u32>], distances: &[Vec<f64>]) -> Option<usize> {
    const EXTENT: f64 = 3.0;
    const LONELY: f64 = 0.7;
    let mean = |numbers: &mut dyn Iterator<Item = f64>| {
        let (sum, count) = numbers.fold((0.0, 0.0), |(sum, count), number| (sum + number, count + 1.0));
        if count > 0.0 { sum / count } else { 0.0 }
    };
    let reach = |near: &Vec<f64>| EXTENT * mean(&mut near.iter().map(|distance| distance * distance)).sqrt();
    let reaches: Vec<f64> = distances.iter().map(reach).collect();
    let factor = |(near, mine): (&Vec<u32>, &f64)| {
        let of = |row: &u32| reaches.get(usize::try_from(*row).ok()?).copied();
        let usual = mean(&mut near.iter().filter_map(of));
        if usual > 0.0 { mine / usual - 1.0 } else { 0.0 }
    };
    let factors: Vec<f64> = neighbors.iter().zip(&reaches).map(factor).collect();
    let spread = EXTENT * mean(&mut factors.iter().map(|factor| factor * factor)).sqrt();
    let probability = |factor: &f64| erf(factor / (spread * std::f64::consts::SQRT_2)).max(0.0);
    (spread > 0.0).then(|| factors.iter().filter(|factor| probability(factor) > LONELY).count())
}

/// The p-value of "near rows stand no nearer to each other in the file than any rows do": the largest difference of the distribution
/// of distances in the file between neighbors and between any two rows, against that in random orders.
fn order_p(neighbors: &[Vec<u32>], places: &[u32]) -> Estimate {
    let rows = neighbors.len();
    if rows < 2 {
        return undefined(Reason::NoRows, rows);
    }
    // The rank of each row among those that are looked at.
    let mut order: Vec<(u32, usize)> = places.iter().copied().zip(0..rows).collect();
    order.sort_unstable();
    let mut ranks = vec![0_usize; rows];
    for (rank, (_, row)) in order.into_iter().enumerate() {
        if let Some(slot) = ranks.get_mut(row) {
            *slot = rank;
        }
    }
    let found = file_distance(neighbors, &ranks);
    let mut random = Random(0x6d6f_6465_6c67_6174);
    let mut as_far = 0_u32;
    for _ in 0..ORDERS {
        random.shuffle(&mut ranks);
        as_far += u32::from(file_distance(neighbors, &ranks) >= found);
    }
    measured(f64::from(as_far + 1) / f64::from(ORDERS + 1), rows, None)
}

/// The largest difference of the two distributions of distances in the file.
fn file_distance(neighbors: &[Vec<u32>], ranks: &[usize]) -> f64 {
    let rows = ranks.len();
    let mut at_distance = vec![0_u64; rows];
    let mut pairs = 0_u64;
    for (near, rank) in neighbors.iter().zip(ranks) {
        for other in near.iter().filter_map(|row| ranks.get(usize::try_from(*row).ok()?)) {
            if let Some(slot) = at_distance.get_mut(rank.abs_diff(*other)) {
                *slot += 1;
                pairs += 1;
            }
        }
    }
    let (mut seen, mut farthest) = (0_u64, 0.0_f64);
    let (rows, pairs) = (rows as f64, pairs.max(1) as f64);
    for (distance, count) in at_distance.into_iter().enumerate().skip(1) {
        seen += count;
        // Of all pairs of n places, n - d are d apart.
        let left = rows - distance as f64;
        let any = 1.0 - left * (left - 1.0) / (rows * (rows - 1.0));
        farthest = farthest.max((seen as f64 / pairs - any).abs());
    }
    farthest
}

/// Random numbers (splitmix64), the same in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Fisher and Yates.
    fn shuffle(&mut self, items: &mut [usize]) {
        for last in (1..items.len()).rev() {
            let place = (u128::from(self.next()) * (last as u128 + 1)) >> 64;
            items.swap(last, usize::try_from(place).unwrap_or(last));
        }
    }
}

/// The same of several labels: the mean of each against all others. Its interval is as wide as the mean of theirs, which is wide enough
/// whatever they have to do with each other.
fn folded_areas(numbers: &[Option<f64>], (labels, kinds): (&[u32], usize), z: f64) -> Estimate {
    let one = |of: u32| folded_area(numbers, &labels.iter().map(|label| *label == of).collect::<Vec<_>>(), z);
    if kinds <= 2 {
        return one(1);
    }
    let all: Vec<Estimate> = (0..).take(kinds).map(one).collect();
    let measures: Vec<Measured> = all.iter().filter_map(|one| one.measured().copied()).collect();
    let Some(first) = measures.first() else { return all.first().copied().unwrap_or(undefined(Reason::NoRows, 0)) };
    let mean = |of: &dyn Fn(&Measured) -> f64| measures.iter().map(of).sum::<f64>() / measures.len() as f64;
    let interval = Interval {
        lower: mean(&|one| one.interval.map_or(one.value, |interval| interval.lower)),
        upper: mean(&|one| one.interval.map_or(one.value, |interval| interval.upper)),
        method: Method::Moments,
    };
    Estimate::Measured(Measured { value: mean(&|one| one.value), interval: Some(interval), ..*first })
}

/// The area under the ROC curve of the label by a number, the way round that is above one half.
fn folded_area(numbers: &[Option<f64>], is_positive: &[bool], z: f64) -> Estimate {
    area(numbers, is_positive, |area| area.max(1.0 - area), z)
}

/// The area under the ROC curve of the label by a number, as it is `turned`, with the interval of Hanley and `McNeil` (1982).
fn area(numbers: &[Option<f64>], is_positive: &[bool], turned: impl Fn(f64) -> f64, z: f64) -> Estimate {
    let mut known: Vec<(f64, bool)> =
        numbers.iter().zip(is_positive).filter_map(|(number, label)| Some((number.filter(|n| !n.is_nan())?, *label))).collect();
    known.sort_by(|one, two| one.0.total_cmp(&two.0));
    let positives = known.iter().filter(|(_, label)| *label).count() as f64;
    let negatives = known.len() as f64 - positives;
    if positives < 1.0 || negatives < 1.0 {
        return undefined(if known.is_empty() { Reason::NoRows } else { Reason::SingleClass }, known.len());
    }
    let (mut below, mut above) = (0.0, 0.0);
    for tied in known.chunk_by(|one, two| one.0.total_cmp(&two.0).is_eq()) {
        let of_tied = tied.iter().filter(|(_, label)| *label).count() as f64;
        let others = tied.len() as f64 - of_tied;
        above += of_tied * (below + others / 2.0);
        below += others;
    }
    let area = turned(above / (positives * negatives));
    let (one, two) = (area / (2.0 - area), 2.0 * area * area / (1.0 + area));
    let variance = area * (1.0 - area) + (positives - 1.0) * (one - area * area) + (negatives - 1.0) * (two - area * area);
    let half = z * (variance / (positives * negatives)).max(0.0).sqrt();
    let interval = Interval { lower: (area - half).max(0.0), upper: (area + half).min(1.0), method: Method::Moments };
    measured(area, known.len(), Some(interval))
}

/// How often a model is right about rows: labels and scores, and the score from which a row is predicted positive.
#[derive(Debug, Clone, Copy)]
pub struct ScoredRows<'a> {
    /// Whether the label is positive.
    pub is_positive: &'a [bool],
    /// The model's probability of it.
    pub scores: &'a [f64],
}

/// Measures how much better a model does on the rows that it learned from, and whether what it says of a row depends on the rows
/// beside it: `alone` are pairs of scores of the same rows, alone and among all.
#[must_use]
pub fn evaluate_fit(
    training: ScoredRows<'_>,
    test: ScoredRows<'_>,
    threshold: f64,
    alone: &[(f64, f64)],
    confidence_level: f64,
) -> Vec<DataMeasurement> {
    let z = z_of(confidence_level);
    let right = |rows: ScoredRows<'_>| {
        let hits = rows.is_positive.iter().zip(rows.scores).filter(|(label, score)| **label == (**score >= threshold)).count();
        Successes { hits: hits as f64, n: rows.scores.len() as f64 }
    };
    let (learned, tested) = (right(training), right(test));
    let gap = if learned.n < 1.0 || tested.n < 1.0 {
        undefined(Reason::NoRows, 0)
    } else {
        let (learned, tested) = (learned.ranged(z), tested.ranged(z));
        measured(learned.value - tested.value, test.scores.len(), Some(difference(learned, tested)))
    };
    let others = alone.iter().filter(|(one, two)| (one - two).abs() > SAME_SCORE).count();
    vec![
        DataMeasurement::new(DataMetricId::TRAINING_GAP, gap),
        DataMeasurement::new(DataMetricId::BATCH_DEPENDENCE_RATE, share(others, alone.len(), None)),
    ]
}

/// Measures how well other columns tell the rows of a group from all others: `scores` are those of a model that has not seen the rows;
/// none where none could be trained. `is_sample` says whether they are not all rows.
#[must_use]
pub fn evaluate_encoding(
    (part, is_sample): (Part, bool),
    (axis, group): (&str, &str),
    (is_member, scores): (&[bool], Option<&[f64]>),
    confidence_level: f64,
) -> DataMeasurement {
    let estimate = match scores {
        Some(scores) => {
            let scores: Vec<Option<f64>> = scores.iter().map(|score| Some(*score)).collect();
            area(&scores, is_member, |area| area, z_of(confidence_level))
        }
        None => undefined(Reason::NotTrained, is_member.len()),
    };
    DataMeasurement {
        part,
        by: Some(axis.to_owned()),
        group: Some(group.to_owned()),
        sampled: is_sample,
        ..DataMeasurement::new(DataMetricId::ENCODED_GROUP_AUC, estimate)
    }
}

/// Measures what rows that are newer than the baseline's do to a model: how many more of the same test rows are right without them.
/// `with` and `without` are the scores of two models that differ in nothing else.
#[must_use]
pub fn evaluate_influence(with: ScoredRows<'_>, without: &[f64], threshold: f64, confidence_level: f64) -> DataMeasurement {
    let right = |label: bool, score: f64| label == (score >= threshold);
    let (mut better, mut worse) = (0_u32, 0_u32);
    for ((label, with), without) in with.is_positive.iter().zip(with.scores).zip(without) {
        match (right(*label, *with), right(*label, *without)) {
            (false, true) => better += 1,
            (true, false) => worse += 1,
            _ => {}
        }
    }
    let rows = with.scores.len().min(without.len());
    let flips = Flips::new(f64::from(better), f64::from(worse), rows as f64);
    let estimate = match flips {
        Some(flips) => measured(flips.difference(), rows, Some(flips.interval(confidence_level))),
        None => undefined(Reason::NoRows, 0),
    };
    DataMeasurement::new(DataMetricId::NEW_ROW_HARM, estimate)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn value(found: &[DataMeasurement], metric: DataMetricId) -> f64 {
        found.iter().find(|one| one.metric == metric).unwrap().estimate.measured().unwrap().value
    }

    #[test]
    fn labels_that_a_model_of_other_rows_contradicts_are_counted_as_cleanlab_counts_them() {
        // 40 rows a class; a model that is 0.9 sure of the class that a row looks like, and every eighth label flipped.
        let looks = |row: usize| row.is_multiple_of(2);
        let labels: Vec<u32> = (0..80).map(|row| u32::from(looks(row) != (row % 8 < 2 && row % 16 < 2))).collect();
        let scores = of_two((0..80).map(|row| if looks(row) { 0.9 } else { 0.1 }).collect());
        let guesses = contradicted(&labels, &scores);
        let wrong = labels.iter().zip(&guesses).filter(|(label, guess)| **guess == Some(1 - **label)).count();
        assert_eq!(wrong, 10);
        // cleanlab.count.estimate_joint: all rows are confident, so that calibration changes nothing.
        let rate = noise_rate(&guesses, &labels, &scores, None).measured().unwrap().value;
        assert!((rate - 0.125).abs() < 1e-12, "{rate}");
    }

    #[test]
    fn rows_that_a_model_is_not_sure_of_are_no_evidence() {
        let labels = [1, 1, 1, 0, 0, 0];
        // Means by label are 0.7 and 0.7 (of the negative class); only what reaches them counts.
        let scores = of_two(vec![0.9, 0.8, 0.4, 0.1, 0.2, 0.6]);
        assert_eq!(contradicted(&labels, &scores), [Some(1), Some(1), None, Some(0), Some(0), None]);
        assert!(matches!(noise_rate(&[Some(1)], &[1], &scores, None), Estimate::Undefined { reason: Reason::SingleClass, .. }));
    }

    #[test]
    fn labels_of_several_classes_are_counted_as_cleanlab_counts_them_and_rare_ones_take_no_part() {
        // cleanlab.count.estimate_joint(labels, pred_probs) of three classes: rows 6 and 7 look like others than their labels.
        let labels = [0, 0, 0, 1, 1, 1, 2, 0, 2, 2];
        let looks = [0, 0, 0, 1, 1, 1, 1, 2, 2, 2];
        let of = |class: u32| looks.iter().map(|look| if *look == class { 0.8 } else { 0.1 }).collect::<Vec<f64>>();
        let scores = [Some(of(0)), Some(of(1)), Some(of(2))];
        let guesses = contradicted(&labels, &scores);
        assert_eq!(guesses, looks.map(Some));
        let rate = *noise_rate(&guesses, &labels, &scores, None).measured().unwrap();
        // 4 x 1 / 4 of the first class and 3 x 1 / 3 of the third.
        assert!((rate.value - 0.2).abs() < 1e-12 && rate.n == 10, "{rate:?}");
        let without_third = [Some(of(0)), Some(of(1)), None];
        let guesses = contradicted(&labels, &without_third);
        let rate = *noise_rate(&guesses, &labels, &without_third, None).measured().unwrap();
        assert!(rate.value.abs() < 1e-12 && rate.n == 7, "{rate:?}");
    }

    #[test]
    fn what_an_id_knows_of_several_labels_is_the_mean_of_each_against_all_others() {
        let labels: Vec<u32> = (0..90).map(|row| row / 30).collect();
        let numbers: Vec<Option<f64>> = (0..90).map(|row| Some(f64::from(row))).collect();
        let found = *folded_areas(&numbers, (&labels, 3), 1.96).measured().unwrap();
        // The first and the last stand apart, the second in the middle: (1 + 0.5 + 1) / 3.
        assert!((found.value - 2.5 / 3.0).abs() < 1e-12 && found.interval.unwrap().lower > 0.75, "{found:?}");
    }

    /// The probabilities of two labels by that of the second.
    fn of_two(scores: Vec<f64>) -> [Option<Vec<f64>>; 2] {
        [Some(scores.iter().map(|score| 1.0 - score).collect()), Some(scores)]
    }

    fn look<'a>((labels, kinds): (&'a [u32], &'a [String]), places: &'a [u32], neighbors: NearRows<'a>) -> RowsLook<'a> {
        RowsLook {
            part: Part::Train,
            of: labels.len(),
            labels,
            kinds,
            places,
            scores: None,
            groups: Vec::new(),
            neighbors: Some(neighbors),
            points: None,
            is_new: None,
            orders: Vec::new(),
        }
    }

    #[test]
    fn neighbors_that_disagree_and_rows_that_stand_in_an_order_are_found() {
        let rows = 200_u32;
        let (labels, kinds): (Vec<u32>, _) = ((0..rows).map(|row| u32::from(row != 50)).collect(), label_kinds(None));
        let near = |row: u32| (1..=2).flat_map(|step| [(row + step) % rows, (row + rows - step) % rows]).collect::<Vec<u32>>();
        let neighbors: Vec<Vec<u32>> = (0..rows).map(near).collect();
        let distances: Vec<Vec<f64>> = (0..rows).map(|row| vec![if row.is_multiple_of(10) { 0.01 } else { 1.0 }]).collect();
        let in_order: Vec<u32> = (0..rows).collect();
        let found = evaluate_look(&look((&labels, &kinds), &in_order, (&neighbors, &distances)), 1, 0.95);
        assert!((value(&found, DataMetricId::NEIGHBOR_DISAGREEMENT_RATE) - 1.0 / 200.0).abs() < 1e-12);
        assert!((value(&found, DataMetricId::NEAR_DUPLICATE_RATE) - 0.1).abs() < 1e-12);
        assert!((value(&found, DataMetricId::ORDER_P) - 0.01).abs() < 1e-12);
        let mut shuffled: Vec<usize> = (0..200).collect();
        Random(1).shuffle(&mut shuffled);
        let shuffled: Vec<u32> = shuffled.into_iter().map(|place| u32::try_from(place).unwrap()).collect();
        let found = evaluate_look(&look((&labels, &kinds), &shuffled, (&neighbors, &distances)), 1, 0.95);
        assert!(value(&found, DataMetricId::ORDER_P) > 0.05);
    }

    #[test]
    fn a_row_far_from_its_neighbors_is_an_outlier_and_one_of_a_loose_group_is_none() {
        let near = |row: u32| vec![(row + 1) % 100, (row + 99) % 100];
        let neighbors: Vec<Vec<u32>> = (0..100).map(near).collect();
        // Half of the rows are loose, one lies far away from its neighbors.
        let distance = |row: u32| match row {
            7 => 30.0,
            50.. => 3.0,
            _ => 1.0,
        };
        let distances: Vec<Vec<f64>> = (0..100).map(|row| vec![distance(row); 2]).collect();
        assert_eq!(lonely(&neighbors, &distances), Some(1));
        assert_eq!(lonely(&neighbors, &vec![vec![1.0; 2]; 100]), None);
    }

    #[test]
    fn numbers_that_know_the_label_have_an_area_far_from_one_half() {
        let labels: Vec<bool> = (0..100).map(|row| row >= 60).collect();
        let sorted: Vec<Option<f64>> = (0..100).map(|row| Some(-f64::from(row))).collect();
        let area = *folded_area(&sorted, &labels, 1.96).measured().unwrap();
        assert!((area.value - 1.0).abs() < 1e-12 && area.interval.unwrap().lower > 0.99);
        // sklearn.metrics.roc_auc_score([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]) is 0.75.
        let four = folded_area(&[Some(0.1), Some(0.4), Some(0.35), Some(0.8)], &[false, false, true, true], 1.96);
        assert!((four.measured().unwrap().value - 0.75).abs() < 1e-12);
        assert!(matches!(folded_area(&[None], &[true], 1.96), Estimate::Undefined { reason: Reason::NoRows, .. }));
    }

    #[test]
    fn a_model_that_does_better_on_new_rows_has_a_negative_gap() {
        let labels = [true, false, true, false];
        let right = ScoredRows { is_positive: &labels, scores: &[0.9, 0.1, 0.9, 0.1] };
        let half = ScoredRows { is_positive: &labels, scores: &[0.9, 0.9, 0.9, 0.9] };
        let found = evaluate_fit(half, right, 0.5, &[(0.5, 0.5), (0.5, 0.6)], 0.95);
        assert!((value(&found, DataMetricId::TRAINING_GAP) + 0.5).abs() < 1e-12);
        assert!((value(&found, DataMetricId::BATCH_DEPENDENCE_RATE) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn new_rows_with_turned_labels_are_told_from_old_ones() {
        let is_new: Vec<bool> = (0..300).map(|row| row >= 200).collect();
        let contradicted: Vec<bool> = (0..300).map(|row| row >= 250 || row % 20 == 0).collect();
        let found = *against_others(&is_new, &contradicted, 30, 1.96).measured().unwrap();
        // statsmodels.stats.proportion.confint_proportions_2indep(53, 100, 10, 200, method='newcomb').
        assert!((found.value - (0.53 - 0.05)).abs() < 1e-12 && found.interval.unwrap().lower > 0.35, "{found:?}");
        assert!(matches!(
            against_others(&[true; 300], &contradicted, 30, 1.96),
            Estimate::Undefined { reason: Reason::FewerThanTwoGroups, .. }
        ));
    }

    #[test]
    fn rows_that_make_a_model_worse_have_a_harm_with_an_interval() {
        let labels = [true; 100];
        let with: Vec<f64> = (0..100).map(|row| if row < 20 { 0.1 } else { 0.9 }).collect();
        let without: Vec<f64> = (0..100).map(|row| if row == 99 { 0.1 } else { 0.9 }).collect();
        let found = evaluate_influence(ScoredRows { is_positive: &labels, scores: &with }, &without, 0.5, 0.95);
        let harm = *found.estimate.measured().unwrap();
        assert!((harm.value - 0.19).abs() < 1e-12 && harm.interval.unwrap().lower > 0.1, "{harm:?}");
    }
}
