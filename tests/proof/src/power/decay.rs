//! Twelve releases that each lose a little: does the anchor find what each step hides?

use modelgate_policy::{Check, State, Target, Verdict};

use super::Section;
use super::aims::Aim;
use super::flips::{Flips, RIGHT, first, next};
use super::judged::{Share, gate, metric, policy, verdict};
use crate::draws::stream;
use crate::rows::Split;
use crate::table::{Table, percent};
use crate::{Effort, ProofError};

/// How many releases follow the pinned one.
const RELEASES: u32 = 12;

/// The shares of rows that flip either way from one release to the next.
const FLIPS: f64 = 0.03;

/// The most runs of releases without decay that may fail.
const FALSE_ALARMS: f64 = 0.05;

/// The fewest of those that lose so much a release that must fail by a release, with so many rows.
const POWER: f64 = 0.9;
const LOSS: f64 = 0.005;
const FOUND_BY: u32 = 8;
const SETTLED: usize = 20_000;

/// When what was first seen, in each run of releases.
#[derive(Default)]
struct Seen {
    by_previous: Vec<Option<u32>>,
    by_anchor: Vec<Option<u32>>,
    warned: Vec<Option<u32>>,
}

pub(super) fn section(effort: Effort) -> Result<Section, ProofError> {
    let mut aims = Vec::new();
    let mut table = Table::new(&[
        "rows",
        "loss a release",
        "failed against the previous release",
        "failed against the anchor",
        "by release 8",
        "at release (mean)",
        "warned against the anchor",
    ]);
    for rows in [5_000, 20_000].into_iter().filter(|rows| effort.includes(*rows == 5_000)) {
        for loss in [0.0, 0.003, 0.005, 0.008] {
            let repetitions = if loss > 0.0 { 60 } else { 120 };
            let seen = observe(rows, loss, if effort == Effort::Full { repetitions } else { 1 })?;
            if loss <= 0.0 {
                let failed = seen.by_previous.iter().zip(&seen.by_anchor).map(|(previous, anchor)| previous.or(*anchor));
                let failed = share_by(&failed.collect::<Vec<_>>(), RELEASES);
                aims.push(Aim::at_most(FALSE_ALARMS, format!("{rows} rows, no decay: failed in twelve releases"), failed));
            } else if rows == SETTLED && loss >= LOSS {
                let found = share_by(&seen.by_anchor, FOUND_BY);
                let what = format!("{rows} rows, {:.1} points a release: failed by release {FOUND_BY}", 100.0 * loss);
                aims.push(Aim::at_least(POWER, what, found));
            }
            table.push(&[
                rows.to_string(),
                if loss > 0.0 { format!("{:.1} points", 100.0 * loss) } else { "none".to_owned() },
                share_by(&seen.by_previous, RELEASES).text(),
                share_by(&seen.by_anchor, RELEASES).text_with_interval(),
                percent(share_by(&seen.by_anchor, FOUND_BY).value()),
                mean(&seen.by_anchor),
                share_by(&seen.warned, RELEASES).text(),
            ]);
        }
    }
    Ok(Section { text: format!("{HEADING}\n{}", table.text()), aims })
}

const HEADING: &str = "\
## Silent decay

Twelve releases after a pinned one, on the same rows, each losing a little against the one before it; 3 % of the rows flip each way
with every release. The gate is `max_regression` 0.01 for the accuracy of all rows; against the anchor, twice that. The shares are of
runs of twelve releases in which it happened at least once. Aimed at: 0.5 points a release are found by release 8, with at most 5 %
of failures in twelve releases where nothing is lost.
";

fn observe(rows: usize, loss: f64, repetitions: u32) -> Result<Seen, ProofError> {
    let mut seen = Seen::default();
    let accuracy = metric("accuracy")?;
    let policy = policy(vec![gate(accuracy, Target::Overall, 0.01)]);
    for repetition in 0..repetitions {
        let mut random = stream(&format!("decay {rows} {loss}"), repetition);
        let split = Split::draw(rows, &[], 0, 0.3, &mut random)?;
        let mut right = first(split.rows(), RIGHT, &mut random);
        let anchor = split.count(&right)?;
        let mut previous = anchor.clone();
        let (mut by_previous, mut by_anchor, mut warned) = (None, None, None);
        for release in 1..=RELEASES {
            let share = right.iter().filter(|right| **right).count() as f64 / rows as f64;
            right = next(&right, share, |_| Flips { lost: FLIPS + loss, gained: FLIPS }, &mut random);
            let candidate = split.count(&right)?;
            // The first release after the anchor has it as its baseline.
            let anchored = (release > 1).then_some(&anchor);
            let verdict = verdict(&previous, &candidate, anchored, &policy)?;
            let note = |when: &mut Option<u32>, seen: bool| {
                if seen && when.is_none() {
                    *when = Some(release);
                }
            };
            note(&mut by_previous, any(&verdict, &State::Failed, |check| check.anchor.is_none()));
            note(&mut by_anchor, any(&verdict, &State::Failed, |check| check.anchor.is_some() || release == 1));
            note(&mut warned, any(&verdict, &State::Warned, |check| check.anchor.is_some() || release == 1));
            previous = candidate;
        }
        seen.by_previous.push(by_previous);
        seen.by_anchor.push(by_anchor);
        seen.warned.push(warned);
    }
    Ok(seen)
}

fn any(verdict: &Verdict, state: &State, which: impl Fn(&Check) -> bool) -> bool {
    verdict.checks.iter().any(|check| check.state == *state && which(check))
}

fn share_by(first_seen: &[Option<u32>], release: u32) -> Share {
    let mut share = Share::default();
    for when in first_seen {
        share.note(when.is_some_and(|when| when <= release));
    }
    share
}

fn mean(first_seen: &[Option<u32>]) -> String {
    let seen: Vec<u32> = first_seen.iter().copied().flatten().collect();
    if seen.is_empty() { "-".to_owned() } else { format!("{:.1}", f64::from(seen.iter().sum::<u32>()) / seen.len() as f64) }
}
