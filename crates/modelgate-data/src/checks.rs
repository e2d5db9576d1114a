//! Counts what tells whether data can be trusted: missing values, repeated rows, labels that contradict each other, and test
//! rows that a model has learned from.
//!
//! Rows are read in batches and never held. What grows with the rows is bounded: of more than 524,288 different rows those
//! with the smallest hashes are counted, which is a sample that depends on no order and no number of threads.

mod alike;
mod alone;
mod columns;
mod groups;
mod infer;
mod near;
mod opened;
mod outliers;
pub(crate) mod personal;
mod rows;
mod times;

use std::collections::BTreeSet;
use std::num::NonZero;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use modelgate_cube::{
    AgreedColumn, ColumnKind, Contract, Counted, DataCount, DataKey, DataProfile, Digest, PairShares, Part, PersonalKind,
    Population,
};

use crate::column::Missing;
use crate::error::PopulationFault;
use crate::pass::Cells;
use crate::row_ids::folded;
use crate::shown::shown_path;
use crate::{CountAxis, DataError};
use alike::AlikeRows;
use columns::{ColumnLook, NOTHING, collision};
use groups::{Found, GroupLook, GroupPlan, Grouped};
pub use infer::infer_contract;
pub use opened::DataRows;
use rows::{RowSample, shared};
use times::TimeLook;
pub use times::order_of;

/// Fewer rows than this that agree in all quasi-identifiers may be told apart (the k of k-anonymity).
const FEWEST_ALIKE: u64 = 5;

/// As many different ids are known.
const MOST_IDS: usize = 1 << 17;

/// Which columns say what.
#[derive(Debug, Clone, Copy)]
pub struct CheckSettings<'a> {
    /// The column with the truth, if there is one.
    pub label: Option<&'a str>,
    /// Whether labels are classes, of which one may be rare.
    pub has_classes: bool,
    /// Columns that say nothing about a row by themselves: ids, weights, times, predictions, a split.
    pub ignored: &'a BTreeSet<String>,
    /// The column with the id of a row. It is looked at for personal data, repeats, and ids of both parts.
    pub id: Option<&'a str>,
    /// The columns that a model learns from, where they are known; else every column that is not ignored. By these, rows are
    /// told apart.
    pub features: Option<&'a [String]>,
    /// What is agreed about the columns.
    pub contract: Option<&'a Contract>,
    /// The column with what the model says of a row, and the one with what it says of the same row alone.
    pub alone: Option<(&'a str, &'a str)>,
    /// The column that says whom or what a row is about; several rows may be about the same.
    pub entity: Option<&'a str>,
    /// The column with the time of a row.
    pub time: Option<&'a str>,
    /// Now, in seconds since 1970.
    pub now: f64,
    /// The columns that together may tell who a row is about, to somebody who knows them from elsewhere.
    pub quasi_identifiers: &'a [String],
    /// The columns that say something about people which others should not learn.
    pub sensitive: &'a [String],
    /// How rows are grouped.
    pub axes: &'a [CountAxis],
    /// The label of the positive class, where there are two.
    pub positive_label: Option<&'a str>,
    /// How the population is made up that rows are to stand for, and the file that says so.
    pub population: Option<(&'a Population, &'a Path)>,
    /// The columns with what each of several people said of a row.
    pub annotators: &'a [String],
    /// How many threads may read.
    pub threads: NonZero<usize>,
}

impl<'a> CheckSettings<'a> {
    /// Settings that name no column but those that say nothing.
    #[must_use]
    pub fn of(ignored: &'a BTreeSet<String>, id: Option<&'a str>, threads: NonZero<usize>) -> Self {
        Self {
            label: None,
            has_classes: false,
            ignored,
            id,
            features: None,
            contract: None,
            alone: None,
            entity: None,
            time: None,
            now: 0.0,
            quasi_identifiers: &[],
            sensitive: &[],
            axes: &[],
            positive_label: None,
            population: None,
            annotators: &[],
            threads,
        }
    }

    /// The columns of groups, and of what people said.
    fn grouping(&self) -> impl Iterator<Item = &str> {
        let population = self.population.into_iter().flat_map(|(population, _)| population.columns.keys());
        let is_axis = |name: &&String| self.axes.iter().any(|axis| axis.axis.name == **name);
        let columns = self.axes.iter().map(|axis| &axis.column).chain(population.filter(move |name| !is_axis(name)));
        columns.chain(self.annotators).map(String::as_str)
    }
}

