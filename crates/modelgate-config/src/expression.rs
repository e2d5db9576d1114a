//! Reads the conditions of packs: `purpose.intended`, `role has provider`, `any(checks.slices, not(sensitive.sliced))`.

use modelgate_policy::{Expression, TERMS, term};

use crate::errors::{ConfigError, shown};
use crate::facts::places;
use crate::kind::{Choice, Kind};
use crate::suggest::did_you_mean;

/// Most levels of conditions in conditions.
const MOST_LEVELS: usize = 8;

/// Reads one condition.
pub(crate) fn read(text: &str) -> Result<Expression, Box<ConfigError>> {
    let (expression, rest) = part(text, 0)?;
    if rest.is_empty() { Ok(expression) } else { Err(malformed(text)) }
}

fn malformed(text: &str) -> Box<ConfigError> {
    let error = ConfigError::new("invalid-condition", format!("{} is no condition", shown(text)));
    Box::new(error.help("write a fact, a measurement, `FACT is WORD`, `FACT has WORD`, `NUMBER at_least N`, or `all(..)`, `any(..)`, `not(..)` around them"))
}

/// One condition, and the text behind it.
fn part(text: &str, level: usize) -> Result<(Expression, &str), Box<ConfigError>> {
    let text = text.trim_start();
    for (word, make) in WORDS {
        if let Some(inside) = text.strip_prefix(word).and_then(|rest| rest.strip_prefix('(')) {
            if level >= MOST_LEVELS {
                return Err(malformed(text));
            }
            let (parts, rest) = parts(inside, level + 1)?;
            return make(parts).map(|made| (made, rest.trim_start())).ok_or_else(|| malformed(text));
        }
    }
    let end = text.find([',', ')', '(']).unwrap_or(text.len());
    let (condition, rest) = text.split_at(end);
    if rest.starts_with('(') && !condition.contains(" is ") {
        return Err(malformed(text));
    }
    // The points of laws have brackets of their own: `risk_class.annex_iii is 5(b)`.
    let (condition, rest) = match rest.strip_prefix('(').and_then(|inside| inside.find(')')) {
        Some(close) => text.split_at(end + close + 2),
        None => (condition, rest),
    };
    Ok((simple(condition.trim())?, rest.trim_start()))
}

type Make = fn(Vec<Expression>) -> Option<Expression>;

const WORDS: [(&str, Make); 3] = [
    ("all", |parts| Some(Expression::All(parts))),
    ("any", |parts| Some(Expression::Any(parts))),
    ("not", |mut parts| match (parts.pop(), parts.is_empty()) {
        (Some(part), true) => Some(Expression::Not(Box::new(part))),
        _ => None,
    }),
];

/// Conditions up to a closing bracket, and the text behind it.
fn parts(text: &str, level: usize) -> Result<(Vec<Expression>, &str), Box<ConfigError>> {
    let (mut found, mut rest) = (Vec::new(), text);
    loop {
        let (one, after) = part(rest, level)?;
        found.push(one);
        if let Some(after) = after.strip_prefix(')') {
            return Ok((found, after));
        }
        rest = after.strip_prefix(',').ok_or_else(|| malformed(text))?;
    }
}

fn simple(text: &str) -> Result<Expression, Box<ConfigError>> {
    let words: Vec<&str> = text.splitn(3, ' ').collect();
    match words.as_slice() {
        [name] => named(name),
        [name, "is", word] => compared(name, word, false),
        [name, "has", word] => compared(name, word, true),
        [name, "at_least", number] => at_least(name, number),
        _ => Err(malformed(text)),
    }
}

/// A measurement that must be a yes, or a fact that must be declared.
fn named(name: &str) -> Result<Expression, Box<ConfigError>> {
    if term(name).is_some() {
        return Ok(Expression::Measured(name.to_owned()));
    }
    if places().contains_key(name) {
        return Ok(Expression::Known(name.to_owned()));
    }
    Err(unknown(name))
}

fn unknown(name: &str) -> Box<ConfigError> {
    let places = places();
    let known = TERMS.iter().map(|term| term.id).chain(places.keys().map(String::as_str));
    let error = ConfigError::new("unknown-condition", format!("there is no fact or measurement {}", shown(name)));
    Box::new(error.helps(did_you_mean(name, known)).help("`modelgate packs terms` lists all of them"))
}

