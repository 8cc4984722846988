//! How many events one call site may emit.

use std::sync::atomic::{AtomicU32, Ordering};

use super::EventSite;

/// Events a second that a call site may emit, unless configured otherwise.
pub(super) const PER_SECOND: u32 = 100;
/// No limit.
const OFF: u32 = 0;

static LIMIT: AtomicU32 = AtomicU32::new(PER_SECOND);

/// How many events a second each call site may emit; `None` for as many as it likes.
pub(super) fn set(limit: Option<u32>) {
    LIMIT.store(limit.unwrap_or(OFF), Ordering::Relaxed);
}

/// What a call site may do now.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Admission {
    Yes,
    /// The first of its second, and how many were held back before.
    YesAfter(u32),
    No,
}

/// Counts one event of a call site, in the second of `unix_nanos`.
///
/// Second and count share a word that is loaded and stored, not exchanged: of threads that meet here some counts are
/// lost and a few events more pass, which a limit against floods can bear and a hot path thanks for.
pub(super) fn admit(site: &EventSite, unix_nanos: u64) -> Admission {
    let limit = LIMIT.load(Ordering::Relaxed);
    if limit == OFF {
        return Admission::Yes;
    }
    let second = (unix_nanos / 1_000_000_000) as u32;
    let window = site.window.load(Ordering::Relaxed);
    let (before, count) = ((window >> 32) as u32, window as u32);
    let (count, admission) = match before == second {
        false => {
            (1, count.checked_sub(limit).filter(|held| *held > 0).map_or(Admission::Yes, Admission::YesAfter))
        }
        true if count < limit => (count + 1, Admission::Yes),
        true => (count.saturating_add(1), Admission::No),
    };
    site.window.store(u64::from(second) << 32 | u64::from(count), Ordering::Relaxed);
    admission
}

#[cfg(test)]
mod tests {
    use super::super::{EventDescriptor, Level};
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn a_site_has_its_limit_in_each_second_and_the_next_one_says_what_was_held_back() {
        static SITE: EventSite = EventSite::new(EventDescriptor::new("app.flood", Level::Info, "app"));
        let limit = LIMIT.load(Ordering::Relaxed);
        let admitted = |count: u32, at| (0..count).filter(|_| admit(&SITE, at) == Admission::Yes).count();
        assert_eq!(admitted(limit + 7, 5 * SECOND), limit as usize);
        assert_eq!(admit(&SITE, 6 * SECOND - 1), Admission::No);
        assert_eq!(admit(&SITE, 6 * SECOND), Admission::YesAfter(8));
        assert_eq!(admitted(limit, 6 * SECOND), limit as usize - 1);
        // One was held back; the clock may jump either way.
        assert_eq!(admit(&SITE, SECOND), Admission::YesAfter(1));
        assert_eq!(admit(&SITE, 90 * SECOND), Admission::Yes);
    }
}
