//! Records of `log`.

use log::{LevelFilter, Log, Metadata, Record};

use super::super::{Level, emit, goes_anywhere, is_suppressed, site};
use super::sites;

/// What `log` hands its records to.
#[derive(Debug)]
pub(super) struct Facade;

impl Log for Facade {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let target = metadata.target();
        !is_suppressed() && goes_anywhere(level(metadata.level()), target, site::is_internal(target))
    }

    fn log(&self, record: &Record<'_>) {
        let site = sites::of_target(level(record.level()), record.target());
        if site.is_enabled() {
            emit(site, Some(*record.args()), &[]);
        }
    }

    fn flush(&self) {}
}

fn level(level: log::Level) -> Level {
    match level {
        log::Level::Trace => Level::Trace,
        log::Level::Debug => Level::Debug,
        log::Level::Info => Level::Info,
        log::Level::Warn => Level::Warn,
        log::Level::Error => Level::Error,
    }
}

/// The levels from one on; `None` for none.
pub(super) fn level_filter(least: Option<Level>) -> LevelFilter {
    match least {
        Some(Level::Trace) => LevelFilter::Trace,
        Some(Level::Debug) => LevelFilter::Debug,
        Some(Level::Info) => LevelFilter::Info,
        Some(Level::Warn) => LevelFilter::Warn,
        Some(Level::Error) => LevelFilter::Error,
        None => LevelFilter::Off,
    }
}
