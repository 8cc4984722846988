//! Numbers as the formats want them.

use std::fmt::Write;

use super::Format;
use crate::collected::Number;

/// Appends a sample value.
pub(super) fn push(out: &mut String, number: Number) {
    // Writing to a `String` cannot fail.
    let _ = match number {
        Number::U64(number) => write!(out, "{number}"),
        Number::I64(number) => write!(out, "{number}"),
        Number::F64(number) if number.is_infinite() => {
            write!(out, "{}Inf", if number > 0.0 { '+' } else { '-' })
        }
        Number::F64(number) => write!(out, "{number:?}"),
    };
}

/// The bound of a bucket as the value of its `le` label.
pub(super) fn bound(bound: f64, format: Format) -> String {
    match format {
        _ if bound == f64::INFINITY => "+Inf".to_owned(),
        Format::OpenMetrics if bound.abs() >= 1e6 || (bound != 0.0 && bound.abs() < 1e-4) => as_go(bound),
        _ => format!("{bound:?}"),
    }
}

/// Exponents with a sign and two digits, which OpenMetrics calls the canonical form.
fn as_go(number: f64) -> String {
    let text = format!("{number:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, digits) = exponent.strip_prefix('-').map_or(('+', exponent), |digits| ('-', digits));
    format!("{mantissa}e{sign}{digits:0>2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn infinities_are_spelt_as_the_formats_spell_them() {
        let mut out = String::new();
        for number in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 1.0] {
            push(&mut out, Number::F64(number));
            out.push(' ');
        }
        assert_eq!(out, "+Inf -Inf NaN 1.0 ");
    }

    #[test]
    fn bounds_are_canonical() {
        let open = |number| bound(number, Format::OpenMetrics);
        assert_eq!([open(1e-5), open(1e6), open(10.0), open(0.001)], ["1e-05", "1e+06", "10.0", "0.001"]);
        assert_eq!(open(f64::INFINITY), "+Inf");
        assert_eq!(bound(0.5, Format::Text), "0.5");
    }
}
