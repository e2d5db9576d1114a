//! From packs, facts and evidence to the state of every control, with what is missing and what people have attested.

use std::collections::BTreeMap;

use crate::packs::evidence::{Evidence, RunFacts};
use crate::packs::expression::{Lack, Shortfall, Truth};
use crate::packs::facts::{Facts, Statement};
use crate::packs::pack::{Applies, ChosenPack, Class, Control, Pack};
use crate::packs::people::is_account_of;
use crate::packs::state::ControlState;
use crate::{ControlWaiver, Date, Finding, JudgedWaiver, Level, RuleId, waive};

/// What controls are judged by, besides measurements.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Compliance {
    /// The chosen packs, in written order.
    pub packs: Vec<ChosenPack>,
    /// What is declared.
    pub facts: Facts,
    /// What is known of the run.
    pub run: RunFacts,
}

/// A control with what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgedControl {
    /// What is asked.
    pub control: Control,
    /// What became of it.
    pub state: ControlState,
    /// What does not hold or is not known; empty where all is there.
    pub reasons: Vec<Shortfall>,
    /// Who has attested it, where that holds today.
    pub attested: Option<Statement>,
    /// Why a statement about it does not hold; none where there is no such statement.
    pub stale: Option<String>,
}

/// A pack with what became of its controls.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgedPack {
    /// The pack, without its controls.
    pub pack: Pack,
    /// Whether its controls can fail the gate.
    pub enforce: bool,
    /// Its controls, in the order of the source.
    pub controls: Vec<JudgedControl>,
    /// What the change of the pack itself since the previous release does, where it is another one.
    pub changed: Option<PackChange>,
}

/// What another version of a pack does to the states of its controls, by the same evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackChange {
    /// The version that it had.
    pub version: String,
    /// The controls whose states differ, in the order of the pack.
    pub controls: Vec<ControlChange>,
}

/// A control whose state a change of its pack changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlChange {
    /// Its anchor.
    pub anchor: String,
    /// The state that it would have by the pack as it was; none where it asked for no such thing.
    pub before: Option<&'static str>,
    /// The state that it has; none where it no longer asks for it.
    pub now: Option<&'static str>,
}

impl JudgedPack {
    /// How many controls are in each state, those that count most first; states without one are left out.
    #[must_use]
    pub fn counts(&self) -> Vec<(&'static str, usize)> {
        let of = |id: &str| self.controls.iter().filter(|judged| judged.state.id() == id).count();
        ControlState::ORDER.into_iter().map(|id| (id, of(id))).filter(|(_, count)| *count > 0).collect()
    }

    /// The state of the whole: the first in [`ControlState::ORDER`] that any control is in.
    #[must_use]
    pub fn state(&self) -> &'static str {
        self.counts().first().map_or("not_applicable", |(id, _)| id)
    }

    /// How many controls a run decides, supplies evidence for, leaves to people, and cannot see.
    #[must_use]
    pub fn coverage(&self) -> [(Class, usize); 4] {
        Class::ALL.map(|class| (class, self.controls.iter().filter(|judged| judged.control.class == class).count()))
    }
}

/// Something that nobody has declared and that controls ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// Its number, from 1, in the order of places.
    pub number: usize,
    /// The place of the fact, such as `purpose.intended`.
    pub place: String,
    /// What it is for.
    pub title: String,
    /// The controls that ask for it.
    pub needed_by: Vec<String>,
}

/// What became of all controls.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct JudgedControls {
    /// The packs in written order.
    pub packs: Vec<JudgedPack>,
    /// What nobody has declared.
    pub gaps: Vec<Gap>,
    /// What is declared.
    pub facts: Facts,
    /// The digest that statements must name.
    pub evidence_digest: String,
    /// The places of facts that are declared otherwise than before.
    pub changed_facts: Vec<String>,
}

/// Judges every control of every chosen pack.
pub(crate) fn judge(compliance: &Compliance, evidence: &Evidence, waivers: &[ControlWaiver], today: Date) -> JudgedControls {
    let judge = Judge { compliance, evidence, waivers, today };
    let packs: Vec<JudgedPack> = compliance.packs.iter().map(|chosen| judge.pack(chosen)).collect();
    let gaps = gaps(&packs, &compliance.facts);
    let RunFacts { evidence_digest, changed_facts, .. } = compliance.run.clone();
    JudgedControls {
        packs,
        gaps,
        facts: compliance.facts.clone(),
        evidence_digest,
        changed_facts: changed_facts.unwrap_or_default(),
    }
}

