//! What can be wrong with a configuration: each problem with its place and its remedy.

use std::fmt;
use std::path::PathBuf;

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file could not be read.
    #[error("cannot read configuration file {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is neither JSON nor YAML.
    #[error("configuration file {} is not valid {format}: {message}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// `JSON` or `YAML`.
        format: &'static str,
        /// What the parser said, with line and column.
        message: String,
    },
    /// The file can be read, but what it says cannot be.
    #[error("invalid configuration{}:{}", from(origin.as_ref()), list(problems))]
    Invalid {
        /// The file, if there was one.
        origin: Option<PathBuf>,
        /// Every problem found.
        problems: Vec<Problem>,
    },
}

fn from(origin: Option<&PathBuf>) -> String {
    origin.map_or_else(String::new, |path| format!(" in {}", path.display()))
}

fn list(problems: &[Problem]) -> String {
    problems.iter().fold(String::new(), |list, problem| list + "\n  " + &problem.to_string())
}

/// One thing that is wrong, where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The key, such as `policy_providers[0].path`.
    pub place: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl Problem {
    /// A problem at `place`.
    pub fn new(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { place: place.into(), message: message.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.place, self.message)
    }
}
