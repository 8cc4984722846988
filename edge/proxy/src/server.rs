//! A server: its workers, from start to join.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Instant;

use edge_policy::Registry;
use edge_protocol::Protocol;
use telemetry::{Telemetry, otel_info};
use tokio::sync::watch;
use tokio_rustls::TlsConnector;

use crate::config::Config;
use crate::listener::bind_all;
use crate::slots::Slots;
use crate::upstream::{TlsError, connector};
use crate::worker;

/// What the workers share: set before they start and never changed, but for the policies and the slots.
pub(crate) struct Shared {
    pub(crate) config: Config,
    /// In routing order.
    pub(crate) protocols: Vec<Box<dyn Protocol>>,
    pub(crate) policies: Arc<Registry>,
    pub(crate) slots: Slots,
    pub(crate) tls: Option<TlsConnector>,
    /// The zero of the time that policies see.
    pub(crate) epoch: Instant,
}

/// A running server. Dropping it shuts it down without waiting.
#[derive(Debug)]
pub struct Server {
    local_addr: SocketAddr,
    drain: watch::Sender<bool>,
    workers: Vec<JoinHandle<()>>,
}

/// Why a server could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is taken or not ours.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// Where it should have listened.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// An upstream wants TLS and it cannot be had.
    #[error("cannot set up TLS to the upstream: {0}")]
    Tls(#[from] TlsError),
    /// No thread or no runtime for a worker.
    #[error("cannot start a worker: {0}")]
    Worker(#[source] io::Error),
}

impl Server {
    /// Opens the listener and serves on threads of its own. `protocols` is the distribution's table, in routing order.
    pub fn start(
        config: Config,
        protocols: Vec<Box<dyn Protocol>>,
        policies: Arc<Registry>,
        telemetry: &Telemetry,
    ) -> Result<Self, StartError> {
        let listeners = listen(&config)?;
        let local_addr = listeners[0].local_addr().map_err(StartError::Worker)?;
        let tls = config.upstreams.iter().any(crate::UpstreamUrl::is_tls);
        let tls = tls.then(|| connector(&config.extra_roots)).transpose()?;
        let slots = Slots::new(config.limits.connections_max);
        let shared = Arc::new(Shared { config, protocols, policies, slots, tls, epoch: Instant::now() });
        let (drain, draining) = watch::channel(false);
        let workers = listeners
            .into_iter()
            .enumerate()
            .map(|(number, listener)| spawn(number, listener, &shared, telemetry, &draining))
            .collect::<io::Result<Vec<_>>>()
            .map_err(StartError::Worker)?;
        let (address, port) = (local_addr.ip().to_string(), local_addr.port());
        otel_info!("edge.server.listening", server.address = address, server.port = port);
        Ok(Self { local_addr, drain, workers })
    }

    /// Where it listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Stops accepting, closes idle connections and finishes what is in flight, up to the drain deadline.
    pub fn shutdown(&self) {
        if !self.drain.send_replace(true) {
            otel_info!("edge.server.drain.begun");
        }
    }

    /// Waits until every worker is done; to be called after [`Server::shutdown`]. False if one of them panicked.
    pub fn join(mut self) -> bool {
        let sound = self.workers.drain(..).map(JoinHandle::join).fold(true, |sound, end| sound & end.is_ok());
        otel_info!("edge.server.drain.ended");
        sound
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.drain.send_replace(true);
    }
}

fn listen(config: &Config) -> Result<Vec<TcpListener>, StartError> {
    bind_all(config.listen, config.workers.get())
        .map_err(|source| StartError::Bind { address: config.listen, source })
}

fn spawn(
    number: usize,
    listener: TcpListener,
    shared: &Arc<Shared>,
    telemetry: &Telemetry,
    draining: &watch::Receiver<bool>,
) -> io::Result<JoinHandle<()>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (shared, telemetry, draining) = (Arc::clone(shared), telemetry.clone(), draining.clone());
    // The system's entropy, by the only door that the standard library has to it.
    let seed = RandomState::new().build_hasher().finish();
    std::thread::Builder::new().name(format!("edge-worker-{number}")).spawn(move || {
        worker::run(&runtime, worker::Start { shared, listener, telemetry, draining, seed });
    })
}
