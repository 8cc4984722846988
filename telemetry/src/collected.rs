//! What was counted, as anything but the hot path sees it.

use std::cmp::Ordering;
use std::sync::Arc;
use std::time::SystemTime;

use crate::attributes::Scalar;
use crate::buckets::Buckets;
use crate::descriptor::{AttributeField, HistogramLayout, InstrumentKind, MetricsDescriptor, MetricsField};
use crate::float::saturating_add;
use crate::histogram_value::HistogramValue;
use crate::instrument::mmsc;
use crate::pipeline::Snapshot;
use crate::reader::Temporality;
use crate::series::Series;

/// The values of every series at one moment.
#[derive(Debug, Clone)]
pub struct Collected {
    resource: Arc<[(String, String)]>,
    temporality: Temporality,
    /// When the changes start, if it is changes that the values are.
    pub(crate) since: SystemTime,
    pub(crate) snapshot: Snapshot,
}

/// The values of one series.
#[derive(Debug, Clone, Copy)]
pub struct CollectedSet<'a> {
    collected: &'a Collected,
    series: &'a Arc<Series>,
    cells: &'a [u64],
}

/// The series of one declaration.
#[derive(Debug, Clone, Copy)]
pub struct CollectedGroup<'a> {
    collected: &'a Collected,
    series: &'a [Arc<Series>],
}

/// The value of one metric.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// A sum that only grew.
    Sum(Number),
    /// A sum that went up and down.
    UpDown(Number),
    /// The last value, added up over the live instances.
    Gauge(Number),
    /// Minimum, maximum, sum and count.
    Mmsc(MmscValue),
    /// A distribution.
    Histogram(HistogramValue<'a>),
}

/// The minimum, maximum, sum and count of values. Without any, the minimum is infinite and the maximum is the negative
/// of that.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MmscValue {
    /// The smallest value.
    pub min: f64,
    /// The largest value.
    pub max: f64,
    /// The sum of values.
    pub sum: f64,
    /// How many there were.
    pub count: u64,
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
        resource: Arc<[(String, String)]>,
        temporality: Temporality,
        since: SystemTime,
        snapshot: Snapshot,
    ) -> Self {
        Self { resource, temporality, since, snapshot }
    }

    pub(crate) fn cumulative(resource: Arc<[(String, String)]>, snapshot: Snapshot) -> Self {
        Self::new(resource, Temporality::Cumulative, SystemTime::UNIX_EPOCH, snapshot)
    }

    /// When the values were collected.
    pub fn time(&self) -> SystemTime {
        self.snapshot.time
    }

    /// Whether the values are totals or changes.
    pub fn temporality(&self) -> Temporality {
        self.temporality
    }

    /// What emitted them.
    pub fn resource(&self) -> &[(String, String)] {
        &self.resource
    }

    /// Every series, by set name and then by attributes.
    pub fn sets(&self) -> impl ExactSizeIterator<Item = CollectedSet<'_>> {
        self.snapshot.order.iter().map(|series| self.set(series))
    }

    /// The same, declaration by declaration: what exporters write field by field.
    pub fn groups(&self) -> impl Iterator<Item = CollectedGroup<'_>> {
        let groups = self.snapshot.order.chunk_by(|a, b| std::ptr::eq(a.descriptor, b.descriptor));
        groups.map(|series| CollectedGroup { collected: self, series })
    }

    pub(crate) fn set<'a>(&'a self, series: &'a Arc<Series>) -> CollectedSet<'a> {
        CollectedSet { collected: self, series, cells: &self.snapshot.cells[series.range()] }
    }

    /// The sum of a `Counter<u64>` over the series that have all of `attributes`; zero if there are none.
    ///
    /// Also adds up what else is a whole number, as far as it is not negative, and the counts of histograms and `Mmsc`. Stays at
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

    /// The values of a metric in the series that have all of `attributes`.
    pub(crate) fn matching<'a>(
        &'a self,
        metric: &'a str,
        attributes: &'a [(&str, &str)],
    ) -> impl Iterator<Item = Value<'a>> {
        self.sets().filter(move |set| set.has_all(attributes)).filter_map(move |set| set.value(metric))
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

impl<'a> CollectedGroup<'a> {
    /// The declaration.
    pub fn descriptor(&self) -> &'static MetricsDescriptor {
        self.series[0].descriptor
    }

    /// Its series, by attributes.
    pub fn sets(&self) -> impl ExactSizeIterator<Item = CollectedSet<'a>> + use<'a> {
        let collected = self.collected;
        self.series.iter().map(move |series| collected.set(series))
    }
}

