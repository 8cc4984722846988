//! A registry in a folder.

use std::fs;
use std::io::{Error, ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::model::{MANIFEST_FILE, Registry};
use super::render::render;

/// Most bytes of a file that is read: what a program declares in one set is thousands of times smaller.
pub const FILE_BYTES_MAX: u64 = 16 << 20;

/// A file or folder could not be used.
#[derive(Debug)]
pub struct FolderError {
    /// Which one.
    pub path: PathBuf,
    /// Why.
    pub source: std::io::Error,
}

impl std::fmt::Display for FolderError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.source)
    }
}

impl std::error::Error for FolderError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

/// The YAML files of a folder, by name: name and content, for [`read`](super::read). Refused if there are others in
/// folders of it, which would be no part of the registry without anybody knowing.
pub fn read_folder(folder: &Path) -> Result<Vec<(String, String)>, FolderError> {
    for path in entries(folder)?.into_iter().filter(|path| path.is_dir()) {
        if !yaml_files(&path)?.is_empty() {
            let why = "this folder has YAML files: all of a registry lie in one folder";
            return Err(FolderError { path, source: Error::new(ErrorKind::InvalidInput, why) });
        }
    }
    let mut files = Vec::new();
    for name in yaml_files(folder)? {
        let text = read_file(&folder.join(&name))?;
        files.push((name, text));
    }
    Ok(files)
}

/// The text of one file, if it is not larger than [`FILE_BYTES_MAX`].
pub fn read_file(path: &Path) -> Result<String, FolderError> {
    text_of(path).map_err(|source| FolderError { path: path.to_owned(), source })
}

fn text_of(path: &Path) -> Result<String, Error> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        let why = format!("this is larger than {FILE_BYTES_MAX} bytes: no registry needs such a file");
        return Err(Error::new(ErrorKind::FileTooLarge, why));
    }
    String::from_utf8(bytes).map_err(|error| Error::new(ErrorKind::InvalidData, error))
}

/// Makes a folder hold a registry and no other YAML files.
pub fn write_folder(folder: &Path, registry: &Registry) -> Result<(), FolderError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| FolderError { path, source }
    };
    fs::create_dir_all(folder).map_err(failed(folder))?;
    let files = render(registry);
    for name in yaml_files(folder)? {
        if !files.iter().any(|(kept, _)| *kept == name) {
            let path = folder.join(name);
            fs::remove_file(&path).map_err(failed(&path))?;
        }
    }
    for (name, text) in files {
        let path = folder.join(name);
        fs::write(&path, text).map_err(failed(&path))?;
    }
    Ok(())
}

fn yaml_files(folder: &Path) -> Result<Vec<String>, FolderError> {
    let files = entries(folder)?.into_iter().filter(|path| path.is_file());
    let mut names: Vec<String> =
        files.filter_map(|path| path.file_name()?.to_str().map(str::to_owned)).collect();
    names.retain(|name| is_yaml(name));
    names.sort();
    Ok(names)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, FolderError> {
    let failed = |source| FolderError { path: folder.to_owned(), source };
    let entries = fs::read_dir(folder).map_err(failed)?;
    entries.map(|entry| entry.map(|entry| entry.path()).map_err(failed)).collect()
}

fn is_yaml(name: &str) -> bool {
    name == MANIFEST_FILE || Path::new(name).extension().is_some_and(|kind| kind == "yaml" || kind == "yml")
}
