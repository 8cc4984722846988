//! A receiver that decodes what it gets with prost, and answers as it is told.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use flate2::read::GzDecoder;
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming};
use hyper::rt::{Read as HyperRead, Write as HyperWrite};
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::metrics::v1::{metric, number_data_point};
use prost::Message;
use telemetry_otlp::Protocol;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

/// How to answer a request. Without being told, the receiver takes it.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// With this many records thrown away.
    Partial(i64, &'static str),
    /// A status of HTTP with header fields.
    Status(u16, &'static [(&'static str, &'static str)]),
    /// A status of gRPC with trailers, where the headers are if there is no message.
    Grpc(u16, Vec<(&'static str, String)>),
    /// Never.
    Hang,
    /// By closing the connection.
    Close,
    /// With half an answer before closing the connection.
    CloseMidway,
    /// As usual, and with a message longer than anybody reads.
    Talkative,
    /// As usual, but the connection ends with it.
    TakeAndClose,
}

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) trace: Option<ExportTraceServiceRequest>,
    pub(crate) logs: Option<ExportLogsServiceRequest>,
    pub(crate) metrics: Option<ExportMetricsServiceRequest>,
    /// Whether it was taken.
    pub(crate) is_taken: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    pub(crate) protocol: Protocol,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    received: Vec<Received>,
    /// By the path that they are for.
    replies: VecDeque<(&'static str, Reply)>,
    end: Option<oneshot::Sender<()>>,
}

impl Receiver {
    /// On a thread of its own.
    pub(crate) fn start(protocol: Protocol) -> Self {
        Self::start_with(protocol, None)
    }

    pub(crate) fn start_with(protocol: Protocol, tls: Option<TlsAcceptor>) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
        listener.set_nonblocking(true).expect("it can be");
        let receiver = Self::of(protocol, &listener);
        let (end, ended) = oneshot::channel();
        receiver.state().end = Some(end);
        let serving = receiver.clone();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let runtime = runtime.expect("a runtime can be made");
            tokio::task::LocalSet::new().block_on(&runtime, async {
                let listener = TcpListener::from_std(listener).expect("it is a listener");
                tokio::select! {
                    () = serving.serve(listener, tls) => {}
                    _ = ended => {}
                }
            });
        });
        receiver
    }

    pub(crate) fn of(protocol: Protocol, listener: &std::net::TcpListener) -> Self {
        let address = listener.local_addr().expect("it is bound");
        Self { address, protocol, shared: Arc::default() }
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How to answer the next requests whose path has a word in it.
    pub(crate) fn reply(&self, word: &'static str, replies: impl IntoIterator<Item = Reply>) -> &Self {
        self.state().replies.extend(replies.into_iter().map(|reply| (word, reply)));
        self
    }

    /// Stops to listen.
    pub(crate) fn stop(&self) {
        drop(self.state().end.take());
    }

    /// Waits until what was received is enough.
    pub(crate) fn wait(&self, is_enough: impl Fn(&[Received]) -> bool) -> Vec<Received> {
        let state = self.state();
        let waited = self
            .shared
            .changed
            .wait_timeout_while(state, Duration::from_secs(30), |state| !is_enough(&state.received));
        let (state, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        assert!(!timeout.timed_out(), "not enough received: {:#?}", state.received);
        state.received.clone()
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.state().received.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) async fn serve(self, listener: TcpListener, tls: Option<TlsAcceptor>) {
        while let Ok((tcp, _)) = listener.accept().await {
            let (receiver, tls) = (self.clone(), tls.clone());
            tokio::task::spawn_local(async move {
                match tls {
                    None => receiver.connection(TokioIo::new(tcp)).await,
                    Some(tls) => {
                        if let Ok(stream) = tls.accept(tcp).await {
                            receiver.connection(TokioIo::new(stream)).await;
                        }
                    }
                }
            });
        }
    }

    async fn connection(self, io: impl HyperRead + HyperWrite + Unpin + 'static) {
        let protocol = self.protocol;
        let service = service_fn(move |request| self.clone().answer(request));
        // A connection that is to break does.
        match protocol {
            Protocol::HttpProtobuf => drop(http1::Builder::new().serve_connection(io, service).await),
            Protocol::Grpc => drop(http2::Builder::new(Local).serve_connection(io, service).await),
        }
    }

    async fn answer(self, request: Request<Incoming>) -> Result<Response<Answer>, io::Error> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
        let reply = self.next_reply(head.uri.path());
        let is_taken = matches!(
            reply,
            None | Some(Reply::Partial(..) | Reply::Talkative | Reply::TakeAndClose | Reply::CloseMidway)
        );
        let mut received = Received {
            path: head.uri.path().to_owned(),
            headers: head.headers,
            trace: None,
            logs: None,
            metrics: None,
            is_taken,
        };
        received.decode(&self.message(&received.headers, &body));
        self.state().received.push(received);
        self.shared.changed.notify_all();
        self.response(reply).await
    }

    fn next_reply(&self, path: &str) -> Option<Reply> {
        let mut state = self.state();
        let at = state.replies.iter().position(|(word, _)| path.contains(word))?;
        state.replies.remove(at).map(|(_, reply)| reply)
    }

    fn message(&self, headers: &HeaderMap, body: &[u8]) -> Vec<u8> {
        let (is_gzip, body) = match self.protocol {
            Protocol::HttpProtobuf => {
                assert_eq!(headers["content-type"], "application/x-protobuf");
                (headers.get("content-encoding").is_some_and(|it| it == "gzip"), body)
            }
            Protocol::Grpc => {
                assert_eq!(
                    (&headers["content-type"], &headers["te"]),
                    (&HeaderValue::from_static("application/grpc"), &HeaderValue::from_static("trailers"))
                );
                assert!(headers["grpc-timeout"].to_str().is_ok_and(|it| it.ends_with('m')));
                let length = u32::from_be_bytes(body[1..5].try_into().expect("four bytes"));
                assert_eq!(length as usize, body.len() - 5);
                if body[0] == 1 {
                    assert_eq!(headers["grpc-encoding"], "gzip");
                }
                (body[0] == 1, &body[5..])
            }
        };
        let mut message = Vec::new();
        if is_gzip {
            GzDecoder::new(body).read_to_end(&mut message).expect("it is gzip");
        } else {
            message.extend_from_slice(body);
        }
        message
    }

    async fn response(&self, reply: Option<Reply>) -> Result<Response<Answer>, io::Error> {
        match reply {
            None => Ok(self.success(&[])),
            Some(Reply::Partial(rejected, message)) => {
                let partial = opentelemetry_proto::tonic::collector::logs::v1::ExportLogsPartialSuccess {
                    rejected_log_records: rejected,
                    error_message: message.to_owned(),
                };
                let response = opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceResponse {
                    partial_success: Some(partial),
                };
                Ok(self.success(&response.encode_to_vec()))
            }
            Some(Reply::Status(status, headers)) => {
                let mut response = Response::builder().status(status);
                for (name, value) in headers {
                    response = response.header(*name, *value);
                }
                Ok(response.body(Answer::default()).expect("it is a response"))
            }
            Some(Reply::Grpc(code, trailers)) => {
                let mut response = Response::builder().header("grpc-status", code);
                for (name, value) in trailers {
                    response = response.header(name, value);
                }
                Ok(response.body(Answer::default()).expect("it is a response"))
            }
            Some(Reply::Hang) => std::future::pending().await,
            Some(Reply::Close) => Err(io::Error::other("told to close")),
            Some(Reply::CloseMidway) => {
                let answer = Answer { fails: true, ..Answer::of(&[0; 10]) };
                Ok(Response::builder().header("content-length", 100).body(answer).expect("a response"))
            }
            Some(Reply::Talkative) => Ok(self.success(&vec![0; 1 << 20])),
            Some(Reply::TakeAndClose) => {
                let mut response = self.success(&[]);
                response.headers_mut().insert("connection", HeaderValue::from_static("close"));
                Ok(response)
            }
        }
    }

    fn success(&self, message: &[u8]) -> Response<Answer> {
        match self.protocol {
            Protocol::HttpProtobuf => Response::new(Answer::of(message)),
            Protocol::Grpc => {
                let mut body = vec![0];
                body.extend_from_slice(&(message.len() as u32).to_be_bytes());
                body.extend_from_slice(message);
                let mut trailers = HeaderMap::new();
                trailers.insert("grpc-status", HeaderValue::from_static("0"));
                Response::new(Answer { trailers: Some(trailers), ..Answer::of(&body) })
            }
        }
    }
}