impl<'a> CollectedSet<'a> {
    /// The declaration of the set.
    pub fn descriptor(&self) -> &'static MetricsDescriptor {
        self.series.descriptor
    }

    /// Attributes with their values: those of the registration, then the varying ones.
    pub fn attribute_fields(&self) -> impl Iterator<Item = (&'static AttributeField, &'a Scalar)> + use<'a> {
        self.series.descriptor.attribute_fields().zip(&self.series.attributes)
    }

    /// Attribute keys and values.
    pub fn attributes(&self) -> impl Iterator<Item = (&'static str, &'a Scalar)> + use<'a> {
        self.attribute_fields().map(|(field, value)| (field.key, value))
    }

    /// The value of one attribute.
    pub fn attribute(&self, key: &str) -> Option<&'a Scalar> {
        self.attributes().find(|(found, _)| *found == key).map(|(_, value)| value)
    }

    /// Every metric with its value, in the order of declaration.
    pub fn fields(&self) -> impl Iterator<Item = (&'static MetricsField, Value<'a>)> + use<'a> {
        let set = *self;
        let fields = self.series.descriptor.fields.iter().enumerate();
        fields.map(move |(index, field)| (field, set.value_at(index)))
    }

    /// The value of the metric of this full name.
    pub fn value(&self, metric: &str) -> Option<Value<'a>> {
        let index = self.series.descriptor.fields.iter().position(|field| field.name == metric)?;
        Some(self.value_at(index))
    }

    /// Recordings refused because they were negative or not finite.
    pub fn rejected(&self) -> u64 {
        self.cells[self.series.descriptor.rejected_cell()]
    }

    /// When its values start: with its registration, or later if they are the changes since then.
    pub fn start(&self) -> SystemTime {
        self.series.created.max(self.collected.since)
    }

    /// When it was first registered; of a combination of what varies, the last time that it had not been counted.
    pub fn created(&self) -> SystemTime {
        self.series.created
    }

    /// The attributes in an exporter's own encoding, which `render` makes the first time. There can be one such
    /// exporter.
    pub fn rendered(&self, render: impl FnOnce(&Self) -> Vec<u8>) -> &'a [u8] {
        self.series.rendered.get_or_init(|| render(self).into())
    }

    /// `key="value",...` as Prometheus shows it.
    pub fn labels(&self) -> &'a str {
        &self.series.labels
    }

    /// The value of the metric at this place in the descriptor.
    pub fn value_at(&self, index: usize) -> Value<'a> {
        let bits = self.cells[index];
        let (integer, float) = (Number::I64(bits.cast_signed()), Number::F64(f64::from_bits(bits)));
        match self.series.descriptor.fields[index].kind {
            InstrumentKind::CounterU64 | InstrumentKind::ObserveCounterU64 => Value::Sum(Number::U64(bits)),
            InstrumentKind::CounterF64 | InstrumentKind::ObserveCounterF64 => Value::Sum(float),
            InstrumentKind::UpDownCounterI64 | InstrumentKind::ObserveUpDownCounterI64 => {
                Value::UpDown(integer)
            }
            InstrumentKind::UpDownCounterF64 | InstrumentKind::ObserveUpDownCounterF64 => {
                Value::UpDown(float)
            }
            InstrumentKind::GaugeU64 => Value::Gauge(Number::U64(bits)),
            InstrumentKind::GaugeI64 => Value::Gauge(integer),
            InstrumentKind::GaugeF64 => Value::Gauge(float),
            InstrumentKind::Mmsc => Value::Mmsc(self.mmsc_at(index)),
            InstrumentKind::Histogram => Value::Histogram(self.histogram_at(index)),
        }
    }

    fn mmsc_at(&self, index: usize) -> MmscValue {
        let body = &self.cells[self.series.descriptor.body(index)];
        let float = |cell: usize| f64::from_bits(body[cell]);
        MmscValue {
            min: float(mmsc::MIN),
            max: float(mmsc::MAX),
            sum: float(mmsc::SUM),
            count: body[mmsc::COUNT],
        }
    }

    fn histogram_at(&self, index: usize) -> HistogramValue<'a> {
        let descriptor = self.series.descriptor;
        let body = &self.cells[descriptor.body(index)];
        let layout = HistogramLayout::of(&descriptor.fields[index]);
        let buckets = descriptor.fields[index].buckets.expect("`buckets_of` gave every histogram buckets");
        let sums = body[..HistogramLayout::SUMS].iter().map(|bits| f64::from_bits(*bits));
        let (sum, counts) = (sums.fold(0.0, saturating_add), &body[layout.counts()]);
        let exemplars = &body[layout.exemplars()];
        match buckets {
            Buckets::Adaptive => HistogramValue::adaptive(counts, sum, exemplars),
            fixed => HistogramValue::fixed(fixed, counts, sum, exemplars),
        }
    }

    fn has_all(&self, attributes: &[(&str, &str)]) -> bool {
        attributes
            .iter()
            .all(|(key, value)| self.attribute(key).is_some_and(|found| found.to_text() == *value))
    }
}

impl Value<'_> {
    /// Adds a value of the same metric and the same kind.
    pub fn merge(&mut self, other: &Value<'_>) {
        match (self, other) {
            (Self::Sum(mine), Value::Sum(other))
            | (Self::UpDown(mine), Value::UpDown(other))
            | (Self::Gauge(mine), Value::Gauge(other)) => *mine = mine.saturating_add(*other),
            (Self::Mmsc(mine), Value::Mmsc(other)) => mine.merge(*other),
            (Self::Histogram(mine), Value::Histogram(other)) => mine.merge(other),
            _ => debug_assert!(false, "values of one kind"),
        }
    }

    /// As a whole number, at least zero; the count of a histogram.
    pub fn as_u64(&self) -> u64 {
        match self {
            Self::Sum(number) | Self::UpDown(number) | Self::Gauge(number) => number.as_u64(),
            Self::Mmsc(mmsc) => mmsc.count,
            Self::Histogram(histogram) => histogram.count(),
        }
    }

    /// As a fraction; the sum of a histogram.
    pub fn as_f64(&self) -> f64 {
        match self {
            Self::Sum(number) | Self::UpDown(number) | Self::Gauge(number) => number.as_f64(),
            Self::Mmsc(mmsc) => mmsc.sum,
            Self::Histogram(histogram) => histogram.sum(),
        }
    }
}

impl MmscValue {
    fn merge(&mut self, other: Self) {
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        self.sum = saturating_add(self.sum, other.sum);
        self.count = self.count.saturating_add(other.count);
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
