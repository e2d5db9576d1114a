//! Grows one tree: nodes are split one after another, the one that explains most first where leaves are limited.

use std::ops::Range;

use rand::seq::SliceRandom as _;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::bins::{Binned, MISSING};
use super::histogram::{self, Cells, NodeRows, Occupied};
use super::split::{Bounds, Rule, Split, Undivided};
use super::sums::Sums;
use super::tree::{Node, Tree};

/// Rows from which a node keeps sums of all bins; below, it is quicker to look at the rows again.
const DENSE: usize = 512;

/// Rows times features from which a second thread is worth starting.
const SHARED: usize = 400_000;

/// The most bytes of sums that open nodes keep.
const MOST_KEPT: usize = 256 << 20;

/// How trees are grown.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) rule: Rule,
    /// The most splits between the root and a leaf.
    pub(super) most_depth: usize,
    pub(super) most_leaves: Option<usize>,
    /// How many features each split chooses from, drawn anew each time; `None` for all.
    pub(super) features_drawn: Option<usize>,
    pub(super) threads: usize,
}

/// A tree without values, and the rows of its leaves.
pub(super) struct Grown<S> {
    nodes: Vec<Node>,
    pub(super) leaves: Vec<Leaf<S>>,
    /// Every row, those of a leaf together.
    pub(super) rows: Vec<u32>,
}

/// A leaf, and where its rows stand in [`Grown::rows`].
pub(super) struct Leaf<S> {
    node: usize,
    pub(super) rows: Range<usize>,
    pub(super) sums: S,
    pub(super) bounds: Bounds,
}

impl<S> Grown<S> {
    /// The tree with values for its leaves, as many for each.
    pub(super) fn into_tree(mut self, values: &[Vec<f64>]) -> Tree {
        let mut placed: Vec<(usize, &Vec<f64>)> = self.leaves.iter().map(|leaf| leaf.node).zip(values).collect();
        placed.sort_unstable_by_key(|(node, _)| *node);
        let mut of_tree: Vec<f64> = Vec::new();
        for (node, values) in placed {
            self.nodes[node] = Node::Leaf { values: small(of_tree.len()) };
            of_tree.extend(values);
        }
        Tree { nodes: self.nodes, values: of_tree }
    }
}

/// A node that will be split unless leaves run out first.
struct Open<S> {
    node: usize,
    depth: usize,
    rows: Range<usize>,
    before: Undivided<S>,
    split: Split<S>,
    cells: Option<Vec<Cells<S>>>,
}

/// A node that has just come to be.
struct Fresh<S> {
    node: usize,
    depth: usize,
    rows: Range<usize>,
    state: Undivided<S>,
}

/// What is at hand while one tree grows.
pub(super) struct Grower<'a, S: Sums> {
    binned: &'a Binned,
    plan: &'a Plan,
    added: &'a [S::Row],
    draw: Option<Xoshiro256PlusPlus>,
    rows: Vec<u32>,
    nodes: Vec<Node>,
    leaves: Vec<Leaf<S>>,
    open: Vec<Open<S>>,
    kept: usize,
    pool: &'a mut Vec<Vec<Cells<S>>>,
}

/// Grows a tree on some rows; `added` holds what each row of the data adds, and `pool` memory to use again.
pub(super) fn grow<S: Sums>(
    binned: &Binned,
    plan: &Plan,
    added: &[S::Row],
    rows: Vec<u32>,
    draw: Option<Xoshiro256PlusPlus>,
    pool: &mut Vec<Vec<Cells<S>>>,
) -> Grown<S> {
    let mut sums = S::default();
    for row in &rows {
        sums.add_row(&added[*row as usize]);
    }
    let root = Fresh { node: 0, depth: 0, rows: 0..rows.len(), state: Undivided { sums, bounds: Bounds::NONE } };
    let (nodes, leaves) = (vec![Node::Leaf { values: 0 }], Vec::new());
    let mut grower = Grower { binned, plan, added, draw, rows, nodes, leaves, open: Vec::new(), kept: 0, pool };
    grower.plant(root);
    while let Some(open) = grower.next() {
        grower.divide(open);
    }
    Grown { nodes: grower.nodes, leaves: grower.leaves, rows: grower.rows }
}

