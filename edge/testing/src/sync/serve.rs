//! The moving parts of a policy server.

use std::collections::VecDeque;
use std::net::TcpListener as StdListener;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::{BufMut, Bytes, BytesMut};
use data_encoding::BASE64_NOPAD;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming};
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use proto::Message;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::Shared;
use super::reply::Reply;
use super::request::{Protocol, SyncRequest};

pub(super) fn serve(listener: StdListener, tls: Option<&TlsAcceptor>, shared: &Arc<Shared>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let listener = TcpListener::from_std(listener).expect("a socket that does not block");
        while let Ok((tcp, _)) = listener.accept().await {
            tokio::spawn(accept(tcp, tls.cloned(), Arc::clone(shared)));
        }
    });
}

async fn accept(tcp: TcpStream, tls: Option<TlsAcceptor>, shared: Arc<Shared>) {
    match tls {
        None => {
            // What HTTP/2 begins with, and no request of HTTP/1.
            let mut start = [0; 3];
            let is_http2 = tcp.peek(&mut start).await.is_ok() && start == *b"PRI";
            connection(tcp, is_http2, shared).await;
        }
        Some(tls) => {
            let Ok(stream) = tls.accept(tcp).await else { return };
            let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
            connection(stream, is_http2, shared).await;
        }
    }
}

async fn connection(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    is_http2: bool,
    shared: Arc<Shared>,
) {
    let service = service_fn(move |request| answer(Arc::clone(&shared), request));
    let io = TokioIo::new(stream);
    // Broken connections are what it is for.
    if is_http2 {
        drop(http2::Builder::new(TokioExecutor::new()).serve_connection(io, service).await);
    } else {
        drop(http1::Builder::new().serve_connection(io, service).await);
    }
}

/// Nothing is answered.
#[derive(Debug)]
struct HungUp;

impl std::fmt::Display for HungUp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("hung up on purpose")
    }
}

impl std::error::Error for HungUp {}

async fn answer(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Response<Scripted>, HungUp> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| HungUp)?.to_bytes();
    let request = SyncRequest::new(&head, &body);
    let mut reply = shared.take(&request);
    while let Reply::After(delay, later) = reply {
        tokio::time::sleep(delay).await;
        reply = *later;
    }
    let protocol = request.protocol;
    Ok(match reply {
        Reply::Document(document) => whole(protocol, &spelled(protocol, &document)),
        Reply::Raw(bytes) => whole(protocol, &bytes),
        Reply::Cut(document) => {
            let bytes = spelled(protocol, &document);
            let half = framed(protocol, &bytes)[..bytes.len() / 2].to_vec();
            response(protocol, Scripted { frames: [Frame::data(half.into())].into(), breaks: true })
        }
        Reply::Status(status, after) => refused(protocol, status, after),
        Reply::HangUp | Reply::After(..) => return Err(HungUp),
    })
}

fn spelled(protocol: Protocol, document: &Value) -> Vec<u8> {
    match protocol {
        Protocol::Json => document.to_string().into_bytes(),
        Protocol::Protobuf | Protocol::Grpc => {
            proto::encode(Message::SyncResponse, document).expect("the test serves a message")
        }
    }
}

/// gRPC puts a message's length in front of it.
fn framed(protocol: Protocol, message: &[u8]) -> Bytes {
    let mut bytes = BytesMut::new();
    if protocol == Protocol::Grpc {
        bytes.put_u8(0);
        bytes.put_u32(u32::try_from(message.len()).expect("a test's message is short"));
    }
    bytes.put_slice(message);
    bytes.freeze()
}

fn whole(protocol: Protocol, message: &[u8]) -> Response<Scripted> {
    let mut frames = VecDeque::from([Frame::data(framed(protocol, message))]);
    if protocol == Protocol::Grpc {
        frames.push_back(Frame::trailers(HeaderMap::from_iter([header("grpc-status", "0")])));
    }
    response(protocol, Scripted { frames, breaks: false })
}

fn response(protocol: Protocol, body: Scripted) -> Response<Scripted> {
    let mut response = Response::new(body);
    response.headers_mut().insert(
        CONTENT_TYPE,
        HeaderValue::from_static(match protocol {
            Protocol::Json => "application/json",
            Protocol::Protobuf => "application/x-protobuf",
            Protocol::Grpc => "application/grpc",
        }),
    );
    response
}

fn refused(protocol: Protocol, status: u16, after: Option<u64>) -> Response<Scripted> {
    if protocol == Protocol::Grpc {
        let mut response = response(protocol, Scripted::default());
        response.headers_mut().extend([header("grpc-status", code(status)), header("grpc-message", "no")]);
        let details = after.map(|seconds| header("grpc-status-details-bin", &retry_info(seconds)));
        response.headers_mut().extend(details);
        return response;
    }
    let said = Scripted { frames: [Frame::data(Bytes::from_static(b"no"))].into(), breaks: false };
    let mut response = Response::new(said);
    *response.status_mut() = StatusCode::from_u16(status).expect("the test has a status");
    response.headers_mut().extend(after.map(|seconds| (RETRY_AFTER, HeaderValue::from(seconds))));
    response
}

fn header(name: &'static str, value: &str) -> (http::HeaderName, HeaderValue) {
    (http::HeaderName::from_static(name), HeaderValue::from_str(value).expect("visible characters"))
}

/// What gRPC has for a status of HTTP.
fn code(status: u16) -> &'static str {
    match status {
        401 => "16",
        403 => "7",
        404 => "12",
        429 => "8",
        503 => "14",
        _ => "13",
    }
}

/// A `google.rpc.Status` with a `RetryInfo`.
fn retry_info(seconds: u64) -> String {
    let field = |number: u8, content: &[u8]| {
        [&[number << 3 | 2, u8::try_from(content.len()).expect("short")], content].concat()
    };
    let delay = field(1, &[8, u8::try_from(seconds).ok().filter(|it| *it < 128).expect("few seconds")]);
    let any = [field(1, b"type.googleapis.com/google.rpc.RetryInfo"), field(2, &delay)].concat();
    BASE64_NOPAD.encode(&[vec![8, 14], field(3, &any)].concat())
}

/// A body frame by frame, which may break behind the last one.
#[derive(Debug, Default)]
struct Scripted {
    frames: VecDeque<Frame<Bytes>>,
    breaks: bool,
}

impl Body for Scripted {
    type Data = Bytes;
    type Error = HungUp;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, HungUp>>> {
        Poll::Ready(match self.frames.pop_front() {
            Some(frame) => Some(Ok(frame)),
            None if self.breaks => Some(Err(HungUp)),
            None => None,
        })
    }

    fn is_end_stream(&self) -> bool {
        self.frames.is_empty() && !self.breaks
    }
}
