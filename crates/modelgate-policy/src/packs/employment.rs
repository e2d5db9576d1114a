//! What a run shows of selection for jobs: categories of people with their ratios, and the clocks of an audit and its summary.

use modelgate_cube::Slice;
use modelgate_eval::{AuditTable, Estimate, MetricId, Subject, audit_table};

use crate::Date;
use crate::packs::evidence::{Found, Judged, Told, listed, missing, yes, yes_if};
use crate::packs::facts::FactValue;

/// Below this ratio a selection rate is generally taken for evidence of adverse impact: 29 CFR 1607.4(D).
const FOUR_FIFTHS: f64 = 0.8;

/// How long a summary stays posted after the last use, in months: 6 RCNY 5-303(c).
const POSTED_MONTHS: u8 = 6;

/// The ratios that are measured for each group.
const RATIOS: [&str; 2] = ["impact_ratio", "scoring_rate_ratio"];

/// The rates that tables of categories are made of.
const RATES: [&str; 2] = ["selection_rate", "scoring_rate"];

const SEX: &str = "employment.sex";
const RACE: &str = "employment.race_ethnicity";

/// The last day on which the summary must be posted: six months after the tool was last used.
#[must_use]
pub fn posted_until(last_used: Date) -> Date {
    last_used.months_later(POSTED_MONTHS)
}

/// A group that declared columns make, with its ratio to the highest rate.
struct Ratio<'a> {
    name: String,
    estimate: &'a Estimate,
    is_known: bool,
}

