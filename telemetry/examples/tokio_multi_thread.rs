//! Tasks that move between threads: each thread counts in a set of its own, which a task asks for whenever it counts,
//! on whichever thread it is by then. A hyper server on a multi-threaded Tokio runtime, which shows its own metrics.
//!
//! `cargo run -p telemetry --example tokio_multi_thread` makes some requests to itself, prints the scrape and ends;
//! with `-- --serve` it serves <http://127.0.0.1:9464/metrics> until it is stopped.

use std::convert::Infallible;
use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Empty, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::CONTENT_TYPE;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode, client};
use hyper_util::rt::TokioIo;
use telemetry::{AttributeValue, Counter, Histogram, PerThread, Telemetry, metric_set};
use tokio::net::{TcpListener, TcpStream};

const SERVED_AT: &str = "127.0.0.1:9464";
const REQUESTS: usize = 40;

/// Which way a request takes.
#[derive(AttributeValue, Clone, Copy)]
#[attribute(key = "http.route")]
enum Route {
    #[attribute(value = "/")]
    Root,
    #[attribute(value = "/metrics")]
    Metrics,
    /// Whatever is asked for that is not there.
    #[attribute(value = "none")]
    None,
}

/// Requests, by route.
#[metric_set(name = "app.http.server", varying = Route)]
struct ServerMetrics {
    /// Requests answered.
    #[metric(unit = "{request}")]
    requests: Counter<u64>,
    /// Time to answer.
    #[metric(unit = "s", range = "10us..10s")]
    request_duration: Histogram,
}

/// What all tasks share.
struct App {
    telemetry: Telemetry,
    metrics: PerThread<ServerMetrics>,
}

type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let telemetry = Telemetry::default();
    let app = Arc::new(App { metrics: telemetry.per_thread(()), telemetry });
    if std::env::args().any(|argument| argument == "--serve") {
        let listener = TcpListener::bind(SERVED_AT).await?;
        println!("http://{SERVED_AT}/metrics");
        return serve(listener, app).await;
    }
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let server = tokio::spawn(serve(listener, app));
    println!("{}", ask_and_scrape(address).await?);
    server.abort();
    Ok(())
}

async fn serve(listener: TcpListener, app: Arc<App>) -> Result<(), Failure> {
    loop {
        let (stream, _) = listener.accept().await?;
        let app = Arc::clone(&app);
        tokio::spawn(async move {
            let service = service_fn(|request| answer(&app, request));
            // A client that goes away in the middle is no failure of the server.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(app: &App, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let start = Instant::now();
    let (route, response) = match request.uri().path() {
        "/" => {
            // The task may wake up on another thread.
            tokio::time::sleep(Duration::from_millis(5)).await;
            (Route::Root, Response::new(Full::from("hello\n")))
        }
        "/metrics" => (Route::Metrics, metrics(app)),
        _ => (Route::None, status(StatusCode::NOT_FOUND)),
    };
    let metrics = app.metrics.here().with(route);
    metrics.requests.inc();
    metrics.request_duration.record_duration(start.elapsed());
    Ok(response)
}

fn metrics(app: &App) -> Response<Full<Bytes>> {
    let response = Response::builder().header(CONTENT_TYPE, "text/plain; version=0.0.4");
    let text = app.telemetry.prometheus_text();
    response.body(Full::from(text)).expect("the header is valid")
}

fn status(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}

/// Many requests at once, then the metrics.
async fn ask_and_scrape(address: SocketAddr) -> Result<String, Failure> {
    let requests = (0..REQUESTS).map(|index| {
        let path = if index.is_multiple_of(4) { "/nothing" } else { "/" };
        tokio::spawn(ask(address, path))
    });
    for request in requests.collect::<Vec<_>>() {
        request.await??;
    }
    ask(address, "/metrics").await
}

async fn ask(address: SocketAddr, path: &'static str) -> Result<String, Failure> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let request = Request::get(path).body(Empty::<Bytes>::new())?;
    let body = sender.send_request(request).await?.into_body().collect().await?;
    Ok(String::from_utf8(body.to_bytes().into())?)
}
