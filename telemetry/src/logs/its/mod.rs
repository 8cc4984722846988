//! The internal telemetry system: records wait in their thread's buffer until an exporter takes them.

mod arena;
mod batch;
mod buffer;
mod view;

#[cfg(feature = "testing")]
pub(crate) use buffer::take_own;
pub use buffer::{take, wake};
pub use view::{LogView, SpanEventView, SpanLinkView, SpanView, Taken};

pub(crate) use arena::{Arena, Shown, kept};
pub(crate) use batch::{LinkRecord, Log, MarkRecord};
pub(crate) use buffer::{Refused, push_log, push_span};

/// The value of a field, as its type was.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FieldValue<'a> {
    /// Text.
    Text(&'a str),
    /// A whole number.
    Int(i64),
    /// A number with a fraction.
    Double(f64),
    /// True or false.
    Bool(bool),
}
