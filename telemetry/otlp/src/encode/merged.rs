//! Sets that are declared more than once: a metric of several declarations is one metric, and what is equal in it is one
//! point, because OTLP has one writer per series. Rare, so it may cost.

use std::collections::BTreeMap;
use std::time::SystemTime;

use telemetry::{CollectedGroup, CollectedSet, MetricsField, Value};

use super::attributes::{self, Rendered};
use super::data::Data;
use super::metrics::{is_zero, metric, write_point};
use super::point::Times;
use super::wire::{LARGE, message_if_any};

/// The metrics of declarations that share a name.
pub(super) fn scope_metrics(out: &mut Vec<u8>, times: &Times, groups: &[CollectedGroup<'_>]) -> usize {
    let Some(first) = groups.first() else { return 0 };
    message_if_any::<LARGE>(out, 2, |out| {
        attributes::scope(out, first.descriptor().name);
        let mut count = 0;
        for (at, group) in groups.iter().enumerate() {
            for field in group.descriptor().fields {
                // With the first declaration that has it come all others.
                if !groups[..at].iter().any(|before| place(before, field).is_some()) {
                    count +=
                        metric(out, times, field, |out, data| points(out, times, &groups[at..], field, data));
                }
            }
        }
        count
    })
}

/// Where a declaration has this very metric.
fn place(group: &CollectedGroup<'_>, field: &MetricsField) -> Option<usize> {
    let is_same = |other: &MetricsField| {
        (other.name, other.unit, other.kind) == (field.name, field.unit, field.kind)
            && Data::of(other) == Data::of(field)
    };
    group.descriptor().fields.iter().position(is_same)
}

/// A point, and a series that has its attributes.
struct Row<'a> {
    set: CollectedSet<'a>,
    start: SystemTime,
    value: Value<'a>,
}

fn points(
    out: &mut Vec<u8>,
    times: &Times,
    groups: &[CollectedGroup<'_>],
    field: &MetricsField,
    data: Data,
) -> usize {
    let mut rows: BTreeMap<&[u8], Row<'_>> = BTreeMap::new();
    for group in groups {
        let Some(index) = place(group, field) else { continue };
        for set in group.sets() {
            let (start, value) = (data.start(&set), set.value_at(index));
            rows.entry(Rendered::of(&set).of_number())
                .and_modify(|row| {
                    row.value.merge(&value);
                    row.start = row.start.min(start);
                })
                .or_insert(Row { set, start, value: value.clone() });
        }
    }
    let leaves_out_zeros = data.leaves_out_zeros(times.temporality);
    rows.retain(|_, row| !(leaves_out_zeros && is_zero(&row.value)));
    for row in rows.values() {
        write_point(out, times.of(row.start), &row.set, &row.value);
    }
    rows.len()
}
