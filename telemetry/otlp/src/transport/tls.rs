//! TLS to receivers, with the system's roots and those that were given.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;

use crate::config::Protocol;
use crate::error::ConfigError;

/// Loads the system's roots; slow, so only if a receiver wants TLS.
pub(super) fn connector(extra: Option<&[u8]>, protocol: Protocol) -> Result<TlsConnector, ConfigError> {
    let system = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(system.certs);
    for certificate in CertificateDer::pem_slice_iter(extra.unwrap_or_default()) {
        let certificate = certificate.map_err(|error| ConfigError::Certificates(error.to_string()))?;
        roots.add(certificate)?;
    }
    if roots.is_empty() {
        let problems: Vec<String> = system.errors.iter().map(ToString::to_string).collect();
        return Err(ConfigError::Certificates(problems.join("; ")));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let protocol: &[u8] = match protocol {
        Protocol::HttpProtobuf => b"http/1.1",
        Protocol::Grpc => b"h2",
    };
    config.alpn_protocols = vec![protocol.to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}
