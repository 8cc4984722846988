//! The declaration of a metric set and its validation.

use std::collections::HashMap;

use crate::instrument::Instrument;
use crate::name::name_problem;
use crate::problem::{Part, Problem};
use crate::prometheus::{TARGET_NAMES, prometheus_family, prometheus_name, prometheus_series};
use crate::range::parse_range;
use crate::stability::Promise;
use crate::unit::unit_problem;

/// Words that say a unit or a kind, which exporters add themselves.
const SUFFIXES_DERIVED: [&str; 8] =
    ["total", "seconds", "milliseconds", "microseconds", "nanoseconds", "bytes", "ratio", "percent"];
/// Namespaces that belong to OpenTelemetry itself.
const PREFIXES_RESERVED: [&str; 1] = ["otel."];
/// Namespace of the SDK's own metrics, as Prometheus spells it.
const PREFIX_OF_SDK: &str = "telemetry_";

/// A metric set as declared.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricsDeclaration {
    /// Name of the set, the namespace of its metrics.
    pub name: String,
    /// First paragraph of the doc comment.
    pub brief: String,
    /// The metrics in the order of declaration.
    pub metrics: Vec<MetricDeclaration>,
    /// Who declares it.
    pub declarer: Declarer,
}

/// Who declares a set: some namespaces are not for everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Declarer {
    /// The telemetry SDK, about itself.
    Sdk,
    /// Who uses it.
    User,
}

/// One metric as declared.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricDeclaration {
    /// Name of the field.
    pub field: String,
    /// Full name, if the declaration overrides the derived one.
    pub name: Option<String>,
    /// First paragraph of the doc comment.
    pub brief: String,
    /// UCUM unit.
    pub unit: Option<String>,
    /// The instrument, if its type is known by name.
    pub instrument: Option<Instrument>,
    /// How a histogram divides its values.
    pub buckets: Option<BucketsDeclaration>,
    /// Whether a histogram keeps exemplars.
    pub exemplars: bool,
    /// What the metric promises.
    pub promise: Promise,
}

/// How a histogram divides its values.
#[derive(Debug, Clone, PartialEq)]
pub enum BucketsDeclaration {
    /// Log-linear buckets over a range such as `10us..60s`.
    Range(String),
    /// Explicit upper bounds.
    Bounds(Vec<f64>),
}

impl MetricsDeclaration {
    /// Full name of a metric of this set.
    pub fn full_name(&self, metric: &MetricDeclaration) -> String {
        metric.name.clone().unwrap_or_else(|| format!("{}.{}", self.name, metric.field))
    }

