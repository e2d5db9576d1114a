//! What chance alone would give: how many rows would be equal if columns had nothing to do with each other.

use modelgate_cube::{Counted, PairShares};

/// The share that columns with these values would give; `None` for counts of which that is no question.
pub(super) fn expected(what: Counted, pairs: &PairShares) -> Option<f64> {
    // Where one column tells rows apart, all that agree in it are equal, and chance is all that makes them so.
    let equal = if pairs.columns.len() > 1 { pairs.equal } else { 0.0 };
    let agree: f64 = pairs.columns.iter().map(|agree| by_chance(*agree, equal)).product();
    let labels = pairs.labels.unwrap_or(1.0);
    // As many other rows would say the same as a row.
    let load = |agree: f64| pairs.others as f64 * agree;
    let one_of_them = |load: f64| (-(-load).exp_m1()).clamp(0.0, 1.0);
    match what {
        Counted::Repeated => Some(repeats(load(agree))),
        Counted::Conflicting => Some(one_of_them(load(agree * (1.0 - labels)))),
        Counted::Shared | Counted::NearlyShared => Some(one_of_them(load(agree))),
        Counted::SharedWithLabel => Some(one_of_them(load(agree * labels))),
        _ => None,
    }
}

/// The probability that two rows agree in a column, without the pairs of rows that are equal as a whole: these are what is
/// asked about, and would make themselves likely.
fn by_chance(agree: f64, equal: f64) -> f64 {
    if equal < 1.0 { ((agree - equal) / (1.0 - equal)).clamp(0.0, 1.0) } else { 0.0 }
}

/// The share of rows that repeat another one, all but one of each, where there are as many rows as would be `load` to each
/// thing that a row can say: of n rows in N equally likely places, (1 - exp(-n/N)) N are different.
fn repeats(load: f64) -> f64 {
    // The series, where the difference would have no digits left.
    if load < 1e-6 { load / 2.0 } else { (1.0 - (1.0 - (-load).exp()) / load).clamp(0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn pairs(others: u64, columns: &[f64]) -> PairShares {
        PairShares { others, equal: 0.0, columns: columns.to_vec(), labels: Some(0.5) }
    }

    #[test]
    fn chance_follows_from_what_columns_can_say() {
        // 1,000 rows in 1,000 places: numpy.unique(numpy.random.randint(1000, size=1000)).size / 1000 is 1 - 1 / e on average.
        let even = pairs(1_000, &[0.1, 0.01]);
        let of = |what| expected(what, &even).unwrap();
        assert!((of(Counted::Repeated) - (-1.0_f64).exp()).abs() < 1e-12);
        assert!((of(Counted::Shared) - (1.0 - (-1.0_f64).exp())).abs() < 1e-12);
        assert!((of(Counted::SharedWithLabel) - (1.0 - (-0.5_f64).exp())).abs() < 1e-12);
        assert!((of(Counted::Conflicting) - (1.0 - (-0.5_f64).exp())).abs() < 1e-12);
        assert_eq!(expected(Counted::Missing, &even), None);
        assert!(expected(Counted::Repeated, &pairs(1_000, &[1e-6, 1e-6])).unwrap() < 1e-8);
    }

    #[test]
    fn rows_that_are_equal_as_a_whole_do_not_make_themselves_likely() {
        let copies = PairShares { others: 1_000, equal: 0.5, columns: vec![0.5, 0.5], labels: None };
        assert!(expected(Counted::Repeated, &copies).unwrap() < 1e-12);
        assert!(expected(Counted::Shared, &PairShares { equal: 1.0, ..copies.clone() }).unwrap() < 1e-12);
        // 1,000 rows that say F or M alone.
        let one = PairShares { equal: 0.5, columns: vec![0.5], ..copies };
        assert!(expected(Counted::Repeated, &one).unwrap() > 0.99);
    }
}
