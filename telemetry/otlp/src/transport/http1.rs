//! OTLP/HTTP: what an answer means (OTLP specification, "OTLP/HTTP Response").

use std::time::{Duration, SystemTime};

use http::StatusCode;
use http::header::RETRY_AFTER;

use super::line::Answer;
use super::proto;
use super::verdict::Verdict;
use crate::metrics::Failure;

pub(super) fn verdict(answer: &Answer) -> Verdict {
    let status = answer.status;
    if status.is_success() {
        return Verdict::Delivered(proto::partial_success(&answer.body));
    }
    let detail = format!("{} {}", status.as_str(), proto::status_message(&answer.body));
    let detail = detail.trim_end().to_owned();
    match status {
        StatusCode::TOO_MANY_REQUESTS
        | StatusCode::BAD_GATEWAY
        | StatusCode::SERVICE_UNAVAILABLE
        | StatusCode::GATEWAY_TIMEOUT => {
            Verdict::Retry { failure: Failure::Throttled, after: retry_after(answer), detail }
        }
        _ => Verdict::Refused { detail },
    }
}

/// Seconds, or a date (RFC 9110 section 10.2.3).
fn retry_after(answer: &Answer) -> Option<Duration> {
    let text = answer.headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}
