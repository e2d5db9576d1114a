//! Puts columns of a separate file beside rows by id, so that sensitive columns need not stand beside features.
//!
//! The other file may be much larger: it is read in batches, and only what is said of the rows' own ids is kept.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;

use arrow_array::Array as _;
use arrow_array::builder::Float64Builder;
use arrow_array::cast::AsArray as _;
use modelgate_cube::Digest;

use crate::batched_file::BatchedFile;
use crate::column::{Column, Missing, TextBuilder, number_text};
use crate::error::DataError;
use crate::input::Input;
use crate::levels::levels_of;
use crate::pass::{Cells, InMemory, Source, Stop};
use crate::position::Position;
use crate::{Dataset, ReadSettings, read};

/// How the file is joined.
#[derive(Debug, Clone, PartialEq)]
pub struct AttributeSettings {
    /// The file, folder or pattern.
    pub path: PathBuf,
    /// Its column that names a row.
    pub id: String,
    /// The largest share of rows, from 0 to 1, whose id the file may lack. Their attributes are missing.
    pub max_unmatched: f64,
    /// The largest share of the file's rows, from 0 to 1, that may belong to no row.
    pub max_unused: f64,
}

/// What was joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttributeCounts {
    /// The rows that were joined to.
    pub rows: u64,
    /// Rows whose id the file lacks.
    pub unmatched: u64,
    /// The rows of the file.
    pub in_file: u64,
    /// Rows of the file that belong to no row.
    pub unused: u64,
    /// The digest of the file.
    pub digest: Digest,
}

impl Dataset {
    /// The same rows with these columns of another file. Rows of both are found by their ids: several rows may have one id, the
    /// file may say each only once.
    pub fn with_attributes(
        &self,
        id: &str,
        columns: &[String],
        settings: &AttributeSettings,
        reading: &ReadSettings,
    ) -> Result<(Self, AttributeCounts), DataError> {
        let levels = levels_of(self.require(id)?);
        let missing = levels.missing_rows().count();
        if missing > 0 {
            return Err(DataError::MissingIds { path: self.path().to_owned(), column: id.to_owned(), rows: missing });
        }
        let ids = levels.levels.iter().zip(0..).filter_map(|(level, slot)| Some((level.as_deref()?, slot))).collect();
        let gathering = Gathering { ids, settings, columns, reading };
        let (gathered, digest) = gathering.run()?;
        let matched = levels.grouping.codes.iter().filter(|slot| gathered.is_found(**slot)).count();
        let counts = AttributeCounts {
            rows: self.rows() as u64,
            unmatched: (self.rows() - matched) as u64,
            in_file: gathered.rows,
            unused: gathered.unused,
            digest,
        };
        let unmatched = || levels.grouping.codes.iter().position(|slot| !gathered.is_found(*slot));
        self.check(&counts, settings, || self.locate(unmatched().unwrap_or_default(), id).0)?;
        let mut joined = self.clone().with_private_columns(columns.iter().cloned());
        for (name, values) in columns.iter().zip(&gathered.values) {
            if joined.has_column(name) {
                return Err(DataError::ColumnExists { path: self.path().to_owned(), name: name.clone() });
            }
            let column = values.column(&levels.grouping.codes);
            let column =
                column.map_err(|error| DataError::Malformed { path: settings.path.clone(), reason: error.to_string() })?;
            joined = joined.with_column(name, column);
        }
        Ok((joined, counts))
    }

    fn check(
        &self,
        counts: &AttributeCounts,
        settings: &AttributeSettings,
        first: impl FnOnce() -> Position,
    ) -> Result<(), DataError> {
        let exceeds = |part: u64, whole: u64, most: f64| part as f64 > most * whole as f64;
        let (path, other) = (self.path().to_owned(), settings.path.clone());
        if exceeds(counts.unmatched, counts.rows, settings.max_unmatched) {
            let first = Box::new(first());
            let (unmatched, rows, most) = (counts.unmatched, counts.rows, shown(settings.max_unmatched));
            return Err(DataError::TooManyUnmatched { path, other, unmatched, rows, most, first });
        }
        if exceeds(counts.unused, counts.in_file, settings.max_unused) {
            let (unused, rows, most) = (counts.unused, counts.in_file, shown(settings.max_unused));
            return Err(DataError::TooManyUnused { path, other, unused, rows, most });
        }
        Ok(())
    }
}

