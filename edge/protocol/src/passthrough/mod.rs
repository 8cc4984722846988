//! Whatever no other protocol claims goes on untouched. Last in every distribution's table.

use http::Method;

use crate::plan::{Head, Plan, Protocol, Upstream};

/// Relays every request but CONNECT, which asks for a tunnel and not for a resource.
#[derive(Debug, Clone, Copy, Default)]
pub struct Passthrough;

impl Protocol for Passthrough {
    fn name(&self) -> &'static str {
        "passthrough"
    }

    fn plan(&self, head: &Head<'_>) -> Option<Plan> {
        (head.method != Method::CONNECT).then_some(Plan::Relay {
            route: "*",
            upstream: Upstream::Default,
            fail_open: None,
            limited: false,
        })
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, Uri};

    use super::*;

    fn plan(method: &Method) -> Option<Plan> {
        let head = Head { method, uri: &Uri::from_static("/anything?at=all"), headers: &HeaderMap::new() };
        Passthrough.plan(&head)
    }

    #[test]
    fn everything_but_connect_goes_to_the_default_upstream() {
        for method in [Method::GET, Method::POST, Method::OPTIONS, Method::from_bytes(b"BREW").unwrap()] {
            assert!(matches!(
                plan(&method),
                Some(Plan::Relay { upstream: Upstream::Default, limited: false, fail_open: None, .. })
            ));
        }
        assert!(plan(&Method::CONNECT).is_none());
    }
}