impl<S: Sums> Grower<'_, S> {
    /// The root: sums of all bins, and its best split.
    fn plant(&mut self, root: Fresh<S>) {
        if !self.may_part(&root) {
            return self.close(root);
        }
        if self.plan.features_drawn.is_some() || root.rows.len() < DENSE {
            let split = self.best_of_rows(&root);
            return self.settle(root, split, None);
        }
        let mut cells = self.cells();
        let added = self.gathered(&root.rows);
        let of = NodeRows { rows: &self.rows[root.rows.clone()], added: &added };
        let split = over_features(self.plan, of.rows.len(), &mut cells, |feature, cells| {
            clear(cells, self.binned.bins[feature].len());
            histogram::add(cells, &self.binned.codes[feature], of);
            self.best(feature, cells, &root.state)
        });
        self.settle(root, split, Some(cells));
    }

    /// The node to split next, if any is left and leaves have not run out.
    fn next(&mut self) -> Option<Open<S>> {
        let Some(most) = self.plan.most_leaves else { return self.open.pop() };
        if self.leaves.len() + self.open.len() >= most {
            for open in std::mem::take(&mut self.open) {
                self.put_back(open.cells);
                self.close(Fresh { node: open.node, depth: open.depth, rows: open.rows, state: open.before });
            }
            return None;
        }
        // The first of equals.
        let better = |best: usize, (index, open): (usize, &Open<S>)| {
            if open.split.gain > self.open[best].split.gain { index } else { best }
        };
        let best = self.open.iter().enumerate().fold(0, better);
        (!self.open.is_empty()).then(|| self.open.remove(best))
    }

    /// Splits a node, and looks for the best splits of both sides.
    fn divide(&mut self, open: Open<S>) {
        let split = open.split;
        let middle = self.part(&open);
        let (left_bounds, right_bounds) = open.before.bounds.of_sides(&split, &self.plan.rule);
        let (left, right) = (self.nodes.len(), self.nodes.len() + 1);
        self.nodes[open.node] = Node::Split {
            feature: small(split.feature),
            threshold: self.binned.bins[split.feature].threshold(split.bin),
            missing_left: split.missing_left,
            left: small(left),
            right: small(right),
        };
        self.nodes.extend([Node::Leaf { values: 0 }; 2]);
        let side = |node, rows, sums, bounds| Fresh { node, depth: open.depth + 1, rows, state: Undivided { sums, bounds } };
        let left = side(left, open.rows.start..middle, split.left, left_bounds);
        let right = side(right, middle..open.rows.end, split.right, right_bounds);
        let (fewer, more) = if left.rows.len() <= right.rows.len() { (left, right) } else { (right, left) };
        match open.cells {
            Some(cells) => self.settle_both(fewer, more, cells),
            None => {
                for side in [fewer, more] {
                    let split = if self.may_part(&side) { self.best_of_rows(&side) } else { None };
                    self.settle(side, split, None);
                }
            }
        }
    }

    /// Both sides of a node whose sums are known: those of the larger side are what the smaller one leaves.
    fn settle_both(&mut self, fewer: Fresh<S>, more: Fresh<S>, mut cells: Vec<Cells<S>>) {
        let (part_fewer, part_more) = (self.may_part(&fewer), self.may_part(&more));
        let dense_fewer = part_fewer && fewer.rows.len() >= DENSE;
        if !part_more && !dense_fewer {
            self.put_back(Some(cells));
            let split = if part_fewer { self.best_of_rows(&fewer) } else { None };
            self.settle(fewer, split, None);
            return self.close(more);
        }
        let own = dense_fewer.then(|| self.cells());
        let added = self.gathered(&fewer.rows);
        let of = NodeRows { rows: &self.rows[fewer.rows.clone()], added: &added };
        if let Some(mut own) = own {
            let mut both: Vec<_> = own.iter_mut().zip(&mut cells).collect();
            let splits = over_features_twice(self.plan, of.rows.len(), &mut both, |feature, (own, whole)| {
                let bins = self.binned.bins[feature].len();
                clear(own, bins);
                histogram::add(own, &self.binned.codes[feature], of);
                histogram::subtract(whole, own, bins);
                (self.best(feature, own, &fewer.state), if part_more { self.best(feature, whole, &more.state) } else { None })
            });
            self.settle(fewer, splits.0, Some(own));
            self.settle(more, splits.1, Some(cells));
        } else {
            let split = over_features(self.plan, of.rows.len(), &mut cells, |feature, cells| {
                histogram::take(cells, &self.binned.codes[feature], of);
                self.best(feature, cells, &more.state)
            });
            let of_fewer = if part_fewer { self.best_of_rows(&fewer) } else { None };
            self.settle(fewer, of_fewer, None);
            self.settle(more, split, Some(cells));
        }
    }

    /// Whether a node may have sides at all.
    fn may_part(&self, node: &Fresh<S>) -> bool {
        node.depth < self.plan.most_depth && node.state.sums.weight() / 2 >= self.plan.rule.least_weight
    }

    fn settle(&mut self, fresh: Fresh<S>, split: Option<Split<S>>, cells: Option<Vec<Cells<S>>>) {
        let Some(split) = split else {
            self.put_back(cells);
            return self.close(fresh);
        };
        let Fresh { node, depth, rows, state } = fresh;
        let size = self.binned.codes.len() * size_of::<Cells<S>>();
        let cells = if cells.is_some() && self.kept * size < MOST_KEPT {
            self.kept += 1;
            cells
        } else {
            self.pool.extend(cells);
            None
        };
        self.open.push(Open { node, depth, rows, before: state, split, cells });
    }

    fn close(&mut self, fresh: Fresh<S>) {
        let Undivided { sums, bounds } = fresh.state;
        self.leaves.push(Leaf { node: fresh.node, rows: fresh.rows, sums, bounds });
    }

    /// Memory for sums of all bins; what stands in it is to be cleared.
    fn cells(&mut self) -> Vec<Cells<S>> {
        self.pool.pop().unwrap_or_else(|| vec![histogram::empty(); self.binned.codes.len()])
    }

    fn put_back(&mut self, cells: Option<Vec<Cells<S>>>) {
        self.pool.extend(cells);
    }

    fn gathered(&self, rows: &Range<usize>) -> Vec<S::Row> {
        self.rows[rows.clone()].iter().map(|row| self.added[*row as usize]).collect()
    }

    fn best(&self, feature: usize, cells: &Cells<S>, state: &Undivided<S>) -> Option<Split<S>> {
        self.plan.rule.best(feature, self.binned.bins[feature].len(), cells, &Occupied::all(), state)
    }

    /// The best split of a node, from its rows; of the drawn features where features are drawn.
    fn best_of_rows(&mut self, node: &Fresh<S>) -> Option<Split<S>> {
        let mut features: Vec<usize> = (0..self.binned.codes.len()).collect();
        let wanted = self.plan.features_drawn.unwrap_or(features.len());
        if let Some(draw) = &mut self.draw {
            features.shuffle(draw);
        }
        let added = self.gathered(&node.rows);
        let of = NodeRows { rows: &self.rows[node.rows.clone()], added: &added };
        let mut cells = histogram::empty();
        let mut best: Option<Split<S>> = None;
        for (tried, feature) in features.into_iter().enumerate() {
            // Drawn features that cannot part the node are replaced by further ones.
            if tried >= wanted && best.is_some() {
                break;
            }
            let split = self.best_of_feature(feature, of, &mut cells, &node.state);
            best = first_of_best(best, split);
        }
        best
    }

    fn best_of_feature(
        &self,
        feature: usize,
        of: NodeRows<'_, S>,
        cells: &mut Cells<S>,
        state: &Undivided<S>,
    ) -> Option<Split<S>> {
        let (codes, bins) = (&self.binned.codes[feature], self.binned.bins[feature].len());
        histogram::add(cells, codes, of);
        if of.rows.len() >= DENSE {
            let split = self.plan.rule.best(feature, bins, cells, &Occupied::all(), state);
            clear(cells, bins);
            return split;
        }
        let occupied = Occupied::of(codes, of.rows);
        let split = self.plan.rule.best(feature, bins, cells, &occupied, state);
        occupied.cells().for_each(|cell| cells[usize::from(cell)] = S::default());
        split
    }

    /// Puts the rows of the left side before those of the right, and says where the right begins.
    fn part(&mut self, open: &Open<S>) -> usize {
        let codes = &self.binned.codes[open.split.feature];
        let mut goes_left = [false; 256];
        goes_left[..=usize::from(open.split.bin)].fill(true);
        goes_left[usize::from(MISSING)] = open.split.missing_left;
        let rows = &mut self.rows[open.rows.clone()];
        let mut right = Vec::with_capacity(rows.len());
        let mut kept = 0;
        for index in 0..rows.len() {
            let row = rows[index];
            if goes_left[usize::from(codes[row as usize])] {
                rows[kept] = row;
                kept += 1;
            } else {
                right.push(row);
            }
        }
        rows[kept..].copy_from_slice(&right);
        open.rows.start + kept
    }
}

