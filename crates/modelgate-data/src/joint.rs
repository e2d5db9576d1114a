//! Counts how two models' predictions of the same rows fall together.

use std::collections::BTreeMap;

use modelgate_cube::{Cube, Joint, JointCell, Slice, Term};

use crate::count::{CountAxis, CountSettings, count};
use crate::error::DataError;
use crate::grouping::Grouping;
use crate::labels::binary_labels;
use crate::levels::{EncodedAxis, encode};
use crate::row_facts::RowFacts;
use crate::{Dataset, Roles};

/// The baseline's own counts, from its predictions beside the candidate's, and the joint counts of both models.
/// `baseline` are the roles as the baseline has them: see [`Roles::of_baseline`].
pub fn count_joint(dataset: &Dataset, settings: &CountSettings, baseline: &Roles) -> Result<(Cube, Joint), DataError> {
    let of_baseline = CountSettings { roles: baseline.clone(), ..settings.clone() };
    let cube = count(dataset, &of_baseline)?;
    let labels = binary_labels(dataset, &settings.roles.label, settings.roles.positive_label.as_deref())?;
    let facts = RowFacts::read(dataset, settings, &labels)?;
    let before = RowFacts::read(dataset, &of_baseline, &labels)?;
    let encode_axis = |axis: &CountAxis| encode(dataset, &axis.axis, &axis.column, settings.max_levels);
    let axes = settings.axes.iter().map(encode_axis).collect::<Result<Vec<_>, _>>()?;
    let names: Vec<&str> = settings.axes.iter().map(|axis| axis.axis.name.as_str()).collect();
    let mut cells = BTreeMap::new();
    for (chosen, slices) in families(facts.rows(), &axes, settings.depth) {
        let first = slices.first_items();
        for (cell, row) in counted(&facts, &before, &slices).into_iter().zip(first) {
            cells.insert(slice(&chosen, row, &names, &axes), cell);
        }
    }
    Ok((cube, Joint::new(cells)))
}

/// The rows by the slices of each family of axes: all rows, each axis, each pair of axes.
fn families(rows: usize, axes: &[EncodedAxis], depth: u8) -> Vec<(Vec<usize>, Grouping)> {
    let mut families = vec![(Vec::new(), Grouping::whole(rows))];
    for (index, axis) in axes.iter().enumerate().filter(|_| depth >= 1) {
        families.push((vec![index], axis.levels.grouping.clone()));
        for (other, second) in axes.iter().enumerate().skip(index + 1).filter(|_| depth >= 2) {
            families.push((vec![index, other], axis.levels.grouping.cross(&second.levels.grouping)));
        }
    }
    families
}

fn counted(facts: &RowFacts, before: &RowFacts, slices: &Grouping) -> Vec<JointCell> {
    let mut cells = vec![JointCell::default(); slices.size];
    for (row, slice) in slices.codes.iter().enumerate() {
        let weight = facts.weights.as_ref().map_or(1.0, |weights| weights[row]);
        let cell = &mut cells[*slice as usize];
        cell.tally_mut(facts.positive[row], before.predicted[row], facts.predicted[row]).add_row(weight);
    }
    cells
}

fn slice(chosen: &[usize], row: usize, names: &[&str], axes: &[EncodedAxis]) -> Slice {
    Slice::new(chosen.iter().map(|index| {
        let levels = &axes[*index].levels;
        Term { axis: names[*index].to_owned(), level: levels.levels[levels.grouping.codes[row] as usize].clone() }
    }))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::testing::{categorical, csv, settings, told};

    fn with_baseline() -> CountSettings {
        let mut settings = settings(vec![categorical("sex"), categorical("region")]);
        settings.roles.baseline_score = Some("old".to_owned());
        settings
    }

    const ROWS: &str = "y,p,old,sex,region\n1,0.9,0.2,F,n\n1,0.4,0.8,M,n\n0,0.7,0.6,F,s\n0,0.1,0.1,,s\n";

    fn counted(text: &str, settings: &CountSettings) -> Result<(Cube, Joint), DataError> {
        let (data, _file) = csv(text);
        count_joint(&data, settings, &settings.roles.of_baseline().unwrap())
    }

    #[test]
    fn both_predictions_of_each_row_fall_together_in_every_slice() {
        let (cube, joint) = counted(ROWS, &with_baseline()).unwrap();
        let cell = |name: &str| *joint.cell(&Slice::parse(name).unwrap()).unwrap();
        let all = cell("overall");
        assert_eq!((all.tally(true, false, true).rows, all.tally(true, true, false).rows), (1, 1));
        assert_eq!((all.tally(false, true, true).rows, all.tally(false, false, false).rows), (1, 1));
        assert_eq!(cell("sex=F & region=n").tally(true, false, true).rows, 1);
        assert_eq!(cell("sex=(missing)").total().rows, 1);
        let (data, _file) = csv(ROWS);
        let candidate = count(&data, &with_baseline()).unwrap();
        assert_eq!(
            cube.cells().map(|(slice, _)| slice).collect::<Vec<_>>(),
            joint.cells().map(|(slice, _)| slice).collect::<Vec<_>>()
        );
        assert_eq!((cube.meta().split, cube.row_ids()), (candidate.meta().split, candidate.row_ids()), "the same rows");
        for (slice, joint) in joint.cells() {
            assert_eq!(cube.cell(slice).unwrap().total(), joint.total(), "{slice}");
        }
    }

    #[test]
    fn what_a_baseline_says_is_no_part_of_a_row_and_neither_is_its_column() {
        let (data, _file) = csv(ROWS);
        let with = count(&data, &with_baseline()).unwrap();
        let (data, _file) = csv("y,p,sex,region\n1,0.9,F,n\n1,0.4,M,n\n0,0.7,F,s\n0,0.1,,s\n");
        let mut plain = with_baseline();
        plain.roles.baseline_score = None;
        assert_eq!(with.row_ids(), count(&data, &plain).unwrap().row_ids(), "so that stored releases stay paired");
    }

    #[test]
    fn a_bad_score_of_the_baseline_is_told_like_any_other() {
        let text = told(&counted(&ROWS.replace("0.8", "1.8"), &with_baseline()).unwrap_err());
        assert!(text.starts_with("rows:3:3 (column \"old\"): the score \"1.8\" lies outside 0 to 1\n"), "{text}");
        let text = told(&counted(&ROWS.replace("0.8", ""), &with_baseline()).unwrap_err());
        assert!(text.contains("the score is missing"), "{text}");
    }
}
