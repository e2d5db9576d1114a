//! Ranking: how far up each query's relevant rows stand. The unit is the query, and a slice counts queries.
//!
//! Rows of one query with equal scores have no order. Each number is the mean over all orders of them, in closed form
//! (`McSherry` and Najork 2008); for NDCG that is what scikit-learn does.

use super::RowShare;
use crate::{LossSums, Tally};

/// What a query's order is worth: each number from 0 to 1, the more the better.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct QueryWorth {
    /// The discounted gain of the first rows among what the best order would have (Järvelin and Kekäläinen 2002).
    pub ndcg: f64,
    /// One over the place of the first relevant row.
    pub reciprocal_rank: f64,
    /// The mean precision at the places of the relevant rows.
    pub average_precision: f64,
    /// The relevant rows among the first ones, of all relevant rows.
    pub recall: f64,
    /// The relevant rows among the first ones, of as many as are asked for.
    pub precision: f64,
}

impl QueryWorth {
    /// What the order by score is worth, of rows with grade and score, looking at the first `cutoff` of them; `None` where no
    /// row has a grade above zero. Grades must be finite and not negative, scores not NaN.
    #[must_use]
    pub fn of(rows: &[(f64, f64)], cutoff: u32) -> Option<Self> {
        let relevant = rows.iter().filter(|(grade, _)| *grade > 0.0).count();
        if relevant == 0 {
            return None;
        }
        let mut ordered = rows.to_vec();
        // Equal scores by grade, so that sums do not depend on the order of rows in a file.
        ordered.sort_by(|one, two| two.1.total_cmp(&one.1).then(two.0.total_cmp(&one.0)));
        let cutoff = cutoff as usize;
        let (mut gain, mut hits, mut precisions, mut reciprocal, mut before, mut found) = (0.0, 0.0, 0.0, 0.0, 0, 0);
        for tied in ordered.chunk_by(|one, two| one.1.total_cmp(&two.1).is_eq()) {
            let size = tied.len();
            let own = tied.iter().filter(|(grade, _)| *grade > 0.0).count();
            let grades: f64 = tied.iter().map(|(grade, _)| grade).sum();
            let places = before + 1..before + size + 1;
            let within = cutoff.saturating_sub(before).min(size);
            gain += grades / size as f64 * places.clone().take(within).map(discount).sum::<f64>();
            hits += own as f64 * within as f64 / size as f64;
            if own > 0 {
                precisions += tied_precisions(before, found, size, own);
            }
            if found == 0 && own > 0 {
                reciprocal = tied_reciprocal(before, size, own);
            }
            before += size;
            found += own;
        }
        ordered.sort_by(|one, two| two.0.total_cmp(&one.0));
        let best: f64 = ordered.iter().take(cutoff).zip(1..).map(|((grade, _), place)| grade * discount(place)).sum();
        let share = |part: f64, whole: f64| if whole > 0.0 { (part / whole).clamp(0.0, 1.0) } else { 0.0 };
        Some(Self {
            ndcg: share(gain, best),
            reciprocal_rank: reciprocal,
            average_precision: share(precisions, relevant as f64),
            recall: share(hits, relevant as f64),
            precision: share(hits, cutoff as f64),
        })
    }

    fn list(&self) -> [f64; 5] {
        [self.ndcg, self.reciprocal_rank, self.average_precision, self.recall, self.precision]
    }
}

/// What a gain at a place, from 1, counts.
fn discount(place: usize) -> f64 {
    1.0 / libm::log2(place as f64 + 1.0)
}

/// The sum of the precisions at the places of the relevant rows among `size` tied ones, in the mean over their orders:
/// `before` rows stand above them, `found` of which are relevant, and `own` of them are.
fn tied_precisions(before: usize, found: usize, size: usize, own: usize) -> f64 {
    let share = own as f64 / size as f64;
    // Of the rows above one that is relevant, so many are, too.
    let beside = if size > 1 { (own - 1) as f64 / (size - 1) as f64 } else { 0.0 };
    let at = |place: usize| share * (found as f64 + place as f64 * beside + 1.0) / (before + place + 1) as f64;
    (0..size).map(at).sum()
}

