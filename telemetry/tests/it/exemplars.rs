//! Values with the span that they were measured in.

use telemetry::trace::{SpanContext, SpanId, TraceId};
use telemetry::{Histogram, MetricSet, Set, Telemetry, metric_set};

/// Durations.
#[metric_set(name = "edge.exemplars")]
struct DurationMetrics {
    /// Over a range.
    #[metric(unit = "s", range = "1ms..10s", exemplars)]
    ranged: Histogram,
    /// By bounds.
    #[metric(unit = "s", buckets = [0.1, 1], exemplars)]
    bounded: Histogram,
    /// Adapting.
    #[metric(unit = "s", exemplars)]
    adapting: Histogram,
    /// Without.
    #[metric(unit = "s", buckets = [0.1, 1])]
    without: Histogram,
}

impl DurationMetrics {
    fn all(&self) -> [&Histogram; 4] {
        [&self.ranged, &self.bounded, &self.adapting, &self.without]
    }
}

const SPAN: SpanContext =
    SpanContext { trace_id: TraceId([0xab; 16]), span_id: SpanId([0xcd; 8]), is_sampled: true };
const LABELS: &str = "# {trace_id=\"abababababababababababababababab\",span_id=\"cdcdcdcdcdcdcdcd\"} ";

#[test]
fn sampled_values_are_exemplars_in_open_metrics_alone() {
    let telemetry = Telemetry::default();
    let set: Set<DurationMetrics> = telemetry.worker().register(());
    for histogram in set.all() {
        histogram.record_in(&SPAN, 0.5);
    }
    let text = telemetry.collect().open_metrics_text();
    for name in ["ranged", "bounded", "adapting"] {
        let name = format!("edge_exemplars_{name}_seconds_bucket");
        let lines = text.lines().filter(|line| line.starts_with(&name) && line.contains(LABELS));
        let values: Vec<_> = lines.filter_map(|line| line.split_once(LABELS)).collect();
        assert_eq!(values.len(), 1, "{text}");
        assert!(values[0].0.ends_with("} 1 ") && values[0].1.starts_with("0.5 "), "{values:?}");
    }
    assert_eq!(text.matches('#').count(), text.lines().filter(|line| line.starts_with('#')).count() + 3);
    assert!(!telemetry.prometheus_text().contains("trace_id"), "the older format has no exemplars");
}

#[test]
fn exemplars_come_back_with_value_and_span() {
    let telemetry = Telemetry::default();
    let set: Set<DurationMetrics> = telemetry.worker().register(());
    for histogram in set.all() {
        histogram.record_in(&SPAN, 0.25);
    }
    let collected = telemetry.collect();
    let found: Vec<_> = collected
        .sets()
        .flat_map(|series| {
            let values = DurationMetrics::DESCRIPTOR.fields.iter().map(move |field| series.value(field.name));
            values.flatten().flat_map(|value| match value {
                telemetry::Value::Histogram(histogram) => histogram.exemplars().collect::<Vec<_>>(),
                other => panic!("{other:?} is no histogram"),
            })
        })
        .collect();
    assert_eq!(found.len(), 3);
    for exemplar in found {
        assert_eq!((exemplar.value.to_bits(), exemplar.span), (0.25_f64.to_bits(), SPAN));
    }
}

#[test]
fn what_is_not_sampled_or_refused_leaves_no_exemplar() {
    let telemetry = Telemetry::default();
    let set: Set<DurationMetrics> = telemetry.worker().register(());
    for histogram in set.all() {
        histogram.record_in(&SpanContext { is_sampled: false, ..SPAN }, 0.5);
        histogram.record_in(&SPAN, f64::NAN);
        histogram.record(0.5);
    }
    let collected = telemetry.collect();
    assert_eq!(collected.sum("edge.exemplars.ranged", &[]), 2);
    assert_eq!(collected.sum("telemetry.pipeline.rejected", &[]), 4);
    assert!(!collected.open_metrics_text().contains("trace_id"));
}
