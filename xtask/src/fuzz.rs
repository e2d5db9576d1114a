//! Feeds the readers of the trail and of bundles with bytes that libFuzzer grows from valid ones, and requires that none of them stops the
//! reader or makes it take more memory than a small multiple of what it reads.

use std::path::Path;

use crate::failure::Failure;
use crate::programs::{self, cargo};

/// What is fuzzed, and the longest input in bytes.
const TARGETS: [(&str, u32); 4] = [("entry", 4_096), ("envelope", 16_384), ("checkpoint", 8_192), ("bundle", 32_768)];

/// The most memory, in megabytes, that a reader may have at any time.
const MOST_MEMORY: u32 = 512;

/// How the code tells libFuzzer which of its branches were taken: the flags of cargo-fuzz, without a sanitizer, which would need a nightly
/// compiler and has nothing to find where no code is unsafe.
const COVERAGE: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
                        -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
                        -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing";

/// Builds and runs every target whose name holds `only`, for so many inputs each.
pub(crate) fn run(root: &Path, runs: u32, only: Option<&str>) -> Result<(), Failure> {
    let target = programs::target_directory(root)?.join("fuzz");
    // Named, so that the flags are not for the programs that run while it is built.
    let triple = host(root)?;
    let mut build = cargo(root);
    build.args(["build", "--release", "--manifest-path", "fuzz/Cargo.toml", "--target", &triple, "--target-dir"]).arg(&target);
    programs::run(build.env("RUSTFLAGS", COVERAGE))?;
    for (name, longest) in TARGETS.iter().filter(|(name, _)| only.is_none_or(|only| name.contains(only))) {
        let corpus = target.join("corpus").join(name);
        std::fs::create_dir_all(&corpus).map_err(|source| Failure::File { action: "make", path: corpus.clone(), source })?;
        let mut program = std::process::Command::new(target.join(&triple).join("release").join(name));
        // Bundles of every format version are kept for other tests anyway.
        let seeds = if *name == "bundle" {
            ["two-classes", "several-classes"].map(|of| root.join("tests/frozen").join(of)).to_vec()
        } else {
            vec![root.join("fuzz/seeds").join(name)]
        };
        program.arg(&corpus).args(seeds).current_dir(&target);
        program.args([format!("-runs={runs}"), format!("-max_len={longest}"), format!("-rss_limit_mb={MOST_MEMORY}")]);
        program.args(["-timeout=10", "-print_final_stats=1", "-verbosity=0"]);
        println!("{name}: {runs} inputs");
        programs::run(&mut program)?;
    }
    Ok(())
}

/// The platform that this compiler builds for.
fn host(root: &Path) -> Result<String, Failure> {
    let mut rustc = std::process::Command::new("rustc");
    let told = programs::output(rustc.arg("-vV").current_dir(root))?;
    let host = told.lines().find_map(|line| line.strip_prefix("host: ")).map(str::to_owned);
    host.ok_or(Failure::Output { command: "rustc -vV".to_owned(), what: "no line `host:`" })
}
