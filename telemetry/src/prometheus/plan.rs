//! What the text of a list of series has in common from scrape to scrape.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::AtomicUsize;
use std::time::SystemTime;

use telemetry_schema::Instrument;

use super::bounds::Bounds;
use super::family::{self, families};
use super::sample::Sample;
use super::{TextFormat, labels};
use crate::buckets::Buckets;
use crate::collected::{Collected, Value};
use crate::descriptor::MetricsField;

/// The text without its numbers: it depends on the series alone, not on their values.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(super) target: Written,
    pub(super) families: Vec<Family>,
    /// Bytes of the last text, as a guess at the next.
    pub(super) bytes: AtomicUsize,
}

/// Text that differs between the formats.
#[derive(Debug)]
pub(super) struct Written {
    prometheus: String,
    open_metrics: String,
}

/// A family: what it begins with, where its series are, and how they are shown.
#[derive(Debug)]
pub(super) struct Family {
    pub(super) header: Written,
    pub(super) rows: Rows,
    pub(super) samples: Samples,
}

/// The series of a family.
#[derive(Debug)]
pub(super) enum Rows {
    /// Of one declaration: neighbours in the order of export, and the place of the metric in each.
    Single {
        /// Their places.
        series: Range<usize>,
        field: usize,
    },
    /// Of several declarations: what Prometheus takes for one series is one row, added up.
    Merged(Vec<Vec<(usize, usize)>>),
}

/// One row of a family at one moment.
#[derive(Debug)]
pub(super) struct Point<'a> {
    pub(super) labels: &'a str,
    pub(super) start: SystemTime,
    pub(super) value: Value<'a>,
}

/// The names of the samples of a family.
#[derive(Debug)]
pub(super) enum Samples {
    /// The sample is the family's value.
    Gauge(Sample),
    Counter {
        total: Sample,
        created: Sample,
    },
    Summary {
        quantile: Sample,
        parts: Parts,
    },
    Histogram {
        bucket: Sample,
        parts: Parts,
        bounds: Vec<Bounds>,
        /// Whether any declaration of it adapts to its values.
        adapts: bool,
    },
}

/// Samples of every distribution.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) sum: Sample,
    pub(super) count: Sample,
    pub(super) created: Sample,
}

impl Plan {
    /// How the series of a collection are shown.
    pub(crate) fn new(collected: &Collected) -> Self {
        let groups = groups(collected);
        let descriptors = groups.iter().map(|group| collected.snapshot.order[group.start].descriptor);
        let families = families(descriptors);
        let families = families.iter().map(|family| Family::new(family, &groups, collected)).collect();
        let target = Written::by(|format| target(collected.resource(), format));
        Self { target, families, bytes: AtomicUsize::new(0) }
    }
}

/// The neighbours of one declaration each.
fn groups(collected: &Collected) -> Vec<Range<usize>> {
    let mut start = 0;
    let chunks = collected.snapshot.order.chunk_by(|a, b| std::ptr::eq(a.descriptor, b.descriptor));
    let ranges = chunks.map(|chunk| {
        let range = start..start + chunk.len();
        start = range.end;
        range
    });
    ranges.collect()
}

impl Written {
    fn by(write: impl Fn(TextFormat) -> String) -> Self {
        Self { prometheus: write(TextFormat::Prometheus), open_metrics: write(TextFormat::OpenMetrics) }
    }

    pub(super) fn of(&self, format: TextFormat) -> &str {
        match format {
            TextFormat::Prometheus => &self.prometheus,
            TextFormat::OpenMetrics => &self.open_metrics,
        }
    }
}

impl Family {
    fn new(family: &family::Family, groups: &[Range<usize>], collected: &Collected) -> Self {
        let rows = Rows::new(family, groups, collected);
        let samples = Samples::new(family, &rows, collected);
        let instrument = family.field.kind.instrument();
        let header = Written::by(|format| {
            // In Prometheus text the name of a counter's family is that of its sample.
            let suffix = if format == TextFormat::Prometheus { suffix(instrument) } else { "" };
            let unit = family.unit.as_deref().filter(|_| format == TextFormat::OpenMetrics);
            header(&format!("{}{suffix}", family.name), family.field, unit, format)
        });
        Self { header, rows, samples }
    }
}

fn suffix(instrument: Instrument) -> &'static str {
    match instrument {
        Instrument::Counter | Instrument::ObserveCounter => "_total",
        _ => "",
    }
}

fn header(name: &str, field: &MetricsField, unit: Option<&str>, format: TextFormat) -> String {
    let help = help(field.brief, format);
    let kind = match field.kind.instrument() {
        Instrument::Counter | Instrument::ObserveCounter => "counter",
        Instrument::UpDownCounter | Instrument::ObserveUpDownCounter | Instrument::Gauge => "gauge",
        Instrument::Mmsc => "summary",
        Instrument::Histogram => "histogram",
    };
    let unit = unit.map_or_else(String::new, |unit| format!("# UNIT {name} {unit}\n"));
    format!("# HELP {name} {help}\n# TYPE {name} {kind}\n{unit}")
}

