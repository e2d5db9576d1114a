//! From text to settings: the parts are read one after another, and every mistake of every part is kept.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use modelgate_cube::{Digest, TaskKind};
use modelgate_eval::{DiscoverySettings, EvalSettings, MetricId, Requirement};
use modelgate_policy::{Attestation, DATA_RULES, DataLimits, Date, DriftLimits, Level, Policy, PopulationSource, RuleId};
use serde_yaml::Value;

use crate::axes;
use crate::columns::{self, ColumnsOf};
use crate::errors::{ConfigError, ConfigErrors, Span, one_line};
use crate::guess::{self, Guessed};
use crate::keys::ROOT;
use crate::kind::{Kind, describe_value};
use crate::locate::{ConfigPath, Locations, locate};
use crate::metrics::Measurable;
use crate::mistakes::Mistakes;
use crate::node::Node;
use crate::settings::{BaselineSettings, Config, ModelSource};
use crate::waivers_file::{Open, WaiversFile};
use crate::{
    anchor, attributes, beside, declared, disclosure, gates, model, rows, source, sources, structure, task, waivers, waivers_file,
};

/// The version of the format that this program reads.
const VERSION: u64 = 1;

/// Reads a text; where `columns_of` is given, the data files that it names are looked at as well.
pub(crate) fn read(
    file_name: &str,
    text: &str,
    columns_of: Option<ColumnsOf<'_>>,
    open: Option<Open<'_>>,
) -> Result<Config, ConfigErrors> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let one = |error: Box<ConfigError>| ConfigErrors::new(file_name, text, vec![*error]);
    source::check(text).map_err(one)?;
    let locations = locate(text).map_err(one)?;
    let mut value = values(text, &locations).map_err(one)?;
    let mut mistakes = Mistakes::new(&locations);
    structure::check(&value, &Kind::Section(&ROOT), &ConfigPath::default(), &mut mistakes);
    let directory = directory_of(file_name);
    let fill = |columns_of| guess::fill(&mut value, &locations, &directory, columns_of, &mut mistakes);
    let Guessed { guesses, sensitive } = columns_of.map(fill).unwrap_or_default();
    let root = Node::new(&value, &ROOT, &locations, ConfigPath::default());
    refuse_addresses(&root, &mut mistakes);
    let elsewhere = waivers_file::open(&root, &directory, open)?;
    let mut theirs = elsewhere.as_ref().map(WaiversFile::checked);
    let settings = settings(&root, file_name, text, columns_of, (&mut mistakes, theirs.as_mut()));
    let config = Config { guesses, sensitive, ..settings };
    let found = mistakes.into_found();
    if !found.is_empty() {
        return Err(ConfigErrors::new(file_name, text, found));
    }
    match (&elsewhere, theirs.map(waivers_file::Checked::into_found)) {
        (Some(file), Some(found)) if !found.is_empty() => Err(ConfigErrors::new(&file.name, &file.text, found)),
        _ => Ok(config),
    }
}

/// The values of a text whose form is known to be sound; a format version that is not ours stops here, because its keys
/// may mean other things.
pub(crate) fn values(text: &str, locations: &Locations) -> Result<Value, Box<ConfigError>> {
    let value: Value = serde_yaml::from_str(text).map_err(|error| Box::new(not_yaml(&error)))?;
    if !value.is_mapping() {
        let message = format!("a settings file is a mapping of keys to values, not {}", describe_value(&value));
        let error = ConfigError::new("not-a-mapping", message).at(locations.value(&ConfigPath::default()));
        return Err(Box::new(error.help("begin with `version: 1`")));
    }
    match value.get("version") {
        Some(Value::Number(version)) if version.as_u64() != Some(VERSION) => {
            let newer = version.as_f64().is_some_and(|version| version > VERSION as f64);
            let help = if newer { "upgrade modelgate" } else { "write `version: 1`" };
            let error = ConfigError::new("unknown-version", "this modelgate reads version 1 of the format");
            let error = error.at(locations.value(&ConfigPath::default().key("version"))).help(help);
            let error = if newer { error.note("nothing else was checked: keys may mean other things") } else { error };
            Err(Box::new(error))
        }
        _ => Ok(value),
    }
}

