//! The directives of `RUST_LOG`, at work and malformed.

use telemetry::logs::{self, Capture, Filter, Level, LogSetup, Provider};

use crate::process::Process;

mod loud {
    pub(crate) fn speak() {
        telemetry::otel_debug!("filter.loud");
    }
}

mod quiet {
    pub(crate) fn speak() {
        telemetry::otel_info!("filter.quiet");
        telemetry::otel_error!("filter.quiet.failed");
    }
}

fn heard(capture: &Capture) -> Vec<&'static str> {
    loud::speak();
    quiet::speak();
    telemetry::otel_info!("filter.own");
    let names = capture.events().iter().map(|event| event.name).collect();
    capture.clear();
    names
}

#[test]
fn directives_select_by_module_and_can_change() {
    let capture = Capture::new();
    let _process = Process::with(LogSetup::new(Level::Error, Provider::Capture(capture.clone())));
    for (directives, expected) in [
        ("error", vec!["filter.quiet.failed"]),
        ("debug", vec!["filter.loud", "filter.quiet", "filter.quiet.failed", "filter.own"]),
        ("info,it::filters::quiet=error", vec!["filter.quiet.failed", "filter.own"]),
        ("it::filters::loud=debug", vec!["filter.loud"]),
        ("it=info,it::filters::quiet=off,it::filters::loud", vec!["filter.loud", "filter.own"]),
        ("off", vec![]),
    ] {
        let filter: Filter = directives.parse().expect("they are directives");
        logs::init(LogSetup::new(filter, Provider::Capture(capture.clone())));
        assert_eq!(heard(&capture), expected, "{directives}");
    }
}

#[test]
fn a_level_that_no_directive_has_is_disabled_as_a_whole() {
    let filter: Filter = "warn,it=info".parse().expect("they are directives");
    let _process = Process::with(LogSetup::new(filter, Provider::Its));
    assert!(!logs::enabled(Level::Debug));
    assert!(logs::enabled(Level::Info));
}

#[test]
fn malformed_directives_say_what_would_be_right() {
    for (directives, expected) in [
        ("", "no directive at all: write a level, such as `info`"),
        ("it=loud", "`it=loud`: unknown log level `loud`, known are trace, debug, info, warn, error, off"),
        ("it[span]=info", "`it[span]=info`: spans and fields cannot be selected, write `target=level`"),
        ("info/text", "`info/text`: messages cannot be searched, write `target=level`"),
        ("=info", "`=info`: `` is no target, write one such as `edge_proxy` or `edge::worker`"),
    ] {
        let problems = directives.parse::<Filter>().expect_err("it is malformed");
        assert_eq!(problems.to_string(), expected);
    }
    let problems = "it=loud,info,a b".parse::<Filter>().expect_err("two parts are malformed");
    assert_eq!(problems.0.len(), 2, "{problems}");
}
