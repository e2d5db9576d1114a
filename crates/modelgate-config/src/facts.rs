//! Reads `modelgate.system.yml`: what people declare about a system and attest of it, with what contradicts itself.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use modelgate_cube::Digest;
use modelgate_policy::{Date, Fact, FactValue, Facts, Origin, RuleId, Statement, is_account_of};
use serde_yaml::Value;

use crate::errors::{ConfigError, ConfigErrors, shown};
use crate::keys::{SYSTEM, all_keys};
use crate::kind::{Kind, Section};
use crate::locate::{ConfigPath, Locations, locate};
use crate::mistakes::Mistakes;
use crate::node::Node;
use crate::suggest::did_you_mean;
use crate::{config, packs, source, structure};

/// The usual name of the file.
pub const SYSTEM_FILE: &str = "modelgate.system.yml";

/// Reads the facts of a system. The errors hold every mistake.
pub fn load_facts(path: &Path) -> Result<Facts, ConfigErrors> {
    let file_name = path.display().to_string();
    let text = source::read(path).map_err(|error| ConfigErrors::new(&file_name, "", vec![*error]))?;
    parse_facts(&file_name, &text)
}

/// Facts of which none is declared: what may be is known all the same.
#[must_use]
pub fn no_facts() -> Facts {
    Facts { titles: titles(), ..Facts::default() }
}

/// Reads the text of such a file.
pub fn parse_facts(file_name: &str, text: &str) -> Result<Facts, ConfigErrors> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let one = |error: Box<ConfigError>| ConfigErrors::new(file_name, text, vec![*error]);
    source::check(text).map_err(one)?;
    let locations = locate(text).map_err(one)?;
    let value = config::values(text, &locations).map_err(one)?;
    let mut mistakes = Mistakes::new(&locations);
    structure::check(&value, &Kind::Section(&SYSTEM), &ConfigPath::default(), &mut mistakes);
    let root = Node::new(&value, &SYSTEM, &locations, ConfigPath::default());
    let mut values = BTreeMap::new();
    collect(&value, &SYSTEM, &ConfigPath::default(), &locations, &mut values);
    let statements = root.sections("statements").iter().filter_map(|node| statement(node, &mut mistakes)).collect();
    let facts =
        Facts { file: file_name.to_owned(), digest: digest(&values), values, titles: titles(), statements, declared_at: None };
    check(&root, &facts, &mut mistakes);
    let found = mistakes.into_found();
    if found.is_empty() { Ok(facts) } else { Err(ConfigErrors::new(file_name, text, found)) }
}

/// Every place of a fact with what is declared there. Lists of things are one place.
fn collect(value: &Value, section: &Section, path: &ConfigPath, locations: &Locations, facts: &mut BTreeMap<String, Fact>) {
    for key in section.keys.iter().filter(|key| !["version", "statements"].contains(&key.name)) {
        let Some(below) = value.get(key.name) else { continue };
        let here = path.key(key.name);
        if let Kind::Section(section) = key.kind {
            collect(below, section, &here, locations, facts);
        } else if let Some(value) = fact(below, &key.kind) {
            let origin = Origin { file: None, path: here.to_string(), line: locations.key(&here).line };
            facts.insert(here.to_string(), Fact { value, origin });
        }
    }
}

/// A value as the table says what it is.
fn fact(value: &Value, kind: &Kind) -> Option<FactValue> {
    match (kind, value) {
        (Kind::Date, Value::String(text)) => Date::parse(text).map(FactValue::Date),
        (_, Value::String(text)) if !text.trim().is_empty() => Some(FactValue::Text(text.trim().to_owned())),
        (_, Value::Bool(flag)) => Some(FactValue::Flag(*flag)),
        (_, Value::Number(number)) => number.as_f64().map(FactValue::Number),
        (Kind::List(list), Value::Sequence(items)) => match list.item {
            Kind::Section(section) => Some(FactValue::Items(items.iter().map(|item| thing(item, section)).collect())),
            _ => Some(FactValue::Texts(items.iter().filter_map(Value::as_str).map(|text| text.trim().to_owned()).collect())),
        },
        _ => None,
    }
}

fn thing(value: &Value, section: &Section) -> BTreeMap<String, FactValue> {
    let of_key = |key: &crate::kind::Key| Some((key.name.to_owned(), fact(value.get(key.name)?, &key.kind)?));
    section.keys.iter().filter_map(of_key).collect()
}

/// The digest of what is declared, whatever the file's layout, comments and statements.
fn digest(values: &BTreeMap<String, Fact>) -> String {
    let lines: Vec<String> = values.iter().map(|(place, fact)| format!("{place} = {:?}\n", fact.value)).collect();
    Digest::of(lines.concat().as_bytes()).to_string()
}

