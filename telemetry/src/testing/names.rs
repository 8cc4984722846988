//! Whether a test asks for something that can be there.

use std::collections::BTreeSet;

use telemetry_schema::nearest;

use crate::{Collected, MetricsDescriptor, linked};

/// Panics if nothing declares this metric with these attributes.
#[track_caller]
pub(super) fn check_metric(collected: &Collected, metric: &str, attributes: &[(&str, &str)]) {
    let sets = sets(collected);
    let metrics: BTreeSet<&str> = sets.iter().flat_map(|set| set.fields).map(|field| field.name).collect();
    check("metric", &metrics, metric);
    let with_it = sets.iter().filter(|set| set.fields.iter().any(|field| field.name == metric));
    let keys: BTreeSet<&str> =
        with_it.flat_map(|set| set.attribute_fields()).map(|field| field.key).collect();
    for (key, _) in attributes {
        check(&format!("attribute of `{metric}`"), &keys, key);
    }
}

/// What is linked, and what is registered without being so.
fn sets(collected: &Collected) -> Vec<&'static MetricsDescriptor> {
    let mut sets = linked::metric_sets();
    sets.extend(collected.sets().map(|set| set.descriptor()));
    sets
}

/// The events that the program may emit.
pub(super) fn events() -> BTreeSet<&'static str> {
    linked::events().iter().map(|event| event.name).collect()
}

/// The spans that the program may start.
pub(super) fn spans() -> BTreeSet<&'static str> {
    linked::spans().iter().map(|span| span.name).collect()
}

/// Where the one of a name is among those recorded.
#[track_caller]
pub(super) fn place_of(
    what: &str,
    declared: &BTreeSet<&'static str>,
    name: &str,
    recorded: &[&str],
) -> usize {
    let mut places = (0..recorded.len()).filter(|place| recorded[*place] == name);
    match (places.next(), places.count()) {
        (Some(place), 0) => place,
        (Some(_), more) => panic!("there are {} of the {what} `{name}`", more + 1),
        (None, _) => {
            check(what, declared, name);
            panic!("there is no {what} `{name}`, only {recorded:?}");
        }
    }
}

#[track_caller]
fn check(what: &str, known: &BTreeSet<&str>, name: &str) {
    if known.contains(name) {
        return;
    }
    let known: Vec<&str> = known.iter().copied().collect();
    match nearest(name, &known) {
        Some(near) => panic!("no {what} `{name}` is declared, did you mean `{near}`?"),
        None => panic!("no {what} `{name}` is declared, known are {known:?}"),
    }
}
