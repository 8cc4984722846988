//! CPU time of this process, the only clock here that other processes cannot disturb.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Runs `work` and says how much CPU time it took.
pub fn time<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = now();
    let value = work();
    (value, now().saturating_sub(start))
}

/// CPU nanoseconds of one of `calls` calls in a row.
pub fn per_call(calls: u64, mut work: impl FnMut()) -> f64 {
    let ((), cpu) = time(|| (0..calls).for_each(|_| work()));
    cpu.as_nanos() as f64 / calls as f64
}

fn now() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs() as u32)
}
