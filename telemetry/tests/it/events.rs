//! Events arrive as they were written, or cost nothing.

use std::cell::Cell;
use std::net::SocketAddr;

use telemetry::logs::{self, Capture, Level, LogConfig, Provider};
use telemetry::{otel_debug, otel_error, otel_info, otel_warn};

use crate::process::Process;

#[test]
fn events_go_to_the_provider_if_their_level_is_enabled() {
    let evaluated = Cell::new(0);
    let count = || {
        evaluated.set(evaluated.get() + 1);
        evaluated.get()
    };
    let process = Process::with(LogConfig { level: Level::Info, provider: Provider::Noop });
    otel_error!("test.noop", call.count = count());

    let capture = Capture::new();
    logs::init(LogConfig { level: Level::Info, provider: Provider::Capture(capture.clone()) });
    let address: SocketAddr = "127.0.0.1:8080".parse().expect("it is an address");
    otel_debug!("test.level.disabled", call.count = count());
    otel_info!("test.server.ready", server.address = address.ip(), server.port = address.port(),);
    otel_warn!("test.forms", error.type = ?Some(1), name = %"plain", call.count = count());
    otel_error!("test.bare");

    let names: Vec<_> = capture.events().iter().map(|event| (event.level, event.name)).collect();
    let expected =
        [(Level::Info, "test.server.ready"), (Level::Warn, "test.forms"), (Level::Error, "test.bare")];
    assert_eq!(names, expected);
    assert_eq!(evaluated.get(), 1, "what is disabled evaluates nothing");

    let ready = &capture.named("test.server.ready")[0];
    assert_eq!(ready.target, "it");
    assert_eq!(ready.field("server.address"), Some("127.0.0.1"));
    assert_eq!(ready.field("server.port"), Some("8080"));
    assert_eq!(capture.named("test.forms")[0].field("error.type"), Some("Some(1)"));

    drop(process);
    assert!(!logs::enabled(Level::Error));
    otel_error!("test.after.noop");
    assert_eq!(capture.events().len(), 3);
}
