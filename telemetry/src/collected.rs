//! What was counted, as anything but the hot path sees it.

use std::cmp::Ordering;
use std::sync::Arc;
use std::time::SystemTime;

use crate::attributes::Scalar;
use crate::descriptor::{InstrumentKind, MetricsDescriptor, MetricsField};
use crate::float::saturating_add;
use crate::histogram_value::HistogramValue;
use crate::ledger::body;
use crate::prometheus;
use crate::series::Series;

/// Cumulative values of every series at one moment.
#[derive(Debug, Clone)]
pub struct Collected {
    time: SystemTime,
    resource: Arc<[(String, String)]>,
    sets: Vec<CollectedSet>,
}

/// The values of one series.
#[derive(Debug, Clone)]
pub struct CollectedSet {
    series: Arc<Series>,
    cells: Box<[u64]>,
}

/// The value of one metric.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// A sum that only grew.
    Sum(Number),
    /// A sum that went up and down.
    UpDown(i64),
    /// The last value, added up over the live instances.
    Gauge(Number),
    /// A distribution.
    Histogram(HistogramValue<'a>),
}

/// A number of one of the types that instruments have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// Never negative.
    U64(u64),
    /// Signed.
    I64(i64),
    /// Fractional; always finite.
    F64(f64),
}

impl Collected {
    pub(crate) fn new(
        time: SystemTime,
        resource: Arc<[(String, String)]>,
        mut sets: Vec<CollectedSet>,
    ) -> Self {
        sets.sort_by(|a, b| {
            let declarations = order_of_declarations(a.descriptor(), b.descriptor());
            declarations.then_with(|| a.series.labels.cmp(&b.series.labels))
        });
        Self { time, resource, sets }
    }

    /// When the values were collected.
    pub fn time(&self) -> SystemTime {
        self.time
    }

    /// What emitted them.
    pub fn resource(&self) -> &[(String, String)] {
        &self.resource
    }

    /// Every series, by set name and then by attributes.
    pub fn sets(&self) -> &[CollectedSet] {
        &self.sets
    }

    /// The sum of a `Counter<u64>` over the series that have all of `attributes`; zero if there are none.
    ///
    /// Also adds up what else is a whole number, as far as it is not negative, and the counts of histograms. Stays at
    /// the largest number rather than beyond it.
    pub fn sum(&self, metric: &str, attributes: &[(&str, &str)]) -> u64 {
        self.matching(metric, attributes).fold(0, |sum, value| sum.saturating_add(value.as_u64()))
    }

    /// The sum of any metric over the series that have all of `attributes`; of histograms the sum of values.
    pub fn value(&self, metric: &str, attributes: &[(&str, &str)]) -> f64 {
        self.matching(metric, attributes).fold(0.0, |sum, value| saturating_add(sum, value.as_f64()))
    }

    /// A histogram merged over the series that have all of `attributes`; `None` if there are none.
    pub fn histogram(&self, metric: &str, attributes: &[(&str, &str)]) -> Option<HistogramValue<'static>> {
        let mut merged: Option<HistogramValue<'static>> = None;
        for value in self.matching(metric, attributes) {
            let Value::Histogram(histogram) = value else { continue };
            match &mut merged {
                Some(merged) => merged.merge(&histogram),
                None => merged = Some(histogram.into_owned()),
            }
        }
        merged
    }

    /// As Prometheus text 0.0.4; serve it as `text/plain; version=0.0.4; charset=utf-8`.
    pub fn prometheus_text(&self) -> String {
        prometheus::text(self, prometheus::Format::Text)
    }

    /// As OpenMetrics 1.0; serve it as `application/openmetrics-text; version=1.0.0; charset=utf-8`.
    pub fn open_metrics_text(&self) -> String {
        prometheus::text(self, prometheus::Format::OpenMetrics)
    }

    fn matching<'a>(
        &'a self,
        metric: &'a str,
        attributes: &'a [(&str, &str)],
    ) -> impl Iterator<Item = Value<'a>> {
        self.sets.iter().filter(|set| set.has_all(attributes)).filter_map(|set| set.value(metric))
    }
}

/// By name and then by what they declare, so that it does not depend on the build which of two comes first; by address
/// only if nothing tells them apart.
pub(crate) fn order_of_declarations(a: &MetricsDescriptor, b: &MetricsDescriptor) -> Ordering {
    if std::ptr::eq(a, b) {
        return Ordering::Equal;
    }
    let fields =
        |it: &MetricsDescriptor| it.fields.iter().map(|field| (field.name, field.kind as u8, field.unit));
    let keys = |it: &MetricsDescriptor| it.attributes.attributes.iter().map(|field| field.key);
    let address = |it: &MetricsDescriptor| std::ptr::from_ref(it).addr();
    let by_content =
        a.name.cmp(b.name).then_with(|| fields(a).cmp(fields(b))).then_with(|| keys(a).cmp(keys(b)));
    by_content.then_with(|| address(a).cmp(&address(b)))
}

impl CollectedSet {
    pub(crate) fn new(series: Arc<Series>, cells: Box<[u64]>) -> Self {
        Self { series, cells }
    }

