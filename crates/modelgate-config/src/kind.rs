//! What a key's value may be: the parts that the table of keys is made of.

use modelgate_eval::METRICS;
use modelgate_policy::{Level, RULES};
use serde_yaml::Value;

/// What a value may be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// The version of the format.
    Version,
    /// Text with at least one character that is not a space.
    Text,
    /// A value of the data, exactly as written: text, a number or a truth value.
    Scalar,
    /// A day such as `2026-12-31`.
    Date,
    /// A finite number.
    Number(Range),
    /// A whole number, from the first to the second.
    Whole(u64, u64),
    /// `true` or `false`.
    Flag,
    /// One of a list of names.
    OneOf(Choice),
    /// A list.
    List(List),
    /// One of these words, or a list.
    WordOrList(&'static [&'static str], List),
    /// A mapping with known keys.
    Section(&'static Section),
    /// Text, or a mapping with known keys.
    TextOrSection(&'static Section),
    /// A mapping from the names of one choice to those of another.
    Names(Choice, Choice),
}

/// A list of values.
#[derive(Debug, Clone, Copy)]
pub(crate) struct List {
    pub(crate) item: &'static Kind,
    /// Fewest and most items.
    pub(crate) least: usize,
    pub(crate) most: usize,
    /// Whether no value may stand twice.
    pub(crate) unique: bool,
}

/// The numbers that fit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Range {
    pub(crate) lowest: f64,
    pub(crate) highest: f64,
    /// Whether the ends themselves do not fit.
    pub(crate) open: bool,
}

/// A list of names that somebody else defines.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Choice {
    /// The id of the error for any other name.
    pub(crate) error: &'static str,
    /// What one of them is called.
    pub(crate) noun: &'static str,
    /// Every name.
    pub(crate) names: fn() -> Vec<&'static str>,
    /// Where to read more.
    pub(crate) help: Option<&'static str>,
}

/// A mapping with known keys.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Section {
    pub(crate) keys: &'static [Key],
    /// Which keys exclude or replace each other.
    pub(crate) rules: &'static [Together],
}

/// A rule about the keys of a section: how many of them, in relation to one, must be there.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Together {
    Exactly(&'static [&'static str]),
    AtLeast(&'static [&'static str]),
    AtMost(&'static [&'static str]),
}

/// One key of a section.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) required: bool,
    /// The value where the key is absent, as JSON.
    pub(crate) default: Option<&'static str>,
    /// One sentence.
    pub(crate) doc: &'static str,
}

impl Key {
    pub(crate) const fn required(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self { name, kind, required: true, default: None, doc }
    }

    pub(crate) const fn optional(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self { name, kind, required: false, default: None, doc }
    }

    pub(crate) const fn with_default(self, default: &'static str) -> Self {
        Self { default: Some(default), ..self }
    }
}

impl Section {
    pub(crate) fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

impl Range {
    pub(crate) fn holds(self, value: f64) -> bool {
        let inside =
            if self.open { self.lowest < value && value < self.highest } else { self.lowest <= value && value <= self.highest };
        value.is_finite() && inside
    }

    pub(crate) fn describe(self) -> String {
        match (self.lowest.is_finite(), self.highest.is_finite()) {
            (true, true) if self.open => format!("a number above {} and below {}", self.lowest, self.highest),
            (true, true) => format!("a number from {} to {}", self.lowest, self.highest),
            (true, false) if self.open => format!("a number above {}", self.lowest),
            (true, false) => format!("a number that is at least {}", self.lowest),
            _ => "a finite number".to_owned(),
        }
    }
}

impl Kind {
    /// What to write, for people: "a whole number from 1 to 9".
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Version => "the number 1".to_owned(),
            Self::Text => "text".to_owned(),
            Self::Scalar => "text, a number or a truth value".to_owned(),
            Self::Date => "a day such as 2026-12-31".to_owned(),
            Self::Number(range) => range.describe(),
            Self::Whole(least, most) => format!("a whole number from {least} to {most}"),
            Self::Flag => "`true` or `false`".to_owned(),
            Self::OneOf(choice) => format!("the name of a {}", choice.noun),
            Self::List(_) => "a list".to_owned(),
            Self::WordOrList(words, _) => {
                format!("{} or a list", words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "))
            }
            Self::Section(_) | Self::Names(..) => "a mapping of keys to values".to_owned(),
            Self::TextOrSection(_) => "text, or a mapping of keys to values".to_owned(),
        }
    }
}

/// What a value is, for people.
pub(crate) fn describe_value(value: &Value) -> &'static str {
    match value {
        Value::Null => "empty",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(text) if text.trim().is_empty() => "empty text",
        Value::String(_) => "text",
        Value::Sequence(_) => "a list",
        Value::Mapping(_) => "a mapping",
        Value::Tagged(_) => "a tagged value",
    }
}

/// The ids of the metrics.
pub(crate) const METRIC: Choice = Choice {
    error: "unknown-metric",
    noun: "metric",
    names: || METRICS.iter().map(|metric| metric.id).collect(),
    help: Some("`modelgate list metrics` shows all of them"),
};

/// The ids of the rules.
pub(crate) const RULE: Choice = Choice {
    error: "unknown-rule",
    noun: "rule",
    names: || RULES.iter().map(|rule| rule.id).collect(),
    help: Some("`modelgate list rules` shows all of them"),
};

/// What a finding means for the run.
pub(crate) const LEVEL: Choice =
    Choice { error: "unknown-level", noun: "level", names: || LEVELS.iter().map(|level| level.id()).collect(), help: None };

/// Every level, the mildest first.
pub(crate) const LEVELS: [Level; 3] = [Level::Allow, Level::Warn, Level::Deny];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_what_they_say() {
        let closed = Range { lowest: 0.0, highest: 1.0, open: false };
        let open = Range { open: true, ..closed };
        assert!(closed.holds(0.0) && closed.holds(1.0) && !closed.holds(1.1));
        assert!(!open.holds(0.0) && !open.holds(1.0) && open.holds(0.5));
        assert!(!Range { highest: f64::INFINITY, ..closed }.holds(f64::INFINITY) && !closed.holds(f64::NAN));
        assert_eq!(open.describe(), "a number above 0 and below 1");
    }
}
