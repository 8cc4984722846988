//! Numbers as the formats want them, without the formatting machinery of the standard library.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::collected::Number;

/// Appends a sample value.
pub(super) fn push(out: &mut String, number: Number) {
    match number {
        Number::U64(number) => push_u64(out, number),
        Number::I64(number) => out.push_str(itoa::Buffer::new().format(number)),
        Number::F64(number) => push_f64(out, number),
    }
}

/// Appends a whole number.
#[inline]
pub(super) fn push_u64(out: &mut String, number: u64) {
    out.push_str(itoa::Buffer::new().format(number));
}

/// Appends a fraction: the shortest digits that read back as the same number.
pub(super) fn push_f64(out: &mut String, number: f64) {
    if number.is_finite() {
        out.push_str(zmij::Buffer::new().format_finite(number));
    } else {
        out.push_str(not_finite(number));
    }
}

/// Appends seconds since the epoch with three decimals, which is what Prometheus keeps of a time.
pub(super) fn push_time(out: &mut String, time: SystemTime) {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    push_u64(out, since.as_secs());
    // Ones before the decimals keep their zeros.
    let decimals = 1000 + since.subsec_millis();
    out.push('.');
    out.push_str(&itoa::Buffer::new().format(decimals)[1..]);
}

fn not_finite(number: f64) -> &'static str {
    match number {
        f64::INFINITY => "+Inf",
        f64::NEG_INFINITY => "-Inf",
        _ => "NaN",
    }
}

/// The bound of a bucket as the value of its `le` label.
///
/// It is the canonical form of OpenMetrics in both formats: a label value is part of the identity of a series, which
/// must not change with the format of a scrape. Exponents have a sign and two digits.
pub(super) fn bound(bound: f64) -> String {
    let beyond = bound.abs() >= 1e6 || (bound != 0.0 && bound.abs() < 1e-4);
    match bound {
        _ if !bound.is_finite() => not_finite(bound).to_owned(),
        _ if beyond => with_exponent(bound),
        _ => format!("{bound:?}"),
    }
}

fn with_exponent(number: f64) -> String {
    let text = format!("{number:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, digits) = exponent.strip_prefix('-').map_or(('+', exponent), |digits| ('-', digits));
    format!("{mantissa}e{sign}{digits:0>2}")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn pushed(number: Number) -> String {
        let mut out = String::new();
        push(&mut out, number);
        out
    }

    #[test]
    fn numbers_are_spelt_as_the_formats_spell_them() {
        let floats = [f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 1.0, 0.1, -2.5, 1e300, 5e-324];
        let texts = floats.map(|number| pushed(Number::F64(number)));
        assert_eq!(texts, ["+Inf", "-Inf", "NaN", "1.0", "0.1", "-2.5", "1e+300", "5e-324"]);
        assert_eq!(pushed(Number::U64(u64::MAX)), "18446744073709551615");
        assert_eq!(pushed(Number::I64(i64::MIN)), "-9223372036854775808");
    }

    #[test]
    fn fractions_read_back_as_the_same_number() {
        let mut bits = 1_u64;
        for _ in 0..10_000 {
            bits = bits.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(1);
            let number = f64::from_bits(bits);
            if number.is_finite() {
                let read: f64 = pushed(Number::F64(number)).parse().expect("a number");
                assert_eq!(read.to_bits(), bits);
            }
        }
    }

    #[test]
    fn times_have_three_decimals() {
        for (millis, expected) in [(0, "0.000"), (7, "0.007"), (1_764_000_000_120, "1764000000.120")] {
            let mut out = String::new();
            push_time(&mut out, UNIX_EPOCH + Duration::from_millis(millis));
            assert_eq!(out, expected);
        }
    }

    #[test]
    fn bounds_are_canonical() {
        let bounds = [1e-5, 2f64.powi(-16), 1e6, 10.0, 0.001, 0.0, f64::INFINITY].map(bound);
        let expected = ["1e-05", "1.52587890625e-05", "1e+06", "10.0", "0.001", "0.0", "+Inf"];
        assert_eq!(bounds, expected);
    }
}
