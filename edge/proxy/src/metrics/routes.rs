//! Request sets by route, registered when a route is first seen by a worker.

use std::cell::RefCell;

use http::StatusCode;
use telemetry::{Set, Worker};

use super::sets::{RequestAttributes, RequestMetrics, StatusClass};

/// The routes seen so far. There are as many as there are templates in the code, so that a walk finds one fastest.
#[derive(Default)]
pub(super) struct Routes {
    seen: RefCell<Vec<Route>>,
}

struct Route {
    template: &'static str,
    requests: Set<RequestMetrics>,
}

impl Routes {
    /// Calls `count` with the metrics of a route and a status.
    pub(super) fn with(
        &self,
        worker: &Worker,
        template: &'static str,
        status: Option<StatusCode>,
        count: impl FnOnce(&RequestMetrics),
    ) {
        let mut seen = self.seen.borrow_mut();
        let at = seen.iter().position(|route| route.template == template).unwrap_or_else(|| {
            let requests = worker.register(RequestAttributes { route: template });
            seen.push(Route { template, requests });
            seen.len() - 1
        });
        count(seen[at].requests.with(StatusClass::of(status)));
    }
}

impl StatusClass {
    fn of(status: Option<StatusCode>) -> Self {
        match status.map(|status| status.as_u16() / 100) {
            None => Self::Unanswered,
            Some(..=2) => Self::Success,
            Some(3) => Self::Redirection,
            Some(4) => Self::ClientError,
            Some(_) => Self::ServerError,
        }
    }
}
