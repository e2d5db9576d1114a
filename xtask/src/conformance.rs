//! Has the documents of a run judged by the validators of their own ecosystems, and rows fetched from a store of another maker (needs
//! Python and a package registry).

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;
use crate::{codegen, programs};

/// Runs the demo and validates what it writes.
pub(crate) fn run(root: &Path) -> Result<(), Failure> {
    let folder = programs::target_directory(root)?.join("xtask/conformance");
    let bin = environment(root, &folder.join("venv"))?;
    let demo = folder.join("demo");
    if demo.exists() {
        std::fs::remove_dir_all(&demo).map_err(|source| Failure::File { action: "remove", path: demo.clone(), source })?;
    }
    std::fs::create_dir_all(&demo).map_err(|source| Failure::File { action: "make", path: demo.clone(), source })?;
    let program = codegen::build(root)?;
    programs::output(Command::new(&program).arg("demo").current_dir(&demo))?;
    let document = demo.join("modelgate-demo/modelgate-out/croissant.json");
    croissant(&bin, &document)?;
    loads(&bin, &root.join("xtask/conformance/load.py"), &document)?;
    // A run with packs as well: only there OSCAL has something to say.
    let loans = loans(root, &program, &folder.join("loans"))?;
    let kept = root.join("crates/modelgate-report/src/machine/expected");
    let machine = root.join("xtask/conformance/machine.py");
    let mut judged = Command::new(bin.join("python"));
    judged.arg(machine).arg(folder.join("sarif")).arg(demo.join("modelgate-demo/modelgate-out")).arg(&loans).arg(kept);
    programs::run(&mut judged)?;
    // What is signed is signed for everybody's programs.
    let repository = folder.join("loans");
    programs::run(Command::new(bin.join("python")).arg(root.join("xtask/conformance/trail.py")).arg(&program).arg(&repository))?;
    let stand_ins = folder.join("sigstore");
    let keyless = root.join("xtask/conformance/keyless.py");
    programs::run(Command::new(bin.join("python")).arg(keyless).arg(&program).arg(repository).arg(stand_ins))?;
    // Objects of another program's S3 count as the same file of a disk.
    programs::run(Command::new(bin.join("python")).arg(root.join("xtask/conformance/s3.py")).arg(&program))?;
    // Actions and component run on runners of others.
    let runs = folder.join("ci");
    programs::run(Command::new(bin.join("python")).arg(root.join("xtask/conformance/ci.py")).arg(&program).arg(root).arg(runs))
}

/// The folder with the documents of the example with packs, whose gate fails.
fn loans(root: &Path, program: &Path, folder: &Path) -> Result<PathBuf, Failure> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).map_err(|source| Failure::File { action: "remove", path: folder.to_owned(), source })?;
    }
    let script = root.join("examples/loans/make-history.sh");
    programs::output(Command::new("bash").arg(script).arg(folder).env("MODELGATE", program))?;
    programs::output(Command::new(program).args(["report", "--quiet"]).current_dir(folder))?;
    Ok(folder.join("modelgate-out"))
}

/// mlcroissant finds the files from where the document lies, holds them against their digests, and reads every row.
fn loads(bin: &Path, script: &Path, document: &Path) -> Result<(), Failure> {
    let mut command = Command::new(bin.join("python"));
    command.arg(script).arg(document);
    let said = programs::output(&mut command)?;
    print!("{said}");
    // The demo has rows to train on and rows to evaluate, 6000 of each.
    if said.lines().filter(|line| line.ends_with(": 6000 rows")).count() != 2 {
        return Err(Failure::Output { command: programs::described(&command), what: "other rows than the demo wrote" });
    }
    println!("conformance: the rows are found from {}", document.display());
    Ok(())
}

/// mlcroissant reads the document as a user of it would; it tells errors in its log, and ends well all the same.
fn croissant(bin: &Path, document: &Path) -> Result<(), Failure> {
    let mut command = Command::new(bin.join("mlcroissant"));
    command.arg("validate").arg("--jsonld").arg(document);
    let (status, log) = programs::error_output(&mut command)?;
    println!("{}", log.trim());
    if !status.success() || log.contains("error(s)") || !log.contains("Done") {
        return Err(Failure::Output { command: programs::described(&command), what: "that the document is no Croissant" });
    }
    println!("conformance: {} is Croissant", document.display());
    Ok(())
}

/// The programs of an environment of our own, with exactly the packages of requirements.txt.
fn environment(root: &Path, folder: &Path) -> Result<PathBuf, Failure> {
    let python = folder.join("bin/python");
    if !python.is_file() {
        programs::run(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
    }
    let requirements = root.join("xtask/conformance/requirements.txt");
    programs::run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(requirements))?;
    Ok(folder.join("bin"))
}
