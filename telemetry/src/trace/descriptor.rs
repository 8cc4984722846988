//! What a span is, known when the program was compiled.

use std::fmt;

use crate::descriptor::Stability;
use crate::logs::{FieldDescriptor, crate_of};

/// Describes a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpanDescriptor {
    /// Its name, such as `edge.request`.
    pub name: &'static str,
    /// Which side of a call it is.
    pub kind: SpanKind,
    /// The crate that records it.
    pub target: &'static str,
    /// What it means.
    pub brief: &'static str,
    /// Its attributes, in the order of declaration. Empty for spans whose keys only show when they happen.
    pub fields: &'static [FieldDescriptor],
    /// How far its declaration can be relied on.
    pub stability: Stability,
    /// Why it should not be used any more, and what to use instead.
    pub deprecated: Option<&'static str>,
}

impl SpanDescriptor {
    /// A descriptor whose target is the crate of `module_path`.
    pub const fn new(name: &'static str, kind: SpanKind, module_path: &'static str) -> Self {
        let target = crate_of(module_path);
        Self {
            name,
            kind,
            target,
            brief: "",
            fields: &[],
            stability: Stability::Development,
            deprecated: None,
        }
    }
}

/// Which side of a call a span is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SpanKind {
    /// No call crosses the process here.
    #[default]
    Internal,
    /// Answers a request.
    Server,
    /// Sends a request and waits for the answer.
    Client,
    /// Hands on a message and waits for nobody.
    Producer,
    /// Takes a message.
    Consumer,
}

impl SpanKind {
    /// OpenTelemetry's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::Server => "server",
            Self::Client => "client",
            Self::Producer => "producer",
            Self::Consumer => "consumer",
        }
    }
}

impl fmt::Display for SpanKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How what a span covers went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SpanStatus<'a> {
    /// Nobody said.
    #[default]
    Unset,
    /// Somebody said that it went well.
    Ok,
    /// It failed, and why.
    Error(&'a str),
}
