//! Texts as trees take them: the rank of each level in the order of the text.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::DropReason;

/// Most levels with a rank of their own; the rarer ones share the last. Trees tell at most 255 values apart.
pub(crate) const MOST_RANKED: usize = 250;

/// The levels of a text column that have a rank.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ranks {
    /// Ascending.
    pub(crate) levels: Vec<String>,
    /// Whether rarer levels share the rank after the last.
    pub(crate) other: bool,
}

impl Ranks {
    /// Learns from the cells of the training rows.
    pub(crate) fn fit<'a>(cells: impl Iterator<Item = Option<&'a str>>) -> Result<Self, DropReason> {
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        let mut missing = false;
        for cell in cells {
            match cell {
                Some(text) => *counts.entry(text).or_default() += 1,
                None => missing = true,
            }
        }
        match counts.len() {
            0 => return Err(DropReason::AllMissing),
            1 if !missing => return Err(DropReason::Constant),
            _ => {}
        }
        let mut ranked: Vec<(&str, u64)> = counts.into_iter().collect();
        let other = ranked.len() > MOST_RANKED;
        // Stable, so that equally frequent levels stay in the order of their text.
        ranked.sort_by_key(|(_, count)| Reverse(*count));
        let mut levels: Vec<String> = ranked.into_iter().take(MOST_RANKED).map(|(text, _)| text.to_owned()).collect();
        levels.sort_unstable();
        Ok(Self { levels, other })
    }

    /// The rank of a text. One that training did not see is among the rarer ones where there are any, else missing.
    pub(crate) fn rank(&self, text: &str) -> f64 {
        match self.levels.binary_search_by(|level| level.as_str().cmp(text)) {
            Ok(rank) => rank as f64,
            Err(_) if self.other => self.levels.len() as f64,
            Err(_) => f64::NAN,
        }
    }

    /// Whether training could have made it.
    pub(crate) fn is_sound(&self) -> bool {
        // Binary search relies on the order.
        self.levels.is_sorted_by(|a, b| a < b) && !self.levels.is_empty() && self.levels.len() <= MOST_RANKED
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn levels_have_the_rank_of_their_text_and_unseen_ones_are_missing() {
        let ranks = Ranks::fit([Some("b"), None, Some("a"), Some("c"), Some("b")].into_iter()).unwrap();
        assert_eq!(["a", "b", "c"].map(|text| ranks.rank(text).to_bits()), [0.0, 1.0, 2.0].map(f64::to_bits));
        assert!(ranks.rank("new").is_nan() && ranks.is_sound());
    }

    #[test]
    fn rare_levels_and_unseen_ones_share_the_last_rank() {
        let names: Vec<String> = (0..MOST_RANKED + 5).map(|index| format!("{index:03}")).collect();
        let cells = names.iter().chain(names.iter().skip(5)).map(|name| Some(name.as_str()));
        let ranks = Ranks::fit(cells).unwrap();
        assert_eq!((ranks.levels.len(), ranks.levels[0].as_str()), (MOST_RANKED, "005"));
        assert_eq!(["000", "never"].map(|text| ranks.rank(text).to_bits()), [250.0, 250.0].map(f64::to_bits));
    }

    #[test]
    fn columns_of_no_use_are_dropped() {
        assert_eq!(Ranks::fit([Some("a"), Some("a")].into_iter()), Err(DropReason::Constant));
        assert_eq!(Ranks::fit([None, None].into_iter()), Err(DropReason::AllMissing));
        assert!(Ranks::fit([Some("a"), None].into_iter()).is_ok());
    }
}
