//! Drives plans: the one place that knows what each of them means, and no protocol.

mod answer;
mod filter;
mod relay;

use std::time::Duration;

use bytes::Bytes;
use edge_protocol::{Feed, Plan};
use http::{Request, Response};
use hyper::body::Incoming;

use crate::error::Failure;
use crate::ticket::Ticket;
use crate::upstream::Lease;

use answer::{answer, feed};
use filter::{Spec, filter};
use relay::{Target, relay};

/// What a request gets.
pub(crate) enum Reply {
    /// An answer from here.
    Here(Response<Bytes>),
    /// An answer from here, as it is made.
    Fed(Response<Box<dyn Feed>>),
    /// An intake's answer, as it comes.
    There {
        /// The answer, as far as it has come.
        response: Response<Incoming>,
        /// The connection it comes on.
        lease: Lease,
        /// How long it may be silent.
        silence: Duration,
    },
}

/// Does what a plan says.
pub(crate) async fn drive(plan: Plan, request: Request<Incoming>, ticket: &Ticket) -> Result<Reply, Failure> {
    match plan {
        Plan::Respond { response, .. } => Ok(Reply::Here(response)),
        _ if ticket.connection().reserved => Err(Failure::Busy),
        Plan::Answer { answerer, .. } => answer(&*answerer, request, ticket).await,
        Plan::Feed { feeder, .. } => feed(&*feeder, request, ticket).await,
        Plan::Relay { upstream, fail_open, limited, .. } => {
            if let Some((signal, reason)) = fail_open
                && ticket.worker().policies.targets(ticket, signal)
            {
                ticket.metrics().failed_open(signal, reason);
            }
            relay(Target { upstream, limited }, request, ticket).await
        }
        Plan::Filter { upstream, signal, filter: format, emptied, .. } => {
            let target = Target { upstream, limited: true };
            if !ticket.worker().policies.targets(ticket, signal) {
                return relay(target, request, ticket).await;
            }
            filter(Spec { target, signal, format, emptied }, request, ticket).await
        }
    }
}
