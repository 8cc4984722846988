//! Bodies on their way to be sent.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::config::Intercept;
use crate::signal::Signal;

/// What looks at bodies panicked.
#[derive(Debug)]
pub(super) struct Panicked;

/// Shows a body to whoever wants to see it. One that panics is not to end the exporter.
pub(super) fn intercept(
    intercept: Option<&Intercept>,
    signal: Signal,
    body: &mut Vec<u8>,
) -> Result<(), Panicked> {
    let Some(intercept) = intercept else { return Ok(()) };
    catch_unwind(AssertUnwindSafe(|| intercept(signal, body))).map_err(|_| Panicked)
}
