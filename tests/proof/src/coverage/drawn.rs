//! Metrics whose samples cannot be listed: areas under the curve, mean losses, composites, gaps between several groups.

use modelgate_cube::{Cell, ScoreScale, ScoreTable};
use modelgate_eval::Interval;
use statrs::distribution::{ContinuousCDF, Normal};

use super::counts::{Asked, confusion, cube, groups, hits, holds};
use super::rows;
use super::tally::{COLUMNS, Places};
use crate::draws::{multinomial, normal, stream, uniform};
use crate::table::Table;
use crate::{Effort, ProofError};

pub(crate) fn section(effort: Effort) -> Result<String, ProofError> {
    let mut columns = vec!["", "rows"];
    columns.extend(COLUMNS);
    columns.push("without an interval");
    let mut table = Table::new(&columns);
    let mut push = |title: &str, rows: u64, seen: Seen| {
        let mut cells = vec![title.to_owned(), rows.to_string()];
        cells.extend(seen.places.cells());
        cells.push(crate::table::percent(f64::from(seen.without) / f64::from(seen.of.max(1))));
        table.push(&cells);
    };
    let draws = effort.repetitions(1_000);
    let auc = Asked::of("roc_auc")?;
    for rows in rows(effort, 1_000) {
        push("area under the ROC curve", rows, areas(&auc, rows, draws));
    }
    for (id, title) in [("brier_score", "Brier score"), ("log_loss", "log loss")] {
        let loss = Asked::of(id)?;
        for rows in rows(effort, 1_000) {
            push(title, rows, losses(&loss, id, rows, draws));
        }
    }
    for (id, title) in [("f1", "F1"), ("balanced_accuracy", "balanced accuracy"), ("matthews_corrcoef", "Matthews correlation")] {
        let composite = Asked::of(id)?;
        for rows in rows(effort, 1_000) {
            push(title, rows, composites(&composite, id, rows, draws));
        }
    }
    let gap = Asked::of("demographic_parity_difference")?;
    for rows in rows(effort, 300) {
        push("gap between five groups", rows, gaps(&gap, rows, draws));
    }
    Ok(format!("{HEADING}\n{}", table.text()))
}

const HEADING: &str = "\
## Other metrics

Drawn samples. Areas: normal scores in both classes, true areas of 0.6, 0.75, 0.9 and 0.97, a tenth and a half of the rows positive.
Losses: calibrated scores that are evenly spread, mostly small, or mostly sure. Composites: a tenth, a third and a half of the rows
positive, true positive and true negative rates of 0.6, 0.8 and 0.95. Gaps: selection rates of five groups of so many rows each, equal
and unequal. Samples without an interval (one class only, say) are counted in the last column and not in the others; a place where they
are more than half is left out.
";

/// Coverage at several places, and how many samples had no interval.
#[derive(Default)]
struct Seen {
    places: Places,
    without: u32,
    of: u32,
}

impl Seen {
    /// Draws samples at one place.
    fn observe(
        &mut self,
        place: &str,
        truth: f64,
        draws: u32,
        rows: u64,
        sample: impl Fn(&mut dyn rand::RngCore) -> Option<Interval>,
    ) {
        let (mut held, mut with) = (0, 0);
        for draw in 0..draws {
            let mut random = stream(&format!("{place} {rows}"), draw);
            if let Some(interval) = sample(&mut random) {
                with += 1;
                held += u32::from(holds(&interval, truth));
            }
        }
        self.without += draws - with;
        self.of += draws;
        if 2 * with > draws {
            self.places.note(f64::from(held) / f64::from(with), place.to_owned());
        }
    }
}

fn scored(rows: impl Iterator<Item = (f64, bool)>) -> Cell {
    let mut cell = Cell::default();
    for (score, label) in rows {
        let truth = f64::from(u8::from(label));
        cell.tally_mut(label, score >= 0.5).add_row(1.0);
        cell.brier.add_row((score - truth).powi(2), 1.0);
        cell.log_loss.add_row(log_loss(score, label), 1.0);
        cell.scores.add_row(ScoreTable::key(ScoreScale::Exact, score), label, 1.0);
    }
    cell
}

fn log_loss(score: f64, label: bool) -> f64 {
    let likelihood: f64 = if label { score } else { 1.0 - score };
    -likelihood.clamp(f64::EPSILON, 1.0 - f64::EPSILON).ln()
}

