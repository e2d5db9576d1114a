//! Numbers the combinations of levels that occur, in the order in which rows first show them.

use super::fast_map::FastMap;

/// Tables of pairs up to this size are looked up densely.
const DENSE_PAIRS: usize = 1 << 22;

/// No pair has this number.
const NONE: u32 = u32::MAX;

/// The combinations of the levels of some axes.
#[derive(Debug, Default)]
pub(super) struct Groups {
    /// One step an axis: the combination of the axes so far, and the axis' level.
    steps: Vec<Pairs>,
    /// With no axis all rows are one group.
    any: bool,
    /// All steps in one, while there is room for every combination of the levels so far.
    joint: Joint,
}

/// The group of every combination of levels, whether a row has it or not, in one table.
#[derive(Debug, Default)]
struct Joint {
    /// How many bits a level of each axis takes.
    bits: Vec<u32>,
    /// By the levels' bits.
    groups: Vec<u32>,
}

/// A table of more combinations than this does not stay in the processor's caches.
const MOST_JOINT_BITS: u32 = 14;

impl Groups {
    /// No combination of this many axes yet.
    pub(super) fn new(axes: usize) -> Self {
        Self { steps: (0..axes).map(|_| Pairs::default()).collect(), any: false, joint: Joint::default() }
    }

    /// The number of combinations.
    pub(super) fn len(&self) -> usize {
        self.steps.last().map_or(usize::from(self.any), |last| last.by_number.len())
    }

    /// The group of each row. `codes` are the rows' levels by axis, each below the number of levels of its axis.
    pub(super) fn number(&mut self, rows: usize, codes: &[(&[u32], usize)], groups: &mut Vec<u32>) {
        groups.clear();
        groups.resize(rows, 0);
        self.any |= rows > 0;
        if self.has_table(codes.iter().map(|(_, levels)| *levels)) {
            self.number_jointly(codes, groups);
            return;
        }
        for (step, (codes, _)) in self.steps.iter_mut().zip(codes) {
            for (group, code) in groups.iter_mut().zip(*codes) {
                *group = step.number(*group, *code);
            }
        }
    }

    /// Whether there is a table of all combinations; it is made anew where an axis has more levels than it has room for.
    fn has_table(&mut self, levels: impl Iterator<Item = usize>) -> bool {
        let bits: Vec<u32> = levels.map(|levels| levels.next_power_of_two().trailing_zeros()).collect();
        let all: u32 = bits.iter().sum();
        if bits.len() < 2 || all > MOST_JOINT_BITS {
            return false;
        }
        if self.joint.bits != bits {
            self.joint = Joint { groups: vec![NONE; 1 << all], bits };
        }
        true
    }

    fn number_jointly(&mut self, codes: &[(&[u32], usize)], groups: &mut [u32]) {
        let mut shift = 0;
        for ((codes, _), bits) in codes.iter().zip(&self.joint.bits) {
            for (place, code) in groups.iter_mut().zip(*codes) {
                *place |= code << shift;
            }
            shift += bits;
        }
        for (row, place) in groups.iter_mut().enumerate() {
            let found = self.joint.groups[*place as usize];
            if found != NONE {
                *place = found;
                continue;
            }
            let levels = codes.iter().map(|(codes, _)| codes[row]);
            let group = self.steps.iter_mut().zip(levels).fold(0, |group, (step, code)| step.number(group, code));
            self.joint.groups[*place as usize] = group;
            *place = group;
        }
    }

    /// The group of one row, numbered where it is new.
    pub(super) fn number_one(&mut self, codes: impl IntoIterator<Item = u32>) -> u32 {
        self.any = true;
        self.steps.iter_mut().zip(codes).fold(0, |group, (step, code)| step.number(group, code))
    }

    /// The group of these levels; `None` where no row had them.
    pub(super) fn find(&self, codes: &[u32]) -> Option<u32> {
        self.steps.iter().zip(codes).try_fold(0, |group, (step, code)| step.find(group, *code))
    }

    /// The levels of a group, by axis.
    pub(super) fn levels(&self, group: u32) -> Vec<u32> {
        let (mut group, mut levels) = (group, Vec::with_capacity(self.steps.len()));
        for step in self.steps.iter().rev() {
            let (before, code) = step.by_number.get(group as usize).copied().unwrap_or_default();
            levels.push(code);
            group = before;
        }
        levels.reverse();
        levels
    }
}

