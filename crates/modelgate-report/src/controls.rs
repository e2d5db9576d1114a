//! What became of the controls of packs: a section of comment and page, and `control-matrix.md`.

use std::collections::BTreeMap;

use modelgate_policy::{Class, ControlState, Gap, JudgedControl, JudgedControls, JudgedPack, Shortfall, state_words, term};

use crate::RenderError;
use crate::document::{Document, DocumentKind};
use crate::escape::Shown;
use crate::facts::Facts;
use crate::number;
use crate::report::Report;
use crate::template;
use crate::tree::{Node, fields};
use crate::words;

/// The most failed controls of a pack that the comment names.
const MOST_FAILED: usize = 20;

/// Renders `control-matrix.md`.
pub fn render_control_matrix(report: &Report) -> Result<Document, RenderError> {
    let facts = Facts::new(report);
    let controls = &report.verdict.controls;
    let view = fields! {
        model_name: Shown::name(&report.model_name),
        packs: controls.packs.iter().map(pack).collect::<Vec<_>>(),
        gaps: controls.gaps.iter().map(gap).collect::<Vec<_>>(),
        evidence: by_evidence(controls),
        evidence_digest: Shown::phrase(&controls.evidence_digest),
        facts_file: facts_file(controls),
        facts_digest: Shown::phrase(&controls.facts.digest),
        statements: statements(controls),
        provenance: facts.provenance(),
        not_advice: words::NOT_ADVICE,
    };
    let body = template::markdown(DocumentKind::ControlMatrix, modelgate_templates::CONTROL_MATRIX_MD, view)?;
    Ok(Document::new(DocumentKind::ControlMatrix, body))
}

/// The file with the facts; nothing where there is none.
pub(crate) fn facts_file(controls: &JudgedControls) -> Option<Node> {
    let file = &controls.facts.file;
    (!file.is_empty()).then(|| Node::from(Shown::name(file)))
}

/// Every pack with its controls; empty where none is chosen.
pub(crate) fn nodes(report: &Report) -> Vec<Node> {
    report.verdict.controls.packs.iter().map(pack).collect()
}

fn pack(judged: &JudgedPack) -> Node {
    let pack = &judged.pack;
    let failed: Vec<&JudgedControl> = judged.controls.iter().filter(|control| control.state == ControlState::Failed).collect();
    let named = failed.iter().take(MOST_FAILED).map(|control| control_node(&pack.name_of(&control.control), control));
    let more = failed.len().saturating_sub(MOST_FAILED);
    let verified = match pack.verified_on {
        Some(day) => format!("held against its source on {day}"),
        None => "not held against its source".to_owned(),
    };
    fields! {
        id: Shown::name(&pack.id),
        title: Shown::sentence(&pack.title),
        version: Shown::name(&pack.version),
        jurisdiction: Shown::name(&pack.jurisdiction),
        citation: Shown::sentence(&pack.citation),
        reference: Shown::sentence(&pack.reference),
        dated: Shown::phrase(pack.dated),
        verified: Shown::phrase(verified),
        applies: Shown::phrase(applies(judged)),
        enforced: judged.enforce,
        note: pack.note.as_deref().map(|note| Node::from(Shown::sentence(note))),
        state: Shown::phrase(state_word(judged.state())),
        counts: Shown::phrase(counts(judged)),
        changed: changed(judged).map(|words| Node::from(Shown::phrase(words))),
        coverage: Shown::phrase(coverage(judged)),
        failed: named.collect::<Vec<_>>(),
        more_failed: (more > 0).then(|| Node::from(Shown::phrase(number::many(more)))),
        rows: judged.controls.iter().map(|control| control_node(&pack.name_of(&control.control), control)).collect::<Vec<_>>(),
    }
}

fn applies(judged: &JudgedPack) -> String {
    let pack = &judged.pack;
    let since = pack.applies.from.map(|from| format!("since or from {from}"));
    let until = pack.applies.until.map(|until| format!("until {until}"));
    let replaced = pack.superseded_by.as_ref().map(|by| format!("superseded by {}", Shown::name(by)));
    let told: Vec<String> = since.into_iter().chain(until).chain(replaced).collect();
    if told.is_empty() { "without a date".to_owned() } else { told.join(", ") }
}

