//! What is summed over the rows of a node: whole numbers, so that no order of adding them changes a bit.

/// What one whole number is worth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Units {
    /// Of a sum of pulls.
    pub(super) pull: f64,
    /// Of a sum of curvatures.
    pub(super) curvature: f64,
    /// What is added to each node's curvature to hold its value back.
    pub(super) l2: f64,
}

/// Sums over rows, in units of [`Units`].
pub(super) trait Sums: Copy + Default + Send + Sync {
    /// What a row adds.
    type Row: Copy + Default + Send + Sync;

    /// Adds a row.
    fn add_row(&mut self, row: &Self::Row);
    /// Takes a row away that was added.
    fn take_row(&mut self, row: &Self::Row);
    /// Both together.
    fn plus(&self, other: &Self) -> Self;
    /// This without a part of it.
    fn minus(&self, part: &Self) -> Self;
    /// The sum of weights.
    fn weight(&self) -> i64;
    /// How much a node with its best value explains: the squared pull over the curvature.
    fn explained(&self, units: &Units) -> f64;
    /// How much a node with this value explains.
    fn explained_by(&self, value: f64, units: &Units) -> f64;
    /// The best value, where it is one number.
    fn value(&self, units: &Units) -> f64;
    /// Whether the curvature allows a leaf of its own.
    fn is_curved(&self, least: i64) -> bool;
    /// The values of a leaf, one for each output.
    fn values(&self, units: &Units) -> Vec<f64>;
}

/// Weights, and weighted targets: the mean is the value.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Mean {
    pub(super) weight: i64,
    pub(super) pull: i64,
}

/// Weights, and the slope and curvature of a loss at each row: a step of Newton's method is the value.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Newton {
    pub(super) weight: i64,
    pub(super) pull: i64,
    pub(super) curvature: i64,
}

/// Weights, in all and of each class: the shares are the values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shares<const K: usize> {
    weight: i64,
    of_class: [i64; K],
}

/// What a row adds to [`Shares`].
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct InClass {
    pub(super) weight: i64,
    pub(super) class: u8,
}

/// The squared pull over the curvature; 0 where there is none.
fn explained(pull: f64, curvature: f64) -> f64 {
    if curvature > 0.0 { pull * pull / curvature } else { 0.0 }
}

/// What a value explains that need not be the best.
fn explained_by(value: f64, pull: f64, curvature: f64) -> f64 {
    value * (2.0 * pull - curvature * value)
}

impl Mean {
    fn parts(&self, units: &Units) -> (f64, f64) {
        (self.pull as f64 * units.pull, self.weight as f64 * units.curvature + units.l2)
    }
}

impl Sums for Mean {
    type Row = Self;

    fn add_row(&mut self, row: &Self) {
        *self = self.plus(row);
    }

    fn take_row(&mut self, row: &Self) {
        *self = self.minus(row);
    }

    fn plus(&self, other: &Self) -> Self {
        Self { weight: self.weight + other.weight, pull: self.pull + other.pull }
    }

    fn minus(&self, part: &Self) -> Self {
        Self { weight: self.weight - part.weight, pull: self.pull - part.pull }
    }

    fn weight(&self) -> i64 {
        self.weight
    }

    fn explained(&self, units: &Units) -> f64 {
        let (pull, curvature) = self.parts(units);
        explained(pull, curvature)
    }

    fn explained_by(&self, value: f64, units: &Units) -> f64 {
        let (pull, curvature) = self.parts(units);
        explained_by(value, pull, curvature)
    }

    fn value(&self, units: &Units) -> f64 {
        let (pull, curvature) = self.parts(units);
        if curvature > 0.0 { pull / curvature } else { 0.0 }
    }

    fn is_curved(&self, _: i64) -> bool {
        true
    }

    fn values(&self, units: &Units) -> Vec<f64> {
        vec![self.value(units)]
    }
}

impl Newton {
    fn parts(&self, units: &Units) -> (f64, f64) {
        (self.pull as f64 * units.pull, self.curvature as f64 * units.curvature + units.l2)
    }
}

impl Sums for Newton {
    type Row = Self;

    fn add_row(&mut self, row: &Self) {
        *self = self.plus(row);
    }

    fn take_row(&mut self, row: &Self) {
        *self = self.minus(row);
    }

    fn plus(&self, other: &Self) -> Self {
        Self { weight: self.weight + other.weight, pull: self.pull + other.pull, curvature: self.curvature + other.curvature }
    }

    fn minus(&self, part: &Self) -> Self {
        Self { weight: self.weight - part.weight, pull: self.pull - part.pull, curvature: self.curvature - part.curvature }
    }

    fn weight(&self) -> i64 {
        self.weight
    }

    fn explained(&self, units: &Units) -> f64 {
        let (pull, curvature) = self.parts(units);
        explained(pull, curvature)
    }

    fn explained_by(&self, value: f64, units: &Units) -> f64 {
        let (pull, curvature) = self.parts(units);
        explained_by(value, pull, curvature)
    }

    fn value(&self, units: &Units) -> f64 {
        let (pull, curvature) = self.parts(units);
        if curvature > 0.0 { pull / curvature } else { 0.0 }
    }

    fn is_curved(&self, least: i64) -> bool {
        self.curvature >= least
    }

    fn values(&self, units: &Units) -> Vec<f64> {
        vec![self.value(units)]
    }
}

impl<const K: usize> Default for Shares<K> {
    fn default() -> Self {
        Self { weight: 0, of_class: [0; K] }
    }
}

impl<const K: usize> Shares<K> {
    fn with(&self, other: &Self, sign: i64) -> Self {
        let mut both = *self;
        both.weight += sign * other.weight;
        both.of_class.iter_mut().zip(&other.of_class).for_each(|(sum, part)| *sum += sign * part);
        both
    }
}

impl<const K: usize> Sums for Shares<K> {
    type Row = InClass;

    fn add_row(&mut self, row: &InClass) {
        self.weight += row.weight;
        self.of_class[usize::from(row.class)] += row.weight;
    }

    fn take_row(&mut self, row: &InClass) {
        self.weight -= row.weight;
        self.of_class[usize::from(row.class)] -= row.weight;
    }

    fn plus(&self, other: &Self) -> Self {
        self.with(other, 1)
    }

    fn minus(&self, part: &Self) -> Self {
        self.with(part, -1)
    }

    fn weight(&self) -> i64 {
        self.weight
    }

    fn explained(&self, units: &Units) -> f64 {
        let squares: f64 = self.of_class.iter().map(|sum| *sum as f64 * *sum as f64).sum();
        if self.weight > 0 { squares / self.weight as f64 * units.curvature } else { 0.0 }
    }

    /// Shares have no single value, and constraints on it are refused before anything is grown.
    fn explained_by(&self, _: f64, units: &Units) -> f64 {
        self.explained(units)
    }

    fn value(&self, _: &Units) -> f64 {
        0.0
    }

    fn is_curved(&self, _: i64) -> bool {
        true
    }

    fn values(&self, _: &Units) -> Vec<f64> {
        self.of_class.iter().map(|sum| if self.weight > 0 { *sum as f64 / self.weight as f64 } else { 0.0 }).collect()
    }
}
