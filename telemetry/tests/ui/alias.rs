//! An instrument behind an alias, and a declaration without further imports.

type Latency = telemetry::Histogram;

/// Requests.
#[telemetry::metric_set(name = "app.http")]
struct App {
    /// Time to answer.
    #[metric(unit = "s", range = "1ms..1min")]
    latency: Latency,
    /// Size of an answer; a type is what it is, not what its alias is called.
    #[metric(unit = "By")]
    size: mine::Counter,
}

mod mine {
    pub type Counter = telemetry::Histogram;
}

/// Names of a user that the macros might have as well.
const EVENT: &str = "e";
const KEY: &str = "k";
#[allow(non_upper_case_globals)]
const problem: u8 = 1;
#[allow(non_upper_case_globals)]
const cells: u8 = 1;

fn main() {
    telemetry::otel_info!("app.names", event = EVENT, key = KEY, problem = problem, cells = cells);
    let set: telemetry::Set<App> = telemetry::Telemetry::default().worker().register(());
    set.latency.record(0.1);
    set.size.record(512.0);
    telemetry::otel_info!("app.started", process.pid = 1, error.type = ?None::<()>);
}
