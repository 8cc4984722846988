//! Intakes: where they are, the connections to them, and one exchange with them.

mod complaints;
mod dial;
mod exchange;
mod pool;
mod sink;
mod tls;
mod traffic;
mod url;

use std::rc::Rc;
use std::time::Instant;

use edge_protocol::Upstream;
use http::HeaderValue;
use tokio_rustls::TlsConnector;

use crate::config::Config;
use crate::metrics::Metrics;
use dial::Dialer;
use pool::Pool;

pub(crate) use complaints::Complaints;
pub(crate) use exchange::exchange;
pub(crate) use pool::Lease;
pub(crate) use sink::answer as sink_answer;
pub use tls::TlsError;
pub(crate) use tls::connector;
pub use url::{UpstreamUrl, UrlError};

/// Where the requests of one role go.
#[derive(Debug)]
pub(crate) enum Destination {
    /// Nowhere: the embedded sink takes everything and keeps nothing.
    Sink,
    /// To an intake.
    Remote(Remote),
}

/// An intake, and the worker's connections to it.
#[derive(Debug)]
pub(crate) struct Remote {
    pub(crate) url: UpstreamUrl,
    pub(crate) pool: Rc<Pool>,
}

impl Remote {
    pub(crate) fn host(&self) -> &HeaderValue {
        &self.url.host
    }
}

/// One worker's destinations by role. Roles with the same authority share connections.
#[derive(Debug)]
pub(crate) struct Destinations {
    by_role: [Destination; ROLES.len()],
    pools: Vec<Rc<Pool>>,
}

const ROLES: [Upstream; 4] = [Upstream::Default, Upstream::Logs, Upstream::Metrics, Upstream::Traces];

impl Destinations {
    pub(crate) fn new(config: &Config, tls: Option<&TlsConnector>) -> Self {
        let mut pools = Vec::new();
        let by_role = ROLES.map(|role| match config.upstreams.of(role) {
            None => Destination::Sink,
            Some(url) => {
                Destination::Remote(Remote { url: url.clone(), pool: pool(&mut pools, url, config, tls) })
            }
        });
        Self { by_role, pools }
    }

    pub(crate) fn of(&self, role: Upstream) -> &Destination {
        match role {
            Upstream::Default => &self.by_role[0],
            Upstream::Logs => &self.by_role[1],
            Upstream::Metrics => &self.by_role[2],
            Upstream::Traces => &self.by_role[3],
        }
    }

    /// Closes connections that have been idle for too long.
    pub(crate) fn expire(&self, now: Instant, metrics: &Metrics) {
        for pool in &self.pools {
            pool.expire(now);
            metrics.surplus_connections(pool.take_surplus());
        }
    }
}

fn pool(
    pools: &mut Vec<Rc<Pool>>,
    url: &UpstreamUrl,
    config: &Config,
    tls: Option<&TlsConnector>,
) -> Rc<Pool> {
    if let Some(pool) = pools.iter().find(|pool| *pool.authority() == url.authority) {
        return Rc::clone(pool);
    }
    let tls = tls.filter(|_| url.is_tls()).cloned();
    let dialer = Dialer::new(url.authority.clone(), tls, config.deadlines.dial);
    let pool = Rc::new(Pool::new(dialer, config.deadlines.idle));
    pools.push(Rc::clone(&pool));
    pool
}
