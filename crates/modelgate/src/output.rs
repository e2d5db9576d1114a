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
        // A link stays a link: what it leads to is what is written.
        let path = &std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let old = std::fs::metadata(path).ok();
        check_replaceable(old.as_ref()).map_err(failed)?;
        let folder = folder_of(path);
        std::fs::create_dir_all(&folder).map_err(failed)?;
        let mut file = tempfile::Builder::new().prefix(".modelgate-").tempfile_in(&folder).map_err(failed)?;
        file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
        match old {
            Some(old) => file.as_file().set_permissions(old.permissions()).map_err(failed)?,
            None => make_readable(&file).map_err(failed)?,
        }
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

/// A folder with files that are handed to another program. It is gone with the value.
pub(crate) struct Handed(tempfile::TempDir);

impl Handed {
    /// An empty one, which nobody else may read.
    pub(crate) fn new() -> Result<Self, WriteError> {
        let made = tempfile::Builder::new().prefix("modelgate-").tempdir();
        made.map(Self).map_err(|source| WriteError { path: std::env::temp_dir(), source })
    }

    /// Where a file of it is, or will be.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file, and tells where it is.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, WriteError> {
        let path = self.path(name);
        match std::fs::write(&path, bytes) {
            Ok(()) => Ok(path),
            Err(source) => Err(WriteError { path, source }),
        }
    }
}

/// Holds a folder until it is dropped: other runs that ask for it wait. Ends with its process, so that a crash leaves
/// nothing locked. Where a system cannot lock folders, nobody waits.
pub(crate) struct FolderLock {
    _held: Option<std::fs::File>,
}

impl FolderLock {
    /// Waits for the folder of a file, which is made where it is missing.
    pub(crate) fn beside(path: &Path) -> Self {
        let folder = folder_of(path);
        let opened = std::fs::create_dir_all(&folder).and_then(|()| std::fs::File::open(folder));
        Self { _held: opened.ok().filter(|folder| folder.lock().is_ok()) }
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

/// Removes a file, where it is there.
pub(crate) fn remove(path: &Path) -> Result<(), WriteError> {
    match std::fs::remove_file(path) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => Err(WriteError { path: path.to_owned(), source }),
        _ => Ok(()),
    }
}

/// What stands in the way is found before anything is put in place.
fn check_replaceable(old: Option<&std::fs::Metadata>) -> std::io::Result<()> {
    let refused = |kind: std::io::ErrorKind, why: &str| Err(std::io::Error::new(kind, why));
    match old {
        Some(old) if old.is_dir() => refused(std::io::ErrorKind::IsADirectory, "a folder is there"),
        Some(old) if old.permissions().readonly() => refused(std::io::ErrorKind::PermissionDenied, "the file there is read-only"),
        _ => Ok(()),
    }
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
    fn what_cannot_be_replaced_is_refused_before_anything_changes() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("taken")).unwrap();
        let read_only = folder.path().join("read-only");
        std::fs::write(&read_only, "kept").unwrap();
        let mut permissions = std::fs::metadata(&read_only).unwrap().permissions();
        permissions.set_readonly(true);
        std::fs::set_permissions(&read_only, permissions).unwrap();
        for name in ["taken", "read-only"] {
            assert!(Staged::default().add(&folder.path().join(name), b"x").is_err(), "{name}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_and_the_permissions_of_a_file_stay_as_they_are() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        std::fs::write(&real, "before").unwrap();
        std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o600)).unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        write(&link, b"after").unwrap();
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(std::fs::read(&real).unwrap(), b"after");
        assert_eq!(std::fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn committed_files_are_whole_and_folders_are_made() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out/deep/a.md");
        write(&path, b"text").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"text");
    }
}
