//! Who asks for policies.

use serde_json::{Value, json};

/// What a client can do with policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Keep, drop, sample and limit log records.
    LogFilter = 1,
    /// Change log records.
    LogTransform = 2,
    /// Keep and drop metrics and data points.
    MetricFilter = 3,
    /// Sample spans.
    TraceSampling = 4,
}

/// Who asks, and what it can do.
#[derive(Debug, Clone, Default)]
pub struct Client {
    /// What it does with policies.
    pub stages: Vec<Stage>,
    /// What operators call it.
    pub labels: Vec<(String, String)>,
    /// What it is. `service.instance.id`, `service.name`, `service.namespace` and `service.version` must be there.
    pub resource_attributes: Vec<(String, String)>,
    /// Extensions it has: type and lowest version.
    pub extensions: Vec<(String, String)>,
}

impl Client {
    /// As a `ClientMetadata`.
    pub(super) fn tree(&self) -> Value {
        let stages: Vec<u8> = self.stages.iter().map(|stage| *stage as u8).collect();
        let extension = |(kind, version): &(String, String)| json!({"type": kind, "min_version": version});
        json!({
            "supported_policy_stages": stages,
            "labels": pairs(&self.labels),
            "resource_attributes": pairs(&self.resource_attributes),
            "supported_extensions": self.extensions.iter().map(extension).collect::<Value>(),
        })
    }
}

fn pairs(pairs: &[(String, String)]) -> Value {
    pairs.iter().map(|(key, value)| json!({"key": key, "value": {"string_value": value}})).collect()
}