fn statement(node: &Node<'_>, mistakes: &mut Mistakes<'_>) -> Option<Statement> {
    let day = |key: &str| node.text(key).and_then(|text| Date::parse(&text));
    let digest = node.text("evidence_digest").unwrap_or_default().trim().to_lowercase();
    let digest = digest.strip_prefix("sha256:").unwrap_or(&digest).to_owned();
    if node.has("evidence_digest") && digest.parse::<Digest>().is_err() {
        let error = ConfigError::new("invalid-digest", "`evidence_digest` must be 64 hexadecimal digits");
        mistakes
            .at_value(&node.at("evidence_digest"), error.help("copy it from `control-matrix.md` of the run that was looked at"));
    }
    for (path, name) in node.texts("for") {
        if let Err(error) = packs::check_control(&name) {
            mistakes.at_value(&path, *error);
        }
    }
    if let (Some(date), Some(review_by)) = (day("date"), day("review_by"))
        && review_by < date
    {
        let error = ConfigError::new("out-of-order", format!("`review_by` is {review_by}, before `date`, which is {date}"));
        mistakes.at_value(&node.at("review_by"), error.help("write the later day"));
    }
    Some(Statement {
        id: node.text("id")?,
        controls: node.texts("for").into_iter().map(|(_, name)| name).collect(),
        text: node.text("text")?,
        by: node.text("by")?,
        role: node.text("role")?,
        date: day("date")?,
        evidence_digest: digest,
        review_by: day("review_by"),
        origin: Origin { file: None, path: node.path.to_string(), line: mistakes.line(&node.path) },
        void: None,
    })
}

/// What each place is for.
fn titles() -> BTreeMap<String, String> {
    places().iter().map(|(place, (_, title))| (place.clone(), (*title).to_owned())).collect()
}

/// Every place of a fact with the kind of its value and what it is for. What is in a list of things is no place.
pub(crate) fn places() -> &'static Places {
    static PLACES: LazyLock<Places> = LazyLock::new(find_places);
    &PLACES
}

/// Places by their names.
type Places = BTreeMap<String, (&'static Kind, &'static str)>;

fn find_places() -> Places {
    let is_place = |path: &str, kind: &Kind| {
        !path.contains("[]") && !matches!(kind, Kind::Section(_)) && !["version", "statements"].contains(&path)
    };
    let keys = all_keys(&SYSTEM, "").into_iter();
    keys.filter(|(path, key)| is_place(path, &key.kind)).map(|(path, key)| (path, (&key.kind, key.doc))).collect()
}

/// What contradicts itself, stands twice, or is about nothing.
fn check(root: &Node<'_>, facts: &Facts, mistakes: &mut Mistakes<'_>) {
    for list in ["data", "risks", "predetermined_changes", "statements"] {
        check_ids(root, list, mistakes);
    }
    check_reviewers(root, mistakes);
    check_class(root, facts, mistakes);
    check_decision(root, mistakes);
    check_bounds(root, facts, mistakes);
    check_order(root, facts, mistakes);
}

/// Days of which the first cannot be after the second.
const ORDER: [(&str, &str); 2] = [("posted_on", "posted_until"), ("distribution_date", "last_used")];

fn check_order(root: &Node<'_>, facts: &Facts, mistakes: &mut Mistakes<'_>) {
    let employment = root.section("employment");
    let day = |key: &str| match facts.get(&format!("employment.{key}")) {
        Some(FactValue::Date(day)) => Some(*day),
        _ => None,
    };
    for (first, second) in ORDER {
        if let (Some(before), Some(after)) = (day(first), day(second))
            && after < before
        {
            let error = ConfigError::new("out-of-order", format!("`{second}` is {after}, before `{first}`, which is {before}"));
            mistakes.at_value(&employment.at(second), error.help("write the later day"));
        }
    }
}

fn check_ids(root: &Node<'_>, list: &str, mistakes: &mut Mistakes<'_>) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for node in root.sections(list) {
        let (Some(id), path) = (node.text("id"), node.at("id")) else { continue };
        let line = mistakes.line(&path);
        if let Some(first) = seen.get(&id) {
            let error = ConfigError::new("duplicate-item", format!("{} stands twice in `{list}`", shown(&id)));
            mistakes
                .at_value(&path, error.note(format!("the first one is at line {first}")).help("give one of them another name"));
        }
        seen.entry(id).or_insert(line);
    }
}

/// Whom a review on the forge is taken from, for controls that exist.
fn check_reviewers(root: &Node<'_>, mistakes: &mut Mistakes<'_>) {
    let mut seen: Vec<String> = Vec::new();
    for node in root.sections("reviewers") {
        for (path, name) in node.texts("for").into_iter().filter(|(_, name)| name.contains('/')) {
            if let Err(error) = packs::check_control(&name) {
                mistakes.at_value(&path, *error);
            }
        }
        let Some(account) = node.text("account") else { continue };
        if seen.iter().any(|other| is_account_of(&account, other)) {
            let error = ConfigError::new("duplicate-item", format!("{} stands twice in `reviewers`", shown(&account)));
            mistakes.at_value(&node.at("account"), error.help("write all of its controls into one list"));
        }
        seen.push(account);
    }
}

