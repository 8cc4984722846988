//! Metric sets.

use super::names::Names;
use super::source::Arguments;
use super::{At, Field, Generator, is_given_at_registration, is_sdks_own, varying};
use crate::range::parse_range;
use crate::registry::attribute::{AttributeType, AttributeUse};
use crate::registry::model::RegistryFile;
use crate::registry::signal::{Distribution, MetricDef};
use crate::registry::word::{MetricInstrument, Number};

/// Suffixes of a range, by what is read best: the first under which both ends are short.
const SUFFIXES: [&str; 7] = ["s", "ms", "us", "ns", "B", "KiB", "MiB"];

/// Metrics that are one set.
struct Set<'a> {
    name: String,
    /// The group that declares it; metrics without one are a set because of what they have in common.
    group: Option<&'a str>,
    brief: String,
    uses: &'a [AttributeUse],
    place: String,
    metrics: Vec<&'a MetricDef>,
}

impl Generator<'_> {
    pub(super) fn metric_sets(&mut self, files: &[RegistryFile]) {
        for file in files {
            for set in sets(file, self).into_iter().filter(|set| !is_sdks_own(&set.name)) {
                self.metric_set(file, &set);
            }
        }
    }

    fn metric_set(&mut self, file: &RegistryFile, set: &Set<'_>) {
        let at = At { file, place: &set.place };
        let ty = self.types.of_type(&set.name, "Metrics");
        let given: Vec<AttributeUse> =
            set.uses.iter().filter(|used| is_given_at_registration(used)).cloned().collect();
        let attributes = self.registration(at, set, &given);
        let enums = self.varying_enums(at, set.uses);
        let mut arguments = Arguments::default().text("name", &set.name);
        if let Some(attributes) = attributes {
            arguments = arguments.raw(format!("attributes = {attributes}"));
        }
        arguments = match &enums[..] {
            [] => arguments,
            [only] => arguments.raw(format!("varying = {only}")),
            several => arguments.raw(format!("varying = ({})", several.join(", "))),
        };
        let mut names = Names::default();
        let fields: Vec<Field> =
            set.metrics.iter().map(|metric| self.metric_field(metric, &set.name, &mut names)).collect();
        self.source.import("metric_set");
        self.source.item(&set.brief, None);
        self.write_struct(arguments.helper("", "metric_set"), &ty, &fields);
    }

    /// The attribute set of the metrics: the one they name, or one made of what they name.
    fn registration(&mut self, at: At<'_>, set: &Set<'_>, given: &[AttributeUse]) -> Option<String> {
        match given {
            [] => None,
            [AttributeUse::Group(id)] if self.sets.contains_key(id) => Some(self.sets[id].clone()),
            several => {
                let ty = self.types.of_type(&set.name, "Attributes");
                let id = format!("{}.attributes", set.name);
                self.attribute_set(
                    at,
                    &ty,
                    &id,
                    &format!("What tells series of `{}` apart.", set.name),
                    several,
                );
                Some(ty)
            }
        }
    }

    fn varying_enums(&mut self, at: At<'_>, uses: &[AttributeUse]) -> Vec<String> {
        let attributes = self.resolver.attributes_of(uses);
        let mut enums = Vec::new();
        for attribute in varying(&attributes) {
            let AttributeType::Enum(members) = &attribute.kind else { continue };
            enums.extend(self.enum_type(at, attribute, members));
        }
        enums
    }

    fn metric_field(&mut self, metric: &MetricDef, set: &str, names: &mut Names) -> Field {
        let name = names.of_field(&metric.name, set);
        let full = (format!("{set}.{name}") != metric.name).then_some(metric.name.as_str());
        let arguments = Arguments::default().text("unit", &metric.unit).some_text("name", full);
        let divided = distribution(arguments, metric).promises(metric.stability, metric.deprecated.as_ref());
        let arguments = if metric.exemplars { divided.raw("exemplars".to_owned()) } else { divided };
        Field {
            brief: metric.brief.clone(),
            note: metric.note.clone(),
            helper: arguments.helper("    ", "metric"),
            name,
            ty: self.instrument(metric),
        }
    }

    fn instrument(&mut self, metric: &MetricDef) -> String {
        let ty = match (metric.instrument, metric.observed, &metric.distribution) {
            (MetricInstrument::Counter, false, _) => "Counter",
            (MetricInstrument::Counter, true, _) => "ObserveCounter",
            (MetricInstrument::UpDownCounter, false, _) => "UpDownCounter",
            (MetricInstrument::UpDownCounter, true, _) => "ObserveUpDownCounter",
            (MetricInstrument::Gauge, _, _) => "Gauge",
            (MetricInstrument::Histogram, _, Some(Distribution::Mmsc)) => "Mmsc",
            (MetricInstrument::Histogram, _, _) => "Histogram",
        };
        self.source.import(ty);
        match (metric.instrument, metric.number) {
            (MetricInstrument::Histogram, _) => ty.to_owned(),
            (_, Some(number)) => format!("{ty}<{number}>"),
            (MetricInstrument::Counter, None) => format!("{ty}<{}>", Number::U64),
            (MetricInstrument::UpDownCounter, None) => format!("{ty}<{}>", Number::I64),
            (MetricInstrument::Gauge, None) => format!("{ty}<{}>", Number::F64),
        }
    }
}

