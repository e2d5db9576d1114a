//! Measures time, memory and size of the release binary against the limits that the project has set itself.

mod peers;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use crate::REAL_DATA;
use crate::failure::Failure;
use crate::programs::{self, cargo};

/// Bytes of a megabyte, as sizes of files and memory are stated here.
const MEGABYTE: f64 = 1_000_000.0;

/// One command that is measured.
struct Workload {
    name: &'static str,
    arguments: &'static [&'static str],
    /// Makes the files that it needs in a folder; false where it needs real data that is not there.
    prepare: fn(&Path, &Prepare<'_>) -> Result<bool, Failure>,
    /// The exit codes of a run that did its work; a gate that says no has worked as well.
    works: &'static [i32],
    limits: &'static [Limit],
}

/// What files are made with.
struct Prepare<'a> {
    root: &'a Path,
    binary: &'a Path,
}

/// The most that a workload may take.
struct Limit {
    of: Measure,
    most: f64,
}

/// What is measured.
#[derive(Clone, Copy)]
enum Measure {
    /// Seconds that a person waits.
    Elapsed,
    /// Seconds of processor time, user and system.
    Processor,
    /// Megabytes of memory at the peak.
    Memory,
    /// Seconds of drawing replicates as a ratio to counting the rows, as `--timings` tells them: with both, a pass may take
    /// twice as long as the count alone.
    ReplicatingToCounting,
    /// Seconds of judging, and of writing what follows from it, on one thread.
    Judging,
}

const WORKLOADS: &[Workload] = &[
    Workload {
        name: "demo",
        arguments: &["demo"],
        prepare: |_, _| Ok(true),
        works: &[0],
        limits: &[Limit { of: Measure::Elapsed, most: 3.0 }, Limit { of: Measure::Memory, most: 300.0 }],
    },
    Workload {
        name: "check on Adult, predictions given",
        arguments: &["check", "--timings"],
        prepare: prepare_adult,
        works: &[0, 1],
        limits: &[
            Limit { of: Measure::Processor, most: 0.5 },
            Limit { of: Measure::Memory, most: 300.0 },
            Limit { of: Measure::ReplicatingToCounting, most: 1.0 },
        ],
    },
    Workload {
        name: "loans, all packs and documents",
        arguments: &["judge", "--quiet", "--timings", "--counts", "counts.json"],
        prepare: prepare_loans,
        works: &[1],
        limits: &[Limit { of: Measure::Judging, most: 0.3 }],
    },
];

/// The largest binary that is handed out, in megabytes.
const LARGEST_BINARY: f64 = 30.0;

/// How release programs are built: from the whole workspace, so that no dependency is built twice with other features.
const BUILD: [&str; 4] = ["build", "--release", "--locked", "--workspace"];

/// How the program that is handed out is built.
const HANDED_OUT: [&str; 5] = ["build", "--profile", "dist", "--locked", "--workspace"];

/// One line of the table.
struct Row {
    name: String,
    value: f64,
    most: f64,
}

/// What one run took.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Cost {
    elapsed: f64,
    processor: f64,
    memory: f64,
    replicating_to_counting: Option<f64>,
    judging: Option<f64>,
}

impl Cost {
    /// The least of both runs, number by number: what disturbs a run only ever adds to it.
    fn or_less(self, other: &Self) -> Self {
        let ratios = [self.replicating_to_counting, other.replicating_to_counting];
        Self {
            elapsed: self.elapsed.min(other.elapsed),
            processor: self.processor.min(other.processor),
            memory: self.memory.min(other.memory),
            replicating_to_counting: ratios.into_iter().flatten().reduce(f64::min),
            judging: [self.judging, other.judging].into_iter().flatten().reduce(f64::min),
        }
    }
}

/// What the test of the scan for personal data says that it gets right, on its labelled fixture.
fn personal_data(root: &Path) -> Result<String, Failure> {
    const TEST: [&str; 7] =
        ["test", "--workspace", "--locked", "--lib", "--", "--nocapture", "kinds_with_a_check_are_found_with_the_precision"];
    let printed = programs::output(cargo(root).args(TEST))?;
    // The line begins where the test's own name ends.
    let lines: Vec<&str> = printed.lines().filter_map(|line| line.get(line.find("personal data with a check")?..)).collect();
    if lines.is_empty() {
        return Err(Failure::Output { command: TEST.join(" "), what: "no precision and recall" });
    }
    Ok(lines.join("\n") + "\n")
}

