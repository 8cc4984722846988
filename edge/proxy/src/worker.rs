//! One worker: a thread, a runtime, a listener socket, and everything that its requests touch.

use std::cell::{Cell, RefCell};
use std::io;
use std::net::TcpListener as StdListener;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use edge_stream::encoding::Codec;
use telemetry::Telemetry;
use telemetry::logs::{self, Aspect};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio::task::LocalSet;
use tokio::time::MissedTickBehavior;
use tokio_rustls::TlsAcceptor;

use crate::connection::{say, serve_connection};
use crate::drain::Drain;
use crate::error::raw;
use crate::events::{AcceptFailed, WorkerFailed};
use crate::metrics::{Limit, Metrics};
use crate::policies::Policies;
use crate::server::Shared;
use crate::slots::Slot;
use crate::upstream::Destinations;
use crate::wire::Wire;

/// How often telemetry is handed on and idle connections are looked through.
const CADENCE: Duration = Duration::from_secs(1);

/// How long the system gets, at shutdown, to say which connections it has made already, and then which of the newest
/// have sent a request.
const DRAIN_GRACE: Duration = Duration::from_millis(2);

/// How long to wait after the system refused a connection, most likely for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Connections that are being told at one time that there is no room for them; the rest are closed without a word.
const REFUSALS_MAX: usize = 256;

/// What the tasks of one worker share; on one thread, so that nothing in it is locked.
pub(crate) struct Worker {
    pub(crate) shared: Arc<Shared>,
    pub(crate) metrics: Metrics,
    pub(crate) policies: Policies,
    pub(crate) codec: RefCell<Codec>,
    pub(crate) destinations: Destinations,
    pub(crate) drain: Rc<Drain>,
    connections: Cell<usize>,
    refusals: Cell<usize>,
    last_closed: Notify,
}

/// What a worker starts with.
pub(crate) struct Start {
    pub(crate) shared: Arc<Shared>,
    pub(crate) listener: StdListener,
    pub(crate) telemetry: Telemetry,
    pub(crate) draining: watch::Receiver<bool>,
    pub(crate) seed: u64,
}

/// Serves until shutdown, and a little longer.
pub(crate) fn run(runtime: &tokio::runtime::Runtime, start: Start) {
    let _engine = logs::aspect(Aspect::Engine);
    let tasks = LocalSet::new();
    let Start { shared, listener, telemetry, draining, seed } = start;
    let metrics = Metrics::register(telemetry.worker());
    let policies = Policies::new(&shared.policies, seed, &metrics);
    let destinations = Destinations::new(&shared.config, shared.tls.as_ref());
    let worker = Rc::new(Worker {
        shared,
        metrics,
        policies,
        codec: RefCell::default(),
        destinations,
        drain: Rc::default(),
        connections: Cell::default(),
        refusals: Cell::default(),
        last_closed: Notify::new(),
    });
    tasks.block_on(runtime, serve(Rc::clone(&worker), listener, draining));
    // Whatever outlived the drain deadline ends here, and is counted.
    drop(tasks);
    worker.metrics.flush();
}

async fn serve(worker: Rc<Worker>, listener: StdListener, mut draining: watch::Receiver<bool>) {
    let listener = match TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => {
            WorkerFailed { error: &error }.emit();
            return;
        }
    };
    let mut cadence = tokio::time::interval(CADENCE);
    cadence.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((tcp, _)) => worker.admit(tcp),
                Err(error) => worker.pause(&error).await,
            },
            _ = cadence.tick() => worker.tick(),
            // An error means that the server was dropped, which is the same wish.
            _ = draining.wait_for(|&draining| draining) => break,
        }
    }
    // Runs until its time is up; what it admitted last gets the same time to be heard.
    let _ = tokio::time::timeout(DRAIN_GRACE, worker.admit_waiting(&listener)).await;
    drop(listener);
    tokio::time::sleep(DRAIN_GRACE).await;
    worker.drain.begin();
    let drain = worker.shared.config.deadlines.drain;
    if tokio::time::timeout(drain, worker.closed()).await.is_err() {
        worker.metrics.limit_hit(Limit::DrainDeadline);
    }
}

impl Worker {
    /// Closing the listener would reset the connections that the system has made already.
    async fn admit_waiting(self: &Rc<Self>, listener: &TcpListener) {
        while let Ok((tcp, _)) = listener.accept().await {
            self.admit(tcp);
        }
    }

    fn admit(self: &Rc<Self>, tcp: TcpStream) {
        // It only delays small answers where it does not work.
        let _ = tcp.set_nodelay(true);
        match self.shared.slots.take() {
            Some(slot) => {
                let open = Open::new(Rc::clone(self), slot.reserved);
                tokio::task::spawn_local(connection(open, tcp, slot));
            }
            None => self.turn_away(tcp),
        }
    }

    /// Says that there is no room, if there is room to say it.
    fn turn_away(self: &Rc<Self>, tcp: TcpStream) {
        self.metrics.limit_hit(Limit::ReservedConnections);
        self.metrics.connection_refused();
        if self.refusals.get() >= REFUSALS_MAX || self.shared.config.listener_tls.is_some() {
            return;
        }
        self.refusals.set(self.refusals.get() + 1);
        let worker = Rc::clone(self);
        tokio::task::spawn_local(async move {
            say(&mut Wire::Plain(tcp), raw::BUSY).await;
            worker.refusals.set(worker.refusals.get() - 1);
        });
    }

    async fn pause(&self, error: &io::Error) {
        self.metrics.limit_hit(Limit::Accept);
        AcceptFailed { error }.emit();
        tokio::time::sleep(ACCEPT_PAUSE).await;
    }

    fn tick(&self) {
        self.destinations.expire(Instant::now(), &self.metrics);
        self.metrics.flush();
    }

    async fn closed(&self) {
        while self.connections.get() > 0 {
            self.last_closed.notified().await;
        }
    }
}

async fn connection(open: Open, tcp: TcpStream, slot: Slot) {
    let worker = &open.worker;
    if let Some(wire) = shake_hands(worker, tcp).await {
        serve_connection(Rc::clone(worker), wire, slot).await;
    }
}

/// TLS, where it is wanted, within the deadline of a head.
async fn shake_hands(worker: &Worker, tcp: TcpStream) -> Option<Wire> {
    let config = &worker.shared.config;
    let Some(tls) = &config.listener_tls else { return Some(Wire::Plain(tcp)) };
    let handshake = TlsAcceptor::from(Arc::clone(tls)).accept(tcp);
    if let Ok(Ok(stream)) = tokio::time::timeout(config.deadlines.head, handshake).await {
        return Some(Wire::Tls(Box::new(stream.into())));
    }
    worker.metrics.handshake_failed();
    None
}

/// An open connection, counted until it is dropped.
struct Open {
    worker: Rc<Worker>,
}

impl Open {
    fn new(worker: Rc<Worker>, reserved: bool) -> Self {
        worker.connections.set(worker.connections.get() + 1);
        worker.metrics.connection_accepted();
        if reserved {
            worker.metrics.limit_hit(Limit::Connections);
        }
        Self { worker }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.worker.metrics.connection_closed();
        self.worker.connections.set(self.worker.connections.get() - 1);
        if self.worker.connections.get() == 0 {
            self.worker.last_closed.notify_one();
        }
    }
}
