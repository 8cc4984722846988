//! What a metric point costs as OTLP: from a collection into the bytes of a message.

#[path = "../../../../../telemetry/otlp/tests/it/expected.rs"]
mod expected;
mod sets;

use std::hint::black_box;

use benches_measure::goal::OTLP_POINT;
use benches_measure::ratio::alternate;
use benches_measure::{cpu, report};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use prost::Message;
use telemetry::Collected;
use telemetry_otlp::encode_metrics;

use crate::side;

const ROUNDS: usize = 21;
const PASSES: u64 = 5;

pub fn run() {
    let measured = compare("number", &sets::numbers());
    if let Err(reason) = compare("histogram", &sets::histograms()) {
        report::info(OTLP_POINT.name, reason);
    }
    OTLP_POINT.judge(measured);
}

/// prost's side builds the tree of a message from the same collection, as exporters do that use it.
fn compare(kind: &str, collected: &Collected) -> Result<f64, String> {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let points = encode_metrics(collected, &mut ours) as f64;
    let tree = expected::metrics(collected);
    if ExportMetricsServiceRequest::decode(&ours[..]).as_ref() != Ok(&tree) {
        return Err(format!("the message of {kind} points is not what prost's side builds"));
    }
    let mut encode = || {
        ours.clear();
        encode_metrics(black_box(collected), &mut ours);
        black_box(&mut ours);
    };
    let mut encode_tree = || {
        theirs.clear();
        let tree = expected::metrics(black_box(collected));
        tree.encode(&mut theirs).expect("the buffer grows");
        black_box(&mut theirs);
    };
    let measured = alternate(
        ROUNDS,
        || cpu::per_call(PASSES, &mut encode) / points,
        || cpu::per_call(PASSES, &mut encode_tree) / points,
    );
    side::tell(OTLP_POINT.name, &format!("our {kind} point"), "prost's", measured);
    let prepared = alternate(
        ROUNDS,
        || cpu::per_call(PASSES, &mut encode) / points,
        || cpu::per_call(PASSES, || drop(black_box(tree.encode_to_vec()))) / points,
    );
    side::tell(OTLP_POINT.name, &format!("our {kind} point"), "prost's of a tree that is there", prepared);
    Ok(measured.ratio)
}
