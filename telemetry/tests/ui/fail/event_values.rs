use telemetry::otel_info;

#[derive(Debug)]
struct Peer;

struct Secret;

fn main() {
    let peers = vec![Peer];
    otel_info!("app.server.ready", server.peer = Peer, server.port = 1);
    otel_info!("app.server.ready", server.peers = peers);
    otel_info!("app.server.ready", server.secret = ?Secret);
}
