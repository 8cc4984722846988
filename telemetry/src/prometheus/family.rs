//! Which metrics share a Prometheus family, and which cannot be exported because their name is taken.

use std::collections::HashMap;

use telemetry_schema::{prometheus_family, prometheus_series};

use crate::descriptor::{MetricsDescriptor, MetricsField};

/// A metric name with every declaration of it. Declarations share a family if they agree on name and kind; the format
/// wants their series together.
#[derive(Debug)]
pub(super) struct Family {
    pub(super) name: String,
    pub(super) unit: Option<String>,
    pub(super) field: &'static MetricsField,
    /// Place among the declarations, and of the field in it.
    pub(super) members: Vec<(usize, usize)>,
}

/// A metric that is left out, because a scrape with both would be unreadable.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clash {
    pub(crate) set: &'static MetricsDescriptor,
    pub(crate) metric: &'static MetricsField,
    /// Whose name it would have.
    pub(crate) first: &'static MetricsField,
}

/// The metrics left out of an export of these declarations; the first in order is in.
pub(crate) fn clashes(declarations: &[&'static MetricsDescriptor]) -> Vec<Clash> {
    let mut families = Families::default();
    declarations.iter().enumerate().for_each(|(index, set)| families.add(index, set));
    families.clashes
}

/// The families of declarations, in their order.
pub(super) fn families(declarations: impl Iterator<Item = &'static MetricsDescriptor>) -> Vec<Family> {
    let mut families = Families::default();
    declarations.enumerate().for_each(|(index, set)| families.add(index, set));
    families.all
}

#[derive(Default)]
struct Families {
    all: Vec<Family>,
    /// Every name that a family takes, with its place.
    taken: HashMap<String, usize>,
    clashes: Vec<Clash>,
}

impl Families {
    fn add(&mut self, declaration: usize, set: &'static MetricsDescriptor) {
        for (index, field) in set.fields.iter().enumerate() {
            let instrument = field.kind.instrument();
            let (name, unit) = prometheus_family(field.name, field.unit, instrument);
            let series = prometheus_series(&name, instrument);
            match series.iter().find_map(|name| self.taken.get(name).copied()) {
                Some(at) if self.all[at].is_of(field) => self.all[at].members.push((declaration, index)),
                Some(at) => self.clashes.push(Clash { set, metric: field, first: self.all[at].field }),
                None => {
                    self.taken.extend(series.into_iter().map(|series| (series, self.all.len())));
                    self.all.push(Family { name, unit, field, members: vec![(declaration, index)] });
                }
            }
        }
    }
}

impl Family {
    fn is_of(&self, field: &MetricsField) -> bool {
        (self.field.name, self.field.kind, self.field.unit) == (field.name, field.kind, field.unit)
    }
}
