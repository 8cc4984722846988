//! A server: its workers, from start to join.

use std::convert::Infallible;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use edge_policy::Registry;
use edge_protocol::Protocol;
use telemetry::Telemetry;
use tokio::sync::watch;
use tokio_rustls::TlsConnector;

use crate::body::Budget;
use crate::config::Config;
use crate::events::{DrainBegun, DrainEnded, DrainGaveUp, ServerListening};
use crate::listener::bind_all;
use crate::slots::Slots;
use crate::upstream::{Complaints, TlsError, connector};
use crate::worker;

/// How long after the drain deadline a worker may take to end. One that computes does not see the deadline pass.
const JOIN_GRACE: Duration = Duration::from_secs(2);

/// What the workers share: set before they start and never changed, but for the policies,
/// the slots, the budget and what has been said about intakes.
pub(crate) struct Shared {
    pub(crate) config: Config,
    /// In routing order.
    pub(crate) protocols: Vec<Box<dyn Protocol>>,
    pub(crate) policies: Arc<Registry>,
    pub(crate) slots: Slots,
    pub(crate) budget: Budget,
    pub(crate) complaints: Complaints,
    pub(crate) tls: Option<TlsConnector>,
    /// The zero of the time that policies see.
    pub(crate) epoch: Instant,
}

/// A running server. Dropping it shuts it down without waiting.
#[derive(Debug)]
pub struct Server {
    local_addr: SocketAddr,
    drain: watch::Sender<bool>,
    drain_deadline: Duration,
    workers: Vec<JoinHandle<()>>,
    /// Nothing comes of it: it ends with the last worker.
    ends: mpsc::Receiver<Infallible>,
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
        mut config: Config,
        protocols: Vec<Box<dyn Protocol>>,
        policies: Arc<Registry>,
        telemetry: &Telemetry,
    ) -> Result<Self, StartError> {
        config.deadlines = config.deadlines.bounded();
        let listeners = listen(&config)?;
        let local_addr = listeners[0].local_addr().map_err(StartError::Worker)?;
        let tls = config.upstreams.iter().any(crate::UpstreamUrl::is_tls);
        let tls = tls.then(|| connector(&config.extra_roots)).transpose()?;
        let drain_deadline = config.deadlines.drain;
        let slots = Slots::new(config.limits.connections_max);
        let budget = Budget::new(config.buffered_bytes_max);
        let shared = Arc::new(Shared {
            config,
            protocols,
            policies,
            slots,
            budget,
            complaints: Complaints::default(),
            tls,
            epoch: Instant::now(),
        });
        let (drain, draining) = watch::channel(false);
        let (ending, ends) = mpsc::channel();
        let workers = listeners
            .into_iter()
            .enumerate()
            .map(|(number, listener)| {
                let (shared, telemetry, draining) =
                    (Arc::clone(&shared), telemetry.clone(), draining.clone());
                spawn(number, worker::Start { shared, listener, telemetry, draining, seed: seed() }, &ending)
            })
            .collect::<io::Result<Vec<_>>>()
            .map_err(StartError::Worker)?;
        ServerListening { address: &local_addr.ip(), port: local_addr.port() }.emit();
        Ok(Self { local_addr, drain, drain_deadline, workers, ends })
    }

    /// Where it listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Stops accepting, closes idle connections and finishes what is in flight, up to the drain deadline.
    pub fn shutdown(&self) {
        if !self.drain.send_replace(true) {
            DrainBegun.emit();
        }
    }

    /// Waits until every worker is done, but not long beyond the drain deadline; to be called after
    /// [`Server::shutdown`]. False if a worker panicked or was left behind.
    pub fn join(mut self) -> bool {
        let all_ended = self.wait();
        let (ended, stuck): (Vec<_>, Vec<_>) =
            self.workers.drain(..).partition(|worker| all_ended || worker.is_finished());
        if !stuck.is_empty() {
            DrainGaveUp { workers: stuck.len() as u64 }.emit();
        }
        let sound = ended.into_iter().map(JoinHandle::join).fold(true, |sound, end| sound & end.is_ok());
        DrainEnded.emit();
        sound && stuck.is_empty()
    }

    /// Whether every worker ended in time.
    fn wait(&self) -> bool {
        let patience = self.drain_deadline.saturating_add(JOIN_GRACE);
        matches!(self.ends.recv_timeout(patience), Err(RecvTimeoutError::Disconnected))
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

/// The system's entropy, by the only door that the standard library has to it.
fn seed() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// A worker holds on to `ending` for as long as it lives.
fn spawn(
    number: usize,
    start: worker::Start,
    ending: &mpsc::Sender<Infallible>,
) -> io::Result<JoinHandle<()>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ending = ending.clone();
    std::thread::Builder::new().name(format!("edge-worker-{number}")).spawn(move || {
        worker::run(&runtime, start);
        drop(ending);
    })
}
