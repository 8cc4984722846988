//! Which traces are recorded: consistent probability sampling, so that every service of a trace decides alike.
//!
//! A trace is recorded if its randomness is not below a threshold, both of 56 bits. The randomness is the end of the
//! trace id, or `rv` of the member `ot` in `tracestate`; the threshold travels there as `th`.

use super::{TraceContext, TraceId, TraceState};

/// The whole range of randomness.
const RANGE: u64 = 1 << 56;
/// Hexadecimal digits of it.
const DIGITS: usize = 14;
/// OpenTelemetry's member of `tracestate`.
const MEMBER: &str = "ot";

/// Which traces are recorded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sampler {
    /// All.
    AlwaysOn,
    /// None.
    AlwaysOff,
    /// Some, by their ids.
    Ratio(Ratio),
}

/// A share of all traces, above nothing and up to all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ratio {
    threshold: u64,
}

impl Ratio {
    /// A share between 2^-56 and 1; `None` for anything else.
    pub fn new(share: f64) -> Option<Self> {
        let range = RANGE as f64;
        (share.is_finite() && share <= 1.0 && share >= 1.0 / range)
            .then(|| Self { threshold: RANGE - (share * range) as u64 })
    }
}

/// How a new span decides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TraceConfig {
    /// For spans without a parent.
    pub root: Sampler,
    /// For spans with one.
    pub child: ChildSampler,
}

/// How a span with a parent decides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ChildSampler {
    /// As the parent did.
    Parent,
    /// By itself.
    Own(Sampler),
}

impl Default for TraceConfig {
    fn default() -> Self {
        Self { root: Sampler::AlwaysOn, child: ChildSampler::Parent }
    }
}

impl TraceConfig {
    /// Whether a span records, and the `tracestate` it sends on; `root_state` is that of the sampler of roots.
    pub(super) fn decide(
        self,
        trace_id: TraceId,
        parent: Option<&TraceContext>,
        root_state: &TraceState,
    ) -> (bool, TraceState) {
        match (parent, self.child) {
            (Some(parent), ChildSampler::Parent) => (parent.span.is_sampled, parent.state.clone()),
            (Some(parent), ChildSampler::Own(sampler)) => sampler.decide(trace_id, &parent.state),
            (None, _) => {
                let is_sampled = self.root.threshold(trace_id, root_state).is_some();
                (is_sampled, if is_sampled { root_state.clone() } else { TraceState::default() })
            }
        }
    }
}

impl Sampler {
    /// The `tracestate` of traces that it records and that begin here.
    pub(super) fn state_of_root(self) -> TraceState {
        let threshold = match self {
            Self::AlwaysOn => Some(0),
            Self::AlwaysOff => None,
            Self::Ratio(ratio) => Some(ratio.threshold),
        };
        with_threshold(&TraceState::default(), threshold)
    }

    fn decide(self, trace_id: TraceId, state: &TraceState) -> (bool, TraceState) {
        let threshold = self.threshold(trace_id, state);
        (threshold.is_some(), with_threshold(state, threshold))
    }

    /// The threshold that a trace reaches, if it does.
    fn threshold(self, trace_id: TraceId, state: &TraceState) -> Option<u64> {
        match self {
            Self::AlwaysOn => Some(0),
            Self::AlwaysOff => None,
            Self::Ratio(ratio) => {
                Some(ratio.threshold).filter(|threshold| randomness(trace_id, state) >= *threshold)
            }
        }
    }
}

fn randomness(trace_id: TraceId, state: &TraceState) -> u64 {
    let given = state.get(MEMBER).and_then(|value| part(value, "rv")).filter(|digits| digits.len() == DIGITS);
    let given = given.and_then(|digits| u64::from_str_radix(digits, 16).ok());
    given.unwrap_or_else(|| u128::from_be_bytes(trace_id.0) as u64 & (RANGE - 1))
}

fn part<'a>(value: &'a str, wanted: &str) -> Option<&'a str> {
    value
        .split(';')
        .find_map(|part| part.split_once(':').filter(|(key, _)| *key == wanted))
        .map(|(_, value)| value)
}