    /// All mistakes, in the order of declaration.
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = self.set_problems();
        for (index, metric) in self.metrics.iter().enumerate() {
            let parts = metric_problems(&self.checked_name(metric), metric);
            problems.extend(parts.into_iter().map(|(part, message)| Problem::of_field(index, part, message)));
        }
        problems.extend(self.names_taken());
        problems.extend(self.names_of_sdk());
        problems
    }

    /// The full name, without the name of a set that is wrong itself and has been said so.
    fn checked_name(&self, metric: &MetricDeclaration) -> String {
        match (&metric.name, set_name_problem(&self.name)) {
            (None, Some(_)) => metric.field.clone(),
            _ => self.full_name(metric),
        }
    }

    fn set_problems(&self) -> Vec<Problem> {
        let name = set_name_problem(&self.name).map(|message| Problem::of_set(Part::Name, message));
        let brief = self.brief.is_empty().then(|| Problem::of_set(Part::Brief, missing_brief("metric set")));
        name.into_iter().chain(brief).collect()
    }

    /// Metrics that have the name of an earlier one, or that Prometheus could not tell from it.
    fn names_taken(&self) -> Vec<Problem> {
        let mut taken: HashMap<String, &str> = TARGET_NAMES.map(|name| (name.to_owned(), "target")).into();
        let mut problems = Vec::new();
        for (index, metric) in self.metrics.iter().enumerate() {
            let series = self.series(metric);
            let clash = series.iter().find_map(|name| Some((name, *taken.get(name)?)));
            if let Some((name, first)) = clash {
                let message = self.clash(metric, name, first);
                problems.push(Problem::of_field(index, Part::Name, message));
            }
            for name in series {
                taken.entry(name).or_insert(&metric.field);
            }
        }
        problems
    }

    /// What Prometheus calls a metric. Behind an alias the instrument is not known, and its suffixes are not either.
    fn series(&self, metric: &MetricDeclaration) -> Vec<String> {
        let instrument = metric.instrument.unwrap_or(Instrument::UpDownCounter);
        let unit = metric.unit.as_deref().unwrap_or("1");
        let (family, _) = prometheus_family(&self.full_name(metric), unit, instrument);
        prometheus_series(&family, instrument)
    }

    fn clash(&self, metric: &MetricDeclaration, series: &str, first: &str) -> String {
        let name = self.full_name(metric);
        let is_same = |other: &&MetricDeclaration| other.field == first && self.full_name(other) == name;
        if self.metrics.iter().find(is_same).is_some_and(|other| !std::ptr::eq(other, metric)) {
            return format!("metric `{name}` is already declared by field `{first}`");
        }
        if TARGET_NAMES.contains(&series) {
            return format!(
                "metric `{name}` would be `{series}` in Prometheus, which is what emits the metrics"
            );
        }
        format!("metric `{name}` and that of field `{first}` would both be `{series}` in Prometheus")
    }

    fn names_of_sdk(&self) -> Vec<Problem> {
        if self.declarer == Declarer::Sdk {
            return Vec::new();
        }
        let named = self.metrics.iter().map(|metric| self.full_name(metric)).enumerate();
        let own = named.filter(|(_, name)| prometheus_name(name).starts_with(PREFIX_OF_SDK));
        own.map(|(index, name)| {
            let message = format!("prefix `telemetry.` is reserved for the SDK's own metrics: `{name}`");
            Problem::of_field(index, Part::Name, message)
        })
        .collect()
    }
}

/// The message for a missing doc comment.
pub(crate) fn missing_brief(what: &str) -> String {
    format!("{what} needs a doc comment: its first line is the brief that exporters and the registry show")
}

/// Grammar and reserved prefixes of a set name or an attribute key.
pub(crate) fn set_name_problem(name: &str) -> Option<String> {
    if let Some(problem) = name_problem(name) {
        return Some(format!("{problem}: `{name}`"));
    }
    let reserved = PREFIXES_RESERVED.iter().find(|prefix| name.starts_with(**prefix))?;
    Some(format!("prefix `{reserved}` is reserved for OpenTelemetry: `{name}`"))
}

fn metric_problems(full_name: &str, metric: &MetricDeclaration) -> Vec<(Part, String)> {
    let name = metric_name_problem(full_name).map(|message| (Part::Name, message));
    let brief = metric.brief.is_empty().then(|| (Part::Brief, missing_brief("metric")));
    let unit = metric_unit_problem(metric.unit.as_deref()).map(|message| (Part::Unit, message));
    let buckets = buckets_problem(metric).map(|message| (Part::Buckets, message));
    let exemplars = exemplars_problem(metric).map(|message| (Part::Exemplars, message));
    let parts = [name, brief, unit, buckets, exemplars].into_iter().flatten();
    parts.chain(metric.promise.problems()).collect()
}

pub(crate) fn metric_name_problem(name: &str) -> Option<String> {
    if let Some(problem) = set_name_problem(name) {
        return Some(problem);
    }
    let Some((stem, last)) = name.rsplit_once(['.', '_']) else {
        let is_suffix = SUFFIXES_DERIVED.contains(&name);
        return is_suffix
            .then(|| format!("metric name `{name}` only says what exporters derive: write a noun"));
    };
    if !SUFFIXES_DERIVED.contains(&last) {
        return None;
    }
    Some(format!(
        "metric name `{name}` must not end in `{last}`, exporters derive it: write `{stem}` or a noun"
    ))
}

