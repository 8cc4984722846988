//! Bodies: from a sender, to an intake, to a sender.

mod budget;
mod inbound;
mod outbound;
mod patience;
mod upload;

pub(crate) use budget::Budget;
pub(crate) use inbound::Inbound;
pub(crate) use outbound::{Outbound, Relayed};
pub(crate) use upload::{Progress, Source, Upload};
