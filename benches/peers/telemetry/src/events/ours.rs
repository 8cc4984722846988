//! Our side: the internal telemetry system, whose records are taken and encoded as OTLP.

use std::cell::Cell;
use std::hint::black_box;
use std::rc::Rc;

use telemetry::logs::{self, Level, LogSetup, Provider, Taken, its};
use telemetry::{otel_debug, otel_info};
use telemetry_otlp::encode_logs;

use super::pass;
use crate::side::{Side, Totals};

pub fn set_up() {
    logs::init(LogSetup { per_second: None, ..LogSetup::new(Level::Info, Provider::Its) });
}

/// Taken, as an exporter gets them.
pub fn taken() -> Side<'static> {
    let mut taken = Taken::new();
    let count = Rc::new(Cell::new(0));
    let read = Rc::clone(&count);
    let pass = move || {
        let nanos = pass(emit, || its::take(&mut taken));
        count.set(count.get() + taken.logs().count() as u64);
        nanos
    };
    Side::new("ours", pass, move || Totals::counted(read.get()))
}

/// Taken and encoded.
pub fn encoded() -> Side<'static> {
    let (mut taken, mut message) = (Taken::new(), Vec::new());
    let encoded = Rc::new(Cell::new(0));
    let read = Rc::clone(&encoded);
    let pass = move || {
        pass(emit, || {
            its::take(&mut taken);
            message.clear();
            let count = encode_logs(&taken, 0..usize::MAX, &[], &mut message);
            black_box(&mut message);
            encoded.set(encoded.get() + count as u64);
        })
    };
    Side::new("ours as OTLP", pass, move || Totals::counted(read.get()))
}

pub fn disabled() -> Side<'static> {
    let mut taken = Taken::new();
    let emitted = Rc::new(Cell::new(0));
    let read = Rc::clone(&emitted);
    let pass = move || {
        let nanos = pass(emit_disabled, || {});
        its::take(&mut taken);
        emitted.set(emitted.get() + taken.logs().count() as u64);
        nanos
    };
    Side::new("ours disabled", pass, move || Totals::counted(read.get()))
}

fn emit(route: &str, status: i64, duration: f64) {
    otel_info!("bench.request.done", http.route = route, http.status = status, bench.duration = duration);
}

fn emit_disabled(route: &str, status: i64, duration: f64) {
    otel_debug!("bench.request.seen", http.route = route, http.status = status, bench.duration = duration);
}
