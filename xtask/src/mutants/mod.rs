//! Plants known mistakes in a copy of the tree, one at a time, and requires that a test sees each.

mod table;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use table::{MUTANTS, Mutant};

use crate::failure::Failure;
use crate::programs::{cargo, described, output, target_directory};

/// What became of a planted mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// A test failed.
    Caught,
    /// All tests passed.
    Survived,
    /// It did not compile, which proves nothing.
    DoesNotCompile,
    /// The text to replace is not there, or more than once.
    NoPlace,
    /// The tests fail without it, or there are none of that name.
    NoTests,
}

impl Fate {
    fn told(self) -> &'static str {
        match self {
            Self::Caught => "caught",
            Self::Survived => "SURVIVED: write the test that is missing",
            Self::DoesNotCompile => "DOES NOT COMPILE: it proves nothing; mend its row",
            Self::NoPlace => "NO PLACE: its text is not there exactly once; find where the code went",
            Self::NoTests => "NO TESTS: those that must see it fail without it, or are gone",
        }
    }
}

/// Plants every mistake whose name holds `only`, and prints the table.
pub(crate) fn run(root: &Path, only: Option<&str>) -> Result<(), Failure> {
    let chosen: Vec<&Mutant> = MUTANTS.iter().filter(|mutant| only.is_none_or(|only| mutant.name.contains(only))).collect();
    if chosen.is_empty() {
        return Err(Failure::Absent { what: "a mutant of that name".to_owned(), cure: "leave the name out to see all" });
    }
    let copy = Copy::of(root)?;
    let unseen = copy.plain(&chosen)?;
    let mut escaped = Vec::new();
    println!("\n| planted mistake | after | in | fate |\n|---|---|---|---|");
    for mutant in &chosen {
        let fate = if unseen.contains(mutant.name) { Fate::NoTests } else { copy.plant(mutant)? };
        println!("| {} | {} | {} | {} |", mutant.name, mutant.defect, mutant.path, fate.told());
        if fate != Fate::Caught {
            escaped.push(mutant.name);
        }
    }
    println!("\n{} of {} planted mistakes are caught", chosen.len() - escaped.len(), chosen.len());
    if escaped.is_empty() { Ok(()) } else { Err(Failure::Escaped { names: escaped }) }
}

/// A copy of the tree to plant mistakes in. Files whose text is the same as last time are left alone, so that little is
/// compiled again.
struct Copy {
    folder: PathBuf,
    target: PathBuf,
}

impl Copy {
    fn of(root: &Path) -> Result<Self, Failure> {
        // Crates of the copy have the names of the tree's own: in one folder, what is built with a mistake in it would be taken for
        // the tree's, whose files are older.
        let own = target_directory(root)?.join("mutants");
        let copy = Self { folder: own.join("tree"), target: own.join("target") };
        let mut list = Command::new("git");
        list.current_dir(root).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
        let listed = output(&mut list)?;
        let files: BTreeSet<&str> = listed.split('\0').filter(|file| !file.is_empty() && root.join(file).is_file()).collect();
        // What is gone from the tree is gone from the copy.
        remove_others(&copy.folder, &copy.folder, &files)?;
        for file in &files {
            bring(&root.join(file), &copy.folder.join(file))?;
        }
        Ok(copy)
    }

    /// The mutants whose tests do not pass without them, or are not there.
    fn plain(&self, mutants: &[&Mutant]) -> Result<BTreeSet<&'static str>, Failure> {
        let mut unseen = BTreeSet::new();
        for mutant in mutants {
            println!("without {}: {} ...", mutant.name, mutant.tests.join(", "));
            if self.compiles(mutant)? && self.passed(mutant)?.is_some_and(|passed| passed > 0) {
                continue;
            }
            unseen.insert(mutant.name);
        }
        Ok(unseen)
    }

    fn plant(&self, mutant: &Mutant) -> Result<Fate, Failure> {
        let path = self.folder.join(mutant.path);
        let text = fs::read_to_string(&path).map_err(|source| file("read", &path, source))?;
        let Some(planted) = planted(&text, mutant) else { return Ok(Fate::NoPlace) };
        write(&path, planted.as_bytes())?;
        let fate = self.fate(mutant);
        write(&path, text.as_bytes())?;
        fate
    }

    fn fate(&self, mutant: &Mutant) -> Result<Fate, Failure> {
        if !self.compiles(mutant)? {
            return Ok(Fate::DoesNotCompile);
        }
        Ok(if self.passed(mutant)?.is_some() { Fate::Survived } else { Fate::Caught })
    }

    fn compiles(&self, mutant: &Mutant) -> Result<bool, Failure> {
        let mut command = self.tests(mutant, true);
        let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
        Ok(status.map_err(|source| Failure::Start { command: described(&command), source })?.success())
    }

    /// How many of the tests passed; `None` where one failed.
    fn passed(&self, mutant: &Mutant) -> Result<Option<usize>, Failure> {
        let mut command = self.tests(mutant, false);
        let output = command.stderr(Stdio::null()).output();
        let output = output.map_err(|source| Failure::Start { command: described(&command), source })?;
        let printed = String::from_utf8_lossy(&output.stdout);
        Ok(output.status.success().then(|| passed_tests(&printed)))
    }

    fn tests(&self, mutant: &Mutant, only_compile: bool) -> Command {
        let mut command = cargo(&self.folder);
        command.env("CARGO_TARGET_DIR", &self.target).args(["test", "--locked"]).args(selection(mutant)).args(mutant.target);
        if only_compile {
            command.arg("--no-run");
        } else {
            command.arg("--").args(mutant.tests);
        }
        command
    }
}

