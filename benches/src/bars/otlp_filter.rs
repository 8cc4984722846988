//! The filter path of whole bodies that no policy changes, beside prost's decode and encode of the same.

use std::hint::black_box;

use benches_measure::ratio::{alternate, median};
use benches_measure::{cpu, report};
use edge_policy::{Nanos, Worker};
use edge_protocol::{BodyFilter, LogsJson, LogsProtobuf, Outcome};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use prost::Message;

use crate::bodies::{self, Body};
use crate::engine;

const NAME: &str = "otlp_filter_unchanged";
const LIMIT: f64 = 0.2;
const ROUNDS: usize = 15;
const NOW: Nanos = Nanos(0);

/// Bytes filtered in one turn, enough to time.
const TURN_BYTES: usize = 4 << 20;

/// Bodies below this size measure the call, not the path; they are told but set no bar.
const BAR_BYTES_MIN: usize = 64 << 10;

/// Six drop rules that match nothing, two of each kind in the mix.
const RULES: &[u8] = include_bytes!("six_rules.json");

pub(super) fn run() {
    report::bar(NAME, measure(), LIMIT);
}

/// The worst ratio over the bodies that are large enough.
fn measure() -> Result<f64, String> {
    let mut worker = engine::worker(RULES)?;
    let mut worst: f64 = 0.0;
    for body in bodies::all() {
        let ratio = protobuf(&mut worker, &body)?;
        if body.protobuf.len() >= BAR_BYTES_MIN {
            worst = worst.max(ratio);
        }
        json(&mut worker, &body)?;
    }
    Ok(worst)
}

fn protobuf(worker: &mut Worker, body: &Body) -> Result<f64, String> {
    let bytes = &body.protobuf;
    expect_unchanged(&LogsProtobuf, bytes, worker)?;
    let measured = alternate(
        ROUNDS,
        || filter(&LogsProtobuf, bytes, worker),
        || cpu::per_call(turn(bytes), || decode_and_encode(black_box(bytes))),
    );
    tell(body.name, "protobuf", bytes, measured.ours);
    tell(body.name, "protobuf with prost", bytes, measured.theirs);
    report::info(NAME, format_args!("{} protobuf ratio {:.3}", body.name, measured.ratio));
    Ok(measured.ratio)
}

fn json(worker: &mut Worker, body: &Body) -> Result<(), String> {
    expect_unchanged(&LogsJson, &body.json, worker)?;
    let turns = (0..ROUNDS).map(|_| filter(&LogsJson, &body.json, worker));
    tell(body.name, "JSON", &body.json, median(turns));
    Ok(())
}

/// Makes sure that the policies are asked about every record and change nothing.
fn expect_unchanged(format: &dyn BodyFilter, body: &[u8], worker: &mut Worker) -> Result<(), String> {
    let filtered = format.filter(body, worker, NOW);
    match filtered.outcome {
        Outcome::Unchanged if filtered.records.kept > 0 => Ok(()),
        _ => Err(format!("the body should be evaluated and unchanged: {:?}", filtered.records)),
    }
}

/// CPU nanoseconds of filtering `body` once.
fn filter(format: &dyn BodyFilter, body: &[u8], worker: &mut Worker) -> f64 {
    cpu::per_call(turn(body), || {
        black_box(format.filter(black_box(body), worker, NOW));
    })
}

fn decode_and_encode(body: &[u8]) {
    let request = ExportLogsServiceRequest::decode(body).expect("the body was encoded by prost");
    black_box(request.encode_to_vec());
}

fn turn(body: &[u8]) -> u64 {
    TURN_BYTES.div_ceil(body.len()) as u64
}

fn tell(name: &str, what: &str, body: &[u8], nanos: f64) {
    let (bytes, rate) = (body.len(), body.len() as f64 / nanos);
    report::info(NAME, format_args!("{name} {what}: {bytes} bytes, {rate:.2} GB per CPU second"));
}
