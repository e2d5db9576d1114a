//! Reads and writes a contract: what people have agreed the columns of the rows to be.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use modelgate_cube::{ColumnKind, Contract, ContractColumn};

use crate::errors::{ConfigError, ConfigErrors, shown};
use crate::keys::CONTRACT;
use crate::kind::Kind;
use crate::locate::{ConfigPath, locate};
use crate::mistakes::Mistakes;
use crate::node::Node;
use crate::{config, source, structure};

/// The name of the file where the settings name none.
pub const CONTRACT_FILE: &str = "modelgate-contract.yml";

/// Reads a contract. The errors hold every mistake.
pub fn load_contract(path: &Path) -> Result<Contract, ConfigErrors> {
    let file_name = path.display().to_string();
    let text = source::read(path).map_err(|error| ConfigErrors::new(&file_name, "", vec![*error]))?;
    parse_contract(&file_name, &text)
}

/// Reads the text of a contract.
pub fn parse_contract(file_name: &str, text: &str) -> Result<Contract, ConfigErrors> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let one = |error: Box<ConfigError>| ConfigErrors::new(file_name, text, vec![*error]);
    source::check(text).map_err(one)?;
    let locations = locate(text).map_err(one)?;
    let value = config::values(text, &locations).map_err(one)?;
    let mut mistakes = Mistakes::new(&locations);
    structure::check(&value, &Kind::Section(&CONTRACT), &ConfigPath::default(), &mut mistakes);
    let root = Node::new(&value, &CONTRACT, &locations, ConfigPath::default());
    let contract = Contract {
        columns: root.sections("columns").iter().map(|node| column(node, &mut mistakes)).collect(),
        other_columns: root.flag("other_columns"),
    };
    check_names(&root, &contract, &mut mistakes);
    let found = mistakes.into_found();
    if found.is_empty() { Ok(contract) } else { Err(ConfigErrors::new(file_name, text, found)) }
}

fn column(node: &Node<'_>, mistakes: &mut Mistakes<'_>) -> ContractColumn {
    let kind = node.text("type").and_then(|kind| ColumnKind::parse(&kind)).unwrap_or(ColumnKind::Number);
    let (foreign, of): (&[&str], &str) = match kind {
        ColumnKind::Text => (&["min", "max"], "number"),
        ColumnKind::Number | ColumnKind::Empty => (&["values", "max_other"], "text"),
    };
    for key in foreign.iter().filter(|key| node.has(key)) {
        let error = ConfigError::new("contradictory-keys", format!("{} is for columns of the type `{of}`", shown(key)));
        mistakes.at_key(&node.at(key), error.help("delete it, or write another `type`"));
    }
    let range = (node.number("min"), node.number("max"));
    if let (Some(low), Some(high)) = range
        && low > high
    {
        let error = ConfigError::new("out-of-order", format!("`min` is {low}, above `max`, which is {high}"));
        mistakes.at_value(&node.at("min"), error.help("exchange them"));
    }
    ContractColumn {
        name: node.text("name").unwrap_or_default(),
        kind,
        range,
        values: node.has("values").then(|| node.scalars("values").into_iter().collect()),
        max_other: node.number("max_other").unwrap_or_default(),
        max_missing: node.number("max_missing").unwrap_or_default(),
        unique: node.flag("unique"),
        optional: node.flag("optional"),
    }
}

/// A column that stands twice is agreed twice, and nobody knows which of both holds.
fn check_names(root: &Node<'_>, contract: &Contract, mistakes: &mut Mistakes<'_>) {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for (node, column) in root.sections("columns").iter().zip(&contract.columns) {
        let path = node.at("name");
        let line = mistakes.line(&path);
        if let Some(first) = seen.get(column.name.as_str()) {
            let error = ConfigError::new("duplicate-item", format!("the column {} stands twice", shown(&column.name)));
            mistakes.at_value(&path, error.note(format!("the first one is at line {first}")).help("keep one of them"));
        }
        seen.entry(&column.name).or_insert(line);
    }
}

/// The text of a contract, to be reviewed and kept.
#[must_use]
pub fn contract_text(contract: &Contract) -> String {
    let mut text = String::from(
        "# What the columns of the rows are agreed to be. Written by `modelgate contract` and reviewed by people: change what is\n\
         # wrong, and commit it. `modelgate check` holds the rows to it where `data.contract` names this file.\n\
         version: 1\n",
    );
    let _ = writeln!(text, "other_columns: {}", contract.other_columns);
    text.push_str("columns:\n");
    for column in &contract.columns {
        let _ = writeln!(text, "  - name: {}\n    type: {}", quoted(&column.name), column.kind.id());
        for (key, end) in [("min", column.range.0), ("max", column.range.1)] {
            if let Some(end) = end {
                let _ = writeln!(text, "    {key}: {end:?}");
            }
        }
        if let Some(values) = &column.values {
            let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
            let _ = writeln!(text, "    values: [{}]\n    max_other: {:?}", values.join(", "), column.max_other);
        }
        let _ = writeln!(text, "    max_missing: {:?}", column.max_missing);
        for (key, flag) in [("unique", column.unique), ("optional", column.optional)] {
            if flag {
                let _ = writeln!(text, "    {key}: true");
            }
        }
    }
    text
}

/// A text as YAML reads it back, whatever is in it: JSON strings are YAML strings.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn what_is_written_reads_back_whatever_the_names_are() {
        let column = |name: &str, kind, range, values: Option<&[&str]>| ContractColumn {
            name: name.to_owned(),
            kind,
            range,
            values: values.map(|values| values.iter().map(|value| (*value).to_owned()).collect()),
            max_other: 0.03,
            max_missing: 0.0,
            unique: false,
            optional: name == "no",
        };
        let contract = Contract {
            columns: vec![
                column("age", ColumnKind::Number, (Some(-0.5), Some(1e22)), None),
                column("no", ColumnKind::Text, (None, None), Some(&["yes", "1.0", "a: b # c", "\"", "é\n", ""])),
            ],
            other_columns: false,
        };
        let mut contract = contract;
        contract.columns[0].max_other = 0.0;
        assert_eq!(parse_contract("c.yml", &contract_text(&contract)).unwrap(), contract);
    }

    #[test]
    fn every_mistake_is_told_at_its_line() {
        let text = "version: 1\ncolumns:\n  - name: a\n    type: number\n    values: [x]\n    min: 2\n    max: 1\n  - name: a\n    type: date\n";
        let errors = parse_contract("c.yml", text).unwrap_err();
        let ids: Vec<&str> = errors.errors.iter().map(|error| error.id).collect();
        assert_eq!(ids, ["contradictory-keys", "out-of-order", "duplicate-item", "unknown-type"]);
    }
}
