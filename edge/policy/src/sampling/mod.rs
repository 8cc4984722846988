//! Which spans go on: consistent probability sampling, by threshold and randomness of the trace
//! (opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling).

mod decide;
mod state;
mod threshold;

pub(crate) use decide::{Sampled, sample};

/// A share of spans, and how it is decided which.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TraceSampling {
    /// Share of the matching spans, 0 to 100.
    pub percentage: f32,
    /// What the decision rests on.
    pub mode: SamplingMode,
    /// Hexadecimal digits of the threshold that are written, 1 to 14.
    pub precision: u8,
    /// What is hashed with the trace id; 0 takes the trace's own randomness as it is.
    pub seed: u32,
    /// Whether a span is dropped that has no usable trace id or an invalid threshold.
    pub fail_closed: bool,
}

/// What a sampling decision rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SamplingMode {
    /// The trace id and the seed, whatever came before.
    #[default]
    HashSeed,
    /// A share of what came through the samplers before.
    Proportional,
    /// The stricter one of this sampler and those before.
    Equalizing,
}

impl TraceSampling {
    /// Digits written unless the policy says otherwise.
    pub(crate) const PRECISION: u8 = 4;

    /// Most digits that a threshold has.
    pub(crate) const PRECISION_MAX: u8 = 14;
}
