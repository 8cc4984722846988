//! Instruments behind aliases, and declarations without further imports.

type Count = telemetry::Counter<u64>;
type Time = telemetry::Counter<f64>;
type Balance = telemetry::UpDownCounter<i64>;
type Level = telemetry::UpDownCounter<f64>;
type Last<T> = telemetry::Gauge<T>;
type Observed<T> = telemetry::ObserveCounter<T>;
type ObservedBalance<T> = telemetry::ObserveUpDownCounter<T>;
type Extremes = telemetry::Mmsc;
type Latency = telemetry::Histogram;
type Text = &'static str;
type Inner = Route;
type What = Outcome;

/// One of every kind.
#[telemetry::metric_set(name = "app.http", attributes = Attributes, varying = What)]
struct App {
    /// A count.
    #[metric(unit = "{item}")]
    count: Count,
    /// A time.
    #[metric(unit = "s")]
    time: Time,
    /// A balance.
    #[metric(unit = "{item}")]
    balance: Balance,
    /// A level.
    #[metric(unit = "{item}")]
    level: Level,
    /// The last value.
    #[metric(unit = "{item}")]
    last: Last<u64>,
    /// The last value.
    #[metric(unit = "{item}")]
    last_signed: Last<i64>,
    /// The last value.
    #[metric(unit = "{item}")]
    last_fraction: Last<f64>,
    /// Observed.
    #[metric(unit = "{item}")]
    observed: Observed<u64>,
    /// Observed.
    #[metric(unit = "s")]
    observed_time: Observed<f64>,
    /// Observed.
    #[metric(unit = "{item}")]
    observed_balance: ObservedBalance<i64>,
    /// Observed.
    #[metric(unit = "{item}")]
    observed_level: ObservedBalance<f64>,
    /// Extremes.
    #[metric(unit = "By")]
    extremes: Extremes,
    /// Time to answer.
    #[metric(unit = "s", range = "1ms..1min", exemplars)]
    latency: Latency,
    /// Size of an answer; a type is what it is, not what its alias is called.
    #[metric(unit = "By")]
    size: mine::Counter,
}

mod mine {
    pub type Counter = telemetry::Histogram;
}

/// Which request.
#[telemetry::attribute_set(name = "app.request")]
struct Attributes {
    #[attribute(flatten)]
    route: Inner,
    /// Method.
    method: Text,
}

/// Which route.
#[telemetry::attribute_set(name = "app.route")]
struct Route {
    /// Template.
    template: Text,
}

/// What happened; the discriminants are the user's own.
#[derive(telemetry::AttributeValue, Clone, Copy)]
#[attribute(key = "app.outcome")]
enum Outcome {
    Kept = 7,
    Dropped = -3,
}

/// Names of a user that the macros might have as well.
const EVENT: &str = "e";
const KEY: &str = "k";
const PARTS: u8 = 1;
const ALL: u8 = 1;
const DESCRIPTOR: u8 = 1;
#[allow(non_upper_case_globals)]
const problem: u8 = 1;
#[allow(non_upper_case_globals)]
const cells: u8 = 1;
#[allow(non_upper_case_globals)]
const values: u8 = 1;

fn main() {
    let all = PARTS + ALL + DESCRIPTOR + values;
    telemetry::otel_info!("app.names", event = EVENT, key = KEY, problem = problem, cells = cells, all = all);
    let attributes = Attributes { route: Route { template: "/" }, method: "GET" };
    let telemetry = telemetry::Telemetry::default();
    let sets: telemetry::Set<App> = telemetry.worker().register(attributes);
    let set = sets.with(Outcome::Dropped);
    set.count.inc();
    set.time.add(0.5);
    set.balance.add(-1);
    set.level.add(-0.5);
    set.last.set(1);
    set.last_signed.set(-1);
    set.last_fraction.set(0.5);
    set.observed.observe(1);
    set.observed_time.observe(0.5);
    set.observed_balance.observe(-1);
    set.observed_level.observe(-0.5);
    set.extremes.record(1.0);
    set.latency.record(0.1);
    set.size.record(512.0);
    let key = [("app.route.template", "/"), ("app.request.method", "GET"), ("app.outcome", "dropped")];
    assert_eq!(telemetry.collect().sum("app.http.count", &key), 1);
    telemetry::otel_info!("app.started", process.pid = 1, error.type = ?None::<()>);
}
