//! Holds counting against named peers on one generated table, in one run: `DuckDB`'s GROUP BY, merely decoding the columns, and
//! fairlearn's bootstrap. Processor seconds are compared, which tell of less noise than elapsed ones; all take the same threads.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;
use crate::programs;

/// How many threads everybody may take.
const THREADS: &str = "2";

/// How often rows are drawn again by fairlearn; a replicate takes it seconds.
const DRAWN: u32 = 4;

/// Seconds by what was timed, and megabytes by what was weighed, for one table.
type Seconds = BTreeMap<String, f64>;

/// A number that is held against a limit.
struct Ratio {
    what: &'static str,
    of: fn(&Seconds) -> Option<f64>,
    most: f64,
}

fn get(seconds: &Seconds, name: &str) -> Option<f64> {
    seconds.get(name).copied()
}

/// Counting alone: the digest of the file's bytes, which every run makes beside it, is told in a line of its own.
fn counting(seconds: &Seconds, name: &str) -> Option<f64> {
    Some(get(seconds, name)? - get(seconds, "digest")?)
}

fn quotient(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    Some(one? / other?)
}

/// The limits that the project has set itself for the largest table.
const RATIOS: &[Ratio] = &[
    Ratio { what: "counting / DuckDB's GROUP BY", of: |s| quotient(counting(s, "plain"), get(s, "duckdb_plain")), most: 0.5 },
    Ratio {
        what: "counting with scores / DuckDB's GROUP BY with 1,000 buckets",
        of: |s| quotient(counting(s, "scored"), get(s, "duckdb_scored")),
        most: 0.3,
    },
    Ratio {
        what: "counting with scores / decoding its columns",
        of: |s| quotient(counting(s, "scored"), get(s, "decode_scored")),
        most: 1.5,
    },
    Ratio { what: "with replicates / without", of: |s| quotient(counting(s, "paired_plain"), counting(s, "plain")), most: 2.0 },
    Ratio {
        what: "with replicates / without, with scores",
        of: |s| quotient(counting(s, "paired_scored"), counting(s, "scored")),
        most: 2.0,
    },
    Ratio { what: "report of 20 metrics, 1,000 resamples, s", of: |s| get(s, "report"), most: 0.1 },
    Ratio {
        what: "counting and report / DuckDB's GROUP BY",
        of: |s| quotient(Some(counting(s, "plain")? + get(s, "report")?), get(s, "duckdb_plain")),
        most: 1.0,
    },
    Ratio {
        what: "checking 1,000,000 rows of 30 columns / DuckDB's SUMMARIZE",
        of: |s| quotient(checking(s), get(s, "duckdb_summarize")),
        most: 2.0,
    },
    Ratio {
        what: "checking 1,000,000 rows of 30 columns / Evidently's presets",
        of: |s| quotient(checking(s), get(s, "evidently")),
        most: 0.02,
    },
    Ratio { what: "memory at the peak of checking, MB", of: |s| get(s, "checks_memory"), most: 500.0 },
    Ratio { what: "what a release stores, MB", of: |s| get(s, "bundle"), most: 2.0 },
    Ratio { what: "memory at the peak of counting, MB", of: |s| get(s, "peak_memory"), most: 500.0 },
    Ratio {
        what: "a replicate of 4 metrics by sex x race, 100,000 rows / fairlearn's",
        of: |s| quotient(a_replicate(s, "replicates", "few_replicates", 10_000.0), fairlearns(s)),
        most: 0.001,
    },
];

/// All default checks of the data: of rows, and of how columns moved.
fn checking(seconds: &Seconds) -> Option<f64> {
    Some(get(seconds, "checks_of_rows")? + get(seconds, "checks_of_columns")?)
}

fn a_replicate(seconds: &Seconds, many: &str, few: &str, more: f64) -> Option<f64> {
    Some((get(seconds, many)? - get(seconds, few)?) / more)
}

fn fairlearns(seconds: &Seconds) -> Option<f64> {
    a_replicate(seconds, "fairlearn_replicates", "fairlearn_none", f64::from(DRAWN))
}

/// Our own programs that are measured beside the peers, as arguments of the build.
pub(super) const EXAMPLES: &[&str] = &["--example", "count_table", "--example", "report", "--example", "check_table"];

