//! The messages that a collection is to become, built as trees.

use std::time::{SystemTime, UNIX_EPOCH};

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value};
use opentelemetry_proto::tonic::metrics::v1::{
    self as proto, AggregationTemporality, ExponentialHistogramDataPoint, HistogramDataPoint, Metric,
    NumberDataPoint, ResourceMetrics, ScopeMetrics, exponential_histogram_data_point, metric,
    number_data_point,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use telemetry::{
    Collected, CollectedSet, Division, Exemplar, HistogramValue, MetricsDescriptor, MetricsField, Number,
    Scalar, Temporality, Value,
};

/// What `encode_metrics` is to write.
pub(crate) fn metrics(collected: &Collected) -> ExportMetricsServiceRequest {
    let mut scopes: Vec<(&'static MetricsDescriptor, ScopeMetrics)> = Vec::new();
    for set in collected.sets() {
        let descriptor = set.descriptor();
        if scopes.last().is_none_or(|(last, _)| !std::ptr::eq(*last, descriptor)) {
            scopes.push((descriptor, empty_scope(descriptor)));
        }
        let (_, scope) = scopes.last_mut().expect("one was pushed");
        for (index, metric) in scope.metrics.iter_mut().enumerate() {
            push_point(metric, collected, &set, &descriptor.fields[index], set.value_at(index));
        }
    }
    for (_, scope) in &mut scopes {
        scope.metrics.retain(|metric| !is_empty(metric));
    }
    let scope_metrics: Vec<_> =
        scopes.into_iter().map(|(_, scope)| scope).filter(|scope| !scope.metrics.is_empty()).collect();
    if scope_metrics.is_empty() {
        return ExportMetricsServiceRequest::default();
    }
    let resource = Some(resource(collected.resource()));
    let resource_metrics = vec![ResourceMetrics { resource, scope_metrics, schema_url: String::new() }];
    ExportMetricsServiceRequest { resource_metrics }
}

fn empty_scope(descriptor: &MetricsDescriptor) -> ScopeMetrics {
    let metrics = descriptor.fields.iter().map(|field| Metric {
        name: field.name.to_owned(),
        description: field.brief.to_owned(),
        unit: field.unit.to_owned(),
        ..Metric::default()
    });
    ScopeMetrics {
        scope: Some(scope(descriptor.name)),
        metrics: metrics.collect(),
        schema_url: String::new(),
    }
}

pub(crate) fn scope(name: &str) -> InstrumentationScope {
    InstrumentationScope { name: name.to_owned(), ..InstrumentationScope::default() }
}

pub(crate) fn resource(pairs: &[(String, String)]) -> Resource {
    let attributes = pairs.iter().map(|(key, value)| key_value(key, text(value))).collect();
    Resource { attributes, ..Resource::default() }
}

pub(crate) fn key_value(key: &str, value: any_value::Value) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(AnyValue { value: Some(value) }), ..KeyValue::default() }
}

pub(crate) fn text(text: &str) -> any_value::Value {
    any_value::Value::StringValue(text.to_owned())
}

fn attributes(set: &CollectedSet<'_>) -> Vec<KeyValue> {
    let value = |scalar: &Scalar| match scalar {
        Scalar::Word(word) => text(word),
        Scalar::Text(words) => text(words),
        Scalar::Int(number) => any_value::Value::IntValue(*number),
        Scalar::Double(number) => any_value::Value::DoubleValue(*number),
        Scalar::Bool(truth) => any_value::Value::BoolValue(*truth),
    };
    set.attributes().map(|(key, scalar)| key_value(key, value(scalar))).collect()
}

fn nanos(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).expect("after 1970").as_nanos() as u64
}

fn is_empty(metric: &Metric) -> bool {
    metric.data.is_none()
}

fn push_point(
    metric: &mut Metric,
    collected: &Collected,
    set: &CollectedSet<'_>,
    field: &MetricsField,
    value: Value<'_>,
) {
    let is_delta = collected.temporality() == Temporality::Delta;
    let is_level = field.kind.goes_up_and_down();
    let is_gauge = matches!(value, Value::Gauge(_));
    if is_delta && !is_level && !is_gauge && value.as_u64() == 0 && value.as_f64() == 0.0 {
        return;
    }
    let temporality = if is_delta && !is_level {
        AggregationTemporality::Delta
    } else {
        AggregationTemporality::Cumulative
    };
    let start = if is_level { set.created() } else { set.start() };
    let times = (nanos(start), nanos(collected.time()));
    let data = metric.data.get_or_insert_with(|| empty_data(&value, temporality as i32));
    match (data, value) {
        (metric::Data::Gauge(gauge), Value::Gauge(number)) => {
            gauge.data_points.push(number_point(times, set, number));
        }
        (metric::Data::Sum(sum), Value::Sum(number) | Value::UpDown(number)) => {
            sum.data_points.push(number_point(times, set, number));
        }
        (metric::Data::Histogram(histogram), value) => {
            histogram.data_points.push(histogram_point(times, set, &value));
        }
        (metric::Data::ExponentialHistogram(histogram), Value::Histogram(value)) => {
            histogram.data_points.push(exponential_point(times, set, &value));
        }
        _ => panic!("a metric has values of one kind"),
    }
}