fn metric_unit_problem(unit: Option<&str>) -> Option<String> {
    match unit {
        None => Some("metric needs a unit: #[metric(unit = \"...\")], `1` if it has none".to_owned()),
        Some(unit) => unit_problem(unit),
    }
}

fn buckets_problem(metric: &MetricDeclaration) -> Option<String> {
    match (metric.instrument, &metric.buckets) {
        // Without a unit nobody knows what the range means, and the missing unit has been said.
        (Some(Instrument::Histogram) | None, Some(BucketsDeclaration::Range(_))) if metric.unit.is_none() => {
            None
        }
        (Some(instrument), Some(_)) if instrument != Instrument::Histogram => {
            Some("only a histogram has buckets".to_owned())
        }
        (_, Some(BucketsDeclaration::Range(range))) => {
            parse_range(range, metric.unit.as_deref().unwrap_or("1")).err().map(|problem| problem.to_string())
        }
        (_, Some(BucketsDeclaration::Bounds(bounds))) => bounds_problem(bounds),
        (_, None) => None,
    }
}

fn exemplars_problem(metric: &MetricDeclaration) -> Option<String> {
    let is_histogram = metric.instrument.is_none_or(|instrument| instrument == Instrument::Histogram);
    (metric.exemplars && !is_histogram).then(|| "only a histogram has exemplars".to_owned())
}

