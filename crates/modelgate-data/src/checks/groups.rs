//! Rows by the groups of each axis and of a population, with their labels, and what several people said of the same rows.

use std::collections::{BTreeMap, HashMap};

use modelgate_cube::{Axis, AxisKind, GroupCount, GroupTable, Part, Population, RaterCounts};

use crate::CountAxis;
use crate::column::{Missing, number_text};
use crate::features::values::{Reader, Value};
use crate::labels::class_name;
use crate::pass::{Cells, FastMap, Stop};

/// As many groups, or classes, are counted. A column of more says something of single rows.
const MOST_NAMES: usize = 1 << 12;

/// A row without a value.
const NO_NAME: u32 = u32::MAX;

/// Names in the order in which rows said them.
#[derive(Default)]
struct Names {
    by_name: HashMap<String, u32>,
    /// Whether there were too many.
    overflows: bool,
}

impl Names {
    fn place(&mut self, name: &str) -> u32 {
        if let Some(place) = self.by_name.get(name) {
            return *place;
        }
        let place = self.by_name.len();
        self.overflows |= place >= MOST_NAMES;
        match u32::try_from(place) {
            Ok(new) if place < MOST_NAMES => {
                self.by_name.insert(name.to_owned(), new);
                new
            }
            _ => NO_NAME,
        }
    }

    /// Every name by its place.
    fn by_place(&self) -> Vec<&str> {
        let mut places: Vec<(u32, &str)> = self.by_name.iter().map(|(name, place)| (*place, name.as_str())).collect();
        places.sort_unstable();
        places.into_iter().map(|(_, name)| name).collect()
    }
}

fn read(reader: &mut Reader<u32>, cells: &Cells, missing: &Missing<'_>, names: &mut Names) -> Result<(), Stop> {
    reader.each(cells, missing, |value| {
        Ok(match value {
            Value::Missing => NO_NAME,
            Value::Number(number) => names.place(&class_name(&number_text(number))),
            Value::Text(text) => names.place(&class_name(text)),
        })
    })
}

/// One way to group rows.
#[derive(Debug, Clone)]
pub(super) struct Grouped<'a> {
    /// The place of its column.
    place: usize,
    name: &'a str,
    /// The axis; none for a column of a population that is no axis.
    axis: Option<&'a Axis>,
    /// The groups of a population.
    population: Option<&'a BTreeMap<String, f64>>,
}

impl<'a> Grouped<'a> {
    /// Every way that these columns allow.
    pub(super) fn of(names: &[String], axes: &'a [CountAxis], population: Option<&'a Population>) -> Vec<Self> {
        let place = |column: &str| names.iter().position(|name| name == column);
        let by_axis = axes.iter().filter_map(|axis| {
            let axis_of = Some(&axis.axis);
            Some(Self { place: place(&axis.column)?, name: &axis.axis.name, axis: axis_of, population: None })
        });
        let populations = population.into_iter().flat_map(|population| &population.columns);
        let of_population = populations.filter_map(|(name, shares)| {
            let axis = axes.iter().find(|axis| axis.axis.name == *name);
            let column = axis.map_or(name.as_str(), |axis| axis.column.as_str());
            Some(Self { place: place(column)?, name, axis: axis.map(|axis| &axis.axis), population: Some(shares) })
        });
        by_axis.chain(of_population).collect()
    }

    /// The group of a value; `None` for rows without one.
    fn group(&self, value: Value<'_>) -> Option<String> {
        if let Some(axis) = self.axis.filter(|axis| axis.kind != AxisKind::Categorical) {
            return value.number().and_then(|number| axis.bin_label(number));
        }
        let text = match value {
            Value::Missing => return None,
            Value::Number(number) => number_text(number),
            Value::Text(text) => text.to_owned(),
        };
        Some(if self.population.is_some() { class_name(&text) } else { text })
    }
}

/// Rows by a group and a class: the place of the one in the upper half of a key, of the other in the lower.
type Counts = FastMap<u64, u64>;

/// A look at the groups of a batch after the other.
#[derive(Default)]
pub(super) struct GroupLook {
    by: Vec<(Reader<u32>, Names, Counts)>,
    label: (Reader<u32>, Names),
    raters: RaterLook,
}

/// Which columns a look reads.
pub(super) struct GroupPlan<'a> {
    pub(super) grouped: Vec<Grouped<'a>>,
    /// The place of the label, where labels are classes.
    pub(super) label: Option<usize>,
    /// The places of what each rater said.
    pub(super) raters: Vec<usize>,
}

impl GroupLook {
    pub(super) fn add(&mut self, plan: &GroupPlan<'_>, batch: &[Cells], missing: &Missing<'_>) -> Result<(), Stop> {
        let cells = |place: usize| batch.get(place).ok_or(Stop::Declined);
        if let Some(place) = plan.label.filter(|_| !plan.grouped.is_empty()) {
            let (reader, names) = &mut self.label;
            read(reader, cells(place)?, missing, names)?;
        }
        self.by.resize_with(plan.grouped.len(), Default::default);
        for (grouped, (reader, names, counts)) in plan.grouped.iter().zip(&mut self.by) {
            reader.each(cells(grouped.place)?, missing, |value| {
                Ok(grouped.group(value).map_or(NO_NAME, |name| match grouped.population {
                    // What the population does not have is one group.
                    Some(known) if !known.contains_key(&name) => names.place(OTHER),
                    _ => names.place(&name),
                }))
            })?;
            for (row, group) in reader.rows.iter().enumerate() {
                let label = self.label.0.rows.get(row).copied().unwrap_or(NO_NAME);
                *counts.entry(u64::from(*group) << 32 | u64::from(label)).or_default() += 1;
            }
        }
        let raters = plan.raters.iter().map(|place| cells(*place)).collect::<Result<Vec<_>, _>>()?;
        self.raters.add(&raters, missing)
    }

