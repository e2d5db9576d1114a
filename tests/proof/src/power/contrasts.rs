//! Groups against a named reference: is a group that falls behind found, and are groups that do not left alone?

use modelgate_cube::Slice;
use modelgate_policy::Target;

use super::Section;
use super::aims::Aim;
use super::flips::{Flips, first, next};
use super::judged::{Share, failed, gate, metric, policy, verdict, warned};
use crate::draws::stream;
use crate::rows::{Attribute, Split};
use crate::table::Table;
use crate::{Effort, ProofError};

/// Five groups; the first is the reference.
const GROUPS: [Attribute; 1] = [("race", &[0.6, 0.15, 0.13, 0.1, 0.02])];

/// The share of positive rows that the baseline is right about: its true positive rate.
const RIGHT: f64 = 0.75;

/// The shares of rows that flip either way without any change.
const FLIPS: f64 = 0.05;

/// The most candidates without a change that may fail.
const FALSE_ALARMS: f64 = 0.01;

/// How far a group may fall behind the reference.
const MARGIN: f64 = 0.02;

pub(super) fn section(effort: Effort) -> Result<Section, ProofError> {
    let mut aims = Vec::new();
    let mut table =
        Table::new(&["positive rows", "what changed", "failed", "failed or warned", "the gap is seen to grow by 2 points"]);
    for positives in [1_000_usize, 5_000, 20_000].into_iter().filter(|positives| effort.includes(*positives == 1_000)) {
        for (title, group, loss) in [
            ("no change", 0, 0.0),
            ("a group of 13 % loses 5 points", 2, 0.05),
            ("a group of 13 % loses 8 points", 2, 0.08),
            ("a group of 2 % loses 15 points", 4, 0.15),
        ] {
            let repetitions = if positives > 10_000 { 60 } else { 200 };
            let seen = observe(positives, title, group, loss, if effort == Effort::Full { repetitions } else { 2 })?;
            if loss <= 0.0 {
                aims.push(Aim::at_most(
                    FALSE_ALARMS,
                    format!("{positives} positive rows, contrasts: {title}, failed"),
                    seen.failed,
                ));
            }
            table.push(&[
                positives.to_string(),
                title.to_owned(),
                seen.failed.text_with_interval(),
                seen.failed_or_warned.text(),
                seen.gap_grew.text(),
            ]);
        }
    }
    Ok(Section { text: format!("{HEADING}\n{}", table.text()), aims })
}

const HEADING: &str = "\
## Groups against a reference

True positive rates of five groups (60, 15, 13, 10 and 2 % of the rows), 5 % of the rows flipping each way. The gate is
`max_regression` 0.02 on the contrast of each group with the largest one: how much more than the reference it lost. The last column
is what a bare limit on the largest-minus-smallest gap would do.
";

#[derive(Default)]
struct Seen {
    failed: Share,
    failed_or_warned: Share,
    gap_grew: Share,
}

fn observe(positives: usize, title: &str, group: usize, loss: f64, repetitions: u32) -> Result<Seen, ProofError> {
    let mut seen = Seen::default();
    let recall = metric("true_positive_rate")?;
    let reference = Slice::single("race", Some("l0".to_owned()));
    let policy = policy(vec![gate(recall, Target::Contrast(reference), MARGIN)]);
    // One row in ten is negative, because there is no model of one class.
    let rows = positives * 10 / 9;
    for repetition in 0..repetitions {
        let mut random = stream(&format!("contrasts {positives} {title}"), repetition);
        let split = Split::draw(rows, &GROUPS, 1, 0.9, &mut random)?;
        let before = first(rows, RIGHT, &mut random);
        let flips = |row: usize| {
            let hit = loss > 0.0 && split.levels.get(row).is_some_and(|levels| levels.first() == Some(&group));
            Flips { lost: FLIPS + if hit { loss } else { 0.0 }, gained: FLIPS }
        };
        let now = next(&before, RIGHT, flips, &mut random);
        let (baseline, candidate) = (split.count(&before)?, split.count(&now)?);
        let verdict = verdict(&baseline, &candidate, None, &policy)?;
        seen.failed.note(failed(&verdict));
        seen.failed_or_warned.note(failed(&verdict) || warned(&verdict));
        seen.gap_grew.note(gap(&split, &now) - gap(&split, &before) > MARGIN);
    }
    Ok(seen)
}

/// The largest minus the smallest true positive rate.
fn gap(split: &Split, right: &[bool]) -> f64 {
    let mut counts = [(0_u32, 0_u32); 5];
    for (row, (label, right)) in split.labels.iter().zip(right).enumerate().filter(|(_, (label, _))| **label) {
        let group = split.levels.get(row).and_then(|levels| levels.first()).copied().unwrap_or(0);
        if let Some((hits, of)) = counts.get_mut(group) {
            *hits += u32::from(*right);
            *of += u32::from(*label);
        }
    }
    let rates = counts.iter().filter(|(_, of)| *of > 0).map(|(hits, of)| f64::from(*hits) / f64::from(*of));
    let (low, high) = rates.fold((1.0_f64, 0.0_f64), |(low, high), rate| (low.min(rate), high.max(rate)));
    high - low
}
