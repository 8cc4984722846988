//! What is recorded, and noted in the journal at the same time.

use std::thread;

use telemetry::trace::{SpanContext, SpanId, TraceId};
use telemetry::{Histogram, MetricSet, Observation, Set, Telemetry, Worker};

use crate::journal::{Journal, Series};
use crate::sets::{
    BackAttributes, BackMetrics, CustomerAttributes, CustomerMetrics, FrontAttributes, FrontMetrics, Means,
    ObservedMetrics, Outcome, PaymentMetrics, PlaceAttributes, TillAttributes, TillMetrics,
};

/// Names of places, as people write them.
const PLACES: [&str; 4] = ["main", "a \"b\" \\ c\n\\n d", "Zürich ☕ {x=\"y\"} # 1", ""];
/// Values of each long distribution.
const VALUES: usize = 2000;
/// Every so many values are measured in a sampled span.
const SAMPLED_EVERY: usize = 50;

/// What must live as long as it is to be exported.
pub(crate) struct Recorded {
    _tills: Vec<Set<TillMetrics>>,
    _observation: Observation,
}

pub(crate) fn record(telemetry: &Telemetry, worker: &Worker, journal: &mut Journal) -> Recorded {
    let mut tills: Vec<_> =
        PLACES.iter().zip(1..).map(|(place, number)| till(worker, journal, place, number)).collect();
    tills.extend([extreme_till(worker, journal), idle_till(worker, journal)]);
    for unseen in ["telemetry.pipeline.deferrals", "telemetry.pipeline.clashes"] {
        journal.series(unseen, &[]);
    }
    customers(worker, journal);
    payments(worker, journal);
    visits(telemetry, worker, journal);
    Recorded { _tills: tills, _observation: observed(telemetry, journal) }
}

/// A till of a shop, and its labels as Prometheus is to have them.
fn register_till<'a>(worker: &Worker, name: &'a str) -> (Set<TillMetrics>, [(&'static str, &'a str); 4]) {
    let place = PlaceAttributes { name: name.into(), floor: -1 };
    let set = worker.register(TillAttributes { place, is_open: true, share: 0.25 });
    let labels = [
        ("exposition.place.name", name),
        ("exposition.place.floor", "-1"),
        ("exposition.till.is_open", "true"),
        ("exposition.till.share", "0.25"),
    ];
    (set, labels)
}

fn till(worker: &Worker, journal: &mut Journal, name: &str, number: i32) -> Set<TillMetrics> {
    let (till, labels) = register_till(worker, name);
    let tenth = f64::from(number) / 10.0;
    for n in [1, 39, number.unsigned_abs().into()] {
        till.orders.add(n);
        journal.series("exposition.till.orders", &labels).record(n);
        till.sold.add(tenth);
        journal.series("exposition.till.sold", &labels).record(tenth);
        till.queue.add(-i64::from(number));
        journal.series("exposition.till.queue", &labels).record(-number);
        till.owed.add(-tenth);
        journal.series("exposition.till.owed", &labels).record(-tenth);
        till.wait.record(tenth * n as f64);
        journal.series("exposition.till.wait", &labels).record(tenth * n as f64);
        till.wrong.record(2.0 - n as f64);
        journal.series("exposition.till.wrong", &labels).record(2.0 - n as f64);
    }
    till.paper.set(4096);
    journal.series("exposition.till.paper", &labels).record(4096);
    till.inside.set(-i64::from(number));
    journal.series("exposition.till.inside", &labels).record(-number);
    till.drawer.set(tenth);
    journal.series("exposition.till.drawer", &labels).record(tenth);
    till
}

/// The largest numbers there are, sums that would be larger, and what is no number.
fn extreme_till(worker: &Worker, journal: &mut Journal) -> Set<TillMetrics> {
    let (till, labels) = register_till(worker, "extreme");
    for n in [u64::MAX - 5, 5] {
        register_till(worker, "extreme").0.orders.add(n);
        journal.series("exposition.till.orders", &labels).record(n);
    }
    // Another set for each: what one adds up to stays a number, and so does both together.
    for sum in [1.5e308, 1e308] {
        register_till(worker, "extreme").0.sold.add(sum);
        journal.series("exposition.till.sold", &labels).record(sum);
    }
    till.queue.add(i64::MIN);
    journal.series("exposition.till.queue", &labels).record(i64::MIN);
    till.owed.add(-5e-324);
    journal.series("exposition.till.owed", &labels).record(-5e-324);
    till.paper.set(u64::MAX);
    journal.series("exposition.till.paper", &labels).record(u64::MAX);
    till.inside.set(i64::MIN);
    journal.series("exposition.till.inside", &labels).record(i64::MIN);
    till.drawer.set(1e-7);
    journal.series("exposition.till.drawer", &labels).record(1e-7);
    till.wait.record(5e-324);
    journal.series("exposition.till.wait", &labels).record(5e-324);
    till.wrong.record(-1e308);
    journal.series("exposition.till.wrong", &labels).record(-1e308);
    for wrong in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        till.drawer.set(wrong);
        till.sold.add(wrong);
        till.owed.add(wrong);
        till.wait.record(wrong);
    }
    till.sold.add(-1.0);
    // Those thirteen, and the sum above that would have been too large.
    journal.series("telemetry.pipeline.rejected", &[]).record(14);
    till
}

/// Registered, and nothing ever happened: it is exported all the same.
fn idle_till(worker: &Worker, journal: &mut Journal) -> Set<TillMetrics> {
    let (till, labels) = register_till(worker, "idle");
    for field in TillMetrics::DESCRIPTOR.fields {
        journal.series(field.name, &labels);
    }
    till
}

