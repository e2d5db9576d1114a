//! One proportion: every count that can be seen, with its probability.

use modelgate_eval::clopper_pearson;

use super::counts::{Asked, binomial, cube, hits};
use super::tally::{LEAST, MOST};
use super::{PROPORTIONS, rows};
use crate::table::{Table, percent};
use crate::{Effort, ProofError};

pub(crate) fn section(effort: Effort) -> Result<String, ProofError> {
    let proportions = PROPORTIONS.map(|proportion| format!("p = {proportion}"));
    let mut columns = vec!["rows"];
    columns.extend(proportions.iter().map(String::as_str));
    columns.extend(["least of all p", "mean of all p", "width", "Clopper-Pearson's width"]);
    let mut table = Table::new(&columns);
    let accuracy = Asked::of("accuracy")?;
    for rows in rows(effort, 1_000) {
        let intervals: Vec<(f64, f64)> = (0..=rows)
            .map(|count| accuracy.overall(&cube(hits(count, rows), false)).map_or((1.0, 0.0), |found| (found.lower, found.upper)))
            .collect();
        let mut cells = vec![rows.to_string()];
        cells.extend(PROPORTIONS.iter().map(|share| {
            let covered = coverage(&intervals, rows, *share);
            let star = if covered > MOST && !attainable(rows, *share) { "*" } else { "" };
            format!("{}{star}", percent(covered))
        }));
        // From one event in `rows` on: below that, hardly anything is ever seen.
        let fine = (1..1_000).map(|step| f64::from(step) / 1_000.0);
        let covered: Vec<f64> = fine.map(|share| coverage(&intervals, rows, share)).collect();
        cells.push(percent(covered.iter().copied().fold(1.0, f64::min)));
        cells.push(percent(covered.iter().sum::<f64>() / covered.len() as f64));
        cells.push(width(intervals.iter().copied()));
        let strict = (0..=rows).filter_map(|count| clopper_pearson(count as f64, rows as f64, 0.95));
        cells.push(width(strict.map(|interval| (interval.lower, interval.upper))));
        table.push(&cells);
    }
    Ok(format!("{HEADING}\n{}", table.text()))
}

const HEADING: &str = "\
## One proportion

Accuracy, precision, recall and all other rates: Wilson's score interval, and where 30 rows or fewer are hits, or are not, the wider of
it and the exact mid-p interval. Exact sums. *Least* and *mean of all p* are those of the coverage at p = 0.001, 0.002 ... 0.999; the
width is the mean over all counts, beside that of the interval that never covers less than 95 %. What is above 97 % without a star is
what it costs not to be below 93 % next to it: in 30 rows Wilson's interval alone is not above 97 % at 0.05, but covers 86 % at 0.005.
";

fn coverage(intervals: &[(f64, f64)], rows: u64, share: f64) -> f64 {
    let held = |(lower, upper): &(f64, f64)| *lower <= share + 1e-12 && share - 1e-12 <= *upper;
    binomial(rows, share).iter().zip(intervals).filter(|(_, interval)| held(interval)).map(|(probability, _)| probability).sum()
}

/// Whether neighboring counts exist that have a probability within the aim together.
fn attainable(rows: u64, share: f64) -> bool {
    let probabilities = binomial(rows, share);
    // Hits and misses are treated alike, so that for a half the counts come in pairs.
    let symmetric = (share - 0.5).abs() < 1e-12;
    let within = |from: usize| {
        let mut sum = 0.0;
        probabilities.iter().enumerate().skip(from).any(|(to, probability)| {
            sum += probability;
            (LEAST..=MOST).contains(&sum) && (!symmetric || from + to + 1 == probabilities.len())
        })
    };
    (0..probabilities.len()).any(within)
}

fn width(intervals: impl Iterator<Item = (f64, f64)>) -> String {
    let widths: Vec<f64> = intervals.map(|(lower, upper)| upper - lower).collect();
    format!("{:.4}", widths.iter().sum::<f64>() / widths.len().max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_events_in_few_rows_cannot_be_covered_closely() {
        assert!(!attainable(10, 0.01) && !attainable(10, 0.05));
        assert!(attainable(10, 0.3) && attainable(1_000, 0.01));
        // Two to eight of ten are 97.9 %, three to seven 89.1 %; without symmetry two to seven would be 93.5 %.
        assert!(!attainable(10, 0.5) && attainable(30, 0.5));
    }

    #[test]
    fn the_interval_that_holds_everything_covers_everything() {
        assert!((coverage(&[(0.0, 1.0); 11], 10, 0.3) - 1.0).abs() < 1e-12);
        assert!(coverage(&[(0.31, 1.0); 11], 10, 0.3) < 1e-12);
    }
}
