//! Events of libraries, emitted through `tracing` and `log`.

use std::cell::Cell;
use std::fmt;
use std::sync::OnceLock;

use telemetry::logs::{
    self, Aspect, Capture, DropReason, FacadeTaken, FieldValue, Filter, Level, LibraryEvents, LogSetup,
    Provider, Providers, aspect, dropped_by, suppress,
};

use crate::process::Process;

/// Takes both facades, once.
fn install() {
    static INSTALLED: OnceLock<Result<(), FacadeTaken>> = OnceLock::new();
    assert_eq!(*INSTALLED.get_or_init(LibraryEvents::install), Ok(()));
}

fn capturing(directives: &str) -> (Process, Capture) {
    install();
    let capture = Capture::new();
    let filter: Filter = directives.parse().expect("they are directives");
    (Process::with(LogSetup::new(filter, Provider::Capture(capture.clone()))), capture)
}

fn messages(capture: &Capture) -> Vec<String> {
    let messages = capture.events().into_iter().filter_map(|event| event.message).collect();
    capture.clear();
    messages
}

#[test]
fn fields_keep_their_type_and_the_message_is_apart() {
    install();
    let mut process = Process::with_its();
    let error = std::io::Error::other("it broke");
    tracing::warn!(
        target: "lib::io",
        text = "words",
        int = -1,
        large = u64::MAX,
        huge = u128::MAX,
        double = 0.5,
        truth = true,
        shown = %"plain",
        debugged = ?Some(1),
        error = &error as &dyn std::error::Error,
        nothing = tracing::field::Empty,
        "read {} bytes",
        7
    );
    let taken = process.take();
    let log = taken.logs().find(|log| log.target() == "lib::io").expect("it was recorded");
    let expected = [
        ("text", FieldValue::Text("words")),
        ("int", FieldValue::Int(-1)),
        ("large", FieldValue::Text("18446744073709551615")),
        ("huge", FieldValue::Text("340282366920938463463374607431768211455")),
        ("double", FieldValue::Double(0.5)),
        ("truth", FieldValue::Bool(true)),
        ("shown", FieldValue::Text("plain")),
        ("debugged", FieldValue::Text("Some(1)")),
        ("error", FieldValue::Text("it broke")),
    ];
    assert_eq!(log.fields().collect::<Vec<_>>(), expected);
    assert_eq!((log.name(), log.level(), log.message()), ("", Level::Warn, Some("read 7 bytes")));
}

#[test]
fn a_name_that_a_library_gave_is_kept() {
    let (_process, capture) = capturing("info");
    tracing::info!(name: "lib.io.served", target: "lib", size = 1);
    let served = capture.named("lib.io.served");
    assert_eq!((served[0].message.as_deref(), served[0].field("size")), (None, Some("1")));
}

fn speak(evaluated: &Cell<u32>) {
    let count = || evaluated.replace(evaluated.get() + 1);
    tracing::trace!(target: "lib::codec", count = count(), "trace");
    tracing::debug!(target: "lib::codec", count = count(), "debug");
    tracing::info!(target: "other", count = count(), "info");
    log::debug!(target: "lib::log", "log debug");
    log::error!(target: "other::log", "log {}", "error");
}

#[test]
fn directives_select_by_target_and_can_change() {
    let (_process, capture) = capturing("off");
    for (directives, expected, evaluated) in [
        ("off", vec![], 0),
        ("info", vec!["info", "log error"], 1),
        ("lib=debug", vec!["debug", "log debug"], 1),
        ("error,lib::codec=trace", vec!["trace", "debug", "log error"], 2),
        ("trace,lib=off", vec!["info", "log error"], 1),
        ("trace", vec!["trace", "debug", "info", "log debug", "log error"], 3),
    ] {
        let filter: Filter = directives.parse().expect("they are directives");
        logs::init(LogSetup::new(filter, Provider::Capture(capture.clone())));
        let count = Cell::new(0);
        speak(&count);
        assert_eq!(messages(&capture), expected, "{directives}");
        assert_eq!(count.get(), evaluated, "what is disabled evaluates nothing: {directives}");
    }
}

