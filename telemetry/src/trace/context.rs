//! What crosses a process boundary: the ids of a trace and of the span under way (W3C Trace Context, section 3.2).

use std::fmt;

/// The id of a trace; all zero is no id.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct TraceId(pub [u8; 16]);

/// The id of a span; all zero is no id.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct SpanId(pub [u8; 8]);

/// Which span of which trace something happened in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct SpanContext {
    /// The trace.
    pub trace_id: TraceId,
    /// The span.
    pub span_id: SpanId,
    /// Whether the caller may have recorded the trace.
    pub is_sampled: bool,
}

impl SpanContext {
    /// Whether both ids are ids.
    pub fn is_valid(&self) -> bool {
        self.trace_id != TraceId::default() && self.span_id != SpanId::default()
    }
}

macro_rules! hexadecimal {
    ($id:ty) => {
        impl fmt::Display for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    };
}

hexadecimal!(TraceId);
hexadecimal!(SpanId);
