//! The small language that controls state their evidence in: comparisons of facts and measurements, where unknown is neither
//! false nor true.

use crate::packs::evidence::{Evidence, Found};
use crate::packs::facts::{FactValue, Facts};

/// What a control asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// Every part holds.
    All(Vec<Expression>),
    /// At least one part holds.
    Any(Vec<Expression>),
    /// The part does not hold.
    Not(Box<Expression>),
    /// A measurement is a yes, or has a number.
    Measured(String),
    /// A measurement is at least this number.
    AtLeast(String, f64),
    /// Something is declared.
    Known(String),
    /// What is declared is this word, number or truth value, as it is written.
    Equals(String, String),
    /// A declared list has this word, or words have it as a whole.
    Has(String, String),
}

/// Why something does not hold, or cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lack {
    /// Nobody has declared it.
    NotDeclared,
    /// Nothing measured it.
    NotMeasured,
    /// It was measured, and the rows cannot tell.
    CannotTell,
    /// It is otherwise.
    Contradicted,
}

/// A part that does not hold, or of which that is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortfall {
    /// The measurement, or the place of the fact.
    pub about: String,
    /// Why.
    pub lack: Lack,
    /// More in words; empty where there is none. It may hold names and numbers of the data.
    pub detail: String,
}

/// Whether something holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Truth {
    /// It does.
    Yes,
    /// It does not, because of these.
    No(Vec<Shortfall>),
    /// It cannot be told, because of these.
    Unknown(Vec<Shortfall>),
}

impl Expression {
    /// Every place of a fact and every measurement that is asked for, facts first.
    #[must_use]
    pub fn mentions(&self) -> (Vec<&str>, Vec<&str>) {
        let (mut facts, mut measured) = (Vec::new(), Vec::new());
        self.collect(&mut facts, &mut measured);
        for names in [&mut facts, &mut measured] {
            names.sort_unstable();
            names.dedup();
        }
        (facts, measured)
    }

    fn collect<'a>(&'a self, facts: &mut Vec<&'a str>, measured: &mut Vec<&'a str>) {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.collect(facts, measured)),
            Self::Not(part) => part.collect(facts, measured),
            Self::Measured(term) | Self::AtLeast(term, _) => measured.push(term),
            Self::Known(path) | Self::Equals(path, _) | Self::Has(path, _) => facts.push(path),
        }
    }

    /// Whether it holds.
    pub(crate) fn evaluate(&self, facts: &Facts, evidence: &Evidence) -> Truth {
        match self {
            Self::All(parts) => all(parts.iter().map(|part| part.evaluate(facts, evidence)).collect()),
            Self::Any(parts) => any(parts.iter().map(|part| part.evaluate(facts, evidence)).collect()),
            Self::Not(part) => not(part.evaluate(facts, evidence), part),
            Self::Measured(term) => measured(term, evidence, None),
            Self::AtLeast(term, least) => measured(term, evidence, Some(*least)),
            Self::Known(path) => match facts.get(path) {
                Some(_) => Truth::Yes,
                None => undeclared(path),
            },
            Self::Equals(path, wanted) => declared(path, facts, |value| same(value, wanted)),
            Self::Has(path, wanted) => declared(path, facts, |value| match value {
                FactValue::Texts(texts) => texts.iter().any(|text| text == wanted),
                other => same(other, wanted),
            }),
        }
    }
}

fn same(value: &FactValue, wanted: &str) -> bool {
    match value {
        FactValue::Flag(flag) => wanted == if *flag { "true" } else { "false" },
        other => other.to_string() == wanted,
    }
}

fn reason(about: &str, lack: Lack, detail: &str) -> Vec<Shortfall> {
    vec![Shortfall { about: about.to_owned(), lack, detail: detail.to_owned() }]
}

fn undeclared(path: &str) -> Truth {
    Truth::Unknown(reason(path, Lack::NotDeclared, ""))
}

fn declared(path: &str, facts: &Facts, holds: impl Fn(&FactValue) -> bool) -> Truth {
    match facts.get(path) {
        None => undeclared(path),
        Some(value) if holds(value) => Truth::Yes,
        Some(value) => Truth::No(reason(path, Lack::Contradicted, &format!("it is {value}"))),
    }
}

fn measured(term: &str, evidence: &Evidence, least: Option<f64>) -> Truth {
    let (found, detail) = evidence.get(term);
    let no = || Truth::No(reason(term, Lack::Contradicted, detail));
    match (found, least) {
        (Found::Yes, _) | (Found::Number(_), None) => Truth::Yes,
        (Found::Number(number), Some(least)) if number >= least => Truth::Yes,
        (Found::Number(_) | Found::No, _) => no(),
        (Found::Open, _) => Truth::Unknown(reason(term, Lack::CannotTell, detail)),
        (Found::Missing, _) => Truth::Unknown(reason(term, Lack::NotMeasured, detail)),
    }
}

