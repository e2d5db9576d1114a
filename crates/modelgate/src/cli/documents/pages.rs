//! `documents pages`: the documents of a run as pages to read and to print, and as PDFs.

use std::path::{Path, PathBuf};

use modelgate_report::Document;

use crate::browser;
use crate::cli::PagesArgs;
use crate::context::{Console, Context};
use crate::exit::ExitStatus;
use crate::failure::{Failure, unreadable};
use crate::output::{Staged, uninterrupted};
use crate::pipeline;
use crate::terminal::plain;

/// Writes a page beside each document, and its PDF where that is asked for.
pub(crate) fn run(arguments: &PagesArgs, context: &Context, console: &mut Console<'_>) -> Result<ExitStatus, Failure> {
    // Before anything is written it is known whether all of it can be.
    let browser =
        if arguments.pdf { Some(browser::find(arguments.browser.as_deref(), (context.environment)("PATH"))?) } else { None };
    let documents = if arguments.files.is_empty() { of_folder(arguments, console)? } else { arguments.files.clone() };
    let mut staged = Staged::default();
    let mut pages = Vec::new();
    for document in &documents {
        let bytes = std::fs::read(document).map_err(|error| unreadable(document, &error))?;
        let text = String::from_utf8(bytes).map_err(|_| {
            Failure::with_help(format!("{} is not UTF-8", document.display()), "give the Markdown documents that `check` wrote")
        })?;
        let name = document.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let page = document.with_extension("html");
        if page == *document {
            let help = "report.html is a page already: print it from any browser, or give Markdown documents";
            return Err(Failure::with_help(format!("{} is no Markdown document", document.display()), help));
        }
        staged.add(&page, Document::page(&text, &name).as_bytes())?;
        pages.push(page);
    }
    uninterrupted(|| staged.commit())?;
    for page in &pages {
        console.result(&plain(&page.display().to_string()));
        if let Some(browser) = &browser {
            let pdf = page.with_extension("pdf");
            let from = page.canonicalize().map_err(|error| unreadable(page, &error))?;
            browser::print(browser, &from, &pdf)?;
            console.result(&plain(&pdf.display().to_string()));
        }
    }
    Ok(ExitStatus::Passed)
}

/// Every Markdown document of the folder but the comment, by name.
fn of_folder(arguments: &PagesArgs, console: &mut Console<'_>) -> Result<Vec<PathBuf>, Failure> {
    let folder = match &arguments.output_dir {
        Some(folder) => folder.clone(),
        None => pipeline::load_without_rows(&arguments.input.config, console)?.output_directory,
    };
    let entries = std::fs::read_dir(&folder).map_err(|error| unreadable(&folder, &error))?;
    let is_document = |path: &Path| {
        path.extension().is_some_and(|extension| extension == "md") && path.file_name().is_some_and(|name| name != "comment.md")
    };
    let mut found: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| is_document(path)).collect();
    found.sort();
    if found.is_empty() {
        let help = "run `modelgate check` first, or name the documents";
        return Err(Failure::with_help(format!("{} has no Markdown document", folder.display()), help));
    }
    Ok(found)
}
