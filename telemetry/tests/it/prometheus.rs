//! The text that a scrape gets.

use telemetry::{Set, Telemetry, TelemetryOptions};

use crate::declarations::{HttpServerMetrics, KindMetrics, Protocol, RouteAttributes};

/// A pipeline with one of everything counted.
fn telemetry() -> Telemetry {
    let resource = vec![("service.name".to_owned(), "edge".to_owned())];
    Telemetry::new(TelemetryOptions { resource, ..TelemetryOptions::default() })
}

fn count_kinds(kinds: &Set<KindMetrics>) {
    kinds.fail_open.add(2);
    kinds.cpu.add(1.5);
    kinds.memory.set(4096);
    kinds.balance.set(-1);
    kinds.kept.set(0.25);
    kinds.batch_size.record(7.0);
    kinds.batch_size.record(700.0);
}

const KINDS: &str = r#"# HELP edge_fail_open_total Requests let through because of a failure.
# TYPE edge_fail_open_total counter
edge_fail_open_total 2
# HELP edge_cpu_time_seconds_total Time spent.
# TYPE edge_cpu_time_seconds_total counter
edge_cpu_time_seconds_total 1.5
# HELP edge_memory_bytes Memory in use.
# TYPE edge_memory_bytes gauge
edge_memory_bytes 4096
# HELP edge_balance Distance from the target.
# TYPE edge_balance gauge
edge_balance -1
# HELP edge_kept_ratio Share of records kept.
# TYPE edge_kept_ratio gauge
edge_kept_ratio 0.25
# HELP edge_batch_size Records in a batch.
# TYPE edge_batch_size histogram
edge_batch_size_bucket{le="1.0"} 0
edge_batch_size_bucket{le="10.0"} 1
edge_batch_size_bucket{le="100.0"} 1
edge_batch_size_bucket{le="+Inf"} 2
edge_batch_size_sum 707.0
edge_batch_size_count 2
"#;

#[test]
fn every_kind_is_rendered() {
    let telemetry = telemetry();
    let worker = telemetry.worker();
    let kinds = worker.register(());
    count_kinds(&kinds);
    let text = telemetry.prometheus_text();
    let target = "# HELP target_info What emits these metrics.\n# TYPE target_info gauge\n\
                  target_info{service_name=\"edge\"} 1\n";
    assert!(text.starts_with(&format!("{target}{KINDS}")), "{text}");
    assert!(text.contains("\ntelemetry_pipeline_deferrals_total 0\n"), "{text}");
}

#[test]
fn open_metrics_names_units_and_ends() {
    let telemetry = telemetry();
    let worker = telemetry.worker();
    let kinds = worker.register(());
    count_kinds(&kinds);
    let text = telemetry.collect().open_metrics_text();
    let expected = "# HELP edge_cpu_time_seconds Time spent.\n# TYPE edge_cpu_time_seconds counter\n\
                    # UNIT edge_cpu_time_seconds seconds\nedge_cpu_time_seconds_total 1.5\n";
    assert!(text.contains(expected), "{text}");
    assert!(text.starts_with("# HELP target What emits these metrics.\n# TYPE target info\n"), "{text}");
    assert!(text.ends_with("\n# EOF\n"), "{text}");
}

#[test]
fn labels_are_escaped_and_series_stay_in_their_family() {
    let telemetry = telemetry();
    let worker = telemetry.worker();
    for policy in ["a\"b\\c\nd", "x"] {
        let attributes =
            RouteAttributes { route: "/v1/logs", protocol: Protocol::OtlpHttp, policy: policy.into() };
        let set: Set<HttpServerMetrics> = worker.register(attributes);
        set.requests.inc();
        set.request_duration.record(0.5);
    }
    let text = telemetry.prometheus_text();
    let labels = |policy| {
        format!("http_route=\"/v1/logs\",edge_route_protocol=\"otlp_http\",edge_policy_id=\"{policy}\"")
    };
    let (first, second) = (labels("a\\\"b\\\\c\\nd"), labels("x"));
    let requests = format!(
        "# TYPE edge_http_server_requests_total counter\nedge_http_server_requests_total{{{first}}} 1\n\
         edge_http_server_requests_total{{{second}}} 1\n# HELP edge_http_server_request_duration_seconds "
    );
    assert!(text.contains(&requests), "{text}");
    let name = "edge_http_server_request_duration_seconds";
    for line in [
        format!("{name}_bucket{{{second},le=\"0.25\"}} 0\n"),
        format!("{name}_bucket{{{second},le=\"0.5\"}} 1\n"),
        format!("{name}_bucket{{{second},le=\"+Inf\"}} 1\n"),
        format!("{name}_sum{{{second}}} 0.5\n"),
        format!("{name}_count{{{second}}} 1\n"),
    ] {
        assert!(text.contains(&line), "{line} in {text}");
    }
}

#[test]
fn a_resource_has_each_key_once() {
    let given = [("service.name", "unknown"), ("", "lost"), ("host.name", "h"), ("service.name", "app")];
    let resource = given.map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec();
    let collected = Telemetry::new(TelemetryOptions { resource, ..TelemetryOptions::default() }).collect();
    let kept: Vec<_> =
        collected.resource().iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    assert_eq!(kept, [("service.name", "app"), ("host.name", "h")]);
}
