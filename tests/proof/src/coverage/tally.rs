//! What was seen of the coverage at several places.

use crate::table::percent;

/// The least coverage that is aimed at.
pub(crate) const LEAST: f64 = 0.93;

/// The most.
pub(crate) const MOST: f64 = 0.97;

/// Coverage at several places.
#[derive(Default)]
pub(crate) struct Places {
    seen: Vec<(f64, String)>,
}

impl Places {
    /// Notes the coverage at a place.
    pub(crate) fn note(&mut self, covered: f64, place: String) {
        self.seen.push((covered, place));
    }

    /// The cells of a table: places, within the aim, below, above, mean, least and where.
    pub(crate) fn cells(&self) -> [String; 6] {
        let count =
            |wanted: fn(f64) -> bool| self.seen.iter().filter(|(covered, _)| wanted(rounded(*covered))).count().to_string();
        let mean = self.seen.iter().map(|(covered, _)| covered).sum::<f64>() / self.seen.len().max(1) as f64;
        let least = self.seen.iter().min_by(|(one, _), (other, _)| one.total_cmp(other));
        [
            self.seen.len().to_string(),
            count(|covered| (LEAST..=MOST).contains(&covered)),
            count(|covered| covered < LEAST),
            count(|covered| covered > MOST),
            percent(mean),
            least.map_or_else(|| "-".to_owned(), |(covered, place)| format!("{} at {place}", percent(*covered))),
        ]
    }
}

/// The columns that [`Places::cells`] fills.
pub(crate) const COLUMNS: [&str; 6] = ["places", "93 to 97 %", "below", "above", "mean", "least"];

/// A share as it is printed.
fn rounded(share: f64) -> f64 {
    (share * 1_000.0).round() / 1_000.0
}