fn not_yaml(error: &serde_yaml::Error) -> ConfigError {
    let mistake = ConfigError::new("yaml-syntax", format!("this is not YAML: {}", one_line(&error.to_string())));
    match error.location() {
        Some(at) => mistake.at(Span { line: at.line(), column: at.column(), length: 1 }),
        None => mistake,
    }
}

/// The folder that relative paths start from.
fn directory_of(file_name: &str) -> PathBuf {
    Path::new(file_name).parent().unwrap_or(Path::new("")).to_owned()
}

/// Where data is: an address as it is written, and a path from the folder of the settings.
pub(crate) fn located(directory: &Path, written: &str) -> PathBuf {
    if modelgate_data::is_address(written) { PathBuf::from(written) } else { directory.join(written) }
}

/// What is written, and what is read besides rows, lies on this machine.
fn refuse_addresses(root: &Node<'_>, mistakes: &mut Mistakes<'_>) {
    const KEYS: [(&str, &str); 6] = [
        ("output", "directory"),
        ("output", "ledger"),
        ("output", "comment_template"),
        ("data", "contract"),
        ("baseline", "path"),
        ("anchor", "path"),
    ];
    for (section, key) in KEYS {
        let node = root.section(section);
        if node.text(key).is_some_and(|path| modelgate_data::is_address(&path)) {
            let error = ConfigError::new("address-not-allowed", format!("`{section}.{key}` must be a path of this machine"));
            mistakes.at_value(
                &node.at(key),
                error.help("only rows can be fetched from an address: `model.predictions`, `data.path` and the like"),
            );
        }
    }
}

fn names(node: &Node<'_>, key: &str) -> Vec<String> {
    node.texts(key).into_iter().map(|(_, name)| name).collect()
}

/// From where a drift counts.
fn drift_limits(data_checks: &Node<'_>) -> DriftLimits {
    DriftLimits {
        effect: data_checks.number("drift_effect").unwrap_or_default(),
        alpha: data_checks.number("drift_alpha").unwrap_or_default(),
    }
}

/// A path that is written or has a default, in the folder of the configuration.
fn written(node: &Node<'_>, key: &str, directory: &Path) -> Option<PathBuf> {
    node.text(key).map(|path| directory.join(path))
}

/// The names of a list; none where it is not written.
fn listed(names: Vec<(ConfigPath, String)>) -> Option<Vec<String>> {
    (!names.is_empty()).then(|| names.into_iter().map(|(_, name)| name).collect())
}

/// The columns that the data checks ask for by name, with their places.
fn of_checks(data: &Node<'_>) -> Vec<(ConfigPath, String)> {
    let single = ["entity", "source_column"];
    let single = single.iter().filter_map(|key| Some((data.at(key), data.text(key)?)));
    data.texts("quasi_identifiers").into_iter().chain(single).chain(data.texts("annotators")).collect()
}

