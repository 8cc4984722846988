//! Says so when something takes long, while it still does.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// Does `work`; calls `tell` beside it if it is not done after `patience`.
pub(crate) fn tell_if_longer<T>(
    patience: Duration,
    tell: impl FnOnce() + Send,
    work: impl FnOnce() -> T,
) -> T {
    let (done, waiting) = channel::<()>();
    thread::scope(|scope| {
        let watch = move || {
            if waiting.recv_timeout(patience) == Err(RecvTimeoutError::Timeout) {
                tell();
            }
        };
        // Without a thread to watch it the work is done all the same, in silence.
        drop(thread::Builder::new().name("policy patience".to_owned()).spawn_scoped(scope, watch));
        let result = work();
        drop(done);
        result
    })
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::sync_channel;

    use super::*;

    #[test]
    fn what_takes_long_is_told_while_it_does() {
        let (told, hear) = sync_channel(1);
        let tell = move || told.send("slow").unwrap();
        // Would wait for ever if the word came only afterwards.
        assert_eq!(tell_if_longer(Duration::from_millis(1), tell, || hear.recv().unwrap()), "slow");
    }

    #[test]
    fn what_is_done_in_time_is_not_told() {
        let tell = || panic!("told of work that was done");
        assert_eq!(tell_if_longer(Duration::from_secs(600), tell, || 7), 7);
    }
}