/// The state with a threshold, or without one: a span that is not recorded must not claim to stand for others.
fn with_threshold(state: &TraceState, threshold: Option<u64>) -> TraceState {
    let before = state.get(MEMBER);
    let others =
        before.unwrap_or_default().split(';').filter(|part| !part.is_empty() && !part.starts_with("th:"));
    let own = threshold.map(|threshold| format!("th:{}", threshold_text(threshold)));
    let parts: Vec<&str> = own.as_deref().into_iter().chain(others).collect();
    match (before, parts.is_empty()) {
        (None, true) => state.clone(),
        (_, is_empty) => state.with(MEMBER, (!is_empty).then(|| parts.join(";")).as_deref()),
    }
}

/// Hexadecimal without the zeros at the end; `0` for nothing but zeros.
fn threshold_text(threshold: u64) -> String {
    let digits = format!("{threshold:014x}");
    let short = digits.trim_end_matches('0');
    if short.is_empty() { "0".to_owned() } else { short.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(end: u64) -> TraceId {
        TraceId(((7_u128 << 64) | u128::from(end)).to_be_bytes())
    }

    fn check(share: f64, end: u64, state: &str, expected: (bool, &str)) {
        let sampler = Sampler::Ratio(Ratio::new(share).unwrap());
        let (is_sampled, state) = sampler.decide(id(end), &TraceState::parse(state).unwrap());
        assert_eq!((is_sampled, state.as_str()), expected);
    }

    #[test]
    fn a_trace_is_recorded_if_its_randomness_reaches_the_threshold() {
        check(0.5, RANGE / 2, "", (true, "ot=th:8"));
        check(0.5, RANGE / 2 - 1, "", (false, ""));
        check(0.25, RANGE / 4 * 3, "", (true, "ot=th:c"));
        check(1.0, 0, "", (true, "ot=th:0"));
        // Only the lower 56 bits count.
        check(0.5, (0xff << 56) | 1, "", (false, ""));
    }

    #[test]
    fn the_randomness_of_the_state_goes_before_that_of_the_id() {
        check(0.5, RANGE - 1, "ot=rv:00000000000001,a=1", (false, "ot=rv:00000000000001,a=1"));
        check(0.5, 0, "a=1,ot=rv:ffffffffffffff", (true, "ot=th:8;rv:ffffffffffffff,a=1"));
        check(0.5, 0, "ot=th:0;x:y,a=1", (false, "ot=x:y,a=1"));
        check(0.5, 0, "ot=th:0,a=1", (false, "a=1"));
    }

    #[test]
    fn a_share_is_above_nothing_and_at_most_all() {
        for share in [0.0, -1.0, 1.1, f64::NAN, f64::INFINITY] {
            assert_eq!(Ratio::new(share), None, "{share}");
        }
    }

    #[test]
    fn roots_send_on_the_threshold_they_were_recorded_by() {
        let share = Ratio::new(0.5).unwrap();
        let config = TraceConfig { root: Sampler::Ratio(share), ..TraceConfig::default() };
        let state = config.root.state_of_root();
        assert_eq!(config.decide(id(RANGE / 2), None, &state), (true, TraceState::parse("ot=th:8").unwrap()));
        assert_eq!(config.decide(id(RANGE / 2 - 1), None, &state), (false, TraceState::default()));
        assert_eq!(Sampler::AlwaysOn.state_of_root().as_str(), "ot=th:0");
        assert_eq!(Sampler::AlwaysOff.state_of_root().as_str(), "");
    }

    #[test]
    fn children_do_as_their_parent_did() {
        let mut parent =
            TraceContext { state: TraceState::parse("ot=th:8").unwrap(), ..TraceContext::default() };
        let config = TraceConfig::default();
        let none = TraceState::default();
        assert_eq!(config.decide(id(0), Some(&parent), &none), (false, parent.state.clone()));
        parent.span.is_sampled = true;
        let off = TraceConfig { root: Sampler::AlwaysOff, ..config };
        assert_eq!(off.decide(id(0), Some(&parent), &none), (true, parent.state.clone()));
        let own = TraceConfig { child: ChildSampler::Own(Sampler::AlwaysOff), ..config };
        assert_eq!(own.decide(id(0), Some(&parent), &none), (false, none));
    }
}
