//! What becomes of a matching log record.

/// A log policy's verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Keep {
    /// Keep; restricts nothing.
    #[default]
    All,
    /// Drop.
    None,
    /// Keep a share.
    Percent(Percentage),
    /// Keep so many per window.
    Rate(RateLimit),
}

impl Keep {
    /// Parses `all`, `none`, `N%`, `N/s`, `N/m`, `N/Ds`, `N/Dm`; the empty text is `all`.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "" | "all" => Some(Self::All),
            "none" => Some(Self::None),
            _ => match text.strip_suffix('%') {
                Some(number) => Percentage::parse(number).map(Self::from_percentage),
                None => RateLimit::parse(text).map(Self::Rate),
            },
        }
    }

    fn from_percentage(percentage: Percentage) -> Self {
        match percentage {
            Percentage::ZERO => Self::None,
            Percentage::WHOLE => Self::All,
            other => Self::Percent(other),
        }
    }
}

/// A share between 0 and 100 %, exact to 18 decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percentage(u128);

impl Percentage {
    const DECIMALS: usize = 18;
    const ONE: u128 = 10_u128.pow(Self::DECIMALS as u32);
    const ZERO: Self = Self(0);
    const WHOLE: Self = Self(100 * Self::ONE);

    /// Parses a plain decimal number, such as `12.5`; no sign, no exponent.
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        if whole.is_empty() || fraction.is_empty() || !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        let whole: u128 = whole.parse().ok().filter(|whole| *whole <= 100)?;
        let (fraction, beyond) = fraction.split_at(fraction.len().min(Self::DECIMALS));
        // A share that is too small to tell from nothing is still not nothing.
        let rest = u128::from(beyond.bytes().any(|digit| digit != b'0'));
        let scale = 10_u128.pow((Self::DECIMALS - fraction.len()) as u32);
        let share = whole * Self::ONE + fraction.parse::<u128>().ok()? * scale + rest;
        (share <= Self::WHOLE.0).then_some(Self(share))
    }

    /// Whole percents, and the rest in 18 decimals.
    pub(crate) fn parts(self) -> (u128, u128) {
        (self.0 / Self::ONE, self.0 % Self::ONE)
    }

    /// The rejection threshold: of 2^56 equally likely values, those at or above it are kept.
    pub fn threshold(self) -> u64 {
        ((Self::WHOLE.0 - self.0) << 56).div_ceil(Self::WHOLE.0) as u64
    }
}

/// At most so many records per window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// Records per window, at least 1.
    pub records: u32,
    /// Length of a window in nanoseconds.
    pub window_nanos: u64,
}

impl RateLimit {
    pub(crate) const SECOND: u64 = 1_000_000_000;

    fn parse(text: &str) -> Option<Self> {
        let (count, window) = text.split_once('/')?;
        let (length, unit) = window.split_at_checked(window.len().checked_sub(1)?)?;
        let unit = match unit {
            "s" => Self::SECOND,
            "m" => 60 * Self::SECOND,
            _ => return None,
        };
        let units = if length.is_empty() { 1 } else { positive(length)? };
        // A limit beyond u32 records a window is no limit that a machine could reach.
        let records = u32::try_from(positive(count)?).unwrap_or(u32::MAX);
        Some(Self { records, window_nanos: unit.checked_mul(units)? })
    }
}

fn positive(text: &str) -> Option<u64> {
    all_digits(text).then(|| text.parse().ok())?.filter(|number| *number > 0)
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(records: u32, seconds: u64) -> Keep {
        Keep::Rate(RateLimit { records, window_nanos: seconds * RateLimit::SECOND })
    }

    #[test]
    fn every_spelling_of_a_keep() {
        assert_eq!(Keep::parse(""), Some(Keep::All));
        assert_eq!(Keep::parse("100%"), Some(Keep::All));
        assert_eq!(Keep::parse("0%"), Some(Keep::None));
        assert_eq!(Keep::parse("0.0%"), Some(Keep::None));
        assert_eq!(Keep::parse("100/s"), Some(rate(100, 1)));
        assert_eq!(Keep::parse("100/m"), Some(rate(100, 60)));
        assert_eq!(Keep::parse("2/5s"), Some(rate(2, 5)));
        assert_eq!(Keep::parse("10/5m"), Some(rate(10, 300)));
    }

    #[test]
    fn malformed_keeps_are_refused() {
        for text in [
            "banana",
            "ALL",
            "-1%",
            "+1%",
            "101%",
            "100.1%",
            "%",
            ".%",
            "5.%",
            "1e1%",
            "NaN%",
            "0/s",
            "1.5/s",
            "/s",
            "1/",
            "1/0s",
            "-1/s",
            "+1/s",
            "1/h",
            "1/s/s",
            "1/1.5s",
            " all",
            "1 /s",
            "1/99999999999999999999s",
            "100.0000000000000000001%",
        ] {
            assert_eq!(Keep::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn percentages_compare_exactly() {
        let parse = |text| Percentage::parse(text).expect("a percentage");
        assert!(parse("0.001") < parse("0.5"));
        assert!(parse("33.333333333333333") < parse("33.333333333333334"));
        assert!(parse("0.0000000000000000001") > parse("0"));
        assert_eq!(parse("10").threshold(), 0x00e6_6666_6666_6667);
        assert_eq!(parse("50").threshold(), 1 << 55);
        assert_eq!(parse("25").threshold(), 3 << 54);
    }
}
