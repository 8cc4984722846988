//! Telemetry for people.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use telemetry::logs::{EventField, EventValue};
use telemetry::trace::{ActiveSpan, Parent, SpanDescriptor, SpanKind, SpanStatus};
use telemetry::{Telemetry, otel_info};
use telemetry_otlp::ConsoleExporter;

use crate::process;
use crate::sets::{EveryMetrics, attributes};

static SPAN: SpanDescriptor = SpanDescriptor::new("test.span", SpanKind::Server, "test");

/// Memory that somebody else can look at.
#[derive(Debug, Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nobody panicked").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Shared {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("nobody panicked").clone()).expect("it is text")
    }
}

#[test]
fn there_is_a_line_for_everything_that_happened() {
    let _turn = process::record();
    let telemetry = Telemetry::default();
    let set = telemetry.worker().register::<EveryMetrics>(attributes(0));
    let out = Shared::default();
    let console =
        ConsoleExporter::start(&telemetry, Duration::from_secs(3600), out.clone()).expect("it starts");
    otel_info!("test.happened", text = "two\nlines", number = 1, "said");
    let mut span = ActiveSpan::start(&SPAN, Parent::None, &[]);
    span.set_status(SpanStatus::Error("it broke"));
    span.add_event("test.within", &[EventField { key: "truth", value: EventValue::Bool(true) }]);
    drop(span);
    set.requests.add(3);
    set.range.record(0.5);
    console.shutdown().expect("memory takes everything");

    let text = out.text();
    let has = |words: &str| assert!(text.lines().any(|line| line.contains(words)), "{words} in {text}");
    has("INFO it test.happened message=\"said\" text=\"two\\nlines\" number=1");
    has("SPAN test test.span kind=server duration=");
    has("status=error message=\"it broke\" trace_id=");
    has(" test.within truth=true");
    has(
        r#"METRIC test.every.requests{http.route="/",test.text="",test.number=-1,test.fraction=0.0,test.truth=false} 3 {request}"#,
    );
    has("count=1 sum=0.5 p50=");
    assert!(!text.contains("test.cpu.time"), "what did not change is not shown");
}

struct Broken;

impl Write for Broken {
    fn write(&mut self, _bytes: &[u8]) -> io::Result<usize> {
        Err(io::Error::other("no room"))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_failure_to_write_is_told_at_the_end() {
    let _turn = process::record();
    let console = ConsoleExporter::start(&Telemetry::default(), Duration::from_millis(1), Broken);
    otel_info!("test.happened");
    let error = console.expect("it starts").shutdown().expect_err("nothing was written");
    assert_eq!(error.to_string(), "no room");
}
