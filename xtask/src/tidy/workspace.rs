//! A snapshot of the workspace: its crates, what they depend on, and its files.

use std::path::Path;
use std::process::{Command, Stdio};

use cargo_metadata::{DependencyKind, MetadataCommand};

use crate::failure::Failure;
use crate::programs;

/// All that tidy looks at.
#[derive(Debug, Clone, Default)]
pub(super) struct Workspace {
    /// The member crates.
    pub(super) packages: Vec<Package>,
    /// Every text file of the repository, tracked or about to be.
    pub(super) files: Vec<SourceFile>,
}

/// A member crate.
#[derive(Debug, Clone)]
pub(super) struct Package {
    /// The name of the crate.
    pub(super) name: String,
    /// Its Cargo.toml, from the workspace's folder.
    pub(super) manifest: String,
    /// What it depends on directly.
    pub(super) dependencies: Vec<Dependency>,
}

/// A direct dependency of a member crate.
#[derive(Debug, Clone)]
pub(super) struct Dependency {
    /// The name of the package.
    pub(super) name: String,
    /// The name by which the crate knows it, its key in Cargo.toml.
    pub(super) key: String,
    /// The table of Cargo.toml that it stands in.
    pub(super) table: &'static str,
}

/// A text file.
#[derive(Debug, Clone)]
pub(super) struct SourceFile {
    /// Its path from the workspace's folder, with forward slashes.
    pub(super) path: String,
    /// Its text.
    pub(super) text: String,
}

impl SourceFile {
    /// A file with this text.
    pub(super) fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into() }
    }

    /// Whether this is a Rust module.
    pub(super) fn is_module(&self) -> bool {
        Path::new(&self.path).extension().is_some_and(|extension| extension == "rs")
    }
}

impl Workspace {
    /// The text of a file; empty where there is none.
    pub(super) fn text(&self, path: &str) -> &str {
        self.files.iter().find(|file| file.path == path).map_or("", |file| file.text.as_str())
    }
}

/// Reads the workspace in this folder, through `cargo metadata` and `git ls-files`.
pub(super) fn read(root: &Path) -> Result<Workspace, Failure> {
    let metadata = MetadataCommand::new().manifest_path(root.join("Cargo.toml")).no_deps().exec()?;
    let packages = metadata.packages.iter().map(|package| read_package(&metadata, package)).collect();
    Ok(Workspace { packages, files: read_files(root)? })
}

fn read_package(metadata: &cargo_metadata::Metadata, package: &cargo_metadata::Package) -> Package {
    let manifest = package.manifest_path.strip_prefix(&metadata.workspace_root).unwrap_or(&package.manifest_path);
    let dependencies = package.dependencies.iter().map(|dependency| Dependency {
        name: dependency.name.clone(),
        key: dependency.rename.as_ref().unwrap_or(&dependency.name).clone(),
        table: match dependency.kind {
            DependencyKind::Development => "dev-dependencies",
            DependencyKind::Build => "build-dependencies",
            _ => "dependencies",
        },
    });
    Package { name: package.name.to_string(), manifest: manifest.to_string(), dependencies: dependencies.collect() }
}

/// The text files that git tracks, or would track after `git add`: a violation is found before it is committed.
fn read_files(root: &Path) -> Result<Vec<SourceFile>, Failure> {
    let mut command = Command::new("git");
    command.current_dir(root).stdin(Stdio::null());
    command.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let listed = programs::output(&mut command)?;
    let mut paths: Vec<&str> = listed.split_terminator('\0').collect();
    paths.sort_unstable();
    paths.dedup();
    Ok(paths.into_iter().filter_map(|path| read_file(root, path)).collect())
}

/// `None` for what has no text: pictures, links to folders, and files that are deleted but still tracked.
fn read_file(root: &Path, path: &str) -> Option<SourceFile> {
    let text = std::fs::read_to_string(root.join(path)).ok()?;
    Some(SourceFile::new(path, text))
}

