//! What the measured shares are held against.

use super::judged::Share;
use crate::table::{Table, percent};

/// A share that must not be larger, or not be smaller, than it may be.
pub(crate) struct Aim {
    what: String,
    limit: Limit,
    seen: Share,
}

enum Limit {
    AtMost(f64),
    AtLeast(f64),
}

impl Aim {
    /// A share that may be so large at most: false alarms.
    pub(crate) fn at_most(limit: f64, what: String, seen: Share) -> Self {
        Self { what, limit: Limit::AtMost(limit), seen }
    }

    /// A share that must be so large at least: what is found.
    pub(crate) fn at_least(limit: f64, what: String, seen: Share) -> Self {
        Self { what, limit: Limit::AtLeast(limit), seen }
    }

    /// Whether it is as it must be; nothing is met by nothing.
    fn is_met(&self) -> bool {
        let within = match self.limit {
            Limit::AtMost(limit) => self.seen.value() <= limit,
            Limit::AtLeast(limit) => self.seen.value() >= limit,
        };
        self.seen.of > 0 && within
    }
}

/// The table of all aims.
pub(crate) fn section(aims: &[Aim]) -> String {
    let mut table = Table::new(&["", "aimed at", "measured", "repetitions", ""]);
    for aim in aims {
        let limit = match aim.limit {
            Limit::AtMost(limit) => format!("at most {}", percent(limit)),
            Limit::AtLeast(limit) => format!("at least {}", percent(limit)),
        };
        let fate = if aim.is_met() { "met" } else { "**missed**" };
        table.push(&[aim.what.clone(), limit, aim.seen.text(), aim.seen.of.to_string(), fate.to_owned()]);
    }
    format!("## What is aimed at\n\n{}", table.text())
}

/// What is missed.
pub(crate) fn missed(aims: &[Aim]) -> Vec<String> {
    aims.iter().filter(|aim| !aim.is_met()).map(|aim| format!("{} ({})", aim.what, aim.seen.text())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(hits: u32, of: u32) -> Share {
        Share { hits, of }
    }

    #[test]
    fn a_share_beyond_its_limit_is_missed_and_said_so() {
        let aims = [
            Aim::at_most(0.01, "false alarms".to_owned(), share(1, 100)),
            Aim::at_most(0.01, "too many".to_owned(), share(2, 100)),
            Aim::at_least(0.9, "found".to_owned(), share(90, 100)),
            Aim::at_least(0.9, "overlooked".to_owned(), share(89, 100)),
            Aim::at_most(0.01, "never looked".to_owned(), share(0, 0)),
        ];
        assert_eq!(missed(&aims), ["too many (2.0 %)", "overlooked (89.0 %)", "never looked (0.0 %)"]);
        let table = section(&aims);
        assert_eq!(table.matches("| met |").count(), 2);
        assert!(table.contains("| overlooked | at least 90.0 % | 89.0 % | 100 | **missed** |"), "{table}");
    }
}
