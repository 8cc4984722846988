//! Bodies: from a sender, to an intake, to a sender.

mod inbound;
mod outbound;
mod patience;
mod upload;

pub(crate) use inbound::Inbound;
pub(crate) use outbound::{Outbound, Relayed};
pub(crate) use upload::{Progress, Source, Upload};