/// Only OpenMetrics escapes quotes outside of labels.
fn help(brief: &str, format: TextFormat) -> String {
    let escaped = brief.replace('\\', "\\\\").replace('\n', "\\n");
    if format == TextFormat::OpenMetrics { escaped.replace('"', "\\\"") } else { escaped }
}

/// The family that says what emits all others; OpenMetrics wants it first.
fn target(resource: &[(String, String)], format: TextFormat) -> String {
    if resource.is_empty() {
        return String::new();
    }
    let (name, kind) = match format {
        TextFormat::Prometheus => ("target_info", "gauge"),
        TextFormat::OpenMetrics => ("target", "info"),
    };
    let mut text = format!("# HELP {name} What emits these metrics.\n# TYPE {name} {kind}\n");
    Sample::new("target", "_info").push(&mut text, &labels::resource(resource));
    text.push_str("1\n");
    text
}

impl Samples {
    fn new(family: &family::Family, rows: &Rows, collected: &Collected) -> Self {
        let sample = |suffix| Sample::new(&family.name, suffix);
        let parts = || Parts { sum: sample("_sum"), count: sample("_count"), created: sample("_created") };
        match family.field.kind.instrument() {
            Instrument::UpDownCounter | Instrument::ObserveUpDownCounter | Instrument::Gauge => {
                Self::Gauge(sample(""))
            }
            Instrument::Counter | Instrument::ObserveCounter => {
                Self::Counter { total: sample("_total"), created: sample("_created") }
            }
            Instrument::Mmsc => Self::Summary { quantile: sample(""), parts: parts() },
            Instrument::Histogram => {
                let (bounds, adapts) = bounds(rows, collected);
                Self::Histogram { bucket: sample("_bucket"), parts: parts(), bounds, adapts }
            }
        }
    }
}

/// The bounds of the declarations of a family, and whether any of them adapts.
fn bounds(rows: &Rows, collected: &Collected) -> (Vec<Bounds>, bool) {
    let mut declared: Vec<Option<Buckets>> = Vec::new();
    let mut bounds = Vec::new();
    for (series, field) in rows.firsts() {
        let set = collected.set(&collected.snapshot.order[series]);
        let buckets = set.descriptor().fields[field].buckets;
        if !declared.contains(&buckets)
            && let Value::Histogram(histogram) = set.value_at(field)
        {
            declared.push(buckets);
            if buckets != Some(Buckets::Adaptive) {
                bounds.push(Bounds::of(&histogram));
            }
        }
    }
    (bounds, declared.contains(&Some(Buckets::Adaptive)))
}

impl Rows {
    fn new(family: &family::Family, groups: &[Range<usize>], collected: &Collected) -> Self {
        if let [(group, field)] = family.members[..] {
            return Self::Single { series: groups[group].clone(), field };
        }
        let mut merged: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (group, field) in &family.members {
            for series in groups[*group].clone() {
                let identity = labels::identity(&collected.set(&collected.snapshot.order[series]));
                merged.entry(identity).or_default().push((series, *field));
            }
        }
        Self::Merged(merged.into_values().collect())
    }

    /// The series that gives each row its labels; of a single declaration one stands for all.
    fn firsts(&self) -> impl Iterator<Item = (usize, usize)> {
        let (single, merged) = match self {
            Self::Single { series, field } => (Some((series.start, *field)), &[][..]),
            Self::Merged(rows) => (None, &rows[..]),
        };
        single.into_iter().chain(merged.iter().filter_map(|row| row.first().copied()))
    }

    /// Shows every row.
    #[inline]
    pub(super) fn each<'a>(&self, collected: &'a Collected, mut show: impl FnMut(Point<'a>)) {
        let order = &collected.snapshot.order;
        match self {
            Self::Single { series, field } => {
                for series in &order[series.clone()] {
                    show(Point::of(collected, series, *field));
                }
            }
            Self::Merged(rows) => {
                for row in rows {
                    let mut points = row.iter().map(|(at, field)| Point::of(collected, &order[*at], *field));
                    let Some(mut sum) = points.next() else { continue };
                    points.for_each(|point| sum.add(&point));
                    show(sum);
                }
            }
        }
    }
}

impl<'a> Point<'a> {
    #[inline]
    fn of(collected: &'a Collected, series: &'a std::sync::Arc<crate::series::Series>, field: usize) -> Self {
        let set = collected.set(series);
        Self { labels: set.labels(), start: set.start(), value: set.value_at(field) }
    }

    fn add(&mut self, other: &Self) {
        self.value.merge(&other.value);
        self.start = self.start.min(other.start);
    }
}
