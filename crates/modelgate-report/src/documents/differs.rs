//! Which sections of the documents say something else than for the previous release: by what is declared, and by what is measured.

use modelgate_eval::{Estimate, Subject};
use modelgate_policy::DriftState;

use crate::number;
use crate::report::{Baseline, Report};

use super::chosen_sections;
use super::plans::{Measure, PLANS, Part, Plan, Section};

/// Which sections of the documents of chosen packs, and of the model card, say something of these places.
pub(crate) fn declared(report: &Report, places: &[String]) -> Vec<String> {
    let is_changed = |place: &str| places.iter().any(|changed| changed == place);
    let says = |section: &Section| section.parts.iter().any(|part| matches!(part, Part::Fact(place) if is_changed(place)));
    let card = crate::card::SECTIONS.iter().filter(|(_, _, places)| places.iter().any(|place| is_changed(place)));
    let card: Vec<&str> = card.map(|(_, title, _)| *title).collect();
    of(report, &card, says)
}

/// Which sections have numbers, data or controls that differ from those of the previous release; none where there is none.
pub(crate) fn measured(report: &Report) -> Vec<String> {
    let Some((differs, card)) = differing(report) else { return Vec::new() };
    of(report, &card, |section| section.parts.iter().any(|part| matches!(part, Part::Measured(what) if differs.contains(what))))
}

fn of(report: &Report, card: &[&str], says: impl Fn(&Section) -> bool) -> Vec<String> {
    let has = |pack: &&str| report.verdict.controls.packs.iter().any(|judged| judged.pack.id == **pack);
    let of_plan = |plan: &Plan| {
        let sections: Vec<&str> =
            chosen_sections(report, plan).filter(|section| says(section)).map(|section| section.cites).collect();
        (!sections.is_empty()).then(|| format!("{} {}", plan.kind.path(), sections.join(", ")))
    };
    let card = (!card.is_empty()).then(|| format!("{} {}", crate::DocumentKind::ModelCard.path(), card.join(", ")));
    let plans = PLANS.iter().filter(|plan| plan.packs.iter().any(has)).filter_map(of_plan);
    card.into_iter().chain(plans).collect()
}

/// What differs from the previous release, as documents print it, and the sections of the model card that say so.
fn differing(report: &Report) -> Option<(Vec<Measure>, Vec<&'static str>)> {
    let Baseline::Found { .. } = &report.baseline else { return None };
    let numbers = |wanted: fn(&Subject) -> bool| {
        let mut changes = report.comparison.iter().flat_map(modelgate_eval::Comparison::iter);
        let shown = |metric, estimate: &Estimate| estimate.measured().map(|measured| number::value(metric, measured.value));
        changes.any(|(metric, subject, change)| {
            wanted(subject) && shown(metric, &change.baseline) != shown(metric, &change.candidate)
        })
    };
    let before = report.data_files.earlier.first();
    let has_other_rows = before.is_some_and(|before| before.data_digest != report.provenance.data_digest);
    let training = report.data_files.training.as_ref().map(|training| training.digest);
    let has_other_training = before.is_some_and(|before| before.training_digest != training);
    let (mut differs, mut card) = (Vec::new(), Vec::new());
    for (measure, wanted) in [
        (Measure::Overall, (|subject| matches!(subject, Subject::Slice(slice) if slice.is_overall())) as fn(&Subject) -> bool),
        (Measure::Slices, |subject| matches!(subject, Subject::Slice(slice) if !slice.is_overall())),
        (Measure::Groups, |subject| matches!(subject, Subject::Across(_))),
    ] {
        if numbers(wanted) {
            differs.extend([measure, Measure::Changes, Measure::Checks]);
        }
    }
    if before.is_some_and(|before| before.model_digest != report.provenance.model_digest) {
        differs.extend([Measure::Identity, Measure::Model]);
        card.push("Model details");
    }
    if has_other_rows {
        differs.extend([Measure::Data, Measure::DataFindings]);
        card.push("Evaluation data");
    }
    if has_other_training {
        differs.push(Measure::Data);
        card.push("Training data");
    }
    if differs.contains(&Measure::Changes) {
        card.push("Quantitative analyses");
    }
    let moved = |state: &DriftState| matches!(state, DriftState::Drifted { .. });
    if report.verdict.drift.iter().any(|judged| judged.drifts.iter().any(|(_, state)| moved(state))) {
        differs.push(Measure::Drift);
    }
    if report.verdict.controls.packs.iter().any(|pack| pack.changed.is_some()) {
        differs.push(Measure::Controls);
    }
    Some((differs, card))
}
