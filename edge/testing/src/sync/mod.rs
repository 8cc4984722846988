//! A policy server on the loopback interface: HTTP with JSON and protobuf, and gRPC, on one port. It records what it is
//! told, answers as it is told, and misbehaves on demand.

mod reply;
mod request;
mod serve;
mod totals;

use std::collections::{BTreeMap, VecDeque};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tokio_rustls::TlsAcceptor;

use crate::PATIENCE;

pub use reply::Reply;
pub use request::{Protocol, SyncRequest};
pub use totals::Totals;

/// The server. It serves until the test process ends.
#[derive(Debug)]
pub struct SyncServer {
    address: SocketAddr,
    is_tls: bool,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// What is answered unless the script says otherwise.
    document: Value,
    script: VecDeque<Reply>,
    requests: Vec<SyncRequest>,
    totals: BTreeMap<String, Totals>,
}

impl SyncServer {
    /// Starts a server without policies.
    ///
    /// # Panics
    /// If the loopback interface has no port left.
    pub fn start() -> Self {
        Self::start_with(None)
    }

    /// The same, over TLS.
    ///
    /// # Panics
    /// If the loopback interface has no port left.
    pub fn start_tls(tls: TlsAcceptor) -> Self {
        Self::start_with(Some(tls))
    }

    fn start_with(tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free loopback port");
        listener.set_nonblocking(true).expect("a bound socket takes options");
        let address = listener.local_addr().expect("a bound socket has an address");
        let server = Self { address, is_tls: tls.is_some(), shared: Arc::default() };
        server.serve(json!({"policies": []}));
        let shared = Arc::clone(&server.shared);
        std::thread::spawn(move || serve::serve(listener, tls.as_ref(), &shared));
        server
    }

    /// Its URL for gRPC.
    pub fn url(&self) -> String {
        let scheme = if self.is_tls { "https" } else { "http" };
        format!("{scheme}://localhost:{}", self.address.port())
    }

    /// Its URL for HTTP.
    pub fn sync_url(&self) -> String {
        self.url() + "/v1/policy/sync"
    }

    /// Answers with this `SyncResponse` from now on: as it is in JSON, and as the message that it spells in protobuf.
    pub fn serve(&self, document: Value) {
        self.shared.lock().document = document;
    }

    /// Queues a reply for the next request that has none yet.
    pub fn will(&self, reply: Reply) -> &Self {
        self.shared.lock().script.push_back(reply);
        self
    }

    /// How many replies have not been given yet.
    pub fn pending(&self) -> usize {
        self.shared.lock().script.len()
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<SyncRequest> {
        self.shared.lock().requests.clone()
    }

    /// Waits for this many requests.
    ///
    /// # Panics
    /// If they do not come.
    pub fn wait_for(&self, count: usize) -> Vec<SyncRequest> {
        self.shared.wait(|state| state.requests.len() >= count).requests.clone()
    }

    /// What it was told of each policy, added up, by requests that it answered with success.
    pub fn totals(&self) -> BTreeMap<String, Totals> {
        self.shared.lock().totals.clone()
    }

    /// Waits until what it was told of a policy is as it should be.
    ///
    /// # Panics
    /// If that does not come.
    pub fn wait_for_totals(&self, id: &str, until: impl Fn(&Totals) -> bool) -> Totals {
        self.shared.wait(|state| state.totals.get(id).is_some_and(&until)).totals[id].clone()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait(&self, until: impl Fn(&State) -> bool) -> MutexGuard<'_, State> {
        let (state, timeout) = self
            .changed
            .wait_timeout_while(self.lock(), PATIENCE, |state| !until(state))
            .unwrap_or_else(PoisonError::into_inner);
        assert!(!timeout.timed_out(), "the server waited in vain; it has {:#?}", state.requests);
        state
    }

    /// Records a request; what to reply, if it is not what is served anyway.
    fn take(&self, request: &SyncRequest) -> Reply {
        let mut state = self.lock();
        let scripted = state.script.pop_front();
        let reply = scripted.unwrap_or_else(|| Reply::Document(state.document.clone()));
        state.requests.push(request.clone());
        if reply.is_success() {
            totals::add(&mut state.totals, &request.tree);
        }
        drop(state);
        self.changed.notify_all();
        reply
    }
}
