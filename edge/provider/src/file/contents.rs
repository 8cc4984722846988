//! Reads a policy file: its bytes, or why they are no policies.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use edge_policy::{ParseError, PolicySet};
use serde_json::Value;

/// Largest policy file read; a larger one is a bad file. A thousand times what is usual.
const FILE_BYTES_MAX: u64 = 64 << 20;

/// Why a file holds no policies.
#[derive(Debug, thiserror::Error)]
pub(super) enum FileError {
    /// It is not there, or may not be read.
    #[error("cannot be read: {0}")]
    Read(#[source] io::Error),
    /// Nothing can be read from a directory, and a pipe would never end.
    #[error("is not a regular file")]
    NotAFile,
    /// It has no content: most likely somebody is about to write it.
    #[error("is empty")]
    Empty,
    /// It is larger than what is read.
    #[error("is larger than {FILE_BYTES_MAX} bytes")]
    TooLarge,
    /// It is not a policy file.
    #[error("is not a policy file: {0}")]
    Parse(#[source] ParseError),
}

/// The bytes of the file at `path`.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, FileError> {
    // Looked at before it is opened: to open a pipe would wait for its writer.
    if !path.metadata().map_err(FileError::Read)?.is_file() {
        return Err(FileError::NotAFile);
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(FileError::Read)?;
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(FileError::Read)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(FileError::TooLarge);
    }
    Ok(bytes)
}

/// The policies in `bytes`, read and as they stand there.
pub(super) fn parse(bytes: &[u8]) -> Result<(PolicySet, Vec<Value>), FileError> {
    if bytes.trim_ascii().is_empty() {
        return Err(FileError::Empty);
    }
    PolicySet::parse_with_trees(bytes).map_err(FileError::Parse)
}
