//! The registries that tests share.

use std::path::{Path, PathBuf};

use telemetry_schema::registry::{Registry, read, read_folder};

/// A folder beside the tests.
pub(crate) fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/registries").join(name)
}

/// The registry in a folder.
pub(crate) fn registry(folder: &Path) -> Registry {
    read(&read_folder(folder).unwrap()).unwrap()
}
