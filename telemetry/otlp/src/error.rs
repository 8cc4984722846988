//! Why an exporter cannot be set up.

use std::io;

/// Why an exporter cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// No URL that can be sent to.
    #[error("`{0}` is no http or https URL with a host, and a port up to 65535 if it has one")]
    Url(String),
    /// A user name or a password in a URL. It is not repeated here.
    #[error("a URL with a user name or password: say who you are in a header field, such as authorization")]
    Credentials,
    /// No protocol that there is.
    #[error("unknown protocol `{0}`, known are http/protobuf and grpc")]
    Protocol(String),
    /// No compression that there is.
    #[error("unknown compression `{0}`, known are none and gzip")]
    Compression(String),
    /// No temporality that there is.
    #[error("unknown temporality `{0}`, known are cumulative, delta and lowmemory")]
    Temporality(String),
    /// Not a header field.
    #[error("`{0}` is no name of a header field with a value")]
    Header(String),
    /// Not a number of milliseconds.
    #[error("`{value}` in {variable} is no number of milliseconds")]
    Milliseconds {
        /// Where it stands.
        variable: String,
        /// What stands there.
        value: String,
    },
    /// A file of certificates cannot be read.
    #[error("certificates of `{path}` cannot be read: {source}")]
    CertificateFile {
        /// Which file.
        path: String,
        /// Why not.
        source: io::Error,
    },
    /// No certificates in what was given as such, and none of the system.
    #[error("no root certificates: {0}")]
    Certificates(String),
    /// The TLS library refuses its own defaults.
    #[error(transparent)]
    Tls(#[from] rustls::Error),
    /// The system has no thread left.
    #[error("no thread for the exporter: {0}")]
    Thread(#[from] io::Error),
}
