//! The structural check: whether every key is known and every value is of the kind that the table of keys says.

use std::collections::BTreeMap;

use modelgate_policy::Date;
use serde_yaml::{Mapping, Value};

use crate::errors::{ConfigError, listed, shown};
use crate::keys::{ROOT, all_keys};
use crate::kind::{Choice, Key, Kind, List, Section, Together, describe_value};
use crate::locate::ConfigPath;
use crate::mistakes::Mistakes;
use crate::suggest::did_you_mean;

/// Collects every structural mistake of a value and what is in it.
pub(crate) fn check(value: &Value, kind: &Kind, path: &ConfigPath, mistakes: &mut Mistakes<'_>) {
    match (kind, value) {
        (Kind::Section(section) | Kind::TextOrSection(section), Value::Mapping(mapping)) => {
            check_section(mapping, section, path, mistakes);
        }
        (Kind::Names(names, values), Value::Mapping(mapping)) => check_names(mapping, names, values, path, mistakes),
        (Kind::List(list) | Kind::WordOrList(_, list), Value::Sequence(items)) => check_list(items, list, path, mistakes),
        (Kind::OneOf(choice), Value::String(text)) => check_choice(text, choice, path, mistakes),
        (Kind::Date, Value::String(text)) => check_date(text, path, mistakes),
        _ if fits(value, kind) => {}
        _ => wrong_kind(value, kind, path, mistakes),
    }
}

/// Whether a value without parts is of a kind.
fn fits(value: &Value, kind: &Kind) -> bool {
    match kind {
        Kind::Text | Kind::TextOrSection(_) => value.as_str().is_some_and(|text| !text.trim().is_empty()),
        Kind::Scalar => matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_)),
        Kind::Number(range) => value.as_f64().is_some_and(|number| range.holds(number)),
        Kind::Version => value.is_number(),
        Kind::Whole(least, most) => value.as_u64().is_some_and(|number| (*least..=*most).contains(&number)),
        Kind::Flag => value.is_bool(),
        Kind::WordOrList(words, _) => value.as_str().is_some_and(|text| words.contains(&text)),
        Kind::Date | Kind::OneOf(_) | Kind::List(_) | Kind::Section(_) | Kind::Names(..) => false,
    }
}

fn wrong_kind(value: &Value, kind: &Kind, path: &ConfigPath, mistakes: &mut Mistakes<'_>) {
    let outside = matches!((kind, value), (Kind::Number(_) | Kind::Whole(..), Value::Number(_)));
    let name = shown(&path.to_string());
    let (id, message) = match value {
        Value::String(text) if text.trim().is_empty() => ("missing-value", format!("{name} is empty")),
        _ if outside => ("out-of-range", format!("{name} must be {}", kind.describe())),
        _ => ("wrong-type", format!("{name} must be {}, not {}", kind.describe(), describe_value(value))),
    };
    let error = ConfigError::new(id, message).helps(cure(value, kind, mistakes.locations.text(path)));
    mistakes.at_value(path, error);
}

