//! Events of libraries, which know `tracing` or `log` and not this SDK.

mod facade;
mod fields;
mod sites;
mod subscriber;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use tracing_core::Dispatch;
use tracing_core::dispatcher::set_global_default;

use super::{Level, THRESHOLD};
use facade::Facade;

/// Whether `log` hands its records to this SDK.
static HAS_LOG: AtomicBool = AtomicBool::new(false);

/// Sends events of libraries to the log providers, whether they are emitted through `tracing` or `log`.
///
/// Their target is the library's own, by which directives select them, and their fields keep their type. Each call site
/// of `tracing`, and each target and level of `log`, has the rate limit of a call site. Spans of libraries are not
/// recorded.
///
/// ```
/// use telemetry::logs::{self, Capture, Filter, LibraryEvents, LogSetup, Provider};
///
/// let capture = Capture::new();
/// let filter: Filter = "warn,h2=debug".parse()?;
/// logs::init(LogSetup::new(filter, Provider::Capture(capture.clone())));
/// LibraryEvents::install()?;
///
/// tracing::debug!(target: "h2::codec", frames = 3, "read");
/// log::info!(target: "rustls", "not for us");
///
/// let events = capture.events();
/// assert_eq!((events[0].target, events[0].field("frames")), ("h2::codec", Some("3")));
/// assert_eq!(events.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct LibraryEvents;

impl LibraryEvents {
    /// Takes both facades of the process. The one is taken also if somebody else has the other.
    pub fn install() -> Result<(), FacadeTaken> {
        let has_log = log::set_logger(&Facade).is_ok();
        HAS_LOG.fetch_or(has_log, Ordering::Relaxed);
        let has_tracing = set_global_default(Dispatch::new(Self)).is_ok();
        refresh();
        match (has_tracing, has_log) {
            (true, true) => Ok(()),
            (false, true) => Err(FacadeTaken { names: "`tracing`" }),
            (true, false) => Err(FacadeTaken { names: "`log`" }),
            (false, false) => Err(FacadeTaken { names: "`tracing` and `log`" }),
        }
    }
}

/// To be called after every change of the providers or the filter: the facades keep what is enabled.
pub(super) fn refresh() {
    tracing_core::callsite::rebuild_interest_cache();
    if HAS_LOG.load(Ordering::Relaxed) {
        log::set_max_level(facade::level_filter(least()));
    }
}

/// The least level that goes anywhere at all.
fn least() -> Option<Level> {
    let threshold = THRESHOLD.load(Ordering::Relaxed);
    Level::ALL.into_iter().find(|level| *level as u8 >= threshold)
}

/// Somebody else in the process takes the events of libraries already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FacadeTaken {
    names: &'static str,
}

impl fmt::Display for FacadeTaken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "events of {} go elsewhere already in this process", self.names)
    }
}

impl std::error::Error for FacadeTaken {}
