//! From a request to a response: the router, the driver, and what becomes of failures.

use std::convert::Infallible;
use std::rc::Rc;

use edge_protocol::{Head, Plan, Protocol};
use http::header::CONNECTION;
use http::{HeaderValue, Method, Request, Response};
use hyper::body::{Body, Incoming};

use crate::body::{Outbound, Relayed};
use crate::connection::ConnectionState;
use crate::driver::{Reply, drive};
use crate::error::Failure;
use crate::ticket::Ticket;
use crate::worker::Worker;

/// Answers one request; never fails, because every failure is a response.
pub(crate) async fn serve(
    worker: Rc<Worker>,
    connection: Rc<ConnectionState>,
    request: Request<Incoming>,
) -> Result<Response<Outbound>, Infallible> {
    let ticket = Ticket::new(worker, connection, &request);
    let reply = answer(&ticket, request).await.unwrap_or_else(|failure| {
        ticket.metrics().failed(&failure);
        Reply::Here(failure.response())
    });
    Ok(response(reply, ticket))
}

async fn answer(ticket: &Ticket, request: Request<Incoming>) -> Result<Reply, Failure> {
    if request.method() == Method::CONNECT {
        return Err(Failure::Connect);
    }
    let plan = route(&ticket.worker().shared.protocols, &request).ok_or(Failure::Unrouted)?;
    ticket.routed(name(&plan));
    if !matches!(plan, Plan::Respond { .. }) {
        ticket.trace(&request);
    }
    drive(plan, request, ticket).await
}

/// The first protocol that claims a request has it.
fn route(protocols: &[Box<dyn Protocol>], request: &Request<Incoming>) -> Option<Plan> {
    let head = Head { method: request.method(), uri: request.uri(), headers: request.headers() };
    protocols.iter().find_map(|protocol| protocol.plan(&head))
}

fn name(plan: &Plan) -> &'static str {
    match plan {
        Plan::Respond { route, .. }
        | Plan::Answer { route, .. }
        | Plan::Feed { route, .. }
        | Plan::Relay { route, .. }
        | Plan::Filter { route, .. } => route,
    }
}

fn response(reply: Reply, ticket: Ticket) -> Response<Outbound> {
    match reply {
        Reply::Here(response) => {
            ticket.answered(response.status());
            response.map(|body| Outbound::whole(body, ticket))
        }
        Reply::Fed(mut response) => {
            ticket.answered(response.status());
            end_with_connection(&mut response, &ticket);
            response.map(|feed| Outbound::fed(feed, ticket))
        }
        Reply::There { mut response, lease, silence } => {
            ticket.answered(response.status());
            if response.body().size_hint().exact().is_none() {
                end_with_connection(&mut response, &ticket);
            }
            response.map(|incoming| Outbound::relayed(Relayed::new(incoming, lease, silence), ticket))
        }
    }
}

/// Where only the end of the connection tells how long the response was; the HTTP machinery would promise more.
fn end_with_connection<B>(response: &mut Response<B>, ticket: &Ticket) {
    if ticket.ends_with_connection() {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
}
