//! A trial beside the traffic of a running edge.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

use crate::cli::Failure;

/// How long the answer may take beyond the trial.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) fn simulate(url: &str, seconds: u64, policies: &[u8]) -> Result<Value, Failure> {
    let authority = authority(url)?;
    let cannot = |error| format!("cannot ask {url}: {error}");
    let mut stream = TcpStream::connect(&authority).map_err(cannot)?;
    stream.set_read_timeout(Some(Duration::from_secs(seconds).saturating_add(PATIENCE))).map_err(cannot)?;
    // The older version, whose answer ends with its connection.
    let head = format!(
        "POST /_edge/simulate?seconds={seconds} HTTP/1.0\r\nhost: {authority}\r\ncontent-length: {}\r\n\r\n",
        policies.len()
    );
    stream.write_all(&[head.as_bytes(), policies].concat()).map_err(cannot)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).map_err(cannot)?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) =
        answer.split_once("\r\n\r\n").ok_or_else(|| format!("{url} did not answer in HTTP"))?;
    let status = head.split(' ').nth(1).unwrap_or_default();
    if status != "200" {
        return Err(format!("{url} answered {status}: {}", body.trim_end()).into());
    }
    Ok(serde_json::from_str(body).map_err(|error| format!("{url}: the answer broke off: {error}"))?)
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
    fn a_url_says_host_and_port() {
        let check = |url, expected: &str| assert_eq!(authority(url).unwrap(), expected);
        check("http://127.0.0.1:8080", "127.0.0.1:8080");
        check("http://edge:8080/_edge/", "edge:8080");
        check("http://edge", "edge:80");
        check("http://[::1]:8080/", "[::1]:8080");
        assert!(authority("https://edge").is_err());
    }
}
