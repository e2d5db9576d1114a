//! The only place that writes files: whole, or not at all.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tempfile::NamedTempFile;

/// Held while files are being put in place. An interruption waits for it, so that none is left half-written.
static WRITING: Mutex<()> = Mutex::new(());

/// A file that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {path}: {source}", path = .path.display())]
pub(crate) struct WriteError {
    path: PathBuf,
    source: std::io::Error,
}

impl WriteError {
    /// What to do next.
    #[expect(clippy::unused_self, reason = "every error has a help text, called alike")]
    pub(crate) fn help(&self) -> String {
        "nothing was left half-written; make room, or name a folder that can be written with --output-dir".to_owned()
    }
}

/// Files that are written beside their places and are not there yet. Dropping it removes them.
#[derive(Default)]
pub(crate) struct Staged(Vec<(NamedTempFile, PathBuf)>);

/// Runs `work` while an interruption has to wait.
pub(crate) fn uninterrupted<T>(work: impl FnOnce() -> T) -> T {
    let _guard = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    work()
}

impl Staged {
    /// Writes a file beside its place. Folders are made; nothing that exists changes yet.
    pub(crate) fn add(&mut self, path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
        let failed = |source| WriteError { path: path.to_owned(), source };
        let folder = folder_of(path);
        std::fs::create_dir_all(&folder).map_err(failed)?;
        let mut file = tempfile::Builder::new().prefix(".modelgate-").tempfile_in(&folder).map_err(failed)?;
        file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
        make_readable(&file).map_err(failed)?;
        self.0.push((file, path.to_owned()));
        Ok(())
    }

    /// Puts every file in its place, replacing what was there.
    pub(crate) fn commit(self) -> Result<(), WriteError> {
        for (file, path) in self.0 {
            file.persist(&path).map_err(|error| WriteError { path, source: error.error })?;
        }
        Ok(())
    }
}

/// Holds a folder until it is dropped: other runs that ask for it wait. Ends with its process, so that a crash leaves
/// nothing locked. Where a system cannot lock folders, nobody waits.
pub(crate) struct FolderLock {
    _held: Option<std::fs::File>,
}

impl FolderLock {
    /// Waits for the folder of a file.
    pub(crate) fn beside(path: &Path) -> Self {
        let held = std::fs::File::open(folder_of(path)).ok().filter(|folder| folder.lock().is_ok());
        Self { _held: held }
    }
}

/// Writes one file, whole or not at all.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    uninterrupted(|| {
        let mut staged = Staged::default();
        staged.add(path, bytes)?;
        staged.commit()
    })
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Temporary files are for their owner only; documents are for everybody who may read the folder.
#[cfg(unix)]
fn make_readable(file: &NamedTempFile) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn make_readable(_: &NamedTempFile) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_file_that_fails_leaves_the_others_untouched() {
        let folder = tempfile::tempdir().unwrap();
        let first = folder.path().join("a.md");
        std::fs::write(&first, "before").unwrap();
        std::fs::write(folder.path().join("file"), "").unwrap();
        let mut staged = Staged::default();
        staged.add(&first, b"after").unwrap();
        let error = staged.add(&folder.path().join("file/b.md"), b"x").unwrap_err();
        assert!(error.to_string().starts_with("cannot write "), "{error}");
        drop(staged);
        assert_eq!(std::fs::read_to_string(&first).unwrap(), "before");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "no temporary file is left");
    }

    #[test]
    fn committed_files_are_whole_and_folders_are_made() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out/deep/a.md");
        write(&path, b"text").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"text");
    }
}
