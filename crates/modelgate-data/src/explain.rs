//! Finds the words for rows that cannot be counted.

use crate::Dataset;
use crate::count::CountSettings;
use crate::error::DataError;
use crate::labels::binary_labels;
use crate::levels::encode;
use crate::pass::{MOST_SLICES, families};
use crate::row_facts::RowFacts;

/// Why the rows cannot be counted. Columns are looked at one by one and as a whole, which is slower than counting them.
pub(crate) fn explain(dataset: &Dataset, settings: &CountSettings) -> DataError {
    match problem(dataset, settings) {
        Err(problem) => problem,
        Ok(()) => DataError::Malformed { path: dataset.path().to_owned(), reason: "its rows cannot be counted".to_owned() },
    }
}

fn problem(dataset: &Dataset, settings: &CountSettings) -> Result<(), DataError> {
    let roles = &settings.roles;
    let labels = binary_labels(dataset, &roles.label, roles.positive_label.as_deref())?;
    RowFacts::read(dataset, settings, &labels)?;
    let encoded = settings.axes.iter().map(|axis| encode(dataset, &axis.axis, &axis.column, settings.max_levels));
    let axes = encoded.collect::<Result<Vec<_>, _>>()?;
    roles.id.as_ref().map(|id| dataset.require(id)).transpose()?;
    let slices_of = |family: &Vec<usize>| match family.as_slice() {
        [] => 1,
        [axis] => axes[*axis].levels.grouping.size,
        [axis, rest @ ..] => {
            rest.iter()
                .fold(axes[*axis].levels.grouping.clone(), |crossed, other| crossed.cross(&axes[*other].levels.grouping))
                .size
        }
    };
    let slices: usize = families(axes.len(), usize::from(settings.depth.min(2))).iter().map(slices_of).sum();
    let most = settings.axes.iter().zip(&axes).max_by_key(|(_, axis)| axis.levels.grouping.size);
    match most {
        Some((axis, encoded)) if slices > MOST_SLICES => Err(DataError::TooManySlices {
            path: dataset.path().to_owned(),
            column: axis.column.clone(),
            levels: encoded.levels.grouping.size,
            found: slices,
            limit: MOST_SLICES,
        }),
        _ => Ok(()),
    }
}
