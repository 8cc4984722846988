//! Events that are declared as a struct: `#[event]`.

use super::{EventDescriptor, EventField, EventSite, EventValue};

/// An event declared by [`#[event]`](crate::event), which also gives it `emit`.
pub trait DeclaredEvent {
    /// Name, severity and fields.
    const DESCRIPTOR: &'static EventDescriptor;

    /// Hands its fields on, in the order of the descriptor.
    fn with_fields<R>(&self, then: impl FnOnce(&[EventField<'_>]) -> R) -> R;
}

/// Emits a declared event that is enabled.
#[inline(never)]
pub fn emit_declared(site: &'static EventSite, message: EventValue<'_>, fields: &[EventField<'_>]) {
    if message.is_absent() {
        super::emit(site, None, fields);
    } else {
        super::emit(site, Some(format_args!("{message}")), fields);
    }
}