#[cfg(test)]
pub(super) mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    impl Workspace {
        /// The crate of this name.
        pub(crate) fn package_mut(&mut self, name: &str) -> &mut Package {
            self.packages.iter_mut().find(|package| package.name == name).unwrap()
        }
    }

    impl Package {
        /// Adds a dependency.
        pub(crate) fn depend_on(&mut self, name: &str) {
            self.dependencies.push(Dependency { name: name.to_owned(), key: name.to_owned(), table: "dependencies" });
        }

        /// Adds a dependency of the tests.
        pub(crate) fn test_with(&mut self, name: &str) {
            self.dependencies.push(Dependency { name: name.to_owned(), key: name.to_owned(), table: "dev-dependencies" });
        }
    }

    /// A small house in which everything is in its room, close to every border.
    pub(crate) fn house() -> Workspace {
        let package = |name: &str, folder: &str, dependencies: &[&str]| {
            let mut package =
                Package { name: name.to_owned(), manifest: format!("{folder}/Cargo.toml"), dependencies: Vec::new() };
            for dependency in dependencies {
                package.depend_on(dependency);
            }
            package
        };
        let packages = vec![
            package("modelgate-cube", "crates/modelgate-cube", &["sha2", "serde"]),
            package("modelgate-eval", "crates/modelgate-eval", &["modelgate-cube"]),
            package("modelgate-data", "crates/modelgate-data", &["modelgate-cube", "arrow-array", "parquet"]),
            package("modelgate-model", "crates/modelgate-model", &["modelgate-data", "arrow-array", "linfa-logistic", "ndarray"]),
            package("modelgate-templates", "templates", &[]),
            package("modelgate", "crates/modelgate", &["modelgate-eval", "modelgate-templates", "clap"]),
            package("modelgate-tests", "tests", &["modelgate", "git2"]),
            package("xtask", "xtask", &["clap"]),
        ];
        let files = vec![
            SourceFile::new("templates/gate/template.yml", "spec: {}\n"),
            SourceFile::new("templates/documents/card.tera", "Evidence for review: no difference found.\n"),
            SourceFile::new("crates/modelgate-cube/src/lib.rs", CLEAN_MODULE),
            SourceFile::new("crates/modelgate/src/output.rs", WRITING_MODULE),
            SourceFile::new("crates/modelgate/src/main.rs", EDGE_MODULE),
            SourceFile::new("crates/modelgate-model/src/command.rs", CHILD_MODULE),
            SourceFile::new("crates/modelgate-forge/src/client.rs", ASYNC_MODULE),
            SourceFile::new("README.md", ["See https://example.org/", "home/page and docs/", "work/plan.md.\n"].concat()),
        ];
        Workspace { packages, files }
    }

    /// Code that comes close to every rule and breaks none.
    const CLEAN_MODULE: &str = r#"//! The counts: what every other room is
//! made of.
//!
//! More words that need no full stop

use std::env::consts::OS;
use std::fs::File;
use std::time::{Duration, SystemTime};

/// Never calls `std::fs::write`, and is not a todo!() either.
#[expect(dead_code, reason = "a sample")]
fn read(path: &str) -> std::io::Result<String> {
    let _ = (OS, Duration::from_secs(1), SystemTime::UNIX_EPOCH, "std::env::var");
    let _ = File::open(path)?;
    std::fs::read_to_string(path)
}

#[cfg(test)]
mod tests {
    use std::{env, fs, time::Instant};

    #[test]
    fn writes() {
        fs::write(env::temp_dir().join("a"), "compliant").ok();
        assert!(Instant::now().elapsed().as_secs() < 9);
    }
}
"#;

    const WRITING_MODULE: &str = "//! Writes documents, and is the only room that writes.\nuse std::fs;\n\n/// Writes.\n\
         fn put(to: &str) -> std::io::Result<()> {\n    fs::write(to, \"\")\n}\n";

    const EDGE_MODULE: &str = "//! Where the clock and the environment are read?\n\nfn main() {\n    \
         let _ = (std::env::args(), std::time::SystemTime::now());\n    println!(\"the compliance gate\");\n}\n";

    const CHILD_MODULE: &str = "//! Runs the user's program: with a time limit.\nuse std::process::Command;\nuse std::time::Instant;\n\n\
         fn run() {\n    let _ = (Command::new(\"x\"), Instant::now());\n}\n";

    const ASYNC_MODULE: &str = "//! Talks to a forge over the network.\nasync fn get() {}\n";

    #[test]
    fn a_file_that_is_not_text_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("picture"), [0xff, 0xfe]).unwrap();
        std::fs::write(folder.path().join("words"), "text").unwrap();
        assert!(read_file(folder.path(), "picture").is_none());
        assert!(read_file(folder.path(), "missing").is_none());
        assert_eq!(read_file(folder.path(), "words").unwrap().text, "text");
    }

    #[test]
    fn a_renamed_dependency_keeps_both_names() {
        let workspace = read(&crate::root()).unwrap();
        let config = workspace.packages.iter().find(|package| package.name == "modelgate-config").unwrap();
        let yaml = config.dependencies.iter().find(|dependency| dependency.key == "serde_yaml").unwrap();
        assert_eq!(yaml.name, "yaml_serde");
        assert_eq!(config.manifest, "crates/modelgate-config/Cargo.toml");
        assert!(workspace.text("xtask/src/main.rs").starts_with("//!"));
    }
}
