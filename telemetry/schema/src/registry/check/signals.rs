//! Lints of metrics, events and spans.

use std::collections::HashMap;

use super::attributes::{check_uses, renamed_to};
use super::{Lints, Taken};
use crate::instrument::Instrument;
use crate::metrics::{bounds_problem, metric_name_problem, set_name_problem};
use crate::name::event_name_problem;
use crate::prometheus::{TARGET_NAMES, prometheus_family, prometheus_series};
use crate::registry::model::RegistryFile;
use crate::registry::signal::{Distribution, EventDef, MetricDef, SpanDef};
use crate::registry::word::{MetricInstrument, Number, Word};
use crate::unit::unit_problem;

pub(super) fn check(files: &[RegistryFile], lints: &mut Lints<'_>) {
    check_metrics(files, lints);
    check_events(files, lints);
    check_spans(files, lints);
}

fn check_metrics(files: &[RegistryFile], lints: &mut Lints<'_>) {
    let known: Vec<&str> = files.iter().flat_map(|file| &file.metrics).map(|one| one.name.as_str()).collect();
    let mut names = Taken::default();
    let mut series = Series::default();
    for file in files {
        for (index, metric) in file.metrics.iter().enumerate() {
            let place = format!("metrics[{index}]");
            match names.take(&metric.name, file, &place) {
                Some(first) => {
                    let message = format!("metric `{}` is already defined ({first})", metric.name);
                    lints.problem(file, format!("{place}.name"), message);
                }
                None => {
                    if let Some(message) = series.take(metric) {
                        lints.problem(file, format!("{place}.name"), message);
                    }
                }
            }
            check_metric(file, &place, metric, lints);
            renamed_to(file, &place, metric.deprecated.as_ref(), "metric", &known, lints);
        }
    }
}

/// What Prometheus would call everything, and which metric that is.
struct Series(HashMap<String, String>);

impl Default for Series {
    fn default() -> Self {
        Self(TARGET_NAMES.map(|name| (name.to_owned(), String::new())).into())
    }
}

impl Series {
    fn take(&mut self, metric: &MetricDef) -> Option<String> {
        let instrument = instrument(metric.instrument);
        let (family, _) = prometheus_family(&metric.name, &metric.unit, instrument);
        let names = prometheus_series(&family, instrument);
        let clash = names.iter().find_map(|name| Some((name, self.0.get(name)?)));
        let message = clash.map(|(name, first)| match first.as_str() {
            "" => format!(
                "metric `{}` would be `{name}` in Prometheus, which is what emits the metrics",
                metric.name
            ),
            first => format!("metrics `{first}` and `{}` would both be `{name}` in Prometheus", metric.name),
        });
        for name in names {
            self.0.entry(name).or_insert_with(|| metric.name.clone());
        }
        message
    }
}

fn instrument(instrument: MetricInstrument) -> Instrument {
    match instrument {
        MetricInstrument::Counter => Instrument::Counter,
        MetricInstrument::UpDownCounter => Instrument::UpDownCounter,
        MetricInstrument::Gauge => Instrument::Gauge,
        MetricInstrument::Histogram => Instrument::Histogram,
    }
}

fn check_metric(file: &RegistryFile, place: &str, metric: &MetricDef, lints: &mut Lints<'_>) {
    if let Some(message) = metric_name_problem(&metric.name) {
        lints.problem(file, format!("{place}.name"), message);
    }
    if let Some(message) = unit_problem(&metric.unit) {
        lints.problem(file, format!("{place}.unit"), message);
    }
    lints.brief(file, place, "metric", &metric.brief);
    for message in annotation_problems(metric) {
        lints.problem(file, format!("{place}.annotations"), message);
    }
    check_uses(file, place, &metric.attributes, lints);
}

