//! What is asked of the traffic that flows: a tail of it, or a dry run beside it.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};

use super::{JSON, TEXT};
use crate::plan::{Feed, Feeder, Whole};

/// Newline-delimited JSON.
const NDJSON: &str = "application/x-ndjson";

/// Longest dry run, in seconds.
const SECONDS_MAX: u64 = 3600;

/// Seconds of a dry run unless it is said.
const SECONDS: u64 = 10;

/// Who looks at traffic for the admin routes.
pub trait LiveSource: Send + Sync {
    /// Lines of JSON about the records that pass from now on.
    fn tail(&self, wanted: Tail) -> Result<Box<dyn Feed>, Refusal>;

    /// A report, once so many seconds have passed, of what these policies, a document, would have done.
    fn simulate(&self, policies: &[u8], seconds: u64) -> Result<Box<dyn Feed>, Refusal>;
}

/// Which records a tail shows; all where nothing is said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tail {
    /// Those of which this was decided.
    pub decision: Option<TailDecision>,
    /// Those that this policy dropped, or matches if they went on.
    pub policy: Option<String>,
}

/// What was decided of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TailDecision {
    /// It goes on as it came.
    Kept,
    /// It goes on with a change.
    Changed,
    /// It does not go on.
    Dropped,
}

impl TailDecision {
    /// As it is spelled in the query and in the lines.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Changed => "changed",
            Self::Dropped => "dropped",
        }
    }
}

/// Why nobody looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Records are not shown here.
    Forbidden(&'static str),
    /// As many look as may.
    Busy,
    /// What was sent is no policy document.
    Invalid(String),
}

/// A request for a tail.
#[derive(Debug)]
pub(super) struct Tailing {
    pub(super) source: Source,
    pub(super) query: String,
}

/// A request for a dry run.
#[derive(Debug)]
pub(super) struct Simulating {
    pub(super) source: Source,
    pub(super) query: String,
}

/// A source that says nothing of itself.
#[derive(Clone)]
pub(super) struct Source(pub(super) Arc<dyn LiveSource>);

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Source")
    }
}

impl Feeder for Tailing {
    fn feed(&self, _: &HeaderMap, _: &[u8]) -> Response<Box<dyn Feed>> {
        answer(tail(&self.query).and_then(|wanted| self.source.0.tail(wanted)), NDJSON)
    }
}

impl Feeder for Simulating {
    fn feed(&self, _: &HeaderMap, body: &[u8]) -> Response<Box<dyn Feed>> {
        answer(seconds(&self.query).and_then(|seconds| self.source.0.simulate(body, seconds)), JSON)
    }
}

fn answer(outcome: Result<Box<dyn Feed>, Refusal>, content_type: &'static str) -> Response<Box<dyn Feed>> {
    let (status, content_type, feed) = match outcome {
        Ok(feed) => (StatusCode::OK, content_type, feed),
        Err(refusal) => {
            let (status, words) = match refusal {
                Refusal::Forbidden(words) => (StatusCode::FORBIDDEN, words.to_owned()),
                Refusal::Busy => (StatusCode::SERVICE_UNAVAILABLE, "too many look already".to_owned()),
                Refusal::Invalid(words) => (StatusCode::BAD_REQUEST, words),
            };
            let whole: Box<dyn Feed> = Box::new(Whole::new(Bytes::from(words + "\n")));
            (status, TEXT, whole)
        }
    };
    let mut response = Response::new(feed);
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

fn tail(query: &str) -> Result<Tail, Refusal> {
    let mut wanted = Tail::default();
    for (name, value) in pairs(query) {
        match name {
            "decision" => wanted.decision = Some(decision(&value)?),
            "policy" => wanted.policy = Some(value),
            _ => return Err(unknown(name, "decision and policy")),
        }
    }
    Ok(wanted)
}

fn decision(value: &str) -> Result<TailDecision, Refusal> {
    let all = [TailDecision::Kept, TailDecision::Changed, TailDecision::Dropped];
    all.into_iter()
        .find(|decision| decision.name() == value)
        .ok_or_else(|| Refusal::Invalid(format!("decision={value} is none of kept, changed and dropped")))
}

fn seconds(query: &str) -> Result<u64, Refusal> {
    let mut seconds = SECONDS;
    for (name, value) in pairs(query) {
        if name != "seconds" {
            return Err(unknown(name, "seconds"));
        }
        let number = value.parse().ok().filter(|number| (1..=SECONDS_MAX).contains(number));
        let wrong =
            || Refusal::Invalid(format!("seconds={value} is no whole number from 1 to {SECONDS_MAX}"));
        seconds = number.ok_or_else(wrong)?;
    }
    Ok(seconds)
}

fn unknown(name: &str, known: &str) -> Refusal {
    Refusal::Invalid(format!("{name} is not known here, but {known}"))
}

/// The pairs of a query, their values decoded.
fn pairs(query: &str) -> impl Iterator<Item = (&str, String)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (name, decoded(value))
    })
}

/// Percent-encoding undone (RFC 3986 section 2.1), and `+` as forms write a space. What is no encoding stays as it is.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match (first, hex.and_then(|digits| u8::from_str_radix(digits, 16).ok())) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
                continue;
            }
            (b'+', _) => bytes.push(b' '),
            _ => bytes.push(first),
        }
        rest = tail;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_says_which_records() {
        let check = |query, decision, policy: Option<&str>| {
            let policy = policy.map(str::to_owned);
            assert_eq!(tail(query), Ok(Tail { decision, policy }), "{query}");
        };
        check("", None, None);
        check("decision=dropped", Some(TailDecision::Dropped), None);
        check("policy=a%20b%2Fc+d&decision=kept", Some(TailDecision::Kept), Some("a b/c d"));
        check("policy=100%", None, Some("100%"));
        let problem = "decision=lost is none of kept, changed and dropped".to_owned();
        assert_eq!(tail("decision=lost"), Err(Refusal::Invalid(problem)));
        assert!(matches!(tail("polcy=a"), Err(Refusal::Invalid(_))));
    }

    #[test]
    fn a_dry_run_has_an_end() {
        assert_eq!(seconds(""), Ok(10));
        assert_eq!(seconds("seconds=3600"), Ok(3600));
        for query in ["seconds=0", "seconds=3601", "seconds=1.5", "seconds=", "minutes=1"] {
            assert!(matches!(seconds(query), Err(Refusal::Invalid(_))), "{query}");
        }
    }
}
