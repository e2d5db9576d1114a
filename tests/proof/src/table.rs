//! Tables as Markdown.

/// A table under way.
pub(crate) struct Table {
    lines: Vec<String>,
}

impl Table {
    /// A table with these columns.
    pub(crate) fn new(columns: &[&str]) -> Self {
        Self { lines: vec![row(columns.iter().copied()), row(columns.iter().map(|_| "---"))] }
    }

    /// Adds a row.
    pub(crate) fn push(&mut self, cells: &[String]) {
        self.lines.push(row(cells.iter().map(String::as_str)));
    }

    /// The lines, each ended.
    pub(crate) fn text(&self) -> String {
        self.lines.join("\n") + "\n"
    }
}

fn row<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    let cells: Vec<&str> = cells.collect();
    format!("| {} |", cells.join(" | "))
}

/// A share in percent, with one digit.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}
