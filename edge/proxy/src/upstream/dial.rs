//! A fresh connection to an intake.

use std::io;
use std::rc::Rc;
use std::time::Duration;

use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::task::AbortHandle;
use tokio_rustls::TlsConnector;

use super::traffic::{Traffic, Watched};
use super::url::Authority;
use crate::body::Upload;
use crate::error::UpstreamFailure;
use crate::wire::Wire;

/// Header fields accepted in a response; more than senders may send, because an intake is trusted further.
const RESPONSE_HEADERS_MAX: usize = 256;

/// A connection that is ready for a request, and what goes over it.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) sender: SendRequest<Upload>,
    pub(super) traffic: Rc<Traffic>,
    task: AbortHandle,
}

impl Line {
    /// Closes the connection, whatever it is doing: one that waits for its peer would not notice that nobody waits for it.
    pub(super) fn hang_up(&self) {
        self.task.abort();
    }
}

/// Connects to one authority.
#[derive(Clone)]
pub(super) struct Dialer {
    pub(super) authority: Authority,
    tls: Option<TlsConnector>,
    deadline: Duration,
}

impl Dialer {
    pub(super) fn new(authority: Authority, tls: Option<TlsConnector>, deadline: Duration) -> Self {
        Self { authority, tls, deadline }
    }

    /// Resolves, connects, shakes hands, and leaves a task to drive the connection until either side closes it.
    /// The worker's task set owns the task, and ends it with the worker.
    pub(super) async fn dial(&self) -> Result<Line, UpstreamFailure> {
        let wire = tokio::time::timeout(self.deadline, self.connect())
            .await
            .map_err(|_| UpstreamFailure::DialDeadline)?
            .map_err(UpstreamFailure::Dial)?;
        let traffic = Rc::<Traffic>::default();
        let (sender, connection) = http1::Builder::new()
            .max_headers(RESPONSE_HEADERS_MAX)
            .handshake(TokioIo::new(Watched::new(wire, Rc::clone(&traffic))))
            .await
            .map_err(|error| UpstreamFailure::Closed(error.to_string()))?;
        // Its result reaches the exchange that was using it; a connection that ends idle is nobody's news.
        let task = tokio::task::spawn_local(async { drop(connection.await) }).abort_handle();
        Ok(Line { sender, traffic, task })
    }

    async fn connect(&self) -> io::Result<Wire> {
        let tcp = TcpStream::connect((self.authority.name.as_str(), self.authority.port)).await?;
        tcp.set_nodelay(true)?;
        let Some(tls) = &self.tls else { return Ok(Wire::Plain(tcp)) };
        let name = ServerName::try_from(self.authority.name.clone()).map_err(io::Error::other)?;
        let stream = tls.connect(name, tcp).await?;
        Ok(Wire::Tls(Box::new(stream.into())))
    }
}

impl std::fmt::Debug for Dialer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dialer").field("authority", &self.authority).finish_non_exhaustive()
    }
}