/// Reads every section. Where there are mistakes, the result holds defaults in their place and must not be used.
fn settings(
    root: &Node<'_>,
    file_name: &str,
    text: &str,
    columns_of: Option<ColumnsOf<'_>>,
    (mistakes, elsewhere): (&mut Mistakes<'_>, Option<&mut waivers_file::Checked<'_>>),
) -> Config {
    let directory = directory_of(file_name);
    let (data, evaluation, output) = (root.section("data"), root.section("evaluation"), root.section("output"));
    let source = model::read(root, &directory, mistakes);
    rows::check(root, mistakes);
    let roles = rows::named_roles(root);
    let features = root.section("model").section("train").texts("features");
    rows::check_features(&features, root, mistakes);
    let axes = axes::read(&evaluation, &roles, mistakes);
    rows::check_slices(&axes.columns, root, mistakes);
    let named_columns = roles.iter().map(|(_, path, column)| (path.clone(), column.clone()));
    let evaluated: Vec<_> =
        named_columns.chain(axes.columns.clone()).chain(task::columns(root)).chain(of_checks(&data)).collect();
    check_threshold(&evaluation, &data, mistakes);
    let (task, declared) = (task::read(root, mistakes), declared::read(&evaluation, &axes, mistakes));
    let beside = beside::read(root, &directory, mistakes);
    let mut requirements = declared::met(&declared);
    requirements.extend(beside.as_ref().map(|_| Requirement::BaselinePredictions));
    let is_binary = task::kind(root) == TaskKind::Binary;
    let scores = if is_binary { has_scores(source.as_ref(), &data) } else { task::has_probabilities(root) };
    let measurable = Measurable::new(&evaluation, axes, scores, requirements, task::kind(root));
    measurable.check_chosen(mistakes);
    let gates = gates::read(root, &measurable, mistakes);
    anchor::check(root, &gates, mistakes);
    let publication = disclosure::read(&root.section("disclosure"));
    disclosure::check(root, &publication, evaluation.whole("min_support"), &gates, mistakes);
    let training_file = data.text("train_path").map(|path| located(&directory, &path));
    let sources = sources::read(&data, &directory, mistakes);
    let (waivers, packs, control_waivers) = waivers::all(root, &gates, &measurable.axes, &directory, (mistakes, elsewhere));
    let attributes = attributes::read(root, &directory, mistakes);
    if let (Some(source), Some(columns_of)) = (&source, columns_of) {
        let besides = columns::besides(root, attributes.as_ref(), &measurable.axes.columns, columns_of, mistakes);
        let evaluated: Vec<_> = evaluated.into_iter().filter(|(_, column)| !besides.contains(column)).collect();
        columns::check(root, source, (training_file.as_deref(), &directory), &evaluated, &features, columns_of, mistakes);
        columns::check_beside(root, beside.as_ref(), columns_of, mistakes);
    }
    Config {
        file_name: file_name.to_owned(),
        digest: Digest::of(text.as_bytes()),
        model_name: root.section("model").text("name").unwrap_or_default(),
        model: source.unwrap_or(ModelSource::Predictions { path: PathBuf::new() }),
        roles: rows::roles(root),
        task,
        read: rows::read_settings(root, &measurable.axes.declared),
        depth: measurable.axes.depth,
        decision_threshold: evaluation.number("decision_threshold").unwrap_or_default(),
        max_levels: evaluation.whole("max_levels"),
        paired: evaluation.flag("paired"),
        evaluation: EvalSettings {
            metrics: measurable.metrics(&gates),
            confidence_level: evaluation.number("confidence_level").unwrap_or_default(),
            resamples: evaluation.whole("resamples"),
            min_support: evaluation.whole("min_support"),
            seed: evaluation.whole("seed"),
            declared,
        },
        contract_file: data.text("contract").map(|path| directory.join(path)),
        entity: data.text("entity"),
        quasi_identifiers: names(&data, "quasi_identifiers"),
        annotators: names(&data, "annotators"),
        source_column: data.text("source_column"),
        score_alone: data.text("score_alone"),
        label_noise: data.has("label_noise").then(|| data.flag("label_noise")),
        checks_data: root.section("data_checks").flag("enabled"),
        discovery: discovery(&evaluation, mistakes),
        axes: measurable.axes.declared,
        policy: Policy {
            gates,
            levels: levels(root, &data),
            waivers,
            control_waivers,
            min_support: evaluation.whole("min_support"),
            alpha: evaluation.number("alpha").unwrap_or_default(),
            anchor_budget: root.section("anchor").number("budget").unwrap_or_default(),
            allow_cross_split_gate: evaluation.flag("allow_cross_split_gate"),
            max_decisions_per_split: evaluation.whole("max_decisions_per_split"),
            drift: drift_limits(&root.section("data_checks")),
            data: data_limits(root, &directory),
            sources,
        },
        baseline: beside.map_or_else(|| baseline(&root.section("baseline"), &directory), BaselineSettings::Beside),
        anchor: anchor::read(&root.section("anchor"), &directory),
        publication,
        waivers_file: written(root, "waivers_file", &directory),
        cards: names(root, "cards").into_iter().map(|path| directory.join(path)).collect(),
        system_file: written(root, "system", &directory),
        packs,
        comment_template: written(&output, "comment_template", &directory),
        output_directory: written(&output, "directory", &directory).unwrap_or_default(),
        ledger: written(&output, "ledger", &directory).unwrap_or_default(),
        training_file,
        production: data.text("production").map(|path| located(&directory, &path)),
        attributes,
        sensitive_columns: data.texts("sensitive").into_iter().map(|(_, column)| column).collect(),
        features: listed(features),
        directory,
        guesses: Vec::new(),
        sensitive: Vec::new(),
        known_columns: None,
        text: text.to_owned(),
    }
}

