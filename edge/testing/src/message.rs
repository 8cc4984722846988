//! Reading HTTP/1 messages without mercy: what is not there byte for byte is an error.

use std::io::{self, BufRead, Read};

/// A start line and header fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) start: String,
    pub(crate) headers: Vec<(String, String)>,
}

impl Head {
    /// Reads a head; `None` if the stream ends in front of it.
    pub(crate) fn read(from: &mut impl BufRead) -> io::Result<Option<Self>> {
        let start = line(from)?;
        if start.is_empty() {
            return Ok(None);
        }
        let mut headers = Vec::new();
        loop {
            let field = line(from)?;
            if field.is_empty() {
                return Ok(Some(Self { start, headers }));
            }
            let (name, value) = field.split_once(": ").ok_or(io::ErrorKind::InvalidData)?;
            headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn is_chunked(&self) -> bool {
        self.header("transfer-encoding") == Some("chunked")
    }

    pub(crate) fn length(&self) -> Option<usize> {
        self.header("content-length").and_then(|value| value.parse().ok())
    }
}

/// Reads a body into `body`, so that what came of a broken one is there too. Without chunks and length it is empty.
pub(crate) fn read_body(from: &mut impl BufRead, head: &Head, body: &mut Vec<u8>) -> io::Result<()> {
    if head.is_chunked() {
        return read_chunks(from, body);
    }
    read_exactly(from, head.length().unwrap_or(0), body)
}

fn read_chunks(from: &mut impl BufRead, body: &mut Vec<u8>) -> io::Result<()> {
    loop {
        let size = usize::from_str_radix(&line(from)?, 16).map_err(|_| io::ErrorKind::InvalidData)?;
        read_exactly(from, size, body)?;
        if !line(from)?.is_empty() {
            return Err(io::ErrorKind::InvalidData.into());
        }
        if size == 0 {
            return Ok(());
        }
    }
}

fn read_exactly(from: &mut impl BufRead, length: usize, body: &mut Vec<u8>) -> io::Result<()> {
    let read = from.take(length as u64).read_to_end(body)?;
    if read < length { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
}

/// A line without its CRLF; empty at the end of the stream too.
fn line(from: &mut impl BufRead) -> io::Result<String> {
    let mut line = Vec::new();
    if from.read_until(b'\n', &mut line)? == 0 {
        return Ok(String::new());
    }
    let line = line.strip_suffix(b"\r\n").ok_or(io::ErrorKind::InvalidData)?;
    Ok(String::from_utf8_lossy(line).into_owned())
}
