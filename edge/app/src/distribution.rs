//! What each binary speaks: protocols in routing order. Health first, passthrough last.

use std::sync::Arc;

use edge_protocol::{
    Admin, AdminSource, Health, LiveSource, Otlp, Passthrough, PolicySource, PolicySync, Protocol, Ready,
};

/// What protocols that answer by themselves ask for their answers.
pub struct Sources {
    /// For `/_ready`.
    pub ready: Arc<dyn Ready>,
    /// For `/_edge/…`.
    pub admin: Arc<dyn AdminSource>,
    /// For `/_edge/tail` and `/_edge/simulate`.
    pub live: Arc<dyn LiveSource>,
    /// For `/v1/policy/sync`, if others are to be given policies.
    pub policies: Option<Arc<dyn PolicySource>>,
}

type Constructor = fn(&Sources) -> Box<dyn Protocol>;

/// The protocols of one binary.
#[derive(Clone, Copy)]
pub struct Distribution {
    /// The binary's name.
    pub name: &'static str,
    protocols: &'static [Constructor],
}

impl Distribution {
    /// The protocols, in routing order.
    pub fn protocols(&self, sources: &Sources) -> Vec<Box<dyn Protocol>> {
        self.protocols.iter().map(|protocol| protocol(sources)).collect()
    }
}

/// Every protocol.
pub const EDGE: Distribution =
    Distribution { name: "edge", protocols: &[health, admin, policy_sync, otlp, passthrough] };

/// OTLP alone.
pub const EDGE_OTLP: Distribution =
    Distribution { name: "edge-otlp", protocols: &[health, admin, policy_sync, otlp, passthrough] };

fn health(sources: &Sources) -> Box<dyn Protocol> {
    Box::new(Health::new(Arc::clone(&sources.ready)))
}

fn admin(sources: &Sources) -> Box<dyn Protocol> {
    Box::new(Admin::new(Arc::clone(&sources.admin), Arc::clone(&sources.live)))
}

fn policy_sync(sources: &Sources) -> Box<dyn Protocol> {
    Box::new(PolicySync::new(sources.policies.clone()))
}

fn otlp(_: &Sources) -> Box<dyn Protocol> {
    Box::new(Otlp)
}

fn passthrough(_: &Sources) -> Box<dyn Protocol> {
    Box::new(Passthrough)
}

#[cfg(test)]
mod tests {
    use edge_protocol::{Feed, MetricsFormat, PolicyReport, Refusal, SchemaFormat, Tail};

    use super::*;

    struct Nothing;

    impl Ready for Nothing {
        fn is_ready(&self) -> bool {
            false
        }
    }

    impl LiveSource for Nothing {
        fn tail(&self, _: Tail) -> Result<Box<dyn Feed>, Refusal> {
            Err(Refusal::Busy)
        }

        fn simulate(&self, _: &[u8], _: u64) -> Result<Box<dyn Feed>, Refusal> {
            Err(Refusal::Busy)
        }
    }

    impl AdminSource for Nothing {
        fn metrics(&self, _: MetricsFormat) -> Option<String> {
            None
        }

        fn policies(&self) -> PolicyReport {
            PolicyReport::default()
        }

        fn schema(&self, _: SchemaFormat) -> String {
            String::new()
        }
    }

    fn check(distribution: Distribution, expected: &[&str]) {
        let nothing = Arc::new(Nothing);
        let (ready, admin) = (Arc::clone(&nothing) as _, Arc::clone(&nothing) as _);
        let sources = Sources { ready, admin, live: nothing, policies: None };
        let names: Vec<&str> =
            distribution.protocols(&sources).iter().map(|protocol| protocol.name()).collect();
        assert_eq!(names, expected, "{}", distribution.name);
    }

    #[test]
    fn protocols_are_asked_in_the_documented_order() {
        check(EDGE, &["health", "admin", "policy_sync", "otlp", "passthrough"]);
        check(EDGE_OTLP, &["health", "admin", "policy_sync", "otlp", "passthrough"]);
    }
}
