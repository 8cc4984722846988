//! Listener, connections, router, driver of plans and upstream pools; knows no protocol by name.
