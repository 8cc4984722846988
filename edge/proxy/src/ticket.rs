//! One request from its head to the end of its response; whichever way it ends, it is counted once.

use std::cell::{Cell, OnceCell};
use std::rc::Rc;
use std::time::Instant;

use http::{HeaderMap, Request, StatusCode, Version};

use crate::connection::ConnectionState;
use crate::metrics::{Ended, Metrics};
use crate::spans::{Outcome, Traced};
use crate::worker::Worker;

/// The route of requests that no plan has claimed yet, and of those that none will.
const NO_ROUTE: &str = "none";

/// Held by the service while it works, then by the response body until that has been sent or given up.
pub(crate) struct Ticket {
    worker: Rc<Worker>,
    connection: Rc<ConnectionState>,
    began: Instant,
    route: Cell<&'static str>,
    status: Cell<Option<StatusCode>>,
    sent: Cell<u64>,
    span: OnceCell<Traced>,
    /// Before HTTP/1.1 a response of unknown length ends with its connection: only a reset tells that it broke off.
    ends_with_connection: bool,
}

impl Ticket {
    pub(crate) fn new<B>(worker: Rc<Worker>, connection: Rc<ConnectionState>, request: &Request<B>) -> Self {
        connection.in_flight.set(connection.in_flight.get() + 1);
        connection.body_bytes.set(0);
        connection.is_fed.set(false);
        Self {
            worker,
            connection,
            began: Instant::now(),
            route: Cell::new(NO_ROUTE),
            status: Cell::default(),
            sent: Cell::default(),
            span: OnceCell::new(),
            ends_with_connection: request.version() < Version::HTTP_11,
        }
    }

    pub(crate) fn worker(&self) -> &Worker {
        &self.worker
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.worker.metrics
    }

    pub(crate) fn connection(&self) -> &Rc<ConnectionState> {
        &self.connection
    }

    pub(crate) fn began(&self) -> Instant {
        self.began
    }

    /// Whether only the end of the connection can tell the end of a response of unknown length.
    pub(crate) fn ends_with_connection(&self) -> bool {
        self.ends_with_connection
    }

    pub(crate) fn routed(&self, route: &'static str) {
        self.route.set(route);
    }

    /// Starts the span of a request that goes on, if requests have any.
    pub(crate) fn trace<B>(&self, request: &Request<B>) {
        let config = &self.worker.shared.config;
        if config.has_spans {
            self.span.get_or_init(|| Traced::start(request, self.route.get(), config.listener_tls.is_some()));
        }
    }

    /// Tells an intake which span calls it.
    pub(crate) fn propagate(&self, headers: &mut HeaderMap) {
        if let Some(span) = self.span.get() {
            span.propagate(headers);
        }
    }

    pub(crate) fn answered(&self, status: StatusCode) {
        self.status.set(Some(status));
    }

    /// Bytes of the response body have been handed to the connection.
    pub(crate) fn sent(&self, bytes: usize) {
        self.sent.set(self.sent.get() + bytes as u64);
    }

    /// The intake died in the middle of its response.
    pub(crate) fn broke_off(&self) {
        self.metrics().response_broke_off();
        self.connection.reset.set(self.ends_with_connection);
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let now = Instant::now();
        self.connection.in_flight.set(self.connection.in_flight.get() - 1);
        self.connection.idle_since.set(now);
        if let Some(span) = self.span.take() {
            let (status, received_bytes) = (self.status.get(), self.connection.body_bytes.get());
            span.end(&Outcome { status, received_bytes, sent_bytes: self.sent.get() });
        }
        self.worker.metrics.request_ended(&Ended {
            route: self.route.get(),
            status: self.status.get(),
            duration: now - self.began,
            received_bytes: self.connection.body_bytes.get(),
            sent_bytes: self.sent.get(),
        });
    }
}
