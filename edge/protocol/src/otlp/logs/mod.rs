//! OTLP logs: `ExportLogsServiceRequest`, in protobuf and JSON. Each record is walked once; one that a transform changes
//! is written anew.

mod json;
mod protobuf;

use edge_policy::{Nanos, Signal, Simple, Worker};
use edge_stream::json::Cursor;
use edge_stream::protobuf::{Field, Malformed};

use super::batch::{Names, Records, filter_json, filter_protobuf};
use super::layout::Layout;
use crate::plan::{BodyFilter, Filtered};

/// Filters protobuf bodies of logs.
#[derive(Debug)]
pub struct LogsProtobuf;

/// Filters JSON bodies of logs.
#[derive(Debug)]
pub struct LogsJson;

impl BodyFilter for LogsProtobuf {
    fn filter(&self, body: &[u8], worker: &mut Worker, now: Nanos) -> Filtered {
        filter_protobuf::<LogRecords>(body, worker, now)
    }
}

impl BodyFilter for LogsJson {
    fn filter(&self, body: &[u8], worker: &mut Worker, now: Nanos) -> Filtered {
        filter_json::<LogRecords>(body, worker, now)
    }
}

struct LogRecords;

impl Records for LogRecords {
    const SIGNAL: Signal = Signal::Log;
    const NAMES: Names = Names { resources: "resourceLogs", scopes: "scopeLogs", records: "logRecords" };

    #[inline]
    fn protobuf<'a>(
        walk: &mut super::protobuf::Walk<'_, '_, 'a>,
        field: &Field<'a>,
    ) -> Result<bool, Malformed> {
        protobuf::record(walk, field)
    }

    #[inline]
    fn json<'a>(
        walk: &mut super::json::Walk<'_, '_, 'a>,
        cursor: &mut Cursor<'a>,
    ) -> Result<bool, Malformed> {
        json::record(walk, cursor)
    }
}

/// `LogRecord` of opentelemetry/proto/logs/v1/logs.proto.
static RECORD: Layout = Layout::new(
    &[
        (2, "severityNumber", Simple::SeverityNumber),
        (3, "severityText", Simple::SeverityText),
        (5, "body", Simple::Body),
        (9, "traceId", Simple::TraceId),
        (10, "spanId", Simple::SpanId),
        (12, "eventName", Simple::EventName),
    ],
    Some((6, "attributes")),
);