/// How many controls are in each state, in words: never a share of those that passed.
pub(crate) fn counts(judged: &JudgedPack) -> String {
    let told = judged.counts().into_iter().map(|(id, count)| format!("{} {}", number::many(count), state_words(id)));
    told.collect::<Vec<_>>().join(", ")
}

/// The facts that are declared otherwise than in the previous release, and the sections that say them; nothing where none are.
pub(crate) fn changed_facts(report: &Report) -> Option<Node> {
    let places = &report.verdict.controls.changed_facts;
    let named: Vec<String> = places.iter().take(MOST_FAILED).map(|place| Shown::name(place).into_string()).collect();
    let more = places.len().saturating_sub(named.len());
    let rest = if more > 0 { format!(" and {} more", number::many(more)) } else { String::new() };
    let sections = crate::documents::sections_declared(report, places);
    let within = if sections.is_empty() { String::new() } else { format!("; sections: {}", sections.join("; ")) };
    let told = format!("Declared otherwise than in the previous release: {}{rest}{within}.", named.join(", "));
    (!places.is_empty()).then(|| Node::from(Shown::phrase(told)))
}

/// The sections whose numbers, data or controls differ from those of the previous release; nothing where none do, or nobody chose a
/// pack.
pub(crate) fn measured_otherwise(report: &Report) -> Option<Node> {
    let sections = crate::documents::sections_measured(report);
    let told = format!("Measured otherwise than for the previous release, in {}.", sections.join("; "));
    (!sections.is_empty()).then(|| Node::from(Shown::phrase(told)))
}

/// How declared reviewers clear what needs review; nothing where there are none, or nothing needs it.
pub(crate) fn reviewable(report: &Report) -> Option<Node> {
    let controls = &report.verdict.controls;
    let needs = |pack: &JudgedPack| pack.controls.iter().any(|judged| judged.state == ControlState::NeedsReview);
    let open = !controls.facts.items("reviewers").is_empty() && controls.packs.iter().any(needs);
    open.then(|| Node::from(Shown::phrase(format!("evidence {}", controls.evidence_digest.chars().take(12).collect::<String>()))))
}

/// What a change of the pack itself does; nothing where it did not change.
pub(crate) fn changed(judged: &JudgedPack) -> Option<String> {
    let change = judged.changed.as_ref()?;
    let state = |state: Option<&'static str>| state.map_or("not asked".to_owned(), state_words);
    let told = change
        .controls
        .iter()
        .take(MOST_FAILED)
        .map(|one| format!("{} {} → {}", Shown::name(&one.anchor), state(one.before), state(one.now)));
    let told: Vec<String> = told.collect();
    let more = change.controls.len().saturating_sub(told.len());
    let rest = if more > 0 { format!(" and {} more", number::many(more)) } else { String::new() };
    let states = if told.is_empty() { "no state differs".to_owned() } else { told.join(", ") };
    Some(format!("the pack changed since the previous release, from version {}: {states}{rest}", Shown::name(&change.version)))
}

/// Who can say whether controls are met.
fn coverage(judged: &JudgedPack) -> String {
    let told = judged.coverage().map(|(class, count)| {
        let who = match class {
            Class::Auto => "decided by a run",
            Class::Mixed => "with evidence from a run that people judge",
            Class::Human => "that only people can answer for",
            Class::NotApplicable => "that no tool that looks at a repository can see",
        };
        format!("{} {who}", number::many(count))
    });
    format!("{}: {}", number::counted(judged.controls.len(), "control", "controls"), told.join(", "))
}

/// A state with its icon: never the color alone.
fn state_word(id: &str) -> String {
    let icon = match id {
        "passed" => "✅",
        "failed" => "❌",
        "needs_review" => "👤",
        "not_run" => "🚫",
        "unknown" => "❓",
        "waived" => "⏸️",
        "not_yet_in_force" => "🕒",
        "superseded" => "🗄️",
        _ => "➖",
    };
    format!("{icon} {}", state_words(id))
}

