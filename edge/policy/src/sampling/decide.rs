//! The decision about one span.

use super::state::{self, Incoming};
use super::threshold::{VALUES, cut, threshold};
use super::{SamplingMode, TraceSampling};
use crate::hash::hash;

/// What becomes of a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sampled {
    /// It goes on as it is.
    Keep,
    /// It goes on with the trace state that was written.
    Write,
    /// It does not go on.
    Drop,
}

/// What is decided before anything is written.
enum Verdict {
    Keep,
    /// With this threshold, all digits of which are written.
    Write(u64),
    Drop,
}

/// Decides about a span by its trace id and trace state. A new trace state is written to `output`.
pub(crate) fn sample(
    sampling: &TraceSampling,
    trace_id: Option<&[u8]>,
    state: &[u8],
    output: &mut Vec<u8>,
) -> Sampled {
    match judge(sampling, trace_id.and_then(usable), Incoming::read(state)) {
        Verdict::Keep => Sampled::Keep,
        Verdict::Drop => Sampled::Drop,
        Verdict::Write(threshold) => {
            output.clear();
            state::write(state, threshold, output);
            if output == state { Sampled::Keep } else { Sampled::Write }
        }
    }
}

fn judge(sampling: &TraceSampling, id: Option<[u8; 16]>, incoming: Incoming) -> Verdict {
    let TraceSampling { percentage, mode, seed, .. } = *sampling;
    if percentage <= 0.0 {
        return Verdict::Drop;
    }
    if percentage >= 100.0 {
        let passes = incoming.threshold.is_some() && mode != SamplingMode::HashSeed;
        return if passes { Verdict::Keep } else { Verdict::Write(0) };
    }
    let Ok(before) = incoming.threshold.transpose() else { return undecidable(sampling) };
    let own = threshold(percentage, 0);
    if mode == SamplingMode::HashSeed && seed != 0 {
        return by_randomness(sampling, id.map(|id| seeded(id, seed)), own, None);
    }
    // A span that the samplers before should have dropped: nothing is known of its probability.
    if incoming.randomness.zip(before).is_some_and(|(randomness, before)| randomness < before) {
        return Verdict::Keep;
    }
    let randomness = incoming.randomness.or_else(|| id.map(low_bits));
    match mode {
        SamplingMode::HashSeed => by_randomness(sampling, randomness, own, None),
        SamplingMode::Equalizing if before.is_some_and(|before| before >= own) => Verdict::Keep,
        SamplingMode::Equalizing => by_randomness(sampling, randomness, own, before),
        SamplingMode::Proportional => {
            by_randomness(sampling, randomness, threshold(percentage, before.unwrap_or(0)), before)
        }
    }
}

/// Decides by the threshold in full, and has it written cut, but never below `least`: that would tell whoever weighs
/// the span of a higher probability than it had before.
fn by_randomness(
    sampling: &TraceSampling,
    randomness: Option<u64>,
    threshold: u64,
    least: Option<u64>,
) -> Verdict {
    match randomness {
        None => undecidable(sampling),
        Some(randomness) if randomness >= threshold => {
            Verdict::Write(cut(threshold, sampling.precision).max(least.unwrap_or(0)))
        }
        Some(_) => Verdict::Drop,
    }
}

fn undecidable(sampling: &TraceSampling) -> Verdict {
    if sampling.fail_closed { Verdict::Drop } else { Verdict::Keep }
}

/// A trace id that is one: 16 bytes, not all zero.
fn usable(id: &[u8]) -> Option<[u8; 16]> {
    id.try_into().ok().filter(|id: &[u8; 16]| *id != [0; 16])
}

fn low_bits(id: [u8; 16]) -> u64 {
    u128::from_be_bytes(id) as u64 & (VALUES - 1)
}

