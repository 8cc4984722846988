//! One sender's connection: the HTTP machinery over a guarded stream, with deadlines around it.

mod guarded;
mod linger;
mod state;

use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Instant;

use edge_stream::http1::{HEAD_BYTES_MAX, HEADERS_MAX, Kind, Violation};
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::time::Sleep;

use crate::drain::Watch;
use crate::error::raw;
use crate::events::ConnectionFailed;
use crate::metrics::ConnectionEnd;
use crate::service::serve;
use crate::slots::Slot;
use crate::wire::Wire;
use crate::worker::Worker;

use guarded::Guarded;
pub(crate) use linger::{linger, say};
pub(crate) use state::ConnectionState;
use state::Expiry;

/// hyper's own bound on what it buffers: a head that the guard allows always fits, bodies are read in pieces of this.
const BUFFER_BYTES_MAX: usize = 256 << 10;
const _: () = assert!(BUFFER_BYTES_MAX > HEAD_BYTES_MAX);

/// Why a connection is over.
enum End {
    /// The HTTP machinery is done with it.
    Done(hyper::Result<()>),
    /// What came next must not be parsed.
    Refused(Violation),
    /// A deadline passed.
    Expired(Expiry),
    /// Edge drains, and the sender does not read what it is fed.
    Unread,
}

/// Serves a connection until its end.
pub(crate) async fn serve_connection(worker: Rc<Worker>, wire: Wire, slot: Slot) {
    let state = Rc::new(ConnectionState::new(worker.shared.config.deadlines, slot.reserved, Instant::now()));
    let service = {
        let (worker, state) = (Rc::clone(&worker), Rc::clone(&state));
        service_fn(move |request: Request<Incoming>| serve(Rc::clone(&worker), Rc::clone(&state), request))
    };
    let io = TokioIo::new(Guarded::new(wire, Rc::clone(&state)));
    let mut connection = machinery(slot.reserved).serve_connection(io, service);
    let end = {
        let mut deadline = pin!(tokio::time::sleep(state.shortest_wait()));
        let mut watch = Watch::new(Rc::clone(&worker.drain));
        let mut draining = false;
        std::future::poll_fn(|cx| {
            if let Poll::Ready(result) = Pin::new(&mut connection).poll(cx) {
                return Poll::Ready(End::Done(result));
            }
            // Behind the poll, so that a request which is here already is answered.
            if !draining && watch.has_begun(cx.waker()) {
                draining = true;
                Pin::new(&mut connection).graceful_shutdown();
                cx.waker().wake_by_ref();
            } else if draining && state.holds_up_drain() {
                return Poll::Ready(End::Unread);
            }
            if let Some(violation) = state.refusal() {
                return Poll::Ready(End::Refused(violation));
            }
            poll_deadline(&state, deadline.as_mut(), cx).map(End::Expired)
        })
        .await
    };
    finish(&worker, &state, end, connection.into_parts().io.into_inner().into_wire()).await;
}

fn machinery(reserved: bool) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .half_close(true)
        .keep_alive(!reserved)
        .max_headers(HEADERS_MAX)
        .max_buf_size(BUFFER_BYTES_MAX)
        .header_read_timeout(None);
    builder
}

/// The timer is looked at when it fires and set again if the deadline has moved on; see `shortest_wait`.
fn poll_deadline(state: &ConnectionState, mut timer: Pin<&mut Sleep>, cx: &mut Context<'_>) -> Poll<Expiry> {
    while timer.as_mut().poll(cx).is_ready() {
        let now = Instant::now();
        let next = now + state.shortest_wait();
        match state.due() {
            Some((at, expiry)) if at <= now => return Poll::Ready(expiry),
            Some((at, _)) => timer.as_mut().reset(at.min(next).into()),
            None => timer.as_mut().reset(next.into()),
        }
    }
    Poll::Pending
}

/// Says the last word, if one is due, and lets the sender read it.
async fn finish(worker: &Worker, state: &ConnectionState, end: End, mut wire: Wire) {
    worker.metrics.connection_ended(how(&end));
    if let End::Done(Err(error)) = &end {
        ConnectionFailed { error }.emit();
        if error.is_parse() {
            worker.metrics.parser_refused();
        }
    }
    match end {
        End::Refused(violation) => {
            worker.metrics.head_refused(violation);
            say(&mut wire, answer(violation)).await;
        }
        End::Expired(Expiry::Head) => say(&mut wire, raw::HEAD_TOO_SLOW).await,
        End::Expired(Expiry::Write) => wire.reset_on_close(),
        End::Done(_) if state.reset.get() => wire.reset_on_close(),
        // Closing on unread bytes would reset the connection and could take the answer with it.
        End::Done(_) if !state.ended.get() && !state.between_messages.get() => linger(&mut wire).await,
        End::Done(_) | End::Expired(Expiry::Idle) | End::Unread => {}
    }
}

fn answer(violation: Violation) -> &'static [u8] {
    match violation.kind() {
        Kind::Malformed => raw::BAD_REQUEST,
        Kind::HeadTooLarge => raw::HEAD_TOO_LARGE,
        Kind::BodyTooLarge => raw::BODY_TOO_LARGE,
    }
}

fn how(end: &End) -> ConnectionEnd {
    match end {
        End::Done(Ok(())) => ConnectionEnd::Done,
        End::Done(Err(error)) if error.is_parse() => ConnectionEnd::Refused,
        End::Done(Err(_)) | End::Unread => ConnectionEnd::Broken,
        End::Refused(_) => ConnectionEnd::Refused,
        End::Expired(Expiry::Idle) => ConnectionEnd::Idle,
        End::Expired(Expiry::Head) => ConnectionEnd::HeadDeadline,
        End::Expired(Expiry::Write) => ConnectionEnd::WriteDeadline,
    }
}
