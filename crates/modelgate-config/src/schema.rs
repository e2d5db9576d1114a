//! The table of keys as a JSON Schema for editors, and as a Markdown table for people.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::keys::{PACK, ROOT, SYSTEM, all_keys};
use crate::kind::{Key, Kind, List, Range, Section, Together};

/// The JSON Schema (draft 2020-12) of `modelgate.yml`, pretty-printed, with a line break at its end.
#[must_use]
pub fn schema() -> String {
    schema_of("modelgate.yml, version 1", &ROOT)
}

/// The same of `modelgate.system.yml`.
#[must_use]
pub fn system_schema() -> String {
    schema_of("modelgate.system.yml, version 1", &SYSTEM)
}

/// The same of a pack.
#[must_use]
pub fn pack_schema() -> String {
    schema_of("A pack of modelgate, version 1", &PACK)
}

fn schema_of(title: &str, section: &Section) -> String {
    let mut whole = Map::new();
    whole.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    whole.insert("title".to_owned(), json!(title));
    whole.extend(section_schema(section));
    format!("{:#}\n", Value::Object(whole))
}

/// Every key of `modelgate.yml` as a Markdown table: key, value, default, meaning.
#[must_use]
pub fn reference() -> String {
    reference_of(&ROOT)
}

/// The same of `modelgate.system.yml`.
#[must_use]
pub fn system_reference() -> String {
    reference_of(&SYSTEM)
}

/// The same of a pack.
#[must_use]
pub fn pack_reference() -> String {
    reference_of(&PACK)
}

/// Every key below a section as a Markdown table.
fn reference_of(section: &'static Section) -> String {
    let mut out = String::from("| Key | Value | Default | Meaning |\n|---|---|---|---|\n");
    for (path, key) in all_keys(section, "") {
        let default = match key.default {
            Some(default) => format!("`{default}`"),
            None if key.required => "required".to_owned(),
            None => String::new(),
        };
        // A bar would end the cell.
        let cells = [key.kind.reference(), default, key.doc.to_owned()].map(|cell| cell.replace('|', "\\|"));
        // Writing to a String cannot fail.
        let _ = writeln!(out, "| `{path}` | {} |", cells.join(" | "));
    }
    out
}

fn section_schema(section: &Section) -> Map<String, Value> {
    let properties: Map<String, Value> = section.keys.iter().map(|key| (key.name.to_owned(), key_schema(key))).collect();
    let required: Vec<&str> = section.keys.iter().filter(|key| key.required).map(|key| key.name).collect();
    let mut out = Map::new();
    out.insert("type".to_owned(), json!("object"));
    out.insert("additionalProperties".to_owned(), json!(false));
    out.insert("properties".to_owned(), Value::Object(properties));
    if !required.is_empty() {
        out.insert("required".to_owned(), json!(required));
    }
    for rule in section.rules {
        let (keyword, value) = together_schema(rule);
        out.insert(keyword.to_owned(), value);
    }
    out
}

fn together_schema(rule: &Together) -> (&'static str, Value) {
    let each = |names: &[&str]| names.iter().map(|name| json!({"required": [name]})).collect::<Vec<_>>();
    match rule {
        Together::Exactly(names) => ("oneOf", json!(each(names))),
        Together::AtLeast(names) => ("anyOf", json!(each(names))),
        Together::AtMost(names) => ("not", any_two(names)),
    }
}

/// Whether any two of these keys are there.
fn any_two(names: &[&str]) -> Value {
    let later = |index: usize| names.iter().skip(index + 1);
    let pairs =
        names.iter().enumerate().flat_map(|(index, one)| later(index).map(move |other| json!({"required": [one, other]})));
    json!({"anyOf": pairs.collect::<Vec<Value>>()})
}

fn key_schema(key: &Key) -> Value {
    let mut out = kind_schema(&key.kind);
    if let Value::Object(map) = &mut out {
        map.insert("description".to_owned(), json!(key.doc));
        if let Some(default) = key.default.and_then(|text| serde_json::from_str::<Value>(text).ok()) {
            map.insert("default".to_owned(), default);
        }
    }
    out
}

fn kind_schema(kind: &Kind) -> Value {
    match kind {
        Kind::Version => json!({"const": 1}),
        Kind::Text => json!({"type": "string", "pattern": r"\S"}),
        Kind::Scalar => json!({"type": ["string", "number", "boolean"]}),
        Kind::Date => json!({"type": "string", "format": "date"}),
        Kind::Number(range) => number_schema(*range),
        Kind::Whole(least, most) => json!({"type": "integer", "minimum": least, "maximum": most}),
        Kind::Flag => json!({"type": "boolean"}),
        Kind::OneOf(choice) => json!({"enum": (choice.names)()}),
        Kind::List(list) => list_schema(list),
        Kind::WordOrList(words, list) => json!({"anyOf": [{"enum": words}, list_schema(list)]}),
        Kind::Section(section) => Value::Object(section_schema(section)),
        Kind::TextOrSection(section) => json!({"anyOf": [kind_schema(&Kind::Text), section_schema(section)]}),
        Kind::Names(names, values) => {
            let value = json!({"enum": (values.names)()});
            let properties: Map<String, Value> =
                (names.names)().into_iter().map(|name| (name.to_owned(), value.clone())).collect();
            json!({"type": "object", "additionalProperties": false, "properties": properties})
        }
    }
}

fn number_schema(range: Range) -> Value {
    let (least, most) = if range.open { ("exclusiveMinimum", "exclusiveMaximum") } else { ("minimum", "maximum") };
    let mut out = Map::new();
    out.insert("type".to_owned(), json!("number"));
    for (keyword, limit) in [(least, range.lowest), (most, range.highest)] {
        if limit.is_finite() {
            out.insert(keyword.to_owned(), json!(limit));
        }
    }
    Value::Object(out)
}

