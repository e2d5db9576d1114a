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
        let mut rest = text;
        while !rest.is_empty() {
            let (axis, after) = rest.split_once('=')?;
            let (level, after) = level_before(after.trim_start())?;
            terms.push(Term { axis: axis.trim().to_owned(), level });
            rest = after;
        }
        let slice = Self::new(terms);
        let twice = slice.0.windows(2).any(|pair| matches!(pair, [a, b] if a.axis == b.axis));
        (!twice).then_some(slice)
    }
}

/// Whether a level can be written without quotes and read back as itself.
fn is_plain(level: &str) -> bool {
    let ends_are_text = level.trim() == level && !level.is_empty();
    ends_are_text && level != MISSING && !level.starts_with('"') && !level.contains(" & ")
}

/// The level that a text begins with, and what follows its ` & `. In quotes, two quotes stand for one.
fn level_before(text: &str) -> Option<(Option<String>, &str)> {
    let Some(mut quoted) = text.strip_prefix('"') else {
        let (level, rest) = text.split_once(" & ").unwrap_or((text, ""));
        let level = level.trim();
        return Some(((level != MISSING).then(|| level.to_owned()), rest));
    };
    let mut level = String::new();
    loop {
        let (part, rest) = quoted.split_once('"')?;
        level.push_str(part);
        match rest.strip_prefix('"') {
            Some(more) => {
                level.push('"');
                quoted = more;
            }
            None if rest.trim().is_empty() => return Some((Some(level), "")),
            None => return Some((Some(level), rest.trim_start().strip_prefix("& ")?)),
        }
    }
}

impl fmt::Display for Slice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("overall");
        }
        for (index, term) in self.0.iter().enumerate() {
            let and = if index == 0 { "" } else { " & " };
            write!(f, "{and}{}=", term.axis)?;
            match term.level.as_deref() {
                None => f.write_str(MISSING)?,
                Some(level) if is_plain(level) => f.write_str(level)?,
                Some(level) => write!(f, "\"{}\"", level.replace('"', "\"\""))?,
            }
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
    fn different_slices_never_look_alike_and_every_name_reads_back() {
        let levels = [
            Some("F"),
            Some("a & sex=F"),
            Some("(missing)"),
            None,
            Some("say \"x\" & y"),
            Some("\"q\""),
            Some(" padded "),
            Some("a=b"),
        ];
        let slices: Vec<Slice> = levels.iter().map(|level| Slice::single("region", level.map(str::to_owned))).collect();
        for (index, slice) in slices.iter().enumerate() {
            assert_eq!(Slice::parse(&slice.to_string()).as_ref(), Some(slice), "{slice}");
            assert!(slices.iter().skip(index + 1).all(|other| other.to_string() != slice.to_string()), "{slice}");
            let crossed = Slice::new(slice.terms().iter().cloned().chain([Term { axis: "sex".into(), level: Some("M".into()) }]));
            assert_eq!(Slice::parse(&crossed.to_string()), Some(crossed));
        }
    }

    #[test]
    fn nonsense_is_refused() {
        assert_eq!(Slice::parse("sex=\"F"), None);
        assert_eq!(Slice::parse("sex=\"F\" M"), None);
        assert_eq!(Slice::parse("sex"), None);
        assert_eq!(Slice::parse("sex=F & sex=M"), None);
    }
}
