//! How the values of each column are spread over frozen bins: the counts that drift is measured from.
//!
//! Rows are read in batches and never held. Columns that no release has cut are looked at first, in memory of a fixed size
//! ([`look`]), then cut ([`cut`]); all are counted in a last look ([`tally`]). Nothing depends on the order of the rows.

mod cut;
pub(crate) mod layout;
pub(crate) mod look;
mod tally;
pub(crate) mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZero;
use std::path::Path;

use modelgate_cube::{Digest, FeatureId, FeatureKind, FeatureTable, LeftOut, Part};

use crate::batched_file::{BatchedFile, Opened};
use crate::column::Missing;
use crate::error::CellProblem;
use crate::input::Input;
use crate::levels::{encode, numbers};
use crate::pass::{Cells, InMemory, Source, Stop, share};
use crate::{CountAxis, DataError, Dataset, ReadSettings, Roles, TaskColumns, read};
use layout::Layout;
use look::{Between, Look};
use tally::Tallies;
use values::Reader;

/// As many values of a sample are the edges that numbers of many values are first counted between.
const MOST_CUTS: usize = 4_096;

/// What is counted.
#[derive(Debug, Clone, Copy)]
pub struct FeatureSettings<'a> {
    /// What the columns mean; a label without a name is none. Ids, weights and times are not counted, nor is a split column.
    pub roles: &'a Roles,
    /// The columns of a task that is no binary classification. Those of probabilities are not counted.
    pub task: Option<&'a TaskColumns>,
    /// Columns with personal data, of which no value may be kept.
    pub personal: &'a [String],
    /// Further columns that say nothing about rows, such as one that tells training rows from others.
    pub ignored: &'a [String],
    /// The ways of cutting rows into slices, each of which is counted as well.
    pub axes: &'a [CountAxis],
    /// The score from which a row is predicted positive, where no column says it.
    pub decision_threshold: f64,
    /// The most distinct values of a slice column.
    pub max_levels: usize,
    /// Which rows these are.
    pub part: Part,
}

/// Counts every column of the rows. Columns that `frozen` knows keep its edges and levels, so that the counts of two
/// releases can be compared without the older rows; the others get their own: quantiles, and the most frequent levels. The
/// number of threads changes nothing but the time, and parts of the rows that are counted apart over the same frozen edges add
/// up to the whole.
pub fn feature_table(
    dataset: &Dataset,
    settings: &FeatureSettings<'_>,
    frozen: Option<&FeatureTable>,
    threads: NonZero<usize>,
) -> Result<FeatureTable, DataError> {
    let usable: Vec<String> = dataset.columns().map(|(name, _)| name.to_owned()).collect();
    let counted = || {
        let layout = Layout::new(settings, &usable)?;
        let open = |_: &BTreeSet<usize>| -> Option<Looking<'_>> { Some(Looking::Held(InMemory::new(dataset, &layout.columns)?)) };
        let counting = Counting { layout: &layout, settings, frozen, missing: &[], threads, open: &open };
        counting.table().map(|(table, _)| table)
    };
    counted().ok_or_else(|| problem(dataset, settings))
}

/// Counts every column of the files that a path means (see [`read`]) as [`feature_table`] does, without holding their rows,
/// and names the bytes that were read. What cannot be counted so is read as a whole, which finds the words for what is wrong.
pub fn feature_table_of_file(
    path: &Path,
    reading: &ReadSettings,
    settings: &FeatureSettings<'_>,
    frozen: Option<&FeatureTable>,
    threads: NonZero<usize>,
) -> Result<(FeatureTable, Digest), DataError> {
    let input = Input::find(path)?;
    let streamed = BatchedFile::of(&input, reading).and_then(|file| of_file(&file, settings, frozen, threads));
    if let Some((table, Some(digest))) = streamed {
        return Ok((table, digest));
    }
    let dataset = read(path, reading)?;
    Ok((feature_table(&dataset, settings, frozen, threads)?, dataset.digest()))
}

