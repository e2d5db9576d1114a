//! What a run can show: a table of measurements that controls may ask for, each with what was found.

use std::collections::BTreeMap;

use modelgate_cube::{Part, Slice};
use modelgate_eval::{DriftBetween, Estimate, Evaluation, MetricId, Subject};

use crate::packs::facts::{FactValue, Facts, item_number, item_text};
use crate::{Bound, Check, Date, Finding, JudgedData, JudgedDrift, RuleId, State};

/// What was found of a measurement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Found {
    /// It is so.
    Yes,
    /// It is not so.
    No,
    /// It has this number.
    Number(f64),
    /// It was measured, and the rows cannot tell.
    Open,
    /// Nothing measured it.
    Missing,
}

/// A measurement that a control may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// Its name, such as `checks.slices`.
    pub id: &'static str,
    /// What it says, in a sentence.
    pub title: &'static str,
    /// Whether it is a number; otherwise yes or no.
    pub is_number: bool,
}

const fn flag(id: &'static str, title: &'static str) -> Term {
    Term { id, title, is_number: false }
}

const fn number(id: &'static str, title: &'static str) -> Term {
    Term { id, title, is_number: true }
}

/// Every measurement that a control may ask for.
pub const TERMS: &[Term] = &[
    flag("checks.overall", "Every check of all rows together passed."),
    flag("checks.slices", "Every check of a slice passed."),
    flag("checks.groups", "Every check between groups passed."),
    flag("checks.changes", "Every check of a change since the previous release passed."),
    flag("checks.bounds", "Floors and ceilings were decided by whole intervals, not by points."),
    number("slices.measured", "How many slices of one column were measured."),
    number("slices.crossed", "How many slices of several columns were measured."),
    number("groups.compared", "How many gaps between groups were measured."),
    flag("search.made", "Slices that nobody declared were searched for."),
    flag("data.checked", "The rows themselves were checked."),
    flag("data.quality", "No check of the rows' quality had anything to say."),
    flag("data.leakage", "No check of leakage from training rows had anything to say."),
    flag("data.drift", "No column, label or prediction moved since the previous release."),
    flag("data.sources", "Every file that was read is the one that was approved."),
    flag(
        "data.private",
        "No column looks as if it held personal data that nobody declared, and no few people can be told apart.",
    ),
    flag("release.compared", "The model was compared with its previous release."),
    flag("policy.committed", "The limits stand in a commit that is older than the run."),
    flag("policy.kept", "No limit is looser than in the previous release."),
    flag("record.commit", "The commit of the run is known."),
    flag("record.log", "The log of decisions is whole, and the run adds to it."),
    flag("record.digests", "Data, model, settings and counts are named by digests."),
    flag("model.described", "How the model was made is known to modelgate, because modelgate trained it."),
    flag("risks.bound", "Every declared risk is bound to a check, a rule or a statement that exists."),
    flag("metrics.rationale", "Every metric with a limit has a written reason."),
    flag("performance.tested", "Every declared level of performance is the one that was tested."),
    flag("changes.inside", "What was measured lies inside the declared envelope of changes."),
    flag("sensitive.sliced", "Slices are cut by a column whose name says that it is sensitive."),
    flag("change.approvers", "Somebody who may approve a release made none of the commits since the previous one."),
    flag("clock.audit", "The declared bias audit was made before today, and at most one year ago."),
    flag("clock.posted", "The summary of the declared audit was posted before the tool was first used."),
    flag("clock.posting", "The summary stays posted until six months after the tool was last used."),
    flag("categories.unknown", "People of unknown sex, race or ethnicity were counted apart from the categories."),
    flag("categories.large", "Every category of sex, race and ethnicity has at least 2 % of the people of known category."),
    flag("ratios.sex", "Impact or scoring ratios were measured for the declared column of sex."),
    flag("ratios.race_ethnicity", "Impact or scoring ratios were measured for the declared column of race or ethnicity."),
    flag("ratios.crossed", "Impact or scoring ratios were measured for sex and race or ethnicity together."),
    flag("ratios.four_fifths", "Every impact ratio is at least four fifths, by its whole interval."),
];