/// What a trail of ten thousand entries costs, and the most that it may.
const TRAIL: &[(&str, f64)] = &[("append ms", 50.0), ("growth KB", 16.0), ("verify s", 2.0)];

/// Measures a long trail: a test makes it and appends to it, and the program that is given looks through it.
fn long_trail(root: &Path, binary: &Path) -> Result<Vec<Row>, Failure> {
    const TEST: [&str; 8] = [
        "test",
        "--workspace",
        "--locked",
        "--test",
        "it",
        "--",
        "--nocapture",
        "a_long_trail_costs_little_more_than_a_short_one",
    ];
    let mut test = cargo(root);
    let printed = programs::output(test.args(TEST).env("MODELGATE_LONG_TRAIL", "10000").env("MODELGATE_TIMED_PROGRAM", binary))?;
    let row = |(what, most): &(&str, f64)| {
        let line =
            printed.lines().find_map(|line| line.get(line.find("trail of 10000 entries")?..).filter(|line| line.contains(what)));
        let value = line.and_then(|line| line.rsplit(' ').next()?.parse().ok());
        let value = value.ok_or(Failure::Output { command: TEST.join(" "), what: "no costs of a trail" })?;
        Ok(Row { name: format!("trail of 10,000 entries: {what}"), value, most: *most })
    };
    TRAIL.iter().map(row).collect()
}

/// Builds the release binary, measures everything, and fails where a limit is passed.
pub(crate) fn run(root: &Path, runs: u32, peers: &[u64]) -> Result<(), Failure> {
    print!("{}", personal_data(root)?);
    // In one call: examples bring other features of their dependencies along, with which everything would be built once more.
    let examples = if peers.is_empty() { &[][..] } else { peers::EXAMPLES };
    programs::run(cargo(root).args(BUILD).args(["--bin", "modelgate"]).args(examples))?;
    let target = programs::target_directory(root)?;
    let binary = target.join("release").join(format!("modelgate{}", std::env::consts::EXE_SUFFIX));
    programs::run(cargo(root).args(HANDED_OUT).args(["--bin", "modelgate"]))?;
    let mut rows = vec![size(&target.join("dist").join(format!("modelgate{}", std::env::consts::EXE_SUFFIX)))?];
    rows.extend(long_trail(root, &binary)?);
    for workload in WORKLOADS {
        rows.extend(measure(workload, &Prepare { root, binary: &binary }, &target.join("xtask/bench"), runs)?);
    }
    print!("{}", table(&rows));
    let mut over: Vec<String> = rows.iter().filter(|row| row.value > row.most).map(|row| row.name.clone()).collect();
    if !peers.is_empty() {
        over.extend(peers::run(root, &target, peers, runs)?);
    }
    if over.is_empty() { Ok(()) } else { Err(Failure::OverLimit { names: over }) }
}

fn size(binary: &Path) -> Result<Row, Failure> {
    let failed = |source| Failure::File { action: "measure", path: binary.to_owned(), source };
    let bytes = std::fs::metadata(binary).map_err(failed)?.len();
    Ok(Row { name: "binary, MB".to_owned(), value: bytes as f64 / MEGABYTE, most: LARGEST_BINARY })
}

/// The least of some runs, each in a folder as new, against the limits of the workload.
fn measure(workload: &Workload, with: &Prepare<'_>, folder: &Path, runs: u32) -> Result<Vec<Row>, Failure> {
    let mut least: Option<Cost> = None;
    for _ in 0..runs {
        clear(folder)?;
        if !(workload.prepare)(folder, with)? {
            println!("note: {REAL_DATA} is not set: \"{}\" is not measured", workload.name);
            return Ok(Vec::new());
        }
        let cost = run_once(workload, with.binary, folder)?;
        least = Some(least.map_or(cost, |least| least.or_less(&cost)));
    }
    let Some(cost) = least else { return Ok(Vec::new()) };
    workload.limits.iter().map(|limit| row(workload, limit, &cost)).collect()
}

