//! What is wrong with a registry, and where.

use std::fmt;

/// One thing that is wrong with a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryProblem {
    /// Name of the file.
    pub file: String,
    /// Where in it, such as `metrics[3].unit`; empty for the file itself.
    pub place: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl fmt::Display for RegistryProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.file)?;
        if !self.place.is_empty() {
            write!(f, "{}: ", self.place)?;
        }
        f.write_str(&self.message)
    }
}
