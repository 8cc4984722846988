//! What belongs to the process: where events and spans go. Tests that use it take turns.

use std::sync::{Mutex, MutexGuard, PoisonError};

use telemetry::logs::{self, InternalProvider, Level, LogSetup, Provider, Providers, Taken, its};
use telemetry::trace::{self, TraceConfig};

static TURN: Mutex<()> = Mutex::new(());

/// Sends events and spans to the internal telemetry system, which is empty now.
pub(crate) fn record() -> MutexGuard<'static, ()> {
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let providers =
        Providers { engine: Provider::Its, global: None, admin: None, internal: InternalProvider::Noop };
    logs::init(LogSetup { per_second: None, ..LogSetup::new(Level::Trace, providers) });
    trace::init(Some(TraceConfig::default()));
    its::take(&mut Taken::new());
    turn
}

/// Everything recorded.
pub(crate) fn taken() -> Taken {
    let mut taken = Taken::new();
    its::take(&mut taken);
    taken
}

/// What emits them.
pub(crate) fn resource() -> Vec<(String, String)> {
    vec![("service.name".to_owned(), "test".to_owned())]
}