fn row(workload: &Workload, limit: &Limit, cost: &Cost) -> Result<Row, Failure> {
    let (unit, value) = match limit.of {
        Measure::Elapsed => ("elapsed s", Some(cost.elapsed)),
        Measure::Processor => ("processor s", Some(cost.processor)),
        Measure::Memory => ("peak memory, MB", Some(cost.memory)),
        Measure::ReplicatingToCounting => ("replicating / counting", cost.replicating_to_counting),
        Measure::Judging => ("judging and writing s", cost.judging),
    };
    let value =
        value.ok_or_else(|| Failure::Output { command: described(workload), what: "not the timings that are asked for" })?;
    Ok(Row { name: format!("{}: {unit}", workload.name), value, most: limit.most })
}

fn described(workload: &Workload) -> String {
    format!("modelgate {}", workload.arguments.join(" "))
}

fn clear(folder: &Path) -> Result<(), Failure> {
    let failed = |source| Failure::File { action: "make", path: folder.to_owned(), source };
    if folder.exists() {
        std::fs::remove_dir_all(folder).map_err(failed)?;
    }
    std::fs::create_dir_all(folder).map_err(failed)
}

/// Runs a workload under a program that measures it: GNU time, or Python where there is none.
fn run_once(workload: &Workload, binary: &Path, folder: &Path) -> Result<Cost, Failure> {
    let costs = folder.join("costs");
    let mut command = measuring(&costs);
    command.arg(binary).args(workload.arguments).current_dir(folder).stdin(std::process::Stdio::null());
    let (status, errors) = programs::error_output(&mut command)?;
    if !did_its_work(workload, status) {
        print!("{errors}");
        return Err(Failure::Ended { command: described(workload), status: status.to_string() });
    }
    let text = std::fs::read_to_string(&costs).map_err(|source| Failure::File { action: "read", path: costs, source })?;
    let cost = read_costs(&text)
        .ok_or_else(|| Failure::Output { command: programs::described(&command), what: "no times and memory to read" })?;
    Ok(Cost { replicating_to_counting: replicating_to_counting(&errors), judging: judging(&errors), ..cost })
}

fn did_its_work(workload: &Workload, status: ExitStatus) -> bool {
    status.code().is_some_and(|code| workload.works.contains(&code))
}

/// Runs the rest of its arguments and writes seconds (elapsed, user, system) and kilobytes of peak memory to a file.
const PYTHON: &str = "import resource, subprocess, sys, time
start = time.monotonic()
code = subprocess.call(sys.argv[2:])
elapsed = time.monotonic() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
unit = 1024 if sys.platform == 'darwin' else 1
open(sys.argv[1], 'w').write(f'{elapsed} {used.ru_utime} {used.ru_stime} {used.ru_maxrss // unit}')
sys.exit(code)";

fn measuring(costs: &Path) -> Command {
    if programs::answers(Command::new("time").arg("--version")) {
        let mut command = Command::new("time");
        command.args(["--quiet", "--format", "%e %U %S %M", "--output"]).arg(costs);
        return command;
    }
    let mut command = Command::new("python3");
    command.args(["-c", PYTHON]).arg(costs);
    command
}

/// Reads "elapsed user system kilobytes".
fn read_costs(text: &str) -> Option<Cost> {
    let numbers: Vec<f64> = text.split_whitespace().map_while(|word| word.parse().ok()).collect();
    let [elapsed, user, system, kilobytes] = numbers[..] else { return None };
    Some(Cost {
        elapsed,
        processor: user + system,
        memory: kilobytes * 1024.0 / MEGABYTE,
        replicating_to_counting: None,
        judging: None,
    })
}

/// The ratio of `timing replicating <seconds>` to `timing counting <seconds>`.
fn replicating_to_counting(errors: &str) -> Option<f64> {
    Some(timing(errors, "replicating")? / timing(errors, "counting")?)
}