fn control_node(name: &str, judged: &JudgedControl) -> Node {
    let control = &judged.control;
    let id = judged.state.id();
    let class = match id {
        "failed" => "failed",
        "passed" => "passed",
        _ => "none",
    };
    let who = match control.class {
        Class::Auto => "run",
        Class::Mixed => "run and people",
        Class::Human => "people",
        Class::NotApplicable => "outside",
    };
    fields! {
        name: Shown::name(name),
        cites: Shown::name(&control.cites),
        title: Shown::sentence(&control.title),
        who: who,
        state: Shown::phrase(state_word(id)),
        class: class,
        why: Shown::sentence(&why(judged)),
        unverified: !control.verified,
        note: control.note.as_deref().map(|note| Node::from(Shown::sentence(note))),
    }
}

/// Why a control is in its state, with what it rests on.
pub(crate) fn why(judged: &JudgedControl) -> String {
    let reasons = judged.reasons.iter().map(modelgate_policy::told).collect::<Vec<_>>().join("; ");
    match &judged.state {
        ControlState::NotApplicable { reason } => reason.clone(),
        ControlState::Waived { until, reason, approved_by } => {
            format!("waived until {until}: {reason} (approved by {approved_by}); {}", or(&reasons, "evidence is there"))
        }
        ControlState::NotYetInForce { from, otherwise } => {
            let today = format!("from {from}; today it would be {}", state_words(otherwise));
            if reasons.is_empty() { today } else { format!("{today}: {reasons}") }
        }
        ControlState::Superseded { until: Some(until) } => format!("it applied until {until}"),
        ControlState::Superseded { until: None } => "another pack took its place".to_owned(),
        ControlState::NeedsReview => {
            let stale = judged.stale.as_ref().map(|stale| format!("; statement {stale}")).unwrap_or_default();
            format!("{}: a person must say whether that is enough{stale}", rests_on(judged))
        }
        ControlState::Passed => match &judged.attested {
            Some(statement) => format!(
                "{}; attested by {} ({}) on {}, {}",
                rests_on(judged),
                statement.by,
                statement.role,
                statement.date,
                statement.id
            ),
            None => rests_on(judged),
        },
        ControlState::Failed | ControlState::NotRun | ControlState::Unknown => reasons,
    }
}

fn or(text: &str, otherwise: &str) -> String {
    if text.is_empty() { otherwise.to_owned() } else { text.to_owned() }
}

/// What a control's evidence is.
pub(crate) fn rests_on(judged: &JudgedControl) -> String {
    let Some(evidence) = &judged.control.evidence else { return "nothing is measured for it".to_owned() };
    let (facts, measured) = evidence.mentions();
    let parts = [("declared", facts), ("measured", measured)].into_iter().filter(|(_, names)| !names.is_empty());
    parts.map(|(word, names)| format!("{word}: {}", names.join(", "))).collect::<Vec<_>>().join("; ")
}

pub(crate) fn gap(gap: &Gap) -> Node {
    const MOST: usize = 6;
    let named: Vec<String> = gap.needed_by.iter().take(MOST).map(|name| Shown::name(name).into_string()).collect();
    let more = gap.needed_by.len().saturating_sub(MOST);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    fields! {
        number: Shown::phrase(format!("GAP-{:02}", gap.number)),
        place: Shown::name(&gap.place),
        title: Shown::sentence(&gap.title),
        needed_by: Shown::phrase(format!("{}{rest}", named.join(", "))),
    }
}

/// Each measurement and declared fact with the controls that rest on it: the way back.
fn by_evidence(controls: &JudgedControls) -> Vec<Node> {
    let mut rest_on: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for pack in &controls.packs {
        for judged in &pack.controls {
            let Some(evidence) = &judged.control.evidence else { continue };
            let (facts, measured) = evidence.mentions();
            let declared = facts.into_iter().filter(|place| controls.facts.get(place).is_some());
            for about in declared.chain(measured) {
                rest_on.entry(about).or_default().push(pack.pack.name_of(&judged.control));
            }
        }
    }
    let node = |(about, names): (&str, Vec<String>)| {
        let is_measured = term(about).is_some();
        let title = term(about).map_or_else(|| controls.facts.title(about), |term| term.title.trim_end_matches('.'));
        let names: Vec<String> = names.iter().map(|name| Shown::name(name).into_string()).collect();
        fields! {
            about: Shown::name(about),
            kind: if is_measured { "measured" } else { "declared" },
            title: Shown::sentence(title),
            controls: Shown::phrase(names.join(", ")),
        }
    };
    rest_on.into_iter().map(node).collect()
}