fn shown(share: f64) -> String {
    format!("{} %", number_text((share * 1e8).round() / 1e6))
}

/// What is looked for in the file.
struct Gathering<'a> {
    /// The place of each id.
    ids: HashMap<&'a str, u32>,
    settings: &'a AttributeSettings,
    columns: &'a [String],
    reading: &'a ReadSettings,
}

/// What the file says of the ids.
struct Gathered {
    /// Whether it says something of an id, by its place.
    found: Vec<bool>,
    values: Vec<Values>,
    rows: u64,
    unused: u64,
    /// Ids that stand more than once.
    repeated: BTreeSet<u32>,
    /// The first row, from 1, whose id stood before.
    again: Option<u64>,
    /// Rows of the file that have no id.
    without_id: usize,
}

/// The values of a column by the place of the id.
enum Values {
    Number(Vec<Option<f64>>),
    Text(Box<Texts>),
}

#[derive(Default)]
struct Texts {
    keys: Vec<Option<i32>>,
    dictionary: TextBuilder,
    by_key: Vec<String>,
}

impl Gathered {
    fn new(ids: usize, text: impl Iterator<Item = bool>) -> Self {
        let values = text.map(|text| {
            if text {
                Values::Text(Box::new(Texts { keys: vec![None; ids], ..Texts::default() }))
            } else {
                Values::Number(vec![None; ids])
            }
        });
        Self {
            found: vec![false; ids],
            values: values.collect(),
            rows: 0,
            unused: 0,
            repeated: BTreeSet::new(),
            again: None,
            without_id: 0,
        }
    }

    fn is_found(&self, slot: u32) -> bool {
        self.found.get(slot as usize).copied().unwrap_or_default()
    }
}

impl Values {
    /// Takes the cell of a row for an id; `false` where it cannot be taken.
    fn take(&mut self, slot: usize, cells: &Cells, row: usize, missing: &Missing) -> bool {
        match (self, cells) {
            (Self::Number(values), Cells::Number(numbers)) => {
                let number = numbers.is_valid(row).then(|| numbers.value(row));
                values.get_mut(slot).map(|value| *value = number).is_some()
            }
            (Self::Text(held), cells) => {
                let Texts { keys, dictionary, by_key } = held.as_mut();
                let Some(text) = cell_text(cells, row, missing) else { return true };
                let Ok(key) = dictionary.intern(&text) else { return false };
                if usize::try_from(key).is_ok_and(|key| key == by_key.len()) {
                    by_key.push(text);
                }
                keys.get_mut(slot).map(|held| *held = Some(key)).is_some()
            }
            (Self::Number(_), Cells::Text(_)) => false,
        }
    }

    /// The column of rows with these ids.
    fn column(&self, codes: &[u32]) -> Result<Column, arrow_schema::ArrowError> {
        match self {
            Self::Number(values) => {
                let mut builder = Float64Builder::with_capacity(codes.len());
                for slot in codes {
                    builder.append_option(values.get(*slot as usize).copied().flatten());
                }
                Ok(Column::Number(builder.finish()))
            }
            Self::Text(held) => {
                let Texts { keys, by_key, .. } = held.as_ref();
                let mut builder = TextBuilder::default();
                for slot in codes {
                    let key = keys.get(*slot as usize).copied().flatten().and_then(|key| usize::try_from(key).ok());
                    builder.push(key.and_then(|key| by_key.get(key)).map(String::as_str))?;
                }
                builder.finish()
            }
        }
    }
}

/// What a cell says as text; `None` where it is missing.
fn cell_text(cells: &Cells, row: usize, missing: &Missing) -> Option<String> {
    match cells {
        Cells::Number(numbers) => {
            let number = numbers.is_valid(row).then(|| numbers.value(row));
            number.filter(|number| !number.is_nan()).map(number_text)
        }
        Cells::Text(text) => {
            let (key, values) = (text.key(row)?, text.values().as_string_opt::<i32>()?);
            let cell = (key < values.len() && values.is_valid(key)).then(|| values.value(key).trim())?;
            (!missing.is(cell)).then(|| cell.to_owned())
        }
    }
}

