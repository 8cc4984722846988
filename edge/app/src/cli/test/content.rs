//! What is in a folder, and what is wrong with it if it looks like a case.

use std::path::{Path, PathBuf};

use super::case::{EXPECTED, EXPECTED_STATS, INPUT, POLICIES};
use crate::cli::Failure;
use crate::nearest::nearest;

/// As many wrong letters make a name another one.
const LETTERS_MAX: usize = 3;

/// A folder's files and folders. What is hidden is none of ours.
#[derive(Debug, Default)]
pub(super) struct Content {
    files: Vec<String>,
    pub(super) folders: Vec<PathBuf>,
    /// Folders behind links, which are not followed: they may lead in circles.
    links: Vec<String>,
}

impl Content {
    pub(super) fn of(folder: &Path) -> Result<Self, Failure> {
        let cannot = |error| format!("cannot read {}: {error}", folder.display());
        let mut content = Self::default();
        for entry in std::fs::read_dir(folder).map_err(cannot)? {
            let entry = entry.map_err(cannot)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let kind = entry.file_type().map_err(cannot)?;
            if name.starts_with('.') {
                continue;
            }
            if kind.is_dir() {
                content.folders.push(entry.path());
            } else if kind.is_symlink() && entry.path().is_dir() {
                content.links.push(name);
            } else {
                content.files.push(name);
            }
        }
        content.files.sort_unstable();
        Ok(content)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.files.iter().any(|file| file == name)
    }

    /// Why it cannot be run, or not as meant.
    pub(super) fn problem(&self, has_policies: bool) -> Option<String> {
        if let Some(link) = self.links.first() {
            return Some(format!("`{link}` is a link to a folder, which is not followed"));
        }
        if let Some((file, name)) = self.files.iter().find_map(|file| Some((file, misspelled(file)?))) {
            return Some(format!("`{file}` is no file of a case; did you mean `{name}`?"));
        }
        let is_case = self.has(INPUT) || self.has(EXPECTED) || self.has(EXPECTED_STATS);
        // A folder without others is there for what it holds.
        let is_left_out = self.folders.is_empty() && self.files.iter().any(|file| is_document(file));
        match (self.has(INPUT), has_policies) {
            (true, true) => None,
            (true, false) => {
                Some(format!("no policies: {} is needed, here or in a folder above", POLICIES.join(" or ")))
            }
            (false, _) => (is_case || is_left_out).then(|| format!("there is no {INPUT}")),
        }
    }
}

fn is_document(file: &str) -> bool {
    Path::new(file)
        .extension()
        .is_some_and(|end| ["json", "yaml", "yml"].iter().any(|known| end.eq_ignore_ascii_case(known)))
}

/// The name that was meant by one that is nearly it.
fn misspelled(file: &str) -> Option<&'static str> {
    let known = || POLICIES.into_iter().chain([INPUT, EXPECTED, EXPECTED_STATS]);
    if !is_document(file) || known().any(|name| name == file) {
        return None;
    }
    let (letters, name) = nearest(&file.to_ascii_lowercase(), known())?;
    (letters <= LETTERS_MAX).then_some(name)
}
