//! What new spans go by. Each thread keeps a copy of its own: starting a span writes to nothing that threads share.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use super::span::random_trace_id;
use super::{TraceConfig, TraceContext, TraceId, TraceState};

static CONFIG: Mutex<Option<TraceConfig>> = Mutex::new(None);
/// How often it has been set.
static GENERATION: AtomicU32 = AtomicU32::new(0);

thread_local! {
    static KNOWN: RefCell<Known> = const { RefCell::new(Known { generation: 0, setup: None }) };
}

/// What a thread knows of it.
struct Known {
    generation: u32,
    setup: Option<Setup>,
}

struct Setup {
    config: TraceConfig,
    /// What traces that begin here send on: written once, not per trace.
    root_state: TraceState,
}

/// What is decided of a new span.
pub(super) struct Decision {
    pub(super) trace_id: TraceId,
    pub(super) is_sampled: bool,
    pub(super) state: TraceState,
}

/// Starts recording spans into the internal telemetry system; `None` stops.
pub fn init(config: Option<TraceConfig>) {
    let mut current = CONFIG.lock().unwrap_or_else(PoisonError::into_inner);
    *current = config;
    // Under the lock, so that whoever sees the new count waits for what it counts.
    GENERATION.fetch_add(1, Ordering::Release);
}

/// Whether a new span records, and in which trace; `None` if nobody traces.
pub(super) fn decide(parent: Option<&TraceContext>) -> Option<Decision> {
    KNOWN.try_with(|known| known.borrow_mut().decide(parent)).ok().flatten()
}

impl Known {
    fn decide(&mut self, parent: Option<&TraceContext>) -> Option<Decision> {
        if self.generation != GENERATION.load(Ordering::Acquire) {
            self.update();
        }
        let setup = self.setup.as_ref()?;
        let trace_id = parent.map_or_else(random_trace_id, |parent| parent.span.trace_id);
        let (is_sampled, state) = setup.config.decide(trace_id, parent, &setup.root_state);
        Some(Decision { trace_id, is_sampled, state })
    }

    #[cold]
    fn update(&mut self) {
        let config = CONFIG.lock().unwrap_or_else(PoisonError::into_inner);
        self.generation = GENERATION.load(Ordering::Relaxed);
        self.setup = config.map(|config| Setup { config, root_state: config.root.state_of_root() });
    }
}