fn areas(auc: &Asked, rows: u64, draws: u32) -> Seen {
    let mut seen = Seen::default();
    for area in [0.6, 0.75, 0.9, 0.97] {
        // Two normal distributions this far apart have this area.
        let apart = std::f64::consts::SQRT_2 * Normal::standard().inverse_cdf(area);
        for share in [0.1, 0.5] {
            seen.observe(&format!("area {area}, {share} positive"), area, draws, rows, |mut random| {
                let row = |_| {
                    let label = uniform(&mut random) < share;
                    let score = normal(&mut random) + if label { apart } else { 0.0 };
                    (1.0 / (1.0 + (-score).exp()), label)
                };
                auc.overall(&cube(scored((0..rows).map(row)), true))
            });
        }
    }
    seen
}

/// Distributions of scores: powers of an even number between zero and one.
const SCORES: [(&str, f64); 4] = [("even", 1.0), ("small", 4.0), ("very small", 10.0), ("large", 0.25)];

fn losses(loss: &Asked, id: &str, rows: u64, draws: u32) -> Seen {
    let mut seen = Seen::default();
    for (name, power) in SCORES {
        let truth = expected_loss(id, power);
        seen.observe(&format!("{name} scores"), truth, draws, rows, |mut random| {
            let row = |_| {
                let score = uniform(&mut random).powf(power);
                (score, uniform(&mut random) < score)
            };
            loss.overall(&cube(scored((0..rows).map(row)), true))
        });
    }
    seen
}

/// The expected loss of a row, by the midpoints of many equal steps of the number that scores are powers of.
fn expected_loss(id: &str, power: f64) -> f64 {
    const STEPS: u32 = 200_000;
    let of = |score: f64| match id {
        "brier_score" => score * (1.0 - score),
        _ => score * log_loss(score, true) + (1.0 - score) * log_loss(score, false),
    };
    let middle = |step: u32| ((f64::from(step) + 0.5) / f64::from(STEPS)).powf(power);
    (0..STEPS).map(|step| of(middle(step))).sum::<f64>() / f64::from(STEPS)
}

fn composites(composite: &Asked, id: &str, rows: u64, draws: u32) -> Seen {
    let mut seen = Seen::default();
    for positive in [0.1, 0.333, 0.5] {
        for right in [0.6, 0.8, 0.95] {
            let shares = [positive * right, positive * (1.0 - right), (1.0 - positive) * (1.0 - right), (1.0 - positive) * right];
            let truth = expected_composite(id, shares);
            seen.observe(&format!("{positive} positive, {right} right"), truth, draws, rows, |mut random| {
                let sample = cube(confusion(multinomial(rows, shares, &mut random)), false);
                composite.seeded(random.next_u64()).overall(&sample)
            });
        }
    }
    seen
}

/// The metric of all rows there could be; shares of true positives, false negatives, false positives, true negatives.
fn expected_composite(id: &str, [tp, fn_, fp, tn]: [f64; 4]) -> f64 {
    match id {
        "f1" => 2.0 * tp / (2.0 * tp + fp + fn_),
        "balanced_accuracy" => f64::midpoint(tp / (tp + fn_), tn / (tn + fp)),
        _ => (tp * tn - fp * fn_) / ((tp + fp) * (tp + fn_) * (tn + fp) * (tn + fn_)).sqrt(),
    }
}

fn gaps(gap: &Asked, rows: u64, draws: u32) -> Seen {
    let mut seen = Seen::default();
    for rates in [[0.5; 5], [0.1; 5], [0.3, 0.35, 0.4, 0.45, 0.5], [0.5, 0.5, 0.5, 0.5, 0.6], [0.05, 0.05, 0.05, 0.05, 0.2]] {
        let (low, high) = rates.iter().fold((1.0_f64, 0.0_f64), |(low, high), rate| (low.min(*rate), high.max(*rate)));
        seen.observe(&format!("rates of {rates:?}"), high - low, draws, rows, |random| {
            let group = |rate: &f64| hits((0..rows).filter(|_| uniform(&mut &mut *random) < *rate).count() as u64, rows);
            let cells: Vec<Cell> = rates.iter().map(group).collect();
            gap.across(&groups(&cells))
        });
    }
    seen
}
