//! The lines.

use std::borrow::Cow;
use std::io::{self, Write};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use telemetry::logs::{FieldValue, LogView, SpanView, Timestamp};
use telemetry::trace::SpanStatus;
use telemetry::{Collected, HistogramValue, MmscValue, Number, Scalar, Value};

/// `TIME LEVEL target name key=value ...`.
pub(super) fn log(out: &mut impl Write, log: &LogView<'_>) -> io::Result<()> {
    let (time, level) = (at(log.time_unix_nanos), log.level().as_str().to_ascii_uppercase());
    write!(out, "{time} {level} {} {}", one_word(log.target()), log.name())?;
    if let Some(message) = log.message() {
        write!(out, " message={message:?}")?;
    }
    fields(out, log.fields())?;
    if let Some(span) = log.span() {
        write!(out, " trace_id={} span_id={}", span.trace_id, span.span_id)?;
    }
    writeln!(out)
}

/// `TIME SPAN target name kind=... duration=... key=value ...`, and a line for each event within and each link.
pub(super) fn span(out: &mut impl Write, span: &SpanView<'_>) -> io::Result<()> {
    let took = Duration::from_nanos(span.end_unix_nanos().saturating_sub(span.start_unix_nanos()));
    let (time, kind) = (at(span.end_unix_nanos()), span.kind());
    write!(out, "{time} SPAN {} {} kind={kind} duration={took:?}", span.target(), span.name())?;
    match span.status() {
        SpanStatus::Unset => {}
        SpanStatus::Ok => write!(out, " status=ok")?,
        SpanStatus::Error(message) => write!(out, " status=error message={message:?}")?,
    }
    fields(out, span.fields())?;
    let context = span.context();
    write!(out, " trace_id={} span_id={}", context.trace_id, context.span_id)?;
    if let Some(parent) = span.parent() {
        write!(out, " parent_span_id={parent}")?;
    }
    writeln!(out)?;
    for event in span.events() {
        write!(out, "  {} {}", at(event.time_unix_nanos), event.name())?;
        fields(out, event.fields())?;
        writeln!(out)?;
    }
    for link in span.links() {
        write!(out, "  link trace_id={} span_id={}", link.context.trace_id, link.context.span_id)?;
        fields(out, link.fields())?;
        writeln!(out)?;
    }
    Ok(())
}

/// `TIME METRIC name{key="value"} number unit` of what is not zero.
pub(super) fn metrics(out: &mut impl Write, collected: &Collected) -> io::Result<()> {
    let time = Timestamp(collected.time());
    for set in collected.sets() {
        for (field, value) in set.fields().filter(|(_, value)| value.as_f64() != 0.0 || value.as_u64() != 0) {
            write!(out, "{time} METRIC {}{{", field.name)?;
            for (index, (key, value)) in set.attributes().enumerate() {
                let comma = if index == 0 { "" } else { "," };
                match value {
                    Scalar::Word(_) | Scalar::Text(_) => write!(out, "{comma}{key}={:?}", value.to_text())?,
                    _ => write!(out, "{comma}{key}={}", value.to_text())?,
                }
            }
            write!(out, "}} ")?;
            number_or_distribution(out, &value)?;
            writeln!(out, " {}", field.unit)?;
        }
    }
    Ok(())
}

/// A record of `log` may have any target; one that could pass for another line is quoted.
fn one_word(target: &str) -> Cow<'_, str> {
    if target.is_empty() || target.contains(|letter: char| letter.is_whitespace() || letter.is_control()) {
        return Cow::Owned(format!("{target:?}"));
    }
    Cow::Borrowed(target)
}

fn number_or_distribution(out: &mut impl Write, value: &Value<'_>) -> io::Result<()> {
    match value {
        Value::Sum(number) | Value::UpDown(number) | Value::Gauge(number) => match number {
            Number::U64(number) => write!(out, "{number}"),
            Number::I64(number) => write!(out, "{number}"),
            Number::F64(number) => write!(out, "{number}"),
        },
        Value::Mmsc(MmscValue { min, max, sum, count }) => {
            write!(out, "count={count} sum={sum} min={min} max={max}")
        }
        Value::Histogram(histogram) => distribution(out, histogram),
    }
}

fn distribution(out: &mut impl Write, histogram: &HistogramValue<'_>) -> io::Result<()> {
    write!(out, "count={} sum={}", histogram.count(), histogram.sum())?;
    for (name, q) in [("p50", 0.5), ("p90", 0.9), ("p99", 0.99)] {
        if let Some(value) = histogram.quantile(q) {
            write!(out, " {name}={value:.3e}")?;
        }
    }
    Ok(())
}

/// Text is quoted and escaped: a line stays a line.
fn fields<'a>(
    out: &mut impl Write,
    fields: impl Iterator<Item = (&'a str, FieldValue<'a>)>,
) -> io::Result<()> {
    for (key, value) in fields {
        match value {
            FieldValue::Text(text) => write!(out, " {key}={text:?}")?,
            FieldValue::Int(number) => write!(out, " {key}={number}")?,
            FieldValue::Double(number) => write!(out, " {key}={number}")?,
            FieldValue::Bool(truth) => write!(out, " {key}={truth}")?,
        }
    }
    Ok(())
}

fn at(unix_nanos: u64) -> Timestamp {
    let time: SystemTime = UNIX_EPOCH + Duration::from_nanos(unix_nanos);
    Timestamp(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_cannot_pass_for_another_line() {
        assert_eq!(one_word("h2::codec"), "h2::codec");
        assert_eq!(one_word("x\nINFO app"), "\"x\\nINFO app\"");
        assert_eq!(one_word(""), "\"\"");
    }
}
