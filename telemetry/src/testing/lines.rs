//! A line for each thing recorded, for people to compare.

use std::fmt::Write;

use crate::logs::{FieldValue, LogView, SpanView, Taken};
use crate::trace::{SpanId, SpanStatus};
use crate::{Collected, CollectedSet, Number, Value};

/// What other tests of the process, or chance, have a part in.
const NOT_OF_THE_TEST: [&str; 2] = ["telemetry.logs.dropped", "telemetry.pipeline.deferrals"];

/// `app.requests{http.route="/"} 3` for every metric that is not zero, sorted.
pub(super) fn metrics(collected: &Collected) -> Vec<String> {
    let mut all: Vec<(String, Value<'_>)> = Vec::new();
    for set in collected.sets() {
        let fields = set.fields().filter(|(field, _)| !NOT_OF_THE_TEST.contains(&field.name));
        all.extend(fields.map(|(field, value)| (format!("{}{}", field.name, attributes(&set)), value)));
    }
    all.sort_by(|(a, _), (b, _)| a.cmp(b));
    // The same metric may be declared twice.
    all.dedup_by(|(series, value), (before, total)| {
        let is_same = series == before && std::mem::discriminant(value) == std::mem::discriminant(total);
        if is_same {
            total.merge(value);
        }
        is_same
    });
    all.iter().filter_map(|(series, value)| Some(format!("{series} {}", shown(value)?))).collect()
}

fn attributes(set: &CollectedSet<'_>) -> String {
    braced(set.attributes().map(|(key, value)| format!("{key}={:?}", value.to_text())))
}

/// A value unless it is zero.
fn shown(value: &Value<'_>) -> Option<String> {
    let shown = match value {
        Value::Sum(number) | Value::UpDown(number) | Value::Gauge(number) => match number {
            Number::U64(number) => number.to_string(),
            Number::I64(number) => number.to_string(),
            Number::F64(number) => number.to_string(),
        },
        Value::Mmsc(mmsc) => {
            format!("count={} sum={} min={} max={}", mmsc.count, mmsc.sum, mmsc.min, mmsc.max)
        }
        Value::Histogram(histogram) => format!("count={} sum={}", histogram.count(), histogram.sum()),
    };
    let is_zero = match value {
        Value::Mmsc(_) | Value::Histogram(_) => value.as_u64() == 0,
        number => number.as_f64() == 0.0,
    };
    (!is_zero).then_some(shown)
}

/// `warn app.queue.full{queue.length=100} in app.request "no room"`.
pub(super) fn event(event: &LogView<'_>, all: &Taken) -> String {
    let mut line = format!("{} {}{}", event.level(), event.name(), fields(event.fields()));
    push_parent(&mut line, event.span().map(|span| span.span_id), all);
    if let Some(message) = event.message() {
        let _ = write!(line, " {message:?}");
    }
    line
}

/// `span server app.request{http.request.method="GET"} ok`, and a line for each event within.
pub(super) fn span(span: &SpanView<'_>, all: &Taken) -> Vec<String> {
    let mut line = format!("span {} {}{}", span.kind().as_str(), span.name(), fields(span.fields()));
    push_parent(&mut line, span.parent(), all);
    let _ = match span.status() {
        SpanStatus::Unset => Ok(()),
        SpanStatus::Ok => write!(line, " ok"),
        SpanStatus::Error(message) => write!(line, " error {message:?}"),
    };
    let within = span.events().map(|event| format!("  {}{}", event.name(), fields(event.fields())));
    std::iter::once(line).chain(within).collect()
}

/// The name of the span that it is part of, if that was recorded too: ids are new each time.
fn push_parent(line: &mut String, parent: Option<SpanId>, all: &Taken) {
    let parent = parent.and_then(|id| all.spans().find(|span| span.context().span_id == id));
    if let Some(parent) = parent {
        let _ = write!(line, " in {}", parent.name());
    }
}

/// Text is quoted, so that types can be told apart.
fn fields<'a>(fields: impl Iterator<Item = (&'a str, FieldValue<'a>)>) -> String {
    braced(fields.map(|(key, value)| match value {
        FieldValue::Text(text) => format!("{key}={text:?}"),
        FieldValue::Int(number) => format!("{key}={number}"),
        FieldValue::Double(number) => format!("{key}={number:?}"),
        FieldValue::Bool(truth) => format!("{key}={truth}"),
    }))
}

fn braced(pairs: impl Iterator<Item = String>) -> String {
    let pairs: Vec<String> = pairs.collect();
    if pairs.is_empty() { String::new() } else { format!("{{{}}}", pairs.join(",")) }
}