    /// What all threads have counted.
    pub(super) fn finish(looks: &[Self], plan: &GroupPlan<'_>, part: Part, positive: Option<&str>) -> Found {
        let overflows = looks.iter().any(|look| look.label.1.overflows);
        let mut classes: Vec<&str> = looks.iter().flat_map(|look| look.label.1.by_name.keys().map(String::as_str)).collect();
        classes.sort_unstable();
        classes.dedup();
        if overflows {
            classes.clear();
        }
        let positive = positive.map(class_name);
        let positive = classes.iter().position(|class| Some(*class) == positive.as_deref()).filter(|_| classes.len() == 2);
        let tables = plan.grouped.iter().enumerate().filter_map(|(place, grouped)| {
            let mut table = GroupTable {
                part,
                by: grouped.name.to_owned(),
                of_population: grouped.population.is_some(),
                groups: BTreeMap::new(),
                other: 0,
                positive,
            };
            let groups = grouped.population.into_iter().flat_map(BTreeMap::keys);
            table.groups.extend(groups.map(|name| (Some(name.clone()), GroupCount::default())));
            for look in looks {
                let Some((_, names, counts)) = look.by.get(place) else { continue };
                if names.overflows {
                    return None;
                }
                let (groups, said) = (names.by_place(), look.label.1.by_place());
                // In the order of their places, though sums of whole numbers need none.
                let mut counts: Vec<_> = counts.iter().collect();
                counts.sort_unstable();
                for (key, rows) in counts {
                    let at = |place: u64| usize::try_from(place).unwrap_or(usize::MAX);
                    let (group, label) = (groups.get(at(key >> 32)), said.get(at(key & u64::from(u32::MAX))));
                    if grouped.population.is_some() && group == Some(&OTHER) {
                        table.other += rows;
                        continue;
                    }
                    let counted = table.groups.entry(group.map(|name| (*name).to_owned())).or_default();
                    counted.rows += rows;
                    counted.labels.resize(classes.len(), 0);
                    let class = label.and_then(|label| classes.binary_search(label).ok());
                    if let Some(labelled) = class.and_then(|class| counted.labels.get_mut(class)) {
                        *labelled += rows;
                    }
                }
            }
            Some(table)
        });
        let tables = tables.collect();
        Found { tables, raters: RaterLook::finish(&looks.iter().map(|look| &look.raters).collect::<Vec<_>>()) }
    }
}

/// What rows of all groups that a population does not have are called while they are counted; [`class_name`] trims, so that no
/// cell says it.
const OTHER: &str = " (other) ";

/// What was found in all rows of a part.
pub(super) struct Found {
    pub(super) tables: Vec<GroupTable>,
    /// None where nobody is named, or what they said are no classes.
    pub(super) raters: Option<RaterCounts>,
}

/// A look at what several people said of the same rows.
#[derive(Default)]
struct RaterLook {
    names: Names,
    readers: Vec<Reader<u32>>,
    rows: u64,
    agreeing: u64,
    /// Rows by rater and class.
    said: Vec<HashMap<u32, u64>>,
}

impl RaterLook {
    fn add(&mut self, raters: &[&Cells], missing: &Missing<'_>) -> Result<(), Stop> {
        self.readers.resize_with(raters.len(), Reader::default);
        self.said.resize_with(raters.len(), HashMap::new);
        for (reader, cells) in self.readers.iter_mut().zip(raters) {
            read(reader, cells, missing, &mut self.names)?;
        }
        for row in 0..self.readers.first().map_or(0, |reader| reader.rows.len()) {
            let mut said: Vec<u32> = self.readers.iter().filter_map(|reader| reader.rows.get(row).copied()).collect();
            if said.contains(&NO_NAME) {
                continue;
            }
            self.rows += 1;
            for (rater, class) in self.said.iter_mut().zip(&said) {
                *rater.entry(*class).or_default() += 1;
            }
            said.sort_unstable();
            let pairs = |same: &[u32]| (same.len() * (same.len() - 1)) as u64;
            self.agreeing += said.chunk_by(|one, two| one == two).map(pairs).sum::<u64>();
        }
        Ok(())
    }

    fn finish(looks: &[&Self]) -> Option<RaterCounts> {
        let raters = looks.iter().map(|look| look.said.len()).max().unwrap_or(0);
        if raters == 0 || looks.iter().any(|look| look.names.overflows) {
            return None;
        }
        let mut said: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        for look in looks {
            let names = look.names.by_place();
            for (rater, rows) in look.said.iter().enumerate() {
                for (place, name) in (0..).zip(&names) {
                    let counted = said.entry((*name).to_owned()).or_insert_with(|| vec![0; raters]);
                    if let Some(counted) = counted.get_mut(rater) {
                        *counted += rows.get(&place).copied().unwrap_or_default();
                    }
                }
            }
        }
        let of_rater = |rater: usize| said.values().filter_map(|rows| rows.get(rater).copied()).collect();
        Some(RaterCounts {
            rows: looks.iter().map(|look| look.rows).sum(),
            agreeing: looks.iter().map(|look| look.agreeing).sum(),
            said: (0..raters).map(of_rater).collect(),
        })
    }
}
