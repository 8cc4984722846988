//! The URL of an intake, taken apart once.

use http::uri::{PathAndQuery, Scheme};
use http::{HeaderValue, Uri};

/// A validated `http` or `https` URL: where to connect, what Host to send, what to put in front of paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpstreamUrl {
    pub(crate) authority: Authority,
    pub(crate) host: HeaderValue,
    pub(crate) prefix: String,
}

/// What decides whether two roles can share connections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Authority {
    pub(crate) tls: bool,
    pub(crate) name: String,
    pub(crate) port: u16,
}

impl UpstreamUrl {
    /// Parses an absolute URL. Its path is put in front of every request's.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        let uri: Uri = text.parse().map_err(|_| UrlError::Syntax(text.to_owned()))?;
        let tls = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTP => false,
            Some(scheme) if *scheme == Scheme::HTTPS => true,
            _ => return Err(UrlError::Scheme(text.to_owned())),
        };
        let authority = uri.authority().ok_or_else(|| UrlError::Syntax(text.to_owned()))?;
        if authority.as_str().contains('@') {
            return Err(UrlError::Credentials);
        }
        if uri.query().is_some() {
            return Err(UrlError::Query(text.to_owned()));
        }
        let host =
            HeaderValue::from_str(authority.as_str()).map_err(|_| UrlError::Syntax(text.to_owned()))?;
        let name = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let port = port(authority)?.unwrap_or(if tls { 443 } else { 80 });
        let prefix = uri.path().trim_end_matches('/').to_owned();
        Ok(Self { authority: Authority { tls, name, port }, host, prefix })
    }

    /// Whether connections to it are encrypted.
    pub fn is_tls(&self) -> bool {
        self.authority.tls
    }

    /// The target to ask the intake for, byte for byte as the sender asked behind the prefix.
    pub(crate) fn target(&self, asked: &Uri) -> Option<Uri> {
        let asked = asked.path_and_query();
        // `*` asks for the server and not for a path on it (RFC 9112 section 3.2.4).
        if self.prefix.is_empty() || asked.is_some_and(|asked| asked == "*") {
            return Some(asked.cloned().unwrap_or_else(|| PathAndQuery::from_static("/")).into());
        }
        let joined = format!("{}{}", self.prefix, asked.map_or("/", PathAndQuery::as_str));
        PathAndQuery::from_maybe_shared(joined).ok().map(Uri::from)
    }
}

/// The port behind the colon, if there is a colon.
fn port(authority: &http::uri::Authority) -> Result<Option<u16>, UrlError> {
    let Some(port) =
        authority.as_str().strip_prefix(authority.host()).and_then(|rest| rest.strip_prefix(':'))
    else {
        return Ok(None);
    };
    let number = Some(port).filter(|port| port.bytes().all(|byte| byte.is_ascii_digit()));
    match number.and_then(|number| number.parse().ok()) {
        None | Some(0) => Err(UrlError::Port(port.to_owned())),
        port => Ok(port),
    }
}

impl std::str::FromStr for UpstreamUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        Self::parse(text)
    }
}

impl std::fmt::Display for UpstreamUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scheme = if self.authority.tls { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.host.to_str().unwrap_or_default(), self.prefix)
    }
}

/// Why a text is no URL of an intake.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// Not an absolute URL.
    #[error("`{0}` is not an absolute URL")]
    Syntax(String),
    /// Neither `http` nor `https`.
    #[error("`{0}` does not start with http:// or https://")]
    Scheme(String),
    /// What stands behind the colon is no port.
    #[error("`{0}` is not a port from 1 to 65535")]
    Port(String),
    /// The query of a request goes on byte for byte, so that there is no place for another.
    #[error("`{0}` has a query, which cannot be put in front of a request's")]
    Query(String),
    /// Credentials belong in a header; the URL is not shown, because it holds some.
    #[error("the URL holds credentials; senders' own credentials are forwarded instead")]
    Credentials,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_is_the_prefix_and_what_was_asked() {
        let check = |url: &str, asked: &str, target: &str| {
            let url = UpstreamUrl::parse(url).unwrap();
            assert_eq!(url.target(&asked.parse().unwrap()).unwrap().to_string(), target);
        };
        check("http://intake", "/v1/logs?a=%20&b", "/v1/logs?a=%20&b");
        check("http://intake/", "/v1/logs", "/v1/logs");
        check("https://intake:8443/base/", "/v1/logs?q", "/base/v1/logs?q");
        check("http://intake/base", "http://elsewhere/p?q", "/base/p?q");
        check("http://intake", "http://elsewhere", "/");
        check("http://intake", "*", "*");
        check("http://intake/base", "*", "*");
    }

    #[test]
    fn ports_have_defaults_and_addresses_lose_their_brackets() {
        let check = |url: &str, tls, name: &str, port| {
            let authority = Authority { tls, name: name.to_owned(), port };
            assert_eq!(UpstreamUrl::parse(url).unwrap().authority, authority);
        };
        check("http://intake", false, "intake", 80);
        check("https://intake", true, "intake", 443);
        check("http://[::1]:81/x", false, "::1", 81);
    }

    #[test]
    fn a_port_that_is_none_is_named() {
        for port in ["99999", "", "0", "65536", "080x", "+80"] {
            for url in [format!("http://intake:{port}"), format!("https://[::1]:{port}/base")] {
                let error = UpstreamUrl::parse(&url).unwrap_err();
                assert!(matches!(error, UrlError::Port(_) | UrlError::Syntax(_)), "{url}: {error}");
                assert!(error.to_string().contains(port));
            }
        }
        assert_eq!(UpstreamUrl::parse("http://intake:0").unwrap_err(), UrlError::Port("0".to_owned()));
        assert_eq!(UpstreamUrl::parse("http://intake:65535").unwrap().authority.port, 65535);
    }

    #[test]
    fn what_cannot_be_an_intake_is_refused() {
        for url in ["", "intake", "/path", "ftp://intake", "http://", "http://u:p@intake", "http://intake/?q"]
        {
            assert!(UpstreamUrl::parse(url).is_err(), "{url}");
        }
    }
}