struct Judge<'a> {
    compliance: &'a Compliance,
    evidence: &'a Evidence,
    waivers: &'a [ControlWaiver],
    today: Date,
}

impl Judge<'_> {
    fn pack(&self, chosen: &ChosenPack) -> JudgedPack {
        let pack = &chosen.pack;
        let judged = |pack: &Pack| pack.controls.iter().map(|control| self.control(pack, control)).collect::<Vec<_>>();
        let controls = judged(pack);
        let changed = chosen
            .before
            .as_ref()
            .map(|before| PackChange { version: before.version.clone(), controls: changes(&judged(before), &controls) });
        JudgedPack { pack: Pack { controls: Vec::new(), ..pack.clone() }, enforce: chosen.enforce, controls, changed }
    }

    fn control(&self, pack: &Pack, control: &Control) -> JudgedControl {
        let (mut judged, asks) = self.asked(pack, control);
        if asks && let Some(waiver) = self.waiver(pack, control, &judged.state) {
            judged.state = ControlState::Waived {
                until: waiver.expires,
                reason: waiver.reason.clone(),
                approved_by: waiver.approved_by.clone(),
            };
        }
        judged.state = self.at_this_date(pack, control, judged.state);
        judged
    }

    /// The state without dates and waivers, and whether the control asks anything of this system.
    fn asked(&self, pack: &Pack, control: &Control) -> (JudgedControl, bool) {
        let blank = JudgedControl {
            control: control.clone(),
            state: ControlState::NotRun,
            reasons: Vec::new(),
            attested: None,
            stale: None,
        };
        if control.class == Class::NotApplicable {
            let reason = "no tool that looks at a repository can see it".to_owned();
            return (JudgedControl { state: ControlState::NotApplicable { reason }, ..blank }, false);
        }
        for condition in [&pack.applies_if, &control.applies_if].into_iter().flatten() {
            match condition.evaluate(&self.compliance.facts, self.evidence) {
                Truth::Yes => {}
                Truth::No(reasons) => {
                    let reason = reasons.iter().map(told).collect::<Vec<_>>().join("; ");
                    return (JudgedControl { state: ControlState::NotApplicable { reason }, ..blank }, false);
                }
                // Whom it is for is not known: it may be for this system.
                Truth::Unknown(reasons) => return (JudgedControl { state: lacking(&reasons), reasons, ..blank }, true),
            }
        }
        let truth = match &control.evidence {
            Some(evidence) => evidence.evaluate(&self.compliance.facts, self.evidence),
            None => Truth::Yes,
        };
        let judged = match truth {
            Truth::No(reasons) => JudgedControl { state: ControlState::Failed, reasons, ..blank },
            Truth::Unknown(reasons) => JudgedControl { state: lacking(&reasons), reasons, ..blank },
            Truth::Yes if control.class == Class::Auto => JudgedControl { state: ControlState::Passed, ..blank },
            Truth::Yes => self.attested(pack, blank),
        };
        (judged, true)
    }

    /// Evidence is there: who has looked at it?
    fn attested(&self, pack: &Pack, blank: JudgedControl) -> JudgedControl {
        let name = pack.name_of(&blank.control);
        let statements = self.compliance.facts.statements.iter().filter(|statement| statement.controls.contains(&name));
        let mut stale = None;
        for statement in statements {
            match self.stale(statement, &blank.control) {
                None => return JudgedControl { state: ControlState::Passed, attested: Some(statement.clone()), ..blank },
                Some(why) => stale = Some(format!("{} {why}", statement.id)),
            }
        }
        JudgedControl { state: ControlState::NeedsReview, stale, ..blank }
    }

    /// Why a statement does not hold today.
    fn stale(&self, statement: &Statement, control: &Control) -> Option<String> {
        let developers = self.compliance.facts.texts("people.developers");
        let made_commits = || {
            let authors = self.compliance.run.authors.iter().flatten();
            authors.into_iter().any(|author| is_account_of(&statement.by, author))
        };
        if let Some(why) = &statement.void {
            Some(why.clone())
        } else if statement.date > self.today {
            Some(format!("is from the future ({})", statement.date))
        } else if statement.evidence_digest != self.compliance.run.evidence_digest {
            Some("is about other evidence than this run's".to_owned())
        } else if statement.review_by.is_some_and(|day| day < self.today) {
            Some("was to be looked at again before today".to_owned())
        } else if control.independent && developers.is_empty() {
            Some("must be somebody's who did not make the model, and `people.developers` does not say who did".to_owned())
        } else if control.independent && developers.iter().any(|one| is_account_of(&statement.by, one)) {
            Some("is by somebody who made the model".to_owned())
        } else if control.independent && made_commits() {
            Some("is by somebody who made commits since the previous release".to_owned())
        } else {
            None
        }
    }

    /// A waiver that holds for a control in this state, and is no longer than the pack allows.
    fn waiver(&self, pack: &Pack, control: &Control, state: &ControlState) -> Option<&ControlWaiver> {
        let name = pack.name_of(control);
        let is_open =
            matches!(state, ControlState::Failed | ControlState::NotRun | ControlState::Unknown | ControlState::NeedsReview);
        let holds = |waiver: &&ControlWaiver| {
            let days = waiver.granted.days_until(waiver.expires);
            waiver.expires >= self.today && waiver.granted <= self.today && days <= i64::from(pack.max_waiver_days)
        };
        self.waivers.iter().filter(|waiver| is_open && waiver.control == name).find(holds)
    }

    /// Dates come last, so that what is not yet in force still says how it stands.
    fn at_this_date(&self, pack: &Pack, control: &Control, state: ControlState) -> ControlState {
        let Applies { from, until } =
            Applies { from: control.applies.from.or(pack.applies.from), until: control.applies.until.or(pack.applies.until) };
        if matches!(state, ControlState::NotApplicable { .. }) {
            state
        } else if pack.superseded_by.is_some() || until.is_some_and(|until| until < self.today) {
            ControlState::Superseded { until }
        } else if let Some(from) = from.filter(|from| *from > self.today) {
            ControlState::NotYetInForce { from, otherwise: state.id() }
        } else {
            state
        }
    }
}

