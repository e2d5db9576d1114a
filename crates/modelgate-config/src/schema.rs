//! The table of keys as a JSON Schema for editors, and as a Markdown table for people.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::keys::{ROOT, all_keys};
use crate::kind::{Key, Kind, List, Range, Section, Together};

/// The JSON Schema (draft 2020-12) of `modelgate.yml`, pretty-printed, with a line break at its end.
#[must_use]
pub fn schema() -> String {
    let mut whole = Map::new();
    whole.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    whole.insert("title".to_owned(), json!("modelgate.yml, version 1"));
    whole.extend(section_schema(&ROOT));
    format!("{:#}\n", Value::Object(whole))
}

/// Every key of `modelgate.yml` as a Markdown table: key, value, default, meaning.
#[must_use]
pub fn reference() -> String {
    let mut out = String::from("| Key | Value | Default | Meaning |\n|---|---|---|---|\n");
    for (path, key) in all_keys(&ROOT, "") {
        let default = match key.default {
            Some(default) => format!("`{default}`"),
            None if key.required => "required".to_owned(),
            None => String::new(),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(out, "| `{path}` | {} | {default} | {} |", key.kind.reference(), key.doc);
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
        Together::AtMost(names) => ("not", json!({"required": names})),
    }
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
