//! A sync over gRPC: one unary call.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use bytes::{Buf, BufMut, Bytes};
use http::header::USER_AGENT;
use http::uri::PathAndQuery;
use http::{HeaderMap, Uri};
use hyper::body::Incoming;
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::TokioExecutor;
use tonic::body::Body;
use tonic::client::Grpc;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::metadata::MetadataMap;
use tonic::{Extensions, Request, Status};

use super::line::Wire;
use super::retry_delay::retry_delay;
use super::{ANSWER_BYTES_MAX, http1};
use crate::sync::error::SyncError;
use crate::sync::source::SyncSource;

/// Calls the method and reads its answer. `now` is what a date is counted from.
pub(super) async fn ask(
    source: &SyncSource,
    wire: Box<dyn Wire>,
    message: Bytes,
    now: SystemTime,
) -> Result<Bytes, SyncError> {
    let handshake = http2::handshake(TokioExecutor::new(), wire);
    let (sender, connection) = handshake.await.map_err(|error| SyncError::Broken(error.to_string()))?;
    // Its end reaches the call; it ends with the sender.
    tokio::spawn(async { drop(connection.await) });
    let mut client =
        Grpc::with_origin(Channel(sender), origin(source)).max_decoding_message_size(ANSWER_BYTES_MAX);
    client.ready().await.map_err(|error| SyncError::Broken(error.to_string()))?;
    let path = PathAndQuery::from_static(proto::SYNC_METHOD);
    let answer = client.unary(request(source, message), path, Raw).await;
    answer.map(tonic::Response::into_inner).map_err(|status| refusal(&status, now))
}

/// Scheme and authority; the path is the method's.
fn origin(source: &SyncSource) -> Uri {
    let mut parts = source.url.uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::from_static("/"));
    Uri::from_parts(parts).expect("an absolute URL stays one with another path")
}

fn request(source: &SyncSource, message: Bytes) -> Request<Bytes> {
    let mut headers = HeaderMap::from_iter([(USER_AGENT, http1::AGENT)]);
    http1::add_configured(source, &mut headers);
    let mut request = Request::from_parts(MetadataMap::from_headers(headers), Extensions::default(), message);
    request.set_timeout(source.timeout);
    request
}

fn refusal(status: &Status, now: SystemTime) -> SyncError {
    let detail = format!("{:?} {}", status.code(), status.message()).trim_end().to_owned();
    SyncError::Refused { detail, after: after(status, now) }
}

/// As gRPC says it, or as something between that speaks HTTP only.
fn after(status: &Status, now: SystemTime) -> Option<Duration> {
    let headers = status.metadata().clone().into_headers();
    retry_delay(status.details()).or_else(|| http1::retry_after(&headers, now))
}

/// A connection as the service that `tonic` calls.
struct Channel(SendRequest<Body>);

impl tower_service::Service<http::Request<Body>> for Channel {
    type Response = http::Response<Incoming>;
    type Error = hyper::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, hyper::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), hyper::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        Box::pin(self.0.send_request(request))
    }
}

/// Messages as bytes: they are taken apart policy by policy, so that one that cannot be read hurts no other.
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, message: Bytes, into: &mut EncodeBuf<'_>) -> Result<(), Status> {
        into.put(message);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(from.copy_to_bytes(from.remaining())))
    }
}
