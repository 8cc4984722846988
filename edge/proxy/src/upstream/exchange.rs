//! One exchange with an intake: at most one attempt on a pooled connection, then one on a fresh one.

use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::time::{Duration, Instant};

use http::{Request, Response, StatusCode, Version, request};
use hyper::body::Incoming;

use super::{Lease, Remote};
use crate::body::{Progress, Source, Upload};
use crate::error::{Failure, UpstreamFailure};
use crate::forward::drop_hop_by_hop;
use crate::metrics::Metrics;

/// Sends a request and waits for the head of its response.
pub(crate) async fn exchange(
    remote: &Remote,
    head: request::Parts,
    upload: Upload,
    deadline: Duration,
    metrics: &Metrics,
) -> Result<(Response<Incoming>, Lease), Failure> {
    let source = upload.source();
    let began = Instant::now();
    let outcome = attempts(remote, head, upload, deadline, metrics).await;
    match outcome {
        Ok((response, lease)) => {
            metrics.upstream_answered(began.elapsed());
            source.inspect(|source| source.forget_replay());
            Ok((cleaned(response)?, lease))
        }
        Err(failure) => Err(blame(failure, source.as_deref())),
    }
}

async fn attempts(
    remote: &Remote,
    head: request::Parts,
    upload: Upload,
    deadline: Duration,
    metrics: &Metrics,
) -> Result<(Response<Incoming>, Lease), UpstreamFailure> {
    if let Some(mut lease) = remote.pool.reuse() {
        metrics.upstream_attempted();
        let again = upload.again();
        let request = Request::from_parts(head.clone(), upload);
        match attempt(&mut lease, request, again.source(), deadline).await {
            Ok(response) => return Ok((response, lease)),
            // It broke without a word: the intake had closed it while it lay idle.
            Err(UpstreamFailure::Closed(_)) if again.is_replayable() => metrics.upstream_retried(),
            Err(failure) => return Err(failure),
        }
        return fresh(remote, Request::from_parts(head, again), deadline, metrics).await;
    }
    fresh(remote, Request::from_parts(head, upload), deadline, metrics).await
}

async fn fresh(
    remote: &Remote,
    request: Request<Upload>,
    deadline: Duration,
    metrics: &Metrics,
) -> Result<(Response<Incoming>, Lease), UpstreamFailure> {
    metrics.upstream_attempted();
    let source = request.body().source();
    let mut lease = remote.pool.dial().await?;
    let response = attempt(&mut lease, request, source, deadline).await?;
    Ok((response, lease))
}

async fn attempt(
    lease: &mut Lease,
    request: Request<Upload>,
    source: Option<Rc<Source>>,
    deadline: Duration,
) -> Result<Response<Incoming>, UpstreamFailure> {
    let sent = lease.sender.try_send_request(request);
    let sent = async { sent.await.map_err(|error| failure(error.error())) };
    within(sent, source, deadline).await
}

/// The answer deadline starts when the intake has all there is: a sender that is slow is not the intake's fault.
async fn within<T>(
    answer: impl Future<Output = Result<T, UpstreamFailure>>,
    source: Option<Rc<Source>>,
    deadline: Duration,
) -> Result<T, UpstreamFailure> {
    let mut answer = pin!(answer);
    let mut due = Instant::now() + deadline;
    loop {
        if let Ok(answer) = tokio::time::timeout_at(due.into(), answer.as_mut()).await {
            return answer;
        }
        match source.as_ref().map(|source| source.progress()) {
            Some(Progress::Sender) => due = Instant::now() + deadline,
            Some(Progress::Intake(since)) if since + deadline > due => due = since + deadline,
            _ => return Err(UpstreamFailure::AnswerDeadline),
        }
    }
}

/// A sender that failed makes its exchange fail: the sender is at fault then.
fn blame(failure: UpstreamFailure, source: Option<&Source>) -> Failure {
    match source.map(Source::progress) {
        Some(Progress::Failed(sender)) => Failure::Body(sender),
        _ => Failure::Upstream(failure),
    }
}

/// The response as a sender may see it.
fn cleaned(mut response: Response<Incoming>) -> Result<Response<Incoming>, Failure> {
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        // No upgrade was asked for, because Upgrade is not forwarded.
        return Err(UpstreamFailure::Answer("it switched protocols".to_owned()).into());
    }
    drop_hop_by_hop(response.headers_mut());
    *response.version_mut() = Version::HTTP_11;
    Ok(response)
}

fn failure(error: &hyper::Error) -> UpstreamFailure {
    let message = match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    };
    if error.is_parse() { UpstreamFailure::Answer(message) } else { UpstreamFailure::Closed(message) }
}
