//! The types there are, for whoever judges policies without an edge that serves them.

use edge_policy::Extension;

use crate::handler::{Unserved, version_problem};
use crate::s3_dump;

/// What is wrong with a config.
type ConfigProblem = fn(&[u8]) -> Option<Unserved>;

/// The types, each with the version that is understood.
const TYPES: [(&str, &str, ConfigProblem); 1] = [(s3_dump::KIND, s3_dump::VERSION, s3_dump::config_problem)];

/// Why no edge would serve the extension. Which targets it knows is its own.
pub fn problem(extension: &Extension) -> Option<Unserved> {
    let Some((_, version, config_problem)) = TYPES.iter().find(|(kind, ..)| *kind == extension.kind) else {
        return Some(Unserved::Type(extension.kind.clone()));
    };
    version_problem(extension, version).or_else(|| config_problem(&extension.config))
}

#[cfg(test)]
mod tests {
    use edge_policy::ExtensionMode;

    use super::*;

    #[test]
    fn what_no_edge_would_serve_is_told() {
        let check = |kind: &str, version: &str, config: &str, expected: Option<&str>| {
            let (kind, version, config) = (kind.to_owned(), version.to_owned(), config.into());
            let extension = Extension { kind, version, config, mode: ExtensionMode::Matched };
            let problem = problem(&extension).map(|problem| problem.to_string());
            assert_eq!(problem.is_some(), expected.is_some(), "{problem:?}");
            assert!(expected.is_none_or(|expected| problem.unwrap().contains(expected)));
        };
        let config = r#"{"target": {"kind": "s3", "name": "not-known-here"}}"#;
        check(s3_dump::KIND, "1.2.3", config, None);
        check(s3_dump::KIND, "2.0.0", config, Some("version \"2.0.0\" is not supported"));
        check(s3_dump::KIND, "1.0.0", "", Some("config: is missing"));
        check("org.example/nope", "1.0.0", config, Some("unknown type \"org.example/nope\""));
    }
}
