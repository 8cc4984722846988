//! CPU time of this process, the only clock here that other processes cannot disturb.

use std::sync::Barrier;
use std::thread;
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

/// CPU nanoseconds of handling one of `items`, which are handled `passes` times over.
pub fn per_item<T>(items: &[T], passes: usize, mut work: impl FnMut(&T)) -> f64 {
    let ((), cpu) = time(|| (0..passes).for_each(|_| items.iter().for_each(&mut work)));
    cpu.as_nanos() as f64 / (passes * items.len()) as f64
}

/// CPU nanoseconds of one call while each of `workers` makes `calls` calls on a thread of its own.
pub fn per_call_on_threads<W: FnMut() + Send>(calls: u64, workers: &mut [W]) -> f64 {
    let threads = workers.len();
    let start = &Barrier::new(threads);
    let ((), cpu) = time(|| {
        thread::scope(|scope| {
            for work in workers {
                scope.spawn(move || {
                    start.wait();
                    (0..calls).for_each(|_| work());
                });
            }
        });
    });
    cpu.as_nanos() as f64 / (calls * threads as u64) as f64
}

fn now() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs() as u32)
}
