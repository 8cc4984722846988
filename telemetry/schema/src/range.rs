//! The range of a histogram, as people write it: `10us..60s`, `64B..16MiB`, `1..1000`.

/// Why a range was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RangeProblem {
    /// No `..` between two quantities.
    Shape,
    /// A side is not a number with a suffix that fits the unit.
    Quantity {
        /// The side as written.
        side: String,
        /// The unit of the metric.
        unit: String,
    },
    /// The lower side is not positive, or not below the upper one.
    Order,
}

impl std::fmt::Display for RangeProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Shape => f.write_str("range must be two quantities joined by `..`, as in \"10us..60s\""),
            Self::Quantity { side, unit } => {
                write!(f, "`{side}` is not a quantity of unit `{unit}`, write for example {}", examples(unit))
            }
            Self::Order => f.write_str("range must go from a positive quantity up to a larger one"),
        }
    }
}

fn examples(unit: &str) -> &'static str {
    match (nanoseconds(unit), bytes(unit)) {
        (Some(_), _) => "`10us` or `60s`",
        (_, Some(_)) => "`64B` or `16MiB`",
        _ => "`1` or `1000`",
    }
}

/// Parses a range into numbers of the metric's `unit`.
pub fn parse_range(range: &str, unit: &str) -> Result<(f64, f64), RangeProblem> {
    let (low, high) = range.split_once("..").ok_or(RangeProblem::Shape)?;
    let (low, high) = (quantity(low.trim(), unit)?, quantity(high.trim(), unit)?);
    if low > 0.0 && low < high && high.is_finite() { Ok((low, high)) } else { Err(RangeProblem::Order) }
}

fn quantity(text: &str, unit: &str) -> Result<f64, RangeProblem> {
    let wrong = || RangeProblem::Quantity { side: text.to_owned(), unit: unit.to_owned() };
    let digits = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (number, suffix) = text.split_at(digits);
    let number: f64 = number.parse().map_err(|_| wrong())?;
    if suffix.is_empty() {
        return Ok(number);
    }
    let (of_suffix, of_unit) = scale(suffix.trim(), unit).ok_or_else(wrong)?;
    // Multiplying before dividing keeps `10us` at the nearest double to 0.00001.
    Ok(number * of_suffix / of_unit)
}

/// How large the suffix and the unit are, in a common measure (nanoseconds or bytes).
fn scale(suffix: &str, unit: &str) -> Option<(f64, f64)> {
    let both = |table: fn(&str) -> Option<f64>| Some((table(suffix)?, table(unit)?));
    both(nanoseconds).or_else(|| both(bytes))
}

fn nanoseconds(word: &str) -> Option<f64> {
    Some(match word {
        "ns" => 1.0,
        "us" | "µs" => 1e3,
        "ms" => 1e6,
        "s" => 1e9,
        "min" => 60e9,
        "h" => 3600e9,
        _ => return None,
    })
}

fn bytes(word: &str) -> Option<f64> {
    Some(match word {
        "B" | "By" => 1.0,
        "kB" | "kBy" => 1e3,
        "MB" | "MBy" => 1e6,
        "GB" | "GBy" => 1e9,
        "KiB" | "KiBy" => 1024.0,
        "MiB" | "MiBy" => 1_048_576.0,
        "GiB" | "GiBy" => 1_073_741_824.0,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn converts_to_the_metrics_unit() {
        for (range, unit, expected) in [
            ("10us..60s", "s", (1e-5, 60.0)),
            ("1ms..1min", "ms", (1.0, 60_000.0)),
            ("64B..16MiB", "By", (64.0, 16_777_216.0)),
            ("1..1000", "{record}", (1.0, 1000.0)),
            ("0.5 .. 2", "1", (0.5, 2.0)),
        ] {
            assert_eq!(parse_range(range, unit), Ok(expected), "{range}");
        }
    }

    #[test]
    fn refuses_what_it_cannot_convert() {
        assert_eq!(parse_range("10us", "s"), Err(RangeProblem::Shape));
        assert_eq!(
            parse_range("1KiB..1MiB", "s"),
            Err(RangeProblem::Quantity { side: "1KiB".to_owned(), unit: "s".to_owned() })
        );
        assert_eq!(parse_range("60s..10us", "s"), Err(RangeProblem::Order));
        assert_eq!(parse_range("0..1", "1"), Err(RangeProblem::Order));
    }
}
