//! Slices: which rows a number is about.

use std::fmt;

use crate::MISSING;

/// One condition of a slice: the rows whose `axis` has this `level`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Term {
    /// The name of the axis.
    pub axis: String,
    /// The level; `None` is a missing value, which is a level of its own.
    pub level: Option<String>,
}

/// A subset of the rows: those that meet every term. No terms is every row ("overall").
///
/// Terms are kept sorted by axis, so that the same slice always has the same name, in every release.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Slice(Vec<Term>);

impl Slice {
    /// All rows.
    #[must_use]
    pub fn overall() -> Self {
        Self::default()
    }

    /// The rows that meet every one of `terms`.
    #[must_use]
    pub fn new(terms: impl IntoIterator<Item = Term>) -> Self {
        let mut terms: Vec<Term> = terms.into_iter().collect();
        terms.sort();
        Self(terms)
    }

    /// The slice of one axis and level.
    #[must_use]
    pub fn single(axis: impl Into<String>, level: Option<String>) -> Self {
        Self(vec![Term { axis: axis.into(), level }])
    }

    /// Whether this is every row.
    #[must_use]
    pub fn is_overall(&self) -> bool {
        self.0.is_empty()
    }

    /// The conditions, sorted by axis.
    #[must_use]
    pub fn terms(&self) -> &[Term] {
        &self.0
    }

    /// The axes that this slice is cut by, sorted.
    pub fn axes(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|term| term.axis.as_str())
    }

    /// Reads `sex=F & age=65+`, or `overall`. `None` where a condition has no `=`, or an axis stands twice.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.trim() == "overall" {
            return Some(Self::overall());
        }
        let mut terms = Vec::new();
        for condition in text.split(" & ") {
            let (axis, level) = condition.split_once('=')?;
            let level = level.trim();
            let level = (level != MISSING).then(|| level.to_owned());
            terms.push(Term { axis: axis.trim().to_owned(), level });
        }
        let slice = Self::new(terms);
        let twice = slice.0.windows(2).any(|pair| matches!(pair, [a, b] if a.axis == b.axis));
        (!twice).then_some(slice)
    }
}

impl fmt::Display for Slice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("overall");
        }
        for (index, term) in self.0.iter().enumerate() {
            let and = if index == 0 { "" } else { " & " };
            write!(f, "{and}{}={}", term.axis, term.level.as_deref().unwrap_or(MISSING))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_same_slice_has_one_name() {
        let written = Slice::parse("sex=F & age=65+").unwrap();
        assert_eq!(written.to_string(), "age=65+ & sex=F");
        assert_eq!(written, Slice::parse("age=65+ & sex=F").unwrap());
        assert_eq!(Slice::parse("overall").unwrap(), Slice::overall());
    }

    #[test]
    fn a_missing_level_is_a_level() {
        let slice = Slice::parse("race=(missing)").unwrap();
        assert_eq!(slice.terms().first().unwrap().level, None);
        assert_eq!(slice.to_string(), "race=(missing)");
    }

    #[test]
    fn nonsense_is_refused() {
        assert_eq!(Slice::parse("sex"), None);
        assert_eq!(Slice::parse("sex=F & sex=M"), None);
    }
}
