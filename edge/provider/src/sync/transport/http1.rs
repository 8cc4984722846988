//! A sync over HTTP: one POST.

use std::error::Error;
use std::pin::pin;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HOST, RETRY_AFTER, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1;

use super::line::Wire;
use super::{ANSWER_BYTES_MAX, Body};
use crate::sync::error::SyncError;
use crate::sync::source::{Encoding, SyncSource};

pub(super) const AGENT: HeaderValue = HeaderValue::from_static(concat!("edge/", env!("CARGO_PKG_VERSION")));

/// Most of what a server says to explain a refusal that is repeated.
const EXPLANATION_BYTES_MAX: usize = 200;

/// Largest explanation read.
const REFUSAL_BYTES_MAX: usize = 64 << 10;

/// Sends a request and reads the whole of the answer. `now` is what a date is counted from.
pub(super) async fn ask(
    source: &SyncSource,
    encoding: Encoding,
    wire: Box<dyn Wire>,
    body: Bytes,
    now: SystemTime,
) -> Result<Body, SyncError> {
    let (mut sender, connection) = http1::handshake(wire).await.map_err(|error| broken(&error))?;
    let exchange = async {
        let answer = sender.send_request(request(source, encoding, body)).await;
        read(answer.map_err(|error| broken(&error))?, encoding, now).await
    };
    let (exchange, connection) = (pin!(exchange), pin!(connection));
    tokio::select! {
        biased;
        answer = exchange => answer,
        // It ends by itself only before the answer is read if it broke.
        ended = connection => Err(ended.err().map_or_else(
            || SyncError::Broken("the connection was closed".to_owned()),
            |error| broken(&error),
        )),
    }
}

fn request(source: &SyncSource, encoding: Encoding, body: Bytes) -> Request<Full<Bytes>> {
    let mut request = Request::new(Full::new(body));
    *request.method_mut() = Method::POST;
    // The path alone (RFC 9112 section 3.2.1).
    if let Some(path) = source.url.uri.path_and_query() {
        *request.uri_mut() = path.clone().into();
    }
    let headers = request.headers_mut();
    headers.insert(HOST, source.url.host.clone());
    headers.insert(USER_AGENT, AGENT);
    add_configured(source, headers);
    headers.insert(CONTENT_TYPE, encoding.content_type());
    headers.insert(ACCEPT, encoding.content_type());
    request
}

/// What is configured replaces what would be sent otherwise, and may have several values.
pub(super) fn add_configured(source: &SyncSource, headers: &mut HeaderMap) {
    for (name, _) in &source.headers {
        headers.remove(name);
    }
    for (name, value) in &source.headers {
        headers.append(name, value.clone());
    }
}

async fn read(answer: http::Response<Incoming>, asked: Encoding, now: SystemTime) -> Result<Body, SyncError> {
    let (head, body) = answer.into_parts();
    if head.status != StatusCode::OK {
        let said = collect(body, REFUSAL_BYTES_MAX).await.unwrap_or_default();
        let detail = format!("{} {}", head.status, explanation(&said)).trim_end().to_owned();
        return Err(SyncError::Refused { detail, after: retry_after(&head.headers, now) });
    }
    // A server may answer in the other encoding.
    let encoding = head.headers.get(CONTENT_TYPE).and_then(Encoding::of).unwrap_or(asked);
    Ok(Body { bytes: collect(body, ANSWER_BYTES_MAX).await?, encoding })
}

async fn collect(body: Incoming, bytes_max: usize) -> Result<Bytes, SyncError> {
    match Limited::new(body, bytes_max).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(SyncError::TooLarge(bytes_max)),
        Err(error) => Err(SyncError::Broken(error.to_string())),
    }
}

/// The start of what was said, on one line.
fn explanation(said: &[u8]) -> String {
    let text = String::from_utf8_lossy(&said[..said.len().min(EXPLANATION_BYTES_MAX)]).into_owned();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Seconds, or a date (RFC 9110 section 10.2.3).
pub(super) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More than there are numbers for is long.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

fn broken(error: &hyper::Error) -> SyncError {
    // hyper's own message leaves out the cause.
    let cause = error.source().map_or_else(String::new, |source| format!(": {source}"));
    SyncError::Broken(format!("{error}{cause}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_to_come_back_is_seconds_or_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000);
        let after = |text: &str| {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_str(text).unwrap())]);
            retry_after(&headers, now).map(|after| after.as_secs())
        };
        assert_eq!(after(" 7 "), Some(7));
        assert_eq!(after("99999999999999999999"), Some(u64::MAX));
        assert_eq!(after("Thu, 01 Jan 1970 00:16:50 GMT"), Some(10));
        assert_eq!(after("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        for none in ["", "-1", "+1", "1.5", "soon"] {
            assert_eq!(after(none), None, "{none}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }

    #[test]
    fn an_explanation_is_one_short_line() {
        assert_eq!(explanation(b"  not\r\n today\xff"), "not today\u{fffd}");
        assert_eq!(explanation(&[b'x'; 1000]).len(), EXPLANATION_BYTES_MAX);
    }
}
