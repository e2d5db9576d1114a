//! Chooses where to split a node: the threshold of a feature, and the side of missing values, that explain most.

use super::bins::MISSING;
use super::histogram::{Cells, Occupied};
use super::sums::{Sums, Units};

/// The least share of what a node's sides explain that a split must add. Less is rounding: a node of one class explains
/// itself to the last bits whichever way it is cut.
const LEAST_GAIN: f64 = 1e-12;

/// What every split has to keep to.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) units: Units,
    /// The least weight of a side, in whole numbers of weight.
    pub(super) least_weight: i64,
    /// The least curvature of a side, in units of curvature.
    pub(super) least_curvature: i64,
    /// For each feature, 1 where values must not fall with it, -1 where they must not rise, 0 where they may do either.
    pub(super) directions: Vec<i8>,
}

/// Between which numbers the values below a node must stay, so that what was promised further up still holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bounds {
    pub(super) low: f64,
    pub(super) high: f64,
}

/// A node before it is split.
#[derive(Debug, Clone, Copy)]
pub(super) struct Undivided<S> {
    pub(super) sums: S,
    pub(super) bounds: Bounds,
}

/// A way to split a node.
#[derive(Debug, Clone, Copy)]
pub(super) struct Split<S> {
    pub(super) feature: usize,
    /// The last bin that goes to the left.
    pub(super) bin: u8,
    pub(super) missing_left: bool,
    pub(super) gain: f64,
    pub(super) left: S,
    pub(super) right: S,
}

impl Bounds {
    pub(super) const NONE: Self = Self { low: f64::NEG_INFINITY, high: f64::INFINITY };

    fn are_set(self) -> bool {
        self != Self::NONE
    }

    /// The value moved to the nearest one allowed.
    pub(super) fn hold(self, value: f64) -> f64 {
        value.max(self.low).min(self.high)
    }

    /// The bounds of both sides of a split: where the values of one side must not pass those of the other, they meet in
    /// the middle.
    pub(super) fn of_sides<S: Sums>(self, split: &Split<S>, rule: &Rule) -> (Self, Self) {
        let direction = rule.directions[split.feature];
        if direction == 0 {
            return (self, self);
        }
        let values = [split.left, split.right].map(|side| self.hold(side.value(&rule.units)));
        let middle = f64::midpoint(values[0], values[1]);
        let (below, above) = (Self { high: middle, ..self }, Self { low: middle, ..self });
        if direction > 0 { (below, above) } else { (above, below) }
    }
}

impl Rule {
    /// Whether a side may be a node of its own.
    fn allows<S: Sums>(&self, side: &S) -> bool {
        side.weight() >= self.least_weight && side.is_curved(self.least_curvature)
    }

    /// What a split adds to what the node explains already; `None` where it breaks a promise.
    fn gain<S: Sums>(&self, node: &Undivided<S>, feature: usize, left: &S, right: &S) -> Option<f64> {
        let (units, direction) = (&self.units, self.directions[feature]);
        let (of_left, of_right, of_node) = if direction == 0 && !node.bounds.are_set() {
            (left.explained(units), right.explained(units), node.sums.explained(units))
        } else {
            let value = |sums: &S| node.bounds.hold(sums.value(units));
            let (to_left, to_right) = (value(left), value(right));
            if f64::from(direction) * (to_right - to_left) < 0.0 {
                return None;
            }
            let explained = |sums: &S, value| sums.explained_by(value, units);
            (explained(left, to_left), explained(right, to_right), explained(&node.sums, value(&node.sums)))
        };
        let gain = of_left + of_right - of_node;
        (gain > LEAST_GAIN * (of_left.abs() + of_right.abs())).then_some(gain)
    }

    /// The best split of a feature; the first of equals.
    pub(super) fn best<S: Sums>(
        &self,
        feature: usize,
        bins: usize,
        cells: &Cells<S>,
        occupied: &Occupied,
        node: &Undivided<S>,
    ) -> Option<Split<S>> {
        let missing = cells[usize::from(MISSING)];
        let none_missing = missing.weight() == 0;
        let mut best: Option<Split<S>> = None;
        let mut left = S::default();
        for bin in occupied.below(bins) {
            let cell = &cells[usize::from(bin)];
            if cell.weight() == 0 {
                continue;
            }
            left = left.plus(cell);
            let right = node.sums.minus(&left);
            if right.weight() < self.least_weight {
                break;
            }
            let mut consider = |missing_left: bool, left: S, right: S| {
                if !self.allows(&left) || !self.allows(&right) {
                    return;
                }
                if let Some(gain) = self.gain(node, feature, &left, &right)
                    && best.as_ref().is_none_or(|best| gain > best.gain)
                {
                    best = Some(Split { feature, bin, missing_left, gain, left, right });
                }
            };
            if none_missing {
                consider(left.weight() >= right.weight(), left, right);
            } else {
                consider(true, left.plus(&missing), right.minus(&missing));
                // After the last bin this parts known values from missing ones.
                consider(false, left, right);
            }
        }
        best
    }
}
