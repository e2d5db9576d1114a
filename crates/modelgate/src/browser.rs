//! A browser that prints pages: Chromium, where it is there.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::terminal::plain;

/// The names under which it is looked for, in order.
const NAMES: [&str; 5] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/// How long one page may take.
const TIMEOUT: Duration = Duration::from_mins(1);

/// How often it is looked whether it is done.
const PAUSE: Duration = Duration::from_millis(50);

/// The browser to use: the named one, else the first that is on the path.
pub(crate) fn find(named: Option<&Path>, path: Option<String>) -> Result<PathBuf, Failure> {
    if let Some(named) = named {
        return Ok(named.to_owned());
    }
    let folders: Vec<PathBuf> = path.map(|path| std::env::split_paths(&path).collect()).unwrap_or_default();
    let candidates = NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    candidates.into_iter().find(|candidate| candidate.is_file()).ok_or_else(|| {
        Failure::with_help(
            format!("no browser is here that prints pages: none of {} is on the PATH", NAMES.join(", ")),
            "install Chromium, name one with --browser, or print the HTML pages from any browser",
        )
    })
}

/// Prints a page into a PDF.
pub(crate) fn print(browser: &Path, page: &Path, pdf: &Path) -> Result<(), Failure> {
    let folder = tempfile::tempdir().map_err(|error| Failure::new(format!("no folder for temporary files: {error}")))?;
    let printed = folder.path().join("page.pdf");
    // Chromium refuses its sandbox to the administrator, who runs many containers. The page is ours, and runs no script.
    let first = once(browser, page, &printed, folder.path(), &[])?;
    if !printed.is_file() {
        let second = once(browser, page, &printed, folder.path(), &["--no-sandbox"])?;
        if !printed.is_file() {
            let said = if second.trim().is_empty() { first } else { second };
            let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing").to_owned();
            return Err(Failure::with_help(
                format!("{} printed no PDF of {}: {}", plain(&browser.display().to_string()), page.display(), plain(&last)),
                "the HTML page is there: print it from any browser",
            ));
        }
    }
    std::fs::copy(&printed, pdf).map(drop).map_err(|error| Failure::new(format!("{} cannot be written: {error}", pdf.display())))
}

/// Runs the browser; gives back what it said.
fn once(browser: &Path, page: &Path, pdf: &Path, folder: &Path, more: &[&str]) -> Result<String, Failure> {
    let log = folder.join("log");
    let unwritable = |error: std::io::Error| Failure::new(format!("a temporary file cannot be written: {error}"));
    let mut command = Command::new(browser);
    command
        .args(["--headless", "--disable-gpu", "--no-pdf-header-footer", "--no-first-run", "--disable-extensions"])
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .arg(format!("--print-to-pdf={}", pdf.display()))
        .args(more)
        .arg(format!("file://{}", page.display()))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(std::fs::File::create(&log).map_err(unwritable)?);
    let mut child = command.spawn().map_err(|error| {
        Failure::with_help(format!("{} cannot be started: {error}", browser.display()), "check the path that --browser names")
    })?;
    let started = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(_)) => break,
            Ok(None) if started.elapsed() < TIMEOUT => std::thread::sleep(PAUSE),
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                break;
            }
        }
    }
    Ok(String::from_utf8_lossy(&std::fs::read(&log).unwrap_or_default()).into_owned())
}