type Table = (FeatureTable, Option<Digest>);

fn of_file(
    file: &BatchedFile<'_>,
    settings: &FeatureSettings<'_>,
    frozen: Option<&FeatureTable>,
    threads: NonZero<usize>,
) -> Option<Table> {
    let layout = Layout::new(settings, file.usable())?;
    let open = |turned: &BTreeSet<usize>| file.open(&layout.columns, turned).map(Looking::File);
    Counting { layout: &layout, settings, frozen, missing: file.missing_values(), threads, open: &open }.table()
}

/// Rows that are looked at from their start.
enum Looking<'a> {
    Held(InMemory<'a>),
    File(Opened<'a>),
}

impl Looking<'_> {
    fn source(&self) -> &dyn Source {
        match self {
            Self::Held(source) => source,
            Self::File(opened) => opened.source(),
        }
    }

    /// The digest of the bytes that were read; `None` for rows that are held.
    fn digest(&self) -> Option<Digest> {
        match self {
            Self::Held(_) => None,
            Self::File(opened) => opened.digest(),
        }
    }
}

/// How rows are looked at, as often as it takes.
struct Counting<'a> {
    layout: &'a Layout<'a>,
    settings: &'a FeatureSettings<'a>,
    frozen: Option<&'a FeatureTable>,
    missing: &'a [String],
    threads: NonZero<usize>,
    /// Opens the rows, with some columns of numbers as texts.
    open: &'a dyn Fn(&BTreeSet<usize>) -> Option<Looking<'a>>,
}

/// What a look made, and the digest of the bytes that it was at; `None` for rows that are held.
struct Looked<T> {
    made: T,
    digest: Option<Digest>,
}

/// How a column is counted.
enum Cut {
    Into(FeatureKind),
    LeftOut(LeftOut),
    /// Its numbers are still to be counted between some of them.
    Between(Between),
}

