//! Sampling: a uniform draw, or a deterministic one from a key's value.

use std::fmt::Write;

use crate::hash::hash;
use crate::value::Value;

/// A draw is one of 2^56 equally likely values.
const MASK: u64 = (1 << 56) - 1;

/// Hexadecimal digits that hold one draw.
const DIGITS: usize = 14;

/// A worker's random numbers (SplitMix64): not for secrets.
#[derive(Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) & MASK
    }
}

/// The draw that a key's value stands for: the same for the same value on every replica. `None` if it has none:
/// maps, lists, and what is missing or empty.
pub(crate) fn keyed(value: Option<Value<'_>>) -> Option<u64> {
    match value? {
        Value::Text([]) | Value::Bytes([]) | Value::Other => None,
        Value::Text(text) => Some(of_text(text)),
        Value::Bytes(bytes) => Some(of_text(data_encoding::HEXLOWER.encode(bytes).as_bytes())),
        Value::Bool(flag) => Some(of_text(if flag { b"true" } else { b"false" })),
        Value::Int(int) => Some(of_text(Short::of(int).text())),
        Value::Double(double) => {
            Some(of_text(serde_json::to_string(&double).unwrap_or_else(|_| double.to_string()).as_bytes()))
        }
    }
}

/// A text that ends in enough hexadecimal digits is taken as a trace id; any other is hashed.
fn of_text(text: &[u8]) -> u64 {
    let tail = text.len().checked_sub(DIGITS).map(|start| &text[start..]);
    let hexadecimal = tail.and_then(|tail| {
        tail.iter().try_fold(0, |sum: u64, byte| {
            (*byte as char).to_digit(16).map(|digit| sum << 4 | u64::from(digit))
        })
    });
    hexadecimal.unwrap_or_else(|| hash(text) & MASK)
}

/// An integer's decimal digits, without an allocation.
struct Short {
    bytes: [u8; 20],
    length: usize,
}

impl Short {
    fn of(int: i64) -> Self {
        let mut short = Self { bytes: [0; 20], length: 0 };
        write!(short, "{int}").expect("an i64 has at most 20 characters");
        short
    }

    fn text(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

impl Write for Short {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        let end = self.length + text.len();
        self.bytes.get_mut(self.length..end).ok_or(std::fmt::Error)?.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept_of(count: u32, name: impl Fn(u32) -> String) -> usize {
        (0..count).filter(|i| keyed(Some(Value::Text(name(*i).as_bytes()))).expect("text") >= 1 << 55).count()
    }

    #[test]
    fn half_of_similar_keys_is_half() {
        let kept = kept_of(5000, |i| format!("request {i}"));
        assert!((2350..=2650).contains(&kept), "{kept} of 5000");
    }

    #[test]
    fn half_of_random_draws_is_half() {
        let mut random = Random::new(7);
        let kept = (0..10_000).filter(|_| random.draw() >= 1 << 55).count();
        assert!((4800..=5200).contains(&kept), "{kept} of 10000");
    }

    #[test]
    fn a_trace_id_is_its_own_draw() {
        let id = "aabbccdd0000000001fd70a3d70a3d70";
        assert_eq!(keyed(Some(Value::Text(id.as_bytes()))), Some(0x00fd_70a3_d70a_3d70));
        let bytes = data_encoding::HEXLOWER.decode(id.as_bytes()).expect("hex");
        assert_eq!(keyed(Some(Value::Bytes(&bytes))), Some(0x00fd_70a3_d70a_3d70));
    }

    #[test]
    fn numbers_and_flags_count_by_their_json_text() {
        assert_eq!(keyed(Some(Value::Int(-42))), keyed(Some(Value::Text(b"-42"))));
        assert_eq!(keyed(Some(Value::Bool(true))), keyed(Some(Value::Text(b"true"))));
        assert_eq!(keyed(Some(Value::Double(1.5))), keyed(Some(Value::Text(b"1.5"))));
        assert_eq!(keyed(Some(Value::Int(i64::MIN))), keyed(Some(Value::Text(b"-9223372036854775808"))));
    }

    #[test]
    fn what_has_no_value_has_no_draw() {
        assert_eq!(keyed(None), None);
        assert_eq!(keyed(Some(Value::Text(b""))), None);
        assert_eq!(keyed(Some(Value::Other)), None);
    }
}
