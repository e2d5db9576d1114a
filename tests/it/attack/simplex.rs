//! The least and the most that a sum of unknown numbers can be, given other sums of them: a dense simplex method.

/// Below this a number counts as zero.
const NOTHING: f64 = 1e-7;

/// Unknown numbers of at least zero, and what is known about them.
#[derive(Default)]
pub(super) struct System {
    unknowns: usize,
    /// Each sum with its value.
    sums: Vec<(Vec<(usize, f64)>, f64)>,
}

impl System {
    /// A new unknown number of at least zero.
    pub(super) fn unknown(&mut self) -> usize {
        self.unknowns += 1;
        self.unknowns - 1
    }

    /// A sum that is known.
    pub(super) fn is(&mut self, terms: &[(usize, f64)], value: f64) {
        self.sums.push((terms.to_vec(), value));
    }

    /// A sum that is known to be at least this.
    pub(super) fn is_at_least(&mut self, terms: &[(usize, f64)], value: f64) {
        let more = self.unknown();
        let mut terms = terms.to_vec();
        terms.push((more, -1.0));
        self.is(&terms, value);
    }

    /// A sum that is known to be at most this.
    pub(super) fn is_at_most(&mut self, terms: &[(usize, f64)], value: f64) {
        let less = self.unknown();
        let mut terms = terms.to_vec();
        terms.push((less, 1.0));
        self.is(&terms, value);
    }

    /// Finds numbers that fit everything that is known.
    pub(super) fn solved(&self) -> Solved {
        let (rows, columns) = (self.sums.len(), self.unknowns + self.sums.len());
        let mut table = vec![vec![0.0; columns + 1]; rows];
        for (row, (terms, value)) in self.sums.iter().enumerate() {
            let sign = if *value < 0.0 { -1.0 } else { 1.0 };
            for (unknown, factor) in terms {
                table[row][*unknown] += sign * factor;
            }
            table[row][self.unknowns + row] = 1.0;
            table[row][columns] = sign * value;
        }
        let basis = (self.unknowns..columns).collect();
        let mut solved = Solved { table, basis, columns, artificial: self.unknowns };
        let mut costs = vec![0.0; columns];
        costs[self.unknowns..].fill(1.0);
        let error = solved.minimum(&costs, columns);
        assert!(error < 1e-4, "what is known contradicts itself by {error}");
        solved.without_artificial();
        solved
    }
}

/// Numbers that fit, from which better ones are reached.
pub(super) struct Solved {
    table: Vec<Vec<f64>>,
    basis: Vec<usize>,
    columns: usize,
    artificial: usize,
}

impl Solved {
    /// The least and the most that a sum can be; the most is infinite where nothing limits it.
    pub(super) fn range(&mut self, terms: &[(usize, f64)]) -> (f64, f64) {
        let mut costs = vec![0.0; self.columns];
        for (unknown, factor) in terms {
            costs[*unknown] += factor;
        }
        let least = self.minimum(&costs, self.artificial);
        let negated: Vec<f64> = costs.iter().map(|cost| -cost).collect();
        (least, -self.minimum(&negated, self.artificial))
    }

    fn minimum(&mut self, costs: &[f64], allowed: usize) -> f64 {
        let mut reduced = vec![0.0; self.columns + 1];
        reduced[..self.columns].copy_from_slice(costs);
        for (row, basic) in self.basis.iter().enumerate() {
            let cost = costs[*basic];
            if cost != 0.0 {
                for (sum, value) in reduced.iter_mut().zip(&self.table[row]) {
                    *sum -= cost * value;
                }
            }
        }
        for step in 0..20_000 {
            let candidates = (0..allowed).filter(|column| reduced[*column] < -NOTHING);
            // The steepest way first; after many steps the first one, which cannot go round in circles.
            let enters = if step < 2_000 {
                candidates.min_by(|one, other| reduced[*one].total_cmp(&reduced[*other]))
            } else {
                candidates.into_iter().next()
            };
            let Some(enters) = enters else { return -reduced[self.columns] };
            let Some(leaves) = self.leaving(enters) else { return f64::NEG_INFINITY };
            self.pivot(leaves, enters);
            let factor = reduced[enters];
            for (sum, value) in reduced.iter_mut().zip(&self.table[leaves]) {
                *sum -= factor * value;
            }
        }
        panic!("the search does not end");
    }

    fn leaving(&self, enters: usize) -> Option<usize> {
        let ratio = |row: usize| self.table[row][self.columns].max(0.0) / self.table[row][enters];
        let rows = (0..self.table.len()).filter(|row| self.table[*row][enters] > NOTHING);
        rows.min_by(|one, other| ratio(*one).total_cmp(&ratio(*other)).then(self.basis[*one].cmp(&self.basis[*other])))
    }

    fn pivot(&mut self, row: usize, column: usize) {
        let factor = self.table[row][column];
        for value in &mut self.table[row] {
            *value /= factor;
        }
        let pivot = self.table[row].clone();
        for (other, values) in self.table.iter_mut().enumerate().filter(|(other, _)| *other != row) {
            let factor = values[column];
            let _ = other;
            if factor.abs() > 1e-12 {
                for (value, by) in values.iter_mut().zip(&pivot) {
                    *value -= factor * by;
                }
            }
        }
        self.basis[row] = column;
    }

    /// Takes the helpers of the first search out; rows that say nothing new go with them.
    fn without_artificial(&mut self) {
        for row in (0..self.table.len()).rev() {
            if self.basis[row] < self.artificial {
                continue;
            }
            if let Some(column) = (0..self.artificial).find(|column| self.table[row][*column].abs() > 1e-6) {
                self.pivot(row, column);
            } else {
                self.table.remove(row);
                self.basis.remove(row);
            }
        }
    }
}

#[test]
fn the_solver_finds_the_bounds_of_a_table_with_known_sums() {
    // Rows 20 and 30, columns 15 and 35: the first cell lies between 0 and 15, the last between 15 and 30.
    let mut system = System::default();
    let [a, b, c, d] = std::array::from_fn(|_| system.unknown());
    for (terms, value) in [([a, b], 20.0), ([c, d], 30.0), ([a, c], 15.0), ([b, d], 35.0)] {
        system.is(&terms.map(|unknown| (unknown, 1.0)), value);
    }
    let near =
        |(low, high): (f64, f64), expected: (f64, f64)| (low - expected.0).abs() < 1e-6 && (high - expected.1).abs() < 1e-6;
    assert!(near(system.solved().range(&[(a, 1.0)]), (0.0, 15.0)));
    assert!(near(system.solved().range(&[(d, 1.0)]), (15.0, 30.0)));
    system.is_at_least(&[(a, 1.0), (d, 1.0)], 33.0);
    assert!(near(system.solved().range(&[(a, 1.0)]), (9.0, 15.0)));
    system.is_at_most(&[(a, 1.0)], 9.0);
    assert!(near(system.solved().range(&[(c, 1.0)]), (6.0, 6.0)), "nothing is left open");
}
