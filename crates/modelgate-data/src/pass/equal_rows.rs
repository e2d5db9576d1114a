//! Gives equal rows buckets of their own, where ids are made of features.

use super::merge::Merged;
use super::records::Records;
use super::sums::RowSums;
use crate::row_ids::{bucket, maybe_equal, numbered};
use crate::split_digest::number_bits;
use crate::tables::losses_of;

/// A row by its thread and its place there.
type Row = (usize, usize);

/// Gives equal rows different ids, by number: they are exchangeable where the model says the same of them. Where it
/// does not, it knows more of them than the file says, and any order would pair rows that are not the same; such rows
/// keep one id, and stand or fall together.
pub(super) fn tell_apart(merged: &mut Merged) {
    let mut rows: Vec<(u64, Row)> = {
        let hashes: Vec<&[u64]> = merged.records.iter().map(|records| records.hashes.as_slice()).collect();
        maybe_equal(&hashes).into_iter().map(|(part, row)| (merged.records[part].hashes[row], (part, row))).collect()
    };
    rows.sort_unstable();
    for equal in rows.chunk_by(|(one, _), (two, _)| one == two) {
        let said = |(part, row): Row| {
            let records = &merged.records[part];
            (records.places[row].predicted(), records.scores.get(row).map(|score| number_bits(*score)))
        };
        if equal.windows(2).all(|pair| said(pair[0].1) == said(pair[1].1)) {
            for (number, (hash, row)) in (0_u64..).zip(equal).skip(1) {
                let to = bucket(numbered(*hash, number));
                move_row(merged, *row, to);
            }
        }
    }
    for records in &mut merged.records {
        (records.hashes, records.scores) = (Vec::new(), Vec::new());
    }
}

/// Moves a row to another bucket.
fn move_row(merged: &mut Merged, (part, row): Row, to: u16) {
    let records = &mut merged.records[part];
    let place = records.places[row];
    let from = place.bucket();
    records.places[row] = place.with_bucket(to);
    let sums = RowSums {
        positive: place.positive(),
        predicted: place.predicted(),
        weight: records.weight(row),
        losses: records.scores.get(row).map(|score| losses_of(*score, place.positive())),
    };
    let sums = sums.for_bucket();
    let away = sums.map(|sum| -sum);
    for block in &mut merged.blocks {
        let group = group(records, row, merged.is_joint, &block.axes, |levels| block.groups.find(levels));
        block.buckets.add(group, from, &away);
        block.buckets.add(group, to, &sums);
    }
}

/// The group of a row in a block.
fn group(records: &Records, row: usize, is_joint: bool, axes: &[usize], find: impl Fn(&[u32]) -> Option<u32>) -> u32 {
    if is_joint {
        return records.groups.get(row).copied().map_or(0, u32::from);
    }
    let levels: Vec<u32> = axes.iter().filter_map(|axis| Some(u32::from(*records.levels.get(*axis)?.get(row)?))).collect();
    find(&levels).unwrap_or(0)
}
