//! Text from outside that has a limit to how many different ones become series.

use telemetry::{
    AttributeKind, AttributeSet, Counter, Open, Set, Telemetry, Worker, attribute_set, metric_set,
};

/// Which tenant.
#[attribute_set(name = "edge.tenant")]
struct TenantAttributes {
    /// Id of the tenant, as it says.
    id: Open<2>,
    /// Whether it pays.
    pays: bool,
}

/// What tenants do.
#[metric_set(name = "edge.tenant", attributes = TenantAttributes)]
struct TenantMetrics {
    /// Requests received.
    #[metric(unit = "{request}")]
    requests: Counter<u64>,
}

/// Other things that they do.
#[metric_set(name = "edge.tenant.other", attributes = TenantAttributes)]
struct OtherMetrics {
    /// Responses sent.
    #[metric(unit = "{response}")]
    responses: Counter<u64>,
}

const REQUESTS: &str = "edge.tenant.requests";
const OVERFLOWS: &str = "telemetry.attributes.overflows";

fn tenant(worker: &Worker, id: &str) -> Set<TenantMetrics> {
    worker.register(TenantAttributes { id: id.into(), pays: true })
}

#[test]
fn what_is_too_many_becomes_other_and_is_counted() {
    let telemetry = Telemetry::default();
    let worker = telemetry.worker();
    let sets: Vec<_> = ["a", "b", "c", "d", "a"].map(|id| tenant(&worker, id)).into();
    for set in &sets {
        set.requests.inc();
    }
    let collected = telemetry.collect();
    let of = |id| collected.sum(REQUESTS, &[("edge.tenant.id", id)]);
    assert_eq!(["a", "b", "c", "d", "_OTHER"].map(of), [2, 1, 0, 0, 2]);
    assert_eq!(collected.sum(OVERFLOWS, &[]), 2);
    let line = "edge_tenant_requests_total{edge_tenant_id=\"_OTHER\",edge_tenant_pays=\"true\"} 2\n";
    let text = collected.prometheus_text();
    assert!(text.contains(line), "{text}");
    assert!(text.contains("\ntelemetry_attributes_overflows_total 2\n"), "{text}");
}

#[test]
fn the_limit_is_each_metric_sets_own() {
    let telemetry = Telemetry::default();
    let worker = telemetry.worker();
    let _full: Vec<_> = ["a", "b"].map(|id| tenant(&worker, id)).into();
    let other: Set<OtherMetrics> = worker.register(TenantAttributes { id: "c".into(), pays: false });
    other.responses.inc();
    let collected = telemetry.collect();
    assert_eq!(collected.sum("edge.tenant.other.responses", &[("edge.tenant.id", "c")]), 1);
    assert_eq!(collected.sum(OVERFLOWS, &[]), 0);
}

#[test]
fn descriptors_tell_the_limit() {
    assert_eq!(TenantAttributes::DESCRIPTOR.attributes[0].kind, AttributeKind::Open { max: 2 });
}
