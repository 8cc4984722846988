//! A collection as text: families in order of set and declaration, each with all its series.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt::Write;

use super::family::{Family, families};
use telemetry_schema::Instrument;

use super::{Format, labels, number};
use crate::collected::{Collected, CollectedSet, Number, Value};
use crate::descriptor::InstrumentKind;
use crate::histogram_value::HistogramValue;

/// Bytes of text per series to begin with; a guess that saves most of the growing.
const SERIES_BYTES_GUESS: usize = 512;

/// Renders a collection.
pub(crate) fn text(collected: &Collected, format: Format) -> String {
    let mut out = String::with_capacity(SERIES_BYTES_GUESS * collected.sets().len());
    push_target(&mut out, collected.resource(), format);
    let sets: Vec<CollectedSet<'_>> = collected.sets().collect();
    let groups: Vec<&[CollectedSet<'_>]> =
        sets.chunk_by(|a, b| std::ptr::eq(a.descriptor(), b.descriptor())).collect();
    for family in families(groups.iter().map(|group| group[0].descriptor())) {
        family.push(&mut out, &groups, format);
    }
    if format == Format::OpenMetrics {
        out.push_str("# EOF\n");
    }
    out
}

impl Family {
    fn push(&self, out: &mut String, groups: &[&[CollectedSet<'_>]], format: Format) {
        self.push_header(out, format);
        match (self.members.as_slice(), self.field.kind) {
            ([(group, index)], InstrumentKind::Histogram) => {
                self.push_histograms(out, groups[*group], *index, format);
            }
            ([(group, index)], _) => self.push_numbers(out, groups[*group], *index),
            _ => self.push_merged(out, groups, format),
        }
    }

    /// Pushes several declarations of one metric: what Prometheus takes for one series is one, added up.
    fn push_merged(&self, out: &mut String, groups: &[&[CollectedSet<'_>]], format: Format) {
        let mut merged: BTreeMap<_, (&str, Value<'_>)> = BTreeMap::new();
        for (group, index) in &self.members {
            for set in groups[*group] {
                match merged.entry(labels::identity(set)) {
                    Entry::Occupied(mut first) => first.get_mut().1.merge(&set.value_at(*index)),
                    Entry::Vacant(none) => drop(none.insert((set.labels(), set.value_at(*index)))),
                }
            }
        }
        for (labels, value) in merged.values() {
            match value {
                Value::Histogram(histogram) => {
                    self.push_histogram(out, labels, histogram, &exported_bounds(histogram, format));
                }
                value => self.push_number(out, labels, value),
            }
        }
    }

    fn push_header(&self, out: &mut String, format: Format) {
        let name = match format {
            Format::Text => format!("{}{}", self.name, self.suffix()),
            Format::OpenMetrics => self.name.clone(),
        };
        push_help(out, &name, self.field.brief);
        push_words(out, &["# TYPE ", &name, " ", type_word(self.field.kind), "\n"]);
        if let (Format::OpenMetrics, Some(unit)) = (format, &self.unit) {
            push_words(out, &["# UNIT ", &name, " ", unit, "\n"]);
        }
    }

    fn push_numbers(&self, out: &mut String, sets: &[CollectedSet<'_>], index: usize) {
        for set in sets {
            self.push_number(out, set.labels(), &set.value_at(index));
        }
    }

    fn push_number(&self, out: &mut String, labels: &str, value: &Value<'_>) {
        push_series(out, &self.name, self.suffix(), labels);
        match value {
            Value::Sum(number) | Value::UpDown(number) | Value::Gauge(number) => number::push(out, *number),
            Value::Mmsc(mmsc) => number::push(out, Number::U64(mmsc.count)),
            Value::Histogram(_) => unreachable!("histograms are pushed by `push_histogram`"),
        }
        out.push('\n');
    }

    fn push_histograms(&self, out: &mut String, sets: &[CollectedSet<'_>], index: usize, format: Format) {
        for set in sets {
            if let Value::Histogram(histogram) = set.value_at(index) {
                self.push_histogram(out, set.labels(), &histogram, &exported_bounds(&histogram, format));
            }
        }
    }

    fn push_histogram(
        &self,
        out: &mut String,
        labels: &str,
        histogram: &HistogramValue<'_>,
        bounds: &[(usize, String)],
    ) {
        let comma = if labels.is_empty() { "" } else { "," };
        let (mut below, mut next) = (0, 0);
        for (index, bound) in bounds {
            below += histogram.counts()[next..=*index].iter().sum::<u64>();
            next = index + 1;
            push_words(out, &[&self.name, "_bucket{", labels, comma, "le=\"", bound, "\"} "]);
            number::push(out, Number::U64(below));
            out.push('\n');
        }
        push_series(out, &self.name, "_sum", labels);
        number::push(out, Number::F64(histogram.sum()));
        out.push('\n');
        push_series(out, &self.name, "_count", labels);
        number::push(out, Number::U64(below));
        out.push('\n');
    }

    fn suffix(&self) -> &'static str {
        match self.field.kind.instrument() {
            Instrument::Counter | Instrument::ObserveCounter => "_total",
            _ => "",
        }
    }
}

/// The exported buckets with their bound as text, written once for all series of a declaration. Two declarations of
/// one name may divide differently.
fn exported_bounds(value: &HistogramValue<'_>, format: Format) -> Vec<(usize, String)> {
    let exported = (0..value.counts().len()).filter(|index| value.is_exported(*index));
    exported.map(|index| (index, number::bound(value.upper(index), format))).collect()
}

fn type_word(kind: InstrumentKind) -> &'static str {
    match kind.instrument() {
        Instrument::Counter | Instrument::ObserveCounter => "counter",
        Instrument::UpDownCounter | Instrument::ObserveUpDownCounter | Instrument::Gauge => "gauge",
        Instrument::Mmsc => "summary",
        Instrument::Histogram => "histogram",
    }
}

fn push_target(out: &mut String, resource: &[(String, String)], format: Format) {
    if resource.is_empty() {
        return;
    }
    let (name, kind) = match format {
        Format::Text => ("target_info", "gauge"),
        Format::OpenMetrics => ("target", "info"),
    };
    push_help(out, name, "What emits these metrics.");
    push_words(out, &["# TYPE ", name, " ", kind, "\n"]);
    push_series(out, "target_info", "", &labels::resource(resource));
    out.push_str("1\n");
}

fn push_help(out: &mut String, name: &str, brief: &str) {
    push_words(out, &["# HELP ", name, " "]);
    let escaped = brief.replace('\\', "\\\\").replace('\n', "\\n");
    // Writing to a `String` cannot fail.
    let _ = writeln!(out, "{escaped}");
}

fn push_series(out: &mut String, name: &str, suffix: &str, labels: &str) {
    match labels {
        "" => push_words(out, &[name, suffix, " "]),
        labels => push_words(out, &[name, suffix, "{", labels, "} "]),
    }
}

fn push_words(out: &mut String, words: &[&str]) {
    for word in words {
        out.push_str(word);
    }
}
