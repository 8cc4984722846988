//! Requests split into requests of one record each.

use std::sync::{Arc, Mutex, PoisonError};

use edge_policy::{Evidence, Nanos, PolicySet, Signal, Snapshot, Watch, Worker};
use edge_protocol::{BodyFilter, Outcome};

/// Policies that match everything and change nothing, so that somebody is told of each record; of a metric of each
/// data point.
const ALL: &str = r#"[
    {"id": "log", "log": {"match": [{"log_attribute": " ", "equals": " ", "negate": true}]}},
    {"id": "metric", "metric": {"match": [{"datapoint_attribute": " ", "equals": " ", "negate": true}], "keep": true}},
    {"id": "trace", "trace": {"match": [{"span_attribute": " ", "equals": " ", "negate": true}], "keep": {"percentage": 100}}}
]"#;

/// A record as a request of its own, with its resource and scope.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) request: Vec<u8>,
    /// Its size, without resource and scope.
    pub(crate) bytes: usize,
}

/// The records of a request, each as a request of its own; `None` if it is malformed.
pub(crate) fn split(signal: Signal, filter: &dyn BodyFilter, request: &[u8]) -> Option<Vec<Record>> {
    let set = PolicySet::parse(ALL.as_bytes()).expect("a policy document");
    let mut worker = Worker::new(Arc::new(Snapshot::compile(&set, None)), 0);
    debug_assert!(worker.snapshot().targets(signal), "each signal has its policy");
    let records = Records::default();
    worker.watch(Some(Box::new(records.clone())));
    let outcome = filter.filter(request, &mut worker, Nanos(0)).outcome;
    if matches!(outcome, Outcome::FailOpen(_)) {
        return None;
    }
    Some(std::mem::take(&mut *records.0.lock().unwrap_or_else(PoisonError::into_inner)))
}

/// Collects what it sees.
#[derive(Debug, Clone, Default)]
struct Records(Arc<Mutex<Vec<Record>>>);

impl Watch for Records {
    fn decided(&mut self, evidence: &Evidence<'_>) {
        let record = Record { request: evidence.record(), bytes: evidence.bytes() };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(record);
    }
}

#[cfg(test)]
mod tests {
    use edge_protocol::{LogsJson, MetricsJson, TracesJson};
    use serde_json::{Value, json};

    use super::*;

    #[track_caller]
    fn check(signal: Signal, filter: &dyn BodyFilter, request: Value, expected: &[Value]) {
        let records = split(signal, filter, request.to_string().as_bytes()).expect("a sound request");
        let records: Vec<Value> =
            records.iter().map(|record| serde_json::from_slice(&record.request).expect("JSON")).collect();
        assert_eq!(records, expected);
    }

    #[test]
    fn each_record_keeps_its_resource_and_scope() {
        let logs = |records: Value| json!({"resourceLogs": [{"resource": {"droppedAttributesCount": 1}, "scopeLogs": [{"scope": {"name": "s"}, "logRecords": records}]}]});
        let (a, b) = (json!({"severityText": "a"}), json!({"severityText": "b"}));
        check(Signal::Log, &LogsJson, logs(json!([a, b])), &[logs(json!([a])), logs(json!([b]))]);
        let spans = |spans: Value| json!({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]});
        let (a, b) = (json!({"name": "a"}), json!({"name": "b"}));
        check(Signal::Trace, &TracesJson, spans(json!([a, b])), &[spans(json!([a])), spans(json!([b]))]);
    }

    #[test]
    fn a_metric_is_split_into_its_points() {
        let metrics = |points: Value| json!({"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"name": "m", "gauge": {"dataPoints": points}}]}]}]});
        let (a, b) = (json!({"asInt": "1"}), json!({"asInt": "2"}));
        let expected = [metrics(json!([a])), metrics(json!([b]))];
        check(Signal::Metric, &MetricsJson, metrics(json!([a, b])), &expected);
    }

    #[test]
    fn a_malformed_request_is_told() {
        assert!(split(Signal::Log, &LogsJson, b"{\"resourceLogs\": [{]}").is_none());
    }
}
