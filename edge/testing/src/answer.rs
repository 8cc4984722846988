//! What an intake says, and how it misbehaves while saying it.

use std::io::{self, Write};
use std::time::Duration;

/// A scripted answer.
#[derive(Debug, Clone)]
pub struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) framing: Framing,
    pub(crate) delay: Duration,
    pub(crate) cut: Option<usize>,
    pub(crate) early: bool,
    pub(crate) sip: Duration,
    pub(crate) pause: Duration,
    pub(crate) close: Close,
}

/// How the end of a body is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// By a Content-Length.
    Length,
    /// By chunks.
    Chunked,
    /// By closing the connection.
    Close,
    /// As the answer's own headers say, which may lie; the connection stays open.
    Open,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Close {
    Never,
    /// Instead of an answer.
    Unanswered,
    /// In the first line of the answer.
    InHead,
    /// After the answer, without having said so.
    Answered,
}

impl Answer {
    /// A status and a body.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.into(),
            framing: Framing::Length,
            delay: Duration::ZERO,
            cut: None,
            early: false,
            sip: Duration::ZERO,
            pause: Duration::ZERO,
            close: Close::Never,
        }
    }

    /// 200 and `ok`.
    pub fn ok() -> Self {
        Self::new(200, "ok")
    }

    /// No answer: the connection is closed after the request.
    pub fn hang_up() -> Self {
        Self { close: Close::Unanswered, ..Self::ok() }
    }

    /// The start of an answer's head, and the connection is closed.
    pub fn stammer() -> Self {
        Self { close: Close::InHead, ..Self::ok() }
    }

    /// Adds a header field.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Frames the body in another way.
    #[must_use]
    pub fn framed(mut self, framing: Framing) -> Self {
        self.framing = framing;
        self
    }

    /// Thinks first.
    #[must_use]
    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Dies after this many bytes of the body.
    #[must_use]
    pub fn cut_at(mut self, bytes: usize) -> Self {
        self.cut = Some(bytes);
        self
    }

    /// Answers when the head of the request is there, and reads its body afterwards.
    #[must_use]
    pub fn early(mut self) -> Self {
        self.early = true;
        self
    }

    /// Pauses for this long before each 64 KiB of the request's body.
    #[must_use]
    pub fn sipping(mut self, pause: Duration) -> Self {
        self.sip = pause;
        self
    }

    /// Pauses between the head and the body.
    #[must_use]
    pub fn pausing(mut self, pause: Duration) -> Self {
        self.pause = pause;
        self
    }

    /// Closes the connection after the answer, without having said so.
    #[must_use]
    pub fn then_close(mut self) -> Self {
        self.close = Close::Answered;
        self
    }

    /// Writes the answer; false if the connection must be closed behind it.
    pub(crate) fn write(&self, to: &mut impl Write, head_only: bool) -> io::Result<bool> {
        std::thread::sleep(self.delay);
        if self.close == Close::Unanswered {
            return Ok(false);
        }
        if self.close == Close::InHead {
            to.write_all(b"HTTP/1.1 20")?;
            return Ok(false);
        }
        // One write: small ones would wait for each other's acknowledgement.
        let mut answer = Vec::new();
        self.write_head(&mut answer)?;
        if !self.pause.is_zero() {
            to.write_all(&std::mem::take(&mut answer))?;
            std::thread::sleep(self.pause);
        }
        if !head_only {
            self.write_body(&mut answer)?;
        }
        to.write_all(&answer)?;
        Ok(self.cut.is_none() && self.close == Close::Never && self.framing != Framing::Close)
    }

    fn write_head(&self, to: &mut impl Write) -> io::Result<()> {
        write!(to, "HTTP/1.1 {} Scripted\r\n", self.status)?;
        for (name, value) in &self.headers {
            write!(to, "{name}: {value}\r\n")?;
        }
        match self.framing {
            Framing::Length => write!(to, "content-length: {}\r\n\r\n", self.body.len()),
            Framing::Chunked => to.write_all(b"transfer-encoding: chunked\r\n\r\n"),
            Framing::Close | Framing::Open => to.write_all(b"\r\n"),
        }
    }

    fn write_body(&self, to: &mut impl Write) -> io::Result<()> {
        let sent = &self.body[..self.cut.unwrap_or(self.body.len()).min(self.body.len())];
        if self.framing != Framing::Chunked {
            return to.write_all(sent);
        }
        for chunk in sent.chunks(1000) {
            write!(to, "{:x}\r\n", chunk.len())?;
            to.write_all(chunk)?;
            to.write_all(b"\r\n")?;
        }
        if self.cut.is_none() { to.write_all(b"0\r\n\r\n") } else { Ok(()) }
    }
}