/// Counts the rows to evaluate, and those that were learned from where they are known, and names the bytes that were read
/// (none for rows that are held).
pub fn data_profile(
    test: &DataRows<'_>,
    training: Option<&DataRows<'_>>,
    settings: &CheckSettings<'_>,
) -> Result<(DataProfile, Vec<Option<Digest>>), DataError> {
    let (of_test, of_training) = (Columns::of(test, settings)?, training.map(|rows| Columns::of(rows, settings)).transpose()?);
    check_population(test, &of_test, settings)?;
    let common = |name: &&String| of_training.as_ref().is_some_and(|training| training.features.contains(*name));
    let common: BTreeSet<String> = of_test.features.iter().filter(common).cloned().collect();
    let mut tested = Looked::at(Part::Test, test, &of_test, &common, settings)?;
    let mut profile = DataProfile::default();
    tested.count(Part::Test, settings, &mut profile);
    alone::count(test, settings, &mut profile)?;
    count_columns(Part::Test, test, (tested.rows(), settings), &mut profile)?;
    let mut digests = vec![tested.digest];
    if let (Some(rows), Some(columns)) = (training, of_training) {
        let mut learned = Looked::at(Part::Train, rows, &columns, &common, settings)?;
        learned.count(Part::Train, settings, &mut profile);
        count_columns(Part::Train, rows, (learned.rows(), settings), &mut profile)?;
        tested.count_shared(&learned, &mut profile);
        // Rows are looked at once more, and need the room.
        (tested.samples, learned.samples) = (Samples::default(), Samples::default());
        near::count(((test, &tested), (rows, &learned)), &common, settings, &mut profile)?;
        digests.push(learned.digest);
    }
    Ok((profile, digests))
}