/// Measures every table and returns the names of the limits that the largest one passes.
pub(super) fn run(root: &Path, target: &Path, rows: &[u64], runs: u32) -> Result<Vec<String>, Failure> {
    let folder = target.join("xtask/bench-peers");
    std::fs::create_dir_all(&folder).map_err(|source| Failure::File { action: "make", path: folder.clone(), source })?;
    let python = environment(root, &folder.join("venv"), "requirements.txt")?;
    let programs = Programs { python, peers: root.join("bench/peers.py"), examples: target.join("release/examples") };
    let mut all = Vec::new();
    for rows in rows {
        let table = folder.join(format!("table-{rows}.parquet"));
        made(&table, Command::new(&programs.python).arg(root.join("bench/table.py")).arg(rows.to_string()))?;
        all.push((*rows, programs.measure(&table, runs, *rows <= 100_000)?));
    }
    print!("{}", curve(&all));
    let mut largest = all.last().map(|(_, seconds)| seconds.clone()).unwrap_or_default();
    // fairlearn is timed on the smallest table, and so is what it is held against.
    for name in ["fairlearn_none", "fairlearn_replicates", "few_replicates", "replicates"] {
        if let Some(found) = all.first().and_then(|(_, seconds)| seconds.get(name)) {
            largest.insert(name.to_owned(), *found);
        }
    }
    largest.extend(programs.measure_checks(root, &folder, runs)?);
    let (text, over) = ratios(&largest)?;
    print!("{text}");
    Ok(over)
}

/// Has a program write a table, whose last argument is its path, if it is not there. Written whole or not at all: half a table would be
/// measured the next time.
fn made(table: &Path, write: &mut Command) -> Result<(), Failure> {
    if table.is_file() {
        return Ok(());
    }
    let part = table.with_file_name("part.parquet");
    programs::run(write.arg(&part))?;
    std::fs::rename(&part, table).map_err(|source| Failure::File { action: "name", path: table.to_owned(), source })
}

/// The Python that has some peers, in an environment that is kept from run to run.
fn environment(root: &Path, home: &Path, requirements: &str) -> Result<PathBuf, Failure> {
    let python = home.join("bin/python");
    if !python.is_file() {
        programs::run(Command::new("python3").args(["-m", "venv"]).arg(home))?;
    }
    let wanted = root.join("bench").join(requirements);
    programs::run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(wanted))?;
    Ok(python)
}

/// What is started.
struct Programs {
    python: PathBuf,
    peers: PathBuf,
    examples: PathBuf,
}

impl Programs {
    /// The least seconds of some rounds, in which everybody comes up in turn.
    fn measure(&self, table: &Path, runs: u32, with_fairlearn: bool) -> Result<Seconds, Failure> {
        let mut least = Seconds::new();
        for _ in 0..runs {
            let count = programs::output(Command::new(self.examples.join("count_table")).arg(table).arg(THREADS))?;
            let duckdb = programs::output(Command::new(&self.python).arg(&self.peers).arg("duckdb").arg(table).arg(THREADS))?;
            let report = programs::output(Command::new(self.examples.join("report")).arg(table))?;
            for text in [count, duckdb, report] {
                keep_least(&mut least, &text);
            }
        }
        if with_fairlearn {
            let drawn = DRAWN.to_string();
            let text = programs::output(Command::new(&self.python).arg(&self.peers).arg("fairlearn").arg(table).arg(drawn))?;
            keep_least(&mut least, &text);
        }
        Ok(least)
    }
}

impl Programs {
    /// What all default checks of a table of a million rows and 30 columns take, and what others take to describe it and to tell how
    /// its columns moved.
    fn measure_checks(&self, root: &Path, folder: &Path, runs: u32) -> Result<Seconds, Failure> {
        let [earlier, table] = [1, 2].map(|seed| (folder.join(format!("wide-{seed}.parquet")), seed));
        for (path, seed) in [&earlier, &table] {
            let mut write = Command::new(&self.python);
            made(path, write.arg(root.join("bench/wide_table.py")).arg("1000000").arg(seed.to_string()))?;
        }
        let ([earlier, table], mut least) = ([&earlier.0, &table.0], Seconds::new());
        for _ in 0..runs {
            let mut checks = Command::new(self.examples.join("check_table"));
            let mut summary = Command::new(&self.python);
            keep_least(&mut least, &programs::output(checks.args([table, earlier]).arg(THREADS))?);
            keep_least(&mut least, &programs::output(summary.arg(&self.peers).arg("summarize").arg(table).arg(THREADS))?);
        }
        let python = environment(root, &folder.join("venv-evidently"), "requirements-evidently.txt")?;
        let mut evidently = Command::new(python);
        keep_least(&mut least, &programs::output(evidently.arg(&self.peers).arg("evidently").args([earlier, table]))?);
        Ok(least)
    }
}