fn seeded(id: [u8; 16], seed: u32) -> u64 {
    let mut bytes = [0; 20];
    bytes[..16].copy_from_slice(&id);
    bytes[16..].copy_from_slice(&seed.to_le_bytes());
    hash(&bytes) & (VALUES - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HALF: TraceSampling = TraceSampling {
        percentage: 50.0,
        mode: SamplingMode::HashSeed,
        precision: 4,
        seed: 0,
        fail_closed: true,
    };

    fn check(sampling: TraceSampling, low: u64, state: &str, expected: Option<&str>) {
        let id = (1_u128 << 64 | u128::from(low)).to_be_bytes();
        check_id(sampling, Some(&id), state, expected);
    }

    /// `None`: dropped; otherwise the trace state it goes on with.
    fn check_id(sampling: TraceSampling, id: Option<&[u8]>, state: &str, expected: Option<&str>) {
        let mut output = Vec::new();
        let found = match sample(&sampling, id, state.as_bytes(), &mut output) {
            Sampled::Drop => None,
            Sampled::Keep => Some(state.to_owned()),
            Sampled::Write => Some(String::from_utf8(output).expect("text")),
        };
        assert_eq!(found.as_deref(), expected, "{sampling:?} {id:?} {state:?}");
    }

    #[test]
    fn the_trace_id_or_its_stated_randomness_decides() {
        check(HALF, 1 << 55, "", Some("ot=th:8"));
        check(HALF, (1 << 55) - 1, "", None);
        check(HALF, 0, "ot=rv:80000000000000", Some("ot=rv:80000000000000;th:8"));
        check(HALF, 1 << 55, "ot=rv:7fffffffffffff", None);
        // A malformed one is ignored, and stays.
        check(HALF, 1 << 55, "ot=rv:7", Some("ot=rv:7;th:8"));
    }

    #[test]
    fn nothing_and_everything_need_no_randomness() {
        check_id(TraceSampling { percentage: 0.0, fail_closed: false, ..HALF }, None, "", None);
        let whole = TraceSampling { percentage: 100.0, ..HALF };
        check_id(whole, None, "ot=th:g", Some("ot=th:0"));
        check_id(whole, None, "a=1", Some("ot=th:0,a=1"));
        let whole = TraceSampling { mode: SamplingMode::Proportional, ..whole };
        check_id(whole, None, "", Some("ot=th:0"));
        check_id(whole, None, "ot=th:4", Some("ot=th:4"));
    }

    #[test]
    fn what_cannot_be_decided_fails_as_asked() {
        let open = TraceSampling { fail_closed: false, ..HALF };
        for (id, state) in
            [(None, ""), (Some(&[0; 16][..]), ""), (Some(&[1; 8][..]), ""), (Some(&[0xff; 16][..]), "ot=th:")]
        {
            check_id(HALF, id, state, None);
            check_id(open, id, state, Some(state));
        }
    }

    #[test]
    fn a_span_that_should_have_been_dropped_before_passes_unchanged() {
        for mode in [SamplingMode::HashSeed, SamplingMode::Proportional, SamplingMode::Equalizing] {
            check(
                TraceSampling { mode, ..HALF },
                0,
                "ot=rv:10000000000000;th:8",
                Some("ot=rv:10000000000000;th:8"),
            );
        }
    }

    #[test]
    fn a_share_of_what_came_through() {
        let half = TraceSampling { mode: SamplingMode::Proportional, ..HALF };
        check(half, 0xc0_0000_0000_0000, "ot=th:8", Some("ot=th:c"));
        check(half, 0xbf_ffff_ffff_ffff, "ot=th:8", None);
        check(half, 1 << 55, "", Some("ot=th:8"));
    }

    #[test]
    fn the_stricter_threshold_holds() {
        let half = TraceSampling { mode: SamplingMode::Equalizing, ..HALF };
        check(half, 0, "ot=th:8", Some("ot=th:8"));
        check(half, 0, "ot=th:c;x:1", Some("ot=th:c;x:1"));
        check(half, 0, "ot=th:4", None);
        check(half, 1 << 55, "ot=th:4", Some("ot=th:8"));
    }

    #[test]
    fn cutting_digits_never_lowers_a_threshold_that_came_in() {
        let most = 0xff_ffff_ffff_ffff;
        let all_but_little = TraceSampling { mode: SamplingMode::Proportional, percentage: 99.9999, ..HALF };
        check(all_but_little, most, "ot=th:c0001", Some("ot=th:c0001"));
        check(all_but_little, most, "ot=th:8", Some("ot=th:8"));
        let tenth = TraceSampling { mode: SamplingMode::Equalizing, percentage: 10.0, ..HALF };
        check(tenth, most, "ot=th:e66661;x:1", Some("ot=x:1;th:e66661"));
        check(tenth, most, "ot=th:e665", Some("ot=th:e666"));
        check(
            TraceSampling { mode: SamplingMode::HashSeed, ..tenth },
            most,
            "ot=th:e66661",
            Some("ot=th:e666"),
        );
    }

    #[test]
    fn a_seed_takes_the_place_of_stated_randomness() {
        let seeded = TraceSampling { seed: 7, ..HALF };
        let kept = |sampling| {
            let decide = |low: &u64| {
                let id = (u128::from(*low) << 3 | 1 << 90).to_be_bytes();
                sample(&sampling, Some(&id), b"ot=rv:00000000000000", &mut Vec::new()) == Sampled::Write
            };
            (0..4000).filter(decide).count()
        };
        assert!((1850..2150).contains(&kept(seeded)), "{} of 4000", kept(seeded));
        assert_eq!(kept(HALF), 0);
        // Even a lower threshold takes the place of one that came in.
        check(HALF, 1 << 55, "ot=th:c", Some("ot=th:8"));
    }
}
