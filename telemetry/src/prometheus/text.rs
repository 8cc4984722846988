//! A collection as text: families in order of set and declaration, each with all its series.

use std::sync::atomic::Ordering;
use std::time::SystemTime;

use super::distribution::Distribution;
use super::plan::{Family, Parts, Plan, Samples};
use super::powers::Powers;
use super::sample::Sample;
use super::{TextFormat, number};
use crate::collected::{Collected, MmscValue, Number, Value};

impl Collected {
    /// As Prometheus text 0.0.4.
    pub fn prometheus_text(&self) -> String {
        self.text(TextFormat::Prometheus)
    }

    /// As OpenMetrics 1.0.
    pub fn open_metrics_text(&self) -> String {
        self.text(TextFormat::OpenMetrics)
    }

    /// As text; serve it as [`TextFormat::content_type`] says.
    pub fn text(&self, format: TextFormat) -> String {
        let mut out = String::with_capacity(self.plan().bytes.load(Ordering::Relaxed));
        self.write_text(format, &mut out);
        out
    }

    /// Appends Prometheus text 0.0.4. See [`Self::write_text`].
    pub fn write_prometheus_text(&self, out: &mut String) {
        self.write_text(TextFormat::Prometheus, out);
    }

    /// Appends OpenMetrics 1.0. See [`Self::write_text`].
    pub fn write_open_metrics_text(&self, out: &mut String) {
        self.write_text(TextFormat::OpenMetrics, out);
    }

    /// Appends the text to a buffer; where that is large enough and the series are those of the scrape before, nothing
    /// is allocated, unless two declarations of a histogram are added up.
    pub fn write_text(&self, format: TextFormat, out: &mut String) {
        let (plan, start) = (self.plan(), out.len());
        out.push_str(plan.target.of(format));
        for family in &plan.families {
            out.push_str(family.header.of(format));
            family.write(out, self, format);
        }
        if format == TextFormat::OpenMetrics {
            out.push_str("# EOF\n");
        }
        let written = out.len() - start;
        // Numbers grow longer; an eighth more is room for the next time.
        plan.bytes.fetch_max(written + written / 8, Ordering::Relaxed);
    }

    fn plan(&self) -> &Plan {
        self.snapshot.order.plan.get_or_init(|| Plan::new(self))
    }
}

impl Family {
    fn write(&self, out: &mut String, collected: &Collected, format: TextFormat) {
        match &self.samples {
            Samples::Gauge(sample) => self.rows.each(collected, |point| {
                push_number(out, sample, point.labels, number_of(&point.value));
            }),
            Samples::Counter { total, created } => self.rows.each(collected, |point| {
                push_number(out, total, point.labels, number_of(&point.value));
                push_created(out, created, point.labels, point.start, format);
            }),
            Samples::Summary { quantile, parts } => self.rows.each(collected, |point| {
                if let Value::Mmsc(mmsc) = point.value {
                    push_summary(out, (quantile, parts), point.labels, mmsc, format);
                    push_created(out, &parts.created, point.labels, point.start, format);
                }
            }),
            Samples::Histogram { bucket, parts, bounds, adapts } => {
                let powers = if *adapts { self.powers(collected) } else { Powers::default() };
                let distribution = Distribution { bucket, parts, bounds, powers, format };
                self.rows.each(collected, |point| {
                    if let Value::Histogram(histogram) = &point.value {
                        distribution.push(out, point.labels, histogram);
                        push_created(out, &parts.created, point.labels, point.start, format);
                    }
                });
            }
        }
    }

    /// The bounds that all series of the family share, because they follow the values.
    fn powers(&self, collected: &Collected) -> Powers {
        let mut powers = Powers::default();
        self.rows.each(collected, |point| {
            if let Value::Histogram(histogram) = &point.value {
                powers.include(histogram);
            }
        });
        powers.limited()
    }
}

#[inline]
fn number_of(value: &Value<'_>) -> Number {
    match value {
        Value::Sum(number) | Value::UpDown(number) | Value::Gauge(number) => *number,
        Value::Mmsc(_) | Value::Histogram(_) => unreachable!("the family is one of numbers"),
    }
}

#[inline]
pub(super) fn push_number(out: &mut String, sample: &Sample, labels: &str, number: Number) {
    sample.push(out, labels);
    number::push(out, number);
    out.push('\n');
}

/// Prometheus text has no place for the time at which a series began.
#[inline]
fn push_created(out: &mut String, sample: &Sample, labels: &str, start: SystemTime, format: TextFormat) {
    if format == TextFormat::OpenMetrics {
        sample.push(out, labels);
        number::push_time(out, start);
        out.push('\n');
    }
}

/// The extremes are the quantiles 0 and 1. What may be negative has no place in OpenMetrics, where quantiles are not and
/// sums only grow.
fn push_summary(
    out: &mut String,
    (quantile, parts): (&Sample, &Parts),
    labels: &str,
    mmsc: MmscValue,
    format: TextFormat,
) {
    let extreme = |number| if mmsc.count == 0 { f64::NAN } else { number };
    let is_allowed = |number| format == TextFormat::Prometheus || number >= 0.0 || mmsc.count == 0;
    for (label, number) in [("quantile=\"0.0\"} ", mmsc.min), ("quantile=\"1.0\"} ", mmsc.max)] {
        if is_allowed(number) {
            quantile.push_with(out, labels, label);
            number::push_f64(out, extreme(number));
            out.push('\n');
        }
    }
    if is_allowed(mmsc.min) {
        push_number(out, &parts.sum, labels, Number::F64(mmsc.sum));
    }
    push_number(out, &parts.count, labels, Number::U64(mmsc.count));
}
