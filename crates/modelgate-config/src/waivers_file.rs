//! Waivers in a file of their own: reads it together with the settings, and adds a waiver to its text.

use std::path::{Path, PathBuf};

use modelgate_policy::Date;
use serde_yaml::Value;

use crate::errors::{ConfigError, ConfigErrors};
use crate::keys::WAIVERS;
use crate::kind::Kind;
use crate::locate::{ConfigPath, Locations, locate};
use crate::mistakes::Mistakes;
use crate::node::Node;
use crate::{config, source, structure};

/// The usual name of the file.
pub const WAIVERS_FILE: &str = "modelgate.waivers.yml";

/// Reads the text of a file.
pub(crate) type Open<'a> = &'a dyn Fn(&Path) -> Result<String, Box<ConfigError>>;

/// A file with waivers whose form is sound.
pub(crate) struct WaiversFile {
    pub(crate) name: String,
    pub(crate) text: String,
    locations: Locations,
    value: Value,
}

/// The same with the mistakes that were found in it.
pub(crate) struct Checked<'a> {
    pub(crate) name: &'a str,
    pub(crate) root: Node<'a>,
    pub(crate) mistakes: Mistakes<'a>,
}

impl Checked<'_> {
    /// Every mistake.
    pub(crate) fn into_found(self) -> Vec<ConfigError> {
        self.mistakes.into_found()
    }
}

/// Opens the file that the settings name; `None` where they name none, or nothing may be opened.
pub(crate) fn open(root: &Node<'_>, directory: &Path, open: Option<Open<'_>>) -> Result<Option<WaiversFile>, ConfigErrors> {
    let (Some(written), Some(open)) = (root.text("waivers_file"), open) else { return Ok(None) };
    let path: PathBuf = directory.join(written);
    let name = path.display().to_string();
    let text = open(&path).map_err(|error| ConfigErrors::new(&name, "", vec![*error]))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned();
    let one = |error: Box<ConfigError>| ConfigErrors::new(&name, &text, vec![*error]);
    source::check(&text).map_err(one)?;
    let locations = locate(&text).map_err(one)?;
    let value = config::values(&text, &locations).map_err(one)?;
    Ok(Some(WaiversFile { name, text, locations, value }))
}

impl WaiversFile {
    /// Checks its keys.
    pub(crate) fn checked(&self) -> Checked<'_> {
        let mut mistakes = Mistakes::new(&self.locations);
        structure::check(&self.value, &Kind::Section(&WAIVERS), &ConfigPath::default(), &mut mistakes);
        let root = Node::new(&self.value, &WAIVERS, &self.locations, ConfigPath::default());
        Checked { name: &self.name, root, mistakes }
    }
}

/// A waiver that is about to be written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewWaiver {
    /// The rule; else `control`.
    pub rule: Option<String>,
    /// The control of a pack; else `rule`.
    pub control: Option<String>,
    /// Only this metric.
    pub metric: Option<String>,
    /// Only this slice.
    pub slice: Option<String>,
    /// Only between the groups of these columns.
    pub across: Option<String>,
    /// Why.
    pub reason: String,
    /// Who accepts it.
    pub approved_by: String,
    /// In which role.
    pub approver_role: Option<String>,
    /// Who asked for it.
    pub owner: Option<String>,
    /// The day on which it is accepted.
    pub granted: Option<Date>,
    /// The last day.
    pub expires: String,
    /// What is done instead.
    pub compensating_measure: Option<String>,
    /// Where it is talked about.
    pub ticket: Option<String>,
}

impl NewWaiver {
    /// The lines of a list item, at this indentation.
    fn lines(&self, indent: usize) -> String {
        let granted = self.granted.map(|day| day.to_string());
        let words = [
            ("rule", self.rule.as_ref()),
            ("control", self.control.as_ref()),
            ("metric", self.metric.as_ref()),
            ("slice", self.slice.as_ref()),
            ("across", self.across.as_ref()),
            ("reason", Some(&self.reason)),
            ("approved_by", Some(&self.approved_by)),
            ("approver_role", self.approver_role.as_ref()),
            ("owner", self.owner.as_ref()),
            ("granted", granted.as_ref()),
            ("expires", Some(&self.expires)),
            ("compensating_measure", self.compensating_measure.as_ref()),
            ("ticket", self.ticket.as_ref()),
        ];
        let written = words.into_iter().filter_map(|(key, text)| Some((key, text?)));
        let line = |(index, (key, text)): (usize, (&str, &String))| {
            let mark = if index == 0 { "- " } else { "  " };
            // Days and names of rules are plain words; all else is quoted as JSON, which YAML reads as it is meant.
            let is_plain = ["rule", "metric", "granted", "expires"].contains(&key);
            let value = if is_plain { text.clone() } else { serde_json::to_string(text).unwrap_or_default() };
            format!("{:indent$}{mark}{key}: {value}\n", "")
        };
        written.enumerate().map(line).collect()
    }
}

