//! The stream as a whole: head, body by length or by chunks, next head.

use super::Violation;
use super::chunked::{Chunked, Part};
use super::head::{Framing, Head};

/// Follows one connection's inbound bytes.
#[derive(Debug, Default)]
pub struct Guard {
    position: Position,
    head: Head,
    /// Set for good by the first violation.
    refused: Option<Violation>,
}

#[derive(Debug, Default)]
enum Position {
    /// In a head, or between messages.
    #[default]
    Head,
    /// In a body with this many bytes to come; never zero.
    Sized(u64),
    /// In a chunked body.
    Chunked(Chunked),
}

/// The stream must not be read on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// Bytes of this input in front of the piece at fault; they may be acted on.
    pub accepted: usize,
    /// What is wrong.
    pub violation: Violation,
    /// Whether it is wrong with a body, whose head has been accepted, rather than with a head.
    pub in_body: bool,
}

impl Guard {
    /// A guard at the start of a connection.
    pub fn new() -> Self {
        Self::default()
    }

    /// Looks at the next bytes of the stream. After a refusal every further input is refused whole.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        let mut accepted = 0;
        while accepted < bytes.len() {
            match self.step(&bytes[accepted..]) {
                Ok(consumed) => accepted += consumed,
                Err(violation) => return Err(self.refuse(accepted, violation)),
            }
        }
        Ok(())
    }

    /// Whether part of a head has arrived and its end has not.
    pub fn mid_head(&self) -> bool {
        matches!(self.position, Position::Head) && self.head.begun()
    }

    /// Whether the stream stands between two messages.
    pub fn between_messages(&self) -> bool {
        matches!(self.position, Position::Head) && !self.head.begun()
    }

    /// Consumes at least one byte.
    fn step(&mut self, bytes: &[u8]) -> Result<usize, Violation> {
        if let Some(violation) = self.refused {
            return Err(violation);
        }
        match &mut self.position {
            Position::Head => self.step_head(bytes),
            Position::Sized(left) => {
                let consumed = bytes.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
                *left -= consumed as u64;
                if *left == 0 {
                    self.position = Position::Head;
                }
                Ok(consumed)
            }
            Position::Chunked(chunked) => {
                let (consumed, part) = chunked.step(bytes)?;
                if part == Part::End {
                    self.position = Position::Head;
                }
                Ok(consumed)
            }
        }
    }

    fn step_head(&mut self, bytes: &[u8]) -> Result<usize, Violation> {
        let (consumed, framing) = self.head.step(bytes)?;
        match framing {
            None | Some(Framing::Sized(0)) => {}
            Some(Framing::Sized(length)) => self.position = Position::Sized(length),
            Some(Framing::Chunked) => self.position = Position::Chunked(Chunked::default()),
        }
        Ok(consumed)
    }

    fn refuse(&mut self, accepted: usize, violation: Violation) -> Refusal {
        self.refused = Some(violation);
        Refusal { accepted, violation, in_body: !matches!(self.position, Position::Head) }
    }
}