impl Counting<'_> {
    /// `None` where the rows cannot be counted.
    fn table(&self) -> Option<Table> {
        // A column that turns out to hold text does so at every look.
        let mut turned = BTreeSet::new();
        let mut cuts: Vec<Option<Cut>> = self.layout.features.iter().map(|(id, _)| self.known(id)).collect();
        let mut digests = BTreeSet::new();
        if cuts.iter().any(Option::is_none) {
            let looked = self.look(&mut turned, &cuts)?;
            digests.insert(looked.digest);
            for (place, look) in looked.made {
                let is_column = self.layout.features.get(place).is_some_and(|(id, _)| matches!(id, FeatureId::Column(_)));
                *cuts.get_mut(place)? = Some(cut_of(&look, is_column));
            }
        }
        if cuts.iter().any(|cut| matches!(cut, Some(Cut::Between(_)))) {
            digests.insert(self.count_between(&mut turned, &mut cuts)?.digest);
        }
        let kinds: Vec<Option<FeatureKind>> = cuts.iter().map(|cut| cut.as_ref().and_then(kind_of)).collect();
        let missing = Missing(self.missing);
        let Looked { made: parts, digest } = self.share(
            &mut turned,
            || Tallies::new(self.layout, &kinds, self.settings.max_levels),
            |tallies, batch| tallies.add(batch, &missing),
        )?;
        digests.insert(digest);
        let left_out = self.layout.features.iter().zip(&cuts).filter_map(|((id, _), cut)| match cut {
            Some(Cut::LeftOut(why)) => Some((id.name().to_owned(), *why)),
            _ => None,
        });
        let table = FeatureTable { columns: Tallies::columns(parts, self.settings.part), left_out: left_out.collect() };
        // All looks were at the same bytes.
        (digests.len() == 1).then_some((table, digest))
    }

    /// How a column was cut before.
    fn known(&self, id: &FeatureId) -> Option<Cut> {
        if matches!(id, FeatureId::Column(name) if self.settings.personal.contains(name)) {
            return Some(Cut::LeftOut(LeftOut::Personal));
        }
        let frozen = self.frozen?;
        let left_out = match id {
            FeatureId::Column(name) => frozen.left_out.get(name),
            _ => None,
        };
        let kind = || Some(Cut::Into(frozen.columns.get(id)?.kind.clone()));
        left_out.map(|why| Cut::LeftOut(*why)).or_else(kind)
    }

    /// Looks at the columns that are still to be cut.
    fn look(&self, turned: &mut BTreeSet<usize>, cuts: &[Option<Cut>]) -> Option<Looked<BTreeMap<usize, Look>>> {
        let wanted: Vec<usize> = cuts.iter().enumerate().filter(|(_, cut)| cut.is_none()).map(|(place, _)| place).collect();
        let missing = Missing(self.missing);
        let new = || wanted.iter().map(|place| (*place, Look::default(), Reader::default())).collect::<Vec<_>>();
        let add = |looks: &mut Vec<(usize, Look, Reader<u64>)>, batch: &[Cells]| {
            for (place, look, reader) in looks {
                let (_, of) = self.layout.features.get(*place).ok_or(Stop::Declined)?;
                reader.read(of, batch, &missing, |value| Ok(look.meet(value)))?;
                reader.rows.iter().for_each(|hash| look.count(*hash));
            }
            Ok(())
        };
        let Looked { made: parts, digest } = self.share(turned, new, add)?;
        let mut made: BTreeMap<usize, Look> = BTreeMap::new();
        for (place, look, _) in parts.into_iter().flatten() {
            made.entry(place).or_default().merge(look);
        }
        Some(Looked { made, digest })
    }

    /// Counts numbers of which there are too many to know each.
    fn count_between(&self, turned: &mut BTreeSet<usize>, cuts: &mut [Option<Cut>]) -> Option<Looked<()>> {
        let missing = Missing(self.missing);
        let empty = |(place, cut): (usize, &Option<Cut>)| match cut {
            Some(Cut::Between(between)) => Some((place, between.emptied(), Reader::default())),
            _ => None,
        };
        let wanted = || cuts.iter().enumerate().filter_map(empty).collect::<Vec<_>>();
        let add = |counts: &mut Vec<(usize, Between, Reader<f64>)>, batch: &[Cells]| {
            for (place, between, reader) in counts {
                let (_, of) = self.layout.features.get(*place).ok_or(Stop::Declined)?;
                reader.read(of, batch, &missing, |value| Ok(value.number().unwrap_or(f64::NAN)))?;
                reader.rows.iter().for_each(|number| between.add(*number));
            }
            Ok(())
        };
        let Looked { made: parts, digest } = self.share(turned, wanted, add)?;
        for (place, counted, _) in parts.into_iter().flatten() {
            if let Some(Some(Cut::Between(between))) = cuts.get_mut(place) {
                between.merge(&counted);
            }
        }
        Some(Looked { made: (), digest })
    }

    /// One look at all rows, and again from the start where a column of numbers turns out to hold text.
    fn share<T: Send>(
        &self,
        turned: &mut BTreeSet<usize>,
        new: impl Fn() -> T + Sync,
        add: impl Fn(&mut T, &[Cells]) -> Result<(), Stop> + Sync,
    ) -> Option<Looked<Vec<T>>> {
        loop {
            let opened = (self.open)(turned)?;
            match share(opened.source(), self.threads, &new, &add) {
                Ok(made) => return Some(Looked { made, digest: opened.digest() }),
                Err(Stop::TurnedText(column)) if turned.insert(column) => {}
                Err(_) => return None,
            }
        }
    }
}

/// How a column is cut after a first look.
fn cut_of(look: &Look, is_column: bool) -> Cut {
    match cut::left_out(look).filter(|_| is_column) {
        Some(why) => Cut::LeftOut(why),
        None if look.is_text => Cut::Into(cut::levels(look)),
        None if look.numbers.is_all() => Cut::Into(cut::bins(&cut::single_numbers(look))),
        None => Cut::Between(Between::new(look, MOST_CUTS)),
    }
}