/// The controls that are in another state, then those that are no longer there.
fn changes(before: &[JudgedControl], now: &[JudgedControl]) -> Vec<ControlChange> {
    let state = |controls: &[JudgedControl], anchor: &str| {
        controls.iter().find(|judged| judged.control.anchor == anchor).map(|judged| judged.state.id())
    };
    let anchors = now.iter().chain(before.iter().filter(|old| state(now, &old.control.anchor).is_none()));
    anchors
        .map(|judged| ControlChange {
            anchor: judged.control.anchor.clone(),
            before: state(before, &judged.control.anchor),
            now: state(now, &judged.control.anchor),
        })
        .filter(|change| change.before != change.now)
        .collect()
}

/// What is not declared or measured makes a control not run; what was measured and cannot be told makes it unknown.
fn lacking(reasons: &[Shortfall]) -> ControlState {
    let cannot_tell = reasons.iter().all(|reason| reason.lack == Lack::CannotTell);
    if cannot_tell { ControlState::Unknown } else { ControlState::NotRun }
}

/// A reason in words.
#[must_use]
pub fn told(reason: &Shortfall) -> String {
    let about = &reason.about;
    let detail = if reason.detail.is_empty() { String::new() } else { format!(": {}", reason.detail) };
    match reason.lack {
        Lack::NotDeclared => format!("{about} is not declared"),
        Lack::NotMeasured => format!("{about} was not measured{detail}"),
        Lack::CannotTell => format!("{about} cannot be told{detail}"),
        Lack::Contradicted => format!("{about} does not hold{detail}"),
    }
}

/// Every place that a control asks for in vain, numbered in their order. What is not for this system asks for nothing.
fn gaps(packs: &[JudgedPack], facts: &Facts) -> Vec<Gap> {
    let mut places: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for pack in packs {
        for judged in pack.controls.iter().filter(|judged| !matches!(judged.state, ControlState::Superseded { .. })) {
            for reason in judged.reasons.iter().filter(|reason| reason.lack == Lack::NotDeclared) {
                places.entry(&reason.about).or_default().push(pack.pack.name_of(&judged.control));
            }
        }
    }
    let gap = |(number, (place, needed_by)): (usize, (&str, Vec<String>))| Gap {
        number,
        place: place.to_owned(),
        title: facts.title(place).to_owned(),
        needed_by,
    };
    (1..).zip(places).map(gap).collect()
}

