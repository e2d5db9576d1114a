//! Where columns are cut when no release has cut them before: quantiles of numbers, the most frequent texts.

use std::cmp::Reverse;

use modelgate_cube::{FEW_VALUES, FeatureKind, LeftOut, MOST_BINS, MOST_LEVELS, NumberBins, RARE};

use super::look::{Group, Look};

/// Above this many different values, a column may name rows.
const MANY_VALUES: usize = 100;

/// Why a column is not counted: nearly every row has a value of its own, as ids and free texts do (texts most of which differ,
/// or whole numbers that all differ and lie close together, as counted rows do), or it has too many texts to tell the frequent
/// ones.
pub(super) fn left_out(look: &Look) -> Option<LeftOut> {
    if look.is_text {
        let names_rows = look.texts.len() > MANY_VALUES && look.texts.distinct() * 2.0 > look.rows as f64;
        let too_many = (!look.texts.is_all()).then_some(LeftOut::ManyTexts);
        return if names_rows { Some(LeftOut::NamesRows) } else { too_many };
    }
    let (low, high) = look.range?;
    let differ = || look.numbers.values().all(|(_, rows)| rows == 1);
    let counts = look.whole && high - low < 10.0 * look.finite as f64;
    (look.numbers.len() > MANY_VALUES && counts && differ()).then_some(LeftOut::NamesRows)
}

/// The most frequent levels that are not rare, sorted by name.
pub(super) fn levels(look: &Look) -> FeatureKind {
    let named = look.texts.values().filter_map(|(level, rows)| Some((Reverse(rows), level.clone()?)));
    let mut frequent: Vec<(Reverse<u64>, String)> = named.filter(|(rows, _)| rows.0 >= RARE).collect();
    frequent.sort();
    frequent.truncate(MOST_LEVELS);
    let mut levels: Vec<String> = frequent.into_iter().map(|(_, level)| level).collect();
    levels.sort();
    FeatureKind::Category { levels }
}

/// Every number that a look knows, with its rows, by size.
pub(super) fn single_numbers(look: &Look) -> Vec<Group> {
    let group = |(number, rows): (&f64, u64)| Group { low: *number, rows, mean: *number };
    let mut groups: Vec<Group> = look.numbers.values().map(group).collect();
    groups.sort_unstable_by(|one, two| one.low.total_cmp(&two.low));
    groups
}

/// Bins with enough rows each: one for each value where there are few, with one above them for numbers that are yet to come,
/// else quantiles of which every fourth is a decile.
pub(super) fn bins(groups: &[Group]) -> FeatureKind {
    let (mut edges, deciles) = if groups.len() <= FEW_VALUES {
        let mut values: Vec<f64> = groups.iter().map(|group| group.low).collect();
        values.extend(values.last().map(|last| last.next_up()).filter(|above| above.is_finite()));
        (values.clone(), values)
    } else {
        (quantiles(groups, MOST_BINS as u64), quantiles(groups, 10))
    };
    keep_filled(&mut edges, groups);
    let coarse = (0..edges.len()).filter(|place| edges.get(*place).is_some_and(|edge| deciles.contains(edge))).collect();
    let centers = centers(&edges, groups);
    // They fit by construction; one bin for all is what fits whatever happens.
    FeatureKind::Number(NumberBins::new(edges, centers, coarse).unwrap_or_default())
}

/// The values at which 1 / parts, 2 / parts ... of the rows lie below (inverse of the empirical distribution), each once.
fn quantiles(groups: &[Group], parts: u64) -> Vec<f64> {
    let all: u64 = groups.iter().map(|group| group.rows).sum();
    let mut found = Vec::new();
    let (mut part, mut below) = (1, 0);
    for group in groups {
        below += group.rows;
        let first = part;
        while part < parts && (part * all).div_ceil(parts) <= below {
            part += 1;
        }
        if part > first {
            found.push(group.low);
        }
    }
    found
}

/// The rows below an edge.
fn below(groups: &[Group], edge: f64) -> u64 {
    groups.iter().take_while(|group| group.low < edge).map(|group| group.rows).sum()
}

/// Takes edges away until every bin has at least [`RARE`] rows, or none.
fn keep_filled(edges: &mut Vec<f64>, groups: &[Group]) {
    let all: u64 = groups.iter().map(|group| group.rows).sum();
    let enough = |rows: u64| rows == 0 || rows >= RARE;
    let mut kept: Vec<f64> = Vec::new();
    for edge in edges.drain(..) {
        let start = kept.last().map_or(0, |last| below(groups, *last));
        if enough(below(groups, edge) - start) {
            kept.push(edge);
        }
    }
    while kept.last().is_some_and(|last| !enough(all - below(groups, *last))) {
        kept.pop();
    }
    *edges = kept;
}

/// The mean value of each bin; of an empty one its nearer edge.
fn centers(edges: &[f64], groups: &[Group]) -> Vec<f64> {
    let mut rest = groups;
    let mut centers = Vec::new();
    for bin in 0..=edges.len() {
        let end = edges.get(bin).map_or(rest.len(), |edge| rest.partition_point(|group| group.low < *edge));
        let (inside, after) = rest.split_at(end);
        rest = after;
        let nearest = edges.get(bin).or(edges.last()).copied().unwrap_or(0.0);
        let rows = inside.iter().map(|group| group.rows).sum::<u64>() as f64;
        // Shares first: the sum of two large numbers may be infinite.
        let mean = inside.iter().map(|group| group.mean * (group.rows as f64 / rows)).sum::<f64>();
        let (low, high) = (inside.first().map_or(nearest, |group| group.low), inside.last().map_or(nearest, |group| group.mean));
        centers.push(if inside.is_empty() { nearest } else { mean.clamp(low, high.max(low)) });
    }
    centers
}
