//! Which headers go on: all but those that speak about one connection (RFC 9110 section 7.6.1).

use http::header::{
    CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderName, PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderMap, HeaderValue};

const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
const PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");

/// Fields of one connection whether or not `Connection` names them. Trailers are dropped, as RFC 9110 section 6.5.1
/// lets us, and so is their announcement.
static HOP_BY_HOP: [HeaderName; 8] = [
    KEEP_ALIVE,
    PROXY_CONNECTION,
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// Checksums of a body (RFC 9530, and what came before it).
static DIGESTS: [HeaderName; 4] = [
    HeaderName::from_static("content-md5"),
    HeaderName::from_static("digest"),
    HeaderName::from_static("content-digest"),
    HeaderName::from_static("repr-digest"),
];

/// Fields without which a body cannot be read: a sender must not name them in `Connection` (RFC 9110 section 7.6.1),
/// and obeying one that does would corrupt its batch.
static OF_THE_MESSAGE: [HeaderName; 4] = [CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HOST];

/// Drops the fields that speak about the connection a message came on.
pub(crate) fn drop_hop_by_hop(headers: &mut HeaderMap) {
    if headers.contains_key(CONNECTION) {
        drop_named_in_connection(headers);
    }
    for name in &HOP_BY_HOP {
        headers.remove(name);
    }
}

/// Drops what was said about the bytes of a body that goes on changed.
pub(crate) fn drop_digests(headers: &mut HeaderMap) {
    for name in &DIGESTS {
        headers.remove(name);
    }
}

/// Readies a sender's headers for an intake.
pub(crate) fn readdress(headers: &mut HeaderMap, host: &HeaderValue) {
    drop_hop_by_hop(headers);
    headers.insert(HOST, host.clone());
}

fn drop_named_in_connection(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .flat_map(|value| value.as_bytes().split(|&byte| byte == b','))
        .filter_map(|name| HeaderName::from_bytes(name.trim_ascii()).ok())
        .filter(|name| !OF_THE_MESSAGE.contains(name))
        .collect();
    headers.remove(CONNECTION);
    for name in named {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(before: &[(&'static str, &'static str)], after: &[(&str, &str)]) {
        let mut headers = HeaderMap::new();
        for (name, value) in before {
            headers.append(*name, HeaderValue::from_static(value));
        }
        drop_hop_by_hop(&mut headers);
        let mut left: Vec<_> =
            headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
        left.sort_by_key(|(name, _)| *name);
        assert_eq!(left, after);
    }

    #[test]
    fn connection_fields_and_those_they_name_are_dropped() {
        check(
            &[
                ("connection", "close, X-Private ,,"),
                ("connection", "keep-alive"),
                ("keep-alive", "timeout=5"),
                ("x-private", "1"),
                ("x-private", "2"),
                ("te", "trailers"),
                ("trailer", "x"),
                ("transfer-encoding", "chunked"),
                ("upgrade", "h2c"),
                ("proxy-connection", "keep-alive"),
                ("proxy-authorization", "secret"),
                ("x-public", "1"),
            ],
            &[("x-public", "1")],
        );
    }

    #[test]
    fn everything_else_stays_with_duplicates_in_order() {
        check(
            &[("b", "2"), ("connection", "close"), ("a", "1"), ("b", "1"), ("authorization", "key")],
            &[("a", "1"), ("authorization", "key"), ("b", "2"), ("b", "1")],
        );
    }

    #[test]
    fn a_message_keeps_what_its_body_needs() {
        check(
            &[("connection", "content-encoding, host"), ("content-encoding", "gzip"), ("host", "a")],
            &[("content-encoding", "gzip"), ("host", "a")],
        );
    }
}
