//! Whether limits are looser than those of the previous release: thresholds are set before a test, and not by its result.

use crate::{Bound, Gate};

/// The limits of `before` that are looser or gone in `now`, in words.
#[must_use]
pub fn loosened(before: &[Gate], now: &[Gate]) -> Vec<String> {
    before.iter().flat_map(|gate| of_gate(gate, now)).collect()
}

fn of_gate(gate: &Gate, now: &[Gate]) -> Vec<String> {
    let same: Vec<&Gate> = now.iter().filter(|other| other.metric == gate.metric && other.target == gate.target).collect();
    let mut told: Vec<String> = gate.bounds.iter().filter_map(|bound| of_bound(gate, bound, &same)).collect();
    let is_weaker = |other: &&Gate| other.level < gate.level || (gate.must_prove && !other.must_prove);
    if !same.is_empty() && same.iter().all(is_weaker) {
        told.push(format!("the gate on {} is less strict", gate.metric));
    }
    told
}

/// What became of one limit; `None` where some gate still has it or a tighter one.
fn of_bound(gate: &Gate, bound: &Bound, same: &[&Gate]) -> Option<String> {
    let (key, limit) = parts(bound);
    let now: Vec<f64> =
        same.iter().flat_map(|gate| &gate.bounds).map(parts).filter(|(other, _)| *other == key).map(|(_, limit)| limit).collect();
    let holds = |now: &f64| if matches!(bound, Bound::Lower(_)) { *now >= limit } else { *now <= limit };
    match now.first() {
        None => Some(format!("{key} {limit} of {} is gone", gate.metric)),
        Some(_) if now.iter().any(holds) => None,
        Some(first) => Some(format!("{key} of {} was {limit} and is {first}", gate.metric)),
    }
}

fn parts(bound: &Bound) -> (&'static str, f64) {
    match bound {
        Bound::Lower(limit) => ("lower_bound", *limit),
        Bound::Upper(limit) => ("upper_bound", *limit),
        Bound::MaxRegression(limit) => ("max_regression", *limit),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::{Level, Origin, Target};
    use modelgate_eval::MetricId;

    fn gate(bounds: &[Bound], level: Level) -> Gate {
        Gate {
            origin: Origin { file: None, path: "gates[0]".to_owned(), line: 1 },
            metric: MetricId::parse("recall").unwrap(),
            target: Target::Every,
            bounds: bounds.to_vec(),
            level,
            must_prove: false,
        }
    }

    #[test]
    fn only_what_allows_more_is_looser() {
        let before = [gate(&[Bound::Lower(0.8), Bound::MaxRegression(0.02)], Level::Deny)];
        let told = |bounds: &[Bound], level| loosened(&before, &[gate(bounds, level)]).join("; ");
        assert_eq!(told(&[Bound::Lower(0.8), Bound::MaxRegression(0.02)], Level::Deny), "");
        assert_eq!(told(&[Bound::Lower(0.9), Bound::MaxRegression(0.01)], Level::Deny), "");
        assert_eq!(
            told(&[Bound::Lower(0.7), Bound::MaxRegression(0.02)], Level::Deny),
            "lower_bound of recall was 0.8 and is 0.7"
        );
        assert_eq!(
            told(&[Bound::Lower(0.8), Bound::MaxRegression(0.1)], Level::Deny),
            "max_regression of recall was 0.02 and is 0.1"
        );
        assert_eq!(told(&[Bound::Lower(0.8)], Level::Deny), "max_regression 0.02 of recall is gone");
        assert_eq!(told(&[Bound::Lower(0.8), Bound::MaxRegression(0.02)], Level::Warn), "the gate on recall is less strict");
        assert_eq!(loosened(&before, &[]).len(), 2);
        assert!(loosened(&[], &before).is_empty(), "a new gate loosens nothing");
    }
}
