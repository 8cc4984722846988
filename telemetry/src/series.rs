//! Series: a metric set with its attribute values, whichever workers write to it.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use std::ops::Deref;
use std::sync::{Arc, OnceLock, PoisonError, atomic};
use std::time::SystemTime;

use crate::attributes::Scalar;
use crate::collected::order_of_declarations;
use crate::descriptor::{AttributeKind, MetricsDescriptor};
use crate::prometheus;
use crate::sync::{AtomicU64, Mutex, MutexGuard};

/// What an attribute shows whose values are too many.
const OVERFLOW: &str = "_OTHER";

/// What all set instances of equal declaration and attributes have in common.
#[derive(Debug)]
pub(crate) struct Series {
    /// Place in the registry.
    pub(crate) index: usize,
    /// Where its cells start among those of all series.
    pub(crate) offset: usize,
    /// How many cells it has.
    pub(crate) cells: usize,
    pub(crate) descriptor: &'static MetricsDescriptor,
    pub(crate) attributes: Vec<Scalar>,
    /// `key="value",...` as Prometheus shows it, rendered once.
    pub(crate) labels: Box<str>,
    /// Before anything was counted: when it was registered, or of what is a series only since it was counted, the last
    /// time that nothing had been.
    pub(crate) created: SystemTime,
    /// The attributes as an exporter wants them, rendered once.
    pub(crate) rendered: OnceLock<Box<[u8]>>,
    /// Cloned by whoever may still write to it.
    pub(crate) uses: Arc<()>,
}

impl Series {
    /// The range of its cells among those of all series.
    pub(crate) fn range(&self) -> std::ops::Range<usize> {
        self.offset..self.offset + self.cells
    }
}

/// All series of a pipeline.
#[derive(Debug, Default)]
pub(crate) struct SeriesRegistry {
    state: Mutex<State>,
    overflows: AtomicU64,
}

/// Every series in the order of export, as it was at one moment.
pub(crate) type Order = Arc<Ordered>;

/// A list of series, and what is written about them once.
#[derive(Debug, Default)]
pub(crate) struct Ordered {
    series: Box<[Arc<Series>]>,
    /// How Prometheus shows them; made by the first scrape.
    pub(crate) plan: OnceLock<prometheus::Plan>,
}

impl Ordered {
    /// Whether a series is among them.
    pub(crate) fn has(&self, series: &Arc<Series>) -> bool {
        let place = self.series.binary_search_by(|other| order_of_export(other, series));
        place.is_ok_and(|place| Arc::ptr_eq(&self.series[place], series))
    }
}

impl Deref for Ordered {
    type Target = [Arc<Series>];

    fn deref(&self) -> &Self::Target {
        &self.series
    }
}

#[derive(Debug, Default)]
struct State {
    by_index: Vec<Option<Arc<Series>>>,
    by_identity: HashMap<(Identity, Box<str>), usize>,
    /// How many cells all series have together, those between them included.
    cells: usize,
    /// What is no series by then was not counted before.
    settled: Settled,
    /// Cells and indexes of series that expired.
    free: BTreeMap<usize, Vec<(usize, usize)>>,
    /// The different values of each attribute whose values are bounded, with how many series have them.
    open: HashMap<(Identity, usize), HashMap<Box<str>, usize>>,
    order: Option<Order>,
}

/// When everything was last added up, or at first when nothing was registered yet.
#[derive(Debug)]
struct Settled(SystemTime);

impl Default for Settled {
    fn default() -> Self {
        Self(SystemTime::now())
    }
}

/// The address of a descriptor: each declaration has one descriptor, in a `static`.
type Identity = usize;

impl SeriesRegistry {
    /// The series of these attributes, new if there was none, with a token that says that it is used.
    pub(crate) fn resolve(
        &self,
        descriptor: &'static MetricsDescriptor,
        mut attributes: Vec<Scalar>,
    ) -> (Arc<Series>, Arc<()>) {
        let mut state = self.lock();
        self.overflows.fetch_add(state.bound(descriptor, &mut attributes), atomic::Ordering::Relaxed);
        let labels = prometheus::labels(descriptor.attribute_fields(), &attributes).into();
        let series = state.resolve(descriptor, attributes, labels);
        // Under the lock, so that it cannot expire in between.
        let token = Arc::clone(&series.uses);
        (series, token)
    }

