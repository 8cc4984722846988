//! How a worker's connections learn that it shuts down. A flag per poll, not a lock: the shutdown itself crosses
//! threads, but only once per worker.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::Waker;

/// One worker's drain.
#[derive(Debug, Default)]
pub(crate) struct Drain {
    begun: Cell<bool>,
    /// The connections' tasks; a place is reused after its connection has gone.
    wakers: RefCell<Vec<Option<Waker>>>,
    free: RefCell<Vec<usize>>,
}

/// A connection's place among those that are woken.
#[derive(Debug)]
pub(crate) struct Watch {
    drain: Rc<Drain>,
    place: Option<usize>,
}

impl Drain {
    /// Tells every connection.
    pub(crate) fn begin(&self) {
        self.begun.set(true);
        self.wakers.borrow().iter().flatten().for_each(Waker::wake_by_ref);
    }

    /// Whether it has begun.
    pub(crate) fn has_begun(&self) -> bool {
        self.begun.get()
    }

    fn enter(&self, waker: Waker) -> usize {
        let mut wakers = self.wakers.borrow_mut();
        if let Some(place) = self.free.borrow_mut().pop() {
            wakers[place] = Some(waker);
            return place;
        }
        wakers.push(Some(waker));
        wakers.len() - 1
    }

    fn leave(&self, place: usize) {
        self.wakers.borrow_mut()[place] = None;
        self.free.borrow_mut().push(place);
    }
}

impl Watch {
    pub(crate) fn new(drain: Rc<Drain>) -> Self {
        Self { drain, place: None }
    }

    /// Whether the drain has begun; if not, the task of `waker` is woken when it does. A task's waker stays the same
    /// for as long as it lives, so that the first one is kept.
    pub(crate) fn has_begun(&mut self, waker: &Waker) -> bool {
        if self.place.is_none() {
            self.place = Some(self.drain.enter(waker.clone()));
        }
        self.drain.begun.get()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(place) = self.place {
            self.drain.leave(place);
        }
    }
}