/// The pairs of two numbers that occur.
#[derive(Debug, Default)]
struct Pairs {
    /// By their numbers.
    by_number: Vec<(u32, u32)>,
    /// Room for the second number, a power of two; 0 where the table is sparse.
    width: usize,
    dense: Vec<u32>,
    sparse: Option<FastMap<u64, u32>>,
}

impl Pairs {
    fn number(&mut self, one: u32, two: u32) -> u32 {
        let place = one as usize * self.width + two as usize;
        if self.sparse.is_none() && (two as usize) < self.width && place < self.dense.len() {
            let found = self.dense[place];
            if found != NONE {
                return found;
            }
        }
        self.look_up(one, two)
    }

    fn find(&self, one: u32, two: u32) -> Option<u32> {
        let found = match &self.sparse {
            Some(sparse) => sparse.get(&key(one, two)),
            None if (two as usize) < self.width => self.dense.get(one as usize * self.width + two as usize),
            None => None,
        };
        found.copied().filter(|found| *found != NONE)
    }

    #[cold]
    fn look_up(&mut self, one: u32, two: u32) -> u32 {
        let next = u32::try_from(self.by_number.len()).unwrap_or(NONE);
        if self.sparse.is_none() && !self.make_room(one as usize, two as usize) {
            let known = self.by_number.iter().zip(0..).map(|((one, two), number)| (key(*one, *two), number));
            self.sparse = Some(known.collect());
            self.dense = Vec::new();
        }
        let slot = match &mut self.sparse {
            Some(sparse) => sparse.entry(key(one, two)).or_insert(NONE),
            None => &mut self.dense[one as usize * self.width + two as usize],
        };
        if *slot == NONE {
            *slot = next;
            self.by_number.push((one, two));
        }
        *slot
    }

    /// Makes the dense table large enough; `false` where it would be too large.
    fn make_room(&mut self, one: usize, two: usize) -> bool {
        let width = self.width.max((two + 1).next_power_of_two());
        let height = (self.dense.len().checked_div(self.width).unwrap_or(0)).max(one + 1);
        if width.saturating_mul(height) > DENSE_PAIRS {
            return false;
        }
        if width == self.width {
            self.dense.resize(width * height, NONE);
            return true;
        }
        self.width = width;
        self.dense = vec![NONE; width * height];
        for ((one, two), number) in self.by_number.iter().zip(0..) {
            self.dense[*one as usize * width + *two as usize] = number;
        }
        true
    }
}

fn key(one: u32, two: u32) -> u64 {
    (u64::from(one) << 32) | u64::from(two)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn combinations_are_numbered_as_they_come_and_keep_their_levels() {
        let mut groups = Groups::new(3);
        let codes: [(&[u32], usize); 3] = [(&[0, 1, 0, 5], 6), (&[2, 0, 2, 900], 901), (&[0, 0, 1, 70_000], 70_001)];
        let mut found = Vec::new();
        groups.number(4, &codes, &mut found);
        assert_eq!(found, [0, 1, 2, 3]);
        assert_eq!(groups.len(), 4);
        groups.number(2, &[(&[5, 0], 6), (&[900, 2], 901), (&[70_000, 1], 70_001)], &mut found);
        assert_eq!(found, [3, 2]);
        assert_eq!((groups.levels(3), groups.levels(2)), (vec![5, 900, 70_000], vec![0, 2, 1]));
        assert_eq!(groups.number_one([5, 900, 70_000]), 3);
        assert_eq!((groups.find(&[0, 2, 1]), groups.find(&[0, 2, 2]), groups.find(&[9, 9, 9])), (Some(2), None, None));
    }

    #[test]
    fn many_levels_are_numbered_like_few() {
        let mut groups = Groups::new(2);
        let rows: Vec<(u32, u32)> = (0..5_000).map(|row| (row, (row * 7) % 3_001)).collect();
        for _ in 0..2 {
            for (number, (one, two)) in (0..).zip(&rows) {
                assert_eq!(groups.number_one([*one, *two]), number);
            }
        }
        assert!(groups.steps[1].sparse.is_some());
        assert_eq!((groups.find(&[4, 28]), groups.find(&[4, 29])), (Some(4), None));
        assert_eq!(groups.levels(4_999), [4_999, 4_999 * 7 % 3_001]);
    }

    #[test]
    fn no_axis_is_one_group() {
        let mut groups = Groups::new(0);
        assert_eq!(groups.len(), 0);
        let mut found = Vec::new();
        groups.number(2, &[], &mut found);
        assert_eq!((found, groups.len(), groups.levels(0)), (vec![0, 0], 1, vec![]));
    }
}
