//! A bounded queue that nobody waits for.

#[cfg(not(model_check))]
pub(crate) use crossbeam_channel::{Receiver, Sender, bounded};

#[cfg(model_check)]
pub(crate) use checked::{Receiver, Sender, bounded};

/// A queue that the model check can follow. The channel itself is not what it checks.
#[cfg(model_check)]
mod checked {
    use std::collections::VecDeque;
    use std::sync::{Arc, PoisonError};

    use crate::sync::{Mutex, MutexGuard};

    /// What is left of a channel's failures if nobody looks into them.
    #[derive(Debug)]
    pub(crate) struct Unsent<T>(T);

    impl<T> Unsent<T> {
        pub(crate) fn into_inner(self) -> T {
            self.0
        }
    }

    #[derive(Debug)]
    pub(crate) struct Sender<T>(Arc<Queue<T>>);

    #[derive(Debug)]
    pub(crate) struct Receiver<T>(Arc<Queue<T>>);

    #[derive(Debug)]
    struct Queue<T> {
        items: Mutex<VecDeque<T>>,
        max: usize,
    }

    pub(crate) fn bounded<T>(max: usize) -> (Sender<T>, Receiver<T>) {
        let queue = Arc::new(Queue { items: Mutex::new(VecDeque::new()), max });
        (Sender(Arc::clone(&queue)), Receiver(queue))
    }

    impl<T> Queue<T> {
        fn items(&self) -> MutexGuard<'_, VecDeque<T>> {
            self.items.lock().unwrap_or_else(PoisonError::into_inner)
        }
    }

    impl<T> Sender<T> {
        pub(crate) fn try_send(&self, item: T) -> Result<(), Unsent<T>> {
            let mut items = self.0.items();
            if items.len() >= self.0.max {
                return Err(Unsent(item));
            }
            items.push_back(item);
            Ok(())
        }
    }

    impl<T> Receiver<T> {
        pub(crate) fn try_recv(&self) -> Result<T, ()> {
            self.0.items().pop_front().ok_or(())
        }
    }
}
