//! TLS to servers, with the system's roots and those that were given.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;

use crate::sync::error::SyncError;
use crate::sync::source::{SyncProtocol, SyncSource};

/// Loads roots when they are first wanted, for that is slow; and again if there were none.
#[derive(Default)]
pub(super) struct Tls(Option<TlsConnector>);

impl Tls {
    pub(super) fn connector(&mut self, source: &SyncSource) -> Result<TlsConnector, SyncError> {
        if let Some(connector) = &self.0 {
            return Ok(connector.clone());
        }
        let connector = connector(source).map_err(SyncError::Connect)?;
        Ok(self.0.insert(connector).clone())
    }
}

fn connector(source: &SyncSource) -> Result<TlsConnector, String> {
    let system = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(system.certs);
    roots.add_parsable_certificates(source.extra_roots.iter().cloned());
    if roots.is_empty() {
        let problems: Vec<String> = system.errors.iter().map(ToString::to_string).collect();
        return Err(format!("no root certificates: {}", problems.join("; ")));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let protocol: &[u8] = match source.protocol {
        SyncProtocol::Http(_) => b"http/1.1",
        SyncProtocol::Grpc => b"h2",
    };
    config.alpn_protocols = vec![protocol.to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}