fn statements(controls: &JudgedControls) -> Vec<Node> {
    let holds = |id: &str| {
        controls
            .packs
            .iter()
            .flat_map(|pack| &pack.controls)
            .any(|judged| judged.attested.as_ref().is_some_and(|statement| statement.id == id))
    };
    let node = |statement: &modelgate_policy::Statement| {
        let names: Vec<String> = statement.controls.iter().map(|name| Shown::name(name).into_string()).collect();
        fields! {
            id: Shown::name(&statement.id),
            text: Shown::sentence(&statement.text),
            by: Shown::name(&statement.by),
            role: Shown::name(&statement.role),
            date: Shown::phrase(statement.date),
            controls: Shown::phrase(names.join(", ")),
            digest: Shown::name(&statement.evidence_digest),
            holds: holds(&statement.id),
        }
    };
    controls.facts.statements.iter().map(node).collect()
}

/// What may be shown where not every reader may know the rows: states and names, without what was measured.
pub(crate) fn without_details(controls: JudgedControls) -> JudgedControls {
    let of_control = |judged: JudgedControl| JudgedControl {
        reasons: judged.reasons.into_iter().map(|reason| Shortfall { detail: String::new(), ..reason }).collect(),
        state: match judged.state {
            ControlState::NotApplicable { .. } => {
                ControlState::NotApplicable { reason: "not for this system, or no tool can see it".to_owned() }
            }
            state => state,
        },
        ..judged
    };
    let of_pack = |pack: JudgedPack| JudgedPack { controls: pack.controls.into_iter().map(of_control).collect(), ..pack };
    JudgedControls { packs: controls.packs.into_iter().map(of_pack).collect(), ..controls }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::fixture;

    fn matrix(report: &Report) -> String {
        render_control_matrix(report).unwrap().body
    }

    #[test]
    fn every_control_stands_with_its_state_and_why_and_every_gap_with_its_number() {
        let body = matrix(&fixture::with_controls());
        for part in [
            "❌ failed",
            "🚫 not run",
            "👤 needs review",
            "🕒 not yet in force",
            "⏸️ waived",
            "checks&#8203;.slices does not hold",
            "purpose&#8203;.intended is not declared",
            "GAP-&#8203;01",
            "attested by &#64;&#8203;risk",
            "from 2027-12-02; today it would be failed",
            "unverified",
            words::NOT_ADVICE,
        ] {
            assert!(body.contains(part), "{part} is not in\n{body}");
        }
        assert!(!body.contains("| |"), "no cell is blank:\n{body}");
        assert!(!body.contains('%'), "no share of what passed");
    }

    #[test]
    fn evidence_leads_back_to_its_controls() {
        let body = matrix(&fixture::with_controls());
        let row = body.lines().find(|line| line.starts_with("| checks&#8203;.slices |")).unwrap();
        assert!(row.contains("measured") && row.contains("pack&#8203;/failed") || row.contains("pack/failed"), "{row}");
    }

    #[test]
    fn details_of_measurements_are_not_shown_to_everybody() {
        let report = fixture::with_controls();
        assert!(matrix(&report).contains("recall of sex=F"));
        let mut shown = report.clone();
        shown.verdict.controls = without_details(shown.verdict.controls);
        let body = matrix(&shown);
        assert!(!body.contains("sex=F") && body.contains("❌ failed"), "{body}");
    }

    #[test]
    fn the_comment_counts_states_and_names_what_failed() {
        let body = crate::render_comment(&fixture::with_controls()).unwrap().body;
        let line = body.lines().find(|line| line.contains("1 failed")).unwrap_or_else(|| unreachable!("{body}"));
        assert!(line.contains("A pack") && body.contains("Article 1"), "{body}");
    }
}
