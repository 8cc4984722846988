//! An instrument behind an alias, and a declaration without further imports.

type Latency = telemetry::Histogram;

/// Requests.
#[telemetry::metric_set(name = "app.http")]
struct App {
    /// Time to answer.
    #[metric(unit = "s", range = "1ms..1min")]
    latency: Latency,
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
    telemetry::otel_info!("app.started", process.pid = 1, error.type = ?None::<()>);
}
