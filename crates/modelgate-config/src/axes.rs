//! Reads the columns that rows are cut by, and the slices that gates and waivers name.

use std::collections::BTreeMap;

use modelgate_cube::{Axis, AxisKind, MISSING, Slice, Term};
use modelgate_data::CountAxis;

use crate::errors::{ConfigError, listed, shown};
use crate::locate::ConfigPath;
use crate::mistakes::Mistakes;
use crate::node::Node;
use crate::suggest::did_you_mean;

/// The declared ways of cutting rows.
#[derive(Debug, Default)]
pub(crate) struct Axes {
    /// In written order.
    pub(crate) declared: Vec<CountAxis>,
    /// Where each column is named.
    pub(crate) columns: Vec<(ConfigPath, String)>,
    /// How many are crossed.
    pub(crate) depth: u8,
    /// Whether every declared one could be read: if not, unknown names may be of those.
    complete: bool,
}

/// Reads `evaluation.slices` and `evaluation.intersection_depth`.
pub(crate) fn read(evaluation: &Node<'_>, roles: &[(&str, ConfigPath, String)], mistakes: &mut Mistakes<'_>) -> Axes {
    let mut axes = Axes { depth: evaluation.whole("intersection_depth"), complete: true, ..Axes::default() };
    let mut sections = evaluation.sections("slices").into_iter();
    for (path, item) in evaluation.items("slices") {
        let named = item.as_str().map(|column| (path.clone(), column.to_owned(), path.clone()));
        let section = if item.is_mapping() { sections.next() } else { None };
        let written = named.or_else(|| {
            let section = section.as_ref()?;
            let name_path = if section.has("name") { section.at("name") } else { section.at("column") };
            Some((section.at("column"), section.text("column")?, name_path))
        });
        let Some((column_path, column, name_path)) = written.filter(|(_, column, _)| !column.trim().is_empty()) else {
            axes.complete = false;
            continue;
        };
        let name = section.as_ref().and_then(|section| section.text("name")).unwrap_or_else(|| column.clone());
        let kind = section.as_ref().map_or(AxisKind::Categorical, |section| kind(section, mistakes));
        let axis = CountAxis { axis: Axis { name, kind }, column };
        check_name(&axis.axis.name, &name_path, &axes, mistakes);
        check_column(&axis, &column_path, &axes, roles, mistakes);
        axes.columns.push((column_path, axis.column.clone()));
        axes.declared.push(axis);
    }
    axes
}

fn kind(section: &Node<'_>, mistakes: &mut Mistakes<'_>) -> AxisKind {
    if !section.has("bins") {
        return AxisKind::Categorical;
    }
    let numbered = section.items("bins").filter_map(|(path, value)| Some((path, value.as_f64()?)));
    let bins: Vec<(ConfigPath, f64)> = numbered.filter(|(_, edge)| edge.is_finite()).collect();
    for pair in bins.windows(2) {
        if let [(_, before), (path, edge)] = pair
            && edge <= before
        {
            let error = ConfigError::new("bins-not-increasing", format!("the bin edge {edge} does not come after {before}"));
            mistakes.at_value(path, error.help("write the edges from the smallest to the largest, each once"));
        }
    }
    AxisKind::Binned { edges: bins.into_iter().map(|(_, edge)| edge).collect() }
}

/// A name must be fit to be written in `name=level & name=level`, and stand for one thing.
fn check_name(name: &str, path: &ConfigPath, axes: &Axes, mistakes: &mut Mistakes<'_>) {
    if name.contains(['=', '&']) || name.trim() != name || name.chars().any(char::is_control) {
        let message = format!("slices cannot be called {}", shown(name));
        let error = ConfigError::new("invalid-slice-name", message).note("it would not be clear where the name ends");
        mistakes.at_value(path, error.help("give the column another `name`, without `=`, `&` and spaces at its ends"));
    }
    if axes.get(name).is_some() {
        let error = ConfigError::new("duplicate-slice-name", format!("two slice columns are called {}", shown(name)));
        mistakes.at_value(path, error.help("delete one, or give it another `name`"));
    }
}

/// A column that is a label, an id and the like cuts rows into slices about which nothing can be said; and a column is
/// read either as names or as numbers.
fn check_column(
    axis: &CountAxis,
    path: &ConfigPath,
    axes: &Axes,
    roles: &[(&str, ConfigPath, String)],
    mistakes: &mut Mistakes<'_>,
) {
    let categorical = axis.axis.kind == AxisKind::Categorical;
    let column = shown(&axis.column);
    if let Some((role, ..)) = roles.iter().find(|(.., name)| *name == axis.column) {
        let cure = match *role {
            "label" | "prediction" | "id" | "split" => "delete it here",
            "score" | "weight" if categorical => "give it `bins`",
            _ => return,
        };
        let error = ConfigError::new("role-as-slice", format!("{column} is the {role} column and cannot cut rows into slices"));
        mistakes.at_value(path, error.help(cure));
    }
    let other = axes.declared.iter().find(|other| other.column == axis.column);
    if other.is_some_and(|other| (other.axis.kind == AxisKind::Categorical) != categorical) {
        let error = ConfigError::new("bins-and-values", format!("{column} is cut both by its values and by bins"));
        mistakes.at_value(path, error.help("keep one of the two"));
    }
}

impl Axes {
    fn get(&self, name: &str) -> Option<&CountAxis> {
        self.declared.iter().find(|axis| axis.axis.name == name)
    }

    /// Whether it is certain that no slices are made.
    pub(crate) fn none(&self) -> bool {
        self.complete && (self.declared.is_empty() || self.depth == 0)
    }

