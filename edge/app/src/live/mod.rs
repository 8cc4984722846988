//! Views of the traffic that flows: tails of it and dry runs beside it, for the admin routes.
//!
//! A viewer joins the audience of the policies; each worker copies records for it into a queue that has an end. What does
//! not fit is counted and told: traffic never waits for those who look on.

mod seen;
mod shown;
mod simulate;
mod tail;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use edge_policy::{PolicySet, Registry};
use edge_protocol::{Feed, LiveSource, Refusal, Tail};

/// Most viewers at one time.
const VIEWERS_MAX: usize = 16;

const FORBIDDEN: &str = "records are not shown here: by default only where edge listens on a loopback address, see `admin.records`";

/// Lets the admin routes look at traffic.
#[derive(Debug)]
pub(crate) struct Live {
    registry: Arc<Registry>,
    /// Whether records may be shown to whoever reaches the listener.
    is_open: bool,
    viewers: Arc<AtomicUsize>,
}

/// A place among the viewers.
#[derive(Debug)]
struct Place(Arc<AtomicUsize>);

impl Live {
    pub(crate) fn new(registry: Arc<Registry>, is_open: bool) -> Self {
        Self { registry, is_open, viewers: Arc::default() }
    }

    fn place(&self) -> Result<Place, Refusal> {
        if !self.is_open {
            return Err(Refusal::Forbidden(FORBIDDEN));
        }
        let place = Place(Arc::clone(&self.viewers));
        // Counted first, so that two who come at once do not both take the last place; given back by the drop.
        let taken = self.viewers.fetch_add(1, Ordering::Relaxed);
        if taken >= VIEWERS_MAX { Err(Refusal::Busy) } else { Ok(place) }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl LiveSource for Live {
    fn tail(&self, wanted: Tail) -> Result<Box<dyn Feed>, Refusal> {
        let place = self.place()?;
        Ok(Box::new(tail::Lines::new(self.registry.audience(), wanted, place)))
    }

    fn simulate(&self, policies: &[u8], seconds: u64) -> Result<Box<dyn Feed>, Refusal> {
        let place = self.place()?;
        let candidate = PolicySet::parse(policies).map_err(|error| Refusal::Invalid(error.to_string()))?;
        Ok(Box::new(simulate::Trial::new(self.registry.audience(), candidate, seconds, place)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_look_and_no_more() {
        let live = Live::new(Arc::default(), true);
        let places: Vec<Place> = (0..VIEWERS_MAX).map(|_| live.place().unwrap()).collect();
        assert_eq!(live.place().unwrap_err(), Refusal::Busy);
        drop(places);
        assert!(live.place().is_ok());
    }
}
