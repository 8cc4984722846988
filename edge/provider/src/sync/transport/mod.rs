//! One exchange with a server, over a connection of its own: polls are too far apart to keep one.

mod grpc;
mod http1;
mod line;
mod retry_delay;
mod tls;

use std::time::SystemTime;

use bytes::Bytes;
use tokio::time::timeout;

use super::error::SyncError;
use super::source::{Encoding, SyncProtocol, SyncSource};
use tls::Tls;

/// Largest answer read; a thousand times what is usual.
const ANSWER_BYTES_MAX: usize = 64 << 20;

/// Reaches one server.
pub(super) struct Transport {
    source: SyncSource,
    tls: Tls,
}

/// The body of an answer.
pub(super) struct Body {
    pub(super) bytes: Bytes,
    pub(super) encoding: Encoding,
}

impl Transport {
    pub(super) fn new(source: SyncSource) -> Self {
        Self { source, tls: Tls::default() }
    }

    /// How requests are encoded.
    pub(super) fn encoding(&self) -> Encoding {
        match self.source.protocol {
            SyncProtocol::Http(encoding) => encoding,
            SyncProtocol::Grpc => Encoding::Protobuf,
        }
    }

    /// Sends a request and reads the whole of the answer, within the source's time.
    pub(super) async fn exchange(&mut self, request: Bytes) -> Result<Body, SyncError> {
        let deadline = self.source.timeout;
        timeout(deadline, self.ask(request)).await.unwrap_or(Err(SyncError::Deadline))
    }

    async fn ask(&mut self, request: Bytes) -> Result<Body, SyncError> {
        let wire = line::dial(&self.source, &mut self.tls).await?;
        match self.source.protocol {
            SyncProtocol::Http(encoding) => {
                http1::ask(&self.source, encoding, wire, request, SystemTime::now()).await
            }
            SyncProtocol::Grpc => {
                let bytes = grpc::ask(&self.source, wire, request, SystemTime::now()).await?;
                Ok(Body { bytes, encoding: Encoding::Protobuf })
            }
        }
    }
}
