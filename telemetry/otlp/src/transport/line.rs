//! A connection to a receiver.

use std::error::Error;
use std::future::Future;
use std::io;

use bytes::{BufMut, Bytes, BytesMut};
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::{Frame, Incoming};
use hyper::client::conn::{http1, http2};
use hyper::rt::{Read, Write};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::{AbortHandle, spawn_local};

use super::endpoint::Endpoint;
use crate::config::Protocol;
use crate::metrics::Failure;

/// Longest answer read; a receiver has little to say.
const ANSWER_BYTES_MAX: usize = 64 << 10;

/// A connection that is ready for a request. Closed when it is dropped.
pub(super) struct Line {
    sender: Sender,
    task: AbortHandle,
}

enum Sender {
    Http1(http1::SendRequest<Full<Bytes>>),
    Http2(http2::SendRequest<Full<Bytes>>),
}

/// The whole of an answer.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) trailers: HeaderMap,
}

/// Why there is no answer.
pub(super) struct NoAnswer {
    pub(super) failure: Failure,
    pub(super) detail: String,
    /// Whether the receiver cannot have seen the request.
    pub(super) is_unsent: bool,
}

impl Line {
    pub(super) async fn dial(endpoint: &Endpoint) -> Result<Self, NoAnswer> {
        let tcp = TcpStream::connect((endpoint.host.as_str(), endpoint.port))
            .await
            .map_err(|it| unreachable(&it))?;
        tcp.set_nodelay(true).map_err(|it| unreachable(&it))?;
        match &endpoint.tls {
            None => Self::over(TokioIo::new(tcp), endpoint.protocol).await,
            Some((tls, name)) => {
                let tls = tls.connect(name.clone(), tcp).await.map_err(|it| unreachable(&it))?;
                Self::over(TokioIo::new(tls), endpoint.protocol).await
            }
        }
    }

    /// Leaves a task to drive the connection until either side closes it.
    async fn over(io: impl Read + Write + Unpin + 'static, protocol: Protocol) -> Result<Self, NoAnswer> {
        let (sender, task) = match protocol {
            Protocol::HttpProtobuf => {
                let (sender, connection) = http1::handshake(io).await.map_err(|it| broken(&it))?;
                (Sender::Http1(sender), spawn_local(async { drop(connection.await) }))
            }
            Protocol::Grpc => {
                let (sender, connection) = http2::handshake(Local, io).await.map_err(|it| broken(&it))?;
                (Sender::Http2(sender), spawn_local(async { drop(connection.await) }))
            }
        };
        Ok(Self { sender, task: task.abort_handle() })
    }

    pub(super) fn is_closed(&self) -> bool {
        match &self.sender {
            Sender::Http1(sender) => sender.is_closed(),
            Sender::Http2(sender) => sender.is_closed(),
        }
    }

    pub(super) async fn ask(&mut self, request: Request<Full<Bytes>>) -> Result<Answer, NoAnswer> {
        let response = match &mut self.sender {
            Sender::Http1(sender) => {
                sender.ready().await.map_err(|it| unsent(&it))?;
                sender.send_request(request).await
            }
            Sender::Http2(sender) => {
                sender.ready().await.map_err(|it| unsent(&it))?;
                sender.send_request(request).await
            }
        };
        let (head, body) = response.map_err(|it| broken(&it))?.into_parts();
        let (body, trailers) = read(body).await.map_err(|it| NoAnswer { is_unsent: false, ..broken(&it) })?;
        Ok(Answer { status: head.status, headers: head.headers, body, trailers })
    }
}

/// The body of an answer and its trailers, in which gRPC says what came of the call. Of a body too large only those.
async fn read(mut answer: Incoming) -> Result<(Bytes, HeaderMap), hyper::Error> {
    let (mut body, mut trailers) = (BytesMut::new(), HeaderMap::new());
    let mut is_too_large = false;
    while let Some(frame) = answer.frame().await {
        match frame?.into_data().map_err(Frame::into_trailers) {
            Ok(data) if !is_too_large && body.len() + data.len() <= ANSWER_BYTES_MAX => body.put(data),
            Ok(_) => {
                is_too_large = true;
                body.clear();
            }
            Err(last) => trailers = last.unwrap_or_default(),
        }
    }
    Ok((body.freeze(), trailers))
}

impl Drop for Line {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn unreachable(error: &io::Error) -> NoAnswer {
    NoAnswer { failure: Failure::Unreachable, detail: error.to_string(), is_unsent: true }
}

fn unsent(error: &hyper::Error) -> NoAnswer {
    NoAnswer { is_unsent: true, ..broken(error) }
}

fn broken(error: &hyper::Error) -> NoAnswer {
    // hyper's own message leaves out the cause.
    let cause = error.source().map_or_else(String::new, |source| format!(": {source}"));
    NoAnswer { failure: Failure::Broken, detail: format!("{error}{cause}"), is_unsent: error.is_canceled() }
}

/// Runs what HTTP/2 needs on the exporter's thread.
#[derive(Clone, Copy)]
struct Local;

impl<F> hyper::rt::Executor<F> for Local
where
    F: Future<Output: 'static> + 'static,
{
    fn execute(&self, future: F) {
        spawn_local(future);
    }
}