/// The packages to select. A test target is found by its name in the whole workspace, whose dependencies are built once for all of
/// them: with one package alone, they would be built again with fewer features. Unit tests have no name to be found by, and those of the
/// whole workspace would all be built, so that theirs are selected by their package.
fn selection(mutant: &Mutant) -> Vec<&'static str> {
    if mutant.target == ["--lib"] { vec!["--package", mutant.package] } else { vec!["--workspace"] }
}

/// Copies a file, unless it is there with the same text.
fn bring(from: &Path, to: &Path) -> Result<(), Failure> {
    let text = fs::read(from).map_err(|source| file("read", from, source))?;
    if fs::read(to).is_ok_and(|there| there == text) {
        return Ok(());
    }
    write(to, &text)
}

/// Removes the files under `folder` that the tree does not have.
fn remove_others(copy: &Path, folder: &Path, files: &BTreeSet<&str>) -> Result<(), Failure> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        let name = path.strip_prefix(copy).map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if path.is_dir() {
            remove_others(copy, &path, files)?;
        } else if !files.contains(name.as_str()) {
            fs::remove_file(&path).map_err(|source| file("remove", &path, source))?;
        }
    }
    Ok(())
}

/// The text with the mistake in it; `None` where its place is not there exactly once.
fn planted(text: &str, mutant: &Mutant) -> Option<String> {
    (text.matches(mutant.from).count() == 1).then(|| text.replacen(mutant.from, mutant.to, 1))
}

/// The sum of "N passed" in what test programs print.
fn passed_tests(printed: &str) -> usize {
    let counts =
        printed.lines().filter_map(|line| line.strip_prefix("test result: ok. ")?.split(' ').next()?.parse::<usize>().ok());
    counts.sum()
}

fn write(path: &Path, text: &[u8]) -> Result<(), Failure> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|source| file("make", folder, source))?;
    }
    fs::write(path, text).map_err(|source| file("write", path, source))
}

fn file(action: &'static str, path: &Path, source: std::io::Error) -> Failure {
    Failure::File { action, path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn every_mistake_has_its_place_in_the_code_of_today() {
        let root = crate::root();
        let lost: Vec<&str> = MUTANTS
            .iter()
            .filter(|mutant| {
                let text = fs::read_to_string(root.join(mutant.path)).unwrap_or_default();
                planted(&text, mutant).is_none_or(|planted| planted == text)
            })
            .map(|mutant| mutant.name)
            .collect();
        assert!(lost.is_empty(), "their text is not there exactly once: {lost:?}; see xtask/src/mutants/table.rs");
    }

    #[test]
    fn every_mistake_has_a_name_of_its_own_and_tests() {
        let names: BTreeSet<&str> = MUTANTS.iter().map(|mutant| mutant.name).collect();
        assert_eq!(names.len(), MUTANTS.len());
        assert!(MUTANTS.iter().all(|mutant| !mutant.tests.is_empty() && mutant.from != mutant.to));
    }

    #[test]
    fn a_place_that_is_there_twice_is_no_place() {
        let mutant = MUTANTS.first().unwrap();
        assert!(planted(&format!("{0}\n{0}", mutant.from), mutant).is_none());
        assert!(planted("", mutant).is_none());
        assert_eq!(planted(&format!("a {} b", mutant.from), mutant).unwrap(), format!("a {} b", mutant.to));
    }

    #[test]
    fn passed_tests_are_counted_over_all_programs() {
        let printed = "running 2 tests\n\ntest result: ok. 2 passed; 0 failed\n\ntest result: ok. 5 passed; 0 failed\n";
        assert_eq!(passed_tests(printed), 7);
        assert_eq!(passed_tests("test result: FAILED. 1 passed; 1 failed"), 0);
    }
}