/// Counts columns that cannot be read, and columns that others are named like.
fn count_columns(
    part: Part,
    rows: &DataRows<'_>,
    (count, settings): (u64, &CheckSettings<'_>),
    profile: &mut DataProfile,
) -> Result<(), DataError> {
    let (names, usable) = (rows.names()?, rows.usable()?);
    let mut seen = BTreeSet::new();
    for name in names {
        let is_unread = !usable.contains(&name) && !settings.ignored.contains(&name) && settings.label != Some(name.as_str());
        let is_alike = !seen.insert(name.trim().to_lowercase());
        for (what, _) in [(Counted::Unread, is_unread), (Counted::AlikeNamed, is_alike)].into_iter().filter(|(_, is)| *is) {
            profile.counts.insert(DataKey { part, what, column: Some(name.clone()) }, exact(count, count));
        }
    }
    Ok(())
}

/// A population of columns that the rows lack is no comparison with them.
fn check_population(rows: &DataRows<'_>, columns: &Columns, settings: &CheckSettings<'_>) -> Result<(), DataError> {
    let Some((population, path)) = settings.population else { return Ok(()) };
    let is_there = |name: &&String| columns.names.contains(*name) || settings.axes.iter().any(|axis| axis.axis.name == **name);
    match population.columns.keys().find(|name| !is_there(name)) {
        Some(column) => {
            let fault = PopulationFault::UnknownColumn { column: column.clone(), rows: shown_path(rows.path()) };
            Err(DataError::Population { path: path.to_owned(), fault })
        }
        None => Ok(()),
    }
}

/// The columns of some rows that are looked at.
struct Columns {
    /// Each of them, in the order of the file.
    names: Vec<String>,
    label: Option<usize>,
    /// The one that names rows, where it is not counted as others are.
    id: Option<usize>,
    /// Those that are counted one by one.
    counted: BTreeSet<String>,
    /// Those that rows are told apart by.
    features: BTreeSet<String>,
}

impl Columns {
    fn of(rows: &DataRows<'_>, settings: &CheckSettings<'_>) -> Result<Self, DataError> {
        let usable = rows.usable()?;
        let is_label = |name: &String| settings.label == Some(name.as_str());
        let counted: BTreeSet<String> =
            usable.iter().filter(|name| !is_label(name) && !settings.ignored.contains(*name)).cloned().collect();
        let is_feature = |name: &&String| settings.features.is_none_or(|features| features.contains(*name));
        let features = counted.iter().filter(is_feature).cloned().collect();
        let asked = [settings.entity, settings.time].into_iter().flatten();
        let quasi = settings.quasi_identifiers.iter().map(String::as_str);
        let sensitive = settings.sensitive.iter().filter(|_| !settings.quasi_identifiers.is_empty()).map(String::as_str);
        let asked = asked.chain(quasi).chain(sensitive).chain(settings.grouping());
        let asked = asked.filter(|name| usable.iter().any(|usable| usable == name) && settings.label != Some(name));
        let is_id = |name: &String| settings.id == Some(name.as_str()) && !is_label(name);
        let is_agreed = |name: &String| settings.contract.is_some_and(|contract| contract.column(name).is_some());
        let names: BTreeSet<String> = counted.iter().cloned().chain(asked.map(str::to_owned)).collect();
        let names: Vec<String> =
            usable.into_iter().filter(|name| is_label(name) || is_id(name) || is_agreed(name) || names.contains(name)).collect();
        let (label, id) = (names.iter().position(is_label), names.iter().position(is_id));
        Ok(Self { names, label, id, counted, features })
    }

    /// The sensitive columns and the label of classes, with their places: all that others should not learn about who is known by
    /// quasi-identifiers.
    fn sensitive(&self, settings: &CheckSettings<'_>) -> Vec<(String, usize)> {
        let label = self.label.filter(|_| settings.has_classes);
        let is_sensitive = |(place, name): &(usize, &String)| {
            let declared = settings.sensitive.contains(*name) && !settings.quasi_identifiers.contains(*name);
            declared || label == Some(*place)
        };
        let found = self.names.iter().enumerate().filter(is_sensitive);
        found.map(|(place, name)| (name.clone(), place)).collect()
    }

    /// The places of some columns, in the order of their names, so that rows of two files have the same hash.
    fn places(&self, of: &BTreeSet<String>) -> Vec<usize> {
        of.iter().filter_map(|name| self.names.iter().position(|known| known == name)).collect()
    }
}

/// Rows by what they say in some columns; absent where nothing is asked of them.
#[derive(Default)]
struct Samples {
    /// By all features.
    features: Option<RowSample>,
    /// By the features that the other part has as well, where these are others.
    common: Option<RowSample>,
    /// By these and the label.
    labelled: Option<RowSample>,
    /// By whom or what they are about.
    entities: Option<RowSample>,
    /// By the values of columns that are to name a row: the place of each.
    names: Vec<(usize, RowSample)>,
    /// By the quasi-identifiers.
    quasi: Option<RowSample>,
    /// The same, with what rows that are alike say of sensitive columns.
    alike: Option<AlikeRows>,
}

/// What a thread looks with.
type Look = (Vec<ColumnLook>, TimeLook, GroupLook);

/// What a look at all rows of a part has found.
struct Looked {
    names: Vec<String>,
    looks: Vec<ColumnLook>,
    times: Option<TimeLook>,
    label: Option<usize>,
    id: Option<usize>,
    counted: BTreeSet<String>,
    features: Vec<usize>,
    common: Vec<usize>,
    samples: Samples,
    groups: Found,
    digest: Option<Digest>,
}

impl Looked {
    fn at(
        part: Part,
        rows: &DataRows<'_>,
        columns: &Columns,
        common: &BTreeSet<String>,
        settings: &CheckSettings<'_>,
    ) -> Result<Self, DataError> {
        let (features, common) = (columns.places(&columns.features), columns.places(common));
        let place = |name: Option<&str>| columns.names.iter().position(|known| Some(known.as_str()) == name);
        let (entity, time) = (place(settings.entity), place(settings.time));
        let quasi: Vec<usize> = settings.quasi_identifiers.iter().filter_map(|name| place(Some(name))).collect();
        let sensitive = columns.sensitive(settings);
        let agreed = |name: &str| settings.contract.and_then(|contract| contract.column(name));
        let is_unique = |place: &usize| {
            let name = columns.names.get(*place);
            columns.id == Some(*place) || name.and_then(|name| agreed(name)).is_some_and(|agreed| agreed.unique)
        };
        let naming: Vec<usize> = (0..columns.names.len()).filter(is_unique).collect();
        let empty = || Samples {
            features: (!features.is_empty()).then(RowSample::default),
            common: (!common.is_empty() && common != features).then(RowSample::default),
            labelled: (!common.is_empty() && columns.label.is_some()).then(RowSample::default),
            entities: entity.map(|_| RowSample::default()),
            names: naming.iter().map(|place| (*place, RowSample::of_most(MOST_IDS))).collect(),
            quasi: (!quasi.is_empty()).then(RowSample::default),
            alike: (!quasi.is_empty()).then(|| AlikeRows::of(sensitive.iter().map(|(name, _)| name.clone()).collect())),
        };
        let samples = Mutex::new(Samples::default());
        let held = || samples.lock().unwrap_or_else(PoisonError::into_inner);
        let names: Vec<&str> = columns.names.iter().map(String::as_str).collect();
        let columns_of = || names.iter().map(|name| ColumnLook::held_to(agreed(name))).collect::<Vec<_>>();
        let plan = GroupPlan {
            grouped: Grouped::of(&columns.names, settings.axes, settings.population.map(|(population, _)| population)),
            label: columns.label.filter(|_| settings.has_classes),
            raters: settings.annotators.iter().filter_map(|name| place(Some(name))).collect(),
        };
        let new = || (columns_of(), TimeLook::default(), GroupLook::default());
        let add = |(looks, times, groups): &mut Look, batch: &[Cells], missing: &Missing<'_>| {
            groups.add(&plan, batch, missing)?;
            if let Some(cells) = time.and_then(|place| batch.get(place)) {
                times.add(cells, missing, settings.now)?;
            }
            for (look, cells) in looks.iter_mut().zip(batch) {
                look.add(cells, missing)?;
            }
            let (by_features, by_common) = (hashes(looks, &features), hashes(looks, &common));
            let by_quasi = hashes(looks, &quasi);
            let labels = columns.label.and_then(|place| looks.get(place)).map(ColumnLook::codes).unwrap_or_default();
            let label = |row: usize| labels.get(row).copied().unwrap_or_default();
            let mut samples = held();
            let Samples { features, common, labelled, entities, names, quasi, alike } = &mut *samples;
            for (sample, hashes) in [(features, &by_features), (common, &by_common)] {
                let Some(sample) = sample else { continue };
                hashes.iter().enumerate().for_each(|(row, hash)| sample.add(*hash, label(row)));
            }
            if let Some(sample) = labelled {
                by_common.iter().enumerate().for_each(|(row, hash)| sample.add(folded(*hash, label(row)), 0));
            }
            let entities = entities.iter_mut().zip(entity);
            let names = names.iter_mut().map(|(place, sample)| (sample, *place));
            for (sample, place) in entities.chain(names) {
                let Some(look) = looks.get(place) else { continue };
                // Mixed, because a sample takes the smallest.
                look.codes().iter().filter(|code| **code != NOTHING).for_each(|code| sample.add(folded(*code, 0), 0));
            }
            if let Some(sample) = quasi {
                for hash in &by_quasi {
                    sample.add(*hash, 0);
                }
            }
            if let Some(sample) = alike {
                let codes = || sensitive.iter().map(|(_, place)| looks.get(*place).map(ColumnLook::codes).unwrap_or_default());
                for (row, hash) in by_quasi.iter().enumerate() {
                    sample.add(*hash, codes().map(|codes| codes.get(row).copied().unwrap_or(NOTHING)));
                }
            }
            Ok(())
        };
        let (parts, digest) = rows.look(&names, settings.threads, || *held() = empty(), new, add)?;
        let (mut looks, mut times, _) = new();
        let mut groups = Vec::new();
        for (part, part_times, part_groups) in parts {
            looks.iter_mut().zip(part).for_each(|(look, other)| look.merge(other));
            times.merge(part_times);
            groups.push(part_groups);
        }
        let samples = std::mem::take(&mut *held());
        Ok(Self {
            names: columns.names.clone(),
            looks,
            times: time.map(|_| times),
            label: columns.label,
            id: columns.id,
            counted: columns.counted.clone(),
            features,
            common,
            samples: samples.shrunk(),
            groups: GroupLook::finish(&groups, &plan, part, settings.positive_label),
            digest,
        })
    }

    fn rows(&self) -> u64 {
        self.looks.first().map_or(0, ColumnLook::rows)
    }

    /// Counts of each column and of whole rows.
    fn count(&self, part: Part, settings: &CheckSettings<'_>, profile: &mut DataProfile) {
        let mut insert = |what, column: Option<&String>, count| {
            profile.counts.insert(DataKey { part, what, column: column.cloned() }, count);
        };
        let rows = self.rows();
        insert(Counted::Rows, None, exact(rows, rows));
        for (name, look) in self.counted() {
            look.counts().into_iter().for_each(|(what, count)| insert(what, Some(name), count));
        }
        for (place, (name, look)) in self.names.iter().zip(&self.looks).enumerate() {
            let (is_counted, is_id) = (self.counted.contains(name), self.id == Some(place));
            // That an id names something is no news.
            let is_news = |(kind, _): &(PersonalKind, _)| is_counted || (is_id && *kind != PersonalKind::Identifier);
            if let Some((kind, count)) = look.personal(name).filter(is_news) {
                insert(Counted::Personal(kind), Some(name), count);
            }
        }
        if let Some(sample) = &self.samples.features {
            let (repeated, conflicting, known) = sample.repeated();
            let count = |hits| DataCount { hits, of: known, sampled: !sample.is_all() };
            insert(Counted::Repeated, None, count(repeated));
            if self.label.is_some() {
                insert(Counted::Conflicting, None, count(conflicting));
            }
        }
        if let Some(count) = self.id.and_then(|place| self.repeated(place)) {
            insert(Counted::RepeatedIds, None, count);
        }
        let classes = self.label.and_then(|place| self.looks.get(place)).filter(|_| settings.has_classes);
        if let Some((rarest, most)) = classes.and_then(ColumnLook::rarest) {
            insert(Counted::RarestClass, None, exact(rarest, most));
        }
        if let Some(times) = &self.times {
            let (unreadable, future) = times.faults();
            insert(Counted::UnreadableTimes, None, exact(unreadable.0, unreadable.1));
            insert(Counted::Future, None, exact(future.0, future.1));
            let (zoneless, clocks) = times.zoneless();
            insert(Counted::ZonelessTimes, None, exact(zoneless, clocks));
        }
        if let Some(sample) = &self.samples.quasi {
            let (hits, of) = sample.few_alike(FEWEST_ALIKE);
            insert(Counted::FewAlike, None, DataCount { sampled: !sample.is_all(), ..exact(hits, of) });
            insert(Counted::FewestAlike, None, DataCount { sampled: !sample.is_all(), ..exact(sample.fewest(), of) });
        }
        for (name, look) in self.counted() {
            profile.kinds.insert((part, name.clone()), look.kind());
        }
        if let Some(sample) = &self.samples.features {
            let pairs = self.pairs(&self.features, sample.pairs(rows));
            for what in [Counted::Repeated, Counted::Conflicting] {
                profile.pairs.insert(DataKey { part, what, column: None }, pairs.clone());
            }
        }
        let agreed = settings.contract.into_iter().flat_map(|contract| self.agreed(contract));
        profile.agreed.extend(agreed.map(|(name, agreed)| ((part, name), agreed)));
        profile.alike.extend(self.samples.alike.iter().flat_map(|alike| alike.tables(part)));
        profile.times.extend(self.times.as_ref().and_then(TimeLook::span).map(|span| (part, span)));
        profile.groups.extend(self.groups.tables.iter().cloned());
        profile.raters.extend(self.groups.raters.iter().map(|raters| (part, raters.clone())));
    }

    /// The columns that are counted one by one.
    fn counted(&self) -> impl Iterator<Item = (&String, &ColumnLook)> {
        self.names.iter().zip(&self.looks).filter(|(name, _)| self.counted.contains(*name))
    }

    /// Rows by their ids.
    fn ids(&self) -> Option<&RowSample> {
        self.samples.named(self.id?)
    }

    /// Rows that repeat a value of a column that is to name rows.
    fn repeated(&self, place: usize) -> Option<DataCount> {
        let sample = self.samples.named(place)?;
        let (repeated, _, known) = sample.repeated();
        Some(DataCount { sampled: !sample.is_all(), ..exact(repeated, known) })
    }

    /// What a contract asks of columns that are not counted one by one, and of those that name rows.
    fn agreed(&self, contract: &Contract) -> impl Iterator<Item = (String, AgreedColumn)> {
        let columns = self.names.iter().zip(&self.looks).enumerate();
        columns.filter_map(|(place, (name, look))| {
            let agreed = contract.column(name).filter(|agreed| agreed.unique || !self.counted.contains(name))?;
            let asked = |(what, _): &(Counted, DataCount)| {
                matches!(what, Counted::Missing | Counted::OutsideRange | Counted::OtherValues) && !self.counted.contains(name)
            };
            let repeated = agreed.unique.then(|| self.repeated(place)).flatten().map(|count| (Counted::RepeatedIds, count));
            let counts = look.counts().into_iter().filter(asked).chain(repeated).collect();
            Some((name.clone(), AgreedColumn { kind: look.kind(), counts }))
        })
    }

    /// Whether ids are whole numbers as close together as those of rows that were counted.
    fn counts_rows(&self) -> bool {
        self.id
            .and_then(|place| self.looks.get(place))
            .is_some_and(|look| look.kind() == ColumnKind::Number && look.could_name_rows())
    }

    /// How often two rows say the same in each of these columns, and in all of them.
    fn pairs(&self, places: &[usize], equal: f64) -> PairShares {
        let looks = places.iter().filter_map(|place| self.looks.get(*place));
        let label = self.label.and_then(|place| self.looks.get(place));
        PairShares {
            others: self.rows(),
            equal,
            columns: looks.map(|look| collision(look, look, true)).collect(),
            labels: label.map(|look| collision(look, look, true)),
        }
    }

    /// Counts the test rows (these) that training rows say as well.
    fn count_shared(&self, training: &Self, profile: &mut DataProfile) {
        let equal = match (self.samples.by_common(), training.samples.by_common()) {
            (Some(mine), Some(theirs)) => mine.pairs_with(theirs, training.rows()),
            _ => 0.0,
        };
        let agree = self
            .common
            .iter()
            .zip(&training.common)
            .filter_map(|(mine, theirs)| Some(collision(self.looks.get(*mine)?, training.looks.get(*theirs)?, false)));
        let of_label = || Some(collision(self.looks.get(self.label?)?, training.looks.get(training.label?)?, false));
        let pairs = PairShares { others: training.rows(), equal, columns: agree.collect(), labels: of_label() };
        let by_common = (self.samples.by_common(), training.samples.by_common());
        let labelled = (self.samples.labelled.as_ref(), training.samples.labelled.as_ref());
        for (what, pair) in [(Counted::Shared, by_common), (Counted::SharedWithLabel, labelled)] {
            let (Some(mine), Some(theirs)) = pair else { continue };
            let (hits, of) = shared(mine, theirs);
            let sampled = !(mine.is_all() && theirs.is_all());
            let key = DataKey { part: Part::Test, what, column: None };
            profile.pairs.insert(key.clone(), pairs.clone());
            profile.counts.insert(key, DataCount { hits, of, sampled });
        }
        let mut insert = |what, count| profile.counts.insert(DataKey { part: Part::Test, what, column: None }, count);
        let entities = (self.samples.entities.as_ref(), training.samples.entities.as_ref(), Counted::SharedEntities);
        for (mine, theirs, what) in [entities, (self.ids(), training.ids(), Counted::SharedIds)] {
            let (Some(mine), Some(theirs)) = (mine, theirs) else { continue };
            let (hits, of) = shared(mine, theirs);
            let sampled = !(mine.is_all() && theirs.is_all());
            // Files that both number their rows from the start share every number that the shorter one has.
            let are_row_numbers =
                self.counts_rows() && training.counts_rows() && (hits == of || shared(theirs, mine) == (hits, hits));
            if what != Counted::SharedIds || !are_row_numbers {
                insert(what, DataCount { sampled, ..exact(hits, of) });
            }
        }
        if let (Some(mine), Some(theirs)) = (&self.times, &training.times)
            && let Some((hits, of)) = mine.before_end_of(theirs)
        {
            insert(Counted::BeforeTrainingEnd, DataCount { sampled: !mine.is_all(), ..exact(hits, of) });
        }
    }
}

