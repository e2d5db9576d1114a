//! Takes slice columns that the rows lack from the file of attributes, and says how well the two fit.

use modelgate_config::Config;
use modelgate_data::{AttributeCounts, Dataset, column_names};

use crate::context::Console;
use crate::failure::Failure;
use crate::terminal::plain;

/// The rows with the slice columns that they lack, and what was joined; the rows alone where no file of attributes is named.
pub(crate) fn join(
    config: &Config,
    rows: Dataset,
    console: &mut Console<'_>,
) -> Result<(Dataset, Option<AttributeCounts>), Failure> {
    let (Some(attributes), Some(id)) = (&config.attributes, &config.roles.id) else { return Ok((rows, None)) };
    let named: Vec<&String> = config.axes.iter().map(|axis| &axis.column).collect();
    let there = column_names(&attributes.path)?;
    if let Some(column) = named.iter().find(|column| rows.has_column(column) && there.contains(column)) {
        return Err(Failure::with_help(
            format!("the slice column {} is in {} and in {}", plain(column), rows.path().display(), attributes.path.display()),
            "take it out of one of them: which of the two is meant must not be guessed",
        ));
    }
    let mut lacking: Vec<String> = named.into_iter().filter(|column| !rows.has_column(column)).cloned().collect();
    lacking.sort();
    lacking.dedup();
    console.step("Joining", &format!("{}, {} slice columns", attributes.path.display(), lacking.len()));
    let (joined, counts) = rows.with_attributes(id, &lacking, attributes, &config.read)?;
    console.step("Joined", &told(&counts));
    Ok((joined, Some(counts)))
}

/// How well rows and attributes fit, for people.
pub(crate) fn told(counts: &AttributeCounts) -> String {
    let AttributeCounts { rows, unmatched, in_file, unused, .. } = counts;
    format!("{unmatched} of {rows} rows have no attributes; {unused} of the file's {in_file} rows belong to no row")
}
