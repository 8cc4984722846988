//! What is linked becomes a registry with everything that was declared.

use telemetry::registry::{
    AttributeType, AttributeUse, Distribution, Literal, Manifest, MetricDef, MetricInstrument, Number,
    Registry, RegistryFile, Resolver, Stability, check, read, render,
};

fn registry() -> Registry {
    telemetry::registry(Manifest {
        schema_url: "https://example.com/schemas/tests/1.0.0".to_owned(),
        description: "What the tests of the SDK declare.".to_owned(),
        stability: Stability::Development,
    })
}

fn file<'a>(registry: &'a Registry, name: &str) -> &'a RegistryFile {
    registry.files.iter().find(|file| file.name == name).expect("the set is linked")
}

fn metric<'a>(file: &'a RegistryFile, name: &str) -> &'a MetricDef {
    file.metrics.iter().find(|metric| metric.name == name).expect("the metric is declared")
}

#[test]
fn what_is_rendered_is_read_again() {
    let registry = registry();
    assert_eq!(read(&render(&registry)), Ok(registry));
}

#[test]
fn every_linked_set_is_sound_and_has_a_file() {
    let registry = registry();
    assert_eq!(check(&registry), []);
    for set in telemetry::linked::metric_sets() {
        let file = file(&registry, set.name);
        for field in set.fields {
            assert_eq!(metric(file, field.name).brief, field.brief, "{}", field.name);
        }
    }
}

#[test]
fn instruments_keep_number_unit_and_distribution() {
    let registry = registry();
    let of = |set: &str, name: &str| metric(file(&registry, set), name).clone();
    let duration = of("edge.http.server", "edge.http.server.request_duration");
    assert_eq!((duration.instrument, duration.unit.as_str()), (MetricInstrument::Histogram, "s"));
    assert_eq!(duration.distribution, Some(Distribution::Range { low: 1e-5, high: 60.0 }), "as declared");
    let batches = of("edge", "edge.batch_size");
    assert_eq!(batches.distribution, Some(Distribution::Bounds(vec![1.0, 10.0, 100.0])));
    let balance = of("edge", "edge.balance");
    assert_eq!((balance.instrument, balance.number), (MetricInstrument::Gauge, Some(Number::I64)));
    let cpu = of("edge", "edge.cpu.time");
    assert_eq!((cpu.instrument, cpu.number), (MetricInstrument::Counter, Some(Number::F64)));
}

#[test]
fn attributes_are_those_of_the_set_in_order() {
    let registry = registry();
    let requests = metric(file(&registry, "edge.http.server"), "edge.http.server.requests");
    assert_eq!(requests.attributes, [AttributeUse::Group("edge.http.server.metrics".to_owned())]);
    let resolved = Resolver::new(&registry).attributes_of(&requests.attributes);
    let keys: Vec<&str> = resolved.iter().map(|attribute| attribute.key.as_str()).collect();
    assert_eq!(keys, ["http.route", "edge.route.protocol", "edge.policy.id"]);
    let AttributeType::Enum(members) = &resolved[1].kind else { panic!("an enum has members") };
    let words: Vec<_> = members.iter().map(|member| (member.id.as_str(), &member.value)).collect();
    let (http, datadog) = (Literal::text("otlp_http"), Literal::text("dd"));
    assert_eq!(words, [("otlp_http", &http), ("datadog", &datadog)]);
    assert!(resolved.iter().all(telemetry::registry::ResolvedAttribute::is_required));
}
