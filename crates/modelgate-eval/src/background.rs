//! Areas under the ROC curve that set a group's rows of one class against the other class of everybody else.
//!
//! Borkan et al. (2019): a group whose negatives score as high as other people's positives (BPSN), or whose positives score as
//! low as other people's negatives (BNSP), is treated worse by any one threshold, even where the order within each is right.

use modelgate_cube::{Fixed, ScoreBin, ScoreTable, Slice, Tally};

use crate::confusion::Quadrant;
use crate::evaluate::{Counted, Run, measured};
use crate::interval;
use crate::{Estimate, Measured, Reason, ranking};

/// Which class is the group's; the other one is that of all rows outside of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Background {
    /// Background positive, subgroup negative.
    Positive,
    /// Background negative, subgroup positive.
    Negative,
}

impl Run<'_> {
    /// The area of a group's rows of one class against the other class of the rows outside of it.
    pub(crate) fn against_background(&self, background: Background, counted: &Counted<'_>) -> Estimate {
        let undefined = |reason| Estimate::Undefined { reason, n: 0 };
        if !self.cube.meta().shape.scored {
            return undefined(Reason::NoScores);
        }
        let Some(all) = self.cube.cell(&Slice::overall()) else { return undefined(Reason::NoRows) };
        let table = crossed(background, &all.scores, &counted.cell.scores);
        match ranking::area(&table, self.cube.scale()) {
            Err(reason) => undefined(reason),
            Ok(area) => Estimate::Measured(Measured {
                value: area.value,
                interval: Some(area.interval(self.z)),
                n: area.smaller_class,
                binning_error: area.binning_error,
            }),
        }
    }

    /// The share of all rows of a kind that are a group's.
    pub(crate) fn share_of_all(&self, part: &[Quadrant], empty: Reason, counted: &Counted<'_>) -> Estimate {
        let all = self.cube.cell(&Slice::overall()).map(|cell| Quadrant::sum(part, cell)).unwrap_or_default();
        let own = Quadrant::sum(part, counted.cell);
        let weight = all.weight.to_f64();
        if weight <= 0.0 {
            return Estimate::Undefined { reason: empty, n: all.rows };
        }
        let value = own.weight.to_f64() / weight;
        let effective = weight * weight / all.weight_squared.to_f64();
        measured(value, Some(interval::wilson(value, effective, self.z)), all.rows)
    }
}

/// The group's rows of one class and the others' of the other one, by score.
fn crossed(background: Background, all: &ScoreTable, group: &ScoreTable) -> ScoreTable {
    let mut table = ScoreTable::with_capacity(all.len());
    let mut of_group = group.iter().peekable();
    for (key, bin) in all.iter() {
        let own = match of_group.peek() {
            Some((next, own)) if *next == key => *own,
            _ => ScoreBin::default(),
        };
        if own != ScoreBin::default() {
            of_group.next();
        }
        let bin = match background {
            Background::Positive => ScoreBin { negatives: own.negatives, positives: without(&bin.positives, &own.positives) },
            Background::Negative => ScoreBin { negatives: without(&bin.negatives, &own.negatives), positives: own.positives },
        };
        table.add(key, &bin);
    }
    table
}

/// The rows that are left without some of them; exact, because sums are whole numbers of a fixed part.
fn without(all: &Tally, some: &Tally) -> Tally {
    let rest = |all: Fixed, some: Fixed| Fixed::from_bits(all.to_bits().saturating_sub(some.to_bits()));
    Tally {
        rows: all.rows.saturating_sub(some.rows),
        weight: rest(all.weight, some.weight),
        weight_squared: rest(all.weight_squared, some.weight_squared),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use modelgate_cube::ScoreScale;

    use super::*;

    fn table(rows: &[(f64, bool)]) -> ScoreTable {
        let mut table = ScoreTable::default();
        for (score, positive) in rows {
            table.add_row(ScoreTable::key(ScoreScale::Exact, *score), *positive, 1.0);
        }
        table
    }

    fn area(background: Background, group: &[(f64, bool)], others: &[(f64, bool)]) -> f64 {
        let all: Vec<(f64, bool)> = group.iter().chain(others).copied().collect();
        ranking::area(&crossed(background, &table(&all), &table(group)), ScoreScale::Exact).unwrap().value
    }

    #[test]
    fn each_class_comes_from_its_own_side() {
        // The group is ordered perfectly and scores too high as a whole: its negatives pass other people's positives.
        let (group, others) = ([(0.7, false), (0.9, true)], [(0.1, false), (0.5, true), (0.8, true)]);
        assert!((area(Background::Positive, &group, &others) - 0.5).abs() < 1e-15);
        assert!((area(Background::Negative, &group, &others) - 1.0).abs() < 1e-15);
    }

    #[test]
    fn a_group_that_is_everybody_has_no_background() {
        let group = [(0.7, false), (0.9, true)];
        let all = table(&group);
        assert_eq!(
            ranking::area(&crossed(Background::Positive, &all, &all), ScoreScale::Exact).unwrap_err(),
            Reason::SingleClass
        );
    }
}