pub(crate) fn bounds_problem(bounds: &[f64]) -> Option<String> {
    if bounds.is_empty() {
        return Some("buckets need at least one bound".to_owned());
    }
    let rising = bounds.windows(2).all(|pair| pair[0] < pair[1]);
    let finite = bounds.iter().all(|bound| bound.is_finite());
    if !rising || !finite {
        return Some("bounds must be finite and rise".to_owned());
    }
    bounds.iter().any(|bound| *bound < 0.0).then(|| "bounds must not be negative, as no value is".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metric(field: &str) -> MetricDeclaration {
        MetricDeclaration {
            field: field.to_owned(),
            name: None,
            brief: "Brief.".to_owned(),
            unit: Some("1".to_owned()),
            instrument: Some(Instrument::Counter),
            buckets: None,
            exemplars: false,
            promise: Promise::default(),
        }
    }

    fn set(metrics: Vec<MetricDeclaration>) -> MetricsDeclaration {
        MetricsDeclaration {
            name: "edge.http".to_owned(),
            brief: "Brief.".to_owned(),
            metrics,
            declarer: Declarer::User,
        }
    }

    fn check(metric: MetricDeclaration, part: Part, word: &str) {
        let problems = set(vec![metric]).problems();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!(problems[0].place.part, part);
        assert!(problems[0].message.contains(word), "{}", problems[0].message);
    }

    #[test]
    fn a_good_declaration_has_no_problems() {
        let duration = MetricDeclaration {
            unit: Some("s".to_owned()),
            instrument: Some(Instrument::Histogram),
            buckets: Some(BucketsDeclaration::Range("10us..60s".to_owned())),
            ..metric("duration")
        };
        assert_eq!(set(vec![metric("requests"), duration]).problems(), []);
    }

    #[test]
    fn each_mistake_is_said_on_its_part() {
        check(metric("requests_total"), Part::Name, "`total`");
        check(metric("body_bytes"), Part::Name, "`bytes`");
        check(MetricDeclaration { name: Some("bytes".to_owned()), ..metric("x") }, Part::Name, "`bytes`");
        check(MetricDeclaration { name: Some("otel.x".to_owned()), ..metric("x") }, Part::Name, "reserved");
        check(MetricDeclaration { brief: String::new(), ..metric("x") }, Part::Brief, "doc comment");
        check(MetricDeclaration { unit: None, ..metric("x") }, Part::Unit, "needs a unit");
        check(MetricDeclaration { unit: Some("seconds".to_owned()), ..metric("x") }, Part::Unit, "`s`");
        let bounds = Some(BucketsDeclaration::Bounds(vec![1.0, 1.0]));
        check(
            MetricDeclaration { buckets: bounds.clone(), ..metric("x") },
            Part::Buckets,
            "only a histogram",
        );
        let histogram = MetricDeclaration { instrument: Some(Instrument::Histogram), ..metric("x") };
        assert_eq!(set(vec![histogram.clone()]).problems(), [], "without buckets it adapts");
        check(MetricDeclaration { buckets: bounds, ..histogram.clone() }, Part::Buckets, "rise");
        let negative = Some(BucketsDeclaration::Bounds(vec![-1.0, 0.0, 1.0]));
        check(MetricDeclaration { buckets: negative, ..histogram.clone() }, Part::Buckets, "negative");
        check(MetricDeclaration { exemplars: true, ..metric("x") }, Part::Exemplars, "only a histogram");
        assert_eq!(set(vec![MetricDeclaration { exemplars: true, ..histogram }]).problems(), []);
        let promise = Promise { stability: Some("done".to_owned()), deprecated: None };
        check(MetricDeclaration { promise, ..metric("x") }, Part::Stability, "`release_candidate`");
    }

    #[test]
    fn duplicate_names_are_said_on_the_second() {
        let again = MetricDeclaration { name: Some("edge.http.x".to_owned()), ..metric("y") };
        let problems = set(vec![metric("x"), again]).problems();
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].place.field, Some(1));
    }

    fn named(field: &str, name: &str, instrument: Instrument) -> MetricDeclaration {
        MetricDeclaration { name: Some(name.to_owned()), instrument: Some(instrument), ..metric(field) }
    }

    fn check_clash(first: MetricDeclaration, second: MetricDeclaration, word: &str) {
        let bounds = |metric: MetricDeclaration| match metric.instrument {
            Some(Instrument::Histogram) => {
                MetricDeclaration { buckets: Some(BucketsDeclaration::Bounds(vec![1.0])), ..metric }
            }
            _ => metric,
        };
        let problems = set(vec![bounds(first), bounds(second)]).problems();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!(problems[0].place.field, Some(1));
        assert!(problems[0].message.contains(word), "{}", problems[0].message);
    }

    #[test]
    fn names_that_prometheus_cannot_tell_apart_are_said_on_the_second() {
        use Instrument::{Counter, Histogram, UpDownCounter};
        check_clash(named("x", "app.a.b_c", Counter), named("y", "app.a.b.c", Counter), "`app_a_b_c`");
        check_clash(
            named("x", "app.x", Counter),
            named("y", "app.x_created", UpDownCounter),
            "`app_x_created`",
        );
        for word in ["bucket", "sum", "count", "created"] {
            let name = format!("app.size_{word}");
            let word = format!("`app_size_{word}`");
            check_clash(named("x", "app.size", Histogram), named("y", &name, UpDownCounter), &word);
            check_clash(named("x", &name, UpDownCounter), named("y", "app.size", Histogram), &word);
        }
        let hours = MetricDeclaration { unit: Some("h".to_owned()), ..named("x", "app.x", Counter) };
        check_clash(hours, named("y", "app.x_hours", Counter), "`app_x_hours`");
    }

    #[test]
    fn names_of_the_sdk_and_of_the_target_are_reserved() {
        check(named("x", "target.info", Instrument::UpDownCounter), Part::Name, "`target_info`");
        check(named("x", "telemetry.pipeline.rejected", Instrument::Counter), Part::Name, "reserved");
        check(named("x", "telemetry_pipeline.rejected", Instrument::Counter), Part::Name, "reserved");
        let mut own = set(vec![metric("rejected")]);
        (own.name, own.declarer) = ("telemetry.pipeline".to_owned(), Declarer::Sdk);
        assert_eq!(own.problems(), []);
    }

    #[test]
    fn all_mistakes_at_once() {
        let bad = MetricDeclaration { brief: String::new(), unit: None, ..metric("x_total") };
        let mut set = set(vec![bad]);
        set.name = "Edge".to_owned();
        let parts: Vec<_> = set.problems().iter().map(|problem| problem.place.part).collect();
        assert_eq!(parts, [Part::Name, Part::Name, Part::Brief, Part::Unit]);
    }
}
