//! What columns files have, which must be the same in all files of an input.

use std::path::Path;

use arrow_schema::Schema;
use parquet::arrow::arrow_reader::ArrowReaderMetadata;

use crate::arrow_file::Messages;
use crate::error::DataError;
use crate::file::check_names;
use crate::format::Format;
use crate::input::{Input, InputFile};
use crate::parquet_file::{Kind, kind};
use crate::{csv_file, json_file, packed, parquet_file};

/// The columns of an input.
pub(crate) struct Shape {
    /// In the order of the first file.
    pub(crate) fields: Vec<Field>,
    /// What is known of each file.
    pub(crate) layouts: Vec<Layout>,
}

/// A column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) values: Values,
}

/// What the values of a column are.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Values {
    /// Cells whose types follow from all of them.
    Cells,
    /// Values of this kind, and the type that the file says.
    Typed(Kind, String),
    /// Nothing but missing values, as far as the file says.
    Nothing,
    /// Values of this type cannot be used.
    Unusable(String),
}

/// What is known of a file before its rows are read.
pub(crate) enum Layout {
    /// The names of its columns in their order.
    Delimited(Vec<String>),
    Lines,
    Parquet(ArrowReaderMetadata),
    Arrow(Messages),
}

impl Shape {
    /// Reads headers and schemas, and the keys of every line of JSON.
    pub(crate) fn of(input: &Input) -> Result<Self, DataError> {
        let mut fields: Option<Vec<Field>> = None;
        let mut layouts = Vec::new();
        for file in &input.files {
            let (found, layout) = of_file(file, input.format)?;
            match &mut fields {
                None => fields = Some(found),
                Some(fields) => merge(input, file, fields, &found)?,
            }
            layouts.push(layout);
        }
        Ok(Self { fields: fields.unwrap_or_default(), layouts })
    }

    /// The names of the columns that can be used.
    pub(crate) fn usable(&self) -> Vec<String> {
        let usable = self.fields.iter().filter(|field| !matches!(field.values, Values::Unusable(_)));
        usable.map(|field| field.name.clone()).collect()
    }

    /// What a column is read as.
    pub(crate) fn kind(&self, name: &str) -> Option<Kind> {
        let field = self.fields.iter().find(|field| field.name == name)?;
        field.values.kind()
    }
}

impl Values {
    /// What values with types are read as.
    pub(crate) fn kind(&self) -> Option<Kind> {
        match self {
            Self::Typed(kind, _) => Some(*kind),
            // Nulls alone fit every role that has room for them as numbers do.
            Self::Nothing => Some(Kind::Number),
            Self::Cells | Self::Unusable(_) => None,
        }
    }

    fn type_name(&self) -> &str {
        match self {
            Self::Typed(_, name) | Self::Unusable(name) => name,
            Self::Cells => "text",
            Self::Nothing => "Null",
        }
    }
}

fn of_file(file: &InputFile, format: Format) -> Result<(Vec<Field>, Layout), DataError> {
    match format {
        Format::Delimited(delimiter) => {
            let names = csv_file::names(&file.path, packed::beginning(file)?, delimiter)?;
            let fields = names.iter().map(|name| Field { name: name.clone(), values: Values::Cells }).collect();
            Ok((fields, Layout::Delimited(names)))
        }
        Format::Lines => Ok((json_file::fields(file)?, Layout::Lines)),
        Format::Parquet => {
            let metadata = parquet_file::metadata_of(file)?;
            Ok((of_schema(&file.path, metadata.schema())?, Layout::Parquet(metadata)))
        }
        Format::Arrow => {
            let messages = Messages::of(file)?;
            Ok((of_schema(&file.path, &messages.schema)?, Layout::Arrow(messages)))
        }
    }
}

/// The columns of a schema.
pub(crate) fn of_schema(path: &Path, schema: &Schema) -> Result<Vec<Field>, DataError> {
    let names: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
    check_names(path, &names)?;
    let values = schema.fields().iter().map(|field| {
        let name = field.data_type().to_string();
        match kind(field.data_type()) {
            _ if field.data_type().is_null() => Values::Nothing,
            Some(kind) => Values::Typed(kind, name),
            None => Values::Unusable(name),
        }
    });
    Ok(names.into_iter().zip(values).map(|(name, values)| Field { name, values }).collect())
}

/// Adds what another file says about the same columns.
pub(crate) fn merge(input: &Input, file: &InputFile, fields: &mut Vec<Field>, other: &[Field]) -> Result<(), DataError> {
    if input.format == Format::Lines {
        // A key that no line of a file has is missing in all of them.
        for field in other {
            match fields.iter_mut().find(|known| known.name == field.name) {
                None => fields.push(field.clone()),
                Some(known) if known.values == Values::Cells => known.values = field.values.clone(),
                Some(_) => {}
            }
        }
        return Ok(());
    }
    let names = |fields: &[Field]| fields.iter().map(|field| field.name.clone()).collect::<Vec<_>>();
    same_names(input, file, &names(fields), &names(other))?;
    for field in fields {
        let Some(found) = other.iter().find(|other| other.name == field.name) else { continue };
        field.values = merged(&field.values, &found.values).ok_or_else(|| DataError::DifferentTypes {
            path: file.path.clone(),
            first: first_path(input),
            column: field.name.clone(),
            types: (found.values.type_name().to_owned(), field.values.type_name().to_owned()),
        })?;
    }
    Ok(())
}

/// What a column of two files is read as; `None` where they contradict each other.
fn merged(one: &Values, other: &Values) -> Option<Values> {
    match (one, other) {
        (Values::Nothing, known) | (known, Values::Nothing) => Some(known.clone()),
        (Values::Typed(one_kind, _), Values::Typed(other_kind, _)) => match (one_kind, other_kind) {
            (same, other) if same == other => Some(one.clone()),
            // Writers turn whole numbers to others where one is missing.
            (Kind::Whole, Kind::Number) => Some(other.clone()),
            (Kind::Number, Kind::Whole) => Some(one.clone()),
            _ => None,
        },
        (one, other) => (one == other).then(|| one.clone()),
    }
}

/// Demands that a file has the columns of the first one, in any order.
pub(crate) fn same_names(input: &Input, file: &InputFile, first: &[String], names: &[String]) -> Result<(), DataError> {
    let without =
        |these: &[String], those: &[String]| these.iter().filter(|name| !those.contains(name)).cloned().collect::<Vec<_>>();
    let (lacks, has) = (without(first, names), without(names, first));
    if lacks.is_empty() && has.is_empty() {
        return Ok(());
    }
    Err(DataError::DifferentColumns { path: file.path.clone(), first: first_path(input), lacks, has })
}

fn first_path(input: &Input) -> std::path::PathBuf {
    input.files.first().map_or_else(|| input.path.clone(), |file| file.path.clone())
}
