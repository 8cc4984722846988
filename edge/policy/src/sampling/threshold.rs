//! Rejection thresholds: of 2^56 equally likely values, those below it are dropped.

/// Number of equally likely values.
pub(super) const VALUES: u64 = 1 << 56;

/// Hexadecimal digits of a threshold and of a trace's randomness.
pub(super) const DIGITS: usize = 14;

/// The threshold that keeps `percentage` of the values at or above the threshold `from`, exact and rounded down.
pub(super) fn threshold(percentage: f32, from: u64) -> u64 {
    VALUES - kept(percentage, VALUES - from)
}

/// `percentage` of `values`, rounded up. A float is `mantissa · 2^exponent` exactly, so all of this is in integers.
fn kept(percentage: f32, values: u64) -> u64 {
    let bits = percentage.to_bits();
    let exponent = (bits >> 23 & 0xff) as i32;
    let fraction = u128::from(bits & 0x7f_ffff);
    let (mantissa, exponent) =
        if exponent == 0 { (fraction, -149) } else { (fraction | 1 << 23, exponent - 150) };
    // At most 2^24 · 2^56, and a percentage of at most 100 has an exponent of at most -17.
    let product = mantissa * u128::from(values);
    let shift = -exponent as u32;
    let divisor = 100_u128.checked_shl(shift).filter(|divisor| divisor >> shift == 100);
    // A divisor beyond 128 bits leaves less than one value: rounded up, one.
    divisor.map_or(u128::from(product > 0), |divisor| product.div_ceil(divisor)) as u64
}

/// A threshold cut after `precision` hexadecimal digits, or after the first that is not zero where only zeros would be
/// left.
pub(super) fn cut(threshold: u64, precision: u8) -> u64 {
    let zeros = threshold.leading_zeros().saturating_sub(u64::BITS - VALUES.ilog2()) / 4;
    let digits = u32::from(precision).max(zeros + 1).min(DIGITS as u32);
    let rest = 4 * (DIGITS as u32 - digits);
    threshold >> rest << rest
}

/// Writes a threshold in hexadecimal digits, without the zeros at their end.
pub(super) fn write(threshold: u64, output: &mut Vec<u8>) {
    let digit = |index: usize| (threshold >> (4 * (DIGITS - 1 - index)) & 0xf) as usize;
    let last = (0..DIGITS).rfind(|index| digit(*index) != 0).unwrap_or(0);
    output.extend((0..=last).map(|index| b"0123456789abcdef"[digit(index)]));
}

/// Reads 1 to 14 hexadecimal digits; those that are missing at the end are zeros.
pub(super) fn read(text: &[u8]) -> Option<u64> {
    if text.is_empty() || text.len() > DIGITS {
        return None;
    }
    let digit = |byte: &u8| (*byte as char).to_digit(16).map(u64::from);
    let value = text.iter().try_fold(0, |value: u64, byte| Some(value << 4 | digit(byte)?))?;
    Some(value << (4 * (DIGITS - text.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_exact_and_rounded_down() {
        assert_eq!(threshold(50.0, 0), 1 << 55);
        assert_eq!(threshold(75.0, 0), 1 << 54);
        assert_eq!(threshold(10.0, 0), 0xe6_6666_6666_6666);
        assert_eq!(threshold(100.0, 0), 0);
        assert_eq!(threshold(100.0, 12345), 12345);
        assert_eq!(threshold(50.0, 1 << 55), 3 << 54);
        // A share too small to tell from nothing is still not nothing.
        assert_eq!(threshold(f32::MIN_POSITIVE, 0), VALUES - 1);
        assert_eq!(threshold(f32::from_bits(1), 0), VALUES - 1);
        assert_eq!(threshold(0.0, 0), VALUES);
    }

    fn written(threshold: u64, precision: u8) -> String {
        let mut text = Vec::new();
        write(cut(threshold, precision), &mut text);
        String::from_utf8(text).expect("digits")
    }

    #[test]
    fn thresholds_are_written_short() {
        assert_eq!(written(0, 4), "0");
        assert_eq!(written(1 << 55, 4), "8");
        assert_eq!(written(0xe6_6666_6666_6666, 4), "e666");
        assert_eq!(written(0xe6_6666_6666_6666, 14), "e6666666666666");
        assert_eq!(written(0x00_0001_2345_6789, 4), "000001");
        assert_eq!(written(0x00_0001_2345_6789, 7), "0000012");
        assert_eq!(written(1, 1), "00000000000001");
        assert_eq!(written(0xa0_0f00_0000_0000, 3), "a");
    }

    #[test]
    fn thresholds_are_read_padded() {
        assert_eq!(read(b"8"), Some(1 << 55));
        assert_eq!(read(b"E666"), Some(0xe6_6600_0000_0000));
        assert_eq!(read(b"00000000000001"), Some(1));
        for wrong in [&b""[..], b"g", b"0x1", b"000000000000001", b" 8", b"8 "] {
            assert_eq!(read(wrong), None, "{wrong:?}");
        }
    }
}
