use telemetry::{otel_error, otel_info};

fn main() {
    otel_info!("ServerReady");
    otel_info!("ready");
    otel_info!("app.server.ready", Server.port = 1);
    let name = "app.server.ready";
    otel_error!(name);
    otel_error!("app.server.ready", 1);
}
