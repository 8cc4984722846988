//! One receiver of one signal.

use std::io::Write;

use bytes::Bytes;
use flate2::write::GzEncoder;
use http::{Method, Request};
use http_body_util::Full;
use tokio::time::timeout;

use super::endpoint::Endpoint;
use super::line::{Answer, Line, NoAnswer};
use super::verdict::Verdict;
use super::{grpc, http1};
use crate::config::{Compression, Protocol, Target};
use crate::error::ConfigError;
use crate::metrics::Failure;
use crate::signal::Signal;

/// Sends bodies to a receiver, one at a time, over a connection that is kept.
pub(crate) struct Client {
    endpoint: Endpoint,
    line: Option<Line>,
}

/// How bodies are made ready for the wire.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Packing {
    protocol: Protocol,
    compression: Compression,
}

impl Packing {
    /// A body as it goes over the wire, so that what waits takes no more room than it has to.
    pub(crate) fn payload(self, body: &[u8]) -> Bytes {
        let is_compressed = self.compression == Compression::Gzip;
        let body = if is_compressed { gzip(body) } else { Bytes::copy_from_slice(body) };
        match self.protocol {
            Protocol::HttpProtobuf => body,
            Protocol::Grpc => grpc::frame(is_compressed, &body),
        }
    }
}

impl Client {
    pub(crate) fn new(target: &Target, signal: Signal) -> Result<Self, ConfigError> {
        Ok(Self { endpoint: Endpoint::new(target, signal)?, line: None })
    }

    /// How bodies are made ready for it.
    pub(crate) fn packing(&self) -> Packing {
        Packing { protocol: self.endpoint.protocol, compression: self.endpoint.compression }
    }

    /// Makes one attempt.
    pub(crate) async fn send(&mut self, payload: &Bytes) -> Verdict {
        // Taken out meanwhile: a connection on which something went wrong, or took too long, is not used again.
        let line = self.line.take().filter(|line| !line.is_closed());
        match timeout(self.endpoint.timeout, exchange(&self.endpoint, line, payload)).await {
            Ok(Ok((answer, line))) => {
                self.line = Some(line);
                match self.endpoint.protocol {
                    Protocol::HttpProtobuf => http1::verdict(&answer),
                    Protocol::Grpc => grpc::verdict(&answer),
                }
            }
            Ok(Err(none)) => Verdict::retry(none.failure, &none.detail),
            Err(_) => Verdict::retry(Failure::Timeout, "no answer in time"),
        }
    }
}

/// The receiver may close a connection that was kept at any moment: then the request, which it cannot have seen, goes
/// over a new one at once.
async fn exchange(
    endpoint: &Endpoint,
    kept: Option<Line>,
    payload: &Bytes,
) -> Result<(Answer, Line), NoAnswer> {
    if let Some(mut line) = kept {
        match line.ask(request(endpoint, payload)).await {
            Ok(answer) => return Ok((answer, line)),
            Err(none) if !none.is_unsent => return Err(none),
            Err(_) => {}
        }
    }
    let mut line = Line::dial(endpoint).await?;
    let answer = line.ask(request(endpoint, payload)).await?;
    Ok((answer, line))
}

fn request(endpoint: &Endpoint, payload: &Bytes) -> Request<Full<Bytes>> {
    let mut request = Request::new(Full::new(payload.clone()));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = endpoint.uri.clone();
    *request.headers_mut() = endpoint.headers.clone();
    request
}

fn gzip(body: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(body).expect("writing to memory does not fail");
    encoder.finish().expect("writing to memory does not fail").into()
}
