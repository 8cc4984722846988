//! The messages of OTLP 1.x, by the numbers and JSON names of their fields. What is newer than this table is left out.

/// How a field is written on the wire and in JSON.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// A string.
    Text,
    /// Bytes of an identifier, which OTLP writes in hexadecimal.
    Hex,
    /// Other bytes.
    Base64,
    /// A varint that is a flag.
    Bool,
    /// 64 bits that are a double.
    Double,
    /// 64 bits, or a varint, written as a string; 64 bits each in a packed list.
    Unsigned64,
    /// The same, varints in a packed list.
    Varint64,
    /// The same, signed.
    Signed64,
    /// A varint or 32 bits, written as a number.
    Unsigned32,
    /// A varint, signed; enumerations too, which OTLP writes as numbers.
    Signed32,
    /// A varint in zigzag order.
    Zigzag32,
    /// A message.
    Message(&'static Message),
}

/// The fields of a message.
#[derive(Debug)]
pub(super) struct Message(pub(super) &'static [FieldOf]);

/// One field.
#[derive(Debug)]
pub(super) struct FieldOf {
    pub(super) number: u32,
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) is_list: bool,
}

const fn one(number: u32, name: &'static str, kind: Kind) -> FieldOf {
    FieldOf { number, name, kind, is_list: false }
}

const fn list(number: u32, name: &'static str, kind: Kind) -> FieldOf {
    FieldOf { number, name, kind, is_list: true }
}

use Kind::{
    Base64, Bool, Double, Hex, Message as Of, Signed32, Signed64, Text, Unsigned32, Unsigned64, Varint64,
    Zigzag32,
};

pub(super) static LOGS: Message = Message(&[list(1, "resourceLogs", Of(&RESOURCE_LOGS))]);
pub(super) static METRICS: Message = Message(&[list(1, "resourceMetrics", Of(&RESOURCE_METRICS))]);
pub(super) static TRACES: Message = Message(&[list(1, "resourceSpans", Of(&RESOURCE_SPANS))]);

static RESOURCE: Message = Message(&[
    list(1, "attributes", Of(&KEY_VALUE)),
    one(2, "droppedAttributesCount", Unsigned32),
    list(3, "entityRefs", Of(&ENTITY_REF)),
]);

static ENTITY_REF: Message = Message(&[
    one(1, "schemaUrl", Text),
    one(2, "type", Text),
    list(3, "idKeys", Text),
    list(4, "descriptionKeys", Text),
]);

static SCOPE: Message = Message(&[
    one(1, "name", Text),
    one(2, "version", Text),
    list(3, "attributes", Of(&KEY_VALUE)),
    one(4, "droppedAttributesCount", Unsigned32),
]);

static KEY_VALUE: Message = Message(&[one(1, "key", Text), one(2, "value", Of(&ANY_VALUE))]);

static ANY_VALUE: Message = Message(&[
    one(1, "stringValue", Text),
    one(2, "boolValue", Bool),
    one(3, "intValue", Signed64),
    one(4, "doubleValue", Double),
    one(5, "arrayValue", Of(&ARRAY_VALUE)),
    one(6, "kvlistValue", Of(&KEY_VALUE_LIST)),
    one(7, "bytesValue", Base64),
]);

static ARRAY_VALUE: Message = Message(&[list(1, "values", Of(&ANY_VALUE))]);
static KEY_VALUE_LIST: Message = Message(&[list(1, "values", Of(&KEY_VALUE))]);

static RESOURCE_LOGS: Message = Message(&[
    one(1, "resource", Of(&RESOURCE)),
    list(2, "scopeLogs", Of(&SCOPE_LOGS)),
    one(3, "schemaUrl", Text),
]);

static SCOPE_LOGS: Message = Message(&[
    one(1, "scope", Of(&SCOPE)),
    list(2, "logRecords", Of(&LOG_RECORD)),
    one(3, "schemaUrl", Text),
]);

static LOG_RECORD: Message = Message(&[
    one(1, "timeUnixNano", Unsigned64),
    one(11, "observedTimeUnixNano", Unsigned64),
    one(2, "severityNumber", Signed32),
    one(3, "severityText", Text),
    one(5, "body", Of(&ANY_VALUE)),
    list(6, "attributes", Of(&KEY_VALUE)),
    one(7, "droppedAttributesCount", Unsigned32),
    one(8, "flags", Unsigned32),
    one(9, "traceId", Hex),
    one(10, "spanId", Hex),
    one(12, "eventName", Text),
]);

static RESOURCE_SPANS: Message = Message(&[
    one(1, "resource", Of(&RESOURCE)),
    list(2, "scopeSpans", Of(&SCOPE_SPANS)),
    one(3, "schemaUrl", Text),
]);

static SCOPE_SPANS: Message =
    Message(&[one(1, "scope", Of(&SCOPE)), list(2, "spans", Of(&SPAN)), one(3, "schemaUrl", Text)]);

static SPAN: Message = Message(&[
    one(1, "traceId", Hex),
    one(2, "spanId", Hex),
    one(3, "traceState", Text),
    one(4, "parentSpanId", Hex),
    one(16, "flags", Unsigned32),
    one(5, "name", Text),
    one(6, "kind", Signed32),
    one(7, "startTimeUnixNano", Unsigned64),
    one(8, "endTimeUnixNano", Unsigned64),
    list(9, "attributes", Of(&KEY_VALUE)),
    one(10, "droppedAttributesCount", Unsigned32),
    list(11, "events", Of(&EVENT)),
    one(12, "droppedEventsCount", Unsigned32),
    list(13, "links", Of(&LINK)),
    one(14, "droppedLinksCount", Unsigned32),
    one(15, "status", Of(&STATUS)),
]);