fn kind_of(cut: &Cut) -> Option<FeatureKind> {
    match cut {
        Cut::Into(kind) => Some(kind.clone()),
        Cut::Between(between) => Some(cut::bins(&between.groups())),
        Cut::LeftOut(_) => None,
    }
}

/// Why the columns cannot be counted.
fn problem(dataset: &Dataset, settings: &FeatureSettings<'_>) -> DataError {
    let check = || {
        let roles = settings.roles;
        let named = [&roles.prediction, &roles.score].into_iter().flatten();
        for name in named.chain([&roles.label]).filter(|name| !name.is_empty()) {
            dataset.require(name)?;
        }
        if let Some(weight) = &roles.weight {
            numbers(dataset, weight, &CellProblem::WeightNotNumber)?;
        }
        for CountAxis { axis, column } in settings.axes {
            encode(dataset, axis, column, settings.max_levels)?;
        }
        Ok(())
    };
    match check() {
        Err(problem) => problem,
        Ok(()) => DataError::Malformed { path: dataset.path().to_owned(), reason: "its columns cannot be counted".to_owned() },
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::fmt::Write as _;
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray};
    use modelgate_cube::{FeatureColumn, FeatureHistogram, RARE, Slice, Wide};
    use parquet::arrow::ArrowWriter;

    use super::*;
    use crate::testing::{categorical, csv, file, told};

    const THREADS: NonZero<usize> = NonZero::<usize>::MIN;

    fn settings_of<'a>(roles: &'a Roles, axes: &'a [CountAxis]) -> FeatureSettings<'a> {
        let (part, task, ignored) = (Part::Test, None, &[]);
        FeatureSettings { roles, task, personal: &[], ignored, axes, decision_threshold: 0.5, max_levels: 100, part }
    }

    fn roles() -> Roles {
        Roles { label: "y".to_owned(), score: Some("p".to_owned()), id: Some("id".to_owned()), ..Roles::default() }
    }

    fn table_with(text: &str, roles: &Roles, axes: &[CountAxis], frozen: Option<&FeatureTable>) -> FeatureTable {
        let (data, _file) = csv(text);
        feature_table(&data, &settings_of(roles, axes), frozen, THREADS).unwrap()
    }

    fn table(text: &str, frozen: Option<&FeatureTable>) -> FeatureTable {
        table_with(text, &roles(), &[categorical("sex")], frozen)
    }

    /// Rows with a column of numbers, one of texts with two rare levels, one of ids and one of free text.
    fn rows(shift: u32) -> String {
        let mut text = "id,y,p,sex,age,job,note,number\n".to_owned();
        for row in 0..400_u32 {
            let job = match row {
                0 => "pope",
                1 => "",
                _ => ["clerk", "driver"][row as usize % 2],
            };
            let (sex, score) = (if row % 4 == 0 { "F" } else { "M" }, f64::from(row % 100) / 100.0);
            writeln!(text, "{row},{},{score},{sex},{},{job},note {row},{}", row % 2, row % 80 + shift, 1000 + row).unwrap();
        }
        text
    }

    fn column<'a>(table: &'a FeatureTable, name: &str) -> &'a FeatureColumn {
        &table.columns[&FeatureId::Column(name.to_owned())]
    }

    fn counts(histogram: &FeatureHistogram) -> Vec<u64> {
        histogram.bins.iter().chain([&histogram.rest, &histogram.missing]).map(|tally| tally.rows).collect()
    }

    fn overall<'a>(table: &'a FeatureTable, id: &FeatureId) -> &'a FeatureHistogram {
        table.histogram(id, Part::Test, &Slice::overall()).unwrap()
    }

    #[test]
    fn rare_levels_and_columns_that_name_rows_leave_no_value_behind() {
        let table = table(&rows(0), None);
        let job = column(&table, "job");
        assert_eq!(job.kind, FeatureKind::Category { levels: vec!["clerk".into(), "driver".into()] });
        assert_eq!(counts(&job.histograms[&(Part::Test, Slice::overall())]), [199, 199, 1, 1]);
        let left_out: Vec<&str> = table.left_out.keys().map(String::as_str).collect();
        assert_eq!(left_out, ["note", "number"]);
        assert!(!table.columns.contains_key(&FeatureId::Column("id".into())));
        let told = format!("{table:?}");
        assert!(!told.contains("pope") && !told.contains("note 1"), "{told}");
    }

    #[test]
    fn a_column_with_personal_data_leaves_no_value_behind_even_where_a_release_had_it() {
        let first = table(&rows(0), None);
        let (data, _file) = csv(&rows(0));
        let (roles, personal) = (roles(), ["job".to_owned()]);
        let settings = FeatureSettings { personal: &personal, ..settings_of(&roles, &[]) };
        for frozen in [None, Some(&first)] {
            let table = feature_table(&data, &settings, frozen, THREADS).unwrap();
            assert_eq!(table.left_out["job"], LeftOut::Personal);
            assert!(!format!("{table:?}").contains("clerk"));
        }
    }

    #[test]
    fn bins_of_numbers_have_enough_rows_where_they_are_set_and_stay_where_they_are() {
        let first = table(&rows(0), None);
        let FeatureKind::Number(bins) = &column(&first, "age").kind else { unreachable!("{first:?}") };
        let before = overall(&first, &FeatureId::Column("age".into()));
        assert!(bins.edges().len() > 8 && bins.coarse().len() == 9, "{bins:?}");
        assert!(counts(before).iter().rev().skip(2).all(|rows| *rows == 0 || *rows >= RARE), "{before:?}");
        let later = table(&rows(1000), Some(&first));
        assert_eq!(column(&later, "age").kind, column(&first, "age").kind);
        let now = counts(overall(&later, &FeatureId::Column("age".into())));
        assert_eq!(now[now.len() - 3], 400, "all ages lie above the last edge");
        let (mean, _) = overall(&later, &FeatureId::Column("age".into())).mean_and_deviation(bins).unwrap();
        assert!((mean - 1039.5).abs() < 1e-9, "{mean}");
    }

    #[test]
    fn label_prediction_and_score_are_counted_and_so_are_slices() {
        let table = table(&rows(0), None);
        assert_eq!(counts(overall(&table, &FeatureId::Label)), [200, 200, 0, 0]);
        assert_eq!(counts(overall(&table, &FeatureId::Prediction)), [200, 200, 0, 0]);
        assert_eq!(overall(&table, &FeatureId::Score).total().rows, 400);
        let women = table.histogram(&FeatureId::Label, Part::Test, &Slice::single("sex", Some("F".into()))).unwrap();
        assert_eq!(counts(women), [100, 0, 0, 0]);
    }

    #[test]
    fn row_order_does_not_change_a_table_and_neither_does_a_second_shard() {
        let text = rows(0);
        let mut lines: Vec<&str> = text.lines().collect();
        let whole = table(&text, None);
        lines[1..].reverse();
        assert_eq!(table(&lines.join("\n"), None), whole);
        // Cut in two, each half counted with the same bins.
        let counted = |lines: &[&str]| table(&lines.join("\n"), Some(&whole));
        let header = lines[0];
        let mut left = counted(&[&[header], &lines[1..101]].concat());
        left.merge(&counted(&[&[header], &lines[101..]].concat())).unwrap();
        assert_eq!(left, counted(&lines));
    }

    #[test]
    fn words_among_numbers_and_numbers_among_words_are_counted_and_not_refused() {
        let first = table(&rows(0), None);
        let words = rows(0).replace(",clerk,", ",7,").replace(",driver,", ",7,").replace(",pope,", ",7,");
        let numbers = table(&words, Some(&first));
        assert_eq!(counts(overall(&numbers, &FeatureId::Column("job".into()))), [0, 0, 399, 1]);
        let text = rows(0).replacen(",F,0,", ",F,unknown,", 1);
        assert_eq!(overall(&table(&text, Some(&first)), &FeatureId::Column("age".into())).rest.rows, 1);
    }

    #[test]
    fn weights_are_summed() {
        let weight = |line: usize| if line == 0 { "w" } else { "0.5" };
        let rows: Vec<String> = rows(0).lines().enumerate().map(|(line, row)| format!("{row},{}", weight(line))).collect();
        let text = rows.join("\n");
        let roles = Roles { weight: Some("w".into()), ..roles() };
        let table = table_with(&text, &roles, &[], None);
        let total = overall(&table, &FeatureId::Label).total();
        assert_eq!(total.rows, 400);
        assert!((total.weight.to_f64() - 200.0).abs() < 1e-12 && (total.weight_squared.to_f64() - 100.0).abs() < 1e-12);
    }

    /// Rows with more different numbers and texts than are known each, a number that half of the rows have, and a word late in
    /// a column of numbers.
    fn many_rows() -> Vec<String> {
        let row = |row: u32| {
            let mixed = row.wrapping_mul(2_654_435_761);
            let amount = if mixed.is_multiple_of(2) { "0".to_owned() } else { format!("{}.5", mixed % 1_000_003) };
            let sex = ["F", "M", ""][row as usize % 3];
            let late = if row == 39_000 { "none".to_owned() } else { (mixed % 50).to_string() };
            let score = f64::from(mixed % 100_000) / 100_000.0;
            format!("{row},{},{score},{sex},{amount},{late},text {}", row % 2, mixed % 30_000)
        };
        (0..40_000).map(row).collect()
    }

    const MANY_HEADER: &str = "id,y,p,sex,amount,late,note";

    fn many_csv(rows: &[String]) -> tempfile::NamedTempFile {
        file(".csv", format!("{MANY_HEADER}\n{}\n", rows.join("\n")).as_bytes())
    }

    /// The same rows as text and 64-bit floats, in row groups of different sizes.
    fn many_parquet(rows: &[String]) -> tempfile::NamedTempFile {
        let cells: Vec<Vec<&str>> = rows.iter().map(|row| row.split(',').collect()).collect();
        let column = |place: usize, name: &str| -> ArrayRef {
            let of_column = || cells.iter().map(|row| Some(row[place]).filter(|cell| !cell.is_empty()));
            if ["sex", "late", "note", "id"].contains(&name) {
                return Arc::new(of_column().collect::<StringArray>());
            }
            Arc::new(of_column().map(|cell| cell.map(|cell| cell.parse().unwrap())).collect::<Float64Array>())
        };
        let columns = MANY_HEADER.split(',').enumerate().map(|(place, name)| (name, column(place, name), true));
        let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
        let mut bytes = Vec::new();
        let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
        for (start, length) in [(0, 7), (7, 30_000), (30_007, 9_993)] {
            writer.write(&batch.slice(start, length)).unwrap();
            writer.flush().unwrap();
        }
        writer.close().unwrap();
        file(".parquet", &bytes)
    }

    fn streamed(path: &Path, threads: usize, frozen: Option<&FeatureTable>) -> FeatureTable {
        let (roles, axes) = (roles(), [categorical("sex")]);
        let threads = NonZero::new(threads).unwrap();
        let (table, digest) =
            feature_table_of_file(path, &ReadSettings::default(), &settings_of(&roles, &axes), frozen, threads).unwrap();
        assert_eq!(digest, Digest::of(&std::fs::read(path).unwrap()));
        table
    }

    #[test]
    fn batches_threads_formats_and_row_order_change_nothing_and_neither_does_holding_the_rows() {
        let mut rows = many_rows();
        let csv = many_csv(&rows);
        let (roles, axes) = (roles(), [categorical("sex")]);
        let held = read(csv.path(), &ReadSettings::default()).unwrap();
        let expected = feature_table(&held, &settings_of(&roles, &axes), None, THREADS).unwrap();
        for threads in [1, 2, 5] {
            assert_eq!(streamed(csv.path(), threads, None), expected, "{threads} threads");
        }
        assert_eq!(streamed(many_parquet(&rows).path(), 2, None), expected, "Parquet");
        rows.reverse();
        rows.rotate_left(12_345);
        assert_eq!(streamed(many_csv(&rows).path(), 2, None), expected, "another order");
        assert_eq!(streamed(many_csv(&rows).path(), 2, Some(&expected)), expected, "frozen");
    }

    #[test]
    fn numbers_of_too_many_values_to_know_are_cut_near_their_quantiles_and_counted_exactly() {
        let table = streamed(many_csv(&many_rows()).path(), 2, None);
        let FeatureKind::Number(bins) = &column(&table, "amount").kind else { unreachable!() };
        let amounts = counts(overall(&table, &FeatureId::Column("amount".into())));
        assert_eq!(amounts.iter().sum::<u64>(), 40_000);
        // Half of the rows are one number, which no quantile parts; the other half has twenty bins, the first one with it.
        assert!((20_500..21_500).contains(&amounts.iter().copied().max().unwrap()), "{amounts:?}");
        let others = amounts.iter().filter(|rows| (800..1_200).contains(*rows)).count();
        assert!((18..=20).contains(&others) && bins.coarse().len() >= 5, "{amounts:?}");
        let scores = counts(overall(&table, &FeatureId::Score));
        assert!(scores.iter().take(40).all(|rows| (900..1_100).contains(rows)), "{scores:?}");
        let bins = bins_of(&table, &FeatureId::Score);
        let (mean, _) = overall(&table, &FeatureId::Score).mean_and_deviation(&bins).unwrap();
        let by_center = bins.centers().iter().zip(&scores).map(|(center, rows)| center * *rows as f64);
        assert!((by_center.sum::<f64>() / 40_000.0 - mean).abs() < 1e-9, "the centers are means");
    }

    fn bins_of(table: &FeatureTable, id: &FeatureId) -> modelgate_cube::NumberBins {
        let FeatureKind::Number(bins) = &table.columns[id].kind else { unreachable!() };
        bins.clone()
    }

    #[test]
    fn texts_of_which_there_are_too_many_are_left_out_with_the_reason() {
        let mut rows = many_rows();
        let table = streamed(many_csv(&rows).path(), 1, None);
        assert_eq!(table.left_out["note"], LeftOut::NamesRows);
        for (number, row) in rows.iter_mut().enumerate() {
            *row = row.replace("text ", &format!("half {} ", number % 2));
            row.truncate(row.rfind(' ').unwrap());
            write!(row, " {}", number % 17_000).unwrap();
        }
        assert_eq!(streamed(many_csv(&rows).path(), 1, None).left_out["note"], LeftOut::ManyTexts);
    }

    #[test]
    fn every_task_has_its_label_and_prediction_counted() {
        let text =
            "y,cluster,a,b,x\n0,2,0.2,0.8,1.5\n".to_owned() + &"1,2,0.5,0.5,2.5\n".repeat(30) + &"2,0,0.9,0.1,3.5\n".repeat(30);
        let table = |task: TaskColumns, roles: Roles| {
            let (data, _file) = csv(&text);
            let settings = FeatureSettings { task: Some(&task), ..settings_of(&roles, &[]) };
            feature_table(&data, &settings, None, THREADS).unwrap()
        };
        let ids = |table: &FeatureTable| table.columns.keys().map(|id| id.name().to_owned()).collect::<Vec<_>>();
        let probabilities = vec![("b".to_owned(), "b".to_owned()), ("a".to_owned(), "a".to_owned())];
        let task = TaskColumns::Multiclass { classes: None, probabilities };
        let classes = table(task, Roles { label: "y".into(), ..Roles::default() });
        assert_eq!(ids(&classes), ["label", "prediction", "cluster", "x"]);
        // Of equal probabilities the first class has it, as in the counts of the task.
        assert_eq!(counts(overall(&classes, &FeatureId::Prediction)), [60, 1, 0]);
        assert_eq!(counts(overall(&classes, &FeatureId::Label)), [30, 30, 1, 0]);
        let sets = TaskColumns::Multilabel { classes: None, separator: ".".to_owned() };
        let sets = table(sets, Roles { label: "x".into(), prediction: Some("cluster".into()), ..Roles::default() });
        assert_eq!(sets.columns[&FeatureId::Label].kind, FeatureKind::Category { levels: vec!["2.5".into(), "3.5".into()] });
        let roles = Roles { label: "y".into(), prediction: Some("x".into()), ..Roles::default() };
        let numbers = table(TaskColumns::Regression, roles);
        assert!(matches!(numbers.columns[&FeatureId::Label].kind, FeatureKind::Number(_)));
        let predictions = overall(&numbers, &FeatureId::Prediction);
        assert_eq!(predictions.total().rows, 61);
        // Each label is 1.5 below its prediction.
        for (errors, tally) in predictions.errors.iter().zip(&predictions.bins) {
            assert_eq!(errors.rows, *tally);
            assert_eq!(errors.absolute.weighted, Wide::product(1.5, tally.rows as f64));
            assert_eq!(errors.squared.weighted, Wide::product(2.25, tally.rows as f64));
        }
        assert_eq!(predictions.errors.len(), predictions.bins.len());
        assert!(
            overall(&numbers, &FeatureId::Label).errors.is_empty() && overall(&classes, &FeatureId::Prediction).errors.is_empty()
        );
        let ranking = TaskColumns::Ranking { query: "cluster".to_owned(), cutoff: 10 };
        let ranking = table(ranking, Roles { label: "y".into(), prediction: Some("x".into()), ..Roles::default() });
        assert_eq!(ids(&ranking), ["label", "prediction", "a", "b"]);
        assert!(matches!(ranking.columns[&FeatureId::Label].kind, FeatureKind::Number(_)));
        let task = TaskColumns::Clustering { features: vec!["x".into()], labeled: false };
        let clusters = table(task, Roles { prediction: Some("cluster".into()), ..Roles::default() });
        assert_eq!(ids(&clusters), ["prediction", "a", "b", "x", "y"]);
        assert_eq!(counts(overall(&clusters, &FeatureId::Prediction)), [30, 31, 0, 0]);
        // A query names its rows, and its scores are numbers.
        let task = TaskColumns::Ranking { query: "cluster".into(), cutoff: 10 };
        let ranking = table(task, Roles { label: "y".into(), prediction: Some("x".into()), ..Roles::default() });
        assert_eq!(ids(&ranking), ["label", "prediction", "a", "b"]);
        assert!(matches!(ranking.columns[&FeatureId::Prediction].kind, FeatureKind::Number(_)));
    }

    #[test]
    fn columns_that_are_not_there_are_named() {
        let (data, _file) = csv("y,p\n1,0.5\n");
        let (roles, axes) = (Roles { label: "yes".to_owned(), ..Roles::default() }, [categorical("sex")]);
        let error = feature_table(&data, &settings_of(&roles, &[]), None, THREADS).unwrap_err();
        assert!(told(&error).contains("there is no column \"yes\""), "{error}");
        let roles = Roles { label: "y".to_owned(), ..Roles::default() };
        let error = feature_table(&data, &settings_of(&roles, &axes), None, THREADS).unwrap_err();
        assert!(told(&error).contains("there is no column \"sex\""), "{error}");
    }
}
