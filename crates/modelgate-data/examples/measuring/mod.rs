//! What a measurement at a terminal needs: time, memory, and a line for each.

use std::time::Instant;

/// Seconds of processor time of this process so far: Linux counts them in hundredths.
fn processor() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    fields.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// Megabytes of memory that this process has had at most.
pub(crate) fn peak_memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.unwrap_or(f64::NAN) / 1_000.0
}

/// Does some work, and prints its name, seconds elapsed and seconds of processor time.
pub(crate) fn timed(name: &str, work: impl FnOnce()) {
    let (start, before) = (Instant::now(), processor());
    work();
    println!("{name} {:.4} {:.4}", start.elapsed().as_secs_f64(), processor() - before);
}