impl Samples {
    /// By the columns that both parts have; where these are all features, by those.
    fn by_common(&self) -> Option<&RowSample> {
        self.common.as_ref().or(self.labelled.as_ref().and(self.features.as_ref()))
    }

    /// Rows by the values of a column that is to name them.
    fn named(&self, place: usize) -> Option<&RowSample> {
        self.names.iter().find(|(of, _)| *of == place).map(|(_, sample)| sample)
    }

    fn shrunk(mut self) -> Self {
        let Self { features, common, labelled, entities, names, quasi, .. } = &mut self;
        let all = [features, common, labelled, entities, quasi].into_iter().flatten();
        all.chain(names.iter_mut().map(|(_, sample)| sample)).for_each(RowSample::shrink);
        self.alike.iter_mut().for_each(AlikeRows::shrink);
        self
    }
}

fn exact(hits: u64, of: u64) -> DataCount {
    DataCount { hits, of, sampled: false }
}

/// What each row says in some columns, in 64 bits.
fn hashes(looks: &[ColumnLook], places: &[usize]) -> Vec<u64> {
    let mut hashes = vec![0; if places.is_empty() { 0 } else { looks.first().map_or(0, |look| look.codes().len()) }];
    for look in places.iter().filter_map(|place| looks.get(*place)) {
        hashes.iter_mut().zip(look.codes()).for_each(|(hash, code)| *hash = folded(*hash, *code));
    }
    hashes
}

#[cfg(test)]
mod tests;
