//! The span under way on a thread.

use std::cell::RefCell;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::pin;
use std::task::Context;

use super::{SpanContext, TraceContext};

thread_local! {
    static CURRENT: RefCell<Vec<TraceContext>> = const { RefCell::new(Vec::new()) };
}

/// The span under way on this thread, if any.
pub fn current() -> Option<TraceContext> {
    CURRENT.try_with(|stack| stack.borrow().last().cloned()).ok().flatten()
}

/// Its ids alone.
pub(crate) fn current_span() -> Option<SpanContext> {
    CURRENT.try_with(|stack| stack.borrow().last().map(|context| context.span)).ok().flatten()
}

/// A span is under way on this thread until this is dropped. Guards are dropped in the reverse order of entering.
///
/// Borrows nothing, so that more can be said about the span meanwhile.
#[derive(Debug)]
#[must_use = "the span is under way only as long as this lives"]
pub struct Entered {
    depth: usize,
    /// Belongs to its thread.
    _thread: PhantomData<*const ()>,
}

/// Makes a span the one under way, also one of another process.
pub fn enter(context: &TraceContext) -> Entered {
    let depth = CURRENT.try_with(|stack| {
        let mut stack = stack.borrow_mut();
        stack.push(context.clone());
        stack.len() - 1
    });
    Entered { depth: depth.unwrap_or(usize::MAX), _thread: PhantomData }
}

/// A future whose every step has a span under way, on whichever thread it is polled: what [`enter`] cannot do across an
/// `.await`, where other tasks have their turn.
pub async fn within<F: Future>(context: TraceContext, future: F) -> F::Output {
    let mut future = pin!(future);
    let step = |task: &mut Context<'_>| {
        let _entered = enter(&context);
        future.as_mut().poll(task)
    };
    poll_fn(step).await
}

impl Drop for Entered {
    fn drop(&mut self) {
        let _ = CURRENT.try_with(|stack| stack.borrow_mut().truncate(self.depth));
    }
}
