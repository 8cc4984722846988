//! Who reads back.

use std::cell::Cell;
use std::fmt;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::Recorded;
use crate::logs::its::{take, take_own};
use crate::logs::{self, Level, LogSetup, Provider, Taken};
use crate::trace::{self, Sampler, TraceConfig};
use crate::{Reader, Telemetry, Temporality};

/// Providers and tracing belong to the process: recorders of one thread share them, one of all threads has them alone.
static PROCESS: RwLock<()> = RwLock::new(());

thread_local! {
    static HAS_RECORDER: Cell<bool> = const { Cell::new(false) };
}

/// Reads back what is counted in a `Telemetry`, and the events and spans of the thread that made it, or of all threads.
///
/// Events of every level and all spans go to it as long as nobody else calls `logs::init` or `trace::init`. A test has one
/// recorder at a time, also if it has several threads. A thread keeps as much as it does for an exporter: what is too much
/// is counted in `telemetry.logs.dropped`.
pub struct Recorder {
    telemetry: Telemetry,
    reader: Reader,
    scope: Scope,
    _here: Here,
}

/// Whose events and spans.
enum Scope {
    Thread { _shared: RwLockReadGuard<'static, ()> },
    Process { _alone: RwLockWriteGuard<'static, ()> },
}

/// The thread has a recorder as long as this lives.
struct Here;

impl Recorder {
    /// A recorder with a `Telemetry` of its own, and of the events and spans of this thread: tests that run at the same
    /// time do not see each other's.
    pub fn new() -> Self {
        Self::of(Telemetry::default())
    }

    /// The same for a `Telemetry` that is there already.
    pub fn of(telemetry: Telemetry) -> Self {
        let here = Here::claim();
        let shared = PROCESS.read().unwrap_or_else(PoisonError::into_inner);
        set_up();
        let reader = telemetry.reader(Temporality::Delta);
        let scope = Scope::Thread { _shared: shared };
        let mut recorder = Self { telemetry, reader, scope, _here: here };
        // What was before is not of this test.
        recorder.take();
        recorder
    }

    /// Reads the events and spans of all threads. Waits until there is no other recorder, and keeps others waiting.
    #[must_use]
    pub fn all_threads(self) -> Self {
        drop(self.scope);
        let alone = PROCESS.write().unwrap_or_else(PoisonError::into_inner);
        set_up();
        take(&mut Taken::new());
        Self { scope: Scope::Process { _alone: alone }, ..self }
    }

    /// What to count in.
    pub fn telemetry(&self) -> Telemetry {
        self.telemetry.clone()
    }

    /// What happened since the last take: what was counted and recorded, what goes up and down as it stands, events, and
    /// spans that ended.
    pub fn take(&mut self) -> Recorded {
        let collected = self.reader.collect().clone();
        self.reader.delivered();
        let mut taken = Taken::new();
        match self.scope {
            Scope::Thread { .. } => take_own(&mut taken),
            Scope::Process { .. } => take(&mut taken),
        }
        Recorded::new(collected, taken)
    }
}

fn set_up() {
    logs::init(LogSetup { per_second: None, ..LogSetup::new(Level::Trace, Provider::Its) });
    trace::init(Some(TraceConfig { root: Sampler::AlwaysOn, ..TraceConfig::default() }));
}

impl Default for Recorder {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("telemetry", &self.telemetry).finish_non_exhaustive()
    }
}

impl Here {
    /// Two would take each other's events, and wait for each other for ever if one is of all threads.
    fn claim() -> Self {
        assert!(!HAS_RECORDER.replace(true), "this thread has a recorder already");
        Self
    }
}

impl Drop for Here {
    fn drop(&mut self) {
        HAS_RECORDER.set(false);
    }
}
