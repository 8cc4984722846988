//! Changes of metrics, events and spans.

use super::attributes::diff_uses;
use super::renames::{Named, Pairs, pair};
use super::{Changes, Common};
use crate::registry::deprecated::Deprecated;
use crate::registry::signal::{Distribution, EventDef, MetricDef, SpanDef};
use crate::registry::word::{MetricInstrument, Number};

impl Named for MetricDef {
    const KIND: &'static str = "metric";

    fn name(&self) -> &str {
        &self.name
    }

    fn deprecated(&self) -> Option<&Deprecated> {
        self.deprecated.as_ref()
    }

    fn resembles(&self, other: &Self) -> bool {
        self.brief == other.brief && self.unit == other.unit && self.instrument == other.instrument
    }
}

impl Named for EventDef {
    const KIND: &'static str = "event";

    fn name(&self) -> &str {
        &self.name
    }

    fn deprecated(&self) -> Option<&Deprecated> {
        self.deprecated.as_ref()
    }

    fn resembles(&self, other: &Self) -> bool {
        self.brief == other.brief
    }
}

impl Named for SpanDef {
    const KIND: &'static str = "span";

    // The name of a definition is what others find it by: the name of a span says how its name is made.
    #[expect(clippy::misnamed_getters)]
    fn name(&self) -> &str {
        &self.id
    }

    fn deprecated(&self) -> Option<&Deprecated> {
        self.deprecated.as_ref()
    }

    fn resembles(&self, other: &Self) -> bool {
        self.brief == other.brief && self.kind == other.kind
    }
}

/// What was renamed, removed and added.
pub(super) fn comings_and_goings<T: Named>(pairs: &Pairs<'_, T>, changes: &mut Changes<'_>) {
    for (old, new, was_announced) in &pairs.renamed {
        let announced = if *was_announced { ", as announced" } else { "" };
        changes.breaking(&subject(*old), format!("renamed to `{}`{announced}", new.name()));
    }
    for old in &pairs.removed {
        let announced = if old.deprecated().is_some() { ", after it was deprecated" } else { "" };
        changes.breaking(&subject(*old), format!("removed{announced}"));
    }
    for new in &pairs.added {
        changes.compatible(&subject(*new), "added");
    }
}

fn subject<T: Named>(item: &T) -> String {
    format!("{} `{}`", T::KIND, item.name())
}

pub(super) fn diff_metrics(old: &[&MetricDef], new: &[&MetricDef], changes: &mut Changes<'_>) {
    let pairs = pair(old, new);
    comings_and_goings(&pairs, changes);
    for (old, new) in pairs.kept {
        let subject = subject(old);
        changes.changed(&subject, "unit", &old.unit, &new.unit);
        changes.changed(&subject, "instrument", &old.instrument, &new.instrument);
        if old.instrument == new.instrument {
            changes.changed(&subject, "number", &number(old), &number(new));
            diff_distributions(&subject, old.distribution.as_ref(), new.distribution.as_ref(), changes);
        }
        diff_uses(&subject, &old.attributes, &new.attributes, changes);
        changes.common(&subject, &of_metric(old), &of_metric(new));
    }
}

fn of_metric(metric: &MetricDef) -> Common<'_> {
    Common { brief: &metric.brief, stability: metric.stability, is_deprecated: metric.deprecated.is_some() }
}

/// The number of a metric, said or not.
fn number(metric: &MetricDef) -> Number {
    metric.number.unwrap_or(match metric.instrument {
        MetricInstrument::Counter => Number::U64,
        MetricInstrument::UpDownCounter => Number::I64,
        MetricInstrument::Gauge | MetricInstrument::Histogram => Number::F64,
    })
}

fn diff_distributions(
    subject: &str,
    old: Option<&Distribution>,
    new: Option<&Distribution>,
    changes: &mut Changes<'_>,
) {
    match (old.unwrap_or(&Distribution::Adaptive), new.unwrap_or(&Distribution::Adaptive)) {
        (old, new) if old == new => {}
        (Distribution::Bounds(old), Distribution::Bounds(new)) => {
            let gone: Vec<String> =
                old.iter().filter(|bound| !new.contains(bound)).map(f64::to_string).collect();
            if gone.is_empty() {
                changes.compatible(subject, "buckets divided further");
            } else {
                changes.breaking(subject, format!("buckets up to `{}` removed", gone.join("`, `")));
            }
        }
        (Distribution::Range { .. }, Distribution::Range { .. }) => {
            changes.compatible(subject, "range changed");
        }
        (old, new) => changes.changed(subject, "distribution", old.word(), new.word()),
    }
}

pub(super) fn diff_events(old: &[&EventDef], new: &[&EventDef], changes: &mut Changes<'_>) {
    let pairs = pair(old, new);
    comings_and_goings(&pairs, changes);
    for (old, new) in pairs.kept {
        let subject = subject(old);
        if old.severity != new.severity {
            changes.compatible(&subject, "severity changed");
        }
        diff_uses(&subject, &old.attributes, &new.attributes, changes);
        changes.common(&subject, &of_event(old), &of_event(new));
    }
}

fn of_event(event: &EventDef) -> Common<'_> {
    Common { brief: &event.brief, stability: event.stability, is_deprecated: event.deprecated.is_some() }
}

pub(super) fn diff_spans(old: &[&SpanDef], new: &[&SpanDef], changes: &mut Changes<'_>) {
    let pairs = pair(old, new);
    comings_and_goings(&pairs, changes);
    for (old, new) in pairs.kept {
        let subject = subject(old);
        changes.changed(&subject, "kind", &old.kind, &new.kind);
        changes.changed(&subject, "name", &old.name, &new.name);
        diff_uses(&subject, &old.attributes, &new.attributes, changes);
        changes.common(&subject, &of_span(old), &of_span(new));
    }
}

fn of_span(span: &SpanDef) -> Common<'_> {
    Common { brief: &span.brief, stability: span.stability, is_deprecated: span.deprecated.is_some() }
}
