//! What was read back.

use std::fmt;

use super::{lines, names};
use crate::logs::{LogView, SpanView, Taken};
use crate::{Collected, HistogramValue, Number, Value};

/// What happened between two takes.
///
/// Whoever asks for a name that nothing declares gets a panic with the nearest that something does.
#[derive(Debug)]
pub struct Recorded {
    collected: Collected,
    taken: Taken,
}

impl Recorded {
    pub(super) fn new(collected: Collected, taken: Taken) -> Self {
        Self { collected, taken }
    }

    /// The sum of a metric of whole numbers over the series that have all of `attributes`; of histograms and `Mmsc` the
    /// count of values.
    ///
    /// # Panics
    ///
    /// If nothing declares such a metric or such an attribute of it, or if the sum is negative or a fraction.
    #[track_caller]
    pub fn sum(&self, metric: &str, attributes: &[(&str, &str)]) -> u64 {
        names::check_metric(&self.collected, metric, attributes);
        let values = self.collected.matching(metric, attributes);
        let total: Option<i128> = values.map(|value| whole(&value)).sum();
        match total.and_then(|total| u64::try_from(total).ok()) {
            Some(total) => total,
            None => panic!(
                "`{metric}` is {}, which is no count: ask for its `value`",
                self.value(metric, attributes)
            ),
        }
    }

    /// The sum of any metric over the series that have all of `attributes`; of histograms and `Mmsc` the sum of values.
    ///
    /// # Panics
    ///
    /// If nothing declares such a metric or such an attribute of it.
    #[track_caller]
    pub fn value(&self, metric: &str, attributes: &[(&str, &str)]) -> f64 {
        names::check_metric(&self.collected, metric, attributes);
        self.collected.value(metric, attributes)
    }

    /// A histogram merged over the series that have all of `attributes`; `None` if there are none.
    ///
    /// # Panics
    ///
    /// If nothing declares such a metric or such an attribute of it.
    #[track_caller]
    pub fn histogram(&self, metric: &str, attributes: &[(&str, &str)]) -> Option<HistogramValue<'static>> {
        names::check_metric(&self.collected, metric, attributes);
        self.collected.histogram(metric, attributes)
    }

    /// All metrics, as an exporter of changes sees them.
    pub fn collected(&self) -> &Collected {
        &self.collected
    }

    /// The events, thread by thread; those of one thread in the order they happened.
    pub fn events(&self) -> impl Iterator<Item = LogView<'_>> {
        self.taken.logs()
    }

    /// The one event of a name.
    ///
    /// # Panics
    ///
    /// If there is none, or more than one.
    #[track_caller]
    pub fn event(&self, name: &str) -> LogView<'_> {
        let names: Vec<_> = self.events().map(|event| event.name()).collect();
        self.events()
            .nth(names::place_of("event", &names::events(), name, &names))
            .expect("it has this place")
    }

    /// The spans that ended, thread by thread; those of one thread in the order they ended.
    pub fn spans(&self) -> impl Iterator<Item = SpanView<'_>> {
        self.taken.spans()
    }

    /// The one span of a name.
    ///
    /// # Panics
    ///
    /// If there is none, or more than one.
    #[track_caller]
    pub fn span(&self, name: &str) -> SpanView<'_> {
        let names: Vec<_> = self.spans().map(|span| span.name()).collect();
        self.spans().nth(names::place_of("span", &names::spans(), name, &names)).expect("it has this place")
    }

    /// Everything, a line each: the metrics sorted, then events and spans in their order.
    ///
    /// What is zero is left out, and so is what other tests or chance have a part in: `telemetry.logs.dropped` and
    /// `telemetry.pipeline.deferrals`.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = lines::metrics(&self.collected);
        lines.extend(self.events().map(|event| lines::event(&event, &self.taken)));
        lines.extend(self.spans().flat_map(|span| lines::span(&span, &self.taken)));
        lines
    }
}

/// Its [lines](Self::lines).
impl fmt::Display for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines().iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// The value, if it is a whole number.
fn whole(value: &Value<'_>) -> Option<i128> {
    match value {
        Value::Sum(number) | Value::UpDown(number) | Value::Gauge(number) => match *number {
            Number::U64(number) => Some(number.into()),
            Number::I64(number) => Some(number.into()),
            Number::F64(number) => (number.fract() == 0.0).then_some(number as i128),
        },
        Value::Mmsc(mmsc) => Some(mmsc.count.into()),
        Value::Histogram(histogram) => Some(histogram.count().into()),
    }
}