/// The sum of `timing judging <seconds>` and `timing recording <seconds>`.
fn judging(errors: &str) -> Option<f64> {
    Some(timing(errors, "judging")? + timing(errors, "recording")?)
}

fn timing(errors: &str, room: &str) -> Option<f64> {
    let start = format!("timing {room} ");
    errors.lines().find_map(|line| line.strip_prefix(&start))?.trim().parse().ok()
}

/// The table: value, limit, and how much of the limit is used.
fn table(rows: &[Row]) -> String {
    let width = rows.iter().map(|row| row.name.len()).max().unwrap_or(0);
    let mut text = format!("\n{:width$}  {:>8}  {:>8}  {:>6}\n", "", "measured", "limit", "used");
    for row in rows {
        let used = 100.0 * row.value / row.most;
        let over = if row.value > row.most { "  over the limit" } else { "" };
        let _ = writeln!(text, "{:width$}  {:8.3}  {:8.3}  {used:4.0} %{over}", row.name, row.value, row.most);
    }
    text
}

/// Puts predictions on the test rows of Adult into the folder, with a configuration that gates them.
fn prepare_adult(folder: &Path, _: &Prepare<'_>) -> Result<bool, Failure> {
    let Some(data) = std::env::var_os(REAL_DATA) else { return Ok(false) };
    let source: PathBuf = Path::new(&data).join("adult/adult.test");
    let text = std::fs::read_to_string(&source).map_err(|error| Failure::File { action: "read", path: source, source: error })?;
    for (name, content) in [("predictions.csv", predictions_on_adult(&text)), ("modelgate.yml", ADULT_CONFIG.to_owned())] {
        let path = folder.join(name);
        std::fs::write(&path, content).map_err(|error| Failure::File { action: "write", path, source: error })?;
    }
    Ok(true)
}

/// Makes the repository of the loans example, chooses every pack that none has taken the place of, and counts.
fn prepare_loans(folder: &Path, with: &Prepare<'_>) -> Result<bool, Failure> {
    let failed = |action, path: &Path| {
        let path = path.to_owned();
        move |source| Failure::File { action, path, source }
    };
    let script = with.root.join("examples/loans/make-history.sh");
    programs::output(Command::new("bash").arg(script).arg(folder).env("MODELGATE", with.binary))?;
    let packs = with.root.join("crates/modelgate-config/packs");
    let mut chosen = Vec::new();
    for entry in std::fs::read_dir(&packs).map_err(failed("read", &packs))? {
        let path = entry.map_err(failed("read", &packs))?.path();
        if path.extension().is_some_and(|ending| ending == "yml") {
            let text = std::fs::read_to_string(&path).map_err(failed("read", &path))?;
            let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            chosen.extend(Some(name).filter(|_| !text.contains("superseded_by")));
        }
    }
    chosen.sort();
    let config = folder.join("modelgate.yml");
    let text = std::fs::read_to_string(&config).map_err(failed("read", &config))?;
    let all = format!("packs: [{}]", chosen.join(", "));
    let lines: Vec<&str> = text.lines().map(|line| if line.starts_with("packs:") { all.as_str() } else { line }).collect();
    std::fs::write(&config, lines.join("\n") + "\n").map_err(failed("write", &config))?;
    // The gate of the example says no, and counts all the same.
    let mut count = Command::new(with.binary);
    programs::error_output(count.args(["check", "--quiet", "--counts-out", "counts.json"]).current_dir(folder))?;
    Ok(true)
}

const ADULT_CONFIG: &str = "\
version: 1
model: {name: adult, predictions: predictions.csv}
data: {label: label, prediction: prediction, score: score}
evaluation:
  slices: [sex, race, {column: age, bins: [25, 45, 65], name: age_band}]
gates:
  - {metric: accuracy, lower_bound: 0.7}
  - {metric: true_positive_rate, slices: every, lower_bound: 0.1, level: warn}
";

