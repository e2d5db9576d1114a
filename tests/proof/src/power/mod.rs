//! Power and false alarms: made-up releases, counted, compared and judged by the program's own code.

mod contrasts;
mod decay;
mod flips;
mod judged;
mod slices;

use crate::Effort;
use crate::ProofError;

/// The page of all tables. `note` is told which one is under way.
pub fn page(effort: Effort, note: &dyn Fn(&str)) -> Result<String, ProofError> {
    note("slices");
    let slices = slices::section(effort)?;
    note("decay");
    let decay = decay::section(effort)?;
    note("contrasts");
    let contrasts = contrasts::section(effort)?;
    Ok(format!("{INTRODUCTION}\n{slices}\n{decay}\n{contrasts}"))
}

const INTRODUCTION: &str = "\
# Power and false alarms

<!-- Written by `cargo xtask simulate`; do not edit. -->

How often the gate fails where nothing has changed, and how often it finds what has. Made-up test rows are drawn, a baseline and a
candidate are wrong about some of them, and both are counted, compared and judged by the program's own code: every share below is
one of whole verdicts. Shares of repetitions have a sampling error; where it matters, the 95 % interval (Clopper-Pearson) stands
beside them. Everything follows from fixed seeds, so that the page can be made again to the byte.
";
