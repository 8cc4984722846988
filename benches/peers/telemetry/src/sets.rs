//! A set of twenty counters, for whichever library has `Counter`.

/// Declares `Calls` with these attributes on it, and a function that adds to a field of such a reference.
macro_rules! twenty_counters {
    ($reference:ty, $(#[$attribute:meta])+) => {
        $crate::sets::twenty_counters! {
            @fields $reference, [$(#[$attribute])+]
            f00 0, f01 1, f02 2, f03 3, f04 4, f05 5, f06 6, f07 7, f08 8, f09 9,
            f10 10, f11 11, f12 12, f13 13, f14 14, f15 15, f16 16, f17 17, f18 18, f19 19
        }
    };
    (@fields $reference:ty, [$(#[$attribute:meta])+] $($field:ident $index:literal),+) => {
        $(#[$attribute])+
        struct Calls {
            $(
                /// One of twenty.
                #[metric(unit = "{call}")]
                $field: Counter<u64>,
            )+
        }

        fn add(set: $reference, field: usize, n: u64) {
            match field {
                $($index => set.$field.add(n),)+
                _ => unreachable!("there are twenty fields"),
            }
        }
    };
}

pub(crate) use twenty_counters;