fn list_schema(list: &List) -> Value {
    json!({
        "type": "array",
        "items": kind_schema(list.item),
        "minItems": list.least,
        "maxItems": list.most,
        "uniqueItems": list.unique,
    })
}

impl Kind {
    /// What to write, for the reference: with every name of a short choice.
    fn reference(&self) -> String {
        match self {
            Self::OneOf(choice) if choice.help.is_none() => {
                (choice.names)().iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
            }
            Self::List(list) => match list.item {
                Self::Section(_) => "a list of mappings".to_owned(),
                item => format!("a list; each {}", item.reference()),
            },
            Self::Names(names, values) => format!("{} ids with a {} each", names.noun, values.noun),
            other => other.describe(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::tests::{FULL, MINIMAL};

    /// Whether a value has the shape of a schema, as far as the keywords go that this file writes about shape.
    fn accepts(schema: &Value, value: &Value) -> bool {
        let any = |keyword: &str| schema.get(keyword).and_then(Value::as_array);
        let count = |list: &[Value]| list.iter().filter(|part| accepts(part, value)).count();
        let typed = schema.get("type").is_none_or(|kind| match kind {
            Value::Array(kinds) => kinds.iter().any(|kind| is_a(kind, value)),
            kind => is_a(kind, value),
        });
        let required = any("required").is_none_or(|names| names.iter().all(|name| value.get(name.as_str().unwrap()).is_some()));
        let parts = match value {
            Value::Object(map) if schema.get("properties").is_some() => {
                map.iter().all(|(key, part)| schema["properties"].get(key).is_some_and(|below| accepts(below, part)))
            }
            Value::Array(items) => schema.get("items").is_none_or(|below| items.iter().all(|item| accepts(below, item))),
            Value::Number(number) => in_range(schema, number.as_f64().unwrap()),
            _ => true,
        };
        typed
            && required
            && parts
            && schema.get("const").is_none_or(|only| only == value)
            && any("enum").is_none_or(|names| names.contains(value))
            && any("oneOf").is_none_or(|list| count(list) == 1)
            && any("anyOf").is_none_or(|list| count(list) > 0)
            && schema.get("not").is_none_or(|not| !accepts(not, value))
    }

    fn is_a(kind: &Value, value: &Value) -> bool {
        match kind.as_str().unwrap() {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "number" => value.is_number(),
            "integer" => value.is_u64(),
            "boolean" => value.is_boolean(),
            _ => false,
        }
    }

    fn in_range(schema: &Value, number: f64) -> bool {
        let limit = |keyword: &str| schema.get(keyword).and_then(Value::as_f64);
        limit("minimum").is_none_or(|least| least <= number)
            && limit("maximum").is_none_or(|most| number <= most)
            && limit("exclusiveMinimum").is_none_or(|least| least < number)
            && limit("exclusiveMaximum").is_none_or(|most| number < most)
    }

    fn accepted(text: &str) -> bool {
        let whole: Value = serde_json::from_str(&schema()).unwrap();
        accepts(&whole, &serde_yaml::from_str(text).unwrap())
    }

    #[test]
    fn the_schema_accepts_what_the_reading_accepts() {
        assert!(accepted(FULL) && accepted(MINIMAL));
        for (before, after) in [
            ("seed: 11", "sede: 11"),
            ("seed: 11", "seed: x"),
            ("version: 1\n", ""),
            ("version: 1\n", "version: 2\n"),
            ("confidence_level: 0.9", "confidence_level: 1"),
            ("level: warn", "level: warning"),
            ("no-baseline: deny", "no-base: deny"),
            ("    - accuracy\n", "    - acuracy\n"),
            ("estimator: logistic_regression", "estimator: tree"),
            ("    lower_bound: 0.85\n", ""),
            ("baseline: {release: v1.0}", "baseline: {release: a, path: b}"),
            ("    across: [sex,", "    slices: every\n    across: [sex,"),
            ("bins: [25", "bins: [a"),
        ] {
            let text = FULL.replace(before, after);
            assert!(text != FULL && !accepted(&text), "{after:?}");
            assert!(crate::parse("f", &text).is_err(), "{after:?}");
        }
    }

    #[test]
    fn the_schema_tells_editors_names_defaults_and_meanings() {
        let whole: Value = serde_json::from_str(&schema()).unwrap();
        assert_eq!(whole["$schema"], "https://json-schema.org/draft/2020-12/schema");
        let evaluation = &whole["properties"]["evaluation"]["properties"];
        assert_eq!(evaluation["resamples"]["default"], 1000);
        assert!(evaluation["metrics"]["items"]["enum"].as_array().unwrap().contains(&json!("impact_ratio")));
        let gate = &whole["properties"]["gates"]["items"];
        assert_eq!((&gate["additionalProperties"], &gate["properties"]["level"]["default"]), (&json!(false), &json!("deny")));
        assert!(gate["properties"]["max_regression"]["description"].as_str().unwrap().contains("baseline"));
        assert!(whole["properties"]["rules"]["properties"].get("low-support").is_some());
    }

    #[test]
    fn the_reference_has_a_row_for_every_key() {
        let table = reference();
        assert_eq!(table.lines().count(), all_keys(&ROOT, "").len() + 2);
        // An escaped bar ends no cell.
        assert!(table.lines().all(|row| row.replace("\\|", "").matches('|').count() == 5), "{table}");
        assert!(table.contains("| `evaluation.seed` | a whole number from 0 to 9007199254740991 | `7` |"), "{table}");
        assert!(table.contains("| `gates[].metric` | the name of a metric | required | What is limited. |"), "{table}");
    }
}