/// `90` as `0.9`, with at most six digits behind the point.
pub(crate) fn percent_as_fraction(percent: f64) -> String {
    let digits = format!("{:.6}", percent / 100.0);
    digits.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// What to write instead, where that can be told.
fn cure(value: &Value, kind: &Kind, text: Option<&str>) -> Option<String> {
    let written = text.map(|text| shown(&format!("\"{text}\"")));
    match (kind, value) {
        (_, Value::String(text)) if text.trim().is_empty() => Some(format!("write {} here", kind.describe())),
        (Kind::Text | Kind::TextOrSection(_), Value::Number(_) | Value::Bool(_)) => {
            Some(format!("put it in quotes: {}", written?))
        }
        (Kind::Number(_) | Kind::Whole(..), Value::String(text)) if text.trim().parse::<f64>().is_ok() => {
            Some(format!("write {} without quotes", shown(text.trim())))
        }
        (Kind::Number(range), Value::Number(number)) if range.holds(-number.as_f64()?) => {
            Some("write it without the minus sign".to_owned())
        }
        (Kind::Number(_), Value::String(text)) if text.trim().ends_with('%') => {
            let percent: f64 = text.trim().trim_end_matches('%').trim().parse().ok()?;
            Some(format!("write {} for {percent} %", percent_as_fraction(percent)))
        }
        (Kind::List(_), Value::String(_) | Value::Number(_)) => Some(format!("write {}", shown(&format!("[{}]", text?)))),
        (Kind::WordOrList(words, _), Value::String(text)) => {
            did_you_mean(text, words.iter().copied()).or_else(|| Some(format!("write {}", shown(&format!("[\"{text}\"]")))))
        }
        _ => None,
    }
}

fn check_section(mapping: &Mapping, section: &'static Section, path: &ConfigPath, mistakes: &mut Mistakes<'_>) {
    for (key, value) in mapping {
        let name = key_text(key);
        match section.key(&name) {
            Some(known) if value.is_null() => missing_value(known, &path.key(&name), mistakes),
            Some(known) => check(value, &known.kind, &path.key(&name), mistakes),
            None => unknown_key(&name, section, path, mistakes),
        }
    }
    for key in section.keys.iter().filter(|key| key.required && !mapping.contains_key(key.name)) {
        missing(path, &shown(key.name), key.doc, mistakes);
    }
    for rule in section.rules {
        check_together(mapping, rule, path, mistakes);
    }
}

fn missing_value(key: &Key, path: &ConfigPath, mistakes: &mut Mistakes<'_>) {
    let help = format!("write {} behind the colon", key.kind.describe());
    let error = ConfigError::new("missing-value", format!("{} has no value", shown(&path.to_string())));
    mistakes.at_value(path, error.help(if key.required { help } else { format!("{help}, or delete the key") }));
}

fn key_text(key: &Value) -> String {
    match key {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        _ => "null".to_owned(),
    }
}

fn unknown_key(name: &str, section: &'static Section, path: &ConfigPath, mistakes: &mut Mistakes<'_>) {
    let known = section.keys.iter().map(|key| key.name);
    let at = path.to_string();
    let (place, whose) =
        if at.is_empty() { ("at the top".to_owned(), "the keys at the top") } else { (format!("in {}", shown(&at)), "its keys") };
    let error = ConfigError::new("unknown-key", format!("there is no key {} {place}", shown(name)))
        .note(format!("{whose} are {}", listed(known.clone(), usize::MAX)))
        .helps(did_you_mean(name, known).or_else(|| belongs_to(name)));
    mistakes.at_key(&path.key(name), error);
}

/// Where a key of this name belongs, if it stands in the wrong section.
fn belongs_to(name: &str) -> Option<String> {
    let keys = all_keys(&ROOT, "");
    let homes: Vec<&str> = keys.iter().filter(|(_, key)| key.name == name).map(|(path, _)| path.as_str()).collect();
    (!homes.is_empty()).then(|| format!("there is {} elsewhere", listed(homes, 3)))
}

fn missing(path: &ConfigPath, what: &str, doc: &str, mistakes: &mut Mistakes<'_>) {
    let at = path.to_string();
    let message = if at.is_empty() { format!("{what} is missing") } else { format!("{} needs {what}", shown(&at)) };
    let error = ConfigError::new("missing-key", message);
    let help = if doc.is_empty() { "write one of them".to_owned() } else { format!("add {what}: {}", lower_first(doc)) };
    mistakes.at_value(path, error.help(help));
}

fn lower_first(sentence: &str) -> String {
    let mut characters = sentence.trim_end_matches('.').chars();
    characters.next().map(|first| first.to_lowercase().chain(characters).collect()).unwrap_or_default()
}

fn check_together(mapping: &Mapping, rule: &Together, path: &ConfigPath, mistakes: &mut Mistakes<'_>) {
    let (Together::Exactly(names) | Together::AtLeast(names) | Together::AtMost(names)) = rule;
    let present: Vec<&str> = names.iter().copied().filter(|name| mapping.contains_key(*name)).collect();
    if present.is_empty() && !matches!(rule, Together::AtMost(_)) {
        let count = if matches!(rule, Together::Exactly(_)) { "one" } else { "at least one" };
        missing(path, &format!("{count} of {}", listed(names.iter().copied(), usize::MAX)), "", mistakes);
    }
    if !matches!(rule, Together::AtLeast(_)) && present.len() > 1 {
        contradiction(&present, path, mistakes);
    }
}

/// The caret stands below the key that comes last in the file.
fn contradiction(present: &[&str], path: &ConfigPath, mistakes: &mut Mistakes<'_>) {
    let mut placed: Vec<_> = present.iter().map(|name| (mistakes.locations.key(&path.key(name)), *name)).collect();
    placed.sort_unstable();
    if let (Some((first, first_name)), Some((_, last_name))) = (placed.first(), placed.last()) {
        let message = format!("{} and {} contradict each other", shown(first_name), shown(last_name));
        let note = format!("{} is at line {}", shown(first_name), first.line);
        let error = ConfigError::new("contradictory-keys", message).note(note).help("keep one of them");
        mistakes.at_key(&path.key(last_name), error);
    }
}

fn check_list(items: &[Value], list: &List, path: &ConfigPath, mistakes: &mut Mistakes<'_>) {
    if items.len() < list.least || items.len() > list.most {
        wrong_length(items.len(), list, path, mistakes);
    }
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (index, item) in items.iter().enumerate() {
        let here = path.item(index);
        check(item, list.item, &here, mistakes);
        let Some(text) = mistakes.locations.text(&here).filter(|_| list.unique).map(str::to_owned) else { continue };
        let line = mistakes.locations.value(&here).line;
        if let Some(first) = seen.get(&text) {
            let error =
                ConfigError::new("duplicate-item", format!("{} stands twice in {}", shown(&text), shown(&path.to_string())));
            mistakes.at_value(&here, error.note(format!("the first one is at line {first}")).help("keep one of them"));
        }
        seen.entry(text).or_insert(line);
    }
}

fn wrong_length(found: usize, list: &List, path: &ConfigPath, mistakes: &mut Mistakes<'_>) {
    let name = shown(&path.to_string());
    let (message, help) = if found < list.least {
        (format!("{name} is an empty list"), "add an item".to_owned())
    } else {
        let too_many = found.saturating_sub(list.most);
        (format!("{name} must have at most {} items, not {found}", list.most), format!("take {too_many} out"))
    };
    mistakes.at_value(path, ConfigError::new("wrong-length", message).help(help));
}

fn check_choice(text: &str, choice: &Choice, path: &ConfigPath, mistakes: &mut Mistakes<'_>) {
    let names = (choice.names)();
    if !names.contains(&text) {
        mistakes.at_value(path, unknown_name(text, choice, &names));
    }
}

fn unknown_name(text: &str, choice: &Choice, names: &[&'static str]) -> ConfigError {
    let error = ConfigError::new(choice.error, format!("there is no {} {}", choice.noun, shown(text)));
    let error = error.helps(did_you_mean(text, names.iter().copied()));
    match choice.help {
        Some(help) => error.help(help),
        None => error.note(format!("it is one of {}", listed(names.iter().copied(), usize::MAX))),
    }
}

fn check_names(mapping: &Mapping, names: &Choice, values: &Choice, path: &ConfigPath, mistakes: &mut Mistakes<'_>) {
    let known = (names.names)();
    for (key, value) in mapping {
        let name = key_text(key);
        let here = path.key(&name);
        if !known.contains(&name.as_str()) {
            mistakes.at_key(&here, unknown_name(&name, names, &known));
        }
        check(value, &Kind::OneOf(*values), &here, mistakes);
    }
}

fn check_date(text: &str, path: &ConfigPath, mistakes: &mut Mistakes<'_>) {
    if Date::parse(text).is_none() {
        let error = ConfigError::new("invalid-date", format!("{} is no day of the calendar", shown(text)));
        mistakes.at_value(path, error.help("write year, month and day, such as 2026-12-31"));
    }
}