fn contradiction(message: &str, note: &str, help: &str) -> ConfigError {
    ConfigError::new("contradictory-facts", message).note(note).help(help)
}

/// The declared class against what the law says of the use.
fn check_class(root: &Node<'_>, facts: &Facts, mistakes: &mut Mistakes<'_>) {
    let class = root.section("risk_class");
    let (path, declared) = (class.at("eu_ai_act"), class.text("eu_ai_act"));
    let Some(declared) = declared.filter(|declared| ["minimal", "limited"].contains(&declared.as_str())) else { return };
    let decision = root.section("decision");
    let is_profiling = decision.flag_at("profiling") == Some(true);
    let has_reason = class.has("not_high_risk_reason");
    let named_use = class.text("annex_iii").or_else(|| in_annex_iii(&decision.text("kind")?).map(str::to_owned));
    let in_union = facts.texts("markets").is_empty() || facts.texts("markets").iter().any(|market| market == "EU");
    let Some(point) = named_use.filter(|_| in_union) else { return };
    if is_profiling {
        let message = format!("the class is {declared}, and people are profiled for a use of Annex III, point {point}");
        let note = "profiling of people for such a use is always high-risk: Article 6(3), last subparagraph";
        mistakes.at_value(&path, contradiction(&message, note, "write `eu_ai_act: high`, or correct `decision.profiling`"));
    } else if !has_reason {
        let message = format!("the class is {declared}, and Annex III, point {point}, names the use");
        let note = "a use of Annex III is high-risk unless Article 6(3) says otherwise, and that must be written down";
        let help = "write `eu_ai_act: high`, or the reason into `risk_class.not_high_risk_reason`";
        mistakes.at_value(&path, contradiction(&message, note, help));
    }
}

/// The point of Annex III that a kind of decision is under, where it is under one as a whole.
fn in_annex_iii(kind: &str) -> Option<&'static str> {
    match kind {
        "credit" => Some("5(b)"),
        "employment" => Some("4(a)"),
        "education" => Some("3(a)"),
        "public_benefits" => Some("5(a)"),
        "law_enforcement" => Some("6"),
        "migration" => Some("7"),
        "justice" => Some("8(a)"),
        _ => None,
    }
}

fn check_decision(root: &Node<'_>, mistakes: &mut Mistakes<'_>) {
    let decision = root.section("decision");
    if decision.text("automation").as_deref() == Some("decides") && decision.flag_at("human_final") == Some(true) {
        let message = "the system decides, and a person has the last word";
        let note = "a system whose every result a person decides on assists";
        let error = contradiction(message, note, "write `automation: assists`, or `human_final: false`");
        mistakes.at_key(&decision.at("human_final"), error);
    }
}

/// A risk must be bound to something that can be there.
fn check_bounds(root: &Node<'_>, facts: &Facts, mistakes: &mut Mistakes<'_>) {
    for node in root.sections("risks") {
        for (path, bound) in node.texts("bound_to") {
            if let Some(error) = unbound(&bound, facts) {
                mistakes.at_value(&path, error);
            }
        }
    }
    for node in root.sections("predetermined_changes") {
        let is_bounded = node.has("lower_bound") || node.has("upper_bound");
        if node.has("metric") != is_bounded {
            let error = ConfigError::new("missing-key", format!("{} names only half of a limit", shown(&node.path.to_string())));
            let help = "write `metric` and a bound, or neither of them";
            mistakes.at_value(&node.path, error.help(help));
        }
    }
}