static EVENT: Message = Message(&[
    one(1, "timeUnixNano", Unsigned64),
    one(2, "name", Text),
    list(3, "attributes", Of(&KEY_VALUE)),
    one(4, "droppedAttributesCount", Unsigned32),
]);

static LINK: Message = Message(&[
    one(1, "traceId", Hex),
    one(2, "spanId", Hex),
    one(3, "traceState", Text),
    list(4, "attributes", Of(&KEY_VALUE)),
    one(5, "droppedAttributesCount", Unsigned32),
    one(6, "flags", Unsigned32),
]);

static STATUS: Message = Message(&[one(2, "message", Text), one(3, "code", Signed32)]);

static RESOURCE_METRICS: Message = Message(&[
    one(1, "resource", Of(&RESOURCE)),
    list(2, "scopeMetrics", Of(&SCOPE_METRICS)),
    one(3, "schemaUrl", Text),
]);

static SCOPE_METRICS: Message =
    Message(&[one(1, "scope", Of(&SCOPE)), list(2, "metrics", Of(&METRIC)), one(3, "schemaUrl", Text)]);

static METRIC: Message = Message(&[
    one(1, "name", Text),
    one(2, "description", Text),
    one(3, "unit", Text),
    one(5, "gauge", Of(&GAUGE)),
    one(7, "sum", Of(&SUM)),
    one(9, "histogram", Of(&HISTOGRAM)),
    one(10, "exponentialHistogram", Of(&EXPONENTIAL_HISTOGRAM)),
    one(11, "summary", Of(&SUMMARY)),
    list(12, "metadata", Of(&KEY_VALUE)),
]);

static GAUGE: Message = Message(&[list(1, "dataPoints", Of(&NUMBER_POINT))]);

static SUM: Message = Message(&[
    list(1, "dataPoints", Of(&NUMBER_POINT)),
    one(2, "aggregationTemporality", Signed32),
    one(3, "isMonotonic", Bool),
]);

static HISTOGRAM: Message =
    Message(&[list(1, "dataPoints", Of(&HISTOGRAM_POINT)), one(2, "aggregationTemporality", Signed32)]);

static EXPONENTIAL_HISTOGRAM: Message =
    Message(&[list(1, "dataPoints", Of(&EXPONENTIAL_POINT)), one(2, "aggregationTemporality", Signed32)]);

static SUMMARY: Message = Message(&[list(1, "dataPoints", Of(&SUMMARY_POINT))]);

static NUMBER_POINT: Message = Message(&[
    list(7, "attributes", Of(&KEY_VALUE)),
    one(2, "startTimeUnixNano", Unsigned64),
    one(3, "timeUnixNano", Unsigned64),
    one(4, "asDouble", Double),
    one(6, "asInt", Signed64),
    list(5, "exemplars", Of(&EXEMPLAR)),
    one(8, "flags", Unsigned32),
]);

static HISTOGRAM_POINT: Message = Message(&[
    list(9, "attributes", Of(&KEY_VALUE)),
    one(2, "startTimeUnixNano", Unsigned64),
    one(3, "timeUnixNano", Unsigned64),
    one(4, "count", Unsigned64),
    one(5, "sum", Double),
    list(6, "bucketCounts", Unsigned64),
    list(7, "explicitBounds", Double),
    list(8, "exemplars", Of(&EXEMPLAR)),
    one(10, "flags", Unsigned32),
    one(11, "min", Double),
    one(12, "max", Double),
]);

static EXPONENTIAL_POINT: Message = Message(&[
    list(1, "attributes", Of(&KEY_VALUE)),
    one(2, "startTimeUnixNano", Unsigned64),
    one(3, "timeUnixNano", Unsigned64),
    one(4, "count", Unsigned64),
    one(5, "sum", Double),
    one(6, "scale", Zigzag32),
    one(7, "zeroCount", Unsigned64),
    one(8, "positive", Of(&BUCKETS)),
    one(9, "negative", Of(&BUCKETS)),
    one(10, "flags", Unsigned32),
    list(11, "exemplars", Of(&EXEMPLAR)),
    one(12, "min", Double),
    one(13, "max", Double),
    one(14, "zeroThreshold", Double),
]);

static BUCKETS: Message = Message(&[one(1, "offset", Zigzag32), list(2, "bucketCounts", Varint64)]);

static SUMMARY_POINT: Message = Message(&[
    list(7, "attributes", Of(&KEY_VALUE)),
    one(2, "startTimeUnixNano", Unsigned64),
    one(3, "timeUnixNano", Unsigned64),
    one(4, "count", Unsigned64),
    one(5, "sum", Double),
    list(6, "quantileValues", Of(&QUANTILE)),
    one(8, "flags", Unsigned32),
]);

static QUANTILE: Message = Message(&[one(1, "quantile", Double), one(2, "value", Double)]);

static EXEMPLAR: Message = Message(&[
    list(7, "filteredAttributes", Of(&KEY_VALUE)),
    one(2, "timeUnixNano", Unsigned64),
    one(3, "asDouble", Double),
    one(6, "asInt", Signed64),
    one(4, "spanId", Hex),
    one(5, "traceId", Hex),
]);
