//! Prometheus text 0.0.4 and OpenMetrics 1.0.
//!
//! Only here names get their units and `_total`; declarations have neither.

mod family;
mod labels;
mod number;
mod text;

pub(crate) use family::{Clash, clashes};
pub(crate) use labels::labels;
pub(crate) use text::text;

/// The two formats differ in the naming of counters, in units and in the end mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// Prometheus text 0.0.4.
    Text,
    /// OpenMetrics 1.0.
    OpenMetrics,
}
