//! A sender that decides over every byte.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};

use crate::PATIENCE;
use crate::message::{Head, read_body};

/// A connection to the server under test.
#[derive(Debug)]
pub struct Client {
    stream: BufReader<TcpStream>,
}

/// A response as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// Header fields in order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, decoded from its chunks.
    pub body: Vec<u8>,
    /// Whether it ended as its framing says.
    pub complete: bool,
}

impl Response {
    /// The first value of a header field.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Every value of a header field, in order.
    pub fn headers(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Client {
    /// Connects.
    ///
    /// # Panics
    /// If nobody listens.
    pub fn connect(to: SocketAddr) -> Self {
        let stream = TcpStream::connect(to).expect("the server under test listens");
        stream.set_nodelay(true).expect("a fresh socket takes options");
        stream.set_read_timeout(Some(PATIENCE)).expect("a fresh socket takes options");
        stream.set_write_timeout(Some(PATIENCE)).expect("a fresh socket takes options");
        Self { stream: BufReader::new(stream) }
    }

    /// Sends bytes; a connection that is closed already is not an error.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        let _ = self.stream.get_mut().write_all(bytes.as_ref());
        self
    }

    /// Sends each piece as a segment of its own.
    pub fn send_pieces(&mut self, pieces: &[&[u8]]) -> &mut Self {
        for piece in pieces {
            self.send(piece);
            std::thread::yield_now();
        }
        self
    }

    /// Closes the sending side.
    pub fn finish(&mut self) -> &mut Self {
        let _ = self.stream.get_ref().shutdown(Shutdown::Write);
        self
    }

    /// Reads a response and its body.
    ///
    /// # Panics
    /// If there is none, or none in time.
    pub fn response(&mut self) -> Response {
        self.try_response().expect("a response")
    }

    /// Reads a response, or `None` if the connection ends in front of it.
    pub fn try_response(&mut self) -> Option<Response> {
        let head = self.head()?;
        let (mut body, mut complete) = (Vec::new(), true);
        if !head.is_chunked() && head.length().is_none() && status(&head) >= 200 && status(&head) != 204 {
            complete = self.stream.read_to_end(&mut body).is_ok();
        } else {
            complete &= read_body(&mut self.stream, &head, &mut body).is_ok();
        }
        Some(Response { status: status(&head), headers: head.headers, body, complete })
    }

    /// Reads the head of a response that has no body, whatever it says.
    ///
    /// # Panics
    /// If there is none, or none in time.
    pub fn response_head(&mut self) -> Response {
        let head = self.head().expect("a response");
        Response { status: status(&head), headers: head.headers, body: Vec::new(), complete: true }
    }

    /// Whether the server has closed the connection, with nothing left to read. Waits for it.
    pub fn is_closed(&mut self) -> bool {
        match self.stream.fill_buf() {
            Ok(rest) => rest.is_empty(),
            Err(error) => error.kind() != io::ErrorKind::WouldBlock,
        }
    }

    fn head(&mut self) -> Option<Head> {
        Head::read(&mut self.stream).ok().flatten()
    }
}

fn status(head: &Head) -> u16 {
    head.start.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
}
