//! An instrument behind an alias, and a declaration without further imports.

type Latency = telemetry::Histogram;

/// Requests.
#[telemetry::metric_set(name = "app.http")]
struct App {
    /// Time to answer.
    #[metric(unit = "s", range = "1ms..1min")]
    latency: Latency,
}

fn main() {
    let set: telemetry::Set<App> = telemetry::Telemetry::default().worker().register(());
    set.latency.record(0.1);
    telemetry::otel_info!("app.started", process.pid = 1, error.type = ?None::<()>);
}