fn empty_data(value: &Value<'_>, aggregation_temporality: i32) -> metric::Data {
    match value {
        Value::Gauge(_) => metric::Data::Gauge(proto::Gauge::default()),
        Value::Sum(_) | Value::UpDown(_) => metric::Data::Sum(proto::Sum {
            data_points: Vec::new(),
            aggregation_temporality,
            is_monotonic: matches!(value, Value::Sum(_)),
        }),
        Value::Histogram(histogram) if !matches!(histogram.division(), Division::Bounds(_)) => {
            metric::Data::ExponentialHistogram(proto::ExponentialHistogram {
                data_points: Vec::new(),
                aggregation_temporality,
            })
        }
        Value::Histogram(_) | Value::Mmsc(_) => {
            metric::Data::Histogram(proto::Histogram { data_points: Vec::new(), aggregation_temporality })
        }
    }
}

fn number_point(times: (u64, u64), set: &CollectedSet<'_>, number: Number) -> NumberDataPoint {
    let value = match number {
        Number::U64(number) => number_data_point::Value::AsInt(i64::try_from(number).unwrap_or(i64::MAX)),
        Number::I64(number) => number_data_point::Value::AsInt(number),
        Number::F64(number) => number_data_point::Value::AsDouble(number),
    };
    NumberDataPoint {
        attributes: attributes(set),
        start_time_unix_nano: times.0,
        time_unix_nano: times.1,
        value: Some(value),
        ..NumberDataPoint::default()
    }
}

fn histogram_point(times: (u64, u64), set: &CollectedSet<'_>, value: &Value<'_>) -> HistogramDataPoint {
    let mut point = HistogramDataPoint {
        attributes: attributes(set),
        start_time_unix_nano: times.0,
        time_unix_nano: times.1,
        count: value.as_u64(),
        sum: Some(value.as_f64()),
        ..HistogramDataPoint::default()
    };
    match value {
        Value::Mmsc(mmsc) if mmsc.count > 0 => {
            (point.min, point.max) = (Some(mmsc.min), Some(mmsc.max));
            point.sum = (mmsc.min >= 0.0).then_some(mmsc.sum);
        }
        Value::Histogram(histogram) => {
            point.bucket_counts = histogram.buckets().map(|(_, count)| count).collect();
            point.explicit_bounds =
                histogram.buckets().map(|(upper, _)| upper).filter(|upper| upper.is_finite()).collect();
            point.exemplars = histogram.exemplars().map(exemplar).collect();
        }
        _ => {}
    }
    point
}

fn exponential_point(
    times: (u64, u64),
    set: &CollectedSet<'_>,
    histogram: &HistogramValue<'_>,
) -> ExponentialHistogramDataPoint {
    let mut counts = histogram.counts().to_vec();
    let (scale, mut offset, zero_count, zero_threshold) = match histogram.division() {
        Division::Exponential { scale, first } => (scale, first, histogram.zeros(), 0.0),
        Division::Range(range) => (range.scale(), range.first() + 1, counts.remove(0), histogram.upper(0)),
        Division::Bounds(_) => panic!("bounds are explicit"),
    };
    while counts.last() == Some(&0) {
        counts.pop();
    }
    while counts.first() == Some(&0) {
        counts.remove(0);
        offset += 1;
    }
    let positive = (!counts.is_empty())
        .then_some(exponential_histogram_data_point::Buckets { offset, bucket_counts: counts });
    ExponentialHistogramDataPoint {
        attributes: attributes(set),
        start_time_unix_nano: times.0,
        time_unix_nano: times.1,
        count: histogram.count(),
        sum: Some(histogram.sum()),
        scale,
        zero_count,
        positive,
        exemplars: histogram.exemplars().map(exemplar).collect(),
        zero_threshold,
        ..ExponentialHistogramDataPoint::default()
    }
}

fn exemplar(exemplar: Exemplar) -> proto::Exemplar {
    proto::Exemplar {
        filtered_attributes: Vec::new(),
        time_unix_nano: nanos(exemplar.time),
        span_id: exemplar.span.span_id.0.to_vec(),
        trace_id: exemplar.span.trace_id.0.to_vec(),
        value: Some(proto::exemplar::Value::AsDouble(exemplar.value)),
    }
}
