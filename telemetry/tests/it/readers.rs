//! Each exporter has a cursor of its own.

use telemetry::{
    Mmsc, MmscValue, Set, Telemetry, TelemetryOptions, Temporality, Topology, Value, metric_set,
};

use crate::declarations::{HttpServerMetrics, KindMetrics, route};

const REQUESTS: &str = "edge.http.server.requests";
const DURATION: &str = "edge.http.server.request_duration";

/// Sizes of batches.
#[metric_set(name = "edge.batches")]
struct BatchMetrics {
    /// Records in a batch.
    #[metric(unit = "{record}")]
    records: Mmsc,
}

#[test]
fn changes_come_once_and_totals_every_time() {
    let telemetry = Telemetry::default();
    let set: Set<HttpServerMetrics> = telemetry.worker().register(route("/"));
    let mut changes = telemetry.reader(Temporality::Delta);
    let mut totals = telemetry.reader(Temporality::Cumulative);
    for round in 1..4_u64 {
        set.requests.add(round);
        set.request_duration.record(0.25);
        assert_eq!(changes.collect().sum(REQUESTS, &[]), round);
        assert_eq!(changes.collected().sum(DURATION, &[]), 1);
        changes.delivered();
        assert_eq!(totals.collect().sum(REQUESTS, &[]), (1..=round).sum::<u64>());
        assert_eq!(totals.collected().sum(DURATION, &[]), round);
        totals.delivered();
    }
    assert_eq!(changes.collect().sum(REQUESTS, &[]), 0);
}

#[test]
fn what_was_not_delivered_is_in_the_next_collection() {
    let telemetry = Telemetry::default();
    let set: Set<HttpServerMetrics> = telemetry.worker().register(route("/"));
    let mut reader = telemetry.reader(Temporality::Delta);
    for expected in 1..4 {
        set.requests.inc();
        assert_eq!(reader.collect().sum(REQUESTS, &[]), expected);
    }
    reader.delivered();
    set.requests.inc();
    assert_eq!(reader.collect().sum(REQUESTS, &[]), 1);
}

#[test]
fn readers_do_not_disturb_each_other() {
    let telemetry = Telemetry::default();
    let set: Set<HttpServerMetrics> = telemetry.worker().register(route("/"));
    let mut often = telemetry.reader(Temporality::Delta);
    let mut seldom = telemetry.reader(Temporality::Delta);
    for _ in 0..10 {
        set.requests.inc();
        assert_eq!(often.collect().sum(REQUESTS, &[]), 1);
        often.delivered();
    }
    assert_eq!(seldom.collect().sum(REQUESTS, &[]), 10);
    assert_eq!(telemetry.collect().sum(REQUESTS, &[]), 10);
}

fn mmsc(value: Option<Value<'_>>) -> MmscValue {
    match value {
        Some(Value::Mmsc(mmsc)) => mmsc,
        other => panic!("{other:?} is no Mmsc"),
    }
}

#[test]
fn extremes_are_those_of_the_interval_and_those_of_all_time() {
    let telemetry = Telemetry::default();
    let set: Set<BatchMetrics> = telemetry.worker().register(());
    let mut reader = telemetry.reader(Temporality::Delta);
    let mut interval = |deliver: bool| {
        let collected = reader.collect();
        let value = mmsc(collected.sets().find_map(|set| set.value("edge.batches.records")));
        if deliver {
            reader.delivered();
        }
        value
    };
    for value in [5.0, -1.0, 3.0] {
        set.records.record(value);
    }
    assert_eq!(interval(true), MmscValue { min: -1.0, max: 5.0, sum: 7.0, count: 3 });
    set.records.record(2.0);
    assert_eq!(interval(false), MmscValue { min: 2.0, max: 2.0, sum: 2.0, count: 1 });
    set.records.record(4.0);
    assert_eq!(interval(true), MmscValue { min: 2.0, max: 4.0, sum: 6.0, count: 2 });
    assert_eq!(interval(true).count, 0);
    let collected = telemetry.collect();
    let total = mmsc(collected.sets().find_map(|set| set.value("edge.batches.records")));
    assert_eq!(total, MmscValue { min: -1.0, max: 5.0, sum: 13.0, count: 5 });
}

#[test]
fn what_is_counted_on_several_nodes_is_one_series() {
    let topology = Topology::new([vec![0, 1], vec![2, 3], vec![4]]);
    let telemetry = Telemetry::new(TelemetryOptions { topology, ..TelemetryOptions::default() });
    let workers: Vec<_> = (0..3).map(|node| telemetry.worker_on(node)).collect();
    assert_eq!(workers.iter().map(telemetry::Worker::node).collect::<Vec<_>>(), [0, 1, 2]);
    let http: Vec<Set<HttpServerMetrics>> =
        workers.iter().map(|worker| worker.register(route("/"))).collect();
    let kinds: Vec<Set<KindMetrics>> = workers.iter().map(|worker| worker.register(())).collect();
    let batches: Vec<Set<BatchMetrics>> = workers.iter().map(|worker| worker.register(())).collect();
    let mut reader = telemetry.reader(Temporality::Delta);
    for round in 1..=2_u64 {
        for (node, worker) in workers.iter().enumerate() {
            let n = 10_u64.pow(node as u32);
            http[node].requests.add(n);
            http[node].active_requests.add(-(n as i64));
            http[node].request_duration.record(0.25);
            kinds[node].cpu.add(n as f64);
            kinds[node].memory.set(n * round);
            batches[node].records.record(n as f64);
            worker.flush();
        }
        let collected = telemetry.collect();
        assert_eq!(collected.sum(REQUESTS, &[]), 111 * round);
        assert!(
            (collected.value("edge.http.server.active_requests", &[]) + 111.0 * round as f64).abs() < 1e-9
        );
        assert_eq!(collected.sum(DURATION, &[]), 3 * round);
        assert!((collected.value("edge.cpu.time", &[]) - 111.0 * round as f64).abs() < 1e-9);
        assert_eq!(collected.sum("edge.memory", &[]), 111 * round);
        let extremes = mmsc(collected.sets().find_map(|set| set.value("edge.batches.records")));
        assert_eq!((extremes.min, extremes.max), (1.0, 100.0));
        assert_eq!(reader.collect().sum(REQUESTS, &[]), 111);
        assert_eq!(reader.collected().sum("edge.memory", &[]), 111 * round);
        let active = reader.collected().value("edge.http.server.active_requests", &[]);
        assert!((active + 111.0 * round as f64).abs() < 1e-9, "what goes up and down stays a total");
        reader.delivered();
    }
}
