//! Which crate may use which: the direction of the tower, and the room of each heavy dependency.

use super::Violation;
use super::workspace::{Dependency, Package, Workspace};

/// What each of our crates may import of ours. The order is the tower's, from its floor.
const EDGES: &[(&str, &[&str])] = &[
    ("modelgate-cube", &[]),
    ("modelgate-ledger", &[]),
    ("modelgate-seal", &[]),
    ("modelgate-templates", &[]),
    ("modelgate-eval", &["modelgate-cube"]),
    ("modelgate-data", &["modelgate-cube"]),
    ("modelgate-model", &["modelgate-data"]),
    ("modelgate-policy", &["modelgate-eval", "modelgate-cube"]),
    ("modelgate-report", &["modelgate-policy", "modelgate-eval", "modelgate-cube", "modelgate-templates"]),
    (
        "modelgate-config",
        &[
            "modelgate-cube",
            "modelgate-data",
            "modelgate-model",
            "modelgate-eval",
            "modelgate-policy",
            "modelgate-report",
            "modelgate-seal",
        ],
    ),
    ("modelgate-forge", &["modelgate-cube", "modelgate-ledger", "modelgate-report"]),
    ("modelgate", EVERYTHING),
    ("modelgate-tests", EVERYTHING),
    ("modelgate-proof", &["modelgate-cube", "modelgate-data", "modelgate-eval", "modelgate-policy"]),
    ("xtask", &[]),
];

/// Everything but the tests and the chores.
const EVERYTHING: &[&str] = &[
    "modelgate",
    "modelgate-cube",
    "modelgate-ledger",
    "modelgate-seal",
    "modelgate-templates",
    "modelgate-eval",
    "modelgate-data",
    "modelgate-model",
    "modelgate-policy",
    "modelgate-report",
    "modelgate-config",
    "modelgate-forge",
];

/// Dependencies that live in few rooms: `name*` is a family.
const HEAVY: &[(&str, &[&str])] = &[
    ("arrow*", &["modelgate-data", "modelgate-model", "modelgate-tests"]),
    ("parquet", &["modelgate-data", "modelgate-model", "modelgate-tests"]),
    ("linfa*", &["modelgate-model"]),
    ("ndarray", &["modelgate-model"]),
    ("tera", &["modelgate-report"]),
    ("minijinja", &["modelgate-report"]),
    ("serde_yaml", &["modelgate-config"]),
    ("yaml_serde", &["modelgate-config"]),
    ("saphyr-parser", &["modelgate-config"]),
    ("octocrab", &["modelgate-forge"]),
    ("object_store", &["modelgate-data"]),
    ("reqwest", &["modelgate-forge", "modelgate-data"]),
    ("rustls", &["modelgate-forge", "modelgate-data"]),
    ("git2", &["modelgate-forge", "modelgate-tests"]),
    ("tokio", &["modelgate-forge", "modelgate-data"]),
    ("clap*", &["modelgate", "xtask"]),
    ("ctrlc", &["modelgate", "xtask"]),
    ("indicatif", &["modelgate", "xtask"]),
    ("sha2", &["modelgate-cube", "modelgate-ledger"]),
    ("age", &["modelgate-seal"]),
    ("ring", &["modelgate-ledger"]),
];

/// Forbidden edges and heavy dependencies outside their rooms, at their line of Cargo.toml. Dependencies of a crate's
/// own tests count alike: a test that needs the room above belongs in `tests/`.
pub(super) fn violations(workspace: &Workspace) -> Vec<Violation> {
    workspace.packages.iter().flat_map(|package| of_package(workspace, package)).collect()
}

fn of_package(workspace: &Workspace, package: &Package) -> Vec<Violation> {
    let Some((_, allowed)) = EDGES.iter().find(|(name, _)| *name == package.name) else {
        let message = format!("{} has no row in the table of edges; add it to xtask/src/tidy/edges.rs", package.name);
        return vec![Violation { path: package.manifest.clone(), line: 1, message }];
    };
    let is_ours = |name: &str| workspace.packages.iter().any(|package| package.name == name);
    let problem = |dependency: &Dependency| {
        if is_ours(&dependency.name) { wrong_edge(package, allowed, dependency) } else { out_of_room(package, dependency) }
    };
    let at = |dependency: &Dependency| line_of(workspace.text(&package.manifest), dependency);
    package
        .dependencies
        .iter()
        .filter_map(|dependency| {
            let message = problem(dependency)?;
            Some(Violation { path: package.manifest.clone(), line: at(dependency), message })
        })
        .collect()
}

fn wrong_edge(package: &Package, allowed: &[&str], dependency: &Dependency) -> Option<String> {
    if allowed.contains(&dependency.name.as_str()) {
        return None;
    }
    let may = if allowed.is_empty() { "none of ours".to_owned() } else { format!("only {}", allowed.join(", ")) };
    Some(format!("{} may not import {}: it imports {may}", package.name, dependency.name))
}

fn out_of_room(package: &Package, dependency: &Dependency) -> Option<String> {
    let (_, rooms) = HEAVY.iter().find(|(family, _)| is_of(family, &dependency.name) || is_of(family, &dependency.key))?;
    if rooms.contains(&package.name.as_str()) {
        return None;
    }
    Some(format!("{} may not depend on {}: it lives only in {}", package.name, dependency.name, rooms.join(", ")))
}

