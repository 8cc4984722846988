//! Our side: the internal telemetry system, whose records are taken and encoded as OTLP.

use std::hint::black_box;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use telemetry::logs::{self, Level, LogSetup, Provider, Taken, its};
use telemetry::{otel_debug, otel_info};
use telemetry_otlp::encode_logs;

use super::{pass, threads, threads_disabled};
use crate::side::{Side, Totals};

pub fn set_up() {
    logs::init(LogSetup { per_second: None, ..LogSetup::new(Level::Info, Provider::Its) });
}

/// Taken, as an exporter gets them.
pub fn taken() -> Side<'static> {
    let exporter = Exporter::default();
    let read = exporter.clone();
    Side::new("ours", move || pass(emit, || exporter.take()), move || read.exported())
}

/// Taken and encoded.
pub fn encoded() -> Side<'static> {
    let exporter = Exporter::default();
    let read = exporter.clone();
    Side::new("ours as OTLP", move || pass(emit, || exporter.encode()), move || read.exported())
}

pub fn disabled() -> Side<'static> {
    let exporter = Exporter::default();
    Side::new("ours disabled", || pass(emit_disabled, || {}), move || exporter.exported_after_all())
}

pub fn taken_on_threads() -> Side<'static> {
    let exporter = Exporter::default();
    let read = exporter.clone();
    threads("ours on 2 threads", emit, move || exporter.take(), move || read.exported())
}

pub fn encoded_on_threads() -> Side<'static> {
    let exporter = Exporter::default();
    let read = exporter.clone();
    threads("ours as OTLP on 2 threads", emit, move || exporter.encode(), move || read.exported())
}

pub fn disabled_on_threads() -> Side<'static> {
    let exporter = Exporter::default();
    threads_disabled("ours disabled on 2 threads", emit_disabled, move || exporter.exported_after_all())
}

/// Gets the events of all threads, in buffers that it keeps, and counts them. Clones are one.
#[derive(Clone, Default)]
struct Exporter(Arc<Mutex<Export>>);

#[derive(Default)]
struct Export {
    taken: Taken,
    message: Vec<u8>,
    events: u64,
}

impl Exporter {
    fn take(&self) {
        let export = &mut *self.lock();
        its::take(&mut export.taken);
        export.events += export.taken.logs_len() as u64;
    }

    fn encode(&self) {
        let export = &mut *self.lock();
        its::take(&mut export.taken);
        export.message.clear();
        export.events += encode_logs(&export.taken, 0..usize::MAX, &[], &mut export.message) as u64;
        black_box(&mut export.message);
    }

    fn exported(&self) -> Totals {
        Totals::counted(self.lock().events)
    }

    /// What is still on its way counts too.
    fn exported_after_all(&self) -> Totals {
        self.take();
        self.exported()
    }

    fn lock(&self) -> MutexGuard<'_, Export> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn emit(route: &str, status: i64, duration: f64) {
    otel_info!("bench.request.done", http.route = route, http.status = status, bench.duration = duration);
}

fn emit_disabled(route: &str, status: i64, duration: f64) {
    otel_debug!("bench.request.seen", http.route = route, http.status = status, bench.duration = duration);
}
