//! Lints of the manifest and of the files as files.

use super::Lints;
use crate::registry::model::{MANIFEST_FILE, Manifest, RegistryFile};
use crate::registry::problem::RegistryProblem;

pub(super) fn check(manifest: &Manifest, lints: &mut Lints<'_>) {
    let mut problem = |place: &str, message: String| {
        lints.problems.push(RegistryProblem {
            file: MANIFEST_FILE.to_owned(),
            place: place.to_owned(),
            message,
        });
    };
    if !is_schema_url(&manifest.schema_url) {
        let url = &manifest.schema_url;
        problem("schema_url", format!("`{url}` must be `https://server/path/version`"));
    }
    if manifest.description.trim().is_empty() {
        problem("description", "the registry needs a description: say what it is about".to_owned());
    }
}

/// `http[s]://server[:port]/path/version`, where the path may be missing.
fn is_schema_url(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let Some((server, path)) = rest.and_then(|rest| rest.split_once('/')) else { return false };
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_graphic());
    is_word(server) && path.split('/').all(is_word) && !path.contains(['?', '#'])
}

pub(super) fn check_files(files: &[RegistryFile], lints: &mut Lints<'_>) {
    let mut names = std::collections::HashSet::new();
    for file in files {
        if file.file_name() == MANIFEST_FILE {
            lints.problem(file, "", "this is the name of the manifest: give the set a namespace");
        }
        if !names.insert(&file.name) {
            lints.problem(file, "", "there are two files of this name");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_schema_url;

    #[test]
    fn a_schema_url_ends_in_a_version() {
        for url in ["https://example.com/schemas/1.0.0", "http://localhost:80/a/b/1"] {
            assert!(is_schema_url(url), "{url}");
        }
        for url in [
            "",
            "example.com/1",
            "https://example.com",
            "https://example.com/",
            "https:///1",
            "https://a b/1",
        ] {
            assert!(!is_schema_url(url), "{url}");
        }
    }
}
