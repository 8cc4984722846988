//! Sends made-up traffic to edge over real connections, at a fixed rate.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use tokio::net::TcpStream;
use tokio::time::{MissedTickBehavior, interval};

use super::bodies::{Body, encoded};
use super::random::Random;
use super::records;

/// Records a batch, as many as a batch processor sends by default is close to.
const BATCH_RECORDS: usize = 200;

/// Time between two batches: 10,000 records a second, which leaves a laptop's fan silent.
const BATCH_INTERVAL: Duration = Duration::from_millis(20);

/// Wait before a new connection after one failed.
const RECONNECT_DELAY: Duration = Duration::from_millis(200);

/// What was sent and how it was answered.
#[derive(Debug, Default)]
pub(super) struct Sent {
    /// Records of batches answered with success.
    pub(super) records: AtomicU64,
    /// Batches answered with success.
    pub(super) batches: AtomicU64,
    /// Batches that failed, or whose fate is unknown.
    pub(super) failed: AtomicU64,
}

/// A running generator. Dropping it waits for the batch that is under way.
#[derive(Debug)]
pub(super) struct Generator {
    pub(super) sent: Arc<Sent>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Generator {
    /// Starts sending to `edge`.
    pub(super) fn start(edge: SocketAddr) -> io::Result<Self> {
        let (sent, stop) = (Arc::<Sent>::default(), Arc::<AtomicBool>::default());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let sender =
            Sender { edge, sent: Arc::clone(&sent), stop: Arc::clone(&stop), random: Random::new(1) };
        let thread = thread::Builder::new()
            .name("demo generator".to_owned())
            .spawn(move || runtime.block_on(sender.run()))?;
        Ok(Self { sent, stop, thread: Some(thread) })
    }
}

impl Drop for Generator {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        // A generator that panicked has said so through the panic hook.
        drop(self.thread.take().map(JoinHandle::join));
    }
}

struct Sender {
    edge: SocketAddr,
    sent: Arc<Sent>,
    stop: Arc<AtomicBool>,
    random: Random,
}

impl Sender {
    async fn run(mut self) {
        let mut ticks = interval(BATCH_INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !self.stopped() {
            if self.connection(&mut ticks).await.is_err() {
                self.sent.failed.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(RECONNECT_DELAY).await;
            }
        }
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    /// Sends over one connection until it breaks or all is done.
    async fn connection(
        &mut self,
        ticks: &mut tokio::time::Interval,
    ) -> Result<(), Box<dyn std::error::Error>> {
        let stream = TcpStream::connect(self.edge).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        // Ends when `sender` is dropped.
        tokio::spawn(connection);
        while !self.stopped() {
            ticks.tick().await;
            let request = self.request();
            let body = encoded(&request, self.sent.batches.load(Ordering::Relaxed))?;
            if post(&mut sender, body).await? == StatusCode::OK {
                self.sent.records.fetch_add(BATCH_RECORDS as u64, Ordering::Relaxed);
                self.sent.batches.fetch_add(1, Ordering::Relaxed);
            } else {
                self.sent.failed.fetch_add(1, Ordering::Relaxed);
            }
        }
        Ok(())
    }

    fn request(&mut self) -> ExportLogsServiceRequest {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos() as u64;
        ExportLogsServiceRequest { resource_logs: records::batch(&mut self.random, BATCH_RECORDS, now) }
    }
}

async fn post(
    sender: &mut SendRequest<Full<Bytes>>,
    body: Body,
) -> Result<StatusCode, Box<dyn std::error::Error>> {
    let mut request = Request::post("/v1/logs")
        .header(header::HOST, "edge")
        .header(header::CONTENT_TYPE, body.format.content_type());
    if body.gzip {
        request = request.header(header::CONTENT_ENCODING, "gzip");
    }
    sender.ready().await?;
    let response = sender.send_request(request.body(Full::from(body.bytes))?).await?;
    let status = response.status();
    // The connection is free for the next batch once the answer has been read.
    response.into_body().collect().await?;
    Ok(status)
}
