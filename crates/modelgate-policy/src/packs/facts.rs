//! Facts: what people declare about a system, once, for every control and every document.

use std::collections::BTreeMap;
use std::fmt;

use crate::{Date, Origin};

/// What is declared at one place.
#[derive(Debug, Clone, PartialEq)]
pub enum FactValue {
    /// Words.
    Text(String),
    /// A number.
    Number(f64),
    /// Yes or no.
    Flag(bool),
    /// A day.
    Date(Date),
    /// Several words or names.
    Texts(Vec<String>),
    /// Several things, each with values by key.
    Items(Vec<BTreeMap<String, FactValue>>),
}

impl fmt::Display for FactValue {
    /// In one line: lists are joined with semicolons, things with their keys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => write!(f, "{number}"),
            Self::Flag(flag) => f.write_str(if *flag { "yes" } else { "no" }),
            Self::Date(date) => write!(f, "{date}"),
            Self::Texts(texts) => f.write_str(&texts.join("; ")),
            Self::Items(items) => {
                let told = |item: &BTreeMap<String, Self>| {
                    item.iter().map(|(key, value)| format!("{}: {value}", key.replace('_', " "))).collect::<Vec<_>>().join(", ")
                };
                f.write_str(&items.iter().map(told).collect::<Vec<_>>().join("; "))
            }
        }
    }
}

/// A declared value with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// What is declared.
    pub value: FactValue,
    /// Where it is written.
    pub origin: Origin,
}

/// What a person attests: that they have looked at some evidence and answer for what they say of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// Its name, such as `S-oversight`.
    pub id: String,
    /// The controls that it is for, such as `eu-ai-act/art_14`.
    pub controls: Vec<String>,
    /// What is said.
    pub text: String,
    /// Who says it: an account, not necessarily a name.
    pub by: String,
    /// In which role.
    pub role: String,
    /// When.
    pub date: Date,
    /// The digest of the evidence that was looked at.
    pub evidence_digest: String,
    /// The last day before it must be looked at again; none where the evidence alone ends it.
    pub review_by: Option<Date>,
    /// Where it is written.
    pub origin: Origin,
    /// Why it does not hold whatever it says; none for what stands in the facts.
    pub void: Option<String>,
}

/// Everything that is declared about a system.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Facts {
    /// The file, as the caller named it; empty where there is none.
    pub file: String,
    /// The digest of what is declared, without the statements: those are about it.
    pub digest: String,
    /// The commit in which the file last changed, and its day; none where it is not committed as it is.
    pub declared_at: Option<(String, Date)>,
    /// The declared values by their place, such as `purpose.intended`.
    pub values: BTreeMap<String, Fact>,
    /// What each place is for, declared or not.
    pub titles: BTreeMap<String, String>,
    /// What people attest.
    pub statements: Vec<Statement>,
}

impl Facts {
    /// What is declared at a place.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&FactValue> {
        self.values.get(path).map(|fact| &fact.value)
    }

    /// Words declared at a place.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<&str> {
        match self.get(path)? {
            FactValue::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The words of a list; none where nothing is declared.
    #[must_use]
    pub fn texts(&self, path: &str) -> &[String] {
        match self.get(path) {
            Some(FactValue::Texts(texts)) => texts,
            _ => &[],
        }
    }

    /// The things of a list; none where nothing is declared.
    #[must_use]
    pub fn items(&self, path: &str) -> &[BTreeMap<String, FactValue>] {
        match self.get(path) {
            Some(FactValue::Items(items)) => items,
            _ => &[],
        }
    }

    /// What a place is for, in a sentence without its point.
    #[must_use]
    pub fn title<'a>(&'a self, path: &'a str) -> &'a str {
        self.titles.get(path).map_or(path, |title| title.trim_end_matches('.'))
    }
}

/// Words at a key of a thing.
#[must_use]
pub fn item_text<'a>(item: &'a BTreeMap<String, FactValue>, key: &str) -> Option<&'a str> {
    match item.get(key)? {
        FactValue::Text(text) => Some(text),
        _ => None,
    }
}

/// A number at a key of a thing.
pub(crate) fn item_number(item: &BTreeMap<String, FactValue>, key: &str) -> Option<f64> {
    match item.get(key)? {
        FactValue::Number(number) => Some(*number),
        _ => None,
    }
}
