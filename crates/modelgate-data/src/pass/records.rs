//! What is kept of every row until all are counted: a few bytes from which score tables, areas and halves are made once
//! it is known which scores and which combinations of levels there are.

/// The records of a thread's rows, in the order in which it read them.
#[derive(Debug, Default)]
pub(super) struct Records {
    /// The group of each row in the block of all axes; unused once there are too many groups.
    pub(super) groups: Vec<u16>,
    /// By axis, the level of each row; only once there are too many groups.
    pub(super) levels: Vec<Vec<u16>>,
    /// Score, bucket, label and prediction.
    pub(super) places: Vec<Place>,
    /// Weights, where rows have any.
    pub(super) weights: Vec<f64>,
    /// The hash of each row, where ids are made of features: equal rows are told apart when all are known.
    pub(super) hashes: Vec<u64>,
    /// The scores, for the same purpose.
    pub(super) scores: Vec<f64>,
}

/// The code of a row's score (16 bits), its bucket (10), its label and its prediction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place(u32);

const CODE_SHIFT: u32 = 12;
const BUCKET_SHIFT: u32 = 2;
const BUCKET_MASK: u32 = 0x3ff;

impl Place {
    pub(super) fn new(code: u32, bucket: u16, positive: bool, predicted: bool) -> Self {
        const { assert!(modelgate_cube::BUCKETS as u32 == BUCKET_MASK + 1 && modelgate_cube::EXACT_IN_MEMORY <= 1 << 16) };
        Self((code << CODE_SHIFT) | (u32::from(bucket) << BUCKET_SHIFT) | (u32::from(positive) << 1) | u32::from(predicted))
    }

    pub(super) fn code(self) -> u32 {
        self.0 >> CODE_SHIFT
    }

    pub(super) fn bucket(self) -> u16 {
        ((self.0 >> BUCKET_SHIFT) & BUCKET_MASK) as u16
    }

    pub(super) fn positive(self) -> bool {
        self.0 & 2 != 0
    }

    pub(super) fn predicted(self) -> bool {
        self.0 & 1 != 0
    }

    pub(super) fn with_code(self, code: u32) -> Self {
        Self::new(code, self.bucket(), self.positive(), self.predicted())
    }

    pub(super) fn with_bucket(self, bucket: u16) -> Self {
        Self::new(self.code(), bucket, self.positive(), self.predicted())
    }
}

impl Records {
    pub(super) fn weight(&self, row: usize) -> Option<f64> {
        self.weights.get(row).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_keeps_its_parts_apart() {
        for (code, bucket, positive, predicted) in [(65_535, 1_023, true, false), (0, 0, false, true), (513, 7, true, true)] {
            let place = Place::new(code, bucket, positive, predicted);
            assert_eq!((place.code(), place.bucket(), place.positive(), place.predicted()), (code, bucket, positive, predicted));
            assert_eq!(place.with_code(3).with_bucket(9), Place::new(3, 9, positive, predicted));
        }
    }
}
