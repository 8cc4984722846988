//! Whatever the order of counting, flushing, collecting and dropping, the totals are those of a plain sum.

use proptest::prelude::*;
use telemetry::{Set, Telemetry, TelemetryOptions, Worker};

use crate::declarations::{HttpServerMetrics, route};

const ROUTES: [&str; 2] = ["/a", "/b"];

/// One step of one of two workers.
#[derive(Debug, Clone, Copy)]
enum Step {
    Count { worker: usize, route: usize, n: u64 },
    Record { worker: usize, route: usize, millis: u32 },
    Replace { worker: usize, route: usize },
    Flush { worker: usize },
    Collect,
}

struct Owner {
    worker: Worker,
    sets: [Set<HttpServerMetrics>; 2],
}

impl Owner {
    fn new(telemetry: &Telemetry) -> Self {
        let worker = telemetry.worker();
        let sets = ROUTES.map(|path| worker.register(route(path)));
        Self { worker, sets }
    }
}

/// What a plain program would have counted.
#[derive(Debug, Default, PartialEq)]
struct Model {
    requests: [u64; 2],
    durations: [u64; 2],
}

impl Model {
    fn of(telemetry: &Telemetry) -> Self {
        let collected = telemetry.collect();
        let sums = |metric| ROUTES.map(|route| collected.sum(metric, &[("http.route", route)]));
        let [requests, durations] =
            ["edge.http.server.requests", "edge.http.server.request_duration"].map(sums);
        Self { requests, durations }
    }
}

fn step() -> impl Strategy<Value = Step> {
    let (worker, route) = (0..2_usize, 0..2_usize);
    prop_oneof![
        4 => (worker.clone(), route.clone(), 0..9_u64).prop_map(|(worker, route, n)| Step::Count { worker, route, n }),
        4 => (worker.clone(), route.clone(), 1..99_u32)
            .prop_map(|(worker, route, millis)| Step::Record { worker, route, millis }),
        2 => (worker.clone(), route).prop_map(|(worker, route)| Step::Replace { worker, route }),
        4 => worker.prop_map(|worker| Step::Flush { worker }),
        1 => Just(Step::Collect),
    ]
}

fn take(step: Step, telemetry: &Telemetry, owners: &mut [Owner; 2], model: &mut Model) {
    match step {
        Step::Count { worker, route, n } => {
            owners[worker].sets[route].requests.add(n);
            model.requests[route] += n;
        }
        Step::Record { worker, route, millis } => {
            owners[worker].sets[route].request_duration.record(f64::from(millis) / 1000.0);
            model.durations[route] += 1;
        }
        Step::Replace { worker, route: at } => {
            let owner = &mut owners[worker];
            owner.sets[at] = owner.worker.register(route(ROUTES[at]));
        }
        Step::Flush { worker } => owners[worker].worker.flush(),
        Step::Collect => assert_eq!(&Model::of(telemetry), model),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_schedule_adds_up(steps in proptest::collection::vec(step(), 0..60), queue in 1..4_usize) {
        let telemetry = Telemetry::new(TelemetryOptions { queue_batches_max: queue, ..TelemetryOptions::default() });
        let mut owners = [Owner::new(&telemetry), Owner::new(&telemetry)];
        let mut model = Model::default();
        for step in steps {
            take(step, &telemetry, &mut owners, &mut model);
        }
        drop(owners);
        prop_assert_eq!(Model::of(&telemetry), model);
    }
}