impl Received {
    fn decode(&mut self, message: &[u8]) {
        if self.path.contains("etrics") {
            self.metrics = Some(ExportMetricsServiceRequest::decode(message).expect("it is metrics"));
        } else if self.path.contains("ogs") {
            self.logs = Some(ExportLogsServiceRequest::decode(message).expect("it is logs"));
        } else {
            self.trace = Some(ExportTraceServiceRequest::decode(message).expect("it is spans"));
        }
    }

    pub(crate) fn log_names(&self) -> Vec<String> {
        let logs = self.logs.iter().flat_map(|it| &it.resource_logs).flat_map(|it| &it.scope_logs);
        logs.flat_map(|it| &it.log_records).map(|it| it.event_name.clone()).collect()
    }

    pub(crate) fn span_names(&self) -> Vec<String> {
        let spans = self.trace.iter().flat_map(|it| &it.resource_spans).flat_map(|it| &it.scope_spans);
        spans.flat_map(|it| &it.spans).map(|it| it.name.clone()).collect()
    }

    /// The sum over all points of a metric of whole numbers.
    pub(crate) fn sum(&self, name: &str) -> i64 {
        let metrics =
            self.metrics.iter().flat_map(|it| &it.resource_metrics).flat_map(|it| &it.scope_metrics);
        let found = metrics.flat_map(|it| &it.metrics).filter(|metric| metric.name == name);
        let points = found.flat_map(|metric| match &metric.data {
            Some(metric::Data::Sum(sum)) => sum.data_points.clone(),
            other => panic!("{name} is {other:?}"),
        });
        points
            .map(|point| match point.value {
                Some(number_data_point::Value::AsInt(number)) => number,
                other => panic!("{name} is {other:?}"),
            })
            .sum()
    }
}

