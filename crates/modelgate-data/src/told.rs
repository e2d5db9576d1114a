//! What messages tell of cells: nothing of what ids say, nor of columns that are personal or sensitive.

use std::fmt;

use crate::Dataset;
use crate::checks::personal;
use crate::column::parse_number;
use crate::sensitive::sensitive_as;
use crate::shown::quoted;

/// What a message tells of a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// There is nothing in the cell.
    Null,
    /// What it says.
    Shown(String),
    /// What kind of value it is. What it says is not told.
    Withheld(String),
}

impl Told {
    /// A text of a column that is not private, unless the text itself is personal.
    #[must_use]
    pub fn of(text: &str) -> Self {
        if personal::is_personal(text) { Self::withheld(text) } else { Self::Shown(text.to_owned()) }
    }

    /// A text that is not told.
    #[must_use]
    pub fn withheld(text: &str) -> Self {
        let kind = match (text.trim().is_empty(), parse_number(text), text.chars().count()) {
            (true, ..) => "blank".to_owned(),
            (_, Some(_), _) => "a number".to_owned(),
            (_, _, 1) => "a text of 1 character".to_owned(),
            (_, _, characters) => format!("a text of {characters} characters"),
        };
        Self::Withheld(kind)
    }

    /// The same without what it says.
    #[must_use]
    pub fn without_text(self) -> Self {
        match self {
            Self::Shown(text) => Self::withheld(&text),
            other => other,
        }
    }

    /// What it says, where that may be told.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Shown(text) => Some(text),
            Self::Null | Self::Withheld(_) => None,
        }
    }

    /// Whether there is something that is not told.
    #[must_use]
    pub fn is_withheld(&self) -> bool {
        matches!(self, Self::Withheld(_))
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Shown(text) => f.write_str(&quoted(text)),
            Self::Withheld(kind) => write!(f, "({kind}, not shown)"),
        }
    }
}

/// Values with commas between them, at most twenty of them; how many there are, where none of them may be told.
pub(crate) fn told_list(values: &[Told]) -> String {
    const MOST: usize = 20;
    if values.len() > 1 && values.iter().all(Told::is_withheld) {
        return format!("({} different values, not shown)", values.len());
    }
    let more = values.len().saturating_sub(MOST);
    let shown: Vec<String> = values.iter().take(MOST).map(ToString::to_string).collect();
    let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{tail}", shown.join(", "))
}

/// Names of columns for a message. Where the header line is missing, the first row stands in its place, and is not told.
pub(crate) fn told_names(names: &[String]) -> String {
    if looks_like_a_row(names) {
        return format!("not shown, because the first line looks like a row of {} cells", names.len());
    }
    crate::shown::listed(names.iter().map(String::as_str))
}

/// The name of a column for a message, unless it is a value that somebody can be found by.
pub(crate) fn told_name(name: &str) -> String {
    Told::of(name).to_string()
}

/// Whether names of columns are rather the cells of a row, as they are where the header line is missing.
#[must_use]
pub fn looks_like_a_row(names: &[String]) -> bool {
    names.iter().any(|name| name.parse::<f64>().is_ok() || personal::is_personal(name))
}

impl Dataset {
    /// Whether nothing of what a column says may be told: it is an id or declared to be personal or sensitive, its name says so,
    /// or its values do.
    #[must_use]
    pub fn is_private(&self, column: &str) -> bool {
        let by_name = || sensitive_as(column).is_some() || personal::is_named_personal(column);
        let by_values = || self.column(column).and_then(|cells| personal::kind_of_column(column, cells)).is_some();
        self.private_columns().contains(column) || by_name() || by_values()
    }

    /// What may be told of a text of a column.
    #[must_use]
    pub fn told(&self, column: &str, text: &str) -> Told {
        if self.is_private(column) { Told::withheld(text) } else { Told::of(text) }
    }

    /// What may be told of texts that stand in these columns.
    pub(crate) fn told_all<'t>(&self, columns: &[&str], texts: impl IntoIterator<Item = &'t String>) -> Vec<Told> {
        let is_private = columns.iter().any(|column| self.is_private(column));
        texts.into_iter().map(|text| if is_private { Told::withheld(text) } else { Told::of(text) }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::csv;

    #[test]
    fn values_are_told_by_their_kind_where_they_may_not_be_told() {
        assert_eq!(Told::of("a\n").to_string(), r#""a\n""#);
        assert_eq!(Told::of("ann@example.com").to_string(), "(a text of 15 characters, not shown)");
        assert_eq!(Told::of("4111111111111111").to_string(), "(a number, not shown)");
        assert_eq!(Told::withheld(" ").to_string(), "(blank, not shown)");
        assert_eq!(Told::Null.without_text().to_string(), "null");
    }

    #[test]
    fn columns_are_private_by_declaration_by_name_and_by_their_values() {
        let text = "id,score,contact,birth_date,sex,x\n1,0.5,a@example.com,1980-01-01,F,b\n2,0.5,b@example.com,1990-01-01,M,c\n\
                    3,0.5,c@example.com,1985-01-01,F,d\n";
        let (data, _file) = csv(text);
        let private = |data: &Dataset| {
            data.columns().map(|(name, _)| name.to_owned()).filter(|name| data.is_private(name)).collect::<Vec<_>>()
        };
        assert_eq!(private(&data), ["contact", "birth_date", "sex"]);
        let declared = data.with_private_columns(["id", "x"].map(str::to_owned));
        assert_eq!(private(&declared), ["id", "contact", "birth_date", "sex", "x"]);
    }

    #[test]
    fn a_row_in_the_place_of_the_header_is_not_told() {
        let names = |names: &[&str]| told_names(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert_eq!(names(&["age", "sex"]), r#""age", "sex""#);
        assert!(!names(&["Ann Lee", "39"]).contains("Ann"));
        assert!(!names(&["Ann Lee", "ann@example.com"]).contains("Ann"));
    }
}
