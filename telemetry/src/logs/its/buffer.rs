//! The buffers: each thread its own, so that nobody waits for anybody.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::Thread;

use super::super::{DropReason, Level, count_dropped};
use super::Taken;
use super::arena::Shown;
use super::batch::{Batch, Log};
use crate::trace::Finished;

/// What one thread may have waiting, of events and of spans each; further ones are dropped and counted.
const BUFFER_BYTES_MAX: usize = 256 << 10;
/// Buffers that wait to be taken. Beyond, the oldest of the threads that ended is dropped and counted for each new one:
/// without an exporter, threads that come and go would leave more and more.
const BUFFERS_MAX: usize = 256;

static BUFFERS: Mutex<Vec<Arc<Buffer>>> = Mutex::new(Vec::new());
static CONSUMER: Mutex<Option<Thread>> = Mutex::new(None);

thread_local! {
    static OWN: Arc<Buffer> = register();
}

/// One thread's records. Events cannot crowd out spans, nor the other way round.
#[derive(Debug, Default)]
struct Buffer {
    logs: Mutex<Batch>,
    spans: Mutex<Batch>,
}

/// Why a record was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Too much is waiting.
    Full,
    /// The thread is ending and has no buffer any more.
    Ending,
}

/// Keeps an event for the consumer.
pub(crate) fn push_log(log: &Log<'_>) -> Result<(), Refused> {
    let mut result = Err(Refused::Ending);
    let message = log.message.filter(|message| message.as_str().is_none());
    Shown::with(message, log.fields, |shown| {
        result = with_own(|own| push(&own.logs, |batch| batch.push_log(log, shown)));
    });
    result
}

/// Keeps a span for the consumer.
pub(crate) fn push_span(span: Finished<'_>) -> Result<(), Refused> {
    with_own(|own| push(&own.spans, |batch| batch.push_span(span)))
}

/// Swaps out what all threads recorded, those that ended too: nothing twice, nothing lost.
pub fn take(taken: &mut Taken) {
    while let Some(mut batch) = taken.batches.pop() {
        batch.clear();
        taken.spare.push(batch);
    }
    lock(&BUFFERS).retain_mut(|buffer| {
        // Asked before the swap: nobody can add to a buffer that only this list holds, and whatever its thread did is
        // seen here, which its count alone would not promise.
        let has_ended = Arc::get_mut(buffer).is_some();
        swap(&buffer.logs, taken);
        swap(&buffer.spans, taken);
        !has_ended
    });
}

/// Swaps out what the calling thread alone recorded.
#[cfg(feature = "testing")]
pub(crate) fn take_own(taken: &mut Taken) {
    OWN.with(|own| {
        swap(&own.logs, taken);
        swap(&own.spans, taken);
    });
}

/// Unparks a thread whenever a buffer is half full, until the next call; `None` for nobody.
pub fn wake(consumer: Option<Thread>) {
    *lock(&CONSUMER) = consumer;
}

fn swap(batch: &Mutex<Batch>, taken: &mut Taken) {
    let mut batch = lock(batch);
    if !batch.is_empty() {
        let spare = taken.spare.pop().unwrap_or_default();
        taken.batches.push(std::mem::replace(&mut *batch, spare));
    }
}

fn register() -> Arc<Buffer> {
    let buffer = Arc::default();
    let mut buffers = lock(&BUFFERS);
    if buffers.len() >= BUFFERS_MAX {
        drop_ended(&mut buffers);
    }
    buffers.push(Arc::clone(&buffer));
    buffer
}

fn drop_ended(buffers: &mut Vec<Arc<Buffer>>) {
    if let Some(ended) = buffers.iter().position(|buffer| Arc::strong_count(buffer) == 1) {
        let buffer = buffers.remove(ended);
        let logs = lock(&buffer.logs);
        logs.logs.iter().for_each(|log| count_dropped(DropReason::QueueFull, log.descriptor.level));
        let spans = lock(&buffer.spans);
        spans.spans.iter().for_each(|_| count_dropped(DropReason::QueueFull, Level::Info));
    }
}

fn with_own(push: impl FnOnce(&Buffer) -> Result<(), Refused>) -> Result<(), Refused> {
    OWN.try_with(|own| push(own)).unwrap_or(Err(Refused::Ending))
}

fn push(batch: &Mutex<Batch>, push: impl FnOnce(&mut Batch)) -> Result<(), Refused> {
    let mut batch = lock(batch);
    let before = batch.bytes();
    if before >= BUFFER_BYTES_MAX {
        return Err(Refused::Full);
    }
    push(&mut batch);
    let is_much = !batch.has_called && batch.bytes() >= BUFFER_BYTES_MAX / 2;
    batch.has_called |= is_much;
    drop(batch);
    if is_much && let Some(consumer) = &*lock(&CONSUMER) {
        consumer.unpark();
    }
    Ok(())
}

/// No user code runs under these locks, so a panic leaves nothing half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
