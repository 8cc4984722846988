//! Series: a metric set with its attribute values, whichever workers write to it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::attributes::Scalar;
use crate::descriptor::MetricsDescriptor;
use crate::prometheus;

/// What all set instances of equal declaration and attributes have in common; lives as long as the pipeline.
#[derive(Debug)]
pub(crate) struct Series {
    /// Place in the registry and in the totals of every aggregator.
    pub(crate) index: usize,
    pub(crate) descriptor: &'static MetricsDescriptor,
    pub(crate) attributes: Vec<Scalar>,
    /// `key="value",...` as Prometheus shows it, rendered once.
    pub(crate) labels: Box<str>,
}

/// All series of a pipeline; they are only ever added.
#[derive(Debug, Default)]
pub(crate) struct SeriesRegistry {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    all: Vec<Arc<Series>>,
    by_identity: HashMap<(Identity, Box<str>), usize>,
}

/// The address of a descriptor: each declaration has one descriptor, in a `static`.
type Identity = usize;

impl SeriesRegistry {
    /// The series of these attributes, new if there was none.
    pub(crate) fn resolve(
        &self,
        descriptor: &'static MetricsDescriptor,
        attributes: Vec<Scalar>,
    ) -> Arc<Series> {
        let labels: Box<str> = prometheus::labels(descriptor.attributes, &attributes).into();
        let mut state = self.lock();
        let key = (std::ptr::from_ref(descriptor).addr(), labels.clone());
        if let Some(index) = state.by_identity.get(&key) {
            return Arc::clone(&state.all[*index]);
        }
        let index = state.all.len();
        let series = Arc::new(Series { index, descriptor, attributes, labels });
        state.all.push(Arc::clone(&series));
        state.by_identity.insert(key, index);
        series
    }

    /// Appends to `known` the series added since.
    pub(crate) fn catch_up(&self, known: &mut Vec<Arc<Series>>) {
        let state = self.lock();
        known.extend(state.all[known.len()..].iter().cloned());
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
