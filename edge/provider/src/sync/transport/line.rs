//! A connection to a server.

use std::io;

use hyper::rt::{Read, Write};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::tls::Tls;
use crate::sync::error::SyncError;
use crate::sync::source::SyncSource;

/// What bytes go over.
pub(super) trait Wire: Read + Write + Unpin + Send {}

impl<T: Read + Write + Unpin + Send> Wire for T {}

/// Resolves, connects, and shakes hands where that is wanted.
pub(super) async fn dial(source: &SyncSource, tls: &mut Tls) -> Result<Box<dyn Wire>, SyncError> {
    let url = &source.url;
    let tcp = TcpStream::connect((url.name.as_str(), url.port)).await.map_err(unreachable)?;
    tcp.set_nodelay(true).map_err(unreachable)?;
    let Some(name) = &url.tls else { return Ok(Box::new(TokioIo::new(tcp))) };
    let connector = tls.connector(source)?;
    let stream = connector.connect(name.clone(), tcp).await.map_err(unreachable)?;
    Ok(Box::new(TokioIo::new(stream)))
}

#[expect(clippy::needless_pass_by_value, reason = "it stands where an error is mapped")]
fn unreachable(error: io::Error) -> SyncError {
    SyncError::Connect(error.to_string())
}
