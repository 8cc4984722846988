//! The W3C trace state, and the entry `ot` in it that samplers share.

use super::threshold::{self, DIGITS};

/// The entry that samplers share.
const KEY: &[u8] = b"ot";

/// What samplers before said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Incoming {
    /// The threshold; an error if it is malformed.
    pub(super) threshold: Option<Result<u64, Malformed>>,
    /// The trace's randomness, if it is said and well-formed.
    pub(super) randomness: Option<u64>,
}

/// A threshold that is not 1 to 14 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Malformed;

impl Incoming {
    pub(super) fn read(state: &[u8]) -> Self {
        let mut incoming = Self::default();
        let Some((_, value)) = entries(state).find(|(key, _)| *key == KEY) else { return incoming };
        for (key, value) in members(value) {
            match key {
                b"th" => incoming.threshold = Some(threshold::read(value).ok_or(Malformed)),
                b"rv" if value.len() == DIGITS => incoming.randomness = threshold::read(value),
                _ => {}
            }
        }
        incoming
    }
}

/// Writes `state` with another threshold: `ot` first, its other members kept, `th` last; other entries as they are.
pub(super) fn write(state: &[u8], threshold: u64, output: &mut Vec<u8>) {
    output.extend_from_slice(b"ot=");
    let ours = entries(state).find(|(key, _)| *key == KEY).map_or(&b""[..], |(_, value)| value);
    for member in ours.split(|byte| *byte == b';').filter(|member| !member.is_empty()) {
        if !member.starts_with(b"th:") {
            output.extend_from_slice(member);
            output.push(b';');
        }
    }
    output.extend_from_slice(b"th:");
    threshold::write(threshold, output);
    for entry in state.split(|byte| *byte == b',').map(<[u8]>::trim_ascii) {
        if !entry.is_empty() && split(entry, b'=').is_none_or(|(key, _)| key != KEY) {
            output.push(b',');
            output.extend_from_slice(entry);
        }
    }
}

fn entries(state: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    state.split(|byte| *byte == b',').filter_map(|entry| split(entry.trim_ascii(), b'='))
}

fn members(value: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    value.split(|byte| *byte == b';').filter_map(|member| split(member, b':'))
}

fn split(text: &[u8], by: u8) -> Option<(&[u8], &[u8])> {
    let at = memchr::memchr(by, text)?;
    Some((&text[..at], &text[at + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threshold_and_randomness_are_read_from_our_entry_alone() {
        let check = |state: &str, threshold, randomness| {
            assert_eq!(Incoming::read(state.as_bytes()), Incoming { threshold, randomness }, "{state}");
        };
        check("", None, None);
        check("x=th:8", None, None);
        check("a=1, ot=th:8;rv:00000000000001 ,b=2", Some(Ok(1 << 55)), Some(1));
        check("ot=rv:1;th:g", Some(Err(Malformed)), None);
        check("ot=th:", Some(Err(Malformed)), None);
        check("ot=other:1;th", None, None);
    }

    fn written(state: &str) -> String {
        let mut text = Vec::new();
        write(state.as_bytes(), 1 << 55, &mut text);
        String::from_utf8(text).expect("text")
    }

    #[test]
    fn everything_but_the_threshold_is_kept() {
        assert_eq!(written(""), "ot=th:8");
        assert_eq!(written("a=1,b=2"), "ot=th:8,a=1,b=2");
        assert_eq!(written("a=1, ot=th:4;rv:xyz;p:3 ,b=2"), "ot=rv:xyz;p:3;th:8,a=1,b=2");
        assert_eq!(written("ot=th:c,,noise"), "ot=th:8,noise");
    }
}