/// The levels that are written, and that of what `data` declares: who names whom rows are about wants to know.
fn levels(root: &Node<'_>, data: &Node<'_>) -> BTreeMap<RuleId, Level> {
    let mut levels = waivers::levels(root);
    if data.has("entity") {
        levels.entry(RuleId::ENTITY_OVERLAP).or_insert(RuleId::ENTITY_OVERLAP.rule().default_level);
    }
    levels
}

/// The limits on the data.
fn data_limits(root: &Node<'_>, directory: &Path) -> DataLimits {
    let (data, data_checks) = (root.section("data"), root.section("data_checks"));
    // The table knows what holds where nothing is written, and a limit that is written and held against nothing is told.
    let written = DATA_RULES.iter().filter(|rule| data_checks.has(rule.key));
    let limits = written.filter_map(|rule| Some((rule.rule, data_checks.number(rule.key)?))).collect();
    let population = data.section("population");
    let population = || {
        Some(PopulationSource {
            path: directory.join(population.text("path")?).display().to_string(),
            source: population.text("source")?,
            date: Date::parse(&population.text("date")?)?,
        })
    };
    let population = data.has("population").then(population).flatten();
    let preprocessing = data.section("preprocessing");
    let preprocessing = || Some(Attestation { by: preprocessing.text("by")?, date: Date::parse(&preprocessing.text("date")?)? });
    let preprocessing = data.has("preprocessing").then(preprocessing).flatten();
    let personal = data.texts("personal").into_iter().map(|(_, name)| name).collect();
    DataLimits { limits, personal, population, preprocessing }
}

/// Whether rows will have scores; where it is not clear what gives them, that is said elsewhere.
fn has_scores(source: Option<&ModelSource>, data: &Node<'_>) -> bool {
    matches!(source, None | Some(ModelSource::Train { .. })) || data.has("score") || !data.has("prediction")
}

/// A threshold that nothing reads is a misunderstanding.
fn check_threshold(evaluation: &Node<'_>, data: &Node<'_>, mistakes: &mut Mistakes<'_>) {
    if evaluation.has("decision_threshold") && data.has("prediction") {
        let error = ConfigError::new("contradictory-keys", "`decision_threshold` and `data.prediction` contradict each other");
        let error = error.note("the prediction column says already what is predicted");
        mistakes.at_key(&evaluation.at("decision_threshold"), error.help("delete one of them"));
    }
}

/// What slices are searched for. A rate without a better end, or none at all, has no worse slices.
fn discovery(evaluation: &Node<'_>, mistakes: &mut Mistakes<'_>) -> Option<DiscoverySettings> {
    let rate = MetricId::parse(&evaluation.text("discover_rate")?)?;
    if !rate.metric().is_searchable() {
        let error = ConfigError::new("metric-not-searchable", format!("`{rate}` is no share of rows that gets better one way"));
        mistakes
            .at_value(&evaluation.at("discover_rate"), error.help("name a rate, such as `error_rate` or `false_negative_rate`"));
    }
    evaluation.flag("discover").then(|| DiscoverySettings {
        rate,
        margin: evaluation.number("discover_margin").unwrap_or_default(),
        confidence_level: evaluation.number("confidence_level").unwrap_or_default(),
    })
}

fn baseline(baseline: &Node<'_>, directory: &Path) -> BaselineSettings {
    match (baseline.text("release"), baseline.text("path")) {
        (Some(tag), _) => BaselineSettings::Release(tag),
        (None, Some(path)) => BaselineSettings::Path(directory.join(path)),
        (None, None) => BaselineSettings::Auto,
    }
}