/// What was taken of a signal, in order.
pub(crate) fn taken(received: &[Received]) -> impl Iterator<Item = &Received> {
    received.iter().filter(|it| it.is_taken)
}

/// A body with trailers, or one that fails.
#[derive(Debug, Default)]
struct Answer {
    data: Option<Bytes>,
    trailers: Option<HeaderMap>,
    fails: bool,
}

impl Answer {
    fn of(data: &[u8]) -> Self {
        Self { data: Some(Bytes::copy_from_slice(data)), ..Self::default() }
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let frame = self.data.take().map(Frame::data);
        let frame = frame.or_else(|| self.trailers.take().map(Frame::trailers)).map(Ok);
        let fails = std::mem::take(&mut self.fails);
        let failure = || fails.then(|| Err(io::Error::other("told to fail")));
        if frame.is_some() {
            self.fails = fails;
        }
        Poll::Ready(frame.or_else(failure))
    }

    fn is_end_stream(&self) -> bool {
        self.data.is_none() && self.trailers.is_none() && !self.fails
    }
}

#[derive(Clone, Copy)]
struct Local;

impl<F: Future<Output: 'static> + 'static> hyper::rt::Executor<F> for Local {
    fn execute(&self, future: F) {
        tokio::task::spawn_local(future);
    }
}
