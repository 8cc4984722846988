//! Who edge says it is: in its own telemetry, and to servers of policies.

use std::hash::{BuildHasher, RandomState};

use edge_extension::Capability;
use edge_provider::{Client, Stage};

use crate::config::{Config, Pair, Service};

/// What this build does with policies.
const STAGES: [Stage; 4] = [Stage::LogFilter, Stage::LogTransform, Stage::MetricFilter, Stage::TraceSampling];

/// Tells instances of one service apart.
const INSTANCE_ID: &str = "service.instance.id";

/// The label under which servers look for the workspace.
const WORKSPACE_ID: &str = "workspace_id";

/// What edge's own telemetry says about where it comes from.
pub(crate) fn resource(service: &Service) -> Vec<(String, String)> {
    let own = [
        ("service.name", &service.name),
        ("service.namespace", &service.namespace),
        ("service.version", &service.version),
    ];
    let own = own.into_iter().map(|(name, value)| (name.to_owned(), value.clone()));
    own.chain(service.resource_attributes.iter().map(pair)).collect()
}

/// What a server of policies is told of who asks.
pub(crate) fn client(config: &Config, extensions: &[Capability]) -> Client {
    let mut resource_attributes = resource(&config.service);
    if !resource_attributes.iter().any(|(name, _)| name == INSTANCE_ID) {
        resource_attributes.push((INSTANCE_ID.to_owned(), random_uuid()));
    }
    let workspace = config.workspace_id.iter().map(|id| (WORKSPACE_ID.to_owned(), id.clone()));
    Client {
        stages: STAGES.to_vec(),
        labels: workspace.chain(config.service.labels.iter().map(pair)).collect(),
        resource_attributes,
        extensions: extensions.iter().map(extension).collect(),
    }
}

fn extension(served: &Capability) -> (String, String) {
    (served.kind.to_owned(), served.min_version.to_owned())
}

fn pair(pair: &Pair) -> (String, String) {
    (pair.name.clone(), pair.value.clone())
}

/// A UUID of version 4 (RFC 9562 section 5.4), of the system's entropy by the door that the standard library has to it.
fn random_uuid() -> String {
    let entropy = RandomState::new();
    let bits = u128::from(entropy.hash_one(0)) << 64 | u128::from(entropy.hash_one(1));
    let bits = bits & !(0xf << 76) & !(0x3 << 62) | 0x4 << 76 | 0x2 << 62;
    let hex = format!("{bits:032x}");
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;

    #[test]
    fn a_server_is_told_what_the_protocol_requires() {
        let mut config = config::defaults().unwrap();
        config.workspace_id = Some("w".to_owned());
        config.service.labels = vec![Pair { name: "team".to_owned(), value: "x".to_owned() }];
        let served = Capability { kind: "com.example/x", min_version: "1.0.0" };
        let client = client(&config, &[served]);
        for name in ["service.instance.id", "service.name", "service.namespace", "service.version"] {
            assert!(
                client.resource_attributes.iter().any(|(known, value)| known == name && !value.is_empty())
            );
        }
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(client.extensions, [pair("com.example/x", "1.0.0")]);
        assert_eq!(client.labels, [pair("workspace_id", "w"), pair("team", "x")]);
    }

    #[test]
    fn a_configured_instance_is_not_replaced() {
        let mut config = config::defaults().unwrap();
        config.service.resource_attributes =
            vec![Pair { name: INSTANCE_ID.to_owned(), value: "mine".to_owned() }];
        let instances = client(&config, &[]).resource_attributes;
        let instances: Vec<_> = instances.iter().filter(|(name, _)| name == INSTANCE_ID).collect();
        assert_eq!(instances, [&(INSTANCE_ID.to_owned(), "mine".to_owned())]);
    }

    #[test]
    fn an_instance_has_an_id_of_its_own() {
        let (one, other) = (random_uuid(), random_uuid());
        assert_ne!(one, other);
        assert_eq!((one.len(), &one[14..15]), (36, "4"));
        assert!(["8", "9", "a", "b"].contains(&&one[19..20]), "{one}");
    }
}
