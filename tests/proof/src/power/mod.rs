//! Power and false alarms: made-up releases, counted, compared and judged by the program's own code.

mod aims;
mod contrasts;
mod decay;
mod flips;
mod judged;
mod slices;

use aims::Aim;

use crate::{Effort, Page, ProofError};

/// A part of the page, and what is aimed at in it.
struct Section {
    text: String,
    aims: Vec<Aim>,
}

/// The page of all tables, and the aims that are missed. `note` is told which table is under way.
pub fn page(effort: Effort, note: &dyn Fn(&str)) -> Result<Page, ProofError> {
    note("slices");
    let slices = slices::section(effort)?;
    note("decay");
    let decay = decay::section(effort)?;
    note("contrasts");
    let contrasts = contrasts::section(effort)?;
    let (mut tables, mut aims) = (String::new(), Vec::new());
    for section in [slices, decay, contrasts] {
        tables.extend(["\n", &section.text]);
        aims.extend(section.aims);
    }
    let text = format!("{INTRODUCTION}\n{}{tables}", aims::section(&aims));
    Ok(Page { text, missed: aims::missed(&aims) })
}

const INTRODUCTION: &str = "\
# Power and false alarms

<!-- Written by `cargo xtask simulate`; do not edit. -->

How often the gate fails where nothing has changed, and how often it finds what has. Made-up test rows are drawn, a baseline and a
candidate are wrong about some of them, and both are counted, compared and judged by the program's own code: every share below is
one of whole verdicts. Shares of repetitions have a sampling error; where it matters, the 95 % interval (Clopper-Pearson) stands
beside them. Everything follows from fixed seeds, so that the page can be made again to the byte. The command fails where something
that is aimed at is missed.
";
