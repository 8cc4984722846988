//! Metric sets with one of everything, and recordings into them.

use telemetry::trace::{SpanContext, SpanId, TraceId};
use telemetry::{
    AttributeValue, Counter, Gauge, Histogram, Mmsc, ObserveCounter, ObserveUpDownCounter, Set,
    UpDownCounter, Worker, attribute_set, metric_set,
};

/// An attribute of every type.
#[attribute_set(name = "test.every")]
#[derive(Debug, Clone)]
pub(crate) struct EveryAttributes {
    /// A word.
    #[attribute(key = "http.route")]
    pub(crate) route: &'static str,
    /// A text.
    #[attribute(key = "test.text")]
    pub(crate) text: String,
    /// A number.
    #[attribute(key = "test.number")]
    pub(crate) number: i64,
    /// A fraction.
    #[attribute(key = "test.fraction")]
    pub(crate) fraction: f64,
    /// A truth.
    #[attribute(key = "test.truth")]
    pub(crate) truth: bool,
}

/// How it ended.
#[derive(Debug, Clone, Copy, AttributeValue)]
#[attribute(key = "test.outcome")]
pub(crate) enum Outcome {
    /// Well.
    Kept,
    /// Not.
    Dropped,
}

/// An instrument of every kind.
#[metric_set(name = "test.every", attributes = EveryAttributes)]
pub(crate) struct EveryMetrics {
    /// Requests.
    #[metric(unit = "{request}")]
    pub(crate) requests: Counter<u64>,
    /// Time.
    #[metric(unit = "s", name = "test.cpu.time")]
    pub(crate) cpu: Counter<f64>,
    /// Requests being served.
    #[metric(unit = "{request}")]
    pub(crate) active: UpDownCounter<i64>,
    /// Share being served.
    #[metric(unit = "1")]
    pub(crate) share: UpDownCounter<f64>,
    /// Pages read.
    #[metric(unit = "{page}")]
    pub(crate) pages: ObserveCounter<u64>,
    /// Files open.
    #[metric(unit = "{file}")]
    pub(crate) files: ObserveUpDownCounter<i64>,
    /// Memory in use.
    #[metric(unit = "By")]
    pub(crate) memory: Gauge<u64>,
    /// Distance from the target.
    #[metric(unit = "{worker}")]
    pub(crate) balance: Gauge<i64>,
    /// Share of records kept.
    #[metric(unit = "1")]
    pub(crate) kept: Gauge<f64>,
    /// Sizes.
    #[metric(unit = "By")]
    pub(crate) size: Mmsc,
    /// Durations in a range.
    #[metric(unit = "s", range = "1ms..10s")]
    pub(crate) range: Histogram,
    /// Durations of any length.
    #[metric(unit = "s")]
    pub(crate) adaptive: Histogram,
    /// Records in a batch.
    #[metric(unit = "{record}", buckets = [1, 10.0, 100])]
    pub(crate) bounds: Histogram,
}

/// Durations by outcome, with exemplars.
#[metric_set(name = "test.varying", varying = Outcome)]
pub(crate) struct VaryingMetrics {
    /// Records.
    #[metric(unit = "{record}")]
    pub(crate) records: Counter<u64>,
    /// Durations in a range.
    #[metric(unit = "s", range = "1ms..10s", exemplars)]
    pub(crate) range: Histogram,
    /// Durations of any length.
    #[metric(unit = "s", exemplars)]
    pub(crate) adaptive: Histogram,
    /// Durations by bounds.
    #[metric(unit = "s", buckets = [1, 10], exemplars)]
    pub(crate) bounds: Histogram,
}

/// One of the routes.
pub(crate) fn attributes(index: u8) -> EveryAttributes {
    EveryAttributes {
        route: ["/", "", "/v1/logs"][usize::from(index) % 3],
        text: "é".repeat(usize::from(index) * 40),
        number: i64::from(index) - 1,
        fraction: f64::from(index) / 3.0,
        truth: index % 2 == 1,
    }
}

/// The sets that are recorded into.
pub(crate) struct Recorder {
    every: Vec<Set<EveryMetrics>>,
    varying: Set<VaryingMetrics>,
}

impl Recorder {
    pub(crate) fn new(worker: &Worker) -> Self {
        Self {
            every: (0..3).map(|index| worker.register(attributes(index))).collect(),
            varying: worker.register(()),
        }
    }

    /// Records a value with the instrument of this number.
    pub(crate) fn record(&self, series: u8, instrument: u8, value: f64) {
        let set = &self.every[usize::from(series) % self.every.len()];
        let (whole, span) = (value as i64, span(series));
        match instrument % 14 {
            0 => set.requests.add(value as u64),
            1 => set.cpu.add(value),
            2 => set.active.add(whole),
            3 => set.share.add(value),
            4 => set.pages.observe(value as u64),
            5 => set.files.observe(whole),
            6 => set.memory.set(value as u64),
            7 => set.balance.set(whole),
            8 => set.kept.set(value),
            9 => set.size.record(value),
            10 => set.range.record(value),
            11 => set.adaptive.record(value),
            12 => set.bounds.record(value),
            _ => {
                let varying = self.varying.with([Outcome::Kept, Outcome::Dropped][usize::from(series) % 2]);
                varying.records.inc();
                varying.range.record_in(&span, value);
                varying.adaptive.record_in(&span, value);
                varying.bounds.record_in(&span, value);
            }
        }
    }
}

fn span(number: u8) -> SpanContext {
    let is_sampled = !number.is_multiple_of(2);
    SpanContext { trace_id: TraceId([number; 16]), span_id: SpanId([number; 8]), is_sampled }
}