/// The text of a file with waivers, with one more at its end; a new file where there is no text. `None` where its list is not written
/// so that an item can be put behind it, such as in brackets.
#[must_use]
pub fn with_waiver(text: Option<&str>, waiver: &NewWaiver) -> Option<String> {
    let text = text.unwrap_or("version: 1\nwaivers:\n");
    let is_item = |line: &&str| line.trim_start().starts_with("- ");
    let indent = source::lines(text).find(is_item).map_or(2, |line| line.len() - line.trim_start().len());
    let text = if text.is_empty() || text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") };
    let edited = format!("{text}{}", waiver.lines(indent));
    let read = |text: &str| serde_yaml::from_str::<Value>(text).ok();
    let list = |value: &Value| value.get("waivers").and_then(Value::as_sequence).cloned().unwrap_or_default();
    let (before, after) = (read(&text)?, read(&edited)?);
    // Nothing but one item more may follow from the new lines.
    let same = list(&after).get(..list(&before).len()) == Some(list(&before).as_slice());
    let others =
        |value: &Value| value.as_mapping().map(|map| map.iter().filter(|(key, _)| key.as_str() != Some("waivers")).count());
    let one_more = list(&after).len() == list(&before).len() + 1 && others(&before) == others(&after);
    (same && one_more).then_some(edited)
}

/// The text of settings that name this file with waivers. `None` where the key cannot be put at their end.
#[must_use]
pub fn with_waivers_file(text: &str, file: &str) -> Option<String> {
    let break_before = if text.ends_with('\n') { "" } else { "\n" };
    let edited = format!("{text}{break_before}waivers_file: {}\n", serde_json::to_string(file).ok()?);
    let mut wanted: Value = serde_yaml::from_str(text).ok()?;
    wanted.as_mapping_mut()?.insert(Value::String("waivers_file".to_owned()), Value::String(file.to_owned()));
    (serde_yaml::from_str::<Value>(&edited).ok()? == wanted).then_some(edited)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn waiver() -> NewWaiver {
        NewWaiver {
            rule: Some("metric-regression".to_owned()),
            slice: Some("sex=F".to_owned()),
            reason: "known: it's \"new\"".to_owned(),
            approved_by: "@risk".to_owned(),
            expires: "2026-12-31".to_owned(),
            ..NewWaiver::default()
        }
    }

    #[test]
    fn an_item_is_put_behind_the_list_and_nothing_else_changes() {
        let new = with_waiver(None, &waiver()).unwrap();
        assert!(new.starts_with("version: 1\nwaivers:\n  - rule: metric-regression\n    slice: \"sex=F\"\n"), "{new}");
        let more = with_waiver(Some(&new), &waiver()).unwrap();
        assert!(more.starts_with(&new) && more.matches("- rule").count() == 2);
        let read: Value = serde_yaml::from_str(&more).unwrap();
        assert_eq!(read["waivers"][1]["reason"].as_str(), Some("known: it's \"new\""));
        let flush = "version: 1\nwaivers:\n- {rule: x}\n# the end";
        assert!(with_waiver(Some(flush), &waiver()).unwrap().contains("# the end\n- rule: metric-regression\n  slice"));
    }

    #[test]
    fn a_list_in_brackets_or_in_the_middle_is_refused() {
        assert_eq!(with_waiver(Some("version: 1\nwaivers: [{rule: x}]\n"), &waiver()), None);
        assert_eq!(with_waiver(Some("waivers:\n  - {rule: x}\nversion: 1\n"), &waiver()), None);
    }

    #[test]
    fn settings_name_the_file_at_their_end() {
        assert_eq!(with_waivers_file("a: 1", "w.yml").as_deref(), Some("a: 1\nwaivers_file: \"w.yml\"\n"));
        assert_eq!(with_waivers_file("{a: 1}\n", "w.yml"), None);
    }
}