    /// The declaration of the set.
    pub fn descriptor(&self) -> &'static MetricsDescriptor {
        self.series.descriptor
    }

    /// Attribute keys and values.
    pub fn attributes(&self) -> impl Iterator<Item = (&'static str, &Scalar)> {
        let fields = self.series.descriptor.attributes.attributes;
        fields.iter().map(|field| field.key).zip(&self.series.attributes)
    }

    /// The value of one attribute.
    pub fn attribute(&self, key: &str) -> Option<&Scalar> {
        self.attributes().find(|(found, _)| *found == key).map(|(_, value)| value)
    }

    /// Every metric with its value, in the order of declaration.
    pub fn fields(&self) -> impl Iterator<Item = (&'static MetricsField, Value<'_>)> {
        let fields = self.series.descriptor.fields.iter().enumerate();
        fields.map(|(index, field)| (field, self.value_at(index)))
    }

    /// The value of the metric of this full name.
    pub fn value(&self, metric: &str) -> Option<Value<'_>> {
        let index = self.series.descriptor.fields.iter().position(|field| field.name == metric)?;
        Some(self.value_at(index))
    }

    /// Recordings refused because they were negative or not finite.
    pub fn rejected(&self) -> u64 {
        self.cells[self.series.descriptor.rejected_cell()]
    }

    pub(crate) fn labels(&self) -> &str {
        &self.series.labels
    }

    /// The value of the field at this place in the descriptor.
    pub(crate) fn value_at(&self, index: usize) -> Value<'_> {
        let bits = self.cells[index];
        match self.series.descriptor.fields[index].kind {
            InstrumentKind::CounterU64 => Value::Sum(Number::U64(bits)),
            InstrumentKind::CounterF64 => Value::Sum(Number::F64(f64::from_bits(bits))),
            InstrumentKind::UpDownCounterI64 => Value::UpDown(bits.cast_signed()),
            InstrumentKind::GaugeU64 => Value::Gauge(Number::U64(bits)),
            InstrumentKind::GaugeI64 => Value::Gauge(Number::I64(bits.cast_signed())),
            InstrumentKind::GaugeF64 => Value::Gauge(Number::F64(f64::from_bits(bits))),
            InstrumentKind::Histogram => Value::Histogram(self.histogram_at(index)),
        }
    }

    fn histogram_at(&self, index: usize) -> HistogramValue<'_> {
        let descriptor = self.series.descriptor;
        let body = &self.cells[body(descriptor, index)];
        let buckets = descriptor.fields[index].buckets.expect("`field_problem` gave every histogram buckets");
        HistogramValue::new(buckets, &body[1..], f64::from_bits(body[0]))
    }

    fn has_all(&self, attributes: &[(&str, &str)]) -> bool {
        attributes
            .iter()
            .all(|(key, value)| self.attribute(key).is_some_and(|found| found.to_text() == *value))
    }
}

impl Value<'_> {
    /// Adds a value of the same metric and the same kind.
    pub(crate) fn merge(&mut self, other: &Value<'_>) {
        match (self, other) {
            (Self::Sum(mine), Value::Sum(other)) | (Self::Gauge(mine), Value::Gauge(other)) => {
                *mine = mine.saturating_add(*other);
            }
            (Self::UpDown(mine), Value::UpDown(other)) => *mine = mine.saturating_add(*other),
            (Self::Histogram(mine), Value::Histogram(other)) => mine.merge(other),
            _ => debug_assert!(false, "values of one kind"),
        }
    }

    /// As a whole number, at least zero; the count of a histogram.
    pub fn as_u64(&self) -> u64 {
        match self {
            Self::Sum(number) | Self::Gauge(number) => number.as_u64(),
            Self::UpDown(number) => number.max(&0).cast_unsigned(),
            Self::Histogram(histogram) => histogram.count(),
        }
    }

    /// As a fraction; the sum of a histogram.
    pub fn as_f64(&self) -> f64 {
        match self {
            Self::Sum(number) | Self::Gauge(number) => number.as_f64(),
            Self::UpDown(number) => *number as f64,
            Self::Histogram(histogram) => histogram.sum(),
        }
    }
}

impl Number {
    fn saturating_add(self, other: Self) -> Self {
        match (self, other) {
            (Self::U64(a), Self::U64(b)) => Self::U64(a.saturating_add(b)),
            (Self::I64(a), Self::I64(b)) => Self::I64(a.saturating_add(b)),
            (a, b) => Self::F64(saturating_add(a.as_f64(), b.as_f64())),
        }
    }

    /// As a whole number, at least zero.
    pub fn as_u64(self) -> u64 {
        match self {
            Self::U64(number) => number,
            Self::I64(number) => number.max(0).cast_unsigned(),
            Self::F64(number) => number as u64,
        }
    }

    /// As a fraction.
    pub fn as_f64(self) -> f64 {
        match self {
            Self::U64(number) => number as f64,
            Self::I64(number) => number as f64,
            Self::F64(number) => number,
        }
    }
}