fn at_least(name: &str, number: &str) -> Result<Expression, Box<ConfigError>> {
    match (term(name), number.parse::<f64>()) {
        (Some(term), Ok(number)) if term.is_number && number.is_finite() => Ok(Expression::AtLeast(name.to_owned(), number)),
        (None, _) => Err(unknown(name)),
        _ => {
            let error = ConfigError::new("wrong-type", format!("{} and {} cannot be compared", shown(name), shown(number)));
            Err(Box::new(error.help("`at_least` stands between a measurement that is a number and a number")))
        }
    }
}

fn compared(name: &str, word: &str, in_list: bool) -> Result<Expression, Box<ConfigError>> {
    let places = places();
    let Some((kind, _)) = places.get(name) else { return Err(unknown(name)) };
    let (choice, is_list) = match kind {
        Kind::List(list) => (choice_of(list.item), true),
        kind => (choice_of(kind), false),
    };
    let fits_flag = matches!(kind, Kind::Flag) && ["true", "false"].contains(&word);
    let known: Option<Vec<&str>> = choice.map(|choice| (choice.names)());
    if is_list != in_list || !(fits_flag || known.is_some() || matches!(kind, Kind::Text | Kind::List(_))) {
        let error = ConfigError::new("wrong-type", format!("{} does not fit {}", shown(word), shown(name)));
        return Err(Box::new(error.help("write `is` for single words and truth values, and `has` for lists")));
    }
    if let Some(known) = known.filter(|known| !known.contains(&word)) {
        let error = ConfigError::new("unknown-word", format!("{} is never {}", shown(name), shown(word)));
        return Err(Box::new(error.helps(did_you_mean(word, known.iter().copied())).help("write a word that may be declared")));
    }
    let (name, word) = (name.to_owned(), word.to_owned());
    Ok(if in_list { Expression::Has(name, word) } else { Expression::Equals(name, word) })
}

fn choice_of(kind: &Kind) -> Option<Choice> {
    match kind {
        Kind::OneOf(choice) => Some(*choice),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn conditions_are_read_with_their_parts() {
        let known = |name: &str| Expression::Known(name.to_owned());
        let measured = |name: &str| Expression::Measured(name.to_owned());
        let equals = |name: &str, word: &str| Expression::Equals(name.to_owned(), word.to_owned());
        for (text, expected) in [
            ("purpose.intended", known("purpose.intended")),
            ("checks.slices", measured("checks.slices")),
            ("role has provider", Expression::Has("role".into(), "provider".into())),
            ("decision.human_final is true", equals("decision.human_final", "true")),
            ("risk_class.annex_iii is 5(b)", equals("risk_class.annex_iii", "5(b)")),
            ("slices.measured at_least 2", Expression::AtLeast("slices.measured".into(), 2.0)),
            (
                "any(not(checks.slices), all(risks, risk_class.annex_iii is 5(b)))",
                Expression::Any(vec![
                    Expression::Not(Box::new(measured("checks.slices"))),
                    Expression::All(vec![known("risks"), equals("risk_class.annex_iii", "5(b)")]),
                ]),
            ),
        ] {
            assert_eq!(read(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn conditions_that_are_none_say_why() {
        let deep = format!("{}risks{}", "not(".repeat(20), ")".repeat(20));
        for (text, id) in [
            ("", "unknown-condition"),
            ("purpose.intendet", "unknown-condition"),
            ("role is provider", "wrong-type"),
            ("role has provder", "unknown-word"),
            ("decision.human_final is yes", "wrong-type"),
            ("checks.slices at_least 1", "wrong-type"),
            ("slices.measured at_least x", "wrong-type"),
            ("any(risks", "invalid-condition"),
            ("risks)", "invalid-condition"),
            ("not(risks, data)", "invalid-condition"),
            ("maybe(risks)", "invalid-condition"),
            (deep.as_str(), "invalid-condition"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.id == id && !error.help.is_empty(), "{text}: {error:?}");
        }
    }
}