/// The first three may be told apart, the others may not; the second of them has nothing recorded.
fn customers(worker: &Worker, journal: &mut Journal) {
    let mut random = fastrand::Rng::with_seed(7);
    for (id, shown, values) in
        [("a", "a", VALUES), ("b", "b", 0), ("ç", "ç", 100), ("d", "_OTHER", 10), ("e", "_OTHER", 10)]
    {
        let set: Set<CustomerMetrics> = worker.register(CustomerAttributes { id: id.into() });
        let labels = [("exposition.customer.id", shown)];
        let mut one = |histogram: &Histogram, metric, values: &[f64]| {
            distribute(histogram, journal.series(metric, &labels), values);
        };
        let random: Vec<f64> = (0..values).map(|_| magnitude(random.f64())).collect();
        // Bounds belong to the bucket below them. The first is sampled, and zero is of no magnitude.
        let special = if values > 0 { &[0.001, 0.0, 0.25, 0.5, 1.0, 2.5, 4.0, 1e6][..] } else { &[] };
        let ordinary = [&random[..], special].concat();
        one(&set.ranged, "exposition.customer.ranged", &ordinary);
        one(&set.bounded, "exposition.customer.bounded", &ordinary);
        one(&set.adapting, "exposition.customer.adapting", &random);
        let extremes = if values > 0 { &[0.0, 5e-324, 1e-300, 1.0, 1e300][..] } else { &[] };
        one(&set.anything, "exposition.customer.anything", extremes);
        one(&set.nothing, "exposition.customer.nothing", &[]);
    }
    journal.series("telemetry.attributes.overflows", &[]).record(2);
}

/// From 0 to 1 to from 1 ms to 4 s, each magnitude as likely as any other.
fn magnitude(share: f64) -> f64 {
    0.001 * 4000_f64.powf(share)
}

fn distribute(histogram: &Histogram, series: &mut Series, values: &[f64]) {
    for (index, value) in values.iter().enumerate() {
        if index % SAMPLED_EVERY == 0 {
            let span = span(index as u64);
            histogram.record_in(&span, *value);
            series.record_in(&span, *value);
        } else {
            histogram.record(*value);
            series.record(*value);
        }
    }
}

fn span(number: u64) -> SpanContext {
    let mut trace_id = TraceId([0xab; 16]);
    trace_id.0[..8].copy_from_slice(&number.to_be_bytes());
    SpanContext { trace_id, span_id: SpanId((number + 1).to_be_bytes()), is_sampled: true }
}

/// One combination is never counted, and therefore no series.
fn payments(worker: &Worker, journal: &mut Journal) {
    let set: Set<PaymentMetrics> = worker.register(());
    let combinations = [
        (Outcome::Paid, "paid", Means::Cash, "cash", 3),
        (Outcome::Paid, "paid", Means::Card, "card", 20),
        (Outcome::Unpaid, "not paid", Means::Card, "card", 1),
    ];
    for (outcome, outcome_shown, means, means_shown, attempts) in combinations {
        let labels = [("exposition.outcome", outcome_shown), ("exposition.means", means_shown)];
        let varied = set.with((outcome, means));
        for n in 0..attempts {
            varied.attempts.inc();
            journal.series("exposition.payments.attempts", &labels).record(1);
            varied.duration.record(f64::from(n * n));
            journal.series("exposition.payments.duration", &labels).record(n * n);
        }
    }
}

/// Of two declarations, on two threads, one of which has ended; without light both are one series.
fn visits(telemetry: &Telemetry, worker: &Worker, journal: &mut Journal) {
    let [front, up]: [Set<FrontMetrics>; 2] =
        ["in", "up"].map(|way| worker.register(FrontAttributes { way }));
    front.visits.add(7);
    front.stay.record(3.0);
    // Each declaration divides depths in its own way; where both are one series that is one of the ways.
    up.depth.record(3.0);
    let in_the_back = telemetry.worker();
    let counted = thread::spawn(move || {
        for light in ["", "lamp"] {
            let back: Set<BackMetrics> = in_the_back.register(BackAttributes { light, way: "in" });
            back.visits.add(5);
            back.stay.record(100.0);
            back.depth.record(3.0);
        }
    });
    counted.join().expect("counting does not panic");
    let (dark, upstairs) = ([("exposition.way", "in")], [("exposition.way", "up")]);
    let lit = [("exposition.way", "in"), ("exposition.back.light", "lamp")];
    for (metric, labels, values) in [
        ("exposition.visits", &dark[..], &[7, 5][..]),
        ("exposition.visits", &lit, &[5]),
        ("exposition.visits", &upstairs, &[]),
        ("exposition.stay", &dark, &[3, 100]),
        ("exposition.stay", &lit, &[100]),
        ("exposition.stay", &upstairs, &[]),
        ("exposition.depth", &dark, &[3]),
        ("exposition.depth", &lit, &[3]),
        ("exposition.depth", &upstairs, &[3]),
    ] {
        let series = journal.series(metric, labels);
        for value in values {
            series.record(*value);
        }
    }
}

fn observed(telemetry: &Telemetry, journal: &mut Journal) -> Observation {
    journal.series("exposition.observed.pages", &[]).record(12);
    journal.series("exposition.observed.time", &[]).record(1.25);
    journal.series("exposition.observed.files", &[]).record(-3);
    journal.series("exposition.observed.height", &[]).record(-0.5);
    telemetry.observe::<ObservedMetrics>((), |set| {
        set.pages.observe(12);
        set.time.observe(1.25);
        set.files.observe(-3);
        set.height.observe(-0.5);
    })
}
