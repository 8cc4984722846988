use telemetry::otel_info;

fn main() {
    otel_info!("app.server.ready", "server.port" = 1);
    otel_info!("app.server.ready", server.port: 1);
    otel_info!();
}
