//! What there is to know about a server before it is asked.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use http::uri::Scheme;
use http::{HeaderName, HeaderValue, Uri};
use rustls::pki_types::{CertificateDer, ServerName};

/// A server to take policies from.
#[derive(Debug, Clone)]
pub struct SyncSource {
    /// Unique id of the provider.
    pub id: String,
    /// Where it is: with HTTP the very URL that is posted to, with gRPC the server.
    pub url: SyncUrl,
    /// How it is spoken to.
    pub protocol: SyncProtocol,
    /// Header fields of every request, in order.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// Time between two requests, unless the server recommends another.
    pub poll_interval: Duration,
    /// Most time that one exchange may take, from the look-up of the address to the end of the answer.
    pub timeout: Duration,
    /// Where the last good set is kept for a start without the server; its folder must exist.
    pub cache_path: Option<PathBuf>,
    /// Certificates to trust beside the system's.
    pub extra_roots: Vec<CertificateDer<'static>>,
}

/// How a server is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyncProtocol {
    /// A POST of a body of this encoding.
    Http(Encoding),
    /// A call of `tero.policy.v1.PolicyService/Sync`.
    Grpc,
}

/// How a body is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// `application/x-protobuf`
    Protobuf,
    /// `application/json`
    Json,
}

impl Encoding {
    pub(crate) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Protobuf => "application/x-protobuf",
            Self::Json => "application/json",
        })
    }

    /// The encoding that a content type names.
    pub(crate) fn of(content_type: &HeaderValue) -> Option<Self> {
        let text = content_type.to_str().ok()?;
        let essence = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match essence.as_str() {
            "application/json" => Some(Self::Json),
            "application/x-protobuf" | "application/protobuf" => Some(Self::Protobuf),
            _ => None,
        }
    }
}

/// A validated `http` or `https` URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncUrl {
    pub(crate) uri: Uri,
    pub(crate) host: HeaderValue,
    /// What to look up: a name, or an address without brackets.
    pub(crate) name: String,
    pub(crate) port: u16,
    /// The name that the server's certificate must have, if connections are encrypted.
    pub(crate) tls: Option<ServerName<'static>>,
}

/// Why a text is no URL of a policy server. It is not repeated, for it may hold credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SyncUrlError {
    /// Not an absolute URL.
    #[error("is not an absolute URL such as https://policies.example/v1/policy/sync")]
    Syntax,
    /// Neither `http` nor `https`.
    #[error("does not start with http:// or https://")]
    Scheme,
    /// Credentials belong in a header field.
    #[error("holds credentials; they belong in `headers`")]
    Credentials,
}

impl SyncUrl {
    /// Whether it names more than a server.
    pub fn has_path(&self) -> bool {
        self.uri.path_and_query().is_some_and(|path| path != "/")
    }
}

impl FromStr for SyncUrl {
    type Err = SyncUrlError;

    fn from_str(text: &str) -> Result<Self, SyncUrlError> {
        let uri: Uri = text.parse().map_err(|_| SyncUrlError::Syntax)?;
        let is_tls = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTP => false,
            Some(scheme) if *scheme == Scheme::HTTPS => true,
            Some(_) => return Err(SyncUrlError::Scheme),
            None => return Err(SyncUrlError::Syntax),
        };
        let authority = uri.authority().cloned().ok_or(SyncUrlError::Syntax)?;
        if authority.as_str().contains('@') {
            return Err(SyncUrlError::Credentials);
        }
        let name = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let has_port = authority.as_str().len() > authority.host().len();
        let port = match authority.port_u16() {
            Some(port @ 1..) => port,
            None if !has_port => {
                if is_tls {
                    443
                } else {
                    80
                }
            }
            Some(0) | None => return Err(SyncUrlError::Syntax),
        };
        let host = HeaderValue::from_str(authority.as_str()).map_err(|_| SyncUrlError::Syntax)?;
        let tls_name = || ServerName::try_from(name.clone()).map_err(|_| SyncUrlError::Syntax);
        let tls = is_tls.then(tls_name).transpose()?;
        Ok(Self { uri, host, name, port, tls })
    }
}

/// Without its query, in which keys are sent too.
impl fmt::Display for SyncUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.host.to_str().unwrap_or_default(), self.uri.path())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_where_to_connect() {
        let check = |text: &str, name: &str, port, is_tls| {
            let url: SyncUrl = text.parse().unwrap();
            assert_eq!((url.name.as_str(), url.port, url.tls.is_some()), (name, port, is_tls));
            assert_eq!(url.to_string(), text.split('?').next().unwrap());
        };
        check("http://host/v1/policy/sync", "host", 80, false);
        check("https://host/v1/policy/sync?key=secret", "host", 443, true);
        check("http://[::1]:8080/", "::1", 8080, false);
    }

    #[test]
    fn what_cannot_be_a_server_is_refused() {
        let check = |text: &str, error| assert_eq!(text.parse::<SyncUrl>().unwrap_err(), error, "{text}");
        check("", SyncUrlError::Syntax);
        check("host/path", SyncUrlError::Syntax);
        check("ftp://host/", SyncUrlError::Scheme);
        check("http://user:secret@host/", SyncUrlError::Credentials);
        check("http://host:/", SyncUrlError::Syntax);
        check("http://host:0/", SyncUrlError::Syntax);
        check("http://host:99999/", SyncUrlError::Syntax);
    }

    #[test]
    fn an_encoding_is_known_by_its_content_type() {
        let of = |text| Encoding::of(&HeaderValue::from_static(text));
        assert_eq!(of("application/json"), Some(Encoding::Json));
        assert_eq!(of("Application/JSON; charset=utf-8"), Some(Encoding::Json));
        assert_eq!(of("application/x-protobuf"), Some(Encoding::Protobuf));
        assert_eq!(of("text/html"), None);
    }
}
