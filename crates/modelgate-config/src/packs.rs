//! Reads packs: those that come with modelgate, and users' own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use modelgate_policy::{Applies, ChosenPack, Class, Control, Date, Expression, Origin, Pack};

use crate::errors::{ConfigError, ConfigErrors, shown};
use crate::expression;
use crate::keys::PACK;
use crate::kind::Kind;
use crate::locate::{ConfigPath, locate};
use crate::mistakes::Mistakes;
use crate::node::Node;
use crate::suggest::did_you_mean;
use crate::{config, source, structure};

/// A pack that comes with modelgate: its name and its text.
macro_rules! shipped {
    ($($id:literal),+ $(,)?) => {
        /// Every pack that comes with modelgate, by name, with its text.
        const SHIPPED: &[(&str, &str)] = &[$(($id, include_str!(concat!("../packs/", $id, ".yml")))),+];
    };
}

shipped![
    "eu-ai-act",
    "nyc-ll144",
    "gdpr",
    "nist-ai-rmf",
    "iso-42001",
    "ccpa-admt",
    "us-employment",
    "ecoa-reg-b",
    "sr-26-2",
    "colorado-sb26-189",
    "colorado-sb24-205",
    "canada-dadm",
    "ai-verify",
    "iso-23894",
    "iso-tr-24027",
];

/// Other names under which people look for a pack.
const ALIASES: [(&str, &str); 6] = [
    ("sr-11-7", "sr-26-2"),
    ("ll144", "nyc-ll144"),
    ("nist-rmf", "nist-ai-rmf"),
    ("reg-b", "ecoa-reg-b"),
    ("four-fifths", "us-employment"),
    ("colorado", "colorado-sb26-189"),
];

/// A choice of the settings: a pack's name or file, and whether it is enforced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackChoice {
    /// Which pack.
    pub which: WhichPack,
    /// Whether its controls can fail the gate.
    pub enforce: bool,
    /// Where it is chosen.
    pub origin: Origin,
}

/// Which pack is chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhichPack {
    /// One that comes with modelgate.
    Shipped(String),
    /// A file.
    File(PathBuf),
}

/// The names of the packs that come with modelgate.
pub fn shipped_packs() -> impl Iterator<Item = &'static str> {
    SHIPPED.iter().map(|(id, _)| *id)
}

/// A pack that comes with modelgate; `None` where there is none of this name or alias.
#[must_use]
pub fn shipped_pack(id: &str) -> Option<Result<Pack, ConfigErrors>> {
    let (id, text) = shipped(id)?;
    Some(parse_pack(&format!("packs/{id}.yml"), text))
}

/// The name and the text of a pack, by its name or an alias.
fn shipped(id: &str) -> Option<(&'static str, &'static str)> {
    let id = ALIASES.iter().find(|(alias, _)| *alias == id).map_or(id, |(_, pack)| *pack);
    SHIPPED.iter().find(|(known, _)| *known == id).copied()
}

/// Reads a pack from a file.
pub fn load_pack(path: &Path) -> Result<Pack, ConfigErrors> {
    let file_name = path.display().to_string();
    let text = source::read(path).map_err(|error| ConfigErrors::new(&file_name, "", vec![*error]))?;
    parse_pack(&file_name, &text)
}

/// The name and the text of a pack's file.
pub fn pack_source(which: &WhichPack) -> Result<(String, String), ConfigErrors> {
    match which {
        WhichPack::File(path) => {
            let name = path.display().to_string();
            let text = source::read(path).map_err(|error| ConfigErrors::new(&name, "", vec![*error]))?;
            Ok((name, text))
        }
        WhichPack::Shipped(id) => match shipped(id) {
            Some((id, text)) => Ok((format!("packs/{id}.yml"), text.to_owned())),
            None => Err(ConfigErrors::new(id, "", vec![unknown_pack(id)])),
        },
    }
}

/// Reads the chosen packs. The errors are those of the first file that has some.
pub fn load_packs(choices: &[PackChoice]) -> Result<Vec<ChosenPack>, ConfigErrors> {
    let load = |choice: &PackChoice| {
        let (name, text) = pack_source(&choice.which)?;
        let pack = parse_pack(&name, &text)?;
        Ok(ChosenPack { pack, enforce: choice.enforce, origin: choice.origin.clone(), before: None })
    };
    let packs: Vec<ChosenPack> = choices.iter().map(load).collect::<Result<_, _>>()?;
    let mut seen = BTreeMap::new();
    for (chosen, choice) in packs.iter().zip(choices) {
        if let Some(first) = seen.insert(&chosen.pack.id, choice.origin.line) {
            let message = format!("two chosen packs are called {}", shown(&chosen.pack.id));
            let error = ConfigError::new("duplicate-pack", message).note(format!("the first one is at line {first} of `packs`"));
            let file =
                if let WhichPack::File(path) = &choice.which { path.display().to_string() } else { chosen.pack.id.clone() };
            return Err(ConfigErrors::new(&file, "", vec![error.help("give your own pack another name")]));
        }
    }
    Ok(packs)
}

