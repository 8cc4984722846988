//! Base-2 exponential buckets: bucket `i` of scale `s` holds `2^(i / 2^s) < value <= 2^((i + 1) / 2^s)`
//! (OpenTelemetry data model, section exponential histogram).

/// The finest scale there is: 32 buckets per power of two, each 2.2 % wide.
pub(crate) const INDEX_SCALE: i32 = 5;
/// The most buckets of a histogram that adapts; the default of OpenTelemetry's SDKs.
pub(crate) const BUCKETS_MAX: usize = 160;

/// Bounds between 1 and 2, without these: `2^(k / 32)`.
#[allow(clippy::unreadable_literal)] // Digits of irrational numbers have no groups.
const BOUNDS: [f64; 31] = [
    1.0218971486541166,
    1.0442737824274138,
    1.0671404006768237,
    1.0905077326652577,
    1.1143867425958924,
    1.1387886347566916,
    1.1637248587775775,
    1.189207115002721,
    1.215247359980469,
    1.241857812073484,
    1.2690509571917332,
    1.2968395546510096,
    1.3252366431597413,
    1.3542555469368927,
    1.383909881963832,
    std::f64::consts::SQRT_2,
    1.4451808069770467,
    1.4768261459394993,
    1.5091644275934228,
    1.5422108254079407,
    1.5759808451078865,
    1.6104903319492543,
    1.645755478153965,
    1.681792830507429,
    1.718619298122478,
    1.7562521603732995,
    1.7947090750031072,
    1.8340080864093424,
    1.8741676341103,
    1.9152065613971474,
    1.9571441241754002,
];

/// Slices of the mantissa; narrower than the narrowest bucket, so that none holds two bounds.
const SLICES: usize = 64;
const SLICE_SHIFT: u32 = MANTISSA_BITS - 6;
const MANTISSA_BITS: u32 = f64::MANTISSA_DIGITS - 1;
const MANTISSA_MASK: i64 = (1 << MANTISSA_BITS) - 1;

/// Per slice of the mantissa: the bound inside it, if any, and the bucket at its start.
static TABLE: ([i64; SLICES], [u8; SLICES]) = table();

const fn table() -> ([i64; SLICES], [u8; SLICES]) {
    let (mut inside, mut start) = ([i64::MAX; SLICES], [0; SLICES]);
    let (mut slice, mut below) = (0, 0);
    while slice < SLICES {
        start[slice] = below;
        if (below as usize) < BOUNDS.len() {
            let bound = BOUNDS[below as usize].to_bits() as i64 & MANTISSA_MASK;
            if (bound >> SLICE_SHIFT) as usize == slice {
                inside[slice] = bound;
                below += 1;
            }
        }
        slice += 1;
    }
    (inside, start)
}

/// The bucket of a value at `INDEX_SCALE`. What is not positive is below every bucket of a positive number.
///
/// One less than the bits of the value keeps an upper bound inside its bucket.
#[inline]
pub(crate) const fn index(value: f64) -> i32 {
    let bits = (value.to_bits() as i64).saturating_sub(1);
    let mantissa = bits & MANTISSA_MASK;
    let slice = (mantissa >> SLICE_SHIFT) as usize;
    let inside = TABLE.1[slice] as i32 + (mantissa >= TABLE.0[slice]) as i32;
    (((bits >> MANTISSA_BITS) as i32 - EXPONENT_BIAS) << INDEX_SCALE) + inside
}

const EXPONENT_BIAS: i32 = 1023;

/// Upper bound of a bucket; the largest number for those beyond it.
pub(crate) fn upper(index: i32, scale: i32) -> f64 {
    let (whole, part) = match u32::try_from(scale) {
        Ok(scale) => ((index + 1) >> scale, (index + 1) & ((1 << scale) - 1)),
        Err(_) => ((index + 1).saturating_mul(1 << -scale), 0),
    };
    let power = power_of_two(whole);
    match part << (INDEX_SCALE - scale.max(0)) {
        0 => power,
        bound => power * BOUNDS[bound as usize - 1],
    }
}

fn power_of_two(exponent: i32) -> f64 {
    if exponent > f64::MAX_EXP - 1 { f64::MAX } else { 2f64.powi(exponent) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_is_in_its_bucket_and_what_follows_it_in_the_next() {
        for value in [1e-300, 1e-5, 0.3, 1.0, 7.0, 1e10, 1e300] {
            let at = index(value);
            for at in at - 40..at + 40 {
                let bound = upper(at, INDEX_SCALE);
                assert_eq!((index(bound), index(bound.next_up())), (at, at + 1), "{bound}");
            }
        }
    }

    #[test]
    fn a_coarser_scale_joins_neighbours() {
        for scale in -4..=INDEX_SCALE {
            for value in [1.5e-5, 0.3, 1.0, 1.1, 7.0, 1e10] {
                let at = index(value) >> (INDEX_SCALE - scale);
                assert!(value <= upper(at, scale) && value > upper(at - 1, scale), "{value} at {scale}");
            }
        }
    }

    #[test]
    fn what_is_not_positive_is_below_everything() {
        for value in [0.0, -0.0, -1.0, f64::MIN] {
            assert!(index(value) < index(f64::MIN_POSITIVE / 1e10));
        }
    }
}