/// The sets of a file: metrics of one metric set, else those of one file that have the same attributes.
fn sets<'a>(file: &'a RegistryFile, generator: &Generator<'a>) -> Vec<Set<'a>> {
    let mut sets: Vec<Set<'a>> = Vec::new();
    for (index, metric) in file.metrics.iter().enumerate() {
        let place = format!("metrics[{index}]");
        let set = declared_set(metric, &place, generator).unwrap_or_else(|| Set {
            name: file.name.clone(),
            group: None,
            brief: format!("Metrics of `{}`.", file.name),
            uses: &metric.attributes,
            place,
            metrics: Vec::new(),
        });
        let is_it = |other: &&mut Set<'_>| (other.group, other.uses) == (set.group, set.uses);
        match sets.iter_mut().find(is_it) {
            Some(other) => other.metrics.push(metric),
            None => sets.push(Set { metrics: vec![metric], ..set }),
        }
    }
    sets
}

fn declared_set<'a>(metric: &'a MetricDef, place: &str, generator: &Generator<'a>) -> Option<Set<'a>> {
    let [AttributeUse::Group(id)] = &metric.attributes[..] else { return None };
    let group = generator.resolver.group(id)?;
    Some(Set {
        name: group.metric_set()?.to_owned(),
        group: Some(&group.id),
        brief: group.brief().to_owned(),
        uses: &group.attributes,
        place: place.to_owned(),
        metrics: Vec::new(),
    })
}

fn distribution(arguments: Arguments, metric: &MetricDef) -> Arguments {
    match &metric.distribution {
        Some(Distribution::Range { low, high }) => {
            arguments.text("range", &range_text(*low, *high, &metric.unit))
        }
        Some(Distribution::Bounds(bounds)) => {
            let bounds: Vec<String> = bounds.iter().map(ToString::to_string).collect();
            arguments.raw(format!("buckets = [{}]", bounds.join(", ")))
        }
        Some(Distribution::Adaptive | Distribution::Mmsc) | None => arguments,
    }
}

/// A range as people write it, from which exactly the same numbers are read again.
fn range_text(low: f64, high: f64, unit: &str) -> String {
    format!("{}..{}", quantity(low, unit), quantity(high, unit))
}

/// The shortest text of a quantity.
fn quantity(number: f64, unit: &str) -> String {
    let plain = number.to_string();
    let read = |text: &str| parse_range(&format!("{text}..{}", f64::MAX), unit).ok().map(|(low, _)| low);
    let written = SUFFIXES.iter().filter_map(|suffix| {
        let of_one = read(&format!("1{suffix}"))?;
        let text = format!("{}{suffix}", (number / of_one).round());
        (read(&text) == Some(number)).then_some(text)
    });
    written.min_by_key(String::len).unwrap_or(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_written_as_people_write_it_and_read_as_it_was() {
        for (range, unit) in
            [("10us..60s", "s"), ("1ms..1s", "ms"), ("64B..16MiB", "By"), ("1..1000", "1"), ("0.5..2", "{x}")]
        {
            let (low, high) = parse_range(range, unit).unwrap();
            let written = range_text(low, high, unit);
            assert_eq!(written, range);
            assert_eq!(parse_range(&written, unit), Ok((low, high)));
        }
    }
}
