//! The last good set on disk, for a start without the server. It is a policy file.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

/// Largest cache read; an answer cannot have been larger by much.
const CACHE_BYTES_MAX: u64 = 256 << 20;

/// The policies that were stored last; `None` if none ever were.
pub(super) fn load(path: &Path) -> io::Result<Option<Vec<Value>>> {
    let bytes = match fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => return Err(io::Error::other("it is not a regular file")),
        Ok(metadata) if metadata.len() > CACHE_BYTES_MAX => return Err(io::Error::other("it is too large")),
        Ok(_) => fs::read(path)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    match serde_json::from_slice::<Value>(&bytes)?.get_mut("policies") {
        Some(Value::Array(policies)) => Ok(Some(std::mem::take(policies))),
        _ => Err(io::Error::other("it has no list of policies")),
    }
}

/// Stores policies: whoever reads meanwhile finds the old ones or the new ones, and nothing between.
pub(super) fn store(path: &Path, policies: &[Value]) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}.new", std::process::id()));
    let beside = PathBuf::from(beside);
    let text = json!({ "policies": policies }).to_string();
    let written = write(&beside, text.as_bytes()).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        // Half a file is of no use to anybody; that it cannot be removed either is told by the error there is.
        drop(fs::remove_file(&beside));
    }
    written
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    // Before the rename, or a machine that loses its power may keep the new name without the content.
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_is_loaded_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cache.json");
        assert_eq!(load(&path).unwrap(), None);
        for policies in [vec![json!({"id": "a"})], vec![]] {
            store(&path, &policies).unwrap();
            assert_eq!(load(&path).unwrap(), Some(policies));
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_is_no_cache_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cache.json");
        for text in ["", "{", "[]", r#"{"policies": 1}"#] {
            fs::write(&path, text).unwrap();
            assert!(load(&path).is_err(), "{text}");
        }
        assert!(load(folder.path()).is_err());
        assert!(store(&folder.path().join("none/cache.json"), &[]).is_err());
    }
}