/// The choices of `packs`.
pub(crate) fn choices(root: &Node<'_>, directory: &Path, mistakes: &mut Mistakes<'_>) -> Vec<PackChoice> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut found = Vec::new();
    for (path, node, text) in root.texts_or_sections("packs") {
        let id = text.or_else(|| node.as_ref()?.text("id"));
        let id_path = node.as_ref().map_or_else(|| path.clone(), |node| node.at("id"));
        let file = node.as_ref().and_then(|node| node.text("path"));
        let line = mistakes.line(&path);
        if let Some(id) = &id
            && shipped(id).is_none()
        {
            mistakes.at_value(&id_path, unknown_pack(id));
            continue;
        }
        let name = id.as_deref().and_then(shipped).map(|(id, _)| id.to_owned()).or_else(|| file.clone());
        let Some(name) = name else { continue };
        if let Some(first) = seen.insert(name.clone(), line) {
            let error = ConfigError::new("duplicate-item", format!("{} stands twice in `packs`", shown(&name)));
            mistakes.at_value(&id_path, error.note(format!("the first one is at line {first}")).help("keep one of them"));
        }
        let which = match (id, file) {
            (Some(id), _) => WhichPack::Shipped(shipped(&id).map_or(id, |(id, _)| id.to_owned())),
            (None, Some(file)) => WhichPack::File(directory.join(file)),
            (None, None) => continue,
        };
        let enforce = node.is_some_and(|node| node.flag("enforce"));
        found.push(PackChoice { which, enforce, origin: Origin { file: None, path: path.to_string(), line } });
    }
    found
}

fn unknown_pack(id: &str) -> ConfigError {
    let error = ConfigError::new("unknown-pack", format!("there is no pack {}", shown(id)));
    error
        .helps(did_you_mean(id, shipped_packs()))
        .help("`modelgate packs list` shows all of them; `{path: FILE}` names one of your own")
}

/// The longest that a failure of this control may be waived, in days; an error where no shipped pack has such a control.
/// Controls of a user's own packs are known only when those are read.
pub(crate) fn check_control(name: &str) -> Result<Option<u32>, Box<ConfigError>> {
    let unknown = |known: Vec<String>| {
        let error = ConfigError::new("unknown-control", format!("there is no control {}", shown(name)));
        let error = error.helps(did_you_mean(name, known.iter().map(String::as_str)));
        Box::new(error.help("`modelgate packs show ID` lists the controls of a pack; their names are `PACK/ANCHOR`"))
    };
    let Some((id, anchor)) = name.split_once('/') else { return Err(unknown(Vec::new())) };
    let Some(Ok(pack)) = shipped_pack(id) else { return Ok(None) };
    if pack.control(anchor).is_none() {
        return Err(unknown(pack.controls.iter().map(|control| pack.name_of(control)).collect()));
    }
    Ok(Some(pack.max_waiver_days))
}

/// Reads the text of a pack.
pub fn parse_pack(file_name: &str, text: &str) -> Result<Pack, ConfigErrors> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let one = |error: Box<ConfigError>| ConfigErrors::new(file_name, text, vec![*error]);
    source::check(text).map_err(one)?;
    let locations = locate(text).map_err(one)?;
    let value = config::values(text, &locations).map_err(one)?;
    let mut mistakes = Mistakes::new(&locations);
    structure::check(&value, &Kind::Section(&PACK), &ConfigPath::default(), &mut mistakes);
    let root = Node::new(&value, &PACK, &locations, ConfigPath::default());
    let pack = pack(&root, &mut mistakes);
    check(&root, &pack, &mut mistakes);
    let found = mistakes.into_found();
    if found.is_empty() { Ok(pack) } else { Err(ConfigErrors::new(file_name, text, found)) }
}

fn day(node: &Node<'_>, key: &str) -> Option<Date> {
    node.text(key).and_then(|text| Date::parse(&text))
}

