//! The backend of the demo: an HTTP server on loopback that counts what arrives, by decoding it.

use std::convert::Infallible;
use std::io::{self, Read};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use http::{HeaderMap, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use memchr::memmem;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use prost::Message;
use tokio::net::TcpListener;

use super::records::TOKEN_PREFIX;

/// Where logs arrive.
const LOGS_PATH: &str = "/v1/logs";

/// What has arrived.
#[derive(Debug, Default)]
pub(super) struct Arrived {
    pub(super) requests: AtomicU64,
    pub(super) records: AtomicU64,
    /// As decoded.
    pub(super) bytes: AtomicU64,
    /// Bodies that could not be decoded: always a fault of somebody's.
    pub(super) damaged: AtomicU64,
    /// Tokens that should have been redacted.
    pub(super) leaked: AtomicU64,
}

/// Starts the intake; it ends with the process.
pub(super) fn start() -> io::Result<(SocketAddr, Arc<Arrived>)> {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let arrived = Arc::<Arrived>::default();
    let counts = Arc::clone(&arrived);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    thread::Builder::new().name("demo intake".to_owned()).spawn(move || {
        // Without a listener nothing arrives, and the summary says so.
        let _: io::Result<()> =
            runtime.block_on(async move { serve(TcpListener::from_std(listener)?, counts).await });
    })?;
    Ok((address, arrived))
}

async fn serve(listener: TcpListener, arrived: Arc<Arrived>) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        let arrived = Arc::clone(&arrived);
        let service = service_fn(move |request| answer(request, Arc::clone(&arrived)));
        // A connection's task ends with its connection, and all of them with the runtime.
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

async fn answer(
    request: Request<Incoming>,
    arrived: Arc<Arrived>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let status = match body.collect().await {
        Ok(body) => {
            // Whatever else others send through edge is taken and not counted.
            if head.uri.path() == LOGS_PATH {
                arrived.take(&head.headers, &body.to_bytes());
            }
            StatusCode::OK
        }
        Err(_) => StatusCode::BAD_REQUEST,
    };
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    Ok(response)
}

impl Arrived {
    fn take(&self, headers: &HeaderMap, body: &[u8]) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        match decoded(headers, body) {
            Ok((plain, records)) => {
                self.records.fetch_add(records, Ordering::Relaxed);
                self.bytes.fetch_add(plain.len() as u64, Ordering::Relaxed);
                let leaked = memmem::find_iter(&plain, TOKEN_PREFIX).count();
                self.leaked.fetch_add(leaked as u64, Ordering::Relaxed);
            }
            Err(_) => {
                self.damaged.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

/// The plain body and the number of its records.
fn decoded(headers: &HeaderMap, body: &[u8]) -> io::Result<(Vec<u8>, u64)> {
    let is = |name, value: &str| headers.get(name).is_some_and(|it| it.as_bytes() == value.as_bytes());
    let mut plain = Vec::new();
    if is(header::CONTENT_ENCODING, "gzip") {
        MultiGzDecoder::new(body).read_to_end(&mut plain)?;
    } else {
        plain.extend_from_slice(body);
    }
    let request: ExportLogsServiceRequest = if is(header::CONTENT_TYPE, "application/json") {
        serde_json::from_slice(&plain)?
    } else {
        ExportLogsServiceRequest::decode(plain.as_slice()).map_err(io::Error::other)?
    };
    Ok((plain, records(&request)))
}

/// Records of a request.
pub(super) fn records(request: &ExportLogsServiceRequest) -> u64 {
    let scopes = request.resource_logs.iter().flat_map(|resource| &resource.scope_logs);
    scopes.map(|scope| scope.log_records.len() as u64).sum()
}
