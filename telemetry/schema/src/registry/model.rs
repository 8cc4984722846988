//! The registry as a whole: a manifest, and one file per declared set.

use super::attribute::{AttributeDef, AttributeGroup};
use super::signal::{EventDef, MetricDef, SpanDef};
use super::word::Stability;

/// Name of the manifest among the files of a registry.
pub const MANIFEST_FILE: &str = "manifest.yaml";

/// Everything a program declares.
#[derive(Debug, Clone, PartialEq)]
pub struct Registry {
    /// Whose registry it is, and which version.
    pub manifest: Manifest,
    /// The definitions, by the name of the file.
    pub files: Vec<RegistryFile>,
}

/// Whose registry it is, and which version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// Identifies the registry and its version: `https://server/path/version`.
    pub schema_url: String,
    /// What the registry is about.
    pub description: String,
    /// How much the registry as a whole may still change.
    pub stability: Stability,
}

/// Nothing that a check would accept.
impl Default for Manifest {
    fn default() -> Self {
        Self { schema_url: String::new(), description: String::new(), stability: Stability::Development }
    }
}

/// What is defined in one file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RegistryFile {
    /// Name of the file without `.yaml`: that of the set, or the namespace of the events and spans.
    pub name: String,
    /// The attributes that are defined here; other files refer to them.
    pub attributes: Vec<AttributeDef>,
    /// Attribute sets, and what the metrics of a metric set have in common.
    pub attribute_groups: Vec<AttributeGroup>,
    /// The metrics in the order of declaration.
    pub metrics: Vec<MetricDef>,
    /// The events by name.
    pub events: Vec<EventDef>,
    /// The spans by name.
    pub spans: Vec<SpanDef>,
}

impl RegistryFile {
    /// Name of the file in its folder.
    pub fn file_name(&self) -> String {
        format!("{}.yaml", self.name)
    }
}
