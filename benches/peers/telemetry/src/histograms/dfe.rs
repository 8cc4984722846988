//! otel-arrow-dfe-telemetry: exponential histograms of both sizes, and the summary without buckets.

use std::cell::{Cell, RefCell};
use std::hint::black_box;
use std::rc::Rc;

use benches_measure::cpu;
use otel_arrow_dfe_telemetry::instrument::{DistributionValue, HistogramDetailed, HistogramNormal, Mmsc};

use super::{PASSES, side, threads};
use crate::side::{Side, THREADS, Totals};

/// Never flushed: its buckets are as wide as the whole run needs.
pub fn normal(stream: &[f64]) -> Side<'_> {
    let histogram = HistogramNormal::default();
    side("otel-arrow-dfe", stream, histogram, HistogramNormal::record, |it| totals(&it.get()))
}

/// Flushed after each stream: it then starts anew with the finest buckets.
pub fn normal_flushed(stream: &[f64]) -> Side<'_> {
    let histogram = RefCell::new(HistogramNormal::default());
    let flushed = Rc::new(Cell::new(Totals::counted(0)));
    let read = Rc::clone(&flushed);
    let pass = move || {
        let histogram = &mut *histogram.borrow_mut();
        let nanos: f64 = (0..PASSES)
            .map(|_| {
                let nanos = cpu::per_item(stream, 1, |value| {
                    histogram.record(*value);
                    black_box(&mut *histogram);
                });
                let (before, more) = (flushed.get(), totals(&histogram.get()));
                flushed.set(Totals { count: before.count + more.count, sum: before.sum + more.sum });
                histogram.reset();
                nanos
            })
            .sum();
        nanos / PASSES as f64
    };
    Side::new("otel-arrow-dfe flushed", pass, move || read.get())
}

pub fn detailed(stream: &[f64]) -> Side<'_> {
    let histogram = HistogramDetailed::default();
    side("otel-arrow-dfe detailed", stream, histogram, HistogramDetailed::record, |it| totals(&it.get()))
}

pub fn mmsc(stream: &[f64]) -> Side<'_> {
    let totals = |it: &Mmsc| totals(&DistributionValue::Basic(Box::new(*it)));
    side("otel-arrow-dfe Mmsc", stream, Mmsc::default(), Mmsc::record, totals)
}

pub fn on_threads(stream: &[f64]) -> Side<'_> {
    let histograms = [(); THREADS].map(|()| HistogramNormal::default());
    let totals = |histograms: &mut [HistogramNormal]| {
        let each = histograms.iter().map(|it| totals(&it.get()));
        each.fold(Totals::counted(0), |a, b| Totals { count: a.count + b.count, sum: a.sum + b.sum })
    };
    threads("otel-arrow-dfe on 2 threads", stream, histograms, HistogramNormal::record, totals)
}

fn totals(value: &DistributionValue) -> Totals {
    let (count, sum, ..) = value.summary();
    Totals { count, sum }
}