fn annotation_problems(metric: &MetricDef) -> Vec<String> {
    let instrument = metric.instrument;
    let is_histogram = instrument == MetricInstrument::Histogram;
    let number = metric.number.and_then(|number| number_problem(instrument, number));
    let observed = (metric.observed
        && matches!(instrument, MetricInstrument::Gauge | MetricInstrument::Histogram))
    .then(|| format!("a {instrument} has no total that could be observed"));
    let distribution = metric.distribution.as_ref().and_then(|distribution| {
        if is_histogram {
            distribution_problem(distribution)
        } else {
            Some("only a histogram has buckets".to_owned())
        }
    });
    [number, observed, distribution].into_iter().flatten().collect()
}

fn number_problem(instrument: MetricInstrument, number: Number) -> Option<String> {
    let numbers: &[Number] = match instrument {
        MetricInstrument::Counter => &[Number::U64, Number::F64],
        MetricInstrument::UpDownCounter => &[Number::I64, Number::F64],
        MetricInstrument::Gauge => Number::ALL,
        MetricInstrument::Histogram => &[Number::F64],
    };
    let words: Vec<&str> = numbers.iter().map(|number| number.as_str()).collect();
    (!numbers.contains(&number))
        .then(|| format!("a {instrument} has no `{number}`, write `{}`", words.join("` or `")))
}

fn distribution_problem(distribution: &Distribution) -> Option<String> {
    match distribution {
        Distribution::Range { low, high } => {
            let rises = *low > 0.0 && low < high && high.is_finite();
            (!rises).then(|| "range must go from a positive number up to a larger one".to_owned())
        }
        Distribution::Bounds(bounds) => bounds_problem(bounds),
        Distribution::Adaptive | Distribution::Mmsc => None,
    }
}

fn check_events(files: &[RegistryFile], lints: &mut Lints<'_>) {
    let known: Vec<&str> = files.iter().flat_map(|file| &file.events).map(|one| one.name.as_str()).collect();
    let mut names = Taken::default();
    for file in files {
        for (index, event) in file.events.iter().enumerate() {
            let place = format!("events[{index}]");
            if let Some(first) = names.take(&event.name, file, &place) {
                let message = format!("event `{}` is already defined ({first})", event.name);
                lints.problem(file, format!("{place}.name"), message);
            }
            check_event(file, &place, event, lints);
            renamed_to(file, &place, event.deprecated.as_ref(), "event", &known, lints);
        }
    }
}

fn check_event(file: &RegistryFile, place: &str, event: &EventDef, lints: &mut Lints<'_>) {
    if let Some(message) = event_name_problem(&event.name) {
        lints.problem(file, format!("{place}.name"), format!("{message}: `{}`", event.name));
    }
    lints.brief(file, place, "event", &event.brief);
    check_uses(file, place, &event.attributes, lints);
}

fn check_spans(files: &[RegistryFile], lints: &mut Lints<'_>) {
    let known: Vec<&str> = files.iter().flat_map(|file| &file.spans).map(|one| one.id.as_str()).collect();
    let mut names = Taken::default();
    for file in files {
        for (index, span) in file.spans.iter().enumerate() {
            let place = format!("spans[{index}]");
            if let Some(first) = names.take(&span.id, file, &place) {
                let message = format!("span `{}` is already defined ({first})", span.id);
                lints.problem(file, format!("{place}.type"), message);
            }
            check_span(file, &place, span, lints);
            renamed_to(file, &place, span.deprecated.as_ref(), "span", &known, lints);
        }
    }
}

fn check_span(file: &RegistryFile, place: &str, span: &SpanDef, lints: &mut Lints<'_>) {
    if let Some(message) = set_name_problem(&span.id) {
        lints.problem(file, format!("{place}.type"), message);
    }
    if span.name.trim().is_empty() {
        lints.problem(file, format!("{place}.name"), "a span needs a note on how its name is made");
    }
    lints.brief(file, place, "span", &span.brief);
    check_uses(file, place, &span.attributes, lints);
}