    /// Everything that was counted before `time` has been added up.
    pub(crate) fn settled(&self, time: SystemTime) {
        self.lock().settled = Settled(time);
    }

    /// Every series in the order of export.
    pub(crate) fn order(&self) -> Order {
        let mut state = self.lock();
        let state = &mut *state;
        Arc::clone(state.order.get_or_insert_with(|| sorted(&state.by_index)))
    }

    /// How many cells all series have together, and a look at every series.
    pub(crate) fn learn(&self, mut each: impl FnMut(usize, &Arc<Series>)) -> usize {
        let state = self.lock();
        state.by_index.iter().flatten().for_each(|series| each(series.index, series));
        state.cells
    }

    /// Forgets the series that nobody uses and that `is_expired`.
    pub(crate) fn expire(&self, mut is_expired: impl FnMut(&Series) -> bool) -> Vec<Arc<Series>> {
        let mut state = self.lock();
        let mut unused = |series: &Arc<Series>| Arc::strong_count(&series.uses) == 1 && is_expired(series);
        let expired: Vec<_> =
            state.by_index.iter().flatten().filter(|series| unused(series)).cloned().collect();
        for series in &expired {
            state.forget(series);
        }
        expired
    }

    /// Registrations with a value too many of an attribute whose values are bounded.
    pub(crate) fn overflows(&self) -> u64 {
        self.overflows.load(atomic::Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Replaces the values that are too many; how many there were.
    fn bound(&mut self, descriptor: &'static MetricsDescriptor, attributes: &mut [Scalar]) -> u64 {
        let mut replaced = 0;
        for (place, (field, value)) in descriptor.attribute_fields().zip(attributes).enumerate() {
            let AttributeKind::Open { max } = field.kind else { continue };
            let seen = self.open.entry((identity(descriptor), place)).or_default();
            let text = value.to_text();
            // Whoever says so himself takes no place of a value.
            if text == OVERFLOW || seen.contains_key(&*text) {
                continue;
            }
            if seen.len() < max {
                // Counted with its series, which is made under the same lock.
                seen.insert(text.into(), 0);
            } else {
                drop(text);
                *value = Scalar::Word(OVERFLOW);
                replaced += 1;
            }
        }
        replaced
    }

    fn resolve(
        &mut self,
        descriptor: &'static MetricsDescriptor,
        attributes: Vec<Scalar>,
        labels: Box<str>,
    ) -> Arc<Series> {
        let key = (identity(descriptor), labels.clone());
        if let Some(series) = self.by_identity.get(&key).and_then(|index| self.by_index[*index].as_ref()) {
            return Arc::clone(series);
        }
        // A combination has been counted when it becomes a series.
        let created = if descriptor.varying.is_empty() { SystemTime::now() } else { self.settled.0 };
        let cells = descriptor.cells();
        let (index, offset) = self.place(cells);
        let series = Arc::new(Series {
            index,
            offset,
            cells,
            descriptor,
            attributes,
            labels,
            created,
            rendered: OnceLock::new(),
            uses: Arc::default(),
        });
        self.by_index[index] = Some(Arc::clone(&series));
        self.by_identity.insert(key, index);
        self.order = None;
        self.open_values(&series, |seen, value| {
            if let Some(having) = seen.get_mut(value) {
                *having += 1;
            }
        });
        series
    }

    /// An index and cells for a new series, those of an expired one of its size if there are any.
    fn place(&mut self, cells: usize) -> (usize, usize) {
        if let Some(place) = self.free.get_mut(&cells).and_then(Vec::pop) {
            return place;
        }
        let place = (self.by_index.len(), self.cells);
        self.by_index.push(None);
        self.cells += cells;
        place
    }

    fn forget(&mut self, series: &Series) {
        self.by_index[series.index] = None;
        self.by_identity.remove(&(identity(series.descriptor), series.labels.clone()));
        self.free.entry(series.cells).or_default().push((series.index, series.offset));
        self.order = None;
        // Values that no series has any more make room for others.
        self.open_values(series, |seen, value| {
            if let Some(having) = seen.get_mut(value) {
                *having -= 1;
                if *having == 0 {
                    seen.remove(value);
                }
            }
        });
    }

    /// Calls `each` for every bounded attribute of a series, with all its values and that of the series. One look each,
    /// however many series there are.
    fn open_values(&mut self, series: &Series, mut each: impl FnMut(&mut HashMap<Box<str>, usize>, &str)) {
        for (place, field) in series.descriptor.attribute_fields().enumerate() {
            let AttributeKind::Open { .. } = field.kind else { continue };
            if let Some(seen) = self.open.get_mut(&(identity(series.descriptor), place)) {
                each(seen, &series.attributes[place].to_text());
            }
        }
    }
}

fn identity(descriptor: &'static MetricsDescriptor) -> Identity {
    std::ptr::from_ref(descriptor).addr()
}

fn sorted(series: &[Option<Arc<Series>>]) -> Order {
    let mut order: Vec<_> = series.iter().flatten().cloned().collect();
    order.sort_by(|a, b| order_of_export(a, b));
    Arc::new(Ordered { series: order.into(), plan: OnceLock::new() })
}

/// No two series of one moment are equal in it.
fn order_of_export(a: &Series, b: &Series) -> Ordering {
    order_of_declarations(a.descriptor, b.descriptor).then_with(|| a.labels.cmp(&b.labels))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attributes::AttributeSet;
    use crate::{Counter, MetricSet, Open, attribute_set, metric_set};

    const TENANTS: usize = 5000;

    /// Which tenant.
    #[attribute_set(name = "test.tenant")]
    struct Tenant {
        /// Id of the tenant.
        id: Open<5000>,
        /// Where it is.
        region: Open<2>,
    }

    /// What tenants do.
    #[metric_set(name = "test.tenant", attributes = Tenant)]
    struct Tenants {
        /// Requests received.
        #[metric(unit = "{request}")]
        #[expect(dead_code, reason = "only its series are looked at")]
        requests: Counter<u64>,
    }

    fn resolve(registry: &SeriesRegistry, id: &str, region: &str) -> Arc<()> {
        let attributes = Tenant { id: id.into(), region: region.into() };
        registry.resolve(Tenants::DESCRIPTOR, attributes.values()).1
    }

    /// Each value of an attribute with how many series have it.
    fn values(registry: &SeriesRegistry, place: usize) -> BTreeMap<String, usize> {
        let state = registry.lock();
        let open = state.open.get(&(identity(Tenants::DESCRIPTOR), place));
        open.into_iter().flatten().map(|(value, having)| (value.to_string(), *having)).collect()
    }

    #[test]
    fn values_leave_with_the_last_series_that_has_them_however_many_there_are() {
        let registry = SeriesRegistry::default();
        for _ in 0..2 {
            let kept = resolve(&registry, "kept", "eu");
            for id in 0..TENANTS - 1 {
                resolve(&registry, &id.to_string(), ["eu", "us"][id % 2]);
            }
            assert_eq!(values(&registry, 0).len(), TENANTS);
            assert_eq!(
                values(&registry, 1),
                [("eu".into(), TENANTS / 2 + 1), ("us".into(), TENANTS / 2 - 1)].into()
            );
            assert_eq!(registry.expire(|_| true).len(), TENANTS - 1);
            assert_eq!(values(&registry, 0), [("kept".into(), 1)].into());
            assert_eq!(values(&registry, 1), [("eu".into(), 1)].into());
            drop(kept);
            registry.expire(|_| true);
            assert!(values(&registry, 0).is_empty() && values(&registry, 1).is_empty());
        }
        assert_eq!(registry.overflows(), 0);
    }

    #[test]
    fn what_stands_for_too_many_values_is_none_of_them() {
        let registry = SeriesRegistry::default();
        let _series = ["eu", OVERFLOW, "us", "asia"].map(|region| resolve(&registry, "a", region));
        assert_eq!(values(&registry, 1), [("eu".into(), 1), ("us".into(), 1)].into());
        assert_eq!(registry.overflows(), 1);
        assert_eq!(registry.order().len(), 3);
    }
}