/// The test rows of Adult with a score from three columns. The weights are made by hand: how long the gate takes does
/// not depend on how good the model is.
fn predictions_on_adult(text: &str) -> String {
    let mut csv = String::from("label,score,prediction,sex,race,age\n");
    for line in text.lines() {
        let cells: Vec<&str> = line.split(',').map(str::trim).collect();
        let [age, _, _, _, education, _, _, _, race, sex, _, _, hours, _, label] = cells[..] else { continue };
        let number = |cell: &str| cell.parse::<f64>().unwrap_or(0.0);
        let logit = 0.035 * number(age) + 0.33 * number(education) + 0.03 * number(hours) - 7.2;
        let score = 1.0 / (1.0 + (-logit).exp());
        let label = u8::from(label.starts_with(">50K"));
        let _ = writeln!(csv, "{label},{score},{},{sex},{race},{age}", u8::from(score >= 0.5));
    }
    csv
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn costs_are_read_in_seconds_and_megabytes() {
        let cost = Cost { elapsed: 1.5, processor: 0.3, memory: 204.8, replicating_to_counting: None, judging: None };
        assert_eq!(read_costs("1.5 0.25 0.05 200000\n"), Some(cost));
        for text in ["", "1.5 0.25 0.05", "1.5 0.25 x 1"] {
            assert_eq!(read_costs(text), None, "{text:?}");
        }
    }

    #[test]
    fn timings_are_found_among_other_lines() {
        assert_eq!(replicating_to_counting("warning: x\ntiming counting 0.5\ntiming replicating 0.25\n"), Some(0.5));
        assert_eq!(replicating_to_counting("timing counting 0.5\n"), None);
        assert_eq!(judging("timing judging 0.25\ntiming recording 0.5\n"), Some(0.75));
        assert_eq!(judging("timing judging 0.25\n"), None);
    }

    #[test]
    fn the_least_of_two_runs_is_taken_number_by_number() {
        let cost =
            |elapsed, processor, ratio| Cost { elapsed, processor, memory: 1.0, replicating_to_counting: ratio, judging: None };
        assert_eq!(cost(2.0, 1.0, None).or_less(&cost(1.0, 3.0, Some(0.5))), cost(1.0, 1.0, Some(0.5)));
    }

    #[test]
    fn a_row_over_its_limit_says_so() {
        let row = |value| Row { name: "x".to_owned(), value, most: 2.0 };
        assert!(table(&[row(2.5)]).contains("125 %  over the limit"));
        assert!(!table(&[row(1.5)]).contains("over"));
    }

    #[test]
    fn either_measuring_program_gives_readable_costs() {
        let folder = tempfile::tempdir().unwrap();
        let costs = folder.path().join("costs");
        let mut python = Command::new("python3");
        python.args(["-c", PYTHON]).arg(&costs);
        for mut command in [measuring(&costs), python] {
            if !programs::answers(Command::new(command.get_program()).arg("--version")) {
                println!("skipped: {} is not installed", command.get_program().display());
                continue;
            }
            let (status, _) = programs::error_output(command.args(["/bin/sh", "-c", "exit 1"])).unwrap();
            assert_eq!(status.code(), Some(1));
            let cost = read_costs(&std::fs::read_to_string(&costs).unwrap()).unwrap();
            assert!(cost.processor < 5.0 && cost.memory > 0.1, "{cost:?}");
        }
    }

    #[test]
    fn adult_rows_become_predictions() {
        let text = "|1x3 Cross validator\n25, Private, 226802, 11th, 7, Never-married, Machine-op-inspct, Own-child, Black, Male, 0, 0, \
                    40, United-States, <=50K.\n\n";
        let csv = predictions_on_adult(text);
        assert_eq!(csv.lines().count(), 2);
        assert!(csv.lines().nth(1).unwrap().starts_with("0,0.0"), "{csv}");
        assert!(csv.ends_with(",0,Male,Black,25\n"), "{csv}");
    }

    #[test]
    fn a_workload_without_timings_is_a_failure_and_no_pass() {
        let workload = WORKLOADS.last().unwrap();
        let cost = Cost { elapsed: 0.1, processor: 0.1, memory: 1.0, replicating_to_counting: None, judging: None };
        let failures = workload.limits.iter().filter(|limit| row(workload, limit, &cost).is_err()).count();
        assert_eq!(failures, 1);
    }
}