/// Indices of nodes, features and values are limited by [`super::params::MOST_NODES`] and the width of the data.
fn small(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

fn clear<S: Sums>(cells: &mut Cells<S>, bins: usize) {
    cells[..bins].fill(S::default());
    cells[usize::from(MISSING)] = S::default();
}

/// The better of two splits, the one of the smaller feature where they are equal.
fn first_of_best<S>(a: Option<Split<S>>, b: Option<Split<S>>) -> Option<Split<S>> {
    match (a, b) {
        (Some(a), Some(b)) => {
            let second = b.gain > a.gain || (b.gain.total_cmp(&a.gain).is_eq() && b.feature < a.feature);
            Some(if second { b } else { a })
        }
        (a, b) => a.or(b),
    }
}

fn over_features<S: Sums>(
    plan: &Plan,
    rows: usize,
    cells: &mut [Cells<S>],
    work: impl Fn(usize, &mut Cells<S>) -> Option<Split<S>> + Sync,
) -> Option<Split<S>> {
    let mut each: Vec<_> = cells.iter_mut().collect();
    over_features_twice(plan, rows, &mut each, |feature, cells| (work(feature, cells), None)).0
}

/// Runs some work on every feature, on several threads where that is worth it, and keeps the best splits. The answer does
/// not depend on the number of threads: ties go to the smaller feature.
fn over_features_twice<S: Sums, T: Send>(
    plan: &Plan,
    rows: usize,
    parts: &mut [T],
    work: impl Fn(usize, &mut T) -> (Option<Split<S>>, Option<Split<S>>) + Sync,
) -> (Option<Split<S>>, Option<Split<S>>) {
    let serial = |start: usize, parts: &mut [T]| {
        parts.iter_mut().enumerate().fold((None, None), |best, (offset, part)| {
            let found = work(start + offset, part);
            (first_of_best(best.0, found.0), first_of_best(best.1, found.1))
        })
    };
    let threads = if rows.saturating_mul(parts.len()) < SHARED { 1 } else { plan.threads.clamp(1, parts.len().max(1)) };
    if threads == 1 {
        return serial(0, parts);
    }
    let share = parts.len().div_ceil(threads);
    std::thread::scope(|scope| {
        let chunks = parts.chunks_mut(share).enumerate();
        let handles: Vec<_> = chunks.map(|(chunk, parts)| scope.spawn(move || serial(chunk * share, parts))).collect();
        handles.into_iter().fold((None, None), |best, handle| match handle.join() {
            Ok(found) => (first_of_best(best.0, found.0), first_of_best(best.1, found.1)),
            Err(panic) => std::panic::resume_unwind(panic),
        })
    })
}
