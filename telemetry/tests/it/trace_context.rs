//! W3C Trace Context, Level 2, clause by clause.

use telemetry::trace::TraceparentProblem::{self, Digits, Length, Version, Zeros};
use telemetry::trace::{SpanId, TraceContext, TraceId, TraceState, parse_traceparent};

const VALID: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

#[test]
fn the_parts_of_a_traceparent_are_read() {
    let span = parse_traceparent(VALID).expect("it is valid");
    assert_eq!(span.trace_id.to_string(), "0af7651916cd43dd8448eb211c80319c");
    assert_eq!(span.span_id.to_string(), "b7ad6b7169203331");
    assert!(span.is_sampled && span.is_valid());
    let unsampled = parse_traceparent(&VALID.replace("-01", "-00")).expect("it is valid");
    assert!(!unsampled.is_sampled);
}

fn check(header: &str, expected: Result<&str, TraceparentProblem>) {
    let sent = TraceContext::parse(header, "").map(|context| context.traceparent());
    assert_eq!(sent.as_deref(), expected.as_ref().copied(), "{header}");
}

/// Section 3.2.2: `ff` is forbidden, and longer headers belong to versions to come (section 3.2.4).
#[test]
fn versions() {
    check(VALID, Ok(VALID));
    check(&VALID.replacen("00", "ff", 1), Err(Version));
    check(&VALID.replacen("00", "fe", 1), Ok(VALID));
    check(&format!("{}-what-is-to-come", VALID.replacen("00", "cc", 1)), Ok(VALID));
    check(&format!("{}.what-is-not", VALID.replacen("00", "cc", 1)), Err(Length));
    check(&format!("{VALID}-more"), Err(Length));
    check(&VALID.replacen("00", "0", 1), Err(Length));
    check(&VALID.replacen("00", "0x", 1), Err(Digits));
}

/// Section 3.2.2.3 and 3.2.2.4.
#[test]
fn ids() {
    check(&VALID.replace("0af7651916cd43dd8448eb211c80319c", &"0".repeat(32)), Err(Zeros));
    check(&VALID.replace("b7ad6b7169203331", &"0".repeat(16)), Err(Zeros));
    check(&VALID.replace("0af7", "0AF7"), Err(Digits));
    check(&VALID.replace("b7ad", "B7AD"), Err(Digits));
    check(&VALID.replace("b7ad", "g7ad"), Err(Digits));
    check(&VALID.replace("b7ad", "b7a"), Err(Length));
    check(&VALID.replace("-b7ad", "0b7ad"), Err(Digits));
}

/// Section 3.2.2.5: flags unknown today are not sent on, that of a random trace id is.
#[test]
fn flags() {
    check(&VALID.replace("-01", "-ff"), Ok(&VALID.replace("-01", "-03")));
    check(&VALID.replace("-01", "-02"), Ok(&VALID.replace("-01", "-02")));
    check(&VALID.replace("-01", "-fc"), Ok(&VALID.replace("-01", "-00")));
    check(&VALID.replace("-01", "-0A"), Err(Digits));
    check(&VALID.replace("-01", "-é"), Err(Digits));
}

#[test]
fn what_is_no_traceparent_at_all() {
    for header in ["", "00", "-", "é", &VALID[..54], &format!(" {}", &VALID[..54])] {
        assert!(parse_traceparent(header).is_err(), "{header}");
    }
    assert_eq!(Length.to_string(), "traceparent is not as long as its version says");
    assert_eq!(Zeros.to_string(), "traceparent has an id of zeros only");
}

fn state(header: &str) -> Option<String> {
    TraceState::parse(header).map(|state| state.as_str().to_owned())
}

/// Section 3.3.2.1: up to 256 bytes, which start with a letter or a digit.
#[test]
fn keys_of_a_tracestate() {
    let longest = "k".repeat(256);
    for key in ["a", "0", "a_b-c*d/e", "tenant@system", &longest] {
        let header = format!("{key}=1");
        assert_eq!(state(&header), Some(header.clone()), "{header}");
    }
    let too_long = "k".repeat(257);
    for key in ["", "A", "_a", "@a", "a b", "a.b", "é", &too_long] {
        assert_eq!(state(&format!("{key}=1")), None, "{key}");
    }
}

/// Section 3.3.2.2: up to 256 printable letters, the last of which is no space.
#[test]
fn values_of_a_tracestate() {
    let longest = "v".repeat(256);
    for value in ["1", "a b", "!~", " inner", &longest] {
        let header = format!("k={value}");
        assert_eq!(state(&header), Some(header.clone()), "{header}");
    }
    let too_long = "v".repeat(257);
    for value in ["", "=", "\t", "é", "\u{7f}", &too_long] {
        assert_eq!(state(&format!("k={value}")), None, "{value:?}");
    }
}

/// Section 3.3.1: up to 32 members, each key once, empty ones allowed.
#[test]
fn members_of_a_tracestate() {
    let members = |count| (0..count).map(|at| format!("k{at}=v")).collect::<Vec<_>>().join(",");
    assert_eq!(state(&members(32)), Some(members(32)));
    assert_eq!(state(&members(33)), None);
    assert_eq!(state("a=1,b=2,a=3"), None);
    assert_eq!(state(",a=1, ,\tb=2 ,"), Some("a=1,b=2".to_owned()));
}

/// Section 3.3.3: who changes a member moves it to the front.
#[test]
fn a_changed_member_is_the_first() {
    let state = TraceState::parse("a=1,b=2").expect("it is valid");
    assert_eq!(state.with("b", Some("3")).as_str(), "b=3,a=1");
    assert_eq!(state.with("c", Some("3")).as_str(), "c=3,a=1,b=2");
    assert_eq!(state.with("a", None).as_str(), "b=2");
    assert_eq!(state.get("b"), Some("2"));
}

/// Section 3.2.1 and 3.3: without a valid `traceparent` there is no `tracestate`, and the other way round there is.
#[test]
fn a_malformed_tracestate_is_dropped_alone() {
    let context = TraceContext::parse(VALID, "a=1,a=2").expect("the traceparent is valid");
    assert_eq!((context.traceparent().as_str(), context.state.as_str()), (VALID, ""));
    assert!(TraceContext::parse("", "a=1").is_err());
}

#[test]
fn ids_show_themselves_in_lower_case() {
    assert_eq!(TraceId([0xAB; 16]).to_string(), "ab".repeat(16));
    assert_eq!(format!("{:?}", SpanId([0x0C; 8])), "0c".repeat(8));
}
