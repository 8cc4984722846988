//! Spans that are declared as a struct: `#[span]`.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use super::{ActiveSpan, Parent, SpanDescriptor};
use crate::logs::{EventField, EventScalar};

/// A span declared by [`#[span]`](crate::span), which also gives it `start`.
pub trait DeclaredSpan {
    /// Name, kind and attributes.
    const DESCRIPTOR: &'static SpanDescriptor;

    /// Hands its attributes on, in the order of the descriptor.
    fn with_fields<R>(&self, then: impl FnOnce(&[EventField<'_>]) -> R) -> R;
}

/// A declared span under way. It derefs to the [`ActiveSpan`] that it is, and ends when it is dropped.
#[must_use = "the span ends as soon as this is dropped"]
pub struct SpanOf<S> {
    span: ActiveSpan,
    _declared: PhantomData<fn() -> S>,
}

/// An attribute of a declared span, to be set by: `RequestSpan::STATUS_CODE`.
pub struct SpanAttribute<S, T> {
    key: &'static str,
    _declared: PhantomData<fn(T) -> S>,
}

impl<S, T> SpanAttribute<S, T> {
    /// What `#[span]` expands to; not for use by hand.
    #[doc(hidden)]
    pub const fn new(key: &'static str) -> Self {
        Self { key, _declared: PhantomData }
    }

    /// Its key.
    pub const fn key(&self) -> &'static str {
        self.key
    }
}

impl<S, T> Clone for SpanAttribute<S, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S, T> Copy for SpanAttribute<S, T> {}

impl<S, T> fmt::Debug for SpanAttribute<S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.key.fmt(f)
    }
}

impl<S> SpanOf<S> {
    /// Starts a declared span; `RequestSpan { .. }.start()` calls it.
    pub fn start<D: DeclaredSpan>(declared: &D, parent: Parent<'_>) -> Self {
        let span = declared.with_fields(|fields| ActiveSpan::start(D::DESCRIPTOR, parent, fields));
        Self { span, _declared: PhantomData }
    }

    /// Sets an attribute, instead of what was set before.
    pub fn set<T: EventScalar>(&mut self, attribute: SpanAttribute<S, T>, value: T) {
        if self.span.is_recording() {
            self.span.set_field(EventField { key: attribute.key, value: value.event_value() });
        }
    }
}

impl<S> Deref for SpanOf<S> {
    type Target = ActiveSpan;

    fn deref(&self) -> &ActiveSpan {
        &self.span
    }
}

impl<S> DerefMut for SpanOf<S> {
    fn deref_mut(&mut self) -> &mut ActiveSpan {
        &mut self.span
    }
}

impl<S> fmt::Debug for SpanOf<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.span.fmt(f)
    }
}
