//! Messages are written without an allocation, where the buffer is large enough. Alone in its process, whose allocator
//! counts.

#[allow(dead_code)]
#[path = "it/process.rs"]
mod process;
#[allow(dead_code)]
#[path = "it/sets.rs"]
mod sets;

use allocation_counter::measure;
use telemetry::trace::{ActiveSpan, Parent, SpanDescriptor, SpanKind};
use telemetry::{Telemetry, Temporality, otel_info};
use telemetry_otlp::{encode_logs, encode_metrics, encode_spans};

static SPAN: SpanDescriptor = SpanDescriptor::new("test.span", SpanKind::Internal, "test");

#[test]
fn metrics_are_written_without_an_allocation() {
    let telemetry = Telemetry::default();
    let recorder = sets::Recorder::new(&telemetry.worker());
    let mut out = Vec::new();
    let allocations = measure(|| out.reserve(1));
    assert_eq!(allocations.count_total, 1, "allocations are counted");
    for temporality in [Temporality::Delta, Temporality::Cumulative] {
        for number in 0..100_u8 {
            recorder.record(number, number, f64::from(number));
        }
        let mut reader = telemetry.reader(temporality);
        let collected = reader.collect();
        // The attributes of new series, and the room.
        let points = encode_metrics(collected, &mut out);
        assert!(points > 40, "{points}");
        out.clear();
        let allocations = measure(|| assert_eq!(encode_metrics(collected, &mut out), points));
        assert_eq!(allocations.count_total, 0);
    }
}

#[test]
fn events_and_spans_are_written_without_an_allocation() {
    let _turn = process::record();
    for number in 0..100 {
        otel_info!("test.happened", number = number, text = "a text");
        let mut span = ActiveSpan::start(&SPAN, Parent::None, &[]);
        span.add_event("test.within", &[]);
    }
    let (taken, resource, mut out) = (process::taken(), process::resource(), Vec::with_capacity(1 << 20));
    let allocations = measure(|| {
        let all = 0..usize::MAX;
        assert_eq!(encode_logs(&taken, all.clone(), &resource, &mut out), 100);
        assert_eq!(encode_spans(&taken, all, &resource, &mut out), 100);
    });
    assert_eq!(allocations.count_total, 0);
}
