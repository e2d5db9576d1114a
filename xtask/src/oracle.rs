//! Makes the golden files in tests/oracle/ with scikit-learn and fairlearn, so that no test needs Python.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::REAL_DATA;
use crate::failure::Failure;
use crate::programs;

/// Makes the golden files of two classes and of the other tasks: generated edge cases always, public data sets where the real
/// data is, Adult where predictions are given.
pub(crate) fn run(root: &Path, adult_predictions: Option<&Path>) -> Result<(), Failure> {
    let python = environment(root)?;
    let real_data = std::env::var_os(REAL_DATA).map(|folder| existing(folder.into())).transpose()?;
    if real_data.is_none() {
        println!("note: {REAL_DATA} is not set: the golden files of public data sets stay as they are");
    }
    let script = |name: &str| {
        let mut command = Command::new(&python);
        command.arg(root.join("xtask/oracle").join(name)).arg("--output").arg(root.join("tests/oracle"));
        if let Some(folder) = &real_data {
            command.arg("--real-data").arg(folder);
        }
        command
    };
    let mut two_classes = script("oracle.py");
    match adult_predictions {
        Some(path) => drop(two_classes.arg("--adult").arg(existing(path.to_owned())?)),
        None => println!("note: no --adult-predictions: the golden file of Adult stays as it is"),
    }
    programs::run(&mut two_classes)?;
    programs::run(&mut script("tasks.py"))
}

fn existing(path: PathBuf) -> Result<PathBuf, Failure> {
    if path.exists() {
        return Ok(path);
    }
    Err(Failure::Absent { what: path.display().to_string(), cure: "give the path of something that exists" })
}

/// The Python of an environment of our own, with exactly the packages of requirements.txt.
fn environment(root: &Path) -> Result<PathBuf, Failure> {
    let folder = programs::target_directory(root)?.join("xtask/oracle");
    let python = folder.join("bin/python");
    if !python.exists() {
        programs::run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
    }
    let requirements = root.join("xtask/oracle/requirements.txt");
    programs::run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(requirements))?;
    Ok(python)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let failure = existing(PathBuf::from("no/such.csv")).unwrap_err();
        assert_eq!(failure.to_string(), "no/such.csv is not there: give the path of something that exists");
        assert!(existing(crate::root().join("Cargo.toml")).is_ok());
    }
}
