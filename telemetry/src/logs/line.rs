//! An event as one line of text.

use std::fmt::Write;

use super::clock::Timestamp;
use super::{Event, EventValue};

/// Longest value shown; the rest is cut and marked, so that a queue of lines has a bounded size.
const VALUE_BYTES_MAX: usize = 4096;

/// From where on further fields are left out, and that is marked: an event may have any number of them.
const LINE_BYTES_MAX: usize = 16 << 10;

/// `2026-01-02T03:04:05.678901Z INFO target event.name key=value ...` with its newline.
pub(super) fn line(event: &Event<'_>) -> String {
    let descriptor = event.descriptor;
    let mut line = String::with_capacity(128);
    // Writing to a `String` cannot fail.
    let _ = write!(line, "{} {} ", Timestamp(event.time), descriptor.level.heading());
    // A record of `log` may have any target.
    push_value(&mut line, descriptor.target);
    // Those of libraries have none.
    if !descriptor.name.is_empty() {
        let _ = write!(line, " {}", descriptor.name);
    }
    if let Some(message) = event.message {
        line.push_str(" message=");
        push_value(&mut line, &EventValue::Display(&message).to_text());
    }
    for field in event.fields.iter().filter(|field| !field.value.is_absent()) {
        if line.len() >= LINE_BYTES_MAX {
            line.push_str(" …");
            break;
        }
        let _ = write!(line, " {}=", field.key);
        push_value(&mut line, &field.value.to_text());
    }
    if let Some(span) = event.span {
        let _ = write!(line, " trace_id={} span_id={}", span.trace_id, span.span_id);
    }
    line.push('\n');
    line
}

fn push_value(line: &mut String, value: &str) {
    let shown = cut(value);
    if shown.is_empty() || shown.contains(is_ambiguous) {
        // Writing to a `String` cannot fail. Debug quotes and escapes: the line stays one line, and looks like it.
        let _ = write!(line, "{shown:?}");
    } else {
        line.push_str(shown);
    }
    if shown.len() < value.len() {
        line.push('…');
    }
}

/// Whether a reader, or a program, could take it for something else: for a separator, for an escape, or for nothing at
/// all, as what is invisible or turns the direction of writing.
fn is_ambiguous(letter: char) -> bool {
    letter.is_whitespace()
        || letter.is_control()
        || matches!(letter, '"' | '=' | '\\')
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn cut(value: &str) -> &str {
    let end = (0..=VALUE_BYTES_MAX.min(value.len())).rev().find(|end| value.is_char_boundary(*end));
    &value[..end.unwrap_or(0)]
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::super::{EventDescriptor, EventField, Level};
    use super::*;

    fn shown(value: &str) -> String {
        static READY: EventDescriptor = EventDescriptor::new("app.server.ready", Level::Info, "app::server");
        let fields = [EventField { key: "x.y", value: EventValue::Display(&value) }];
        let time = UNIX_EPOCH + Duration::from_micros(1_767_323_045_678_901);
        line(&Event { time, descriptor: &READY, message: None, span: None, fields: &fields })
    }

    #[test]
    fn a_line_is_time_level_target_name_and_fields() {
        assert_eq!(shown("8080"), "2026-01-02T03:04:05.678901Z INFO app app.server.ready x.y=8080\n");
    }

    #[test]
    fn an_event_of_a_library_has_no_name() {
        static NAMELESS: EventDescriptor = EventDescriptor::new("", Level::Warn, "h2");
        let time = UNIX_EPOCH;
        let message = Some(format_args!("stream reset"));
        let line = line(&Event { time, descriptor: &NAMELESS, message, span: None, fields: &[] });
        assert_eq!(line, "1970-01-01T00:00:00.000000Z WARN h2 message=\"stream reset\"\n");
    }

    #[test]
    fn a_target_cannot_pass_for_another_line() {
        static FORGED: EventDescriptor =
            EventDescriptor { target: "x\n2026 INFO app", ..EventDescriptor::new("", Level::Warn, "x") };
        let line =
            line(&Event { time: UNIX_EPOCH, descriptor: &FORGED, message: None, span: None, fields: &[] });
        assert_eq!(line, "1970-01-01T00:00:00.000000Z WARN \"x\\n2026 INFO app\"\n");
    }

    #[test]
    fn an_event_is_always_one_line() {
        assert!(shown("two\nlines \"quoted\"").ends_with(" x.y=\"two\\nlines \\\"quoted\\\"\"\n"));
        assert!(shown("").ends_with(" x.y=\"\"\n"));
    }

    #[test]
    fn what_looks_like_something_else_is_quoted_and_escaped() {
        for (value, expected) in [
            ("a=b", "\"a=b\""),
            ("\\n", "\"\\\\n\""),
            ("\u{202e}x", "\"\\u{202e}x\""),
            ("\u{2066}x", "\"\\u{2066}x\""),
            ("a\u{200b}b", "\"a\\u{200b}b\""),
            ("\u{feff}", "\"\\u{feff}\""),
            ("é", "é"),
        ] {
            assert!(shown(value).ends_with(&format!(" x.y={expected}\n")), "{}", shown(value));
        }
    }

    #[test]
    fn a_line_is_bounded_however_many_fields_there_are() {
        static WIDE: EventDescriptor = EventDescriptor::new("app.wide", Level::Info, "app");
        let long = "x".repeat(VALUE_BYTES_MAX);
        let fields = [EventField { key: "x.y", value: EventValue::Text(&long) }; 64];
        let line =
            line(&Event { time: UNIX_EPOCH, descriptor: &WIDE, message: None, span: None, fields: &fields });
        assert!(line.len() < LINE_BYTES_MAX + VALUE_BYTES_MAX + 128, "{}", line.len());
        assert!(line.ends_with(" …\n"));
    }

    #[test]
    fn long_values_are_cut() {
        let long = "é".repeat(VALUE_BYTES_MAX);
        assert!(shown(&long).len() < VALUE_BYTES_MAX + 128);
        assert!(shown(&long).ends_with("…\n"));
    }
}
