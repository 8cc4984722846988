//! `traceparent` in and out (W3C Trace Context Level 2, section 3.2).

use std::fmt;

use super::{SpanContext, SpanId, TraceId, TraceState};

const FLAG_SAMPLED: u8 = 1;
const FLAG_RANDOM: u8 = 2;
/// `00-`, 32 digits, `-`, 16 digits, `-`, 2 digits.
const HEADER_BYTES: usize = 55;

/// What a request carries about the trace it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TraceContext {
    /// The trace and the span under way.
    pub span: SpanContext,
    /// Whether the lower seven bytes of the trace id are random, so that samplers can go by them.
    pub is_random: bool,
    /// What vendors say.
    pub state: TraceState,
}

/// Why a `traceparent` is to be ignored, and the request starts a trace of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TraceparentProblem {
    /// Not as long as its version says.
    Length,
    /// Version `ff`, which is never valid.
    Version,
    /// Something else than lower-case hexadecimal digits, or than a dash between the parts.
    Digits,
    /// A trace id or a span id of zeros only.
    Zeros,
}

impl fmt::Display for TraceparentProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Length => "traceparent is not as long as its version says",
            Self::Version => "traceparent has version `ff`",
            Self::Digits => "traceparent is not four parts of lower-case hexadecimal digits joined by dashes",
            Self::Zeros => "traceparent has an id of zeros only",
        })
    }
}

impl std::error::Error for TraceparentProblem {}

/// Reads `traceparent`. Of versions to come the parts known today are read, and more may follow after a dash.
pub fn parse_traceparent(header: &str) -> Result<SpanContext, TraceparentProblem> {
    TraceContext::parse(header, "").map(|context| context.span)
}

impl TraceContext {
    /// Reads `traceparent` and `tracestate`, whose lines are joined by commas; empty for none. A `tracestate` that is
    /// malformed is dropped, without `traceparent` going with it.
    pub fn parse(traceparent: &str, tracestate: &str) -> Result<Self, TraceparentProblem> {
        let bytes = traceparent.as_bytes();
        let head = bytes.get(..HEADER_BYTES).ok_or(TraceparentProblem::Length)?;
        let [version] = digits(head, 0)?;
        check_end(version, &bytes[HEADER_BYTES..])?;
        let ids = (TraceId(digits(head, 3)?), SpanId(digits(head, 36)?));
        let [flags] = digits(head, 53)?;
        if [2, 35, 52].iter().any(|at| head[*at] != b'-') {
            return Err(TraceparentProblem::Digits);
        }
        let span = SpanContext { trace_id: ids.0, span_id: ids.1, is_sampled: flags & FLAG_SAMPLED != 0 };
        if !span.is_valid() {
            return Err(TraceparentProblem::Zeros);
        }
        let state = TraceState::parse(tracestate).unwrap_or_default();
        Ok(Self { span, is_random: flags & FLAG_RANDOM != 0, state })
    }

    /// The `traceparent` to send on. Flags unknown today are not (section 3.2.2.3.3).
    pub fn traceparent(&self) -> String {
        let sampled = if self.span.is_sampled { FLAG_SAMPLED } else { 0 };
        let random = if self.is_random { FLAG_RANDOM } else { 0 };
        format!("00-{}-{}-{:02x}", self.span.trace_id, self.span.span_id, sampled | random)
    }
}

fn check_end(version: u8, rest: &[u8]) -> Result<(), TraceparentProblem> {
    match (version, rest.first()) {
        (0xff, _) => Err(TraceparentProblem::Version),
        (_, None) | (1.., Some(b'-')) => Ok(()),
        (_, Some(_)) => Err(TraceparentProblem::Length),
    }
}

fn digits<const N: usize>(bytes: &[u8], start: usize) -> Result<[u8; N], TraceparentProblem> {
    let mut read = [0; N];
    for (at, byte) in read.iter_mut().enumerate() {
        *byte = digit(bytes[start + 2 * at])? << 4 | digit(bytes[start + 2 * at + 1])?;
    }
    Ok(read)
}

fn digit(byte: u8) -> Result<u8, TraceparentProblem> {
    match byte {
        b'0'..=b'9' => Ok(byte - b'0'),
        b'a'..=b'f' => Ok(byte - b'a' + 10),
        _ => Err(TraceparentProblem::Digits),
    }
}

#[cfg(test)]
mod tests {
    use super::TraceparentProblem::{Digits, Length, Version, Zeros};
    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const SPAN: &str = "00f067aa0ba902b7";

    #[test]
    fn what_is_read_is_what_is_sent() {
        for flags in ["00", "01", "02", "03"] {
            let header = format!("00-{TRACE}-{SPAN}-{flags}");
            let context = TraceContext::parse(&header, "a=1").unwrap();
            assert_eq!(context.traceparent(), header);
            assert_eq!(context.state.as_str(), "a=1");
        }
    }

    #[test]
    fn flags_of_the_future_are_not_sent_on_and_parts_of_it_not_read() {
        for header in [
            format!("00-{TRACE}-{SPAN}-ff"),
            format!("cc-{TRACE}-{SPAN}-ff-more"),
            format!("01-{TRACE}-{SPAN}-ff"),
        ] {
            let context = TraceContext::parse(&header, "").unwrap();
            assert_eq!(context.traceparent(), format!("00-{TRACE}-{SPAN}-03"));
        }
    }

    #[test]
    fn what_is_malformed_is_refused() {
        let zeros = ("0".repeat(32), "0".repeat(16));
        for (header, problem) in [
            (String::new(), Length),
            (format!("00-{TRACE}-{SPAN}-0"), Length),
            (format!("00-{TRACE}-{SPAN}-01-"), Length),
            (format!("00-{TRACE}-{SPAN}-01 "), Length),
            (format!("01-{TRACE}-{SPAN}-01.x"), Length),
            (format!("ff-{TRACE}-{SPAN}-01"), Version),
            (format!("00-{}-{SPAN}-01", TRACE.to_uppercase()), Digits),
            (format!("00_{TRACE}-{SPAN}-01"), Digits),
            (format!("00-{TRACE}-{SPAN}-0x"), Digits),
            (format!("00-{}-{SPAN}-01", zeros.0), Zeros),
            (format!("00-{TRACE}-{}-01", zeros.1), Zeros),
        ] {
            assert_eq!(parse_traceparent(&header), Err(problem), "{header}");
        }
    }

    #[test]
    fn a_malformed_tracestate_goes_alone() {
        let context = TraceContext::parse(&format!("00-{TRACE}-{SPAN}-01"), "BAD").unwrap();
        assert_eq!(context.state.as_str(), "");
    }
}
