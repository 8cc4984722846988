//! OTLP metrics: `ExportMetricsServiceRequest`, in protobuf and JSON. A metric is decided first; then, if some policy
//! looks at data points, each of them, and a metric that loses all of them goes too.

mod json;
mod protobuf;

use edge_policy::{Nanos, Signal, Simple, Slots, Value, Wanted, Worker};
use edge_stream::json::Cursor;
use edge_stream::protobuf::{Field, Malformed};

use super::batch::{Names, Records, filter_json, filter_protobuf};
use super::layout::Layout;
use crate::plan::{BodyFilter, Filtered};

/// Filters protobuf bodies of metrics.
#[derive(Debug)]
pub struct MetricsProtobuf;

/// Filters JSON bodies of metrics.
#[derive(Debug)]
pub struct MetricsJson;

impl BodyFilter for MetricsProtobuf {
    fn filter(&self, body: &[u8], worker: &mut Worker, now: Nanos) -> Filtered {
        filter_protobuf::<Metrics>(body, worker, now)
    }
}

impl BodyFilter for MetricsJson {
    fn filter(&self, body: &[u8], worker: &mut Worker, now: Nanos) -> Filtered {
        filter_json::<Metrics>(body, worker, now)
    }
}

struct Metrics;

impl Records for Metrics {
    const SIGNAL: Signal = Signal::Metric;
    const NAMES: Names = Names { resources: "resourceMetrics", scopes: "scopeMetrics", records: "metrics" };

    fn protobuf<'a>(
        walk: &mut super::protobuf::Walk<'_, '_, 'a>,
        field: &Field<'a>,
    ) -> Result<bool, Malformed> {
        protobuf::metric(walk, field)
    }

    fn json<'a>(
        walk: &mut super::json::Walk<'_, '_, 'a>,
        cursor: &mut Cursor<'a>,
    ) -> Result<bool, Malformed> {
        json::metric(walk, cursor)
    }
}

/// `Metric` of opentelemetry/proto/metrics/v1/metrics.proto, but for its data.
static METRIC: Layout = Layout::new(
    &[
        (1, "name", Simple::MetricName),
        (2, "description", Simple::MetricDescription),
        (3, "unit", Simple::MetricUnit),
    ],
    None,
);

/// A type of metric: which member of `Metric` its data is, and where that keeps what policies name.
#[derive(Debug)]
struct Kind {
    number: u32,
    name: &'static str,
    /// The value of `Simple::MetricType`.
    value: i64,
    /// Beside the data points.
    data: Layout,
    point: Layout,
}

static KINDS: [Kind; 5] = [
    Kind { number: 5, name: "gauge", value: 1, data: NO_TEMPORALITY, point: attributes(7) },
    Kind { number: 7, name: "sum", value: 2, data: TEMPORALITY, point: attributes(7) },
    Kind { number: 9, name: "histogram", value: 3, data: TEMPORALITY, point: attributes(9) },
    Kind { number: 10, name: "exponentialHistogram", value: 4, data: TEMPORALITY, point: attributes(1) },
    Kind { number: 11, name: "summary", value: 5, data: NO_TEMPORALITY, point: attributes(7) },
];

const NO_TEMPORALITY: Layout = Layout::new(&[], None);
const TEMPORALITY: Layout = Layout::new(&[(2, "aggregationTemporality", Simple::Temporality)], None);

const fn attributes(number: u32) -> Layout {
    Layout::new(&[], Some((number, "attributes")))
}

impl Kind {
    /// Tells the type.
    fn fill(&self, wanted: &Wanted, slots: &mut Slots<'_, '_>) {
        if let Some(slot) = wanted.simple(Simple::MetricType) {
            slots.field(slot, Value::Int(self.value));
        }
    }
}

/// How many records a metric counts as: its data points, or itself if it has none.
fn records(points: Option<u64>) -> u64 {
    points.filter(|count| *count > 0).unwrap_or(1)
}
