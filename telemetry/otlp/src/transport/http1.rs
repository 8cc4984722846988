//! OTLP/HTTP: what an answer means (OTLP specification, "OTLP/HTTP Response").

use std::time::{Duration, SystemTime};

use http::StatusCode;
use http::header::RETRY_AFTER;

use super::line::Answer;
use super::proto;
use super::verdict::Verdict;

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
        | StatusCode::GATEWAY_TIMEOUT => Verdict::throttled(retry_after(answer), detail),
        _ => Verdict::Refused { detail },
    }
}

/// Seconds, or a date (RFC 9110 section 10.2.3).
fn retry_after(answer: &Answer) -> Option<Duration> {
    let text = answer.headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More than there are numbers for is long.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};

    use super::*;
    use crate::transport::Partial;

    fn answer(status: u16, retry_after: Option<&str>) -> Answer {
        let mut headers = HeaderMap::new();
        if let Some(text) = retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from_str(text).expect("it is a header value"));
        }
        let status = StatusCode::from_u16(status).expect("it is a status");
        Answer { status, headers, body: b"\x12\x04busy".as_slice().into(), trailers: HeaderMap::new() }
    }

    fn wait(text: &str) -> Option<Duration> {
        match verdict(&answer(503, Some(text))) {
            Verdict::Retry { after, detail, .. } => {
                assert_eq!(detail, "503 busy");
                after
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_time_to_come_back_is_seconds_or_a_date() {
        assert_eq!(wait(" 7 "), Some(Duration::from_secs(7)));
        assert_eq!(wait("Thu, 01 Jan 1970 00:00:00 GMT"), Some(Duration::ZERO));
        let soon = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(100));
        assert!(wait(&soon).is_some_and(|wait| (90..=100).contains(&wait.as_secs())), "{soon}");
        assert_eq!(wait("-1"), None);
        assert_eq!(wait("+1"), None);
        assert_eq!(wait(""), None);
        assert_eq!(wait("soon"), None);
    }

    #[test]
    fn nobody_is_left_alone_for_ever() {
        assert_eq!(wait(&u64::MAX.to_string()), Some(Duration::from_secs(3600)));
        assert_eq!(wait("99999999999999999999"), Some(Duration::from_secs(3600)));
        assert_eq!(wait("Fri, 31 Dec 9999 23:59:59 GMT"), Some(Duration::from_secs(3600)));
    }

    #[test]
    fn only_four_statuses_are_worth_another_attempt() {
        for status in 100..600 {
            match verdict(&answer(status, None)) {
                Verdict::Delivered(partial) => {
                    assert!((200..300).contains(&status), "{status}");
                    assert_eq!(partial, Partial::default());
                }
                Verdict::Retry { after, .. } => {
                    assert!([429, 502, 503, 504].contains(&status), "{status}");
                    assert_eq!(after, None);
                }
                Verdict::Refused { .. } => {
                    assert!(![429, 502, 503, 504].contains(&status) && !(200..300).contains(&status));
                }
            }
        }
    }
}
