//! What belongs to the process, one test at a time.

use std::sync::{Mutex, MutexGuard, PoisonError};

use telemetry::logs::{self, Level, LogConfig, LogSetup, LogView, Provider, Taken, its};
use telemetry::trace;

static PROCESS: Mutex<()> = Mutex::new(());

/// The log providers and the tracing of the process, in the hands of one test.
pub(crate) struct Process {
    taken: Taken,
    _alone: MutexGuard<'static, ()>,
}

impl Process {
    /// Waits for the tests before, and sets up the providers.
    pub(crate) fn with(setup: impl Into<LogSetup>) -> Self {
        let alone = PROCESS.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken = Taken::new();
        its::take(&mut taken);
        logs::init(setup);
        Self { taken, _alone: alone }
    }

    /// Everything into the internal telemetry system, without a limit.
    pub(crate) fn with_its() -> Self {
        Self::with(LogSetup { per_second: None, ..LogSetup::new(Level::Trace, Provider::Its) })
    }

    /// What has been recorded since the last take.
    pub(crate) fn take(&mut self) -> &Taken {
        its::take(&mut self.taken);
        &self.taken
    }

    /// Names of the events recorded since the last take.
    pub(crate) fn take_names(&mut self) -> Vec<String> {
        self.take().logs().map(|log| log.name().to_owned()).collect()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        logs::init(LogConfig { level: Level::Info, provider: Provider::Noop });
        trace::init(None);
    }
}

/// The one event of a name.
pub(crate) fn only<'a>(taken: &'a Taken, name: &str) -> LogView<'a> {
    let mut found = taken.logs().filter(|log| log.name() == name);
    let log = found.next().expect("it was recorded");
    assert!(found.next().is_none(), "{name} was recorded twice");
    log
}
