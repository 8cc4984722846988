use telemetry::{otel_error, otel_info};

fn main() {
    otel_info!("ServerReady");
    otel_info!("ready");
    otel_info!("app.server.ready", Server.port = 1);
    otel_info!("otel.server.ready");
    otel_info!("app.server.ready", server.port = 1, server.address = 2, server.port = 3);
    let name = "app.server.ready";
    otel_error!(name);
    otel_error!("app.server.ready", 1);
}
