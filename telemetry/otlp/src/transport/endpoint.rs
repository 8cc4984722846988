//! A target, taken apart once.

use std::time::Duration;

use http::header::{CONTENT_ENCODING, CONTENT_TYPE, TE, USER_AGENT};
use http::uri::{Authority, Scheme};
use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use rustls::pki_types::ServerName;
use tokio_rustls::TlsConnector;

use super::tls;
use crate::config::{Compression, Protocol, Target};
use crate::error::ConfigError;
use crate::signal::Signal;

const AGENT: HeaderValue =
    HeaderValue::from_static(concat!("OTel-OTLP-Exporter-telemetry/", env!("CARGO_PKG_VERSION")));

/// Where to connect, and what every request looks like.
pub(super) struct Endpoint {
    pub(super) protocol: Protocol,
    pub(super) compression: Compression,
    pub(super) timeout: Duration,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) tls: Option<(TlsConnector, ServerName<'static>)>,
    /// In the form that the protocol's requests have it.
    pub(super) uri: Uri,
    pub(super) headers: HeaderMap,
}

impl Endpoint {
    pub(super) fn new(target: &Target, signal: Signal) -> Result<Self, ConfigError> {
        // They would go into header fields that proxies log, and into messages.
        let (_, after_scheme) = target.url.split_once("://").unwrap_or_default();
        if after_scheme.split(['/', '?', '#']).next().is_some_and(|authority| authority.contains('@')) {
            return Err(ConfigError::Credentials);
        }
        let wrong = || ConfigError::Url(target.url.clone());
        let url: Uri = target.url.parse().map_err(|_| wrong())?;
        let is_tls = match url.scheme() {
            Some(scheme) if *scheme == Scheme::HTTP => false,
            Some(scheme) if *scheme == Scheme::HTTPS => true,
            _ => return Err(wrong()),
        };
        let authority = url.authority().filter(|it| !it.host().is_empty()).ok_or_else(wrong)?;
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let tls = if is_tls {
            let name = ServerName::try_from(host.clone()).map_err(|_| wrong())?;
            Some((tls::connector(target.certificates.as_deref(), target.protocol)?, name))
        } else {
            None
        };
        let mut headers = headers(target)?;
        if target.protocol == Protocol::HttpProtobuf {
            let host = HeaderValue::from_str(authority.as_str()).map_err(|_| wrong())?;
            headers.insert(http::header::HOST, host);
        }
        Ok(Self {
            protocol: target.protocol,
            compression: target.compression,
            timeout: target.timeout,
            port: port(authority, is_tls).ok_or_else(wrong)?,
            host,
            tls,
            uri: uri(&url, target.protocol, signal).ok_or_else(wrong)?,
            headers,
        })
    }
}

/// The port, or that of the scheme if there is none; an empty one is none (RFC 3986 section 3.2.3).
fn port(authority: &Authority, is_tls: bool) -> Option<u16> {
    let digits = authority.as_str().strip_prefix(authority.host())?.trim_start_matches(':');
    if digits.is_empty() { Some(if is_tls { 443 } else { 80 }) } else { digits.parse().ok() }
}

/// HTTP/1.1 wants the path alone, HTTP/2 the whole (RFC 9112 section 3.2.1, RFC 9113 section 8.3.1).
fn uri(url: &Uri, protocol: Protocol, signal: Signal) -> Option<Uri> {
    match protocol {
        Protocol::HttpProtobuf => url.path_and_query().cloned().map(Uri::from),
        Protocol::Grpc => {
            let builder = Uri::builder().scheme(url.scheme()?.clone()).authority(url.authority()?.clone());
            builder.path_and_query(signal.grpc_path()).build().ok()
        }
    }
}

fn headers(target: &Target) -> Result<HeaderMap, ConfigError> {
    let mut headers = HeaderMap::new();
    headers.insert(USER_AGENT, AGENT);
    for (key, value) in &target.headers {
        let wrong = || ConfigError::Header(key.clone());
        let name = HeaderName::try_from(key.as_str()).map_err(|_| wrong())?;
        headers.insert(name, HeaderValue::try_from(value.as_str()).map_err(|_| wrong())?);
    }
    let is_gzip = target.compression == Compression::Gzip;
    match target.protocol {
        Protocol::HttpProtobuf => {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-protobuf"));
            if is_gzip {
                headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            }
        }
        Protocol::Grpc => {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
            headers.insert(TE, HeaderValue::from_static("trailers"));
            let timeout = format!("{}m", target.timeout.as_millis().min(99_999_999));
            headers.insert(
                HeaderName::from_static("grpc-timeout"),
                HeaderValue::try_from(timeout).expect("digits are a header value"),
            );
            if is_gzip {
                headers.insert(HeaderName::from_static("grpc-encoding"), HeaderValue::from_static("gzip"));
            }
        }
    }
    Ok(headers)
}
