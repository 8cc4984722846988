//! Whose an event is, and who is kept from emitting.

use std::thread;

use telemetry::logs::{
    Aspect, Capture, InternalProvider, Level, LogSetup, Provider, Providers, aspect, is_suppressed, suppress,
};
use telemetry::{Telemetry, otel_info};

use crate::process::Process;

fn names(capture: &Capture) -> Vec<&'static str> {
    capture.events().iter().map(|event| event.name).collect()
}

#[test]
fn each_aspect_has_its_provider() {
    let captures: [Capture; 4] = Default::default();
    let [engine, global, admin, internal] = captures.each_ref();
    let providers = Providers {
        engine: Provider::Capture(engine.clone()),
        global: Some(Provider::Capture(global.clone())),
        admin: Some(Provider::Capture(admin.clone())),
        internal: InternalProvider::Capture(internal.clone()),
    };
    let _process = Process::with(LogSetup::new(Level::Info, providers));
    otel_info!("scope.global");
    {
        let _engine = aspect(Aspect::Engine);
        otel_info!("scope.engine");
        {
            let _admin = aspect(Aspect::Admin);
            otel_info!("scope.admin");
            thread::scope(|scope| {
                scope.spawn(|| otel_info!("scope.thread"));
            });
            fail_within_the_sdk();
        }
        otel_info!("scope.engine.again");
    }
    otel_info!("scope.global.again");
    assert_eq!(names(engine), ["scope.engine", "scope.engine.again"]);
    assert_eq!(names(global), ["scope.global", "scope.thread", "scope.global.again"]);
    assert_eq!(names(admin), ["scope.admin"]);
    assert_eq!(names(internal), ["telemetry.observation.failed"]);
}

fn fail_within_the_sdk() {
    let telemetry = Telemetry::default();
    let _observation = telemetry.observe((), |watched: &Watched| {
        watched.items.observe(1);
        panic!("an observer that fails")
    });
    telemetry.collect();
}

/// What an observer counts.
#[telemetry::metric_set(name = "scope.watched")]
pub(crate) struct Watched {
    /// Nothing.
    #[metric(unit = "{item}")]
    pub(crate) items: telemetry::ObserveCounter,
}

#[test]
fn an_aspect_without_a_provider_has_the_engines() {
    let mut process =
        Process::with(LogSetup { per_second: None, ..LogSetup::new(Level::Info, Provider::Its) });
    let _admin = aspect(Aspect::Admin);
    otel_info!("scope.shared");
    assert_eq!(process.take_names(), ["scope.shared"]);
}

#[test]
fn who_is_suppressed_emits_nothing_until_the_last_guard_is_dropped() {
    let mut process = Process::with_its();
    let outer = suppress();
    otel_info!("scope.suppressed");
    let inner = suppress();
    drop(outer);
    assert!(is_suppressed());
    otel_info!("scope.suppressed");
    thread::scope(|scope| {
        scope.spawn(|| otel_info!("scope.other.thread"));
    });
    drop(inner);
    assert!(!is_suppressed());
    otel_info!("scope.free");
    let mut names = process.take_names();
    names.sort();
    assert_eq!(names, ["scope.free", "scope.other.thread"]);
}
