//! A trial beside the traffic of a running edge.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::cli::Failure;

/// How long it may take to connect.
const DIAL: Duration = Duration::from_secs(10);

/// How long the answer may take beyond the trial.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long an answer may be; a report has a few samples of each policy.
const ANSWER_BYTES_MAX: usize = 256 << 20;

/// How much of another's answer is repeated.
const QUOTE_CHARS_MAX: usize = 200;

pub(super) fn simulate(url: &str, seconds: u64, policies: &[u8]) -> Result<Value, Failure> {
    let authority = authority(url)?;
    let end = Instant::now().checked_add(Duration::from_secs(seconds).saturating_add(PATIENCE));
    let end = end.ok_or_else(|| format!("{seconds} seconds are more than can be waited"))?;
    let answer = exchange(&authority, seconds, policies, end)
        .map_err(|error| format!("cannot ask {url}: {error}; a running edge is expected there"))?;
    report(&String::from_utf8_lossy(&answer)).map_err(|problem| format!("{url}: {problem}").into())
}

fn exchange(authority: &str, seconds: u64, policies: &[u8], end: Instant) -> io::Result<Vec<u8>> {
    let mut stream = connect(authority)?;
    stream.set_write_timeout(Some(PATIENCE))?;
    // The older version, whose answer ends with its connection.
    let head = format!(
        "POST /_edge/simulate?seconds={seconds} HTTP/1.0\r\nhost: {authority}\r\ncontent-length: {}\r\n\r\n",
        policies.len()
    );
    stream.write_all(&[head.as_bytes(), policies].concat())?;
    read_until(&mut stream, end)
}

fn connect(authority: &str) -> io::Result<TcpStream> {
    let mut failure = io::Error::other("the name has no address");
    for address in authority.to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, DIAL) {
            Ok(stream) => return Ok(stream),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

/// Reads to the end, which must come in time, however slowly the bytes before it come.
fn read_until(stream: &mut TcpStream, end: Instant) -> io::Result<Vec<u8>> {
    let (mut answer, mut piece) = (Vec::new(), vec![0; 64 << 10]);
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() || answer.len() > ANSWER_BYTES_MAX {
            return Err(io::Error::other("its answer does not end"));
        }
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut piece) {
            Ok(0) => return Ok(answer),
            Ok(length) => answer.extend_from_slice(&piece[..length]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
}

/// The report in an answer.
fn report(answer: &str) -> Result<Value, String> {
    let no_edge = "a running edge is expected, which answers `POST /_edge/simulate`";
    if answer.is_empty() {
        return Err(format!("the connection was closed without an answer; {no_edge}"));
    }
    let head_and_body = answer.split_once("\r\n\r\n").filter(|_| answer.starts_with("HTTP/"));
    let (head, body) = head_and_body.ok_or_else(|| format!("the answer is not HTTP; {no_edge}"))?;
    match head.split(' ').nth(1).unwrap_or_default().trim() {
        "200" => {}
        // What edge itself refuses with, and says why.
        status @ ("400" | "403" | "413" | "503") => {
            return Err(format!("answered {status}: {}", quote(body)));
        }
        status => return Err(format!("answered {status}; {no_edge}")),
    }
    match serde_json::from_str::<Value>(body) {
        Ok(report) if report["total"].is_object() => Ok(report),
        Err(error) if error.is_eof() => Err("the answer broke off".to_owned()),
        _ => Err(format!("the answer is no report; {no_edge}")),
    }
}

/// The first line of a text, and not too much of it.
fn quote(text: &str) -> String {
    text.trim().lines().next().unwrap_or_default().chars().take(QUOTE_CHARS_MAX).collect()
}

/// Host and port of a URL such as `http://127.0.0.1:8080/_edge/`.
fn authority(url: &str) -> Result<String, Failure> {
    let Some(rest) = url.strip_prefix("http://") else {
        return Err(format!("{url}: only `http://` URLs can be asked").into());
    };
    let authority = rest.split('/').next().unwrap_or_default();
    let has_port = authority.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    Ok(if has_port { authority.to_owned() } else { format!("{authority}:80") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_is_no_report_says_what_was_expected() {
        let check = |answer, expected: &str| {
            let problem = report(answer).expect_err(answer);
            assert!(problem.starts_with(expected), "{problem}");
        };
        check("", "the connection was closed without an answer; a running edge is expected");
        check("SSH-2.0-x\r\n", "the answer is not HTTP; a running edge is expected");
        check("HTTP/1.1 404 Not Found\r\n\r\n<html>\n<body>", "answered 404; a running edge is expected");
        check("HTTP/1.0 501 No\r\n\r\n<html>", "answered 501; a running edge is expected");
        check("HTTP/1.1 503 Busy\r\n\r\ntoo many look on\n", "answered 503: too many look on");
        check("HTTP/1.1 200 OK\r\n\r\n<html>", "the answer is no report; a running edge is expected");
        check("HTTP/1.1 200 OK\r\n\r\n{}", "the answer is no report; a running edge is expected");
        check("HTTP/1.1 200 OK\r\n\r\n{\"total\":", "the answer broke off");
        assert!(report("HTTP/1.1 200 OK\r\n\r\n{\"total\":{}}").is_ok());
    }

    #[test]
    fn a_url_says_host_and_port() {
        let check = |url, expected: &str| assert_eq!(authority(url).unwrap(), expected);
        check("http://127.0.0.1:8080", "127.0.0.1:8080");
        check("http://edge:8080/_edge/", "edge:8080");
        check("http://edge", "edge:80");
        check("http://[::1]:8080/", "[::1]:8080");
        assert!(authority("https://edge").is_err());
    }
}
