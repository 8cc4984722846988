//! Reading metrics, events and spans.

use super::attribute::uses;
use super::node::{Fields, Node};
use super::{annotation, deprecated, stability};
use crate::registry::annotation as key;
use crate::registry::signal::{Distribution, EventDef, MetricDef, SpanDef};
use crate::registry::word::{MetricInstrument, SpanKind};

/// What every signal can say.
const COMMON: [&str; 8] = [
    "brief",
    "note",
    "stability",
    "deprecated",
    "annotations",
    "attributes",
    "entity_associations",
    "requirement_level",
];

fn signal<'a>(node: Node<'a>, own: &[&str]) -> Fields<'a> {
    let known: Vec<&str> = own.iter().copied().chain(COMMON).collect();
    node.fields(&known)
}

pub(super) fn metric(node: Node<'_>) -> MetricDef {
    let fields = signal(node, &["name", "instrument", "unit"]);
    let known = [key::NUMBER, key::OBSERVED, key::DISTRIBUTION, key::RANGE, key::BUCKETS, key::EXEMPLARS];
    let own = annotation(&fields, &known);
    let own = own.as_ref();
    let instrument = fields.required("instrument").and_then(|node| node.word());
    MetricDef {
        name: fields.text("name"),
        brief: fields.text("brief"),
        note: fields.optional_text("note"),
        instrument: instrument.unwrap_or(MetricInstrument::Gauge),
        unit: fields.text("unit"),
        stability: stability(&fields),
        deprecated: deprecated(&fields),
        attributes: uses(&fields),
        number: own.and_then(|own| own.word(key::NUMBER)),
        observed: own.is_some_and(|own| own.flag(key::OBSERVED)),
        distribution: own.and_then(distribution),
        exemplars: own.is_some_and(|own| own.flag(key::EXEMPLARS)),
    }
}

fn distribution(own: &Fields<'_>) -> Option<Distribution> {
    let given: Vec<Node<'_>> =
        [key::DISTRIBUTION, key::RANGE, key::BUCKETS].into_iter().filter_map(|key| own.get(key)).collect();
    if given.len() > 1 {
        own.problem("write one of `distribution`, `range` and `buckets`");
    }
    let numbers = |key| own.list(key, |node| node.double().unwrap_or_default());
    if let Some(range) = own.get(key::RANGE) {
        let [low, high] = numbers(key::RANGE)[..] else {
            range.problem("a range has two numbers: `[low, high]`");
            return None;
        };
        return Some(Distribution::Range { low, high });
    }
    if own.get(key::BUCKETS).is_some() {
        return Some(Distribution::Bounds(numbers(key::BUCKETS)));
    }
    let node = own.get(key::DISTRIBUTION)?;
    match node.text()?.as_str() {
        key::ADAPTIVE => Some(Distribution::Adaptive),
        key::MMSC => Some(Distribution::Mmsc),
        other => {
            node.problem(super::node::unknown_word(other, &[key::ADAPTIVE, key::MMSC]));
            None
        }
    }
}

pub(super) fn event(node: Node<'_>) -> EventDef {
    let fields = signal(node, &["name"]);
    let own = annotation(&fields, &[key::SEVERITY, key::TARGET]);
    let own = own.as_ref();
    EventDef {
        name: fields.text("name"),
        brief: fields.text("brief"),
        note: fields.optional_text("note"),
        stability: stability(&fields),
        deprecated: deprecated(&fields),
        attributes: uses(&fields),
        severity: own.and_then(|own| own.word(key::SEVERITY)),
        target: own.and_then(|own| own.optional_text(key::TARGET)),
    }
}

pub(super) fn span(node: Node<'_>) -> SpanDef {
    let fields = signal(node, &["type", "kind", "name"]);
    let own = annotation(&fields, &[key::TARGET]);
    let name = fields.required("name").map(|node| node.fields(&["note"]));
    SpanDef {
        id: fields.text("type"),
        kind: fields.required("kind").and_then(|node| node.word()).unwrap_or(SpanKind::Internal),
        name: name.map(|name| name.text("note")).unwrap_or_default(),
        brief: fields.text("brief"),
        note: fields.optional_text("note"),
        stability: stability(&fields),
        deprecated: deprecated(&fields),
        attributes: uses(&fields),
        target: own.and_then(|own| own.optional_text(key::TARGET)),
    }
}
