//! HTTP, as much of it as a scraper needs: one request per connection.

use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

use telemetry::{Set, Telemetry, TextFormat};

use crate::journal::Journal;
use crate::sets::ScrapeMetrics;

const TIMEOUT: Duration = Duration::from_secs(10);

/// What answers, and counts what it answered: the one metric that grows while it is watched.
pub(crate) struct Answers {
    pub(crate) telemetry: Telemetry,
    pub(crate) journal: Journal,
    pub(crate) scrapes: Set<ScrapeMetrics>,
}

struct Request {
    path: String,
    /// Values of the Accept fields.
    accept: Vec<String>,
}

impl Answers {
    pub(crate) fn answer(&mut self, mut connection: TcpStream) -> io::Result<()> {
        connection.set_read_timeout(Some(TIMEOUT))?;
        connection.set_write_timeout(Some(TIMEOUT))?;
        let request = Request::read(&connection)?;
        let (status, content_type, body) = self.body(&request);
        let length = body.len();
        write!(
            connection,
            "HTTP/1.1 {status}\r\nconnection: close\r\n\
             content-type: {content_type}\r\ncontent-length: {length}\r\n\r\n{body}"
        )
    }

    fn body(&mut self, request: &Request) -> (&'static str, &'static str, String) {
        let format = match request.path.as_str() {
            "/metrics" => TextFormat::accepted(request.accept.iter().map(String::as_str)),
            "/text" => TextFormat::Prometheus,
            "/expected" => return ("200 OK", "application/json", self.journal.to_json().to_string()),
            _ => return ("404 Not Found", "text/plain", String::new()),
        };
        self.scrapes.scrapes.inc();
        self.journal.series("exposition.scrapes", &[]).record(1);
        ("200 OK", format.content_type(), self.telemetry.collect().text(format))
    }
}

impl Request {
    fn read(connection: &TcpStream) -> io::Result<Self> {
        let mut lines = BufReader::new(connection).lines();
        let first = lines.next().transpose()?.unwrap_or_default();
        let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
        let mut accept = Vec::new();
        for line in lines {
            let line = line?;
            match line.split_once(':') {
                Some((name, value)) if name.eq_ignore_ascii_case("accept") => accept.push(value.to_owned()),
                Some(_) => {}
                None => break,
            }
        }
        Ok(Self { path, accept })
    }
}
