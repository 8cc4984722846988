//! TLS to intakes, with the system's roots.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;

/// Why no intake can be reached over TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The system has no usable root certificates and none were given.
    #[error("no root certificates: {0}")]
    NoRoots(String),
    /// The TLS library refuses its own defaults.
    #[error(transparent)]
    Config(#[from] rustls::Error),
}

/// Loads the system's roots; slow, so once and only if an intake wants TLS.
pub(crate) fn connector(extra_roots: &[CertificateDer<'static>]) -> Result<TlsConnector, TlsError> {
    let system = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(system.certs);
    roots.add_parsable_certificates(extra_roots.iter().cloned());
    if roots.is_empty() {
        let problems: Vec<String> = system.errors.iter().map(ToString::to_string).collect();
        return Err(TlsError::NoRoots(problems.join("; ")));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}
