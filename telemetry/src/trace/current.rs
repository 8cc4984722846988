//! The span under way on a thread.

use std::cell::RefCell;
use std::marker::PhantomData;

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
#[derive(Debug)]
#[must_use = "the span is under way only as long as this lives"]
pub struct Entered<'a> {
    depth: usize,
    /// Belongs to its thread.
    _thread: PhantomData<(*const (), &'a ())>,
}

/// Makes a span the one under way, also one of another process.
pub fn enter(context: &TraceContext) -> Entered<'_> {
    let depth = CURRENT.try_with(|stack| {
        let mut stack = stack.borrow_mut();
        stack.push(context.clone());
        stack.len() - 1
    });
    Entered { depth: depth.unwrap_or(usize::MAX), _thread: PhantomData }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        let _ = CURRENT.try_with(|stack| stack.borrow_mut().truncate(self.depth));
    }
}
