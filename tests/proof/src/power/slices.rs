//! One change, 53 slices: does the gate stay quiet where nothing changed, and does it find what did?

use modelgate_cube::{Slice, Term};
use modelgate_policy::{Policy, Target};

use super::Section;
use super::aims::Aim;
use super::flips::{Flips, RIGHT, first, next};
use super::judged::{Share, failed, gate, metric, names, policy, verdict, warned};
use crate::draws::stream;
use crate::rows::{ATTRIBUTES, Split, only};
use crate::table::Table;
use crate::{Effort, ProofError};

/// The shares of rows that flip either way without any change.
const FLIPS: f64 = 0.04;

/// Accuracy may fall by so much for all rows, and for a slice.
const MARGINS: [f64; 2] = [0.01, 0.02];

/// The most candidates without a change that may fail.
const FALSE_ALARMS: f64 = 0.01;

/// The fewest of the changed ones that must fail, with so many rows.
const POWER: f64 = 0.9;
const SETTLED: usize = 10_000;

/// A change of the candidate: rows with all of these levels lose `loss`.
struct Change {
    title: &'static str,
    /// Attributes by their place, with a level; all rows where there are none.
    levels: &'static [(usize, usize)],
    loss: f64,
}

const NOTHING: Change = Change { title: "no change", levels: &[], loss: 0.0 };

const CHANGES: [Change; 4] = [
    Change { title: "all rows lose 2 points", levels: &[], loss: 0.02 },
    Change { title: "a slice of 13 % loses 8 points", levels: &[(1, 2)], loss: 0.08 },
    Change { title: "a slice of 2 % loses 20 points", levels: &[(1, 4)], loss: 0.20 },
    Change { title: "a crossed slice of 6.8 % loses 10 points", levels: &[(0, 1), (2, 3)], loss: 0.10 },
];

impl Change {
    fn slice(&self) -> Slice {
        Slice::new(self.levels.iter().filter_map(|(attribute, level)| {
            let (axis, _) = ATTRIBUTES.get(*attribute)?;
            Some(Term { axis: (*axis).to_owned(), level: Some(format!("l{level}")) })
        }))
    }

    fn flips(&self, levels: &[usize]) -> Flips {
        let hit = self.levels.iter().all(|(attribute, level)| levels.get(*attribute) == Some(level));
        Flips { lost: FLIPS + if hit { self.loss } else { 0.0 }, gained: FLIPS }
    }
}

/// What was seen of one change at one number of rows.
#[derive(Default)]
struct Seen {
    failed: Share,
    failed_or_warned: Share,
    named: Share,
    /// The naive gate: any slice of 100 rows or more whose accuracy is seen to fall by more than 2 points.
    naive: Share,
}

pub(super) fn section(effort: Effort) -> Result<Section, ProofError> {
    let mut aims = Vec::new();
    let mut table = Table::new(&[
        "rows",
        "what changed",
        "slices",
        "failed",
        "and names the slice",
        "failed or warned",
        "a bare limit of 2 points",
    ]);
    let mut plan: Vec<(usize, &Change, u32, bool)> =
        [2_000, 10_000, 50_000].into_iter().map(|rows| (rows, &NOTHING, if rows > 10_000 { 60 } else { 400 }, false)).collect();
    plan.push((10_000, &NOTHING, 100, true));
    plan.extend(CHANGES.iter().map(|change| (10_000, change, 200, false)));
    plan.extend(CHANGES.iter().map(|change| (2_000, change, 100, false)));
    for (rows, change, repetitions, all_crosses) in plan.into_iter().filter(|(rows, ..)| effort.includes(*rows == 2_000)) {
        let repetitions = if effort == Effort::Full { repetitions } else { 2 };
        let seen = observe(rows, change, repetitions, all_crosses)?;
        let is_slice = !change.levels.is_empty();
        let slices = if all_crosses { 86 } else { 53 };
        let place = format!("{} rows, {slices} slices: {}", rows, change.title);
        if change.loss <= 0.0 {
            aims.push(Aim::at_most(FALSE_ALARMS, format!("{place}, failed"), seen.failed));
        } else if rows == SETTLED {
            aims.push(Aim::at_least(POWER, format!("{place}, failed"), seen.failed));
        }
        table.push(&[
            rows.to_string(),
            change.title.to_owned(),
            slices.to_string(),
            seen.failed.text_with_interval(),
            if is_slice { seen.named.text() } else { "-".to_owned() },
            seen.failed_or_warned.text(),
            seen.naive.text(),
        ]);
    }
    Ok(Section { text: format!("{HEADING}\n{}", table.text()), aims })
}

const HEADING: &str = "\
## One candidate, many slices

Accuracy 85 %, four attributes (2, 5, 4 and 3 levels) and three of their crosses, which makes 53 slices with `overall` (86 with all
six crosses). In both releases 4 % of the rows flip each way. The gates are `max_regression` 0.01 for all rows and 0.02 for every
slice of 30 rows or more. *Failed* is the verdict; *warned* is a loss that is real but not shown to be beyond its limit. The last
column is what a gate without statistics would do: fail where any slice of 100 rows or more is seen to fall by more than 2 points.
Aimed at: at most 1 % of failures without a change, and at least 90 % for the four changes at 10,000 rows.
";

fn observe(rows: usize, change: &Change, repetitions: u32, all_crosses: bool) -> Result<Seen, ProofError> {
    let mut seen = Seen::default();
    let policy = gates()?;
    for repetition in 0..repetitions {
        let mut random = stream(&format!("slices {rows} {} {all_crosses}", change.title), repetition);
        let split = Split::draw(rows, &ATTRIBUTES, 2, 0.3, &mut random)?;
        let before = first(rows, RIGHT, &mut random);
        let flips = |row: usize| change.flips(split.levels.get(row).map_or(&[], Vec::as_slice));
        let now = next(&before, RIGHT, flips, &mut random);
        // Region is crossed with nothing.
        let wanted = |slice: &Slice| all_crosses || slice.terms().len() < 2 || slice.axes().all(|axis| axis != "region");
        let baseline = only(&split.count(&before)?, wanted);
        let candidate = only(&split.count(&now)?, wanted);
        let verdict = verdict(&baseline, &candidate, None, &policy)?;
        seen.failed.note(failed(&verdict));
        seen.failed_or_warned.note(failed(&verdict) || warned(&verdict));
        seen.named.note(names(&verdict, &change.slice()));
        seen.naive.note(verdict.checks.iter().any(|check| {
            let loss = check.test.map_or(0.0, |test| test.loss);
            loss > 0.02 && check.candidate.is_some_and(|candidate| candidate.n() >= 100)
        }));
    }
    Ok(seen)
}

fn gates() -> Result<Policy, ProofError> {
    let accuracy = metric("accuracy")?;
    let [overall, slice] = MARGINS;
    Ok(policy(vec![gate(accuracy, Target::Overall, overall), gate(accuracy, Target::Every, slice)]))
}
