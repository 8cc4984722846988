//! What all points have: the time they are of; and points that are one number.

use std::time::SystemTime;

use telemetry::{Collected, Number, Temporality};

use super::unix_nanos;
use super::wire::{FIXED64_LEN, fixed64, message_of};

/// When a collection was made.
#[derive(Debug)]
pub(super) struct Times {
    pub(super) temporality: Temporality,
    time: u64,
}

/// The time that a point is of, as its fields 2 and 3: so they are in every kind of point.
pub(super) type Span = [u8; SPAN_LEN];
const SPAN_LEN: usize = 2 * FIXED64_LEN;

impl Times {
    pub(super) fn new(collected: &Collected) -> Self {
        Self { temporality: collected.temporality(), time: unix_nanos(collected.time()) }
    }

    #[inline]
    pub(super) fn of(&self, start: SystemTime) -> Span {
        let mut span = [0; SPAN_LEN];
        span[..FIXED64_LEN].copy_from_slice(&fixed64(2, unix_nanos(start)));
        span[FIXED64_LEN..].copy_from_slice(&fixed64(3, self.time));
        span
    }
}

/// Bytes of a `NumberDataPoint` beside its attributes.
const NUMBER_LEN: usize = SPAN_LEN + FIXED64_LEN;

/// A `NumberDataPoint`.
#[inline]
pub(super) fn number(out: &mut Vec<u8>, span: Span, attributes: &[u8], number: Number) {
    let value = match number {
        Number::U64(number) => fixed64(6, number.min(i64::MAX.cast_unsigned())),
        Number::I64(number) => fixed64(6, number.cast_unsigned()),
        Number::F64(number) => fixed64(4, number.to_bits()),
    };
    let mut rest = [0; NUMBER_LEN];
    rest[..SPAN_LEN].copy_from_slice(&span);
    rest[SPAN_LEN..].copy_from_slice(&value);
    message_of(out, 1, attributes.len() + NUMBER_LEN);
    out.extend_from_slice(attributes);
    out.extend_from_slice(&rest);
}