#[test]
fn records_of_log_keep_target_and_level() {
    let (_process, capture) = capturing("debug");
    log::warn!(target: "lib::tls", "certificate of {}", "somebody");
    let events = capture.events();
    assert_eq!((events[0].target, events[0].level, events[0].name), ("lib::tls", Level::Warn, ""));
    assert_eq!(events[0].message.as_deref(), Some("certificate of somebody"));
    assert!(log::log_enabled!(target: "lib::tls", log::Level::Debug));
    assert!(!log::log_enabled!(target: "lib::tls", log::Level::Trace));
}

#[test]
fn who_is_suppressed_hears_nothing_of_libraries() {
    let (_process, capture) = capturing("info");
    let guard = suppress();
    tracing::error!(target: "lib", "suppressed");
    log::error!(target: "lib", "suppressed");
    drop(guard);
    tracing::error!(target: "lib", "heard");
    assert_eq!(messages(&capture), ["heard"]);
}

#[test]
fn libraries_are_of_the_aspect_of_their_thread_and_those_of_providers_are_internal() {
    install();
    let [engine, admin, internal] = [(); 3].map(|()| Capture::new());
    let providers = Providers {
        admin: Some(Provider::Capture(admin.clone())),
        internal: logs::InternalProvider::Capture(internal.clone()),
        ..Provider::Capture(engine.clone()).into()
    };
    let _process = Process::with(LogSetup::new(Level::Info, providers));
    tracing::info!(target: "lib", "engine");
    let _admin = aspect(Aspect::Admin);
    tracing::info!(target: "lib", "admin");
    tracing::info!(target: "opentelemetry_sdk", "internal");
    log::info!(target: "telemetry_otlp", "internal");
    assert_eq!(messages(&engine), ["engine"]);
    assert_eq!(messages(&admin), ["admin"]);
    assert_eq!(messages(&internal), ["internal"; 2]);
}

#[test]
fn a_call_site_of_a_library_has_a_limit_too() {
    install();
    let setup = LogSetup { per_second: Some(5), ..LogSetup::new(Level::Info, Provider::Its) };
    let mut process = Process::with(setup);
    let count = || dropped_by(DropReason::RateLimited, Level::Error);
    let before = count();
    for _ in 0..100 {
        tracing::error!(target: "lib", "flood");
        log::error!(target: "lib", "flood");
    }
    let arrived = process.take().logs().filter(|log| log.target() == "lib").count() as u64;
    assert_eq!(arrived + count() - before, 200);
    assert!(arrived < 100, "{arrived}");
}

/// Emits an event while it is shown.
struct Talkative;

impl fmt::Debug for Talkative {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        tracing::info!(target: "lib", inner = ?Some("value"), "inner");
        f.write_str("talked")
    }
}

#[test]
fn an_event_within_an_event_disturbs_neither() {
    let (_process, capture) = capturing("info");
    tracing::info!(target: "lib", before = ?1, talk = ?Talkative, after = ?2, "outer");
    let events = capture.events();
    assert_eq!(messages(&capture), ["inner", "outer"]);
    let fields: Vec<&str> = events[1].fields.iter().map(|(_, value)| value.as_str()).collect();
    assert_eq!(fields, ["1", "talked", "2"]);
}

#[test]
fn spans_of_libraries_are_not_recorded() {
    let (_process, capture) = capturing("trace");
    let span = tracing::info_span!(target: "lib", "work");
    assert!(span.is_disabled());
    span.in_scope(|| tracing::info!(target: "lib", "within"));
    assert_eq!(messages(&capture), ["within"]);
}

#[test]
fn who_comes_second_is_told_which_facade_is_taken() {
    install();
    let taken = LibraryEvents::install().expect_err("both are taken");
    assert_eq!(taken.to_string(), "events of `tracing` and `log` go elsewhere already in this process");
}