fn unbound(bound: &str, facts: &Facts) -> Option<ConfigError> {
    let form = "write `metric:`, `slice:`, `rule:` or `statement:` and a name, such as `metric:recall`";
    let Some((kind, name)) = bound.split_once(':') else {
        return Some(ConfigError::new("unknown-binding", format!("{} is bound to nothing", shown(bound))).help(form));
    };
    let known = |names: Vec<&str>, what: &str| {
        let error = ConfigError::new("unknown-binding", format!("there is no {what} {}", shown(name)));
        (!names.contains(&name)).then(|| error.helps(did_you_mean(name, names.iter().copied())))
    };
    match kind {
        "metric" => known(modelgate_eval::METRICS.iter().map(|metric| metric.id).collect(), "metric"),
        "rule" => known(RuleId::all().map(|rule| rule.rule().id).collect(), "rule"),
        "statement" => known(facts.statements.iter().map(|statement| statement.id.as_str()).collect(), "statement"),
        // Which slices there are is known when rows are counted.
        "slice" if !name.trim().is_empty() => None,
        _ => Some(ConfigError::new("unknown-binding", format!("{} is bound to nothing", shown(bound))).help(form)),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const SMALL: &str = "version: 1\nsystem: {id: s, name: S}\n";

    #[test]
    fn facts_are_read_by_their_places_with_their_lines() {
        let text = "version: 1\nsystem: {id: s, name: S}\npurpose:\n  intended: To sort mail.\nrole: [provider, deployer]\n\
                    decision: {human_final: true}\nrecords: {placed_on_market: 2026-03-01}\n\
                    risks:\n  - {id: R1, text: Wrong, bound_to: ['metric:recall', 'slice:sex']}\n";
        let facts = parse_facts("f.yml", text).unwrap();
        assert_eq!(facts.text("purpose.intended"), Some("To sort mail."));
        assert_eq!(facts.values["purpose.intended"].origin.line, 4);
        assert_eq!(facts.texts("role"), ["provider", "deployer"]);
        assert_eq!(facts.get("decision.human_final"), Some(&FactValue::Flag(true)));
        assert_eq!(facts.get("records.placed_on_market"), Some(&FactValue::Date(Date::parse("2026-03-01").unwrap())));
        assert_eq!(facts.items("risks").len(), 1);
        assert_eq!(facts.title("purpose.intended"), "What it is intended for");
        assert!(facts.get("purpose.users").is_none() && facts.titles.contains_key("purpose.users"));
    }

    #[test]
    fn the_digest_is_of_what_is_declared_and_not_of_its_layout_or_of_statements() {
        let digest = "a".repeat(64);
        let with = |more: &str| parse_facts("f.yml", &format!("{SMALL}{more}")).unwrap().digest;
        let statement = format!(
            "statements:\n  - {{id: S1, for: [eu-ai-act/art_14.par_4], text: t, by: a, role: r, date: 2026-01-01, evidence_digest: {digest}}}\n"
        );
        assert_eq!(with(""), with("# a comment\n"));
        assert_eq!(with(""), with(&statement));
        assert_ne!(with(""), with("limitations: [night]\n"));
    }

    #[test]
    fn every_mistake_is_told_at_its_line_with_its_fix() {
        let text = "version: 1\nsystem: {id: s, nam: S}\nrole: [provder]\ndecision: {kind: credit, automation: decides, human_final: true}\n\
                    risk_class: {eu_ai_act: minimal}\nrisks:\n  - {id: R1, text: t, bound_to: ['metric:recal', sex]}\n  - {id: R1, text: u}\n\
                    predetermined_changes:\n  - {id: C, change: c, metric: recall}\n\
                    statements:\n  - {id: S1, for: [eu-ai-act/art_999], text: t, by: a, role: r, date: 2026-02-01, review_by: 2026-01-01, evidence_digest: abc}\n";
        let errors = parse_facts("f.yml", text).unwrap_err();
        let mut ids: Vec<(&str, usize)> =
            errors.errors.iter().map(|error| (error.id, error.span.map_or(0, |span| span.line))).collect();
        ids.sort_by_key(|(id, line)| (*line, *id));
        let expected = [
            ("missing-key", 2),
            ("unknown-key", 2),
            ("unknown-word", 3),
            ("contradictory-facts", 4),
            ("contradictory-facts", 5),
            ("unknown-binding", 7),
            ("unknown-binding", 7),
            ("duplicate-item", 8),
            ("missing-key", 10),
            ("invalid-digest", 12),
            ("out-of-order", 12),
            ("unknown-control", 12),
        ];
        assert_eq!(ids, expected, "{errors}");
        assert!(errors.errors.iter().all(|error| !error.help.is_empty() || !error.notes.is_empty()), "{errors}");
    }

    #[test]
    fn a_class_that_the_use_contradicts_is_refused_unless_its_reason_is_written() {
        let with = |more: &str| parse_facts("f.yml", &format!("{SMALL}{more}")).map_err(|errors| errors.to_string());
        assert!(with("decision: {kind: marketing}\nrisk_class: {eu_ai_act: minimal}\n").is_ok());
        assert!(with("decision: {kind: credit}\nrisk_class: {eu_ai_act: high}\n").is_ok());
        assert!(with("decision: {kind: credit}\nmarkets: [US]\nrisk_class: {eu_ai_act: minimal}\n").is_ok());
        let reason = "not_high_risk_reason: It only prepares files.";
        assert!(with(&format!("decision: {{kind: credit}}\nrisk_class: {{eu_ai_act: minimal, {reason}}}\n")).is_ok());
        let profiled =
            with(&format!("decision: {{kind: credit, profiling: true}}\nrisk_class: {{eu_ai_act: minimal, {reason}}}\n"));
        assert!(profiled.unwrap_err().contains("always high-risk"));
    }
}