/// The measurement of this name.
#[must_use]
pub fn term(id: &str) -> Option<&'static Term> {
    TERMS.iter().find(|term| term.id == id)
}

/// What the caller knows of a run that no measurement says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RunFacts {
    /// Whether the settings are as they stand in the commit that is checked out; `None` where there is no commit to ask.
    pub committed: Option<bool>,
    /// The limits that are looser than in the previous release, in words; `None` where its settings cannot be read.
    pub loosened: Option<Vec<String>>,
    /// Whether the commit is known.
    pub has_commit: bool,
    /// Whether modelgate trained the model.
    pub trained_here: bool,
    /// The slice columns whose names say that they are sensitive.
    pub sensitive: Vec<String>,
    /// The digest of what people may attest: of data, model, counts and declared facts.
    pub evidence_digest: String,
    /// The places of facts that are declared otherwise than in the previous release's commit; `None` where those cannot be read.
    pub changed_facts: Option<Vec<String>>,
    /// Names and addresses of who made the commits since the previous release; `None` where that is not known.
    pub authors: Option<Vec<String>>,
}

/// What was found of each measurement, with details in words.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Evidence(BTreeMap<&'static str, (Found, String)>);

/// The parts of a judged run that evidence comes from.
pub(crate) struct Judged<'a> {
    pub(crate) evaluation: &'a Evaluation,
    pub(crate) checks: &'a [Check],
    /// All of them, also those at the level `allow`.
    pub(crate) findings: &'a [Finding],
    pub(crate) drift: &'a [JudgedDrift],
    pub(crate) data: &'a JudgedData,
    pub(crate) has_baseline: bool,
    pub(crate) facts: &'a Facts,
    pub(crate) run: &'a RunFacts,
    pub(crate) today: Date,
}

const QUALITY: [RuleId; 7] = [
    RuleId::MISSING_VALUES,
    RuleId::NON_FINITE_VALUES,
    RuleId::MISSING_LIKE_TEXTS,
    RuleId::SIMILAR_TEXTS,
    RuleId::DUPLICATE_ROWS,
    RuleId::CONFLICTING_LABELS,
    RuleId::CONTRACT_VIOLATION,
];
const LEAKAGE: [RuleId; 4] =
    [RuleId::TRAIN_TEST_OVERLAP, RuleId::ENTITY_OVERLAP, RuleId::TEMPORAL_LEAKAGE, RuleId::TARGET_LEAKAGE];
const MOVED: [RuleId; 3] = [RuleId::DATA_DRIFT, RuleId::LABEL_DRIFT, RuleId::PREDICTION_DRIFT];
const PRIVATE: [RuleId; 3] = [RuleId::PERSONAL_DATA, RuleId::LIKELY_PERSONAL_DATA, RuleId::RE_IDENTIFICATION];

/// How many names a detail has.
const MOST_NAMED: usize = 3;

impl Evidence {
    /// What was found of a measurement, and more in words.
    pub(crate) fn get(&self, id: &str) -> (Found, &str) {
        self.0.get(id).map_or((Found::Missing, ""), |(found, detail)| (*found, detail.as_str()))
    }

