//! One exchange with an intake: at most one attempt on a pooled connection, then one on a fresh one.

use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::time::{Duration, Instant};

use http::{Request, Response, StatusCode, Version, request};
use hyper::body::Incoming;

use super::traffic::Traffic;
use super::{Lease, Remote};
use crate::body::{Progress, Source, Upload};
use crate::config::Deadlines;
use crate::error::{Failure, UpstreamFailure};
use crate::forward::drop_hop_by_hop;
use crate::metrics::Metrics;

/// How soon after the last byte of a request a pooled connection must close to count as stale. An intake that had closed
/// it answers with a reset, which takes one round trip, on any sane network less than this. One that closes later has
/// had the request for itself, and may have acted on it: sending it again could store the batch twice.
const STALE_CLOSE_MAX: Duration = Duration::from_millis(250);

/// Sends a request and waits for the head of its response.
pub(crate) async fn exchange(
    remote: &Remote,
    head: request::Parts,
    upload: Upload,
    deadlines: &Deadlines,
    metrics: &Metrics,
) -> Result<(Response<Incoming>, Lease), Failure> {
    let source = upload.source();
    let began = Instant::now();
    let outcome = attempts(remote, head, upload, deadlines, metrics).await;
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
    deadlines: &Deadlines,
    metrics: &Metrics,
) -> Result<(Response<Incoming>, Lease), UpstreamFailure> {
    if let Some(mut lease) = remote.pool.reuse() {
        metrics.upstream_attempted();
        let again = upload.again();
        let request = Request::from_parts(head.clone(), upload);
        match attempt(&mut lease, request, again.source(), deadlines).await {
            Ok(response) => return Ok((response, lease)),
            Err(UpstreamFailure::Closed(_)) if again.is_replayable() && was_stale(&lease.line().traffic) => {
                metrics.upstream_retried();
            }
            Err(failure) => return Err(failure),
        }
        return fresh(remote, Request::from_parts(head, again), deadlines, metrics).await;
    }
    fresh(remote, Request::from_parts(head, upload), deadlines, metrics).await
}

async fn fresh(
    remote: &Remote,
    request: Request<Upload>,
    deadlines: &Deadlines,
    metrics: &Metrics,
) -> Result<(Response<Incoming>, Lease), UpstreamFailure> {
    metrics.upstream_attempted();
    let source = request.body().source();
    let mut lease = remote.pool.dial().await?;
    let response = attempt(&mut lease, request, source, deadlines).await?;
    Ok((response, lease))
}

/// Whether a pooled connection that has just broken had been closed by the intake while it lay idle: not a byte came
/// back, and the intake either had not got all of the request or had no time to act on it.
fn was_stale(traffic: &Traffic) -> bool {
    let soon = traffic.written().is_none_or(|last| last.elapsed() < STALE_CLOSE_MAX);
    !traffic.answered() && (traffic.is_blocked() || soon)
}

async fn attempt(
    lease: &mut Lease,
    request: Request<Upload>,
    source: Option<Rc<Source>>,
    deadlines: &Deadlines,
) -> Result<Response<Incoming>, UpstreamFailure> {
    let traffic = Rc::clone(&lease.line().traffic);
    traffic.begin();
    let sent = lease.line().sender.try_send_request(request);
    let sent = async { sent.await.map_err(|error| failure(error.error())) };
    within(sent, Wait { traffic, source, deadlines, began: Instant::now() }).await
}

/// What an answer is waited for with.
struct Wait<'a> {
    traffic: Rc<Traffic>,
    source: Option<Rc<Source>>,
    deadlines: &'a Deadlines,
    began: Instant,
}

/// The timer is looked at when it fires and set again if the deadline has moved on.
async fn within<T>(
    answer: impl Future<Output = Result<T, UpstreamFailure>>,
    wait: Wait<'_>,
) -> Result<T, UpstreamFailure> {
    let mut answer = pin!(answer);
    // No deadline that starts from now on can be nearer than this.
    let shortest = wait.deadlines.answer.min(wait.deadlines.body);
    let mut look = wait.began + shortest;
    loop {
        if let Ok(answer) = tokio::time::timeout_at(look.into(), answer.as_mut()).await {
            return answer;
        }
        let now = Instant::now();
        look = now + shortest;
        match wait.due() {
            Some((due, failure)) if due <= now => return Err(failure),
            Some((due, _)) => look = look.min(due),
            None => {}
        }
    }
}

impl Wait<'_> {
    /// The deadline that runs now; none while the sender is waited for, which has one of its own.
    fn due(&self) -> Option<(Instant, UpstreamFailure)> {
        let written = self.traffic.written().unwrap_or(self.began);
        let offered = match self.source.as_ref().map(|source| source.progress()) {
            None | Some(Progress::Failed(_)) => self.began,
            Some(Progress::Intake(since)) => since,
            Some(Progress::Sender) => return None,
        };
        if self.traffic.is_blocked() {
            return Some((written + self.deadlines.body, UpstreamFailure::WriteDeadline));
        }
        Some((written.max(offered) + self.deadlines.answer, UpstreamFailure::AnswerDeadline))
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
