//! The embedded intake: takes everything, keeps nothing, and answers as an OTLP receiver would.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Response};

/// Success in the sender's own format: an empty JSON object for JSON, an empty message for everything else.
pub(crate) fn answer(request: &HeaderMap) -> Response<Bytes> {
    let content_type = request.get(CONTENT_TYPE);
    let json = content_type.is_some_and(|value| is_json(value.as_bytes()));
    let mut response = Response::new(if json { Bytes::from_static(b"{}") } else { Bytes::new() });
    if let Some(content_type) = content_type {
        response.headers_mut().insert(CONTENT_TYPE, content_type.clone());
    }
    response
}

fn is_json(content_type: &[u8]) -> bool {
    let essence = content_type.split(|&byte| byte == b';').next().unwrap_or_default();
    essence.trim_ascii().eq_ignore_ascii_case(b"application/json")
}
