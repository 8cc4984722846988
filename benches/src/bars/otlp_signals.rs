//! The filter path of metrics and traces that no policy changes, beside prost's decode and encode of the same. Told, as
//! long as no body is recorded that is large enough for a bar: these are small ones many times over.

use std::fs;
use std::hint::black_box;

use benches_measure::ratio::{alternate, median};
use benches_measure::{cpu, report};
use edge_policy::{Nanos, Worker};
use edge_protocol::{BodyFilter, MetricsJson, MetricsProtobuf, Outcome, TracesJson, TracesProtobuf};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use serde::Serialize;

use crate::{bodies, engine};

const NAME: &str = "otlp_signals_unchanged";
const ROUNDS: usize = 15;
const NOW: Nanos = Nanos(0);

/// Size of a body, about.
const BODY_BYTES: usize = 512 << 10;

/// Bodies filtered in one turn, enough to time.
const TURN: u64 = 8;

/// Drop rules that match nothing: on names, on what records share, and on attributes of points, spans and events.
const RULES: &[u8] = include_bytes!("signal_rules.json");

pub(super) fn run() {
    signal::<ExportMetricsServiceRequest>("metrics", &MetricsProtobuf, &MetricsJson);
    signal::<ExportTraceServiceRequest>("traces", &TracesProtobuf, &TracesJson);
}

fn signal<R: Message + Default + Serialize>(name: &str, protobuf: &dyn BodyFilter, json: &dyn BodyFilter) {
    let path = bodies::payloads().join("scaling").join(format!("otlp-{name}.pb"));
    let Ok(recorded) = fs::read(path) else {
        return report::info(NAME, format_args!("{name}: no recorded body at hand"));
    };
    // Requests one after the other are one request, of all that they hold.
    let body = recorded.repeat(BODY_BYTES.div_ceil(recorded.len()));
    let request = R::decode(&*body).expect("a recorded request");
    let text = serde_json::to_vec(&request).expect("OTLP messages have a JSON form");
    match engine::worker(RULES) {
        Ok(mut worker) => measure::<R>(name, (protobuf, &body), (json, &text), &mut worker),
        Err(problem) => report::info(NAME, format_args!("{name}: {problem}")),
    }
}

fn measure<R: Message + Default>(
    name: &str,
    protobuf: (&dyn BodyFilter, &[u8]),
    json: (&dyn BodyFilter, &[u8]),
    worker: &mut Worker,
) {
    let measured = alternate(
        ROUNDS,
        || filter(protobuf, worker),
        || cpu::per_call(TURN, || decode_and_encode::<R>(black_box(protobuf.1))),
    );
    tell(name, "protobuf", protobuf.1, measured.ours);
    tell(name, "protobuf with prost", protobuf.1, measured.theirs);
    report::info(NAME, format_args!("{name} protobuf ratio {:.3}", measured.ratio));
    tell(name, "JSON", json.1, median((0..ROUNDS).map(|_| filter(json, worker))));
}

/// CPU nanoseconds of filtering the body once.
fn filter((format, body): (&dyn BodyFilter, &[u8]), worker: &mut Worker) -> f64 {
    cpu::per_call(TURN, || {
        let filtered = black_box(format.filter(black_box(body), worker, NOW));
        assert!(
            filtered.outcome == Outcome::Unchanged && filtered.records.kept > 0,
            "{:?}",
            filtered.records
        );
    })
}

fn decode_and_encode<R: Message + Default>(body: &[u8]) {
    black_box(R::decode(body).expect("a recorded request").encode_to_vec());
}

fn tell(name: &str, what: &str, body: &[u8], nanos: f64) {
    let (bytes, rate) = (body.len(), body.len() as f64 / nanos);
    report::info(NAME, format_args!("{name} {what}: {bytes} bytes, {rate:.2} GB per CPU second"));
}