/// One over the place of the first relevant row among `size` tied ones, `own` of which are, in the mean over their orders.
fn tied_reciprocal(before: usize, size: usize, own: usize) -> f64 {
    let (mut none_yet, mut sum) = (1.0, 0.0);
    for place in 0..=size - own {
        let here = own as f64 / (size - place) as f64;
        sum += none_yet * here / (before + place + 1) as f64;
        none_yet *= 1.0 - here;
    }
    sum
}

/// The counts of one slice of a ranking.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RankingCounts {
    /// All queries.
    pub queries: Tally,
    /// The queries that have a relevant row: the others tell nothing about an order.
    pub answerable: Tally,
    /// The rows of all queries.
    pub rows: u64,
    /// NDCG, reciprocal rank, average precision, recall and precision of the answerable queries.
    pub sums: [LossSums; 5],
}

impl RankingCounts {
    /// Adds a query of so many rows.
    pub fn add_query(&mut self, rows: u64, worth: Option<&QueryWorth>) {
        self.queries.add_row(1.0);
        self.rows += rows;
        let Some(worth) = worth else { return };
        self.answerable.add_row(1.0);
        for (sums, value) in self.sums.iter_mut().zip(worth.list()) {
            sums.add_row(value, 1.0);
        }
    }

    /// One of the five numbers as the mean over answerable queries.
    #[must_use]
    pub fn share(&self, place: usize) -> RowShare {
        RowShare { rows: self.answerable, sums: self.sums.get(place).copied().unwrap_or_default() }
    }

    /// What metrics are functions of.
    #[must_use]
    pub fn sums(&self) -> RankingSums {
        RankingSums {
            queries: self.queries.weight.to_f64(),
            answerable: self.answerable.weight.to_f64(),
            mark: 0.0,
            sums: self.sums.map(|sums| sums.weighted.to_f64()),
        }
    }

    /// Adds other queries.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.queries.merge(&other.queries);
        self.answerable.merge(&other.answerable);
        self.rows += other.rows;
        for (mine, theirs) in self.sums.iter_mut().zip(&other.sums) {
            mine.merge(theirs);
        }
    }
}

/// The sums that numbers of a ranking are functions of: of observed queries, or one replicate of them.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct RankingSums {
    /// All queries.
    pub queries: f64,
    /// Those that have a relevant row.
    pub answerable: f64,
    /// The sum of a number from 0 to 1 that is made of a query's name, by which shared queries are told; zero for observed
    /// ones, where it says nothing.
    pub mark: f64,
    /// NDCG, reciprocal rank, average precision, recall and precision.
    pub sums: [f64; 5],
}

impl RankingSums {
    /// How many numbers a replicate has.
    pub const WIDTH: usize = 8;

    /// What one query adds to a replicate.
    #[must_use]
    pub fn of_query(worth: Option<&QueryWorth>, mark: f64) -> Self {
        let sums = worth.map(QueryWorth::list).unwrap_or_default();
        Self { queries: 1.0, answerable: if worth.is_some() { 1.0 } else { 0.0 }, mark, sums }
    }

    /// The numbers in a row, as replicates hold them.
    #[must_use]
    pub fn to_list(&self) -> [f64; Self::WIDTH] {
        let [ndcg, reciprocal, precisions, recall, precision] = self.sums;
        [self.queries, self.answerable, self.mark, ndcg, reciprocal, precisions, recall, precision]
    }

