//! Cases as folders hold them.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::content::Content;
use crate::cli::{Failure, read};

pub(super) const POLICIES: [&str; 3] = ["policies.json", "policies.yaml", "policies.yml"];
pub(super) const INPUT: &str = "input.json";
pub(super) const EXPECTED: &str = "expected.json";
pub(super) const EXPECTED_STATS: &str = "expected_stats.json";

/// An input, the policies it is put through, and what must come of it.
#[derive(Debug)]
pub(super) struct Case {
    /// Its folder, below that of all cases.
    pub(super) name: String,
    folder: PathBuf,
    pub(super) policies: PathBuf,
}

/// What a folder turned out to be.
#[derive(Debug)]
pub(super) enum Found {
    Case(Case),
    /// It looks like a case and cannot be run.
    Broken {
        name: String,
        why: String,
    },
}

impl Found {
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Case(case) => &case.name,
            Self::Broken { name, .. } => name,
        }
    }
}

/// Every case in `folder` or below it, and everything that looks like one, in the order of their names.
pub(super) fn find(folder: &Path) -> Result<Vec<Found>, Failure> {
    let mut found = Vec::new();
    visit(folder, folder, None, &mut found)?;
    found.sort_by(|a, b| a.name().cmp(b.name()));
    Ok(found)
}

/// Policies count for the folder that they are in and for those below it that have none.
fn visit(root: &Path, folder: &Path, above: Option<&Path>, found: &mut Vec<Found>) -> Result<(), Failure> {
    let own = POLICIES.iter().map(|name| folder.join(name)).find(|path| path.is_file());
    let policies = own.as_deref().or(above);
    let name = folder.strip_prefix(root).unwrap_or(folder).display().to_string();
    let name = if name.is_empty() { ".".to_owned() } else { name };
    let content = Content::of(folder)?;
    match (content.problem(policies.is_some()), policies) {
        (Some(why), _) => found.push(Found::Broken { name, why }),
        (None, Some(policies)) if content.has(INPUT) => {
            found.push(Found::Case(Case { name, folder: folder.to_owned(), policies: policies.to_owned() }));
        }
        (None, _) => {}
    }
    content.folders.iter().try_for_each(|inner| visit(root, inner, policies, found))
}

impl Case {
    pub(super) fn input(&self) -> Result<Vec<u8>, Failure> {
        read(&self.folder.join(INPUT))
    }

    /// A file of the case, if it is there.
    pub(super) fn read_json(&self, name: &str) -> Result<Option<Value>, Failure> {
        let path = self.folder.join(name);
        if !path.exists() {
            return Ok(None);
        }
        let value = serde_json::from_slice(&read(&path)?);
        Ok(Some(value.map_err(|error| format!("{}: {error}", path.display()))?))
    }

    /// Writes a file of the case, unless it is there and says the same; true if it was written.
    pub(super) fn write_if_other(
        &self,
        name: &str,
        value: &Value,
        differences: impl Fn(&Value) -> Vec<String>,
    ) -> Result<bool, Failure> {
        if self.read_json(name)?.is_some_and(|expected| differences(&expected).is_empty()) {
            return Ok(false);
        }
        let path = self.folder.join(name);
        std::fs::write(&path, format!("{value:#}\n"))
            .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
        Ok(true)
    }
}
