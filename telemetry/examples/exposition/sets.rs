//! The declarations: every instrument, every kind of attribute, every way to divide a histogram.

use std::sync::Arc;

use telemetry::{
    AttributeValue, Counter, Gauge, Histogram, Mmsc, ObserveCounter, ObserveUpDownCounter, Open,
    UpDownCounter, attribute_set, metric_set,
};

/// Where a shop is.
#[attribute_set(name = "exposition.place")]
pub(crate) struct PlaceAttributes {
    /// Its name, as a person wrote it.
    pub(crate) name: Arc<str>,
    /// Its floor.
    pub(crate) floor: i64,
}

/// One till of a shop.
#[attribute_set(name = "exposition.till")]
pub(crate) struct TillAttributes {
    #[attribute(flatten)]
    pub(crate) place: PlaceAttributes,
    /// Whether it is open.
    pub(crate) is_open: bool,
    /// Its share of what is sold.
    pub(crate) share: f64,
}

/// Every instrument that is written to.
#[metric_set(name = "exposition.till", attributes = TillAttributes)]
pub(crate) struct TillMetrics {
    /// Orders; a "quoted" word, a back\slash and a \n that is none.
    #[metric(unit = "{order}")]
    pub(crate) orders: Counter<u64>,
    /// What was sold.
    #[metric(unit = "g")]
    pub(crate) sold: Counter<f64>,
    /// People in the queue.
    #[metric(unit = "{person}")]
    pub(crate) queue: UpDownCounter<i64>,
    /// What is owed to the till.
    #[metric(unit = "g")]
    pub(crate) owed: UpDownCounter<f64>,
    /// Paper left.
    #[metric(unit = "By")]
    pub(crate) paper: Gauge<u64>,
    /// Temperature inside.
    #[metric(unit = "Cel")]
    pub(crate) inside: Gauge<i64>,
    /// How full the drawer is.
    #[metric(unit = "1")]
    pub(crate) drawer: Gauge<f64>,
    /// How long people waited.
    #[metric(unit = "s")]
    pub(crate) wait: Mmsc,
    /// By how much the change was wrong, either way.
    #[metric(unit = "By/s")]
    pub(crate) wrong: Mmsc,
}

/// One of more customers than may become series.
#[attribute_set(name = "exposition.customer")]
pub(crate) struct CustomerAttributes {
    /// Who they say they are.
    pub(crate) id: Open<3>,
}

/// Every way to divide a distribution.
#[metric_set(name = "exposition.customer", attributes = CustomerAttributes)]
pub(crate) struct CustomerMetrics {
    /// Over a declared range.
    #[metric(unit = "s", range = "1ms..8s", exemplars)]
    pub(crate) ranged: Histogram,
    /// By explicit bounds.
    #[metric(unit = "s", buckets = [0, 0.005, 0.25, 1, 2.5, 1000000], exemplars)]
    pub(crate) bounded: Histogram,
    /// Adapting to its values.
    #[metric(unit = "s", exemplars)]
    pub(crate) adapting: Histogram,
    /// Adapting to all magnitudes that there are.
    #[metric(unit = "{thing}")]
    pub(crate) anything: Histogram,
    /// Of which there was never a value.
    #[metric(unit = "s")]
    pub(crate) nothing: Histogram,
}

/// What came of an order.
#[derive(AttributeValue, Clone, Copy)]
#[attribute(key = "exposition.outcome")]
pub(crate) enum Outcome {
    /// It was paid for.
    Paid,
    /// It was not.
    #[attribute(value = "not paid")]
    Unpaid,
}

/// How it was paid for.
#[derive(AttributeValue, Clone, Copy)]
#[attribute(key = "exposition.means")]
pub(crate) enum Means {
    /// Coins and notes.
    Cash,
    /// A card.
    Card,
}

/// What varies per recording.
#[metric_set(name = "exposition.payments", varying = (Outcome, Means))]
pub(crate) struct PaymentMetrics {
    /// Attempts to pay.
    #[metric(unit = "{attempt}")]
    pub(crate) attempts: Counter<u64>,
    /// How long they took.
    #[metric(unit = "s", buckets = [1, 10, 100])]
    pub(crate) duration: Histogram,
}

/// Every instrument that is observed.
#[metric_set(name = "exposition.observed")]
pub(crate) struct ObservedMetrics {
    /// Pages read.
    #[metric(unit = "{page}")]
    pub(crate) pages: ObserveCounter<u64>,
    /// Time spent.
    #[metric(unit = "s")]
    pub(crate) time: ObserveCounter<f64>,
    /// Files open.
    #[metric(unit = "{file}")]
    pub(crate) files: ObserveUpDownCounter<i64>,
    /// Height above the sea.
    #[metric(unit = "m")]
    pub(crate) height: ObserveUpDownCounter<f64>,
}

/// Which way.
#[attribute_set(name = "exposition.front")]
pub(crate) struct FrontAttributes {
    /// Which way.
    #[attribute(key = "exposition.way")]
    pub(crate) way: &'static str,
}

/// Metrics that two sets declare: one family each.
#[metric_set(name = "exposition.front", attributes = FrontAttributes)]
pub(crate) struct FrontMetrics {
    /// Visits, whichever door.
    #[metric(unit = "{visit}", name = "exposition.visits")]
    pub(crate) visits: Counter<u64>,
    /// How long they lasted.
    #[metric(unit = "s", name = "exposition.stay")]
    pub(crate) stay: Histogram,
    /// How deep in thought.
    #[metric(unit = "s", name = "exposition.depth", buckets = [2, 5])]
    pub(crate) depth: Histogram,
}

/// Which way, and whether in the dark.
#[attribute_set(name = "exposition.back")]
pub(crate) struct BackAttributes {
    /// What there is to see by; nothing, for Prometheus, is no label.
    pub(crate) light: &'static str,
    /// Which way.
    #[attribute(key = "exposition.way")]
    pub(crate) way: &'static str,
}

/// The other set.
#[metric_set(name = "exposition.back", attributes = BackAttributes)]
pub(crate) struct BackMetrics {
    /// Visits, whichever door.
    #[metric(unit = "{visit}", name = "exposition.visits")]
    pub(crate) visits: Counter<u64>,
    /// How long they lasted.
    #[metric(unit = "s", name = "exposition.stay")]
    pub(crate) stay: Histogram,
    /// How deep in thought.
    #[metric(unit = "s", name = "exposition.depth", range = "1s..60s")]
    pub(crate) depth: Histogram,
}

/// What grows while it is watched.
#[metric_set(name = "exposition")]
pub(crate) struct ScrapeMetrics {
    /// Scrapes answered.
    #[metric(unit = "{scrape}")]
    pub(crate) scrapes: Counter<u64>,
}