    /// Reads them back; `None` where there is another number of them.
    #[must_use]
    pub fn from_list(list: &[f64]) -> Option<Self> {
        let [queries, answerable, mark, sums @ ..] = list else { return None };
        Some(Self { queries: *queries, answerable: *answerable, mark: *mark, sums: sums.try_into().ok()? })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn close(one: f64, two: f64) {
        assert!((one - two).abs() < 1e-12, "{one} {two}");
    }

    /// The mean over all orders of tied rows, one by one.
    fn by_orders(rows: &[(f64, f64)], cutoff: u32) -> QueryWorth {
        let (mut sum, mut count) = ([0.0; 5], 0.0);
        let mut order: Vec<usize> = (0..rows.len()).collect();
        each_order(&mut order, 0, &mut |order| {
            if order.windows(2).all(|pair| rows[pair[0]].1 >= rows[pair[1]].1) {
                // Scores that fall have no ties.
                let untied: Vec<(f64, f64)> =
                    order.iter().zip(0..).map(|(row, place)| (rows[*row].0, -f64::from(place))).collect();
                let worth = QueryWorth::of(&untied, cutoff).unwrap().list();
                sum.iter_mut().zip(worth).for_each(|(sum, value)| *sum += value);
                count += 1.0;
            }
        });
        let [ndcg, reciprocal_rank, average_precision, recall, precision] = sum.map(|sum| sum / count);
        QueryWorth { ndcg, reciprocal_rank, average_precision, recall, precision }
    }

    fn each_order(order: &mut Vec<usize>, from: usize, with: &mut impl FnMut(&[usize])) {
        if from == order.len() {
            return with(order);
        }
        for other in from..order.len() {
            order.swap(from, other);
            each_order(order, from + 1, with);
            order.swap(from, other);
        }
    }

    #[test]
    fn an_order_without_ties_is_worth_what_the_definitions_say() {
        let worth = QueryWorth::of(&[(0.0, 0.9), (3.0, 0.8), (0.0, 0.7), (1.0, 0.6)], 3).unwrap();
        close(worth.reciprocal_rank, 0.5);
        close(worth.average_precision, 0.5);
        close(worth.recall, 0.5);
        close(worth.precision, 1.0 / 3.0);
        close(worth.ndcg, 3.0 / libm::log2(3.0) / (3.0 + 1.0 / libm::log2(3.0)));
        assert_eq!(QueryWorth::of(&[(0.0, 1.0), (0.0, 2.0)], 10), None);
        assert_eq!(QueryWorth::of(&[], 10), None);
        let one = QueryWorth::of(&[(2.0, -1e300)], 10).unwrap();
        assert_eq!((one.ndcg, one.reciprocal_rank, one.average_precision, one.recall, one.precision), (1.0, 1.0, 1.0, 1.0, 0.1));
    }

    #[test]
    fn ties_are_worth_the_mean_over_their_orders() {
        let grades = [0.0, 2.0, 0.0, 1.0, 0.0, 3.0];
        for scores in [[1.0; 6], [2.0, 2.0, 2.0, 1.0, 1.0, 1.0], [3.0, 2.0, 2.0, 2.0, 2.0, 1.0], [1.0, 1.0, 2.0, 2.0, 3.0, 3.0]] {
            let rows: Vec<(f64, f64)> = grades.into_iter().zip(scores).collect();
            for cutoff in [1, 2, 4, 10] {
                let (found, expected) = (QueryWorth::of(&rows, cutoff).unwrap(), by_orders(&rows, cutoff));
                found.list().into_iter().zip(expected.list()).for_each(|(one, two)| close(one, two));
                let mut backward = rows.clone();
                backward.reverse();
                assert_eq!(QueryWorth::of(&backward, cutoff), Some(found));
            }
        }
    }

    #[test]
    fn queries_without_a_relevant_row_are_counted_and_take_no_part() {
        let worth = QueryWorth::of(&[(1.0, 1.0), (0.0, 2.0)], 10);
        let (mut counts, mut other) = (RankingCounts::default(), RankingCounts::default());
        counts.add_query(2, worth.as_ref());
        other.add_query(5, None);
        counts.merge(&other);
        assert_eq!((counts.queries.rows, counts.answerable.rows, counts.rows), (2, 1, 7));
        let sums = counts.sums();
        assert_eq!(RankingSums::from_list(&sums.to_list()), Some(sums));
        close(sums.sums[1], 0.5);
        assert_eq!(RankingSums::from_list(&sums.to_list()[1..]), None);
        assert_eq!(RankingSums::of_query(None, 0.25).to_list()[..3], [1.0, 0.0, 0.25]);
    }
}
