//! Attribute sets in attribute sets: one list of attributes, in order.

use telemetry::{
    AttributeKind, AttributeSet, Counter, Scalar, Set, Stability, Telemetry, attribute_set, metric_set,
};

/// Which service.
#[attribute_set(name = "edge.service")]
struct ServiceAttributes {
    /// Name of the service.
    name: String,
    /// Its shard.
    shard: u16,
}

/// Which route of it.
#[attribute_set(name = "edge.nested.route")]
struct NestedRouteAttributes {
    /// Template.
    #[attribute(key = "http.route", stability = "release_candidate")]
    template: &'static str,
    #[attribute(flatten)]
    service: ServiceAttributes,
    /// Whether it is the last resort.
    #[attribute(deprecated = "use the template")]
    is_fallback: bool,
}

/// Which request of that.
#[attribute_set(name = "edge.nested")]
struct NestedAttributes {
    #[attribute(flatten)]
    route: NestedRouteAttributes,
    #[attribute(flatten)]
    none: (),
    /// Share of traffic.
    share: f64,
}

/// Requests.
#[metric_set(name = "edge.nested", attributes = NestedAttributes)]
struct NestedMetrics {
    /// Requests received.
    #[metric(unit = "{request}")]
    requests: Counter<u64>,
}

fn attributes(template: &'static str) -> NestedAttributes {
    let service = ServiceAttributes { name: "api".to_owned(), shard: 3 };
    let route = NestedRouteAttributes { template, service, is_fallback: true };
    NestedAttributes { route, none: (), share: 0.5 }
}

#[test]
fn keys_and_values_stand_in_the_order_of_the_fields() {
    let descriptor = NestedAttributes::DESCRIPTOR;
    let keys: Vec<_> = descriptor.attributes.iter().map(|field| (field.key, field.kind)).collect();
    let expected = [
        ("http.route", AttributeKind::Text),
        ("edge.service.name", AttributeKind::Text),
        ("edge.service.shard", AttributeKind::Int),
        ("edge.nested.route.is_fallback", AttributeKind::Bool),
        ("edge.nested.share", AttributeKind::Double),
    ];
    assert_eq!(keys, expected);
    let expected = [
        Scalar::Word("/"),
        Scalar::Text("api".into()),
        Scalar::Int(3),
        Scalar::Bool(true),
        Scalar::Double(0.5),
    ];
    assert_eq!(attributes("/").values(), expected);
}

#[test]
fn what_a_nested_set_promises_stays() {
    let fields = NestedAttributes::DESCRIPTOR.attributes;
    assert_eq!(fields[0].stability, Stability::ReleaseCandidate);
    assert_eq!(fields[1].stability, Stability::Development);
    assert_eq!(fields[3].deprecated, Some("use the template"));
    assert_eq!(fields[4].deprecated, None);
}

#[test]
fn nested_attributes_are_labels_like_others() {
    let telemetry = Telemetry::default();
    let worker = telemetry.worker();
    let sets: Vec<Set<NestedMetrics>> =
        ["/a", "/b", "/a"].map(|template| worker.register(attributes(template))).into();
    for set in &sets {
        set.requests.inc();
    }
    let labels = r#"edge_service_name="api",edge_service_shard="3",edge_nested_route_is_fallback="true",edge_nested_share="0.5""#;
    let text = telemetry.prometheus_text();
    for (route, count) in [("/a", 2), ("/b", 1)] {
        let line = format!("edge_nested_requests_total{{http_route=\"{route}\",{labels}}} {count}\n");
        assert!(text.contains(&line), "{line} in {text}");
    }
}
