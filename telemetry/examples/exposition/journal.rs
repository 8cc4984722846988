//! What was declared and recorded, kept beside the SDK: the judges' side of the story.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use telemetry::trace::SpanContext;
use telemetry::{Buckets, MetricsField, linked};

/// Everything recorded, by metric and attributes.
pub(crate) struct Journal {
    started: Duration,
    resource: BTreeMap<String, String>,
    series: BTreeMap<(&'static str, Attributes), Series>,
}

type Attributes = BTreeMap<String, String>;

/// What was recorded in one series, in order.
#[derive(Debug, Default)]
pub(crate) struct Series {
    values: Vec<Value>,
    exemplars: Vec<Value>,
}

impl Journal {
    pub(crate) fn new(resource: &[(String, String)]) -> Self {
        let started = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { started, resource: resource.iter().cloned().collect(), series: BTreeMap::new() }
    }

    /// A series of a metric by its full name; without a value, one that is exported nevertheless.
    pub(crate) fn series(&mut self, metric: &'static str, attributes: &[(&str, &str)]) -> &mut Series {
        let attributes = attributes.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        self.series.entry((metric, attributes.collect())).or_default()
    }

    pub(crate) fn to_json(&self) -> Value {
        let declared = linked::metric_sets().into_iter().flat_map(|set| set.fields);
        let metrics: Vec<_> = declared.map(|field| self.metric(field)).collect();
        json!({ "started": self.started.as_secs_f64(), "resource": self.resource, "metrics": metrics })
    }

    fn metric(&self, field: &MetricsField) -> Value {
        let of_metric = self.series.iter().filter(|((metric, _), _)| *metric == field.name);
        let series: Vec<_> = of_metric.map(|((_, attributes), series)| series.to_json(attributes)).collect();
        let bounds = match field.buckets {
            Some(Buckets::Bounds(bounds)) => Some(bounds),
            _ => None,
        };
        json!({
            "name": field.name,
            "unit": field.unit,
            "kind": format!("{:?}", field.kind),
            "brief": field.brief,
            "bounds": bounds,
            "exemplars": field.exemplars,
            "series": series,
        })
    }
}

impl Series {
    pub(crate) fn record(&mut self, value: impl Into<Value>) {
        self.values.push(value.into());
    }

    /// A value in a span.
    pub(crate) fn record_in(&mut self, span: &SpanContext, value: f64) {
        self.record(value);
        let trace_id = format!("{:032x}", u128::from_be_bytes(span.trace_id.0));
        let span_id = format!("{:016x}", u64::from_be_bytes(span.span_id.0));
        self.exemplars.push(json!({ "trace_id": trace_id, "span_id": span_id, "value": value }));
    }

    fn to_json(&self, attributes: &Attributes) -> Value {
        json!({ "attributes": attributes, "values": self.values, "exemplars": self.exemplars })
    }
}
