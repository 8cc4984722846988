//! A request of metrics in parts, as a receiver decodes them.

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::metrics::v1::{Metric, metric};
use prost::Message;
use telemetry::{Collected, Telemetry, TelemetryOptions, Temporality};
use telemetry_otlp::{MetricsPart, encode_metrics, split_metrics};

use crate::sets::Recorder;

fn decode(message: &[u8]) -> ExportMetricsServiceRequest {
    ExportMetricsServiceRequest::decode(message).expect("it is a message")
}

/// How many points a metric has, and the metric without them.
fn without_points(metric: &Metric) -> (usize, Metric) {
    use metric::Data;
    let mut bare = metric.clone();
    let points = match bare.data.as_mut().expect("a metric has data") {
        Data::Gauge(it) => std::mem::take(&mut it.data_points).len(),
        Data::Sum(it) => std::mem::take(&mut it.data_points).len(),
        Data::Histogram(it) => std::mem::take(&mut it.data_points).len(),
        Data::ExponentialHistogram(it) => std::mem::take(&mut it.data_points).len(),
        Data::Summary(_) => panic!("nothing becomes a summary"),
    };
    (points, bare)
}

/// Adds a metric to others; if it continues the last of them, only its points.
fn append(metrics: &mut Vec<Metric>, more: Metric) {
    use metric::Data;
    let Some(last) = metrics.last_mut().filter(|last| without_points(last).1 == without_points(&more).1)
    else {
        return metrics.push(more);
    };
    match (last.data.as_mut(), more.data) {
        (Some(Data::Gauge(to)), Some(Data::Gauge(it))) => to.data_points.extend(it.data_points),
        (Some(Data::Sum(to)), Some(Data::Sum(it))) => to.data_points.extend(it.data_points),
        (Some(Data::Histogram(to)), Some(Data::Histogram(it))) => to.data_points.extend(it.data_points),
        (Some(Data::ExponentialHistogram(to)), Some(Data::ExponentialHistogram(it))) => {
            to.data_points.extend(it.data_points);
        }
        (to, it) => panic!("{it:?} does not continue {to:?}"),
    }
}

/// The request that these are the parts of.
fn join(parts: impl IntoIterator<Item = ExportMetricsServiceRequest>) -> ExportMetricsServiceRequest {
    let mut parts = parts.into_iter();
    let mut whole = parts.next().expect("there is a part");
    let to = &mut whole.resource_metrics[0];
    for part in parts.flat_map(|part| part.resource_metrics) {
        assert_eq!((&part.resource, &part.schema_url), (&to.resource, &to.schema_url));
        for scope in part.scope_metrics {
            match to.scope_metrics.last_mut().filter(|last| last.scope == scope.scope) {
                Some(last) => scope.metrics.into_iter().for_each(|metric| append(&mut last.metrics, metric)),
                None => to.scope_metrics.push(scope),
            }
        }
    }
    whole
}

fn points(request: &ExportMetricsServiceRequest) -> usize {
    let scopes = request.resource_metrics.iter().flat_map(|it| &it.scope_metrics);
    scopes.flat_map(|it| &it.metrics).map(|metric| without_points(metric).0).sum()
}

fn check(collected: &Collected, bytes_max: usize) -> Vec<MetricsPart> {
    let mut message = Vec::new();
    let all = encode_metrics(collected, &mut message);
    let parts = split_metrics(&message, bytes_max);
    for part in &parts {
        assert_eq!(part.points, points(&decode(&part.body)));
        assert!(part.body.len() <= bytes_max || part.points == 1, "{} > {bytes_max}", part.body.len());
    }
    assert_eq!(join(parts.iter().map(|part| decode(&part.body))), decode(&message));
    assert_eq!(parts.iter().map(|part| part.points).sum::<usize>(), all);
    parts
}

/// Something of every kind of point, of several series.
fn recorded(temporality: Temporality, then: impl FnOnce(&Collected)) {
    let resource = vec![("service.name".to_owned(), "test".to_owned())];
    let telemetry = Telemetry::new(TelemetryOptions { resource, ..TelemetryOptions::default() });
    let mut reader = telemetry.reader(temporality);
    let recorder = Recorder::new(&telemetry.worker());
    for series in 0..3 {
        for instrument in 0..14 {
            recorder.record(series, instrument, f64::from(series) + 2.5);
        }
    }
    then(reader.collect());
}

#[test]
fn the_parts_together_are_the_whole_and_none_is_too_large() {
    for temporality in [Temporality::Delta, Temporality::Cumulative] {
        recorded(temporality, |collected| {
            let mut message = Vec::new();
            let all = encode_metrics(collected, &mut message);
            for bytes_max in (0..message.len()).step_by(97) {
                assert!(check(collected, bytes_max).len() > 1);
            }
            assert_eq!(check(collected, 0).len(), all, "each point by itself");
            let parts = check(collected, message.len());
            assert_eq!((parts.len(), parts[0].body.len(), parts[0].points), (1, message.len(), all));
        });
    }
}

#[test]
fn a_part_is_as_full_as_it_can_be() {
    recorded(Temporality::Cumulative, |collected| {
        let parts = check(collected, 2000);
        let alone: Vec<_> = check(collected, 0).iter().map(|part| part.body.len()).collect();
        let mut next = 0;
        for part in &parts[..parts.len() - 1] {
            next += part.points;
            // By itself the next point is longer than it would have been here, by at most what is around it.
            assert!(part.body.len() + alone[next] > 2000, "{} + {}", part.body.len(), alone[next]);
        }
    });
}

#[test]
fn what_is_no_request_has_no_parts_or_some() {
    recorded(Temporality::Cumulative, |collected| {
        let mut message = Vec::new();
        encode_metrics(collected, &mut message);
        for end in 0..message.len() {
            split_metrics(&message[..end], 500);
        }
    });
    assert_eq!(split_metrics(&[], 500), []);
}
