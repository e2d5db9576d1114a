//! The table of keys of a contract: what the columns of the rows are agreed to be.

use modelgate_cube::ColumnKind;

use super::{ANY, MANY, SHARE};
use crate::kind::Kind::{Flag, List as ListOf, Number, OneOf, Scalar, Text, Version};
use crate::kind::{Choice, Key, Kind, List, Section};

const COLUMN_TYPE: Choice =
    Choice { error: "unknown-type", noun: "type", names: || vec![ColumnKind::Number.id(), ColumnKind::Text.id()], help: None };

/// The whole file of a contract.
pub(crate) const CONTRACT: Section = Section {
    keys: &[
        Key::required("version", Version, "The version of this format: 1."),
        Key::optional("other_columns", Flag, "Whether there may be other columns as well.").with_default("true"),
        Key::required(
            "columns",
            ListOf(List { item: &Kind::Section(&CONTRACT_COLUMN), least: 1, most: MANY, unique: false }),
            "What is agreed about each column.",
        ),
    ],
    rules: &[],
};

const CONTRACT_COLUMN: Section = Section {
    keys: &[
        Key::required("name", Text, "The column."),
        Key::required("type", OneOf(COLUMN_TYPE), "What it holds."),
        Key::optional("min", Number(ANY), "The smallest number that may occur."),
        Key::optional("max", Number(ANY), "The largest number that may occur."),
        Key::optional(
            "values",
            ListOf(List { item: &Scalar, least: 0, most: MANY, unique: false }),
            "The texts that may occur; without it, any.",
        ),
        Key::optional("max_other", Number(SHARE), "The most rows whose text may be none of `values`, as a share.")
            .with_default("0.0"),
        Key::optional("max_missing", Number(SHARE), "The most rows without a value, as a share.").with_default("0.0"),
        Key::optional("unique", Flag, "Whether every row must have a value of its own.").with_default("false"),
        Key::optional("optional", Flag, "Whether the column may be absent.").with_default("false"),
    ],
    rules: &[],
};
