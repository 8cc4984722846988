//! What is looked at: a registry in a folder, or the files of one.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::Failure;
use super::report::Finding;
use crate::registry::{Registry, RegistryProblem, read, read_file, read_folder};

/// The files of a registry, as they are named among each other and as they were found.
pub(super) struct Source {
    pub(super) files: Vec<(String, String)>,
    paths: HashMap<String, PathBuf>,
    /// Where a file would be that is missing.
    folder: PathBuf,
}

impl Source {
    /// One folder, or any number of files.
    pub(super) fn of(paths: &[PathBuf]) -> Result<Self, Failure> {
        match paths {
            [folder] if folder.is_dir() => Self::of_folder(folder),
            files => Self::of_files(files),
        }
    }

    fn of_folder(folder: &Path) -> Result<Self, Failure> {
        let files = read_folder(folder)?;
        let paths = files.iter().map(|(name, _)| (name.clone(), folder.join(name))).collect();
        Ok(Self { files, paths, folder: folder.to_owned() })
    }

    fn of_files(files: &[PathBuf]) -> Result<Self, Failure> {
        let folder = files.first().and_then(|path| path.parent()).unwrap_or(Path::new("")).to_owned();
        let mut source = Self { files: Vec::new(), paths: HashMap::new(), folder };
        for path in files {
            if path.is_dir() {
                let why = "a folder is a registry of its own: name one folder, two to compare, or files";
                return Err(Failure(format!("{}: {why}", path.display())));
            }
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            source.files.push((name.clone(), read_file(path)?));
            source.paths.entry(name).or_insert_with(|| path.clone());
        }
        Ok(source)
    }

    pub(super) fn read(&self) -> Result<Registry, Vec<Finding>> {
        read(&self.files).map_err(|problems| self.named(problems))
    }

    /// The problems, with files named as they were found.
    pub(super) fn named(&self, problems: Vec<RegistryProblem>) -> Vec<Finding> {
        let found = |name: &str| self.paths.get(name).cloned().unwrap_or_else(|| self.folder.join(name));
        let named = |problem: RegistryProblem| RegistryProblem {
            file: found(&problem.file).display().to_string(),
            ..problem
        };
        problems.into_iter().map(named).map(Finding::Problem).collect()
    }
}