/// One no is a no; else one unknown is unknown.
fn all(parts: Vec<Truth>) -> Truth {
    let (no, unknown) = sorted(parts);
    match (no.is_empty(), unknown.is_empty()) {
        (false, _) => Truth::No(no.into_iter().chain(unknown).collect()),
        (true, false) => Truth::Unknown(unknown),
        (true, true) => Truth::Yes,
    }
}

/// One yes is a yes; else one unknown is unknown.
fn any(parts: Vec<Truth>) -> Truth {
    if parts.contains(&Truth::Yes) {
        return Truth::Yes;
    }
    let (no, unknown) = sorted(parts);
    if unknown.is_empty() { Truth::No(no) } else { Truth::Unknown(unknown) }
}

fn not(part: Truth, expression: &Expression) -> Truth {
    match part {
        Truth::Unknown(reasons) => Truth::Unknown(reasons),
        Truth::No(_) => Truth::Yes,
        Truth::Yes => {
            let (facts, measured) = expression.mentions();
            let about = facts.into_iter().chain(measured).collect::<Vec<_>>().join(", ");
            Truth::No(reason(&about, Lack::Contradicted, ""))
        }
    }
}

/// The reasons of those that are no, and of those that are unknown, each reason once.
fn sorted(parts: Vec<Truth>) -> (Vec<Shortfall>, Vec<Shortfall>) {
    let (mut no, mut unknown): (Vec<Shortfall>, Vec<Shortfall>) = (Vec::new(), Vec::new());
    for part in parts {
        let (into, reasons) = match part {
            Truth::Yes => continue,
            Truth::No(reasons) => (&mut no, reasons),
            Truth::Unknown(reasons) => (&mut unknown, reasons),
        };
        for reason in reasons {
            if !into.contains(&reason) {
                into.push(reason);
            }
        }
    }
    (no, unknown)
}

/// Facts for tests, from places and words.
#[cfg(test)]
pub(crate) fn facts_of(values: &[(&str, &str)]) -> Facts {
    let origin = crate::Origin { file: None, path: String::new(), line: 1 };
    let fact = |text: &str| crate::packs::facts::Fact {
        value: match text {
            "true" => FactValue::Flag(true),
            "false" => FactValue::Flag(false),
            text if text.contains('|') => FactValue::Texts(text.split('|').map(str::to_owned).collect()),
            text => FactValue::Text(text.to_owned()),
        },
        origin: origin.clone(),
    };
    Facts { values: values.iter().map(|(path, text)| ((*path).to_owned(), fact(text))).collect(), ..Facts::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(path: &str) -> Expression {
        Expression::Known(path.to_owned())
    }

    fn measured(term: &str) -> Expression {
        Expression::Measured(term.to_owned())
    }

    fn word(truth: &Truth) -> &'static str {
        match truth {
            Truth::Yes => "yes",
            Truth::No(_) => "no",
            Truth::Unknown(_) => "unknown",
        }
    }

    #[test]
    fn unknown_is_neither_false_nor_true() {
        let facts = facts_of(&[("a", "x"), ("list", "one|two"), ("flag", "false")]);
        let evidence =
            Evidence::of(&[("checks.overall", Found::No), ("checks.slices", Found::Open), ("data.checked", Found::Yes)]);
        let equals = |path: &str, text: &str| Expression::Equals(path.to_owned(), text.to_owned());
        for (expression, expected) in [
            (known("a"), "yes"),
            (known("b"), "unknown"),
            (Expression::Not(Box::new(known("b"))), "unknown"),
            (Expression::Not(Box::new(known("a"))), "no"),
            (equals("flag", "false"), "yes"),
            (equals("b", "x"), "unknown"),
            (equals("a", "y"), "no"),
            (Expression::Has("list".into(), "two".into()), "yes"),
            (Expression::Has("list".into(), "tw".into()), "no"),
            (measured("checks.slices"), "unknown"),
            (measured("checks.changes"), "unknown"),
            (measured("data.checked"), "yes"),
            (Expression::All(vec![known("a"), known("b")]), "unknown"),
            (Expression::All(vec![measured("checks.overall"), known("b")]), "no"),
            (Expression::Any(vec![known("b"), known("a")]), "yes"),
            (Expression::Any(vec![measured("checks.overall"), known("b")]), "unknown"),
            (Expression::Any(vec![measured("checks.overall")]), "no"),
            (Expression::AtLeast("checks.changes".into(), 1.0), "unknown"),
        ] {
            let found = expression.evaluate(&facts, &evidence);
            assert_eq!(word(&found), expected, "{expression:?}: {found:?}");
        }
    }

    #[test]
    fn what_lacks_is_named_once() {
        let asked = Expression::All(vec![known("b"), known("b"), measured("checks.changes")]);
        let Truth::Unknown(reasons) = asked.evaluate(&Facts::default(), &Evidence::default()) else { unreachable!() };
        let named: Vec<(&str, Lack)> = reasons.iter().map(|reason| (reason.about.as_str(), reason.lack)).collect();
        assert_eq!(named, [("b", Lack::NotDeclared), ("checks.changes", Lack::NotMeasured)]);
        assert_eq!(asked.mentions(), (vec!["b"], vec!["checks.changes"]));
    }
}