    /// Reads a slice such as `sex=F & age_band=65+`.
    pub(crate) fn slice(&self, text: &str, path: &ConfigPath, mistakes: &mut Mistakes<'_>) -> Option<Slice> {
        let Some(slice) = Slice::parse(text) else {
            let error = ConfigError::new("invalid-slice", format!("{} is not a slice", shown(text)));
            let error = error.label("every condition is `name=value`, each name once").help(self.example());
            mistakes.at_value(path, error);
            return None;
        };
        self.check_depth(slice.terms().len(), path, mistakes);
        for term in slice.terms() {
            self.check_term(term, path, mistakes);
        }
        Some(slice)
    }

    /// Reads a set of axes such as `race & sex`; sorted.
    pub(crate) fn across(&self, text: &str, path: &ConfigPath, mistakes: &mut Mistakes<'_>) -> Vec<String> {
        let mut names: Vec<String> = text.split('&').map(|name| name.trim().to_owned()).collect();
        for name in &names {
            self.check_axis(name, path, mistakes);
        }
        self.check_depth(names.len(), path, mistakes);
        names.sort();
        if names.windows(2).any(|pair| matches!(pair, [a, b] if a == b)) {
            mistakes.at_value(path, ConfigError::new("invalid-slice", format!("{} names a slice column twice", shown(text))));
        }
        names
    }

    fn example(&self) -> String {
        let names: Vec<&str> = self.declared.iter().map(|axis| axis.axis.name.as_str()).take(2).collect();
        match names.as_slice() {
            [] => "write `name=value`, or several with ` & ` between them".to_owned(),
            names => {
                format!("write {}", shown(&names.iter().map(|name| format!("{name}=value")).collect::<Vec<_>>().join(" & ")))
            }
        }
    }

    fn check_depth(&self, crossed: usize, path: &ConfigPath, mistakes: &mut Mistakes<'_>) {
        if crossed <= usize::from(self.depth) {
            return;
        }
        let message = format!("{crossed} slice columns are crossed here, and `evaluation.intersection_depth` is {}", self.depth);
        let help = if crossed <= 2 { format!("set `intersection_depth: {crossed}`") } else { "name at most 2".to_owned() };
        mistakes.at_value(path, ConfigError::new("too-many-crossed", message).help(help));
    }

    /// Whether an axis of this name is declared; else says what was meant.
    fn check_axis(&self, name: &str, path: &ConfigPath, mistakes: &mut Mistakes<'_>) -> Option<&CountAxis> {
        let known = self.get(name);
        if known.is_none() && self.complete {
            let names = || self.declared.iter().map(|axis| axis.axis.name.as_str());
            let error = ConfigError::new("unknown-slice-column", format!("there is no slice column {}", shown(name)));
            let renamed = self.declared.iter().find(|axis| axis.column == name);
            let renamed = renamed.map(|axis| format!("its slices are called {}", shown(&axis.axis.name)));
            let similar = renamed.or_else(|| did_you_mean(name, names()));
            let error = if self.declared.is_empty() {
                error.help("name the columns to cut rows by in `evaluation.slices`")
            } else {
                let note = format!("`evaluation.slices` declares {}", listed(names(), 20));
                error.note(note).help(similar.unwrap_or_else(|| "name one of these, or add the column there".to_owned()))
            };
            mistakes.at_value(path, error);
        }
        known
    }

    fn check_term(&self, term: &Term, path: &ConfigPath, mistakes: &mut Mistakes<'_>) {
        let Some(axis) = self.check_axis(&term.axis, path, mistakes) else { return };
        let Some(level) = &term.level else { return };
        let named = |text: &str| text.split_once('=').is_some_and(|(name, _)| self.get(name.trim()).is_some());
        if level.is_empty() {
            let error = ConfigError::new("invalid-slice", format!("{} has no value here", shown(&term.axis)));
            mistakes.at_value(
                path,
                error.help(format!("write {} for rows without a value", shown(&format!("{}={MISSING}", term.axis)))),
            );
        } else if level.split_once('&').is_some_and(|(_, rest)| named(rest)) {
            let error = ConfigError::new("invalid-slice", "conditions are not told apart here");
            mistakes.at_value(path, error.help("put a space on both sides of `&`"));
        } else {
            check_bin(&axis.axis, level, path, mistakes);
        }
    }
}

fn check_bin(axis: &Axis, level: &str, path: &ConfigPath, mistakes: &mut Mistakes<'_>) {
    let AxisKind::Binned { edges } = &axis.kind else { return };
    if edges.is_empty() || !edges.is_sorted_by(|before, edge| before < edge) {
        return;
    }
    let starts = std::iter::once(f64::NEG_INFINITY).chain(edges.iter().copied());
    let bins: Vec<String> = starts.filter_map(|start| axis.bin_label(start)).collect();
    if !bins.iter().any(|bin| bin == level) {
        let error = ConfigError::new("unknown-bin", format!("{} has no bin {}", shown(&axis.name), shown(level)));
        let error = error.note(format!("its bins are {}", listed(bins.iter().map(String::as_str), 20)));
        mistakes.at_value(path, error.helps(did_you_mean(level, bins.iter().map(String::as_str))));
    }
}

/// Finds parts of a list that mean the same in other words.
pub(crate) fn check_repeated<T: Ord>(parts: &[(ConfigPath, T)], mistakes: &mut Mistakes<'_>) {
    let mut seen: BTreeMap<&T, usize> = BTreeMap::new();
    for (path, part) in parts {
        let line = mistakes.locations.value(path).line;
        if let Some(first) = seen.get(part) {
            let error = ConfigError::new("duplicate-item", "this is the same as an item above");
            mistakes.at_value(path, error.note(format!("the first one is at line {first}")).help("keep one of them"));
        }
        seen.entry(part).or_insert(line);
    }
}