impl Judged<'_> {
    fn day(&self, place: &str) -> Option<Date> {
        match self.facts.get(place) {
            Some(FactValue::Date(day)) => Some(*day),
            _ => None,
        }
    }

    /// Whether an audit may be relied on today: 6 RCNY 5-301(a).
    pub(super) fn audit(&self) -> Told {
        let Some(made) = self.day("employment.audit_date") else {
            return missing("no day of an audit is declared");
        };
        let until = made.a_year_later();
        if made > self.today {
            return (Found::No, format!("the audit is of {made}, which is not yet"));
        }
        yes_if(self.today <= until, || format!("the audit of {made} could be relied on until {until}"))
    }

    /// Whether the summary was posted before the tool was used, and after its audit: 6 RCNY 5-303(a).
    pub(super) fn posted(&self) -> Told {
        let Some(posted) = self.day("employment.posted_on") else {
            return missing("no day of posting is declared");
        };
        let Some(used) = self.day("employment.distribution_date") else {
            return missing("no day of the first use is declared");
        };
        if posted > self.today {
            return (Found::No, format!("it is to be posted on {posted}, which is not yet"));
        }
        yes_if(posted <= used, || format!("the tool is in use since {used}, and its summary is posted since {posted}"))
    }

    /// Whether the summary stays posted for six months after the last use: 6 RCNY 5-303(c).
    pub(super) fn posting(&self) -> Told {
        if self.day("employment.posted_on").is_none_or(|posted| posted > self.today) {
            return missing("it is not posted yet, as far as it is declared");
        }
        let taken_down = self.day("employment.posted_until");
        match (self.day("employment.last_used").map(posted_until), taken_down) {
            (_, None) => yes(),
            (Some(until), Some(down)) => yes_if(down >= until, || {
                format!("it is posted until {down}, and must be until {until}, six months after the last use")
            }),
            (None, Some(down)) => {
                yes_if(down >= self.today, || format!("it was taken down on {down}, and no last use is declared"))
            }
        }
    }

    /// The columns that are declared at these places, in the order of their names.
    fn axes(&self, places: &[&str]) -> Option<Vec<&str>> {
        let mut axes: Vec<&str> = places.iter().map(|place| self.facts.text(place)).collect::<Option<_>>()?;
        axes.sort_unstable();
        Some(axes)
    }

    /// The ratios of the groups that these declared columns make.
    fn ratios_of(&self, places: &[&str]) -> Option<Vec<Ratio<'_>>> {
        let axes = self.axes(places)?;
        let unknown = self.facts.texts("employment.unknown_levels");
        let is_known =
            |slice: &Slice| slice.terms().iter().all(|term| term.level.as_ref().is_some_and(|level| !unknown.contains(level)));
        let found = self.evaluation.iter().filter_map(|(metric, subject, estimate)| match subject {
            Subject::Slice(slice) if RATIOS.contains(&metric.as_str()) && slice.axes().eq(axes.iter().copied()) => {
                Some(Ratio { name: slice.to_string(), estimate, is_known: is_known(slice) })
            }
            _ => None,
        });
        Some(found.collect())
    }

    /// The tables of categories that these declared columns make, one for each rate that was measured.
    fn tables(&self, places: &[&str]) -> Option<Vec<AuditTable>> {
        let axes = self.axes(places)?;
        let unknown = self.facts.texts("employment.unknown_levels");
        let leaves_out = self.facts.text("employment.small_categories").is_some();
        let table = |id: &&str| audit_table(self.evaluation, MetricId::parse(id)?, &axes, unknown, leaves_out);
        Some(RATES.iter().filter_map(table).collect())
    }

    pub(super) fn ratios(&self, places: &[&str]) -> Told {
        let (Some(tables), Some(ratios)) = (self.tables(places), self.ratios_of(places)) else {
            return missing("the columns are not declared");
        };
        let in_table = |table: &AuditTable| table.categories.iter().filter(|one| one.ratio.is_some()).count();
        let known = ratios.iter().filter(|ratio| ratio.is_known && ratio.estimate.measured().is_some()).count();
        let most = tables.iter().map(in_table).fold(known, usize::max);
        if most < 2 { missing("fewer than two groups have a ratio") } else { yes() }
    }

    /// Whether people of unknown category were counted apart, for sex and for race and ethnicity.
    pub(super) fn unknown_people(&self) -> Told {
        for places in [&[SEX], &[RACE]] {
            match self.tables(places) {
                None => return missing("the columns are not declared"),
                Some(tables) if tables.is_empty() => return missing("no rate of the categories was measured"),
                Some(_) => {}
            }
        }
        yes()
    }

    /// Whether no category is so small that it may be left out of the ratios.
    pub(super) fn large_categories(&self) -> Told {
        let mut small = Vec::new();
        for places in [&[SEX][..], &[RACE], &[SEX, RACE]] {
            match self.tables(places) {
                None => return missing("the columns are not declared"),
                Some(tables) if tables.is_empty() => return missing("no rate of the categories was measured"),
                Some(tables) => small.extend(tables.iter().take(1).flat_map(AuditTable::below_two_percent)),
            }
        }
        yes_if(small.is_empty(), || format!("below 2 % of the people of known category: {}", listed(small)))
    }

    pub(super) fn four_fifths(&self) -> Told {
        let places: [&[&str]; 3] = [&[SEX], &[RACE], &[SEX, RACE]];
        let (mut below, mut open, mut measured) = (Vec::new(), Vec::new(), 0_usize);
        for places in places {
            let ratios = self.ratios_of(places).unwrap_or_default();
            // Where people of unknown category are the most selected, the others are held against them, which only makes ratios smaller.
            let is_top = |ratio: &Ratio<'_>| !ratio.is_known && ratio.estimate.measured().is_some_and(|found| found.value >= 1.0);
            let against_unknown = ratios.iter().any(is_top);
            for ratio in ratios.into_iter().filter(|ratio| ratio.is_known) {
                let Some(found) = ratio.estimate.measured() else { continue };
                let (lower, upper) = found.interval.map_or((found.value, found.value), |ends| (ends.lower, ends.upper));
                measured += 1;
                if upper < FOUR_FIFTHS && !against_unknown {
                    below.push(ratio.name);
                } else if lower < FOUR_FIFTHS {
                    open.push(ratio.name);
                }
            }
        }
        match (measured, below.is_empty(), open.is_empty()) {
            (0, ..) => missing("no ratio was measured"),
            (_, false, _) => (Found::No, format!("below four fifths: {}", listed(below))),
            (_, true, false) => (Found::Open, format!("the rows cannot tell: {}", listed(open))),
            (_, true, true) => yes(),
        }
    }
}
