//! Events of `tracing`.

use tracing_core::span::{Attributes, Id, Record};
use tracing_core::subscriber::Interest;
use tracing_core::{Event, LevelFilter, Metadata, Subscriber};

use super::super::{Level, emit, goes_anywhere, is_suppressed, site};
use super::{LibraryEvents, fields, least, sites};

impl Subscriber for LibraryEvents {
    /// Asked again after every change of the providers or the filter.
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        let is_enabled =
            metadata.is_event() && sites::of_callsite(metadata, level(*metadata.level())).is_enabled();
        if is_enabled { Interest::always() } else { Interest::never() }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let (level, target) = (level(*metadata.level()), metadata.target());
        metadata.is_event() && goes_anywhere(level, target, site::is_internal(target))
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(least().map_or(LevelFilter::OFF, level_filter))
    }

    /// Before its values are looked at.
    fn event_enabled(&self, _event: &Event<'_>) -> bool {
        !is_suppressed()
    }

    fn event(&self, event: &Event<'_>) {
        let metadata = event.metadata();
        let site = sites::of_callsite(metadata, level(*metadata.level()));
        if site.is_enabled() {
            fields::with(event, |message, fields| emit(site, message, fields));
        }
    }

    /// Spans are never enabled; whoever asks for one all the same gets one that nobody looks at.
    fn new_span(&self, _span: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _span: &Id, _values: &Record<'_>) {}

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}

    fn enter(&self, _span: &Id) {}

    fn exit(&self, _span: &Id) {}
}

fn level(level: tracing_core::Level) -> Level {
    match level {
        tracing_core::Level::TRACE => Level::Trace,
        tracing_core::Level::DEBUG => Level::Debug,
        tracing_core::Level::INFO => Level::Info,
        tracing_core::Level::WARN => Level::Warn,
        tracing_core::Level::ERROR => Level::Error,
    }
}

fn level_filter(least: Level) -> LevelFilter {
    match least {
        Level::Trace => LevelFilter::TRACE,
        Level::Debug => LevelFilter::DEBUG,
        Level::Info => LevelFilter::INFO,
        Level::Warn => LevelFilter::WARN,
        Level::Error => LevelFilter::ERROR,
    }
}