/// The most controls that a finding names.
const MOST_NAMED: usize = 5;

/// What there is to say of controls: each that failed, and of each pack those without evidence. `level` is what the rules
/// say; where a pack is enforced, they fail the run.
pub(crate) fn findings(judged: &JudgedControls, chosen: &[ChosenPack], level: impl Fn(RuleId) -> Level) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (pack, chosen) in judged.packs.iter().zip(chosen) {
        let mut tell = |rule: RuleId, enforced: bool, subject: String, message: String| {
            findings.push(Finding {
                rule,
                level: if enforced { Level::Deny } else { level(rule) },
                subject,
                message,
                origin: Some(chosen.origin.clone()),
                help: rule.rule().fix.to_owned(),
            });
        };
        for control in pack.controls.iter().filter(|control| control.state == ControlState::Failed) {
            let why = control.reasons.iter().map(told).collect::<Vec<_>>().join("; ");
            let message = format!("{}, {}: {why}", control.control.cites, control.control.title);
            tell(RuleId::FAILED_CONTROL, pack.enforce, pack.pack.name_of(&control.control), message);
        }
        let open: Vec<&JudgedControl> = pack
            .controls
            .iter()
            .filter(|control| matches!(control.state, ControlState::NotRun | ControlState::Unknown))
            .collect();
        if !open.is_empty() {
            let named: Vec<&str> = open.iter().take(MOST_NAMED).map(|control| control.control.cites.as_str()).collect();
            let more = open.len().saturating_sub(MOST_NAMED);
            let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
            let have = if open.len() == 1 { "1 control has".to_owned() } else { format!("{} controls have", open.len()) };
            let message = format!("{have} not enough evidence to be judged: {}{rest}", named.join(", "));
            tell(RuleId::CONTROL_WITHOUT_EVIDENCE, pack.enforce, pack.pack.id.clone(), message);
        }
        for (stale, controls) in stale_statements(pack) {
            if let [one] = controls.as_slice() {
                tell(RuleId::STALE_STATEMENT, false, one.clone(), stale.to_owned());
                continue;
            }
            let named = controls.iter().take(MOST_NAMED).cloned().collect::<Vec<_>>().join(", ");
            let message = format!("{stale} (for {} controls, such as {named})", controls.len());
            tell(RuleId::STALE_STATEMENT, false, pack.pack.id.clone(), message);
        }
    }
    findings
}

/// Why statements do not hold, each with the controls that it is for.
fn stale_statements(pack: &JudgedPack) -> BTreeMap<&str, Vec<String>> {
    let mut found: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for control in &pack.controls {
        if let Some(stale) = &control.stale {
            found.entry(stale).or_default().push(pack.pack.name_of(&control.control));
        }
    }
    found
}

/// What became of waivers of controls.
pub(crate) fn waivers(judged: &JudgedControls, waivers: &[ControlWaiver], today: Date) -> Vec<JudgedWaiver> {
    let is_used = |waiver: &ControlWaiver| {
        judged.packs.iter().any(|pack| {
            pack.controls.iter().any(|control| {
                let waived = match &control.state {
                    ControlState::NotYetInForce { otherwise, .. } => *otherwise == "waived",
                    state => matches!(state, ControlState::Waived { .. }),
                };
                waived && pack.pack.name_of(&control.control) == waiver.control
            })
        })
    };
    let judged = |waiver: &ControlWaiver| JudgedWaiver {
        about: waiver.control.clone(),
        subject: String::new(),
        state: waive::state(waiver.expires, today, is_used(waiver)),
        accepts: Vec::new(),
        reason: waiver.reason.clone(),
        approved_by: waiver.approved_by.clone(),
        expires: waiver.expires,
        notes: waiver.notes.clone(),
        origin: waiver.origin.clone(),
    };
    waivers.iter().map(judged).collect()
}

/// Whether a pack that is enforced has controls that a person must look at.
pub(crate) fn needs_review(judged: &JudgedControls) -> bool {
    let open = |control: &JudgedControl| control.state == ControlState::NeedsReview;
    judged.packs.iter().any(|pack| pack.enforce && pack.controls.iter().any(open))
}