    /// Evidence for tests.
    #[cfg(test)]
    pub(crate) fn of(found: &[(&'static str, Found)]) -> Self {
        Self(found.iter().map(|(id, found)| (*id, (*found, String::new()))).collect())
    }

    /// Everything that a run shows.
    pub(crate) fn new(judged: &Judged<'_>) -> Self {
        let found = TERMS.iter().map(|term| (term.id, judged.find(term.id)));
        Self(found.collect())
    }
}

pub(super) type Told = (Found, String);

pub(super) fn yes() -> Told {
    (Found::Yes, String::new())
}

pub(super) fn missing(why: &str) -> Told {
    (Found::Missing, why.to_owned())
}

pub(super) fn yes_if(holds: bool, otherwise: impl FnOnce() -> String) -> Told {
    if holds { yes() } else { (Found::No, otherwise()) }
}

pub(super) fn listed(names: impl IntoIterator<Item = String>) -> String {
    let names: Vec<String> = names.into_iter().collect();
    let more = names.len().saturating_sub(MOST_NAMED);
    let shown = names.iter().take(MOST_NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}

impl Judged<'_> {
    fn find(&self, id: &str) -> Told {
        match id {
            "checks.overall" => self.checks_of(|check| is_overall(&check.subject)),
            "checks.slices" => self.checks_of(|check| matches!(&check.subject, Subject::Slice(slice) if !slice.is_overall())),
            "checks.groups" => self.checks_of(is_between_groups),
            "checks.changes" => self.checks_of(|check| matches!(check.bound, Bound::MaxRegression(_))),
            "checks.bounds" => self.bounds(),
            "slices.measured" => self.slices(|terms| terms == 1),
            "slices.crossed" => self.slices(|terms| terms > 1),
            "groups.compared" => counted(
                self.evaluation
                    .iter()
                    .filter(|(_, subject, estimate)| matches!(subject, Subject::Across(_)) && estimate.measured().is_some()),
            ),
            "search.made" => match self.evaluation.discovery() {
                Some(Ok(_)) => yes(),
                Some(Err(reason)) => missing(&reason.to_string()),
                None => missing("no search was asked for"),
            },
            "data.checked" => {
                if self.data.measurements.is_empty() {
                    missing("the rows were not checked")
                } else {
                    yes()
                }
            }
            "data.quality" => self.silent(&QUALITY, !self.data.measurements.is_empty(), "the rows were not checked"),
            "data.private" => self.silent(&PRIVATE, !self.data.measurements.is_empty(), "the rows were not checked"),
            "data.leakage" => self.silent(&LEAKAGE, self.knows_training_rows(), "no training rows are named"),
            "data.drift" => self.silent(&MOVED, self.knows_earlier_columns(), "no previous release has counts of its columns"),
            "data.sources" => self.silent(&[RuleId::UNAPPROVED_DATA], !self.data.sources.is_empty(), "no file is declared"),
            "release.compared" => {
                if self.has_baseline {
                    yes()
                } else {
                    missing("there is no previous release")
                }
            }
            "policy.committed" => match self.run.committed {
                None => missing("there is no commit to ask"),
                Some(committed) => yes_if(committed, || "the settings differ from the commit".to_owned()),
            },
            "policy.kept" => match &self.run.loosened {
                None => missing("the settings of a previous release cannot be read"),
                Some(loosened) => yes_if(loosened.is_empty(), || listed(loosened.iter().cloned())),
            },
            "record.commit" => {
                if self.run.has_commit {
                    yes()
                } else {
                    missing("there is no commit")
                }
            }
            // A log that is not whole, or whose entry cannot be written, ends a run without a decision.
            "record.log" | "record.digests" => yes(),
            "model.described" => {
                if self.run.trained_here {
                    yes()
                } else {
                    missing("the model was made elsewhere")
                }
            }
            "risks.bound" => self.risks(),
            "metrics.rationale" => self.rationale(),
            "performance.tested" => self.performance(),
            "changes.inside" => self.envelope(),
            "sensitive.sliced" => yes_if(!self.run.sensitive.is_empty(), || "no slice column looks sensitive".to_owned()),
            "change.approvers" => self.approvers(),
            "clock.audit" => self.audit(),
            "clock.posted" => self.posted(),
            "clock.posting" => self.posting(),
            "categories.unknown" => self.unknown_people(),
            "categories.large" => self.large_categories(),
            "ratios.sex" => self.ratios(&["employment.sex"]),
            "ratios.race_ethnicity" => self.ratios(&["employment.race_ethnicity"]),
            "ratios.crossed" => self.ratios(&["employment.sex", "employment.race_ethnicity"]),
            "ratios.four_fifths" => self.four_fifths(),
            _ => missing("there is no such measurement"),
        }
    }

    fn checks_of(&self, of: impl Fn(&Check) -> bool) -> Told {
        let checks: Vec<&Check> = self.checks.iter().filter(|check| of(check)).collect();
        let named = |checks: &[&&Check]| listed(checks.iter().map(|check| format!("{} of {}", check.metric, check.subject)));
        let failed: Vec<_> =
            checks.iter().filter(|check| check.blocking || matches!(check.state, State::Failed | State::Waived { .. })).collect();
        let open: Vec<_> = checks.iter().filter(|check| check.state != State::Passed).collect();
        if checks.is_empty() {
            missing("no limit is set on it")
        } else if !failed.is_empty() {
            (Found::No, named(&failed))
        } else if open.is_empty() {
            yes()
        } else {
            (Found::Open, named(&open))
        }
    }

    /// A floor or ceiling is decided by an interval wherever it is decided at all; what is asked is whether there is one.
    fn bounds(&self) -> Told {
        let decided = |check: &&Check| {
            matches!(check.bound, Bound::Lower(_) | Bound::Upper(_)) && !matches!(check.state, State::NotEvaluated { .. })
        };
        if self.checks.iter().any(|check| decided(&check)) { yes() } else { missing("no floor or ceiling is set") }
    }

    fn slices(&self, of: impl Fn(usize) -> bool) -> Told {
        let mut slices: Vec<&Slice> = self
            .evaluation
            .iter()
            .filter_map(|(_, subject, estimate)| match subject {
                Subject::Slice(slice) if estimate.measured().is_some() && of(slice.terms().len()) => Some(slice),
                _ => None,
            })
            .collect();
        slices.sort_unstable();
        slices.dedup();
        counted(slices.into_iter())
    }

    /// Whether none of these rules spoke, where they could.
    fn silent(&self, rules: &[RuleId], could_speak: bool, otherwise: &str) -> Told {
        let spoke: Vec<String> = self
            .findings
            .iter()
            .filter(|finding| rules.contains(&finding.rule))
            .map(|finding| finding.rule.to_string())
            .collect();
        if !spoke.is_empty() {
            return (Found::No, listed(spoke));
        }
        if could_speak { yes() } else { missing(otherwise) }
    }

    fn knows_training_rows(&self) -> bool {
        self.data.measurements.iter().any(|entry| entry.measurement.part == Part::Train)
    }

    fn knows_earlier_columns(&self) -> bool {
        self.drift.iter().any(|drift| drift.between == DriftBetween::Releases)
    }

    fn risks(&self) -> Told {
        let risks = self.facts.items("risks");
        if risks.is_empty() {
            return missing("no risk is declared");
        }
        let unbound = risks.iter().filter(|risk| match risk.get("bound_to") {
            Some(FactValue::Texts(bound)) => !bound.iter().any(|to| self.is_there(to)),
            _ => true,
        });
        let unbound: Vec<String> = unbound.map(|risk| item_text(risk, "id").unwrap_or("a risk").to_owned()).collect();
        yes_if(unbound.is_empty(), || format!("bound to nothing that exists: {}", listed(unbound)))
    }

    /// Whether what a risk is bound to is part of this run.
    fn is_there(&self, bound: &str) -> bool {
        let Some((kind, name)) = bound.split_once(':') else { return false };
        match kind {
            "metric" => self.checks.iter().any(|check| check.metric.as_str() == name),
            "slice" => self.evaluation.iter().any(|(_, subject, _)| match subject {
                Subject::Slice(slice) => slice.to_string() == name || slice.axes().any(|axis| axis == name),
                _ => false,
            }),
            "rule" => RuleId::parse(name).is_some(),
            "statement" => self.facts.statements.iter().any(|statement| statement.id == name),
            _ => false,
        }
    }

    fn rationale(&self) -> Told {
        let reasons = self.facts.items("metrics");
        let has_reason = |metric: MetricId| reasons.iter().any(|item| item_text(item, "id") == Some(metric.as_str()));
        let mut without: Vec<String> =
            self.checks.iter().filter(|check| !has_reason(check.metric)).map(|check| check.metric.to_string()).collect();
        without.sort_unstable();
        without.dedup();
        match (self.checks.is_empty(), without.is_empty()) {
            (true, _) => missing("no limit is set"),
            (false, true) => yes(),
            (false, false) => (Found::Missing, format!("no reason is written for {}", listed(without))),
        }
    }

    /// The measurement that a declared thing names.
    fn measurement(&self, item: &BTreeMap<String, FactValue>) -> Option<&Estimate> {
        let metric = MetricId::parse(item_text(item, "metric")?)?;
        let subject = match item_text(item, "slice") {
            None => Subject::Slice(Slice::overall()),
            Some(text) => match text.strip_prefix("by ") {
                Some(axes) => Subject::Across(axes.split(" x ").map(str::to_owned).collect()),
                None => Subject::Slice(Slice::parse(text)?),
            },
        };
        self.evaluation.get(metric, &subject)
    }

    /// Levels in the facts, and the numbers in documents that people write by hand.
    fn performance(&self) -> Told {
        let contradicts = [RuleId::CONTRADICTED_NUMBER, RuleId::OUTDATED_BLOCK];
        let written = self.findings.iter().filter(|finding| contradicts.contains(&finding.rule));
        let written: Vec<String> = written.map(|finding| format!("{}: {}", finding.subject, finding.message)).collect();
        if !written.is_empty() {
            return (Found::No, listed(written));
        }
        let declared = self.facts.items("performance");
        if declared.is_empty() {
            return missing("no level of performance is declared");
        }
        let (mut differs, mut unmeasured) = (Vec::new(), Vec::new());
        for item in declared {
            let name = format!(
                "{} of {}",
                item_text(item, "metric").unwrap_or_default(),
                item_text(item, "slice").unwrap_or("all rows")
            );
            match (item_number(item, "value"), self.measurement(item).and_then(Estimate::measured)) {
                (Some(value), Some(measured)) if !same_digits(value, measured.value) => {
                    differs.push(format!("{name} is declared as {value} and was tested as {:.3}", measured.value));
                }
                (Some(_), Some(_)) => {}
                _ => unmeasured.push(name),
            }
        }
        match (differs.is_empty(), unmeasured.is_empty()) {
            (false, _) => (Found::No, listed(differs)),
            (true, false) => (Found::Missing, format!("not measured: {}", listed(unmeasured))),
            (true, true) => yes(),
        }
    }

    fn envelope(&self) -> Told {
        let declared = self.facts.items("predetermined_changes");
        let bounded: Vec<_> = declared.iter().filter(|item| item.contains_key("metric")).collect();
        if bounded.is_empty() {
            return missing("no change with limits is declared");
        }
        let (mut outside, mut open) = (Vec::new(), Vec::new());
        for item in bounded {
            let name = item_text(item, "id").unwrap_or("a change").to_owned();
            let interval = self.measurement(item).and_then(Estimate::measured).and_then(|measured| measured.interval);
            let Some(interval) = interval else {
                open.push(name);
                continue;
            };
            let (low, high) = (item_number(item, "lower_bound"), item_number(item, "upper_bound"));
            let is_outside = low.is_some_and(|low| interval.upper < low) || high.is_some_and(|high| interval.lower > high);
            let is_inside = low.is_none_or(|low| interval.lower >= low) && high.is_none_or(|high| interval.upper <= high);
            if is_outside {
                outside.push(name);
            } else if !is_inside {
                open.push(name);
            }
        }
        match (outside.is_empty(), open.is_empty()) {
            (false, _) => (Found::No, format!("outside the envelope, possibly a substantial modification: {}", listed(outside))),
            (true, false) => (Found::Open, listed(open)),
            (true, true) => yes(),
        }
    }
}

/// Whether two numbers are the same as documents print them: to three digits.
fn same_digits(declared: f64, measured: f64) -> bool {
    (declared * 1e3).round().total_cmp(&(measured * 1e3).round()).is_eq()
}

fn counted<T>(things: impl Iterator<Item = T>) -> Told {
    let count = things.count();
    if count == 0 { missing("none was measured") } else { (Found::Number(count as f64), String::new()) }
}

fn is_overall(subject: &Subject) -> bool {
    matches!(subject, Subject::Slice(slice) if slice.is_overall())
}

fn is_between_groups(check: &Check) -> bool {
    let of_group = check.metric.metric().kind == modelgate_eval::MetricKind::AgainstGroups;
    of_group || matches!(check.subject, Subject::Across(_) | Subject::Contrast { .. })
}
