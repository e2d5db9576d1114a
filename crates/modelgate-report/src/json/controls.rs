//! What became of the controls of packs, in `verdict.json`.

use modelgate_policy as policy;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Controls<'a> {
    /// What statements must name.
    evidence_digest: &'a str,
    /// The file with the facts; null where there is none.
    facts_file: Option<&'a str>,
    facts_digest: &'a str,
    packs: Vec<Pack<'a>>,
    gaps: Vec<Gap<'a>>,
}

#[derive(Serialize)]
struct Pack<'a> {
    id: &'a str,
    version: &'a str,
    title: &'a str,
    jurisdiction: &'a str,
    citation: &'a str,
    dated: String,
    verified_on: Option<String>,
    applies_from: Option<String>,
    superseded_by: Option<&'a str>,
    enforced: bool,
    state: &'static str,
    counts: std::collections::BTreeMap<&'static str, usize>,
    /// What a change of the pack since the previous release does; not there where it is the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    changed: Option<Changed<'a>>,
    controls: Vec<Control<'a>>,
}

#[derive(Serialize)]
struct Changed<'a> {
    version: &'a str,
    controls: Vec<ControlChange<'a>>,
}

/// The states by the pack as it was and as it is; null where it does not have the control.
#[derive(Serialize)]
struct ControlChange<'a> {
    control: &'a str,
    before: Option<&'static str>,
    now: Option<&'static str>,
}

#[derive(Serialize)]
struct Control<'a> {
    id: String,
    cites: &'a str,
    title: &'a str,
    class: &'static str,
    state: &'static str,
    /// Why it is in its state; empty where all is there.
    reasons: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    otherwise: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waived_until: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attested: Option<Attested<'a>>,
    verified: bool,
}

#[derive(Serialize)]
struct Attested<'a> {
    statement: &'a str,
    by: &'a str,
    role: &'a str,
    date: String,
}

#[derive(Serialize)]
struct Gap<'a> {
    number: usize,
    fact: &'a str,
    title: &'a str,
    needed_by: &'a [String],
}

/// Maps them to the format; nothing where no pack is chosen.
pub(super) fn controls(judged: &policy::JudgedControls) -> Option<Controls<'_>> {
    (!judged.packs.is_empty()).then(|| Controls {
        evidence_digest: &judged.evidence_digest,
        facts_file: Some(judged.facts.file.as_str()).filter(|file| !file.is_empty()),
        facts_digest: &judged.facts.digest,
        packs: judged.packs.iter().map(pack).collect(),
        gaps: judged.gaps.iter().map(gap).collect(),
    })
}

fn pack(judged: &policy::JudgedPack) -> Pack<'_> {
    let pack = &judged.pack;
    Pack {
        id: &pack.id,
        version: &pack.version,
        title: &pack.title,
        jurisdiction: &pack.jurisdiction,
        citation: &pack.citation,
        dated: pack.dated.to_string(),
        verified_on: pack.verified_on.map(|day| day.to_string()),
        applies_from: pack.applies.from.map(|day| day.to_string()),
        superseded_by: pack.superseded_by.as_deref(),
        enforced: judged.enforce,
        state: judged.state(),
        counts: judged.counts().into_iter().collect(),
        changed: judged.changed.as_ref().map(changed),
        controls: judged.controls.iter().map(|control| self::control(pack, control)).collect(),
    }
}

fn changed(change: &policy::PackChange) -> Changed<'_> {
    let mut controls = Vec::new();
    for one in &change.controls {
        controls.push(ControlChange { control: &one.anchor, before: one.before, now: one.now });
    }
    Changed { version: &change.version, controls }
}

fn control<'a>(pack: &policy::Pack, judged: &'a policy::JudgedControl) -> Control<'a> {
    let control = &judged.control;
    let (from, otherwise) = match &judged.state {
        policy::ControlState::NotYetInForce { from, otherwise } => (Some(from.to_string()), Some(*otherwise)),
        _ => (None, None),
    };
    let reasons = match &judged.state {
        policy::ControlState::NotApplicable { reason } => vec![reason.clone()],
        _ => judged.reasons.iter().map(policy::told).collect(),
    };
    Control {
        id: pack.name_of(control),
        cites: &control.cites,
        title: &control.title,
        class: control.class.id(),
        state: judged.state.id(),
        reasons,
        from,
        otherwise,
        waived_until: match &judged.state {
            policy::ControlState::Waived { until, .. } => Some(until.to_string()),
            _ => None,
        },
        attested: judged.attested.as_ref().map(|statement| Attested {
            statement: &statement.id,
            by: &statement.by,
            role: &statement.role,
            date: statement.date.to_string(),
        }),
        verified: control.verified,
    }
}

fn gap(gap: &policy::Gap) -> Gap<'_> {
    Gap { number: gap.number, fact: &gap.place, title: &gap.title, needed_by: &gap.needed_by }
}