impl Gathering<'_> {
    fn run(&self) -> Result<(Gathered, Digest), DataError> {
        // Ids are names: 007 is not 7.
        let mut reading = self.reading.clone();
        reading.text_columns.insert(self.settings.id.clone());
        let names: Vec<&str> = std::iter::once(&self.settings.id).chain(self.columns).map(String::as_str).collect();
        let input = Input::find(&self.settings.path)?;
        let streamed = BatchedFile::of(&input, &reading).and_then(|file| self.of_file(&file, &names));
        let (gathered, digest) = match streamed {
            Some(found) => found,
            None => self.held(&names, &reading)?,
        };
        let (path, column) = (self.settings.path.clone(), self.settings.id.clone());
        if gathered.without_id > 0 {
            return Err(DataError::MissingIds { path, column, rows: gathered.without_id });
        }
        if let Some(row) = gathered.again {
            let at = Box::new(Position { path, row, line: None, field: None, column: Some(column) });
            return Err(DataError::RepeatedIds { at, repeated: gathered.repeated.len() });
        }
        Ok((gathered, digest))
    }

    /// Reads the file as a whole, which finds the words for what is wrong with it.
    fn held(&self, names: &[&str], reading: &ReadSettings) -> Result<(Gathered, Digest), DataError> {
        let dataset = read(&self.settings.path, reading)?;
        for name in names {
            dataset.require(name)?;
        }
        let is_text = |name: &String| matches!(dataset.column(name), Some(Column::Text(_)));
        let mut gathered = Gathered::new(self.ids.len(), self.columns.iter().map(is_text));
        let held = InMemory::new(&dataset, names).and_then(|source| self.gather(&source, &mut gathered).ok());
        let reason = "its columns cannot be put beside other rows".to_owned();
        held.ok_or_else(|| DataError::Malformed { path: self.settings.path.clone(), reason })?;
        Ok((gathered, dataset.digest()))
    }

    fn of_file(&self, file: &BatchedFile<'_>, names: &[&str]) -> Option<(Gathered, Digest)> {
        if !names.iter().all(|name| file.usable().iter().any(|known| known == name)) {
            return None;
        }
        let mut turned = BTreeSet::new();
        loop {
            let opened = file.open(names, &turned)?;
            // A column is one of texts where its cells say so; which these are is found out as everywhere, by looking again.
            let text = (1..names.len()).map(|place| turned.contains(&place));
            let mut gathered = Gathered::new(self.ids.len(), text);
            match self.gather(opened.source(), &mut gathered) {
                Ok(()) => return Some((gathered, opened.digest()?)),
                Err(Stop::TurnedText(column)) if turned.insert(column) => {}
                Err(_) => return None,
            }
        }
    }

    fn gather(&self, source: &dyn Source, gathered: &mut Gathered) -> Result<(), Stop> {
        let missing = Missing(&self.reading.missing_values);
        let mut add = |cells: &[Cells]| {
            let (ids, columns) = cells.split_first().ok_or(Stop::Declined)?;
            for row in 0..ids.len() {
                gathered.rows += 1;
                let Some(id) = cell_text(ids, row, &missing) else {
                    gathered.without_id += 1;
                    continue;
                };
                let Some(slot) = self.ids.get(id.as_str()).copied() else {
                    gathered.unused += 1;
                    continue;
                };
                let found = gathered.found.get_mut(slot as usize).ok_or(Stop::Declined)?;
                if std::mem::replace(found, true) {
                    gathered.repeated.insert(slot);
                    gathered.again.get_or_insert(gathered.rows);
                    continue;
                }
                for (place, (values, cells)) in gathered.values.iter_mut().zip(columns).enumerate() {
                    if !values.take(slot as usize, cells, row, &missing) {
                        return Err(Stop::TurnedText(place + 1));
                    }
                }
            }
            Ok(())
        };
        while source.next(&mut add)? {}
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::fmt::Write as _;

    use super::*;
    use crate::testing::{csv, file};

    fn joined(rows: &str, ending: &str, attributes: &str, limits: (f64, f64)) -> Result<(Dataset, AttributeCounts), String> {
        let ((rows, _one), other) = (csv(rows), file(ending, attributes.as_bytes()));
        let settings = AttributeSettings {
            path: other.path().to_owned(),
            id: "person".to_owned(),
            max_unmatched: limits.0,
            max_unused: limits.1,
        };
        let columns = ["sex".to_owned(), "age".to_owned()];
        let found = rows.with_attributes("id", &columns, &settings, &ReadSettings::default());
        found.map_err(|error| format!("{error}\n{}", error.help().unwrap_or_default()))
    }

    fn cells(data: &Dataset) -> Vec<(Option<String>, Option<f64>)> {
        let (sex, age) = (data.require("sex").unwrap(), data.require("age").unwrap());
        (0..data.rows()).map(|row| (sex.text(row).map(str::to_owned), age.number(row))).collect()
    }

    const ROWS: &str = "id,p\na,0.1\nb,0.2\na,0.3\n";

    #[test]
    fn rows_find_their_attributes_by_id_whatever_the_format_and_the_order() {
        let expected = [(Some("F".to_owned()), Some(30.0)), (Some("M".to_owned()), None), (Some("F".to_owned()), Some(30.0))];
        let (data, counts) = joined(ROWS, ".csv", "age,person,sex\n,b,M\n30,a,F\n99,z,M\n", (0.0, 1.0)).unwrap();
        assert_eq!(cells(&data), expected);
        assert_eq!((counts.rows, counts.unmatched, counts.in_file, counts.unused), (3, 0, 3, 1));
        let lines = "{\"person\": \"a\", \"sex\": \"F\", \"age\": 30}\n{\"person\": \"b\", \"sex\": \" M \"}\n";
        assert_eq!(cells(&joined(ROWS, ".jsonl", lines, (0.0, 0.0)).unwrap().0), expected);
    }

    #[test]
    fn an_id_of_digits_is_the_same_as_text_and_as_a_number() {
        let rows = "id,p\n7,0.1\n8,0.2\n";
        let lines = "{\"person\": 7, \"sex\": \"F\", \"age\": 1}\n{\"person\": \"8\", \"sex\": \"M\", \"age\": 2}\n";
        assert_eq!(joined(rows, ".jsonl", lines, (0.0, 0.0)).unwrap().1.unmatched, 0);
    }

    #[test]
    fn what_is_not_in_both_is_counted_and_limited() {
        let some = "person,sex,age\na,F,30\nx,F,1\ny,M,2\n";
        let text = joined(ROWS, ".csv", some, (0.3, 1.0)).unwrap_err();
        assert!(
            text.contains("1 of 3 rows has an id that is not in")
                && text.contains("(the first is ")
                && !text.contains("\"b\"")
                && text.contains("30 %"),
            "{text}"
        );
        let text = joined(ROWS, ".csv", some, (0.5, 0.5)).unwrap_err();
        assert!(
            text.contains("2 of 3 rows of ") && text.contains("belong to no row") && text.contains("data.attributes.max_unused"),
            "{text}"
        );
        let (data, counts) = joined(ROWS, ".csv", some, (0.34, 0.7)).unwrap();
        assert_eq!((counts.unmatched, counts.unused), (1, 2));
        assert_eq!(cells(&data)[1], (None, None));
    }

    #[test]
    fn ids_that_stand_twice_or_are_missing_are_refused() {
        let text = joined(ROWS, ".csv", "person,sex,age\na,F,30\nb,M,1\na,M,30\nx,F,1\nx,F,2\n", (0.0, 1.0)).unwrap_err();
        assert!(text.contains(": row 3 (column \"person\"): this id stood before; 1 id stands more than once"), "{text}");
        let text = joined(ROWS, ".csv", "person,sex,age\na,F,30\n,M,1\nb,F,3\n", (0.0, 1.0)).unwrap_err();
        assert!(text.contains("1 row has no id in column \"person\""), "{text}");
        let text = joined(ROWS, ".csv", "person,sex\na,F\n", (0.0, 1.0)).unwrap_err();
        assert!(text.contains("there is no column \"age\""), "{text}");
        let text = joined("id,sex\na,F\n", ".csv", "person,sex,age\na,F,1\n", (0.0, 1.0)).unwrap_err();
        assert!(text.contains("there is a column \"sex\" already"), "{text}");
    }

    #[test]
    fn of_a_file_with_many_more_rows_only_what_rows_need_is_kept() {
        let mut attributes = "person,sex,age\n".to_owned();
        for row in 0..50_000_u32 {
            writeln!(attributes, "p{row},{},{}", if row % 3 == 0 { "F" } else { "M" }, row % 80).unwrap();
        }
        let mut rows = "id,p\n".to_owned();
        (0..5_000_u32).for_each(|row| writeln!(rows, "p{},0.5", row * 7).unwrap());
        let (data, counts) = joined(&rows, ".csv", &attributes, (0.0, 1.0)).unwrap();
        assert_eq!((counts.unmatched, counts.in_file, counts.unused), (0, 50_000, 45_000));
        assert_eq!(cells(&data)[9], (Some("F".to_owned()), Some(63.0)));
    }
}