fn is_of(family: &str, name: &str) -> bool {
    match family.strip_suffix('*') {
        Some(stem) => name.strip_prefix(stem).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_'])),
        None => family == name,
    }
}

/// The line of a dependency in a manifest; 1 where it is written in a way that is not found.
fn line_of(manifest: &str, dependency: &Dependency) -> usize {
    let is_table = |header: &str| header == dependency.table || header.ends_with(&format!(".{}", dependency.table));
    let own_table = format!(".{}", dependency.key);
    let mut inside = false;
    for (index, line) in manifest.lines().map(str::trim).enumerate() {
        if let Some(header) = line.strip_prefix('[').map(|rest| rest.trim_end_matches(']')) {
            inside = is_table(header);
            if header.strip_suffix(&own_table).is_some_and(is_table) {
                return index + 1;
            }
        }
        let key = line.split(['.', '=', ' ']).next().unwrap_or_default().trim_matches('"');
        if inside && key == dependency.key {
            return index + 1;
        }
    }
    1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::workspace::{SourceFile, tests::house};

    fn only(workspace: &Workspace) -> String {
        violations(workspace).iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn an_edge_against_the_tower_is_found_at_its_line() {
        let mut workspace = house();
        workspace.package_mut("modelgate-eval").depend_on("modelgate-data");
        let text = "[package]\nname = \"modelgate-eval\"\n\n[dependencies]\nlibm = \"1\"\nmodelgate-data.workspace = true\n";
        workspace.files.push(SourceFile::new("crates/modelgate-eval/Cargo.toml", text));
        assert_eq!(
            only(&workspace),
            "crates/modelgate-eval/Cargo.toml:6: modelgate-eval may not import modelgate-data: it imports only modelgate-cube"
        );
    }

    #[test]
    fn an_edge_of_the_tests_alone_breaks_the_direction_too() {
        let mut workspace = house();
        workspace.package_mut("modelgate-cube").test_with("modelgate-eval");
        let text = "[dependencies]\nserde = \"1\"\n[dev-dependencies]\nmodelgate-eval = { path = \"x\" }\n";
        workspace.files.push(SourceFile::new("crates/modelgate-cube/Cargo.toml", text));
        assert_eq!(
            only(&workspace),
            "crates/modelgate-cube/Cargo.toml:4: modelgate-cube may not import modelgate-eval: it imports none of ours"
        );
    }

    #[test]
    fn no_crate_imports_the_tests_or_the_chores() {
        let mut workspace = house();
        workspace.package_mut("modelgate").depend_on("modelgate-tests");
        workspace.package_mut("modelgate-tests").depend_on("xtask");
        assert_eq!(violations(&workspace).len(), 2);
    }

    #[test]
    fn a_new_crate_needs_a_row_in_the_table() {
        let mut workspace = house();
        workspace.package_mut("modelgate-eval").name = "modelgate-sql".to_owned();
        let places: Vec<_> = violations(&workspace).into_iter().map(|violation| violation.message).collect();
        assert!(places.iter().any(|message| message.starts_with("modelgate-sql has no row")), "{places:?}");
    }

    #[test]
    fn every_heavy_dependency_is_found_outside_its_room() {
        let heavy = [
            "arrow-array",
            "arrow",
            "parquet",
            "linfa",
            "linfa-logistic",
            "ndarray",
            "tera",
            "minijinja",
            "serde_yaml",
            "yaml_serde",
            "saphyr-parser",
            "octocrab",
            "git2",
            "object_store",
            "reqwest",
            "rustls",
            "tokio",
            "clap",
            "clap_complete",
            "ctrlc",
            "indicatif",
            "sha2",
            "age",
        ];
        for name in heavy {
            let mut workspace = house();
            workspace.package_mut("modelgate-eval").depend_on(name);
            let text = format!("[dependencies]\n{name}.workspace = true\n");
            workspace.files.push(SourceFile::new("crates/modelgate-eval/Cargo.toml", text));
            let expected = format!("crates/modelgate-eval/Cargo.toml:2: modelgate-eval may not depend on {name}: ");
            assert!(only(&workspace).starts_with(&expected), "{name}: {}", only(&workspace));
        }
    }

    #[test]
    fn a_renamed_heavy_dependency_is_found_by_either_name() {
        for (name, key) in [("yaml_serde", "yaml"), ("some-fork", "serde_yaml")] {
            let mut workspace = house();
            let eval = workspace.package_mut("modelgate-eval");
            eval.dependencies.push(Dependency { name: name.to_owned(), key: key.to_owned(), table: "dependencies" });
            assert_eq!(violations(&workspace).len(), 1, "{name} as {key}");
        }
    }

    #[test]
    fn a_name_that_only_begins_like_a_heavy_one_is_free() {
        assert!(!is_of("arrow*", "arrowhead"));
        assert!(!is_of("tera", "terabyte"));
        assert!(is_of("clap*", "clap_complete"));
    }

    #[test]
    fn a_dependency_with_a_table_of_its_own_is_found_at_its_header() {
        let manifest = "[dependencies]\na = \"1\"\n\n[target.'cfg(unix)'.dependencies.git2]\nversion = \"1\"\n";
        let dependency = Dependency { name: "git2".to_owned(), key: "git2".to_owned(), table: "dependencies" };
        assert_eq!(line_of(manifest, &dependency), 4);
    }
}
