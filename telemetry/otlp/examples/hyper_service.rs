//! A service with a Prometheus endpoint and OTLP export: `cargo run -p telemetry-otlp --example hyper_service`, then
//! `curl 127.0.0.1:3000/hello 127.0.0.1:3000/metrics`. Set `OTEL_EXPORTER_OTLP_ENDPOINT` to send it to a collector.

use std::{convert::Infallible, error::Error, future::ready, sync::Arc, time::Duration};

use http::{Request, Response};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use telemetry::logs::{self, Filter, Level, LogSetup, Provider};
use telemetry::{Counter, Histogram, Telemetry, TelemetryOptions, metric_set, otel_info};
use telemetry_otlp::{OtlpExporter, OtlpOptions};
use tokio::{net::TcpListener, signal, time::Instant};

/// Requests served.
#[metric_set(name = "hello.http.server")]
struct HttpMetrics {
    /// Requests received.
    #[metric(unit = "{request}")]
    requests: Counter<u64>,
    /// Time to answer.
    #[metric(unit = "s", range = "10us..60s")]
    request_duration: Histogram,
}

fn answer(path: &str, metrics: &HttpMetrics, telemetry: &Telemetry) -> Response<String> {
    let began = Instant::now();
    let body = if path == "/metrics" { telemetry.prometheus_text() } else { format!("hello, {path}\n") };
    metrics.requests.inc();
    metrics.request_duration.record_duration(began.elapsed());
    Response::new(body)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    logs::init(LogSetup::new(Filter::from_env(Level::Info)?, Provider::Its));
    let resource = vec![("service.name".to_owned(), "hello".to_owned())];
    let telemetry = Telemetry::new(TelemetryOptions { resource, ..TelemetryOptions::default() });
    let exporter = OtlpExporter::start(&telemetry, OtlpOptions::from_env()?)?;
    let metrics = Arc::new(telemetry.per_thread::<HttpMetrics>(()));
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    otel_info!("hello.server.ready", server.port = 3000);
    let serving = async {
        while let Ok((stream, _)) = listener.accept().await {
            let (metrics, telemetry) = (Arc::clone(&metrics), telemetry.clone());
            let service = service_fn(move |request: Request<Incoming>| {
                ready(Ok::<_, Infallible>(answer(request.uri().path(), metrics.here(), &telemetry)))
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    };
    tokio::select! { () = serving => {}, _ = signal::ctrl_c() => {} }
    println!("{:?}", exporter.shutdown_async(Duration::from_secs(5)).await);
    Ok(())
}
