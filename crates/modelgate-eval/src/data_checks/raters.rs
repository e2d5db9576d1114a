//! How well people agree who have labelled the same rows, beyond what chance gives.

use modelgate_cube::RaterCounts;

use crate::{Estimate, Measured, Reason};

/// Cohen's kappa of two raters (Cohen 1960), Fleiss' kappa of more (Fleiss 1971), of the rows of which all have said something.
pub(super) fn kappa(counts: &RaterCounts) -> Estimate {
    let (rows, raters) = (counts.rows as f64, counts.said.len() as f64);
    let undefined = |reason| Estimate::Undefined { reason, n: counts.rows };
    if counts.rows == 0 || counts.said.len() < 2 {
        return undefined(Reason::NoRows);
    }
    let agreement = counts.agreeing as f64 / (rows * raters * (raters - 1.0));
    let share = |rater: &Vec<u64>, class: usize| rater.get(class).copied().unwrap_or_default() as f64 / rows;
    let classes = counts.said.iter().map(Vec::len).max().unwrap_or(0);
    let by_chance = match counts.said.as_slice() {
        [one, two] => (0..classes).map(|class| share(one, class) * share(two, class)).sum::<f64>(),
        all => {
            let mean = |class: usize| all.iter().map(|rater| share(rater, class)).sum::<f64>() / raters;
            (0..classes).map(|class| mean(class).powi(2)).sum()
        }
    };
    if by_chance >= 1.0 {
        return undefined(Reason::Constant);
    }
    let value = (agreement - by_chance) / (1.0 - by_chance);
    Estimate::Measured(Measured { value, interval: None, n: counts.rows, binning_error: 0.0 })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn value(rows: u64, agreeing: u64, said: &[&[u64]]) -> f64 {
        let counts = RaterCounts { rows, agreeing, said: said.iter().map(|rater| rater.to_vec()).collect() };
        kappa(&counts).measured().unwrap().value
    }

    #[test]
    fn two_raters_have_cohens_kappa() {
        // sklearn.metrics.cohen_kappa_score of 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no.
        assert!((value(50, 70, &[&[25, 25], &[30, 20]]) - 0.4).abs() < 1e-12);
        assert!((value(4, 8, &[&[2, 2], &[2, 2]]) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn several_raters_have_fleiss_kappa() {
        // statsmodels.stats.inter_rater.fleiss_kappa([[0,0,0,0,14],[0,2,6,4,2],[0,0,3,5,6],[0,3,9,2,0],[2,2,8,1,1],[7,7,0,0,0],
        // [3,2,6,3,0],[2,5,3,2,2],[6,5,2,1,0],[0,2,2,3,7]]): the example of Fleiss (1971) on Wikipedia.
        let table: [[u64; 5]; 10] = [
            [0, 0, 0, 0, 14],
            [0, 2, 6, 4, 2],
            [0, 0, 3, 5, 6],
            [0, 3, 9, 2, 0],
            [2, 2, 8, 1, 1],
            [7, 7, 0, 0, 0],
            [3, 2, 6, 3, 0],
            [2, 5, 3, 2, 2],
            [6, 5, 2, 1, 0],
            [0, 2, 2, 3, 7],
        ];
        let agreeing = table.iter().flatten().map(|said| said * said.saturating_sub(1)).sum();
        // Who said what is no question, so that all of it may be said by any of them.
        let of_class = |class: usize| table.iter().map(|row| row[class]).sum::<u64>();
        let mut said = vec![vec![0_u64; 5]; 14];
        said[0] = (0..5).map(of_class).collect();
        let counts = RaterCounts { rows: 10, agreeing, said };
        assert!((kappa(&counts).measured().unwrap().value - 0.209_930_704_421_955_8).abs() < 1e-12);
    }

    #[test]
    fn where_everybody_always_says_the_same_there_is_nothing_to_agree_about() {
        let constant = RaterCounts { rows: 9, agreeing: 18, said: vec![vec![9], vec![9]] };
        assert_eq!(kappa(&constant), Estimate::Undefined { reason: Reason::Constant, n: 9 });
    }
}