/// Lines of a name, seconds elapsed and seconds of processor time.
fn keep_least(least: &mut Seconds, text: &str) {
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [name, _, processor] = words[..] else { continue };
        let Ok(seconds) = processor.parse::<f64>() else { continue };
        let held = least.entry(name.to_owned()).or_insert(seconds);
        *held = held.min(seconds);
    }
}

/// Processor seconds by rows.
fn curve(all: &[(u64, Seconds)]) -> String {
    let mut text = String::from("\nprocessor s, or MB");
    for (rows, _) in all {
        let _ = write!(text, " {:>12}", format!("{rows} rows"));
    }
    let names: std::collections::BTreeSet<&String> = all.iter().flat_map(|(_, seconds)| seconds.keys()).collect();
    for name in names {
        let _ = write!(text, "\n{name:<17}");
        for (_, seconds) in all {
            let shown = seconds.get(name).map_or_else(|| "-".to_owned(), |seconds| format!("{seconds:.3}"));
            let _ = write!(text, " {shown:>12}");
        }
    }
    text + "\n"
}

/// The table of ratios, and the names of those over their limits. A number that was not measured is a failure.
fn ratios(seconds: &Seconds) -> Result<(String, Vec<String>), Failure> {
    let (mut text, mut over) = (String::from("\n"), Vec::new());
    for ratio in RATIOS {
        let value = (ratio.of)(seconds).filter(|value| value.is_finite());
        let value = value.ok_or_else(|| Failure::Output { command: ratio.what.to_owned(), what: "no times to compare" })?;
        let word = if value > ratio.most { "  over the limit" } else { "" };
        let _ = writeln!(text, "{:<68} {value:>9.5}  limit {:>6}{word}", ratio.what, ratio.most);
        if value > ratio.most {
            over.push(ratio.what.to_owned());
        }
    }
    Ok((text, over))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// Every name that a limit asks for, at one second, and the digest at none.
    fn ones() -> Seconds {
        let names = [
            "digest",
            "decode_scored",
            "plain",
            "scored",
            "paired_plain",
            "paired_scored",
            "report",
            "few_replicates",
            "replicates",
            "duckdb_plain",
            "duckdb_scored",
            "fairlearn_none",
            "fairlearn_replicates",
            "bundle",
            "peak_memory",
            "checks_of_rows",
            "checks_of_columns",
            "checks_memory",
            "duckdb_summarize",
            "evidently",
        ];
        let mut seconds: Seconds = names.iter().map(|name| ((*name).to_owned(), 1.0)).collect();
        seconds.insert("digest".to_owned(), 0.0);
        seconds.insert("fairlearn_replicates".to_owned(), 41.0);
        seconds
    }

    #[test]
    fn limits_that_are_passed_are_named_and_others_are_not() {
        let (text, over) = ratios(&ones()).unwrap();
        assert!(over.contains(&"counting / DuckDB's GROUP BY".to_owned()) && text.contains("over the limit"), "{text}");
        assert!(!over.contains(&"with replicates / without".to_owned()), "{text}");
    }

    #[test]
    fn what_was_not_measured_is_a_failure_and_no_pass() {
        for name in ones().keys() {
            let mut seconds = ones();
            seconds.remove(name);
            assert!(ratios(&seconds).is_err(), "{name}");
        }
    }

    #[test]
    fn the_least_of_several_runs_is_kept() {
        let mut least = Seconds::new();
        keep_least(&mut least, "plain 3.0 2.0\nnot a time\n");
        keep_least(&mut least, "plain 1.0 2.5\nscored 1 1\n");
        assert_eq!((least["plain"].to_string(), least.len()), ("2".to_owned(), 2));
    }
}
