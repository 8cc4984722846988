//! Prometheus text 0.0.4 and OpenMetrics 1.0.
//!
//! Only here names get their units and `_total`; declarations have neither. What depends on declarations and
//! attributes alone is written once, as a [`Plan`]; a scrape fills in the numbers.

mod bounds;
mod distribution;
mod family;
mod format;
mod labels;
mod number;
mod plan;
mod powers;
mod sample;
mod text;

pub(crate) use family::{Clash, clashes};
pub use format::TextFormat;
pub(crate) use labels::labels;
pub(crate) use plan::Plan;
