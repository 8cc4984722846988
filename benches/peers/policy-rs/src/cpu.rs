//! CPU time of this process, the only clock here that other processes cannot disturb.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Runs `work` and says how much CPU time it took.
pub fn time<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = now();
    let value = work();
    (value, now() - start)
}

fn now() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs() as u32)
}
