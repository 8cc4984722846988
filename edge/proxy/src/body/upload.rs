//! A request body on its way to an intake, whole or as it arrives.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

use super::Inbound;
use crate::error::BodyFailure;

/// Bytes of a streamed body kept until its response begins, so that a stale connection does not cost the request.
const REPLAY_BYTES_MAX: usize = 64 << 10;

/// What is sent to an intake.
#[derive(Debug)]
pub(crate) enum Upload {
    /// All of it is here, or was before it was sent.
    Whole(Bytes),
    /// It comes from the sender while it goes to the intake.
    Streamed {
        /// Where it comes from.
        source: Rc<Source>,
        /// Pieces taken so far.
        taken: usize,
    },
}

/// A body that is being streamed. It outlives the attempt to send it, because a stale connection is tried only once.
#[derive(Debug)]
pub(crate) struct Source {
    stream: RefCell<Stream>,
    length: Option<u64>,
}

#[derive(Debug)]
struct Stream {
    inbound: Inbound,
    /// The pieces read so far, while they fit.
    replay: Vec<Bytes>,
    replay_bytes: usize,
    replayable: bool,
    progress: Progress,
}

/// How far an upload is: what its answer deadline depends on.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Progress {
    /// The intake is being waited for since then.
    Intake(Instant),
    /// The sender is being waited for; it has a deadline of its own.
    Sender,
    /// The sender did not deliver.
    Failed(BodyFailure),
}

impl Source {
    pub(crate) fn new(inbound: Inbound, now: Instant) -> Rc<Self> {
        let length = inbound.length();
        let progress = Progress::Intake(now);
        let stream = Stream { inbound, replay: Vec::new(), replay_bytes: 0, replayable: true, progress };
        Rc::new(Self { stream: RefCell::new(stream), length })
    }

    pub(crate) fn progress(&self) -> Progress {
        self.stream.borrow().progress
    }

    fn is_replayable(&self) -> bool {
        let stream = self.stream.borrow();
        stream.replayable && !matches!(stream.progress, Progress::Failed(_))
    }

    /// The response has begun: there will be no other attempt.
    pub(crate) fn forget_replay(&self) {
        self.stream.borrow_mut().stop_keeping();
    }
}

impl Stream {
    fn poll_piece(&mut self, taken: usize, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, BodyFailure>>> {
        if let Some(piece) = self.replay.get(taken) {
            return Poll::Ready(Some(Ok(piece.clone())));
        }
        let poll = self.inbound.poll_piece(cx);
        self.progress = match &poll {
            Poll::Pending => Progress::Sender,
            Poll::Ready(Some(Err(failure))) => Progress::Failed(*failure),
            Poll::Ready(_) => Progress::Intake(Instant::now()),
        };
        if let Poll::Ready(Some(Ok(piece))) = &poll {
            self.keep(piece);
        }
        poll
    }

    fn keep(&mut self, piece: &Bytes) {
        self.replay_bytes += piece.len();
        if self.replayable && self.replay_bytes <= REPLAY_BYTES_MAX {
            self.replay.push(piece.clone());
        } else {
            self.stop_keeping();
        }
    }

    fn stop_keeping(&mut self) {
        self.replayable = false;
        self.replay = Vec::new();
    }
}

impl Upload {
    /// The upload for another attempt.
    pub(crate) fn again(&self) -> Self {
        match self {
            Self::Whole(bytes) => Self::Whole(bytes.clone()),
            Self::Streamed { source, .. } => Self::Streamed { source: Rc::clone(source), taken: 0 },
        }
    }

    /// Where it comes from, if it is being streamed.
    pub(crate) fn source(&self) -> Option<Rc<Source>> {
        match self {
            Self::Whole(_) => None,
            Self::Streamed { source, .. } => Some(Rc::clone(source)),
        }
    }

    /// Whether another attempt can send it from its start.
    pub(crate) fn is_replayable(&self) -> bool {
        match self {
            Self::Whole(_) => true,
            Self::Streamed { source, .. } => source.is_replayable(),
        }
    }
}

impl Body for Upload {
    type Data = Bytes;
    type Error = BodyFailure;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyFailure>>> {
        match self.get_mut() {
            Self::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Self::Whole(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Self::Streamed { source, taken } => {
                let poll = source.stream.borrow_mut().poll_piece(*taken, cx);
                if let Poll::Ready(Some(Ok(_))) = &poll {
                    *taken += 1;
                }
                poll.map(|piece| piece.map(|piece| piece.map(Frame::data)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(bytes) => bytes.is_empty(),
            Self::Streamed { source, taken } => {
                let stream = source.stream.borrow();
                stream.inbound.is_over() && *taken >= stream.replay.len()
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Streamed { source, .. } => {
                source.length.map_or_else(SizeHint::default, SizeHint::with_exact)
            }
        }
    }
}
