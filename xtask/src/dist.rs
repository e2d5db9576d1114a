//! `dist`: the program that is handed out: static, packed so that equal programs are equal bytes, with its digest beside the actions
//! that fetch it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::programs::{self, cargo, output, target_directory};

/// Where actions look digests up.
const MANIFEST: &str = "actions/_lib/programs.sha256";

/// Builds, checks, packs and notes the program for one machine.
fn packed(root: &Path, target: &str) -> Result<PathBuf, Failure> {
    let folder = target_directory(root)?.join(target).join("dist");
    programs::run(
        cargo(root)
            .args(["build", "--profile", "dist", "--locked", "--workspace", "--bin", "modelgate", "--target", target])
            .env("RUSTFLAGS", flags(root)),
    )?;
    let program = folder.join("modelgate");
    let headers = output(std::process::Command::new("readelf").args(["--program-headers", "--wide"]).arg(&program))?;
    if headers.contains("INTERP") {
        return Err(Failure::Unfit { path: program, what: "asks for a dynamic linker: it would not start on other machines" });
    }
    let packed = folder.join(format!("modelgate-{}-{}.tar.gz", env!("CARGO_PKG_VERSION"), machine(target)));
    // One owner, one time, one order: equal programs are equal bytes.
    let how = ["--create", "--gzip", "--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "--mode=0755"];
    programs::run(
        std::process::Command::new("tar").args(how).arg("--file").arg(&packed).arg("--directory").arg(&folder).arg("modelgate"),
    )?;
    Ok(packed)
}

/// As `cargo xtask dist` runs it.
pub(crate) fn run(root: &Path, target: &str) -> Result<(), Failure> {
    let packed = packed(root, target)?;
    let digest = output(std::process::Command::new("sha256sum").arg(&packed))?;
    let digest = digest.split_whitespace().next().unwrap_or_default().to_owned();
    let path = root.join(MANIFEST);
    let failed = |action| move |source| Failure::File { action, path: root.join(MANIFEST), source };
    let manifest = std::fs::read_to_string(&path).map_err(failed("read"))?;
    let name = packed.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    std::fs::write(&path, noted(&manifest, &name, &digest)).map_err(failed("write"))?;
    println!("{}\n{digest}  {name}", packed.display());
    Ok(())
}

/// The manifest with this program's line, without those of other versions.
fn noted(manifest: &str, name: &str, digest: &str) -> String {
    let version = format!("modelgate-{}-", env!("CARGO_PKG_VERSION"));
    let line = |line: &str| line.split_once("  ").map(|(digest, name)| (name.to_owned(), digest.to_owned()));
    let mut lines: BTreeMap<String, String> = manifest.lines().filter(|text| !text.starts_with('#')).filter_map(line).collect();
    lines.retain(|name, _| name.starts_with(&version));
    lines.insert(name.to_owned(), digest.to_owned());
    let head = manifest.lines().filter(|line| line.starts_with('#')).map(|line| format!("{line}\n"));
    head.chain(lines.iter().map(|(name, digest)| format!("{digest}  {name}\n"))).collect()
}

/// The machine as `uname` names it, lower case.
fn machine(target: &str) -> String {
    format!("{}-linux", target.split('-').next().unwrap_or(target))
}

/// Static, and without the paths of the machine that builds it.
fn flags(root: &Path) -> String {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cargo")));
    let remapped = [(Some(root.to_owned()), "/modelgate"), (home, "/cargo")];
    let remapped = remapped.into_iter().filter_map(|(path, to)| Some(format!(" --remap-path-prefix={}={to}", path?.display())));
    std::iter::once("-C target-feature=+crt-static".to_owned()).chain(remapped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_has_one_line_for_each_machine_of_this_version() {
        let version = env!("CARGO_PKG_VERSION");
        let before =
            format!("# head\nold  modelgate-0.0.1-x86_64-linux.tar.gz\nfirst  modelgate-{version}-x86_64-linux.tar.gz\n");
        let arm = format!("modelgate-{version}-aarch64-linux.tar.gz");
        let with_arm = noted(&before, &arm, "second");
        assert_eq!(with_arm, format!("# head\nsecond  {arm}\nfirst  modelgate-{version}-x86_64-linux.tar.gz\n"));
        let again = noted(&with_arm, &arm, "third");
        assert!(again.contains("third") && !again.contains("second") && again.lines().count() == 3, "{again}");
        assert_eq!(machine("aarch64-unknown-linux-gnu"), "aarch64-linux");
    }
}