fn pack(root: &Node<'_>, mistakes: &mut Mistakes<'_>) -> Pack {
    let text = |key: &str| root.text(key).unwrap_or_default();
    Pack {
        id: text("pack"),
        version: text("edition"),
        title: text("title"),
        jurisdiction: text("jurisdiction"),
        citation: text("citation"),
        reference: text("reference"),
        dated: day(root, "dated").unwrap_or(Date::LAST),
        verified_on: day(root, "verified_on"),
        applies: Applies { from: day(root, "applies_from"), until: day(root, "applies_until") },
        superseded_by: root.text("superseded_by"),
        applies_if: conditions(root, "applies_if", mistakes),
        max_waiver_days: root.whole("max_waiver_days"),
        note: root.text("note"),
        controls: root.sections("controls").iter().map(|node| control(node, mistakes)).collect(),
    }
}

fn control(node: &Node<'_>, mistakes: &mut Mistakes<'_>) -> Control {
    let text = |key: &str| node.text(key).unwrap_or_default();
    Control {
        anchor: text("at"),
        cites: text("cites"),
        title: text("title"),
        class: node.text("class").and_then(|id| Class::parse(&id)).unwrap_or(Class::Human),
        applies_if: conditions(node, "applies_if", mistakes),
        applies: Applies { from: day(node, "applies_from"), until: day(node, "applies_until") },
        evidence: conditions(node, "evidence", mistakes),
        independent: node.flag("independent"),
        feeds: node.texts("feeds").into_iter().map(|(_, name)| name).collect(),
        verified: node.flag("verified"),
        note: node.text("note"),
    }
}

/// Conditions that must all hold; `None` where there are none.
fn conditions(node: &Node<'_>, key: &str, mistakes: &mut Mistakes<'_>) -> Option<Expression> {
    let mut found = Vec::new();
    for (path, text) in node.texts(key) {
        match expression::read(&text) {
            Ok(expression) => found.push(expression),
            Err(error) => mistakes.at_value(&path, *error),
        }
    }
    match found.len() {
        0 => None,
        1 => found.pop(),
        _ => Some(Expression::All(found)),
    }
}

/// What a pack must not be: its own successor, ending before it begins, with an anchor twice, or with a class that does not fit
/// its evidence.
fn check(root: &Node<'_>, pack: &Pack, mistakes: &mut Mistakes<'_>) {
    if pack.superseded_by.as_ref() == Some(&pack.id) {
        let error = ConfigError::new("circular-pack", format!("{} would take its own place", shown(&pack.id)));
        mistakes.at_value(&root.at("superseded_by"), error.help("name the pack that took its place, or delete the key"));
    }
    check_order(root, pack.applies, mistakes);
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for (node, control) in root.sections("controls").iter().zip(&pack.controls) {
        let path = node.at("at");
        let line = mistakes.line(&path);
        if let Some(first) = seen.get(control.anchor.as_str()) {
            let error = ConfigError::new("duplicate-item", format!("the anchor {} stands twice", shown(&control.anchor)));
            mistakes.at_value(&path, error.note(format!("the first one is at line {first}")).help("keep one of them"));
        }
        seen.entry(&control.anchor).or_insert(line);
        check_order(node, control.applies, mistakes);
        if let Some((message, help)) = misfit(control, node.has("evidence")) {
            mistakes.at_value(&node.at("class"), ConfigError::new("class-and-evidence", message).help(help));
        }
    }
}

fn check_order(node: &Node<'_>, applies: Applies, mistakes: &mut Mistakes<'_>) {
    if let Applies { from: Some(from), until: Some(until) } = applies
        && until < from
    {
        let error = ConfigError::new("out-of-order", format!("it applies until {until}, before it begins on {from}"));
        mistakes.at_value(&node.at("applies_until"), error.help("exchange the days"));
    }
}

/// Why a control's class does not fit its evidence.
fn misfit(control: &Control, has_evidence: bool) -> Option<(&'static str, &'static str)> {
    let measures = control.evidence.as_ref().is_some_and(|evidence| !evidence.mentions().1.is_empty());
    match control.class {
        Class::Auto if !has_evidence => Some(("what a run decides needs evidence", "write `evidence`, or another class")),
        Class::Mixed if !measures && has_evidence => {
            Some(("a run supplies no evidence: only facts are asked for", "write `class: human`, or ask for a measurement"))
        }
        Class::Mixed if !has_evidence => Some(("a run supplies no evidence", "write `evidence`, or `class: human`")),
        Class::Human if measures => Some(("a measurement is asked for", "write `class: mixed`, or ask for facts only")),
        Class::NotApplicable if has_evidence => {
            Some(("what no tool can see has no evidence", "delete `evidence`, or write another class"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
