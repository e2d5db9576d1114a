//! What the search for slices that nobody declared has found.

use modelgate_eval::WorstSlice;

use super::Judge;
use super::simpson::told_q;
use crate::{Finding, RuleId};

/// How many slices are told.
const SHOWN: usize = 5;

impl Judge<'_> {
    /// The worst confirmed slices. They never block: nobody set a limit for them.
    pub(super) fn about_discovered(&self) -> Vec<Finding> {
        let Some(Ok(discovery)) = self.evaluation.discovery() else { return Vec::new() };
        let rate = discovery.settings.rate;
        let told = |worst: &WorstSlice| {
            let message = format!(
                "{rate} {:.3} against {:.3} of all other rows: {:+.3} [{:+.3}, {:+.3}], n = {}, {}, confirmed on the half of the rows that it was not found in (of {} searched slices)",
                worst.rate,
                worst.others,
                worst.excess,
                worst.interval.lower,
                worst.interval.upper,
                worst.n,
                told_q(worst.q),
                discovery.searched
            );
            let finding = self.finding(RuleId::WORST_SLICE, &worst.slice.to_string(), message);
            Finding { level: finding.level.min(crate::Level::Warn), ..finding }
        };
        discovery.found.iter().take(SHOWN).map(told).collect()
    }
}
