//! Compiled pattern databases in a folder, so that a restart compiles nothing.
//!
//! What is there is as trusted as the program: the folder is made for its owner alone. Nothing here is needed: what
//! cannot be read or written is compiled anew.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use edge_policy::DatabaseCache;

use crate::events::{CompiledDamaged, CompiledUnwritable};

/// Most files kept; those that were of use longest ago go first.
const FILES_MAX: usize = 512;

/// Most bytes kept in all of them.
const BYTES_MAX: u64 = 256 << 20;

/// Largest file read: no database of ours comes near.
const FILE_BYTES_MAX: u64 = 64 << 20;

const SUFFIX: &str = "database";

/// A folder of compiled pattern databases.
#[derive(Debug)]
pub struct DatabaseFolder {
    path: PathBuf,
    /// Whether operators have been told that nothing can be stored: once is enough.
    told: AtomicBool,
}

impl DatabaseFolder {
    /// The folder at `path`, made when the first database is stored.
    pub fn new(path: PathBuf) -> Self {
        Self { path, told: AtomicBool::new(false) }
    }

    fn file(&self, key: u64) -> PathBuf {
        self.path.join(format!("{key:016x}.{SUFFIX}"))
    }

    fn try_store(&self, key: u64, sealed: &[u8]) -> io::Result<()> {
        make_private(&self.path)?;
        let beside = self.path.join(format!("{key:016x}.{}.new", std::process::id()));
        let written = fs::write(&beside, sealed).and_then(|()| fs::rename(&beside, self.file(key)));
        if written.is_err() {
            // Half a file is of no use; that it cannot be removed either is told by the error there is.
            drop(fs::remove_file(&beside));
        }
        written?;
        self.tidy()
    }

    /// Removes what was of use longest ago until the rest is within its limits.
    fn tidy(&self) -> io::Result<()> {
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            let is_ours = entry.path().extension().is_some_and(|suffix| suffix == SUFFIX || suffix == "new");
            let metadata = entry.metadata()?;
            if is_ours && metadata.is_file() {
                files.push((metadata.modified()?, metadata.len(), entry.path()));
            }
        }
        files.sort();
        let mut bytes: u64 = files.iter().map(|(_, bytes, _)| bytes).sum();
        let mut left = files.len();
        for (_, size, path) in files {
            if left <= FILES_MAX && bytes <= BYTES_MAX {
                break;
            }
            fs::remove_file(path)?;
            left -= 1;
            bytes -= size;
        }
        Ok(())
    }
}

impl DatabaseCache for DatabaseFolder {
    fn load(&self, key: u64) -> Option<Vec<u8>> {
        let path = self.file(key);
        let metadata = fs::metadata(&path).ok()?;
        if !metadata.is_file() || metadata.len() > FILE_BYTES_MAX {
            return None;
        }
        let sealed = fs::read(&path).ok()?;
        // A folder that can only be read serves as well: then its files just do not look used.
        drop(File::options().append(true).open(&path).and_then(|file| file.set_modified(SystemTime::now())));
        Some(sealed)
    }

    fn store(&self, key: u64, sealed: &[u8]) {
        if let Err(error) = self.try_store(key, sealed)
            && !self.told.swap(true, Ordering::Relaxed)
        {
            CompiledUnwritable { folder: &self.path.display(), error: &error }.emit();
        }
    }

    fn refused(&self, key: u64) {
        let path = self.file(key);
        CompiledDamaged { path: &path.display() }.emit();
        // It is about to be written anew; until then it would only be told again.
        drop(fs::remove_file(path));
    }
}

/// Makes the folder for its owner alone, if it is not there.
fn make_private(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn count(folder: &Path) -> usize {
        fs::read_dir(folder).unwrap().count()
    }

    #[test]
    fn what_is_stored_is_loaded_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let databases = DatabaseFolder::new(folder.path().join("new/folder"));
        assert_eq!(databases.load(7), None);
        databases.store(7, b"sealed");
        databases.store(7, b"again");
        assert_eq!(databases.load(7).as_deref(), Some(&b"again"[..]));
        assert_eq!(count(&folder.path().join("new/folder")), 1);
    }

    #[test]
    fn a_refused_one_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let databases = DatabaseFolder::new(folder.path().to_owned());
        databases.store(7, b"sealed");
        databases.refused(7);
        assert_eq!((databases.load(7), count(folder.path())), (None, 0));
    }

    #[test]
    fn those_of_use_longest_ago_make_room() {
        let folder = tempfile::tempdir().unwrap();
        let databases = DatabaseFolder::new(folder.path().to_owned());
        fs::write(folder.path().join("somebody-elses.txt"), "stays").unwrap();
        for key in 0..FILES_MAX as u64 {
            fs::write(databases.file(key), "sealed").unwrap();
            let age = Duration::from_secs(10_000 - key);
            let file = File::options().append(true).open(databases.file(key)).unwrap();
            file.set_modified(SystemTime::now() - age).unwrap();
        }
        assert!(databases.load(0).is_some());
        databases.store(9_999, b"sealed");
        assert_eq!(count(folder.path()), FILES_MAX + 1);
        assert_eq!(databases.load(1), None, "the oldest");
        assert!(databases.load(0).is_some(), "used since");
        assert!(databases.load(9_999).is_some());
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_no_harm() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let databases = DatabaseFolder::new(file.join("below"));
        databases.store(7, b"sealed");
        assert_eq!(databases.load(7), None);
    }
}
